# SPDX-License-Identifier: MIT
# Results on stdout, all else on stderr, one line per error.

# Progress. Telnet and GDB see it too.
proc _np_say {text} {
	echo "Nameplate: [_np_plain $text]"
}

# Every refusal goes through here; `text` says what, where, what to do. What was said is noted: an error that does not
# come from here is OpenOCD's own, and is told apart by that (not by its code, which a `catch` on the way loses).
set _np_said {}
proc _np_fail {text} {
	lappend ::_np_said $text
	return -code error -errorcode NAMEPLATE $text
}

# Whether stdout is the pipe that GDB talks to OpenOCD through.
if {![info exists _np_pipe]} {
	set _np_pipe 0
}

# A result line. `puts` alone would not reach telnet or GDB, so a session also gets it as the command's value.
proc _np_result {line} {
	if {!$::_np_pipe} {
		puts $line
	}
	lappend ::_np_results $line
}

# What the user typed, fit for a message: one line, no control characters, not endless, no secret.
proc _np_quote {text} {
	regsub {:secret=.*} $text {:secret=...} text
	regsub -all {[^ -~]} $text ? text
	if {[string length $text] > 60} {
		set text "[string range $text 0 56]..."
	}
	return "\"$text\""
}

# An error about a word that comes after a secret may quote a part of it: key:secret=two words are two words to Tcl.
proc _np_hush {before text} {
	if {[lsearch -glob $before *:secret=*] < 0 || ![regsub {".*"} $text {"..."} text]} {
		return $text
	}
	return "$text (not shown, as it may belong to the secret before it: write a secret of several words in braces)"
}

# A message as a terminal may have it, whatever the names in it: a backslash is left as it is, as values in it are
# escaped already.
proc _np_plain {text} {
	return [_np_escaped [_np_string_bytes $text] \\]
}

proc _np_one_line {text} {
	regsub -all {[\r\n\t ]+} $text " " text
	return [_np_plain [string trim $text]]
}

# Ends OpenOCD with status 1 and this line, the last one: whatever OpenOCD still says, of the error that is on its way
# up or of a probe that cannot be closed, is silenced. At -d3 nothing is. Without a line it has been said already.
proc _np_last_line {line} {
	if {$line ne ""} {
		echo $line
	}
	if {[lindex [debug_level] end] < 3} {
		debug_level -3
	}
	# An error, in newer OpenOCDs an exit, to Tcl as well; caught, its status stays.
	catch -exit {shutdown error}
}

list
