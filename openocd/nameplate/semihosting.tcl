# SPDX-License-Identifier: MIT
# Running the firmware and serving its semihosting calls (ARM IHI 0203) in Tcl.
#
# OpenOCD's own semihosting ends the OpenOCD process when the firmware exits, so no script could look at the
# result. Here it stays off: the core halts at BKPT 0xAB, we act, and resume (OpenOCD steps over the BKPT).
# A run is bounded by time and by output. Its state is the array _np_sh:
#   out, err   bytes printed, not yet passed on as whole lines    printed  bytes so far
#   start      clock in ms         position  in the features file    pass     whether output goes to the user
#   status     the firmware's, once it has ended    errno
#   last       the last line, as shown
#   expect     pattern of the line that is waited for, matched  whether it was printed
# What lines `name=...` said is the dict _np_sh_reports; of a name the first counts.

# ADP_Stopped_ApplicationExit
set _np_sh_app_exit 0x20026

# What newlib reads from ":semihosting-features": magic, then bit 0 SYS_EXIT_EXTENDED, bit 1 stderr apart from stdout.
set _np_sh_features {0x53 0x48 0x46 0x42 0x03}
set _np_sh_features_handle 3

# Resets the target and runs it until it has printed a whole line `name=...` for each of the names, or ends; without names
# until it ends. With `expect`, until it has printed a line that this pattern matches. Errors when it does none of it within the
# limits. Returns nothing; look into _np_sh and _np_sh_reports.
proc _np_run {names pass {expect ""}} {
	_np_reset halt
	set served [string match *enabled* [arm semihosting]]
	if {$served} {
		arm semihosting disable
	}
	catch {unset ::_np_sh}
	array set ::_np_sh [list out {} err {} printed 0 start [clock milliseconds] position 0 pass $pass \
		status {} errno 0 expect $expect matched 0 last {}]
	set ::_np_sh_reports [dict create]
	mww $::_np_demcr $::_np_demcr_catch_fault
	set failed [catch {_np_run_loop $names} text]
	if {$served} {
		catch {arm semihosting enable}
	}
	_np_sh_lines out 1
	_np_sh_lines err 1
	if {$failed} {
		return -code error $text
	}
}

# Only the time that the core runs counts as the firmware's, not what the debugger takes to serve a call, which on a slow link is
# most of it. But not for ever.
set _np_run_patience 10

proc _np_run_loop {names} {
	set limit [expr {int([_np_setting NAMEPLATE_TIMEOUT] * 1000)}]
	set most [_np_setting NAMEPLATE_MAX_OUTPUT]
	set left $limit
	while {1} {
		if {[clock milliseconds] - $::_np_sh(start) > $limit * $::_np_run_patience} {
			_np_fail "the debugger takes too long: in [expr {$limit * $::_np_run_patience / 1000.0}] s the firmware could run for\
				[expr {($limit - $left) / 1000.0}] s: raise the adapter's speed, or NAMEPLATE_TIMEOUT"
		}
		if {[catch {resume}]} {
			_np_run_lost
		}
		set begin [clock milliseconds]
		if {[catch {wait_halt $left}]} {
			_np_run_stuck $names
		}
		set ran [expr {[clock milliseconds] - $begin}]
		_np_run_halted
		if {$::_np_sh(status) ne "" || $::_np_sh(matched) || ([llength $names] > 0 && [_np_run_reported $names])} {
			return
		}
		if {$::_np_sh(printed) > $most} {
			_np_fail "the firmware printed more than $most bytes without coming to an end: correct it, or raise\
				NAMEPLATE_MAX_OUTPUT"
		}
		set left [expr {$left - $ran}]
		if {$left <= 0} {
			_np_run_stuck $names
		}
	}
}

proc _np_run_reported {names} {
	foreach name $names {
		if {![dict exists $::_np_sh_reports $name]} {
			return 0
		}
	}
	return 1
}

proc _np_run_lost {} {
	_np_fail "lost the target while the firmware ran: check probe, cable and power, then run the same command again"
}

# The core has halted: at a semihosting breakpoint, or the firmware is in trouble.
proc _np_run_halted {} {
	if {[catch {_np_registers {pc r0 r1 xPSR}} registers]} {
		_np_run_lost
	}
	set pc [dict get $registers pc]
	# The breakpoint's halfword, out of the aligned word around it.
	if {[catch {read_memory [expr {$pc & ~3}] 32 1} word]} {
		set word 0
	}
	set halfword [expr {($word >> (($pc & 2) * 8)) & 0xFFFF}]
	if {$halfword == 0xBEAB} {
		set operation [dict get $registers r0]
		set argument [dict get $registers r1]
		if {[catch {_np_sh_call $operation $argument} answer]} {
			_np_alive $pc
			_np_fail [format "the firmware's semihosting call 0x%02x at 0x%08X points to what cannot be read or\
				written (r1 is 0x%08X): correct it" $operation $pc $argument]
		}
		if {$answer ne ""} {
			set_reg [list r0 [format 0x%08X [expr {$answer & 0xFFFFFFFF}]]]
		}
		return
	}
	set exception [expr {[dict get $registers xPSR] & 0x1FF}]
	if {$exception >= 3 && $exception <= 6} {
		_np_fail [format "the firmware ran into a fault (exception %d, pc 0x%08X): correct it; GDB shows where" \
			$exception $pc]
	}
	_np_fail [format "the firmware stopped at 0x%08X, which is no semihosting call: remove breakpoints and\
		watchpoints, or correct it" $pc]
}

