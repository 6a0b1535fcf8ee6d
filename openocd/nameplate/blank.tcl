# SPDX-License-Identifier: MIT
# Long stretches of erased flash: the core itself goes through them, by a few instructions in OpenOCD's working area,
# and only what it finds crosses the wire. OpenOCD's own `flash erase_check` would look at the whole bank, and passes a
# table of all its sectors each way (armv7m_blank_check_memory in armv7m.c): on many parts that is more than reading the
# region. Where the core cannot do it, or it ends otherwise than it should (no working area, a bus error or an NMI at a
# torn word, lockup, a watchpoint, time), flash is read word by word as ever.

# ARMv6-M, so that every Cortex-M has it: the address of the first word from `start` to `end` that is not `erased`, else
# `end`, goes to `result`. The opcode, then what it is.
set _np_blank_code {
	0xA305 "adr r3, start"
	0xCB07 "ldmia r3!, {r0, r1, r2}"
	0xC808 "next: ldmia r0!, {r3}"
	0x4293 "cmp r3, r2"
	0xD102 "bne found"
	0x4288 "cmp r0, r1"
	0xD1FA "bne next"
	0xE000 "b found + 2"
	0x3804 "found: subs r0, #4"
	0xA304 "adr r3, result"
	0x6018 "str r0, [r3]"
	0xBE00 "trap: bkpt #0"
}
# A vector table of four words, the code, start, end, erased, result.
set _np_blank_words 14
set _np_blank_entry 16
set _np_blank_trap 38
set _np_blank_result 52
set _np_vtor 0xE000ED08

# Where the working area is, or "". It must be memory that the core executes (ARMv7-M B3.1) and that may be written
# over.
proc _np_blank_area {} {
	set target [target current]
	set area [expr {[$target cget -work-area-phys] + 0}]
	if {[$target curstate] ne "halted" || [$target cget -work-area-backup] ||
		[$target cget -work-area-size] < 4 * $::_np_blank_words || $area >> 29 != 1 || $area % 128 != 0} {
		return ""
	}
	return $area
}

# What is put into the working area.
proc _np_blank_block {area start end erased} {
	set trap [expr {$area + $::_np_blank_trap + 1}]
	# Initial stack pointer, reset, NMI, HardFault.
	set block [list 0 $trap $trap $trap]
	foreach {low name high name} $::_np_blank_code {
		lappend block [expr {($high << 16) | $low}]
	}
	return [concat $block [list $start $end $erased 0]]
}

# The address of the first word from `start` to `end` that is not erased, or `end`. "" where it cannot be had like this.
proc _np_blank_until {start end erased} {
	if {[catch {_np_blank_area} area] || $area eq ""} {
		return ""
	}
	if {[catch {
		set kept [_np_core_keep]
		set found [_np_blank_run $area $start $end $erased]
		_np_core_put_back $kept
	}]} {
		set found 0
	}
	if {$found >= $start && $found <= $end} {
		return $found
	}
	set ::_np_blank_works 0
	# What the flash remembers of a torn word, and the state that the core is in.
	_np_alive $start
	_np_reset halt
	return ""
}

# Runs it; what it says is no address if it did not come to its end.
proc _np_blank_run {area start end erased} {
	write_memory $area 32 [_np_blank_block $area $start $end $erased]
	# A torn word raises the NMI on some flash, which must not run the firmware's handler.
	set moved [dict get $::_np_flash nmi]
	if {$moved} {
		set vectors [read_memory $::_np_vtor 32 1]
		mww $::_np_vtor $area
	}
	_np_core_start [expr {$area + $::_np_blank_entry}]
	# Some four words in a microsecond: a core that is left alone needs no looking at.
	sleep [expr {($end - $start) / 16384}]
	_np_core_wait 2000
	if {$moved} {
		mww $::_np_vtor $vectors
	}
	return [expr {[read_memory [expr {$area + $::_np_blank_result}] 32 1] + 0}]
}

list
