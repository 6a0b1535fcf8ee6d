#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# An independent judge: QEMU's STM32F405 (netduinoplus2), its CPU and its semihosting, runs the demo over stores that our Tcl
# wrote on the virtual board. An STM32F207ZG has the same driver, cell and region (0x080E0000, 128 KiB) as an STM32F405RG.
# What QEMU's firmware prints must be, line by line, what `nameplate list -json` says of the same device.

load ../lib/helpers

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	make -s build/firmware/stm32f405rg-qemu/demo.elf
}

setup() {
	nameplate_setup
	BOARD=virtual-stm32f207zg
	judge=$HOME_DIR/build/firmware/stm32f405rg-qemu/demo.elf
}
teardown() { nameplate_teardown; }

# qemu_report: what QEMU's firmware prints with this device's region, and its status.
qemu_report() {
	dd if="$VBOARD_FLASH" of=region.bin bs=131072 skip=7 count=1 status=none
	[ "$(wc -c < region.bin)" = 131072 ] || return
	timeout --kill-after=1 20 qemu-system-arm -M netduinoplus2 -display none -monitor none -serial null \
		-semihosting-config enable=on,target=native -kernel "$judge" \
		-device loader,file=region.bin,addr=0x080E0000,force-raw=on < /dev/null > qemu.out 2> qemu.err
}

# judged: the same lines from both, the serial number's first, the others in any order: the list has them as they were first
# written, the reader as they stand on flash. The list is kept in list.json, QEMU's lines in qemu.out.
judged() {
	nameplate_bare "nameplate list -json"
	[ "$status" = 0 ]
	printf '%s\n' "$stdout" > list.json
	"$HOME_DIR/tests/families/report" < list.json > wanted || return
	qemu_report || { echo "QEMU failed:"; cat qemu.err; return 1; }
	diff <(head -n 1 wanted) <(head -n 1 qemu.out) && diff <(sort wanted) <(sort qemu.out) || return 1
}

write() {
	nameplate_bare "$@"
	[ "$status" = 0 ] || { show; return 1; }
}

@test "judged by QEMU: the region and the cell are the QEMU row's" {
	nameplate_bare "nameplate list -json"
	[[ "$stdout" = *"\"base\": $((0x080E0000)), \"size\": 131072,"* ]]
	arm-none-eabi-nm "$HOME_DIR/build/firmware/stm32f405rg-qemu/demo.elf" | grep -q '^080e0000 A _nameplate_start$'
}

@test "judged by QEMU: a device that never had a number" {
	# Something of the firmware's own, so that there is a flash file.
	write "program_words 0x08000000 0x12345678"
	judged
	[ "$(cat qemu.out)" = serial=none ]
}

@test "judged by QEMU: a serial number, then another" {
	write "program_serial 42"
	judged
	[ "$(cat qemu.out)" = serial=42 ]
	write "program_serial 4294967295"
	judged
	[ "$(cat qemu.out)" = serial=4294967295 ]
	write "program_serial text:SN-0042"
	judged
	[ "$(cat qemu.out)" = serial=SN-0042 ]
}

@test "judged by QEMU: variables of all types, an update, a deletion" {
	printf '\0\1\xff' > cal.bin
	write "program_serial 42"
	write "program_vars a:u8=255 b:u16=65535 c:u32=4294967295 d:u64=18446744073709551615 e:i8=-128 f:i16=-32768 \
		g:i32=-2147483648 h:i64=-9223372036854775808 i:f32=-0.1 j:f64=1e-300 k:text=0042 l:hex=00ff m:mac=aa-bb-CC-dd-ee-ff \
		n:file=cal.bin o=0x100000000 p=-5 q=007 inf:f32=0x7f800000 nan:f64=0x7ff8000000000001 zero:f32=-0.0 \
		{note=Grüße, two words \\ %s} empty:text= pin:secret=1234 key:hex:secret=00112233"
	judged
	[ "$(wc -l < qemu.out)" = 25 ]
	write "nameplate set b:u16=0 note=changed j:f64=-2.5"
	judged
	grep -qx 'note=changed' qemu.out
	write "nameplate delete c k"
	judged
	[ "$(wc -l < qemu.out)" = 23 ]
	write "nameplate delete serial"
	judged
	grep -qx 'serial=none' qemu.out
}

@test "judged by QEMU: a store that was erased and restored from a dump" {
	write "program_vars serial=7 hwrev=B2 gain:f32=1.0023 cal:hex=00112233"
	write "nameplate dump all.txt"
	write "nameplate erase"
	judged
	[ "$(cat qemu.out)" = serial=none ]
	write "nameplate restore all.txt"
	judged
	[ "$(wc -l < qemu.out)" = 4 ]
}

@test "judged by QEMU: what power cuts leave, with every bit torn as it falls" {
	local operation seed
	write "program_vars serial=42 hwrev=B2"
	cp "$VBOARD_FLASH" device
	for operation in 1 3 4 6 9; do
		for seed in 1 2; do
			cp device "$VBOARD_FLASH"
			rm -f "$VBOARD_FLASH.unstable"
			VBOARD_ARGS="--cut $operation:torn:$seed" nameplate_bare "program_vars serial=43 hwrev=C1"
			judged || { echo "cut at $operation, seed $seed"; return 1; }
			[[ "$(tr '\n' ' ' < qemu.out)" = "serial=42 hwrev=B2 " || "$(tr '\n' ' ' < qemu.out)" = "serial=43 hwrev=C1 " ]]
		done
	done
}

@test "judged by QEMU: somebody else's data" {
	write "program_serial 42"
	seq 1 2000 | dd of="$VBOARD_FLASH" bs=1 seek=$((0xE0000)) conv=notrunc status=none
	nameplate_bare "nameplate list -json"
	[[ "$stdout" = '{"state": "damaged"'* ]]
	! qemu_report || return 1
	[ "$(cat qemu.out)" = store=damaged ]
}

@test "judged by QEMU: random sets of variables, one after the other" {
	local round words
	write "program_serial 1"
	for round in $(seq 8); do
		words=$(python3 - "$round" <<-'EOF'
			import random, string, sys
			r = random.Random(int(sys.argv[1]))
			def value(kind):
			    if kind[0] in "ui":
			        bits = int(kind[1:])
			        low = 0 if kind[0] == "u" else -(1 << bits - 1)
			        return str(r.randint(low, low + (1 << bits) - 1))
			    if kind == "f32":
			        return "0x%08x" % r.getrandbits(32)
			    if kind == "f64":
			        return "0x%016x" % r.getrandbits(64)
			    if kind == "mac":
			        return ":".join("%02x" % r.getrandbits(8) for i in range(6))
			    if kind == "hex":
			        return r.randbytes(r.randint(1, 40)).hex()
			    return "".join(r.choice(string.ascii_letters + string.digits + "._-") for i in range(r.randint(0, 40)))
			kinds = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64", "mac", "hex", "text"]
			names = r.sample(["v%d" % i for i in range(12)], 5)
			for name in names:
			    kind = r.choice(kinds)
			    secret = ":secret" if r.random() < .2 else ""
			    print("%s:%s%s=%s" % (name, kind, secret, value(kind)), end=" ")
			print("serial=%d" % r.getrandbits(32))
		EOF
		)
		write "program_vars $words"
		judged || { echo "round $round: program_vars $words"; return 1; }
		[ "$(wc -l < qemu.out)" -ge 6 ]
	done
}
