#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The main job, step by step, on a virtual STM32L152RB: a new device gets serial number 42, then 43, and GDB looks.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Through an ST-LINK, as on a Nucleo.
export VBOARD_FLASH=$work/device.flash VBOARD_PROBE=stlink
board=openocd/board/virtual-stm32l152rb.cfg

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
plain_step() { printf '\n%s\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR-}" ] || step() { plain_step "$@"; }

# Runs a command line as a user would, showing results and Nameplate's own progress; all of it if it fails.
show() {
	printf '$ openocd -f %s -c "%s"\n' "$board" "$1"
	if ! openocd -f "$board" -c "$1" >"$work/out" 2>"$work/err"; then
		cat "$work/err" >&2
		return 1
	fi
	grep -E '^(Nameplate|firmware):' "$work/err" | sed 's/^/    /' || true
	sed 's/^/  → /' "$work/out"
}

step "1  A new device: firmware, number 42, read back, and the firmware reports it"
show "program_serial 42"

step "2  The same device gets another number"
show "program_serial 43"

step "3  What is in its flash, through GDB"
# GDB starts OpenOCD itself and talks to it through a pipe: no port, nothing left running.
session="openocd -f $board -c 'gdb_port pipe; tcl_port disabled; telnet_port disabled; log_output /dev/null'"
printf '$ gdb-multiarch -x gdb/nameplate.gdb -ex "target ..." -ex nameplate demo.elf\n'
gdb-multiarch -batch -nx -x gdb/nameplate.gdb -ex "target extended-remote | $session" -ex nameplate \
	build/firmware/stm32l152rb/demo.elf >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
grep '^serial' "$work/out" | sed 's/^/  → /'
