#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# openocd/FAMILIES.md says of every virtual chip what the tools themselves say.

load helpers

setup_file() { "$BATS_TEST_DIRNAME/../families/table" > "$BATS_FILE_TMPDIR/table"; }
setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# The static columns: the last one, what was tried, grows with the tests.
columns() { grep '^| ' "$1" | cut -d '|' -f 1-9; }

@test "FAMILIES.md: the table is what the tools say (tests/families/table --write)" {
	sed '1,/^<!-- table -->$/d; /^<!-- end -->$/,$d' "$HOME_DIR/openocd/FAMILIES.md" > committed
	diff <(columns committed) <(columns "$BATS_FILE_TMPDIR/table")
	[ "$(grep -c '^| stm32' committed)" = "$("$VBOARD" --list-chips | wc -l)" ]
	# A chip on which nothing was tried has no place in it.
	! grep -qE '\|  *\|$' "$BATS_FILE_TMPDIR/table"
}

@test "firmware/chips.txt has each virtual chip's region where Nameplate puts it" {
	local chip region rest base size
	while IFS='|' read -r _ chip _ _ _ _ _ region rest; do
		chip=${chip// /}
		read -r base size < <(awk -v chip="$chip" '$1 == chip { print $7, $8 }' "$HOME_DIR/firmware/chips.txt")
		[ "$region" = " $(printf '0x%08X, %d KiB' $((0x08000000 + base)) $((size / 1024))) " ] || {
			echo "$chip: chips.txt has $base $size, Nameplate $region"
			return 1
		}
	done < <(grep '^| stm32' "$BATS_FILE_TMPDIR/table")
}

@test "FAMILIES.md: every file and board that it names is there" {
	local name
	for name in $(grep -oE '`(tests|firmware|openocd|tools)/[A-Za-z0-9_./*-]+' "$HOME_DIR/openocd/FAMILIES.md" | tr -d '`' | sort -u); do
		ls "$HOME_DIR"/$name >/dev/null
	done
	for name in $(grep -oE '`(nucleo|blue|black|stm32)[a-z0-9-]*-[a-z0-9*]+`' "$HOME_DIR/openocd/FAMILIES.md" | tr -d '`' | sort -u); do
		ls "$HOME_DIR"/openocd/board/$name.cfg >/dev/null
	done
}
