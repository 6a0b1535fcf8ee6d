# SPDX-License-Identifier: MIT
# What is asked of the target: connect, reset, read words. Everything here works with an ST-Link in HLA mode too,
# so no `dap` commands.

# DHCSR (ARMv7-M C1.6.2): the key with C_DEBUGEN clear lets the core go and turns halting debug off.
set _np_dhcsr 0xE000EDF0
set _np_dhcsr_free 0xA05F0000
set _np_dhcsr_halt 0xA05F0003
set _np_dhcsr_halted 0x00020000
set _np_dhcsr_lockup 0x00080000
set _np_dhcsr_was_reset 0x02000000
# DEMCR (C1.6.5): halt at the reset vector, or at a HardFault so that a fault is seen at once; trace on.
set _np_demcr 0xE000EDFC
set _np_demcr_trace 0x01000000
set _np_demcr_catch_reset 0x01000001
set _np_demcr_catch_fault 0x01000400
# AIRCR (B3.2.6): the key with SYSRESETREQ.
set _np_aircr 0xE000ED0C
set _np_aircr_reset 0x05FA0004
# CPUID reads on every Cortex-M, whatever the flash holds.
set _np_cpuid 0xE000ED00

# OpenOCD's driver for the J-Link (jlink.c, jlink_swd_run_queue) calls a read a success once its connection has ended, and what it
# then gives is what a buffer held before. Only its log tells. 1 where that is to be looked at.
set _np_reads_doubtful 0

proc _np_read_memory {address width count} {
	if {!$::_np_reads_doubtful} {
		return [read_memory $address $width $count]
	}
	set said [capture {set words [read_memory $address $width $count]}]
	if {[string first jaylink_ $said] >= 0} {
		return -code error "the connection has ended"
	}
	return $words
}

proc _np_answers {} {
	return [expr {![catch {_np_read_memory $::_np_cpuid 32 1} id] && $id != 0}]
}

# A failing OpenOCD command returns a code of its own that `try ... on error` misses, hence catch everywhere.
proc _np_connect {} {
	if {$::_np_once} {
		_np_servers_off
		_np_end_lockup_early
		if {[catch {init}]} {
			_np_fail "OpenOCD could not connect to the probe or the target (its messages are above):\
				check cable, power and the interface in the board file, then run the same command again"
		}
	}
	if {[llength [target names]] == 0} {
		_np_fail "this OpenOCD has no target: name a board or target file with -f"
	}
	# After a core that locked up (a device without firmware) OpenOCD may want to look at it anew.
	if {![[target current] was_examined] && [catch {[target current] arp_examine}]} {
		_np_fail "no target answers at [target current]: check its power and wiring, then run the same command\
			again"
	}
	set ::_np_reads_doubtful [expr {[adapter name] eq "jlink"}]
	# Nobody looks at the target while a command runs, so polling would only cost wire time. To ask for it polls
	# once, which fails when the target is gone, still says, and calls the lockup of a device without firmware an
	# error: not where nothing depends on it.
	set ::_np_poll 0
	set ::_np_core_moved 0
	set ::_np_core_free 0
	if {!$::_np_once} {
		catch {poll} polling
		set ::_np_poll [regexp {polling: on} $polling]
	}
	poll off
	if {$::_np_once} {
		_np_end_lockup
		_np_say "connected to [target current]"
	}
}

# A device without firmware locks up at once. Halted it is no longer that; OpenOCD would find it so at its reset, and
# call it an error.
proc _np_end_lockup {} {
	if {![catch {_np_read_memory $::_np_dhcsr 32 1} state] && ($state & $::_np_dhcsr_lockup)} {
		catch {mww $::_np_dhcsr $::_np_dhcsr_halt}
	}
}

