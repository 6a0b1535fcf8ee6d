# SPDX-License-Identifier: MIT
# `next`: numbers out of a ledger in a file, for virtual boards. Each flash file is a board with a unique ID of its own.

load ../lib/helpers

setup() {
	nameplate_setup
	PROGRAM=$HOME_DIR/build/nameplate-ledger
	export NAMEPLATE_STATION=bench1
	ledger init
	ledger series serial first=7 form=SN-%03u
}
teardown() {
	[ -z "${SERVER:-}" ] || { server stop; rm -rf "$SERVER" "$SERVER.log"; }
	nameplate_teardown
}

ledger() { "$PROGRAM" --ledger line.db "$@" >ledger.out 2>ledger.err || { cat ledger.err; return 1; }; }
# next COMMAND...: on the board in hand, without an image.
next() { nameplate_bare "set NAMEPLATE_LEDGER line.db" "$@"; }
# another: a board with another unique ID from here on.
another() { export VBOARD_FLASH=$BATS_TEST_TMPDIR/flash-$1; }
# counts STATE N: so many numbers are.
counts() {
	ledger list "--$1"
	[ "$(wc -l <ledger.out)" = "$2" ] || { echo "wanted $2 numbers $1"; cat ledger.out; return 1; }
}
uid() { next "nameplate whois" && sed -n 's/^uid=\([0-9A-F]*\).*/\1/p' "$out"; }

@test "next: the first number, another device the next one, and each keeps its own" {
	next "program_serial next"
	expect "serial=SN-007"
	another b
	next "program_serial next"
	expect "serial=SN-008"
	next "program_serial next"
	expect "serial=SN-008"
	VBOARD_FLASH=$BATS_TEST_TMPDIR/flash
	next "program_vars serial=next hwrev=B2 keep"
	expect $'serial=SN-007\nhwrev=B2'
	counts used 2
	ledger check
	ledger uploads
	[ "$(grep -c 'what=done.*read={"serial":"SN-00[78]"}.*station=bench1' ledger.out)" = 4 ]
}

@test "next with the image: the firmware reports it, or says what it says" {
	nameplate_run "set NAMEPLATE_LEDGER line.db" "program_serial next"
	expect "serial=SN-007"
	grep -q 'firmware: serial=SN-007' "$err"
	another b
	nameplate_run "set NAMEPLATE_LEDGER line.db" 'program_vars serial=next expect "serial=SN*"'
	expect "serial=SN-008"
	another c
	nameplate_run "set NAMEPLATE_LEDGER line.db" 'program_serial next noverify'
	expect "serial=SN-009"
	another d
	nameplate_run "set NAMEPLATE_LEDGER line.db" "set NAMEPLATE_TIMEOUT 2" 'program_serial next expect never'
	failed 'without printing the line "never"'
	counts used 3
	counts open 1
}

@test "next: the record has the image's SHA-256, what was read back, how long it took; an image that changed meanwhile is none" {
	cp "$DEMO" '> fw.elf'
	local hash
	hash=$(sha256sum <"$DEMO" | cut -c1-64)
	nameplate_run "set NAMEPLATE_LEDGER line.db" 'program_serial next {./> fw.elf} verify'
	expect "serial=SN-007"
	ledger export --json
	jq -e --arg hash "$hash" '.uploads | length == 1 and (.[0] | .what == "done" and ."image-sha256" == $hash
		and .read == {serial: "SN-007"} and .milliseconds > 50 and .milliseconds < 60000)' ledger.out
	next "program_serial next"
	ledger export --json
	jq -e '.uploads | length == 2 and .[1]."image-sha256" == null' ledger.out
	another b
	nameplate_run "set NAMEPLATE_LEDGER line.db" "proc other {} {exec sh -c {echo >>'> fw.elf'}}" "set NAMEPLATE_BEFORE_WRITE other" \
		'program_serial next {> fw.elf}'
	failed "the device has its values" "changed during the upload" "$hash"
	counts open 1
	another c
	VBOARD_ARGS="--cut 3:torn" nameplate_run "set NAMEPLATE_LEDGER line.db" "program_serial next"
	failed ""
	ledger export --json
	jq -e --arg hash "$hash" '.uploads[2] | .what == "failed" and ."image-sha256" == $hash' ledger.out
}

