#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The store for good, through the real OpenOCD: full areas, a single area with its file on the host, other stores.
# (What a power cut at each single operation leaves is in tests/power.)

load ../lib/helpers

setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

SINGLE="set NAMEPLATE_BASE 0x0801F000; set NAMEPLATE_SIZE 0x1000"
SAVED=nameplate-*.save

# serials FIRST LAST: one after the other, in one session.
serials() {
	nameplate_bare "${3:-}" "init; reset halt" "for {set i $1} {\$i <= $2} {incr i} { program_serial \$i }" "shutdown"
	[ "$status" = 0 ] || { show; return 1; }
}

# ---- two areas ---------------------------------------------------------------------------------------------------

@test "a full area moves to the other one and back, with everything that lives" {
	nameplate_bare "nameplate set note=kept k:secret=7 gone=1"
	nameplate_bare "nameplate delete gone"
	serials 1 40
	grep -q 'compacting into 0x0801F000 to 0x0801FFFF' "$err"
	grep -q 'compacting into 0x0801E000 to 0x0801EFFF' "$err"
	nameplate_bare "nameplate list"
	[ "$(tr -s ' ' <<<"$stdout" | cut -d ' ' -f 1-3 | sort)" = $'k u32 secret\nnote text kept\nserial u32 40' ]
	# The reader on the CPU agrees.
	nameplate_run "program_serial 41"
	nameplate_run "nameplate verify"
	expect "verified=3"
	[ "$(stat flash_overwrites)" = 0 ]
}

@test "a compaction erases only the other area" {
	nameplate_run "program_serial 1"
	serials 2 9
	cp "$VBOARD_FLASH" before
	nameplate_bare "program_serial 10"
	expect "serial=10"
	# One page of 4 KiB for OpenOCD is 16 for the part.
	[ "$(stat flash_pages_erased)" = 16 ]
	cmp -n $((0x1F000)) before "$VBOARD_FLASH"
}

@test "a set larger than an area is refused, and what is there stays" {
	head -c 1023 /dev/urandom >big
	nameplate_bare "nameplate set a=1"
	nameplate_bare "program_vars b:file=big c:file=big d:file=big e:file=big"
	refused "full" "needs 4144 bytes" "3696 are free"
	nameplate_bare "nameplate get a"
	expect 1
}

@test "values that do not fit the rest of an area, but the next one, move over" {
	head -c 1000 /dev/urandom >big
	nameplate_bare "program_vars a:file=big b:file=big c:file=big"
	head -c 900 /dev/urandom >big
	nameplate_bare "program_vars b:file=big"
	[ "$status" = 0 ]
	grep -q compacting "$err"
	nameplate_bare "nameplate get b"
	expect "$(xxd -p -c 2000 big)"
}

# ---- a single area -------------------------------------------------------------------------------------------------

@test "with a single area the variables pass through a file, which is gone afterwards" {
	nameplate_bare "$SINGLE" "nameplate set note=kept"
	serials 1 30 "$SINGLE"
	grep -q "the variables are in ./nameplate-.*\.save until they are back" "$err"
	[ -z "$(ls $SAVED 2>/dev/null)" ]
	nameplate_bare "$SINGLE" "nameplate get note"
	expect kept
	nameplate_bare "$SINGLE" "nameplate get serial"
	expect 30
}

# A single area whose rewriting is cut off at its first operation of all, the erase, or later.
interrupted() { # CUT
	nameplate_bare "$SINGLE" "nameplate set note=kept k:secret=7"
	[ "$status" = 0 ] || { show; return 1; }
	serials 1 9 "$SINGLE"
	VBOARD_ARGS="--cut $1" nameplate_bare "$SINGLE" "program_serial 10"
	[ "$status" != 0 ] && [ -z "$stdout" ] || { show; return 1; }
}

@test "a run that was cut off while its area was erased is finished by the next one" {
	for cut in 1:after 5:torn:1 17:before 19:torn:2 20:before 20:torn:3; do
		rm -f "$VBOARD_FLASH"
		interrupted "$cut"
		[ "$(ls $SAVED | wc -l)" = 1 ]
		[ "$(find $SAVED -printf %m)" = 600 ]
		nameplate_bare "$SINGLE" "nameplate list"
		grep -q 'the next write puts them back' "$err" || { [[ "$stdout" == *"note"* ]] && [[ "$stdout" == *"serial"* ]]; }
		nameplate_bare "$SINGLE" "program_serial 10"
		expect "serial=10"
		[ -z "$(ls $SAVED 2>/dev/null)" ]
		nameplate_bare "$SINGLE" "nameplate dump all.txt -secrets"
		[ "$(grep -v '^#' all.txt | sort)" = $'k:u32:secret=7\nnote:text=kept\nserial:u32=10' ]
	done
}

