# SPDX-License-Identifier: MIT
# The jobs in tools/ci, to be copied by users: their commands, in a small project of somebody else.

load ../lib/helpers

setup_file() {
	export CLONE=$BATS_FILE_TMPDIR/clone
	project_copy "$CLONE"
	git -C "$CLONE" tag "v$(sed -n 's/^#define NAMEPLATE_VERSION "\(.*\)"/\1/p' "$CLONE/firmware/nameplate.h")"
}

setup() {
	nameplate_setup
	unset VBOARD VBOARD_FLASH VBOARD_STATS MAKEFLAGS MAKELEVEL MFLAGS
	# The clone that the jobs fetch.
	export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.file://$CLONE.insteadOf GIT_CONFIG_VALUE_0=https://example.com/nameplate.git
	mkdir -p project && cd project
	cp "$HOME_DIR"/firmware/demo/*.[ch] .
	printf '%s\n\t%s\n' 'firmware.elf: main.c start.c' 'arm-none-eabi-gcc -mthumb -mcpu=cortex-m3 -Os -Inameplate/firmware -o $@ $^ \
		nameplate/firmware/nameplate*.c -nostartfiles --specs=nano.specs --specs=rdimon.specs -Wl,--gc-sections \
		-Lnameplate/firmware/linker -L. -T stm32l152rb.ld' >Makefile
	cp "$HOME_DIR/build/firmware/linker/stm32l152rb.ld" "$HOME_DIR/build/firmware/linker/nameplate-stm32l152rb.ld" .
}
teardown() { nameplate_teardown; }

# commands FILE: what the job runs, a script for bash, its environment first.
commands() {
	local python=python3
	python3 -c "import yaml" 2>/dev/null || python=/usr/bin/python3 # with the package of setup.sh
	$python - "$HOME_DIR/tools/ci/$1" <<-'PYTHON'
		import shlex, sys, yaml
		job = yaml.safe_load(open(sys.argv[1]))
		if "jobs" in job:
		    environment, steps = job["env"], [step["run"] for step in job["jobs"]["upload"]["steps"] if "run" in step]
		else:
		    environment, steps = job["nameplate"]["variables"], job["nameplate"]["before_script"] + job["nameplate"]["script"]
		for name, value in environment.items():
		    print(f"export {name}={shlex.quote(value)}")
		print("\n".join(step.rstrip("\n") for step in steps if not step.startswith("apt-get ")))
	PYTHON
}

# job FILE [SED]: runs it, changed so, as the service does: a shell that ends with the first command that fails.
job() {
	commands "$1" | sed "${2:-}" >job
	status=0
	bash -e -o pipefail job >"$out" 2>"$err" </dev/null || status=$?
	stdout=$(grep -a '^serial=' "$out" || true)
	errors=$(grep -a '^Error: ' "$err" || true)
}

@test "GitHub's job: its commands upload the project's firmware twice; the device keeps its number" {
	job github.yml
	expect $'serial=42\nserial=42'
	[ "$(grep -c '^openocd ' job)" = 2 ] && [ "$(grep -c keep job)" = 1 ] || return 1
}

@test "GitLab's job: the same commands" {
	diff <(commands github.yml) <(commands gitlab.yml)
}

@test "the job fails when the firmware does not report its number" {
	sed -i 's/"serial=/"number=/' main.c
	job github.yml
	[ "$status" = 1 ] && [ -z "$stdout" ] && [[ "$errors" == *serial* ]] || { show; return 1; }
}

@test "FIRMWARE may hold a space" {
	job github.yml "s/^export FIRMWARE=.*/export FIRMWARE='my app.elf'/; s/^make\$/make; mv firmware.elf 'my app.elf'/"
	[ "$(grep -c "my app" job)" = 2 ]
	expect $'serial=42\nserial=42'
}

@test "the page's line, and its link to what firmware reports" {
	grep -qxF 'openocd -f nameplate/openocd/board/virtual-stm32l152rb.cfg -c "program_serial 42 firmware.elf verify"' "$HOME_DIR/tools/ci/README.md"
	grep -qx '## Reporting, so that an upload is verified' "$HOME_DIR/firmware/README.md"
}
