#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Board files for real boards: no such board can be tried here, so what is promised is that they load, know the
# commands, and end with OpenOCD's own message and ours when there is no probe.

load helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# no_probe BOARD
no_probe() {
	if lsusb 2>/dev/null | grep -qi 0483:37; then skip "an ST-Link is plugged in"; fi
	openocd_run -f "$HOME_DIR/openocd/board/$1.cfg" -c "program_serial 42"
	failed "could not connect to the probe" "check cable"
	grep -q '^Error: open failed' "$err"
}

@test "stm32l-discovery.cfg loads, and says that there is no probe" { no_probe stm32l-discovery; }
@test "nucleo-l1.cfg loads, and says that there is no probe" { no_probe nucleo-l1; }

@test "on a real board, too, a bad number is refused before the probe is looked for" {
	openocd_run -f "$HOME_DIR/openocd/board/stm32l-discovery.cfg" -c "program_serial 042"
	failed "write 42"
	[ "$(grep -c 'open failed' "$err")" = 0 ]
}

@test "nucleo-l1.cfg names the end of its second bank, unless the user names another region" {
	openocd_run -f "$HOME_DIR/openocd/board/nucleo-l1.cfg" -c 'puts "$NAMEPLATE_BASE $NAMEPLATE_SIZE"; shutdown'
	expect "0x0807E000 0x2000"
	openocd_run -c "set NAMEPLATE_BASE 0x0803F000; set NAMEPLATE_SIZE 0x1000" \
		-f "$HOME_DIR/openocd/board/nucleo-l1.cfg" -c 'puts "$NAMEPLATE_BASE $NAMEPLATE_SIZE"; shutdown'
	expect "0x0803F000 0x1000"
}
