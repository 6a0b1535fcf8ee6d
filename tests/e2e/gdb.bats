# SPDX-License-Identifier: MIT
# The GDB commands: against QEMU's GDB server, which knows nothing of Nameplate, and through OpenOCD on a virtual board.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	elf=build/firmware/stm32f405rg/demo.elf
	board_elf=build/firmware/stm32l152rb/demo.elf
	server=
	make -s firmware
}

teardown() {
	if [ -n "$server" ]; then
		kill "$server" 2> /dev/null || true
		wait "$server" 2> /dev/null || true
	fi
}

# qemu VECTOR: the demo, halted at reset, with the vector's region in place; GDB at $target
qemu() {
	python3 tests/vectors/make.py image "$1" > "$BATS_TEST_TMPDIR/region.bin"
	target="$BATS_TEST_TMPDIR/gdb.sock"
	qemu-system-arm -M netduinoplus2 -display none -monitor none -serial null -S -gdb "unix:$target,server=on,wait=off" \
		-kernel "$elf" -device loader,file="$BATS_TEST_TMPDIR/region.bin",addr=0x080E0000,force-raw=on \
		< /dev/null > /dev/null 2>&1 3>&- &
	server=$!
	for _ in $(seq 600); do
		[ -S "$target" ] && return
		sleep 0.05
	done
	echo "QEMU did not start"
	return 1
}

# openocd_board [CHIP [COMMAND]]: OpenOCD on a virtual board with serial number 42, halted, after a command that may change its
# flash; GDB at $target, on a port that is free
openocd_board() {
	local board=openocd/board/virtual-${1:-stm32l152rb}.cfg
	export VBOARD_FLASH="$BATS_TEST_TMPDIR/flash"
	openocd -f "$board" -c 'program_serial 42' > "$BATS_TEST_TMPDIR/program.log" 2>&1 3>&-
	${2:-true} "$board"
	openocd -c 'gdb_port 0; tcl_port disabled; telnet_port disabled; gdb_report_data_abort enable' -f "$board" \
		-c init -c 'reset halt' > "$BATS_TEST_TMPDIR/openocd.log" 2>&1 3>&- &
	server=$!
	for _ in $(seq 600); do
		target=$(sed -n 's/.*Listening on port \([0-9]*\) for gdb.*/localhost:\1/p' "$BATS_TEST_TMPDIR/openocd.log")
		# It listens before the last -c has run: only then GDB may come.
		[ -n "$target" ] && grep -q 'telnet server disabled' "$BATS_TEST_TMPDIR/openocd.log" && return
		sleep 0.05
	done
	cat "$BATS_TEST_TMPDIR/openocd.log"
	return 1
}

# gdb ELF ARGUMENT...: one batch run, connected, without the noise of connecting
gdb() {
	local file=$1
	shift
	run timeout --kill-after=1 "${GDB_TIMEOUT:-60}" gdb-multiarch -batch -nx -ex "target extended-remote $target" "$@" "$file"
}

@test "nameplate lists name, type, value and address" {
	qemu f405-serial
	gdb "$elf" -x gdb/nameplate.gdb -ex nameplate
	[ "$status" -eq 0 ]
	[[ $output = *"serial       u32  4294967295               0x080E0018"* ]]
}

@test "nameplate-serial prints serial=N and sets \$serial" {
	qemu f405-serial
	gdb "$elf" -x gdb/nameplate.gdb -ex nameplate-serial -ex 'printf "%llu\n", $serial - 1'
	[ "$status" -eq 0 ]
	[[ $output = *"serial=4294967295"*"4294967294"* ]]
}

@test "a blank region is none, somebody else's data an error, and the session goes on" {
	qemu f405-blank
	gdb "$elf" -x gdb/nameplate.gdb -ex nameplate -ex nameplate-serial -ex 'print $serial'
	[[ $output = *"nothing was ever written"*"serial=none"*"= -1"* ]]
	teardown
	qemu f405-damaged
	gdb "$elf" -x gdb/nameplate.gdb -ex nameplate -ex nameplate-serial -ex 'print $serial'
	[[ $output = *"Error: the region at 0x080E0000 holds something"*"= -1"* ]]
}

@test "unreadable memory, no region, and no target are told apart; none ends the session" {
	qemu f405-serial
	gdb "$elf" -x gdb/nameplate.gdb -ex 'set $nameplate_base = 0x90000000' -ex 'set $nameplate_size = 0x2000' \
		-ex nameplate -ex 'echo still here\n'
	[[ $output = *"Error: the region at 0x90000000 cannot be read"*"still here"* ]]
	gdb /dev/null -x gdb/nameplate.gdb -ex nameplate -ex 'echo still here\n'
	[[ $output = *"Error: no region of whole pages"*"still here"* ]]
	run gdb-multiarch -batch -nx -x gdb/nameplate.gdb -ex nameplate -ex 'echo still here\n' "$elf"
	[[ $output = *"Error: no target"*"still here"* ]]
}

