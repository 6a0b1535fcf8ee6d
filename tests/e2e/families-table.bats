#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# openocd/FAMILIES.md says of every virtual chip what the tools themselves say.

load ../lib/helpers

setup_file() { "$BATS_TEST_DIRNAME/../families/table" > "$BATS_FILE_TMPDIR/table"; }
setup() { nameplate_setup; }
teardown() { nameplate_teardown; }

# The static columns: what was tried grows with the tests.
columns() { grep '^| ' "$1" | cut -d '|' -f 1-9,11; }

@test "FAMILIES.md: the table is what the tools say (tests/families/table --write)" {
	sed '1,/^<!-- table -->$/d; /^<!-- end -->$/,$d' "$HOME_DIR/openocd/FAMILIES.md" > committed
	diff <(columns committed) <(columns "$BATS_FILE_TMPDIR/table")
	[ "$(grep -c '^| stm32' committed)" = "$("$VBOARD" --list-chips | wc -l)" ]
	# A chip on which nothing was tried has no place in it.
	! grep -qE '\|  *\|' "$BATS_FILE_TMPDIR/table" || return 1
}

@test "FAMILIES.md: a board that was tried is in the row of its chip, and nothing else does" {
	local met=$HOME_DIR/tests/board/met.txt
	while read -r chip board; do
		grep -q "^| $chip .*$board.* |\$" "$BATS_FILE_TMPDIR/table"
	done < <(grep -v '^#' "$met")
	[ "$(grep -v '^#' "$met" | cut -d ' ' -f 1 | sort -u | wc -l)" = "$(grep '^| stm32' "$BATS_FILE_TMPDIR/table" | grep -vc '| none yet |$' || true)" ]
}

@test "each virtual chip's firmware is linked for the region where Nameplate puts it" {
	local chip region rest base end
	while IFS='|' read -r _ chip _ _ _ _ _ region rest; do
		chip=${chip// /}
		read -r base end < <(arm-none-eabi-nm "$HOME_DIR/build/firmware/$chip/demo.elf" |
			awk '$3 == "_nameplate_start" { base = $1 } $3 == "_nameplate_end" { end = $1 } END { print base, end }')
		[ "$region" = " $(printf '0x%08X, %d KiB' $((0x$base)) $(((0x$end - 0x$base) / 1024))) " ] || {
			echo "$chip: linked for $base to $end, Nameplate $region"
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
