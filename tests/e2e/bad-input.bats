#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Whatever is wrong, program_serial ends with status 1, prints no result and one line "Error: ..." that says what,
# where and what to do; and where the input was wrong, the flash has not been touched.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# ---- words: refused before the target is connected to ------------------------------------------------------------

# bad_words WORDS MESSAGE...: on the command line, and with nothing but that one Error line.
bad_words() {
	nameplate_run "program_serial $1" "puts later"
	refused "${@:2}"
	[ "$(grep -c '^Error: ' "$err")" = 1 ]
	# Not connected to: no word was ever transferred.
	[ "$(stat ap_reads)" = 0 ]
	[ "$(grep -c later "$out")" = 0 ]
}

@test "no argument" { bad_words "" "needs a serial number" "program_serial 42"; }
@test "a word for a number" { bad_words "abc" '"abc"' "not a number" "0 to 4294967295"; }
@test "a negative number" { bad_words "-1" '"-1"' "out of range"; }
@test "4294967296" { bad_words "4294967296" "out of range"; }
@test "0x1FFFFFFFF" { bad_words "0x1FFFFFFFF" "out of range"; }
@test "a number of a hundred digits" { bad_words "$(printf '9%.0s' $(seq 100))" "out of range"; }
@test "a leading zero could mean octal: it says what to write" { bad_words "042" "leading zero" "write 42"; }
@test "00 is refused, and 0 is what to write" { bad_words "00" "write 0"; }
@test "a fraction, an exponent, a sign, a lone 0x" {
	for word in 4.2 4e2 +42 0x 0b1 42u '4_2' $'4\t2' '４２'; do
		bad_words "{$word}" "not a number"
	done
}
@test "two numbers" { bad_words "4 2" '"2"' "one argument"; }
@test "Tcl in the number is data: {42;shutdown}" { bad_words "{42;shutdown}" '"42;shutdown"' "not a number"; }
@test "Tcl in the number is data: {[exit]}" { bad_words "{[exit]}" '"[exit]"' "not a number"; }
@test "Tcl in the number is data: {\$x} and a lone brace" {
	bad_words '{$x}' '"$x"'
	bad_words '\{' '"{"'
	bad_words '"\""' '"""'
}
@test "an empty number" { bad_words "{}" '""' "not a number"; }
@test "a number with a line break stays one line of message" { bad_words '"4\n2"' '"4?2"' "not a number"; }
@test "a NUL, after which checks would not look, in any word and any setting" {
	bad_words '"42\x00abc"' "word 1 holds a NUL"
	bad_words '42 "nowhere.elf\x00"' "word 2 holds a NUL"
	for command in 'program_vars "a\x00b:u8=1"' 'program_vars "a:f64=1\x00e5"' 'nameplate set a=1 "serial\x00=1"' \
		'nameplate get "serial\x00x"' 'nameplate delete "a\x00"' 'nameplate dump "a\x00"' 'program_words "0x0801D000\x00" 1' \
		'set NAMEPLATE_BASE "0x0801E000\x00f"; set NAMEPLATE_SIZE 0x2000; program_serial 42'; do
		nameplate_run "$command"
		refused "holds a NUL character"
		[ "$(stat ap_reads)" = 0 ]
	done
	nameplate_run 'program_vars "pin:secret=12\x0034"'
	refused "holds a NUL"
	! grep -q 12 <<<"$errors" || return 1
}
@test "an unknown option names those that are known" { bad_words "42 verfy" 'unknown option "verfy"' "noverify"; }
@test "a path with a space, without braces: the message shows them" {
	bad_words "42 my fw.elf" 'unknown option "my"' "{my fw.elf}"
	bad_words "42 ./my fw.elf" 'unexpected "fw.elf"' "{my fw.elf}"
}
@test "an unknown option after the image" {
	cp "$DEMO" fw.elf
	bad_words "42 fw.elf quick" '"quick"'
}
@test "two images" {
	cp "$DEMO" fw.elf
	bad_words "42 fw.elf fw.elf" "fw.elf" "one file"
}
@test "verify together with noverify" { bad_words "42 verify noverify" "choose one"; }

