# SPDX-License-Identifier: MIT
# Make and CMake: small projects of somebody else, in an empty directory, built against the installed files.

load ../lib/helpers

setup_file() {
	export PREFIX=$BATS_FILE_TMPDIR/usr
	make -s -C "$BATS_TEST_DIRNAME/../.." install PREFIX="$PREFIX" >"$BATS_FILE_TMPDIR/install" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/install"
		return 1
	}
}

setup() {
	nameplate_setup
	mkdir project
	cd project || return 1
	project
	unset MAKEFLAGS MAKELEVEL MFLAGS SERIAL VARS
}
teardown() { nameplate_teardown; }

# A firmware that knows nothing of the checkout: it reports by semihosting, and its script fills the flash.
project() {
	cat >main.c <<-'C'
		#include <nameplate.h>
		#include <stdio.h>
		#include <stdlib.h>
		extern unsigned _sidata[], _sdata[], _edata[], _sbss[], _ebss[];
		extern void initialise_monitor_handles(void);
		void start(void)
		{
		    unsigned *to, *from = _sidata;
		    uint32_t serial;
		    char hwrev[16];
		    for (to = _sdata; to < _edata;) *to++ = *from++;
		    for (to = _sbss; to < _ebss;) *to++ = 0;
		    initialise_monitor_handles();
		    if (nameplate_serial(&serial) == 0)
		        printf("serial=%lu\n", (unsigned long)serial);
		    if (nameplate_text("hwrev", hwrev, sizeof hwrev) >= 0)
		        printf("hwrev=%s\n", hwrev);
		    exit(0);
		}
		void Default_Handler(void) { for (;;); }
		void NMI_Handler(void) __attribute__((weak, alias("Default_Handler")));
		__attribute__((section(".vectors"), used)) static void *const vectors[] = {
		    (void *)0x20004000, (void *)start, (void *)NMI_Handler, (void *)Default_Handler};
		#ifdef GROW
		__attribute__((section(".vectors"), used)) static const char filler[121 * 1024] = {1};
		#endif
		#ifdef QUICK
		__attribute__((section(".vectors"), used)) static const char most[106 * 1024] = {1};
		__attribute__((section(".quick"), used)) static char quick[8 * 1024] = {1};
		#endif
	C
	cat >mine.ld <<-'LD'
		MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 128K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 16K }
		ENTRY(start)
		SECTIONS {
		  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) . = ALIGN(4); } >FLASH
		  .ARM.exidx : { *(.ARM.extab* .ARM.exidx*) } >FLASH
		  .data : { _sdata = .; *(.data*) . = ALIGN(4); _edata = .; } >RAM AT>FLASH
		  _sidata = LOADADDR(.data);
		  .quick : { *(.quick*) } >RAM AT>FLASH
		  .bss (NOLOAD) : { _sbss = .; *(.bss* COMMON) . = ALIGN(8); _ebss = .; end = .; } >RAM
		}
	LD
	# A board file that knows nothing of Nameplate, like OpenOCD's own.
	cat >board.cfg <<-CFG
		source $PREFIX/share/openocd/site/board/virtual.tcl
		virtual_board stm32l152rb target/stm32l1.cfg
	CFG
}

makefile() { # LINE...
	{
		printf '%s\n' 'CC := arm-none-eabi-gcc' 'FIRMWARE := app.elf' 'BOARD := board.cfg' "$@" 'all: $(FIRMWARE)' 'include nameplate.mk'
		printf '%s\n\t%s\n\t%s\n' '$(FIRMWARE): main.c $(NAMEPLATE_SOURCES)' \
			'$(CC) -mthumb -mcpu=$(or $(CPU),cortex-m3) -Os $(DEFINE) $(NAMEPLATE_CFLAGS) -o $@ $^ -T mine.ld --specs=nano.specs --specs=rdimon.specs -nostartfiles $(NAMEPLATE_LDFLAGS)' '$(NAMEPLATE_CHECK)'
	} >Makefile
}

