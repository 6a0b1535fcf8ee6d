# SPDX-License-Identifier: MIT
# PlatformIO: the real Core with a development platform of the test's own (tests/platformio) uploads to a virtual board.
# Skipped, by name, where PyPI cannot be reached.

load ../lib/helpers
load ../lib/platformio

serial_on_board() {
	openocd_run -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "nameplate get serial"
	echo "$stdout"
}

@test "the example: firmware, serial number and values in one pio run -t upload, from 120 KiB of flash" {
	sed "s/^board = .*/board = virtual_l152rb/; s|pre:\.\.|pre:$HOME_DIR/tools/platformio|; s|symlink://.*|symlink://$HOME_DIR/firmware|" \
		"$HOME_DIR/tools/platformio/example/platformio.ini" >platformio.ini
	pio_run -t upload
	uploaded "serial=42" "hwrev=B2" "mac=02:00:5e:00:53:01" "from 122880 bytes" "programming"
	[ "$(serial_on_board)" = 42 ]
}

# The blocks of README.md: block LANGUAGE NUMBER.
block() {
	awk -v wanted="\`\`\`$1" -v number="$2" '/^```/ { inside = !inside && $0 == wanted && ++seen == number; if (!inside) inside = 0; next }
		inside' "$HOME_DIR/tools/platformio/README.md"
}

@test "README: its platformio.ini, its values and its four commands" {
	block ini 1 | sed "s/nucleo_l152re/virtual_l152rb/; s|/path/to/nameplate|$HOME_DIR|" >platformio.ini
	block ini 2 >>platformio.ini
	grep -q 'custom_nameplate_serial = 42' platformio.ini && grep -q gain platformio.ini || return 1
	while read -r line; do
		output=$(eval "$line" 2>&1 </dev/null) || { echo "$line: $output"; return 1; }
		case $line in
		*upload) said serial=42 hwrev=B2 mac=02:00:5e:00:53:01 gain=1.0023 programming ;;
		*nameplate) said serial=42 ;;
		*list) said gain ;;
		*erase) said erased=8192 ;;
		esac
	done < <(grep '^pio ' "$HOME_DIR/tools/platformio/README.md")
	[ "$(grep -c '^pio ' "$HOME_DIR/tools/platformio/README.md")" = 4 ]
}