@test "nameplate alone, with an unknown subcommand, with too many arguments" {
	for words in "" "show" "get" "get a b" "get -json a" "list all" "list -secrets" "erase everything" "set" "delete" \
		"dump" "restore" "restore a b" "verify 42" "run fast"; do
		nameplate_run "nameplate $words"
		case $words in
		"" | show) refused "nameplate list [-json] | get NAME [-secrets] | set NAME=VALUE..." "| run" ;;
		*) refused "nameplate ${words%% *} takes " "and was given $([[ $words == *" "* ]] && echo "\"${words#* }\"" || echo none)" ;;
		esac
		[ "$(stat ap_reads)" = 0 ]
	done
}

# ---- images: refused before the target is connected to, or before the first flash operation ----------------------

@test "an image that does not exist" { bad_words "42 nowhere.elf" '"nowhere.elf"' "there is no image"; }
@test "an image that is a folder" { mkdir dir.elf; bad_words "42 dir.elf" "cannot be read"; }
@test "an empty image" { : >empty.elf; bad_words "42 empty.elf" "it is empty"; }
@test "an image that is no ELF, HEX or BIN" {
	echo "Dear firmware, please run." >letter.txt
	bad_words "42 letter.txt" "neither ELF nor Intel HEX nor S-records"
}
@test "a .bin that cannot be firmware" {
	echo "Dear firmware, please run." >letter.bin
	bad_words "42 letter.bin" "stack and start address"
	printf 1234 >short.bin
	bad_words "42 short.bin" "too short"
}
@test "an ELF that is cut off, is for the host, or holds nothing" {
	head -c 60 "$DEMO" >cut.elf
	bad_words "42 cut.elf" "ends early"
	cp "$(type -P ls)" host.elf
	bad_words "42 host.elf" "32-bit ARM"
	arm-none-eabi-objcopy -O elf32-littlearm --remove-section='*' "$DEMO" none.elf 2>/dev/null || skip "objcopy keeps it"
	bad_words "42 none.elf" "nothing to load"
}
@test "Intel HEX that is cut off or broken" {
	arm-none-eabi-objcopy -O ihex "$DEMO" dos.hex
	tr -d '\r' <dos.hex >demo.hex
	head -n 5 demo.hex >cut.hex
	bad_words "42 cut.hex" "cut off"
	sed '3s/.$//' demo.hex >broken.hex
	bad_words "42 broken.hex" "line 3"
}
@test "Intel HEX with a wrong checksum changes nothing on the device" {
	arm-none-eabi-objcopy -O ihex "$DEMO" demo.hex
	tr -d '\r' <demo.hex | sed '3s/\(.*\)\(.\)$/\1X/; 3s/0X$/1/; 3s/X$/0/' >sum.hex
	nameplate_run "program_serial 42 sum.hex"
	refused "sum.hex"
}
@test "the board file's image is missing" {
	nameplate_run "set NAMEPLATE_IMAGE gone.elf" "program_serial 42"
	refused '"gone.elf"' "build the firmware"
}

# placed NAME ADDRESS SIZE: an image of SIZE bytes at ADDRESS.
placed() {
	printf '.section .x, "ax"\n.fill %s, 1, 0x5A\n' "$3" >"$1.s"
	arm-none-eabi-gcc -nostdlib -Wl,--section-start=.x="$2" -Wl,-e,0 -Wl,-n -Wl,--build-id=none -o "$1.elf" "$1.s"
}

@test "an image that touches the region: both ranges are named" {
	placed touch 0x0801DFFF 2
	nameplate_run "program_serial 42 touch.elf"
	refused "0x0801DFFF to 0x0801E000" "0x0801E000 to 0x0801FFFF"
	placed last 0x0801FFFF 1
	nameplate_run "program_serial 42 last.elf"
	refused "0x0801FFFF to 0x0801FFFF" "touches the reserved region"
}
@test "an image that ends just before the region is fine" {
	placed before 0x0801DFF0 16
	nameplate_run "program_serial 42 before.elf"
	expect "serial=42"
}
@test "an image larger than the flash" {
	set_region="set NAMEPLATE_BASE 0x08000000; set NAMEPLATE_SIZE 4096"
	placed large 0x08010000 65537
	nameplate_run "$set_region" "program_serial 42 large.elf"
	refused "larger than the flash" "0x08000000 to 0x0801FFFF"
}
@test "an image for another place" {
	placed ram 0x20000000 64
	nameplate_run "program_serial 42 ram.elf"
	refused "not in the flash" "0x20000000 to 0x2000003F"
}

