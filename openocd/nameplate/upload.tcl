# SPDX-License-Identifier: MIT
# program_serial and program_vars, step by step: parse, check, program, append, read back, run, leave.

# ---- the arguments ------------------------------------------------------------------------------------------------

# The serial number as a variable: decimal, hex, text:TEXT, or out of the ledger.
proc _np_serial_var {word} {
	set series [_np_next_series $word serial]
	if {$series ne ""} {
		return [_np_new_next serial "" 0 $series]
	}
	if {[string match text:* $word]} {
		return [_np_var_parse serial:text=[string range $word 5 end] 0]
	}
	set quoted "serial number [_np_quote $word]"
	if {[regexp {^0+([0-9]+)$} $word all plain]} {
		_np_fail "$quoted has a leading zero, which some tools read as octal: write $plain"
	}
	if {[catch {_np_value_integer u32 $word} value]} {
		_np_fail "$quoted $value"
	}
	return [_np_var_make serial 0 $value 0]
}

# Whether a word looks like a file's name rather than like one of ours.
proc _np_is_path {word} {
	return [expr {[regexp {[./\\]} $word] || ($word ne "" && [file exists $word])}]
}

# Whoever asks for the end of OpenOCD gets it, whatever else is wrong: noted before anything is refused.
proc _np_note_exit {words} {
	if {[lsearch -exact $words exit] >= 0} {
		set ::_np_exit 1
	}
}

# Takes `expect LINE` out of the words; returns them without it, and the line.
proc _np_take_expect {words} {
	set at [lsearch -exact $words expect]
	if {$at < 0} {
		return [list $words ""]
	}
	set line [lindex $words [expr {$at + 1}]]
	if {$line eq ""} {
		_np_note_exit $words
		_np_fail "expect needs the line that the firmware prints: expect {SN 42}"
	}
	return [list [lreplace $words $at [expr {$at + 1}]] $line]
}

# What the user asked for. The words that are left are options.
proc _np_options {ask words} {
	set verify ""
	foreach word $words {
		switch -- $word {
			verify   { set verify 1 }
			noverify { set verify 0 }
			keep     { dict set ask keep 1 }
			reset    { dict set ask reset 1 }
		}
	}
	if {[lsearch -exact $words verify] >= 0 && [lsearch -exact $words noverify] >= 0} {
		_np_fail "[dict get $ask command] cannot take both verify and noverify: choose one"
	}
	if {[dict get $ask expect] ne "" && $verify ne ""} {
		_np_fail "[dict get $ask command] cannot take both expect and\
			[expr {$verify ? {verify} : {noverify}}]: choose one"
	}
	if {[dict get $ask image] eq "" && [_np_setting NAMEPLATE_IMAGE] ne ""} {
		dict set ask image $::NAMEPLATE_IMAGE
		dict set ask own 1
	}
	dict set ask verify [expr {$verify eq "" ? [dict get $ask own] : $verify}]
	if {[dict get $ask image] ne ""} {
		dict set ask loaded [_np_image_open [dict get $ask image]]
		_np_region_linked [dict get $ask image] [dict get $ask loaded linked]
	}
	return $ask
}

# Nothing has been connected to yet.
proc _np_parse_serial {words} {
	if {[llength $words] == 0} {
		_np_fail "program_serial needs a serial number: program_serial 42"
	}
	set image ""
	lassign [_np_take_expect [lrange $words 1 end]] options line
	_np_note_exit $options
	set vars [list [_np_serial_var [lindex $words 0]]]
	set known {verify noverify keep reset exit}
	set word [lindex $options 0]
	if {[llength $options] > 0 && [lsearch -exact $known $word] < 0 && [_np_is_path $word]} {
		set image $word
		set options [lrange $options 1 end]
	}
	foreach word $options {
		if {[lsearch -exact $known $word] >= 0} {
			continue
		}
		if {[regexp {[./\\]} $word]} {
			_np_fail "unexpected [_np_quote $word]: the image, one file, comes right after the serial number;\
				braces hold a path with spaces together, {my fw.elf}"
		}
		_np_fail "unknown option [_np_quote $word]: the serial number is one argument; after it come the image\
			and the options [join $known {, }], expect LINE; braces hold a path with spaces together, {my fw.elf}"
	}
	return [_np_options [_np_new_ask program_serial $vars $image $line] $options]
}

