#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A region in the low half of a part with large sectors: sector 1 of a virtual STM32F401CC, with the vectors in sector 0
# and the code from sector 2 on (firmware/linker/stm32f401cc-sector1.ld).

load ../lib/helpers

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	make -s build/firmware/stm32f401cc/demo.elf
	link "$BATS_FILE_TMPDIR/fw.elf"
}

setup() {
	nameplate_setup
	BOARD=virtual-stm32f401cc
	fw=$BATS_FILE_TMPDIR/fw.elf
	region="set NAMEPLATE_BASE 0x08004000; set NAMEPLATE_SIZE 0x4000"
}

teardown() { nameplate_teardown; }

# link ELF [OPTION|FILE...]: the demo around sector 1
link() {
	local home=$BATS_TEST_DIRNAME/../.. elf=$1 object objects=()
	shift
	for object in start main nameplate nameplate_ecc; do objects+=("$home/build/firmware/stm32f401cc/$object.o"); done
	"${CROSS_COMPILE:-arm-none-eabi-}gcc" -mthumb -mcpu=cortex-m4 --specs=nano.specs --specs=rdimon.specs -nostartfiles \
		-Wl,--gc-sections -Wl,--fatal-warnings -L"$home/firmware/linker" -T stm32f401cc-sector1.ld -o "$elf" "${objects[@]}" "$@"
}

# sector N: that 16 KiB sector's bytes, from the board's flash file
sector() { dd if="$VBOARD_FLASH" bs=16384 skip="$1" count=1 status=none; }

clean() {
	[ "$(stat unmodelled)" = 0 ] && [ "$(stat flash_overwrites)" = 0 ] && [ "$(stat flash_errors)" = 0 ] || return 1
}

@test "sector 1: the image leaves it out, vectors below and code above" {
	local headers
	headers=$("${CROSS_COMPILE:-arm-none-eabi-}objdump" -h "$fw" | awk '$2 ~ /^\.(vectors|text|data)$/ { print $2, $5 }')
	[[ "$headers" = *".vectors 08000000"* ]]
	[[ "$headers" = *".text 08008000"* ]]
	[ "$("${CROSS_COMPILE:-arm-none-eabi-}nm" "$fw" | sed -n 's/ . _nameplate_start$//p')" = 08004000 ]
	[ "$("${CROSS_COMPILE:-arm-none-eabi-}nm" "$fw" | sed -n 's/ . _nameplate_end$//p')" = 08008000 ]
}

@test "sector 1: main job, verified by the firmware, update, list" {
	nameplate_run "$region" "program_serial 42 $fw verify"
	expect "serial=42"
	grep -q '^firmware: serial=42$' "$err"
	clean
	nameplate_run "$region" "set NAMEPLATE_IMAGE $fw" "program_serial 43"
	expect "serial=43"
	grep -q '^firmware: serial=43$' "$err"
	clean
	nameplate_bare "$region" "nameplate list"
	[[ "$stdout" = "serial "*" 43 "*0x0800[4-7]* ]]
	# Nothing of it lies where the default region would be.
	[ -z "$(tail -c 131072 "$VBOARD_FLASH" | tr -d '\377' | tr -d '\0')" ]
}

@test "sector 1: the firmware again keeps the store" {
	nameplate_run "$region" "program_serial 42 $fw"
	expect "serial=42"
	sector 1 > before
	nameplate_run "$region" "program_serial 7 $fw keep verify"
	expect "serial=42"
	grep -q '^firmware: serial=42$' "$err"
	sector 1 | cmp - before
	clean
}

@test "sector 1: OpenOCD's own program, and its write_image, keep the store" {
	nameplate_bare "$region" "program_serial 42"
	expect "serial=42"
	sector 1 > before
	nameplate_bare "program $fw verify exit"
	[ "$status" = 0 ]
	grep -q 'Verified OK' "$err"
	sector 1 | cmp - before
	nameplate_bare "init; reset init; flash write_image erase $fw; shutdown"
	[ "$status" = 0 ]
	sector 1 | cmp - before
	nameplate_bare "$region" "nameplate get serial"
	expect "42"
}

