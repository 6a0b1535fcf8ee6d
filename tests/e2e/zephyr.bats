#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The Zephyr module without Zephyr: its Kconfig, the overlays of its page, its CMake, and a program that is linked and started as
# Zephyr's are (tests/zephyr), on a virtual board.

load ../lib/helpers

setup_file() {
	local home
	home=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	[ -x "$home/build/venv/zephyr/bin/python" ] && "$home/build/venv/zephyr/bin/python" -c 'import kconfiglib, devicetree' 2>/dev/null && return
	python3 -m venv --clear "$home/build/venv/zephyr" &&
		"$home/build/venv/zephyr/bin/pip" --disable-pip-version-check --retries 1 --timeout 10 install -q kconfiglib==14.1.0 devicetree==0.0.2 >&2 || true
}

setup() {
	nameplate_setup
	PYTHON=$HOME_DIR/build/venv/zephyr/bin/python
	"$PYTHON" -c 'import kconfiglib, devicetree' 2>/dev/null || skip "kconfiglib and devicetree could not be installed"
	BOARD=virtual-stm32l476rg
	mkdir build
	echo CONFIG_NAMEPLATE=y >prj.conf
}
teardown() { nameplate_teardown; }

# overlay N: the Nth of the page.
overlay() { awk -v n="$1" '/```/ { inside = /```dts/; count += inside; next } inside && count == n' "$HOME_DIR/zephyr/README.md"; }

