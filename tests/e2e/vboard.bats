#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The virtual board from outside: the real OpenOCD with its own target file, the real GDB, and vboard's own command line.

load ../lib/helpers

setup() {
	nameplate_setup
	export VBOARD_PROBE=bitbang # these look at the wire
	BARE="$BATS_TEST_TMPDIR/bare.cfg"
}

teardown() {
	local pid
	for pid in $(jobs -p); do kill -KILL "$pid" 2>/dev/null || true; done
	nameplate_teardown
}

# ---- helpers ---------------------------------------------------------------------------------------------------

NO_PORTS="gdb_port disabled; telnet_port disabled; tcl_port disabled"

# board COMMAND...: OpenOCD on the board; it must succeed and meet nothing that the model does not know.
board() {
	nameplate_bare "$NO_PORTS" "$@"
	if [ "$status" != 0 ] || [ "$(stat unmodelled)" != 0 ]; then
		echo "wanted status 0 and unmodelled=0, got unmodelled=$(stat unmodelled)"
		show
		return 1
	fi
}

# start ARGUMENT...: vboard as a job of this shell; sets pid. Returns when its socket is open and, after that, its flash.
start() {
	local tries
	"$VBOARD" --chip stm32l152rb "$@" 2>"$err" 3>&- &
	pid=$!
	for tries in $(seq 1000); do
		listening "$*" && [ -e "$VBOARD_FLASH" ] && [ ! -e "$VBOARD_FLASH.$pid.new" ] && return 0
		sleep 0.01
	done
	echo "it does not listen"
	cat "$err"
	return 1
}

# listening ARGUMENTS: is the socket that they name open?
listening() {
	local path=${1##*unix:} port=${1##*tcp:127.0.0.1:}
	case $1 in
	*unix:*) [ -S "${path%% *}" ] ;;
	*) grep -q ":$(printf %04X "${port%% *}") 00000000:0000 0A" /proc/net/tcp ;;
	esac
}

# free_port: a TCP port that nobody listens at; sets port.
# Below those that the system gives to whoever connects (net.ipv4.ip_local_port_range).
free_port() {
	port=$((20000 + RANDOM % 12000))
	while listening "tcp:127.0.0.1:$port"; do port=$((20000 + RANDOM % 12000)); done
}

