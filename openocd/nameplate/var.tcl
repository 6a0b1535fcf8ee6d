# SPDX-License-Identifier: MIT
# Variables: out of NAME[:TYPE][:secret]=VALUE, to what goes on flash, and back.

# The name, or an error. `usage` is what a right one looks like in this command.
proc _np_var_name {name} {
	if {![regexp {^[A-Za-z0-9_.-]+$} $name]} {
		_np_fail "the name [_np_quote $name] cannot be used: use letters, digits and _ . - for it"
	}
	if {[string length $name] > 31} {
		_np_fail "the name [_np_quote $name] has [string length $name] characters: use 31 or fewer"
	}
	return $name
}

# Fails about a variable's value, which is quoted unless it is a secret.
proc _np_var_refuse {name text secret why} {
	set quoted [expr {$secret ? "" : "[_np_quote $text] "}]
	_np_fail "variable [_np_quote $name]: its value $quoted$why"
}

# A variable out of NAME[:TYPE][:secret]=VALUE.
proc _np_var_parse {word escaped} {
	set equals [string first = $word]
	if {$equals < 0} {
		_np_fail "[_np_quote $word] has no =: write a variable as name=value or name:type=value"
	}
	set text [string range $word [expr {$equals + 1}] end]
	set parts [split [string range $word 0 [expr {$equals - 1}]] :]
	set name [_np_var_name [lindex $parts 0]]
	set words [lrange $parts 1 end]
	set secret [expr {[lindex $words end] eq "secret"}]
	if {$secret} {
		set words [lrange $words 0 end-1]
	}
	set type [lindex $words 0]
	if {[llength $words] > 1 || ([llength $words] == 1 && ![dict exists $::_np_types $type])} {
		_np_fail "variable [_np_quote $name]: unknown type [_np_quote [join $words :]]: the types are\
			[join [dict keys $::_np_types] {, }]; secret may follow"
	}
	set hint ""
	if {$name eq "serial" && $type eq ""} {
		# A number, or it would be a text for a mere space.
		set type u32
		set hint "; a text is serial:text=..."
	}
	if {[catch {_np_value_parse $type $text $escaped} value]} {
		_np_var_refuse $name $text $secret $value$hint
	}
	lassign $value code bytes
	if {[llength $bytes] > $::_np_longest_value} {
		set size [expr {$type eq "file" ? [file size $text] : [llength $bytes]}]
		_np_var_refuse $name $text $secret "has $size bytes: $::_np_longest_value is the most"
	}
	return [_np_var_make $name $code $bytes $secret]
}

proc _np_var_make {name code bytes secret} {
	set key $::_np_key_named
	if {$name eq "serial"} {
		set key $::_np_key_serial
		set type [_np_type_of $code [llength $bytes]]
		if {$secret || ($type ne "u32" && ($type ne "text" || $bytes eq ""))} {
			_np_fail "the serial number is from 0 to 4294967295 or a text that is not empty, and no secret:\
				write serial=42 or serial:text=SN-0042, or choose another name"
		}
	}
	return [_np_new_var $name $key $code $bytes $secret]
}

# The variable of that name, which says nothing more: as a deletion has it.
proc _np_var_named {name} {
	set key [expr {$name eq "serial" ? $::_np_key_serial : $::_np_key_named}]
	return [_np_new_var $name $key $::_np_type_deleted {} 0]
}

# Several variables; no name twice.
proc _np_vars_parse {words escaped {parse _np_var_parse}} {
	set vars {}
	set before {}
	foreach word $words {
		if {[catch {$parse $word $escaped} var]} {
			_np_fail [_np_hush $before $var]
		}
		lappend before $word
		set name [dict get $var name]
		if {[info exists seen($name)]} {
			_np_fail "variable [_np_quote $name] is given twice: give it once"
		}
		set seen($name) 1
		lappend vars $var
	}
	return $vars
}

# What goes on flash: a named variable's value begins with its name.
proc _np_var_item {var} {
	set value [dict get $var value]
	if {[dict get $var key] == $::_np_key_named} {
		set name [_np_string_bytes [dict get $var name]]
		# As a list from the start: values are compared as text, and an empty end must leave no trace.
		set value [list [expr {[llength $name] | ([dict get $var secret] << 7)}] {*}$name {*}$value]
	}
	return [_np_new_item [dict get $var key] [dict get $var type] $value]
}

proc _np_var_items {vars} {
	return [lmap var $vars {_np_var_item $var}]
}

# The variable that an entry is. One that only a number names is called key-N.
proc _np_var_of {entry} {
	set key [dict get $entry key]
	set value [dict get $entry value]
	set secret 0
	if {$key == $::_np_key_named} {
		set first [lindex $value 0]
		set name [_np_text [lrange $value 1 [expr {$first & 31}]]]
		set secret [expr {$first >> 7}]
		set value [lrange $value [expr {1 + ($first & 31)}] end]
	} elseif {[dict exists $::_np_key_names $key]} {
		set name [dict get $::_np_key_names $key]
	} else {
		set name key-$key
	}
	return [_np_new_var $name $key [dict get $entry type] $value $secret]
}

# A variable's value as results and lists show it.
proc _np_var_shown {var} {
	if {[dict get $var secret]} {
		return secret
	}
	return [_np_show [dict get $var type] [dict get $var value]]
}

list
