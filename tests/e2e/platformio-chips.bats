# SPDX-License-Identifier: MIT
# On every virtual chip: firmware that PlatformIO has linked, written by OpenOCD's commands, read by the host's tool and by GDB.
# Skipped, by name, where PyPI cannot be reached.

load ../lib/helpers
load ../lib/platformio

# agrees CHIP: all four find the number in the region that the firmware was linked for.
agrees() {
	local chip=$1 elf base region=''
	local tool=$HOME_DIR/build/nameplate
	# On a WB the radio's firmware decides how much there is.
	[[ $chip != stm32wb55* ]] || region='custom_nameplate_region = 0x080F2000 8K'
	other_board "${chip#stm32}" "$region"
	PLATFORMIO_BUILD_DIR=$PWD/$chip pio_run
	uploaded SUCCESS
	elf=$PWD/$chip/device/firmware.elf
	"$tool" region --check "$elf"
	openocd_run -f "$HOME_DIR/openocd/board/virtual-$chip.cfg" -c "set NAMEPLATE_IMAGE $elf" -c "program_serial 4242 noverify"
	expect "serial=4242"
	base=$(arm-none-eabi-nm "$elf" | sed -n 's/^\([0-9a-f]*\) . _nameplate_start$/0x\1/p')
	size=$(($(arm-none-eabi-nm "$elf" | sed -n 's/^\([0-9a-f]*\) . _nameplate_end$/0x\1/p') - base))
	[ "cell=$((0x$(arm-none-eabi-nm "$elf" | sed -n 's/ . _nameplate_cell$//p')))" = "$("$HOME_DIR/build/nameplate" region --chip ${chip%-dual} --base $base --size $size | grep cell)" ]
	"$tool" decode --chip "$chip" --base "$base" --size $size "$VBOARD_FLASH" >decoded
	grep -q '^serial  *u32  *4242 ' decoded || { cat decoded; return 1; }
	timeout 180 gdb-multiarch -batch -nx -ex "set confirm off" -ex "set remotetimeout 30" \
		-ex "target extended-remote | openocd -f $HOME_DIR/openocd/board/virtual-$chip.cfg -c 'gdb_port pipe; log_output gdb.log; tcl_port disabled; telnet_port disabled'" \
		-ex "monitor reset halt" -ex "source $HOME_DIR/gdb/nameplate.gdb" -ex "nameplate-serial" -ex "kill" "$elf" >"$out" 2>"$err" </dev/null
	grep -qx 'serial=4242' "$out" || { cat "$out" "$err"; return 1; }
}

@test "firmware linked by PlatformIO, written by OpenOCD, read by the tool and by GDB, on every virtual chip" {
	local chip count=0
	for chip in $("$VBOARD" --list-chips | sed 's/ .*//'); do
		VBOARD_FLASH=$PWD/$chip.flash
		echo "$chip"
		agrees "$chip"
		count=$((count + 1))
	done
	[ $count -ge 19 ]
}
