#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Flash with ECC as a user meets it: somebody else's firmware, the README's five steps and no word about ECC. A torn word must
# not hang it, whatever start-up file it has; where that cannot be had, it does not link and is told what to do.

load ../lib/helpers

setup() {
	nameplate_setup
	cd "$BATS_TEST_TMPDIR" || return 1
	BOARD=virtual-stm32l476rg
	program
}
teardown() { nameplate_teardown; }

program() {
	cat >main.c <<-'C'
		#include <stdio.h>
		#include <stdlib.h>
		#include <nameplate.h>
		extern unsigned _sidata[], _sdata[], _edata[], _sbss[], _ebss[];
		extern void initialise_monitor_handles(void);
		void Reset_Handler(void);
		void Reset_Handler(void)
		{
		    unsigned *to, *from = _sidata;
		    uint32_t serial;
		    for (to = _sdata; to < _edata;) *to++ = *from++;
		    for (to = _sbss; to < _ebss;) *to++ = 0;
		    initialise_monitor_handles();
		    if (nameplate_serial(&serial) == 0)
		        printf("serial=%lu\n", (unsigned long)serial);
		    else
		        printf("serial=none\n");
		    exit(0);
		}
	C
	# ST's start-up file, as far as it matters: every handler weak, and the same as Default_Handler.
	cat >st.s <<-'S'
		.syntax unified
		.thumb
		.global Default_Handler
		.section .text.Default_Handler, "ax", %progbits
		Default_Handler:
		Infinite_Loop: b Infinite_Loop
		.size Default_Handler, . - Default_Handler
		.section .isr_vector, "a", %progbits
		.word _estack, Reset_Handler, NMI_Handler, HardFault_Handler
		.weak NMI_Handler
		.thumb_set NMI_Handler, Default_Handler
		.weak HardFault_Handler
		.thumb_set HardFault_Handler, Default_Handler
	S
	# libopencm3's names and pragma.
	cat >libopencm3.c <<-'C'
		extern unsigned _estack[];
		void Reset_Handler(void), nmi_handler(void), hard_fault_handler(void), blocking_handler(void), null_handler(void);
		__attribute__((section(".isr_vector"), used)) void *const vectors[] = {
		    _estack, Reset_Handler, nmi_handler, hard_fault_handler};
		void blocking_handler(void) { for (;;); }
		void null_handler(void) { for (;;) __asm__ volatile("" : : "r"(1)); }
		#pragma weak nmi_handler = null_handler
		#pragma weak hard_fault_handler = blocking_handler
	C
	# A table with nothing after it but the program's functions.
	cat >bare.c <<-'C'
		extern unsigned _estack[];
		void Reset_Handler(void), NMI_Handler(void), HardFault_Handler(void);
		__attribute__((section(".isr_vector"), used)) void *const vectors[] = {
		    _estack, Reset_Handler, NMI_Handler, HardFault_Handler};
		void HardFault_Handler(void) { for (;;); }
	C
	# What STM32CubeMX writes into stm32l4xx_it.c.
	printf '%s\n' 'void NMI_Handler(void);' 'void NMI_Handler(void) { while (1) { } }' >cubemx.c
	sed 's/NMI_Handler/nmi_handler/g' cubemx.c >own_nmi.c
	printf '%s\n' '#include <nameplate_ecc.h>' 'void NMI_Handler(void);' 'volatile int others;' \
		'void NMI_Handler(void) { if (nameplate_nmi()) return; others++; while (1) { } }' >chained.c
	sed 's/NMI_Handler/nmi_handler/g' chained.c >own_chained.c
	script 1024K 96K stm32l476rg
}

script() { # FLASH RAM CHIP
	cat >own.ld <<-LD
		MEMORY { RAM (xrw) : ORIGIN = 0x20000000, LENGTH = $2  FLASH (rx) : ORIGIN = 0x08000000, LENGTH = $1 }
		ENTRY(Reset_Handler)
		_estack = ORIGIN(RAM) + LENGTH(RAM);
		SECTIONS {
		  .isr_vector : { KEEP(*(.isr_vector)) } >FLASH
		  .text : { *(.text) *(.text*) *(.rodata*) KEEP(*(.init)) KEEP(*(.fini)) . = ALIGN(4); } >FLASH
		  .ARM.exidx : { *(.ARM.exidx*) } >FLASH
		  _sidata = LOADADDR(.data);
		  .data : { _sdata = .; *(.data*) . = ALIGN(4); _edata = .; } >RAM AT>FLASH
		  .bss : { _sbss = .; *(.bss* COMMON) . = ALIGN(8); _ebss = .; end = .; } >RAM
		}
		INCLUDE nameplate-$3.ld
	LD
}

# build SOURCE...: the program and what the README's first two steps add.
build() {
	status=0
	arm-none-eabi-gcc -mthumb -mcpu="${CPU:-cortex-m4}" -Os $FLAGS --specs=nano.specs --specs=rdimon.specs -nostartfiles \
		-I"$HOME_DIR/firmware" -L"$HOME_DIR/build/firmware/linker" -L"$HOME_DIR/firmware/linker" -T own.ld \
		-o firmware.elf main.c "$@" "$HOME_DIR"/firmware/nameplate.c $ECC 2>"$err" || status=$?
}
ECC="$BATS_TEST_DIRNAME/../../firmware/nameplate_ecc.c"

linked() { [ "$status" = 0 ] || { cat "$err"; return 1; }; }
# One line of ours, and the words in it.
link_refused() {
	[ "$status" != 0 ] && [ "$(grep -c 'Error: ' "$err")" = 1 ] && grep -qF -e "$1" "$err" && return
	cat "$err"
	return 1
}

