# SPDX-License-Identifier: MIT
# Reading and writing the store on flash, by the chapters "Reading" and "Writing" of firmware/FORMAT.md.
# Places are addresses here; FORMAT.md counts offsets from the area's start, which is a page boundary.

# ---- reading --------------------------------------------------------------------------------------------------

# `length` bytes from `address` on, or {unreadable}.
proc _np_value_bytes {address length} {
	set bytes {}
	for {set at 0} {$at < $length} {incr at 4} {
		set word [_np_word [expr {$address + $at}]]
		if {$word eq ""} {
			return unreadable
		}
		lappend bytes {*}[_np_word_bytes $word]
	}
	return [lrange $bytes 0 [expr {$length - 1}]]
}

# The entry that stands at `place`, or {}. `cell` is the area's, or 0 while that is not known.
proc _np_entry_at {place area_base area_end cell} {
	set header [_np_word $place]
	set entry [_np_header_parse $header]
	if {$entry eq "" || ($cell != 0 && [dict get $entry cell] != $cell && [dict get $entry cell] != 4)} {
		return {}
	}
	set cell [dict get $entry cell]
	set length [dict get $entry length]
	set end [expr {$place + [_np_entry_size $cell $length]}]
	if {($place - $area_base) % $cell != 0 || $end > $area_end} {
		return {}
	}
	if {$cell == 4 && $::_np_reads(span) == 1} {
		_np_words_ahead $place $end $area_end
	}
	# The check first: where it is missing, the value need not be read.
	set check [_np_word [expr {$end - $cell}]]
	if {$check eq ""} {
		return {}
	}
	set value [_np_value_bytes [expr {$place + $cell}] $length]
	if {$value eq "unreadable" || [_np_check [expr {$place - $area_base}] $header $value] != $check} {
		return {}
	}
	return [_np_new_entry $entry $place $value $end]
}

# A packed entry among wide cells: its words lie side by side, and probably others follow it. Where the entry and the
# word after it have been read already, nothing is.
proc _np_words_ahead {place end area_end} {
	set need [_np_min $area_end [expr {$end + 4}]]
	while {$place < $need && [info exists ::_np_word_cache($place)]} {
		incr place 4
	}
	if {$place < $need} {
		_np_words $place [expr {([_np_min $area_end [_np_max $need [expr {$place + 128}]]] - $place) / 4}]
	}
}

# Words to fetch at once: with wide cells only one word of each counts, else blocks are cheaper.
proc _np_span {cell} {
	return [expr {$cell > 32 ? 1 : 32}]
}

# The first entry at or after the region's start: a first format that was cut off leaves damage in front.
# Nothing tells the cell size yet, so this goes by single words. {entry damaged}: what is there when it is no area.
proc _np_area_first {base end} {
	set blank 0
	set damaged 0
	for {set place $base} {$place + 4 <= $end && $blank < $::_np_max_gap} {incr place 4} {
		set entry [_np_entry_at $place $base $end 0]
		if {$entry ne ""} {
			return [list $entry 1]
		}
		# Not where it is normally: from here on blocks are cheaper.
		_np_reads_ahead 32
		if {[_np_is_blank [_np_word $place]]} {
			incr blank 4
		} else {
			set blank 0
			set damaged 1
		}
	}
	return [list {} $damaged]
}

# {area refusal other}: the area that a first entry begins, if it is an area entry whose size is one of `sizes`; else
# why a writer refuses what is there, and whether that is for its version.
proc _np_area_at {entry base sizes} {
	if {$entry eq "" || [dict get $entry key] != 0 || [dict get $entry type] != 0 || [dict get $entry length] != 4} {
		return [list {} "" 0]
	}
	set word [_np_area_parse [_np_bytes_word [dict get $entry value]]]
	set size [dict get $word size]
	if {[dict get $word version] != 1} {
		return [list {} "was written by another version of Nameplate (store version\
			[dict get $word version]; this one knows 1): use that version" 1]
	}
	if {[lsearch -exact $sizes $size] < 0} {
		return [list {} "holds a store made for another layout (areas of $size bytes): correct\
			NAMEPLATE_BASE and NAMEPLATE_SIZE" 0]
	}
	if {[dict get $entry end] > $base + $size} {
		return [list {} "" 0]
	}
	return [list [_np_new_area $base $size [dict get $entry cell] [dict get $word generation] [dict get $entry place] \
		[dict get $entry end]] "" 0]
}

