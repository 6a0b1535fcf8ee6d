# SPDX-License-Identifier: MIT
# Shared by the tests of nameplate-ledger: a ledger of each test's own, in a file, or, in files called so, in a database of a
# PostgreSQL server that runs as long as the file's tests.

setup_file() {
	export HOME_DIR=$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)
	case $BATS_TEST_FILENAME in *postgres* | *server*) export ENGINE=postgres ;; *) export ENGINE=sqlite ;; esac
	[ "$ENGINE" = sqlite ] || {
		export SERVER=$(mktemp -d /tmp/nameplate-pg.XXXXXX)
		# As careless as a server may be set: what a commit said must hold all the same.
		"$HOME_DIR/tests/ledger/server" start "$SERVER" "synchronous_commit = off"
	}
}
teardown_file() {
	[ "$ENGINE" = sqlite ] || { "$HOME_DIR/tests/ledger/server" stop "$SERVER"; rm -rf "$SERVER" "$SERVER.log"; }
}

U=0123456789ABCDEF01234567 V=1123456789ABCDEF01234567 W=2123456789ABCDEF01234567

setup() {
	PROGRAM=${LEDGER_PROGRAM:-$HOME_DIR/build/asan/nameplate-ledger}
	FAST=$HOME_DIR/build/nameplate-ledger
	export ASAN_OPTIONS=detect_leaks=0
	out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
	cd "$BATS_TEST_TMPDIR" || return 1
	export NAMEPLATE_STATION=bench1
	NAMEPLATE_LEDGER=$PWD/line.db
	[ "$ENGINE" = sqlite ] || {
		sql -d postgres -c "CREATE DATABASE t$BATS_TEST_NUMBER" >/dev/null
		NAMEPLATE_LEDGER="postgresql://ledger@/t$BATS_TEST_NUMBER?host=$SERVER"
	}
	export NAMEPLATE_LEDGER
}

# The database itself, past the program.
sql() {
	if [ "$ENGINE" = sqlite ]; then sqlite3 -batch line.db "PRAGMA foreign_keys=OFF; $1"; else
		[ "$1" = -d ] || set -- -d "t$BATS_TEST_NUMBER" -c "SET search_path = nameplate; $1"
		psql -q -X -t -A -h "$SERVER" -U ledger "$@"
	fi
}

ledger() {
	status=0
	"$PROGRAM" "$@" >"$out" 2>"$err" </dev/null || status=$?
	stdout=$(cat "$out")
}
show() { echo "status $status"; echo "stdout: $stdout"; cat "$err"; }

# ok ARGUMENT...: it succeeds, and says nothing but results.
ok() {
	ledger "$@"
	[ "$status" = 0 ] && [ ! -s "$err" ] || { echo "wanted success: $*"; show; return 1; }
}
# no WORDS... -- ARGUMENT...: it fails with one line that has all of the words, and no result.
no() {
	local words=()
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	ledger "$@"
	[ "$status" = 1 ] && [ -z "$stdout" ] && [ "$(wc -l <"$err")" = 1 ] && [[ "$(cat "$err")" == Error:\ * ]] || {
		echo "wanted one Error: line: $*"; show; return 1; }
	for word in "${words[@]}"; do [[ "$(cat "$err")" == *"$word"* ]] || { echo "wanted: $word"; show; return 1; }; done
}
# gives LINE ARGUMENT...: it succeeds, and LINE is one of its results.
gives() {
	ok "${@:2}" || return 1
	grep -qxF -- "$1" "$out" || { echo "wanted the line $1"; show; return 1; }
}
field() { sed -n "s/^$1=//p" "$out"; }
start() { ok init && ok series serial first=1 "$@"; }
# A device has it: taken and done.
upload() { # UID [VALUE]
	ok take --uid "$1" || return 1
	ok done --uid "$1" --upload "$(field upload)" --has "serial=$(sed -n 's/^serial:[a-z0-9]*=//p' "$out")"
}
