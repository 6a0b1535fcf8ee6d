# SPDX-License-Identifier: MIT
# Bytes and text, and how a text is shown: nothing in it moves a terminal.

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

# Characters that a terminal obeys (C1 controls), and that turn around the text beside them (Unicode 15.0,
# Bidi_Control).
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

# Bytes as one line of text that shows what is there: line breaks and tabs as \n \r \t, and as \xNN other control
# characters, what _np_hidden finds, and what is not UTF-8. A backslash as `backslash`.
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
					return -code error "holds a backslash that is not one of \\\\ \\n \\r \\t \\xNN"
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

list