@test "README: the script beside a copied folder openocd, as installed, and nowhere" {
	mkdir copied
	cp "$HOME_DIR"/tools/platformio/*.py "$HOME_DIR/firmware/parts.csv" copied
	sed -i "s|pre:.*|pre:copied/nameplate.py|" platformio.ini
	pio_run -t nameplate
	pio_refused 'there is no nameplate.tcl'
	cp -r "$HOME_DIR/openocd" copied
	pio_run -t nameplate
	uploaded 'serial=42'
	make -s -C "$HOME_DIR" install PREFIX="$PWD/usr" >"$out" 2>&1
	sed -i "s|pre:.*|pre:usr/share/nameplate/platformio/nameplate.py|; s|symlink://.*|symlink://$PWD/usr/share/nameplate/firmware|" platformio.ini
	PLATFORMIO_BUILD_DIR=$PWD/build PLATFORMIO_LIBDEPS_DIR=$PWD/libdeps pio_run -t upload
	uploaded 'serial=42'
}

@test "the firmware's own report is required with custom_nameplate_verify" {
	ini 'custom_nameplate_serial = text:SN-0042' 'custom_nameplate_verify = yes'
	pio_run -t upload
	# The example's report is for a number, so it says that it finds none.
	[ "$status" != 0 ]
	said 'the firmware reports serial=none'
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_verify = yes'
	pio_run -t upload
	uploaded "firmware: serial=42" "serial=42"
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_expect = serial=4?'
	pio_run -t upload
	uploaded "firmware: serial=42" "serial=42"
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_expect = SN 42' 'upload_flags =' '    -c' '    set NAMEPLATE_TIMEOUT 1'
	pio_run -t upload
	[ "$status" != 0 ]
	said 'did not print the line "SN 42"'
}

@test "OpenOCD's arguments stay: protocol, speed, package, verbosity, upload_flags" {
	ini 'custom_nameplate_serial = 42' 'upload_protocol = cmsis-dap' 'debug_speed = 480' 'upload_flags =' '    -c' '    echo {flags were here}'
	pio_run -v -t upload
	uploaded 'adapter speed 480' "$PLATFORMIO_CORE_DIR/packages/tool-openocd/openocd/scripts" 'board/virtual_stm32l152rb.cfg' ' -d2 ' 'flags were here' 'serial=42'
}

@test "upload_protocol = custom: OpenOCD's program is replaced where it is, what is before it stays" {
	ini 'custom_nameplate_serial = 7' 'upload_protocol = custom' \
		"upload_command = openocd -s \"$PLATFORMIO_CORE_DIR/packages/tool-openocd/openocd/scripts\" -f board/virtual_stm32l152rb.cfg -c \"echo before; program {\$SOURCE} verify reset exit\""
	pio_run -t upload
	uploaded "before" "serial=7"
	[ "$(serial_on_board)" = 7 ]
	ini 'custom_nameplate_serial = 7' 'upload_protocol = custom' 'upload_command = openocd -f board/virtual_stm32l152rb.cfg'
	pio_run -t upload
	pio_refused 'has no -c "program ..."'
}

@test "protocols that are not OpenOCD: refused, with what to do, and nothing is uploaded" {
	for protocol in dfu blackmagic; do
		ini 'custom_nameplate_serial = 42' "upload_protocol = $protocol"
		pio_run -t upload
		pio_refused "upload_protocol = $protocol does not go through OpenOCD" "stlink"
	done
	ini 'custom_nameplate_serial = 42' 'upload_protocol = custom' 'upload_command = st-flash write $SOURCE 0x08000000'
	pio_run -t nameplate
	pio_refused "does not go through OpenOCD"
}

@test "without values the platform's own upload runs, and the region stays reserved" {
	ini
	pio_run -t upload
	uploaded "Verified OK" "from 122880 bytes"
	openocd_run -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "nameplate get serial"
	[ "$status" = 1 ]
}

@test "a second upload of the firmware keeps the number" {
	pio_run -t upload
	uploaded "serial=42"
	ini
	pio_run -t upload
	uploaded "Verified OK"
	[ "$(serial_on_board)" = 42 ]
}

@test "pio run -t nameplate, nameplate-list, nameplate-erase: values without the firmware" {
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_vars =' '    hwrev=B2' '    label=two words; $HOME [exit] "x" {'
	pio_run -t nameplate
	uploaded 'serial=42' 'hwrev=B2' 'label=two words; $HOME [exit] "x" {'
	[[ "$output" != *programming* ]]
	pio_run -t nameplate-list
	uploaded 'serial' '42' 'hwrev' 'B2'
	pio_run -t nameplate-erase
	uploaded 'erased=8192'
	pio_run -t nameplate
	uploaded 'serial=42'
	run pio run --list-targets
	[[ "$output" == *nameplate-list* ]]
}

@test "a secret value shows neither in the output nor in the list of processes" {
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_vars = pin:text:secret=hush1234'
	mkdir bin
	printf '#!/bin/sh\necho "arguments: $*"\nexec %s "$@"\n' "$(command -v openocd)" >bin/openocd
	chmod +x bin/openocd
	rm -f "$PLATFORMIO_CORE_DIR/packages/tool-openocd/bin/openocd"
	ln -s "$PWD/bin/openocd" "$PLATFORMIO_CORE_DIR/packages/tool-openocd/bin/openocd"
	pio_run -t upload
	ln -sf "$(sed -n 's/^exec \([^ ]*\).*/\1/p' bin/openocd)" "$PLATFORMIO_CORE_DIR/packages/tool-openocd/bin/openocd"
	uploaded "arguments: " "pin=secret"
	[[ "$output" != *hush1234* ]]
}

@test "serial from env:NAME and from ask" {
	ini 'custom_nameplate_serial = env:DEVICE_NUMBER'
	DEVICE_NUMBER=0x2B pio_run -t nameplate
	uploaded 'serial=43'
	pio_run -t nameplate
	pio_refused 'DEVICE_NUMBER is not set'
	ini 'custom_nameplate_serial = ask'
	status=0
	output=$(echo 44 | setsid pio run -t nameplate 2>&1) || status=$?
	uploaded 'serial=44'
	# At a terminal, although PlatformIO has the standard streams.
	python3 - >"$out" 2>&1 <<-'PY'
		import os, pty, sys
		pid, terminal = pty.fork()
		if pid == 0:
		    os.execvp("pio", ["pio", "run", "-t", "nameplate"])
		text, answered = b"", False
		while True:
		    try:
		        piece = os.read(terminal, 4096)
		    except OSError:
		        break
		    text += piece
		    if not piece:
		        break
		    if b"serial number of this device:" in text and not answered:
		        answered = True
		        os.write(terminal, b"45\n")
		sys.stdout.write(text.decode("utf-8", "replace"))
		sys.exit(os.waitpid(pid, 0)[1])
	PY
	status=$? output=$(cat "$out")
	uploaded 'serial=45'
}

@test "names in messages reach the terminal escaped" {
	python3 "$HOME_DIR/tests/platformio/printable.py"
	ini $'custom_nameplate_serial = next:a\xe2\x80\xae\xc2\x9b31mb'
	pio_run -t nameplate
	pio_refused 'there is no file' 'a\xe2\x80\xae\xc2\x9b31mb'
}

