# SPDX-License-Identifier: MIT
# Writing the store, by the chapter "Writing" of firmware/FORMAT.md. One `flash fillw` per cell, the check last.
# (On stm32lx a fill must start on a half page, or OpenOCD 0.12 aborts: stm32lx.c asserts. Cells see to that.)

lappend _telnet_autocomplete_skip _np_plan _np_plan_format _np_torn_first _np_torn_word _np_erased _np_is_serial _np_read_back _np_cell_words
lappend _telnet_autocomplete_skip _np_append_word _np_fill _np_write_serial _np_place_in
lappend _telnet_autocomplete_skip _np_cell_torn

# The words of a cell, as read.
proc _np_cell_words {place cell} {
	set words {}
	for {set at 0} {$at < $cell} {incr at 4} {
		lappend words [_np_word [expr {$place + $at}]]
	}
	return $words
}

# Whether all words of `place` up to `end` that one fill per cell would write read exactly as erased.
proc _np_erased {region place end cell} {
	set words [dict get $region words]
	for {} {$place < $end} {incr place $cell} {
		for {set i 0} {$i < $words} {incr i} {
			set word [_np_word [expr {$place + 4 * $i}]]
			if {$word eq "" || $word != [dict get $region erased]} {
				return 0
			}
		}
	}
	return 1
}

# Where an entry of `length` bytes goes, at `floor` or behind it; refuses when there is no room.
# A place that reads blank but is not erased is passed over, but not so far that a reader would stop before it.
proc _np_place_in {region area_end floor reach cell length} {
	set size [_np_entry_size $cell $length]
	for {set place $floor} {$place + $size <= $area_end && $place < $reach} {incr place $cell} {
		if {[_np_erased $region $place [expr {$place + $size}] $cell]} {
			return $place
		}
	}
	_np_fail "the reserved region [_np_range [dict get $region base] [dict get $region end]] is full: the value needs\
		$size bytes and [_np_max 0 [expr {$area_end - $floor}]] are free; `nameplate erase` clears it,\
		then run the same command again"
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
	set area [_np_area_word [dict get $region area] 1]
	set header [_np_header_make $cell 0 0 0 4]
	set place [dict get $region base]
	set floor $place
	set used $place
	# What may stand in the next cell: a value only behind a whole header, a check only behind a whole value.
	set next {}
	for {} {$place < [dict get $region end]} {incr place $cell} {
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
			set next [list $area [_np_check $offset $header [_np_word_bytes $area]]]
		}
		set floor [_np_max $floor [_np_claim $place [dict get $region base] $cell]]
	}
	return [list $floor [expr {$used + $::_np_max_gap}]]
}

# ---- plan: everything that can refuse, before anything is written ---------------------------------------------

# Adds to the store what a write of the serial needs to know: cell, area_end, place (where the first new entry
# goes), format (whether that is the area entry), and the area's word for it.
proc _np_plan {region store} {
	set range [_np_range [dict get $region base] [dict get $region end]]
	if {[dict get $store state] ne "ok"} {
		return [_np_plan_format $region $store $range]
	}
	set area [dict get $store area]
	set cell [dict get $area cell]
	if {$cell % [dict get $region cell] != 0} {
		_np_fail "the reserved region $range holds a store in cells of $cell bytes, but this flash\
			([dict get $region driver]) needs [dict get $region cell]: `nameplate erase` clears it"
	}
	set floor [dict get $store floor]
	dict set store cell $cell
	dict set store area_end [dict get $area end]
	dict set store area_size [dict get $area size]
	dict set store place [_np_place_in $region [dict get $area end] $floor [dict get $store reach] $cell 4]
	dict set store format 0
	dict set store area_entry [dict get $area entry]
	return $store
}