# What the region shows of areas.
proc _np_area_find {base end} {
	set size [expr {$end - $base}]
	set half [expr {$size / 2}]
	set middle [expr {$base + $half}]
	lassign [_np_area_first $base $end] entry damaged
	lassign [_np_area_at $entry $base [list $half $size]] area refusal other
	set areas [_np_present $area]
	if {$half % 4 == 0 && ($area eq "" || [dict get $area size] != $size)} {
		set damaged [expr {$damaged || ![_np_is_blank [_np_word $middle]]}]
		lassign [_np_area_at [_np_entry_at $middle $middle $end 0] $middle [list $half]] second why second_other
		set areas [_np_present $area $second]
		if {[llength $areas] == 2 && [_np_newer [dict get $second generation] [dict get $area generation]]} {
			set areas [list $second $area]
		}
		if {$why ne ""} {
			set refusal $why
		}
		set other [expr {$other || $second_other}]
	}
	return [_np_new_seen $areas $damaged $refusal $other]
}

# Those of the arguments that are not empty.
proc _np_present {args} {
	set present {}
	foreach one $args {
		if {$one ne ""} {
			lappend present $one
		}
	}
	return $present
}

# End of what an incomplete header claims: at least its own word.
proc _np_claim {place area_base cell} {
	set header [_np_header_parse [_np_word $place]]
	if {$header ne ""} {
		set own [dict get $header cell]
		if {($own == $cell || $own == 4) && ($place - $area_base) % $own == 0} {
			return [expr {$place + [_np_entry_size $own [dict get $header length]]}]
		}
	}
	return [expr {$place + 4}]
}

# After so many words the core is asked how the store goes on, which takes as long as reading half of them again. It stops at each
# damage, so each time four times as many are read before.
set _np_walk_least 240

# The entries that the core finds from `place` on, as _np_walk says, and where to go on: {place entries}. Each is read here, and
# stands, or nothing that it found counts.
proc _np_walk_entries {area place items} {
	lassign [_np_walk $area $place $items] to newest blank
	if {$to eq ""} {
		return [list $place {}]
	}
	_np_blank_found $to $blank
	set span [_np_span [dict get $area cell]]
	_np_reads_ahead [_np_min 8 $span]
	set entries [lmap one $newest {_np_set_at $area $one}]
	_np_reads_ahead $span
	if {[lsearch -exact $entries {}] >= 0} {
		set ::_np_job_works 0
		return [list $place {}]
	}
	return [list $to $entries]
}

# The entry at `place`, with the end of its set, or {}.
proc _np_set_at {area place} {
	set first ""
	for {set more 1} {$more} {set place [dict get $entry end]} {
		set entry [_np_entry_at $place [dict get $area base] [dict get $area end] [dict get $area cell]]
		if {$entry eq ""} {
			return {}
		}
		if {$first eq ""} {
			set first $entry
		}
		set more [dict get $entry more]
	}
	dict set first until [dict get $entry end]
	return $first
}

# From the area entry on: {entries floor reach}. Of the variables that `items` belong to, or if there is none, of all, the newest
# entry is among them. From `floor` on nothing is used or claimed; a reader comes no further than `reach` while all is blank.
proc _np_area_walk {area items} {
	set base [dict get $area base]
	set cell [dict get $area cell]
	set end [dict get $area end]
	set place [dict get $area first]
	set used $place
	set floor $place
	set entries {}
	# Entries whose set goes on wait for the one that completes it.
	set open {}
	set ask [expr {[_np_reads_cost] + $::_np_walk_least}]
	while {$place + 4 <= $end && $place - $used < $::_np_max_gap} {
		# Most words are blank: these are no entries, and from one that the core has looked at it goes on after the last.
		set blank [_np_is_blank [_np_word $place]]
		set entry {}
		if {!$blank} {
			set entry [_np_entry_at $place $base $end $cell]
		}
		if {$entry ne ""} {
			lappend open $entry
			if {![dict get $entry more]} {
				foreach member $open {
					dict set member until [dict get $entry end]
					lappend entries $member
				}
				set open {}
			}
			set place [dict get $entry end]
			if {[llength $open] == 0 && [_np_reads_cost] > $ask} {
				lassign [_np_walk_entries $area $place $items] place found
				lappend entries {*}$found
				set ask [expr {4 * [_np_reads_cost]}]
			}
			set used $place
			set floor [_np_max $floor $place]
			continue
		}
		if {[llength $open] > 0} {
			# A set left open: a cell after it stays blank, or the next entry would complete it.
			set floor [_np_max $floor [expr {$base + [_np_align [expr {$place - $base}] $cell] + $cell}]]
			set open {}
		}
		if {$blank} {
			set place [_np_blank_cells [expr {$base + [_np_align [expr {$place + 1 - $base}] $cell]}] $cell]
		} else {
			set floor [_np_max $floor [_np_claim $place $base $cell]]
			incr place 4
			set used $place
		}
	}
	set floor [expr {$base + [_np_align [expr {$floor - $base}] $cell]}]
	return [list $entries $floor [expr {$used + $::_np_max_gap}]]
}

