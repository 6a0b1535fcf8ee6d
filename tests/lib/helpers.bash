# SPDX-License-Identifier: MIT
# Shared by the tests of whole commands: the real OpenOCD on a virtual board of the test's own.

BOARD=${BOARD:-virtual-stm32l152rb}

nameplate_setup() {
	HOME_DIR=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export VBOARD=${VBOARD:-$HOME_DIR/build/vboard}
	export VBOARD_FLASH=$BATS_TEST_TMPDIR/flash VBOARD_STATS=$BATS_TEST_TMPDIR/stats
	export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR
	# An ST-LINK, as most people have: its commands carry whole blocks, so a test takes a fifth of the time that JTAG takes bit
	# by bit. tests/probes has the others.
	export VBOARD_PROBE=${VBOARD_PROBE:-stlink}
	DEMO=$HOME_DIR/build/firmware/stm32l152rb/demo.elf
	out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
	cd "$BATS_TEST_TMPDIR" || return 1
}

# project_copy DIR: the project as it is, committed or not, without what was built; a clone of its own.
project_copy() {
	mkdir -p "$1"
	git -C "$BATS_TEST_DIRNAME/../.." ls-files -z --cached --others --exclude-standard |
		tar -C "$BATS_TEST_DIRNAME/../.." -c --null -T - | tar -x -C "$1"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" -c user.name=test -c user.email=test@example.com commit -qm "as it is"
}

# boards: the processes of this test's own boards, whose flash lies in this test's folder; fails if there is none.
boards() { pgrep -f "vboard .*--flash ${BATS_TEST_TMPDIR:?}/"; }

# boards_end: waits until there is none.
boards_end() {
	local tries
	for tries in $(seq 500); do
		boards >/dev/null || return 0
		sleep 0.02
	done
	return 1
}

# Nothing may be left behind: no board, no socket.
nameplate_teardown() {
	if ! boards_end; then
		boards | xargs -r ps -o pid=,args= -p
		boards | xargs -r kill -KILL
		echo "a board was left behind"
		return 1
	fi
	[ -z "$(find "$BATS_TEST_TMPDIR" -type s)" ]
}

# missed FILE: whether the OpenOCD that said this has not found its J-Link. On the network that has 20 ms to be found, which a busy
# machine may need for something else, and one OpenOCD at a time may look for it.
missed() { grep -q "No J-Link device found\|TCP/IP device discovery failed" "$1"; }

# openocd_run ARGUMENT...: any OpenOCD, with its streams apart. Sets status; reads $out and $err back.
openocd_run() {
	local tries alone=()
	# A session listens on ports 3333, 4444 and 6666, which others have at the same time only if they are not tests.
	case $* in
	*gdb_port*) ;;
	*init* | *"program "*)
		mkdir -p "$HOME_DIR/build/tests"
		alone=(flock -o "$HOME_DIR/build/tests/ports")
		;;
	esac
	for tries in 1 2 3 4 5; do
		rm -f "$VBOARD_STATS"
		status=0
		"${alone[@]}" timeout -k 5 120 openocd "$@" >"$out" 2>"$err" </dev/null || status=$?
		# What ended well has done everything, and is not to be done twice.
		[ "$status" != 0 ] || break
		missed "$err" || grep -q "couldn't bind .* to socket" "$err" || break
		sleep 1
	done
	stdout=$(cat "$out")
	errors=$(grep -a '^Error: ' "$err" || true)
}

# newer: whether the OpenOCD of this test is newer than 0.12.
newer() { [[ ! $(openocd --version 2>&1 | head -n 1) =~ Debugger\ 0\.12\.0(-[0-9].*)?$ ]]; }

# nameplate_run COMMAND...: each as one -c on the virtual board.
nameplate_run() {
	local arguments=() command
	for command in "$@"; do arguments+=(-c "$command"); done
	openocd_run -f "$HOME_DIR/openocd/board/$BOARD.cfg" "${arguments[@]}"
}

# The same with no firmware image, so that only the store is worked on: quick.
nameplate_bare() { nameplate_run "set NAMEPLATE_IMAGE {}" "$@"; }

# Power fails in the second write of an update, on flash with ECC: the firmware starts, and has the number 42 as before.
survives_torn_update() {
	VBOARD_ARGS="--cut 2:torn:2" nameplate_bare "program_serial 43"
	[ "$status" = 1 ]
	nameplate_bare "nameplate run"
	expect "serial=42"
	[ "$(stat ecc_errors)" -gt 0 ] # else nothing was torn
}

# stat KEY: a counter of the board's last run. The board writes them once its connection has ended.
stat() {
	local tries
	for tries in $(seq 1000); do
		[ -e "$VBOARD_STATS" ] && break
		sleep 0.01
	done
	sed -n "s/^$1=//p" "$VBOARD_STATS"
}

show() {
	echo "status $status"
	echo "stdout: $stdout"
	echo "stderr:"
	cat "$err"
}

# expect STDOUT: it succeeded, and printed exactly that.
expect() {
	if [ "$status" != 0 ] || [ "$stdout" != "$1" ]; then
		echo "wanted status 0 and stdout: $1"
		show
		return 1
	fi
}

# failed WORDS...: it failed with no result, and our last line "Error: ..." holds all of them.
failed() {
	local words line
	line=$(printf '%s\n' "$errors" | tail -n 1)
	if [ "$status" != 1 ] || [ -n "$stdout" ]; then
		echo "wanted status 1 and no stdout"
		show
		return 1
	fi
	if [ "$(tail -n 1 "$err")" != "$line" ] || grep -a -E "in procedure '|\.(tcl|cfg):[0-9]+:|^Error: *$" "$err"; then
		echo "wanted our line last, and no trace"
		show
		return 1
	fi
	for words in "$@"; do
		if [[ "$line" != *"$words"* ]]; then
			echo "wanted an Error: line with: $words"
			show
			return 1
		fi
	done
}

# refused WORDS...: the same, and the flash was not touched.
refused() {
	failed "$@" || return 1
	if [ "$(stat flash_ops)" != 0 ]; then
		echo "flash operations: $(stat flash_ops), wanted none"
		show
		return 1
	fi
}

# flash_put OFFSET HEX: puts bytes into the flash file.
flash_put() {
	[ -e "$VBOARD_FLASH" ] || head -c 131072 /dev/zero >"$VBOARD_FLASH"
	printf "$(sed 's/../\\x&/g' <<<"$2")" | dd of="$VBOARD_FLASH" bs=1 seek="$1" conv=notrunc status=none
}

# assemble NAME <<SOURCE: a small firmware of the test's own, for the virtual board.
assemble() {
	cat >"$1.s"
	arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -nostdlib -nostartfiles -Wl,-Ttext=0x08000000 -Wl,--build-id=none \
		-o "$1.elf" "$1.s"
}

# firmware NAME <<SOURCE: the same, after a vector table, the handler of faults after it; r4 on are its own.
firmware() {
	{
		printf '.syntax unified\n.thumb\n.global _start\n.word 0x20004000, _start + 1, fault + 1, fault + 1\n'
		printf '.thumb_func\n_start:\n'
		cat
		printf '.thumb_func\nfault: b fault\n'
	} | assemble "$1"
}

# completes FILE WORD...: what bash offers for the last of the words, by the completion in FILE.
completes() {
	bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		completion=$(complete -p "$1"); completion=${completion##*-F }; ${completion% *}
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}