cmakelists() { # LINE...
	cat >CMakeLists.txt <<-'CMAKE'
		cmake_minimum_required(VERSION 3.13)
		set(CMAKE_SYSTEM_NAME Generic)
		set(CMAKE_SYSTEM_PROCESSOR arm)
		set(CMAKE_C_COMPILER arm-none-eabi-gcc)
		set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
		project(outside C)
		find_package(nameplate REQUIRED)
		add_executable(app main.c)
		target_compile_options(app PRIVATE -mthumb -mcpu=cortex-m3 -Os)
		target_link_options(app PRIVATE -mthumb -mcpu=cortex-m3 -T ${CMAKE_SOURCE_DIR}/mine.ld --specs=nano.specs
		    --specs=rdimon.specs -nostartfiles)
	CMAKE
	printf '%s\n' "$@" >>CMakeLists.txt
}

# quietly COMMAND...: sets status, stdout (its results) and errors, as openocd_run does.
quietly() {
	rm -f "$VBOARD_STATS"
	status=0
	timeout 120 "$@" >"$out" 2>"$err" </dev/null || status=$?
	stdout=$(grep -aE '^[a-z]+=' "$out" || true)
	errors=$(grep -a 'Error: ' "$err" || true)
}

@test "make: upload SERIAL=42 with values, reported by the firmware" {
	makefile 'CHIP := stm32l152rb'
	quietly make -I "$PREFIX/include" upload SERIAL=42 VERIFY=1
	expect "serial=42"
	quietly make -I "$PREFIX/include" upload SERIAL=43 VARS='hwrev=B2 {label=two words}'
	expect $'serial=43\nhwrev=B2\nlabel=two words'
	quietly make -I "$PREFIX/include" upload SERIAL=44 KEEP=1
	expect "serial=43"
	for wrong in KEEP=0 VERIFY=no; do
		quietly make -I "$PREFIX/include" upload SERIAL=44 $wrong
		[ "$status" = 2 ] && grep -q "[*][*][*] $wrong: say ${wrong%=*}=1, or leave it out" "$err" || { show; return 1; }
	done
	quietly make -I "$PREFIX/include" nameplate SERIAL='text:SN "1" $$x'
	expect 'serial=SN "1" $x'
	quietly make -I "$PREFIX/include" nameplate-list
	[ "$status" = 0 ] && grep -q 'hwrev' "$out" || return 1
	quietly make -I "$PREFIX/include" nameplate-erase
	expect "erased=8192"
}

@test "make: a bad number, or none, is refused in one line" {
	makefile 'CHIP := stm32l152rb'
	for serial in 042 abc ''; do
		quietly make -I "$PREFIX/include" nameplate SERIAL="$serial"
		[ "$status" = 2 ] && [[ "$errors" == *"serial number"* ]] || { show; return 1; }
		quietly make -I "$PREFIX/include" nameplate SERIAL="${serial:-x}" VARS=a=1
		[ "$status" = 2 ] && [[ "$errors" == *serial* ]] || { show; return 1; }
	done
	quietly make -I "$PREFIX/include" upload
	[ "$status" = 2 ] && [[ "$errors" == *"give SERIAL=42"* ]] || { show; return 1; }
}

@test "make: a misspelt variable is refused with the nearest; a project's own are not" {
	makefile 'CHIP := stm32l152rb'
	for wrong in VERFY:VERIFY VERFIY:VERIFY verify:VERIFY KEPE:KEEP EXPCT:EXPECT VAR:VARS NAMEPLATE_TIMOUT:NAMEPLATE_TIMEOUT; do
		quietly make -I "$PREFIX/include" upload SERIAL=42 "${wrong%:*}=a b=1"
		[ "$status" = 2 ] && [[ "$errors" == "Error: nothing reads \"${wrong%:*}\", which make was given: the nearest variable is ${wrong#*:}" ]] ||
			{ show; return 1; }
		[ ! -e "$VBOARD_FLASH" ] || [ -z "$(tr -d '\0' <"$VBOARD_FLASH" | head -c 1)" ]
	done
	quietly make -I "$PREFIX/include" nameplate-list SERAIL=42
	[ "$status" = 2 ] && [[ "$errors" == *'"SERAIL"'*'SERIAL' ]] || { show; return 1; }
	# One that a makefile names, ones that are like none of ours, and those of a make above.
	makefile 'CHIP := stm32l152rb' 'NAME := $(VAR)'
	echo 'SERIALS :=' >more.mk
	echo 'include more.mk' >>Makefile
	quietly make -I "$PREFIX/include" upload SERIAL=42 VAR=x SERIALS=1 V=1 CFLAGS=-g DEBUG=1 BUILD=b NAMEPLATE_TIMEOUT=20 NAMEPLATE_TOOL="$HOME_DIR/build/nameplate"
	expect "serial=42"
	printf 'up:\n\tfor board in $(BOARDS); do $(MAKE) -f Makefile upload BOARD=$$board; done\n' >above.mk
	quietly make -I "$PREFIX/include" -f above.mk up BOARDS=board.cfg SERIAL=43
	expect "serial=43"
}

