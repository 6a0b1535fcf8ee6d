#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `make bench`: what writing a serial number costs, beside what one would do otherwise. Everything in one run on one
# machine, so that ratios hold whatever the machine; never a test.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
board=openocd/board/virtual-stm32l152rb.cfg
elf=build/firmware/stm32l152rb/demo.elf
export VBOARD=$PWD/build/vboard VBOARD_FLASH=$work/flash VBOARD_STATS=$work/stats
runs=${RUNS:-7}

# openocd with the board file and the given -c commands; its output only if it fails.
run() {
	local arguments=()
	for command in "$@"; do arguments+=(-c "$command"); done
	rm -f "$work/stats"
	openocd -f "$board" "${arguments[@]}" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
	# The board writes its statistics when the connection has ended.
	for _ in $(seq 200); do [ -e "$work/stats" ] && return; sleep 0.01; done
	echo "Error: no statistics from the virtual board" >&2
	exit 1
}
stat() { sed -n "s/^$1=//p" "$work/stats"; }
tck() { run "$@" && stat tck; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
seconds() { # COMMAND...: wall time
	local begin end
	begin=$(date +%s.%N)
	run "$@"
	end=$(date +%s.%N)
	awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}
quiet="gdb_port disabled; telnet_port disabled; tcl_port disabled"

echo "Wire cost on an STM32L152RB, TCK beyond init and reset halt (virtual board, JTAG)"
run "program_serial 1"
base=$(tck "$quiet" "init; reset halt; shutdown")
head -c 128 /dev/urandom >"$work/blob.bin"
blob=$(($(tck "$quiet" "init; reset halt" "program $work/blob.bin 0x0801D000 verify; shutdown") - base))
run "init; nameplate erase; shutdown"
# The serial alone: without an image.
first=$(($(tck "unset NAMEPLATE_IMAGE" "program_serial 41") - base))
serial=$(($(tck "unset NAMEPLATE_IMAGE" "program_serial 42") - base))
same=$(($(tck "unset NAMEPLATE_IMAGE" "program_serial 42") - base))
printf '  %-58s %8d\n' "128-byte blob: program blob.bin ADDR verify" "$blob"
printf '  %-58s %8d  %s of the blob\n' "program_serial, device that has one (aim: 20,000)" "$serial" "$(ratio "$serial" "$blob")"
printf '  %-58s %8d  %s\n' "program_serial, new device (formats, region checked blank)" "$first" "$(ratio "$first" "$blob")"
printf '  %-58s %8d  %s\n' "program_serial, same number again (writes nothing)" "$same" "$(ratio "$same" "$blob")"

echo "Wall time of whole commands, median of $runs, in turns"
for i in $(seq "$runs"); do
	seconds "$quiet" "program $elf verify exit" >>"$work/stock"
	seconds "program_serial $((1000 + i % 2))" >>"$work/main"
	[ $((i % 4)) != 0 ] || run "init; nameplate erase; shutdown"
done
stock=$(median <"$work/stock") main=$(median <"$work/main")
printf '  %-58s %6.3f s\n' "program fw.elf verify exit" "$stock"
printf '  %-58s %6.3f s  %s of it (aim: 1.3)\n' "program_serial N: the same and serial, read-back, report" "$main" "$(ratio "$main" "$stock")"

echo "Virtual board: processor time while OpenOCD dumps 128 KiB"
TIMEFORMAT='%3U %3S'
{ time run "$quiet" "init; reset halt" "dump_image $work/dump 0x08000000 0x20000; shutdown"; } 2>"$work/time"
ours=$(stat cpu_us)
theirs=$(awk 'END { printf "%d", ($1 + $2) * 1000000 }' "$work/time")
printf '  %-58s %6.3f s\n' "OpenOCD" "$(ratio "$theirs" 1000000)"
printf '  %-58s %6.3f s  %s of it (aim: below 1)\n' "vboard" "$(ratio "$ours" 1000000)" "$(ratio "$ours" "$theirs")"

echo "Reader on Cortex-M3, -Os"
printf '  %-58s %8d bytes (aim: under 600)\n' "nameplate.c, text, all of it" "$(cat build/firmware/reader-size)"
entry=$(arm-none-eabi-nm "$elf" | awk '$3 == "nameplate_serial" { print "0x" $1 }')
run "init; nameplate erase; shutdown"
for entries in 1 2 8; do
	while [ "${have:=0}" -lt "$entries" ]; do
		have=$((have + 1))
		run "program_serial $have noverify"
	done
	run "$quiet" "init; arm semihosting enable; reset halt; bp $entry 2 hw; resume; wait_halt 5000" \
		"mww 0xE0001000 1" "rbp $entry; set back [dict get [get_reg lr] lr]; bp [expr {\$back & ~1}] 2 hw" \
		'set begin [read_memory 0xE0001004 32 1]; resume; wait_halt 5000' \
		'echo "cycles=[expr {[read_memory 0xE0001004 32 1] - $begin}]"; shutdown'
	printf '  %-58s %8s (virtual board: one cycle each)\n' "instructions of nameplate_serial, serial written $entries times" \
		"$(sed -n 's/^cycles=//p' "$work/log")"
done
