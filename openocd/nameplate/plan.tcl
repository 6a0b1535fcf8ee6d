# SPDX-License-Identifier: MIT
# The plan of a write, by the chapters "Writing" and "Compaction" of firmware/FORMAT.md: everything that can refuse,
# before anything is written.

# ---- what is to be written ------------------------------------------------------------------------------------

# Whether the items are what three fills write: a serial number, alone.
proc _np_by_fills {items} {
	set item [lindex $items 0]
	return [expr {[llength $items] == 1 && [dict get $item key] == $::_np_key_serial && [dict get $item type] == 0 &&
		[llength [dict get $item value]] == 4}]
}

# Bytes of flash that the items take after others.
proc _np_plan_size {items cell} {
	if {[_np_by_fills $items]} {
		return [_np_entry_size $cell 4]
	}
	return [_np_align [_np_packed_size $items] $cell]
}

# Words of each cell that writing them touches.
proc _np_plan_words {region items cell} {
	return [expr {[_np_by_fills $items] ? [dict get $region words] : $cell / 4}]
}

# ---- where ----------------------------------------------------------------------------------------------------

# The words of a cell, as read.
proc _np_cell_words {place cell} {
	set words {}
	for {set at 0} {$at < $cell} {incr at 4} {
		lappend words [_np_word [expr {$place + $at}]]
	}
	return $words
}

# Whether the first `words` words of each cell from `place` up to `end`, those that will be written, read exactly as
# erased.
proc _np_erased {region place end cell words} {
	for {} {$place < $end} {incr place $cell} {
		set place [_np_blank_cells $place $cell]
		for {set i 0} {$i < $words && $place < $end} {incr i} {
			set word [_np_word [expr {$place + 4 * $i}]]
			if {$word eq "" || $word != [dict get $region erased]} {
				return 0
			}
		}
	}
	return 1
}

# Where `size` bytes go, at `floor` or after it; {} if there is no room.
# A place that reads blank but is not erased is passed over, but not so far that a reader would stop before it. Three
# spent cells are no trace of a cut: a tool has written ones, and the rest of the area is taken to be like them.
proc _np_place_in {region area_end floor reach cell size words} {
	if {[llength $::_np_spent] >= $::_np_max_spent} {
		return {}
	}
	for {set place $floor} {$place + $size <= $area_end && $place < $reach} {incr place $cell} {
		set end [expr {$place + $size}]
		if {[_np_erased $region $place $end $cell $words] && ![_np_spent_in $place $end]} {
			return $place
		}
	}
	return {}
}

proc _np_full {region needed free} {
	_np_fail "the reserved region [_np_range [dict get $region base] [dict get $region end]] is full: this needs\
		$needed bytes and [_np_max 0 $free] are free; delete variables (`nameplate delete`), or reserve a\
		larger region\
		(NAMEPLATE_BASE, NAMEPLATE_SIZE)"
}

proc _np_plan {region store items} {
	set range [_np_range [dict get $region base] [dict get $region end]]
	if {[dict get $store refusal] ne ""} {
		_np_fail "the reserved region $range [dict get $store refusal]; or `nameplate erase` clears it"
	}
	if {[dict get $store state] ne "ok"} {
		return [_np_plan_format $region $store $items $range]
	}
	set area [dict get $store area]
	set cell [dict get $area cell]
	if {$cell % [dict get $region cell] != 0} {
		_np_fail "the reserved region $range holds a store in cells of $cell bytes, but this flash\
			([dict get $region driver]) needs [dict get $region cell]: `nameplate erase` clears it"
	}
	set words [_np_plan_words $region $items $cell]
	if {$words == $cell / 4} {
		_np_reads_ahead 32
	}
	set place [_np_place_in $region [dict get $area end] [dict get $store floor] [dict get $store reach] $cell \
		[_np_plan_size $items $cell] $words]
	set plan [_np_new_plan append $items $area $place 0]
	if {$place eq "" || [_np_unfinished $region $plan]} {
		return [_np_plan_compact $region $store $plan]
	}
	return $plan
}

proc _np_other_area {region plan} {
	if {[dict get $plan area base] != [dict get $region base]} {
		return [dict get $region base]
	}
	return [expr {[dict get $region base] + [dict get $plan area size]}]
}

# Whether the other area holds the header and the value of a newer area entry, though no right check: a compaction was
# cut off in its last word, which may read right later and bring the other area back. So nothing may be appended to this
# one.
proc _np_unfinished {region plan} {
	if {[dict get $plan area size] * 2 != [dict get $region end] - [dict get $region base]} {
		return 0
	}
	set other [_np_other_area $region $plan]
	set header [_np_header_parse [_np_word $other]]
	if {$header eq "" || [dict get $header key] != 0 || [dict get $header type] != 0 || [dict get $header length] != 4} {
		return 0
	}
	set word [_np_word [expr {$other + [dict get $header cell]}]]
	return [expr {$word ne "" && [_np_newer [dict get [_np_area_parse $word] generation] [dict get $plan area generation]]}]
}