@test "make: Nameplate's settings go to OpenOCD, from the makefile and from the command line" {
	makefile 'CHIP := stm32l152rb' 'NAMEPLATE_TIMEOUT := nothing'
	quietly make -I "$PREFIX/include" upload SERIAL=42
	[ "$status" = 2 ] && [[ "$errors" == *'NAMEPLATE_TIMEOUT is "nothing"'* ]] || { show; return 1; }
	quietly make -I "$PREFIX/include" nameplate-list NAMEPLATE_TIMEOUT=none
	[ "$status" = 2 ] && [[ "$errors" == *'NAMEPLATE_TIMEOUT is "none"'* ]] || { show; return 1; }
	diff <(sed -n 's/^\t\(NAMEPLATE_[A-Z_]*\) .*/\1/p' "$HOME_DIR/openocd/nameplate/settings.tcl" | grep -v IMAGE | sort) \
		<(sed -n '/^_NAMEPLATE_SETTINGS/,/[^\\]$/p' "$HOME_DIR/tools/make/nameplate.mk" | grep -o '\bNAMEPLATE_[A-Z_]*' | sort)
}

@test "make: code that grows into the region does not link; a region of one's own; an unknown chip" {
	makefile 'CHIP := stm32l152rb'
	quietly make -I "$PREFIX/include" DEFINE=-DGROW
	[ "$status" = 2 ] && grep -q "reaches into Nameplate's region" "$err" || return 1
	makefile 'NAMEPLATE_BASE := 0x0801C000' 'NAMEPLATE_SIZE := 0x2000'
	quietly make -I "$PREFIX/include" upload SERIAL=42 VERIFY=1
	expect "serial=42"
	arm-none-eabi-nm app.elf | grep -q '0801c000 A _nameplate_start'
	makefile 'CHIP := stm32x'
	rm app.elf
	quietly make -I "$PREFIX/include"
	[ "$status" = 2 ] && grep -q '^Error: --chip "stm32x": not known' "$err" || return 1
	[ -z "$(ls nameplate-stm32x*)" ]
}

@test "make and cmake: what is loaded after .data, whatever its section is called, does not reach the region; such an ELF does not stay" {
	makefile 'CHIP := stm32l152rb'
	local tries
	for tries in 1 2; do
		quietly make -I "$PREFIX/include" DEFINE=-DQUICK
		[ "$status" = 2 ] && [[ "$errors" == *'which touches the reserved region 0x0801E000 to 0x0801FFFF'* ]] || { show; return 1; }
		[ ! -e app.elf ]
	done
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg CHIP stm32l152rb)' 'target_compile_definitions(app PRIVATE QUICK)'
	cmake -S . -B build -DCMAKE_PREFIX_PATH="$PREFIX" >"$out" 2>&1
	for tries in 1 2; do
		quietly cmake --build build
		[ "$status" != 0 ] && grep -q 'which touches the reserved region 0x0801E000 to 0x0801FFFF' "$out" "$err" || { show; return 1; }
	done
}

@test "make: the file in a checkout works as the installed one does" {
	[[ "$(realpath "$HOME_DIR")" != *" "* ]] || skip "make takes no checkout in a folder with a space"
	makefile 'CHIP := stm32l152rb'
	quietly make -I "$HOME_DIR/tools/make" upload SERIAL=42 VERIFY=1
	expect "serial=42"
}

@test "make: a checkout without the tool, or in a folder with a space, is named, and what to do" {
	makefile 'CHIP := stm32l152rb'
	mkdir -p clone/tools
	cp -r "$HOME_DIR/tools/make" clone/tools
	cp -r "$HOME_DIR/openocd" "$HOME_DIR/firmware" clone
	quietly make -I clone/tools/make
	[ "$status" = 2 ] && [[ "$errors" == *"clone/build/nameplate"*"run make tool in"* ]] || { show; return 1; }
	mv clone 'a clone'
	ln -s 'a clone' clone
	quietly make -I clone/tools/make
	[ "$status" = 2 ] && grep -q 'clone/.*nameplate.mk is in a folder with a space in its name' "$err" || { show; return 1; }
}