@test "without an ELF, \$nameplate_base and \$nameplate_size name the region" {
	qemu f405-serial
	run gdb-multiarch -batch -nx -ex "target remote $target" -x gdb/nameplate.gdb -ex 'set $nameplate_base = 0x080E0000' \
		-ex 'set $nameplate_size = 0x20000' -ex nameplate-serial
	[[ $output = *"serial=4294967295"* ]]
}

@test "every shared vector is listed as the third implementation says" {
	local folder=$BATS_TEST_TMPDIR/vectors name file
	mkdir "$folder"
	qemu f405-blank
	python3 tests/vectors/make.py images "$folder"
	# The larger ones do not fit into RAM beside the stack; they differ in size alone.
	find "$folder" -type f -size +16k -delete
	# GDB takes a tenth of a second for each: of those that differ in cell size alone, the largest cell.
	rm "$folder"/*-4-ff* "$folder"/*-32-ff* "$folder"/packed-*-8-ff.bin
	python3 tests/vectors/make.py list 0x20010000 | awk -v folder="$folder" '
		$1 == "vector" { out = folder "/" $2 ".want"; print $3 > out; next } { print > out }'
	for file in "$folder"/*.bin; do
		name=$(basename "$file" .bin)
		echo "restore $file binary 0x20010000"
		echo "set \$nameplate_size = $(stat -c %s "$file")"
		echo "echo vector $name\\n"
		echo nameplate
	done > "$folder/play.gdb"
	GDB_TIMEOUT=800
	gdb "$elf" -ex 'set width 0' -x gdb/nameplate.gdb -ex 'set $nameplate_base = 0x20010000' -x "$folder/play.gdb"
	[ "$status" -eq 0 ]
	awk -v folder="$folder" '
		/^Restoring/ { next }
		$1 == "vector" { out = folder "/" $2 ".got"; print "" > out; next }
		out && !/^\[/ { print > out }' <<< "$output"
	[ "$(ls "$folder"/*.bin | wc -l)" -ge 320 ]
	for file in "$folder"/*.bin; do
		name=${file%.bin}
		diff <(sed 1d "$name.want") <(grep ' 0x2001[0-9A-F]*$' "$name.got" | LC_ALL=C sort) || {
			echo "vector $(basename "$name"): python3 tests/vectors/make.py image $(basename "$name")"
			return 1
		}
		case $(head -n 1 "$name.want") in
		none) grep -q 'nothing was ever written' "$name.got" ;;
		damaged) grep -q 'no store that can be read' "$name.got" ;;
		ok) ! grep -q 'Error\|No store' "$name.got" ;;
		esac || { echo "vector $(basename "$name"): wrong state"; return 1; }
	done
}

@test "verify-serial ends with 0 for the expected serial and 1 for another, none, damage or no expectation" {
	qemu f405-serial
	gdb "$elf" -ex 'set $expected = 4294967295' -x gdb/nameplate.gdb -x gdb/verify-serial.gdb
	[ "$status" -eq 0 ]
	gdb "$elf" -ex 'set $expected = 4294967295' -x gdb/verify-serial.gdb
	[ "$status" -eq 0 ]
	gdb "$elf" -ex 'set $expected = 42' -x gdb/verify-serial.gdb
	[ "$status" -eq 1 ]
	[[ $output = *"Error: the device's serial number is not 42"* ]]
	gdb "$elf" -x gdb/verify-serial.gdb
	[ "$status" -eq 1 ]
	[[ $output = *'set $expected = 42'* ]]
	teardown
	qemu f405-blank
	gdb "$elf" -ex 'set $expected = 0' -x gdb/verify-serial.gdb
	[ "$status" -eq 1 ]
}

@test "nameplate lists variables of every type; secret ones show no value" {
	qemu f405-variables
	gdb "$elf" -x gdb/nameplate.gdb -ex nameplate
	[ "$status" -eq 0 ]
	diff <(grep ' 0x080E0' <<< "$output" | sed 's/ *0x080E0.*//' | LC_ALL=C sort) - <<-'EOF'
		empty        text
		gain         f32  1.0023
		i64          i64  -9223372036854775808
		key          hex  secret
		key-9        u16  1000
		mac          mac  02:00:00:12:34:56
		note         text Gr\xc3\xbc\xc3\x9fe, two words\x0a\\ %s
		odd          unsigned 010203
		offset       i8   -17
		pin          text secret
		serial       text NP-0042
		u64          u64  18446744073709551615
		u8           u8   11
		wide         f64  -2.5
	EOF
}

