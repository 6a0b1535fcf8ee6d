#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The reset before an upload, which is not OpenOCD's own where that does no more: OpenOCD sees the core as it is afterwards.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# What OpenOCD has for pc and its state once our reset has ended, and DEMCR as it is; 1 where OpenOCD's own was used.
seen='set own 0; rename ocd_process_reset_inner was_reset; proc ocd_process_reset_inner {how} {set ::own 1; was_reset $how}
	set _np_once 1; set _np_exit 1; _np_connect; _np_reset halt; regexp {0x[0-9a-f]+} [reg pc] pc
	echo "seen: $pc [[target current] curstate] [read_memory 0xE000EDFC 32 1] $own"; _np_leave 0 0; shutdown'

# What prints a line at each reset, whoever asks for it.
told='[target current] configure -event reset-start {echo reset-start}'

# resets PC OWN [COMMAND]: the reset ends as it should.
resets() {
	nameplate_run "$3" "$seen"
	grep -x "seen: $1 halted 0x1000000 $2" "$err" || { show; return 1; }
}

@test "OpenOCD sees the core at its reset vector, by every driver" {
	nameplate_run "program_serial 1"
	expect "serial=1"
	for probe in stlink stlink-dap jlink bitbang; do
		export VBOARD_PROBE=$probe
		# The Thumb bit is no part of pc.
		printf -v pc '0x%08x' $(($(od -An -tu4 -j4 -N4 "$VBOARD_FLASH") & ~1))
		resets "$pc" 0
	done
}

@test "so it does where it takes a device without firmware for halted" {
	for chip in stm32g071rb stm32l476rg stm32f767zi; do
		BOARD=virtual-$chip
		rm -f "$VBOARD_FLASH"*
		VBOARD_PROBE=jlink resets 0xfffffffe 0
	done
}

@test "the board file's own steps at a reset are done, and a reset line that is held for connecting is let go" {
	nameplate_run "program_serial 1"
	printf -v pc '0x%08x' $(($(od -An -tu4 -j4 -N4 "$VBOARD_FLASH") & ~1))
	resets "$pc" 1 '[target current] configure -event reset-deassert-post {echo {a step of the board}}'
	grep 'a step of the board' "$err"
	# One reset: while the line is held none of ours is tried.
	VBOARD_PROBE=bitbang resets "$pc" 1 "$told; reset_config srst_only srst_nogate connect_assert_srst"
	[ "$(grep -c '^reset-start' "$err")" = 1 ]
}

@test "the firmware starts anew after values that OpenOCD's loader wrote" {
	nameplate_run "program_serial 1"
	# A reset before, and one after the loader; nothing has run where a number is written without it.
	nameplate_bare "$told" "program_vars note=enough.for.a.block"
	expect "note=enough.for.a.block"
	[ "$(grep -c '^reset-start' "$err")" = 2 ]
	nameplate_bare "$told" "program_serial 2"
	expect "serial=2"
	[ "$(grep -c '^reset-start' "$err")" = 1 ]
}

@test "what only reads neither resets nor halts the firmware that runs" {
	nameplate_run "program_serial 1"
	expect "serial=1"
	for probe in stlink stlink-dap bitbang; do
		for command in "nameplate list" "nameplate get serial" "nameplate dump values.txt"; do
			VBOARD_PROBE=$probe nameplate_run "$told" \
				'[target current] configure -event halted {echo halted}' "$command"
			[ "$status" = 0 ] || { show; return 1; }
			[ "$(grep -c -e '^reset-start' -e '^halted' "$err")" = 0 ] || { echo "$probe, $command"; show; return 1; }
			rm -f values.txt
		done
	done
}
