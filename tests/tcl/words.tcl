# SPDX-License-Identifier: MIT
# program_words and nameplate lock on parts that no virtual board models: what is refused, what is written, what is protected.

source [file join [file dirname [info script]] lib fake.tcl]

proc _np_reset {how} {}
proc _np_leave {used reset} {}
proc _np_result {line} {
	lappend ::results $line
}

# One bank of 64 KiB, its last 4 KiB reserved, with the row of a driver. `info` is what `flash info` prints of it.
proc part {driver info} {
	set ::base [expr {0x08000000 + 0}]
	flash_is $::base 65536 [dict get [_np_driver $driver $info] erased]
	set ::flash_page 2048
	set ::flash_cell [dict get [_np_driver $driver $info] granule]
	set ::bank [dict merge [_np_driver $driver $info] [dict create driver $driver number 0 base $::base end [expr {$::base + 65536}]]]
	set ::images {}
	set ::protected {}
}
proc _np_banks {} {
	return [list $::bank]
}
proc _np_region {banks} {
	return [dict merge $::bank [dict create base [expr {$::base + 61440}] end [expr {$::base + 65536}] areas 2 area 2048]]
}
proc flash_info {number args} {
	set text "#0 : x at 0x08000000, size 0x10000, buswidth 0, chipwidth 0\n"
	for {set i 0} {$i * $::block < 65536} {incr i} {
		append text [format "\t#%3d: 0x%08x (0x%x %dkB) not protected\n" $i [expr {$i * $::block}] $::block [expr {$::block / 1024}]]
	}
	return $text
}
proc flash_protect {args} {
	lappend ::protected $args
}

# What is written from `address` on: {start words}, or the error.
proc words {address args} {
	set ::images {}
	if {[catch {_np_words_write [expr {$address + 0}] $args} text]} {
		return $text
	}
	return $::images
}

foreach {driver info step} {stm32f1x F1 1 stm32f2x F4 1 stm32l4x STM32L47 2 stm32l4x STM32G0 2 stm32l4x STM32WB5x 2
	stm32l4x STM32U57 4 stm32h7x H7 8 other X 8} {
	part $driver $info
	set some [lrange {1 2 3 4 5 6 7 8} 0 [expr {$step - 1}]]
	check "$info: one granule is written" [words 0x08001000 {*}$some] [list [list [expr {0x08001000 + 0}] $step]]
	check "$info: and again, which writes nothing" [words 0x08001000 {*}$some] {}
	check "$info: other words there are refused" [string match "*0x08001000 is not erased*" \
		[words 0x08001000 {*}[lreplace $some 0 0 9]]] 1
	check "$info: off the granule is refused" [string match "*pieces of [expr {4 * $step}] bytes*" [words 0x08001002 {*}$some]] 1
	if {$step > 1} {
		check "$info: half a granule is refused" \
			[string match "*pieces of [expr {4 * $step}] bytes*multiple of $step words*" [words 0x08002000 1]] 1
	}
}

part stm32lx L1
check "L1: a run inside a half page goes on to its end" [words 0x08001004 1 2] [list [list [expr {0x08001004 + 0}] 31]]
check "L1: with the erased value" [list [flash_word [expr {0x08001008 + 0}]] [flash_word [expr {0x0800107C + 0}]]] {2 0}
check "L1: one that starts on a half page does not" [words 0x08001080 1 2] [list [list [expr {0x08001080 + 0}] 2]]
check "L1: nor one that reaches the next" [words 0x080010FC 1 2] [list [list [expr {0x080010FC + 0}] 2]]
flash_bytes [expr {$base + 0x2040}] 01
check "L1: something else in the rest of the half page" \
	[string match "*together with the rest of its half page*0x08002040*" [words 0x08002004 1]] 1
check "the region is refused" [string match "*touches the reserved region*" [words 0x0800EFFC 1 2]] 1
check "outside is refused" [string match "*not in the flash*" [words 0x0800FFFC 1 2]] 1

# ---- lock --------------------------------------------------------------------------------------------------------

foreach {driver info size wanted} {
	stm32f1x F1        4096  {{0 15 15 on}}
	stm32f2x F4        2048  {{0 30 31 on}}
	stm32l4x STM32L47  2048  {{0 30 31 on}}
	stm32l4x STM32G4   2048  {{0 30 31 on}}
	stm32h7x H7        4096  {{0 15 15 on}}
} {
	part $driver $info
	set block $size
	set results {}
	_np_lock
	check "$info: lock protects the region's blocks of $size" [list $protected $results] [list $wanted locked=4096]
}
foreach {driver info wanted} {
	stm32lx L1 "*cannot write-protect pages*(stm32lx)*"  stm32l4x STM32U57 "*for ever, by mistake*"
	stm32l4x STM32WBA5x "*for ever, by mistake*"  stm32l4x STM32L5 "*nobody has tried*"  other X "*does not know this flash*"
} {
	part $driver $info
	check "$info: lock is refused by name" [list [string match $wanted [error_of _np_lock]] $protected] {1 {}}
}
part stm32f1x F1
set block 8192
check "a region that is less than a block cannot be locked" \
	[list [string match "*blocks of several pages*" [error_of _np_lock]] $protected] {1 {}}

tap_end
