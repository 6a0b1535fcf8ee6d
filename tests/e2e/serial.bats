#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# program_serial and nameplate on the virtual board: what each promises, from the command line and in sessions.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# ---- the main job ----------------------------------------------------------------------------------------------

@test "program_serial 42 programs the firmware, writes 42, and the firmware reports it" {
	nameplate_run "program_serial 42"
	expect "serial=42"
	grep -q '^firmware: serial=42$' "$err"
	[ "$(stat unmodelled)" = 0 ]
	[ "$(stat flash_overwrites)" = 0 ]
}

@test "an upload prints a dozen lines through each probe, and calls nothing an error, on a new device and on another's firmware" {
	local probe device
	for probe in bitbang stlink stlink-dap jlink; do
		export VBOARD_PROBE=$probe VBOARD_FLASH=$BATS_TEST_TMPDIR/flash-$probe
		for device in new programmed; do
			nameplate_run "program_serial 42"
			expect "serial=42"
			# The result is another.
			[ "$(wc -l <"$err")" -le 11 ] || { echo "$probe, $device"; show; return 1; }
			! grep -iE 'error|lockup|double fault|shutdown|reexamine' "$err" || { echo "$probe, $device"; return 1; }
			for line in 'Nameplate: connected to ' 'Nameplate: programming ' 'Nameplate: serial number 42 ' 'firmware: serial=42'; do
				grep -q "^$line" "$err" || { echo "$probe, $device: no $line"; show; return 1; }
			done
		done
		# Asked for, OpenOCD's own picture.
		nameplate_run "set NAMEPLATE_VERBOSE 1" "program_serial 42"
		[ "$(wc -l <"$err")" -gt 20 ] && grep -q 'shutdown command invoked' "$err" || { echo "$probe, verbose"; show; return 1; }
	done
	# OpenOCD warns of nothing as often as of this part through this probe.
	VBOARD_PROBE=stlink VBOARD_FLASH=$BATS_TEST_TMPDIR/flash-l5 BOARD=virtual-stm32l552ze nameplate_run "program_serial 42"
	expect "serial=42"
	[ "$(wc -l <"$err")" -le 11 ] || { show; return 1; }
}

@test "a virtual board of a part without JTAG starts with the probe that nobody has chosen; chosen JTAG has its line" {
	unset VBOARD_PROBE
	for BOARD in virtual-stm32f072rb virtual-stm32l073rz virtual-stm32g071rb; do
		rm -f "$VBOARD_FLASH"*
		nameplate_bare "program_serial 42"
		expect "serial=42" || { echo "$BOARD"; return 1; }
	done
	# The target files of OpenOCD 0.12 do not say so.
	VBOARD_PROBE=bitbang nameplate_bare "program_serial 43"
	if newer; then failed "no JTAG" "bitbang-swd"; else expect "serial=43"; fi
}

@test "before the wait for OpenOCD it says how much it programs: every range, in whole KiB" {
	head -c 1024 /dev/urandom >fw.bin
	# Two ranges, 1 KiB and 1 byte, with a gap between them that is not programmed.
	head -c 1 fw.bin >one.bin
	arm-none-eabi-objcopy -I binary -O ihex --change-addresses 0x08000000 fw.bin one.hex
	arm-none-eabi-objcopy -I binary -O ihex --change-addresses 0x08004000 one.bin two.hex
	{ grep -v '^:00000001FF' one.hex; cat two.hex; } >both.hex
	nameplate_run "set NAMEPLATE_IMAGE {}" "program_serial 42 both.hex noverify"
	expect "serial=42"
	grep -q '^Nameplate: programming 2 KiB of both.hex$' "$err" || { show; return 1; }
}

@test "in a session a new device is explained" {
	BOARD=virtual-stm32l476rg nameplate_run init "program_serial 42" shutdown
	[ "$status" = 0 ] && grep -q 'no firmware yet' "$err" || { show; return 1; }
}

@test "a new number replaces the old one with three words and no erase" {
	nameplate_bare "program_serial 42"
	nameplate_bare "program_serial 43"
	expect "serial=43"
	[ "$(stat flash_ops)" = 3 ]
	[ "$(stat flash_words)" = 3 ]
}

@test "the number that is already there is not written again" {
	nameplate_bare "program_serial 42"
	nameplate_bare "program_serial 42"
	expect "serial=42"
	[ "$(stat flash_ops)" = 0 ]
	grep -q unchanged "$err"
}

