#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Long stores, which the core itself goes through: what it finds is what is read word by word, and what that saves.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

quiet="gdb_port disabled; telnet_port disabled; tcl_port disabled"

# long_store CHIP SIZE SEED: a board whose region of so many bytes, at the end of its first bank, holds a long store. Sets BOARD and
# `region`, commands that say where it is; the list that the board should give is in `wanted`.
long_store() {
	local base size areas cell erased at
	# Sets those.
	eval "$("$HOME_DIR/build/nameplate" region --chip "$1")"
	at=$((base + size - $2))
	BOARD=virtual-$1
	region="set NAMEPLATE_BASE $at; set NAMEPLATE_SIZE $2"
	rm -f "$VBOARD_FLASH"*
	nameplate_run "$quiet; init; shutdown"
	python3 "$HOME_DIR/tests/vectors/long.py" "$cell" "$erased" "$2" "$3" "$VBOARD_FLASH" $((at - 0x08000000)) "$at" >wanted
}

# The board's lists, gone through by the core and read word by word, are what make.py's decoder finds.
same_lists() {
	nameplate_run "$quiet; $region; init; reset halt; nameplate list; shutdown"
	diff <(LC_ALL=C sort wanted) <(LC_ALL=C sort "$out") || { show; return 1; }
	walked=$(stat instructions)
	nameplate_run "$quiet; $region; init; reset halt; [target current] configure -work-area-size 0; nameplate list; shutdown"
	diff <(LC_ALL=C sort wanted) <(LC_ALL=C sort "$out") || { show; return 1; }
	echo "$BOARD: $walked instructions, and $(stat instructions)"
	# Else nothing was gone through by the core.
	[ "$walked" -gt $(($(stat instructions) + 1000)) ]
}

@test "random long stores: the core finds what a decoder in another language finds, word by word or not" {
	for seed in 1 2 3 4 5; do
		long_store stm32f030r8 16384 "$seed"
		same_lists
	done
}

@test "the same in wide cells, among zeros, and on a Cortex-M7" {
	for chip in stm32l152rb:32768 stm32l476rg:16384 stm32h743zi:131072 stm32l073rz:32768; do
		long_store "${chip%:*}" "${chip#*:}" 4
		same_lists
	done
}

@test "get finds each variable of a long store, and says of others that they are not there" {
	long_store stm32f030r8 16384 5
	grep -v '^key-' wanted | cut -d' ' -f1 | LC_ALL=C sort >names
	nameplate_run "$quiet; $region; init; reset halt" \
		"foreach name {$(xargs <names) nope aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa} { if {![catch {nameplate get \$name -secrets}]} { echo \"has \$name\" } }" shutdown
	diff names <(sed -n 's/^has //p' "$err") || { show; return 1; }
	serial=$(sed -n 's/^serial  *u32  *\([0-9]*\) .*/\1/p' wanted)
	[ "$(sed -n "$(grep -n '^serial$' names | cut -d: -f1)p" "$out")" = "$serial" ]
}

@test "a number, and a deletion, after 1,000 values: all others stay, and the wire carries a tenth of the store" {
	BOARD=virtual-stm32f767zi
	python3 - "$HOME_DIR" <<-'P' >"$VBOARD_FLASH"
		import sys
		sys.path.insert(0, sys.argv[1] + "/tests/vectors")
		import make
		flash = make.Flash("many", size=0x40000, areas=1).area()
		for i in range(1000):
		    flash.packed((make.NAMED, make.UNSIGNED, make.named("cal%d" % (i % 50), make.word(i))))
		sys.stdout.buffer.write(b"\xff" * 0x1C0000 + flash.serial(42).bytes)
	P
	nameplate_bare "program_serial 43"
	expect "serial=43"
	[ "$(stat ap_reads)" -lt 900 ]
	nameplate_bare "nameplate delete cal7"
	[ "$(stat ap_reads)" -lt 900 ]
	nameplate_bare "nameplate list"
	[ "$(grep -c '^cal' "$out")" = 49 ]
	grep -q '^serial  *u32  *43 ' "$out"
	! grep -q '^cal7 ' "$out" || false
	grep -q '^cal49  *u32  *999 ' "$out"
}