@test "a serial that is none is refused before anything is connected" {
	for serial in 042 -1 4294967296 abc next: text: 1x; do
		ini "custom_nameplate_serial = $serial"
		pio_run -t nameplate
		pio_refused "serial number"
	done
}

@test "next:FILE gives one number after the other, and only to uploads that succeeded" {
	echo 100 >numbers
	ini 'custom_nameplate_serial = next:numbers' 'custom_nameplate_vars = hwrev=A'
	pio_run -t upload
	uploaded 'serial=100'
	# The board keeps its number, and 101 is not used up.
	pio_run -t upload
	uploaded 'serial=100'
	rm "$VBOARD_FLASH"
	# No board answers: 101 is still there.
	VBOARD_ARGS='--unplug 1' pio_run -t upload
	[ "$status" != 0 ]
	pio_run -t upload
	uploaded 'serial=101'
	rm "$VBOARD_FLASH"
	ini 'custom_nameplate_serial = next:numbers' 'custom_nameplate_keep = no'
	pio_run -t nameplate
	uploaded 'serial=102'
	pio_run -t nameplate
	uploaded 'serial=103'
	[ "$(cat numbers)" = 104 ]
}

@test "next:FILE: eight uploads at once get eight numbers" {
	echo 1 >numbers
	ini 'custom_nameplate_serial = next:numbers'
	pio_run
	for i in $(seq 8); do
		mkdir "$i"
		VBOARD_FLASH=$PWD/$i/flash VBOARD_STATS='' PLATFORMIO_BUILD_DIR=$PWD/$i/build pio run -t nameplate >"$i/out" 2>&1 </dev/null &
	done
	wait
	[ "$(grep -h '^serial=' [1-8]/out | sort -u | wc -l)" = 8 ] || { cat [1-8]/out; return 1; }
	[ "$(cat numbers)" = 9 ]
}

@test "next:FILE: a power cut while the number is written, or a killed upload, never gives it to another device" {
	echo 1 >numbers
	ini 'custom_nameplate_serial = next:numbers'
	VBOARD_ARGS='--cut 2:torn' pio_run -t nameplate
	[ "$status" != 0 ]
	said 'the device may have serial number 1'
	grep -qx '#open 1' numbers
	mv "$VBOARD_FLASH" cut
	# Another device gets the next one.
	pio_run -t nameplate
	uploaded 'serial=2'
	# The same device: it keeps 1 if it has it, else gets a new one; nobody else ever gets 1.
	mv cut "$VBOARD_FLASH"
	pio_run -t nameplate
	uploaded 'serial='
	rm "$VBOARD_FLASH"
	pio_run -t nameplate
	[[ "$output" != *$'\n'serial=1$'\n'* && "$output" != *$'\n'serial=2$'\n'* ]]
}

@test "numbers: a process killed at any moment, among many, never makes one be given twice" {
	python3 "$HOME_DIR/tests/platformio/numbers.py" "$HOME_DIR/tools/platformio" "$PWD"
}

@test "next:FILE without a counter, or with something else in it, is refused" {
	ini 'custom_nameplate_serial = next:numbers'
	pio_run -t nameplate
	pio_refused 'there is no file' 'write the first number'
	[ ! -e numbers ]
	echo 'twelve' >numbers
	pio_run -t nameplate
	pio_refused 'is not a counter'
	echo 4294967296 >numbers
	pio_run -t nameplate
	pio_refused 'there is none left'
}