# Out of time: say what the core is doing, and what it printed last. Without an argument `halt` would wait for 5 s.
proc _np_run_stuck {names} {
	set where ""
	if {![catch {halt 200}] && ![catch {_np_registers {pc xPSR}} registers]} {
		set exception [expr {[dict get $registers xPSR] & 0x1FF}]
		set where [format ", it is at 0x%08X" [dict get $registers pc]]
		if {$exception >= 3 && $exception <= 6} {
			append where " in the handler of a fault (exception $exception)"
		}
	} elseif {[catch {read_memory $::_np_cpuid 32 1}]} {
		_np_run_lost
	}
	if {![catch {read_memory $::_np_flash_first 32 2} words] && [lindex $words 0] == 0 && [lindex $words 1] == 0} {
		_np_fail [format "the flash begins with zeros at 0x%08X, where stack pointer and reset vector stand: there is no firmware,\
			or a power cut took its first line (STM32L4); upload the firmware again" $::_np_flash_first]
	}
	set within "within [_np_setting NAMEPLATE_TIMEOUT] s$where"
	set hint "(NAMEPLATE_TIMEOUT sets the limit, `noverify` skips the run)"
	if {$::_np_sh(printed) == 0} {
		catch {_np_banks}
		_np_if_read_protected
		_np_fail "the firmware printed nothing by semihosting $within: is it built with semihosting, and for this chip? $hint"
	}
	set what "did not end"
	if {$::_np_sh(expect) ne ""} {
		set what "did not print the line [_np_quote $::_np_sh(expect)]"
	} elseif {[llength $names] > 0} {
		set what "did not report [lindex $names [lsearch -exact [lmap name $names {dict exists $::_np_sh_reports $name}] 0]]"
	}
	_np_fail "the firmware $what $within; it printed last [_np_quote [_np_sh_last]]: correct it, or what is expected of it $hint"
}

# The line that it is printing, or else its last whole one.
proc _np_sh_last {} {
	if {[llength $::_np_sh(out)] > 0} {
		return [_np_text $::_np_sh(out)]
	}
	return $::_np_sh(last)
}

# ---- the calls ------------------------------------------------------------------------------------------------

# Serves one call; returns the new r0, or {} when the firmware has ended.
proc _np_sh_call {operation argument} {
	switch -- [format 0x%02x $operation] {
		0x01 { return [_np_sh_open $argument] }
		0x02 { return [expr {[_np_sh_handle $argument] ? 0 : -1}] }
		0x03 { return [_np_sh_print out [_np_sh_bytes $argument 1]] }
		0x04 { return [_np_sh_print out [_np_sh_string $argument]] }
		0x05 { return [_np_sh_write $argument] }
		0x06 { return [_np_sh_read $argument] }
		0x09 { return [expr {[lindex [_np_sh_fields $argument 1] 0] < 3}] }
		0x0a { return [_np_sh_seek $argument] }
		0x0c { return [expr {[lindex [_np_sh_fields $argument 1] 0] == $::_np_sh_features_handle ? 5 : 0}] }
		0x10 { return [expr {([clock milliseconds] - $::_np_sh(start)) / 10}] }
		0x11 { return [clock seconds] }
		0x13 { return $::_np_sh(errno) }
		0x15 {
			# The command line is empty.
			lassign [_np_sh_fields $argument 2] buffer room
			if {$room < 1} {
				return -1
			}
			_np_sh_put_byte $buffer 0
			write_memory [expr {$argument + 4}] 32 {0}
			return 0
		}
		0x16 {
			# Heap and stack, all zero: the firmware's own start-up code knows better.
			write_memory [lindex [_np_sh_fields $argument 1] 0] 32 {0 0 0 0}
			return 0
		}
		0x18 { return [_np_sh_exit $argument 0] }
		0x20 { return [_np_sh_exit {*}[_np_sh_fields $argument 2]] }
	}
	# ENOSYS
	set ::_np_sh(errno) 88
	return -1
}

# The call's argument block.
proc _np_sh_fields {address count} {
	return [read_memory $address 32 $count]
}

# `count` bytes from any address, by aligned words.
proc _np_sh_bytes {address count} {
	if {$count == 0} {
		return {}
	}
	set skip [expr {$address % 4}]
	set bytes {}
	foreach word [read_memory [expr {$address - $skip}] 32 [expr {($skip + $count + 3) / 4}]] {
		lappend bytes {*}[_np_word_bytes $word]
	}
	return [lrange $bytes $skip [expr {$skip + $count - 1}]]
}

proc _np_sh_put_byte {address byte} {
	write_memory $address 8 [list $byte]
}

