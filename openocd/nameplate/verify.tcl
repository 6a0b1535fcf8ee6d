# SPDX-License-Identifier: MIT
# The firmware's word for it: it runs, and has to find the variables and print them.

# What the firmware is to print for a variable, after `name=`.
proc _np_reported {var} {
	if {[dict get $var secret]} {
		return secret
	}
	return [_np_report_text [dict get $var type] [dict get $var value]]
}

# The firmware itself has to find the variables and print them.
proc _np_verify_report {vars} {
	set names {}
	foreach var $vars {
		lappend names [dict get $var name]
	}
	set ran [_np_run $names 0]
	foreach var $vars {
		_np_verify_one $ran [dict get $var name] [_np_reported $var] [dict get $var secret]
	}
}

# The same for firmware that prints something else.
proc _np_verify_expect {line} {
	set ran [_np_run {} 0 $line]
	if {![dict get $ran matched]} {
		_np_fail "the firmware ended (status [dict get $ran status]) without printing the line\
			[_np_quote $line]: correct the line,\
			or the firmware"
	}
}

proc _np_verify_one {ran name wanted secret} {
	if {![dict exists $ran reports $name]} {
		_np_fail "the firmware ended (status [dict get $ran status]) without reporting\
			$name=[string range $wanted 0 60]: print that\
			line by semihosting, or say noverify"
	}
	set report [dict get $ran reports $name]
	if {$report eq $wanted} {
		return
	}
	if {$secret} {
		_np_fail "the firmware reports something else than $name=secret: it must not print secrets"
	}
	regsub -all {[^ -~]} [string range $report 0 60] ? report
	_np_fail "the firmware reports $name=$report, and the device has $name=[string range $wanted 0 60]: is the\
		firmware linked for the same region?"
}

# ---- nameplate verify, nameplate run --------------------------------------------------------------------------

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
	set ran [_np_run [lsort -unique $names] 0]
	set serial none
	foreach var $vars {
		_np_verify_one $ran [dict get $var name] [_np_reported $var] [dict get $var secret]
		if {[dict get $var name] eq "serial"} {
			set serial [_np_reported $var]
		}
	}
	_np_verify_one $ran serial $serial 0
	_np_leave 1 0
	_np_result "verified=[llength $vars]"
}

proc _np_do_run {words flag} {
	return _np_run_firmware
}

# Ends with the firmware's status: OpenOCD can only say 0 or 1, so the number is in the message.
proc _np_run_firmware {} {
	set status [dict get [_np_run {} 1] status]
	_np_leave 1 0
	if {$status != 0} {
		_np_fail "the firmware ended with status $status"
	}
}

list
