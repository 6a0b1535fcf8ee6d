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
	_np_settings_known
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

# A misspelt name would be a setting that is taken no notice of, and so would one of the environment, from where only the
# ledger's name is taken.
proc _np_settings_known {} {
	set names {}
	foreach {name default check} $::_np_settings {
		lappend names $name
		if {$name ne "NAMEPLATE_LEDGER" && ![info exists ::$name] && [info exists ::env($name)] && $::env($name) ne ""} {
			_np_fail "$name is in the environment, where it is not read: give it to OpenOCD instead, by\
				-c \"set $name ...\""
		}
	}
	foreach name [lsort [info globals NAMEPLATE_*]] {
		if {$name ni $names} {
			_np_fail "there is no setting [_np_quote $name]: the nearest is [_np_nearest $name $names]; names that\
				begin with NAMEPLATE_ are settings, so call one of your own otherwise"
		}
	}
}

# How many letters one word has too many, lacks, has wrong or has changed places, to be the other.
proc _np_slips {word other} {
	set above {}
	set row {}
	for {set j 0} {$j <= [string length $other]} {incr j} {
		lappend row $j
	}
	for {set i 1} {$i <= [string length $word]} {incr i} {
		set before $above
		set above $row
		set row [list $i]
		for {set j 1} {$j <= [string length $other]} {incr j} {
			set wrong [string compare [string index $word $i-1] [string index $other $j-1]]
			set slips [_np_min [expr {[lindex $above $j-1] + ($wrong != 0)}] \
				[expr {1 + [_np_min [lindex $above $j] [lindex $row $j-1]]}]]
			if {$i > 1 && $j > 1 && [string range $word $i-2 $i-1] eq \
				[string reverse [string range $other $j-2 $j-1]]} {
				set slips [_np_min $slips [expr {1 + [lindex $before $j-2]}]]
			}
			lappend row $slips
		}
	}
	return [lindex $row end]
}

proc _np_nearest {word others} {
	set nearest {}
	foreach other $others {
		lappend nearest [list [_np_slips $word $other] $other]
	}
	return [lindex [lsort -integer -index 0 $nearest] 0 1]
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
