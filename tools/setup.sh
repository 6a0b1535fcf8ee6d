#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing: `setup.sh build` what building and the demo need, `setup.sh deb` what
# making packages does, `setup.sh picture` the README's picture, `setup.sh bench` what `make bench` draws with, `setup.sh test` all but that.
# Says what and why; without a package manager that it knows it prints the list and stops.
set -eu

# package | looked for (a command, or a path) | needed for | why
packages() {
	cat <<-'TABLE'
	gcc|cc|build|compiles the virtual board
	libc6-dev|/usr/include/stdlib.h|build|C library headers for it
	libunicorn-dev|/usr/include/unicorn/unicorn.h|build|its CPU emulator
	gcc-arm-none-eabi|arm-none-eabi-gcc|build|compiles the firmware
	libnewlib-arm-none-eabi|/usr/lib/arm-none-eabi/newlib/nano.specs /usr/lib/arm-none-eabi/lib/nano.specs|build|C library of the firmware
	libsqlite3-dev|/usr/include/sqlite3.h|build|keeps the ledger of numbers in a file
	libpq-dev|/usr/include/postgresql/libpq-fe.h /usr/include/libpq-fe.h|build|or in a PostgreSQL server
	libcsv-dev|/usr/include/csv.h|build|reads lists of numbers (CSV)
	libjansson-dev|/usr/include/jansson.h|build|writes JSON
	openocd|openocd|build|programs the device
	gdb-multiarch|gdb-multiarch|build|shows the store
	bats|bats|test|tests of whole commands
	libcmocka-dev|/usr/include/cmocka.h|test|unit tests in C
	jimsh|jimsh|test|unit tests of the Tcl
	qemu-system-arm|qemu-system-arm|test|a second opinion on the firmware
	python3|python3|test|a third implementation of the store's format
	python3-venv|/usr/lib/python3.11/ensurepip /usr/lib/python3.12/ensurepip /usr/lib/python3.13/ensurepip /usr/share/doc/python3-venv|test|installs PlatformIO for its tests
	libstdc++-arm-none-eabi-newlib|/usr/lib/arm-none-eabi/lib/libstdc++.a /usr/lib/arm-none-eabi/newlib/libstdc++.a|test|C++ firmware, as PlatformIO builds it
	cmake|cmake|test|builds an outside project with CMake
	procps|pgrep|test|looks for processes that a test left behind
	sqlite3|sqlite3|test|looks into a ledger past its program
	postgresql|/usr/lib/postgresql/*/bin/initdb|test|a server of the tests' own for the ledger
	faketime|faketime|test|sets the clock back
	clang|clang|test|fuzzes the reader
	clang-format-14|clang-format-14 clang-format|test|keeps the style of the C
	shellcheck|shellcheck|test|looks at the shell scripts
	cppcheck|cppcheck|test|looks at the C that users compile, as pio check does
	python3-yaml|/usr/lib/python3/dist-packages/yaml /usr/lib/python3*/site-packages/yaml|test|reads the CI jobs
	debhelper|dh|deb|makes Debian packages
	dpkg-dev|dpkg-buildpackage|deb|builds them
	lintian|lintian|deb|looks at them
	python3-rich|/usr/lib/python3/dist-packages/rich/__init__.py|picture|draws a terminal
	python3|python3|bench|measures
	python3-matplotlib|/usr/lib/python3/dist-packages/matplotlib|bench|draws what was measured
	libclang-rt-14-dev|/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a|test|its fuzzer and sanitizers
	TABLE
}

present() { # PROBES: one of them is enough
	for probe in $1; do
		case $probe in
		/*) [ -e "$probe" ] && return 0 ;;
		*) command -v "$probe" >/dev/null 2>&1 && return 0 ;;
		esac
	done
	return 1
}

case ${1-} in
build | deb | picture | bench | test) ;;
*)
	echo "Usage: setup.sh build|deb|picture|bench|test" >&2
	exit 2
	;;
esac

missing=
reasons=
while IFS='|' read -r package probes need why; do
	[ "$need" = build ] || [ "$need" = "$1" ] || { [ "$1" = test ] && [ "$need" != bench ]; } || continue
	present "$probes" && continue
	missing="$missing $package"
	reasons="$reasons  $package: $why
"
done <<EOT
$(packages)
EOT
[ -n "$missing" ] || exit 0

echo "Missing packages (Debian's names):" >&2
printf '%s' "$reasons" >&2
if ! command -v apt-get >/dev/null 2>&1; then
	echo "Error: no apt-get here: install them with this system's package manager, then try again" >&2
	exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || {
		echo "Error: not root and no sudo: run as root: apt-get install$missing" >&2
		exit 1
	}
	sudo=sudo
fi
echo "Installing them: ${sudo:+sudo }apt-get install$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # one word per package
if ! { $sudo apt-get update && $sudo apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 5 "$log" >&2
	echo "Error: apt-get failed (above); install by hand:$missing" >&2
	exit 1
fi