@test "next: a number and an address by verify, by noverify, by the firmware's own line; what it does not report stays open" {
	ledger series mac block=02:00:5E:10:00:00/28
	nameplate_run "set NAMEPLATE_LEDGER line.db" 'program_vars serial=next mac:mac=next:mac hwrev=B2 verify'
	expect $'serial=SN-007\nmac=02:00:5e:10:00:00\nhwrev=B2'
	grep -q 'firmware: mac=02:00:5e:10:00:00' "$err"
	another b
	nameplate_run "set NAMEPLATE_LEDGER line.db" 'program_vars serial=next mac:mac=next:mac noverify'
	expect $'serial=SN-008\nmac=02:00:5e:10:00:01'
	! grep -q 'firmware: ' "$err" || return 1
	another c
	firmware silent <<<'b .'
	nameplate_run "set NAMEPLATE_LEDGER line.db" "set NAMEPLATE_TIMEOUT 0.5" 'program_vars silent.elf serial=next mac:mac=next:mac verify'
	failed "within 0.5 s"
	counts used 4
	counts open 2
	nameplate_run "set NAMEPLATE_LEDGER line.db" 'program_vars serial=next mac:mac=next:mac verify'
	expect $'serial=SN-009\nmac=02:00:5e:10:00:02'
	counts open 0
	ledger check
}

@test "next: whatever a cut leaves, the same device gets the same number" {
	local n kind
	for kind in torn before after unstable; do
		for n in 1 2 4; do
			another "$kind-$n"
			VBOARD_ARGS="--cut $n:$kind" next "program_serial next"
			failed ""
			n=$(ledger list --open && sed -n 's/.*value=\([^\t]*\).*/\1/p' ledger.out)
			[ "$(wc -l <<<"$n")" = 1 ]
			next "program_serial next"
			expect "serial=$n"
			counts open 0
		done
	done
	ledger check
}

@test "next on flash with ECC: a cut, and then the same number" {
	BOARD=virtual-stm32l476rg
	VBOARD_ARGS="--cut 2:torn" next "program_serial next"
	failed ""
	counts open 1
	next "program_serial next"
	expect "serial=SN-007"
	another b
	next "program_serial next"
	expect "serial=SN-008"
}

@test "next: the unique ID of each family is known" {
	for BOARD in virtual-stm32{f072rb,f103rb,f207zg,f303re,f401cc,f767zi,g071rb,g474re,h743zi,l073rz,l552ze,u575zi,wb55rg,wle5jc}; do
		another "$BOARD"
		next "program_serial next"
		[ "$status" = 0 ] || { echo "$BOARD"; show; return 1; }
	done
	counts used 14
}

@test "next: rows of a list, a block of addresses; a secret is shown nowhere" {
	printf 'sn,mac:mac,key:hex:secret\nA1,02:00:00:00:00:01,00c0ffee\nA2,02:00:00:00:00:02,00c0ffef\n' >list.csv
	ledger import board list.csv
	ledger series mac block=02:00:5E:10:00:00/28
	next "program_vars serial=next mac:mac=next sn=next:board key=next:board lan:mac=02:00:00:00:00:09"
	expect $'serial=SN-007\nmac=02:00:5e:10:00:00\nsn=A1\nkey=secret\nlan=02:00:00:00:00:09'
	grep -ri c0ffee "$err" && return 1
	nameplate_bare "nameplate get key -secrets"
	expect 00c0ffee
	# A device that is known by another number than that which is asked for.
	another b
	next "program_vars mac=next"
	expect "mac=02:00:5e:10:00:01"
	next "program_serial next"
	expect "serial=SN-008"
	# And the words that cannot be.
	next "program_vars key=next:board"
	refused "nothing takes the number of the series board" "add sn=next:board"
	next "program_vars sn=next:board serial=next:board"
	refused "two variables take sn"
	next "program_vars sn:hex=next:board"
	refused "gives text, not hex"
	next "program_vars sn:secret=next:board"
	refused "no secret"
	next "program_vars x=next:nothing"
	refused "no series nothing" "board, mac"
	next "program_vars note:text=next"
	expect "note=next"
}