# board KIB PARTITIONS: a devicetree as the board's has it, in base.dts.
board() {
	cat >base.dts <<-DTS
		/dts-v1/;
		/ { soc { #address-cells = <1>; #size-cells = <1>;
		  flash0: flash@8000000 { reg = <0x08000000 DT_SIZE_K($1)>;
		    partitions { compatible = "fixed-partitions"; #address-cells = <1>; #size-cells = <1>; $2 }; }; }; };
	DTS
}
l476() { board 1024 'storage_partition: partition@f8000 { label = "storage"; reg = <0x000f8000 DT_SIZE_K(32)>; };'; }
l152re() {
	board 512 'boot_partition: partition@0 { reg = <0 DT_SIZE_K(64)>; }; slot0_partition: partition@10000 { reg = <0x00010000 DT_SIZE_K(220)>; };
		slot1_partition: partition@47000 { reg = <0x00047000 DT_SIZE_K(220)>; }; storage_partition: partition@7e000 { reg = <0x0007e000 DT_SIZE_K(8)>; };'
}

# configure SERIES SOC KIB CPU [CMAKE ARGUMENT...]: as west build does, with base.dts and app.overlay.
configure() {
	local series=$1 soc=$2 kib=$3 cpu=$4
	shift 4
	cat base.dts app.overlay | cpp -P -nostdinc -undef -x assembler-with-cpp '-DDT_SIZE_K(x)=((x) * 1024)' - >build/zephyr.dts
	"$PYTHON" "$HOME_DIR/tests/zephyr/partitions.py" build/zephyr.dts >build/devicetree.cmake
	{
		"$PYTHON" "$HOME_DIR/tests/zephyr/kconfig.py" "$HOME_DIR/zephyr/Kconfig" "$series" prj.conf |
			sed 's/^\([^=]*\)=\(.*\)/set(\1 \2)/'
		echo "set(CONFIG_SOC $soc)"
		echo "set(CONFIG_FLASH_SIZE $kib)"
		echo "set(CONFIG_FLASH_BASE_ADDRESS 0x8000000)"
		echo "set(CPU $cpu)"
	} >build/config.cmake
	status=0
	cmake -S "$HOME_DIR/tests/zephyr" -B build -DNAMEPLATE="$HOME_DIR" -DCMAKE_SYSTEM_NAME=Generic \
		-DCMAKE_C_COMPILER=arm-none-eabi-gcc "$@" >"$out" 2>"$err" || status=$?
}
built() {
	[ "$status" = 0 ] && cmake --build build >"$out" 2>"$err" && return
	cat "$out" "$err"
	return 1
}
# says WORDS: the build stops, and its one line has them.
says() {
	{ [ "$status" != 0 ] || ! cmake --build build >>"$out" 2>>"$err"; } && tr '\n' ' ' <"$err" | tr -s ' ' | grep -qF -e "$1" && return
	cat "$out" "$err"
	return 1
}
symbol() { arm-none-eabi-nm build/zephyr.elf | sed -n "s/^\([0-9a-f]*\) . $1\$/\1/p"; }

@test "module.yml: the names and places that Zephyr looks for" {
	cd "$HOME_DIR"
	grep -qx 'name: nameplate' zephyr/module.yml
	[ -f "$(sed -n 's/^  cmake: //p' zephyr/module.yml)/CMakeLists.txt" ]
	[ -f "$(sed -n 's/^  kconfig: //p' zephyr/module.yml)" ]
}

@test "Kconfig: the NMI is answered on parts with ECC by default, and nowhere else; not without an STM32" {
	kconfig() { "$PYTHON" "$HOME_DIR/tests/zephyr/kconfig.py" "$HOME_DIR/zephyr/Kconfig" "$1" "${2:-prj.conf}"; }
	for series in STM32L4X STM32L5X STM32G0X STM32G4X STM32WBX STM32WBAX STM32WLX STM32U0X STM32U3X STM32U5X; do
		kconfig $series | grep -qx CONFIG_NAMEPLATE_NMI=y
		kconfig $series | grep -qx CONFIG_RUNTIME_NMI=y
	done
	for series in STM32F4X STM32L1X STM32H7X; do
		kconfig $series | grep -qx CONFIG_NAMEPLATE=y
		! kconfig $series | grep NMI || return 1
	done
	! kconfig none | grep NAMEPLATE || return 1
	printf 'CONFIG_NAMEPLATE=y\nCONFIG_NAMEPLATE_NMI=n\n' >own.conf
	! kconfig STM32L4X own.conf | grep NMI || return 1
	: >none.conf
	! kconfig STM32L4X none.conf | grep NAMEPLATE || return 1
}

@test "the page's overlay for an L476: built, uploaded, and a torn word does not hang it" {
	l476
	overlay 1 >app.overlay
	configure STM32L4X stm32l476xx 1024 cortex-m4
	built
	[ "$(symbol _nameplate_start) $(symbol _nameplate_end) $(symbol _nameplate_eccr)" = "080ff000 08100000 40022018" ]
	nameplate_bare "program_serial 42 build/zephyr.elf verify"
	expect "serial=42"
	survives_torn_update
	nameplate_bare "program_serial 43 verify"
	expect "serial=43"
}

@test "what the west runner does with the page's options: firmware by west, then the serial number" {
	l476
	overlay 1 >app.overlay
	configure STM32L4X stm32l476xx 1024 cortex-m4
	built
	arm-none-eabi-objcopy -O ihex build/zephyr.elf zephyr.hex
	line=$(grep '^west flash' "$HOME_DIR/zephyr/README.md")
	pre=$(sed 's/.*--cmd-pre-init "\([^"]*\)".*/\1/; s|/path/to/nameplate|'"$HOME_DIR"'|' <<<"$line")
	post=$(sed 's/.*--cmd-post-verify "\([^"]*\)".*/\1/' <<<"$line")
	[ "$post" = "program_serial 42 noverify" ]
	# scripts/west_commands/runners/openocd.py, do_flash.
	openocd_run -c "set NAMEPLATE_IMAGE {}" -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "$pre" -c init -c targets -c "reset halt" \
		-c "flash write_image erase zephyr.hex" -c "reset halt" -c "verify_image zephyr.hex" -c "$post" -c "reset halt" -c shutdown
	[ "$status" = 0 ] || { show; return 1; }
	[[ "$stdout" = *"serial=42"* ]]
	nameplate_bare "nameplate run"
	expect "serial=42"
	openocd_run -c "set NAMEPLATE_IMAGE {}" -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "$pre" -c init -c "reset halt" \
		-c "program_serial 042 noverify" -c "reset halt" -c shutdown
	[ "$status" = 1 ]
}

@test "the page's overlay for an L152RE: its storage goes" {
	l152re
	overlay 2 >app.overlay
	configure STM32L1X stm32l152xe 512 cortex-m3
	built
	[ "$(symbol _nameplate_start) $(symbol _nameplate_end)" = "0807e000 08080000" ]
	[ -z "$(symbol _nameplate_eccr)" ]
	# What the page has west say is that.
	grep -q '"set NAMEPLATE_BASE 0x0807E000; set NAMEPLATE_SIZE 0x2000"' "$HOME_DIR/zephyr/README.md"
}

@test "no partition, one that overlaps, half a page, a part that nobody knows, a program too large: one line each" {
	l476
	: >app.overlay
	configure STM32L4X stm32l476xx 1024 cortex-m4
	says "the devicetree has no nameplate_partition"
	overlay 1 | grep -v '^ *&storage' >app.overlay
	configure STM32L4X stm32l476xx 1024 cortex-m4
	says "nameplate_partition and storage_partition overlap"
	l152re
	overlay 2 | grep -v delete >app.overlay
	configure STM32L1X stm32l152xe 512 cortex-m3
	says "nameplate_partition and storage_partition overlap"
	l476
	overlay 1 | sed 's/DT_SIZE_K(4)/0x200/' >app.overlay
	configure STM32L4X stm32l476xx 1024 cortex-m4
	says "nameplate_partition is not whole pages"
	overlay 1 >app.overlay
	configure STM32L4X stm32l999xx 1024 cortex-m4
	says "stm32l999xx with 1024 KiB of flash is not in"
	configure STM32L4X stm32l476xx 1024 cortex-m4 -DFILL=1040000
	says "reaches into nameplate_partition"
}

@test "an H7's loads are guarded; a G0 with two banks has both registers" {
	board 2048 'nameplate_partition: partition@e0000 { reg = <0x000e0000 DT_SIZE_K(128)>; };'
	: >app.overlay
	configure STM32H7X stm32h743xx 2048 cortex-m7
	built
	[ -n "$(symbol nameplate_guarded_load)" ]
	board 512 'nameplate_partition: partition@7f000 { reg = <0x0807f000 DT_SIZE_K(4)>; };'
	rm -rf build/*
	configure STM32G0X stm32g0b1xx 512 cortex-m0plus
	built
	[ "$(symbol _nameplate_start) $(symbol _nameplate_ecc2r)" = "0807f000 4002201c" ]
}
