# SPDX-License-Identifier: MIT
# The board test's own promises: it says what it erases and asks, refuses in one line, and gives the flash back whatever ends it. That
# its promises hold on every virtual chip: tests/board/virtual.

load ../lib/helpers

setup() {
	nameplate_setup
	export BOARD=$HOME_DIR/openocd/board/virtual-stm32l476rg.cfg VBOARD_PROBE=stlink BOARD_TEST_HOME=$BATS_TEST_TMPDIR/runs
	unset YES IMAGE CHIP RESTORE
}
teardown() { nameplate_teardown; }

board_test() { # ARGUMENT...: for env
	status=0
	env "$@" "$HOME_DIR/tests/board/run" >"$out" 2>"$err" </dev/null || status=$?
}

# says WORDS...: it ends with status 1 and one line that holds them; nothing was erased, and no folder is left.
says() {
	local words
	for words; do
		if [ "$status" != 1 ] || [[ "$(tail -n 1 "$err")" != "Error: "*"$words"* ]]; then
			cat "$out" "$err"
			echo "wanted a last line with: $words"
			return 1
		fi
	done
	! grep -E 'Traceback|\.py"' "$err" || return 1
	[ -z "$(ls "$BOARD_TEST_HOME" 2>/dev/null)" ]
}

# own: a device with a store and a firmware of its own, kept in `before`.
own() {
	openocd -c "set NAMEPLATE_IMAGE {}" -f "$BOARD" -c "program_vars serial=42 key:hex:secret=c0ffee" >"$out" 2>"$err"
	head -c 10000 /dev/urandom | dd of="$VBOARD_FLASH" conv=notrunc status=none
	cp "$VBOARD_FLASH" before
}

@test "without a terminal it wants YES=1: it has said what it would erase, and erased nothing" {
	own
	board_test
	says "nothing was erased" "YES=1"
	grep -q 'erases   0x08000000 to 0x0800[0-9A-F]*FFF and 0x080FF000 to 0x080FFFFF' "$out"
	cmp before "$VBOARD_FLASH"
}

@test "on a terminal it asks, and no is the default" {
	own
	for answer in n ''; do
		printf '%s\n' "$answer" | script -qec "$HOME_DIR/tests/board/run" /dev/null >"$out" || true
		grep -q 'Go on? \[y/N\]' "$out"
		grep -q 'Error: nothing was erased, as you wished' "$out"
	done
	cmp before "$VBOARD_FLASH"
}

@test "no board, a file that is none, no probe: one line each" {
	board_test BOARD=
	says "no board" "BOARD=board/nucleo-l4.cfg"
	board_test BOARD=nucleo.cfg
	says "no board file 'nucleo.cfg'"
	board_test BOARD=board/nothing.cfg
	says "Can't find board/nothing.cfg"
	if lsusb 2>/dev/null | grep -qi 0483:37; then skip "an ST-Link is plugged in"; fi
	board_test BOARD=board/nucleo-l4.cfg
	says "could not connect to the probe"
	board_test OPENOCD=/nothing/openocd
	says "there is no /nothing/openocd"
}

@test "another board's file, a firmware for more flash, one that names no region: one line each" {
	printf 'source {%s}\nvirtual_board stm32l476rg target/stm32f4x.cfg\n' "$HOME_DIR/openocd/board/virtual.tcl" >other.cfg
	board_test BOARD=$PWD/other.cfg
	says "check that the target file fits the chip"
	board_test BOARD="$HOME_DIR/openocd/board/virtual-stm32g071rb.cfg" VBOARD_FLASH=g0.flash \
		IMAGE="$HOME_DIR/build/firmware/stm32l476rg/demo.elf"
	says "lies outside the flash"
	arm-none-eabi-objcopy --strip-all "$HOME_DIR/build/firmware/stm32l476rg/demo.elf" plain.elf
	board_test IMAGE=plain.elf
	says "says no region"
}

@test "a read-protected device, and a write-protected region: one line each" {
	openocd -c "set NAMEPLATE_IMAGE {}" -f "$BOARD" -c "nameplate lock" >"$out" 2>"$err"
	board_test YES=1
	says "write-protected" "flash protect"
	rm -f "$VBOARD_FLASH"*
	printf '\377' >"$VBOARD_FLASH.options" # no AA and no CC
	head -c 63 /dev/zero >>"$VBOARD_FLASH.options"
	head -c 1048576 /dev/zero >"$VBOARD_FLASH"
	board_test YES=1
	says "read-protected"
}