# ended PID: has it ended, if only as a zombie?
ended() {
	local tries
	for tries in $(seq 1000); do
		[ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null || return 0
		sleep 0.01
	done
	echo "process $1 still runs"
	return 1
}

# refuses WORD... -- ARGUMENT...: vboard says one line with the words, ends with status 1, and makes no file.
refuses() {
	local words=() word code=0
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	find . | sort >before
	timeout 30 "$VBOARD" "$@" >out 2>err || code=$?
	cat err
	find . | sort | diff before - | grep -v '\./\(before\|out\|err\)$' | grep '^[<>]' && return 1
	[ "$code" = 1 ] && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -q '^Error: ' err || return 1
	for word in "${words[@]}"; do grep -qF -- "$word" err || return 1; done
}

# A program with something to look at.
program_to_debug() {
	cat >debug.c <<-'END'
		#include <stdint.h>
		extern void start(void);
		__attribute__((section(".vectors"), used)) void *const vectors[] = {(void *)0x20004000, (void *)start};
		volatile uint32_t counter, last;
		__attribute__((noinline)) uint32_t square(uint32_t n)
		{
			uint32_t result = n * n;
			last = result;
			return result;
		}
		__attribute__((noinline)) uint32_t outer(uint32_t n)
		{
			uint32_t sum = square(n);
			sum += 1;
			return sum;
		}
		void start(void)
		{
			counter = 0;
			for (;;) {
				outer(counter);
				counter++;
			}
		}
	END
	arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -O0 -g -ffreestanding -nostdlib -nostartfiles -Wl,--build-id=none \
		-Wl,--section-start=.vectors=0x08000000 -Wl,-Ttext=0x08000100 -Wl,-Tbss=0x20000000 -Wl,-e,start -o debug.elf debug.c \
		2>gcc.log || { cat gcc.log; return 1; }
}

# debug COMMAND...: GDB with OpenOCD at the end of a pipe, so that no port is needed. Its output is in gdb.out.
debug() {
	local arguments=() command
	rm -f "$VBOARD_STATS"
	for command in "$@"; do arguments+=(-ex "$command"); done
	timeout 180 gdb-multiarch -nx -batch -ex 'set pagination off' -ex 'set confirm off' -ex "file debug.elf" \
		-ex "target extended-remote | openocd -f '$HOME_DIR/openocd/board/virtual-stm32l152rb.cfg' -c 'gdb_port pipe; log_output openocd.log; telnet_port disabled; tcl_port disabled'" \
		"${arguments[@]}" -ex "monitor shutdown" >gdb.out 2>&1 </dev/null || true
	cat gdb.out
	[ "$(stat unmodelled)" = 0 ]
}

# Two sectors of 4 KiB with known bytes.
pattern() {
	seq -w 10000 11999 | head -c 8192
}

# ---- OpenOCD ---------------------------------------------------------------------------------------------------

@test "openocd's own target file finds the chip" {
	board "init; targets; flash probe 0" "puts [lindex [flash list] 0]" shutdown
	grep -q 'tap/device found: 0x4ba00477' "$err"
	grep -q 'tap/device found: 0x06416041' "$err"
	grep -q '6 breakpoints, 4 watchpoints' "$err"
	[[ "$stdout" == *"size 131072"* || "$stdout" == *"size 0x20000"* ]]
}

@test "reset halt, reset init and reset run do what they say" {
	program_to_debug
	board "init; reset halt; program debug.elf; reset halt" "puts [get_reg pc]" \
		"reset init; puts [[target current] curstate]" "reset run; sleep 20; puts [[target current] curstate]" \
		"halt; puts [expr {[read_memory 0x20000000 32 1] > 10}]" shutdown
	pc=$(arm-none-eabi-nm debug.elf | sed -n 's/ T start$//p')
	[ "$stdout" = "pc 0x$pc
halted
running
1" ] || { show; return 1; }
}

@test "program verifies what it wrote, and notices what differs" {
	pattern >image.bin
	board "program image.bin verify 0x08000000" shutdown
	grep -q 'Verified OK' "$err"
	[ "$(stat flash_half_pages)" = 64 ]
	[ "$(stat flash_overwrites)" = 0 ]
	cmp -n 8192 image.bin "$VBOARD_FLASH"
	printf X >>image.bin
	nameplate_bare "$NO_PORTS; init; reset halt; verify_image image.bin 0x08000000" shutdown
	[ "$status" = 1 ]
}

@test "flash info knows the geometry and the size from the device" {
	board "init; reset halt" "puts [flash info 0]" shutdown
	[[ "$stdout" == *"stm32l1x at 0x08000000, size 0x00020000"* || "$stdout" == *"stm32lx at 0x08000000, size 0x00020000"* ]] || { show; return 1; }
}

@test "flash erase_sector erases its sectors and no others" {
	head -c 131072 /dev/zero | tr '\0' '\377' >"$VBOARD_FLASH"
	board "init; reset halt; flash erase_sector 0 1 2" shutdown
	[ "$(stat flash_pages_erased)" = 32 ]
	{ head -c 4096 /dev/zero | tr '\0' '\377'; head -c 8192 /dev/zero; head -c 118784 /dev/zero | tr '\0' '\377'; } | cmp - "$VBOARD_FLASH"
}

@test "flash fillw writes words that mdw and dump_image read back" {
	board "init; reset halt; flash fillw 0x08010000 0xCAFEF00D 32" "puts [read_memory 0x0801007C 32 2]" \
		"dump_image dump.bin 0x08010000 256" shutdown
	[ "$stdout" = "0xcafef00d 0x0" ]
	[ "$(od -An -tx1 -N4 dump.bin | tr -d ' ')" = 0df0feca ]
	[ "$(wc -c <dump.bin)" = 256 ]
}

@test "dump_image reads the whole flash as the file holds it" {
	{ head -c 256 /dev/zero; head -c 130816 /dev/urandom; } >"$VBOARD_FLASH" # no vectors: random code must not run
	board "init; reset halt; dump_image dump.bin 0x08000000 0x20000" shutdown
	cmp dump.bin "$VBOARD_FLASH"
	[ "$(stat flash_ops)" = 0 ]
}

@test "mww, mwh and mwb write RAM that mdw, mdh and mdb read" {
	board "init; reset halt; mww 0x20000000 0x11223344; mwb 0x20000001 0xAB; mwh 0x20000002 0xCDEF" \
		"puts [mdw 0x20000000]; puts [mdh 0x20000002]; puts [mdb 0x20000001]" shutdown
	grep -q 'cdefab44' <<<"$stdout$(cat "$err")"
}

@test "an address where nothing is fails, and the session goes on" {
	board "init; reset halt" "puts [catch {read_memory 0x60000000 32 1}]" "mww 0x20000000 7" \
		"puts [read_memory 0x20000000 32 1]" shutdown
	[ "$stdout" = "1
0x7" ]
}

@test "bp and wp stop the program" {
	program_to_debug
	square=$(arm-none-eabi-nm debug.elf | sed -n 's/ T square$//p')
	counter=$(arm-none-eabi-nm debug.elf | sed -n 's/ B counter$//p')
	board "program debug.elf; reset halt; bp 0x$square 2 hw; resume; wait_halt 1000" "puts [get_reg pc]" \
		"rbp 0x$square; wp 0x$counter 4 w; resume; wait_halt 1000; resume; wait_halt 1000" \
		"puts [read_memory 0x$counter 32 1]" shutdown
	[ "$stdout" = "pc 0x$square
0x2" ] || { show; return 1; }
}

# ---- GDB -------------------------------------------------------------------------------------------------------

@test "gdb loads a program and compares its sections" {
	program_to_debug
	debug "monitor reset halt" load compare-sections
	grep -q 'Transfer rate' gdb.out
	[ "$(grep -c 'matched\.' gdb.out)" -ge 2 ]
	! grep -q MIS-MATCHED gdb.out || return 1
	[ "$(stat flash_half_pages)" -gt 0 ]
}

@test "gdb breaks, prints, shows the stack and finishes" {
	program_to_debug
	debug "monitor reset halt" load "monitor reset halt" "break square" continue continue continue "print n" backtrace \
		finish "print sum" next "print sum" "print last"
	grep -q 'Breakpoint 1, square (n=2)' gdb.out
	grep -q '^#0 .*square (n=2)' gdb.out
	grep -q '^#1 .*outer (n=2)' gdb.out
	grep -q '^#2 .*start ()' gdb.out
	grep -q 'Value returned is .* = 4' gdb.out
	grep -q ' = 4$' gdb.out
}

@test "gdb steps by line, by instruction, and into a call" {
	program_to_debug
	debug "monitor reset halt" load "monitor reset halt" "break outer" continue "print \$pc" stepi "print \$pc" step \
		"info symbol \$pc" "delete" "tbreak start" "monitor reset halt" continue next next "print counter"
	grep -q 'square (n=0) at debug.c' gdb.out
	grep -q '^square.* in section .text' gdb.out
	[ "$(sed -n 's/^\$[12] = .*0x\([0-9a-f]*\) .*/\1/p' gdb.out | uniq | wc -l)" = 2 ]
}

@test "gdb's watchpoints fire, with the old and the new value" {
	program_to_debug
	debug "monitor reset halt" load "monitor reset halt" "tbreak outer" continue "watch counter" continue continue "delete" \
		"rwatch last" "awatch counter" "info watchpoints" continue
	grep -q 'Hardware watchpoint 2: counter' gdb.out
	grep -A3 '^Hardware watchpoint 2: counter' gdb.out | grep -q 'Old value = 0'
	grep -q '^New value = 1' gdb.out
	grep -q '^New value = 2' gdb.out
	grep -q 'Hardware access (read/write) watchpoint' gdb.out
}

@test "gdb writes variables, registers and memory" {
	program_to_debug
	debug "monitor reset halt" load "monitor reset halt" "tbreak square" continue "set var n = 12" finish "print last" \
		"set var counter = 100" "print counter" "set \$r4 = 0x1234" "print/x \$r4"
	grep -q ' = 144$' gdb.out
	grep -q ' = 100$' gdb.out
	grep -q ' = 0x1234$' gdb.out
}

# ---- the flash file --------------------------------------------------------------------------------------------

@test "the flash survives the process" {
	board "init; reset halt; flash fillw 0x08010000 0x12345678 32" shutdown
	board "init; reset halt" "puts [read_memory 0x08010000 32 1]" shutdown
	[ "$stdout" = 0x12345678 ]
}

@test "a flash file that was removed is a new device, as shipped, whatever was kept beside it" {
	BOARD=virtual-stm32l476rg
	nameplate_bare "nameplate lock"
	expect "locked=4096"
	[ -s "$VBOARD_FLASH.options" ]
	printf x >"$VBOARD_FLASH.unstable"
	rm "$VBOARD_FLASH"
	nameplate_bare "program_serial 42"
	expect "serial=42"
	[ ! -e "$VBOARD_FLASH.options" ]
	[ ! -e "$VBOARD_FLASH.unstable" ]
}

@test "SIGKILL in the middle of programming leaves a flash file of old and new half pages only" {
	head -c 65536 /dev/zero | tr '\0' '\245' >image.bin
	for delay in 0.35 0.5 0.7 0.9; do
		rm -f "$VBOARD_FLASH"
		timeout 120 openocd -f "$HOME_DIR/openocd/board/virtual-stm32l152rb.cfg" -c "$NO_PORTS" \
			-c "program image.bin 0x08000000 exit" \
			>"$out" 2>"$err" </dev/null 3>&- &
		openocd_pid=$!
		sleep "$delay"
		vboard_pid=$(pgrep -f "vboard .*--flash $VBOARD_FLASH " | head -n 1)
		[ -z "$vboard_pid" ] || kill -KILL "$vboard_pid"
		wait "$openocd_pid" || true
		[ "$(wc -c <"$VBOARD_FLASH")" = 131072 ]
		# Each of its 1,024 half pages is all old or all new.
		[ "$(od -An -v -tx1 -w128 "$VBOARD_FLASH" | sed 's/ //g' | sort -u | grep -vcE '^(00|a5)+$')" = 0 ]
		[ "$(od -An -v -tx1 -w128 "$VBOARD_FLASH" | sort -u | wc -l)" -le 2 ]
		rm -f "$XDG_RUNTIME_DIR"/*.sock
		board "init; reset halt; flash erase_sector 0 0 0; flash fillw 0x08000000 1 32" shutdown
	done
}

@test "two boards at once do not collide" {
	pattern >image.bin
	for n in 1 2; do
		VBOARD_FLASH=$BATS_TEST_TMPDIR/flash$n VBOARD_STATS=$BATS_TEST_TMPDIR/stats$n timeout 120 openocd \
			-f "$HOME_DIR/openocd/board/virtual-stm32l152rb.cfg" -c "$NO_PORTS" \
			-c "init; reset halt; flash write_image erase image.bin 0x0800${n}000" \
			-c "verify_image image.bin 0x0800${n}000; shutdown" >"out$n" 2>"err$n" </dev/null 3>&- &
		eval "pid$n=$!"
	done
	wait "$pid1" || { cat err1; return 1; }
	wait "$pid2" || { cat err2; return 1; }
	cmp -n 8192 image.bin <(tail -c +4097 flash1)
	cmp -n 8192 image.bin <(tail -c +8193 flash2)
}

@test "the same flash file twice is refused while the first board lives" {
	start --flash "$VBOARD_FLASH" --listen "unix:$PWD/a.sock"
	first=$pid
	refuses "in use" flash -- --chip stm32l152rb --flash "$VBOARD_FLASH" --listen "unix:$PWD/b.sock"
	kill -TERM "$first"
	ended "$first"
	start --flash "$VBOARD_FLASH" --listen "unix:$PWD/b.sock"
	kill -TERM "$pid"
	ended "$pid"
}

# ---- lifetime --------------------------------------------------------------------------------------------------

@test "it ends with its connection, and writes its counters" {
	free_port
	start --flash "$VBOARD_FLASH" --stats "$VBOARD_STATS" --listen "tcp:127.0.0.1:$port"
	exec 4<>"/dev/tcp/127.0.0.1/$port"
	printf '040404R' >&4
	IFS= read -r -n 1 -t 5 answer <&4
	[[ "$answer" == [01] ]]
	[ -e "/proc/$pid" ]
	exec 4>&-
	ended "$pid"
	wait "$pid"
	[ "$(stat tck)" = 3 ]
}

@test "counters of an earlier board are gone from the start, and a pipe for them is written to, not replaced" {
	free_port
	echo tck=999 >"$VBOARD_STATS"
	start --flash "$VBOARD_FLASH" --stats "$VBOARD_STATS" --listen "tcp:127.0.0.1:$port"
	for tries in $(seq 1000); do # it listens before it has opened its flash
		[ -e "$VBOARD_STATS" ] || break
		sleep 0.01
	done
	[ ! -e "$VBOARD_STATS" ]
	kill "$pid"
	wait "$pid" || true
	[ "$(stat tck)" = 0 ]
	rm "$VBOARD_STATS"
	mkfifo "$VBOARD_STATS"
	start --flash "$VBOARD_FLASH" --stats "$VBOARD_STATS" --listen "tcp:127.0.0.1:$port"
	kill "$pid"
	timeout 10 grep -q tck=0 "$VBOARD_STATS"
	wait "$pid" || true
	[ -p "$VBOARD_STATS" ]
}

@test "it ends when the other side says Q" {
	free_port
	start --flash "$VBOARD_FLASH" --listen "tcp:127.0.0.1:$port"
	exec 4<>"/dev/tcp/127.0.0.1/$port"
	printf Q >&4
	ended "$pid"
	wait "$pid"
	exec 4>&-
}

@test "it ends with its owner, connected or not" {
	for connected in no yes; do
		sleep 60 3>&- &
		owner=$!
		free_port
		start --flash "$VBOARD_FLASH" --listen "tcp:127.0.0.1:$port" --owner "$owner"
		[ $connected = no ] || exec 4<>"/dev/tcp/127.0.0.1/$port"
		kill "$owner"
		wait "$owner" || true
		ended "$pid"
		[ $connected = no ] || exec 4>&-
	done
}

@test "SIGTERM ends it with status 0 and removes the socket" {
	start --flash "$VBOARD_FLASH" --listen "unix:$PWD/a.sock" --stats "$VBOARD_STATS"
	kill -TERM "$pid"
	ended "$pid"
	wait "$pid"
	[ ! -e a.sock ]
	[ "$(stat flash_ops)" = 0 ]
	free_port
	start --flash "$VBOARD_FLASH" --listen "tcp:127.0.0.1:$port"
	exec 4<>"/dev/tcp/127.0.0.1/$port"
	kill -TERM "$pid"
	ended "$pid"
	wait "$pid"
	exec 4>&-
}

@test "in the background it returns when the socket is open, and holds no pipe of its caller" {
	said=$(timeout 30 "$VBOARD" --chip stm32l152rb --flash "$VBOARD_FLASH" --listen "unix:$PWD/a.sock" --log log --background 2>&1)
	[ -z "$said" ]
	[ -S a.sock ]
	pid=$(pgrep -f "vboard .*--flash $VBOARD_FLASH ")
	kill -TERM "$pid"
	ended "$pid"
	[ ! -e a.sock ]
}

@test "killing openocd ends the board" {
	timeout 120 openocd -f "$HOME_DIR/openocd/board/virtual-stm32l152rb.cfg" -c "$NO_PORTS" \
		-c "init; reset halt; while 1 {mdw 0x20000000}" >"$out" 2>"$err" </dev/null 3>&- &
	outer=$!
	for tries in $(seq 1000); do
		pid=$(pgrep -f "vboard .*--flash $VBOARD_FLASH " | head -n 1)
		[ -n "$pid" ] && grep -q 'xPSR' "$err" && break
		sleep 0.02
	done
	[ -n "$pid" ]
	kill -KILL "$(pgrep -P "$outer" openocd)"
	ended "$pid"
}

# ---- the command line ------------------------------------------------------------------------------------------

@test "help and the list of chips are printed on stdout" {
	"$VBOARD" --help | grep -q '^Usage: vboard --chip NAME'
	"$VBOARD" --list-chips | grep -q '^stm32l152rb  Cortex-M3, 128 KiB flash, 16 KiB RAM$'
	"$VBOARD" --list-models | grep -qx 'stm32l476rg  flash_stm32l4x, l4x_stm32l47; ECC granule 8'
	"$VBOARD" --list-models | grep -qx 'stm32f767zi-dual  flash_stm32f2x, stm32f2x_f76_dual; ECC granule 0'
}

@test "completion: the options of the help, parts, probes, files" {
	file=$HOME_DIR/tools/vboard/vboard.bash
	PATH=$(dirname "$VBOARD"):$PATH
	[ "$(completes "$file" vboard -- | wc -l)" = "$("$VBOARD" --help | grep -c '^  --')" ]
	for word in $(completes "$file" vboard --); do
		run "$VBOARD" "$word"
		[[ "$output" != *"no such option"* ]]
	done
	[ "$(completes "$file" vboard --chip stm32l1)" = stm32l152rb ]
	[ "$(completes "$file" vboard --probe '' | xargs)" = "bitbang stlink jlink cmsis-dap" ]
	touch device.flash
	[ "$(completes "$file" vboard --flash dev)" = device.flash ]
	[ -z "$(completes "$file" vboard --owner '')" ]
}

@test "wrong options are one line, status 1, and make no file" {
	refuses stm32l999 --list-chips -- --chip stm32l999 --flash f --listen "unix:$PWD/s"
	refuses "needed" -- --chip stm32l152rb --listen "unix:$PWD/s"
	refuses "needed" -- --chip stm32l152rb --flash f
	refuses "needed" -- --flash f --listen "unix:$PWD/s"
	refuses --flash "needs a value" -- --chip stm32l152rb --flash
	refuses --wrong -- --wrong
	refuses extra -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" extra
	for number in 0 -1 x 1x 100001 ''; do
		refuses --adapter-khz -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --adapter-khz "$number"
	done
	refuses --owner -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --owner nobody
	refuses --cut -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --cut 1:sideways
	refuses --unplug -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --unplug x
	refuses --probe -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --probe picoprobe
	refuses --probe -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --probe stlink:v9
	refuses --probe -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --probe jlink:v9
	refuses --serial -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --serial ""
	refuses --wait -- --chip stm32l152rb --flash f --listen "unix:$PWD/s" --wait 1
}

@test "bad listen addresses are refused" {
	for address in '' here tcp:1.2.3.4:5 tcp:127.0.0.1: tcp:127.0.0.1 tcp:128.0.0.1:5 tcp:127.0.0.256:5 tcp:127.0.0.1:65536 tcp:127.0.0.1:x tcp:127.0.0.1:-1 tcp:0.0.0.0:4000 unix: \
		"unix:$PWD/missing/s" "unix:$PWD/$(printf 'x%.0s' {1..120})"; do
		refuses --listen -- --chip stm32l152rb --flash f --listen "$address"
	done
}

@test "a port or a socket in use is refused" {
	free_port
	start --flash "$VBOARD_FLASH" --listen "tcp:127.0.0.1:$port"
	refuses "tcp:127.0.0.1:$port" "another port" -- --chip stm32l152rb --flash f --listen "tcp:127.0.0.1:$port"
	kill -TERM "$pid"
	ended "$pid"
	start --flash "$VBOARD_FLASH" --listen "unix:$PWD/a.sock"
	refuses a.sock "another path" -- --chip stm32l152rb --flash f --listen "unix:$PWD/a.sock"
	[ -S a.sock ] # the first one's is left alone
	kill -TERM "$pid"
	ended "$pid"
}

@test "flash files of the wrong size or in a wrong place are refused and left alone" {
	printf precious >small
	refuses small "8 bytes" 131072 -- --chip stm32l152rb --flash small --listen "unix:$PWD/s"
	[ "$(cat small)" = precious ]
	mkdir folder
	refuses folder -- --chip stm32l152rb --flash folder --listen "unix:$PWD/s"
	refuses missing/f -- --chip stm32l152rb --flash missing/f --listen "unix:$PWD/s"
	refuses small -- --chip stm32l152rb --flash small/f --listen "unix:$PWD/s"
	refuses /dev/null -- --chip stm32l152rb --flash /dev/null --listen "unix:$PWD/s"
}

# ports BASE PORT=MODER...: each port is there and reads as after a reset, port A to K after the base.
ports() {
	local base=$1 port VBOARD_FLASH=$BATS_TEST_TMPDIR/$BOARD.flash
	shift
	local commands=("gdb_port disabled; telnet_port disabled; tcl_port disabled" init "reset halt")
	for port in "$@"; do
		commands+=("puts \"${port%=*}=[format %08X [read_memory $((base + 0x400 * (0x$(printf %x "'${port%=*}") - 65))) 32 1]]\"")
	done
	nameplate_run "${commands[@]}" shutdown
	[ "$stdout" = "$(printf '%s\n' "$@")" ] && [ "$(stat unmodelled)" = 0 ] || { echo "$BOARD"; show; return 1; }
}

@test "every port is there, with its reset value (ST's headers, its SVD files, and RM0351, RM0456, RM0433)" {
	local full=FFFFFFFF
	local ab='A=ABFFFFFF B=FFFFFEBF' cd="C=$full D=$full" eg="E=$full F=$full G=$full"
	BOARD=virtual-stm32l476rg ports 0x48000000 $ab $cd $eg H=0000000F
	BOARD=virtual-stm32g071rb ports 0x50000000 A=EBFFFFFF B=$full $cd F=$full
	BOARD=virtual-stm32g0b1re ports 0x50000000 A=EBFFFFFF B=$full $cd E=$full F=$full
	BOARD=virtual-stm32g474re ports 0x48000000 $ab $cd $eg
	BOARD=virtual-stm32wb55rg ports 0x48000000 $ab $cd E=000003FF H=000000CF
	BOARD=virtual-stm32wle5jc ports 0x48000000 $ab C=FC003FFF H=000000C0
	BOARD=virtual-stm32l552ze ports 0x42020000 $ab $cd $eg H=0000000F
	BOARD=virtual-stm32u575zi ports 0x42020000 $ab $cd $eg H=$full I=$full
	BOARD=virtual-stm32h743zi ports 0x58020000 $ab $cd $eg H=$full I=$full J=$full K=$full
}
