#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tools/nameplate: the same bytes as OpenOCD's commands write, in every format, and back.

load ../lib/helpers

setup() {
	nameplate_setup
	TOOL=${NAMEPLATE:-$HOME_DIR/build/asan/nameplate}
	ln -s "$TOOL" "$BATS_TEST_TMPDIR/nameplate"
	for name in STM32_Programmer_CLI st-flash JLinkExe; do
		ln -s "$HOME_DIR/tests/lib/tool_standin.py" "$BATS_TEST_TMPDIR/$name"
	done
	PATH=$BATS_TEST_TMPDIR:$PATH
	export FLASH=$BATS_TEST_TMPDIR/device.flash
}
teardown() { nameplate_teardown; }

# tool WORD...: with its streams apart. Sets status and stdout; $err is a file.
tool() {
	status=0
	"$TOOL" "$@" >"$out" 2>"$err" || status=$?
	stdout=$(tr -d '\0' <"$out")
	errors=$(grep '^Error: ' "$err" || true)
}

# wrong WORDS -- ARGUMENT...: refused in one line with all of the words; nothing is written.
wrong() {
	local words=()
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	rm -f written
	tool "$@"
	refuse_line "${words[@]}" || { echo "arguments: $*"; return 1; }
	[ ! -e written ] && ! ls written.* 2>/dev/null || return 1
}

refuse_line() {
	failed "$@" || return 1
	[ "$(grep -c '' "$err")" = 1 ] || { echo "more than one line:"; cat "$err"; return 1; }
}

blank() { # FILE BYTES ff|00
	head -c "$2" /dev/zero >"$1"
	[ "$3" = 00 ] || LC_ALL=C tr '\0' '\377' <"$1" >"$1.ff" && { [ ! -e "$1.ff" ] || mv "$1.ff" "$1"; }
}

variables=(serial=42 mac:mac=02:00:00:12:34:56 hwrev=B2 gain:f32=1.0023 zero:f32=-0 offset:i32=-17 key:hex:secret=00112233 'note=two words, Grüße "\' big=5000000000 none:hex=
	turned=$'a\xe2\x80\xaeb\xc2\x9b31m')

# ---- against the Tcl -------------------------------------------------------------------------------------------

@test "random sets of variables on simulated flash of every cell size: byte for byte what the Tcl writes" {
	python3 "$HOME_DIR/tests/lib/tool_random.py" "$TOOL" "$BATS_TEST_TMPDIR" sets 200 >"$out"
	cat "$out"
	read -r _ _ _ compacted < <(sed 's/[a-z]*=//g' "$out")
	[ "$compacted" -ge 40 ]
}

@test "random deletions among them, too" {
	python3 "$HOME_DIR/tests/lib/tool_random.py" "$TOOL" "$BATS_TEST_TMPDIR" deletions 200 1000
}

@test "two writes on each of the shared vectors, torn ones among them: byte for byte what the Tcl writes" {
	python3 "$HOME_DIR/tests/lib/tool_random.py" "$TOOL" "$BATS_TEST_TMPDIR" vectors
}

# ---- against OpenOCD -------------------------------------------------------------------------------------------

# on_board CHIP FLASH-SIZE ERASED [PLACE...]: OpenOCD writes twice and the tool does; then OpenOCD lists what the tool has written.
on_board() {
	local chip=$1 size=$2 erased=$3 base bytes
	BOARD=virtual-$chip
	base=$("$TOOL" region --chip "$chip" | sed -n 's/^base=//p')
	bytes=$("$TOOL" region --chip "$chip" | sed -n 's/^size=//p')
	nameplate_bare "program_serial 42"
	expect "serial=42"
	"$TOOL" encode --chip "$chip" --format bin --whole -o one.bin serial=42
	cmp <(dd if="$VBOARD_FLASH" bs=1 skip=$((base - 0x08000000)) count="$bytes" status=none) one.bin
	nameplate_bare 'nameplate set mac:mac=02:00:00:12:34:56 hwrev=B2 gain:f32=1.0023 key:hex:secret=00112233 {note=two words}'
	"$TOOL" encode --chip "$chip" --onto one.bin --format bin --whole -o two.bin mac:mac=02:00:00:12:34:56 hwrev=B2 gain:f32=1.0023 \
		key:hex:secret=00112233 'note=two words'
	cmp <(dd if="$VBOARD_FLASH" bs=1 skip=$((base - 0x08000000)) count="$bytes" status=none) two.bin
	"$TOOL" encode --chip "$chip" --format bin --whole -o three.bin "${variables[@]}"
	blank "$VBOARD_FLASH" "$size" "$erased"
	dd if=three.bin of="$VBOARD_FLASH" bs=1 seek=$((base - 0x08000000)) conv=notrunc status=none
	nameplate_bare "nameplate list"
	expect "$("$TOOL" decode --chip "$chip" three.bin)"
	nameplate_bare "nameplate list -json"
	expect "$("$TOOL" decode --chip "$chip" --json three.bin)"
	nameplate_bare "nameplate dump openocd.txt -secrets"
	"$TOOL" decode --chip "$chip" --dump --secrets -o tool.txt "$VBOARD_FLASH"
	cmp openocd.txt tool.txt
}