# Turns a plan for which there is no room, or no safe one, into a compaction; refuses what does not fit at all.
proc _np_plan_compact {region store plan} {
	set cell [dict get $plan area cell]
	set items [dict get $plan items]
	if {[dict get $store part]} {
		set store [_np_store_scan_to_write $region]
	}
	set merged [_np_merge $store $items]
	set room [expr {[dict get $plan area size] - [_np_entry_size $cell 4]}]
	if {[_np_align [_np_packed_size $merged] $cell] > $room} {
		# What stays, whatever is written now.
		set gone {}
		foreach item $items {
			dict set item type $::_np_type_deleted
			lappend gone $item
		}
		_np_full $region [_np_packed_size $items] [expr {$room - [_np_packed_size [_np_merge $store $gone]]}]
	}
	dict set plan merged $merged
	set whole [expr {[dict get $region end] - [dict get $region base]}]
	if {[dict get $plan area size] == $whole} {
		# Refuses a device that cannot be told from others, as the file could then end up on another one.
		dict set plan mode rewrite
		dict set plan device [_np_device $region "which the file with its variables would be bound to, as its region is full and has a\
			single area: `nameplate dump FILE -secrets`, `nameplate erase`, `nameplate restore FILE`, or reserve two areas (NAMEPLATE_BASE,\
			NAMEPLATE_SIZE)"]
		dict set plan was [_np_save_was $region]
		return $plan
	}
	if {[dict get $region areas] != 2} {
		_np_fail "the reserved region [_np_range [dict get $region base] [dict get $region end]] is full, and\
			was laid out as\
			two areas, which are not whole pages here: correct NAMEPLATE_BASE and NAMEPLATE_SIZE, or\
			`nameplate erase` clears it"
	}
	dict set plan mode compact
	return $plan
}

# ---- first format ---------------------------------------------------------------------------------------------

# What a cut-off write of `word` can leave: only bits that were to change have changed.
proc _np_torn_word {region now word} {
	set erased [dict get $region erased]
	return [expr {$now eq "" || (($now ^ $erased) & ~($word ^ $erased)) == 0}]
}

proc _np_cell_torn {region words word} {
	set filled [dict get $region words]
	foreach now $words {
		set wanted [expr {$filled > 0 ? $word : [dict get $region erased]}]
		if {![_np_torn_word $region $now $wanted]} {
			return 0
		}
		incr filled -1
	}
	return 1
}

# Whether the region is blank or looks like a first format that was cut off, any number of times; any other
# content is somebody's data. Returns {floor reach} as _np_area_walk does, or {}.
proc _np_torn_first {region} {
	set cell [dict get $region cell]
	set area [_np_area_value [dict get $region area] 1]
	set header [_np_header_make $cell 0 0 0 4]
	set place [dict get $region base]
	set floor $place
	set used $place
	# What may be in the next cell: a value only after a whole header, a check only after a whole value.
	set next {}
	for {} {$place < [dict get $region end]} {incr place $cell} {
		set after [_np_blank_cells $place $cell]
		if {$after > $place} {
			set next {}
			set place [expr {$after - $cell}]
			continue
		}
		set words [_np_cell_words $place $cell]
		set first [lindex $words 0]
		if {[_np_cell_torn $region $words [dict get $region erased]] && [lsearch -exact $words ""] < 0} {
			set next {}
			continue
		}
		set used [expr {$place + $cell}]
		set floor [_np_max $floor $used]
		set expected [lindex $next 0]
		set next [lrange $next 1 end]
		if {$expected ne "" && [_np_cell_torn $region $words $expected]} {
			if {$first ne $expected} {
				set next {}
			}
			continue
		}
		if {![_np_cell_torn $region $words $header]} {
			return {}
		}
		set next {}
		if {$first eq $header} {
			set offset [expr {$place - [dict get $region base]}]
			set next [list [_np_bytes_word $area] [_np_check $offset $header $area]]
		}
		set floor [_np_max $floor [_np_claim $place [dict get $region base] $cell]]
	}
	return [list $floor [expr {$used + $::_np_max_gap}]]
}

# No store yet.
proc _np_plan_format {region store items range} {
	# Every word counts now, so read in blocks.
	_np_reads_ahead 64
	lassign [_np_torn_first $region] floor reach
	if {$floor eq ""} {
		_np_fail "the reserved region $range holds something else, which is left alone: choose another region\
			(NAMEPLATE_BASE, NAMEPLATE_SIZE), or clear it with `nameplate erase`"
	}
	set cell [dict get $region cell]
	set area_size [dict get $region area]
	set area_base [dict get $region base]
	set area_end [expr {$area_base + $area_size}]
	# Room for the area entry, of one word, and the items after it.
	set entry_size [_np_entry_size $cell 4]
	set size [_np_plan_size $items $cell]
	set place [_np_place_in $region $area_end $floor $reach $cell [expr {$entry_size + $size}] [expr {$cell / 4}]]
	set erase 0
	if {$place eq ""} {
		if {$entry_size + $size > $area_size} {
			_np_full $region $size [expr {$area_size - $entry_size}]
		}
		set erase [_np_erased $region $area_base [dict get $region end] $cell [expr {$cell / 4}]]
	}
	if {$erase} {
		set place $area_base
	}
	if {$place eq ""} {
		_np_fail "the reserved region $range holds only what earlier writes left that were cut off, and too\
			much of it:\
			clear it with `nameplate erase`, then run the same command again"
	}
	set area [_np_new_area $area_base $area_size $cell 1 $place [expr {$place + $entry_size}]]
	return [_np_new_plan format $items $area $place $erase]
}

list