@test "each command has help that starts with its usage" {
	local command
	for command in nameplate nameplate-serial nameplate-program; do
		run gdb-multiarch -batch -nx -x gdb/nameplate.gdb -ex "help $command"
		[[ ${lines[0]} = "Usage: $command"* ]]
	done
}

@test "nameplate-program is a visible failure on a server without it, with status 1" {
	qemu f405-serial
	gdb "$elf" -x gdb/nameplate.gdb -ex 'nameplate-program 42'
	[ "$status" -eq 1 ]
	[[ $output = *"Error: the serial number was not written"* ]]
}

@test "through OpenOCD: nameplate-program writes, nameplate and verify-serial see it" {
	openocd_board
	gdb "$board_elf" -x gdb/nameplate.gdb -ex nameplate-serial -ex 'nameplate-program 43' -ex nameplate
	[ "$status" -eq 0 ]
	[[ $output = *"serial=42"*"serial=43"*"serial       u32  43 "* ]]
	gdb "$board_elf" -ex 'set $expected = 43' -x gdb/verify-serial.gdb
	[ "$status" -eq 0 ]
}

# Serial number 1 after it, whose value is then a word that cannot be read.
spoil_one() { # BOARD
	openocd -f "$1" -c 'program_serial 1' > "$BATS_TEST_TMPDIR/program.log" 2>&1 3>&-
	truncate -s 65536 "$VBOARD_FLASH.ecc"
	printf '\002' | dd of="$VBOARD_FLASH.ecc" bs=1 seek=$((0xE0000 / 32 + 7)) conv=notrunc status=none
}

@test "through OpenOCD: a value that cannot be read makes no entry, whatever it would read" {
	openocd_board stm32h743zi spoil_one
	gdb build/firmware/stm32h743zi/demo.elf -x gdb/nameplate.gdb -ex nameplate-serial -ex nameplate
	[ "$status" -eq 0 ]
	[[ $output = *"serial=42"*"serial       u32  42 "* ]]
}

# Of any type: shown as the list shows it.
serials_of() { # VECTOR SERIAL $serial
	qemu "$1"
	gdb "$elf" -x gdb/nameplate.gdb -ex 'set $nameplate_base = 0x080E0000' -ex 'set $nameplate_size = 0x2000' -ex nameplate-serial \
		-ex 'printf "<%d>\n", $serial'
	[[ $output = *"serial=$2"$'\n'"<$3>"* ]] || { echo "$1: $output"; return 1; }
	teardown
	rm -f "$target"
}

@test "nameplate-serial shows a serial of any type, and sets \$serial only for a number of four bytes" {
	serials_of serial-cell-4-ff 42 42
	serials_of serial-is-text NP-0042 -1
	serials_of serial-is-mac 02:00:00:12:34:56 -1
	serials_of serial-is-bytes 2a -1
	serials_of serial-is-signed 42 -1
	serials_of serial-is-float 42 -1
	serials_of serial-is-odd 2a0000 -1
	serials_of named-serial-beside-the-serial 42 42
	serials_of named-serial-is-not-the-serial none -1
}

@test "through OpenOCD: a bad serial number is refused with OpenOCD's message and status 1, nothing is written" {
	openocd_board
	cp "$VBOARD_FLASH" "$BATS_TEST_TMPDIR/before"
	gdb "$board_elf" -x gdb/nameplate.gdb -ex 'nameplate-program abc'
	[ "$status" -eq 1 ]
	[[ $output = *"Error: serial number"* ]]
	gdb "$board_elf" -x gdb/nameplate.gdb -ex 'nameplate-program 4 2'
	[ "$status" -eq 1 ]
	gdb "$board_elf" -x gdb/nameplate.gdb -ex nameplate-program
	[ "$status" -eq 1 ]
	cmp "$VBOARD_FLASH" "$BATS_TEST_TMPDIR/before"
}

@test "through OpenOCD: the same ELF reports with OpenOCD's own arm semihosting enable" {
	openocd_board
	gdb "$board_elf" -ex 'monitor arm semihosting enable' -ex 'monitor reset halt' -ex continue
	grep -q '^serial=42$' "$BATS_TEST_TMPDIR/openocd.log"
	grep -q 'application exited with 0' "$BATS_TEST_TMPDIR/openocd.log"
}
