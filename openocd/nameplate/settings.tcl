# SPDX-License-Identifier: MIT
# What board files and users set: globals, all optional; an empty one counts as not set. All are looked at before a
# command does anything, so that no mistake in them shows when half of the work is done.

# Name; default; the proc that says what is wrong with a value and what to do, or "". An image is looked at by the
# commands that program it.
set _np_settings {
	NAMEPLATE_IMAGE        {}    {}
	NAMEPLATE_BASE         {}    _np_setting_address
	NAMEPLATE_SIZE         {}    _np_setting_size
	NAMEPLATE_SAVE_DIR     .     _np_setting_folder
	NAMEPLATE_BEFORE_WRITE {}    _np_setting_command
	NAMEPLATE_TIMEOUT      10    _np_setting_seconds
	NAMEPLATE_MAX_OUTPUT   65536 _np_setting_bytes
	NAMEPLATE_VERBOSE      0     _np_setting_flag
	NAMEPLATE_LEDGER       {}    {}
	NAMEPLATE_LEDGER_PROGRAM {}  {}
}

proc _np_setting {name} {
	if {[info exists ::$name] && [set ::$name] ne ""} {
		return [set ::$name]
	}
	foreach {known default check} $::_np_settings {
		if {$known eq $name} {
			return $default
		}
	}
}

proc _np_settings_check {} {
	foreach {name default check} $::_np_settings {
		set value [_np_setting $name]
		if {[string first \0 $value] >= 0} {
			_np_fail "$name holds a NUL character: leave it out"
		}
		if {$check eq "" || $value eq $default} {
			continue
		}
		set wrong [$check $value]
		if {$wrong ne ""} {
			_np_fail "$name is [_np_quote $value], $wrong"
		}
	}
	if {([_np_setting NAMEPLATE_BASE] eq "") != ([_np_setting NAMEPLATE_SIZE] eq "")} {
		_np_fail "of NAMEPLATE_BASE and NAMEPLATE_SIZE, which name the region together, only one is set: set\
			both or neither"
	}
}

proc _np_setting_address {value} {
	return [expr {[_np_integer $value] eq "" ? "which is no address: give it as 0x hex or decimal" : ""}]
}

proc _np_setting_size {value} {
	set size [_np_integer $value]
	return [expr {$size eq "" || $size == 0 ? "which is no number of bytes: give it as decimal or 0x hex" : ""}]
}

proc _np_setting_folder {value} {
	if {[catch {file isdirectory [_np_file_name $value]} is] || !$is} {
		return "a folder that does not exist: create it, or choose another"
	}
}

proc _np_setting_command {value} {
	if {[catch {exists -command [lindex $value 0]} is] || !$is} {
		return "which begins with no command that OpenOCD knows: correct it"
	}
}

# Fractions down to a millisecond, and not more than OpenOCD can wait.
proc _np_setting_seconds {value} {
	if {![regexp {^(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?$} $value] || $value == 0} {
		return "which is no time: give seconds, 0.001 to 999999, like 10 or 2.5"
	}
}

proc _np_setting_bytes {value} {
	set bytes [_np_integer $value]
	if {$bytes eq "" || $bytes == 0 || $bytes > 0x1000000} {
		return "which is no limit: give a number of bytes, 1 to 16777216"
	}
}

proc _np_setting_flag {value} {
	if {$value eq "0" || $value eq "1"} {
		return ""
	}
	return "which is neither 0 nor 1"
}

list
