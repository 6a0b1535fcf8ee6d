# SPDX-License-Identifier: MIT
# nameplate-pyocd: the real pyOCD, with its own flash algorithms, writes variables on virtual boards and loses none.

load ../lib/helpers

setup() {
	nameplate_setup
	python=$("$HOME_DIR/tests/pyocd/install") || skip "PyPI is not reachable (build/pyocd/pip.log)"
	mkdir bin
	printf '#!/bin/sh\nexec %s -B %s/tests/pyocd/cli.py "$@"\n' "$python" "$HOME_DIR" >bin/pyocd
	chmod +x bin/pyocd
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	part stm32f103rb stm32f103rc
}
teardown() { nameplate_teardown; }

# part CHIP TARGET: the chip, and pyOCD's part with its flash algorithm
part() {
	chip=$1 target=$2
	base=$("$HOME_DIR/build/nameplate" region --chip $chip | sed -n 's/^base=//p')
	export VBOARD_CHIP=$chip
	BOARD=virtual-$chip
}

# write ARGUMENT...: status, stdout, $err as with OpenOCD
write() {
	status=0
	timeout 300 "$HOME_DIR/tools/nameplate/nameplate-pyocd" --chip $chip --target $target "$@" >"$out" 2>"$err" || status=$?
	stdout=$(cat "$out")
	errors=$(grep '^Error: ' "$err" || true)
}

@test "a new device, then new values on it: OpenOCD reads them, and none is lost" {
	write serial=42 hwrev=B2 "note=two words"
	[ "$status" = 0 ] || { show; return 1; }
	[[ "$stdout" == "serial "*" 42 "*"hwrev "*" B2 "*"note "*" two words "* ]]
	[ ! -e "nameplate-$chip.bin" ]
	write serial=43
	[ "$status" = 0 ] || { show; return 1; }
	nameplate_bare "nameplate get note"
	expect "two words"
	nameplate_bare "program_serial 44"
	expect "serial=44"
	write hwrev=C1
	nameplate_bare "nameplate list"
	[[ "$stdout" == *"serial "*44* && "$stdout" == *C1* && "$stdout" == *"two words"* ]]
}

@test "on flash with ECC, where pyOCD spends the blank cells too: both go on" {
	part stm32l476rg stm32l475xg
	write serial=42 hwrev=B2
	[ "$status" = 0 ] || { show; return 1; }
	[[ "$stdout" == "serial "*" 42 "*"hwrev "*" B2 "* ]]
	nameplate_bare "nameplate set hwrev=C1"
	[ "$status" = 0 ] || { show; return 1; }
	write serial=43
	nameplate_bare "nameplate list"
	[[ "$stdout" == *"serial "*43* && "$stdout" == *C1* ]]
}

@test "power that goes while pyOCD writes: the region as it was is in a file, and brings it back" {
	write serial=42 hwrev=B2
	cp "$VBOARD_FLASH" before
	VBOARD_ARGS="--cut 3:torn:1" write serial=43
	[ "$status" = 1 ]
	[[ "$errors" == *"nameplate-$chip.bin" ]]
	write serial=44
	[[ "$errors" == *"there is nameplate-$chip.bin already"*"pyocd load -t $target -a $base nameplate-$chip.bin"* ]]
	eval "$(grep -o 'pyocd load [^`]*' "$err") >/dev/null 2>&1"
	cmp "$VBOARD_FLASH" before
}

@test "bad input: one line, and nothing is written" {
	write serial=42
	cp "$VBOARD_FLASH" before
	for arguments in "serial=042x:u8" "hwrev:u8=300" "nothing" "--frob" "--keep" "--base 12;x serial=1" ""; do
		write $arguments
		[ "$status" != 0 ] && [ "$(grep -c '^Error: ' "$err")" = 1 ] || { echo "$arguments"; show; return 1; }
	done
	write --keep before serial=43
	[[ "$errors" == *"there is before already"* ]]
	cmp "$VBOARD_FLASH" before
}

@test "completion: its options, the file of --keep, a first variable" {
	file=$HOME_DIR/tools/nameplate/nameplate-pyocd.bash
	PATH=$HOME_DIR/tools/nameplate:$PATH
	[ "$(completes "$file" nameplate-pyocd --ba)" = --base ]
	for word in $(completes "$file" nameplate-pyocd --); do
		run nameplate-pyocd "$word"
		[[ "$output" != *"there is no option"* ]]
	done
	touch mine.bin
	[ "$(completes "$file" nameplate-pyocd --keep mi)" = mine.bin ]
	[ "$(completes "$file" nameplate-pyocd --chip stm32l476rg se)" = serial= ]
	[ -z "$(completes "$file" nameplate-pyocd --size '')" ]
}