@test "next: no ledger named, no program, no ledger there, one that may only be read: one line, nothing written" {
	nameplate_bare "program_serial next"
	refused "which ledger? Set NAMEPLATE_LEDGER"
	next "set NAMEPLATE_LEDGER_PROGRAM ./missing" "program_serial next"
	refused '"./missing"' "cannot be run" "make ledger"
	next "set NAMEPLATE_LEDGER_PROGRAM {| touch owned}" "program_serial next"
	refused "cannot be run"
	[ ! -e owned ]
	nameplate_bare "set NAMEPLATE_LEDGER {> gone.db}" "program_serial next"
	refused "gone.db"
	nameplate_bare "set NAMEPLATE_LEDGER postgresql://nobody:hunter2@127.0.0.1:1/x; list" "program_serial next"
	refused "password"
	grep hunter2 "$err" && return 1
	if [ "$(id -u)" != 0 ]; then chmod 444 line.db; else ledger backup kept.db; printf 'no ledger' >line.db; fi
	next "program_serial next"
	refused "line.db"
}

@test "next: a board with a number from elsewhere, an erased one, a copied one: refused, with what to type" {
	nameplate_bare "program_serial text:OLD-1"
	expect "serial=OLD-1"
	next "program_serial next"
	refused "OLD-1" "has not given" "adopt"
	counts open 0
	another b
	next "program_serial next"
	expect "serial=SN-007"
	cp flash-b flash-c
	next "nameplate erase"
	next "program_serial next"
	refused "is blank" "SN-007" "again" "new"
	another c
	next "program_serial next"
	refused "SN-007" "that of device" "copied"
	another b
	ledger again SN-007
	next "program_serial next"
	expect "serial=SN-007"
	# What a device says is never a word of ours.
	another d
	nameplate_bare 'set x "> owned"' 'program_vars serial:text=$x'
	next "program_serial next"
	refused "has not given"
	[ ! -e owned ]
}

@test "next: two boards with one unique ID: the second is refused until a person says new; then each keeps its own" {
	next "program_serial next"
	expect "serial=SN-007"
	# A virtual board's unique ID comes of its flash file's name.
	mv flash first
	next "program_serial next"
	refused "is blank" "a copied unique ID (a clone)"
	next "nameplate whois"
	ledger new "$(sed -n 's/^uid=\([0-9A-F]*\).*/\1/p' "$out")"
	next "program_serial next"
	expect "serial=SN-008"
	mv flash second
	mv first flash
	next "program_serial next"
	expect "serial=SN-007"
	mv second flash
	next "program_serial next"
	expect "serial=SN-008"
	counts used 2
	ledger check
}

@test "next: a number from elsewhere is the device's own once adopt says so" {
	nameplate_bare "program_serial text:OLD-1"
	next "program_serial next"
	refused "has not given" "adopt"
	eval "set -- $(sed -n 's/.*nameplate-ledger adopt \([0-9A-F]* [^;]*\);.*/\1/p' <<<"$errors")"
	ledger adopt "$@"
	next "program_serial next"
	expect "serial=OLD-1"
	another b
	next "program_serial next"
	expect "serial=SN-007"
	ledger check
}