@test "the last in a long store: a type that is none leaves the older value, and names that end alike are two" {
	BOARD=virtual-stm32f030r8
	nameplate_run "$quiet; init; shutdown"
	python3 - "$HOME_DIR" "$VBOARD_FLASH" <<-'P'
		import sys
		sys.path.insert(0, sys.argv[1] + "/tests/vectors")
		import make
		flash = make.Flash("last", size=4096).area()
		for i in range(80):
		    flash.packed((make.NAMED, make.UNSIGNED, make.named("c%d" % (i % 8), make.word(i))))
		flash.packed((make.NAMED, make.UNSIGNED, make.named("xa", make.word(1)))).packed((make.NAMED, make.UNSIGNED, make.named("ya", make.word(2))))
		flash.packed((2, make.UNSIGNED, make.word(7))).packed((2, make.RESERVED, b"abc"))
		with open(sys.argv[2], "r+b") as file:
		    file.seek(0xF000)
		    file.write(flash.bytes)
	P
	nameplate_run "$quiet; init; reset halt; nameplate list; shutdown"
	[ "$(awk '{ print $1 "=" $3 }' "$out" | LC_ALL=C sort | xargs)" = "c0=72 c1=73 c2=74 c3=75 c4=76 c5=77 c6=78 c7=79 key-2=7 xa=1 ya=2" ] || { show; return 1; }
}

@test "a full area, looked at for one variable, is compacted with all of them" {
	BOARD=virtual-stm32f030r8
	rm -f "$VBOARD_FLASH"*
	# Where the core finds them, if it looks for them.
	nameplate_run "$quiet; set NAMEPLATE_IMAGE {}; init" 'for {set i 0} {$i < 180} {incr i} { nameplate set "n=$i"; if {$i == 80} { nameplate set serial=1 a=2 b=text c=3 } }; shutdown'
	nameplate_bare "nameplate list"
	[ "$(cut -d' ' -f1 "$out" | LC_ALL=C sort | xargs)" = "a b c n serial" ]
	grep -q '^n  *u32  *179 ' "$out"
}

@test "firmware that was stopped in the middle: its memory and registers are not touched; after a reset they are put back" {
	long_store stm32f030r8 16384 6
	local look='list [read_memory 0x20000000 32 600] [lmap name {r0 r1 r2 r3 r4 r5 r6 r7 sp lr pc} {dict get [get_reg -force $name] $name}]'
	nameplate_run "$quiet; program $HOME_DIR/build/firmware/stm32f030r8/demo.elf; shutdown"
	nameplate_run "$quiet; $region; init; reset halt" 'for {set i 0} {$i < 600} {incr i} { mww [expr {0x20000000 + 4 * $i}] [expr {$i * 7919}] }' \
		"set a [$look]; nameplate list; set b [$look]; step; step; set c [$look]; nameplate list; set d [$look]" \
		'echo "fresh: [expr {$a eq $b}] stopped: [expr {$c eq $d}]"; shutdown'
	grep -q '^fresh: 1 stopped: 1$' "$err" || { show; return 1; }
	[ "$(wc -l <"$out")" = $((2 * $(wc -l <wanted))) ]
	nameplate_run "$quiet; $region; init; reset halt; step; nameplate list; shutdown"
	echo "instructions: $(stat instructions)"
	[ "$(stat instructions)" -lt 10000 ]
}

@test "stm32h743zi: a torn word in a long store: words are read, and stopped firmware is where it was" {
	long_store stm32h743zi 131072 7
	nameplate_run "$quiet; program $HOME_DIR/build/firmware/stm32h743zi/demo.elf; shutdown"
	VBOARD_ARGS="--cut 2:torn:3" nameplate_run "$region; set NAMEPLATE_IMAGE {}" "program_serial 4711"
	[ "$status" = 1 ]
	local pc='dict get [get_reg -force pc] pc'
	nameplate_run "$quiet; $region; init; reset halt; step; step; set a [$pc]; nameplate list" \
		"set b [$pc]" 'echo "stopped: [expr {$a eq $b}]"; shutdown'
	[ "$(stat ecc_errors)" -gt 0 ]
	diff <(LC_ALL=C sort wanted) <(LC_ALL=C sort "$out") || { show; return 1; }
	grep -q '^stopped: 1$' "$err" || { show; return 1; }
	nameplate_run "$quiet; $region; init; reset halt; nameplate list; shutdown"
	[ "$(stat ecc_errors)" -gt 0 ]
	diff <(LC_ALL=C sort wanted) <(LC_ALL=C sort "$out") || { show; return 1; }
	nameplate_run "$region; set NAMEPLATE_IMAGE {}" "program_serial 4712"
	expect "serial=4712"
	nameplate_run "$quiet; $region; init; reset halt; nameplate list; shutdown"
	diff <(LC_ALL=C sort wanted | grep -v '^serial ') <(LC_ALL=C sort "$out" | grep -v '^serial ') || { show; return 1; }
	grep -q '^serial  *u32  *4712 ' "$out"
}
