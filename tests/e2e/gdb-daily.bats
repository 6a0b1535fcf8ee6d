# SPDX-License-Identifier: MIT
# GDB for daily work: writing, verifying, the example for CI and the printer, through an OpenOCD that GDB starts itself.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	elf=build/firmware/stm32l152rb/demo.elf
	make -s firmware
	export VBOARD_FLASH="$BATS_TEST_TMPDIR/flash"
}

# program SERIAL: a board with the demo and this serial number
program() {
	openocd -f openocd/board/virtual-stm32l152rb.cfg -c "program_serial $1" > "$BATS_TEST_TMPDIR/program.log" 2>&1 3>&-
}

# gdb ARGUMENT...: one batch run, connected to OpenOCD through a pipe; $tcl, if set, runs in it after the board file
gdb() {
	run timeout --kill-after=1 120 gdb-multiarch -batch -nx -ex "target extended-remote | openocd \
		-f openocd/board/virtual-stm32l152rb.cfg -c '${tcl:-}' -c 'gdb_port pipe; tcl_port disabled; telnet_port disabled; log_output /dev/null'" "$@" "$elf" 3>&-
}

need_python() {
	gdb-multiarch -batch -nx -ex 'python print("has" + "python")' 2>&1 | grep -q haspython || skip "this GDB has no Python"
}

@test "nameplate-set writes variables of any type, and nameplate sees them at once" {
	program 42
	gdb -x gdb/nameplate.gdb -ex nameplate \
		-ex 'nameplate-set serial=43 hwrev:u8=3 "note=two  words, 50% of \"it\"" pin=%d%s key:hex:secret=c0ffee' -ex nameplate
	[ "$status" -eq 0 ]
	[[ $output != *c0ffee* ]]
	diff <(grep ' 0x0801E[0-9A-F]*$' <<< "$output" | sed '/^Nameplate:/d; s/ *0x0801E.*//') - <<-'EOF'
		serial       u32  42
		serial       u32  43
		hwrev        u8   3
		note         text two  words, 50% of "it"
		pin          text %d%s
		key          hex  secret
	EOF
}

@test "nameplate-set leaves its words nowhere in OpenOCD" {
	program 42
	gdb -x gdb/nameplate.gdb -ex 'nameplate-set key:hex:secret=c0ffee' -ex 'monitor format left=%d [info exists _np_gdb_words]'
	[ "$status" -eq 0 ]
	[[ $output = *left=0* ]]
}

@test "nameplate-set refuses a bad word, a brace and no word, with status 1; nothing is written" {
	local words
	program 42
	cp "$VBOARD_FLASH" "$BATS_TEST_TMPDIR/before"
	for words in 'good=1 bad:u8=300' '{note=two words}' 'noequals' ''; do
		gdb -x gdb/nameplate.gdb -ex "nameplate-set $words"
		[ "$status" -eq 1 ]
		cmp "$VBOARD_FLASH" "$BATS_TEST_TMPDIR/before"
	done
	[[ $output = *"Error: at least one NAME"* ]]
}

@test "nameplate-verify has the firmware report every variable" {
	program 42
	gdb -x gdb/nameplate.gdb -ex 'nameplate-set hwrev:u8=3' -ex nameplate-verify -ex nameplate-serial
	[ "$status" -eq 0 ]
	[[ $output = *"verified=2"*"serial=42"* ]]
}

@test "nameplate-verify ends with status 1 where the firmware does not report, and takes no arguments" {
	program 42
	# The reset vector leads to an endless loop.
	printf '\x00\x40\x00\x20\x09\x00\x00\x08\xfe\xe7' > "$BATS_TEST_TMPDIR/loop.bin"
	dd if="$BATS_TEST_TMPDIR/loop.bin" of="$VBOARD_FLASH" conv=notrunc status=none
	tcl='set NAMEPLATE_TIMEOUT 1'
	gdb -x gdb/nameplate.gdb -ex nameplate-verify
	[ "$status" -eq 1 ]
	[[ $output = *Error:* ]]
	[[ $output != *verified=* ]]
	gdb -x gdb/nameplate.gdb -ex 'nameplate-verify all'
	[ "$status" -eq 1 ]
	[[ $output = *"Error: nameplate-verify takes no arguments"* ]]
}

