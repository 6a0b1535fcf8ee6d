#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# program_vars, nameplate's words for variables, and program_words: what each promises, through the real OpenOCD.

load ../lib/helpers

setup() {
	nameplate_setup
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
}
teardown() {
	# Nothing temporary is left behind, whatever the test did.
	[ -z "$(ls -A "$TMPDIR")" ] && nameplate_teardown
}

listed() { tr -s ' ' <<<"$stdout" | sed 's/ 0x[0-9A-F]*$//'; }

ISSUE='serial=42 mac:mac=02:00:00:12:34:56 hwrev=B2 gain:f32=1.0023 offset:i32=-17 key:hex=00112233 "note=two words"'

# ---- program_vars ------------------------------------------------------------------------------------------------

@test "program_vars writes variables of every kind, and the firmware reports them" {
	nameplate_run "program_vars $ISSUE"
	expect "serial=42
mac=02:00:00:12:34:56
hwrev=B2
gain=1.0023
offset=-17
key=00112233
note=two words"
	grep -qx 'firmware: serial=42' "$err"
	grep -qx 'firmware: gain=0x3f804b5e' "$err"
	grep -qx 'firmware: note=two words' "$err"
	[ "$(stat unmodelled)" = 0 ]
	[ "$(stat flash_overwrites)" = 0 ]
	nameplate_run "nameplate verify"
	expect "verified=7"
}

