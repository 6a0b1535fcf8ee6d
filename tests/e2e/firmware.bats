# SPDX-License-Identifier: MIT
# The firmware as users get it: the demo on QEMU's STM32F405, the reader's size and shape, and linking from outside.

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	make -s firmware build/firmware/reader-size
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	demo=build/firmware/stm32f405rg-qemu/demo.elf
	gcc="${CROSS_COMPILE:-arm-none-eabi-}gcc"
	nm="${CROSS_COMPILE:-arm-none-eabi-}nm"
}

# run_demo ELF VECTOR: runs it with the vector's region in place; QEMU's exit status is the firmware's.
run_demo() {
	python3 tests/vectors/make.py image "$2" > "$BATS_TEST_TMPDIR/region.bin"
	run timeout --kill-after=1 "${LIMIT:-10}" qemu-system-arm -M netduinoplus2 -display none -monitor none -serial null \
		-semihosting-config enable=on,target=native -kernel "$1" \
		-device loader,file="$BATS_TEST_TMPDIR/region.bin",addr=0x080E0000,force-raw=on < /dev/null
}

# link SCRIPT BYTES [OPTION...]: somebody else's program with that much data, and a linker script of their own
link() {
	local script=$1 bytes=$2
	shift 2
	cat > "$BATS_TEST_TMPDIR/own.c" <<-'EOF'
		#include "nameplate.h"
		__attribute__((used, section(".isr_vector"))) const char filler[BYTES] = {1};
		volatile int initialised = 5;
		volatile uint32_t serial;
		void Reset_Handler(void);
		void Reset_Handler(void)
		{
		    uint32_t found;
		    serial = nameplate_serial(&found) == 0 ? found : 0;
		    for (;;)
		        initialised++;
		}
	EOF
	run "$gcc" -std=c99 -mthumb -mcpu=cortex-m3 -Os -ffreestanding -nostdlib -DBYTES="$bytes" -Ifirmware \
		-Lbuild/firmware/linker -Lfirmware/linker -T "$BATS_TEST_TMPDIR/$script" "$@" \
		-o "$BATS_TEST_TMPDIR/own.elf" "$BATS_TEST_TMPDIR/own.c" firmware/nameplate.c
}

# The parts of ST's CubeIDE scripts that matter here, with their symbols.
cube_script() {
	cat > "$BATS_TEST_TMPDIR/cube.ld" <<-EOF
		ENTRY(Reset_Handler)
		MEMORY { RAM (xrw) : ORIGIN = 0x20000000, LENGTH = 16K
		         FLASH (rx) : ORIGIN = 0x8000000, LENGTH = 128K }
		SECTIONS {
		  .isr_vector : { . = ALIGN(4); KEEP(*(.isr_vector)) } >FLASH
		  .text : { *(.text) *(.text*) . = ALIGN(4); _etext = .; } >FLASH
		  .rodata : { *(.rodata) *(.rodata*) . = ALIGN(4); } >FLASH
		  _sidata = LOADADDR(.data);
		  .data : { _sdata = .; *(.data) *(.data*) . = ALIGN(4); _edata = .; } >RAM AT> FLASH
		  .bss : { *(.bss) *(.bss*) *(COMMON) } >RAM
		}
		$1
	EOF
}

# The same of libopencm3's.
libopencm3_script() {
	cat > "$BATS_TEST_TMPDIR/libopencm3.ld" <<-EOF
		ENTRY(Reset_Handler)
		MEMORY { rom (rx) : ORIGIN = 0x08000000, LENGTH = 128K
		         ram (rwx) : ORIGIN = 0x20000000, LENGTH = 16K }
		SECTIONS {
		  .text : { KEEP(*(.isr_vector)) *(.text*) . = ALIGN(4); *(.rodata*) . = ALIGN(4); } >rom
		  . = ALIGN(4);
		  _etext = .;
		  .data : { _data = .; *(.data*) . = ALIGN(4); _edata = .; } >ram AT >rom
		  _data_loadaddr = LOADADDR(.data);
		  .bss : { *(.bss*) *(COMMON) } >ram
		}
		$1
	EOF
}

symbol() {
	"$nm" "$BATS_TEST_TMPDIR/own.elf" | sed -n "s/^\([0-9a-f]*\) . $1\$/\1/p"
}

@test "demo: reports the newest serial and returns 0" {
	run_demo "$demo" f405-serial
	[ "$status" -eq 0 ]
	[ "$output" = serial=4294967295 ]
}

@test "demo: reports a text serial as it stands" {
	run_demo "$demo" f405-text
	[ "$status" -eq 0 ]
	[ "$output" = serial=NP-0042 ]
}

@test "demo: a device without a serial says so and returns 0" {
	run_demo "$demo" f405-blank
	[ "$status" -eq 0 ]
	[ "$output" = serial=none ]
}