@test "list:FILE gives the next unused line, numbers and texts, and none twice" {
	printf '%s\n' '# of batch 7' SN-0001 42 '' 'text:0043' >list
	ini 'custom_nameplate_serial = list:list' 'custom_nameplate_keep = no'
	for serial in SN-0001 42 0043; do
		pio_run -t nameplate
		uploaded "serial=$serial"
	done
	[ "$(cat list)" = '# of batch 7
#used SN-0001
#used 42

#used text:0043' ]
	pio_run -t nameplate
	pio_refused 'has no unused line left'
	# A device that an upload left in doubt still has its number: it is marked as used, and the next line stays.
	printf '%s\n' '#open text:0043' SN-9 >list
	ini 'custom_nameplate_serial = list:list'
	pio_run -t nameplate
	uploaded "serial=0043"
	[ "$(cat list)" = $'#used text:0043\nSN-9' ]
	printf '%s\n' 42 43 0x2A >list
	pio_run -t nameplate
	pio_refused 'line 3 repeats line 1'
	printf '%s\n' 0042 >list
	pio_run -t nameplate
	pio_refused 'line 1' 'leading zero'
}

@test "firmware that grows into the region is refused at the build, with any linker script" {
	pio_run
	cat >src/filler.c <<-'C'
		const char filler[118 * 1024] = {1};
	C
	ini 'custom_nameplate_serial = 42' 'build_flags = -Wl,-u,filler'
	PLATFORMIO_BUILD_DIR=$PWD/build pio_run
	[ "$status" != 0 ]
	said "region \`FLASH' overflowed"
	# A script of the part, for its whole flash.
	sed 's/LD_MAX_SIZE/128K/g; s/LD_FLASH_OFFSET/0/g' "$HOME_DIR/tests/platformio/platform/core/ldscript.ld" >full.ld
	ini 'custom_nameplate_serial = 42' 'board_build.ldscript = full.ld' 'build_flags = -Wl,-u,filler'
	PLATFORMIO_BUILD_DIR=$PWD/build pio_run
	[ "$status" != 0 ]
	said 'touches the reserved flash 0x0801E000 to 0x0801FFFF' 'end at 0x0801E000'
}

@test "a linker script that reserves another region: that one it is; a custom_nameplate_region that differs is refused" {
	sed 's/LD_MAX_SIZE/128K/g; s/LD_FLASH_OFFSET/0/g' "$HOME_DIR/tests/platformio/platform/core/ldscript.ld" >own.ld
	echo '_nameplate_start = 0x0801C000; _nameplate_end = 0x0801E000;' >>own.ld
	export PLATFORMIO_BUILD_DIR=$PWD/build
	ini 'custom_nameplate_serial = 42' 'board_build.ldscript = own.ld' 'custom_nameplate_verify = yes'
	pio_run -t upload
	uploaded 'serial=42' 'written at 0x0801C'
	pio_run -t nameplate
	uploaded 'serial number 42 unchanged'
	ini 'custom_nameplate_serial = 42' 'board_build.ldscript = own.ld' 'custom_nameplate_region = 0x08010000 8K'
	pio_run -t upload
	pio_refused 'reserves 0x0801C000 to 0x0801DFFF' '0x08010000 to 0x08011FFF' 'custom_nameplate_region = 0x0801C000 0x2000'
	ini 'custom_nameplate_serial = 42' 'board_build.ldscript = own.ld' 'custom_nameplate_region = 0x0801C000 8K' 'custom_nameplate_verify = yes'
	pio_run -t upload
	uploaded 'serial=42' 'from 131072 bytes'
}

@test "a region that is none of this part is refused by the name of the option" {
	for region in '0x0801C400 0x1000' '0x08020000 8K' '0x0801F000 8K' 'abc 1'; do
		ini 'custom_nameplate_serial = 42' "custom_nameplate_region = $region"
		pio_run -t nameplate
		pio_refused "custom_nameplate_region = $region"
	done
}

@test "an option that there is not is refused with the nearest name; a comment in a value is pointed out" {
	ini 'custom_nameplate_serail = 42'
	pio_run -t upload
	pio_refused 'custom_nameplate_serail' 'the nearest is custom_nameplate_serial'
	ini 'custom_nameplate_serial = text:SN #42'
	pio_run -t nameplate
	uploaded 'serial=SN' 'Warning: ' 'line 7' 'a comment to PlatformIO'
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_vars =' '    label=x ; y'
	pio_run -t nameplate
	uploaded 'label=x' 'line 9' 'a comment to PlatformIO'
}

@test "no serial number and no values: a target that writes them is refused, and says what to set" {
	ini
	pio_run -t nameplate
	pio_refused 'there is nothing to write' 'custom_nameplate_serial'
}

@test "a project, the scripts and the library in a folder with a space: built, uploaded, written" {
	cd ..
	mkdir 'a folder'
	mv project 'a folder/a project'
	cd 'a folder/a project' || return 1
	mkdir 'the scripts'
	cp "$HOME_DIR"/tools/platformio/*.py 'the scripts'
	cp -r "$HOME_DIR/openocd" 'the scripts'
	mkdir lib
	cp -r "$HOME_DIR/firmware" lib/Nameplate
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_verify = yes'
	sed -i "/^lib_deps/d; s|pre:.*|pre:the scripts/nameplate.py|; s/virtual_l152rb/virtual_l476rg/" platformio.ini
	unset PLATFORMIO_BUILD_DIR PLATFORMIO_LIBDEPS_DIR
	pio_run -t upload
	uploaded 'firmware: serial=42'
	pio_run -t nameplate-list
	uploaded 'serial' '42'
	# The same through a command of the project's own.
	ini 'custom_nameplate_serial = 43' 'upload_protocol = custom' \
		"upload_command = openocd -f \"$HOME_DIR/openocd/board/virtual-stm32l476rg.cfg\" -c \"program {\$SOURCE} verify reset exit\""
	sed -i "/^lib_deps/d; s|pre:.*|pre:the scripts/nameplate.py|; s/virtual_l152rb/virtual_l476rg/" platformio.ini
	pio_run -t upload
	uploaded 'serial=43'
}

@test "an empty serial number is warned about, as the upload writes none" {
	ini 'custom_nameplate_serial = ${sysenv.NOTHING_HAS_THIS_NAME}'
	pio_run -t upload
	uploaded 'Warning: custom_nameplate_serial is empty'
	[[ "$output" != *"serial="* ]] || { echo "$output"; return 1; }
	ini 'custom_nameplate_serial = 42'
	pio_run -t upload
	uploaded 'serial=42'
	[[ "$output" != *"is empty"* ]] || { echo "$output"; return 1; }
}

@test "a program among the upload_flags is refused: it would write the firmware past the checks" {
	ini 'custom_nameplate_serial = 42' 'upload_flags =' '    -c' '    program {other.elf} verify'
	pio_run -t upload
	pio_refused 'upload_flags has an OpenOCD program of its own'
}

@test "pio test takes no number, and leaves what the device has" {
	echo 100 >numbers
	ini 'custom_nameplate_serial = next:numbers' 'test_build_src = yes' 'test_framework = custom'
	pio_run -t nameplate
	uploaded 'serial=100'
	mkdir -p test/test_one
	echo 'extern "C" void test_nothing(void) {}' >test/test_one/one.cpp
	printf '%s\n' 'from platformio.test.runners.base import TestRunnerBase' 'class CustomTestRunner(TestRunnerBase):' '    EXTRA_LIB_DEPS = None' \
		>test/test_custom_runner.py
	timeout 300 pio test --without-testing -v >"$out" 2>&1 </dev/null || { cat "$out"; return 1; }
	grep -q 'Verified OK' "$out" || { cat "$out"; return 1; }
	[ "$(cat numbers)" = 101 ]
	rm "$VBOARD_FLASH"
	timeout 300 pio test --without-testing >"$out" 2>&1 </dev/null
	[ "$(cat numbers)" = 101 ]
}

# strange_board MCU BYTES: the virtual board under another name for its part.
strange_board() {
	sed "s/stm32l152rbt6/$1/; s/\"maximum_size\": [0-9]*/\"maximum_size\": $2/" \
		"$PLATFORMIO_CORE_DIR/platforms/ststm32/boards/virtual_l152rb.json" >"$PLATFORMIO_CORE_DIR/platforms/ststm32/boards/virtual_strange.json"
	sed -i 's/virtual_l152rb/virtual_strange/' platformio.ini
	export PLATFORMIO_BUILD_DIR=$PWD/build
}

@test "a part that is not known builds, and is refused when something is to be written; an odd size is no matter" {
	sed -i '/lib_deps/d' platformio.ini
	rm src/*
	printf '%s\n' '#include <Arduino.h>' 'void setup() {}' 'void loop() {}' >src/main.cpp
	strange_board stm32h563zit6 131072
	pio_run
	uploaded 'SUCCESS' 'from 131072 bytes'
	for target in upload nameplate nameplate-list; do
		pio_run -t $target
		pio_refused 'the flash of stm32h563zit6 is not known' 'custom_nameplate_region = BASE SIZE'
	done
	strange_board stm32l152rbt6 131000
	sed -i 's/stm32h563zit6/stm32l152rbt6/; s/131072/131000/' "$PLATFORMIO_CORE_DIR/platforms/ststm32/boards/virtual_strange.json"
	pio_run
	uploaded 'SUCCESS' 'from 122880 bytes'
}

@test "the targets go through upload commands with quotes and paths with spaces, and say that OpenOCD is not installed" {
	mkdir 'a folder'
	printf 'echo {a file was here}\n' >'a folder/first.cfg'
	ini 'custom_nameplate_serial = 42' 'upload_flags =' '    -f' '    a folder/first.cfg' '    -c' '    echo {two  words}'
	for target in nameplate nameplate-list nameplate-erase; do
		pio_run -t $target
		uploaded 'a file was here' 'two  words'
	done
	mv "$PLATFORMIO_CORE_DIR/packages/tool-openocd/bin/openocd" openocd
	status=0
	output=$(PATH=$PIO_PATH "$PIO_PATH/pio" run -t nameplate 2>&1 </dev/null) || status=$?
	mv openocd "$PLATFORMIO_CORE_DIR/packages/tool-openocd/bin/openocd"
	pio_refused 'has not installed OpenOCD yet' 'pio pkg install -t tool-openocd'
}

@test "the Arduino example sketch builds, for PlatformIO and with the region in the sketch" {
	rm -r src && mkdir src
	cp "$HOME_DIR/firmware/examples/SerialNumber/SerialNumber.ino" src
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_verify = yes'
	PLATFORMIO_BUILD_DIR=$PWD/build pio_run -t upload
	uploaded 'firmware: serial=42'
	sed -i 's/ifndef PLATFORMIO/ifdef PLATFORMIO/' src/SerialNumber.ino
	sed -i '/^extra_scripts/d' platformio.ini
	PLATFORMIO_BUILD_DIR=$PWD/build pio_run
	[ "$status" = 0 ] || { echo "$output"; return 1; }
	arm-none-eabi-nm build/device/firmware.elf | grep -q '0801e000 A _nameplate_start'
}

@test "flash with ECC: a torn word does not hang the firmware, with nothing to know" {
	other_board l476rg 'custom_nameplate_serial = 42' 'custom_nameplate_verify = yes'
	pio_run -t upload
	uploaded 'firmware: serial=42'
	BOARD=virtual-stm32l476rg
	VBOARD_ARGS="--cut 2:torn:2" nameplate_bare "program_serial 43"
	[ "$status" = 1 ]
	nameplate_bare "program_serial 42 expect serial=42"
	expect "serial=42"
	[ "$(stat ecc_errors)" -gt 0 ]
	# A handler of one's own that hides it does not link; one that calls it does.
	echo 'extern "C" void NMI_Handler(void) { for (;;); }' >src/nmi.cpp
	pio_run
	[ "$status" != 0 ]
	said 'begin your NMI handler with: if (nameplate_nmi()) return;'
	printf '%s\n' '#include <nameplate_ecc.h>' 'extern "C" void NMI_Handler(void) { if (nameplate_nmi()) return; for (;;); }' >src/nmi.cpp
	pio_run
	uploaded 'SUCCESS'
}

@test "flash with ECC: an STM32H7 gets the guarded loads; a project without the reader links as ever" {
	other_board h743zi 'custom_nameplate_serial = 42'
	pio_run
	uploaded 'SUCCESS'
	arm-none-eabi-nm build/device/firmware.elf | grep -q nameplate_guarded_load
	other_board l476rg 'custom_nameplate_serial = 42'
	sed -i '/lib_deps/d' platformio.ini
	rm src/*
	printf '%s\n' '#include <Arduino.h>' 'extern "C" void NMI_Handler(void) { for (;;); }' 'void setup() {}' 'void loop() {}' >src/main.cpp
	pio_run
	uploaded 'SUCCESS'
}

@test "flash with ECC: the script and the library copied into the project find the linker's file, or name it" {
	cp "$HOME_DIR"/tools/platformio/*.py .
	cp -r "$HOME_DIR/openocd" .
	mkdir lib
	cp -r "$HOME_DIR/firmware" lib
	other_board l476rg 'custom_nameplate_serial = 42'
	sed -i "/lib_deps/d; s|pre:.*|pre:nameplate.py|" platformio.ini
	pio_run
	uploaded 'SUCCESS'
	arm-none-eabi-nm build/device/firmware.elf | grep -q ' T NMI_Handler'
	rm -r lib/firmware/linker
	pio_run
	pio_refused 'there is no nameplate-ecc.ld'
}

# with_eeprom CHIP FLAGS LINE...: the example with Arduino's EEPROM library in it, on that chip, as these flags have it compiled.
with_eeprom() {
	local chip=$1 flags=$2
	shift 2
	cp "$HOME_DIR/tests/platformio/eeprom.c" src
	other_board "$chip" 'custom_nameplate_serial = 42' "build_flags = -Wl,-u,eeprom_write_byte -Wl,-u,eeprom_buffer_fill $flags" "$@"
}

@test "Arduino's EEPROM library in the reserved flash is refused, with a region beside it; that one builds, and is uploaded" {
	# The place is a constant in the code.
	with_eeprom f401cc -DEEPROM_PLACE=0x0803E000u
	pio_run
	pio_refused "Arduino's EEPROM library, which erases 0x08020000 to 0x0803FFFF" 'custom_nameplate_region = 0x08004000 0x4000'
	with_eeprom f401cc -DEEPROM_PLACE=0x0803E000u 'custom_nameplate_region = 0x08004000 0x4000'
	pio_run -t upload
	uploaded 'serial=42' 'from 229376 bytes'
	# The device is asked how large its flash is: the last page.
	with_eeprom l476rg -DEEPROM_SIZE=2048
	pio_run -t upload
	pio_refused 'erases 0x080FF800 to 0x080FFFFF' 'custom_nameplate_region = 0x080FE800 0x1000'
}

@test "Arduino's EEPROM library elsewhere is no matter, nor is a part with EEPROM of its own" {
	# Below the region; and as on an L152, where the library has no buffer.
	with_eeprom l152rb '-DEEPROM_SIZE=1024 -DEEPROM_PLACE=0x0801C000u'
	pio_run
	uploaded 'SUCCESS'
	with_eeprom l152rb '-DEEPROM_SIZE=1024 -DEEPROM_PLACE=0x0801F800u -Deeprom_buffer=shadow'
	pio_run
	uploaded 'SUCCESS'
}

# cube NAME KIB LINE...: a project NAME with STM32Cube's stand-in, whose constants take so much; pio_run in it.
cube() {
	local name=$1 kib=$2
	shift 2
	mkdir -p "$name/src"
	printf '%s\n' '#include <Arduino.h>' 'void setup() {}' 'void loop() {}' >"$name/src/main.cpp"
	echo "const char filler[$kib * 1024] = {1};" >"$name/src/filler.c"
	ini 'build_flags = -Wl,-u,filler' "$@"
	sed 's/arduino/stm32cube/' platformio.ini >"$name/platformio.ini"
	[ "$name" = with ] || sed -i '/^extra_scripts/d; /^lib_deps/d' "$name/platformio.ini"
	cd "$name" || return 1
	PLATFORMIO_BUILD_DIR=$PWD/build pio_run
	cd ..
}

@test "two projects in one core folder, with Nameplate and without: what one leaves in the shared package is no matter to the other" {
	local cached=$PLATFORMIO_CORE_DIR/packages/tool-ldscripts-ststm32/stm32l1/STM32L152RB_DEFAULT.ld order who
	for order in 'with without' 'without with'; do
		rm -f "$cached"
		for who in $order; do
			if [ "$who" = with ]; then
				cube with 100 'custom_nameplate_serial = 42'
				uploaded SUCCESS 'from 122880 bytes'
			else
				cube without 124
				uploaded SUCCESS 'from 131072 bytes'
			fi
			grep -q '128K' "$cached"
		done
		# The script has the whole flash, and the region is free all the same.
		cube with 121 'custom_nameplate_serial = 42'
		pio_refused 'touches the reserved flash 0x0801E000'
	done
}

# line ARGUMENT...: the project's ledger.
line() { "$HOME_DIR/build/nameplate-ledger" --ledger "$PWD/line.db" "$@" >"$out" 2>&1 || { cat "$out"; return 1; }; }

@test "serial = next with a ledger: each device its own number, with its other values; what became of it is in the ledger" {
	line init
	line series serial first=7 form=SN-%03u
	line series mac block=02:00:5E:10:00:00/28
	ini 'custom_nameplate_serial = next' 'custom_nameplate_ledger = line.db' 'custom_nameplate_vars =' '    hwrev=B2' '    mac:mac=next:mac'
	pio_run -t upload
	uploaded 'serial=SN-007' 'hwrev=B2' 'mac=02:00:5e:10:00:00' programming
	pio_run -t nameplate
	uploaded 'serial=SN-007' 'mac=02:00:5e:10:00:00'
	# Another device is lost in the middle of it: it, and nobody else, has the next one.
	VBOARD_FLASH=$PWD/second
	VBOARD_ARGS='--cut 2:torn' pio_run -t nameplate
	[ "$status" != 0 ]
	line list serial --open
	grep -q 'value=SN-008' "$out"
	VBOARD_FLASH=$PWD/third
	pio_run -t nameplate
	uploaded 'serial=SN-009' 'mac=02:00:5e:10:00:02'
	VBOARD_FLASH=$PWD/second
	pio_run -t nameplate
	uploaded 'serial=SN-008'
	line check
	line uploads
	[ "$(grep -c 'what=done' "$out")" = 4 ]
}

@test "serial = next: without a ledger, with none that is there, and in place of a text file" {
	ini 'custom_nameplate_serial = next'
	pio_run -t nameplate
	pio_refused 'custom_nameplate_ledger' 'next:FILE'
	ini 'custom_nameplate_serial = next' 'custom_nameplate_ledger = line.db'
	pio_run -t nameplate
	pio_refused 'there is no ledger' 'line.db' 'init'
	echo 100 >numbers.txt
	ini 'custom_nameplate_serial = next:numbers.txt'
	pio_run -t nameplate
	uploaded 'serial=100'
	line init
	line import serial next:numbers.txt
	ini 'custom_nameplate_serial = next' 'custom_nameplate_ledger = line.db'
	pio_run -t nameplate
	pio_refused 'adopt'
	VBOARD_FLASH=$PWD/second
	pio_run -t nameplate
	uploaded 'serial=101'
	VBOARD_FLASH=$PWD/third
	ini 'custom_nameplate_serial = next:serial'
	pio_run -t nameplate
	pio_refused 'there is no file'
	ini 'custom_nameplate_serial = next:serial' 'custom_nameplate_ledger = line.db'
	pio_run -t nameplate
	uploaded 'serial=102'
	ini 'custom_nameplate_serial = list:numbers.txt' 'custom_nameplate_ledger = line.db'
	pio_run -t nameplate
	pio_refused 'is a text file' 'leave one of them out'
	VBOARD_FLASH=$PWD/fourth
	ini 'custom_nameplate_serial = next'
	NAMEPLATE_LEDGER=$PWD/line.db pio_run -t nameplate
	uploaded 'serial=103'
}

@test "the library as pio pkg pack makes it: installed into a project, it is found, built and read, with all that the script needs of it" {
	"$PIO_PATH/python" -I "$HOME_DIR/tests/platformio/pack.py" "$HOME_DIR/firmware" -o "$PWD" >"$out" 2>&1 || { cat "$out"; return 1; }
	[ -f Nameplate-*.tar.gz ]
	cmp "$HOME_DIR/LICENSES/MIT.txt" <(tar xzOf Nameplate-*.tar.gz LICENSE)
	# The scripts and openocd alone: parts.csv and the linker's file come out of the package.
	cp "$HOME_DIR"/tools/platformio/*.py .
	cp -r "$HOME_DIR/openocd" .
	ini 'custom_nameplate_serial = 42' 'custom_nameplate_verify = yes'
	sed -i "s|symlink://.*|file://$(echo "$PWD"/Nameplate-*.tar.gz)|; s|pre:.*|pre:nameplate.py|; s/virtual_l152rb/virtual_l476rg/" platformio.ini
	export PLATFORMIO_BUILD_DIR=$PWD/build PLATFORMIO_LIBDEPS_DIR=$PWD/libdeps
	pio pkg install >"$out" 2>&1 </dev/null || { cat "$out"; return 1; }
	pio_run -t upload
	uploaded 'firmware: serial=42' 'serial=42'
	arm-none-eabi-nm build/device/firmware.elf | grep -q ' T NMI_Handler'
}

@test "the build says what is reserved and what is left, and names a small sector, which one line reserves" {
	pio_run
	uploaded '0x0801E000 to 0x0801FFFF is reserved, 8 KiB; 122880 bytes are left'
	[[ "$output" != *'small sector'* ]]
	other_board f401cc 'custom_nameplate_serial = 42'
	pio_run
	uploaded '0x08020000 to 0x0803FFFF is reserved, 128 KiB; 131072 bytes are left' \
		'custom_nameplate_region = 0x08004000 0x4000 reserves a small sector instead (229376 bytes left)'
	# The firmware begins after it, and the core finds it at reset.
	other_board f401cc 'custom_nameplate_serial = 42' 'custom_nameplate_verify = yes' 'custom_nameplate_region = 0x08004000 0x4000'
	pio_run -t upload
	uploaded '0x08004000 to 0x08007FFF is reserved, 16 KiB; 229376 bytes are left' 'from 229376 bytes' 'firmware: serial=42' 'written at 0x0800'
	arm-none-eabi-readelf -lW build/device/firmware.elf >headers
	grep -q 'LOAD .* 0x08000000 0x08000000 0x00010 ' headers
	grep -q 'LOAD .* 0x08008000 0x08008000 ' headers
	# It fills the rest of the flash, and no more.
	echo 'const char filler[213 * 1024] = {1};' >src/filler.c
	echo 'build_flags = -Wl,-u,filler' >>platformio.ini
	pio_run -t upload
	uploaded 'firmware: serial=42'
	sed -i 's/213/223/' src/filler.c
	pio_run
	[ "$status" != 0 ]
	said "region \`FLASH' overflowed" '229376 bytes are left'
}

@test "of an ELF the script and nameplate region --check say the same" {
	local at
	printf '%s\n' '.word 0' '.section .any, "a"' '.word 1' | arm-none-eabi-as -o any.o -
	for at in 0x0801DFFC 0x0801DFFD 0x0801E000 0x0801FFFF 0x08020000 0x08004000; do
		arm-none-eabi-ld -e 0 -Ttext=0x08000000 --section-start=.any=$at --defsym=_nameplate_start=0x0801E000 \
			--defsym=_nameplate_end=0x08020000 -o $at.elf any.o
		# And with all load addresses 0: they are the virtual ones.
		python3 - $at.elf <<-'PY'
			import sys
			data = bytearray(open(sys.argv[1], "rb").read())
			table, count = int.from_bytes(data[28:32], "little"), int.from_bytes(data[44:46], "little")
			for at in range(table, table + 32 * count, 32):
			    data[at + 12 : at + 16] = bytes(4)
			open("virtual-" + sys.argv[1], "wb").write(data)
		PY
	done
	"$PIO_PATH/python" -I "$HOME_DIR/tests/platformio/elf.py" "$HOME_DIR/tools/platformio" "$HOME_DIR/build/nameplate" ./*.elf \
		"$HOME_DIR"/build/firmware/stm32l152rb/demo.elf
}
