# SPDX-License-Identifier: MIT
# How a command runs and ends: who ends OpenOCD, and what it says of errors that nobody foresaw.

# Where GDB talks to OpenOCD through a pipe, stdout is that pipe. After `init` OpenOCD does not tell any more, so what
# was said before is kept, and what is said later is overheard.
proc _np_overhear_pipe {} {
	if {[command mode] ne "config" || [info commands _np_gdb_port] ne ""} {
		return
	}
	set command [_np_port_command gdb]
	set ::_np_pipe [string match *pipe* [$command]]
	rename $command _np_gdb_port
	proc $command {args} {
		if {[llength $args] > 0} {
			set ::_np_pipe [expr {[lindex $args 0] eq "pipe"}]
		}
		return [_np_gdb_port {*}$args]
	}
}

# While a command of ours runs, the event handlers of target files that fail, as they do without a probe, say why but
# print no trace: that is made by Jim's `errorInfo`.
set _np_running 0
proc _np_no_traces {} {
	if {[info commands _np_error_info] ne ""} {
		return
	}
	rename errorInfo _np_error_info
	proc errorInfo {message args} {
		if {$::_np_running} {
			return $message
		}
		tailcall _np_error_info $message {*}$args
	}
}

# An error as one line for people. One that `_np_fail` did not raise is a failed command of OpenOCD's, mostly without a
# text, or something that nobody has thought of.
proc _np_reason {text} {
	if {[lsearch -exact $::_np_said $text] >= 0} {
		return $text
	}
	if {[command mode] ne "config" && ![_np_answers]} {
		return "lost the target: check probe, cable and power, then run the same command again (it finishes\
			the job)"
	}
	return "something failed that Nameplate has no words for ([_np_quote $text]; OpenOCD's messages are above):\
		run the same\
		command again, and if it stays, report it"
}

# Fails the public command, three levels up, so that OpenOCD prints just this one line: the error's trace is empty,
# and no level may add to it.
proc _np_give_up {text} {
	if {$::_np_once} {
		_np_last_line $text
	} elseif {$::_np_exit} {
		catch -exit {shutdown error}
	}
	return -level 3 -code error -errorinfo {} $text
}

# Jim's `regexp`, and the C of every command of OpenOCD's, take a NUL for the end: what would be checked is not what
# would be written. So nothing that the user says may hold one. The text is not quoted, as it may be a secret.
proc _np_no_nul {words} {
	set number 0
	foreach word $words {
		incr number
		if {[string first \0 $word] >= 0} {
			_np_fail "word $number holds a NUL character, which none may: leave it out, or give bytes as\
				hex"
		}
	}
}

# On the command line OpenOCD's remarks (Info) would bury our lines; its warnings and errors stay. A level that was
# asked for counts, and so does NAMEPLATE_VERBOSE.
proc _np_less_talk {} {
	if {$::_np_once && ![_np_setting NAMEPLATE_VERBOSE] && [lindex [debug_level] end] == 2} {
		debug_level 1
	}
}

# All is done, and the last line is ours; at a level that was asked for OpenOCD says that it ends.
proc _np_end_quietly {} {
	if {[lindex [debug_level] end] < 2} {
		debug_level -2
	}
	shutdown
}

# Runs `body` with the user's words as one list, and is the only place that ends OpenOCD: on the command line
# (nothing has called `init` yet) always, in a session only when asked by `exit`.
proc _np_command {body words} {
	set ::_np_results {}
	set ::_np_once [expr {[command mode] eq "config"}]
	set ::_np_exit $::_np_once
	set ::_np_said {}
	set ::_np_running 1
	set failed [catch {
		_np_no_nul $words
		_np_settings_check
		_np_less_talk
		$body $words
	} text]
	set ::_np_running 0
	set results $::_np_results
	set ::_np_results {}
	if {!$failed} {
		if {$::_np_exit} {
			_np_end_quietly
		}
		return [join $results "\n"]
	}
	_np_give_up "Error: [_np_one_line [_np_reason $text]]"
}

list
