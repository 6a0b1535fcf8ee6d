#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nameplate-ledger: the same suite on SQLite and, under the name ledger-postgres.bats, on PostgreSQL.

load ../lib/ledger

@test "init is safe to repeat, and nothing works before it" {
	no "no ledger" init -- take --uid $U
	ok init
	first=$stdout
	ok init
	[ "$stdout" = "$first" ]
	no "no series yet" "series serial first=1" -- take --uid $U
}

@test "a device gets the next number, the same one again, and another device another" {
	start form=SN-%06u
	gives serial:text=SN-000001 take --uid $U
	gives state=open take --uid $U
	gives serial:text=SN-000001 take --uid $U
	gives serial:text=SN-000002 take --uid $V
	ok take --json --uid $U
	python3 -c 'import json, sys; a = json.load(sys.stdin); v = a["series"][0]["values"][0]
assert v == {"name": "serial", "type": "text", "value": "SN-000001"}, v' <"$out"
}

@test "the unique ID is 24 hex digits of a device that is there" {
	start
	no "24 hex digits" -- take --uid 1234
	no "24 hex digits" -- take --uid "${U}0"
	no "wrong address" -- take --uid FFFFFFFFFFFFFFFFFFFFFFFF
	no "wrong address" -- take --uid 000000000000000000000000
	gives serial:u32=1 take --uid $U
	gives serial:u32=1 take --uid ${U,,}
}

@test "done records what was read back, once, and never changes it" {
	start
	ok take --uid $U
	key=$(field upload)
	no "no value of the series serial" -- done --uid $U --upload "$key" --has other=1
	no "gave it another or none" -- done --uid $U --upload "$key" --has 7
	hash=$(printf x | sha256sum | cut -c1-64)
	ok done --uid $U --upload "$key" --has 1 --image-sha256 "$hash" --seconds 4.25
	ok done --uid $U --upload "$key" --has serial=0x1 --image-sha256 "$hash" --seconds 4.25
	ok uploads $U
	[ "$(wc -l <"$out")" = 1 ]
	[[ "$stdout" == *what=done*'read={"serial":"1"}'*station=bench1*"$hash"*milliseconds=4250* ]]
	no "never changed" -- failed --uid $U --upload "$key"
	ok show 1
	[[ "$stdout" == "uid=$U	copy=0	series=serial	value=1	state=used	taken="*"	station=bench1" ]]
	run sql "UPDATE record SET what = 'failed'"
	[[ "$output" == *"never changed"* ]]
	run sql "DELETE FROM record"
	[[ "$output" == *"never changed"* ]]
}

@test "take prints an image's SHA-256, and done records it, of a file that has not changed" {
	start
	for length in 0 1 55 56 63 64 65 119 120 4097; do
		head -c $length /dev/zero | tr '\0' x >image
		hash=$(sha256sum <image | cut -c1-64)
		gives "image-sha256=$hash" take --uid $U --image image
	done
	ok take --json --uid $U --image image
	[ "$(jq -r '."image-sha256"' "$out")" = "$hash" ]
	no "missing" "cannot be read" -- take --uid $V --image missing
	no "cannot be read" -- take --uid $V --image .
	ok take --uid $U --image image
	key=$(field upload)
	echo >>image
	no "changed during the upload" "$hash" -- done --uid $U --upload "$key" --has 1 --image image --image-sha256 "$hash"
	ok list --open
	[ "$(wc -l <"$out")" = 1 ]
	ok done --uid $U --upload "$key" --has 1 --image image
	ok uploads $U
	[[ "$stdout" == *"image-sha256=$(sha256sum <image | cut -c1-64)"* ]]
}

@test "what is read back must be what was taken, all of it" {
	start
	ok series mac block=02:00:5E:10:00:00/28
	ok take --uid $U serial mac
	key=$(field upload)
	no mac=\"02:00:5e:10:00:00\" "does not say" -- done --uid $U --upload "$key" --has serial=1
	no "gave it another" -- done --uid $U --upload "$key" --has serial=2 --has mac=02:00:5e:10:00:00
	no "that of device $U" -- done --uid $V --has serial=1
	ok list --used
	[ -z "$stdout" ]
	ok done --uid $U --upload "$key" --has serial=1 --has mac=02-00-5E-10-00-00
	ok list --used
	[ "$(wc -l <"$out")" = 2 ]
}