@test "cmake: find_package, upload with values, reported by the firmware" {
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg CHIP stm32l152rb SERIAL 42 VARS hwrev=B2 "label=two words" VERIFY)'
	sed -i 's/printf("hwrev=%s.n", hwrev);/printf("hwrev=%s\\nlabel=two words\\n", hwrev);/' main.c
	quietly cmake -S . -B build -DCMAKE_PREFIX_PATH="$PREFIX"
	[ "$status" = 0 ] || { show; cat "$out"; return 1; }
	quietly cmake --build build --target upload
	expect $'serial=42\nhwrev=B2\nlabel=two words'
	SERIAL=43 quietly cmake --build build --target upload-app
	expect $'serial=43\nhwrev=B2\nlabel=two words'
	sed -i 's/ VERIFY)/ EXPECT "serial=4?")/' CMakeLists.txt
	SERIAL=44 quietly cmake --build build --target upload
	expect $'serial=44\nhwrev=B2\nlabel=two words'
	SERIAL=54 quietly cmake --build build --target upload
	[ "$status" != 0 ] && [[ "$errors" == *'without printing the line "serial=4?"'* ]] || { show; return 1; }
	SERIAL='text:SN "1"' VARS='a=1' quietly cmake --build build --target nameplate
	expect $'serial=SN "1"\na=1'
	quietly cmake --build build --target nameplate-list
	[ "$status" = 0 ] && grep -q 'hwrev' "$out" || return 1
	quietly cmake --build build --target nameplate-erase
	expect "erased=8192"
}

@test "cmake: SERIAL next, of any series, out of the ledger, and the firmware reports it" {
	export NAMEPLATE_LEDGER=$PWD/line.db
	"$PREFIX/bin/nameplate-ledger" init
	"$PREFIX/bin/nameplate-ledger" series serial first=7
	"$PREFIX/bin/nameplate-ledger" series board first=1 form=SN-%03u
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg CHIP stm32l152rb SERIAL next VERIFY)'
	quietly cmake -S . -B build -DCMAKE_PREFIX_PATH="$PREFIX"
	[ "$status" = 0 ] || { show; return 1; }
	quietly cmake --build build --target upload
	expect "serial=7"
	quietly cmake --build build --target upload
	expect "serial=7"
	VBOARD_FLASH=$BATS_TEST_TMPDIR/flash-b
	SERIAL=next:board VARS=hwrev=B2 quietly cmake --build build --target nameplate
	expect $'serial=SN-001\nhwrev=B2'
	[ "$("$PREFIX/bin/nameplate-ledger" list --used | wc -l)" = 2 ]
	NAMEPLATE_LEDGER='' quietly cmake --build build --target upload
	[ "$status" != 0 ] && [[ "$errors" == *"which ledger?"* ]] || { show; return 1; }
}

@test "cmake: code that grows into the region does not link; a region of one's own; wrong arguments" {
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg CHIP stm32l152rb)' 'target_compile_definitions(app PRIVATE GROW)'
	cmake -S . -B build -DCMAKE_PREFIX_PATH="$PREFIX" >"$out" 2>&1
	quietly cmake --build build
	[ "$status" != 0 ] && grep -q "reaches into Nameplate's region" "$out" "$err" || return 1
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg REGION 0x0801C000 0x2000 SERIAL 42 VERIFY)'
	cmake -S . -B region -DCMAKE_PREFIX_PATH="$PREFIX" >"$out" 2>&1
	quietly cmake --build region --target upload
	expect "serial=42"
	arm-none-eabi-nm region/app | grep -q '0801c000 A _nameplate_start'
	for wrong in 'CHIP stm32l152rb' 'BOARD b' 'BOARD b CHIP stm32x' 'BOARD b REGION 0x0801C000' 'BOARD b CHIP stm32l152rb SERAIL 4' \
		'BOARD b CHIP stm32l152rb VARS a=1 VERFY' 'CHIP stm32l152rb BOARD b KEPE' 'BOARD b CHIP stm32l152rb SERIAL VERIFY' 'BOARD b CHIP stm32l152rb EXPECT'; do
		cmakelists "nameplate_add_upload(app $wrong)"
		quietly cmake -S . -B wrong -DCMAKE_PREFIX_PATH="$PREFIX"
		[ "$status" != 0 ] && grep -q 'nameplate_add_upload' "$err" || { echo "$wrong"; show; return 1; }
	done
	grep -q 'EXPECT has no value' "$err"
	cmakelists 'nameplate_add_upload(app BOARD b CHIP stm32l152rb SERIAL "" VARS ${NONE} OPENOCD_FLAGS -c SHUT)'
	cmake -S . -B right -DCMAKE_PREFIX_PATH="$PREFIX" >"$out" 2>&1
}

