# SPDX-License-Identifier: MIT
# Results on stdout, all else on stderr, one line per error, and who ends OpenOCD.

lappend _telnet_autocomplete_skip _np_say _np_fail _np_result _np_quote _np_one_line _np_setting
lappend _telnet_autocomplete_skip _np_command _np_give_up _np_servers_off _np_gdb_port _np_overhear_pipe

# Progress. Telnet and GDB see it too.
proc _np_say {text} {
	echo "Nameplate: $text"
}

# Every refusal goes through here; `text` says what, where, what to do.
proc _np_fail {text} {
	return -code error -errorcode NAMEPLATE $text
}

# Where GDB talks to OpenOCD through a pipe, stdout is that pipe. After `init` OpenOCD does not tell any more, so what
# was said before is kept, and what is said later is overheard.
proc _np_overhear_pipe {} {
	if {[command mode] ne "config" || [info commands _np_gdb_port] ne ""} {
		return
	}
	set ::_np_pipe [string match *pipe* [gdb_port]]
	rename gdb_port _np_gdb_port
	proc gdb_port {args} {
		if {[llength $args] > 0} {
			set ::_np_pipe [expr {[lindex $args 0] eq "pipe"}]
		}
		return [_np_gdb_port {*}$args]
	}
}

# A result line. `puts` alone would not reach telnet or GDB, so a session also gets it as the command's value.
proc _np_result {line} {
	if {![_np_setting _np_pipe 0]} {
		puts $line
	}
	lappend ::_np_results $line
}

# What the user typed, fit for a message: one line, no control characters, not endless.
proc _np_quote {text} {
	regsub -all {[^ -~]} $text ? text
	if {[string length $text] > 60} {
		set text "[string range $text 0 56]..."
	}
	return "\"$text\""
}

proc _np_one_line {text} {
	regsub -all {[\r\n\t ]+} $text " " text
	return [string trim $text]
}

# A global that a board file or the user may have set.
proc _np_setting {name default} {
	if {[info exists ::$name]} {
		return [set ::$name]
	}
	return $default
}

# OpenOCDs of several boards run side by side: a one-shot run must not fight over ports that nobody will use.
proc _np_servers_off {} {
	gdb_port disabled
	telnet_port disabled
	tcl_port disabled
}

# Fails the public command, three levels up, so that OpenOCD prints just this one line: the error's trace is empty,
# and no level may add to it. Below a script file OpenOCD would put the file's name in front, so there the line is
# printed here and the error left empty.
proc _np_give_up {text} {
	if {$::_np_exit} {
		# This is an error to Tcl as well; caught, its status stays.
		catch {shutdown error}
	}
	if {$::_np_once && [lindex [stacktrace 0] end-1] ne ""} {
		echo $text
		set text ""
	}
	return -level 3 -code error -errorinfo {} $text
}

# Runs `body` with the user's words as one list, and is the only place that ends OpenOCD: on the command line
# (nothing has called `init` yet) always, in a session only when asked by `exit`.
proc _np_command {body words} {
	set ::_np_results {}
	set ::_np_once [expr {[command mode] eq "config"}]
	set ::_np_exit $::_np_once
	set failed [catch {$body $words} text options]
	set results $::_np_results
	set ::_np_results {}
	if {!$failed} {
		if {$::_np_exit} {
			shutdown
		}
		return [join $results "\n"]
	}
	_np_give_up "Error: [_np_one_line $text]"
}

list