@test "failed keeps the number with its device; free again only if nothing was written" {
	start
	ok take --uid $U
	ok failed --uid $U --upload "$(field upload)" --reason "probe pulled out"
	[ "$(field freed)" = 0 ]
	gives serial:u32=2 take --uid $V
	ok failed --uid $V --upload "$(field upload)" --nothing-written
	[ "$(field freed)" = 1 ]
	gives serial:u32=2 take --uid $W
	gives serial:u32=1 take --uid $U
	# Of the first upload nobody knows what it wrote: the second one's word does not free it.
	ok failed --uid $U --upload "$(field upload)" --nothing-written
	[ "$(field freed)" = 0 ]
	gives serial:u32=3 take --uid $V
	ok check
}

@test "a blank device that has a number: erased, or a clone; a person says which" {
	start
	upload $U
	no "$U" serial=\"1\" "again $U" "new $U" -- take --uid $U
	gives serial:u32=1 take --uid $U --has 1
	gives state=used take --uid $U --has serial=1
	ok again $U
	gives serial:u32=1 take --uid $U
	ok done --uid $U --upload "$(field upload)" --has 1
	gives copy=1 new $U
	gives copy=1 new $U
	gives serial:u32=2 take --uid $U
	ok done --uid $U --upload "$(field upload)" --has 2
	no "again" "new" -- take --uid $U
	gives copy=0 take --uid $U --has 1
	gives copy=1 take --uid $U --has 2
	no "2 boards" -- again $U
	ok again 2
	gives serial:u32=2 take --uid $U
	ok check
}

@test "two boards with one unique ID at two stations at once: the one that began first is told" {
	start
	ok take --uid $U
	first=$(field upload)
	ok take --uid $U
	second=$(field upload)
	no "another upload" "$U" -- done --uid $U --upload "$first" --has 1
	ok done --uid $U --upload "$second" --has 1
}

@test "the name of a series is no value, unless it is one of it" {
	ok init
	ok series serial first=1 form=SN-%06u
	no '"serial" is a series' 'write serial=VALUE' -- adopt $U serial
	no '"serial" is a series' -- show serial
	ok list
	[ -z "$stdout" ] || { echo "adopted: $stdout"; return 1; }
	ok adopt $U serial=serial
	ok show serial
}

@test "a device with a number from elsewhere is named, and adopt writes it down" {
	start
	upload $U
	no "$V" 77 "adopt $V serial=77" -- take --uid $V --has 77
	no "$V" "that of device $U" -- take --uid $V --has 1
	ok adopt $V 3
	ok adopt $V 3
	gives serial:u32=3 take --uid $V --has 3
	gives serial:u32=2 take --uid $W
	gives serial:u32=4 take --uid 3123456789ABCDEF01234567
	no "has a value of the series" release -- adopt $U 9
	# One that was taken for it and that it turned out to have
	ok adopt $W 2
	gives state=used take --uid $W --has 2
	no "not free" -- adopt 4123456789ABCDEF01234567 3
	ok check
	# Far ahead of the counter, and of no form of it
	ok adopt 5123456789ABCDEF01234567 300
	for i in $(seq 300); do printf '%024X\n' "$((i + 4096))"; done >uids
	"$FAST" take --uid - <uids >"$out"
	[ "$(grep -c '^serial:u32=300$' "$out")" = 0 ]
	[ "$(grep '^serial:' "$out" | sort -u | wc -l)" = 300 ]
	ok check
}

@test "release and scrap" {
	start
	upload $U
	upload $V
	ok release 1
	gives serial:u32=1 take --uid $W
	ok scrap 2
	no "was scrapped" "again" -- take --uid $V
	no "was scrapped" "again" -- take --uid $V --has 2
	gives serial:u32=3 take --uid 3123456789ABCDEF01234567
	ok again $V
	gives serial:u32=2 take --uid $V
	ok scrap $V
	no "was scrapped" -- take --uid $V
	no "knows no" -- release 4711
	ok check
	ok uploads
	for what in release scrap again; do grep -q "what=$what" "$out"; done
}

@test "a series ends, and says so" {
	ok init
	ok series serial first=9 last=10
	gives serial:u32=9 take --uid $U
	gives serial:u32=10 take --uid $V
	no "no free number left" -- take --uid $W
	# What gets nothing is not written down.
	no "know" -- show $W
	ok check
}