@test "cmake: include() of the file in a checkout works as find_package does" {
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg CHIP stm32l152rb SERIAL 42 VERIFY)'
	sed -i "s|find_package.*|include($HOME_DIR/tools/cmake/nameplate.cmake)|" CMakeLists.txt
	cmake -S . -B build >"$out" 2>&1
	quietly cmake --build build --target upload
	expect "serial=42"
}

# another_chip CHIP TARGET: the project for a virtual chip whose flash has ECC.
another_chip() {
	BOARD=virtual-$1
	sed -i "s/^virtual_board.*/virtual_board $1 target\/$2.cfg/" board.cfg
	sed -i 's/LENGTH = 128K/LENGTH = 1M/' mine.ld
}

# survives UPLOAD...: power fails while the serial is updated; the firmware starts all the same, with the number it had.
survives() {
	quietly "$@"
	expect "serial=42"
	survives_torn_update
}

nmi_handler_is_ours() { # ELF
	[ "$(arm-none-eabi-nm "$1" | grep -c ' NMI_Handler$')" = 1 ]
	[ "$(arm-none-eabi-nm "$1" | awk '$3 ~ /^(NMI_Handler|nameplate_nmi_handler)$/ { print $1 }' | uniq | wc -l)" = 1 ]
}

@test "make: flash with ECC: a torn word does not hang the firmware, with nothing to know" {
	another_chip stm32l476rg stm32l4x
	makefile 'CHIP := stm32l476rg' 'CPU := cortex-m4'
	survives make -I "$PREFIX/include" upload SERIAL=42 VERIFY=1
	makefile 'CHIP := stm32l476rg' 'CPU := cortex-m4' 'NAMEPLATE_BASE := 0x08080000' 'NAMEPLATE_SIZE := 0x1000'
	quietly make -I "$PREFIX/include" -B
	[ "$status" = 0 ]
	nmi_handler_is_ours app.elf
	arm-none-eabi-nm app.elf | grep -q '08080000 . _nameplate_start'
	another_chip stm32h743zi stm32h7x
	makefile 'CHIP := stm32h743zi' 'CPU := cortex-m7'
	rm "$VBOARD_FLASH"* app.elf
	survives make -I "$PREFIX/include" upload SERIAL=42 VERIFY=1
}

@test "cmake: flash with ECC: a torn word does not hang the firmware, with nothing to know" {
	another_chip stm32l476rg stm32l4x
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg CHIP stm32l476rg SERIAL 42 VERIFY)'
	sed -i 's/cortex-m3/cortex-m4/' CMakeLists.txt
	cmake -S . -B build -DCMAKE_PREFIX_PATH="$PREFIX" >"$out" 2>&1
	survives cmake --build build --target upload
	sed -i 's/SERIAL 42/REGION 0x08080000 0x1000/' CMakeLists.txt
	quietly cmake --build build
	[ "$status" = 0 ]
	nmi_handler_is_ours build/app
	arm-none-eabi-nm build/app | grep -q '08080000 . _nameplate_start'
	another_chip stm32h743zi stm32h7x
	sed -i 's/stm32l476rg/stm32h743zi/; s/cortex-m4/cortex-m7/; s/REGION 0x08080000 0x1000/SERIAL 42/' CMakeLists.txt
	rm "$VBOARD_FLASH"*
	survives cmake --build build --target upload
}

