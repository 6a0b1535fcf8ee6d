#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Board files for real boards: no such board can be tried here, so what is promised is that they load, know the
# commands, and end with OpenOCD's own message and ours when there is no probe. Target files with a second bank are tried on the
# virtual chip.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

real_boards() { (cd "$HOME_DIR/openocd/board" && ls ./*.cfg | sed -n 's|^\./||; /^virtual/d; s/\.cfg$//p'); }

# region_named BOARD: what the file names, or nothing.
region_named() {
	openocd_run -f "$HOME_DIR/openocd/board/$1.cfg" \
		-c 'puts [expr {[info exists NAMEPLATE_BASE] ? "$NAMEPLATE_BASE $NAMEPLATE_SIZE" : "-"}]; shutdown'
}

# on_virtual CHIP TARGETFILE COMMAND...: that target file on the virtual chip.
on_virtual() {
	local command arguments=()
	for command in "${@:3}"; do arguments+=(-c "$command"); done
	openocd_run -c "set NAMEPLATE_IMAGE {}" -c "source {$HOME_DIR/openocd/board/virtual.tcl}" -c "virtual_board $1 $2" \
		"${arguments[@]}"
}

# same_with_two_banks CHIP FILE FILE: a serial number that one target file has written is there with the other.
same_with_two_banks() {
	on_virtual "$1" "$3" "program_serial 42"
	expect "serial=42" || return 1
	on_virtual "$1" "$2" "nameplate get serial"
	expect "42" || return 1
	rm -f "$VBOARD_FLASH"*
}

@test "every real board's file loads, and says that there is no probe" {
	if lsusb 2>/dev/null | grep -qi 0483:37; then skip "an ST-Link is plugged in"; fi
	local board count=0
	for board in $(real_boards); do
		openocd_run -f "$HOME_DIR/openocd/board/$board.cfg" -c "program_serial 42"
		failed "could not connect to the probe" "check cable" || { echo "board: $board"; return 1; }
		# Nor does anything that the newer of two OpenOCDs calls old.
		! grep -qi deprecated "$err" || { echo "board: $board"; show; return 1; }
		grep -q -e '^Error: open failed' "$err" || { echo "board: $board"; show; return 1; }
		count=$((count + 1))
	done
	[ "$count" -ge 31 ]
}

@test "there is a real board for every target file of an STM32 with a Cortex-M that has a virtual chip" {
	local board target
	for board in $(real_boards); do
		timeout 120 openocd -d3 -f "$HOME_DIR/openocd/board/$board.cfg" -c shutdown 2>&1 | grep -ao 'target/stm32[a-z0-9]*x\{0,1\}\.cfg'
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

@test "every file leaves the region to the rule, which is the same with one bank and with two" {
	local board
	for board in $(real_boards); do
		region_named "$board"
		expect "-"
	done
	same_with_two_banks stm32l073rz target/stm32l0.cfg target/stm32l0_dual_bank.cfg
	same_with_two_banks stm32h743zi target/stm32h7x.cfg target/stm32h7x_dual_bank.cfg
}
