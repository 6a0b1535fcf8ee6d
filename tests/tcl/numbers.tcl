# SPDX-License-Identifier: MIT
# Numbers to bytes and back, against Python's.

source [file join [file dirname [info script]] lib fake.tcl]

set counts [dict create]
set wrong {}
foreach line [split [exec python3 [file join $tests_dir lib number_cases.py]] \n] {
	lassign [split $line " "] type text hex
	dict incr counts $type
	lassign [_np_value_parse $type $text 0] code bytes
	if {[_np_hex_of $bytes] ne $hex} {
		lappend wrong "$line: [_np_hex_of $bytes]"
		continue
	}
	# What is shown is the same number again.
	set shown [_np_show $code $bytes]
	lassign [_np_value_parse $type $shown 0] code again
	if {[_np_hex_of $again] ne $hex} {
		lappend wrong "$line: shown as $shown, which is [_np_hex_of $again]"
	}
	if {[string match {[ui]*} $type] && ![string match 0x* $text] && $shown ne $text} {
		lappend wrong "$line: shown as $shown"
	}
}
check "every number becomes Python's bytes, and is shown as a number that is the same" $wrong {}
check "there were many of each type" $counts {f32 416 f64 411 u8 45 i8 45 u16 45 i16 45 u32 45 i32 45 u64 45 i64 45}

# ---- what is out of range, or no number --------------------------------------------------------------------------

foreach {type text wanted} {
	u8  256 "out of range"  u8 -1 "out of range"  u8 0x100 "out of range"  i8 128 "out of range"  i8 -129 "out of range"
	i8  0x80 "out of range"  u16 65536 "out of range"  i16 -32769 "out of range"  u32 4294967296 "out of range"
	i32 2147483648 "out of range"  i32 -2147483649 "out of range"  u64 18446744073709551616 "out of range"
	u64 0x10000000000000000 "out of range"  i64 9223372036854775808 "out of range"  i64 -9223372036854775809 "out of range"
	u64 99999999999999999999999999999999 "out of range"
	u8 {} "not a number"  u8 abc "not a number"  u8 1.0 "not a number"  u8 { 1} "not a number"  u8 1e2 "not a number"
	u8 0x "not a number"  u8 +1 "not a number"  u8 {[exit]} "not a number"  u8 --1 "not a number"
	u8 042 "leading zero"  i8 -042 "leading zero"  u8 00 "leading zero"
	f32 3.5e38 "too large"  f32 -1e39 "too large"  f32 340282356779733661637539395458142568448 "too large"  f64 1.8e308 "too large"
	f64 1e99999 "too large"  f32 1e-46 "makes it 0"  f64 1e-324 "makes it 0"  f64 -1e-99999 "makes it 0"
	f32 {} "not a decimal"  f32 abc "not a decimal"  f32 1,5 "not a decimal"  f32 nan "not a decimal"  f32 inf "not a decimal"
	f32 1e "not a decimal"  f32 .5 "not a decimal"  f32 042 "not a decimal"  f32 {1 } "not a decimal"  f32 1e1000000 "not a decimal"
	f32 0x3f80 "8 hex digits"  f64 0x3f800000 "16 hex digits"
} {
	check "$type {$text} is refused" [string match *$wanted* [error_of {_np_value_parse $type $text 0}]] 1
}

foreach {type text hex shown} {
	f32 0x7f800000 0000807f 0x7f800000  f32 0xffc00001 0100c0ff 0xffc00001  f64 0x7ff0000000000000 000000000000f07f
	0x7ff0000000000000  f32 0x3f800000 0000803f 1
} {
	lassign [_np_value_parse $type $text 0] code bytes
	check "$type by its bits: $text" [list [_np_hex_of $bytes] [_np_show $code $bytes]] [list $hex $shown]
}

tap_end