# The rules of Arduino's Library specification 2.2 that a program can look at; `arduino-lint` has them all.
@test "arduino: the library's folder keeps Arduino's rules" {
	cd "$HOME_DIR/firmware"
	field() { sed -n "s/^$1=//p" library.properties; }
	[ -z "$(sed '/^#/d; s/=.*//' library.properties | sort | uniq -d)" ]
	for name in name version author maintainer sentence paragraph category url architectures; do
		[ -n "$(field $name)" ] || { echo "no $name"; return 1; }
	done
	[[ "$(field name)" =~ ^[A-Za-z0-9][A-Za-z0-9\ _.-]{0,62}$ && "$(field name)" != Arduino* ]]
	[[ "$(field category)" =~ ^(Display|Communication|Signal Input/Output|Sensors|Device Control|Timing|Data Storage|Data Processing|Other)$ ]]
	[[ "$(field sentence)" != *[Aa]rduino* && "$(field paragraph)" != *"$(field sentence)"* ]]
	for header in $(field includes | tr , ' '); do [ -f "$header" ]; done
	# Flat: what is compiled lies in the folder itself; there is no src beside it, no link, no program.
	[ ! -e src ] && [ -z "$(find . -type l -o -name .development -o -name '*.exe')" ] || return 1
	for sketch in examples/*; do [ -f "$sketch/$(basename "$sketch").ino" ]; done
}

# The commands and blocks of tools/make/README.md.
readme_commands() { grep -E "$1" "$HOME_DIR/tools/make/README.md"; }
block() { awk -v wanted="\`\`\`$1" '/^```/ { inside = $0 == wanted && !inside; next } inside' "$HOME_DIR/tools/make/README.md"; }

@test "README: its Makefile and its seven commands" {
	# The page's board has an L152RE; the virtual one has an L152RB.
	block make | sed 's|board/st_nucleo_l1.cfg|board.cfg|; s|stm32l152re|stm32l152rb|' >Makefile
	sed -i 's/printf("hwrev=%s.n", hwrev);/printf("hwrev=%s\\nlabel=two words\\n", hwrev);/' main.c
	export LDFLAGS='--specs=nano.specs --specs=rdimon.specs -nostartfiles'
	while read -r line; do
		quietly bash -c "${line/make /make -I $PREFIX/include }"
		[ "$status" = 0 ] || { echo "$line"; show; return 1; }
	done < <(readme_commands '^make (upload|nameplate)')
	[ "$(readme_commands '^make (upload|nameplate)' | wc -l)" = 7 ]
	[ "$stdout" = "erased=8192" ]
}

@test "README: its lines for FetchContent, with a clone in which nothing is built, in a folder with a space" {
	project_copy "$BATS_TEST_TMPDIR/clone"
	git -C "$BATS_TEST_TMPDIR/clone" tag "v$(sed -n 's/^#define NAMEPLATE_VERSION "\(.*\)"/\1/p' "$HOME_DIR/firmware/nameplate.h")"
	mkdir 'a folder'
	mv main.c mine.ld board.cfg 'a folder'
	cd 'a folder'
	cmakelists 'nameplate_add_upload(app BOARD ${CMAKE_SOURCE_DIR}/board.cfg CHIP stm32l152rb SERIAL 42 VERIFY)'
	block 'cmake fetch' | sed "s|https://example.com/nameplate.git|file://$BATS_TEST_TMPDIR/clone|" >fetch
	[ "$(wc -l <fetch)" = 3 ]
	sed -i -e '/find_package/{r fetch' -e 'd}' CMakeLists.txt
	CC=arm-none-eabi-gcc CFLAGS=-mthumb quietly cmake -S . -B build
	[ "$status" = 0 ] || { show; cat "$out"; return 1; }
	quietly cmake --build build --target upload
	expect "serial=42"
	[ ! -e "$BATS_TEST_TMPDIR/clone/build" ]
}

@test "README: its lines of CMake and its five commands" {
	cmakelists
	block cmake | sed 's|board/st_nucleo_l1.cfg|${CMAKE_SOURCE_DIR}/board.cfg|; s|stm32l152re|stm32l152rb|' >>CMakeLists.txt
	cmake -S . -B build -DCMAKE_PREFIX_PATH="$PREFIX" >"$out" 2>&1 || { cat "$out"; return 1; }
	while read -r line; do
		quietly bash -c "$line"
		[ "$status" = 0 ] || { echo "$line"; show; return 1; }
	done < <(readme_commands '^(SERIAL=[0-9]+ )?cmake --build')
	[ "$(readme_commands '^(SERIAL=[0-9]+ )?cmake --build' | wc -l)" = 5 ]
	[ "$stdout" = "erased=8192" ]
}