# ---- the region --------------------------------------------------------------------------------------------------

# bad_region BASE SIZE MESSAGE...
bad_region() {
	nameplate_bare "set NAMEPLATE_BASE {$1}; set NAMEPLATE_SIZE {$2}" "program_serial 42"
	refused "${@:3}"
}

@test "a region that is not whole pages" {
	bad_region 0x0801F800 0x800 "not whole pages" "0x0801F800 to 0x0801FFFF" "0x0801F000"
	bad_region 0x0801E000 0x1800 "not whole pages"
}
@test "a region outside the flash" {
	bad_region 0x08020000 0x1000 "outside the flash" "0x08000000 to 0x0801FFFF"
	bad_region 0x0801F000 0x2000 "outside the flash"
	bad_region 0x20000000 0x1000 "outside the flash"
	bad_region 0xFFFFF000 0x2000 "outside the flash"
}
@test "a region that is no numbers, empty, or named by half" {
	bad_region abc 0x1000 "NAMEPLATE_BASE" '"abc"'
	bad_region 0x0801F000 0 "NAMEPLATE_SIZE"
	bad_region '[exit]' 010 "NAMEPLATE_BASE"
	nameplate_bare "set NAMEPLATE_BASE 0x0801F000" "program_serial 42"
	refused "set both"
}
@test "settings that are wrong: said before anything is done, whatever the command" {
	local setting command
	while read -r setting; do
		for command in "program_serial 42 verify" "nameplate set a=1" "nameplate list" "nameplate run"; do
			nameplate_run "set $setting" "$command"
			refused "${setting%% *} is \"" "$(sed 's/.*{\(.*\)}/\1/' <<<"$setting" | cut -c 1-50)"
			[ "$(stat ap_reads)" = 0 ]
			[ "$(grep -c '^Error: ' "$err")" = 1 ]
		done
	done <<-'S'
		NAMEPLATE_TIMEOUT {abc}
		NAMEPLATE_TIMEOUT {0}
		NAMEPLATE_TIMEOUT {010}
		NAMEPLATE_TIMEOUT {1e9}
		NAMEPLATE_MAX_OUTPUT {abc}
		NAMEPLATE_MAX_OUTPUT {0}
		NAMEPLATE_MAX_OUTPUT {-1}
		NAMEPLATE_SAVE_DIR {nowhere}
		NAMEPLATE_BEFORE_WRITE {no_such_command now}
		NAMEPLATE_BASE {[exit]}
		NAMEPLATE_SIZE {0}
	S
}
@test "a setting that there is not, or one of the environment: said before anything is done, with what to do" {
	for command in "program_serial 42 verify" "nameplate list"; do
		nameplate_run "set NAMEPLATE_TIMOUT 5" "$command"
		refused "the nearest is NAMEPLATE_TIMEOUT" 'NAMEPLATE_TIMOUT'
		[ "$(stat ap_reads)" = 0 ]
		NAMEPLATE_TIMEOUT=5 nameplate_run "$command"
		refused "NAMEPLATE_TIMEOUT is in the environment, where it is not read" '-c "set NAMEPLATE_TIMEOUT ..."'
		[ "$(stat ap_reads)" = 0 ]
	done
	NAMEPLATE_TIMEOUT=5 NAMEPLATE_BASE='' NAMEPLATE_STATION=bench nameplate_run "set NAMEPLATE_TIMEOUT 6" "program_serial 42"
	expect "serial=42"
}
@test "a fraction of a second is a time limit, and an empty setting is the default" {
	nameplate_run "set NAMEPLATE_TIMEOUT 2.5; set NAMEPLATE_MAX_OUTPUT {}; set NAMEPLATE_SAVE_DIR {}" "program_serial 42"
	expect "serial=42"
}
@test "a region that holds something else is left alone, in its first and its last word" {
	for place in $((0x1E000)) $((0x1FFFC)) $((0x1F104)); do
		rm -f "$VBOARD_FLASH"
		flash_put "$place" deadbeef
		cp "$VBOARD_FLASH" before
		nameplate_run "program_serial 42"
		refused "0x0801E000 to 0x0801FFFF" "holds something else" "nameplate erase"
		cmp before "$VBOARD_FLASH"
	done
}
@test "a region full of ones, as a padded image leaves it, holds something else" {
	flash_put $((0x1E000)) "$(printf 'ff%.0s' $(seq 8192))"
	nameplate_bare "program_serial 42"
	refused "holds something else"
	nameplate_bare "nameplate erase"
	nameplate_bare "program_serial 42"
	expect "serial=42"
}
@test "a store of another version, or made for another layout" {
	nameplate_bare "set NAMEPLATE_BASE 0x0801E000; set NAMEPLATE_SIZE 0x1000" "program_serial 42"
	cp "$VBOARD_FLASH" small
	nameplate_bare "set NAMEPLATE_BASE 0x0801C000; set NAMEPLATE_SIZE 0x4000" "program_serial 42"
	dd if=small of="$VBOARD_FLASH" bs=4096 skip=30 seek=28 count=1 conv=notrunc status=none
	nameplate_bare "set NAMEPLATE_BASE 0x0801C000; set NAMEPLATE_SIZE 0x4000" "program_serial 42"
	refused "another layout" "areas of 4096 bytes"
}
@test "what does not fit at all is refused, with the bytes needed and free" {
	printf 'x%.0s' $(seq 1000) >long
	nameplate_bare "program_vars a:file=long b:file=long c:file=long"
	expect "$(printf '%s=%s\n' a "$(printf '78%.0s' $(seq 1000))" b "$(printf '78%.0s' $(seq 1000))" \
		c "$(printf '78%.0s' $(seq 1000))")"
	nameplate_bare "program_vars d:file=long"
	refused "full" "needs 1012 bytes" "676 are free" "nameplate delete"
	nameplate_bare "program_vars a=1 b=1 c=1 d:file=long"
	[ "$status" = 0 ]
}
@test "no serial number to get" {
	nameplate_bare "nameplate get serial"
	refused "no serial number" "program_serial"
	flash_put $((0x1E000)) deadbeef
	nameplate_bare "nameplate get serial"
	refused "not blank"
}