@test "keep leaves a serial alone that is there, and writes one where there is none" {
	nameplate_bare "program_serial 42 keep"
	expect "serial=42"
	nameplate_bare "program_serial 43 keep"
	expect "serial=42"
	[ "$(stat flash_ops)" = 0 ]
}

@test "re-programming the firmware leaves the serial alone" {
	nameplate_run "program_serial 42"
	nameplate_run "program_serial 7 keep"
	expect "serial=42"
	nameplate_run "program $DEMO verify exit"
	nameplate_run "nameplate get serial"
	expect "42"
}

@test "numbers: 0, the largest, hexadecimal, and those that look erased" {
	for pair in 0:0 4294967295:4294967295 0x2A:42 0XfF:255 0x00000000ffffffff:4294967295 1:1; do
		nameplate_bare "program_serial ${pair%:*}"
		expect "serial=${pair#*:}"
	done
	nameplate_bare "nameplate get serial"
	expect "1"
}

@test "a device that has a serial gets a new one for 20,000 TCK or less beyond init and reset halt" {
	nameplate_bare "program_serial 42"
	nameplate_run "gdb_port disabled; telnet_port disabled; tcl_port disabled; init; reset halt; shutdown"
	base=$(stat tck)
	nameplate_bare "program_serial 43"
	echo "cost: $(($(stat tck) - base))"
	[ $(($(stat tck) - base)) -le 20000 ]
}

# ---- images ----------------------------------------------------------------------------------------------------

@test "one's own image is programmed, and verified only when asked" {
	nameplate_run "program_serial 42 $DEMO"
	expect "serial=42"
	[ "$(grep -c '^firmware: ' "$err")" = 0 ]
	nameplate_run "program_serial 43 $DEMO verify"
	expect "serial=43"
	grep -q '^firmware: serial=43$' "$err"
}

@test "noverify does not run the board file's firmware" {
	nameplate_run "program_serial 42 noverify"
	expect "serial=42"
	[ "$(grep -c '^firmware: ' "$err")" = 0 ]
}

@test "verify without an image runs the firmware that is on the device" {
	nameplate_run "program_serial 42 noverify"
	nameplate_bare "program_serial 43 verify"
	expect "serial=43"
	[ "$(stat flash_ops)" = 3 ]
}

@test "the image may be Intel HEX, S-records or a binary" {
	arm-none-eabi-objcopy -O ihex "$DEMO" demo.hex
	arm-none-eabi-objcopy -O srec "$DEMO" demo.srec
	arm-none-eabi-objcopy -O binary "$DEMO" demo.bin
	serial=1
	for image in demo.hex demo.srec demo.bin; do
		nameplate_run "program_serial $serial $image verify"
		expect "serial=$serial"
		serial=$((serial + 1))
	done
}

@test "an image whose path has Tcl's special characters is a file like any other" {
	name='a [exit] $x {b;c.elf'
	cp "$DEMO" "$name"
	export name
	nameplate_run 'program_serial 42 $env(name) verify'
	expect "serial=42"
}

# ---- leaving ---------------------------------------------------------------------------------------------------

# A firmware that writes 0x600D to RAM once it finds no debugger, and waits for ever.
lonely_firmware() {
	firmware lonely <<-'S'
		ldr r4, =0xE000EDF0
		ldr r5, =0x20001000
		ldr r6, =0x600D
		loop: ldr r0, [r4]
		lsls r0, r0, #31
		bmi loop
		str r6, [r5]
		b loop
		.ltorg
	S
}

@test "on the command line the target is left running, and the firmware finds no debugger" {
	lonely_firmware
	nameplate_run 'lappend pre_shutdown_commands {
		sleep 20
		puts [format "debug %d" [expr {[read_memory 0xE000EDF0 32 1] & 1}]]
		puts [format 0x%x [read_memory 0x20001000 32 1]]
	}' "program_serial 42 lonely.elf"
	expect $'serial=42\ndebug 0\n0x600d'
}

@test "on the command line no later -c runs after a success" {
	nameplate_bare "program_serial 42" "puts later"
	expect "serial=42"
}

@test "in a session the target is left halted, the session goes on, and the value is returned" {
	nameplate_bare "init" 'set answer [program_serial 42]; puts "got $answer"' \
		'puts [[target current] curstate]' 'puts [nameplate get serial]' "shutdown"
	expect $'serial=42\ngot serial=42\nhalted\n42\n42'
}