@test "another command picks the file up as well, from the folder that NAMEPLATE_SAVE_DIR names" {
	mkdir saves
	nameplate_bare "$SINGLE" "nameplate set note=kept"
	serials 1 9 "$SINGLE"
	VBOARD_ARGS="--cut 3:torn" nameplate_bare "$SINGLE; set NAMEPLATE_SAVE_DIR saves" "program_serial 10"
	[ -z "$(ls $SAVED 2>/dev/null)" ]
	[ "$(ls saves/$SAVED | wc -l)" = 1 ]
	nameplate_bare "$SINGLE; set NAMEPLATE_SAVE_DIR saves" "nameplate set other=1"
	expect "other=1"
	[ -z "$(ls saves/$SAVED 2>/dev/null)" ]
	nameplate_bare "$SINGLE" "nameplate get note"
	expect kept
	nameplate_bare "$SINGLE" "nameplate get serial"
	expect 10
}

@test "a file of another device is never used" {
	interrupted 3:torn
	# As if this file had been left by the board with another unique ID.
	mv $SAVED nameplate-0123456789abcdef01234567.save
	nameplate_bare "$SINGLE" "nameplate erase"
	nameplate_bare "$SINGLE" "program_serial 50"
	expect "serial=50"
	nameplate_bare "$SINGLE" "nameplate get note"
	failed 'no variable "note"'
	[ -e nameplate-0123456789abcdef01234567.save ]
}

@test "a damaged file is refused, and the device left alone" {
	interrupted 3:torn
	file=$(ls $SAVED)
	sed -i 's/^item 1 0 0a/item 1 0 0b/' "$file"
	nameplate_bare "$SINGLE" "program_serial 10"
	refused "$file" "damaged" "move it away"
	[ -e "$file" ]
}

@test "nameplate erase also removes the file, or the next write would bring back what was erased" {
	interrupted 3:torn
	nameplate_bare "$SINGLE" "nameplate erase"
	expect "erased=4096"
	[ -z "$(ls $SAVED 2>/dev/null)" ]
	nameplate_bare "$SINGLE" "nameplate set a=1"
	nameplate_bare "$SINGLE" "nameplate get note"
	failed 'no variable "note"'
}

@test "where the file cannot be written nothing is erased" {
	nameplate_bare "$SINGLE" "nameplate set note=kept"
	serials 1 9 "$SINGLE"
	nameplate_bare "$SINGLE; set NAMEPLATE_SAVE_DIR nowhere" "program_serial 10"
	refused "nowhere" "does not exist"
	nameplate_bare "$SINGLE" "nameplate get serial"
	expect 9
}

# ---- other stores --------------------------------------------------------------------------------------------------

# area VERSION KIB GENERATION OFFSET: puts an area entry into the flash file at OFFSET in the region.
area() {
	flash_put $((0x1E000 + $4)) ""
	PYTHONPATH=$HOME_DIR/tests/vectors python3 -B - "$VBOARD_FLASH" "$@" <<-'P'
		import sys, make
		version, kib, generation, offset = map(int, sys.argv[2:])
		with open(sys.argv[1], "r+b") as file:
		    flash = make.Flash("", 128, "00").put(0, file.read()[0x1E000:])
		    flash.seek(offset).area(generation, version, kib)
		    file.seek(0x1E000)
		    file.write(flash.bytes)
	P
	cp "$VBOARD_FLASH" before
}

@test "a store of a newer version is named, refused, and left untouched" {
	area 2 4 1 0
	for command in "program_serial 42" "program_vars a=1" "nameplate delete a" "nameplate get a"; do
		nameplate_bare "$command"
		refused "another version of Nameplate" "store version 2"
		cmp before "$VBOARD_FLASH"
	done
	nameplate_bare "nameplate list"
	grep -q 'another version of Nameplate' "$err"
}

@test "also when it is beside an older store that could be read" {
	nameplate_bare "program_serial 41"
	area 2 4 2 4096
	nameplate_bare "program_serial 42"
	refused "another version of Nameplate"
	cmp before "$VBOARD_FLASH"
}

@test "a store of another layout is named, refused, and left untouched" {
	area 1 2 1 0
	nameplate_bare "program_vars a=1"
	refused "another layout" "areas of 2048 bytes" "NAMEPLATE_BASE"
	cmp before "$VBOARD_FLASH"
}