@test "sector 1: GDB's load keeps the store" {
	nameplate_bare "$region" "program_serial 42"
	expect "serial=42"
	sector 1 > before
	rm -f "$VBOARD_STATS"
	timeout 180 gdb-multiarch -batch -nx -ex "set confirm off" -ex "set remotetimeout 30" \
		-ex "target extended-remote | openocd -f $HOME_DIR/openocd/board/$BOARD.cfg -c 'gdb_port pipe; log_output gdb.log; tcl_port disabled; telnet_port disabled'" \
		-ex "monitor reset halt" -ex "load" -ex "compare-sections" -ex "kill" "$fw" >"$out" 2>"$err" </dev/null
	grep -q 'Section .text.* matched' "$out"
	[ "$(stat unmodelled)" = 0 ]
	sector 1 | cmp - before
}

@test "sector 1: a store that is full is written anew, by way of the host, and the firmware finds it" {
	local i
	nameplate_run "$region" "program_serial 42 $fw"
	expect "serial=42"
	# In one session, since each connection takes its time: 16 KiB have room for 15 texts of 1,000 bytes.
	for i in $(seq 17); do printf 'program_vars note:text=%s%d\n' "$(printf 'x%.0s' $(seq 1000))" "$i"; done > many.tcl
	nameplate_bare "$region" "init; reset init; source many.tcl; shutdown"
	[ "$status" = 0 ]
	[ "$(grep -c 'until they are back on the device' "$err")" = 1 ]
	[ -z "$(ls nameplate-*.save 2>/dev/null)" ]
	[ "$status" = 0 ]
	nameplate_run "$region" "program_serial 43 $fw verify"
	expect "serial=43"
	grep -q '^firmware: serial=43$' "$err"
	nameplate_run "$region" "nameplate verify"
	expect "verified=2"
}

@test "sector 1: an image that touches it is refused, nothing is changed" {
	nameplate_bare "$region" "program_serial 42"
	expect "serial=42"
	cp "$VBOARD_FLASH" device
	# Code linked from the start of flash, of more than 16 KiB.
	printf '.word 0x20004000, 0x08000009\nnop\nb .\n.space 17000\n' | assemble long
	nameplate_run "$region" "program_serial 7 long.elf"
	refused "touches the reserved region 0x08004000 to 0x08007FFF" "link it with the region left free"
	# The same as a binary, which is how gaps are filled before OpenOCD sees them.
	"${CROSS_COMPILE:-arm-none-eabi-}objcopy" -O binary "$fw" span.bin
	nameplate_run "$region" "program_serial 7 span.bin"
	refused "touches the reserved region 0x08004000 to 0x08007FFF"
	cmp "$VBOARD_FLASH" device
}

@test "sector 1: half of it, or a part of two sectors, is refused as no whole page" {
	nameplate_bare "set NAMEPLATE_BASE 0x08004000; set NAMEPLATE_SIZE 0x2000" "program_serial 42"
	refused "not whole pages" "0x08004000 and 0x08008000"
	nameplate_bare "set NAMEPLATE_BASE 0x08006000; set NAMEPLATE_SIZE 0x4000" "program_serial 42"
	refused "not whole pages"
}

@test "sector 1: vectors that reach it stop the link" {
	printf '.section .vectors, "a"\n.space 16400\n' > more.s
	"${CROSS_COMPILE:-arm-none-eabi-}gcc" -mthumb -mcpu=cortex-m4 -c -o more.o more.s
	run link over.elf more.o
	[ "$status" != 0 ]
	[[ "$output" = *"will not fit in region"* || "$output" = *"Nameplate's region"* ]]
	[ ! -e over.elf ]
}
