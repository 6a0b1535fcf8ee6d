# SPDX-License-Identifier: MIT
# What the README tells a new user to type, typed; and the installed files, used from outside the checkout.

load ../lib/helpers

setup() {
	nameplate_setup
	cd "$HOME_DIR" || return 1
}
teardown() { nameplate_teardown; }

# The lines of README.md inside ``` blocks that match PATTERN.
readme_lines() { awk '/^```/ { block = !block; next } block' README.md | grep -E "$1"; }

@test "README: the lines to type by hand on the virtual board work, in their order" {
	expected=("serial=42" "serial       u32  42" "42")
	number=0
	while read -r line; do
		stdout=$(bash -c "$line" 2>"$err") || { cat "$err"; return 1; }
		[[ "$stdout" == "${expected[number]}"* ]] || { echo "$line printed: $stdout"; return 1; }
		number=$((number + 1))
	done < <(readme_lines '^openocd -f openocd/board/virtual')
	[ "$number" = 3 ]
}

@test "README: a board file of one's own is the two lines it shows" {
	readme_lines '^source ' | sed "s|/path/to/nameplate|$HOME_DIR|; s|your_board|stm32ldiscovery|" >"$BATS_TEST_TMPDIR/your.cfg"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/your.cfg")" = 2 ]
	openocd_run -f "$BATS_TEST_TMPDIR/your.cfg" -c "help program_serial" -c shutdown
	[ "$status" = 0 ]
	grep -q 'program_serial' "$err"
}

@test "README: five steps give somebody else's firmware a verified serial number" {
	cd "$BATS_TEST_TMPDIR"
	cat >main.c <<-'C'
		#include <stdio.h>
		#include <nameplate.h>
		extern void initialise_monitor_handles(void);
		int main(void)
		{
		    uint32_t serial;
		    initialise_monitor_handles();
		    if (nameplate_serial(&serial) == 0)
		        printf("serial=%lu\n", (unsigned long)serial);
		    return 0;
		}
	C
	cat >own.ld <<-'LD'
		MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 128K  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 16K }
		ENTRY(_mainCRTStartup)
		SECTIONS {
		  .text : { LONG(0x20004000) LONG(_mainCRTStartup + 1) KEEP(*(.init)) KEEP(*(.fini)) *(.text*) *(.rodata*) . = ALIGN(4);
		            _etext = .; } >FLASH
		  .init_array : { PROVIDE_HIDDEN(__preinit_array_start = .); PROVIDE_HIDDEN(__preinit_array_end = .);
		            PROVIDE_HIDDEN(__init_array_start = .); KEEP(*(.init_array*)) PROVIDE_HIDDEN(__init_array_end = .);
		            PROVIDE_HIDDEN(__fini_array_start = .); KEEP(*(.fini_array*)) PROVIDE_HIDDEN(__fini_array_end = .); } >FLASH
		  .ARM.exidx : { *(.ARM.exidx*) } >FLASH
		  .data : { _sdata = .; *(.data*) . = ALIGN(4); _edata = .; } >RAM AT>FLASH
		  _sidata = LOADADDR(.data);
		  .bss (NOLOAD) : { __bss_start__ = .; *(.bss* COMMON) . = ALIGN(8); __bss_end__ = .; end = .; __end__ = .; } >RAM
		}
		INCLUDE nameplate-stm32l152rb.ld
	LD
	cat >start.c <<-'C'
		extern unsigned _sidata[], _sdata[], _edata[], __bss_start__[], __bss_end__[];
		extern int main(void);
		extern void exit(int);
		void mainCRTStartup(void) __asm__("_mainCRTStartup");
		void mainCRTStartup(void)
		{
		    for (unsigned *to = _sdata, *from = _sidata; to < _edata;) *to++ = *from++;
		    for (unsigned *to = __bss_start__; to < __bss_end__;) *to++ = 0;
		    exit(main());
		}
	C
	line=$(grep -o 'build/nameplate region [^`]*' "$HOME_DIR/README.md")
	eval "\"$HOME_DIR\"/$line"
	arm-none-eabi-gcc -mthumb -mcpu=cortex-m3 -Os --specs=nano.specs --specs=rdimon.specs -nostartfiles \
		-I"$HOME_DIR/firmware" -L"$HOME_DIR/firmware/linker" -L. -T own.ld \
		-o firmware.elf main.c start.c "$HOME_DIR"/firmware/nameplate*.c
	nameplate_run "program_serial 42 firmware.elf verify"
	expect "serial=42"
}

