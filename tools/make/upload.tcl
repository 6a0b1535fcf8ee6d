# SPDX-License-Identifier: MIT
# What nameplate.mk and nameplate.cmake have OpenOCD do; they say it in the environment, where no shell looks at it:
#     NAMEPLATE_FIRMWARE  the image, or nothing to leave the firmware alone
#     NAMEPLATE_SERIAL    the serial number, or nothing; SERIAL goes first
#     NAMEPLATE_VARS      a list of NAME[:TYPE][:secret]=VALUE; VARS goes first
#     NAMEPLATE_WORDS     options, a list: verify, noverify or expect LINE; keep
#     NAMEPLATE_BASE, NAMEPLATE_TIMEOUT ...  any setting of Nameplate's
#     NAMEPLATE_GIVEN     the variables that make was given on its command line
#     NAMEPLATE_KNOWN     those that it can be given
#     NAMEPLATE_MAKEFILES  the project's files that make has read
# To be sourced after the board and nameplate.tcl, and then run with -c "{*}[_np_make_job]".

proc _np_make_env {args} {
	foreach name $args {
		if {[info exists ::env($name)] && $::env($name) ne ""} {
			return $::env($name)
		}
	}
	return ""
}

# A misspelt variable would be one that make takes no notice of. But a project has variables of its own: misspelt is what no makefile
# names, and what is one slip from a variable of ours or begins as ours do.
proc _np_make_check {} {
	set known [_np_make_env NAMEPLATE_KNOWN]
	foreach name [_np_make_env NAMEPLATE_GIVEN] {
		if {$name in $known} {
			continue
		}
		set near [_np_nearest [string toupper $name] $known]
		set ours [string match NAMEPLATE_* $name]
		if {($ours || [_np_slips [string toupper $name] $near] < 2) && ![_np_make_names $name]} {
			_np_fail "nothing reads [_np_quote $name], which make was given: the nearest variable is $near"
		}
	}
}

# Whether one of the makefiles has this word.
proc _np_make_names {word} {
	foreach path [_np_make_env NAMEPLATE_MAKEFILES] {
		if {[catch {_np_file_open $path} file]} {
			continue
		}
		set words [regexp -all -inline {[A-Za-z0-9_]+} [read $file]]
		close $file
		if {$word in $words} {
			return 1
		}
	}
	return 0
}

# The command with its arguments; or the command that is given, to which only the settings matter.
proc _np_make_job {args} {
	if {[catch _np_make_check text]} {
		return [list _np_command _np_fail $text]
	}
	foreach {name default check} $::_np_settings {
		if {[_np_make_env $name] ne ""} {
			set ::$name [_np_make_env $name]
		}
	}
	if {[llength $args] > 0} {
		return $args
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
