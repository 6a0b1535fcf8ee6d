# SPDX-License-Identifier: MIT
# Changing flash: a fill, a block, an erase. Each is looked at afterwards; what has not taken its word is damage, spent
# or protected. (On stm32lx a write must start on a half page, or OpenOCD 0.12 aborts: stm32lx.c asserts. Cells see to
# that.)

# The cells that this run has found spent: they read erased and take no word, since they were programmed with ones, or a
# write was cut off that had changed only bits of their error-correcting code.
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

# The cell at `place` has not taken its word. If it still reads erased it is spent, which is noted, or protected, which
# is reported; else it is damage now, and the next scan sees it.
proc _np_not_taken {region place} {
	if {![_np_still_erased $region $place 1]} {
		return
	}
	_np_if_protected $region $place [expr {$place + 4}]
	lappend ::_np_spent $place
}

# OpenOCD's drivers put a loader into RAM and run it, some 16,000 TCK each time. Without a working area they write by
# themselves, some 2,800 TCK for a cell, and warn that it is slow. What OpenOCD prints at -d3 stays. 1 if it failed.
proc _np_directly {command} {
	set target [target current]
	set size [$target cget -work-area-size]
	set level [lindex [debug_level] end]
	if {$level < 3} {
		debug_level [_np_min $level 0]
	}
	set failed [catch {
		$target configure -work-area-size 0
		{*}$command
	}]
	$target configure -work-area-size $size
	debug_level $level
	return $failed
}

# ---- fills ----------------------------------------------------------------------------------------------------

# Fills one cell. 1: it took the word; 0: it did not, and is damage or spent.
proc _np_fill {region place word} {
	set command [list flash fillw [format 0x%08X $place] [format 0x%08X $word] [dict get $region words]]
	if {![_np_directly $command]} {
		return 1
	}
	# An ST-LINK of firmware before V2J26 makes bytes of half-words, which the flash refuses.
	if {[_np_still_erased $region $place 1]} {
		_np_calm
		if {![catch $command]} {
			return 1
		}
	}
	_np_not_taken $region $place
	return 0
}

# Appends an entry whose value is four bytes: header, value, check. The place after it, or {} if a cell was bad.
proc _np_append_word {region area_base place cell key value} {
	set header [_np_header_make $cell 0 $key 0 4]
	set check [_np_check [expr {$place - $area_base}] $header $value]
	foreach word [list $header [_np_bytes_word $value] $check] {
		if {![_np_fill $region $place $word]} {
			return {}
		}
		incr place $cell
	}
	return $place
}

# ---- blocks: one `flash write_image` of an Intel HEX file, which is text and so needs nothing binary in Tcl ---

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
	for {set at 0} {$at < [llength $bytes]} {incr at 16} {
		set chunk [lrange $bytes $at [expr {$at + 15}]]
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

# Writes whole cells. 1: they read back as they were to be; 0: they do not, and the first that does not is damage or
# spent.
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

# ---- erasing --------------------------------------------------------------------------------------------------

# Erases whole pages, and looks at every word.
proc _np_erase {region base size} {
	set end [expr {$base + $size}]
	if {[catch {flash erase_address $base $size}]} {
		_np_alive $base
		_np_if_protected $region $base $end
		_np_fail "erasing [_np_range $base $end] failed: check write protection and power, then run the same\
			command again"
	}
	set place [_np_not_erased $base $end [dict get $region erased]]
	if {$place ne ""} {
		# It may come out of a cache (L4 and its like) that the core's looking has filled: a reset empties it.
		_np_reset halt
		set place [_np_not_erased $base $end [dict get $region erased]]
	}
	if {$place ne ""} {
		_np_fail [format "the flash at 0x%08X is not blank after erasing: run the same command again" $place]
	}
}

# The first word that does not read erased, or "".
proc _np_not_erased {base end erased} {
	_np_reads_begin $base $end 64
	for {set place $base} {$place < $end} {incr place 4} {
		set word [_np_word $place]
		if {$word eq "" || $word != $erased} {
			return $place
		}
		set place [_np_max $place [expr {[_np_blank_end $place] - 4}]]
	}
	return ""
}

list
