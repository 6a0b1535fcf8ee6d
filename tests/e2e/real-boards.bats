#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Board files for real boards: no such board can be tried here, so what is promised is that they load, know the
# commands, and end with OpenOCD's own message and ours when there is no probe. Where a file names the region, or takes a
# target file with a second bank, that is tried on the virtual chip.

load helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

real_boards() { (cd "$HOME_DIR/openocd/board" && ls | sed -n '/^virtual/d; s/\.cfg$//p'); }

# region_named BOARD: what the file names, or nothing.
region_named() {
	openocd_run -f "$HOME_DIR/openocd/board/$1.cfg" \
		-c 'puts [expr {[info exists NAMEPLATE_BASE] ? "$NAMEPLATE_BASE $NAMEPLATE_SIZE" : "-"}]; shutdown'
}

# region_of CHIP: as firmware/chips.txt has it, for the linker.
region_of() {
	local base size
	read -r base size < <(awk -v chip="$1" '$1 == chip { print $7, $8 }' "$HOME_DIR/firmware/chips.txt")
	printf '0x%08X 0x%X' $((0x08000000 + base)) "$size"
}

# on_virtual CHIP TARGETFILE COMMAND...: that target file on the virtual chip.
on_virtual() {
	local command arguments=()
	for command in "${@:3}"; do arguments+=(-c "$command"); done
	openocd_run -c "set NAMEPLATE_IMAGE {}" -c "source $HOME_DIR/openocd/board/virtual.tcl" -c "virtual_board $1 $2" \
		"${arguments[@]}"
}

@test "every real board's file loads, and says that there is no probe" {
	if lsusb 2>/dev/null | grep -qi 0483:37; then skip "an ST-Link is plugged in"; fi
	local board count=0
	for board in $(real_boards); do
		openocd_run -f "$HOME_DIR/openocd/board/$board.cfg" -c "program_serial 42"
		failed "could not connect to the probe" "check cable" || { echo "board: $board"; return 1; }
		grep -q '^Error: open failed' "$err" || { echo "board: $board"; show; return 1; }
		count=$((count + 1))
	done
	[ "$count" -ge 31 ]
}

@test "there is a real board for every target file of an STM32 with a Cortex-M that has a virtual chip" {
	local board target
	for board in $(real_boards); do
		openocd -d3 -f "$HOME_DIR/openocd/board/$board.cfg" -c shutdown 2>&1 | grep -ao 'target/stm32[a-z0-9]*x\{0,1\}\.cfg'
	done | sort -u > used
	for target in $(sed -n 's/^virtual_board [^ ]* //p' "$HOME_DIR"/openocd/board/virtual-*.cfg | sort -u); do
		grep -qx "$target" used || { echo "none for $target"; cat used; return 1; }
	done
}

@test "every real board's file is as the others: what it is, how to name the firmware, Nameplate last" {
	local board file
	for board in $(real_boards); do
		file=$HOME_DIR/openocd/board/$board.cfg
		[ "$(sed -n 1p "$file")" = "# SPDX-License-Identifier: MIT" ]
		sed -n 2p "$file" | grep -q '^# .*, with Nameplate\.$'
		sed -n 4p "$file" | grep -qF "set NAMEPLATE_IMAGE fw.elf\" -f openocd/board/$board.cfg -c \"program_serial 42\""
		tail -n 1 "$file" | grep -q '^source .* nameplate.tcl\]$'
		# What 0.12's HLA probes lack, no file may call.
		[ "$(grep -cE '^[^#]*\b(dap|\$_[A-Z]*\.dap)\b' "$file")" = 0 ] || [ "$board" = nucleo-u575zi ]
	done
}

@test "on a real board, too, a bad number is refused before the probe is looked for" {
	openocd_run -f "$HOME_DIR/openocd/board/stm32l-discovery.cfg" -c "program_serial 042"
	failed "write 42"
	[ "$(grep -c 'open failed' "$err")" = 0 ]
}

@test "nucleo-l1.cfg names the end of its second bank, unless the user names another region" {
	region_named nucleo-l1
	expect "0x0807E000 0x2000"
	openocd_run -c "set NAMEPLATE_BASE 0x0803F000; set NAMEPLATE_SIZE 0x1000" \
		-f "$HOME_DIR/openocd/board/nucleo-l1.cfg" -c 'puts "$NAMEPLATE_BASE $NAMEPLATE_SIZE"; shutdown'
	expect "0x0803F000 0x1000"
}

@test "nucleo-l073rz.cfg and nucleo-h743zi.cfg name the region that the chip's linker script has" {
	region_named nucleo-l073rz
	expect "$(region_of stm32l073rz)"
	region_named nucleo-h743zi
	expect "$(region_of stm32h743zi)"
}

@test "all other files leave the region to the rule" {
	local board
	for board in $(real_boards); do
		case $board in nucleo-l1 | nucleo-l073rz | nucleo-h743zi) continue ;; esac
		region_named "$board"
		expect "-"
	done
}

# With the first bank alone, and with both, the same named region is found: a serial written by one is read by the other.
@test "the region that nucleo-l073rz.cfg names is the same with one bank and with two" {
	local name="set NAMEPLATE_BASE 0x08017000; set NAMEPLATE_SIZE 0x1000"
	on_virtual stm32l073rz target/stm32l0_dual_bank.cfg "$name" "program_serial 42"
	expect "serial=42"
	on_virtual stm32l073rz target/stm32l0.cfg "nameplate get serial"
	expect "42"
}

@test "the region that nucleo-h743zi.cfg names is the same with one bank and with two" {
	local name="set NAMEPLATE_BASE 0x080E0000; set NAMEPLATE_SIZE 0x20000"
	on_virtual stm32h743zi target/stm32h7x_dual_bank.cfg "$name" "program_serial 42"
	expect "serial=42"
	on_virtual stm32h743zi target/stm32h7x.cfg "nameplate get serial"
	expect "42"
}

@test "with two banks and no region named, it is the end of the second" {
	on_virtual stm32l073rz target/stm32l0_dual_bank.cfg "program_serial 42"
	expect "serial=42"
	on_virtual stm32l073rz target/stm32l0_dual_bank.cfg "nameplate list"
	[[ "$stdout" = "serial "*" 42 "*0x0802E* ]]
	rm -f "$VBOARD_FLASH"*
	on_virtual stm32h743zi target/stm32h7x_dual_bank.cfg "program_serial 42"
	expect "serial=42"
	on_virtual stm32h743zi target/stm32h7x_dual_bank.cfg "nameplate list"
	[[ "$stdout" = "serial "*" 42 "*0x081E* ]]
}