@test "make install: board files and commands work from the installed places, without the checkout" {
	prefix="$BATS_TEST_TMPDIR/a place"
	make -s install PREFIX="$prefix" >"$out" 2>&1 || { cat "$out"; return 1; }
	cd "$BATS_TEST_TMPDIR"
	VBOARD= && unset VBOARD
	openocd_run -s "$prefix/share/openocd/site" -f board/virtual-stm32l152rb.cfg -c "program_serial 42"
	expect "serial=42"
	# [find nameplate.tcl], as a board file of one's own says.
	openocd_run -s "$prefix/share/openocd/site" -c 'source [find nameplate.tcl]' -c "program_serial abc"
	[ "$status" = 1 ]
	[[ "$errors" == *'"abc" is not a number'* ]]
	[ -f "$prefix/include/nameplate.h" ] && [ -f "$prefix/share/nameplate/linker/nameplate-stm32l152rb.ld" ] || return 1
	gdb-multiarch -batch -nx -x "$prefix/share/nameplate/gdb/nameplate.gdb" -ex "help nameplate" | grep -q '^Usage:'
}

@test "make install for PREFIX=/usr goes where Debian's OpenOCD looks" {
	make -s install PREFIX=/usr DESTDIR="$BATS_TEST_TMPDIR/stage" >"$out" 2>&1 || { cat "$out"; return 1; }
	[ -f "$BATS_TEST_TMPDIR/stage/usr/share/openocd/site/nameplate.tcl" ]
	openocd_run -d3 -c shutdown
	grep -q 'share/openocd/site' "$err"
}

@test "make a second time rebuilds nothing" {
	make -s all
	run make all
	[ "$status" = 0 ]
	[[ "$output" != *CC* && "$output" != *LD* && "$output" != *GEN* ]]
}

@test "make demo ends well and shows both numbers and the store" {
	run make -s demo
	[ "$status" = 0 ] || { echo "$output"; return 1; }
	[[ "$output" == *"serial=42"*"serial=43"*"serial       u32  43"* ]]
	[ "$(wc -l <<<"$output")" -le 30 ]
	# What is not a path is as wide as a terminal.
	run grep -nE '^[0-9$] .{79}' <<<"$output"
	[ "$status" = 1 ] || { echo "$output"; return 1; }
}

@test "make help: every task that says what it does, in groups; no line of any help is longer than 80" {
	run make -s help
	[ "$(grep -c '^  make ' <<<"$output")" = "$(grep -cE '^[a-z][a-z-]*:.*## ' Makefile)" ]
	[ "$(grep -v '^  make ' <<<"$output" | xargs)" = "Try: Build: Test: Measure: Give away:" ]
	[[ "$output" == *"make demo "*"make test "* ]]
	for command in "make -s help" "build/vboard --help" "build/vboard --list-chips" "build/nameplate --help" \
		"build/nameplate --list-chips" "build/nameplate --list-formats" "build/nameplate-ledger --help" \
		"tools/nameplate/nameplate-pyocd --help"; do
		run $command
		[ "$status" = 0 ] && ! grep -nE '^.{81}' <<<"$output" || { echo "$command"; return 1; }
	done
}

@test "make demo is in colour on a terminal only, and not there with NO_COLOR" {
	[ "$(tools/demo.sh | grep -c $'\033')" = 0 ]
	[ "$(script -qec tools/demo.sh /dev/null | grep -c $'\033')" -gt 0 ]
	[ "$(NO_COLOR=1 script -qec tools/demo.sh /dev/null | grep -c $'\033')" = 0 ]
}

