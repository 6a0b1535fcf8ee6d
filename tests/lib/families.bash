# SPDX-License-Identifier: MIT
# What is run on the virtual chips of every family.

# clean: the model met nothing unknown, and no cell was written twice.
clean() {
	[ "$(stat unmodelled)" = 0 ] && [ "$(stat flash_overwrites)" = 0 ] && [ "$(stat flash_errors)" = 0 ] && return
	echo "unmodelled $(stat unmodelled), flash_overwrites $(stat flash_overwrites), flash_errors $(stat flash_errors)"
	show
	return 1
}

# main_job CHIP: program_serial with the demo, an update, the list, the firmware again by OpenOCD's own command and by ours; each on a
# new connection.
main_job() {
	BOARD=virtual-$1
	nameplate_run "program_serial 42"
	expect "serial=42"
	grep -q '^firmware: serial=42$' "$err"
	# OpenOCD's loader ran in the target's RAM: it did not fall back to writing word by word.
	! grep -q -e 'block writes' -e 'loader' -e 'working area' "$err" || return 1
	clean
	nameplate_bare "program_serial 43"
	expect "serial=43"
	# Where granules have a code, each word is one, written once.
	"$VBOARD" --list-models | grep -q "^$1 .*; ECC granule 0\$" || [ "$(stat flash_granules) $(stat flash_ops)" = "3 3" ]
	clean
	nameplate_bare "nameplate list"
	[ "$status" = 0 ]
	[[ "$stdout" = serial*43* ]]
	[ "$(stat flash_ops)" = 0 ]
	nameplate_run "program $HOME_DIR/build/firmware/$1/demo.elf verify exit"
	[ "$status" = 0 ]
	clean
	nameplate_run "program_serial 7 keep"
	expect "serial=43"
	grep -q '^firmware: serial=43$' "$err"
	clean
}

# gdb_session CHIP: GDB loads the demo into a device that has a serial, steps, stops in the reader at a breakpoint in flash,
# lets it return, and reads the store itself. It goes straight to main: OpenOCD's server takes 100 ms for each semihosting call.
gdb_session() {
	local tries
	BOARD=virtual-$1
	nameplate_bare "program_serial 42"
	expect "serial=42"
	for tries in 1 2 3 4 5; do
		rm -f "$VBOARD_STATS"
		timeout 180 gdb-multiarch -batch -nx -ex "set confirm off" -ex "set remotetimeout 30" \
			-ex "target extended-remote | openocd -f $HOME_DIR/openocd/board/$BOARD.cfg -c 'gdb_port pipe; log_output gdb.log; tcl_port disabled; telnet_port disabled'" \
			-ex "monitor reset halt" -ex "load" -ex "monitor reset halt" \
			-ex "stepi" -ex "stepi" -ex 'set $pc = main' -ex "hbreak nameplate_begin" -ex "continue" -ex "finish" \
			-ex 'printf "begun: %d\n", $r0' \
			-ex "source $HOME_DIR/gdb/nameplate.gdb" -ex "nameplate-serial" -ex "kill" \
			"$HOME_DIR/build/firmware/$1/demo.elf" >"$out" 2>"$err" </dev/null || true
		missed gdb.log || break
		sleep 1
	done
	stdout=$(cat "$out")
	if [[ "$stdout" != *"begun: 0"*"serial=42"* ]]; then
		show
		return 1
	fi
	clean
}

# every_type CHIP: one variable of each type, programmed with the demo, which reports every one of them.
every_type() {
	BOARD=virtual-$1
	local vars='serial=42 a:u8=255 b:u16=65535 c=305419896 d:u64=18446744073709551615 e:i8=-128 f:i16=-32768 g:i32=-17'
	vars+=' h:i64=-9223372036854775808 i:f32=1.0023 j:f64=-2.5e-300 k=B2 l:hex=00ff10 m:mac=02:00:00:12:34:56'
	vars+=' "n=two words" o:hex:secret=c0ffee'
	nameplate_run "program_vars $vars"
	[ "$status" = 0 ] || { show; return 1; }
	[ "$(wc -l <<<"$stdout")" = 16 ] || { show; return 1; }
	! grep -qi c0ffee "$out" "$err" || return 1
	clean
	nameplate_bare "nameplate delete k n"
	nameplate_run "nameplate verify"
	[ "$stdout" = verified=14 ] || { show; return 1; }
	clean
}

# refuses CHIP: bad input with its reason, and no flash operation.
refuses() {
	BOARD=virtual-$1
	# Whole sectors from the start of the flash, on each chip.
	local size=32768
	[[ $1 != stm32h743zi* ]] || size=131072
	nameplate_run "program_serial 042"
	refused "leading zero"
	nameplate_bare "set NAMEPLATE_BASE 0x08000000" "set NAMEPLATE_SIZE 100" "program_serial 42"
	refused "whole pages"
	nameplate_run "set NAMEPLATE_BASE 0x08000000" "set NAMEPLATE_SIZE $size" "program_serial 42"
	refused "linked for the region" 0x08000000
	# An image that does not say what it was linked for.
	arm-none-eabi-objcopy --strip-all "$HOME_DIR/build/firmware/$1/demo.elf" plain.elf
	nameplate_run "set NAMEPLATE_IMAGE plain.elf; set NAMEPLATE_BASE 0x08000000" "set NAMEPLATE_SIZE $size" "program_serial 42"
	refused "touches the reserved region" 0x08000000
	nameplate_run "program_vars a:u8=256"
	refused "out of range"
}
