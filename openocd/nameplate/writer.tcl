# SPDX-License-Identifier: MIT
# Writing the store, by the chapter "Writing" of firmware/FORMAT.md: a serial number by three `flash fillw`, its check last;
# all else as packed entries, in one `flash write_image` whose last word is the last check.
# (On stm32lx a write must start on a half page, or OpenOCD 0.12 aborts: stm32lx.c asserts. Cells see to that.)

# The words of a cell, as read.
proc _np_cell_words {place cell} {
	set words {}
	for {set at 0} {$at < $cell} {incr at 4} {
		lappend words [_np_word [expr {$place + $at}]]
	}
	return $words
}

# Whether the first `words` words of each cell from `place` up to `end`, those that will be written, read exactly as erased.
proc _np_erased {region place end cell words} {
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

# The cells that this run has found spent: they read erased and take no word, since they were programmed with ones, or a write
# was cut off that had changed only bits of their error-correcting code.
set _np_spent {}
set _np_max_spent 3
proc _np_spent_in {place end} {
	foreach cell $::_np_spent {
		if {$cell >= $place && $cell < $end} {
			return 1
		}
	}
	return 0
}

# Where `size` bytes go, at `floor` or behind it; {} if there is no room.
# A place that reads blank but is not erased is passed over, but not so far that a reader would stop before it. Three spent
# cells are no trace of a cut: a tool has written ones, and the rest of the area is taken to be like them.
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
# A plan is a dict: items to write; mode, how: append, format (the area entry first), compact (into the other area) or
# rewrite (the only area); place, where the first new cell goes, if there is room; erase, with format: whether the area is to
# be erased before; area_base, area_end, area_size, cell; generation; area_entry, the address of the area entry.

# Whether the items are what three fills write: a serial number, alone.
proc _np_by_fills {items} {
	set item [lindex $items 0]
	return [expr {[llength $items] == 1 && [dict get $item key] == $::_np_key_serial && [dict get $item type] == 0 &&
		[llength [dict get $item value]] == 4}]
}

# Bytes of flash that the items take behind others.
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

# The items that are not on the device as they are to be.
proc _np_changes {region store items} {
	set changes {}
	set same {}
	foreach item $items {
		set entry [_np_store_find $store $item]
		if {[_np_same_entry $entry $item]} {
			lappend same $item $entry
		} else {
			lappend changes $item
		}
	}
	# Unless they are there to stay, they are all written again.
	set entries {}
	foreach {item entry} $same {
		if {$entry ne ""} {
			lappend entries $entry
		}
	}
	if {[llength $entries] > 0 && ![_np_store_settled $region [dict get $store area] $entries]} {
		return $items
	}
	return $changes
}

# A deletion is there when the variable is not.
proc _np_same_entry {entry item} {
	if {[dict get $item type] == $::_np_type_deleted || $entry eq ""} {
		return [expr {[dict get $item type] == $::_np_type_deleted && $entry eq ""}]
	}
	return [expr {[dict get $entry type] == [dict get $item type] && [dict get $entry value] eq [dict get $item value]}]
}

proc _np_full {region needed free} {
	_np_fail "the reserved region [_np_range [dict get $region base] [dict get $region end]] is full: this needs\
		$needed bytes and [_np_max 0 $free] are free; delete variables (`nameplate delete`), or reserve a larger region\
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
		lset ::_np_reads 2 32
	}
	set place [_np_place_in $region [dict get $area end] [dict get $store floor] [dict get $store reach] $cell \
		[_np_plan_size $items $cell] $words]
	set plan [dict create items $items mode append place $place cell $cell area_base [dict get $area base] \
		area_end [dict get $area end] area_size [dict get $area size] generation [dict get $area generation] \
		area_entry [dict get $area entry]]
	if {$place eq "" || [_np_unfinished $region $plan]} {
		return [_np_plan_compact $region $store $plan]
	}
	return $plan
}

