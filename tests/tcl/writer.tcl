# SPDX-License-Identifier: MIT
# The writer on a simulated flash: what it writes, and what is left when it is cut off at any fill.

source [file join [file dirname [info script]] lib fake.tcl]

set base [expr {0x08010000 + 0}]
set erased_ff [expr {0xFFFFFFFF + 0}]

# A seeded generator, so that every run tears the same bits.
set seed 1
proc random {} {
	set ::seed [expr {($::seed * 1103515245 + 12345) & 0x7FFFFFFF}]
	return [expr {$::seed >> 8}]
}
proc random_word {} {
	return [expr {(([random] & 0xFFFF) << 16) | ([random] & 0xFFFF)}]
}

# As program_serial does it: plan, then write unless it is there. Returns the serial, or raises.
proc give {region serial} {
	set plan [_np_plan_serial $region [dict create serial $serial keep 0]]
	set entry [dict get $plan entry]
	if {$entry eq ""} {
		set entry [_np_write_serial $region [dict get $plan store] $serial]
	}
	return [_np_show_entry $entry]
}

proc serial_of {region} {
	set entry [_np_store_serial [_np_store_scan $region]]
	if {$entry eq ""} {
		return none
	}
	return [_np_show_entry $entry]
}

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

# Until it is full, each number reads back, no word is ever written twice (the fake flash refuses that), and then
# the old number stays.
set region [region_of $base 4096 128 0]
flash_is $base 4096 0
set written 0
while {![catch {give $region [expr {$written + 1}]} text]} {
	incr written
}
check "an area of 2 KiB in cells of 128 holds four serials" $written 4
check "then it is refused" [string match "*is full*" $text] 1
check "and the last one stays" [serial_of $region] 4

# A place that reads blank but is not erased (ones on a part whose erased value is zeros) is passed over.
set region [region_of $base 8192 128 0]
flash_is $base 8192 0
give $region 42
foreach offset {768 896 1280} {
	flash_bytes [expr {$base + $offset}] ffffffff
}
check "blank words that are not erased are passed over" [list [give $region 43] [serial_of $region]] {43 43}
check "and the new entry lies behind them" [dict get [_np_store_serial [_np_store_scan $region]] place] [expr {$base + 1408}]

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
with_bad 0 $erased_ff
flash_is $base 8192 $erased_ff
check "flash that stays erased is reported as protected" \
	[string match "*refuses to be written*" [error_of {give $region 42}]] 1
set bad_cells {}

# ---- cut off at every fill -------------------------------------------------------------------------------------
# At fill N the flash takes a random part of the bits that were to change (or none, or all), and the write ends.

proc bits_taken {kind from to} {
	switch -- $kind {
		before { return $from }
		after  { return $to }
	}
	return [expr {$from ^ (($from ^ $to) & [random_word])}]
}

rename flash plain_flash
set cut_at -1
proc flash {command address value count} {
	if {[llength $::fills] != $::cut_at} {
		return [plain_flash $command $address $value $count]
	}
	set erased [lindex $::flash_range 2]
	for {set i 0} {$i < $count} {incr i} {
		set word [bits_taken $::cut_kind $erased [expr {$value + 0}]]
		# On parts with ECC a torn granule cannot be read.
		if {$::cut_kind eq "torn" && $count > 1 && $word != $erased} {
			set word ""
		}
		set ::flash_words([expr {$address + 4 * $i}]) $word
	}
	return -code error -errorcode CUT "power lost"
}
# The power is lost for good: whatever the writer would do next, it cannot.
rename _np_fill plain_fill
proc _np_fill {region place word} {
	if {[catch {plain_fill $region $place $word} result] || [llength $::fills] == $::cut_at} {
		return -code error "power lost"
	}
	return $result
}

# All cuts of one write of `serial` on a device that has `old`; then both the old or new value, and a second run.
proc cuts {cell erased old serial fills seeds} {
	set region [region_of $::base 4096 $cell $erased]
	for {set at 0} {$at < $fills} {incr at} {
		foreach kind [concat before after [lrepeat $seeds torn]] {
			flash_is $::base 4096 $erased
			set ::cut_at -1
			if {$old ne "none"} {
				give $region $old
			}
			set ::fills {}
			set ::cut_at $at
			set ::cut_kind $kind
			set state $::seed
			catch {give $region $serial}
			set ::cut_at -1
			set after [serial_of $region]
			if {$after ne $old && $after ne $serial} {
				return "cell $cell, cut $kind at fill $at, seed $state: reads $after"
			}
			if {[catch {give $region $serial} again] || $again ne $serial || [serial_of $region] ne $serial} {
				return "cell $cell, cut $kind at fill $at, seed $state: the second run gives $again"
			}
		}
	}
	return fine
}

foreach {cell erased} {4 0xFFFFFFFF 8 0xFFFFFFFF 32 0xFFFFFFFF 128 0} {
	set erased [expr {$erased + 0}]
	check "cell $cell: cut off in a first format, old or new, and the second run finishes" \
		[cuts $cell $erased none 42 6 16] fine
	check "cell $cell: cut off in an update, old or new, and the second run finishes" \
		[cuts $cell $erased 41 42 3 16] fine
}

# Cut off again and again on one device, which in the end takes its number.
set region [region_of $base 8192 128 0]
flash_is $base 8192 0
set cut_kind torn
for {set i 0} {$i < 5} {incr i} {
	set fills {}
	set cut_at [expr {$i % 3}]
	catch {give $region 42}
}
set cut_at -1
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