# The bytes up to a NUL, in pieces that do not run far beyond it.
proc _np_sh_string {address} {
	set most [_np_setting NAMEPLATE_MAX_OUTPUT]
	set bytes {}
	while {[llength $bytes] <= $most} {
		set piece [_np_sh_bytes $address [expr {16 - $address % 16}]]
		set nul [lsearch -exact $piece 0]
		if {$nul >= 0} {
			return [concat $bytes [lrange $piece 0 [expr {$nul - 1}]]]
		}
		lappend bytes {*}$piece
		incr address [llength $piece]
	}
	return $bytes
}

# SYS_OPEN: the terminal, and newlib's list of features; nothing on the host.
proc _np_sh_open {argument} {
	lassign [_np_sh_fields $argument 3] name mode length
	set text ""
	if {$length < 64} {
		set text [_np_text [_np_sh_bytes $name $length]]
	}
	if {$text eq ":tt" && $mode < 12} {
		return [expr {$mode / 4}]
	}
	if {$text eq ":semihosting-features" && $mode < 4} {
		set ::_np_sh(position) 0
		return $::_np_sh_features_handle
	}
	# ENOENT
	set ::_np_sh(errno) 2
	return -1
}

proc _np_sh_handle {argument} {
	return [expr {[lindex [_np_sh_fields $argument 1] 0] <= $::_np_sh_features_handle}]
}

# SYS_SEEK: only the features file has places.
proc _np_sh_seek {argument} {
	lassign [_np_sh_fields $argument 2] handle position
	if {$handle != $::_np_sh_features_handle || $position > 5} {
		return -1
	}
	set ::_np_sh(position) [expr {$position + 0}]
	return 0
}

# SYS_WRITE answers with the number of bytes not written.
proc _np_sh_write {argument} {
	lassign [_np_sh_fields $argument 3] handle buffer length
	if {$handle != 1 && $handle != 2} {
		# EBADF
		set ::_np_sh(errno) 9
		return [expr {$length + 0}]
	}
	set most [expr {[_np_setting NAMEPLATE_MAX_OUTPUT] + 1}]
	_np_sh_print [expr {$handle == 1 ? "out" : "err"}] [_np_sh_bytes $buffer [_np_min $length $most]]
	return 0
}

# SYS_READ answers with the number of bytes not read: the terminal is at its end.
proc _np_sh_read {argument} {
	lassign [_np_sh_fields $argument 3] handle buffer length
	set length [expr {$length + 0}]
	if {$handle == $::_np_sh_features_handle} {
		while {$length > 0 && $::_np_sh(position) < 5} {
			_np_sh_put_byte $buffer [lindex $::_np_sh_features $::_np_sh(position)]
			incr ::_np_sh(position)
			set buffer [expr {$buffer + 1}]
			incr length -1
		}
	}
	return $length
}

proc _np_sh_exit {reason status} {
	set ::_np_sh(status) 1
	if {$reason == $::_np_sh_app_exit} {
		set ::_np_sh(status) [expr {$status + 0}]
	}
	return {}
}

# ---- output ---------------------------------------------------------------------------------------------------

proc _np_sh_print {stream bytes} {
	incr ::_np_sh(printed) [llength $bytes]
	lappend ::_np_sh($stream) {*}$bytes
	_np_sh_lines $stream 0
	return 0
}

# Passes on whole lines, and at the end what is left.
proc _np_sh_lines {stream all} {
	set bytes $::_np_sh($stream)
	while {[set newline [lsearch -exact $bytes 10]] >= 0} {
		_np_sh_line $stream [lrange $bytes 0 [expr {$newline - 1}]]
		set bytes [lrange $bytes [expr {$newline + 1}] end]
	}
	if {$all && [llength $bytes] > 0} {
		_np_sh_line $stream $bytes
		set bytes {}
	}
	set ::_np_sh($stream) $bytes
}

# Whether a line is the one that is waited for, where * and ? stand for anything; [ and \ are no patterns to us as they are
# to Jim. The line as it was printed, not as it is shown.
proc _np_sh_matches {pattern bytes} {
	return [string match [string map {\\ \\\\ \[ \\\[} $pattern] [_np_bytes_string $bytes]]
}

# One line, without its end.
proc _np_sh_line {stream bytes} {
	if {[lindex $bytes end] == 13} {
		set bytes [lrange $bytes 0 end-1]
	}
	set line [_np_text $bytes]
	set ::_np_sh(last) $line
	if {$::_np_sh(expect) ne "" && [_np_sh_matches $::_np_sh(expect) $bytes]} {
		set ::_np_sh(matched) 1
	}
	set equals [lsearch -exact $bytes 61]
	if {$stream eq "out" && $equals > 0} {
		set name [_np_bytes_string [lrange $bytes 0 [expr {$equals - 1}]]]
		if {![dict exists $::_np_sh_reports $name]} {
			dict set ::_np_sh_reports $name [_np_bytes_string [lrange $bytes [expr {$equals + 1}] end]]
		}
	}
	if {!$::_np_sh(pass)} {
		echo "firmware: $line"
	} elseif {$stream eq "out"} {
		_np_result $line
	} else {
		echo $line
	}
}

list