# started: a run in the background that has begun with its promises; its process is $pid.
started() {
	YES=1 "$HOME_DIR/tests/board/run" >"$out" 2>"$err" </dev/null 3>&- &
	pid=$!
	for _ in $(seq 600); do
		! grep -q 'update:' "$out" || return 0
		sleep 0.1
	done
	cat "$out" "$err"
	return 1
}

@test "Ctrl-C and SIGTERM: the flash is as it was, and it says so" {
	own
	for signal in INT TERM; do
		started
		# A background job of a script ignores SIGINT, so Python is told by its own handler for both.
		kill -$signal $pid
		status=0
		wait $pid || status=$?
		[ "$status" = 1 ]
		tail -n 1 "$err" | grep -q "^Error: cut off.*; the flash is as it was$" || { cat "$err"; return 1; }
		cmp before "$VBOARD_FLASH"
	done
}

@test "SIGKILL: the next run refuses, and names the way to get back what was in the flash" {
	own
	export BOARD_TEST_HOME="$PWD/all runs"
	started
	kill -KILL $pid
	wait $pid || true
	boards_end
	board_test YES=1
	[ "$status" = 1 ]
	grep -q "^Error: an earlier run was cut off.*RESTORE=" "$err"
	# As it says, typed into a shell where make is.
	eval "words=($(sed -n 's/.*: make board-test \(.*\), or delete.*/\1/p' "$err"))"
	[ ${#words[@]} = 2 ]
	cd "$HOME_DIR"
	board_test "${words[@]}"
	cd "$OLDPWD"
	[ "$status" = 0 ] || { cat "$out" "$err"; return 1; }
	cmp before "$VBOARD_FLASH"
}

@test "a firmware that reports something else: the promise is FAILED, status 1, and the flash is as it was" {
	own
	sed 's/serial=/serlal=/g' "$HOME_DIR/build/firmware/stm32l476rg/demo.elf" >lies.elf
	board_test YES=1 IMAGE=lies.elf
	[ "$status" = 1 ]
	grep -q 'FAILED .* main job' "$out"
	grep -qE '^[0-9]+ passed, [1-9][0-9]* failed' "$out"
	cmp before "$VBOARD_FLASH"
}

@test "the part that the demo is built for: on every virtual chip one with its own core and ECC registers" {
	for chip in $("$VBOARD" --list-chips | sed 's/ .*//'); do
		VBOARD_FLASH=$chip.flash openocd -c "set NAMEPLATE_IMAGE {}" -c "set NAMEPLATE_VERBOSE 1" -f "$HOME_DIR/openocd/board/virtual-$chip.cfg" \
			-f "$HOME_DIR/tests/board/board.tcl" -c board_facts >$chip.facts 2>$chip.said
	done
	python3 - "$HOME_DIR" ./*.facts <<-'PY'
		import csv, importlib.machinery, importlib.util, os, re, sys
		home = sys.argv[1]
		loader = importlib.machinery.SourceFileLoader("board_run", home + "/tests/board/run")
		run = importlib.util.module_from_spec(importlib.util.spec_from_loader("board_run", loader))
		loader.exec_module(run)
		import device
		with open(home + "/firmware/parts.csv") as file:
		    parts = {row["part"]: row for row in csv.DictReader(line for line in file if not line.startswith("#"))}
		own = dict(re.findall(r"^(stm32\S+) +(stm32\S+)", open(home + "/firmware/chips.txt").read(), re.M))
		assert len(sys.argv) >= 20
		for path in sys.argv[2:]:
		    facts = dict(line.split("=", 1) for line in open(path).read().splitlines())
		    facts["device"] = device.device_line(open(path[:-5] + "said").read())
		    chip = os.path.basename(path)[:-6]
		    found = run.part_of(facts)
		    for column in "core", "eccr", "ecc2r", "cell":
		        assert parts[found][column] == parts[own[chip]][column], f"{chip}: {found}: {column}"
	PY
}