@test "demo: somebody else's data in the region is reported, status 2" {
	run_demo "$demo" f405-damaged
	[ "$status" -eq 2 ]
	[ "$output" = store=damaged ]
}

@test "demo: without a debugger it prints nothing, does not fault, and lives on" {
	# QEMU's DHCSR reads 0, as on a board that nobody debugs; a BKPT would end QEMU with a message.
	LIMIT=1 run_demo build/firmware/stm32f405rg/demo.elf f405-serial
	[ "$status" -eq 124 ]
	[ "$(grep -vc 'terminating on signal' <<< "$output")" -eq 0 ]
}

@test "reader: under 600 bytes of text on Cortex-M3 at -Os" {
	local size
	size=$(cat build/firmware/reader-size)
	[ "$size" -gt 100 ]
	[ "$size" -lt 600 ]
}

@test "reader: no writable data, and nothing undefined but the region's symbols, at any optimisation" {
	local cpu level
	for cpu in cortex-m0 cortex-m3 cortex-m4 cortex-m33; do
		for level in -O0 -Os -O2 -O3; do
			"$gcc" -std=c99 -ffreestanding -Wall -Wextra -Wmissing-prototypes -Wpedantic -Werror -mthumb -mcpu=$cpu $level \
				-c -o "$BATS_TEST_TMPDIR/reader.o" firmware/nameplate.c
			[ "$("$nm" -u "$BATS_TEST_TMPDIR/reader.o" | sed 's/^ *U //' | sort | tr '\n' ' ')" = \
				"_nameplate_end _nameplate_start " ]
			[ -z "$("$nm" "$BATS_TEST_TMPDIR/reader.o" | grep -i ' [bdc] ')" ]
		done
	done
}

@test "reader: compiles without a warning on a 64-bit host" {
	cc -std=c99 -ffreestanding -Wall -Wextra -Wmissing-prototypes -Wpedantic -Werror -c \
		-o "$BATS_TEST_TMPDIR/reader.o" firmware/nameplate.c
}

@test "linking: one INCLUDE line in ST's script gives the chip's region" {
	cube_script 'INCLUDE nameplate-stm32l152rb.ld'
	link cube.ld 1000
	[ "$status" -eq 0 ]
	[ "$(symbol _nameplate_start)" = 0801e000 ]
	[ "$(symbol _nameplate_end)" = 08020000 ]
}

@test "linking: one INCLUDE line in libopencm3's script gives the chip's region" {
	libopencm3_script 'INCLUDE nameplate-stm32l152rb.ld'
	link libopencm3.ld 1000
	[ "$status" -eq 0 ]
	[ "$(symbol _nameplate_start)" = 0801e000 ]
}

@test "linking: a region of one's own is two assignments and the INCLUDE" {
	cube_script '_nameplate_start = ORIGIN(FLASH) + LENGTH(FLASH) - 4K; _nameplate_end = ORIGIN(FLASH) + LENGTH(FLASH);
		INCLUDE nameplate.ld'
	link cube.ld 1000
	[ "$status" -eq 0 ]
	[ "$(symbol _nameplate_start)" = 0801f000 ]
}

@test "linking: an image that reaches the region by one word is refused, and the message says what to do" {
	local script free
	for script in cube libopencm3; do
		"${script}_script" 'INCLUDE nameplate-stm32l152rb.ld'
		link $script.ld 1000
		[ "$status" -eq 0 ]
		free=$((0x0801E000 - 0x$(symbol _nameplate_image_end)))
		link $script.ld $((1000 + free))
		[ "$status" -eq 0 ]
		link $script.ld $((1004 + free))
		[ "$status" -ne 0 ]
		[[ $output = *"reaches into Nameplate's region"*"make the image smaller or move the region"* ]]
	done
}

@test "linking: a script whose image end is unknown is refused, and told what to define" {
	cube_script 'INCLUDE nameplate-stm32l152rb.ld'
	sed -i 's/_sidata/_elsewhere/' "$BATS_TEST_TMPDIR/cube.ld"
	link cube.ld 1000
	[ "$status" -ne 0 ]
	[[ $output = *"define _nameplate_image_end"* ]]
	link cube.ld 1000 -Wl,--defsym=_nameplate_image_end=0x08001000
	[ "$status" -eq 0 ]
}

@test "linking: a region that is not whole pages is refused" {
	cube_script '_nameplate_start = 0x0801E100; _nameplate_end = 0x08020000;
		INCLUDE nameplate.ld'
	link cube.ld 1000
	[ "$status" -ne 0 ]
	[[ $output = *"not whole pages"* ]]
}

@test "make firmware: a second run builds nothing" {
	run make firmware
	[ "$status" -eq 0 ]
	[[ $output != *CC* && $output != *LD* && $output != *GEN* ]]
}

@test "vectors: store.txt is what make.py prints" {
	python3 tests/vectors/make.py | cmp - tests/vectors/store.txt
}
