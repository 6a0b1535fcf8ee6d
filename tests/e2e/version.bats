# SPDX-License-Identifier: MIT
# The version is in firmware/nameplate.h; everything that shows one shows that.

load ../lib/helpers

setup() {
	nameplate_setup
	VERSION=$(sed -n 's/^#define NAMEPLATE_VERSION "\(.*\)"/\1/p' "$HOME_DIR/firmware/nameplate.h")
	[[ "$VERSION" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
}
teardown() { nameplate_teardown; }

@test "the programs and OpenOCD's command say the version, without a target" {
	[ "$("$HOME_DIR/build/nameplate" --version)" = "nameplate $VERSION, store format version 1" ]
	[ "$("$HOME_DIR/build/nameplate-ledger" --version)" = "nameplate-ledger $VERSION" ]
	[ "$("$VBOARD" --version)" = "vboard $VERSION" ]
	openocd_run -f "$HOME_DIR/openocd/nameplate.tcl" -c "nameplate version"
	expect "version=$VERSION"
	openocd_run -f "$HOME_DIR/openocd/nameplate.tcl" -c "nameplate version please"
	failed 'nameplate version takes no arguments, and was given "please"'
}

@test "so do the library, CMake and the change log" {
	[ "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["version"])' "$HOME_DIR/firmware/library.json")" = "$VERSION" ]
	grep -qx "version=$VERSION" "$HOME_DIR/firmware/library.properties"
	[ "$(grep -m 1 -o '^## [^ ]*' "$HOME_DIR/CHANGELOG.md")" = "## $VERSION" ]
	for wanted in 0.1 "$VERSION" "$VERSION EXACT"; do
		printf '%s\n' 'cmake_minimum_required(VERSION 3.13)' 'project(x NONE)' "find_package(nameplate $wanted REQUIRED)" \
			'message(STATUS "version=${nameplate_VERSION}")' >CMakeLists.txt
		cmake -S . -B build -Dnameplate_DIR="$HOME_DIR/tools/cmake" >out
		grep -qx -- "-- version=$VERSION" out
	done
	sed -i 's/find_package(.*/find_package(nameplate 999 REQUIRED)/' CMakeLists.txt
	run cmake -S . -B build
	[ "$status" != 0 ] && [[ "$output" == *"not accepted"* ]] || return 1
}

@test "make version sets it everywhere, or says what a version looks like" {
	project_copy .
	make -s version TO=12.0.3
	[ "$(grep -rlF 12.0.3 firmware openocd tools | sort | xargs)" = "firmware/library.json firmware/library.properties firmware/nameplate.h openocd/nameplate/commands.tcl tools/ci/github.yml tools/ci/gitlab.yml tools/make/README.md" ]
	run grep -rn "\b${VERSION//./\\.}\b" firmware openocd tools
	[ "$status" = 1 ] || { echo "$output"; return 1; }
	run make -s version TO=12
	[ "$status" != 0 ] && [[ "$output" == *"like 0.2.0"* ]] || return 1
}