# Whether the other area holds the header and the value of a newer area entry, though no right check: a compaction was cut off
# in its last word, which may read right later and bring the other area back. So nothing may be appended to this one.
proc _np_unfinished {region plan} {
	if {[dict get $plan area_size] * 2 != [dict get $region end] - [dict get $region base]} {
		return 0
	}
	set other [_np_other_area $region $plan]
	set header [_np_header_parse [_np_word $other]]
	if {$header eq "" || [dict get $header key] != 0 || [dict get $header type] != 0 || [dict get $header length] != 4} {
		return 0
	}
	set word [_np_word [expr {$other + [dict get $header cell]}]]
	return [expr {$word ne "" && [_np_newer [dict get [_np_area_parse $word] generation] [dict get $plan generation]]}]
}

# No store yet.
proc _np_plan_format {region store items range} {
	# Every word counts now, so read in blocks.
	lset ::_np_reads 2 64
	lassign [_np_torn_first $region] floor reach
	if {$floor eq ""} {
		_np_fail "the reserved region $range holds something else, which is left alone: choose another region\
			(NAMEPLATE_BASE, NAMEPLATE_SIZE), or clear it with `nameplate erase`"
	}
	set cell [dict get $region cell]
	set area_size [dict get $region area]
	set area_base [dict get $region base]
	set area_end [expr {$area_base + $area_size}]
	# Room for the area entry, of one word, and the items behind it.
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
		_np_fail "the reserved region $range holds only what earlier writes left that were cut off, and too much of it:\
			clear it with `nameplate erase`, then run the same command again"
	}
	return [dict create items $items mode format place $place erase $erase cell $cell area_base $area_base area_end $area_end \
		area_size $area_size generation 1 area_entry $place]
}

# ---- fills ----------------------------------------------------------------------------------------------------

# Reads `count` words anew and says whether all of them are still erased.
proc _np_still_erased {region place count} {
	_np_reads_begin [dict get $region base] [dict get $region end] 32
	for {set i 0} {$i < $count} {incr i} {
		set now [_np_word [expr {$place + 4 * $i}]]
		if {$now eq "" || $now != [dict get $region erased]} {
			return 0
		}
	}
	return 1
}

# The cell at `place` has not taken its word. If it still reads erased it is spent, which is noted, or protected, which is
# reported; else it is damage now, and the next scan sees it.
proc _np_not_taken {region place} {
	if {![_np_still_erased $region $place 1]} {
		return
	}
	_np_if_protected $place [expr {$place + 4}]
	lappend ::_np_spent $place
}

