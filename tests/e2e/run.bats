# SPDX-License-Identifier: MIT
# The runner itself: a long run that was stopped is taken up again, and nothing that failed counts as done.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	kept=$BATS_TEST_TMPDIR/kept
	good=$BATS_TEST_TMPDIR/good bad=$BATS_TEST_TMPDIR/bad
	printf '#!/bin/sh\necho "$1" >>%s.ran\necho "ok 1 - fine"\necho "# 7 points"\n' "$good" >"$good"
	printf '#!/bin/sh\necho ran >>%s.ran\n[ -e %s.mended ] && echo "ok 1" || echo "not ok 1 - broken"\n' "$bad" "$bad" >"$bad"
	chmod +x "$good" "$bad"
}

@test "what has passed is not run again, what failed is, and the closing line counts both" {
	run tests/run --resume "$kept" "$good one" "$good two" "$bad"
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "2 passed, 1 failed" ]
	[[ "$output" == *"again: $bad"* ]]
	touch "$bad.mended"
	run tests/run --resume "$kept" "$good one" "$good two" "$bad"
	echo "$output"
	[ "$status" = 0 ]
	[ "${lines[-1]}" = "3 passed, 0 failed" ]
	[[ "$output" == *"2 of 3 passed before"* ]]
	[[ "$output" == *"tried: 14 points"* ]]
	[ "$(cat "$good.ran")" = "one
two" ] || [ "$(cat "$good.ran")" = "two
one" ]
	[ "$(wc -l <"$bad.ran")" = 2 ]
}

@test "results of other files than today's are not believed" {
	tests/run --resume "$kept" "$good one"
	echo other >"$kept/state"
	run tests/run --resume "$kept" "$good one"
	[ "$status" = 0 ]
	[ "$(wc -l <"$good.ran")" = 2 ]
}

@test "a program that ends early, or tests nothing, is a failure" {
	printf '#!/bin/sh\necho "ok 1"\nexit 3\n' >"$good"
	run tests/run --resume "$kept" "$good"
	[ "${lines[-1]}" = "1 passed, 1 failed" ]
	printf '#!/bin/sh\n:\n' >"$good"
	rm -rf "$kept"
	run tests/run --resume "$kept" "$good"
	[ "${lines[-1]}" = "0 passed, 1 failed" ]
	[ "$status" = 1 ]
}
