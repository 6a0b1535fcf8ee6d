# SPDX-License-Identifier: MIT
# The two commands, step by step: parse, check, program, append, read back, run, leave.

lappend _telnet_autocomplete_skip _np_program_serial _np_parse_program _np_serial_number _np_parse_image_word
lappend _telnet_autocomplete_skip _np_upload _np_plan_serial _np_show_entry _np_verify_report _np_nameplate
lappend _telnet_autocomplete_skip _np_nameplate_list _np_nameplate_get _np_nameplate_erase _np_nameplate_run

# ---- the words ------------------------------------------------------------------------------------------------

# The serial number out of the user's text, which is looked at by regular expressions only.
proc _np_serial_number {text} {
	set quoted [_np_quote $text]
	if {[regexp {^0[0-9]+$} $text]} {
		regsub {^0+([0-9])} $text {\1} plain
		_np_fail "serial number $quoted has a leading zero, which some tools read as octal: write $plain"
	}
	set range "give one from 0 to 4294967295, decimal or 0x hex"
	if {[regexp {^-[0-9]+$} $text] || [regexp {^[0-9]{11,}$} $text] ||
		[regexp {^0[xX]0*[1-9a-fA-F][0-9a-fA-F]{8,}$} $text]} {
		_np_fail "serial number $quoted is out of range: $range"
	}
	set serial [_np_integer $text]
	if {$serial eq ""} {
		_np_fail "serial number $quoted is not a number: $range"
	}
	if {$serial > 4294967295} {
		_np_fail "serial number $quoted is out of range: $range"
	}
	return $serial
}

# A dict of what the user asked for. Nothing has been connected to yet.
proc _np_parse_program {words} {
	if {[llength $words] == 0} {
		_np_fail "program_serial needs a serial number: program_serial 42"
	}
	set ask [dict create serial [_np_serial_number [lindex $words 0]] image "" own 0 verify "" keep 0 reset 0]
	set rest [lrange $words 1 end]
	set first 1
	foreach word $rest {
		switch -- $word {
			verify   { set verify 1 }
			noverify { set verify 0 }
			keep     { dict set ask keep 1 }
			reset    { dict set ask reset 1 }
			exit     { set ::_np_exit 1 }
			default  {
				dict set ask image [_np_parse_image_word $word $first]
			}
		}
		set first 0
	}
	if {[lsearch -exact $rest verify] >= 0 && [lsearch -exact $rest noverify] >= 0} {
		_np_fail "program_serial was told verify and noverify: choose one"
	}
	if {[dict get $ask image] eq "" && [_np_setting NAMEPLATE_IMAGE ""] ne ""} {
		dict set ask image $::NAMEPLATE_IMAGE
		dict set ask own 1
	}
	if {![info exists verify]} {
		set verify [dict get $ask own]
	}
	dict set ask verify $verify
	if {[dict get $ask image] ne ""} {
		dict set ask loaded [_np_image_open [dict get $ask image]]
	}
	return $ask
}

# A word that is none of ours can only be the image, and only directly behind the serial number.
proc _np_parse_image_word {word first} {
	set words "verify, noverify, keep, reset, exit"
	if {$first && ([regexp {[./\\]} $word] || ($word ne "" && [file exists $word]))} {
		return $word
	}
	if {[regexp {[./\\]} $word]} {
		_np_fail "unexpected word [_np_quote $word]: the image, one file, stands directly behind the serial number"
	}
	_np_fail "unknown word [_np_quote $word]: the serial number is one argument; behind it go an image file\
		and the words $words"
}

# ---- program_serial -------------------------------------------------------------------------------------------

proc _np_program_serial {words} {
	set ask [_np_parse_program $words]
	_np_connect
	set failed [catch {_np_upload $ask} text]
	if {$failed} {
		# The firmware on the device may be half-programmed; it stays halted, or is let go with the debugger.
		catch {_np_restore_poll}
		return -code error $text
	}
	_np_leave [expr {[dict get $ask image] ne "" || [dict get $ask verify]}] [dict get $ask reset]
	_np_restore_poll
	_np_result "serial=$text"
}

# Steps 2 to 6; returns the serial number that the device has now.
proc _np_upload {ask} {
	set image [dict get $ask image]
	# `reset init` sets the clock up for the upload; the few words of a serial do without, and then the target
	# is left as reset has left it.
	_np_reset [expr {$image ne "" ? "init" : "halt"}]
	set banks [_np_banks]
	set region [_np_region $banks]
	if {$image ne ""} {
		set offset [_np_image_check $image [dict get $ask loaded] $banks $region]
	}
	# All that may refuse comes before the first change to the flash.
	set plan [_np_plan_serial $region $ask]
	if {$image ne ""} {
		_np_image_program $image [lindex [dict get $ask loaded] 0] $offset
	}
	set entry [dict get $plan entry]
	if {$entry eq ""} {
		set entry [_np_write_serial $region [dict get $plan store] [dict get $ask serial]]
		_np_say [format "serial number %u written at 0x%08X" [dict get $ask serial] [dict get $entry place]]
	} else {
		_np_say [format "serial number %s unchanged at 0x%08X" [_np_show_entry $entry] [dict get $entry place]]
	}
	set serial [_np_show_entry $entry]
	if {[dict get $ask verify]} {
		_np_verify_report $serial
	}
	return $serial
}

