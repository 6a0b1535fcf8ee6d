# SPDX-License-Identifier: MIT
# The running core, by its own debug registers (ARMv7-M C1.6, ARMv6-M C1.6): while the firmware runs and is served,
# halts and resumes are not OpenOCD's. Its own read every register at each halt, print two lines, and with an ST-LINK by
# HLA overwrite DEMCR, so that a fault is not caught (hla_target.c:477, 249). In a session OpenOCD takes the core for
# running meanwhile, and sees it as it is afterwards.

set _np_dcrsr 0xE000EDF4
set _np_dcrsr_write 0x00010000
set _np_dcrdr 0xE000EDF8
set _np_dhcsr_run 0xA05F0001
set _np_dhcsr_ready 0x00010000
set _np_vtor 0xE000ED08
# Numbers in DCRSR.REGSEL.
set _np_core_registers {r0 0 r1 1 r2 2 r3 3 pc 15 xPSR 16}
set _np_xpsr_thumb 0x01000000

# Resets the core and lets it go. A fault halts it again at once. On the command line OpenOCD need not know: its own
# reset would wait, and tell of registers.
proc _np_core_begin {} {
	if {![_np_watched] && ![catch {_np_reset_quickly $::_np_demcr_catch_fault}]} {
		_np_core_resume
		return
	}
	_np_reset halt
	resume
	mww $::_np_demcr $::_np_demcr_catch_fault
}

# OpenOCD sees the core halted, as it is, or halts it. On the command line nobody looks any more: a reset follows.
proc _np_core_end {} {
	if {[_np_watched]} {
		catch {halt 200}
	}
}

# Lets the halted core run code of ours at `pc`.
proc _np_core_start {pc} {
	# Where the reset vector is 0, as on blank L0 and L1, it would not be Thumb code.
	_np_core_write xPSR $::_np_xpsr_thumb
	_np_core_write pc $pc
	mww $::_np_demcr $::_np_demcr_catch_fault
	_np_core_resume
}

# What code of ours may change, these registers among it, to be put back where OpenOCD goes on with the halted core: it does
# not know that it ran. {} else.
proc _np_core_keep {registers} {
	set ::_np_core_moved [expr {![_np_watched]}]
	if {$::_np_core_moved} {
		return {}
	}
	set kept [list demcr [_np_read_memory $::_np_demcr 32 1]]
	foreach name [concat $registers {xPSR pc}] {
		lappend kept $name [_np_core_read $name]
	}
	return $kept
}

proc _np_core_put_back {kept} {
	foreach {name value} $kept {
		if {$name eq "demcr"} {
			mww $::_np_demcr $value
		} else {
			_np_core_write $name $value
		}
	}
}

proc _np_core_resume {} {
	mww $::_np_dhcsr $::_np_dhcsr_run
}

# Halts it. 0 if it does not.
proc _np_core_halt {} {
	mww $::_np_dhcsr $::_np_dhcsr_halt
	for {set i 0} {$i < 100} {incr i} {
		if {[_np_read_memory $::_np_dhcsr 32 1] & $::_np_dhcsr_halted} {
			return 1
		}
	}
	return 0
}

# Waits until it halts, so many ms at most: how many it ran, or -1 if it did not halt. What it takes to look does not
# count. A core that is locked up, or stays in the handler of a HardFault that was not caught, is halted. An error if it
# cannot be reached.
proc _np_core_wait {ms} {
	set begin [clock milliseconds]
	set faults 0
	while {1} {
		set ran [expr {[clock milliseconds] - $begin}]
		set state [_np_read_memory $::_np_dhcsr 32 1]
		if {$state & $::_np_dhcsr_halted} {
			return $ran
		}
		if {$ran > $ms} {
			return -1
		}
		# A handler that goes on, as one that skips the breakpoint where there is no debugger, is soon left
		# again.
		set handler [expr {$ran < 20 ? 0 : [_np_read_memory $::_np_icsr 32 1] & 0x1FF}]
		set faults [expr {($state & $::_np_dhcsr_lockup) || $handler == 3 ? $faults + 1 : 0}]
		if {$faults > 10} {
			return [expr {[_np_core_halt] ? $ran : -1}]
		}
		if {$ran > 50} {
			sleep 1
		}
	}
}

# A register of the halted core.
proc _np_core_read {name} {
	mww $::_np_dcrsr [dict get $::_np_core_registers $name]
	for {set i 0} {$i < 100} {incr i} {
		# DHCSR, DCRSR and DCRDR lie side by side.
		set words [_np_read_memory $::_np_dhcsr 32 3]
		if {[lindex $words 0] & $::_np_dhcsr_ready} {
			return [expr {[lindex $words 2] + 0}]
		}
	}
	return -code error "the core does not give its register $name"
}

proc _np_core_write {name value} {
	mww $::_np_dcrdr [format 0x%08X [expr {$value & 0xFFFFFFFF}]]
	mww $::_np_dcrsr [expr {$::_np_dcrsr_write | [dict get $::_np_core_registers $name]}]
	for {set i 0} {$i < 100} {incr i} {
		if {[_np_read_memory $::_np_dhcsr 32 1] & $::_np_dhcsr_ready} {
			return
		}
	}
	return -code error "the core does not take its register $name"
}

# Whether nothing has run on the core since its reset, so that nobody misses what is in its memory and registers.
proc _np_core_fresh {} {
	set vectors [_np_read_memory $::_np_vtor 32 1]
	set reset [_np_read_memory [expr {$vectors + 4}] 32 1]
	return [expr {([_np_core_read pc] | 1) == ($reset | 1)}]
}

# How a command leaves the target. On the command line nobody would serve the firmware's breakpoints, so the core
# runs with debug turned off. In a session it stays halted after reset, or runs when asked by `reset`. `used` says
# whether anything ran on it since its last reset; what runs for us beside says so in _np_core_moved. A loader of OpenOCD's
# says nothing, and leaves a core that we have reset at its end in RAM. What only reads resets nothing: the firmware runs on.
proc _np_leave {used reset} {
	if {$::_np_core_moved || [_np_nmi_pending]} {
		set used 1
	}
	if {![_np_watched]} {
		if {!$used && $::_np_core_free} {
			set used [expr {[catch {_np_core_fresh} fresh] || !$fresh}]
		}
		if {$used && [catch {_np_reset_quickly 0}]} {
			_np_reset halt
		}
		catch {mww $::_np_dhcsr $::_np_dhcsr_free}
		return
	}
	if {$reset} {
		reset run
		# So that OpenOCD says running, and not still reset.
		catch {poll}
	} elseif {$used} {
		_np_reset halt
	}
}

list
