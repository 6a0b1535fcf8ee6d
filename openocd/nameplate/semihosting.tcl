# SPDX-License-Identifier: MIT
# Serving the semihosting calls (ARM IHI 0203) of the firmware that runs, in Tcl.
#
# OpenOCD's own semihosting ends the OpenOCD process when the firmware exits, so no script could look at the
# result. Here it stays off: the core halts at BKPT 0xAB, we act, and let it go on after it.
# A run is bounded by time and by output. While it lasts its state is the array _np_sh, of this file and run.tcl:
#   out, err   bytes printed, not yet passed on as whole lines    printed  bytes so far
#   start      clock in ms         position  in the features file    pass     whether output goes to the user
#   status     the firmware's, once it has ended    errno
#   last       the last line, as shown
#   expect     pattern of the line that is waited for, matched  whether it was printed
#   reports    what lines `name=...` said          features   whether newlib may have its list of features

# ADP_Stopped_ApplicationExit
set _np_sh_app_exit 0x20026

# What newlib reads from ":semihosting-features": magic, then bit 0 SYS_EXIT_EXTENDED, bit 1 stderr apart from stdout. It takes six
# calls of some fifteen. Where only a line is waited for there is none: newlib then says no more than whether it ended well,
# and prints stderr on stdout.
set _np_sh_features {0x53 0x48 0x46 0x42 0x03}
set _np_sh_features_handle 3

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
	return [_np_read_memory $address 32 $count]
}

# `count` bytes from any address, by aligned words.
proc _np_sh_bytes {address count} {
	if {$count == 0} {
		return {}
	}
	set skip [expr {$address % 4}]
	set bytes {}
	foreach word [_np_read_memory [expr {$address - $skip}] 32 [expr {($skip + $count + 3) / 4}]] {
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
	if {$text eq ":semihosting-features" && $mode < 4 && $::_np_sh(features)} {
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
		set position $::_np_sh(position)
		set bytes [lrange $::_np_sh_features $position [expr {$position + [_np_min $length 5] - 1}]]
		if {[llength $bytes] > 0} {
			write_memory $buffer 8 $bytes
		}
		incr ::_np_sh(position) [llength $bytes]
		set length [expr {$length - [llength $bytes]}]
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

# Whether a line is the one that is waited for, where * and ? stand for anything; [ and \ are no patterns to us as they
# are to Jim. The line as it was printed, not as it is shown.
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
		if {![dict exists $::_np_sh(reports) $name]} {
			dict set ::_np_sh(reports) $name [_np_bytes_string [lrange $bytes [expr {$equals + 1}] end]]
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