# survives: power fails in the second write of an update; the device starts, and has the number it had.
survives() {
	rm -f "$VBOARD_FLASH"*
	nameplate_bare "program_serial 42 firmware.elf verify"
	expect "serial=42"
	survives_torn_update
	nameplate_bare "program_serial 43 verify"
	expect "serial=43"
}

@test "ST's start-up file, in any order, with and without --gc-sections: a torn word does not hang the device" {
	build st.s
	linked
	survives
	FLAGS='-ffunction-sections -Wl,--gc-sections'
	for sources in "st.s" "st.s -O0" "-flto st.s"; do
		build $sources
		linked
		[ "$(vector_of_nmi)" = "$(address_of nameplate_nmi_handler)" ]
	done
	survives
}

# The NMI's vector, and a function's address as it is in one.
vector_of_nmi() { arm-none-eabi-objcopy -O binary -j .isr_vector firmware.elf vectors.bin && od -An -tx4 -j8 -N4 vectors.bin | tr -d ' '; }
address_of() { printf '%08x' $((0x$(arm-none-eabi-nm firmware.elf | awk -v name="$1" '$3 == name { print $1 }') | 1)); }

@test "libopencm3's start-up, and a table of the program's own: the same" {
	build libopencm3.c
	linked
	survives
	build bare.c
	linked
	[ "$(vector_of_nmi)" = "$(address_of nameplate_nmi_handler)" ]
}

@test "a handler of the program's own that does not call ours is refused at the link" {
	for sources in "st.s cubemx.c" "cubemx.c st.s" "libopencm3.c own_nmi.c" "bare.c cubemx.c"; do
		for FLAGS in "" "-ffunction-sections -Wl,--gc-sections" "-O0"; do
			build $sources
			link_refused 'begin your NMI handler with: if (nameplate_nmi()) return;'
		done
	done
}

@test "a handler of the program's own that calls nameplate_nmi stays, and a torn word does not hang the device" {
	build st.s chained.c
	linked
	[ "$(vector_of_nmi)" = "$(address_of NMI_Handler)" ]
	[ "$(vector_of_nmi)" != "$(address_of nameplate_nmi_handler)" ]
	survives
	build libopencm3.c own_chained.c
	linked
	[ "$(vector_of_nmi)" = "$(address_of nmi_handler)" ]
}

@test "without nameplate_ecc.c a part with ECC does not link, and the message names the file" {
	ECC= build st.s
	link_refused "compile Nameplate's nameplate_ecc.c"
}

@test "another region of a chip with ECC: the handler is there all the same" {
	sed -i 's/^INCLUDE/_nameplate_start = 0x08080000; _nameplate_end = 0x08081000;\nINCLUDE/' own.ld
	build st.s
	linked
	[ "$(address_of _nameplate_start)" = 08080001 ]
	[ "$(address_of _nameplate_end)" = 08081001 ]
	[ "$(vector_of_nmi)" = "$(address_of nameplate_nmi_handler)" ]
}

@test "STM32H7: the part's name turns the guarded loads on; without it the link says what to define" {
	BOARD=virtual-stm32h743zi
	script 1024K 128K stm32h743zi
	CPU=cortex-m7
	build st.s cubemx.c
	link_refused '-DNAMEPLATE_GUARDED_LOADS'
	FLAGS=-DNAMEPLATE_GUARDED_LOADS build st.s cubemx.c
	linked
	FLAGS=-DSTM32H743xx build st.s cubemx.c
	linked
	survives
}

@test "a part without ECC: a handler of the program's own is its own affair, and ours costs nothing" {
	script 128K 16K stm32l152rb
	FLAGS='-ffunction-sections -Wl,--gc-sections'
	CPU=cortex-m3
	build st.s cubemx.c
	linked
	[ "$(vector_of_nmi)" = "$(address_of NMI_Handler)" ]
	! arm-none-eabi-nm firmware.elf | grep -q 'nameplate.*nmi' || return 1
	ECC= build st.s
	linked
}

@test "firmware/CUBEIDE.md: its lines in the script, and its handler, are what links; without either the link says so" {
	blocks() { awk '/```/ { inside = !inside; next } inside' "$HOME_DIR/firmware/CUBEIDE.md" | sed 's/^   //'; }
	grep -v '^INCLUDE nameplate' own.ld >generated.ld
	# The part's file, copied from the page, is the one that the tool makes, but that it leaves no choice.
	blocks | sed -n '/^_nameplate_end/,/ecc.ld$/p' >nameplate-stm32l476rg.ld
	"$HOME_DIR/build/nameplate" region --chip stm32l476rg --ld | grep -v '\*' | sed 's/DEFINED.*: //' | diff - nameplate-stm32l476rg.ld
	{ cat generated.ld; blocks | grep '^INCLUDE nameplate-stm32'; } >own.ld
	# As the page has it: the files lie beside the script.
	blocks | sed -n '/USER CODE BEGIN Includes/,/^}/p' >stm32l4xx_it.c
	build st.s stm32l4xx_it.c
	linked
	survives
	sed '/nameplate_nmi/,/return;/d' stm32l4xx_it.c >without.c
	build st.s without.c
	link_refused "begin your NMI handler"
	cp generated.ld own.ld
	build st.s stm32l4xx_it.c
	[ "$status" != 0 ]
	grep -q 'undefined reference to `_nameplate_start' "$err"
}
