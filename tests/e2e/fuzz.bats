# SPDX-License-Identifier: MIT

@test "a million mutated stores: the C reader stays inside the region, agrees with itself, and ends" {
	cd "$BATS_TEST_DIRNAME/../.."
	run make -s fuzz RUNS=1000000
	echo "$output" | tail -n 5
	[ "$status" = 0 ]
	[[ "$output" =~ "reader fuzzed: "([0-9]+)" of "[0-9]+" mutations" ]]
	[ "${BASH_REMATCH[1]}" -ge 1000000 ]
}
