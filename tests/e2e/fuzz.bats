# SPDX-License-Identifier: MIT
# The C reader on a million mutated stores, with the sanitizers; `make fuzz-long` runs a hundred million.

@test "fuzz: a million mutations of the vectors, none fools, hangs or crashes the reader" {
	cd "$BATS_TEST_DIRNAME/../.." || return
	run make -s fuzz RUNS=1000000
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ "reader fuzzed: "([0-9]+)" runs" ]]
	[ "${BASH_REMATCH[1]}" -ge 1000000 ]
}
