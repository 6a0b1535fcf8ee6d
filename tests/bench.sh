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

echo "Variables: wire cost and flash operations, beside program vars.bin ADDR verify of as many bytes (aim: 0.6 at most)"
values=(serial=42 mac:mac=02:00:00:12:34:56 hwrev=B2 gain:f32=1.0023)
for i in $(seq 5 16); do values+=("cal$i:u32=$((i * 7919))"); done
for count in 1 4 16; do
	run "init; nameplate erase; shutdown"
	run "unset NAMEPLATE_IMAGE" "program_vars first=1" # the area is formatted once in a device's life
	ours=$(($(tck "unset NAMEPLATE_IMAGE" "program_vars ${values[*]:0:$count}") - base))
	operations=$(stat flash_ops)
	# The values alone, 4 bytes each on average; OpenOCD refuses files of less than 9 bytes.
	head -c $((count == 1 ? 12 : 4 * count)) /dev/urandom >"$work/vars.bin"
	blob=$(($(tck "$quiet" "init; reset halt" "program $work/vars.bin 0x0801D000 verify; shutdown") - base))
	printf '  %-58s %8d  %s, %d flash operations (%d)\n' "program_vars, $count of them ($blob for the blob)" "$ours" \
		"$(ratio "$ours" "$blob")" "$operations" "$(stat flash_ops)"
done

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
printf '  %-58s %8d bytes (aim: under 600)\n' "nameplate_serial and what it needs, text" "$(cat build/firmware/reader-size)"
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
	run "$quiet" "init; reset halt; resume; wait_halt 1000; mww 0xE0001000 1" \
		"reg pc [expr {[dict get [get_reg pc] pc] + 2}]" \
		'set begin [read_memory 0xE0001004 32 1]; resume; wait_halt 5000' \
		'echo "instructions=[expr {[read_memory 0xE0001004 32 1] - $begin}]"; shutdown'
	printf '  %-58s %8s\n' "instructions to find the serial, written $entries times" \
		"$(sed -n 's/^instructions=//p' "$work/log")"
done

echo "The main job per chip: program the demo, write 42, read back, run, report"
printf '  %-20s %10s %14s %10s\n' chip TCK "modelled time" "wall time"
for file in openocd/board/virtual-*.cfg; do
	board=$file
	rm -f "$work"/flash*
	begin=$(date +%s%N)
	run "program_serial 42"
	end=$(date +%s%N)
	printf '  %-20s %10d %11d ms %7d ms\n' "$(basename "$file" .cfg | sed 's/virtual-//')" "$(stat tck)" \
		$(($(stat time_ns) / 1000000)) $(((end - begin) / 1000000))
done