# 0.12 polls as soon as `init` has ended, so the lockup has to be over before that: when the target has been examined.
# (By HLA it is not seen, but a halt is; other targets are access ports without a core.)
proc _np_end_lockup_early {} {
	foreach name [target names] {
		if {[$name cget -type] eq "cortex_m"} {
			$name configure -event examine-end "_np_end_lockup; [$name cget -event examine-end]"
		}
	}
}

# Not when OpenOCD ends: a poll would halt a core again that has just been let go.
proc _np_restore_poll {} {
	if {$::_np_poll && !$::_np_exit} {
		poll on
	}
}

# 1 once the core's registers are no longer what its reset has made them, and are not put back.
set _np_core_moved 0
# 1 once the command has reset it: nobody misses then what is in its memory and registers.
set _np_core_free 0

# `how` is halt or init, as for OpenOCD's own reset.
proc _np_reset {how} {
	if {[catch {_np_reset_shown $how}] && ([catch {reset $how}] || [[target current] curstate] ne "halted")} {
		if {![_np_answers]} {
			_np_fail "lost the target at its reset: check probe, cable and power, then run the same\
				command again\
				(it finishes the job)"
		}
		_np_fail "[target current] does not halt after reset: check its power and the reset line\
			(reset_config in the board file), then run the same command again"
	}
	set ::_np_core_free 1
}

# The events of a reset that a board file may hang its own steps on, and that only OpenOCD's own reset can serve.
set _np_reset_events {reset-assert reset-assert-pre reset-assert-post reset-deassert-pre reset-deassert-post reset-end}

# Whether a system reset by AIRCR does all that OpenOCD's own would: one core, no steps of the board file.
proc _np_reset_simple {target} {
	if {[_np_watched]} {
		return 0
	}
	foreach name [target names] {
		if {$name ne $target && [$name cget -type] ne "mem_ap"} {
			return 0
		}
		foreach event $::_np_reset_events {
			if {[string trim [$name cget -event $event]] ne ""} {
				return 0
			}
		}
	}
	return 1
}

# The same as OpenOCD's own reset, which waits 50 ms and examines the target anew, where it can be had with less; OpenOCD sees
# the core halted afterwards, its registers as they are. An error where it cannot.
proc _np_reset_shown {how} {
	set target [target current]
	if {![_np_reset_simple $target]} {
		return -code error "OpenOCD's own"
	}
	# After 0.12 nothing has been polled yet.
	if {[$target curstate] eq "unknown"} {
		catch {$target arp_poll}
	}
	# Neither where the board file holds the reset line for connecting.
	switch -- "[$target cget -type] [$target curstate]" {
		"cortex_m running" -
		"hla_target running" { _np_reset_quickly $::_np_demcr_trace }
		"cortex_m halted"    { _np_reset_polled $target }
		default              { return -code error "OpenOCD's own" }
	}
	_np_poll_quietly $target
	if {[$target curstate] ne "halted"} {
		return -code error "not seen"
	}
	if {$how eq "init"} {
		$target invoke-event reset-init
	}
}

# On the command line OpenOCD's two or three lines about a core that has halted tell nothing: it is where its reset has put it. An
# error is said by OpenOCD's own reset, which comes then.
proc _np_poll_quietly {target} {
	set level [lindex [debug_level] end]
	if {$::_np_once && $level < 2} {
		debug_level -2
	}
	set failed [catch {$target arp_poll} text]
	debug_level $level
	if {$failed} {
		return -code error $text
	}
}

# Where OpenOCD takes the core for halted, as a device without firmware, it looks at its registers anew only if it sees the
# reset itself; its next poll does (cortex_m.c, cortex_m_poll). An error if it does not.
proc _np_reset_polled {target} {
	_np_reset_ask
	for {set i 0} {$i < 100 && [$target curstate] ne "reset"} {incr i} {
		catch {$target arp_poll}
	}
	if {[$target curstate] ne "reset"} {
		return -code error "no reset"
	}
}

# Whether somebody goes on with this OpenOCD, which then has to see the target as it is.
proc _np_watched {} {
	return [expr {!$::_np_once && !$::_np_exit}]
}

