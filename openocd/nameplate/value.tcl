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

# ---- bytes and text -------------------------------------------------------------------------------------------

proc _np_string_bytes {text} {
	set bytes {}
	set bits [expr {[string bytelength $text] * 8}]
	for {set at 0} {$at < $bits} {incr at 8} {
		lappend bytes [unpack $text -uintle $at 8]
	}
	return $bytes
}

proc _np_bytes_string {bytes} {
	set text ""
	set at 0
	foreach byte $bytes {
		pack text $byte -intle 8 $at
		incr at 8
	}
	return $text
}

# Whether the bytes are well-formed UTF-8 (Unicode 15.0, table 3-7): nothing overlong, no surrogates.
proc _np_is_utf8 {bytes} {
	set more 0
	foreach byte $bytes {
		if {$more > 0} {
			if {$byte < $low || $byte > $high} {
				return 0
			}
			incr more -1
			set low 0x80
			set high 0xBF
			continue
		}
		if {$byte < 0x80} {
			continue
		}
		if {$byte < 0xC2 || $byte > 0xF4} {
			return 0
		}
		set more [expr {$byte < 0xE0 ? 1 : $byte < 0xF0 ? 2 : 3}]
		set low [expr {$byte == 0xE0 ? 0xA0 : $byte == 0xF0 ? 0x90 : 0x80}]
		set high [expr {$byte == 0xED ? 0x9F : $byte == 0xF4 ? 0x8F : 0xBF}]
	}
	return [expr {$more == 0}]
}

# Characters that a terminal obeys (C1 controls), and that turn around what stands beside them (Unicode 15.0, Bidi_Control).
set _np_hidden_ranges {0x80 0x9F  0x61C 0x61C  0x200E 0x200F  0x202A 0x202E  0x2066 0x2069}

# The code of the character that UTF-8 begins with, if it is such a one; else 0.
proc _np_hidden {bytes} {
	lassign $bytes one two three
	set code 0
	switch -- $one {
		194 - 216 { set code [expr {($one & 0x1F) << 6 | ($two & 0x3F)}] }
		226       { set code [expr {($one & 0x0F) << 12 | ($two & 0x3F) << 6 | ($three & 0x3F)}] }
	}
	foreach {first last} $::_np_hidden_ranges {
		if {$code >= $first && $code <= $last} {
			return $code
		}
	}
	return 0
}

# Bytes as one line of text that shows what is there: line breaks and tabs as \n \r \t, and as \xNN other control characters,
# what _np_hidden finds, and what is not UTF-8. A backslash as `backslash`.
proc _np_escaped {bytes backslash} {
	set utf8 [_np_is_utf8 $bytes]
	set hidden 0
	set text ""
	set at 0
	foreach byte $bytes {
		# The bytes that go on a character are hidden as its first one is.
		if {$utf8 && $byte >= 0xC2} {
			set hidden [_np_hidden [lrange $bytes $at [expr {$at + 2}]]]
		}
		incr at
		switch -- $byte {
			9  { append text {\t} }
			10 { append text {\n} }
			13 { append text {\r} }
			92 { append text $backslash }
			default {
				if {$byte < 32 || $byte == 127 || ($byte >= 128 && (!$utf8 || $hidden))} {
					append text [format {\x%02x} $byte]
				} else {
					append text [_np_bytes_string $byte]
				}
			}
		}
	}
	return $text
}

# So that _np_unescape can take it back: a backslash is \\.
proc _np_text {bytes} {
	return [_np_escaped $bytes {\\}]
}

# The bytes that _np_text has turned into `text`.
proc _np_unescape {text} {
	set bytes {}
	while {[regexp {^([^\\]*)\\(.)(.*)$} $text all plain kind text]} {
		lappend bytes {*}[_np_string_bytes $plain]
		switch -- $kind {
			n  { lappend bytes 10 }
			r  { lappend bytes 13 }
			t  { lappend bytes 9 }
			\\ { lappend bytes 92 }
			default {
				if {$kind ne "x" || ![regexp {^([0-9a-fA-F][0-9a-fA-F])(.*)$} $text all digits text]} {
					return -code error "holds a backslash that is none of \\\\ \\n \\r \\t \\xNN"
				}
				lappend bytes [expr {"0x$digits" + 0}]
			}
		}
	}
	if {[string match "*\\\\" $text]} {
		return -code error "ends in a lone backslash: write \\\\"
	}
	return [list {*}$bytes {*}[_np_string_bytes $text]]
}

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
# Each of these returns bytes, or fails with what stands behind "variable "x": its value ".

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