# A dict: entry, the serial's if the device needs none written, else {}; and store, the plan for writing it.
proc _np_plan_serial {region ask} {
	set store [_np_store_scan $region]
	set entry [_np_store_serial $store]
	if {$entry ne "" && ([dict get $ask keep] || [_np_is_serial $entry [dict get $ask serial]]) &&
		[_np_store_settled $region [dict get $store area] $entry]} {
		return [dict create entry $entry store {}]
	}
	return [dict create entry {} store [_np_plan $region $store]]
}

proc _np_show_entry {entry} {
	return [_np_show [dict get $entry type] [_np_value_of $entry]]
}

# The firmware itself has to find the serial number and print it.
proc _np_verify_report {serial} {
	_np_run report 0
	set report $::_np_sh(report)
	if {$::_np_sh(status) ne "" && $report eq ""} {
		_np_fail "the firmware ended (status $::_np_sh(status)) without reporting serial=$serial: print that line by\
			semihosting, or say noverify"
	}
	if {$report ne $serial} {
		_np_fail "the firmware reports serial=[string range $report 0 40], and the device has serial=$serial: is the\
			firmware linked for the same region?"
	}
}

# ---- nameplate ------------------------------------------------------------------------------------------------

proc _np_nameplate {words} {
	set usage "nameplate list, nameplate get serial, nameplate erase, or nameplate run"
	switch -- [join $words " "] {
		"list"       { set job _np_nameplate_list }
		"get serial" { set job _np_nameplate_get }
		"erase"      { set job _np_nameplate_erase }
		"run"        { set job _np_nameplate_run }
		""           { _np_fail "nameplate needs a word: $usage" }
		default      { _np_fail "nameplate does not know [_np_quote [join $words { }]]: $usage" }
	}
	_np_connect
	set failed [catch {$job} text]
	catch {_np_restore_poll}
	if {$failed} {
		return -code error $text
	}
}

# Reading neither halts nor resets the target.
proc _np_nameplate_list {} {
	set region [_np_region [_np_banks]]
	set store [_np_store_scan $region]
	foreach line [_np_list_lines $store] {
		_np_result $line
	}
	set range [_np_range [dict get $region base] [dict get $region end]]
	switch -- [dict get $store state] {
		ok      { _np_say "region $range, [dict get $region areas] area(s), cells of [dict get $region cell] bytes" }
		none    { _np_say "region $range is blank" }
		damaged {
			set why [dict get $store refusal]
			_np_say "region $range [expr {$why ne "" ? $why : "holds no store, but is not blank"}]"
		}
	}
	_np_leave 0 0
}

proc _np_nameplate_get {} {
	set region [_np_region [_np_banks]]
	set store [_np_store_scan $region]
	set entry [_np_store_serial $store]
	_np_leave 0 0
	if {$entry ne ""} {
		_np_result [_np_show_entry $entry]
		return
	}
	set range [_np_range [dict get $region base] [dict get $region end]]
	if {[dict get $store state] eq "damaged"} {
		_np_fail "the reserved region $range holds no store, but is not blank: `nameplate erase` clears it,\
			`program_serial` writes a serial number"
	}
	_np_fail "the device has no serial number in $range: `program_serial` writes one"
}

proc _np_nameplate_erase {} {
	_np_reset init
	set region [_np_region [_np_banks]]
	set base [dict get $region base]
	set size [expr {[dict get $region end] - $base}]
	if {[catch {flash erase_address $base $size}]} {
		_np_fail "erasing [_np_range $base [dict get $region end]] failed: check write protection and power, then run\
			the same command again"
	}
	_np_reads_begin $base [dict get $region end] 256
	for {set place $base} {$place < [dict get $region end]} {incr place 4} {
		set word [_np_word $place]
		if {$word eq "" || $word != [dict get $region erased]} {
			_np_fail [format "the flash at 0x%08X is not blank after erasing: run the same command again" $place]
		}
	}
	_np_leave 1 0
	_np_result "erased=$size"
}

# Ends with the firmware's status: OpenOCD can only say 0 or 1, so the number stands in the message.
proc _np_nameplate_run {} {
	_np_run end 1
	set status $::_np_sh(status)
	_np_leave 1 0
	if {$status != 0} {
		_np_fail "the firmware ended with status $status"
	}
}

list
