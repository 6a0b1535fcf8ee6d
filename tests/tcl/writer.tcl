# SPDX-License-Identifier: MIT
# The writer on a simulated flash: what it writes, and what is left when it is cut off at any fill.

source [file join [file dirname [info script]] lib writing.tcl]

# ---- whole writes ----------------------------------------------------------------------------------------------

foreach {cell erased} {4 0xFFFFFFFF 8 0xFFFFFFFF 16 0xFFFFFFFF 32 0xFFFFFFFF 128 0} {
	set erased [expr {$erased + 0}]
	set region [region_of $base 8192 $cell $erased]
	flash_is $base 8192 $erased
	check "cell $cell: a blank device takes its serial in six fills" [list [give $region 42] [llength $fills]] {42 6}
	set fills {}
	check "cell $cell: the next one takes three" [list [give $region 43] [llength $fills]] {43 3}
	check "cell $cell: the same one takes none" [list [give $region 43] [llength $fills]] {43 3}
	check "cell $cell: numbers that look erased" [list [give $region 0] [give $region 4294967295] [give $region 7]] \
		{0 4294967295 7}
}

# However many: no word is ever written twice (the fake flash refuses that), and each time it is full it moves over.
foreach {cell erased count} {4 0xFFFFFFFF 400 16 0xFFFFFFFF 120 128 0 30} {
	set erased [expr {$erased + 0}]
	set region [region_of $base 4096 $cell $erased]
	flash_is $base 4096 $erased
	give_vars $region [_np_vars_parse {note=kept {pin:secret=12 34}} 0]
	set erases {}
	for {set i 1} {$i <= $count && [catch {give $region $i} text] == 0 && [serial_of $region] == $i} {incr i} {
	}
	check "cell $cell: $count serials one after the other" [state_of $region] [list note=kept {pin=12 34} serial=$count]
	check "cell $cell: the areas are erased in turns" [lrange [lsort -unique $erases] 0 end] \
		[list [list $base 2048] [list [expr {$base + 2048}] 2048]]
}

# A place that reads blank but is not erased (ones on a part whose erased value is zeros) is passed over.
set region [region_of $base 8192 128 0]
flash_is $base 8192 0
give $region 42
foreach offset {768 896 1280} {
	flash_bytes [expr {$base + $offset}] ffffffff
}
check "blank words that are not erased are passed over" [list [give $region 43] [serial_of $region]] {43 43}
check "and the new entry is after them" [dict get [_np_store_serial [_np_store_scan $region]] place] [expr {$base + 1408}]

# A check that is torn may read right once: the same number is then written again.
set region [region_of $base 8192 4 $erased_ff]
flash_is $base 8192 $erased_ff
give $region 42
rename read_memory steady_read
proc read_memory {address width count} {
	set words [steady_read $address $width $count]
	if {$address <= $::base + 20 && $address + 4 * $count > $::base + 20 && [incr ::looks] > 1} {
		lset words [expr {($::base + 20 - $address) / 4}] 0x12345678
	}
	return $words
}
set looks 0
set fills {}
check "a serial that does not read the same every time is written again" [list [give $region 42] [llength $fills]] {42 3}
rename read_memory {}
rename steady_read read_memory

# A word in the middle of a cell that begins blank is not looked at (FORMAT.md, "Reading"), though the core's look ends there.
set region [device 8 [expr {0xFFFFFFFF + 0}] 2]
set floor [dict get [_np_store_scan $region] floor]
flash_bytes [expr {$floor + 1028}] 01020304
set blank_runs 0
check "cell 8: a word in the middle of a cell is nothing" \
	[list [expr {[dict get [_np_store_scan $region] floor] - $floor}] [expr {$blank_runs > 0}]] {0 1}
flash_bytes [expr {$floor + 1024}] 01020304
check "cell 8: at its begin it is damage" [expr {[dict get [_np_store_scan $region] floor] - $floor}] 1032

# ---- bad cells -------------------------------------------------------------------------------------------------

proc with_bad {offset reads} {
	dict set ::bad_cells [expr {$::base + $offset}] [expr {$reads + 0}]
}

foreach {name offset} {header 12 value 16 check 20} {
	set region [region_of $base 8192 4 $erased_ff]
	flash_is $base 8192 $erased_ff
	set bad_cells {}
	with_bad $offset 0x12340000
	check "a bad $name cell is passed over" [list [give $region 42] [serial_of $region]] {42 42}
}
set bad_cells {}
foreach offset {12 16 20 24 28 32 36 40 44 48 52 56} {
	with_bad $offset 0x12340000
}
flash_is $base 8192 $erased_ff
check "after four bad places it gives up" [string match "*does not read back*" [error_of {give $region 42}]] 1
set bad_cells {}

# ---- spent cells: they read erased, and take no word -----------------------------------------------------------

proc spend {from count {what 1}} {
	for {set i 0} {$i < $count} {incr i} {
		dict set ::spent_cells [expr {$::base + $from + $i * $::flash_cell}] $what
	}
}

