# SPDX-License-Identifier: MIT
# Variables to a text file and back. README.md beside the commands describes the file.

proc _np_do_dump {words secrets} {
	set path [lindex $words 0]
	if {[catch {_np_file_name $path} safe] || [file isdirectory $safe] || ![file isdirectory [file dirname $safe]]} {
		_np_fail "the file [_np_quote $path] cannot be written: name a file in a folder that exists"
	}
	return [list _np_dump $path $secrets]
}

proc _np_dump {path secrets} {
	set region [_np_region [_np_banks]]
	set store [_np_store_scan $region]
	_np_say_pending $region
	_np_leave 0 0
	if {[dict get $store state] ne "ok"} {
		_np_no_value $region $store serial
	}
	lassign [_np_dump_lines $store $secrets] count lines
	# Other people may read what holds no secret.
	_np_file_write $path [join $lines \n]\n $secrets
	_np_result "dumped=$count"
}

# {count lines}
proc _np_dump_lines {store secrets} {
	set lines [list \
		"# Variables of a device, one name:type=value a line. `nameplate restore` writes them back; edit them as you like." \
		"# Types: [join [dict keys $::_np_types] { }]; then :secret for what is never printed." \
		"# In a text \\n \\r \\t \\\\ and \\xNN stand for these bytes. A line that begins with # says nothing."]
	set count 0
	foreach entry [_np_store_live $store] {
		set var [_np_var_of $entry]
		set line [_np_dump_line $var $secrets]
		if {[string match "#*" $line]} {
			_np_say "left out: [string range $line 2 end]"
		} else {
			incr count
		}
		lappend lines $line
	}
	return [list $count $lines]
}

# A line that restore takes back to the very same variable, or a comment that says why there is none.
proc _np_dump_line {var secrets} {
	set name [dict get $var name]
	set type [_np_type_of [dict get $var type] [llength [dict get $var value]]]
	set line "$name:$type"
	if {[dict get $var secret]} {
		if {!$secrets} {
			return "# $name is a secret (-secrets dumps it)"
		}
		append line :secret
	}
	append line "=[_np_show [dict get $var type] [dict get $var value]]"
	if {$type ne "" && ![catch {_np_var_parse $line 1} again] && $again eq $var} {
		return $line
	}
	return "# $name ([_np_type_shown $var]) is nothing that Nameplate writes"
}

# ---- restore --------------------------------------------------------------------------------------------------

proc _np_do_restore {words flag} {
	set path [lindex $words 0]
	if {[catch {_np_file_read $path} text]} {
		_np_fail "the file [_np_quote $path] cannot be read: name one that `nameplate dump` or you have written"
	}
	return [list _np_change_device [_np_dump_parse $path $text]]
}

proc _np_dump_parse {path text} {
	set vars {}
	set before {}
	set number 0
	# Editors on Windows may begin a file with a byte order mark, and end lines with CR LF.
	foreach line [split [string trimleft $text \uFEFF] \n] {
		incr number
		if {[string first \0 $line] >= 0} {
			_np_fail "[_np_quote $path] line $number holds a NUL character: save the file as UTF-8, and\
				write NUL in hex"
		}
		set line [string trimright $line \r]
		if {[string trim $line] eq "" || [string match "#*" $line]} {
			continue
		}
		if {[catch {_np_var_parse $line 1} var]} {
			_np_fail "[_np_quote $path] line $number: [_np_hush $before $var]"
		}
		set before [list $line]
		set name [dict get $var name]
		if {[info exists lines($name)]} {
			_np_fail "[_np_quote $path] line $number: variable [_np_quote $name] is in line $lines($name)\
				already: keep one"
		}
		set lines($name) $number
		lappend vars $var
	}
	if {[llength $vars] == 0} {
		_np_fail "[_np_quote $path] holds no variable: a line is name:type=value"
	}
	return $vars
}

list