@test "next: what a list or a form holds is data to OpenOCD too" {
	local words=('[exit]' '$env(HOME)' '{"' '"; shutdown' "'; DROP TABLE number; --" 'a\nb' ':secret=x' '-json' '#') i
	{ echo sn,note; for i in "${!words[@]}"; do printf '"%s","%s"\n' "${words[i]//\"/\"\"}" "${words[i]//\"/\"\"}"; done; } >list.csv
	ledger import odd list.csv
	for i in "${!words[@]}"; do
		another "$i"
		next "program_vars sn=next:odd note=next:odd"
		expect "sn=${words[i]//\\/\\\\}"$'\n'"note=${words[i]//\\/\\\\}"
		next "program_vars sn=next:odd note=next:odd"
		expect "sn=${words[i]//\\/\\\\}"$'\n'"note=${words[i]//\\/\\\\}"
	done
	ledger series form first=1 'form=$[exit]{;%u'
	next "program_vars serial=next:form"
	expect 'serial=$[exit]{;1'
	counts used $((${#words[@]} + 1))
	ledger check
}

@test "next: what is refused before the first write frees the number" {
	next "set NAMEPLATE_BASE 0x0801F000" "set NAMEPLATE_SIZE 0x1000" "program_vars serial=next $(
		printf "big%s:hex=$(printf '00%.0s' $(seq 1000)) " 1 2 3 4)"
	refused "is full"
	counts open 0
	counts used 0
	ledger uploads
	grep -q 'what=failed.*reason=the reserved region' ledger.out
	next "program_serial next"
	expect "serial=SN-007"
}

@test "next: OpenOCD is killed while it writes, or the ledger is gone when it has: the same command finishes" {
	next "proc die {} {exec kill -KILL [pid]}" "set NAMEPLATE_BEFORE_WRITE die" "program_serial next" || true
	[ "$status" = 137 ]
	counts open 1
	next "proc gone {} {file rename line.db away.db}" "set NAMEPLATE_BEFORE_WRITE gone" "program_serial next"
	failed "the device has its values, but the ledger does not know"
	mv away.db line.db
	counts open 1
	next "program_serial next"
	expect "serial=SN-007"
	counts open 0
	ledger check
}

@test "next: a board swapped before the first write is refused, and its number is free" {
	next "rename _np_device _np_device_first; proc _np_device {region needed} { set id [_np_device_first {*}[list \$region \$needed]]; \
		incr ::asked; return [expr {\$::asked > 1 ? [string reverse \$id] : \$id}] }; set asked 0" "program_serial next"
	refused "the values were taken for"
	counts open 0
}

@test "next: a part whose unique ID is not known is refused by name" {
	next "set _np_devices {}" "program_serial next"
	refused "does not know where this part (stm32lx" "keeps its unique ID" "without next"
	counts open 0
}

@test "whois: what the ledger knows of the device in hand" {
	next "nameplate whois"
	failed "does not know the device"
	next "program_serial next"
	next "nameplate whois"
	[ "$status" = 0 ] && [[ "$stdout" == uid=*series=serial*value=SN-007*state=used* ]] || return 1
	next "nameplate whois -json"
	jq -e '.[0].value == "SN-007"' <"$out"
	[ "$(stat flash_ops)" = 0 ]
	nameplate_bare "nameplate whois"
	failed "which ledger?"
}

# gdb_session COMMAND...: in GDB, connected to an OpenOCD that has the ledger.
gdb_session() {
	local words=() command
	for command in "$@"; do words+=(-ex "$command"); done
	status=0
	gdb-multiarch -batch -nx "$DEMO" -x "$HOME_DIR/gdb/nameplate.gdb" \
		-ex "target extended-remote | openocd -c 'gdb_port pipe; log_output gdb.log' -f $HOME_DIR/openocd/board/$BOARD.cfg -c 'set NAMEPLATE_IMAGE {}' -c init -c 'reset halt'" \
		"${words[@]}" >"$out" 2>"$err" || status=$?
	stdout=$(cat "$out")
}

@test "next reaches the ledger from make" {
	[[ "$(realpath "$HOME_DIR")" != *" "* ]] || skip "make takes no checkout in a folder with a space"
	export NAMEPLATE_LEDGER=$PWD/line.db
	cat >Makefile <<-MAKE
		FIRMWARE := $DEMO
		BOARD := $HOME_DIR/openocd/board/virtual-stm32l152rb.cfg
		CHIP := stm32l152rb
		include $HOME_DIR/tools/make/nameplate.mk
		_NAMEPLATE_LD := ignored.ld
	MAKE
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s nameplate SERIAL=next VARS=hwrev=B2 >"$out" 2>"$err"
	[ "$(grep -a = "$out")" = $'serial=SN-007\nhwrev=B2' ]
	counts used 1
}

@test "next reaches the ledger from GDB, with a series too, also where it is set to another language" {
	export NAMEPLATE_LEDGER=$PWD/line.db
	ledger series board first=100
	gdb_session 'nameplate-program next'
	[ "$status" = 0 ] && [[ "$stdout" == *serial=SN-007* ]] || { show; return 1; }
	another b
	gdb_session 'set language rust' 'nameplate-program next:board'
	[ "$status" = 0 ] && [[ "$stdout" == *serial=100* ]] || { show; return 1; }
	another c
	gdb_session 'nameplate-program next:none'
	[ "$status" = 1 ] && grep -q "no series none" gdb.log "$out" "$err" || { show; return 1; }
	# What the device says is compared with what was asked for, also after that.
	gdb_session 'nameplate-program next:board' 'monitor rename program_serial _gone; proc program_serial {args} {}' 'nameplate-program 4711'
	[ "$status" = 1 ] && [[ "$stdout" == *serial=101*"was not written"* ]] || { show; return 1; }
	counts used 3
}

# server COMMAND...: the PostgreSQL of this test.
server() { "$HOME_DIR/tests/ledger/server" "$1" "$SERVER" "${@:2}"; }

@test "next on PostgreSQL: two boards, a server that is gone before and after the write; its password is nowhere" {
	SERVER=$(mktemp -d /tmp/nameplate-pg.XXXXXX)
	server start
	psql -q -X -h "$SERVER" -U ledger -d postgres -c "CREATE ROLE locked LOGIN SUPERUSER PASSWORD 'geheim'" -c "CREATE DATABASE line"
	export PGPASSFILE=$PWD/pass
	printf '%s\n' '*:*:*:locked:geheim' >pass
	chmod 600 pass
	local url="postgresql://locked@/line?host=$SERVER" step
	pg() { nameplate_bare "set NAMEPLATE_LEDGER {$url}" "$@"; }
	"$PROGRAM" --ledger "$url" init
	"$PROGRAM" --ledger "$url" series serial first=1 form=PG-%04u
	pg "program_serial next"
	expect "serial=PG-0001"
	another b
	pg "debug_level 3" "program_vars serial=next hwrev=B2"
	[ "$status" = 0 ] && [ "$stdout" = $'serial=PG-0002\nhwrev=B2' ] || return 1
	grep -q geheim "$err" "$SERVER/log" && return 1
	pg "nameplate whois"
	[ "$status" = 0 ] && [[ "$stdout" == *value=PG-0002*state=used* ]] || { show; return 1; }
	another c
	pg "proc gone {} {exec $HOME_DIR/tests/ledger/server kill $SERVER}" "set NAMEPLATE_BEFORE_WRITE gone" "program_serial next"
	failed "the device has its values, but the ledger does not know" "cannot be reached"
	pg "program_serial next"
	refused "cannot be reached"
	server start
	pg "program_serial next"
	expect "serial=PG-0003"
	grep -q geheim "$err" "$SERVER/log" && return 1
	# The words that nameplate-ledger is run with are anybody's to read: where the ledger is does not stand there.
	printf '#!/bin/sh\necho "$@" >>%s/words\nexec %s "$@"\n' "$PWD" "$PROGRAM" >program
	chmod 755 program
	pg "set NAMEPLATE_LEDGER_PROGRAM ./program" "program_serial next"
	expect "serial=PG-0003"
	grep -q 'take --uid' words
	! grep -q 'locked\|postgres' words || return 1
	"$PROGRAM" --ledger "$url" check
	[ "$("$PROGRAM" --ledger "$url" list --used | wc -l)" = 3 ]
}
