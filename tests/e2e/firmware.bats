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

@test "demo: reports a text serial as it is" {
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

@test "demo: reports every live variable, the serial number first, each type in its form, secret ones unseen" {
	run_demo "$demo" f405-variables
	[ "$status" -eq 0 ]
	diff - <(echo "$output") <<-'EOF'
		serial=NP-0042
		u64=18446744073709551615
		i64=-9223372036854775808
		offset=-17
		odd=010203
		gain=0x3f804b5e
		wide=0xc004000000000000
		key-9=1000
		note=Gr\xc3\xbc\xc3\x9fe, two words\x0a\\ %s
		empty=
		mac=02:00:00:12:34:56
		key=secret
		pin=secret
		u8=11
	EOF
}

# reader_size CPU PART: bytes of text, as linked
reader_size() {
	awk -v cpu="$1" -v part="$2" '$1 == cpu && $2 == part { print $3 }' build/firmware/reader-sizes
}

@test "reader: the serial number alone links to under 600 bytes of text on Cortex-M3 at -Os" {
	[ "$(cat build/firmware/reader-size)" -eq "$(reader_size cortex-m3 serial)" ]
	[ "$(reader_size cortex-m3 serial)" -gt 100 ]
	[ "$(reader_size cortex-m3 serial)" -lt 600 ]
	[ "$(reader_size cortex-m0plus serial)" -lt 650 ]
}

@test "reader: all of it, every getter included, links to 1,300 bytes at most" {
	[ "$(reader_size cortex-m3 all)" -gt "$(reader_size cortex-m3 named)" ]
	[ "$(reader_size cortex-m3 all)" -le 1250 ]
	[ "$(reader_size cortex-m0plus all)" -le 1300 ]
}

@test "reader: all getters together cost what one costs, and a call of one needs nothing from the C library" {
	cat > "$BATS_TEST_TMPDIR/getters.c" <<-'EOF'
		#include "nameplate.h"
		#ifdef ALL
		#define GET(suffix, ctype) ctype suffix; int all_##suffix(void); \
		                           int all_##suffix(void) { return nameplate_##suffix("v", &suffix); }
		GET(u8, uint8_t) GET(u16, uint16_t) GET(u64, uint64_t) GET(i8, int8_t) GET(i16, int16_t) GET(i32, int32_t)
		GET(i64, int64_t) GET(f32, float) GET(f64, double)
		#endif
		uint32_t u32;
		char text[20];
		int main(void);
		int main(void) { return nameplate_u32("v", &u32) || nameplate_text("v", text, sizeof text) < 0; }
	EOF
	local define
	for define in ONE ALL; do
		"$gcc" -std=c99 -ffreestanding -Wall -Wextra -Wmissing-prototypes -Wpedantic -Werror -mthumb -mcpu=cortex-m0plus -Os \
			-ffunction-sections -nostdlib -Wl,--gc-sections,-e,main -Wl,--defsym=_nameplate_start=0x0801E000 \
			-Wl,--defsym=_nameplate_end=0x08020000 -Ifirmware -D$define -o "$BATS_TEST_TMPDIR/$define.elf" \
			"$BATS_TEST_TMPDIR/getters.c" firmware/nameplate.c
		"$nm" -S "$BATS_TEST_TMPDIR/$define.elf" | awk '$4 ~ /^nameplate_/ { print $2, $4 }' > "$BATS_TEST_TMPDIR/$define"
	done
	diff "$BATS_TEST_TMPDIR/ONE" "$BATS_TEST_TMPDIR/ALL"
	[ "$(grep -c nameplate_serial "$BATS_TEST_TMPDIR/ALL")" -eq 0 ]
}

@test "reader: no writable data, and nothing undefined but the region's symbols, at any optimisation" {
	local cpu level
	for cpu in cortex-m0plus cortex-m3 cortex-m4 cortex-m33; do
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

@test "linking: initialised sections after .data are seen too, whatever the flash is called" {
	local flash section free
	for flash in FLASH ROM rom; do
		for section in ccmram sram2; do
			cube_script 'INCLUDE nameplate-stm32l152rb.ld'
			# As in ST's scripts, with _siccmram and so on around it.
			sed -i "s/\bFLASH\b/$flash/g; s|^ *\.bss|_si$section = LOADADDR(.$section); .$section : { _s$section = .; *(.$section*) . = ALIGN(4); _e$section = .; } >OTHER AT> $flash\n&|; s/MEMORY {/& OTHER (xrw) : ORIGIN = 0x10000000, LENGTH = 16K/" "$BATS_TEST_TMPDIR/cube.ld"
			printf '__attribute__((used, section(".%s"))) char values[4096] = {1};\n' "$section" >"$BATS_TEST_TMPDIR/values.c"
			link cube.ld 1000 "$BATS_TEST_TMPDIR/values.c"
			[ "$status" -eq 0 ]
			free=$((0x0801E000 - 0x$(symbol _nameplate_image_end) - 4096))
			link cube.ld $((1000 + free)) "$BATS_TEST_TMPDIR/values.c"
			[ "$status" -eq 0 ]
			link cube.ld $((1004 + free)) "$BATS_TEST_TMPDIR/values.c"
			[ "$status" -ne 0 ]
			[[ $output = *"the values of .$section reach into Nameplate's region"* ]]
		done
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

@test "README: the sizes it states are those that were linked" {
	local part cpu shown row
	while read -r part row; do
		for cpu in cortex-m3 cortex-m0plus; do
			shown=${row%% *} row=${row#* }
			[ "${shown/,/}" -eq "$(reader_size $cpu "$part")" ]
		done
	done < <(sed -n 's/^| `nameplate_serial` alone | \(.*\) | \(.*\) |$/serial \1 \2/p
		s/^| `nameplate_find` | \(.*\) | \(.*\) |$/find \1 \2/p
		s/^| any typed getter, .* | \(.*\) | \(.*\) |$/named \1 \2/p
		s/^| everything | \(.*\) | \(.*\) |$/all \1 \2/p' firmware/README.md)
	[ "$part" = "" ]
	[ "$(grep -c '^| .* | [0-9,]* | [0-9,]* |$' firmware/README.md)" -eq 4 ]
}

@test "README: the code that it shows compiles, and the reader keeps to the stack that it states" {
	{
		printf '%s\n' '#include <stdint.h>' 'void fail(void); int main(void); void fail(void) {}'
		echo '#include "nameplate.h"'
		# Blocks at the margin are functions; what a numbered step shows belongs into one.
		awk '/^```c/ { code = 1; next } /```/ { code = 0 } code' firmware/README.md
		echo 'int main(void) {'
		awk '/^ +```c/ { code = 1; next } /```/ { code = 0 } code && !/#include/' firmware/README.md
		echo 'report("serial=42\n"); return 0; }'
	} > "$BATS_TEST_TMPDIR/readme.c"
	"$gcc" -std=c99 -Wall -Wextra -mthumb -mcpu=cortex-m3 -Os -fstack-usage -Ifirmware -c -o "$BATS_TEST_TMPDIR/readme.o" \
		"$BATS_TEST_TMPDIR/readme.c"
	"$gcc" -std=c99 -mthumb -mcpu=cortex-m3 -Os -fstack-usage -Ifirmware -c -o "$BATS_TEST_TMPDIR/reader.o" firmware/nameplate.c
	# The deepest chain of calls: get, find, find_newest, then match_variable and describe.
	awk -F '[:\t]' '$4 ~ /^(nameplate_get|find|find_newest|match_variable|describe)$/ { sum += $5; n++ }
		END { exit !(n == 5 && sum < 200) }' "$BATS_TEST_TMPDIR/reader.su"
}

@test "cppcheck, which pio check runs, finds no error and no warning in what users compile, as C and as C++" {
	local language
	cd "$BATS_TEST_DIRNAME/../../firmware"
	for language in c c++; do
		cppcheck --quiet --enable=warning,portability --inline-suppr --platform=unspecified --language=$language --error-exitcode=3 -I . \
			--suppress=missingIncludeSystem nameplate*.c nameplate*.h examples/*/*.ino
	done
}
