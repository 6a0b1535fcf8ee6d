# SPDX-License-Identifier: MIT
# A few instructions of ours that the halted core runs in OpenOCD's working area, where to fetch all words over the wire would be
# slow. Where it cannot, or it ends otherwise than it should (no working area, a bus error or an NMI at a torn word, lockup, a
# watchpoint, time), the caller goes on without it: what a core has found is a help, never the only way.

# Before the code lie the initial stack pointer and the vectors of reset, NMI and HardFault.
set _np_job_entry 16

# The opcodes of `code`, {opcode instruction ...}, two to a word. All are ARMv6-M, so that every Cortex-M has them; the last one
# is the breakpoint that ends it.
proc _np_job_words {code} {
	set words {}
	foreach {low text high text} $code {
		lappend words [expr {($high << 16) | $low}]
	}
	return $words
}

# Where the words after the code are, as an offset in the working area.
proc _np_job_data {code} {
	return [expr {$::_np_job_entry + [llength $code]}]
}

# Where the working area is, or "". It must have `size` bytes of memory that the core executes (ARMv7-M B3.1) and that may be
# written over; and firmware that stopped in the middle goes on later, so nothing else may run then.
proc _np_job_area {size} {
	set target [target current]
	set area [expr {[$target cget -work-area-phys] + 0}]
	if {[$target curstate] ne "halted" || [$target cget -work-area-backup] || [$target cget -work-area-size] < $size ||
		$area >> 29 != 1 || $area % 128 != 0 || (!$::_np_core_free && ![_np_core_fresh])} {
		return ""
	}
	return $area
}

# Has the core run something in `size` bytes of the working area that changes these registers: `{*}$command AREA` does it, by
# _np_job_run. What that returns, or "" where it cannot be had like this. `place` is what is read.
proc _np_job {size registers place command} {
	if {!$::_np_job_works || [catch {_np_job_area $size} area] || $area eq ""} {
		return ""
	}
	set memory {}
	set failed [catch {
		# A command that only reads leaves the memory as it was.
		if {!$::_np_core_free} {
			set memory [_np_read_memory $area 32 [expr {$size / 4}]]
		}
		set kept [_np_core_keep $registers]
		set result [{*}$command $area]
		_np_core_put_back $kept
	}]
	if {$failed || $result eq ""} {
		set ::_np_job_works 0
		set result ""
		# What the flash remembers of a torn word, and the state that the core is in.
		_np_alive $place
		set free $::_np_core_free
		_np_reset halt
		set ::_np_core_free $free
	}
	if {[llength $memory] > 0} {
		write_memory $area 32 $memory
	}
	return $result
}

# Puts the code and the words after it into the working area and lets it run; the first look is after so many ms. An error if it
# goes on for two seconds.
proc _np_job_run {area code data pause} {
	set trap [expr {$area + [_np_job_data $code] - 2 + 1}]
	write_memory $area 32 [concat [list 0 $trap $trap $trap] [_np_job_words $code] $data]
	# A torn word raises the NMI on some flash, which must not run the firmware's handler.
	set moved [dict get $::_np_flash nmi]
	if {$moved} {
		set vectors [_np_read_memory $::_np_vtor 32 1]
		mww $::_np_vtor $area
	}
	_np_core_start [expr {$area + $::_np_job_entry}]
	set halted [_np_job_wait $pause]
	if {$moved} {
		mww $::_np_vtor $vectors
	}
	if {!$halted} {
		return -code error "the core does not come to the end"
	}
}

# A core that is left alone needs no looking at: each look waits twice as long as the one before.
proc _np_job_wait {pause} {
	for {set waited 0} {$waited < 2000} {incr waited $pause} {
		sleep $pause
		set state [_np_read_memory $::_np_dhcsr 32 1]
		if {$state & $::_np_dhcsr_halted} {
			return 1
		}
		if {$state & $::_np_dhcsr_lockup} {
			break
		}
		set pause [expr {2 * $pause + 1}]
	}
	_np_core_halt
	return 0
}

list
