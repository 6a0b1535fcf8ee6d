#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The main job on every virtual chip of the families L0, F0, F1, F2, F3, F4 and F7.

load helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# clean: the model met nothing unknown, and no cell was written twice.
clean() {
	[ "$(stat unmodelled)" = 0 ] && [ "$(stat flash_overwrites)" = 0 ] && [ "$(stat flash_errors)" = 0 ] && return
	echo "unmodelled $(stat unmodelled), flash_overwrites $(stat flash_overwrites), flash_errors $(stat flash_errors)"
	show
	return 1
}

# main_job CHIP: program_serial with the demo, an update, the list, and the firmware again; each on a new connection.
main_job() {
	BOARD=virtual-$1
	nameplate_run "program_serial 42"
	expect "serial=42"
	grep -q '^firmware: serial=42$' "$err"
	# OpenOCD's loader ran in the target's RAM: it did not fall back to writing word by word.
	! grep -q -e 'block writes' -e 'loader' -e 'working area' "$err"
	clean
	nameplate_bare "program_serial 43"
	expect "serial=43"
	clean
	nameplate_bare "nameplate list"
	[ "$status" = 0 ]
	[[ "$stdout" = serial*43* ]]
	[ "$(stat flash_ops)" = 0 ]
	nameplate_run "program_serial 7 keep"
	expect "serial=43"
	grep -q '^firmware: serial=43$' "$err"
	clean
}

# gdb_session CHIP: GDB loads the demo into a device that has a serial, steps, stops in the reader at a breakpoint in flash,
# lets it return, and reads the store itself. It goes straight to main: OpenOCD's server takes 100 ms for each semihosting call.
gdb_session() {
	BOARD=virtual-$1
	nameplate_bare "program_serial 42"
	expect "serial=42"
	rm -f "$VBOARD_STATS"
	timeout 60 gdb-multiarch -batch -nx -ex "set confirm off" -ex "set remotetimeout 30" \
		-ex "target extended-remote | openocd -f $HOME_DIR/openocd/board/$BOARD.cfg -c 'gdb_port pipe; log_output gdb.log; tcl_port disabled; telnet_port disabled'" \
		-ex "monitor reset halt" -ex "load" -ex "monitor reset halt" \
		-ex "stepi" -ex "stepi" -ex 'set $pc = main' -ex "hbreak nameplate_begin" -ex "continue" -ex "finish" \
		-ex 'printf "begun: %d\n", $r0' \
		-ex "source $HOME_DIR/gdb/nameplate.gdb" -ex "nameplate-serial" -ex "kill" \
		"$HOME_DIR/build/firmware/$1/demo.elf" >"$out" 2>"$err" </dev/null
	stdout=$(cat "$out")
	if [[ "$stdout" != *"begun: 0"*"serial=42"* ]]; then
		show
		return 1
	fi
	clean
}

@test "stm32l073rz: main job, update, list, firmware again" { main_job stm32l073rz; }
@test "stm32f072rb: main job, update, list, firmware again" { main_job stm32f072rb; }
@test "stm32f030r8: main job, update, list, firmware again" { main_job stm32f030r8; }
@test "stm32f103rb: main job, update, list, firmware again" { main_job stm32f103rb; }
@test "stm32f303re: main job, update, list, firmware again" { main_job stm32f303re; }
@test "stm32f207zg: main job, update, list, firmware again" { main_job stm32f207zg; }
@test "stm32f401cc: main job, update, list, firmware again" { main_job stm32f401cc; }
@test "stm32f767zi: main job, update, list, firmware again" { main_job stm32f767zi; }

@test "stm32f767zi with two banks: main job, update, list, firmware again" { main_job stm32f767zi-dual; }

@test "stm32l073rz: GDB" { gdb_session stm32l073rz; }
@test "stm32f072rb: GDB" { gdb_session stm32f072rb; }
@test "stm32f030r8: GDB" { gdb_session stm32f030r8; }
@test "stm32f103rb: GDB" { gdb_session stm32f103rb; }
@test "stm32f303re: GDB" { gdb_session stm32f303re; }
@test "stm32f207zg: GDB" { gdb_session stm32f207zg; }
@test "stm32f401cc: GDB" { gdb_session stm32f401cc; }
@test "stm32f767zi: GDB" { gdb_session stm32f767zi; }

# cut_off CHIP OPERATION: power lost at that operation of an update; then the old number or the new one is there, and the same
# command again succeeds.
cut_off() {
	local kind value
	BOARD=virtual-$1
	nameplate_bare "program_serial 42"
	expect "serial=42"
	mv "$VBOARD_FLASH" device
	for kind in torn:1 unstable:2; do
		cp device "$VBOARD_FLASH"
		rm -f "$VBOARD_FLASH.unstable"
		VBOARD_ARGS="--cut $2:$kind" nameplate_bare "program_serial 43"
		[ "$status" != 0 ]
		nameplate_bare "nameplate get serial"
		[[ "$status $stdout" = "0 4"[23] ]]
		nameplate_bare "program_serial 43"
		expect "serial=43"
		clean
	done
}

# On F0 to F7 a word is two half-words, and OpenOCD writes them one after the other: 4 is the second half of the value.
@test "stm32l073rz: cut off" { cut_off stm32l073rz 2; }
@test "stm32f103rb: cut off" { cut_off stm32f103rb 4; }
@test "stm32f401cc: cut off" { cut_off stm32f401cc 4; }
