# SPDX-License-Identifier: MIT
# Values: from what the user writes to bytes on flash, and back to what people, programs and the firmware's report say.

# The types that the user names: how their text is read, what the header says, and how many bytes ("" is any number).
set _np_types {
	u8   {integer 0 1}
	u16  {integer 0 2}
	u32  {integer 0 4}
	u64  {integer 0 8}
	i8   {integer 1 1}
	i16  {integer 1 2}
	i32  {integer 1 4}
	i64  {integer 1 8}
	f32  {float   2 4}
	f64  {float   2 8}
	text {text    3 {}}
	hex  {hex     4 {}}
	mac  {mac     6 6}
	file {file    4 {}}
}
set _np_integer_ranges {
	u8  {0 to 255}         i8  {-128 to 127}
	u16 {0 to 65535}       i16 {-32768 to 32767}
	u32 {0 to 4294967295}  i32 {-2147483648 to 2147483647}
	u64 {0 to 18446744073709551615}  i64 {-9223372036854775808 to 9223372036854775807}
}
set _np_type_deleted 5
set _np_key_serial 1
set _np_key_named 255
set _np_key_names {1 serial}
set _np_longest_value 1023

# ---- showing --------------------------------------------------------------------------------------------------

# The type that the user would name for a header's type code and a value of `length` bytes; {} if there is none.
proc _np_type_of {code length} {
	foreach {name row} $::_np_types {
		lassign $row how type size
		if {$type == $code && ($size eq "" || $size == $length)} {
			return $name
		}
	}
	return {}
}

# A value by its type; one that has an impossible length is shown as bytes.
proc _np_show {code bytes} {
	switch -glob -- [_np_type_of $code [llength $bytes]] {
		u*   { return [format %lu [_np_bytes_word $bytes]] }
		i*   {
			set bits [expr {8 * [llength $bytes]}]
			set word [_np_bytes_word $bytes]
			return [expr {$bits < 64 && ($word >> ($bits - 1)) & 1 ? $word - (1 << $bits) : $word}]
		}
		f*   { return [_np_float_text $bytes] }
		text { return [_np_text $bytes] }
		mac  {
			set digits {}
			foreach byte $bytes {
				lappend digits [format %02x $byte]
			}
			return [join $digits :]
		}
	}
	return [_np_hex_of $bytes]
}

# As the firmware reports it (firmware/README.md): a float by its bits, text in printable ASCII.
proc _np_report_text {code bytes} {
	set type [_np_type_of $code [llength $bytes]]
	if {$type eq "f32" || $type eq "f64"} {
		return 0x[_np_hex_of [lreverse $bytes]]
	}
	if {$type ne "text"} {
		return [_np_show $code $bytes]
	}
	set text ""
	foreach byte $bytes {
		if {$byte == 92} {
			append text "\\\\"
		} elseif {$byte < 32 || $byte > 126} {
			append text [format {\x%02x} $byte]
		} else {
			append text [format %c $byte]
		}
	}
	return $text
}

# ---- reading what the user wrote ------------------------------------------------------------------------------
# Each of these returns bytes, or fails with what comes after "variable "x": its value ".

proc _np_value_integer {type text} {
	lassign [dict get $::_np_types $type] how signed count
	set range "give one from [dict get $::_np_integer_ranges $type]"
	if {[regexp {^-?0+([0-9]+)$} $text all plain]} {
		return -code error "has a leading zero, which some tools read as octal: write it without, or as 0x hex"
	}
	if {![regexp {^(-?[0-9]+|0[xX][0-9a-fA-F]+)$} $text]} {
		return -code error "is not a number: $range, decimal or 0x hex"
	}
	set bytes [_np_integer_bytes $text $signed $count]
	if {$bytes eq ""} {
		return -code error "is out of range: $range"
	}
	return $bytes
}

proc _np_value_text {bytes} {
	if {[lsearch -exact $bytes 0] >= 0} {
		return -code error "holds a NUL character, which ends a text in C: use the type hex"
	}
	if {![_np_is_utf8 $bytes]} {
		return -code error "is not valid UTF-8: save it as UTF-8, or use the type hex"
	}
	return $bytes
}

proc _np_value_hex {text} {
	if {![regexp {^[0-9a-fA-F]*$} $text] || [string length $text] % 2 != 0} {
		return -code error "is not bytes in hex: give two hex digits for each byte, like 00ff12"
	}
	return [expr {$text eq "" ? "" : [lreverse [_np_hex_bytes $text [expr {[string length $text] / 2}]]]}]
}

proc _np_value_mac {text} {
	if {![regexp {^[0-9a-fA-F][0-9a-fA-F]([:-][0-9a-fA-F][0-9a-fA-F])*$} $text] || [string length $text] != 17} {
		return -code error "is not a MAC address: give six bytes in hex, like 02:00:00:12:34:56"
	}
	regsub -all {[:-]} $text "" digits
	return [_np_value_hex $digits]
}

proc _np_value_file {path} {
	# One byte more than may be there, so that a large file is found out without reading it.
	if {[catch {_np_file_read $path [expr {$::_np_longest_value + 1}]} text]} {
		return -code error "is no file that can be read: check the path"
	}
	return [_np_string_bytes $text]
}

# Without a type: a plain integer by its size, all else as text. {code bytes}
proc _np_value_untyped {text unescaped} {
	set candidates {}
	if {[regexp {^(0|[1-9][0-9]*|0[xX][0-9a-fA-F]+)$} $text]} {
		set candidates {u32 u64}
	} elseif {[regexp {^-[1-9][0-9]*$} $text]} {
		set candidates {i32 i64}
	}
	foreach type $candidates {
		lassign [dict get $::_np_types $type] how code count
		set bytes [_np_integer_bytes $text $code $count]
		if {$bytes ne ""} {
			return [list $code $bytes]
		}
	}
	return [list 3 [_np_value_text $unescaped]]
}

# {code bytes} of a value of a type, or without one. In a file, text is escaped.
proc _np_value_parse {type text escaped} {
	set how [expr {$type eq "" ? "" : [lindex [dict get $::_np_types $type] 0]}]
	set bytes {}
	if {$how eq "" || $how eq "text"} {
		set bytes [expr {$escaped ? [_np_unescape $text] : [_np_string_bytes $text]}]
	}
	if {$how eq ""} {
		return [_np_value_untyped $text $bytes]
	}
	lassign [dict get $::_np_types $type] how code count
	switch -- $how {
		integer { set bytes [_np_value_integer $type $text] }
		float   { set bytes [_np_float_bytes $text $count] }
		text    { set bytes [_np_value_text $bytes] }
		hex     { set bytes [_np_value_hex $text] }
		mac     { set bytes [_np_value_mac $text] }
		file    { set bytes [_np_value_file $text] }
	}
	return [list $code $bytes]
}

list