# ---- target and probe --------------------------------------------------------------------------------------------

@test "no board at all: the probe cannot be reached" {
	[ "$VBOARD_PROBE" != cmsis-dap ] || skip "this is about remote_bitbang"
	VBOARD_PROBE=bitbang nameplate_run "remote_bitbang host $BATS_TEST_TMPDIR/nobody" "program_serial 42"
	failed "could not connect" "check cable"
}
@test "no target in the configuration" {
	[ "$VBOARD_PROBE" != cmsis-dap ] || skip "a newer OpenOCD's dummy adapter sees a broken chain first"
	openocd_run -c "adapter driver dummy; transport select jtag; jtag newtap a b -irlen 4" \
		-f "$HOME_DIR/openocd/nameplate.tcl" -c "program_serial 42"
	failed "no target" "-f"
}
@test "a target that does not answer" {
	openocd_run -c "adapter driver dummy; transport select jtag; source [find target/stm32l1.cfg]" \
		-f "$HOME_DIR/openocd/nameplate.tcl" -c "program_serial 42"
	[ "$status" = 1 ]
	[[ "$errors" == *"check"* ]]
}
@test "a target that will not halt" {
	# A reset that ends without the core halted, as on a board whose reset line is held.
	nameplate_run '[target current] configure -event reset-end { [target current] arp_poll; resume }' "program_serial 42"
	refused "does not halt"
}
# lose_target N: from the Nth memory access of ours on, nothing can be read any more.
lose_target() {
	printf '%s\n' "proc lose {} { rename read_memory plain_read; set ::left $1" \
		'proc read_memory {args} { incr ::left -1; if {$::left < 0} { error lost }; plain_read {*}$args } }' \
		'lappend post_init_commands lose'
}
@test "the target is lost while its store is read: it says so, and nothing was changed" {
	nameplate_bare "program_serial 41"
	for reads in 0 1 4 10; do
		nameplate_run "$(lose_target $((reads + 4)))" "program_serial 42"
		refused "lost the target" "run the same command again"
	done
}
@test "a command of OpenOCD's that fails without a word: one line says what to do" {
	nameplate_bare 'lappend post_init_commands {proc arm {args} {return -code -4 ""}}' "nameplate run"
	failed "no words for" "run the same command again"
	nameplate_bare 'proc lose {} {proc arm {args} {proc read_memory {args} {return -code -4 ""}; return -code -4 ""}}' \
		'lappend post_init_commands lose' "nameplate run"
	failed "lost the target" "check probe, cable and power"
}
@test "the probe goes in the middle: no result, and the same command finishes the job" {
	# tests/power/unplug.py has it at every access.
	nameplate_run "program_serial 41"
	VBOARD_ARGS="--unplug 3500" nameplate_run "program_serial 42"
	failed "check"
	nameplate_run "program_serial 42"
	expect "serial=42"
}

