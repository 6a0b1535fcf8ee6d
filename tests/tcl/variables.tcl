# SPDX-License-Identifier: MIT
# Variables: what the user writes, what is shown, and dumps that come back as they were.

source [file join [file dirname [info script]] lib fake.tcl]

# "key type hex", with s for a secret.
proc parsed {word {escaped 0}} {
	set var [_np_var_parse $word $escaped]
	return "[dict get $var name] [dict get $var key] [dict get $var type] [_np_hex_of [dict get $var value]][expr {[dict get $var secret] ? " secret" : ""}]"
}

foreach {word wanted} {
	serial=42                 {serial 1 0 2a000000}
	serial:u32=0x2A           {serial 1 0 2a000000}
	serial:text=SN-0042       {serial 1 3 534e2d30303432}
	serial:text=0042          {serial 1 3 30303432}
	serial:text=42            {serial 1 3 3432}
	n=0                       {n 255 0 00000000}
	n=4294967295              {n 255 0 ffffffff}
	n=4294967296              {n 255 0 0000000001000000}
	n=18446744073709551615    {n 255 0 ffffffffffffffff}
	n=18446744073709551616    {n 255 3 3138343436373434303733373039353531363136}
	n=-1                      {n 255 1 ffffffff}
	n=-2147483649             {n 255 1 ffffff7fffffffff}
	n=-9223372036854775809    {n 255 3 2d39323233333732303336383534373735383039}
	n=0x10                    {n 255 0 10000000}
	n=0x00000000000000010     {n 255 0 10000000}
	n=0x100000000             {n 255 0 0000000001000000}
	n=0xg                     {n 255 3 307867}
	n=042                     {n 255 3 303432}
	n=-0                      {n 255 3 2d30}
	n=1.5                     {n 255 3 312e35}
	n=1e3                     {n 255 3 316533}
	n=                        {n 255 3 }
	n=a=b:c                   {n 255 3 613d623a63}
	{n=two words}             {n 255 3 74776f20776f726473}
	{n=[exit] $x {"};}        {n 255 3 5b657869745d202478207b227d3b}
	n:text=42                 {n 255 3 3432}
	n:u8=255                  {n 255 0 ff}
	n:i16=-2                  {n 255 1 feff}
	n:f32=1.0023              {n 255 2 5e4b803f}
	n:f64=-0.5                {n 255 2 000000000000e0bf}
	n:hex=00FFaa              {n 255 4 00ffaa}
	n:hex=                    {n 255 4 }
	n:mac=02:00:00:12:34:5A   {n 255 6 02000012345a}
	n:mac=02-00-00-12-34-5a   {n 255 6 02000012345a}
	n:secret=12               {n 255 0 0c000000 secret}
	n:hex:secret=12           {n 255 4 12 secret}
	n:text:secret=pw          {n 255 3 7077 secret}
	a-b.c_D9=x                {a-b.c_D9 255 3 78}
	secret=x                  {secret 255 3 78}
	n=Grüße                   {n 255 3 4772c3bcc39f65}
} {
	check $word [parsed $word] $wanted
}
check "a name of 31 characters" [lindex [parsed [string repeat n 31]=1] 0] [string repeat n 31]
check "a text with control characters is taken as it is" [parsed "n=a\tb\n\x1b"] {n 255 3 6109620a1b}
check "a value of 1,023 bytes" [string length [lindex [parsed n=[string repeat x 1023]] 3]] 2046

foreach {name word wanted} {
	"no ="                  hwrev                 "*\"hwrev\" has no =*"
	"no name"               =1                    "*the name \"\" cannot be used*"
	"a name with a blank"   {a b=1}               "*use letters, digits and _ . -*"
	"a name with a slash"   a/b=1                 "*use letters*"
	"a name with an umlaut" ä=1                   "*use letters*"
	"a name with Tcl"       {[exit]=1}            "*use letters*"
	"a name of 32"          nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn=1  "*32 characters: use 31*"
	"an unknown type"       n:u24=1               "*unknown type \"u24\": the types are u8, u16,*secret may follow*"
	"an empty type"         n:=1                  "*unknown type*"
	"two types"             n:u8:u16=1            "*unknown type \"u8:u16\"*"
	"secret twice"          n:secret:secret=1     "*unknown type \"secret\"*"
	"secret before a type"  n:secret:u8=1         "*unknown type \"secret:u8\"*"
	"a type in capitals"    n:U8=1                "*unknown type*"
	"a number too large"    n:u8=256              "*variable \"n\": its value \"256\" is out of range: give one from 0 to 255"
	"odd hex digits"        n:hex=123             "*\"123\" is not bytes in hex*"
	"hex with a blank"      {n:hex=12 34}         "*is not bytes in hex*"
	"hex with 0x"           n:hex=0x12            "*is not bytes in hex*"
	"a short MAC"           n:mac=02:00:00:12:34  "*is not a MAC address*02:00:00:12:34:56*"
	"a long MAC"            n:mac=02:00:00:12:34:56:78  "*is not a MAC address*"
	"a MAC with a letter"   n:mac=02:00:00:12:34:5g  "*is not a MAC address*"
	"a file that is missing"  n:file=/nowhere/x   "*\"/nowhere/x\" is no file that can be read*"
	"a folder for a file"   n:file=/              "*is no file*"
	"no file"               n:file=               "*is no file*"
	"a secret serial"       serial:secret=42      "*serial*no secret*"
	"a serial of 8 bits"    serial:u8=4           "*serial=42 or serial:text=*"
	"a serial too large"    serial=4294967296     "*from 0 to 4294967295*"
	"a negative serial"     serial=-1             "*from 0 to 4294967295*"
	"an empty serial"       serial=               "*is not a number*a text is serial:text=..."
	"an empty text serial"  serial:text=          "*text that is not empty*"
	"a serial with a leading zero"  serial=0042   "*\"0042\" has a leading zero*a text is serial:text=..."
	"a serial with a space after it"   {serial=43 }  "*\"43 \" is not a number*a text is serial:text=..."
	"a serial that is a word"  serial=SN-42       "*is not a number*a text is serial:text=..."
} {
	check "refused: $name" [string match $wanted [error_of {_np_var_parse $word 0}]] 1
}
foreach {name bytes} {
	"a lone continuation" 80  "an overlong slash" c0af  "an overlong NUL" c080  "three overlong" e08080  "a surrogate" eda080
	"beyond Unicode" f4908080  "a cut-off character" c3  "Latin-1" 47fc "FF" ff  "four overlong" f08fbfbf
} {
	set text n=
	foreach {all byte} [regexp -all -inline {(..)} $bytes] {
		append text [_np_bytes_string [expr {"0x$byte" + 0}]]
	}
	check "refused: text with $name" [string match "*not valid UTF-8*" [error_of {_np_var_parse $text 0}]] 1
}
check "refused: a NUL in a text" [string match "*NUL*" [error_of {_np_value_text {65 0}}]] 1
check "refused: 1,024 bytes" [string match "*has 1024 bytes: 1023 is the most" [error_of {_np_var_parse n=[string repeat x 1024] 0}]] 1
check "refused: one name twice" [string match "*\"a\" is given twice*" [error_of {_np_vars_parse {a=1 b=2 a:u8=1} 0}]] 1
check "names differ in case" [llength [_np_vars_parse {a=1 A=2} 0]] 2

foreach word {n:hex:secret=topsecret n:u8:secret=777 n:mac:secret=topsecret n:f32:secret=topsecret n:file:secret=topsecret
	n:u8:secret=0777} {
	set text [error_of {_np_var_parse $word 0}]
	check "a wrong secret is refused without being printed: $word" \
		[list [string match "variable \"n\": its value *" $text] [string match *topsecret* $text] [string match *777* $text]] {1 0 0}
}

foreach {words wanted} {
	{key:secret=two words}          "\"...\" has no =*secret*braces*"
	{key:secret=two wö=rds}         "the name \"...\" cannot be used*"
	{key:secret=two wo:rds=x}       "variable \"...\": the types are*"
	{key:hex:secret=00 a=1 n:u8=777}  "variable \"...\" is out of range*"
	{words key:secret=two}          "\"words\" has no =*"
	{n:u8=7777 key:secret=two}      "variable \"n\": its value \"7777\"*"
} {
	set text [error_of {_np_vars_parse $words 0}]
	check "what comes after a secret is not quoted: $words" \
		[list [string match $wanted $text] [regexp {two|"rds"|"777"} $text]] {1 0}
}
check "an error that quotes a whole line of words quotes no secret" [_np_quote "sett a=1 key:hex:secret=00ff b=1"] \
	"\"sett a=1 key:hex:secret=...\""

# ---- dumps -------------------------------------------------------------------------------------------------------

foreach {bytes wanted} {
	{97 98} ab  {92} {\\}  {10 13 9} {\n\r\t}  {27 0 127} {\x1b\x00\x7f}  {195 164} ä  {195} {\xc3}  {} {}  {92 110} {\\n}
} {
	check "text {$bytes}" [_np_text $bytes] $wanted
	check "and back" [_np_unescape [_np_text $bytes]] $bytes
}
foreach text [list a\\q a\\x1 a\\xzz a\\] {
	check "refused: the escape $text" [string match "*backslash*" [error_of {_np_unescape $text}]] 1
}

# Shared with the host tool's tests, and with those of PlatformIO's scripts.
set file [open $home/tests/vectors/text.txt r]
set count 0
foreach line [split [read $file] \n] {
	if {$line eq "" || [string match "#*" $line]} {
		continue
	}
	incr count
	lassign [split $line \t] hex shown json
	set bytes [lreverse [_np_hex_bytes $hex [expr {[string length $hex] / 2}]]]
	check "shown as the vectors say: $shown" [_np_text $bytes] $shown
	check "and back" [_np_unescape $shown] $bytes
	check "and in JSON" [_np_json_string $bytes] $json
	check "in a message too, where a backslash stays" [_np_plain [_np_bytes_string $bytes]] [string map {\\\\ \\} $shown]
}
close $file
check "vectors of text" [expr {$count >= 14}] 1
check "of what is no UTF-8, every byte from 128 on" [_np_text {194 155 195 164 255}] {\xc2\x9b\xc3\xa4\xff}

# A seeded generator of variables, of all types.
set seed 7
proc random_bytes {count} {
	set bytes {}
	for {set i 0} {$i < $count} {incr i} {
		lappend bytes [expr {[random] & 255}]
	}
	return $bytes
}
proc random_text {} {
	set bytes {}
	for {set i [expr {[random] % 40}]} {$i > 0} {incr i -1} {
		lappend bytes {*}[lindex {{92} {10} {13} {9} {32} {61} {58} {35} {34} {91} {36} {195 164} {226 130 172} {27} {127} {65} {240 159 146 161}} \
			[expr {[random] % 17}]]
	}
	return $bytes
}
proc random_var {name} {
	lassign [lindex {{0 1} {0 2} {0 4} {0 8} {1 1} {1 2} {1 4} {1 8} {2 4} {2 8} {4 {}} {6 6} {3 {}}} [expr {[random] % 13}]] type size
	set value [expr {$type == 3 ? [random_text] : [random_bytes [expr {$size eq "" ? [random] % 60 : $size}]]}]
	return [dict create name $name key 255 type $type value $value secret [expr {[random] & 1}]]
}
set wrong {}
for {set round 0} {$round < 60} {incr round} {
	set vars {}
	set entries {}
	for {set i 0} {$i < 12} {incr i} {
		set var [random_var v$i]
		lappend vars $var
		set item [_np_var_item $var]
		dict set item place 0
		lappend entries $item
	}
	lassign [_np_dump_lines [dict create entries $entries] 1] count lines
	if {$count != 12 || [catch {_np_dump_parse dump [join $lines \n]\n} again] || $again ne $vars} {
		lappend wrong "round $round: $again"
	}
	# As an editor on Windows leaves it.
	if {[_np_dump_parse dump \uFEFF[join $lines \r\n]\r\n] ne $vars} {
		lappend wrong "round $round with CR LF"
	}
}
check "720 random variables come back from a dump as they were" $wrong {}

foreach {name text wanted} {
	"an unknown type" "a=1\n\n# x\nb:u9=1\n" "*\"file\" line 4: variable \"b\": unknown type*"
	"no =" "a" "*line 1: \"a\" has no =*"
	"a wrong escape" "a=\\q" "*line 1: variable \"a\": its value*backslash*"
	"a name twice" "a=1\nb=2\na=3" "*line 3: variable \"a\" is in line 1 already*"
	"nothing" "# empty\n\n" "*holds no variable*"
	"a secret that is wrong" "k:hex:secret=topsecret" "*line 1: variable \"k\": its value is not bytes*"
} {
	check "restore: $name" [string match $wanted [error_of {_np_dump_parse file $text}]] 1
}
check "restore quotes no secret" [string match *topsecret* [error_of {_np_dump_parse file "k:hex:secret=topsecret"}]] 0

foreach {name item wanted} {
	"a key without a name" {key 9 type 0 value {1 0 0 0}} "# key-9 (u32) is nothing that Nameplate writes"
	"a number of three bytes" {key 255 type 0 value {1 97 1 2 3}} "# a (unsigned) is*"
	"text that is not UTF-8" {key 255 type 3 value {1 97 255}} "# a (text) is*"
	"a serial of another type" {key 1 type 4 value {1 2}} "# serial (hex) is*"
	"a secret" {key 255 type 3 value {129 97 65}} "# a is a secret*"
} {
	check "dump: $name is left out with a remark" [string match $wanted [_np_dump_line [_np_var_of $item] 0]] 1
}

set secret [dict create name k key 255 type 3 value {65 66} secret 1]
set item [_np_var_item $secret]
dict set item place 0
check "a secret is named, not shown, in every form but the dump that asks for it" \
	[regexp {AB|4142} [list [_np_var_shown $secret] [_np_reported $secret] [_np_list_lines [dict create entries [list $item]]] \
		[_np_json_lines {base 0 end 1} [dict create state ok entries [list $item]]] [_np_dump_line $secret 0]]] 0

# ---- reports, JSON -----------------------------------------------------------------------------------------------

foreach {type bytes wanted} {
	0 {255 255 255 255 255 255 255 255} 18446744073709551615  1 {254} -2  2 {94 75 128 63} 0x3f804b5e
	2 {0 0 0 0 0 0 248 63} 0x3ff8000000000000  3 {97 92 195 164 10} {a\\\xc3\xa4\x0a}  4 {0 255} 00ff  6 {2 0 0 18 52 86} 02:00:00:12:34:56
	3 {} {}  0 {1 2 3} 010203
} {
	check "reported: type $type, $wanted" [_np_report_text $type $bytes] $wanted
}

foreach {name type bytes wanted} {
	"an integer" 0 {255 255 255 255 255 255 255 255} 18446744073709551615
	"a float" 2 {0 0 192 63} 1.5
	"an infinity" 2 {0 0 128 127} "\"0x7f800000\""
	"text" 3 {34 92 10 195 164 127} "\"\\u0022\\u005c\\u000aä\\u007f\""
	"bytes" 4 {0 255} "\"00ff\""
} {
	check "JSON: $name" [_np_json_of [dict create name n key 255 type $type value $bytes secret 0]] $wanted
}

tap_end
