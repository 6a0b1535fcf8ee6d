#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What goes wrong between OpenOCD and a device, through each probe's own driver. What goes right: tests/probes.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# by PROBE ARGUMENTS COMMAND...: commands on the virtual board on that probe, with arguments for vboard
by() {
	local probe=$1 arguments=$2
	shift 2
	VBOARD_PROBE=$probe VBOARD_ARGS=$arguments nameplate_bare "$@"
}

# swd PROBE...: these, and what a newer OpenOCD has besides
swd() { echo "$@" $(newer && echo cmsis-dap bitbang-swd); }

# Over JTAG OpenOCD does not look whether the last write of a queue was answered with WAIT, so that a run ends or not by where
# the Nth access falls: with 0.12 it falls elsewhere at these.
@test "an access port that answers WAIT is asked again" {
	local jtag=("bitbang 100" "bitbang 101" "bitbang 103")
	if newer; then jtag=("cmsis-dap 40" "bitbang-swd 40"); fi
	for probe in "stlink 40" "stlink-dap 40" "${jtag[@]}"; do
		rm -f "$VBOARD_FLASH"*
		by "${probe% *}" "--wait ${probe#* }" "program_serial 42"
		expect "serial=42" || { echo "$probe"; return 1; }
	done
}

@test "OpenOCD's driver for the J-Link does not ask again: our line is the last" {
	by jlink "--wait 40" "program_serial 42"
	failed "check"
}

@test "a target without supply: our line is the last, and it says where to look" {
	for probe in $(swd stlink stlink-dap jlink bitbang); do
		by $probe --unpowered "program_serial 42"
		failed "check cable, power" || { echo "$probe"; return 1; }
	done
}

@test "an ST-LINK says that the target has no supply" {
	by stlink --unpowered "program_serial 42"
	grep -q "target voltage may be too low" "$err"
}

@test "a probe that is pulled out anywhere: our line is the last, and the same command again finishes the job" {
	for probe in $(swd stlink stlink-dap jlink); do
		for access in 60 120 200 260 350; do
			rm -f "$VBOARD_FLASH"*
			by $probe "--unplug $access" "program_serial 42"
			failed "lost the target" "check probe, cable and power" || { echo "$probe $access"; return 1; }
			by $probe "" "program_serial 42"
			expect "serial=42" || { echo "$probe $access, again"; return 1; }
		done
	done
}

@test "an ST-LINK of old firmware: HLA works where OpenOCD has it, its debug port is refused with a clear word" {
	by stlink:v2j17 "" "program_serial 42"
	if newer; then
		failed "could not connect"
		grep -q "only supports deprecated HLA" "$err"
		return
	fi
	expect "serial=42"
	by stlink-dap:v2j17 "" "program_serial 43"
	failed "could not connect"
	grep -q "does not support DAP direct transport" "$err"
}

@test "an STLINK-V3, and two boards at once, each by its probe's serial number" {
	by stlink:v3 "" "program_serial 42"
	expect "serial=42"
	VBOARD_FLASH=$BATS_TEST_TMPDIR/other VBOARD_SERIAL=other VBOARD_PROBE=stlink VBOARD_STATS=other.stats \
		openocd -c "set NAMEPLATE_IMAGE {}" -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "program_serial 7" >other.out 2>&1 &
	VBOARD_SERIAL=one by stlink "" "program_serial 43"
	wait $!
	grep -qx "serial=7" other.out
	expect "serial=43"
	by stlink "" "nameplate get serial"
	expect 43
}

# at PROBE COMMAND...: a job on the board on the probe with this serial number, chosen as a user chooses it; the files of all
# of them are in one folder. Its results go to PROBE.out.
at() {
	local probe=$1 arguments=() command
	for command in "${@:2}"; do arguments+=(-c "$command"); done
	VBOARD_PROBE=stlink VBOARD_SERIAL=$probe VBOARD_FLASH=$BATS_TEST_TMPDIR/$probe.flash VBOARD_STATS=$probe.stats \
		openocd -c "set NAMEPLATE_LEDGER $PWD/line.db" -f "$HOME_DIR/openocd/board/virtual-$chip.cfg" -c "adapter serial $probe" \
		"${arguments[@]}" >"$probe.out" 2>"$probe.err" </dev/null 3>&-
}

# all COMMAND: at three probes at once; each must succeed.
all() {
	local probe jobs=()
	for probe in P1 P2 P3; do
		at $probe "$1" &
		jobs+=($!)
	done
	for probe in "${jobs[@]}"; do wait "$probe" || { cat P?.err; return 1; }; done
	cat P?.err >>all.err
}

@test "boards at once, each by its probe's serial number: uploads, numbers out of one ledger, and room made in one folder" {
	chip=stm32l476rg
	"$HOME_DIR/build/nameplate-ledger" --ledger line.db init >/dev/null
	"$HOME_DIR/build/nameplate-ledger" --ledger line.db series serial first=1 >/dev/null
	for _ in 1 2; do
		all "program_serial next"
		# Three devices, three numbers, and each keeps its own.
		[ "$(cat P1.out P2.out P3.out | sort)" = "$(printf 'serial=%d\n' 1 2 3)" ] || { cat P?.err; return 1; }
		for probe in P1 P2 P3; do
			mv $probe.out $probe.said
			at $probe "nameplate get serial"
			[ "serial=$(cat $probe.out)" = "$(cat $probe.said)" ]
		done
	done
	"$HOME_DIR/build/nameplate-ledger" --ledger line.db check
	# A region of one area is full: each passes its values through a file in this folder.
	for _ in 1 2 3; do
		for value in 11 22; do
			all "set NAMEPLATE_IMAGE {}; set NAMEPLATE_BASE 0x080FF800; set NAMEPLATE_SIZE 0x800; program_vars v:hex=$(printf "$value%.0s" $(seq 400))"
		done
	done
	[ "$(grep -o 'nameplate-[0-9a-f]*.save until' all.err | sort -u | wc -l)" = 3 ]
	! ls ./*.save 2>/dev/null || return 1
	for probe in P1 P2 P3; do
		at $probe "set NAMEPLATE_IMAGE {}; set NAMEPLATE_BASE 0x080FF800; set NAMEPLATE_SIZE 0x800; nameplate get v"
		[ "$(cat $probe.out)" = "$(printf '22%.0s' $(seq 400))" ]
	done
}

@test "another probe's serial number is not taken for this one" {
	VBOARD_SERIAL=P1 by stlink "" "adapter serial P2" "program_serial 42"
	failed "could not connect to the probe"
}

@test "a probe that is none: one line, and the list" {
	by picoprobe "" "program_serial 42"
	[ "$status" = 1 ]
	grep -q '^Error: VBOARD_PROBE is "picoprobe": set it to one of bitbang' "$err"
}