# ---- firmware ----------------------------------------------------------------------------------------------------

# prints TEXT [then INSTRUCTIONS]: a firmware that prints TEXT by SYS_WRITE0, then goes on with the instructions.
prints() {
	firmware fw <<-S
		again: ldr r1, =text
		movs r0, #4
		bkpt 0xAB
		$2
		b .
		.ltorg
		text: .asciz "$1"
		.align 2
	S
}

@test "firmware that reports another serial" {
	prints 'serial=43\n' ""
	nameplate_run "program_serial 42 fw.elf verify"
	failed "reports serial=43" "has serial=42"
}
@test "firmware that reports no serial" {
	prints 'serial=none\n' ""
	nameplate_run "program_serial 42 fw.elf verify"
	failed "reports serial=none"
}
@test "firmware whose report is only like the right one" {
	prints 'my serial=42\nserial=420\n' ""
	nameplate_run "program_serial 42 fw.elf verify"
	failed "reports serial=420"
}
@test "firmware that reports nothing within the time limit" {
	firmware fw <<<"b ."
	nameplate_run "set NAMEPLATE_TIMEOUT 1" "program_serial 42 fw.elf verify"
	failed "printed nothing by semihosting within 1 s" "noverify"
}
@test "firmware that prints something, but no report, within the time limit" {
	prints 'hello\n' ""
	nameplate_run "set NAMEPLATE_TIMEOUT 1" "program_serial 42 fw.elf verify"
	failed "did not report serial within 1 s" 'it printed last "hello"'
}
@test "firmware that resets itself for ever: the run ends within its limit" {
	local begin
	firmware fw <<-'S'
		ldr r1, =0xE000ED0C
		ldr r2, =0x05FA0004
		str r2, [r1]
		b .
	S
	begin=$(date +%s%N)
	nameplate_run "set NAMEPLATE_TIMEOUT 1" "program_serial 42 fw.elf verify"
	failed "within 1 s"
	# Programming included, on a busy machine.
	[ $((($(date +%s%N) - begin) / 1000000)) -lt 12000 ]
}

