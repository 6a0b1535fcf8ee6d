# SPDX-License-Identifier: MIT
# program_words and nameplate lock on parts that no virtual board models: what is refused, what is written, what is protected.

source [file join [file dirname [info script]] lib fake.tcl]

proc _np_reset {how} {
	if {!$::loads} {
		set ::shown $::programmed
	}
}
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
	set ::bank [_np_new_bank [_np_driver $driver $info] 0 $driver $::base [expr {$::base + 65536}] {} {} {}]
	set ::images {}
	set ::protected {}
	set ::shown {}
	set ::programmed {}
	set ::too {}
	set ::lost 0
	set ::loads [llength [dict get $::bank load]]
}
proc _np_banks {} {
	return [list $::bank]
}
proc _np_region {banks} {
	return [_np_new_region $::bank [expr {$::base + 61440}] [expr {$::base + 65536}]]
}
proc flash_info {number args} {
	set text "#0 : x at 0x08000000, size 0x10000, buswidth 0, chipwidth 0\n"
	for {set i 0} {$i * $::block < 65536} {incr i} {
		append text [format "\t#%3d: 0x%08x (0x%x %dkB) %s\n" $i [expr {$i * $::block}] $::block [expr {$::block / 1024}] \
			[expr {[lsearch -exact $::shown $i] >= 0 ? "protected" : "not protected"}]]
	}
	return $text
}
# Protection is programmed, and is shown when it was loaded: by a reset, or where the row has a command by nothing else. `takes`: how
# the part makes of the numbers what it protects.
proc flash_protect {args} {
	lappend ::protected $args
	lassign $args bank first last
	set ::programmed {}
	for {set i $first} {$i <= $last} {incr i} {
		lappend ::programmed $i
	}
	set ::programmed [concat $::programmed $::too]
	if {$::lost} {
		set ::programmed {}
	}
}
proc stm32f1x {command number} {
	set ::shown $::programmed
	lappend ::protected $command
}
proc stm32l4x {command number} {
	set ::shown $::programmed
	lappend ::protected $command
}
rename read_memory fake_read_memory
proc read_memory {address width count} {
	if {$address != 0x40022020 || [dict get $::bank driver] ne "stm32f1x"} {
		return [fake_read_memory $address $width $count]
	}
	set value 0xFFFFFFFF
	foreach number $::shown {
		set value [expr {$value & ~(1 << $number)}]
	}
	return $value
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
	stm32f1x STM32F10x 4096  {{0 15 15 on}}
	stm32f1x STM32F03x 4096  {{0 15 15 on} options_load}
	stm32f2x F4        2048  {{0 30 31 on}}
	stm32l4x STM32L47  2048  {{0 30 31 on} option_load}
	stm32l4x STM32G4   2048  {{0 30 31 on} option_load}
	stm32h7x H7        4096  {{0 15 15 on}}
} {
	part $driver $info
	set block $size
	set results {}
	_np_lock
	check "$info: lock protects the region's blocks of $size" [list $protected $results] [list $wanted locked=4096]
	set results {}
	_np_lock
	check "$info: and once more" $results locked=4096
	part $driver $info
	set lost 1
	check "$info: it is not claimed when the part does not show it" \
		[string match "*not locked as it should be: the part shows 0x0800F*not protected after*" [error_of _np_lock]] 1
	part $driver $info
	set too 3
	check "$info: nor when it shows more" \
		[string match "*not locked as it should be: the part shows [_np_range [expr {$base + 3 * $size}] [expr {$base + 4 * $size}]]\
			protected after*" [error_of _np_lock]] 1
	part $driver $info
	set shown 3
	set programmed 3
	set too 3
	set results {}
	_np_lock
	check "$info: what was protected before may stay so" $results locked=4096
}
foreach {driver info wanted} {
	stm32lx L1 "*cannot write-protect pages*(stm32lx)*"  stm32l4x STM32U57 "*for ever, by mistake*"
	stm32l4x STM32WBA5x "*for ever, by mistake*"  stm32l4x STM32L5 "*nobody has tried*"  other X "*does not know this flash*"
} {
	part $driver $info
	check "$info: lock is refused by name" [list [string match $wanted [error_of _np_lock]] $protected] {1 {}}
}
part stm32f1x STM32F07x
set block 8192
check "blocks that OpenOCD takes for others than they are" \
	[list [string match "*protects blocks of 4096 bytes, and OpenOCD takes them for 8192*" [error_of _np_lock]] $protected] {1 {}}
part stm32f2x F4
set block 8192
check "a region that is less than a block cannot be locked" \
	[list [string match "*blocks of several pages*" [error_of _np_lock]] $protected] {1 {}}

# ---- protection in errors -----------------------------------------------------------------------------------------

part stm32l4x STM32L47
set block 2048
set shown {30 31}
set tail [dict create base [expr {$base + 61440}] end [expr {$base + 65536}]]
set last [list [expr {$base + 61440}] [expr {$base + 61444}]]
check "what is write-protected is named, all of the region, with the way back" [error_of {_np_if_protected $tail {*}$last}] \
	"the flash 0x0800F000 to 0x0800FFFF is write-protected (`nameplate lock` does that): to change it, first run\
		`flash protect 0 30 31 off`, then `stm32l4x option_load 0`"
check "what is not is left to others" [error_of {_np_if_protected $tail $base [expr {$base + 61440}]}] "no error"

# What a read-protected part shows, and that none of its words can be read.
foreach {driver info unlock} {
	stm32f1x STM32F10x "`stm32f1x unlock 0`, then a reset,"
	stm32f1x STM32F03x "`stm32f1x unlock 0`, then `stm32f1x options_load 0`,"
	stm32f2x F4        "`stm32f2x unlock 0`, then a reset,"
	stm32l4x STM32L47  "`stm32l4x unlock 0`, then `stm32l4x option_load 0`,"
	stm32h7x H7        "`stm32h7x unlock 0`, then a reset,"
	stm32lx  STM32L1   "`stm32lx mass_erase 0`"
	stm32lx  STM32L0   "`stm32lx mass_erase 0`"
} {
	part $driver $info
	set block 4096
	lassign [dict get $bank rdp] register mask open
	_np_flash_behaves $bank
	set wanted "the device is read-protected: its flash can be neither read nor written by a debugger; $unlock takes that back and erases\
		all of it"
	dict set other_words [expr {$register + 0}] [expr {$open ^ $mask}]
	set flash_words([expr {$base + 0}]) ""
	_np_reads_begin $base [expr {$base + 4096}] 1
	check "$info: a word that cannot be read since the device is read-protected" [error_of {_np_word $base}] $wanted
	if {[dict get $bank lock] eq "yes"} {
		check "$info: lock changes nothing there" [list [error_of _np_lock] $protected] [list $wanted {}]
	}
	dict set other_words [expr {$register + 0}] $open
	_np_reads_begin $base [expr {$base + 4096}] 1
	check "$info: a word that cannot be read is damage otherwise" [_np_word $base] ""
}

tap_end
