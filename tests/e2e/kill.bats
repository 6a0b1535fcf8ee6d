#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# SIGKILL at 50 moments spread over one whole upload, half of them of OpenOCD, half of the board.

MOMENTS=25

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	VBOARD=${VBOARD:-$PWD/build/vboard}
	board=openocd/board/virtual-stm32l152rb.cfg
	export VBOARD VBOARD_FLASH=$BATS_TEST_TMPDIR/flash
}

upload() { openocd -f "$board" -c "program_serial $1" 2>"$BATS_TEST_TMPDIR/err"; }

board_pid() { pgrep -f "vboard .*--flash $VBOARD_FLASH " || true; }

# kill_during openocd|vboard: at each moment, the device has 42 and is being given 43.
kill_during() {
	local whole begin moment pid serial
	upload 41 >/dev/null
	begin=$(date +%s%N)
	upload 42 >/dev/null
	whole=$((($(date +%s%N) - begin) / 1000))
	cp "$VBOARD_FLASH" "$BATS_TEST_TMPDIR/with-42"

	for moment in $(seq "$MOMENTS"); do
		cp "$BATS_TEST_TMPDIR/with-42" "$VBOARD_FLASH"
		openocd -f "$board" -c "program_serial 43" >/dev/null 2>"$BATS_TEST_TMPDIR/killed" &
		pid=$!
		sleep "$(printf '0.%06d' $((whole * moment / (MOMENTS + 1))))"
		if [ "$1" = vboard ]; then
			pid_of_board=$(board_pid)
			[ -z "$pid_of_board" ] || kill -KILL $pid_of_board 2>/dev/null || true
		else
			kill -KILL "$pid" 2>/dev/null || true
		fi
		wait "$pid" 2>/dev/null || true
		[ "$(stat -c %s "$VBOARD_FLASH")" = 131072 ]

		serial=$(openocd -f "$board" -c "nameplate get serial" 2>"$BATS_TEST_TMPDIR/err")
		if [ "$serial" != 42 ] && [ "$serial" != 43 ]; then
			echo "after SIGKILL of $1 at moment $moment of $MOMENTS the device says '$serial'"
			cat "$BATS_TEST_TMPDIR/err"
			return 1
		fi
		if [ "$(upload 43)" != serial=43 ]; then
			echo "after SIGKILL of $1 at moment $moment of $MOMENTS the same command does not finish the job"
			cat "$BATS_TEST_TMPDIR/err"
			return 1
		fi
	done
}

@test "SIGKILL of OpenOCD at 25 moments: old or new, and the same command finishes the job" {
	kill_during openocd
}

@test "SIGKILL of the board at 25 moments: old or new, and the same command finishes the job" {
	kill_during vboard
}