@test "on a virtual STM32L152RB: the same flash as OpenOCD's, list, JSON and dump the same" { on_board stm32l152rb 131072 00; }
@test "on a virtual STM32F103RB, too" { on_board stm32f103rb 131072 ff; }
@test "on a virtual STM32F401CC, whose region is a single area, too" { on_board stm32f401cc 262144 ff; }
@test "on a virtual STM32G071RB, too" { on_board stm32g071rb 131072 ff; }
@test "on a virtual STM32U575ZI, too" { on_board stm32u575zi 2097152 ff; }
@test "on a virtual STM32H743ZI, too" { on_board stm32h743zi 2097152 ff; }

@test "a dump of the tool's is taken by nameplate restore, and one of OpenOCD's by --from" {
	"$TOOL" encode --chip stm32l152rb --format bin --whole -o one.bin "${variables[@]}"
	"$TOOL" decode --chip stm32l152rb --dump --secrets -o dump.txt one.bin
	nameplate_bare "nameplate restore dump.txt"
	[ "$status" = 0 ]
	cmp <(tail -c 8192 "$VBOARD_FLASH") one.bin
	nameplate_bare "nameplate dump openocd.txt -secrets"
	"$TOOL" encode --chip stm32l152rb --format bin --whole -o two.bin --from openocd.txt
	cmp one.bin two.bin
}

# ---- formats ---------------------------------------------------------------------------------------------------

@test "objcopy reads Intel HEX and S-records back to the same bytes" {
	for chip in stm32l152rb stm32f103rb stm32g071rb stm32h743zi; do
		"$TOOL" encode --chip $chip --format bin --whole -o whole.bin "${variables[@]}"
		for format in ihex srec; do
			"$TOOL" encode --chip $chip --format $format --whole -o whole.$format "${variables[@]}"
			objcopy -I $format -O binary whole.$format back.bin
			cmp whole.bin back.bin
			"$TOOL" encode --chip $chip --format $format -o part.$format "${variables[@]}"
			"$TOOL" encode --chip $chip --format bin -o part.bin "${variables[@]}"
			fill=$("$TOOL" region --chip $chip | sed -n 's/^erased=//p')
			objcopy -I $format -O binary --gap-fill 0x$fill part.$format back.bin
			cmp part.bin back.bin
			objdump -h part.$format | grep -q " $("$TOOL" region --chip $chip | sed -n 's/^base=0x0/0/p' | tr A-F a-f) "
		done
	done
}