proc _np_plan_format {region store range} {
	if {[dict get $store refusal] ne ""} {
		_np_fail "the reserved region $range [dict get $store refusal]; or `nameplate erase` clears it"
	}
	# Every word counts now, so read in blocks.
	lset ::_np_reads 2 64
	lassign [_np_torn_first $region] floor reach
	if {$floor eq ""} {
		_np_fail "the reserved region $range holds something else, which is left alone: choose another region\
			(NAMEPLATE_BASE, NAMEPLATE_SIZE), or clear it with `nameplate erase`"
	}
	set cell [dict get $region cell]
	set area_end [expr {[dict get $region base] + [dict get $region area]}]
	# Room for the area entry and the serial behind it, both of one word.
	set size [_np_entry_size $cell 4]
	set place [_np_place_in $region [expr {$area_end - $size}] $floor $reach $cell 4]
	dict set store cell $cell
	dict set store area_end $area_end
	dict set store area_size [dict get $region area]
	dict set store place $place
	dict set store format 1
	dict set store area_entry $place
	return $store
}

# ---- write ----------------------------------------------------------------------------------------------------

# Fills one cell. 1: it took the word; 0: it did not, and is damage now. Flash that stays erased is reported.
proc _np_fill {region place word} {
	if {![catch {flash fillw [format 0x%08X $place] [format 0x%08X $word] [dict get $region words]}]} {
		return 1
	}
	_np_reads_begin [dict get $region base] [dict get $region end] 1
	set now [_np_word $place]
	if {$now ne "" && $now == [dict get $region erased]} {
		_np_fail [format "the flash at 0x%08X refuses to be written and stays erased: check write protection\
			(option bytes) and the supply voltage" $place]
	}
	return 0
}

# Appends an entry of one word: header, value, check. The place behind it, or {} if a cell was bad.
proc _np_append_word {region area_base place cell key value} {
	set header [_np_header_make $cell 0 $key 0 4]
	set check [_np_check [expr {$place - $area_base}] $header [_np_word_bytes $value]]
	foreach word [list $header $value $check] {
		if {![_np_fill $region $place $word]} {
			return {}
		}
		incr place $cell
	}
	return $place
}

# Writes the serial by a plan, going on behind damage three times at most. Returns its entry, as read back.
proc _np_write_serial {region plan serial} {
	for {set attempt 0} {$attempt < 4} {incr attempt} {
		if {$attempt > 0} {
			_np_say [format "the flash at 0x%08X did not take its word, going on behind it" $place]
			set plan [_np_plan $region [_np_store_scan $region]]
		}
		set place [dict get $plan place]
		set cell [dict get $plan cell]
		set area_base [expr {[dict get $plan area_end] - [dict get $plan area_size]}]
		if {[dict get $plan format]} {
			set place [_np_append_word $region $area_base $place $cell 0 [_np_area_word [dict get $region area] 1]]
			if {$place eq ""} {
				set place [dict get $plan place]
				continue
			}
		}
		set end [_np_append_word $region $area_base $place $cell 1 $serial]
		if {$end eq ""} {
			continue
		}
		set entry [_np_read_back $region $plan $place]
		if {[_np_is_serial $entry $serial]} {
			return $entry
		}
	}
	_np_fail [format "the serial number does not read back from 0x%08X: the flash is worn or its supply is weak;\
		run the same command again, or replace the part" $place]
}

# Decodes the area entry and the new entry from the target again, or {}. What lies between them was read before
# and not touched, nothing lies behind, and no reader stops before the place: so every reader will find this entry.
proc _np_read_back {region plan place} {
	set base [dict get $region base]
	set cell [dict get $plan cell]
	set area_end [dict get $plan area_end]
	set area_base [expr {$area_end - [dict get $plan area_size]}]
	_np_reads_begin $base [dict get $region end] [_np_span $cell]
	set area [_np_entry_at [dict get $plan area_entry] $area_base $area_end $cell]
	if {$area eq "" || [dict get $area key] != 0} {
		return {}
	}
	return [_np_entry_at $place $area_base $area_end $cell]
}

# Whether an entry says `serial` in the form that program_serial writes.
proc _np_is_serial {entry serial} {
	return [expr {$entry ne "" && [dict get $entry key] == 1 && [dict get $entry type] == 0 && [dict get $entry length] == 4 &&
		[_np_bytes_word [dict get $entry value]] == $serial}]
}

list