# Tcl has taken note="two words" for two words, since the quote does not open one: put together again, with the one
# space that is left of any. A value that came as one word is never touched, whatever quotes it has.
proc _np_rejoin {words} {
	set whole {}
	set open {}
	foreach word $words {
		if {[llength $open] == 0 && ![regexp {^[^="]*="[^"]*$} $word]} {
			lappend whole $word
			continue
		}
		lappend open $word
		if {[llength $open] > 1 && [string index $word end] eq "\""} {
			regexp {^([^=]*)="(.*)"$} [join $open " "] all name value
			_np_say "$name=\"...\" is taken as one value with single spaces: write \"$name=...\" to have\
				every space\
				as it is"
			lappend whole "$name=$value"
			set open {}
		}
	}
	# Nothing closes it: it was no quote.
	return [concat $whole $open]
}

proc _np_parse_vars {words} {
	set image ""
	lassign [_np_take_expect $words] words line
	set known {verify noverify keep reset exit}
	set word [lindex $words 0]
	if {[llength $words] > 0 && [string first = $word] < 0 && [lsearch -exact $known $word] < 0 && [_np_is_path $word]} {
		set image $word
		set words [lrange $words 1 end]
	}
	set given {}
	set options {}
	set words [_np_rejoin $words]
	_np_note_exit $words
	foreach word $words {
		if {[string first = $word] >= 0} {
			lappend given $word
		} elseif {[lsearch -exact $known $word] >= 0} {
			lappend options $word
		} elseif {[regexp {[./\\]} $word]} {
			_np_fail [_np_hush $given "unexpected [_np_quote $word]: the image, one file, comes first, and a variable is\
				name=value; braces hold spaces together, {my fw.elf}"]
		} else {
			_np_fail [_np_hush $given "[_np_quote $word] has no =: write a variable as name=value or name:type=value; braces\
				hold spaces together, {note=two words}; the options are [join $known {, }], expect LINE"]
		}
	}
	if {[llength $given] == 0} {
		_np_fail "program_vars needs a variable: program_vars hwrev=B2"
	}
	return [_np_options [_np_new_ask program_vars [_np_vars_parse $given 0 _np_next_parse] $image $line] $options]
}

# ---- the steps ------------------------------------------------------------------------------------------------

proc _np_program_serial {words} {
	_np_program [_np_parse_serial $words]
}

proc _np_program_vars {words} {
	_np_program [_np_parse_vars $words]
}

proc _np_program {ask} {
	set ask [_np_ledger_check $ask]
	_np_connect
	set failed [catch {_np_upload $ask} vars]
	if {$failed} {
		_np_ledger_failed $vars
		# The firmware on the device may be half-programmed; it stays halted, or is let go with the debugger.
		catch {_np_restore_poll}
		return -code error $vars
	}
	_np_leave [expr {[dict get $ask image] ne "" || [dict get $ask verify] || [dict get $ask expect] ne ""}] [dict get $ask reset]
	_np_restore_poll
	foreach var $vars {
		_np_result "[dict get $var name]=[_np_var_shown $var]"
	}
}

# On a device without firmware the core locks up, which OpenOCD 0.12 calls an error while it connects: of a session that
# has seen that. (On the command line it is seen to before.)
proc _np_say_if_empty {banks} {
	if {!$::_np_once && ![catch {_np_read_memory [dict get [lindex $banks 0] base] 32 2} words] && [_np_is_blank [lindex $words 0]] &&
		[_np_is_blank [lindex $words 1]]} {
		_np_say "the device has no firmware yet (a lockup or double fault above is just that)"
	}
}

# Steps 2 to 6; returns the variables as the device has them now.
proc _np_upload {ask} {
	set image [dict get $ask image]
	# `reset init` sets the clock up for the upload; the few words of a serial do without, and then the target
	# is left as reset has left it.
	_np_reset [expr {$image ne "" ? "init" : "halt"}]
	set banks [_np_banks]
	set region [_np_region $banks [dict get $ask loaded linked]]
	_np_say_if_empty $banks
	if {$image ne ""} {
		set offset [_np_image_check $image [dict get $ask loaded] $banks $region]
	}
	_np_resume $region
	# All that may refuse comes before the first change to the flash.
	set nexts [_np_nexts $ask]
	# With an image all of it is looked at: it has to be there afterwards.
	set some [expr {$image eq "" && [llength $nexts] == 0}]
	set store [_np_store_scan_to_write $region [expr {$some ? [_np_var_items [dict get $ask vars]] : {}}]]
	set ask [_np_ledger_take $region $store $ask]
	set vars [_np_kept $region $store $ask]
	set plan [_np_plan_vars $region $store $vars]
	_np_ledger_begin $region
	if {$image ne ""} {
		set now [_np_program_beside $region $store $image [dict get $ask loaded] $offset]
		if {$now ne $store} {
			set plan [_np_plan_vars $region $now $vars]
		}
	}
	_np_ledger_begin $region
	_np_write_vars $region $plan $vars
	_np_ledger_read $region $nexts
	if {[catch {_np_verified $ask $vars} why]} {
		_np_fail "$why (what was to be written is on the device already)"
	}
	_np_ledger_done
	return $vars
}

# The firmware's word for it, as far as it was asked for.
proc _np_verified {ask vars} {
	if {[dict get $ask expect] ne ""} {
		_np_verify_expect [dict get $ask expect]
	} elseif {[dict get $ask verify]} {
		_np_verify_report $vars
	}
}

# With `keep`, a serial number that is there takes the place of the one that was given.
proc _np_kept {region store ask} {
	set entry [_np_store_serial $store]
	if {![dict get $ask keep] || $entry eq "" || ![_np_store_settled $region [dict get $store area] [list $entry]]} {
		return [dict get $ask vars]
	}
	set vars {}
	foreach var [dict get $ask vars] {
		lappend vars [expr {[dict get $var name] eq "serial" ? [_np_var_of $entry] : $var}]
	}
	return $vars
}

list