@test "README: its loop for many boards repeats a number that failed, and goes on" {
	sed -n '/^for serial/,/^done/p' README.md | sed "s/100 299/100 101/; s|your.cfg|openocd/board/virtual-stm32l152rb.cfg|
		s|firmware.elf|{$BATS_TEST_TMPDIR/firmware.elf}|" >"$BATS_TEST_TMPDIR/loop"
	# There is no image at first: number 100 fails, and is asked for again.
	{
		echo
		for _ in $(seq 1000); do grep -q 'there is no image' "$BATS_TEST_TMPDIR/err" && break; sleep 0.02; done
		cp build/firmware/stm32l152rb/demo.elf "$BATS_TEST_TMPDIR/firmware.elf"
		printf '\n\n'
	} | VBOARD_FLASH=$BATS_TEST_TMPDIR/board.flash bash "$BATS_TEST_TMPDIR/loop" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = $'serial=100\nserial=101' ]
}

@test "README: what it says of failures is what they say" {
	sed -n 's/^| `\([^`]*\)` | .*/\1/p' README.md | grep -v '^Error' | while IFS= read -r row; do
		# A row is a message, shortened with … and with a name in it.
		while IFS= read -r part; do
			grep -qF -- "$part" openocd/nameplate/*.tcl || { echo "nothing says: $part"; exit 1; }
		done < <(sed 's/"firmware.elf"/…/g; s/within 10 s/…/g; s/[()]/…/g; s/ *… */\n/g' <<<"$row" | grep .)
	done
	[ "$(grep -c '^| `.*nothing was \(written\|erased\)' README.md)" -ge 4 ]
}

@test "README: every page that it leads to is there" {
	links=$(grep -o '](\([a-zA-Z][^)]*\))' README.md | tr -d '()]' | sed 's/#.*//')
	[ "$(wc -l <<<"$links")" -ge 7 ]
	for link in $links; do [ -f "$link" ] || { echo "missing: $link"; return 1; }; done
}

@test "Containerfile: instructions that there are, packages that there are, and at the end the demo" {
	run grep -vE '^(#.*|(FROM|RUN|COPY|WORKDIR|CMD) [^ ].*|)$' Containerfile
	[ "$status" = 1 ] || { echo "$output"; return 1; }
	[ "$(grep -v '^#' Containerfile | head -n 1)" = "FROM docker.io/library/debian:12" ]
	[ "$(grep '^RUN' Containerfile | tail -n 1)" = "RUN make demo" ]
	for package in $(sed -n 's/.*--no-install-recommends \([a-z -]*\) &&.*/\1/p' Containerfile); do
		dpkg -s "$package" >/dev/null 2>&1 || apt-cache show "$package" >/dev/null || { echo "no package: $package"; return 1; }
	done
	# A shell takes each line, and the folder that is copied has what it runs.
	grep '^RUN' Containerfile | cut -c5- | sh -n
	grep -qx build .containerignore && [ -f Makefile ] || return 1
}

@test "setup: where it knows no package manager it prints the list and stops" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$(command -v cat)" "$BATS_TEST_TMPDIR/bin/cat"
	PATH=$BATS_TEST_TMPDIR/bin run /bin/sh tools/setup.sh build
	[ "$status" = 1 ]
	[[ "$output" == *"openocd: programs the device"*"Error: no apt-get here"* ]]
}

# between PAGE NAME: what `make bench` has put there, the numbers left out.
between() { sed -n "/^<!-- $2 -->\$/,/^<!-- end -->\$/p" "$HOME_DIR/$1" | grep '^|' | sed 's/[0-9][0-9,.]*/N/g'; }

@test "the table of costs has the rows that make bench prints" {
	between README.md bench >"$BATS_TEST_TMPDIR/readme"
	between tests/bench/RESULTS.md wire >"$BATS_TEST_TMPDIR/results"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/readme")" -ge 8 ]
	diff "$BATS_TEST_TMPDIR/readme" "$BATS_TEST_TMPDIR/results"
	for table in chips probes growth; do
		[ "$(between tests/bench/RESULTS.md $table | wc -l)" -ge 4 ] || { echo "$table: no rows"; return 1; }
	done
}
