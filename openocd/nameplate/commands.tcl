# SPDX-License-Identifier: MIT
# nameplate and its words.

# Each word: how many words may follow (fewest, most), what the usage says of them, and the flag among them.
set _np_words {
	list    {0 1    {}                      -json}
	get     {1 2    NAME                    -secrets}
	set     {1 1000 NAME=VALUE...           {}}
	delete  {1 1000 NAME...                 {}}
	erase   {0 0    {}                      {}}
	dump    {1 2    FILE                    -secrets}
	restore {1 1    FILE                    {}}
	verify  {0 0    {}                      {}}
	lock    {0 0    {}                      {}}
	run     {0 0    {}                      {}}
}

proc _np_nameplate_usage {} {
	set usages {}
	foreach {word row} $::_np_words {
		lassign $row fewest most words flag
		if {$flag ne ""} {
			set flag "\[$flag\]"
		}
		lappend usages [join [concat $word $words $flag]]
	}
	return "nameplate [join $usages { | }]"
}

# Everything that can be refused is refused by a word's own parsing, before the target is connected to: each word's proc
# returns the job to do then.
proc _np_nameplate {words} {
	set word [lindex $words 0]
	set rest [lrange $words 1 end]
	if {[llength $words] == 0} {
		_np_fail "nameplate needs a word: [_np_nameplate_usage]"
	}
	if {![dict exists $::_np_words $word]} {
		_np_fail "nameplate does not know [_np_quote [join $words { }]]: [_np_nameplate_usage]"
	}
	lassign [dict get $::_np_words $word] fewest most usage flag
	set flagged 0
	if {$flag ne "" && [set at [lsearch -exact $rest $flag]] >= 0} {
		set flagged 1
		set rest [lreplace $rest $at $at]
		incr most -1
	} elseif {$flag ne ""} {
		incr most -1
	}
	if {[llength $rest] < $fewest || [llength $rest] > $most} {
		_np_fail "nameplate $word does not go with [_np_quote [join [lrange $words 1 end] { }]]: [_np_nameplate_usage]"
	}
	set job [_np_do_$word $rest $flagged]
	_np_connect
	set failed [catch {{*}$job} text]
	catch {_np_restore_poll}
	if {$failed} {
		return -code error $text
	}
}

# ---- reading: neither halts nor resets the target ---------------------------------------------------------------

proc _np_do_list {words json} {
	return [list _np_list $json]
}

proc _np_list {json} {
	set region [_np_region [_np_banks]]
	set store [_np_store_scan $region]
	foreach line [expr {$json ? [_np_json_lines $region $store] : [_np_list_lines $store]}] {
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
	_np_say_pending $region
	_np_leave 0 0
}

proc _np_do_get {words secrets} {
	return [list _np_get [_np_var_name [lindex $words 0]] $secrets]
}

proc _np_get {name secrets} {
	set region [_np_region [_np_banks]]
	set store [_np_store_scan $region]
	set found ""
	foreach entry [_np_store_live $store] {
		set var [_np_var_of $entry]
		if {[dict get $var name] eq $name && [lsearch -exact {1 255} [dict get $var key]] >= 0} {
			set found $var
		}
	}
	_np_say_pending $region
	_np_leave 0 0
	if {$found eq ""} {
		_np_no_value $region $store $name
	}
	if {[dict get $found secret] && !$secrets} {
		_np_fail "variable [_np_quote $name] is a secret: `nameplate get $name -secrets` prints it"
	}
	_np_result [_np_show [dict get $found type] [dict get $found value]]
}

proc _np_no_value {region store name} {
	set range [_np_range [dict get $region base] [dict get $region end]]
	set what [expr {$name eq "serial" ? "serial number" : "variable [_np_quote $name]"}]
	set how [expr {$name eq "serial" ? "`program_serial` writes one" : "`nameplate list` shows what there is"}]
	if {[dict get $store state] eq "damaged"} {
		set why [dict get $store refusal]
		if {$why ne ""} {
			_np_fail "the reserved region $range $why"
		}
		_np_fail "the reserved region $range holds no store, but is not blank: `nameplate erase` clears it,\
			`program_serial` writes a serial number"
	}
	_np_fail "the device has no $what in $range: $how"
}

# ---- changing ---------------------------------------------------------------------------------------------------

proc _np_do_set {words flag} {
	return [list _np_change [_np_vars_parse $words 0]]
}

proc _np_do_delete {words flag} {
	set vars {}
	foreach name $words {
		_np_var_name $name
		if {[info exists seen($name)]} {
			_np_fail "variable [_np_quote $name] is named twice: name it once"
		}
		set seen($name) 1
		set key [expr {$name eq "serial" ? $::_np_key_serial : $::_np_key_named}]
		lappend vars [dict create name $name key $key type $::_np_type_deleted value {} secret 0]
	}
	return [list _np_change $vars]
}

# Writes variables, or deletes them, as one set.
proc _np_change {vars} {
	_np_reset halt
	set region [_np_region [_np_banks]]
	_np_resume $region
	set store [_np_store_scan_to_write $region]
	_np_write_changes $region [_np_store_changes $region $store $vars] $vars
	_np_leave 0 0
	foreach var $vars {
		if {[dict get $var type] == $::_np_type_deleted} {
			_np_result "deleted=[dict get $var name]"
		} else {
			_np_result "[dict get $var name]=[_np_var_shown $var]"
		}
	}
}

proc _np_do_erase {words flag} {
	return _np_erase_region
}

proc _np_erase_region {} {
	_np_reset init
	set region [_np_region [_np_banks]]
	set base [dict get $region base]
	set size [expr {[dict get $region end] - $base}]
	lassign [_np_save_find $region] path
	_np_erase $base $size [dict get $region erased]
	# Or the next write would bring back what is to go.
	if {$path ne "" && [_np_file_kind $path] ne "directory"} {
		_np_save_remove $path
		_np_say "$path, left by an earlier run that was cut off, is removed too"
	}
	_np_leave 1 0
	_np_result "erased=$size"
}

# ---- the firmware -----------------------------------------------------------------------------------------------

proc _np_do_verify {words flag} {
	return _np_verify
}

# The firmware has to report every variable as it is on the device; and that there is no serial number, if so.
proc _np_verify {} {
	_np_reset halt
	set region [_np_region [_np_banks]]
	set vars {}
	set names serial
	foreach entry [_np_store_live [_np_store_scan $region]] {
		set var [_np_var_of $entry]
		# The firmware reports nothing that has no name.
		if {[dict get $var key] == $::_np_key_named || [dict get $var key] == $::_np_key_serial} {
			lappend vars $var
			lappend names [dict get $var name]
		}
	}
	_np_run [lsort -unique $names] 0
	set serial none
	foreach var $vars {
		_np_verify_one [dict get $var name] [_np_reported $var] [dict get $var secret]
		if {[dict get $var name] eq "serial"} {
			set serial [_np_reported $var]
		}
	}
	_np_verify_one serial $serial 0
	_np_leave 1 0
	_np_result "verified=[llength $vars]"
}

proc _np_do_run {words flag} {
	return _np_run_firmware
}

# Ends with the firmware's status: OpenOCD can only say 0 or 1, so the number stands in the message.
proc _np_run_firmware {} {
	_np_run {} 1
	set status $::_np_sh(status)
	_np_leave 1 0
	if {$status != 0} {
		_np_fail "the firmware ended with status $status"
	}
}

list