@test "series: forms and blocks that cannot be are refused" {
	ok init
	for form in SN %06u%u %s %n 'SN-%' %20u $'a\tb%u'; do no form -- series a first=1 "form=$form"; done
	for block in 02:00:5E:10:00:00 02:00:5E:10:00:00/49 02:00:5E:10:00:01/28 03:00:5E:10:00:00/28 zz:00:5E:10:00:00/28; do
		no block= -- series a "block=$block"
	done
	no "empty" -- series a first=5 last=4
	no "not expected" -- series a first=01
	no "not expected" -- series a "first=1;DROP TABLE number"
	no "no name" -- series "a b" first=1
	no "no name" -- series "a'; DROP TABLE number; --" first=1
	ok series a first=1 'form=100%% '"'"'"$[x];%04X'
	ok take --uid $U
	[ "$(sed -n 's/^a:text=//p' "$out")" = '100% '"'"'"$[x];0001' ]
	ok series a first=1 'form=100%% '"'"'"$[x];%04X'
	no "another" -- series a first=2
}

@test "a misspelt NAMEPLATE_STATION is refused, where the host's name would stand in its place" {
	ok init
	for name in NAMEPLATE_STATON NAMEPLATE_STATIONS NAMEPLATE_SATTION NAMEPLATE_STATIOM; do
		NAMEPLATE_STATION='' run env $name=x "$PROGRAM" check
		[ "$status" = 1 ] && [ "$output" = "Error: nothing reads \"$name\", which the environment has: did you mean NAMEPLATE_STATION?" ] || return 1
	done
	NAMEPLATE_STATION='' NAMEPLATE_STATION_OLD=x NAMEPLATE_ROOT=x NAMEPLATE_=x ok check
	ok series serial first=1
	NAMEPLATE_STATON=x gives serial:u32=1 --station bench2 take --uid $U
}

@test "names and values with quotes, ;, \$ and [ are data" {
	ok init
	printf 'sn\n"a\x27; DROP TABLE number; --"\n"$(touch x)[exit]"\n"two ""quotes"""\nback\\slash\n"two\nlines"\n' >list.csv
	gives imported=5 import serial list.csv
	hostile=("a'; DROP TABLE number; --" '$(touch x)[exit]' 'two "quotes"' 'back\\slash' 'two\nlines')
	for i in 0 1 2 3 4; do
		gives "sn:text=${hostile[i]}" --station "'; DROP TABLE record; --" take --uid "${i}123456789ABCDEF01234567"
	done
	ok done --uid $U --has "serial=a'; DROP TABLE number; --" --reason '"); --'
	ok uploads "serial=a'; DROP TABLE number; --"
	[ "$(wc -l <"$out")" = 1 ]
	ok export --json
	python3 -c 'import json, sys; assert "two\nlines" in [n["value"] for n in json.load(sys.stdin)["numbers"]]' <"$out"
	[ ! -e x ]
	# What a terminal obeys, or what turns text around, is escaped in every form.
	ok series raw first=1 form=$'a\xe2\x80\xae\xc2\x9b%u'
	ok take --uid 9${U:1} raw
	grep -Fq 'a\xe2\x80\xae\xc2\x9b1' "$out"
	for words in "take --uid 9${U:1} raw --json" "export --json" "list --json" "show 9${U:1} --json"; do
		ok $words
		grep -Fq 'a\u202e\u009b1' "$out" || { echo "$words"; cat -v "$out"; return 1; }
		! LC_ALL=C grep -P '\xe2\x80\xae|\xc2\x9b' "$out" || return 1
	done
	no "no series" -- take --uid $U "serial'--"
	no "no name" -- import "x';--" list.csv
	ok check
}

@test "import: quotes, a byte order mark, CR LF, types; a row is one device's values; secrets stay in" {
	ok init
	printf '\xEF\xBB\xBFsn,mac:mac,gain:f32,key:hex:secret\r\n"SN 1",02:00:00:00:00:01,1.50,00FFC0FFEE00FF\r\n\r\nSN2,02-00-00-00-00-02,2,beefbeefbeef\r\n' >list.csv
	ok import board list.csv
	[ "$(field imported)" = 2 ]
	[ "$(field columns)" = sn:text,mac:mac,gain:f32,key:hex:secret ]
	ok take --uid $U board
	[ "$(grep : "$out")" = "$(printf '%s\n' "sn:text=SN 1" mac:mac=02:00:00:00:00:01 gain:f32=1.5)" ]
	gives key:hex:secret=00ffc0ffee00ff take --uid $U --secrets board
	ok take --json --uid $U board
	[ "$(grep -c 00ffc0ffee00ff "$out")" = 0 ]
	ok done --uid $U --has "board=SN 1"
	for words in "export --json" "export --csv numbers" "export --csv" uploads list "show $U" "list --json" check; do
		ok $words
		[ "$(grep -ciE '00ffc0ffee00ff|beefbeefbeef' "$out")" = 0 ] || { echo "a secret in: $words"; show; return 1; }
	done
	ok export --json --secrets
	[ "$(grep -cE '00ffc0ffee00ff|beefbeefbeef' "$out")" = 2 ]
	ok export --csv numbers --secrets -o numbers.csv
	[ "$(stat -c %a numbers.csv)" = 600 ]
	printf 'sn,pin\nA,98765\n' >pins.csv
	ok import pins pins.csv --secret pin
	ok take --uid $V pins
	[ "$(grep -c 98765 "$out")" = 0 ]
	no "cannot be secret" -- import pins2 pins.csv --secret sn
	no "no such column" -- import pins2 pins.csv --secret Pin
	# Not a formula in somebody's spreadsheet
	printf 'sn\n"=cmd|1"\n' >formula.csv
	ok import formula formula.csv
	ok export --csv numbers
	grep -qF "\"'=cmd|1\"" "$out"
	ok import more pins.csv --columns a,b
	[ "$(field imported)" = 2 ]
}

