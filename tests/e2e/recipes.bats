# SPDX-License-Identifier: MIT
# CONTRIBUTING.md, followed on a copy of the project: what its lists say is enough, and each file on them is needed.

load ../lib/helpers

setup() {
	nameplate_setup
	unset MAKEFLAGS MAKELEVEL MFLAGS
	project_copy copy
	# Objects are as old as their sources, so only what a recipe changes is built.
	mkdir copy/build
	cp -a "$HOME_DIR"/build/{vboard.o,tool.o,tool.gen,vboard,nameplate} copy/build/
	cd copy
}
teardown() { nameplate_teardown; }

# listed TITLE: the files of that recipe's table; placeholders in capitals are replaced by NAME=VALUE...
listed() {
	local title=$1 files replace
	shift
	files=$(awk -v title="### $title" 'index($0, title) == 1 { on = 1; next } /^##/ { on = 0 } on && /^\| `/' CONTRIBUTING.md |
		sed 's/^| `\([^`]*\)`.*/\1/')
	for replace; do files=${files//${replace%%=*}/${replace#*=}}; done
	sort <<<"$files"
}

# only_listed TITLE NAME=VALUE...: what was changed here is what the recipe lists.
only_listed() {
	diff <(listed "$@") <({ git diff --name-only; git ls-files --others --exclude-standard; } | sort)
}

# after FILE PATTERN TEXT: puts it after the first line that matches; TEXT may have several lines.
after() {
	TEXT=$3 awk -v pattern="$2" '{ print } !done && $0 ~ pattern { print ENVIRON["TEXT"]; done = 1 } END { exit !done }' "$1" >new
	cat new >"$1"
	rm new
}

@test "a virtual chip: three files, and the main job is done on it" {
	awk '/^\t\{$/ { row = "" } { row = row $0 "\n" } /\.name = "stm32g071rb"/ { mine = 1 }
		/^\t\},$/ { if (mine) { gsub("stm32g071rb", "stm32g081rb", row); printf "%s", row; exit } }' tools/vboard/parts/chips.c >row
	after tools/vboard/parts/chips.c '^const struct chip chips' "$(cat row)"
	rm row
	after firmware/chips.txt '^stm32g071rb' 'stm32g081rb       stm32g081xb      0x20000000 0x9000   -                 -'
	sed 's/G071RB/G081RB/; s/stm32g071rb/stm32g081rb/' openocd/board/virtual-stm32g071rb.cfg >openocd/board/virtual-stm32g081rb.cfg
	only_listed "A virtual chip" CHIP=stm32g081rb
	make -s vboard tool build/firmware/stm32g081rb/demo.elf >"$out" 2>&1 || { cat "$out"; return 1; }
	VBOARD=$PWD/build/vboard openocd_run -f openocd/board/virtual-stm32g081rb.cfg -c "program_serial 42"
	expect "serial=42"
}

@test "a type of value: four files, and OpenOCD and the host tool write the same bytes" {
	after openocd/nameplate/value.tcl '^	file {file' '	ipv4 {ipv4    4 4}'
	after openocd/nameplate/value.tcl '^		file    { set bytes' '		ipv4    { set bytes [_np_value_ipv4 $text] }'
	sed -i 's/^proc _np_value_file /proc _np_value_ipv4 {text} {\n	if {![regexp {^([0-9]+)\\.([0-9]+)\\.([0-9]+)\\.([0-9]+)$} $text all a b c d]} {\n		return -code error "is no address: give one like 192.0.2.1"\n	}\n	return [list $a $b $c $d]\n}\n\n&/' \
		openocd/nameplate/value.tcl
	sed -i 's/hex mac file;/hex mac file ipv4;/' openocd/nameplate.tcl
	sed -i 's/HOW_FILE }/HOW_FILE, HOW_IPV4 }/' tools/nameplate/value.h
	after tools/nameplate/value.c '^	{"file", HOW_FILE' '	{"ipv4", HOW_IPV4, TYPE_BYTES, 4, NULL},'
	after tools/nameplate/value.c 'return parse_file.text, value.;' '	case HOW_IPV4:
		value->length = 4;
		return sscanf(text, "%hhu.%hhu.%hhu.%hhu", &value->bytes[0], &value->bytes[1], &value->bytes[2], &value->bytes[3]) == 4
			? NULL : "is no address: give one like 192.0.2.1";'
	only_listed "A type of value"
	make -s tool >"$out" 2>&1 || { cat "$out"; return 1; }
	openocd_run -f openocd/board/virtual-stm32l152rb.cfg -c "set NAMEPLATE_IMAGE {}" -c "program_vars addr:ipv4=192.0.2.1"
	expect "addr=c0000201"
	build/nameplate encode --chip stm32l152rb --whole --format bin -o here.bin addr:ipv4=192.0.2.1
	build/nameplate decode --chip stm32l152rb here.bin >"$out"
	grep -q '^addr  *hex  *c0000201 ' "$out"
	grep -q ipv4 <<<"$(build/nameplate --help)"
	openocd_run -f openocd/board/virtual-stm32l152rb.cfg -c "set NAMEPLATE_IMAGE {}" -c "program_vars addr:ipv4=here"
	refused 'is no address: give one like 192.0.2.1'
}

