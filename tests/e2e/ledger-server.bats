#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nameplate-ledger on PostgreSQL: what a server and a network can do to it.

load ../lib/ledger

@test "the network goes away at every message; the same device gets the same number" {
	start
	mkdir net
	away="postgresql://ledger@/t$BATS_TEST_NUMBER?host=$PWD/net"
	devices=0
	for direction in up down; do
		for count in $(seq 2 "${EVERY_MESSAGE:-6}" 60); do
			uid=$(printf '%024X' $((devices + 1)))
			"$HOME_DIR/tests/ledger/proxy.py" net "$SERVER" $direction "$count" 3>&- &
			for _ in $(seq 1000); do [ -S net/.s.PGSQL.5432 ] && break; sleep 0.01; done
			status=0
			"$FAST" --ledger "$away" take --uid "$uid" >"$out" 2>"$err" </dev/null || status=$?
			wait $! || true
			devices=$((devices + 1))
			if [ "$status" = 0 ]; then break; fi
			[ ! -s "$out" ] && [ "$(wc -l <"$err")" = 1 ] && grep -q 'cannot be reached' "$err" || { echo "$direction $count"; show; return 1; }
			"$FAST" take --uid "$uid" >"$out"
		done
		[ "$count" -ge 8 ] && [ "$count" -lt 60 ] || return 1
	done
	ok list
	# None was lost on the way: they are the first ones.
	[ "$(grep -o 'value=[0-9]*' "$out" | cut -d= -f2 | sort -n | tail -n 1)" = "$devices" ]
	[ "$(wc -l <"$out")" = "$devices" ]
	ok check
}

@test "what the server undoes because of a deadlock is done again" {
	ok init
	for name in a b; do ok series $name first=1; done
	ok take --uid $V a
	# It holds b and, once the station waits for that, wants a, of which the station has taken a number.
	sql -d "t$BATS_TEST_NUMBER" >holder 2>&1 3>&- <<-'SQL' &
		SET deadlock_timeout = '30s';
		BEGIN;
		SELECT name FROM nameplate.series WHERE name = 'b' FOR UPDATE;
		DO $$ BEGIN LOOP EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted); PERFORM pg_sleep(0.01); END LOOP; END $$;
		SELECT name FROM nameplate.series WHERE name = 'a' FOR UPDATE;
		COMMIT;
	SQL
	until grep -q b holder; do sleep 0.01; done
	gives b:u32=1 take --uid $U a b
	# 2 was of the attempt that was undone: it is free.
	grep -qx a:u32=3 "$out"
	wait $!
	[ "$(grep -c ERROR holder)" = 0 ]
	[ "$(grep -c "deadlock detected" "$SERVER/log")" -ge 1 ]
	ok check
}

@test "where no number is ready, one station sees to it; the others wait for that alone, not for each other's commits" {
	start
	sql -d "t$BATS_TEST_NUMBER" -c "ALTER DATABASE t$BATS_TEST_NUMBER SET log_statement = 'all'"
	# It has the series until all the stations wait.
	sql -d "t$BATS_TEST_NUMBER" >holder 2>&1 3>&- <<-'SQL' &
		BEGIN;
		SELECT name FROM nameplate.series FOR UPDATE;
		DO $$ BEGIN LOOP EXIT WHEN (SELECT count(*) FROM pg_locks WHERE NOT granted) = 8; PERFORM pg_sleep(0.01); END LOOP; END $$;
		COMMIT;
	SQL
	until grep -q serial holder; do sleep 0.01; done
	for i in $(seq 8); do "$FAST" take --uid "$(printf '%024X' "$i")" >"told.$i" 3>&- & done
	for job in $(jobs -p); do wait "$job"; done
	[ "$(cat told.* | sed -n 's/^serial:u32=//p' | sort -n | tr '\n' ' ')" = "$(echo $(seq 8)) " ]
	[ "$(grep -c 'execute s[0-9]*: SELECT next, open FROM series' "$SERVER/log")" = 1 ] || { grep -c 'SELECT next' "$SERVER/log"; return 1; }
	ok check
}

# Runs SQL in a transaction, and ends that once another waits for it: whoever comes while "held" is there meets it.
hold() {
	sql -d "t$BATS_TEST_NUMBER" >held 2>&1 3>&- <<-SQL &
		SET search_path = nameplate;
		BEGIN;
		$1;
		SELECT 'ready';
		DO \$\$ BEGIN LOOP EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted); PERFORM pg_sleep(0.01); END LOOP; END \$\$;
		COMMIT;
	SQL
	until grep -q ready held; do sleep 0.01; done
}
TAKING="INSERT INTO device (uid, copy) VALUES ('$W', 0); INSERT INTO number (series, position, value, state, device)
	SELECT 1, 5, '5', 'open', id FROM device WHERE uid = '$W'"

