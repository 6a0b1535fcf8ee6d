# SPDX-License-Identifier: MIT
# Values as people read them.

lappend _telnet_autocomplete_skip _np_text _np_is_utf8 _np_show _np_name_of _np_value_of _np_list_lines _np_float

set _np_type_names {unsigned signed float text bytes deleted mac reserved}
set _np_key_names {1 serial}

# Whether the bytes are well-formed UTF-8 (to the extent that a terminal needs it).
proc _np_is_utf8 {bytes} {
	set more 0
	foreach byte $bytes {
		if {$more > 0} {
			if {($byte & 0xC0) != 0x80} {
				return 0
			}
			incr more -1
		} elseif {$byte >= 0xF5} {
			return 0
		} elseif {$byte >= 0xF0} {
			set more 3
		} elseif {$byte >= 0xE0} {
			set more 2
		} elseif {$byte >= 0xC2} {
			set more 1
		} elseif {$byte >= 0x80} {
			return 0
		}
	}
	return [expr {$more == 0}]
}

# Bytes as one line of text: control characters, backslashes and what is not UTF-8 as \xNN.
proc _np_text {bytes} {
	set utf8 [_np_is_utf8 $bytes]
	set text ""
	foreach byte $bytes {
		if {$byte < 32 || $byte == 127 || $byte == 92 || ($byte >= 128 && !$utf8)} {
			append text [format "\\x%02x" $byte]
		} else {
			set one ""
			pack one $byte -intle 8
			append text $one
		}
	}
	return $text
}

# IEEE 754 of 4 or 8 bytes, by Jim's own unpacking.
proc _np_float {bytes} {
	set packed ""
	set at 0
	foreach byte $bytes {
		pack packed $byte -intle 8 $at
		incr at 8
	}
	return [unpack $packed -floatle 0 $at]
}

# A value by its type; one that has an impossible length is shown as bytes.
proc _np_show {type bytes} {
	set length [llength $bytes]
	set number [expr {$length == 1 || $length == 2 || $length == 4 || $length == 8}]
	switch -- $type {
		0 {
			if {$number} {
				return [format %lu [_np_bytes_word $bytes]]
			}
		}
		1 {
			if {$number} {
				set word [_np_bytes_word $bytes]
				if {$length < 8 && ($word >> (8 * $length - 1)) & 1} {
					set word [expr {$word - (1 << (8 * $length))}]
				}
				return $word
			}
		}
		2 {
			if {$length == 4 || $length == 8} {
				return [_np_float $bytes]
			}
		}
		3 {
			return [_np_text $bytes]
		}
	}
	set digits {}
	foreach byte $bytes {
		lappend digits [format %02x $byte]
	}
	return [join $digits [expr {$type == 6 ? ":" : ""}]]
}

# The bytes of the value proper: behind the name, for a named variable.
proc _np_value_of {entry} {
	set value [dict get $entry value]
	if {[dict get $entry key] != 255} {
		return $value
	}
	return [lrange $value [expr {1 + ([lindex $value 0] & 31)}] end]
}

proc _np_name_of {entry} {
	set key [dict get $entry key]
	if {$key == 255} {
		set value [dict get $entry value]
		return [_np_text [lrange $value 1 [expr {[lindex $value 0] & 31}]]]
	}
	if {[dict exists $::_np_key_names $key]} {
		return [dict get $::_np_key_names $key]
	}
	return key-$key
}

# One line per live variable. A secret one (bit 7 of the byte before its name) is named, not shown.
proc _np_list_lines {store} {
	set lines {}
	foreach entry [_np_store_live $store] {
		set shown [_np_show [dict get $entry type] [_np_value_of $entry]]
		if {[dict get $entry key] == 255 && [lindex [dict get $entry value] 0] & 128} {
			set shown (secret)
		}
		lappend lines [format "%-12s %-8s %-24s 0x%08X" [_np_name_of $entry] \
			[lindex $::_np_type_names [dict get $entry type]] $shown [dict get $entry place]]
	}
	return $lines
}

list
