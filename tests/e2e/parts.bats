#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# firmware/parts.csv is what every route takes a part for: OpenOCD's side on the pages that OpenOCD reports, the host tool,
# PlatformIO and the linker come to one region.

load ../lib/helpers

setup() {
	nameplate_setup
	TOOL=${NAMEPLATE_TOOL:-$HOME_DIR/build/asan/nameplate}
	TABLE=$HOME_DIR/firmware/parts.csv
}

all_parts() { sed -n 's/^\(stm32[^,]*\),.*/\1/p' "$TABLE"; }

@test "every part: one region, by OpenOCD's pages, the host tool, PlatformIO, the linker's include" {
	jimsh "$HOME_DIR/tests/tcl/lib/part_regions.tcl" "$TABLE" >tcl
	python3 "$HOME_DIR/tests/parts/regions.py" "$TABLE" >python
	local part
	for part in $(all_parts); do
		if "$TOOL" region --chip "$part" >one 2>one.err; then
			echo "$part $(paste -sd' ' one)" >>c
			"$TOOL" region --chip "$part" --ld | sed -n 's/^_nameplate_\(start\|end\) = .* \(0x[0-9A-F]*\);$/\2/p' >one
			{ read -r end; read -r start; } <one
			printf '%s base=%s size=%d\n' "$part" "$start" $((end - start)) >>ld
		else
			grep -q '^Error: .* --base\|^Error: .* single page' one.err
			echo "$part none" | tee -a c >>ld
			! "$TOOL" region --chip "$part" --ld >one 2>&1 || return 1
		fi
	done
	[ "$(wc -l <c)" -ge 450 ]
	# Where the table has none, OpenOCD's side has what the device says, or refuses as well.
	awk 'NR == FNR { if ($2 == "none") none[$1] = 1; next } { print ($1 in none) ? $1 " none" : $0 }' c tcl | diff - c
	sed 's/ areas=.*//' c | diff - python
	diff python ld
}

@test "every part has the pages that the public table of flash has, and no row is without a part" {
	local public=$HOME_DIR/../shared/data/stm32-flash.csv
	[ -e "$public" ] || skip "no public table here"
	run python3 "$HOME_DIR/tests/parts/shared.py" "$TABLE" "$public"
	[ "$status" = 0 ] || { echo "$output"; return 1; }
}

@test "every part: its unique ID is where ST's device headers have it (UID_BASE), and OpenOCD's side reads it there" {
	local part uid expected
	while IFS=, read -r part uid; do
		case $part in
		stm32c0*) expected=0x1FFF7550 ;;
		stm32f[03]*) expected=0x1FFFF7AC ;;
		stm32f1*) expected=0x1FFFF7E8 ;;
		stm32f[24]*) expected=0x1FFF7A10 ;;
		stm32f7[23]*) expected=0x1FF07A10 ;;
		stm32f7*) expected=0x1FF0F420 ;;
		stm32g* | stm32l4* | stm32wb[0-9]* | stm32wl*) expected=0x1FFF7590 ;;
		stm32h7[abrs]*) expected=0x08FFF800 ;;
		stm32h7*) expected=0x1FF1E800 ;;
		stm32l0*) expected=0x1FF80050 ;;
		stm32l1??x[68b]*) expected=0x1FF80050 ;;
		stm32l1*) expected=0x1FF800D0 ;;
		stm32l5*) expected=0x0BFA0590 ;;
		stm32u031*) expected=0x1FFF3E50 ;;
		stm32u0*) expected=0x1FFF6E50 ;;
		stm32wba5*) expected=0x0BF90700 ;;
		stm32u[35]* | stm32wba6*) expected=0x0BFA0700 ;;
		*) expected= ;;
		esac
		[ -n "$uid" ] && [ "$uid" = "$expected" ] || { echo "$part: $uid, wanted $expected"; return 1; }
		grep -q "uid {$uid " "$HOME_DIR/openocd/nameplate/save.tcl" || { echo "$part: OpenOCD's side does not read $uid"; return 1; }
	done < <(grep '^stm32' "$TABLE" | cut -d, -f1,11)
	[ "$(grep -c '^stm32' "$TABLE")" -ge 450 ]
}

@test "a name is a part's whole one: what follows is of letters and digits, and a layout is as the table has it" {
	names='stm32f767zi STM32F767ZIT6 stm32f767zi-dual stm32f767zi-foo stm32f767zi- stm32f767zi.t6 stm32f767z stm32f767zid
		stm32f767zi-dual2 stm32f767zit6-dual stm32l151rct6a stm32l151rct6 stm32l151rc-a stm32wl33cc stm32wle5jc stm32h563zi
		stm32wba52cgu6 stm32f103xb stm32f10..b 0stm32f103rb'
	for name in $names; do
		echo "$name $("$TOOL" region --chip "$name" 2>/dev/null | sed -n 's/^base=//p')"
	done >c
	python3 - $names >python <<-EOF
		import sys
		sys.path.insert(0, "$HOME_DIR/tools/platformio")
		import nameplate_parts
		parts = nameplate_parts.load("$TABLE")
		for name in sys.argv[1:]:
		    part = nameplate_parts.find(parts, name)
		    print(name, "0x%08X" % part.region[0] if part else "")
	EOF
	diff python c
	[ "$(awk 'NF == 2 { printf "%s ", $1 }' c)" = "stm32f767zi STM32F767ZIT6 stm32f767zi-dual stm32f767zid stm32f767zit6-dual stm32l151rct6a\
 stm32l151rct6 stm32l151rc-a stm32wle5jc stm32wba52cgu6 stm32f103xb " ]
	grep -qx 'stm32l151rct6a 0x0802E000' c
	grep -qx 'stm32l151rct6 0x0803E000' c
}

@test "the linker takes the include of any part: the region, its checks, the registers of double errors" {
	cat >any.ld <<-'EOF'
		SECTIONS { .text : { *(.text*) } }
		_nameplate_image_end = ADDR(.text);
		INCLUDE part.ld
	EOF
	printf '.text\n.global Reset_Handler\nReset_Handler: b .\n' | arm-none-eabi-as -mthumb -o any.o -
	for part in stm32f411ce stm32g0b1re stm32wle5jc stm32h743zi stm32f767zi-dual; do
		"$TOOL" region --chip $part --ld >part.ld
		arm-none-eabi-ld -L"$HOME_DIR/firmware/linker" -T any.ld -o $part.elf any.o 2>any.err || { cat any.err; return 1; }
		arm-none-eabi-nm $part.elf >$part
	done
	grep -qx '08060000 A _nameplate_start' stm32f411ce
	grep -qx '08080000 A _nameplate_end' stm32f411ce
	grep -qx '40022018 A _nameplate_eccr' stm32g0b1re
	grep -qx '4002201c A _nameplate_ecc2r' stm32g0b1re
	grep -qx '58004018 A _nameplate_eccr' stm32wle5jc
	! grep -q ecc stm32f411ce || return 1
	grep -qx '081e0000 A _nameplate_start' stm32f767zi-dual
	# A program with the reader has to be compiled for flash whose torn words are bus faults.
	printf '.text\n.global nameplate_begin\nnameplate_begin: b .\n' | arm-none-eabi-as -mthumb -o any.o -
	"$TOOL" region --chip stm32h743zi --ld >part.ld
	! arm-none-eabi-ld -L"$HOME_DIR/firmware/linker" -T any.ld -o any.elf any.o 2>any.err || return 1
	grep -q NAMEPLATE_GUARDED_LOADS any.err
}
