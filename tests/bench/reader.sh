#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What `make bench` says of the reader and of the virtual board itself: lines of WHAT, a tab, HOW MUCH, a tab, UNIT.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
board=openocd/board/virtual-stm32l152rb.cfg
export VBOARD=$PWD/build/vboard VBOARD_FLASH=$work/flash VBOARD_STATS=$work/stats

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
quiet="gdb_port disabled; telnet_port disabled; tcl_port disabled"
row() { printf '%s\t%s\t%s\n' "$@"; }
run "program_serial 1"

TIMEFORMAT='%3U %3S'
{ time run "$quiet" "init; reset halt" "dump_image $work/dump 0x08000000 0x20000; shutdown"; } 2>"$work/time"
ours=$(stat cpu_us)
theirs=$(awk 'END { printf "%d", ($1 + $2) * 1000000 }' "$work/time")
row "virtual board's processor time for a 128 KiB dump" "$(awk -v a="$ours" 'BEGIN { printf "%.3f", a / 1e6 }')" "s, OpenOCD's own is $(awk -v a="$theirs" 'BEGIN { printf "%.3f", a / 1e6 }') s"

while read -r cpu part bytes; do
	row "reader, $part, $cpu at -Os" "$bytes" bytes
done <build/firmware/reader-sizes
# A program that does nothing else, between two breakpoints.
cat >"$work/serial.c" <<'C'
#include "nameplate.h"
void start(void);
__attribute__((section(".vectors"), used)) const void *const vectors[] = {(void *)0x20004000, (void *)start};
volatile int result;
void start(void)
{
    uint32_t serial;
    __asm__ volatile("bkpt 1");
    result = nameplate_serial(&serial);
    __asm__ volatile("bkpt 2");
    for (;;)
        ;
}
C
arm-none-eabi-gcc -mthumb -mcpu=cortex-m3 -Os -ffreestanding -nostdlib -Ifirmware -Wl,-Ttext=0x08000000 \
	-Wl,--section-start=.vectors=0x08000000,-Ttext=0x08000010,-Tbss=0x20000000,-estart \
	-Wl,--defsym=_nameplate_start=0x0801E000,--defsym=_nameplate_end=0x08020000 -o "$work/serial.elf" \
	"$work/serial.c" firmware/nameplate.c
run "init; nameplate erase; shutdown"
run "$quiet" "init; program $work/serial.elf verify; shutdown"
have=0
for entries in 1 2 8; do
	while [ "$have" -lt "$entries" ]; do
		have=$((have + 1))
		run "unset NAMEPLATE_IMAGE" "program_serial $have"
	done
	# shellcheck disable=SC2016 # these are OpenOCD's
	run "$quiet" "init; reset halt; resume; wait_halt 1000; mww 0xE0001000 1" \
		"reg pc [expr {[dict get [get_reg pc] pc] + 2}]" \
		'set begin [read_memory 0xE0001004 32 1]; resume; wait_halt 5000' \
		'echo "instructions=[expr {[read_memory 0xE0001004 32 1] - $begin}]"; shutdown'
	row "to find the serial, written $entries times, Cortex-M3" "$(sed -n 's/^instructions=//p' "$work/log")" instructions
done
