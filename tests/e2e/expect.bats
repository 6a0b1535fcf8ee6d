# SPDX-License-Identifier: MIT
# Firmware that is not ours: verified by a line of its own output. And what program_vars and the means to note an upload add.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# talks TEXT...: firmware.elf prints these texts by SYS_WRITE0 and then runs on for good.
talks() {
	local text number=0
	{
		for text in "$@"; do
			printf 'movs r0, #4\nldr r1, =text%d\nbkpt 0xAB\n' $((number++))
		done
		printf 'forever: b forever\n.ltorg\n'
		number=0
		for text in "$@"; do
			printf 'text%d: .asciz "%s"\n' $((number++)) "$text"
		done
		printf '.balign 4\n'
	} | firmware firmware
}

@test "expect: a line of the firmware's own output verifies the upload, and the firmware may run on" {
	talks 'booting\n' 'SN 42\n' 'ready\n'
	nameplate_run 'program_serial 42 firmware.elf expect "SN 42"'
	expect "serial=42"
	grep -q 'firmware: SN 42' "$err"
	nameplate_run 'program_vars firmware.elf hwrev=B2 expect "read?"'
	expect "hwrev=B2"
	nameplate_run 'program_serial 43 firmware.elf expect "SN*"'
	expect "serial=43"
	# In place of the report that the board file's own image would have to give.
	nameplate_run 'set NAMEPLATE_IMAGE firmware.elf' 'program_serial 44 expect booting keep'
	expect "serial=43"
}

@test "expect: a whole line, not a part of one" {
	talks 'SN 421\n' 'my SN 42\n' 'SN ' '42'
	nameplate_run 'set NAMEPLATE_TIMEOUT 2' 'program_serial 42 firmware.elf expect "SN 42"'
	failed 'did not print the line "SN 42"'
}

@test "expect: only * and ? are patterns; brackets, braces, backslashes and tabs are what they are" {
	# Each line, as .asciz takes it, and the word that must match it.
	while read -r printed word; do
		talks "$printed\\n"
		nameplate_run 'set NAMEPLATE_TIMEOUT 4' "program_serial 42 firmware.elf expect $word"
		expect "serial=42" || { echo "$printed, $word"; return 1; }
	done <<-'LINES'
		SN[42] {SN[42]}
		[0-9]ab\\c {[0-9]*\?}
		a\\b\\ "a\\b\\"
		{x}\\{ "{x}\\{"
		$x[exit]} "\$x\[exit\]}"
		a\tb "a\tb"
		[*] {[?]}
	LINES
	talks 'SN4\n'
	for word in '{SN[42]}' '{SN\4}' '{SN[!5]}'; do
		nameplate_run 'set NAMEPLATE_TIMEOUT 1' "program_serial 42 firmware.elf expect $word"
		failed 'did not print the line'
	done
}

@test "expect: firmware that ends without the line, or says nothing, fails the upload" {
	nameplate_run 'program_serial 42 expect "SN 42"'
	failed 'the firmware ended (status 0) without printing the line "SN 42"'
	talks
	nameplate_run 'set NAMEPLATE_TIMEOUT 1' 'program_serial 42 firmware.elf expect "SN 42"'
	failed 'printed nothing by semihosting'
}

@test "expect without a line, twice over or with another word for it is refused" {
	nameplate_run 'program_serial 42 expect'
	refused 'expect needs the line'
	nameplate_run 'program_vars a=1 expect ""'
	refused 'expect needs the line'
	nameplate_run 'program_serial 42 expect a verify'
	refused 'both expect and verify'
	nameplate_run 'program_vars a=1 noverify expect a=2'
	refused 'both expect and noverify'
	nameplate_run 'program_serial 42 expect a expect b'
	refused 'unknown option "expect"'
}

@test "program_vars keep: the serial number on the device stays, the other values are written" {
	nameplate_bare 'program_vars serial=42 hwrev=A keep'
	expect $'serial=42\nhwrev=A'
	nameplate_bare 'program_vars serial=43 hwrev=B keep'
	expect $'serial=42\nhwrev=B'
	nameplate_bare 'program_vars serial=43 hwrev=B'
	expect $'serial=43\nhwrev=B'
}

@test "NAMEPLATE_BEFORE_WRITE runs before the first change to the region, and not when there is none" {
	nameplate_bare 'set NAMEPLATE_BEFORE_WRITE {echo note}' 'program_serial 42'
	expect "serial=42"
	[ "$(grep -c '^note$' "$err")" = 1 ]
	nameplate_bare 'set NAMEPLATE_BEFORE_WRITE {echo note}' 'program_serial 42'
	expect "serial=42"
	! grep -q '^note$' "$err" || return 1
	cp "$VBOARD_FLASH" before
	nameplate_bare 'set NAMEPLATE_BEFORE_WRITE {error full}' 'nameplate set serial=43'
	refused 'NAMEPLATE_BEFORE_WRITE failed: full'
	cmp before "$VBOARD_FLASH"
}

@test "README: the five lines report from any firmware, and without a debugger they do nothing" {
	awk '/^```c/ { block = ""; inside = 1; next } /^```/ { if (block ~ /SYS_WRITE0/) print block; inside = 0 }
		inside { block = block $0 "\n" }' "$HOME_DIR/firmware/README.md" >report.h
	[ "$(grep -c . report.h)" -le 8 ] && grep -q bkpt report.h || return 1
	cat >main.c <<-'C'
		#include <stdint.h>
		#include "report.h"
		void start(void)
		{
		    report("SN 42\n");
		    for (;;) ;
		}
		void fault(void) { for (;;); }
		__attribute__((section(".text.first"), used)) static void *const vectors[] = {(void *)0x20004000, (void *)start, (void *)fault, (void *)fault};
	C
	printf 'SECTIONS { .text 0x08000000 : { *(.text.first) *(.text*) *(.rodata*) } .bss 0x20000000 (NOLOAD) : { *(.bss*) } }\n' >own.ld
	arm-none-eabi-gcc -mthumb -mcpu=cortex-m3 -Os -ffreestanding -nostdlib -T own.ld -o firmware.elf main.c
	nameplate_run 'program_serial 42 firmware.elf expect "SN 42"'
	expect "serial=42"
	# QEMU's DHCSR reads 0, as on a board that nobody debugs: nothing is printed, and nothing ends.
	run timeout 1 qemu-system-arm -M netduinoplus2 -nographic -monitor none -serial none \
		-semihosting-config enable=on,target=native -kernel firmware.elf
	[ "$status" = 124 ]
	[[ "$output" != *SN* ]]
}
