# SPDX-License-Identifier: MIT
# Numbers in and values out: what the user types, CRC-32, and how each type is shown.

source [file join [file dirname [info script]] lib fake.tcl]

check "CRC-32 of 123456789 is zlib's" [format %08x [_np_crc32 {49 50 51 52 53 54 55 56 57}]] cbf43926
check "CRC-32 of nothing" [_np_crc32 {}] 0

foreach {text wanted} {0 0  42 42  4294967295 4294967295  0x2A 42  0XFFFFFFFF 4294967295  0x0000000000001 1} {
	check "serial $text" [_np_var_shown [_np_serial_var $text]] $wanted
}
foreach {text wanted} {
	042 "*write 42"  000 "*write 0"  -1 "*out of range*"  4294967296 "*out of range*"  99999999999 "*out of range*"
	0x100000000 "*out of range*"  {} "*not a number*"  abc "*not a number*"  {[exit]} "*not a number*"
	{$x} "*not a number*"  { 42} "*not a number*"  {42 } "*not a number*"  42\n "*not a number*"  0x "*not a number*"
	1e3 "*not a number*"  4.0 "*not a number*"  0b1 "*not a number*"  0o7 "*not a number*"  +1 "*not a number*"
	true "*not a number*"
} {
	check "serial {[string map {"\n" \\n} $text]} is refused" [string match $wanted [error_of {_np_serial_var $text}]] 1
}

foreach {name type bytes wanted} {
	"unsigned byte" 0 {200} 200
	"unsigned word" 0 {255 255 255 255} 4294967295
	"unsigned of 3 bytes, which there is none" 0 {1 2 3} 010203
	"signed byte" 1 {255} -1
	"signed word" 1 {0 0 0 128} -2147483648
	"signed double word" 1 {254 255 255 255 255 255 255 255} -2
	"float" 2 {0 0 192 63} 1.5
	"double" 2 {0 0 0 0 0 0 248 191} -1.5
	"text" 3 {78 80 45 55} NP-7
	"text with control characters and a backslash" 3 {65 10 27 92 66} {A\n\x1b\\B}
	"text in UTF-8" 3 {195 164} ä
	"text that is not UTF-8" 3 {65 255 195} {A\xff\xc3}
	"bytes" 4 {222 173} dead
	"MAC" 6 {0 128 225 1 2 3} 00:80:e1:01:02:03
} {
	check "shown: $name" [_np_show $type $bytes] $wanted
}

check "a quoted word is one short line" [_np_quote "a\n\x1b[string repeat x 100]"] \
	"\"a??[string repeat x 54]...\""

tap_end
