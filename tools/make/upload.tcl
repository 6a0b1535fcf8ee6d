# SPDX-License-Identifier: MIT
# What nameplate.mk and nameplate.cmake have OpenOCD do; they say it in the environment, where no shell looks at it:
#     NAMEPLATE_FIRMWARE  the image, or nothing to leave the firmware alone
#     NAMEPLATE_SERIAL    the serial number, or nothing; SERIAL goes first
#     NAMEPLATE_VARS      a list of NAME[:TYPE][:secret]=VALUE; VARS goes first
#     NAMEPLATE_WORDS     options, a list: verify, noverify or expect LINE; keep
#     NAMEPLATE_BASE, NAMEPLATE_SIZE  the reserved flash, or nothing for the default
# To be sourced after the board and nameplate.tcl, and then run with -c "{*}[_np_make_job]".

proc _np_make_env {args} {
	foreach name $args {
		if {[info exists ::env($name)] && $::env($name) ne ""} {
			return $::env($name)
		}
	}
	return ""
}

# The command with its arguments.
proc _np_make_job {} {
	foreach name {NAMEPLATE_BASE NAMEPLATE_SIZE} {
		if {[_np_make_env $name] ne ""} {
			set ::$name [_np_make_env $name]
		}
	}
	# No argument of the command: a path may look like anything.
	set ::NAMEPLATE_IMAGE [_np_make_env NAMEPLATE_FIRMWARE]
	set serial [_np_make_env SERIAL NAMEPLATE_SERIAL]
	set vars [_np_make_env VARS NAMEPLATE_VARS]
	set words [_np_make_env NAMEPLATE_WORDS]
	if {[llength $vars] == 0} {
		if {$serial eq ""} {
			return [list _np_command _np_fail "no serial number and no values: give SERIAL=42, or VARS=name=value"]
		}
		return [list program_serial $serial {*}$words]
	}
	if {[string match text:* $serial]} {
		set vars [linsert $vars 0 serial:text=[string range $serial 5 end]]
	} elseif {$serial ne ""} {
		set vars [linsert $vars 0 serial=$serial]
	}
	return [list program_vars {*}$vars {*}$words]
}

lappend _telnet_autocomplete_skip {*}[info commands _np_make_*]

list
