# SPDX-License-Identifier: MIT
# What the pages beside the code show in their blocks, done. (tools/platformio, tools/make and tools/nameplate have tests of
# their own pages.)

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# The lines of a page's blocks that match PATTERN.
blocks() { awk '/^ *```/ { block = !block; next } block' "$HOME_DIR/$1" | grep -E "$2"; }

@test "openocd/README.md: a board file as it shows it loads, and fails only for want of a probe" {
	blocks openocd/README.md '^(source|set) ' >your.cfg
	[ "$(wc -l <your.cfg)" -ge 3 ]
	openocd_run -s "$HOME_DIR/openocd" -f your.cfg -c "program_serial abc"
	[[ "$errors" == *'"abc" is not a number'* ]]
}

@test "openocd/README.md: the dump that it shows is restored, and dumped again it is the same" {
	blocks openocd/README.md '^(#|[a-z]+:[a-z0-9:]+=)' | grep -v NAMEPLATE >shown
	[ "$(grep -c = shown)" -ge 3 ]
	nameplate_bare "nameplate restore shown"
	[ "$status" = 0 ] || { show; return 1; }
	nameplate_bare "nameplate dump again -secrets"
	diff <(grep -v '^#' shown | grep . | sort) <(grep -v '^#' again | grep . | sort)
}

@test "gdb/README.md: the batch line verifies the serial number of a device" {
	nameplate_bare "program_serial 42"
	line=$(blocks gdb/README.md '^gdb-multiarch -batch')
	server=$(blocks gdb/README.md '^-ex .target extended-remote [|] openocd')
	line=${line/-ex/${server/board.cfg/openocd/board/$BOARD.cfg} -ex}
	cd "$HOME_DIR"
	bash -c "${line/firmware.elf/$DEMO}" >"$out" 2>"$err"
	bash -c "${line/firmware.elf/$DEMO}" | grep -qx 'serial=42'
	! bash -c "$(sed 's/= 42/= 43/' <<<"${line/firmware.elf/$DEMO}")" >"$out" 2>"$err" || return 1
}

@test "tools/vboard/README.md: the line that it shows listens, and ends when told to" {
	line=$(blocks tools/vboard/README.md '^vboard --chip')
	line=${line/vboard/exec $VBOARD}
	line=${line/device.flash/$VBOARD_FLASH}
	bash -c "$line" 3>&- &
	for _ in $(seq 1000); do [ -S board.sock ] && break; sleep 0.02; done
	[ -S board.sock ]
	kill %1
	wait %1 || true
	[ ! -e board.sock ]
}