@test "every type comes back as it was given" {
	printf '\0\1\xff' >cal.bin
	nameplate_bare "program_vars a:u8=255 b:u16=65535 c:u32=4294967295 d:u64=18446744073709551615 e:i8=-128 f:i16=-32768 \
		g:i32=-2147483648 h:i64=-9223372036854775808 i:f32=-0.1 j:f64=1e-300 k:text=0042 l:hex=00ff m:mac=aa-bb-CC-dd-ee-ff \
		n:file=cal.bin o=0x100000000 p=-5 q=007"
	[ "$status" = 0 ]
	nameplate_bare "nameplate list"
	[ "$(listed)" = "a u8 255
b u16 65535
c u32 4294967295
d u64 18446744073709551615
e i8 -128
f i16 -32768
g i32 -2147483648
h i64 -9223372036854775808
i f32 -0.1
j f64 1e-300
k text 0042
l hex 00ff
m mac aa:bb:cc:dd:ee:ff
n hex 0001ff
o u64 4294967296
p i32 -5
q text 007" ]
	[ "$(stat flash_ops)" = 0 ]
	nameplate_run "nameplate verify"
	[ "$status" = 1 ] # There is no firmware yet.
	nameplate_run "program_serial 1"
	nameplate_run "nameplate verify"
	expect "verified=18"
}

@test "sixteen small variables on a device that has a store: one write, of as many half pages as their bytes need" {
	nameplate_bare "program_serial 42"
	words=""
	for i in $(seq 16); do words+=" v$i=$((i * 1000))"; done
	nameplate_bare "program_vars$words"
	[ "$status" = 0 ]
	# 16 entries of 16 bytes: two half pages.
	[ "$(stat flash_half_pages)" = 2 ]
	[ "$(stat flash_ops)" = 2 ]
	nameplate_bare "program_vars hwrev=B2"
	[ "$(stat flash_ops)" = 1 ]
}

@test "only what is new is written; what is all there, not at all" {
	nameplate_bare "program_vars a=1 b=2 long=$(printf 'x%.0s' $(seq 300))"
	nameplate_bare "program_vars a=1 b=3 long=$(printf 'x%.0s' $(seq 300))"
	[ "$status" = 0 ]
	[ "$(stat flash_ops)" = 1 ]
	nameplate_bare "program_vars b=3 a=1"
	expect $'b=3\na=1'
	[ "$(stat flash_ops)" = 0 ]
	# The same digits as a text are another value, and so is the same value as a secret.
	nameplate_bare "program_vars a:text=1"
	[ "$(stat flash_ops)" = 1 ]
	nameplate_bare "program_vars a:text:secret=1"
	[ "$(stat flash_ops)" = 1 ]
}

@test "a serial number alone goes out as three words, also by program_vars" {
	nameplate_bare "program_serial 41"
	nameplate_bare "program_vars serial=42"
	expect "serial=42"
	[ "$(stat flash_ops)" = 3 ]
	[ "$(stat flash_words)" = 3 ]
}

@test "program_serial takes a text" {
	nameplate_run "program_serial text:SN-0042"
	expect "serial=SN-0042"
	grep -qx 'firmware: serial=SN-0042' "$err"
	nameplate_bare "nameplate get serial"
	expect "SN-0042"
	nameplate_bare "program_serial text:SN-0042"
	[ "$(stat flash_ops)" = 0 ]
	nameplate_bare "program_serial 7 keep"
	expect "serial=SN-0042"
	nameplate_bare "program_serial {text:0042 [exit] \$x}"
	expect 'serial=0042 [exit] $x'
}

@test "the image comes first, and is verified when asked" {
	nameplate_run "program_vars $DEMO hwrev=B2"
	expect "hwrev=B2"
	[ "$(grep -c '^firmware: ' "$err")" = 0 ]
	nameplate_run "program_vars $DEMO hwrev=B3 verify"
	expect "hwrev=B3"
	grep -qx 'firmware: hwrev=B3' "$err"
	nameplate_run "program_vars hwrev=B4 noverify"
	[ "$(grep -c '^firmware: ' "$err")" = 0 ]
}

@test "text with Tcl's special characters is stored as it is" {
	export value='[exit] $x {"a"; \n} #! Grüße'
	nameplate_run 'program_vars "note=$env(value)"'
	expect 'note=[exit] $x {"a"; \\n} #! Grüße'
	python3 - "$VBOARD_FLASH" <<-'P'
		import os, sys
		assert b"note" + os.environb[b"value"] in open(sys.argv[1], "rb").read()[0x1E000:]
	P
	nameplate_run 'program_vars "note=a\tb\nc"'
	expect 'note=a\tb\nc'
}

@test "in a session the results are returned, and the target is left halted" {
	nameplate_bare "init" 'puts "got [program_vars a=1 b=x]"' 'puts [[target current] curstate]' 'puts [nameplate get b]' \
		'puts [catch {program_vars a:u8=256} text]' "shutdown"
	expect $'a=1\nb=x\ngot a=1\nb=x\nhalted\nx\nx\n1'
}

@test "the temporary file is gone even when the write fails" {
	nameplate_bare "proc _np_hex_file {args} { return garbage }" "program_vars a=1"
	failed "refuses to be written"
	[ -z "$(ls -A "$TMPDIR")" ]
}

# ---- secrets -----------------------------------------------------------------------------------------------------

@test "a secret is on the device, and in no output of any command, not even with -d3" {
	SECRET=Zx81-secret
	HEX=c0ffee11c0ffee22
	for command in "program_vars k:text:secret=$SECRET b:hex:secret=$HEX n=1" "nameplate list" "nameplate list -json" \
		"nameplate verify" "nameplate run" "nameplate set n=2" "nameplate dump plain" "nameplate delete n"; do
		openocd_run -d3 -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "$command"
		[ "$status" = 0 ]
		# A newer OpenOCD tells with -d3 what it was called with, before it reads any file.
		cat "$out" "$err" | grep -av 'parse_cmdline_args(): ARGV\[' >said
		! grep -aqi -e "$SECRET" -e "$HEX" -e "$(printf %s "$SECRET" | xxd -p)" said || return 1
	done
	! grep -qi -e "$SECRET" -e "$HEX" plain || return 1
	grep -q "$SECRET" "$VBOARD_FLASH"
	nameplate_bare "nameplate get k"
	failed "is a secret" "-secrets"
	nameplate_bare "nameplate get k -secrets"
	expect "$SECRET"
}

@test "a secret that is refused is not printed either" {
	for word in k:hex:secret=topsecret k:u8:secret=topsecret k:mac:secret=topsecret k:file:secret=topsecret; do
		nameplate_bare "program_vars $word"
		refused 'variable "k"'
		[ "$(cat "$out" "$err" | grep -c topsecret)" = 0 ]
	done
}

@test "firmware that prints a secret fails the upload, and the message does not repeat it" {
	firmware fw <<-'S'
		ldr r1, =text
		movs r0, #4
		bkpt 0xAB
		b .
		.ltorg
		text: .asciz "k=abcd\n"
		.align 2
	S
	nameplate_run "program_vars fw.elf k:text:secret=abcd verify"
	failed "k=secret" "must not print secrets"
	[[ "$errors" != *abcd* ]]
}

# ---- list, get, set, delete, verify --------------------------------------------------------------------------------

@test "list -json is JSON, with numbers as numbers" {
	nameplate_bare "program_vars big:u64=18446744073709551615 neg=-5 gain:f32=1.5 {t=say \"hi\"\\\\} pin:secret=1 k:hex=00ff"
	nameplate_bare "nameplate list -json"
	[ "$status" = 0 ]
	python3 -c '
import json, sys
store = json.load(sys.stdin)
assert store["state"] == "ok" and store["base"] == 0x0801E000 and store["size"] == 8192, store
v = {x["name"]: x for x in store["variables"]}
assert v["big"]["value"] == 2**64 - 1 and v["big"]["type"] == "u64"
assert v["neg"]["value"] == -5 and v["gain"]["value"] == 1.5 and v["k"]["value"] == "00ff"
assert v["t"]["value"] == "say \"hi\"\\\\"
assert v["pin"]["secret"] is True and "value" not in v["pin"]
assert len(v) == 6' <"$out"
	nameplate_bare "nameplate erase"
	nameplate_bare "nameplate list -json"
	[ "$(python3 -c 'import json, sys; s = json.load(sys.stdin); print(s["state"], s["variables"])' <"$out")" = "none []" ]
}

@test "set and delete; deleting again succeeds and writes nothing" {
	nameplate_bare "nameplate set a=1 b:text=2 serial=9"
	expect $'a=1\nb=2\nserial=9'
	nameplate_bare "nameplate delete a serial"
	expect $'deleted=a\ndeleted=serial'
	[ "$(stat flash_ops)" = 1 ]
	nameplate_bare "nameplate list"
	[ "$(listed)" = "b text 2" ]
	nameplate_bare "nameplate delete a serial"
	expect $'deleted=a\ndeleted=serial'
	[ "$(stat flash_ops)" = 0 ]
	nameplate_bare "nameplate get a"
	refused 'no variable "a"' "nameplate list"
	nameplate_bare "nameplate set a:i8=-1"
	nameplate_bare "nameplate get a"
	expect "-1"
}

@test "names are matched exactly" {
	nameplate_bare "nameplate set ab=1 aB=2 abc=3 key-9=4"
	nameplate_bare "nameplate get aB"
	expect 2
	nameplate_bare "nameplate get a"
	refused 'no variable "a"'
	nameplate_bare "nameplate delete AB"
	nameplate_bare "nameplate get ab"
	expect 1
}

@test "verify fails when the firmware knows another value than the device" {
	nameplate_run "program_vars hwrev=B2 serial=42"
	nameplate_run "nameplate verify"
	expect "verified=2"
	firmware fw <<-'S'
		ldr r1, =text
		movs r0, #4
		bkpt 0xAB
		ldr r1, =0x20026
		movs r0, #0x18
		bkpt 0xAB
		.ltorg
		text: .asciz "serial=42\nhwrev=B1\n"
		.align 2
	S
	nameplate_run "program fw.elf verify exit"
	[ "$status" = 0 ] || { show; return 1; }
	nameplate_bare "nameplate verify"
	failed "reports hwrev=B1" "has hwrev=B2"
	nameplate_bare "nameplate set extra=1 hwrev=B1"
	nameplate_bare "nameplate verify"
	failed "without reporting extra=1"
}

@test "verify on a device without a store wants serial=none" {
	nameplate_run "program $DEMO verify exit"
	nameplate_run "nameplate verify"
	expect "verified=0"
}

# ---- dump and restore ----------------------------------------------------------------------------------------------

@test "a dump brings everything back, also after a person has edited it" {
	export value=$'two\nlines\\ and a tab\t'
	nameplate_bare 'nameplate set serial:text=SN-1 f:f64=0.1 k:hex:secret=00ff m:mac=02:00:00:00:00:01 "t=$env(value)" i:i64=-9'
	nameplate_bare "nameplate dump all.txt -secrets"
	expect "dumped=6"
	[ "$(find all.txt -printf %m)" = 600 ]
	cat >wanted <<-'D'
		serial:text=SN-1
		f:f64=0.1
		k:hex:secret=00ff
		m:mac=02:00:00:00:00:01
		t:text=two\nlines\\ and a tab\t
		i:i64=-9
	D
	grep -v '^#' all.txt | diff - wanted
	grep -q '^# .*restore' all.txt
	cp "$VBOARD_FLASH" before
	nameplate_bare "nameplate restore all.txt"
	[ "$status" = 0 ]
	[ "$(stat flash_ops)" = 0 ]
	nameplate_bare "nameplate erase"
	nameplate_bare "nameplate restore all.txt"
	[ "$status" = 0 ]
	nameplate_bare "nameplate dump again.txt -secrets"
	diff all.txt again.txt
	{ sed 's/^i:.*/i:i64=-10/; s/$/\r/' all.txt; printf 'new=x\r\n\r\n# done'; } >edited.txt
	nameplate_bare "nameplate restore edited.txt"
	[ "$status" = 0 ]
	nameplate_bare "nameplate get i"
	expect "-10"
	nameplate_bare "nameplate get new"
	expect "x"
}

@test "a dump without -secrets leaves them out, and says so" {
	nameplate_bare "nameplate set a=1 k:secret=2"
	nameplate_bare "nameplate dump plain.txt"
	expect "dumped=1"
	grep -q '^a:u32=1$' plain.txt
	grep -q '^# k is a secret (-secrets dumps it)$' plain.txt
	grep -q 'left out: k is a secret' "$err"
	nameplate_bare "nameplate restore plain.txt"
	nameplate_bare "nameplate get k -secrets"
	expect 2
}

@test "a dump is written whole or not at all, and a file that is there stays until then" {
	nameplate_bare "nameplate set a=1"
	nameplate_bare "nameplate dump nowhere/d.txt"
	refused '"nowhere/d.txt"' "folder that exists"
	mkdir folder
	nameplate_bare "nameplate dump folder"
	refused '"folder"'
	echo old >d.txt
	ln d.txt same.txt
	nameplate_bare "nameplate dump d.txt"
	[ "$(cat same.txt)" = old ]
	grep -q '^a:u32=1$' d.txt
	[ -z "$(find . -name '.nameplate-*')" ]
	nameplate_bare "nameplate erase"
	nameplate_bare "nameplate dump e.txt"
	refused "no serial number"
	[ ! -e e.txt ]
}

@test "what comes after a secret is not printed, as it may be its second word" {
	for command in 'program_vars key:secret=two hush' 'program_vars key:secret=two h/ush' 'program_vars key:secret="two hush' \
		'nameplate set key:secret=two hush' 'nameplate set key:secret={two hush}' 'nameplate sett key:secret=two hush' \
		'nameplate get key:secret=two hush' 'program_serial key:secret=two hush' 'program_serial 42 key:secret=hush'; do
		nameplate_bare "$command"
		refused ""
		! grep -q 'hush\|ush"' "$err" || { show; return 1; }
	done
}

@test "a serial number that is none does not become a text" {
	for value in 0042 '43 ' SN-42 0x1g 1.5 ''; do
		nameplate_bare "nameplate set {serial=$value}"
		refused 'variable "serial"' 'a text is serial:text='
		nameplate_bare "program_vars {serial=$value} a=1"
		refused 'variable "serial"'
	done
	nameplate_bare "nameplate set {serial:text=0042}"
	expect "serial=0042"
}

@test "restore says file and line of what is wrong, and writes nothing" {
	bad() { # CONTENTS MESSAGE...
		printf "$1" >bad.txt
		nameplate_bare "nameplate restore bad.txt"
		refused "${@:2}"
		[ "$(stat ap_reads)" = 0 ]
	}
	bad 'a=1\n# x\n\nb:u8=256\n' '"bad.txt" line 4: variable "b"' "0 to 255"
	bad 'a=1\nwhat\n' 'line 2: "what" has no ='
	bad 'a=\\q\n' 'line 1: variable "a"' "backslash"
	bad 'a=1\na=2\n' 'line 2: variable "a" is in line 1'
	bad '# nothing\n' "holds no variable"
	bad 'a=\xff\n' "line 1" "UTF-8"
	bad 'a=1\nb\0c:u8=1\n' '"bad.txt" line 2 holds a NUL'
	bad 'serial\0=1\n' 'line 1 holds a NUL'
	bad 'a:f64=1\0e5\n' 'line 1 holds a NUL'
	bad 'serial=43 \n' 'line 1: variable "serial": its value "43 " is not a number' 'a text is serial:text='
	bad 'serial=0042\n' 'leading zero'
	bad 'key:secret=two\nhush hush\n' 'line 2: "..." has no ='
	! grep -q 'hush' "$err" || return 1
	nameplate_bare "nameplate restore missing.txt"
	refused '"missing.txt"' "cannot be read"
}

# ---- program_words -------------------------------------------------------------------------------------------------

@test "program_words writes words to a fixed address, anywhere in a half page, and says so again without writing" {
	nameplate_bare "program_words 0x0801D000 0x12345678 2"
	expect $'0x0801D000=0x12345678\n0x0801D004=0x00000002'
	[ "$(xxd -s $((0x1D000)) -l 12 -p "$VBOARD_FLASH")" = 785634120200000000000000 ]
	nameplate_bare "program_words 0x0801D000 0x12345678 2"
	expect $'0x0801D000=0x12345678\n0x0801D004=0x00000002'
	[ "$(stat flash_ops)" = 0 ]
	# Each of these would abort OpenOCD, if given to flash fillw.
	nameplate_bare "program_words 0x0801D084 1"
	expect "0x0801D084=0x00000001"
	nameplate_bare "program_words 134337788 4294967295"
	expect "0x0801D4FC=0xFFFFFFFF"
	nameplate_bare "program_words 0x0801D5F8 $(seq -s ' ' 70)"
	[ "$status" = 0 ]
	[ "$(xxd -s $((0x1D5F8)) -l 280 -p -c 280 "$VBOARD_FLASH")" = "$(for i in $(seq 70); do printf '%02x000000' "$i"; done)" ]
	[ "$(stat flash_overwrites)" = 0 ]
}

@test "program_words refuses what is not erased, touches the region or lies outside, and touches nothing" {
	nameplate_bare "program_words 0x0801D040 7"
	nameplate_bare "program_words 0x0801D03C 1 2"
	refused "0x0801D040 is not erased" "0x00000007" "erase its page"
	nameplate_bare "program_words 0x0801D020 1"
	refused "0x0801D020" "rest of its half page" "at 0x0801D040" "begin at 0x0801D080"
	nameplate_bare "program_words 0x0801DFFC 1 2"
	refused "0x0801DFFC to 0x0801E003" "touches the reserved region" "0x0801E000 to 0x0801FFFF"
	nameplate_bare "program_words 0x0801FFFC 1"
	refused "touches the reserved region"
	nameplate_bare "set NAMEPLATE_BASE 0x08010000; set NAMEPLATE_SIZE 0x1000" "program_words 0x0801FFFC 1 2"
	refused "not in the flash" "0x08000000 to 0x0801FFFF"
	nameplate_bare "program_words 0x20000000 1"
	refused "not in the flash"
	nameplate_bare "program_words 0x0801D002 1"
	refused "pieces of 4 bytes" "multiple of 4"
	for words in "" "0x0801D000" "0x0801D000 abc" "abc 1" "0x0801D000 042" "0x0801D000 4294967296" "-4 1" \
		"0x0801D000 1 noverify" "0x0801D000 {[exit]}"; do
		nameplate_bare "program_words $words"
		refused
		[ "$(stat ap_reads)" = 0 ]
		[ "$(grep -c '^Error: ' "$err")" = 1 ]
	done
}

@test "lock is refused by name where OpenOCD cannot do it" {
	nameplate_bare "nameplate lock"
	refused "not locked" "cannot write-protect pages of L0 and L1" "stm32lx"
}

# ---- bad input: refused before the target is connected to -----------------------------------------------------------

# bad_vars WORDS MESSAGE...: one Error line, and nothing was transferred.
bad_vars() {
	for command in program_vars "nameplate set"; do
		nameplate_bare "$command $1" "puts later"
		refused "${@:2}"
		[ "$(grep -c '^Error: ' "$err")" = 1 ]
		[ "$(stat ap_reads)" = 0 ]
		[ "$(grep -c later "$out")" = 0 ]
	done
}

@test "program_vars without a variable" {
	nameplate_bare "program_vars"
	refused "needs a variable"
	nameplate_bare "program_vars verify"
	refused "needs a variable"
	nameplate_run "program_vars $DEMO"
	refused "needs a variable"
}
@test "no =" { bad_vars "hwrev" '"hwrev" has no ='; }
@test "an unknown type names those that are known" { bad_vars "a:u24=1" 'unknown type "u24"' "f32, f64, text, hex, mac, file"; }
@test "out of the type's range" {
	bad_vars "a:u8=256" '"256"' "0 to 255"
	bad_vars "a:i8=-129" "-128 to 127"
	bad_vars "a:u64=18446744073709551616" "0 to 18446744073709551615"
	bad_vars "a:f32=1e39" "too large"
}
@test "a leading zero in a number" { bad_vars "a:u8=042" "leading zero" "octal"; }
@test "a bad MAC, bad hex" {
	bad_vars "a:mac=02:00:00:12:34" "is not a MAC address" "02:00:00:12:34:56"
	bad_vars "a:hex=123" "two hex digits for each byte"
}
@test "invalid UTF-8" {
	export bad=$'n=a\xffb'
	bad_vars '$env(bad)' 'variable "n"' "not valid UTF-8"
}
@test "a name that is too long, empty, or of other characters" {
	bad_vars "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn=1" "32 characters" "31 or fewer"
	bad_vars "{a b=1}" '"a b"' "letters, digits"
	bad_vars "=1" "letters, digits"
	bad_vars '{[exit]=1}' '"[exit]"'
}
@test "the same name twice" { bad_vars "a=1 b=2 a:u8=3" '"a" is given twice'; }
@test "a value that is too long" {
	head -c 1024 /dev/zero >long
	bad_vars "a:file=long" "has 1024 bytes" "1023 is the most"
	head -c 100000 /dev/zero >long
	bad_vars "a:file=long" "has 100000 bytes"
}
@test "a file that is missing" { bad_vars "cal:file=cal.bin" '"cal.bin"' "no file that can be read"; }
@test "a serial number of another kind" {
	bad_vars "serial=-1" "from 0 to 4294967295"
	bad_vars "serial:secret=1" "no secret"
}
@test "an image that is not first, or missing" {
	cp "$DEMO" fw.elf
	nameplate_bare "program_vars a=1 fw.elf"
	refused '"fw.elf"' "comes first"
	nameplate_bare "program_vars gone.elf a=1"
	refused '"gone.elf"' "there is no image"
	nameplate_bare "program_vars a=1 verfy"
	refused '"verfy" has no =' "noverify"
	nameplate_bare "program_vars a=1 verify noverify"
	refused "choose one"
}

@test "a quoted value after the = is one value, as it looks; one that came whole keeps its quotes" {
	nameplate_bare 'program_vars hwrev=B2 note="two words" label="x" {say=a "b"} inch="'
	expect 'hwrev=B2
note=two words
label="x"
say=a "b"
inch="'
	grep -q 'Nameplate: note="..." is taken as one value' "$err"
}

@test "what was deleted stays deleted, whatever is written after it" {
	nameplate_bare "init; nameplate set rev=1 offset=1; nameplate delete rev; nameplate set offset=2; shutdown"
	nameplate_bare "nameplate list"
	[[ "$stdout" == "offset "*" 2 "* ]] && [ "$(wc -l <<<"$stdout")" = 1 ] || { show; return 1; }
	nameplate_bare "init; nameplate delete offset; shutdown"
	nameplate_bare "nameplate get offset"
	[ "$status" = 1 ] && [ -z "$stdout" ] || return 1
}

@test "telnet completes no private command, and hides none that is gone" {
	nameplate_run 'foreach name [concat [info commands _np_*] [info commands _virtual_*]] {
		if {[lsearch -exact $_telnet_autocomplete_skip $name] < 0} { puts "shown: $name" }
	}' 'foreach name $_telnet_autocomplete_skip {
		if {([string match _np_* $name] || [string match _virtual_* $name]) && [info commands $name] eq ""} { puts "gone: $name" }
	}' 'puts "[llength [lsearch -all -glob $_telnet_autocomplete_skip _np_*]] > 100"; shutdown'
	[[ $stdout = [1-9][0-9][0-9]" > 100" ]]
	[ "$status" = 0 ]
	# A board file's last value would be printed.
	! grep -q _virtual "$err" || return 1
}
