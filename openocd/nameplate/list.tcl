# SPDX-License-Identifier: MIT
# What is on the device, for people and for scripts.

# The type as program_vars names it; of a number with a length that there is none of, only its kind.
set _np_type_kinds {unsigned signed float text bytes deleted mac reserved}
proc _np_type_shown {var} {
	set type [_np_type_of [dict get $var type] [llength [dict get $var value]]]
	if {$type eq ""} {
		return [lindex $::_np_type_kinds [dict get $var type]]
	}
	return $type
}

# One line per live variable. A secret one is named, not shown.
proc _np_list_lines {store} {
	set lines {}
	foreach entry [_np_store_live $store] {
		set var [_np_var_of $entry]
		lappend lines [format "%-12s %-4s %-24s 0x%08X" [dict get $var name] [_np_type_shown $var] [_np_var_shown $var] \
			[dict get $entry place]]
	}
	return $lines
}

# ---- JSON (RFC 8259) ------------------------------------------------------------------------------------------

# Of UTF-8. What is not to reach a terminal is \uNNNN.
proc _np_json_string {bytes} {
	set text ""
	set hidden 0
	set at 0
	foreach byte $bytes {
		if {$byte >= 0xC2} {
			set hidden [_np_hidden [lrange $bytes $at [expr {$at + 2}]]]
			if {$hidden} {
				append text [format {\u%04x} $hidden]
			}
		}
		incr at
		if {$byte < 32 || $byte == 34 || $byte == 92 || $byte == 127} {
			append text [format {\u%04x} $byte]
		} elseif {$byte < 128 || !$hidden} {
			append text [_np_bytes_string $byte]
		}
	}
	return "\"$text\""
}

# Integers are JSON numbers, however large; floats too, but for infinities and NaNs, whose bits are a string; all else
# is a string. What is no UTF-8 is given as it is shown.
proc _np_json_of {var} {
	set shown [_np_var_shown $var]
	switch -glob -- [_np_type_shown $var] {
		text { set shown [expr {[_np_is_utf8 [dict get $var value]] ? [_np_bytes_string [dict get $var value]] : $shown}] }
		[ui][0-9]* { return $shown }
		f[0-9]* {
			if {$shown eq "-0"} {
				# Most parsers take -0 for an integer, which has no sign.
				return -0.0
			}
			if {![string match 0x* $shown]} {
				return $shown
			}
		}
	}
	return [_np_json_string [_np_string_bytes $shown]]
}

proc _np_json_lines {region store} {
	set rows {}
	foreach entry [_np_store_live $store] {
		set var [_np_var_of $entry]
		set fields [list "\"name\": [_np_json_string [_np_string_bytes [dict get $var name]]]" "\"type\": \"[_np_type_shown $var]\""]
		if {[dict get $var secret]} {
			lappend fields "\"secret\": true"
		} else {
			lappend fields "\"value\": [_np_json_of $var]"
		}
		lappend fields [format "\"address\": %u" [dict get $entry place]]
		lappend rows "  {[join $fields {, }]}"
	}
	set lines [list [format "{\"state\": \"%s\", \"base\": %u, \"size\": %u, \"variables\": \[" [dict get $store state] \
		[dict get $region base] [expr {[dict get $region end] - [dict get $region base]}]]]
	foreach row $rows {
		lappend lines [expr {[llength $lines] < [llength $rows] ? "$row," : $row}]
	}
	return [concat $lines [list "\]}"]]
}

# ---- nameplate list, nameplate get: neither halts nor resets the target ---------------------------------------

proc _np_do_list {words json} {
	return [list _np_list $json]
}

proc _np_list {json} {
	set region [_np_region [_np_banks]]
	set store [_np_store_scan $region]
	foreach line [expr {$json ? [_np_json_lines $region $store] : [_np_list_lines $store]}] {
		_np_result $line
	}
	set range [_np_range [dict get $region base] [dict get $region end]]
	switch -- [dict get $store state] {
		ok      { _np_say "region $range, areas: [dict get $region areas], cells of [dict get $region cell] bytes" }
		none    { _np_say "region $range is blank" }
		damaged {
			set why [dict get $store refusal]
			_np_say "region $range [expr {$why ne "" ? $why : "holds no store, but is not blank"}]"
		}
	}
	_np_say_pending $region
	_np_leave 0 0
}

proc _np_do_get {words secrets} {
	return [list _np_get [_np_var_name [lindex $words 0]] $secrets]
}

proc _np_get {name secrets} {
	set region [_np_region [_np_banks]]
	set item [_np_var_item [_np_var_named $name]]
	set store [_np_store_scan $region [list $item]]
	set entry [_np_store_find $store $item]
	set found [expr {$entry eq "" ? "" : [_np_var_of $entry]}]
	_np_say_pending $region
	_np_leave 0 0
	if {$found eq ""} {
		_np_no_value $region $store $name
	}
	if {[dict get $found secret] && !$secrets} {
		_np_fail "variable [_np_quote $name] is a secret: `nameplate get $name -secrets` prints it"
	}
	_np_result [_np_show [dict get $found type] [dict get $found value]]
}

proc _np_no_value {region store name} {
	set range [_np_range [dict get $region base] [dict get $region end]]
	set what [expr {$name eq "serial" ? "serial number" : "variable [_np_quote $name]"}]
	set how [expr {$name eq "serial" ? "`program_serial` writes one" : "`nameplate list` shows what there is"}]
	if {[dict get $store state] eq "damaged"} {
		set why [dict get $store refusal]
		if {$why ne ""} {
			_np_fail "the reserved region $range $why"
		}
		_np_fail "the reserved region $range holds no store, but is not blank: `nameplate erase` clears it,\
			`program_serial` writes a serial number"
	}
	_np_fail "the device has no $what in $range: $how"
}

list
