#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The main job on every virtual chip with ECC flash (L4, L5, G0, G4, WB, WL, U5, H7), and a serial that is torn there: its
# cell then raises an NMI or a bus fault at each read.

load ../lib/helpers
load ../lib/families

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# both_readers VALUE: the writer's reader and the firmware's, which starts, tell the same. A first format that was torn is
# damage, a store without a serial none.
both_readers() {
	nameplate_bare "nameplate get serial"
	case $1 in
	damaged) failed "holds no store" ;;
	none) failed "has no serial number" ;;
	*) expect "$1" ;;
	esac
	clean
	nameplate_bare "nameplate run"
	if [ "$1" = damaged ]; then
		[ "$stdout" = store=damaged ] && [ "$status" != 0 ] || return 1
	else
		expect "serial=$1"
	fi
	clean
}

# torn CHIP FIRST UPDATE: power fails in these writes of a first serial, then of an update; the same command finishes the job.
torn() {
	local write ecc=0
	BOARD=virtual-$1
	nameplate_run "program $HOME_DIR/build/firmware/$1/demo.elf exit"
	cp "$VBOARD_FLASH" blank
	for write in $2; do
		cp blank "$VBOARD_FLASH"
		rm -f "$VBOARD_FLASH.ecc"
		VBOARD_ARGS="--cut $write:torn:1" nameplate_bare "program_serial 42"
		[ "$status" = 1 ]
		both_readers "$([ "$write" = 2 ] && echo damaged || echo none)"
		ecc=$((ecc + $(stat ecc_errors)))
		nameplate_bare "program_serial 42 verify"
		expect "serial=42"
		grep -q '^firmware: serial=42$' "$err"
		clean
	done
	for write in $3; do
		VBOARD_ARGS="--cut $write:torn:$write" nameplate_bare "program_serial 43"
		[ "$status" = 1 ]
		both_readers 42
		ecc=$((ecc + $(stat ecc_errors)))
	done
	nameplate_bare "program_serial 43 verify"
	expect "serial=43"
	clean
	[ "$ecc" -gt 0 ] # else nothing here was torn
}

@test "stm32l476rg: main job, update, list, firmware again" { main_job stm32l476rg; }
@test "stm32g071rb: main job, update, list, firmware again" { main_job stm32g071rb; }
@test "stm32g0b1re: main job, update, list, firmware again" { main_job stm32g0b1re; }
@test "stm32g474re: main job, update, list, firmware again" { main_job stm32g474re; }
@test "stm32wb55rg: main job, update, list, firmware again" { main_job stm32wb55rg; }
@test "stm32wle5jc: main job, update, list, firmware again" { main_job stm32wle5jc; }
@test "stm32l552ze: main job, update, list, firmware again" { main_job stm32l552ze; }
@test "stm32u575zi: main job, update, list, firmware again" { main_job stm32u575zi; }
@test "stm32h743zi: main job, update, list, firmware again" { main_job stm32h743zi; }

# Each kind of granule thoroughly, the other chips by one write of each.
@test "stm32l476rg: a torn serial" { torn stm32l476rg "2 4 6" "1 2 3"; }
@test "stm32u575zi: a torn serial" { torn stm32u575zi "2 6" "1 3"; }
@test "stm32h743zi: a torn serial" { torn stm32h743zi "2 4 6" "1 2 3"; }
@test "stm32g071rb: a torn serial" { torn stm32g071rb "6" "2"; }
@test "stm32g0b1re: a torn serial" { torn stm32g0b1re "6" "3"; } # in bank 2, whose ECC register is another
@test "stm32g474re: a torn serial" { torn stm32g474re "2" "3"; }
@test "stm32wb55rg: a torn serial" { torn stm32wb55rg "4" "1"; }
@test "stm32wle5jc: a torn serial" { torn stm32wle5jc "6" "3"; }
@test "stm32l552ze: a torn serial" { torn stm32l552ze "4" "2"; }

