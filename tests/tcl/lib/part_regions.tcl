# SPDX-License-Identifier: MIT
# The default region of every part of a table, by nameplate.tcl's rule on the banks that OpenOCD would report: a line each,
# `part base=0x... size=... areas=... cell=... erased=..`, or `part` and the error.
#     jimsh part_regions.tcl firmware/parts.csv

source [file join [file dirname [info script]] fake.tcl]
source [file join [file dirname [info script]] banks.tcl]

# The driver, what it says of the chip, and the bytes of its first bank, 0 for all: from OpenOCD's source.
set drivers {
	stm32f10?x[fg]  stm32f1x STM32F10x 524288
	stm32f1*        stm32f1x STM32F1xx 0
	stm32f[03]*     stm32f1x STM32F0xx 0
	stm32f*         stm32f2x STM32F4xx 0
	stm32l151xcx6a  stm32lx STM32L1xx 196608
	stm32l15?xc-a   stm32lx STM32L1xx 196608
	stm32l162xc-a   stm32lx STM32L1xx 196608
	stm32l152xcx6a  stm32lx STM32L1xx 196608
	stm32l162xcx6a  stm32lx STM32L1xx 196608
	stm32l1??[qz]c  stm32lx STM32L1xx 196608
	stm32l1??xd     stm32lx STM32L1xx 196608
	stm32l1??xd-x   stm32lx STM32L1xx 262144
	stm32l1??xe     stm32lx STM32L1xx 262144
	stm32l1*        stm32lx STM32L1xx 0
	stm32l0[178]?x[bz] stm32lx STM32L0xx half
	stm32l0*        stm32lx STM32L0xx 0
	stm32h7[45]?x[gi] stm32h7x {} half
	stm32h7[ab]?x[gi] stm32h7x {} half
	stm32h7*        stm32h7x {} 0
	stm32l4*        stm32l4x STM32L4xx 0
	stm32g0*        stm32l4x STM32G0xx 0
	stm32g4*        stm32l4x STM32G4xx 0
	stm32l5*        stm32l4x STM32L5xx 0
	stm32c0*        stm32l4x STM32C0xx 0
	stm32u0*        stm32l4x STM32U0xx 0
	stm32wl*        stm32l4x STM32WLxx 0
	stm32wba*       stm32l4x STM32WBA5x 0
	stm32wb*        stm32l4x STM32WB5x 0
	stm32u*         stm32l4x STM32U5xx 0
}

# The table's pages in the form of banks.tcl, cut into OpenOCD's banks; a bank does not end with a gap, nor begin with one.
proc banks_of {driver first pages} {
	set all {}
	set bytes 0
	foreach run $pages {
		if {[regexp {^gap([0-9]+)$} $run all_of kib]} {
			lappend all [expr {$kib * 1024}]xgap
		} else {
			lassign [split $run x] count kib
			lappend all [expr {$kib * 1024}]x$count
			incr bytes [expr {$count * $kib * 1024}]
		}
	}
	if {$first eq "half"} {
		set first [expr {$bytes / 2}]
	}
	if {$first == 0 || $first >= $bytes} {
		return [list [list $driver 0x08000000 {*}$all]]
	}
	lassign [split [lindex $all 0] x] size
	set one [list $driver 0x08000000 ${size}x[expr {$first / $size}]]
	set gap [expr {[lindex $all 1] ne "" ? [lindex [split [lindex $all 1] x] 0] : 0}]
	return [list $one [list $driver [format 0x%08X [expr {0x08000000 + $first + $gap}]] ${size}x[expr {($bytes - $first) / $size}]]]
}

set reads 0
set dead 0
# FLASH_SFR of a WB with FUS alone.
dict set other_words [expr {0x58004080 + 0}] 0x000000F4

set table [open [lindex $argv 0]]
while {[gets $table line] >= 0} {
	lassign [split $line ,] part core flash pages
	if {![string match stm32* $part]} {
		continue
	}
	foreach {pattern driver text first} $drivers {
		if {[string match $pattern $part]} {
			break
		}
	}
	banks_are [banks_of $driver $first $pages] $text
	if {[catch {_np_region [_np_banks]} region]} {
		puts "$part $region"
		continue
	}
	puts [format "%s base=0x%08X size=%d areas=%d cell=%d erased=%02x" $part [dict get $region base] \
		[expr {[dict get $region end] - [dict get $region base]}] [dict get $region areas] [dict get $region cell] \
		[expr {[dict get $region erased] & 0xFF}]]
}