@test "what a station is just taking is not adopted or split off by another at the same time" {
	start last=1000
	upload $U
	# Nor does another station adopt it, here one that is no number of the series.
	hold "INSERT INTO device (uid, copy) VALUES ('$W', 0); INSERT INTO number (series, value, state, device) SELECT 1, '5000', 'used', id FROM device WHERE uid = '$W'"
	no 'serial="5000" is not free' "$W" -- adopt $V serial=5000
	wait $!
	sql "DELETE FROM number WHERE value = '5000'; DELETE FROM device WHERE uid = '$W'" >/dev/null
	hold "$TAKING"
	no 'serial="5" is not free' "$W" -- adopt $V serial=5
	wait $!
	sql "DELETE FROM number WHERE value = '5'; DELETE FROM device WHERE uid = '$W'" >/dev/null
	hold "$TAKING"
	no 'serial="5" is taken already' -- split serial 3-400 site.db
	wait $!
	ok release serial=5
	hold "INSERT INTO number (series, position, value, state) VALUES (1, 6, '6', 'free')"
	ok split serial 3-400 site.db
	wait $!
	# One that has its number, but no row yet, finds the row of another.
	for position in 3 256; do
		run sql "INSERT INTO number (series, position, value, state) VALUES (1, $position, 'x', 'free')"
		[[ "$output" == *onstraint* ]] || { echo "$position: $output"; return 1; }
	done
	gives serial:u32=2 take --uid $V
	gives serial:u32=401 take --uid $W
	ok check
}

@test "merge: what a station is just taking is named, where a site has given it too" {
	start last=1000
	ok split serial 900-1000 site.db
	ok --ledger site.db adopt $V serial=5
	hold "$TAKING"
	no 'serial="5" is device' "$W's here" "$V's there" -- merge site.db
	wait $!
	# The site is right: this ledger lets go of it.
	ok release serial=5
	gives numbers=1 merge site.db
	ok check
}

@test "a number that a station was about to take when it died is free, and found in time" {
	start last=2000
	for i in $(seq 2000); do printf '%024X\n' "$i"; done >uids
	head -n 3 uids | "$FAST" take --uid - >"$out"
	# What is left of a statement that was undone.
	sql "SELECT nextval('series_1'), nextval('series_1')" >/dev/null
	gives serial:u32=6 take --uid $U
	ok list --free
	head -n 3 "$out" | grep -c 'value=[457]	state=free' >count
	[ "$(cat count)" = 3 ]
	# As a row before the series ends,
	head -n 1600 uids | "$FAST" take --uid - >"$out"
	[ "$(grep -cx 'serial:u32=[45]' "$out")" = 2 ]
	# and none is missing at its end, whatever the sequence says.
	sql "SELECT nextval('series_1'), setval('series_1', 1900)" >/dev/null
	"$FAST" take --uid - <uids >"$out" 2>"$err" || true
	grep -q 'no free number left' "$err"
	[ "$(sed -n 's/^serial:u32=//p' "$out" | sort -n | uniq | wc -l)" = 1999 ]
	ok check
	sql "SELECT setval('series_1', 1)" >/dev/null
	ok release serial=6
	gives serial:u32=6 take --uid $V
	no "no free number left" -- take --uid $W
	ok check
}

@test "what is not made ready ahead hinders nobody before it is needed" {
	start
	sql "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'refused'; END \$\$" >/dev/null
	gives serial:u32=1 take --uid $U
	sql "CREATE TRIGGER refuse BEFORE UPDATE ON series FOR EACH ROW EXECUTE FUNCTION refuse()" >/dev/null
	for i in $(seq 300); do printf '%024X\n' "$i"; done >uids
	status=0
	"$FAST" take --uid - <uids >told 2>"$err" || status=$?
	[ "$status" = 1 ] && [ "$(wc -l <"$err")" = 1 ] && [ "$(grep -c '^serial:' told)" = 255 ] || { cat "$err"; return 1; }
	sql "DROP TRIGGER refuse ON series" >/dev/null
	"$FAST" take --uid - <uids >again
	[ "$(sed -n 's/^serial:u32=//p' again | tr '\n' ' ')" = "$(echo $(seq 2 301)) " ]
	ok check
}

@test "a user of the tables takes numbers of every series, new ones too" {
	start
	sql "CREATE ROLE line LOGIN; GRANT USAGE ON SCHEMA nameplate TO line; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA nameplate TO line" >/dev/null
	ok series other first=7
	NAMEPLATE_LEDGER="postgresql://line@/t$BATS_TEST_NUMBER?host=$SERVER"
	gives serial:u32=1 take --uid $U serial
	gives other:u32=7 take --uid $V other
	gives serial:u32=2 take --uid $V serial
	NAMEPLATE_LEDGER="postgresql://ledger@/t$BATS_TEST_NUMBER?host=$SERVER"
	sql "DROP OWNED BY line; DROP ROLE line" >/dev/null
}