@test "import: bad rows are named by their line, and nothing is imported" {
	ok init
	bad() { # WORDS FILE
		no "$@" -- import list bad.csv
		ok series
		[ -z "$stdout" ] || { echo "imported: $stdout"; return 1; }
	}
	printf 'sn,mac:mac\nA,02:00:00:00:00:01\nB,nonsense\nC\n"D",02:00:00:00:00:01\n' >bad.csv
	bad "3 bad rows" "line 3: its mac is not a MAC address" "also lines 4, 5"
	printf 'sn\nA\nB\n"two\nlines"\nA\n' >bad.csv
	bad "1 bad row," 'line 6: its sn "A" is there twice'
	printf 'sn,k:hex:secret\nA,\0001\n' >bad.csv
	bad "line 2" k NUL
	printf 'sn,k:hex:secret\nA,12zz\n' >bad.csv
	bad "line 2" "not bytes in hex"
	[ "$(grep -c 12zz "$err")" = 0 ]
	printf 'sn\nA\n\xff\xfe\n' >bad.csv
	bad "line 3" UTF-8
	printf 'sn\nA\n"never closed\nB\n' >bad.csv
	bad "line 3" "never closed"
	printf 'sn\nA\nB"C\n' >bad.csv
	bad "line 3" quote
	printf 'sn,a b\nA,1\n' >bad.csv
	bad '"a b" is no name'
	printf 'sn,sn\nA,1\n' >bad.csv
	bad "two columns"
	printf 'sn\n' >bad.csv
	bad "no rows"
	: >bad.csv
	bad "no rows"
	no "cannot be read" -- import list missing.csv
	printf 'sn\nA\n' >good.csv
	ok import list good.csv
	no "imported before" -- import list good.csv
	# A row of which two values were there before is one bad row.
	printf 'sn,mac:mac\nA,02:00:00:00:00:01\nB,02:00:00:00:00:02\n' >macs.csv
	ok import macs macs.csv
	no '2 bad rows, nothing' 'line 2: its sn' '; also line 3' -- import macs macs.csv
	[ "$(grep -c '3, ' "$err")" = 0 ]
	printf 'sn\nB\n' >good.csv
	gives imported=1 import list good.csv
	printf 'sn:u32\n7\n' >good.csv
	no "other columns" -- import list good.csv
	ok check
}

@test "import: the text files of PlatformIO: a counter goes on where it is, of a list what no upload was given" {
	ok init
	printf '%s\n' 104 '#open 100' '#free 101' >numbers.txt
	ok import serial next:numbers.txt
	ok take --uid $U serial
	grep -qx 'serial:u32=104' "$out"
	# Said again it is no mistake.
	ok import serial next:numbers.txt
	printf '\xef\xbb\xbf# batch 7\r\n#used SN-1\n#open text:SN-2\n\n  SN-3 \ntext:0043\n' >list.txt
	ok import label list:list.txt
	[ "$(field imported)" = 2 ]
	ok take --uid $U label
	grep -qx 'label:text=SN-3' "$out"
	ok list label --free
	grep -q 'value=0043' "$out" && ! grep -q 'SN-[12]' "$out" || return 1
	printf '%s\n' 7 0x10 >numbers
	ok import hex list:numbers
	printf '%s\n' 7 SN-8 >mixed
	no 'line 2' 'two files' -- import mixed list:mixed
	no 'imported before' -- import label list:list.txt
	no 'line 5' 'no counter' -- import counter next:list.txt
	printf '#used SN-1\n' >given
	no 'has no rows that no upload was given' -- import given list:given
	echo 4294967296 >full
	no 'no number left' -- import full next:full
	no 'cannot be read' -- import full next:nowhere
	no 'cannot be used with' -- import full list:numbers --columns a
	ok check
}

