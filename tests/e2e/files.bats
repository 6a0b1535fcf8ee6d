#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Names of files through the real OpenOCD: whatever one is called, it is neither run nor taken for an option or a pattern.

load ../lib/helpers

setup() { nameplate_setup; }
teardown() {
	[ ! -e PWNED ]
	nameplate_teardown
}

NAMES=('|touch PWNED' -x -force '{x}' 'a{b}c' '${ws}' 'a\{b' '[x]' '* ?' '~' unlock erase)

# Tcl's word for any text: the board reads it from a file.
tcl() { printf 'set name %s\n' "$(printf %s "$1" | sed -z 's/[^A-Za-z0-9\n]/\\&/g; s/\n/\\n/g')" >name.tcl; }

@test "an image of any name is programmed" {
	for name in "${NAMES[@]}"; do
		cp "$DEMO" "./$name"
		tcl "$name"
		nameplate_run "source name.tcl; set NAMEPLATE_IMAGE \$name" "program_serial 42 noverify"
		expect "serial=42"
		rm "./$name"
		nameplate_run "source name.tcl; set NAMEPLATE_IMAGE \$name" "program_serial 42"
		refused "there is no image"
	done
	cp "$DEMO" '|touch PWNED.elf'
	nameplate_run "program_vars {|touch PWNED.elf} a=1 noverify"
	expect "a=1"
}

@test "control characters and what turns text around, in a name, do not reach the terminal" {
	name=$'\x1b]0;x\a\xc2\x9b31m\xe2\x80\xae\xd8\x9c\n.elf'
	cp "$DEMO" "./$name"
	tcl "$name"
	for image in '$name' '[pwd]/$name'; do
		nameplate_run "source name.tcl; set NAMEPLATE_IMAGE $image; list" "program_serial 42 noverify"
		expect "serial=42"
		grep -q '^Nameplate: programming .*\\x1b\]0;x\\x07\\xc2\\x9b31m\\xe2\\x80\\xae\\xd8\\x9c\\n.elf$' "$err"
		! LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae|\xd8\x9c' "$err" || return 1
	done
	VBOARD_FLASH=$name/flash openocd_run -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "program_serial 42"
	failed "flash file"
	! LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae|\xd8\x9c' "$err" || return 1
}

@test "a file of any name is restored from and its bytes are taken" {
	for name in "${NAMES[@]}"; do
		echo "a:u8=7" >"./$name"
		tcl "$name"
		nameplate_bare "source name.tcl" "init; reset halt" "nameplate restore \$name; nameplate set b:file=\$name; nameplate get b" shutdown
		expect $'a=7\nb=613a75383d370a\n613a75383d370a'
		rm "./$name"
	done
	nameplate_bare "nameplate restore {|touch PWNED}"
	refused "cannot be read"
	nameplate_bare "nameplate set {a:file=|touch PWNED}"
	refused "no file that can be read"
}

@test "a dump goes to a file of any name, in a folder of any name" {
	nameplate_bare "nameplate set a=1"
	for name in "${NAMES[@]}"; do
		mkdir "./$name"
		tcl "$name"
		nameplate_bare "source name.tcl" "nameplate dump \$name/\$name"
		expect "dumped=1"
		grep -q "^a:u32=1$" "./$name/$name"
		rm -r "./$name"
	done
}

@test "the virtual board's own files may have any name" {
	for name in '>x' '<x' '|touch PWNED' '2>x' '&'; do
		VBOARD_FLASH=$name VBOARD_STATS="$name.stats" nameplate_bare "program_serial 42"
		[ "$status" = 0 ] || show
		[ -s "./$name" ] && [ -e "./$name.stats" ] || return 1
		rm "./$name"
	done
}

@test "a FIFO or a device for a file is refused at once" {
	mkfifo fifo.elf
	for name in fifo.elf /dev/zero ./.; do
		openocd_run -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "program_serial 42 $name"
		refused "must be a file"
		nameplate_bare "nameplate restore $name"
		refused "cannot be read"
		nameplate_bare "nameplate set a:file=$name"
		refused "no file that can be read"
	done
}

@test "dump writes to a link, a FIFO or a device, and replaces none of them" {
	nameplate_bare "nameplate set a=1"
	mkfifo fifo
	timeout 20 cat fifo >got &
	reader=$!
	nameplate_bare "nameplate dump fifo"
	expect "dumped=1"
	wait "$reader"
	[ -p fifo ] && grep -q '^a:u32=1$' got || return 1
	echo old >target
	ln -s target link
	nameplate_bare "nameplate dump link -secrets"
	expect "dumped=1"
	[ -L link ] && grep -q '^a:u32=1$' target || return 1
	# To standard output, be it a pipe or a file.
	nameplate_bare "nameplate dump /dev/stdout"
	[ "$(grep -v '^#' "$out")" = $'a:u32=1\ndumped=1' ]
	[ "$(openocd -f "$HOME_DIR/openocd/board/$BOARD.cfg" -c "nameplate dump /dev/stdout" 2>"$err" </dev/null | grep -v '^#')" = $'a:u32=1\ndumped=1' ]
	[ -L /dev/stdout ]
	mknod null c 1 3 || skip "only root can make a device"
	nameplate_bare "nameplate dump null"
	expect "dumped=1"
	[ -c null ]
}

@test "without a folder for the file that a write passes through, nothing is changed, nor is an image programmed" {
	nameplate_bare "program_serial 41"
	TMPDIR=/dev/null nameplate_run "program_vars a=1 b=2"
	refused "cannot be created in the folder \"/dev/null\"" TMPDIR
}
