#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How far flash is erased, as the core itself sees it: what that saves, where it is not done, and that OpenOCD's view of the target
# stays right. Torn words on every chip with ECC: families-ecc.bats.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

@test "stm32f767zi: a region of 256 KiB is found blank, and a first serial written, for 80,000 TCK" {
	BOARD=virtual-stm32f767zi
	nameplate_bare "program_serial 42"
	expect "serial=42"
	echo "TCK: $(stat tck)"
	[ "$(stat tck)" -le 80000 ]
	[ "$(stat unmodelled)" = 0 ]
}

@test "without a working area, and with one that OpenOCD is to keep as it is, words are read, and all is the same" {
	BOARD=virtual-stm32f030r8
	local target="[target current]"
	nameplate_bare "$target configure -work-area-size 0" "program_serial 42"
	expect "serial=42"
	without=$(stat tck)
	rm -f "$VBOARD_FLASH"*
	nameplate_bare "$target configure -work-area-backup 1" "program_serial 42"
	expect "serial=42"
	[ "$(stat tck)" -gt $((without - 20000)) ]
	rm -f "$VBOARD_FLASH"*
	nameplate_bare "program_serial 42"
	expect "serial=42"
	[ "$(stat tck)" -lt $((without - 20000)) ]
}

@test "in a session the core's registers, DEMCR and the state are as before" {
	for BOARD in virtual-stm32f030r8 virtual-stm32l476rg; do
		rm -f "$VBOARD_FLASH"*
		nameplate_run "program_serial 42"
		expect "serial=42"
		local look='lmap name {r0 r1 r2 r3 sp lr pc} {dict get [get_reg -force $name] $name}'
		nameplate_bare "gdb_port disabled; telnet_port disabled; tcl_port disabled; init; reset halt" "set a [list [$look] [read_memory 0xE000EDFC 32 1] [read_memory 0xE000ED08 32 1]]" \
			"nameplate list" "set b [list [$look] [read_memory 0xE000EDFC 32 1] [read_memory 0xE000ED08 32 1]]" \
			'echo "same: [expr {$a eq $b}] [[target current] curstate] $b"; shutdown'
		[ "$status" = 0 ]
		grep -q '^same: 1 halted' "$err" || { show; return 1; }
	done
}

@test "serials are written without a loader in RAM" {
	BOARD=virtual-stm32f103rb
	nameplate_bare "program_serial 41"
	nameplate_run "gdb_port disabled; telnet_port disabled; tcl_port disabled; init; reset halt; shutdown"
	base=$(stat tck)
	nameplate_bare "program_serial 42"
	expect "serial=42"
	echo "TCK: $(($(stat tck) - base))"
	[ $(($(stat tck) - base)) -le 25000 ]
	! grep -q -e 'working area' -e 'block writes' "$err" || return 1
}

@test "serials are written with a loader in RAM by a probe that cannot do half-words" {
	# Only by HLA does such firmware of an ST-LINK work.
	if newer; then skip "a newer OpenOCD takes an ST-LINK by its debug port only"; fi
	BOARD=virtual-stm32f103rb
	nameplate_bare "program_serial 41"
	VBOARD_PROBE=stlink:v2j17 nameplate_bare "program_serial 43"
	expect "serial=43"
	nameplate_bare "nameplate list"
	[[ "$stdout" = serial*43* ]]
}

@test "the firmware is started by a reset of its own, at the speed that suits it" {
	nameplate_run '[target current] configure -event reset-start {echo reset-start}' "program_serial 42"
	expect "serial=42"
	# The upload's reset, the run's, the one before the target is let go.
	[ "$(grep -c '^reset-start' "$err")" = 3 ]
}

@test "stm32l476rg: a torn word in the way: what comes after it is seen, and the NMI handler of the firmware does not run" {
	BOARD=virtual-stm32l476rg
	assemble handler <<-'S'
		.syntax unified
		.thumb
		.word 0x20004000, start + 1, nmi + 1, nmi + 1
		.thumb_func
		start: b start
		.thumb_func
		nmi: ldr r0, =0x20000800
		ldr r1, =0xBAD0BAD0
		str r1, [r0]
		b nmi
	S
	local quiet="gdb_port disabled; telnet_port disabled; tcl_port disabled"
	nameplate_run "$quiet; program handler.elf verify exit"
	[ "$status" = 0 ]
	nameplate_run "$quiet; init; reset halt" "flash fillw 0x080FFD00 0x12345678 2" "shutdown"
	VBOARD_ARGS="--cut 1:torn:1" nameplate_run "$quiet; init; reset halt" "flash fillw 0x080FFC00 0x12345678 2" "shutdown"
	nameplate_bare "$quiet; init; reset halt; mww 0x20000800 0; catch {nameplate set a=1}" \
		'echo "mark: [read_memory 0x20000800 32 1]"; shutdown'
	[ "$(stat ecc_errors)" -gt 0 ]
	[ "$(stat flash_ops)" = 0 ]
	grep -q '^mark: 0x0$' "$err" || { show; return 1; }
}