@test "in a session the word reset leaves the target running" {
	lonely_firmware
	nameplate_run "init" "program_serial 42 lonely.elf reset" 'puts [[target current] curstate]' "shutdown"
	expect $'serial=42\nrunning'
}

@test "in a session the word exit ends OpenOCD" {
	nameplate_bare "init" "program_serial 42 exit" "puts later"
	expect "serial=42"
}

@test "in a session an error is a Tcl error that can be caught, and nothing shuts down" {
	nameplate_bare "init" 'puts [catch {program_serial abc} text]; puts $text' "shutdown"
	expect $'1\nError: serial number "abc" is not a number: give one from 0 to 4294967295, decimal or 0x hex'
}

@test "polling and OpenOCD's own semihosting are as they were after a session's command" {
	nameplate_run "init" "reset halt" "arm semihosting enable" "program_serial 42" "puts [poll]" \
		'puts [arm semihosting]' "shutdown"
	[ "$status" = 0 ]
	[[ "$stdout" == *"background polling: on"* ]]
	[[ "$stdout" == *enabled* ]]
}

# in_gdb COMMAND...: a GDB that has started OpenOCD through a pipe.
in_gdb() {
	local arguments=() command
	for command in "$@"; do arguments+=(-ex "$command"); done
	status=0
	timeout 180 gdb-multiarch -nx -batch -ex "set confirm off" -ex "set architecture arm" \
		-ex "target extended-remote | openocd -f $HOME_DIR/openocd/board/$BOARD.cfg -c 'gdb_port pipe; log_output gdb.log; tcl_port disabled; telnet_port disabled'" \
		"${arguments[@]}" >"$out" 2>"$err" </dev/null || status=$?
}

@test "in GDB, monitor program_serial shows its result, and leaves the session and the target halted" {
	in_gdb "monitor program_serial 42" "monitor nameplate get serial" "x/wx 0x0801E200" "monitor [target current] curstate" \
		"detach"
	show_gdb() { cat "$out" "$err"; }
	grep -qx 'serial=42' "$out" "$err" || { show_gdb; false; }
	grep -hqx '42' "$out" "$err"
	grep -q '0x801e200:.0x0000002a' "$out"
	grep -hqx 'halted' "$out" "$err"
}

@test "in GDB, a bad number is one Error line, and the session goes on" {
	in_gdb "monitor program_serial 042" "monitor echo still-here" "detach"
	cat "$out" "$err"
	grep -hq '^Error: serial number "042" has a leading zero' "$out" "$err"
}

# ---- nameplate -------------------------------------------------------------------------------------------------

@test "nameplate list shows name, type, value and address" {
	nameplate_bare "program_serial 41"
	nameplate_bare "program_serial 42"
	nameplate_bare "nameplate list"
	[ "$status" = 0 ]
	[ "$(tr -s ' ' <<<"$stdout")" = "serial u32 42 0x0801E300" ]
	[ "$(stat flash_ops)" = 0 ]
}

@test "nameplate list on a blank device prints nothing, and succeeds" {
	nameplate_run "nameplate list"
	expect ""
	grep -q 'is blank' "$err"
}

@test "nameplate get serial prints the value alone" {
	nameplate_bare "program_serial 42"
	nameplate_run "nameplate get serial"
	expect "42"
}

@test "nameplate erase clears the region and nothing else" {
	nameplate_run "program_serial 42"
	cp "$VBOARD_FLASH" before
	nameplate_run "nameplate erase"
	expect "erased=8192"
	cmp -n $((0x1E000)) before "$VBOARD_FLASH"
	[ -z "$(tail -c 8192 "$VBOARD_FLASH" | tr -d '\0')" ]
	nameplate_run "nameplate get serial"
	failed "no serial number"
}

@test "nameplate run passes the firmware's output through" {
	nameplate_run "program_serial 42"
	nameplate_run "nameplate run"
	expect "serial=42"
}

@test "nameplate run ends with the firmware's status" {
	firmware three <<-'S'
		ldr r1, =block
		movs r0, #0x20
		bkpt 0xAB
		.ltorg
		.align 2
		block: .word 0x20026, 3
	S
	nameplate_run "program_serial 42 three.elf"
	nameplate_run "nameplate run"
	failed "ended with status 3"
}