@test "UF2: blocks by its specification, which hold the whole region" {
	"$TOOL" encode --chip stm32f401cc --format uf2 -o vars.uf2 "${variables[@]}"
	"$TOOL" encode --chip stm32f401cc --format bin --whole -o whole.bin "${variables[@]}"
	python3 - <<-'PYTHON'
		import struct
		data = open("vars.uf2", "rb").read()
		assert len(data) % 512 == 0
		flash = {}
		for i in range(len(data) // 512):
		    block = data[512 * i:512 * i + 512]
		    first, second, flags, address, size, number, count, family = struct.unpack_from("<8I", block)
		    assert (first, second, struct.unpack_from("<I", block, 508)[0]) == (0x0A324655, 0x9E5D5157, 0x0AB16F30)
		    assert (flags, size, number, count, family) == (0x2000, 256, i, len(data) // 512, 0x57755A57)
		    assert address % 256 == 0 and address not in flash
		    flash[address] = block[32:32 + size]
		assert b"".join(flash[a] for a in sorted(flash)) == open("whole.bin", "rb").read()
		assert min(flash) == 0x08020000 and max(flash) == 0x08020000 + 256 * (len(flash) - 1)
	PYTHON
}

# A first store, an update, one more that compacts, each brought to the device by a script and compared with the whole region.
scripts_write() { # FORMAT RUN... CHIP, with FLASH_PAGE and FLASH_ERASED set
	local format=$1 run=$2 chip=$3 base bytes n
	base=$("$TOOL" region --chip "$chip" | sed -n 's/^base=//p')
	bytes=$("$TOOL" region --chip "$chip" | sed -n 's/^size=//p')
	blank "$FLASH" 2097152 "$FLASH_ERASED"
	"$TOOL" encode --chip "$chip" --format "$format" -o write "${variables[@]}"
	"$TOOL" encode --chip "$chip" --format bin --whole -o wanted.bin "${variables[@]}"
	$run write
	for n in 1 2 3 4 5 6; do
		dd if="$FLASH" bs=1 skip=$((base - 0x08000000)) count="$bytes" of=dump.bin status=none
		cmp dump.bin wanted.bin
		"$TOOL" encode --chip "$chip" --onto dump.bin --format "$format" -o write "serial=$n" "fill:hex=$(printf '%01000d' "$n")" 2>messages
		"$TOOL" encode --chip "$chip" --onto dump.bin --format bin --whole -o wanted.bin "serial=$n" "fill:hex=$(printf '%01000d' "$n")"
		if [ "$format" = cubeprogrammer ] && grep -qE 'must be (erased|blank)' messages; then
			erase_told
		fi
		$run write
	done
	dd if="$FLASH" bs=1 skip=$((base - 0x08000000)) count="$bytes" of=dump.bin status=none
	cmp dump.bin wanted.bin
}

# What a person does who reads "must be erased first", or "must be blank".
erase_told() {
	read -r first last < <(sed -n 's/^Nameplate: \(0x[0-9A-F]*\) to \(0x[0-9A-F]*\) must be \(erased first\|blank: erase it first, unless the device is new\)$/\1 \2/p' messages)
	blank erased $((last + 1 - first)) "$FLASH_ERASED"
	dd if=erased of="$FLASH" bs=1 seek=$((first - 0x08000000)) conv=notrunc status=none
}

@test "scripts of -w32 write to a stand-in of STM32CubeProgrammer what a dump shows" {
	FLASH_ERASED=00 FLASH_PAGE=256 scripts_write cubeprogrammer sh stm32l152rb
	FLASH_ERASED=ff FLASH_PAGE=2048 scripts_write cubeprogrammer sh stm32g071rb
}

@test "scripts for st-flash write to its stand-in what a dump shows" {
	export FLASH_ERASED FLASH_PAGE
	FLASH_ERASED=00 FLASH_PAGE=256 scripts_write st-flash sh stm32l152rb
	FLASH_ERASED=ff FLASH_PAGE=1024 scripts_write st-flash sh stm32f103rb
}

@test "scripts for J-Link Commander write to its stand-in what a dump shows" {
	export FLASH_ERASED FLASH_PAGE
	FLASH_ERASED=00 FLASH_PAGE=256 scripts_write jlink "JLinkExe -NoGui 1 -CommandFile" stm32l152rb
	FLASH_ERASED=ff FLASH_PAGE=8192 scripts_write jlink "JLinkExe -NoGui 1 -CommandFile" stm32u575zi
}

@test "no script writes a part of a cell on parts with ECC" {
	for chip in stm32g071rb:8 stm32u575zi:16 stm32h743zi:32; do
		for format in cubeprogrammer jlink; do
			"$TOOL" encode --chip ${chip%:*} --format $format "${variables[@]}" 2>/dev/null | tr -d , |
				awk -v words=$((${chip#*:} / 4)) '{ sub(/.*-w32 /, "w4 ") } /^w4 / { n++; if ((NF - 2) % words) exit 1 }
					END { exit !n }'
		done
	done
}

# ---- updates ---------------------------------------------------------------------------------------------------

@test "for tools that erase whole sectors a file holds the whole region, and is made onto what the device has" {
	for format in pyocd probe-rs gdb; do
		wrong "give --onto DUMP" -- encode --chip stm32f103rb --format $format -o written serial=43
		"$TOOL" encode --chip stm32f103rb --whole --format bin -o old.bin serial=42 hwrev=B2 2>log
		"$TOOL" encode --chip stm32f103rb --format $format --onto old.bin -o new.hex serial=43 2>log
		arm-none-eabi-objcopy -I ihex -O binary new.hex new.bin
		[ "$(wc -c <new.bin)" = 4096 ]
		[ "$("$TOOL" decode --chip stm32f103rb --dump new.bin | grep -v '^#')" = "hwrev:text=B2
serial:u32=43" ] || [ "$("$TOOL" decode --chip stm32f103rb --dump new.bin | grep -v '^#')" = "serial:u32=43
hwrev:text=B2" ]
	done
}

@test "what is there already is not written again" {
	"$TOOL" encode --chip stm32f103rb --format bin --whole -o one.bin serial=42 a=1
	tool encode --chip stm32f103rb --onto one.bin a=1 serial=42
	[ "$status" = 0 ]
	[ "$stdout" = ":00000001FF" ]
	grep -q '^Nameplate: nothing to write' "$err"
}

@test "--delete takes a variable away, and an update of the rest goes on" {
	"$TOOL" encode --chip stm32f103rb --format bin --whole -o one.bin serial=42 a=1 b=2
	"$TOOL" encode --chip stm32f103rb --onto one.bin --format bin --whole -o two.bin --delete a --delete serial c=3
	tool decode two.bin --chip stm32f103rb
	[ "$(cut -c 1-12 <<<"$stdout" | tr -d ' ' | tr '\n' ' ')" = "b c " ]
}

@test "a dump of the whole flash is found its region in, as --onto and by decode" {
	BOARD=virtual-stm32l152rb
	nameplate_run "program_serial 42"
	tool decode "$VBOARD_FLASH"
	[ "$stdout" = "serial       u32  42                       0x0801E180" ]
	tool decode --json "$VBOARD_FLASH"
	[ "$(head -n 1 <<<"$stdout")" = '{"state": "ok", "base": 134340608, "size": 8192, "variables": [' ]
	"$TOOL" encode --chip stm32l152rb --onto "$VBOARD_FLASH" --format bin --whole -o two.bin serial=43
	tool decode --chip stm32l152rb two.bin
	[ "$stdout" = "serial       u32  43                       0x0801E300" ]
	objcopy -I binary -O ihex --change-addresses 0x08000000 "$VBOARD_FLASH" dump.hex
	objcopy -I binary -O srec --change-addresses 0x08000000 "$VBOARD_FLASH" dump.srec
	for dump in dump.hex dump.srec; do
		tool decode $dump
		[ "$stdout" = "serial       u32  42                       0x0801E180" ]
		cmp <("$TOOL" encode --chip stm32l152rb --onto $dump --format bin --whole serial=43 2>/dev/null) two.bin
	done
}

@test "the newer of two areas counts, whichever the file's order; two stores in one file must be told apart" {
	"$TOOL" encode --base 0x08010000 --size 4096 --cell 4 --format bin --whole -o one.bin "a:hex=$(printf '%01600d' 1)"
	"$TOOL" encode --base 0x08010000 --size 4096 --cell 4 --onto one.bin --format bin --whole -o two.bin "a:hex=$(printf '%01602d' 2)" 2>"$err"
	grep -q '0x08010800 to 0x08010FFF must be erased first' <("$TOOL" encode --base 0x08010000 --size 4096 --cell 4 --onto one.bin \
		"a:hex=$(printf '%01602d' 2)" 2>&1 >/dev/null) || ! cmp -s one.bin two.bin
	tool decode --base 0x08010000 two.bin
	[[ $stdout == "a            hex  0"*2" "* ]]
	blank gap 8192 ff
	cat two.bin gap two.bin >three.bin
	wrong "more than one store, at 0x08000000 and at 0x08003000" "--base" -- decode three.bin
	tool decode --at 0x08010000 --base 0x08013000 three.bin
	[[ $stdout == "a            hex  0"*"0x08013"* ]]
}

@test "text is shown, dumped and taken back as the shared vectors say" {
	grep -v '^#' "$HOME_DIR/tests/vectors/text.txt" | awk -F '\t' '{ printf "t%d:text=%s\n", NR, $2 > "shown.txt"; print $3 > "json.txt" }'
	[ "$(grep -c . shown.txt)" -ge 14 ]
	"$TOOL" encode --chip stm32l152rb --format bin --whole -o one.bin --from shown.txt
	"$TOOL" decode --chip stm32l152rb --dump one.bin | grep -v '^#' | diff shown.txt -
	tool decode --chip stm32l152rb one.bin
	diff <(cut -d = -f 2- shown.txt) <(sed -E 's/^t[0-9]+ +text (.*[^ ]) +0x[0-9A-F]{8}$/\1/' <<<"$stdout")
	tool decode --chip stm32l152rb --json one.bin
	diff json.txt <(sed -nE 's/^.*"value": (".*"), "address".*$/\1/p' <<<"$stdout")
	python3 - "$HOME_DIR/tests/vectors/text.txt" "$out" <<-'PY'
		import json, sys
		hexes = [line.split("\t")[0] for line in open(sys.argv[1]) if not line.startswith("#")]
		values = [one["value"].encode().hex() for one in json.load(open(sys.argv[2]))["variables"]]
		assert values == hexes, values
	PY
}

# ---- secrets, files --------------------------------------------------------------------------------------------

@test "a secret is neither shown nor dumped unless asked, and files with secrets are their owner's alone" {
	umask 022
	tool encode --chip stm32f103rb --whole -o one.hex key:hex:secret=c0ffee42
	[ "$(command stat -c %a one.hex)" = 600 ]
	tool encode --chip stm32f103rb -o two.hex key:hex=c0ffee42
	[ "$(command stat -c %a two.hex)" = 644 ]
	for option in "" --json --dump; do
		tool decode $option one.hex
		[[ $stdout == *key* && $stdout != *c0ffee42* ]]
		tool decode $option --secrets one.hex
		[[ $stdout == *c0ffee42* ]]
	done
	tool decode --dump --secrets -o dump.txt one.hex
	[ "$(command stat -c %a dump.txt)" = 600 ]
	wrong "variable \"pin\": its value is not bytes" -- encode --chip stm32f103rb pin:hex:secret=c0ffee4 -o written
	! grep -q c0ffee "$err" || return 1
	# A secret of two words that nobody has quoted.
	for word in passphrase pass/phrase 'pass phrase=x' a:passphrase=x passphrase-of-many-characters-indeed=x a:u8=passphrase --passphrase; do
		wrong '"..."' "may belong to the secret before it" -- encode --chip stm32f103rb -o written p=1 key:secret=two "$word"
		! grep phrase "$err" || return 1
	done
	wrong '"p" is given twice' -- encode --chip stm32f103rb -o written p=1 p=2 key:secret=passphrase
	wrong '"key:secret=..."' -- decode -o written key:secret=passphrase
	printf 'key:secret=two\npassphrase\n' >lines
	wrong '"lines" line 2: "..." has no =' -- encode --chip stm32f103rb -o written --from lines
	! grep phrase "$err" || return 1
}

@test "a file is replaced whole or stays as it was" {
	echo before >written
	tool encode --chip stm32f103rb -o written serial:text=x:y
	[ "$status" = 0 ]
	echo before >kept
	tool encode --chip stm32f103rb -o kept serial=99999999999 a:u8=300
	[ "$status" = 1 ] && [ "$(cat kept)" = before ] || return 1
	status=0
	"$TOOL" encode --chip stm32f103rb serial=42 >/dev/full 2>"$err" || status=$?
	[ "$status" = 1 ] && grep -q '^Error: standard output cannot be written' "$err" || return 1
	mkdir folder
	wrong "is no plain file" -- encode --chip stm32f103rb -o folder serial=42
	wrong "cannot be written" -- encode --chip stm32f103rb -o nowhere/written serial=42
}

# ---- a firmware ------------------------------------------------------------------------------------------------

@test "region --check: a firmware that leaves its region alone, by its symbols or by the part; one that does not; one for another region" {
	demo=$HOME_DIR/build/firmware/stm32l152rb/demo.elf
	for place in '' '--chip stm32l152rb' '--chip stm32l152rb --base 0x0801E000 --size 8192' '--base 0x0801E000 --size 0x2000'; do
		tool region $place --check "$demo"
		expect ''
	done
	wrong "was linked for the region 0x0801E000, 8192 bytes" -- region --chip stm32l152rb --base 0x0801C000 --size 8192 --check "$demo"
	wrong "not whole pages of" -- region --chip stm32f401cc --check "$demo"
	arm-none-eabi-strip -o plain.elf "$demo"
	wrong "does not say which region" "--chip" -- region --check plain.elf
	tool region --chip stm32l152rb --check plain.elf
	expect ''
	wrong "takes 0x08000000 to 0x0800" "touches the reserved region 0x08000000 to 0x08000FFF" -- region --base 0x08000000 --size 4096 --check plain.elf
	# A section of any name, in the region's last byte.
	printf '%s\n' '.word 0' '.section .any, "a"' '.byte 1' | arm-none-eabi-as -o any.o -
	arm-none-eabi-ld -e 0 -Ttext=0x08000000 --section-start=.any=0x0801FFFF --defsym=_nameplate_start=0x0801E000 \
		--defsym=_nameplate_end=0x08020000 -o any.elf any.o
	wrong "touches the reserved region" -- region --check any.elf
	echo text >text
	wrong "no ELF for 32-bit ARM" -- region --check text
	wrong "no ELF for 32-bit ARM" -- region --check "$TOOL"
	wrong "cannot be read" -- region --check nowhere.elf
	wrong "cannot be used with" -- decode --check "$demo"
	wrong "choose one" -- region --ld --check "$demo"
}

@test "region --check: any damage to an ELF is one line, or none; never a crash" {
	arm-none-eabi-strip -g -o whole.elf "$HOME_DIR/build/firmware/stm32l152rb/demo.elf"
	python3 - "$TOOL" <<-'PY'
		import random, subprocess, sys
		whole = open("whole.elf", "rb").read()
		chance = random.Random(7)
		table = int.from_bytes(whole[32:36], "little")
		for turn in range(150):
		    data = bytearray(whole)
		    for _ in range(3):
		        at = chance.choice([chance.randrange(52), 52 + chance.randrange(100), table + chance.randrange(400)])
		        data[at % len(data)] = chance.choice([0, 1, 2, 40, 127, 255, chance.randrange(256)])
		    open("damaged.elf", "wb").write(data[: chance.choice([len(data), chance.randrange(len(data))])])
		    run = subprocess.run([sys.argv[1], "region", "--check", "damaged.elf"], capture_output=True)
		    lines = run.stderr.decode().splitlines()
		    assert run.returncode in (0, 1) and len(lines) == run.returncode, (turn, run)
	PY
}

# ---- bad input -------------------------------------------------------------------------------------------------

@test "every wrong argument: one line, status 1, no file" {
	encode=(encode --chip stm32l152rb -o written)
	wrong "needs a command" --
	wrong "no such command" -- write
	wrong "no such option" -- encode --colour
	wrong "needs a value" -- encode --chip
	wrong "cannot be used with" -- decode --onto x y
	wrong "cannot be used with" -- region --json
	wrong "needs a place" -- encode serial=42 -o written
	wrong "needs a place" -- region
	wrong "stm32l152" "not known" -- encode --chip stm32l152 -o written serial=42
	wrong "not known" -- encode --chip "" -o written serial=42
	wrong "not known" -- encode --chip stm32x999zz -o written serial=42
	wrong "single page" -- encode --chip stm32h750vb -o written serial=42
	wrong "needs a variable" -- "${encode[@]}"
	wrong "has no =" -- "${encode[@]}" serial
	wrong "unknown type" "the types are u8," -- "${encode[@]}" a:u7=1
	wrong "out of range" "0 to 255" -- "${encode[@]}" a:u8=256
	wrong "leading zero" -- "${encode[@]}" a:u8=08
	wrong "not valid UTF-8" -- "${encode[@]}" $'a=\xff'
	wrong "MAC" -- "${encode[@]}" a:mac=1
	wrong "two hex digits" -- "${encode[@]}" a:hex=1
	wrong "decimal fraction" -- "${encode[@]}" a:f32=x
	wrong "too large" -- "${encode[@]}" a:f32=1e39
	wrong "given twice" -- "${encode[@]}" a=1 a=2
	wrong "given twice" -- "${encode[@]}" --delete a a=2
	wrong "31 or fewer" -- "${encode[@]}" "$(printf 'a%.0s' {1..32})=1"
	wrong "letters, digits" -- "${encode[@]}" "a b=1"
	wrong "out of range: give one from 0 to 4294967295; a text is serial:text=" -- "${encode[@]}" serial=-1
	wrong "1024 bytes: 1023 is the most" -- "${encode[@]}" "a:hex=$(printf '%02048d' 0)"
	wrong "no file that can be read" -- "${encode[@]}" a:file=nowhere
	wrong "full: this needs" "are free" -- "${encode[@]}" {a,b,c,d}:hex="$(printf '%02046d' 0)"
	wrong "--format \"elf\"" -- "${encode[@]}" --format elf serial=42
	wrong "--whole cannot be used" -- "${encode[@]}" --format jlink --whole serial=42
	wrong "leave them out" -- "${encode[@]}" --cell 4 serial=42
	wrong "outside the flash" -- "${encode[@]}" --base 0x08020000 --size 4096 serial=42
	wrong "not whole pages" -- "${encode[@]}" --base 0x0801F800 --size 2048 serial=42
	wrong "needs --size too" -- "${encode[@]}" --base 0x0801F000 serial=42
	wrong "not one of 4, 8" -- encode --base 0x08000000 --size 4096 --cell 12 -o written serial=42
	wrong "cannot be one" -- encode --base 0x08000000 --size 4000 --cell 4 -o written serial=42
	wrong "give a number" -- encode --base 08000000 --size 4096 --cell 4 -o written serial=42
	wrong "is ff or 00" -- encode --base 0x08000000 --size 4096 --cell 4 --erased 1 -o written serial=42
	wrong "is 1 or 2" -- encode --base 0x08000000 --size 4096 --cell 4 --areas 3 -o written serial=42
	wrong "cannot be read" -- "${encode[@]}" --onto nowhere serial=42
	wrong "cannot be read" -- "${encode[@]}" --from nowhere
	wrong "needs a file" -- decode
	wrong "not expected" -- decode a b
	wrong "choose one" -- decode --json --dump x
	wrong "cannot be read" -- decode nowhere
	: >empty
	wrong "holds no bytes" -- decode empty
	wrong "holds no store" -- decode "$HOME_DIR/Makefile"
}

@test "dumps that cannot be gone on with are refused: too short, foreign, of another layout or version, or hex that is damaged" {
	encode=(encode --chip stm32f103rb -o written)
	blank short.bin 1000 ff
	wrong "has 1000 of the region's 4096 bytes" -- "${encode[@]}" --onto short.bin serial=42
	yes "Calibration data" | head -c 4096 >foreign.bin
	wrong "holds something else" -- "${encode[@]}" --onto foreign.bin serial=42
	"$TOOL" encode --base 0x0801C000 --size 16384 --cell 4 --format bin --whole -o large.bin serial=42
	head -c 4096 large.bin >half.bin
	wrong "another layout" -- "${encode[@]}" --onto half.bin serial=42
	python3 "$HOME_DIR/tests/vectors/make.py" images "$BATS_TEST_TMPDIR"
	wrong "another version" -- encode --base 0x08010000 --size 8192 --cell 4 -o written --onto wrong-version.bin serial=42
	"$TOOL" encode --chip stm32f103rb -o good.hex serial=42
	wrong "of the region's 4096 bytes" -- decode --chip stm32f103rb good.hex
	sed '2s/..$/00/' good.hex >bad.hex
	wrong "line 2" "checksum" -- decode bad.hex
	head -n 2 good.hex >bad.hex
	wrong "cut off" -- decode bad.hex
	printf 'a=1\nb:u8=300\n' >vars.txt
	wrong '"vars.txt" line 2: variable "b"' -- "${encode[@]}" --from vars.txt
	printf '# nothing\n\n' >vars.txt
	wrong "holds no variable" -- "${encode[@]}" --from vars.txt
}

@test "a dump that lacks a part of the region, where newer values may stand, is refused, by decode and --onto" {
	local chip=stm32f103rb base=0x0801F000
	"$TOOL" encode --chip $chip --format bin --whole -o old.bin serial=100 "a:hex=$(printf '%02000d' 1)"
	"$TOOL" encode --chip $chip --onto old.bin --format bin --whole -o region.bin serial=55555 "a:hex=$(printf '%02000d' 2)"
	blank flash.bin 131072 ff
	dd if=region.bin of=flash.bin bs=1 seek=$((base - 0x08000000)) conv=notrunc status=none
	for file in region.bin flash.bin; do
		tool decode $file
		[ "$status" = 0 ] && [[ $stdout == "serial       u32  55555                    0x080"??8* ]] || return 1
	done
	head -c 2048 region.bin >half.bin
	tail -c 2048 region.bin >upper.bin
	head -c 4095 region.bin >region-short.bin
	head -c 131071 flash.bin >flash-short.bin
	head -c 129024 flash.bin >flash-half.bin
	objcopy -I binary -O ihex --change-addresses $base half.bin half.hex
	objcopy -I binary -O srec --change-addresses $base half.bin half.srec
	# Its middle is missing: the last 16 bytes of the first area.
	objcopy -I binary -O ihex --change-addresses $base region.bin region.hex
	grep -v '^:10F7F0' region.hex >hole.hex
	[ "$(grep -c '' hole.hex)" = $(($(grep -c '' region.hex) - 1)) ]
	for file in half.bin upper.bin region-short.bin half.hex half.srec hole.hex; do
		wrong "of the region's 4096 bytes (0x0801F000 to 0x0801FFFF)" "dump the whole region" -- decode --chip $chip $file
		wrong "of the region's 4096 bytes" -- decode --base $base --size 4096 $file
		wrong "of the region's 4096 bytes" -- encode --chip $chip --onto $file -o written serial=7
	done
	for file in flash-short.bin flash-half.bin; do
		wrong "neither the region's 4096 nor the 131072 of the flash up to its end" "--at" -- decode --chip $chip $file
		wrong "neither the region's 4096" -- encode --chip $chip --onto $file -o written serial=7
		wrong "of the region's 4096 bytes" -- decode --at 0x08000000 --chip $chip $file
	done
	for file in half.bin upper.bin half.hex half.srec flash-half.bin; do
		wrong "one area of a store" "with newer values" "--chip" -- decode $file
	done
	wrong "of the region's 4096 bytes" -- decode region-short.bin
	wrong "one area of a store" -- decode --base $base half.bin
	# A store that was never compacted: its other half is blank, and must be there too.
	tool decode old.bin
	[ "$status" = 0 ] && [[ $stdout == "serial       u32  100 "* ]] || return 1
	head -c 4095 old.bin >old-short.bin
	wrong "one area of a store" -- decode old-short.bin
	blank flash.bin 131072 ff
	dd if=old.bin of=flash.bin bs=1 seek=$((base - 0x08001000)) conv=notrunc status=none
	tool decode flash.bin # in the middle of the flash
	[ "$status" = 0 ] && [[ $stdout == "serial       u32  100 "* ]] || return 1
	head -c 131071 flash.bin >flash-short.bin
	tool decode flash-short.bin # the part that is missing is none of the region's
	[ "$status" = 0 ] && [[ $stdout == "serial       u32  100 "* ]] || return 1
}

@test "random and truncated files never end in anything but a table or one error line" {
	"$TOOL" encode --chip stm32l152rb --format bin --whole -o whole.bin "${variables[@]}"
	"$TOOL" encode --chip stm32l152rb -o part.hex "${variables[@]}"
	python3 -c 'import random; [open(f"noise{n}.bin", "wb").write(random.Random(n).randbytes(n * 97)) for n in range(1, 61)]'
	for n in $(seq 60); do
		head -c $((n * 137)) whole.bin >cut.bin
		head -c $((n * 31)) part.hex >cut.hex
		for file in cut.bin cut.hex noise$n.bin; do
			for place in "" "--chip stm32l152rb"; do
				tool decode $place $file
				[ "$status" -le 1 ] || { show; return 1; }
				[ "$(grep -c '^Error: ' "$err")" = "$status" ] || { show; return 1; }
				! grep -q 'Sanitizer\|runtime error' "$err" || return 1
			done
		done
	done
}

# ---- the pages -------------------------------------------------------------------------------------------------

@test "README: every command in it works, in its order" {
	export FLASH_ERASED=00 FLASH_PAGE=256
	blank "$FLASH" 131072 00
	count=0
	while IFS= read -r line; do
		if [ "$line" = '```sh' ]; then block=1; continue; fi
		if [ "$line" = '```' ]; then block=; continue; fi
		if [[ $line == '## '* ]]; then blank "$FLASH" 131072 00; fi
		[ -n "$block" ] || continue
		stdout=$(bash -c "$line" 2>"$err") || { echo "$line"; cat "$err"; return 1; }
		count=$((count + 1))
		case $line in
		*"decode --chip"*) [[ $stdout == $'serial       u32  42                       0x0801E'*$'\nhwrev        text B2 '* ]] || { echo "$stdout"; return 1; } ;;
		esac
	done <"$HOME_DIR/tools/nameplate/README.md"
	[ "$count" = 24 ]
}

# page_options: each option that the man page describes, with its value or -.
page_options() {
	sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/p' "$1" | sed 's/\\-/-/g; s/\\f[IP]//g; s/"//g' | grep -A 1 '^\.TP' | grep -E '^\.B' |
		sed -E 's/^\.B[IR]? //; s/ +, +/\n/g' | grep '^--' | sed -E 's/ +/ /g; s/^[^ ]+$/& -/'
}

@test "--help, --version and the lists; the man page renders and has the options of the table, no other" {
	for option in --help --version --list-chips --list-formats --list-options; do
		tool $option
		[ "$status" = 0 ] && [ -n "$stdout" ] && [ ! -s "$err" ] || return 1
	done
	tool --help
	page=$HOME_DIR/tools/nameplate/nameplate.1
	for option in $("$TOOL" --list-options | sed 's/ .*//'); do
		grep -q -- "$option" <<<"$stdout"
	done
	diff <("$TOOL" --list-options | cut -d ' ' -f 1,2 | sort) <(page_options "$page" | sort)
	command -v man >/dev/null || skip "no man here"
	[ -z "$(LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)" ]
}

@test "completion: commands, options that go with them, formats, files" {
	file=$HOME_DIR/tools/nameplate/nameplate.bash
	[ "$(completes "$file" nameplate en)" = encode ]
	completes "$file" nameplate encode -- | grep -qx -- --onto
	! completes "$file" nameplate decode -- | grep -qx -- --onto || return 1
	[ "$(completes "$file" nameplate encode --format jl)" = jlink ]
	[ "$(completes "$file" nameplate encode --erased f)" = ff ]
	[ -z "$(completes "$file" nameplate encode --chip s)" ]
	[ "$(completes "$file" nameplate encode --whole se)" = serial= ]
	touch dump-of-mine.bin
	[ "$(completes "$file" nameplate decode dump-of)" = dump-of-mine.bin ]
	[ "$(completes "$file" nameplate encode --onto dump-of)" = dump-of-mine.bin ]
	for word in $(completes "$file" nameplate encode --) $(completes "$file" nameplate decode --) $(completes "$file" nameplate --); do
		"$TOOL" --help | grep -q -- "$word" || { echo "$word is no option"; return 1; }
	done
}