@test "a subcommand in OpenOCD: two files, and usage, help and refusals know it" {
	after openocd/nameplate/commands.tcl '^set _np_subcommands' '	count   {0 0    {}           {}       _np_do_count   {say how many variables there are}}'
	after openocd/nameplate/list.tcl '^# ---- nameplate list' 'proc _np_do_count {words flag} {
	return _np_count
}

proc _np_count {} {
	_np_result "count=[llength [_np_store_live [_np_store_scan [_np_region [_np_banks]]]]]"
	_np_leave 0 0
}
'
	only_listed "A subcommand"
	bare() { openocd_run -f openocd/board/virtual-stm32l152rb.cfg -c "set NAMEPLATE_IMAGE {}" "$@"; }
	bare -c "program_vars a=1 b=2"
	[ "$status" = 0 ] || { show; return 1; }
	bare -c "nameplate count"
	expect "count=2"
	bare -c "nameplate count twice"
	refused 'nameplate count takes no arguments, and was given "twice"'
}

@test "an output format: two files, and help, list and completion know it" {
	cat >tools/nameplate/formats/words.c <<-'C'
		/* SPDX-License-Identifier: MIT */
		/* A line for each word: its address and what it is, as for a script of one's own. */
		#include "formats.h"

		static void words_write(const struct output *output, FILE *to)
		{
			for (size_t i = 0; i < output->count; i++)
				for (uint32_t at = output->runs[i].start; at < output->runs[i].start + output->runs[i].size; at += 4)
					fprintf(to, "0x%08X 0x%02X%02X%02X%02X\n", (unsigned)(output->region->base + at), output->flash[at + 3],
						output->flash[at + 2], output->flash[at + 1], output->flash[at]);
		}

		const struct format words_format = {.name = "words", .help = "addresses and words", .write = words_write, .takes = PARTS};
	C
	sed -i 's/row(ihex)/row(ihex) row(words)/' tools/nameplate/formats/formats.c
	only_listed "An output format" FORMAT=words
	make -s tool >"$out" 2>&1 || { cat "$out"; return 1; }
	build/nameplate --list-formats | grep -q '^words  *addresses and words$'
	build/nameplate encode --chip stm32l152rb --format words serial=42 >words
	grep -q '^0x0801E[0-9A-F]* 0x0000002A$' words
	export PATH=$PWD/build:$PATH COMP_CWORD=5
	COMP_WORDS=(nameplate encode --chip stm32l152rb --format wo)
	source tools/nameplate/nameplate.bash
	_nameplate
	[ "${COMPREPLY[*]}" = words ]
}

@test "every file that the pages for contributors name is there" {
	for page in CONTRIBUTING.md ARCHITECTURE.md SECURITY.md; do
		for name in $(grep -oE '`(firmware|openocd|gdb|tests|tools|Makefile)[a-zA-Z0-9_./-]*`?|\]\([A-Za-z/._-]+' $page | tr -d '`]('); do
			[[ "$name" == *[A-Z][A-Z]* && "$name" != *.md ]] || [ -e "$name" ] || { echo "$page: $name"; return 1; }
		done
	done
	[ "$(wc -l <ARCHITECTURE.md)" -le 60 ]
	for name in $(listed "A probe"); do [ -f "$name" ] || { echo "$name"; return 1; }; done
}