@test "calls are answered: those whose answer is their own number, others, and bytes at an odd address" {
	firmware answers <<-'S'
		ldr r1, =out
		movs r0, #1
		bkpt 0xAB
		lsls r4, r0, #4
		ldr r1, =err
		movs r0, #1
		bkpt 0xAB
		adds r4, r4, r0
		ldr r1, =list
		movs r0, #1
		bkpt 0xAB
		lsls r0, r0, #6
		adds r4, r4, r0
		ldr r1, =read
		movs r0, #6
		bkpt 0xAB
		adds r4, r4, r0
		ldr r1, =read
		movs r0, #6
		bkpt 0xAB
		adds r4, r4, r0
		ldr r0, =0x20000401
		ldrb r1, [r0]
		adds r4, r4, r1
		ldrb r1, [r0, #4]
		adds r4, r4, r1
		ldr r1, =0x20000410
		ldr r0, =0x20026
		str r0, [r1]
		str r4, [r1, #4]
		movs r0, #0x20
		bkpt 0xAB
		.ltorg
		.align 2
		out: .word tt, 4, 3
		err: .word tt, 8, 3
		list: .word features, 0, 21
		read: .word 3, 0x20000401, 7
		tt: .asciz ":tt"
		features: .asciz ":semihosting-features"
		.align 2
	S
	nameplate_run "program_serial 42 answers.elf noverify"
	nameplate_run "nameplate run"
	# Handles 1, 2 and 3, two bytes of seven not read, then all seven at the file's end; the first and the last byte.
	failed "ended with status $((1 * 16 + 2 + 3 * 64 + 2 + 7 + 0x53 + 3))"
}

@test "a text serial that another tool wrote is shown, kept and replaced" {
	PYTHONPATH=$HOME_DIR/tests/vectors python3 -B - "$VBOARD_FLASH" <<-'P'
		import sys, make
		flash = make.Flash("", 128, "00").area().entry(make.SERIAL, make.TEXT, b"NP-7 \\\n[exit]")
		open(sys.argv[1], "wb").write(bytes(0x1E000) + flash.bytes)
	P
	nameplate_bare "nameplate get serial"
	expect 'NP-7 \\\n[exit]'
	nameplate_bare "program_serial 7 keep"
	expect 'serial=NP-7 \\\n[exit]'
	nameplate_bare "program_serial 7"
	expect "serial=7"
}

# ---- other places ----------------------------------------------------------------------------------------------

@test "NAMEPLATE_BASE and NAMEPLATE_SIZE put the region elsewhere, one page if so wished" {
	nameplate_bare "set NAMEPLATE_BASE 0x08010000; set NAMEPLATE_SIZE 0x1000" "program_serial 42"
	expect "serial=42"
	nameplate_bare "set NAMEPLATE_BASE 65536; set NAMEPLATE_SIZE 4096; set NAMEPLATE_BASE 0x08010000" "nameplate get serial"
	expect "42"
	nameplate_bare "nameplate list"
	expect ""
}

@test "two boards side by side do not collide" {
	(VBOARD_FLASH=$VBOARD_FLASH.2 VBOARD_STATS=$VBOARD_STATS.2 timeout 120 openocd \
		-f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "program_serial 2" >out2 2>err2 </dev/null) &
	nameplate_run "program_serial 1"
	expect "serial=1"
	wait $!
	[ "$(cat out2)" = "serial=2" ]
}

@test "usage and help are there, and no private proc shows up in help" {
	nameplate_run "usage program_serial" "help nameplate" "shutdown"
	grep -q 'program_serial <serial> \[image\]' "$err"
	[[ "$(tr -s ' \n' ' ' <"$err")" == *"dump FILE [-secrets] | restore FILE"*"run: run the firmware"* ]]
}

@test "the board file works from another folder, by a relative path" {
	mkdir -p "$BATS_TEST_TMPDIR/sub"
	cd "$BATS_TEST_TMPDIR/sub"
	ln -s "$HOME_DIR/openocd" ocd
	openocd_run -f ocd/board/$BOARD.cfg -c "program_serial 42 noverify"
	expect "serial=42"
}

@test "installed below a prefix, the board file finds its parts, and OpenOCD finds nameplate.tcl" {
	mkdir -p usr/bin usr/share/openocd usr/share/nameplate/stm32l152rb
	cp -r "$HOME_DIR/openocd" usr/share/openocd/site
	cp "$VBOARD" usr/bin/vboard
	cp "$DEMO" usr/share/nameplate/stm32l152rb/
	unset VBOARD
	openocd_run -s usr/share/openocd/site -f board/$BOARD.cfg -c "program_serial 42"
	expect "serial=42"
	openocd_run -s usr/share/openocd/site -c "source [find nameplate.tcl]" -c "program_serial 042"
	failed "write 42"
}