foreach {cell erased} {8 0xFFFFFFFF 16 0xFFFFFFFF 128 0} {
	set region [region_of $base 4096 $cell [expr {$erased + 0}]]
	set end [expr {3 * $cell}]
	foreach {name at} {header 0 value 1 check 2} {
		flash_is $base 4096 [expr {$erased + 0}]
		give $region 41
		spend [expr {(6 + $at) * $cell}] 1
		set erases {}
		check "cell $cell: a spent $name cell is passed over" \
			[list [give $region 42] [serial_of $region] [llength $erases]] {42 42 0}
	}
	flash_is $base 4096 [expr {$erased + 0}]
	give_vars $region [_np_vars_parse {serial=41 note=kept} 0]
	spend [expr {8 * $cell}] 1
	check "cell $cell: a spent cell among those of a set is passed over" \
		[error_of {give_vars $region [_np_vars_parse {serial=42 "long=[string repeat x 60]"} 0]}] "no error"
	check "cell $cell: and the set is there" [lindex [state_of $region] end] serial=42

	flash_is $base 4096 [expr {$erased + 0}]
	give_vars $region [_np_vars_parse {serial=41 note=kept} 0]
	spend [expr {[dict get [_np_store_scan_to_write $region] floor] - $base}] [expr {2048 / $cell}]
	set erases {}
	check "cell $cell: where all that is left was programmed with ones, the store moves over" \
		[list [give $region 42] [state_of $region] $erases] \
		[list 42 [list note=kept serial=42] [list [list [expr {$base + 2048}] 2048]]]
	set erases {}
	check "cell $cell: and goes on there" [list [give $region 43] [give $region 44] $erases] {43 44 {}}

	flash_is $base 4096 [expr {$erased + 0}]
	spend 0 [expr {4096 / $cell}]
	set erases {}
	check "cell $cell: a region of ones is erased before the first format" \
		[list [give $region 42] [serial_of $region] $erases] [list 42 42 [list [list $base 2048]]]
	check "cell $cell: and then takes a value as any other" [list [give $region 43] [serial_of $region]] {43 43}
}

# Every other cell, and worse: each run goes further than the one before, whatever is spent.
for {set i 0; set slow {}} {$i < 16} {incr i} {
	set region [region_of $base 4096 8 $erased_ff]
	flash_is $base 4096 $erased_ff
	give $region 1
	for {set at 48} {$at < 4096} {incr at 8} {
		if {[random] % 4 < $i % 4} {
			spend $at 1
		}
	}
	for {set runs 1} {$runs < 10 && [catch {give $region [expr {$i + 2}]}]} {incr runs} {
		if {[serial_of $region] != 1} {
			lappend slow "$i: lost"
		}
	}
	if {$runs > 4 || [serial_of $region] != $i + 2} {
		lappend slow "$i: $runs runs"
	}
}
check "cells that are spent anywhere do not stop it for good, and nothing is lost" $slow {}

set region [region_of $base 4096 8 $erased_ff]
flash_is $base 4096 $erased_ff
give $region 41
spend 0 512 "for ever"
set erases {}
proc _np_banks {} {
	lassign $::flash_range base end
	return [list [dict create number 0 base $base end $end driver fake load {}]]
}
set protected_pages 0
check "flash is write-protected when the device says so" [error_of {give $region 42}] "the flash 0x08010000 to 0x080107FF is\
	write-protected (`nameplate lock` does that): to change it, first run `flash protect 0 0 0 off`, then a reset"
check "and then nothing is erased" $erases {}
set protected_pages 1
check "another page's protection is not taken for it" [string match "the flash 0x08010800 to 0x08010FFF is write-protected*" \
	[error_of {give $region 42}]] 1
set protected_pages {}
check "nor anything for protection where there is none" \
	[string match "*stays erased, although it is not write-protected*" [error_of {give $region 42}]] 1
check "and nothing is lost either way" [serial_of $region] 41

# ---- cut off at every fill -------------------------------------------------------------------------------------

foreach {cell erased} {4 0xFFFFFFFF 8 0xFFFFFFFF 32 0xFFFFFFFF 128 0} {
	set erased [expr {$erased + 0}]
	set region [region_of $base 8192 $cell $erased]
	flash_is $base 8192 $erased
	check "cell $cell: cut off in a first format" [cuts $region {give $region 41}] "fine, [expr {6 * [llength [ways $cell]]}] points"
	check "cell $cell: cut off in an update" [cuts $region {give $region 42}] "fine, [expr {3 * [llength [ways $cell]]}] points"
}

# Cut off again and again on one device, which in the end takes its number.
set region [region_of $base 8192 128 0]
flash_is $base 8192 0
set cut_kind torn
for {set i 0} {$i < 5} {incr i} {
	power_on
	set cut_at [expr {$i % 3}]
	catch {give $region 42}
}
power_on
check "cut off five times in a row, the device still takes its number" [error_of {give $region 42}] "no error"

# ---- somebody else's data --------------------------------------------------------------------------------------

foreach {name offset word} {first 0 0x20004000 last 8188 1 middle 4096 0xDEADBEEF second 4 0xD4000000} {
	flash_is $base 8192 0
	flash_bytes [expr {$base + $offset}] [format %08x $word]
	set fills {}
	check "data in the $name word is refused and left alone" \
		[list [string match "*holds something else*" [error_of {give $region 42}]] [llength $fills]] {1 0}
}

tap_end
