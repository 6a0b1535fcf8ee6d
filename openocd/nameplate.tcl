# SPDX-License-Identifier: MIT
# Nameplate: gives every STM32 its own serial number during upload.
#
# Source this from a board file, before `init`:
#     source [find nameplate.tcl]
# It reads these variables when a command runs, all optional:
#     NAMEPLATE_IMAGE       the firmware that `program_serial 42` programs
#     NAMEPLATE_BASE        first address of the reserved region \  both or neither; by default
#     NAMEPLATE_SIZE        its size in bytes                    /  the region ends the flash
#     NAMEPLATE_SAVE_DIR    where a device's variables are kept while its only area is erased (.)
#     NAMEPLATE_BEFORE_WRITE  a command to run before the reserved flash is first changed; if it fails, nothing is
#                           written
#     NAMEPLATE_TIMEOUT     seconds that the firmware may take to report (10)
#     NAMEPLATE_MAX_OUTPUT  bytes that it may print while it does (65536)
#     NAMEPLATE_LEDGER      where `next` takes values from: a file, or postgresql://...
#     NAMEPLATE_LEDGER_PROGRAM  nameplate-ledger, if it is not found by itself

source [file join [file dirname [info script]] nameplate text.tcl]
source [file join [file dirname [info script]] nameplate message.tcl]

# OpenOCD 0.11 has no read_memory, and 0.12 registers it only at `init`, so the version decides here.
proc _np_require_version {} {
	if {![regexp {([0-9]+)\.([0-9]+)} [version] all major minor]} {
		return
	}
	if {$major > 0 || $minor >= 12} {
		return
	}
	_np_last_line "Error: Nameplate needs OpenOCD 0.12 or newer, and this is $major.$minor: install a newer one"
	return -code error -errorinfo {} ""
}
_np_require_version

# In this order each uses only those before it.
foreach _np_part {dialect data codec number file settings target core job blank read value var region protection flash walk store live save plan compact resume writer
	elf image list change dump rescue semihosting run verify ledger upload words lock commands session} {
	source [file join [file dirname [info script]] nameplate $_np_part.tcl]
}
unset _np_part
_np_overhear_pipe
_np_no_traces

proc program_serial {args} {
	_np_command _np_program_serial $args
}
add_usage_text program_serial "<serial> \[image\] \['verify'|'noverify'|'expect' line\] \['keep'\] \['reset'\]\
	\['exit'\]"
add_help_text program_serial "write the serial number (decimal or 0x hex, 0 to 4294967295, or text:TEXT, or next or\
	next:SERIES out of the ledger) into the reserved flash, after programming the image (by default the board\
	file's). verify: run the firmware and require that it reports the serial; noverify: do not; expect: run the\
	firmware and require that it prints this line (of any text; * and ? stand for anything), instead of our\
	report; keep: leave a serial alone that is already there; reset: leave the target running; exit: end OpenOCD"

proc program_vars {args} {
	_np_command _np_program_vars $args
}
add_usage_text program_vars "\[image\] name\[:type\]\[:secret\]=value... \['verify'|'noverify'|'expect' line\]\
	\['keep'\] \['reset'\] \['exit'\]"
add_help_text program_vars "write variables into the reserved flash, all of them or none, after programming the image.\
	Types: u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 text hex mac file; without one, a plain integer is u32 (or as\
	large as it needs), all else text. secret: never print it. The value next or next:SERIES comes out of the\
	ledger. The options are those of program_serial"

proc program_words {args} {
	_np_command _np_program_words $args
}
add_usage_text program_words "<address> <word>... \['reset'\] \['exit'\]"
add_help_text program_words "write words to erased flash at a fixed address outside the reserved flash, and read them\
	back"

proc nameplate {args} {
	_np_command _np_nameplate $args
}
add_usage_text nameplate [_np_nameplate_usage]
add_help_text nameplate [_np_nameplate_help]

# Telnet completes the public commands only.
lappend _telnet_autocomplete_skip {*}[info commands _np_*]

list