@test "without nameplate.tcl, on another server and without a target they fail with status 1" {
	local command socket="$BATS_TEST_TMPDIR/gdb.sock" server
	program 42
	tcl='rename nameplate {}'
	qemu-system-arm -M netduinoplus2 -display none -monitor none -serial null -S -gdb "unix:$socket,server=on,wait=off" \
		-kernel build/firmware/stm32f405rg/demo.elf < /dev/null > /dev/null 2>&1 3>&- &
	server=$!
	for _ in $(seq 600); do
		[ -S "$socket" ] && break
		sleep 0.05
	done
	for command in 'nameplate-set a=1' nameplate-verify; do
		gdb -x gdb/nameplate.gdb -ex "$command"
		echo "$command: $status $output"
		[ "$status" -eq 1 ] || break
		[[ $output = *"invalid command name"* ]] || break
		run timeout --kill-after=1 60 gdb-multiarch -batch -nx -ex "target extended-remote $socket" -x gdb/nameplate.gdb \
			-ex "$command" build/firmware/stm32f405rg/demo.elf
		echo "$command: $status $output"
		[ "$status" -eq 1 ] || break
		[[ $output = *"Error: GDB must be connected to an OpenOCD"* ]] || break
		run gdb-multiarch -batch -nx -x gdb/nameplate.gdb -ex "$command" "$elf"
		echo "$command: $status $output"
		[ "$status" -eq 1 ] || break
		[[ $output = *"Error: no target"* ]] || break
		command=done
	done
	kill "$server"
	wait "$server" || true
	[ "$command" = done ]
}

@test "each new command has help that starts with its usage" {
	local command
	for command in nameplate-set nameplate-verify; do
		run gdb-multiarch -batch -nx -x gdb/nameplate.gdb -ex "help $command"
		[[ ${lines[0]} = "Usage: $command"* ]]
	done
}

@test "the CI example ends with 0 when the program's own variable has the serial number" {
	gdb -ex 'set $expected = 4294967295' -x gdb/nameplate.gdb -x gdb/ci-example.gdb
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output = *"Temporary breakpoint"*"main ()"*"ok: the program has found its serial number"* ]]
	gdb -ex 'set $expected = 44' -x gdb/ci-example.gdb -ex 'echo not reached\n'
	[ "$status" -eq 0 ]
	[[ $output != *"not reached"* ]]
}

@test "the CI example ends with 1 for another number, one that is refused, and no expectation" {
	program 42
	printf 'define nameplate-set\nend\n' > "$BATS_TEST_TMPDIR/nothing.gdb"
	gdb -ex 'set $expected = 43' -x gdb/nameplate.gdb -x "$BATS_TEST_TMPDIR/nothing.gdb" -x gdb/ci-example.gdb -ex 'echo on\n'
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"Error: the program's serial number is not 43"* ]]
	gdb -ex 'set $expected = 4294967296' -x gdb/nameplate.gdb -x gdb/ci-example.gdb
	[ "$status" -eq 1 ]
	gdb -x gdb/nameplate.gdb -x gdb/ci-example.gdb
	[ "$status" -eq 1 ]
	[[ $output = *'set $expected = 42'* ]]
}

@test "the printer shows variables and values decoded, a secret one as secret" {
	need_python
	program 42
	cat > "$BATS_TEST_TMPDIR/walk.gdb" <<-'EOF'
		nameplate-set off:i16=-17 u64=18446744073709551615 gain:f32=1.5 "note:text=a\\b" mac:mac=02:00:00:12:34:56 raw:hex=0aff key:hex:secret=c0ffee
		monitor arm semihosting enable
		monitor reset halt
		maintenance flush register-cache
		thbreak main
		continue
		set $i = 0
		while $i < 8
		  thbreak nameplate_next
		  continue
		  finish
		  echo shown:
		  output variable
		  echo \n
		  set $i = $i + 1
		end
		set variable variable.value.type = 7
		print variable.value
		set variable variable.value.type = 6
		print variable.value
		set variable variable.value.type = 4
		set variable variable.value.bytes = 0x90000000
		print variable.value
		print/r variable.value.length
		set variable variable.name_length = 99
		print variable
	EOF
	# Or OpenOCD gives zeros for memory that is not there.
	tcl='gdb_report_data_abort enable'
	gdb -ex 'source gdb/nameplate_printer.py' -x gdb/nameplate.gdb -x "$BATS_TEST_TMPDIR/walk.gdb"
	echo "$output"
	[ "$status" -eq 0 ]
	diff <(sed -n 's/^shown://p' <<< "$output") - <<-'EOF'
		serial: u32 42
		off: i16 -17
		u64: u64 18446744073709551615
		gain: f32 1.5
		note: text a\\b
		mac: mac 02:00:00:12:34:56
		raw: hex 0aff
		key: hex secret
	EOF
	[[ $output = *"not a value (type 7, 3 bytes)"*"= mac c0ffee"*"hex, 3 bytes at 0x90000000 that cannot be read"*"not a variable (name of 99 bytes)"* ]]
}