@test "a device without firmware, where nobody answers the NMI of a torn word: the same command finishes the job" {
	BOARD=virtual-stm32l476rg
	VBOARD_ARGS="--cut 5:torn:1" nameplate_bare "program_serial 42"
	[ "$status" = 1 ]
	nameplate_bare "program_serial 42"
	expect "serial=42"
	clean
}

# padded CHIP BASE AREA: a tool has padded with ones, which is programming: what is left of the area that is in use, then a whole
# region without a store. Nothing of it is programmed again, and no write protection is blamed.
padded() {
	local base=$2 area=$3
	BOARD=virtual-$1
	nameplate_run "program_serial 42 verify"
	expect "serial=42"
	nameplate_bare "init; reset halt" "flash fillw $((base + 128)) 0xFFFFFFFF $(((area - 128) / 4))" "shutdown"
	nameplate_bare "nameplate set a=1"
	expect "a=1"
	nameplate_bare "nameplate set note=kept"
	expect "note=kept"
	nameplate_bare "init; reset halt" "flash fillw $((base + area + 128)) 0xFFFFFFFF $(((area - 128) / 4))" "shutdown"
	nameplate_bare "program_vars serial=43 text=$(printf 'x%.0s' {1..90})"
	[ "$status" = 0 ] || { show; return 1; }
	nameplate_bare "nameplate get note"
	expect kept
	nameplate_bare "nameplate erase"
	nameplate_bare "init; reset halt" "flash fillw $base 0xFFFFFFFF $((area / 2))" "shutdown"
	nameplate_bare "program_serial 44"
	expect "serial=44"
	[ "$(stat flash_overwrites)" = 0 ]
	[ "$(stat ecc_errors)" = 0 ]
	nameplate_run "nameplate run"
	expect "serial=44"
}

@test "stm32l476rg: padded with ones" { padded stm32l476rg 0x080FF000 2048; }
@test "stm32g071rb: padded with ones" { padded stm32g071rb 0x0801F000 2048; }
@test "stm32u575zi: padded with ones" { padded stm32u575zi 0x081FC000 8192; }

# spent CHIP: cut after cut has changed only check bits, which nobody can see; each run goes on after it.
spent() {
	local seed refused=0
	BOARD=virtual-$1
	nameplate_bare "program_serial 42"
	expect "serial=42"
	for seed in 0 1 2; do
		VBOARD_ARGS="--cut $((seed + 1)):ecc:$seed" nameplate_bare "program_serial 43"
		[ "$status" = 1 ]
		refused=$((refused + $(stat flash_errors)))
		nameplate_bare "nameplate get serial"
		expect 42
	done
	nameplate_bare "program_serial 43"
	expect "serial=43"
	[ "$refused" -gt 0 ] # else nothing here was spent
	[ "$(stat flash_overwrites)" = 0 ]
	[ "$(stat flash_pages_erased)" = 0 ]
	[[ "$(cat "$err")" != *protect* ]]
}

@test "stm32l476rg: cuts in the check bits alone" { spent stm32l476rg; }
@test "stm32g071rb: cuts in the check bits alone" { spent stm32g071rb; }
@test "stm32u575zi: cuts in the check bits alone" { spent stm32u575zi; }

@test "stm32l476rg: a cut that also takes the first line of flash: the same upload again repairs it" {
	BOARD=virtual-stm32l476rg
	nameplate_run "program_serial 42"
	expect "serial=42"
	nameplate_bare "program_serial 43"
	VBOARD_ARGS="--cut 2:torn:1:first-line" nameplate_bare "program_serial 44"
	[ "$status" = 1 ]
	[ "$(head -c 8 "$VBOARD_FLASH" | od -An -tx1 | tr -d ' ')" = 0000000000000000 ]
	nameplate_bare "nameplate get serial"
	expect 43
	nameplate_bare "nameplate run"
	failed "the flash begins with zeros" "upload the firmware again"
	nameplate_run "program_serial 44"
	expect "serial=44"
	grep -q '^firmware: serial=44$' "$err"
	[ "$(stat flash_overwrites)" = 0 ]
}