# Fills one cell. 1: it took the word; 0: it did not, and is damage or spent.
proc _np_fill {region place word} {
	_np_calm
	if {![catch {flash fillw [format 0x%08X $place] [format 0x%08X $word] [dict get $region words]}]} {
		return 1
	}
	_np_not_taken $region $place
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

# ---- blocks: one `flash write_image` of an Intel HEX file, which is text and so needs nothing binary in Tcl ----

proc _np_hex_record {address type bytes} {
	set record [list [llength $bytes] [expr {($address >> 8) & 255}] [expr {$address & 255}] $type]
	lappend record {*}$bytes
	set sum 0
	set line :
	foreach byte $record {
		incr sum $byte
		append line [format %02X $byte]
	}
	return $line[format %02X [expr {-$sum & 255}]]
}

proc _np_hex_file {address bytes} {
	set lines {}
	set page -1
	while {[llength $bytes] > 0} {
		set chunk [lrange $bytes 0 15]
		set bytes [lrange $bytes 16 end]
		if {$address >> 16 != $page} {
			set page [expr {$address >> 16}]
			lappend lines [_np_hex_record 0 4 [list [expr {$page >> 8}] [expr {$page & 255}]]]
		}
		lappend lines [_np_hex_record [expr {$address & 0xFFFF}] 0 $chunk]
		incr address [llength $chunk]
	}
	lappend lines [_np_hex_record 0 1 {}]
	return [join $lines \n]\n
}

# Refuses where the file of a block could not be created.
proc _np_try_scratch {bytes} {
	_np_file_delete [_np_file_scratch [_np_hex_file 0 $bytes]]
}

# Writes whole cells. 1: they read back as they were to be; 0: they do not, and the first that does not is damage or spent.
# The file may hold secrets: only its owner may read it (mkstemp sees to that), and it is gone again whatever happens.
proc _np_write_block {region place cell bytes} {
	set fill [expr {[dict get $region erased] & 255}]
	while {[llength $bytes] % $cell != 0} {
		lappend bytes $fill
	}
	set path [_np_file_scratch [_np_hex_file $place $bytes]]
	catch {
		_np_calm
		flash write_image $path 0 ihex
	}
	_np_file_delete $path
	_np_reads_begin [dict get $region base] [dict get $region end] 64
	set at $place
	foreach {a b c d} $bytes {
		set now [_np_word $at]
		if {$now eq "" || $now != [_np_bytes_word [list $a $b $c $d]]} {
			_np_not_taken $region [expr {$at - ($at - $place) % $cell}]
			return 0
		}
		incr at 4
	}
	return 1
}

# ---- write ----------------------------------------------------------------------------------------------------

# Carries out a plan, going on behind damage and spent cells three times at most. Returns the entries of the items that are
# values, as read back.
proc _np_write {region plan} {
	set items [dict get $plan items]
	for {set attempt 0} {$attempt < 4} {incr attempt} {
		if {$attempt > 0} {
			_np_say [format "the flash at 0x%08X did not take what was written, going on behind it" $place]
			set plan [_np_plan $region [_np_store_scan_to_write $region] $items]
		}
		set spent [llength $::_np_spent]
		set place [expr {[dict get $plan mode] eq "compact" ? [_np_other_area $region $plan] : [dict get $plan place]}]
		switch -- [dict get $plan mode] {
			compact { set entries [_np_compact $region $plan] }
			rewrite { return [_np_rewrite $region $plan] }
			default { set entries [_np_append_items $region $plan] }
		}
		if {$entries ne ""} {
			return $entries
		}
	}
	if {[llength $::_np_spent] > $spent} {
		_np_fail [format "the flash at 0x%08X refuses to be written and stays erased, although it is not write-protected: check\
			the supply voltage and what else protects it (readout protection, secure areas)" $place]
	}
	_np_fail [format "what was written does not read back from 0x%08X: the flash is worn or its supply is weak;\
		run the same command again, or replace the part" $place]
}

# The entries as read back, or {} if a cell was bad.
proc _np_append_items {region plan} {
	set place [dict get $plan place]
	set cell [dict get $plan cell]
	set base [dict get $plan area_base]
	set items [dict get $plan items]
	if {[dict get $plan mode] eq "format"} {
		if {[dict get $plan erase]} {
			_np_say "the reserved region reads erased and takes no words: erasing it"
			_np_erase $base [dict get $plan area_size] [dict get $region erased]
		}
		set place [_np_append_word $region $base $place $cell 0 [_np_area_word [dict get $plan area_size] 1]]
		if {$place eq ""} {
			return {}
		}
	}
	if {[_np_by_fills $items]} {
		set value [_np_bytes_word [dict get [lindex $items 0] value]]
		if {[_np_append_word $region $base $place $cell [dict get [lindex $items 0] key] $value] eq ""} {
			return {}
		}
		_np_reads_begin [dict get $region base] [dict get $region end] [_np_span $cell]
	} else {
		set fill [expr {[dict get $region erased] & 255}]
		if {![_np_write_block $region $place $cell [_np_pack $items [expr {$place - $base}] 1 $fill]]} {
			return {}
		}
	}
	return [_np_read_back $plan $place]
}

# Decodes the new entries from the target, and before them an area entry that is new, or {}. What lies between was read before
# and not touched, nothing lies behind, and no reader stops before the place: so every reader will find these entries.
proc _np_read_back {plan place} {
	set base [dict get $plan area_base]
	set end [dict get $plan area_end]
	set cell [dict get $plan cell]
	if {[dict get $plan mode] eq "format"} {
		set area [_np_entry_at [dict get $plan area_entry] $base $end $cell]
		if {$area eq "" || [dict get $area key] != 0} {
			return {}
		}
	}
	set entries {}
	foreach item [dict get $plan items] {
		set entry [_np_entry_at $place $base $end $cell]
		if {$entry eq "" || [dict get $entry key] != [dict get $item key] || [dict get $entry type] != [dict get $item type] ||
			[dict get $entry value] ne [dict get $item value]} {
			return {}
		}
		lappend entries $entry
		set place [dict get $entry end]
	}
	return [expr {[dict get $entry more] ? "" : $entries}]
}

list