# Asks the core for a system reset into halt.
proc _np_reset_ask {} {
	# The core's clock goes back to what it is after a reset; target files slow the adapter down then.
	catch {[target current] invoke-event reset-start}
	mww $::_np_demcr $::_np_demcr_catch_reset
	# A reset is remembered until DHCSR is read.
	_np_read_memory $::_np_dhcsr 32 1
	mww $::_np_aircr $::_np_aircr_reset
}

# A system reset into halt without OpenOCD's own, some 18,000 TCK less: only where nobody looks any more, as OpenOCD does not
# know that it happened. DEMCR is `demcr` afterwards. An error if it does not show.
proc _np_reset_quickly {demcr} {
	_np_reset_ask
	set seen 0
	for {set i 0} {$i < 100} {incr i} {
		if {[catch {_np_read_memory $::_np_dhcsr 32 1} state]} {
			continue
		}
		set seen [expr {$seen | ($state & $::_np_dhcsr_was_reset)}]
		if {$seen && ($state & $::_np_dhcsr_halted)} {
			mww $::_np_demcr $demcr
			return
		}
	}
	return -code error "no reset"
}

# ---- what reading its flash does to it ------------------------------------------------------------------------

# A bank of the target's flash; until one is known, nothing is.
set _np_flash {nmi 0 forgive {} rdp {} erased {}}
# 0 once something that the core was to run for us ended otherwise than it should: not again in this command.
set _np_job_works 0
proc _np_flash_behaves {bank} {
	set ::_np_flash $bank
	set ::_np_job_works 1
}

# On flash with ECC of the L4's kind a torn word raises the NMI when it is read, by the debugger too. It stays pending
# while the core is halted, and nothing but a reset takes it away: the next code that runs, OpenOCD's flash loader,
# would begin with the firmware's handler, if there is one. Its driver tells whether this can be.
set _np_icsr 0xE000ED04

proc _np_nmi_pending {} {
	if {![dict get $::_np_flash nmi] || [catch {_np_read_memory $::_np_icsr 32 1} state]} {
		return 0
	}
	return [expr {($state >> 31) & 1}]
}

# Before anything that makes the target execute.
proc _np_calm {} {
	if {[_np_nmi_pending]} {
		_np_reset halt
	}
}

# ---- what makes it unreadable ----------------------------------------------------------------------------------

# What puts programmed option bytes in force.
proc _np_options_load_text {bank} {
	if {[llength [dict get $bank load]] > 0} {
		return "`[dict get $bank load] [dict get $bank number]`"
	}
	return "a reset"
}

# From read protection level 1 to 0.
proc _np_read_unlock_text {bank} {
	set number [dict get $bank number]
	if {[dict get $bank driver] eq "stm32lx"} {
		return "`stm32lx mass_erase $number`"
	}
	return "`[dict get $bank driver] unlock $number`, then [_np_options_load_text $bank],"
}

# Read protection makes all of the flash unreadable, which is no damage.
proc _np_if_read_protected {} {
	lassign [dict get $::_np_flash rdp] register mask value
	if {$register eq "" || [catch {_np_read_memory $register 32 1} now] || ($now & $mask) == $value} {
		return
	}
	_np_fail "the device is read-protected: its flash can be neither read nor written by a debugger;\
		[_np_read_unlock_text $::_np_flash] takes that back and erases all of it"
}

# An unreadable word is damage only when others can be read; else the probe or the target has gone. What the flash
# remembers of it is cleared, as the row of its driver says.
proc _np_alive {address} {
	if {![_np_answers]} {
		_np_fail [format "lost the target while reading 0x%08X: check probe, cable and power, then run the\
			same command again (it finishes the job)" $address]
	}
	_np_if_read_protected
	foreach {register value} [dict get $::_np_flash forgive] {
		catch {mww $register $value}
	}
}

list
