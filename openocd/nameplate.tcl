# SPDX-License-Identifier: MIT
# Nameplate: gives every STM32 its own serial number during upload.
#
# Source this from a board file, before `init`:
#     source [find nameplate.tcl]
# It reads these variables when a command runs, all optional:
#     NAMEPLATE_IMAGE       the firmware that `program_serial 42` programs
#     NAMEPLATE_BASE        first address of the reserved region \  both or neither; by default
#     NAMEPLATE_SIZE        its size in bytes                    /  the region ends the flash
#     NAMEPLATE_TIMEOUT     seconds that the firmware may take to report (10)
#     NAMEPLATE_MAX_OUTPUT  bytes that it may print while it does (65536)

# OpenOCD 0.11 has no read_memory, and 0.12 registers it only at `init`, so the version decides here.
lappend _telnet_autocomplete_skip _np_require_version
proc _np_require_version {} {
	if {![regexp {([0-9]+)\.([0-9]+)} [version] all major minor]} {
		return
	}
	if {$major > 0 || $minor >= 12} {
		return
	}
	echo "Error: Nameplate needs OpenOCD 0.12 or newer, and this is $major.$minor: install a newer one"
	catch {shutdown error}
	return -code error -errorinfo {} ""
}
_np_require_version

foreach _np_part {message codec region image target store writer list semihosting upload} {
	source [file join [file dirname [info script]] nameplate $_np_part.tcl]
}
unset _np_part
_np_overhear_pipe

proc program_serial {args} {
	_np_command _np_program_serial $args
}
add_usage_text program_serial "<serial> \[image\] \['verify'|'noverify'\] \['keep'\] \['reset'\] \['exit'\]"
add_help_text program_serial "write the serial number (decimal or 0x hex, 0 to 4294967295) into the reserved flash, after programming the image (by default the board file's). verify: run the firmware and require that it reports the serial; noverify: do not; keep: leave a serial alone that is already there; reset: leave the target running; exit: end OpenOCD"

proc nameplate {args} {
	_np_command _np_nameplate $args
}
add_usage_text nameplate "'list' | 'get' 'serial' | 'erase' | 'run'"
add_help_text nameplate "list: show the values in the reserved flash; get serial: print the serial number alone; erase: erase the reserved flash and nothing else; run: run the firmware, pass its semihosting output through and end with its status"

list
