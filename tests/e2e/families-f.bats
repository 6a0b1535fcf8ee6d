#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The main job on every virtual chip of the families L0, F0, F1, F2, F3, F4 and F7.

load ../lib/helpers
load ../lib/families

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

@test "stm32l073rz: main job, update, list, firmware again" { main_job stm32l073rz; }
@test "stm32f072rb: main job, update, list, firmware again" { main_job stm32f072rb; }
@test "stm32f030r8: main job, update, list, firmware again" { main_job stm32f030r8; }
@test "stm32f103rb: main job, update, list, firmware again" { main_job stm32f103rb; }
@test "stm32f303re: main job, update, list, firmware again" { main_job stm32f303re; }
@test "stm32f207zg: main job, update, list, firmware again" { main_job stm32f207zg; }
@test "stm32f401cc: main job, update, list, firmware again" { main_job stm32f401cc; }
@test "stm32f767zi: main job, update, list, firmware again" { main_job stm32f767zi; }
@test "stm32f767zi-dual: main job, update, list, firmware again" { main_job stm32f767zi-dual; }

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