@test "a server that is not there: one line, and quickly" {
	no "cannot be reached" -- --ledger "postgresql://ledger@/none?host=$PWD/nowhere" take --uid $U
	no "cannot be reached" -- --ledger "postgresql://ledger@127.0.0.1:1/none" take --uid $U
}

@test "a password is never in the ledger's name, nor in a message" {
	no "PGPASSWORD" -- --ledger "postgresql://locked:geheim@/t?host=$SERVER" take --uid $U
	[ "$(grep -c geheim "$err")" = 0 ]
	no "PGPASSWORD" -- --ledger "postgresql:///t?host=$SERVER&user=locked&password=geheim" take --uid $U
	[ "$(grep -c geheim "$err")" = 0 ]
	no "no address" -- --ledger "postgresql://locked:geheim@[/t" take --uid $U
	[ "$(grep -c geheim "$err")" = 0 ]
	sql "CREATE ROLE locked LOGIN SUPERUSER PASSWORD 'geheim'" >/dev/null
	start
	NAMEPLATE_LEDGER="postgresql://locked@/t$BATS_TEST_NUMBER?host=$SERVER"
	no "password" -- take --uid $U
	export PGPASSWORD=geheim
	ok take --uid $U
	unset PGPASSWORD
	printf '%s\n' '*:*:*:locked:geheim' >pass
	chmod 600 pass
	export PGPASSFILE=$PWD/pass
	ok take --uid $V
	[ "$(grep -c geheim "$out")" = 0 ]
	printf '%s\n' '[line]' "host=$SERVER" "dbname=t$BATS_TEST_NUMBER" user=locked >service
	PGSERVICEFILE=$PWD/service ok --ledger 'postgresql://?service=line' take --uid $W
	sql "DROP OWNED BY locked; DROP ROLE locked" >/dev/null
}

# small_disk SIZE: a file system of the server's own at $SERVER/small, with the table of numbers and its indexes on it.
small_disk() {
	local index
	mkdir "$SERVER/small"
	mount -t tmpfs -o "size=$1,mode=700,uid=$(id -u postgres)" tmpfs "$SERVER/small" 2>/dev/null || skip "nothing may be mounted here"
	sql -d postgres -c "CREATE TABLESPACE small LOCATION '$SERVER/small'" >/dev/null
	sql "ALTER TABLE number SET TABLESPACE small" >/dev/null
	for index in $(sql "SELECT indexname FROM pg_indexes WHERE schemaname = 'nameplate' AND tablename = 'number'"); do
		sql "ALTER INDEX $index SET TABLESPACE small" >/dev/null
	done
}
teardown() {
	[ -d "$SERVER/small" ] || return 0
	sql -d postgres -c "DROP DATABASE t$BATS_TEST_NUMBER WITH (FORCE)" -c "DROP TABLESPACE small" >/dev/null || true
	! mountpoint -q "$SERVER/small" || umount "$SERVER/small"
	rmdir "$SERVER/small"
}

@test "a server whose disk is full says so in one line; nothing is changed, and it goes on when there is room" {
	start
	upload $U
	small_disk 400k
	for i in $(seq 9000); do printf '%024X\n' "$((i + 4096))"; done >uids
	status=0
	"$FAST" take --uid - <uids >told 2>"$err" || status=$?
	[ "$status" = 1 ]
	[ "$(wc -l <"$err")" = 1 ]
	grep -q '^Error: .*No space left.*lacks room' "$err" || { cat "$err"; return 1; }
	count=$(grep -c '^serial:' told)
	[ "$count" -gt 100 ] && [ "$count" -lt 9000 ] || return 1
	ok list
	[ "$(wc -l <"$out")" = $((count + 1)) ] || { echo "$count told"; tail -n 3 told; wc -l "$out"; tail -n 3 "$out"; return 1; }
	ok check
	mount -o remount,size=20m "$SERVER/small"
	"$FAST" take --uid - <uids >again
	diff <(grep '^serial:' told) <(grep '^serial:' again | head -n "$count")
	ok check
}

@test "a user who may only read gets one line; a line's file becomes a server's ledger" {
	ok --ledger start.db init
	ok --ledger start.db series serial first=1
	ok --ledger start.db take --uid $U
	ledger init --from start.db
	[ "$status" = 0 ]
	gives serial:u32=1 take --uid $U
	gives serial:u32=2 take --uid $V
	no "holds a ledger already" -- init --from start.db
	sql "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA nameplate TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA nameplate TO reader" >/dev/null
	NAMEPLATE_LEDGER="postgresql://reader@/t$BATS_TEST_NUMBER?host=$SERVER"
	ok list
	ok check
	no "may only read" -- take --uid $W
	NAMEPLATE_LEDGER="postgresql://ledger@/t$BATS_TEST_NUMBER?host=$SERVER"
	sql "DROP OWNED BY reader; DROP ROLE reader" >/dev/null
}
