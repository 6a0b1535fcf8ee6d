# SPDX-License-Identifier: MIT
# Shared by the tests of PlatformIO: a project of the test's own, and a Core that needs no registry (tests/platformio).

setup_file() {
	local home venv
	home=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	venv=$home/build/platformio/venv
	mkdir -p "$home/build/platformio"
	# Two files of tests may begin at once.
	exec 8>"$home/build/platformio/lock"
	flock 8
	if [ ! -x "$venv/bin/pio" ] || ! "$venv/bin/python" -c 'import SCons, platformio' 2>/dev/null; then
		{
			python3 -m venv --clear "$venv" &&
				"$venv/bin/pip" --disable-pip-version-check --retries 1 --timeout 10 install -q 'platformio>=6.1,<7' 'scons>=4.8,<5'
		} >"$home/build/platformio/pip.log" 2>&1 || rm -rf "$venv"
	fi
	exec 8>&-
	export PIO_PATH=$venv/bin
	export PLATFORMIO_CORE_DIR=$BATS_FILE_TMPDIR/core
	export PLATFORMIO_SETTING_ENABLE_TELEMETRY=no PLATFORMIO_SETTING_CHECK_PLATFORMIO_INTERVAL=9999
	export PLATFORMIO_NO_ANSI=true
	[ ! -x "$venv/bin/pio" ] || "$venv/bin/python" "$home/tests/platformio/lay_out.py" "$PLATFORMIO_CORE_DIR"
}

setup() {
	[ -x "$PIO_PATH/pio" ] || skip "PyPI is not reachable: no PlatformIO Core (build/platformio/pip.log)"
	nameplate_setup
	PATH=$PIO_PATH:$PATH
	# The example, for the virtual board. Its build is shared by the tests: only the first one compiles.
	mkdir project
	cp -r "$HOME_DIR/tools/platformio/example/src" project
	export PLATFORMIO_BUILD_DIR=$BATS_FILE_TMPDIR/build PLATFORMIO_LIBDEPS_DIR=$BATS_FILE_TMPDIR/libdeps
	cd project || return 1
	ini 'custom_nameplate_serial = 42'
}
teardown() { nameplate_teardown; }

# ini LINE...: platformio.ini with these lines of a test.
ini() {
	cat >platformio.ini <<-INI
		[env:device]
		platform = ststm32
		board = virtual_l152rb
		framework = arduino
		extra_scripts = pre:$HOME_DIR/tools/platformio/nameplate.py
		lib_deps = symlink://$HOME_DIR/firmware
	INI
	printf '%s\n' "$@" >>platformio.ini
}

# pio_run ARGUMENT...: sets status; stdout and stderr come together in $output, as PlatformIO gives them.
pio_run() {
	status=0
	rm -f "$VBOARD_STATS"
	output=$(timeout 300 pio run "$@" 2>&1 </dev/null) || status=$?
}

said() { # WORDS...
	local words
	for words in "$@"; do
		[[ "$output" == *"$words"* ]] || { printf 'status %s, wanted: %s\n%s\n' "$status" "$words" "$output"; return 1; }
	done
}

uploaded() { # WORDS...
	[ "$status" = 0 ] || { printf 'status %s\n%s\n' "$status" "$output"; return 1; }
	said "$@"
}

# It failed in one line of ours with these words, and the flash was not touched.
pio_refused() { # WORDS...
	local line
	line=$(grep -a '^Error: ' <<<"$output" | tail -n 1)
	[ "$status" != 0 ] || { echo "it succeeded: $output"; return 1; }
	for words in "$@"; do
		[[ "$line" == *"$words"* ]] || { printf 'wanted an Error: line with: %s\n%s\n' "$words" "$output"; return 1; }
	done
	[[ "$output" != *"Open On-Chip"* ]] || [ "$(stat flash_ops)" = 0 ]
}

# board CHIP LINE...: the example for another virtual board, in a build of its own.
other_board() {
	local chip=$1
	shift
	ini "$@"
	sed -i "s/virtual_l152rb/virtual_$chip/" platformio.ini
	export PLATFORMIO_BUILD_DIR=$PWD/build
}
