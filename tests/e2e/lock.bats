#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nameplate lock on every virtual chip: locked is what the device itself refuses to change, after its power was cut too; else it is
# refused by name. And devices that are read-protected.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# chip_is CHIP: a new device.
chip_is() {
	BOARD=virtual-$1
	rm -f "$VBOARD_FLASH" "$VBOARD_FLASH".*
}

# remedy: the commands of OpenOCD that the last error names, a line each.
remedy() {
	grep -oE '`(flash protect|stm32)[^`]*`' <<<"$errors" | tr -d '`'
}

# locks CHIP: what lock protects stays, what it does not is still erased, and the way back that the error names is one.
locks() {
	local steps
	chip_is "$1"
	nameplate_bare "program_serial 42"
	expect "serial=42"
	nameplate_bare "nameplate lock"
	[[ "$status" = 0 && "$stdout" =~ ^locked=[1-9][0-9]*$ ]] || { show; return 1; }
	[ "$(stat unmodelled)" = 0 ]
	cp "$VBOARD_FLASH" before
	nameplate_bare "nameplate erase"
	failed "write-protected"
	nameplate_bare "program_serial 43"
	failed "write-protected" "flash protect"
	cmp before "$VBOARD_FLASH"
	mapfile -t steps < <(remedy)
	[ "${#steps[@]}" -ge 1 ]
	nameplate_bare init "reset init" "flash fillw 0x08000000 0 8" "flash erase_sector 0 0 0" "${steps[@]}" "reset init" shutdown
	[ "$status" = 0 ] || { show; return 1; }
	cmp before "$VBOARD_FLASH"
	# What one word's error has named is the way back for the whole region.
	nameplate_bare "nameplate erase"
	[ "$status" = 0 ] || { show; return 1; }
	nameplate_bare "program_serial 43"
	expect "serial=43"
}

# refuses_lock CHIP WORDS...: and nothing is protected.
refuses_lock() {
	chip_is "$1"
	nameplate_bare "nameplate lock"
	refused "not locked" "${@:2}"
	[ ! -e "$VBOARD_FLASH.options" ]
}

@test "lock: F0, F1, F2, F4, F7" {
	for chip in stm32f030r8 stm32f103rb stm32f207zg stm32f401cc stm32f767zi; do locks $chip; done
}

@test "lock: L4, G0, G4" {
	for chip in stm32l476rg stm32g071rb stm32g0b1re stm32g474re; do locks $chip; done
}

@test "lock: WB, WL, H7" {
	for chip in stm32wb55rg stm32wle5jc stm32h743zi; do locks $chip; done
}

@test "lock is refused by name where OpenOCD or the part would not do it, or would protect something else" {
	refuses_lock stm32f072rb "blocks of 4096 bytes" "takes them for 8192" "ST's tools"
	refuses_lock stm32f303re "blocks of several pages" NAMEPLATE_BASE
	refuses_lock stm32f767zi-dual "blocks of several pages" NAMEPLATE_BASE
	refuses_lock stm32l152rb "cannot write-protect pages of L0 and L1"
	refuses_lock stm32l073rz "cannot write-protect pages of L0 and L1"
	refuses_lock stm32l552ze "nobody has tried"
	refuses_lock stm32u575zi "for ever, by mistake"
}

@test "every virtual chip is in one of the tests above" {
	local chip
	for chip in $("$VBOARD" --list-chips | cut -d " " -f 1); do
		grep -qE "(for chip in (.* )?|refuses_lock )$chip( |;)" "$BATS_TEST_FILENAME" || { echo "$chip"; return 1; }
	done
}

@test "an F303 is locked in a region of whole blocks" {
	chip_is stm32f303re
	nameplate_bare "set NAMEPLATE_BASE 0x0801E000" "set NAMEPLATE_SIZE 4096" "nameplate lock"
	expect "locked=4096"
	nameplate_bare "set NAMEPLATE_BASE 0x0801E000" "set NAMEPLATE_SIZE 4096" "nameplate erase"
	failed "write-protected"
	nameplate_bare "nameplate erase"
	[ "$status" = 0 ]
}

@test "lock is not claimed when nothing is protected" {
	chip_is stm32f030r8
	nameplate_bare "proc _np_options_load {region} { _np_reset init }" "nameplate lock"
	failed "not locked as it should be" "cut its power"
}

# ---- read protection --------------------------------------------------------------------------------------------

# read_protected CHIP DRIVER LOAD: every command ends in one line that says so, and nothing is erased but by what it names.
read_protected() {
	local command steps
	chip_is "$1"
	nameplate_bare "program_serial 42"
	expect "serial=42"
	nameplate_bare init "reset init" "flash probe 0" "$2 lock 0" ${3:+"$3"} "reset init" shutdown
	[ "$status" = 0 ] || { show; return 1; }
	cp "$VBOARD_FLASH" before
	for command in "nameplate list" "nameplate get serial" "program_serial 43" "nameplate erase" "nameplate dump x" \
		"program_words 0x08000000 1 2 3 4 5 6 7 8" "nameplate lock"; do
		[ "$2 $command" = "stm32lx nameplate lock" ] && continue
		nameplate_bare "$command"
		failed "device is read-protected" "erases all of it"
		[ "$(grep -c '^Error: the ' "$err")" = 1 ]
		[ -z "$stdout" ]
	done
	cmp before "$VBOARD_FLASH"
	mapfile -t steps < <(remedy)
	nameplate_bare init "reset init" "flash probe 0" "${steps[@]}" "reset init" shutdown
	[ "$status" = 0 ] || { show; return 1; }
	nameplate_bare "nameplate list"
	[ "$status" = 0 ] || { show; return 1; }
	[ "$(tr -d "$4" < "$VBOARD_FLASH" | wc -c)" = 0 ]
	[ "$(stat unmodelled)" = 0 ]
}

@test "a read-protected F0, F1, F4" {
	read_protected stm32f030r8 stm32f1x "stm32f1x options_load 0" '\377'
	read_protected stm32f103rb stm32f1x "" '\377'
	read_protected stm32f401cc stm32f2x "" '\377'
}

@test "a read-protected L4, H7" {
	read_protected stm32l476rg stm32l4x "stm32l4x option_load 0" '\377'
	read_protected stm32h743zi stm32h7x "" '\377'
}

@test "a read-protected L0, L1" {
	read_protected stm32l073rz stm32lx "" '\0'
	read_protected stm32l152rb stm32lx "" '\0'
}

@test "firmware of a read-protected device is not blamed for saying nothing" {
	chip_is stm32l476rg
	nameplate_bare init "reset init" "flash probe 0" "stm32l4x lock 0" "stm32l4x option_load 0" "reset init" shutdown
	nameplate_bare "set NAMEPLATE_TIMEOUT 1" "nameplate run"
	failed "device is read-protected"
}

@test "stm32lx lock, unlock and mass_erase do what they say" {
	local chip
	for chip in stm32l073rz stm32l152rb; do
		chip_is $chip
		nameplate_bare "program_serial 42"
		nameplate_bare init "reset init" "stm32lx lock 0" "stm32lx unlock 0" "reset init" 'puts [nameplate get serial]' \
			"stm32lx mass_erase 0" "reset init" 'puts [catch {nameplate get serial}]' shutdown
		[ "$status" = 0 ]
		[ "$stdout" = $'42\n42\n1' ] || { show; return 1; }
		[ "$(tr -d '\0' < "$VBOARD_FLASH" | wc -c)" = 0 ]
		[ "$(stat unmodelled)" = 0 ]
	done
}
