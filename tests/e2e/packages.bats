# SPDX-License-Identifier: MIT
# The Debian packages: made of what is committed, installed by dpkg into an empty root, used from there.

load ../lib/helpers

setup_file() {
	export PACKAGES=$BATS_FILE_TMPDIR
	project_copy "$PACKAGES/a clone"
	echo 'what is not committed' >>"$PACKAGES/a clone/openocd/nameplate.tcl"
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$PACKAGES/a clone" deb >"$PACKAGES/made" 2>"$PACKAGES/said" || {
		cat "$PACKAGES/said"
		return 1
	}
	# An empty root, with what this machine has for the packages' dependencies.
	export ROOT=$PACKAGES/root
	mkdir -p "$ROOT/var/lib/dpkg/info" "$ROOT/var/lib/dpkg/updates"
	cp /var/lib/dpkg/status "$ROOT/var/lib/dpkg/status"
	dpkg --force-not-root --root="$ROOT" --log=/dev/null --install "$PACKAGES/a clone"/build/deb/*.deb >"$PACKAGES/dpkg" 2>&1 || {
		cat "$PACKAGES/dpkg"
		return 1
	}
}

setup() {
	nameplate_setup
	unset VBOARD
	PATH=$ROOT/usr/bin:$PATH
	VERSION=$(sed -n 's/^#define NAMEPLATE_VERSION "\(.*\)"/\1/p' "$HOME_DIR/firmware/nameplate.h")
}
teardown() { nameplate_teardown; }

# files PACKAGE: what it has installed.
files() { dpkg --root="$ROOT" -L "$1" | while read -r path; do [ -d "$ROOT$path" ] || echo "$path"; done; }

@test "two packages of this version; lintian finds no error; vboard is a package of its own, under its own licence" {
	[ "$(wc -l <"$PACKAGES/made")" = 2 ]
	grep -q '^What is not committed is not in the packages' "$PACKAGES/said"
	for package in nameplate nameplate-vboard; do
		[ "$(dpkg-query --admindir="$ROOT/var/lib/dpkg" -W -f '${Version} ${Status}' $package)" = "$VERSION-1 install ok installed" ]
	done
	run grep '^E: ' "$PACKAGES/said"
	[ "$status" = 1 ] || { echo "$output"; return 1; }
	[ "$(files nameplate-vboard | grep -v ^/usr/share/doc | sort | xargs)" = \
		"/usr/bin/vboard /usr/share/bash-completion/completions/vboard /usr/share/man/man1/vboard.1.gz" ]
	grep -q 'License: GPL-2' "$ROOT/usr/share/doc/nameplate-vboard/copyright"
	run grep -rlF GPL-2.0 $(files nameplate | grep -vE '/doc/|demo.elf' | sed "s|^|$ROOT|")
	[ -z "$output" ]
}

@test "from there: the README's line, on a virtual board" {
	openocd_run -f "$ROOT/usr/share/openocd/site/board/virtual-stm32l152rb.cfg" -c "program_serial 42"
	expect "serial=42"
	openocd_run -s "$ROOT/usr/share/openocd/site" -f board/virtual-stm32l152rb.cfg -c "nameplate list"
	[ "$status" = 0 ] && grep -q '^serial  *u32  42 ' "$out" || return 1
	run grep -c "$HOME_DIR" "$err"
	[ "$output" = 0 ]
}

@test "from there: the programs, the ledger, a build with CMake" {
	[ "$(command -v nameplate)" = "$ROOT/usr/bin/nameplate" ]
	nameplate --version | grep -q "^nameplate $VERSION,"
	[ "$(nameplate-ledger --version)" = "nameplate-ledger $VERSION" ]
	nameplate-ledger --ledger line.db init
	nameplate-ledger --ledger line.db series serial first=7
	openocd_run -f "$ROOT/usr/share/openocd/site/board/virtual-stm32l152rb.cfg" -c "set NAMEPLATE_LEDGER line.db" -c "program_serial next"
	expect "serial=7"
	printf '%s\n' 'cmake_minimum_required(VERSION 3.13)' 'set(CMAKE_SYSTEM_NAME Generic)' 'set(CMAKE_C_COMPILER arm-none-eabi-gcc)' \
		'set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)' 'project(outside C)' "find_package(nameplate $VERSION EXACT REQUIRED)" \
		'add_library(reader main.c)' 'target_link_libraries(reader nameplate::reader)' 'target_compile_options(reader PRIVATE -mcpu=cortex-m3)' >CMakeLists.txt
	printf '#include <nameplate.h>\nint main(void) { uint32_t serial; return nameplate_serial(&serial); }\n' >main.c
	cmake -S . -B build -DCMAKE_PREFIX_PATH="$ROOT/usr" >"$out" && cmake --build build >"$out" || { cat "$out"; return 1; }
}

@test "bash completes each program" {
	for program in "$ROOT"/usr/bin/*; do
		name=$(basename "$program")
		bash -c 'source "$1"; complete -p "$2"' bash "$ROOT/usr/share/bash-completion/completions/$name" "$name" >"$out"
	done
}

@test "every page leads to pages that are there; the manual pages have no error" {
	for page in $(files nameplate | grep '\.md$'); do
		for link in $(grep -o '](\([a-z.A-Z][^):#]*[.]md\)[)#]' "$ROOT$page" | tr -d '()]#'); do
			[ -e "$(dirname "$ROOT$page")/$link" ] || [[ "$link" == *vboard/README.md ]] || { echo "$page: $link"; return 1; }
		done
	done
	for page in nameplate nameplate-ledger vboard; do
		[ -z "$(MANROFFSEQ='' LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$ROOT/usr/share/man/man1/$page.1.gz" 2>&1 >/dev/null)" ]
	done
}

@test "removed, they leave nothing" {
	cp -a "$ROOT" gone
	dpkg --force-not-root --root="$PWD/gone" --log=/dev/null --purge nameplate nameplate-vboard >"$out" 2>&1
	[ -z "$(find gone -path gone/var -prune -o -type f -print)" ]
}
