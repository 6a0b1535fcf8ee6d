# SPDX-License-Identifier: MIT
# Running the firmware, bounded by time and by output, until it has said what is waited for, or ends.

# Only the time that the core runs counts as the firmware's, not what the debugger takes to serve a call, which on a
# slow link is most of it. But not for ever.
set _np_run_patience 10

# Resets the target and runs it until it has printed a whole line `name=...` for each of the names, or ends; without
# names until it ends. With `expect`, until it has printed a line that this pattern matches. Errors when it does none of
# it within the limits. Returns what it said, a ran.
proc _np_run {names pass {expect ""}} {
	set served [string match *enabled* [arm semihosting]]
	if {$served} {
		arm semihosting disable
	}
	catch {unset ::_np_sh}
	array set ::_np_sh [list out {} err {} printed 0 start [clock milliseconds] position 0 pass $pass \
		status {} errno 0 expect $expect matched 0 last {} reports {} features [expr {$names eq "" && $expect eq ""}]]
	set failed [catch {_np_run_loop $names} text]
	_np_core_end
	if {$served} {
		catch {arm semihosting enable}
	}
	_np_sh_lines out 1
	_np_sh_lines err 1
	if {$failed} {
		return -code error $text
	}
	return [_np_new_ran $::_np_sh(status) $::_np_sh(matched) $::_np_sh(reports)]
}

proc _np_run_loop {names} {
	set limit [expr {int([_np_setting NAMEPLATE_TIMEOUT] * 1000)}]
	set most [_np_setting NAMEPLATE_MAX_OUTPUT]
	set left $limit
	if {[catch {_np_core_begin}]} {
		_np_run_lost
	}
	while {1} {
		if {[clock milliseconds] - $::_np_sh(start) > $limit * $::_np_run_patience} {
			_np_fail "the debugger takes too long: in [expr {$limit * $::_np_run_patience / 1000.0}] s the\
				firmware could run for\
				[expr {($limit - $left) / 1000.0}] s: raise the adapter's speed, or NAMEPLATE_TIMEOUT"
		}
		if {[catch {_np_core_wait $left} ran]} {
			_np_run_lost
		}
		if {$ran < 0} {
			_np_run_stuck $names
		}
		_np_run_halted
		if {$::_np_sh(status) ne "" || $::_np_sh(matched) || ([llength $names] > 0 && [_np_run_reported $names])} {
			return
		}
		if {$::_np_sh(printed) > $most} {
			_np_fail "the firmware printed more than $most bytes without coming to an end: correct it, or\
				raise\
				NAMEPLATE_MAX_OUTPUT"
		}
		set left [expr {$left - $ran}]
		if {$left <= 0} {
			_np_run_stuck $names
		}
		if {[catch {_np_core_resume}]} {
			_np_run_lost
		}
	}
}

proc _np_run_reported {names} {
	foreach name $names {
		if {![dict exists $::_np_sh(reports) $name]} {
			return 0
		}
	}
	return 1
}

proc _np_run_lost {} {
	_np_fail "lost the target while the firmware ran: check probe, cable and power, then run the same command again"
}

# Whether the instruction at `pc` is BKPT 0xAB. Looked at once for each place.
proc _np_run_is_call {pc} {
	if {![info exists ::_np_sh(at,$pc)]} {
		# Out of the aligned word around it.
		if {[catch {_np_read_memory [expr {$pc & ~3}] 32 1} word]} {
			set word 0
		}
		set ::_np_sh(at,$pc) [expr {(($word >> (($pc & 2) * 8)) & 0xFFFF) == 0xBEAB}]
	}
	return $::_np_sh(at,$pc)
}

# The operation is still in r0: where that is the answer, too, nothing need be written.
proc _np_run_answer {operation answer} {
	if {$answer != $operation} {
		_np_core_write r0 $answer
	}
}

# Serves the call at `pc`; the core goes on after it, with the answer in r0, unless the firmware has ended.
proc _np_run_serve {pc} {
	if {[catch {list [_np_core_read r0] [_np_core_read r1]} registers]} {
		_np_run_lost
	}
	lassign $registers operation argument
	if {[catch {_np_sh_call $operation $argument} answer]} {
		_np_alive $pc
		_np_fail [format "the firmware's semihosting call 0x%02x at 0x%08X points to what cannot be read or\
			written (r1 is 0x%08X): correct it" $operation $pc $argument]
	}
	if {$answer ne "" && [catch {_np_run_answer $operation $answer; _np_core_write pc [expr {$pc + 2}]}]} {
		_np_run_lost
	}
}

# The core has halted: at a semihosting breakpoint, which is served and stepped over, or the firmware is in trouble.
proc _np_run_halted {} {
	if {[catch {_np_core_read pc} pc]} {
		_np_run_lost
	}
	if {[_np_run_is_call $pc]} {
		_np_run_serve $pc
		return
	}
	if {[catch {_np_core_read xPSR} xpsr]} {
		_np_run_lost
	}
	set exception [expr {$xpsr & 0x1FF}]
	if {$exception >= 3 && $exception <= 6} {
		_np_run_unstartable
		_np_fail [format "the firmware ran into a fault (exception %d, pc 0x%08X): correct it; GDB shows where" \
			$exception $pc]
	}
	_np_fail [format "the firmware stopped at 0x%08X, which is no semihosting call: remove breakpoints and\
		watchpoints, or correct it" $pc]
}

# Of firmware that has said nothing: an error if it cannot have started at all.
proc _np_run_unstartable {} {
	if {$::_np_sh(printed) > 0} {
		return
	}
	if {![catch {_np_read_memory $::_np_flash_first 32 2} words] && [lindex $words 0] == 0 && [lindex $words 1] == 0} {
		_np_fail [format "the flash begins with zeros at 0x%08X, where stack pointer and reset vector are: there is no firmware,\
			or a power cut took its first line (STM32L4); upload the firmware again" $::_np_flash_first]
	}
	catch {_np_banks}
	_np_if_read_protected
}

# Out of time: say what the core is doing, and what it printed last.
proc _np_run_stuck {names} {
	set where ""
	if {![catch {list [_np_core_halt] [_np_core_read pc] [_np_core_read xPSR]} registers]} {
		lassign $registers halted pc xpsr
		set exception [expr {$xpsr & 0x1FF}]
		set where [format ", it is at 0x%08X" $pc]
		if {$exception >= 3 && $exception <= 6} {
			append where " in the handler of a fault (exception $exception)"
		}
	} elseif {![_np_answers]} {
		_np_run_lost
	}
	_np_run_unstartable
	set within "within [_np_setting NAMEPLATE_TIMEOUT] s$where"
	set hint "(NAMEPLATE_TIMEOUT sets the limit, `noverify` skips the run)"
	if {$::_np_sh(printed) == 0} {
		_np_fail "the firmware printed nothing by semihosting $within: is it built with semihosting, and for\
			this chip? $hint"
	}
	set what "did not end"
	if {$::_np_sh(expect) ne ""} {
		set what "did not print the line [_np_quote $::_np_sh(expect)]"
	} elseif {[llength $names] > 0} {
		set what "did not report\
			[lindex $names [lsearch -exact [lmap name $names {dict exists $::_np_sh(reports) $name}] 0]]"
	}
	_np_fail "the firmware $what $within; it printed last [_np_quote [_np_sh_last]]: correct it, or what is\
		expected of it $hint"
}

list