# slow MS: every read of memory takes so long, as on a slow link.
slow() {
	printf '%s\n' 'proc slow {} { rename read_memory plain_read' \
		"proc read_memory {args} { sleep $1 busy; plain_read {*}\$args } }" 'lappend post_init_commands slow'
}
@test "on a slow link only the time that the firmware runs counts" {
	nameplate_run "program_serial 42 $DEMO noverify"
	nameplate_run "set NAMEPLATE_TIMEOUT 0.3; set NAMEPLATE_IMAGE {}; set _np_run_patience 100; $(slow 60)" "program_serial 42 verify"
	expect "serial=42"
}
@test "but a debugger that takes ten times the limit is blamed, not the firmware" {
	prints 'all work and no play\n' "b again"
	nameplate_run "set NAMEPLATE_TIMEOUT 0.1; $(slow 100)" "program_serial 42 fw.elf verify"
	failed "the debugger takes too long"
}
@test "firmware that ends without a report" {
	prints 'hello\n' "ldr r1, =0x20026; movs r0, #0x18; bkpt 0xAB"
	nameplate_run "program_serial 42 fw.elf verify"
	failed "without reporting serial=42"
}
@test "firmware that faults" {
	firmware fw <<<"udf #0"
	nameplate_run "program_serial 42 fw.elf verify"
	failed "fault" "pc 0x080000"
}
@test "firmware that prints for ever" {
	prints 'all work and no play\n' "b again"
	nameplate_run "set NAMEPLATE_MAX_OUTPUT 1000" "program_serial 42 fw.elf verify"
	failed "printed more than 1000 bytes"
}
@test "firmware that prints one endless line" {
	firmware fw <<-'S'
		ldr r1, =0x08000000
		movs r0, #4
		bkpt 0xAB
		b .
		.ltorg
	S
	nameplate_run "set NAMEPLATE_MAX_OUTPUT 300; set NAMEPLATE_TIMEOUT 2" "program_serial 42 fw.elf verify"
	[ "$status" = 1 ]
	[ -n "$errors" ]
}
@test "firmware that asks for the host's files, with bad pointers, harms nobody" {
	firmware fw <<-'S'
		ldr r1, =block
		movs r0, #1
		bkpt 0xAB
		adds r0, #1
		bne .
		ldr r1, =0xF0000000
		movs r0, #5
		bkpt 0xAB
		b .
		.ltorg
		.align 2
		block: .word name, 4, 8
		name: .asciz "evil.txt"
		.align 2
	S
	nameplate_run "program_serial 42 fw.elf verify"
	[ "$status" = 1 ]
	[ ! -e evil.txt ]
	failed "semihosting call 0x05" "0xF0000000"
}

# ---- OpenOCD -----------------------------------------------------------------------------------------------------

@test "OpenOCD older than 0.12" {
	openocd_run -c 'proc version {} {return "Open On-Chip Debugger 0.11.0"}' \
		-f "$HOME_DIR/openocd/nameplate.tcl" -c "program_serial 42"
	failed "needs OpenOCD 0.12" "0.11"
}
@test "a board file without nameplate.tcl: OpenOCD says that it does not know the command" {
	openocd_run -c "adapter driver dummy" -c "program_serial 42"
	[ "$status" = 1 ]
	[ -z "$stdout" ]
	grep -q 'invalid command name "program_serial"' "$err"
}

# ---- the virtual board -------------------------------------------------------------------------------------------

@test "a flash file of the wrong size: one Error line, the board's" {
	printf x >"$VBOARD_FLASH"
	nameplate_run "program_serial 42"
	failed "$VBOARD_FLASH" "131072"
	[ "$(grep -c '^Error: ' "$err")" = 1 ]
	[ "$(cat "$VBOARD_FLASH")" = x ]
}
@test "no vboard program" {
	printf 'no program\n' >text
	mkdir folder
	for program in ./nowhere nowhere "$PWD/text" "$PWD/folder" ''; do
		VBOARD=$program nameplate_run "program_serial 42"
		failed "\"$program\" is no program" "VBOARD"
		[ "$(grep -c '^Error: ' "$err")" = 1 ]
		# Nor a line of Jim's.
		[ "$(grep -vc -e '^Open On-Chip' -e '^Licensed' -e '^For bug' -e 'openocd.org' "$err")" = 1 ] || { show; return 1; }
	done
}

# ---- sessions ----------------------------------------------------------------------------------------------------

@test "exit ends a session whatever else is wrong with the words" {
	local words
	for words in "program_serial nope exit" "program_serial 42 quick exit" "program_serial 42 exit expect" \
		"program_vars exit novalue" "program_vars a=1 exit a=2" "program_words 1 exit"; do
		status=0
		timeout 120 openocd -c "gdb_port disabled; telnet_port disabled; tcl_port disabled" \
			-f "$HOME_DIR/openocd/board/$BOARD.cfg" -c init -c "catch {$words}" >"$out" 2>"$err" </dev/null || status=$?
		[ "$status" = 1 ] || { echo "$words"; cat "$err"; false; }
	done
}
@test "but the word exit inside a value does not" {
	openocd_run -c "gdb_port disabled; telnet_port disabled; tcl_port disabled" -f "$HOME_DIR/openocd/board/$BOARD.cfg" \
		-c init -c 'catch {program_vars note="please exit now" nonsense}' -c 'puts still; shutdown'
	[ "$status" = 0 ]
	[ "$stdout" = still ]
}