@test "import: a list of many rows, and the last of them bad" {
	rows=${IMPORT_ROWS:-20000}
	ok init
	seq -f 'SN-%08.0f' "$rows" | awk 'BEGIN { print "sn,rev" } { print $0 ",B2" }' >many.csv
	cp many.csv bad.csv
	echo SN-00000001,B2 >>bad.csv
	PROGRAM=$FAST
	no "line $((rows + 2)): its sn" "there twice" -- import serial bad.csv
	gives "imported=$rows" import serial many.csv
	gives sn:text=SN-00000001 take --uid $U
	ok list --free
	[ "$(wc -l <"$out")" = $((rows - 1)) ]
	ok check
}

@test "README: its commands give the first number, move numbers to a site and back" {
	awk '/^```/ { block = !block; next } block' "$HOME_DIR/tools/ledger/README.md" | grep '^nameplate-ledger' | grep -v postgresql >commands
	[ "$(wc -l <commands)" = 8 ]
	PATH=$PWD:$PATH
	ln -s "$FAST" nameplate-ledger
	bash -e commands >"$out"
	grep -qx serial:text=SN-000001 "$out"
	grep -q 'value=SN-000001	state=used' "$out"
	grep -qx numbers=1000 "$out"
}

@test "help, the man page and the completion name every command" {
	ok --help
	for name in $("$PROGRAM" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
		grep -q "^\.B.* *$name\b" "$HOME_DIR/tools/ledger/nameplate-ledger.1" || { echo "man page: $name"; return 1; }
		grep -qw "$name" "$HOME_DIR/tools/ledger/nameplate-ledger.bash" || { echo "completion: $name"; return 1; }
	done
	no "no such command" -- frob
	no "no such option" -- --frob list
	no "cannot be used with" -- list --uid $U
	unset NAMEPLATE_LEDGER
	no "which ledger" -- list
}

@test "backup while in use is a ledger of the same state" {
	start
	upload $U
	printf 'sn,pin:text:secret\nA,1\n' >list.csv
	ok import list list.csv
	ok take --uid $V list
	ok export --json
	cp "$out" before
	ok backup copy.db
	[ "$(stat -c %a copy.db)" = 600 ]
	ok --ledger copy.db export --json
	diff before "$out"
	gives serial:u32=2 --ledger copy.db take --uid $W serial
	ok --ledger copy.db check
	gives serial:u32=2 take --uid $V serial
	ok check
	ok backup copy.db
	no "cannot be written" -- backup missing/copy.db
}

@test "split moves numbers into a file of their own, merge brings its records back; both as often as one likes" {
	start
	upload $U
	gives numbers=100 split serial 1001-1100 site.db
	gives numbers=100 split serial 1001-1100 site.db
	no "went into" -- split serial 1050-1200 other.db
	no "taken already" -- split serial 1-10 other.db
	no "no part" -- split serial 0-10 other.db
	[ ! -e other.db ]
	no "split off as" -- adopt $W 1002
	gives serial:u32=1001 --ledger site.db take --uid $V
	ok --ledger site.db done --uid $V --has 1001
	ok --ledger site.db take --uid $W
	gives records=1 merge site.db
	[ "$(field numbers)" = 2 ]
	gives records=0 merge site.db
	[ "$(field numbers)" = 0 ]
	ok show 1001
	[[ "$stdout" == "uid=$V	copy=0	series=serial	value=1001	state=used	"* ]]
	gives serial:u32=1002 take --uid $W
	ok --ledger site.db release 1002
	ok merge site.db
	gives "series=serial	value=1002	state=away" show 1002
	gives serial:u32=2 take --uid 3123456789ABCDEF01234567
	ok check
	ok --ledger site.db check
	mv site.db gone.db
	no "went into" -- split serial 1001-1100 site.db
}

@test "a split that was cut off goes on with the same command, before and after its file appeared" {
	start
	ok split serial 1001-1100 site.db
	sql "UPDATE split SET state = 'begun'"
	cp site.db kept.db
	# The file was there already: it is the one.
	ok split serial 1001-1100 site.db
	cmp site.db kept.db
	sql "UPDATE split SET state = 'begun'"
	rm site.db
	ok split serial 1001-1100 site.db
	gives serial:u32=1001 --ledger site.db take --uid $U
	ok merge site.db
	# Another ledger's file is not taken for it.
	ok --ledger other.db init
	sql "UPDATE split SET state = 'begun'"
	no "not the ledger of this range" -- split serial 1001-1100 other.db
	ok check
}

@test "the counter goes round what was split off" {
	start last=400
	ok split serial 3-300 site.db
	for i in $(seq 102); do printf '%024X\n' "$((i + 4096))"; done >uids
	"$FAST" take --uid - <uids >"$out"
	[ "$(sed -n 's/^serial:u32=//p' "$out" | tr '\n' ' ')" = "$(echo 1 2 $(seq 301 400)) " ]
	no "no free number" -- take --uid $U
	ok check
}

@test "a number's text is what its series' form says, whoever makes it" {
	ok init
	ok series hex first=65534 form=%04X
	ok series low first=4094 form='<%x>'
	ok series padded first=998 form="100%%'%03u;"
	ok series mac block=02:00:5E:10:00:00/40
	for i in 1 2 3; do
		printf '%024X\n' "$i" >uid
		"$FAST" take --uid - hex low padded mac <uid >>both
		# Of one series alone, a server makes it in another way.
		for name in hex low padded mac; do "$FAST" take --uid "$(printf '%023X%s' "$i" "${name::1}" | tr hlpm 0123)" $name >>alone; done
	done
	[ "$(sed -n 's/^hex:text=//p' both alone | sort | tr '\n' ' ')" = "10000 10001 10002 10003 FFFE FFFF " ]
	[ "$(sed -n 's/^low:text=//p' both alone | sort | tr '\n' ' ')" = "<1000> <1001> <1002> <1003> <ffe> <fff> " ]
	[ "$(sed -n 's/^padded:text=//p' both alone | sort -V | tr '\n' ' ')" = "100%'998; 100%'999; 100%'1000; 100%'1001; 100%'1002; 100%'1003; " ]
	[ "$(sed -n 's/^mac:mac=//p' both alone | sort | head -n 2 | tr '\n' ' ')" = "02:00:5e:10:00:00 02:00:5e:10:00:01 " ]
	ok check
}

@test "a number that is not taken yet can be scrapped, and nobody gets it" {
	start
	upload $U
	ok scrap serial=3
	gives serial:u32=2 take --uid $V
	gives serial:u32=4 take --uid $W
	ok release serial=3
	gives serial:u32=3 take --uid 3${W:1}
	ok check
}

@test "split and merge of a list take its secrets along" {
	ok init
	printf 'sn,key:hex:secret\n' >list.csv
	for i in 1 2 3 4; do echo "SN$i,0$i"; done >>list.csv
	ok import serial list.csv
	ok split serial 3-4 site.db
	[ "$(stat -c %a site.db)" = 600 ]
	ok --ledger site.db take --uid $U --secrets
	grep -qx key:hex:secret=03 "$out"
	ok take --uid $V
	ok take --uid $W
	no "no free number" -- take --uid 3123456789ABCDEF01234567
	ok --ledger site.db done --uid $U --has SN3
	ok merge site.db
	ok merge site.db
	ok check
	ok list --used
	[[ "$stdout" == *"value=SN3	state=used	uid=$U"* ]]
}

@test "merge: one device with numbers of both ledgers, or a stranger's ledger, changes nothing" {
	start
	ok split serial 101-200 site.db
	upload $U
	ok --ledger site.db take --uid $U
	ok --ledger site.db take --uid $V
	no "$U" "two boards" "new $U" -- merge site.db
	no "to anybody" -- show 102
	ok new $U
	gives numbers=2 merge site.db
	gives numbers=0 merge site.db
	ok check
	ok --ledger other.db init
	no "not split off from" -- merge other.db
}

@test "merge: a device that got a number of one series in both ledgers is named with both, and neither is dropped" {
	ok init
	for name in a b; do ok series $name first=1; done
	ok split a 101-200 site.db
	ok --ledger site.db series b first=500
	ok --ledger site.db take --uid $U a
	ok merge site.db
	gives b:u32=1 take --uid $U --has a=101 b
	gives b:u32=500 --ledger site.db take --uid $U --has a=101 b
	no "device $U" 'b="1" here' '"500" there' release -- merge site.db
	ok list b
	[ "$(wc -l <"$out")" = 1 ]
	ok release b=1
	ok merge site.db
	gives b:u32=500 take --uid $U --has a=101 b
	ok check
}

@test "merge: what a site numbered by itself in a series of ours comes along too, whatever is in its place here" {
	start form=A-%u
	printf 'sn\nL1\nL2\nL3\n' >list.csv
	ok import board list.csv
	ok split board 3-3 site.db
	ok --ledger site.db series serial first=1 form=B-%u
	gives serial:text=B-1 --ledger site.db take --uid $U serial
	gives serial:text=A-1 take --uid $V serial
	printf 'sn\nM4\nM5\n' >list.csv
	ok --ledger site.db import board list.csv
	printf 'sn\nN4\nN5\n' >list.csv
	ok import board list.csv
	for uid in $V $W; do ok --ledger site.db take --uid $uid board; done
	gives numbers=3 merge site.db
	ok list
	for value in serial=B-1 board=L3 board=M4; do
		ok show "$value"
		[[ "$stdout" == *state=open* ]] || { echo "lost: $value"; show; return 1; }
	done
	gives numbers=0 merge site.db
	printf 'sn\nN6\n' >list.csv
	ok import board list.csv
	ok check
}

@test "merge: a row that a site imported itself comes with its other columns, and no MAC address twice" {
	local head=sn,mac:mac,key:hex:secret
	ok init
	printf '%s\n' $head A1,02:00:00:00:00:01,01 A2,02:00:00:00:00:02,02 >list.csv
	ok import board list.csv
	ok split board 2-2 site.db
	printf '%s\n' $head B1,02:00:00:00:00:11,11 >list.csv
	ok --ledger site.db import board list.csv
	printf '%s\n' $head A3,02:00:00:00:00:03,03 >list.csv
	ok import board list.csv
	for uid in $U $V; do ok --ledger site.db take --uid $uid; done
	gives numbers=2 merge site.db
	gives numbers=0 merge site.db
	gives mac:mac=02:00:00:00:00:11 take --uid $V
	gives key:hex:secret=11 take --uid $V --secrets
	gives sn:text=A1 take --uid $W
	gives sn:text=A3 take --uid 3${W:1}
	printf '%s\n' $head C1,02:00:00:00:00:11,21 >list.csv
	no "mac" "imported before" -- import board list.csv
	printf '%s\n' $head C2,02:00:00:00:00:03,22 >list.csv
	ok --ledger site.db import board list.csv
	ok --ledger site.db take --uid 4${W:1}
	no 'board="C2"' mac "here" -- merge site.db
	ok check
	ok --ledger site.db release C2
	gives numbers=0 merge site.db
	ok check
}

@test "an older ledger is brought up to date by init; a newer one is refused" {
	start
	upload $U
	sql "DROP TABLE split; ALTER TABLE ledger DROP COLUMN parent; UPDATE ledger SET version = 1" >/dev/null
	[ "$ENGINE" = sqlite ] || {
		sql "DROP INDEX number_device; ALTER TABLE number ADD UNIQUE (device, series)" >/dev/null
		sql "DROP TRIGGER series_sequence ON series; DROP FUNCTION series_sequence; DROP SEQUENCE series_1" >/dev/null
		# It laid its numbers out.
		sql "INSERT INTO number (series, position, value, state) SELECT 1, n, n, 'free' FROM generate_series(2, 5) AS n; UPDATE series SET next = 6" >/dev/null
	}
	sql "ALTER TABLE series DROP COLUMN open" >/dev/null
	no "older" "init" -- take --uid $V
	ok init
	gives serial:u32=2 take --uid $V
	for i in $(seq 10); do printf '%024X\n' "$i"; done >uids
	"$FAST" take --uid - <uids >"$out"
	[ "$(sed -n 's/^serial:u32=//p' "$out" | tr '\n' ' ')" = "$(echo $(seq 3 12)) " ]
	ok check
	sql "UPDATE ledger SET version = 99" >/dev/null
	for words in init "take --uid $W" list check; do no "newer" "schema 99" -- $words; done
}

@test "check finds what is broken by other hands" {
	start
	upload $U
	upload $V
	ok check
	# On a server only those behind the window have to have rows.
	[ "$ENGINE" = sqlite ] || sql "INSERT INTO number (series, position, value, state) SELECT 1, n, n, 'free' FROM generate_series(3, 9) AS n; UPDATE series SET next = 10" >/dev/null
	broken() { # SQL
		cp line.db saved.db 2>/dev/null || true
		sql "$1" >/dev/null
		ledger check
		[ "$status" = 1 ] && grep -q "^broken=$2" "$out" && [ "$(grep -c '^Error: ' "$err")" = 1 ] || { echo "$1"; show; return 1; }
	}
	broken "DELETE FROM number WHERE value = '7'" "no number is lost"
	sql "INSERT INTO number (series, position, value, state) VALUES (1, 7, 'x', 'free')" >/dev/null
	broken "SELECT 1" "a number has its series"
	sql "UPDATE number SET value = '7' WHERE value = 'x'" >/dev/null
	ok check
	broken "UPDATE number SET state = 'used', device = (SELECT max(id) + 0 FROM device) WHERE value = '2';
		INSERT INTO device (uid, copy) VALUES ('$W', 0); UPDATE number SET device = (SELECT id FROM device WHERE uid = '$W') WHERE value = '2'" \
		"a used number has a record"
}

@test "the constraints keep the promises whoever writes" {
	start
	upload $U
	upload $V
	for bad in "INSERT INTO number (series, position, value, state) VALUES (1, 999, '1', 'free')" \
		"INSERT INTO number (series, position, value, state) VALUES (1, 1, 'y', 'free')" \
		"UPDATE number SET device = (SELECT min(device) FROM number) WHERE value = '2'" \
		"UPDATE number SET device = NULL WHERE value = '2'" "UPDATE number SET state = 'free' WHERE value = '2'" \
		"UPDATE number SET state = 'lost' WHERE value = '2'" "INSERT INTO device (uid, copy) VALUES ('$U', 0)"; do
		run sql "$bad"
		[[ "$output" == *onstraint* ]] || { echo "$bad: $output"; return 1; }
	done
	ok check
}

@test "the clock set back decides nothing" {
	start
	PROGRAM=$FAST
	upload $U
	status=0
	faketime '1999-01-01' "$FAST" take --uid $V >"$out" || status=$?
	[ "$status" = 0 ]
	grep -qx serial:u32=2 "$out"
	faketime '1999-01-01' "$FAST" done --uid $V --has 2 --upload "$(field upload)"
	gives serial:u32=3 take --uid $W
	ok check
	ok uploads
	[ "$(wc -l <"$out")" = 2 ]
}

@test "a result that nobody reads is an error, and the number stays with the device" {
	start
	status=0
	"$PROGRAM" take --uid $U >/dev/full 2>"$err" || status=$?
	[ "$status" = 1 ]
	grep -q '^Error: standard output' "$err"
	gives serial:u32=1 take --uid $U
}

@test "many stations at once, a third of them killed: no value twice, none lost" {
	start
	server=()
	[ "$ENGINE" = sqlite ] || server=("$HOME_DIR/tests/ledger/server kill $SERVER" "$HOME_DIR/tests/ledger/server start $SERVER")
	run "$HOME_DIR/tests/ledger/stress.py" "$FAST" "$NAMEPLATE_LEDGER" "${STRESS_PROCESSES:-16}" "${STRESS_TAKES:-20}" 3 "${server[@]}"
	echo "$output"
	[ "$status" = 0 ]
	[[ "$output" =~ killed=[1-9] ]]
	[ "$ENGINE" = sqlite ] || [[ "$output" == *server-kills=1* ]]
}

@test "init from eight stations at once, thirty times: one ledger each time, and nobody fails" {
	[ "$ENGINE" = sqlite ] || skip "SQLite's file comes into being by init; a database server has one database"
	for round in $(seq 30); do
		for i in $(seq 8); do "$FAST" --ledger "round-$round.db" init >"init.$i" 2>&1 3>&- & done
		for job in $(jobs -p); do wait "$job" || cat init.*; done
		[ "$(cat init.* | sort -u | wc -l)" = 1 ]
	done
}

@test "two series in either order, and init, at once: nobody fails, and each device has one of both" {
	for i in 1 2 3 4; do "$FAST" init >"init.$i" 2>&1 3>&- & done
	for job in $(jobs -p); do wait "$job"; done
	[ "$(cat init.* | sort -u | wc -l)" = 1 ]
	for name in a b; do ok series $name first=1; done
	for i in $(seq 8); do
		for j in $(seq 40); do printf '%08X%016X\n' "$i" "$j"; done >"uids.$i"
		order=(a b)
		[ $((i % 2)) = 0 ] || order=(b a)
		"$FAST" take --uid - "${order[@]}" <"uids.$i" >"told.$i" 2>"err.$i" 3>&- &
	done
	for job in $(jobs -p); do wait "$job" || { cat err.*; return 1; }; done
	ok list
	[ "$(wc -l <"$out")" = 640 ]
	[ "$(cat told.* | grep '^a:' | sort -u | wc -l)" = 320 ]
	[ "$(cat told.* | grep '^b:' | sort -u | wc -l)" = 320 ]
	ok check
}
