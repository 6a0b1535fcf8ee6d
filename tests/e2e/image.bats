#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The image: what is checked is what is programmed, whatever the file says and whoever changes it, and the store beside it is
# there afterwards.

load ../lib/helpers

setup() {
	nameplate_setup
	arm-none-eabi-objcopy -O ihex "$DEMO" dos.hex
	tr -d '\r' <dos.hex >app.hex
	arm-none-eabi-objcopy -O srec "$DEMO" dos.s19
	tr -d '\r' <dos.s19 >app.s19
}
teardown() { nameplate_teardown; }

# hex_record ADDRESS16 TYPE DATA: one record of an Intel HEX file.
hex_record() {
	python3 -c 'import sys
record = bytes([len(sys.argv[3]) // 2]) + bytes.fromhex(sys.argv[1] + sys.argv[2] + sys.argv[3])
print(":" + (record + bytes([-sum(record) & 255])).hex().upper())' "$1" "$2" "$3"
}

# region_hex: a file that is all right in itself, and for the store's place.
region_hex() {
	hex_record 0000 04 0801
	hex_record E000 00 01020304
	hex_record 0000 01 ''
}

# unread WORDS...: refused, with one line, before the target is connected to.
unread() {
	nameplate_run "program_serial 43 $1"
	refused "\"$1\"" "${@:2}" || return 1
	[ "$(grep -c '^Error: ' "$err")" = 1 ]
	[ "$(stat ap_reads)" = 0 ]
}

# holds NAME=VALUE...: the device has just these variables.
holds() {
	nameplate_bare "nameplate list -json"
	diff <(printf '%s\n' "$@") <(python3 -c 'import json, sys
for v in json.load(sys.stdin)["variables"]:
    print("%s=%s" % (v["name"], v.get("value", "secret")))' <"$out")
}

# ---- one file, two readings ---------------------------------------------------------------------------------------

@test "HEX files one after the other: the records after the end record are not programmed over the store" {
	nameplate_run "program_serial 42"
	region_hex >other.hex
	cat app.hex other.hex >both.hex
	unread both.hex "line $(($(wc -l <app.hex) + 1))" "after the end record"
	holds serial=42
}

@test "S-records after the end record" {
	{ cat app.s19; grep '^S3\|^S1\|^S2' app.s19 | head -n 1; } >both.s19
	unread both.s19 "after the end record"
}

@test "an ELF whose program headers are not of the size that OpenOCD takes for granted" {
	for size in 0000 4000; do
		cp "$DEMO" odd.elf
		printf "$(sed 's/../\\x&/g' <<<"$size")" | dd of=odd.elf bs=1 seek=42 conv=notrunc status=none
		unread odd.elf "program headers have $((16#${size:0:2})) bytes"
	done
}

@test "an ELF that is cut off in its headers, in a segment, after its segments" {
	for size in 60 5000 $(($(command stat -c %s "$DEMO") - 1)); do
		head -c "$size" "$DEMO" >cut.elf
		unread cut.elf "ends early"
	done
}

@test "HEX data that runs over 64 KiB" {
	{
		hex_record 0000 04 0801
		hex_record FFFE 00 01020304
		hex_record 0000 01 ''
	} >wrap.hex
	unread wrap.hex "line 2" "64 KiB"
	# Up to its end is fine, and so is the next 64 KiB by a record of its own.
	{
		hex_record 0000 04 0800
		hex_record FFFC 00 01020304
		hex_record 0000 04 0801
		hex_record 0000 00 05060708
		hex_record 0000 01 ''
	} >fine.hex
	nameplate_run "program_serial 43 fine.hex"
	expect "serial=43"
	[ "$(dd if="$VBOARD_FLASH" bs=1 skip=65532 count=8 status=none | od -An -tx1 | tr -d ' ')" = 0102030405060708 ]
}

@test "a wrong checksum, a wrong length, an unknown record, and no end record, in HEX and in S-records" {
	sed '3s/\(.*\)../\100/' app.hex >sum.hex
	unread sum.hex "line 3" "checksum"
	sed '3s/\(.*\)../\100/' app.s19 >sum.s19
	unread sum.s19 "line 3" "checksum"
	sed '3s/..$//' app.hex >short.hex
	unread short.hex "line 3 is not Intel HEX"
	sed '3s/..$//' app.s19 >short.s19
	unread short.s19 "line 3 is not an S-record"
	sed '3s/^S./S4/' app.s19 >four.s19
	unread four.s19 "line 3 is not an S-record"
	sed '3s/^:/ :/' app.hex >space.hex
	unread space.hex "line 3 is not Intel HEX"
	sed '$d' app.hex >cut.hex
	unread cut.hex "cut off"
	sed '$d' app.s19 >cut.s19
	unread cut.s19 "cut off"
}

@test "two contents for one address" {
	{
		hex_record 0000 04 0800
		hex_record 0000 00 01020304
		hex_record 0002 00 05060708
		hex_record 0000 01 ''
	} >twice.hex
	unread twice.hex "two contents for 0x08000002 to 0x08000003"
}

@test "an ELF whose load addresses are all 0 goes where its segments run, as OpenOCD takes it" {
	printf '.section .x, "a"\n.fill 16, 1, 0x5A\n.section .y, "a"\n.fill 16, 1, 0x5B\n' >zero.s
	printf '%s\n' 'PHDRS { a PT_LOAD; b PT_LOAD; }' \
		'SECTIONS { .x 0x08000000 : { *(.x) } :a  .y 0x08001000 : { *(.y) } :b }' >zero.ld
	arm-none-eabi-gcc -nostdlib -T zero.ld -Wl,-e,0 -Wl,--build-id=none -o zero.elf zero.s
	python3 - <<-'EOF'
		import struct
		data = bytearray(open("zero.elf", "rb").read())
		table, count = struct.unpack_from("<I", data, 28)[0], struct.unpack_from("<H", data, 44)[0]
		assert count == 2
		for i in range(count):
		    struct.pack_into("<I", data, table + 32 * i + 12, 0)
		open("zero.elf", "wb").write(data)
	EOF
	nameplate_run "program_serial 43 zero.elf"
	expect "serial=43"
	[ "$(dd if="$VBOARD_FLASH" bs=1 skip=4096 count=1 status=none)" = "[" ]
}

@test "HEX segments that OpenOCD puts elsewhere than Nameplate: both ranges are named" {
	{
		hex_record 0000 02 8001
		hex_record 0000 00 01020304
		hex_record 0000 01 ''
	} >segment.hex
	nameplate_run "program_serial 43 segment.hex"
	refused '"segment.hex"' "0x00080010 to 0x00080013 as Nameplate" "0x00080000 to 0x00080003 as OpenOCD"
}

@test "an image called like a word of OpenOCD's command, and every kind of image" {
	cp "$DEMO" unlock
	cp "$DEMO" erase
	arm-none-eabi-objcopy -O binary "$DEMO" app.bin
	number=1
	for image in unlock erase app.hex dos.hex app.s19 dos.s19 app.bin; do
		nameplate_run "program_serial $((++number)) $image verify"
		expect "serial=$number"
	done
}

# ---- a file that changes under way ----------------------------------------------------------------------------------

# swapped WITH [back]: while app.hex is programmed it is another file, and then itself again, or not.
swapped() {
	printf '%s\n' 'rename _np_image_program plain_program; proc _np_image_program {args} { file copy -force app.hex app.was' \
		"file copy -force $1 app.hex; set failed [catch {plain_program {*}\$args} text]" \
		"if {{$2} ne {}} { file copy -force app.was app.hex }; if {\$failed} { error \$text } }"
}

@test "the file is another one by the time it is judged: refused, nothing touched" {
	nameplate_run "program_serial 42"
	region_hex >other.hex
	nameplate_run '[target current] configure -event reset-init { file copy -force other.hex app.hex }' "program_serial 43 app.hex"
	refused '"app.hex"' "0x08000000 to" "0x0801E000 to 0x0801E003 as OpenOCD" "built anew"
	holds serial=42
}

@test "the file is another one when it is programmed, and over the store: the variables are put back, and it is an error" {
	nameplate_bare "program_vars serial=42 hwrev=B2 key:secret=hush"
	region_hex >other.hex
	# The number that is there, where nothing would be written but for the image, and another one.
	for words in "42 app.hex" "43 app.hex keep"; do
		nameplate_run "$(swapped other.hex back)" "program_serial $words"
		failed "changed the reserved region 0x0801E000 to 0x0801FFFF" "3 variable(s) are written back" "the new ones were not written"
		holds serial=42 hwrev=B2 key=secret
		[ -z "$(ls | grep rescue)" ]
	done
	nameplate_run "program_serial 43 app.hex verify"
	expect "serial=43"
	holds serial=43 hwrev=B2 key=secret
}

# Commands with which what was programmed reads back differently.
differs='proc differs {} { rename {flash verify_image} {}; proc {flash verify_image} {args} { echo {it differs}; error differs } }
	lappend post_init_commands differs'

@test "an image that reads back differently: said so, and no variable is written" {
	nameplate_bare "program_serial 42"
	nameplate_run "$differs" "program_serial 43 app.hex"
	failed '"app.hex" reads back differently' "the variables were not written"
	holds serial=42
}

@test "a swapped file over the store, and programming fails besides: the variables are put back" {
	nameplate_bare "program_vars serial=42 hwrev=B2"
	region_hex >other.hex
	nameplate_run "$(swapped other.hex back)" "$differs" "program_serial 42 app.hex"
	grep -q '^it differs' "$err"
	failed "2 variable(s) are written back"
	holds serial=42 hwrev=B2
}

@test "a swapped file off the store: not taken for the one that was checked" {
	nameplate_bare "program_serial 42"
	{
		hex_record 0000 04 0801
		hex_record 0000 00 01020304
		hex_record 0000 01 ''
	} >other.hex
	nameplate_run "$(swapped other.hex)" "program_serial 43 app.hex"
	failed '"app.hex" changed while it was programmed' "the variables were not written" "run the same command again"
	holds serial=42
}

@test "a swapped file over a region that was blank is an error too" {
	region_hex >other.hex
	nameplate_run "$(swapped other.hex back)" "program_serial 43 app.hex"
	failed "0x0801E000 to 0x0801FFFF" "holds something else"
}

@test "the variables cannot be written back: they are in a file that restore takes, which only its owner can read" {
	nameplate_bare "program_vars serial=42 hwrev=B2 key:secret=hush"
	region_hex >other.hex
	nameplate_run "$(swapped other.hex back)" \
		'proc worn {} { proc {flash erase_address} {args} { error worn } }' 'lappend post_init_commands worn' "program_serial 42 app.hex"
	failed "could not be written back" "nameplate restore"
	file=$(ls nameplate-rescue-*)
	[ "$(command stat -c %a "$file")" = 600 ]
	nameplate_bare "nameplate erase"
	nameplate_bare "nameplate restore $file"
	holds serial=42 hwrev=B2 key=secret
}

# ---- the region that the firmware was linked for ------------------------------------------------------------------

# linked_for NAME BASE END: the demo, linked for a region of its own.
linked_for() {
	arm-none-eabi-gcc -mthumb -mcpu=cortex-m3 --specs=nano.specs --specs=rdimon.specs -nostartfiles -Wl,--gc-sections \
		-L"$HOME_DIR/build/firmware/linker" -L"$HOME_DIR/firmware/linker" -T stm32l152rb.ld \
		-Wl,--defsym=_nameplate_start="$2",--defsym=_nameplate_end="$3" -o "$1" "$(dirname "$DEMO")"/*.o
}

# symbol_table FILE FIELD VALUE: changes a field of the section header of the symbol table.
symbol_table() {
	python3 - "$@" <<-'EOF'
		import struct, sys
		path, field, value = sys.argv[1], int(sys.argv[2]), int(sys.argv[3], 0)
		data = bytearray(open(path, "rb").read())
		table, count = struct.unpack_from("<I", data, 32)[0], struct.unpack_from("<H", data, 48)[0]
		at = next(table + i * 40 for i in range(count) if struct.unpack_from("<I", data, table + i * 40 + 4)[0] == 2)
		struct.pack_into("<I", data, at + field, value)
		open(path, "wb").write(data)
	EOF
}

@test "the region is what the firmware was linked for, and its reader finds the number there" {
	linked_for elsewhere.elf 0x08010000 0x08012000
	nameplate_run "program_serial 43 elsewhere.elf verify"
	expect serial=43
	grep -q 'serial number 43 written at 0x08010' "$err"
	nameplate_run "set NAMEPLATE_BASE 0x08010000; set NAMEPLATE_SIZE 0x2000; program_vars elsewhere.elf hwrev=B2"
	expect hwrev=B2
}

@test "NAMEPLATE_BASE for another region than the firmware's: refused with both, before anything is connected to" {
	linked_for elsewhere.elf 0x08010000 0x08012000
	for size in "0x0801E000; set NAMEPLATE_SIZE 0x2000" "0x08010000; set NAMEPLATE_SIZE 0x1000"; do
		nameplate_run "set NAMEPLATE_BASE $size; program_serial 43 elsewhere.elf"
		refused "\"elsewhere.elf\"" "0x08010000 to 0x08011FFF" "$(sed 's/;.*/ to /' <<<"$size")" NAMEPLATE_BASE
		[ "$(stat ap_reads)" = 0 ]
	done
}

@test "a firmware linked for what is no region of this chip is refused by its linker script's names" {
	linked_for outside.elf 0x08020000 0x08022000
	nameplate_run "program_serial 43 outside.elf"
	refused "0x08020000 to 0x08021FFF" "outside the flash" "correct _nameplate_start and _nameplate_end"
	linked_for part.elf 0x08010400 0x08011000
	nameplate_run "program_serial 43 part.elf"
	refused "0x08010400 to 0x08010FFF" "not whole pages" "correct _nameplate_start and _nameplate_end"
}

@test "a firmware that says nothing of a region, or only to itself, gets the chip's" {
	linked_for elsewhere.elf 0x08010000 0x08012000
	arm-none-eabi-strip -o stripped.elf elsewhere.elf
	arm-none-eabi-objcopy --localize-symbol=_nameplate_start --localize-symbol=_nameplate_end elsewhere.elf local.elf
	arm-none-eabi-objcopy --strip-symbol=_nameplate_end elsewhere.elf half.elf
	for file in stripped.elf local.elf half.elf; do
		nameplate_run "program_serial 43 $file noverify"
		expect serial=43
		grep -q 'serial number 43 \(written at 0x0801E\|unchanged\)' "$err" || { show; return 1; }
	done
	nameplate_bare "nameplate get serial"
	expect 43
}

@test "a table of symbols that is damaged, or made to be" {
	cp "$DEMO" table.elf
	symbol_table table.elf 16 0xFFFFFFF0
	unread table.elf "ends early" symbols
	cp "$DEMO" table.elf
	symbol_table table.elf 20 0xFFFFFFF0
	unread table.elf "ends early" symbols
	cp "$DEMO" table.elf
	python3 -c 'import struct; f = open("table.elf", "r+b"); f.seek(46); f.write(struct.pack("<H", 8))'
	unread table.elf "section headers have 8 bytes"
	cp "$DEMO" table.elf
	truncate -s 40M table.elf
	symbol_table table.elf 20 0x2000000
	unread table.elf "33554432 bytes" "strip it"
	arm-none-eabi-objcopy --strip-symbol=_nameplate_start --add-symbol _nameplate_start=0x08020000,global "$DEMO" table.elf
	unread table.elf "ends before it begins" 0x08020000
}

# ---- the chip that it was built for --------------------------------------------------------------------------------

@test "an image of another chip, whose region is whole pages here too: refused by its flash or its core, before the first erase" {
	nameplate_run "program_serial 42"
	cp "$VBOARD_FLASH" before
	# A Cortex-M3 as this one, with 4 bytes to a cell: only the region's pages are as here.
	nameplate_run "program_serial 43 $HOME_DIR/build/firmware/stm32f103rb/demo.elf"
	refused demo.elf "cells of 4 bytes" "128" "another chip"
	cmp "$VBOARD_FLASH" before
	# A Cortex-M4's, whose linker script was made by hand and does not say of which part it is.
	arm-none-eabi-objcopy --strip-symbol=_nameplate_cell "$HOME_DIR/build/firmware/stm32f303re/demo.elf" hand.elf
	nameplate_run "set NAMEPLATE_BASE 0x0801E000; set NAMEPLATE_SIZE 0x2000" "program_serial 43 hand.elf"
	refused hand.elf "linked for the region"
	arm-none-eabi-objcopy --strip-symbol=_nameplate_start hand.elf
	nameplate_run "program_serial 43 hand.elf"
	refused hand.elf "ARMv7E-M" "Cortex-M3 does not run" "another chip"
	cmp "$VBOARD_FLASH" before
	[ "$(stat flash_pages_erased)" = 0 ]
}

@test "what an image does not say of its chip is no error; nor is a core that runs more than it asks for" {
	arm-none-eabi-objcopy --strip-symbol=_nameplate_cell -R .ARM.attributes "$DEMO" quiet.elf
	for change in 'data[0] = 66' 'data[16] = 200' 'data[1:5] = bytes([255] * 4)' 'data[16:] = bytes([5] + [65] * (len(data) - 17))'; do
		arm-none-eabi-objcopy -O binary --only-section .ARM.attributes --set-section-flags .ARM.attributes=alloc "$DEMO" section
		python3 -c "data = bytearray(open('section', 'rb').read()); $change; open('section', 'wb').write(data)"
		arm-none-eabi-objcopy --update-section .ARM.attributes=section "$DEMO" odd.elf
		nameplate_run "program_serial 42 odd.elf noverify"
		expect serial=42
	done
	nameplate_run "program_serial 42 quiet.elf verify"
	expect serial=42
	# ARMv6-M code runs on a Cortex-M3.
	arm-none-eabi-gcc -mthumb -mcpu=cortex-m0 -nostdlib -Wl,-Ttext=0x08000000 -o small.elf -x c - <<<'void _start(void) { for (;;); }'
	nameplate_run "program_serial 42 small.elf"
	expect serial=42
}