# What _np_area_find says of a region that has not been read yet.
proc _np_store_look {region} {
	set base [dict get $region base]
	set end [dict get $region end]
	_np_reads_begin $base $end [_np_span [dict get $region cell]]
	return [_np_area_find $base $end]
}

# The store: of the variables that `items` belong to, or if there is none, of all.
proc _np_store_scan {region {items {}}} {
	set seen [_np_store_look $region]
	if {[llength [dict get $seen areas]] == 0} {
		return [_np_store_none $region $seen]
	}
	return [_np_store_of [lindex [dict get $seen areas] 0] $seen $items]
}

proc _np_store_none {region seen} {
	set base [dict get $region base]
	return [_np_new_store [dict get $seen state] {} {} $base $base [dict get $seen refusal] 0]
}

proc _np_store_of {area seen items} {
	_np_reads_ahead [_np_span [dict get $area cell]]
	lassign [_np_area_walk $area $items] entries floor reach
	# Beside a valid area one of another version may be the newer one; one of another layout is just a leftover.
	set refusal [expr {[dict get $seen other] ? [dict get $seen refusal] : ""}]
	return [_np_new_store ok $area $entries $floor $reach $refusal [llength $items]]
}

# The same for a writer, which builds on an area only if its area entry is there to stay: a check whose writing was cut
# off may be right now and wrong later. Then the other area counts, or there is none.
proc _np_store_scan_to_write {region {items {}}} {
	set seen [_np_store_look $region]
	set areas [dict get $seen areas]
	foreach area $areas {
		if {[_np_area_settled $area]} {
			return [_np_store_of $area $seen $items]
		}
	}
	if {[llength $areas] > 0} {
		# With entries in it this is no cut but a flash that has worn out: nothing better is to be had.
		set worn [_np_store_of [lindex $areas 0] $seen {}]
		if {[llength [dict get $worn entries]] > 0} {
			return $worn
		}
		dict set seen state damaged
	}
	return [_np_store_none $region $seen]
}

# Whether an area entry's check reads the same four times more. Only the check can be half-written: header and value
# have been read back before it was begun.
proc _np_area_settled {area} {
	set place [expr {[dict get $area first] - [dict get $area cell]}]
	set check [_np_word $place]
	for {set i 0} {$i < 4} {incr i} {
		_np_words $place 1
		if {[_np_word $place] ne $check} {
			return 0
		}
	}
	return 1
}

# Reads entries four times over from the target, each up to the end of its set: a torn check may happen to be right
# once.
proc _np_store_settled {region area entries} {
	for {set i 0} {$i < 4} {incr i} {
		_np_reads_begin [dict get $region base] [dict get $region end] [_np_span [dict get $area cell]]
		foreach entry $entries {
			if {![_np_entry_settled $area $entry]} {
				return 0
			}
		}
	}
	return 1
}

proc _np_entry_settled {area entry} {
	set place [dict get $entry place]
	set now {}
	while {$place < [dict get $entry until]} {
		set next [_np_entry_at $place [dict get $area base] [dict get $area end] [dict get $area cell]]
		if {$next eq ""} {
			return 0
		}
		if {$now eq ""} {
			set now $next
		}
		set place [dict get $next end]
	}
	return [expr {$place == [dict get $entry until] && ![dict get $next more] && [dict get $now value] eq [dict get $entry value] &&
		[dict get $now key] == [dict get $entry key] && [dict get $now type] == [dict get $entry type]}]
}

list
