#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nameplate-ledger on SQLite: what a file and a disk can do to it.

load ../lib/ledger

@test "a file that is none, another program's, or damaged" {
	head -c 8192 /dev/urandom >line.db
	for words in "take --uid $U" init list; do no "no ledger" -- $words; done
	rm line.db
	sqlite3 line.db "CREATE TABLE own (a)"
	for words in "take --uid $U" init list; do no "another program" -- $words; done
	rm line.db
	: >line.db
	no "init makes one" -- take --uid $U
	no "cannot be created" -- --ledger missing/line.db init
	start
	for i in $(seq 40); do printf '%024X\n' "$i"; done >uids
	"$FAST" take --uid - <uids >"$out"
	sqlite3 line.db "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
	dd if=/dev/urandom of=line.db bs=1 seek=9000 count=20000 conv=notrunc status=none
	ledger check
	[ "$status" = 1 ]
	grep -q '^Error: ' "$err"
}

@test "a ledger that is not there: the path is doubted before one is made" {
	no 'there is no ledger "lin.db": check the path, or make it with: nameplate-ledger --ledger "lin.db" init' -- --ledger lin.db take --uid $U
	: >file
	no "check the path" -- --ledger file/line.db list
	[ ! -e lin.db ]
}

@test "disk full: one line, nothing lost, and it goes on when there is room" {
	start
	upload $U
	sqlite3 line.db "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
	for i in $(seq 600); do printf '%024X\n' "$((i + 4096))"; done >uids
	status=0
	(ulimit -f 64 && exec "$FAST" take --uid -) <uids >told 2>"$err" || status=$?
	[ "$status" = 1 ]
	[ "$(wc -l <"$err")" = 1 ]
	grep -q '^Error: the ledger.*\(full\|disk\)' "$err" || { cat "$err"; return 1; }
	count=$(grep -c '^serial:' told)
	[ "$count" -gt 1 ] && [ "$count" -lt 600 ] || return 1
	ok check
	"$FAST" take --uid - <uids >again
	diff <(grep '^serial:' told) <(grep '^serial:' again | head -n "$count")
	ok check
}

@test "a ledger that may only be read: one line says so" {
	start
	upload $U
	sqlite3 line.db "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
	if [ "$(id -u)" = 0 ]; then
		# For root nothing is read-only.
		cp "$FAST" program
		chmod 755 program "$BATS_TEST_TMPDIR"
		chmod 444 line.db
		PROGRAM=./as-nobody
		printf '#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups %s/program "$@"\n' "$PWD" >as-nobody
		chmod 755 as-nobody
		folder=$PWD
		while [ "$folder" != / ]; do [ -x "$folder" ] && chmod o+x "$folder"; folder=$(dirname "$folder"); done
	else
		chmod 444 line.db
	fi
	no "writable" -- take --uid $V
}
