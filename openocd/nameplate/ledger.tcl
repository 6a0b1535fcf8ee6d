# SPDX-License-Identifier: MIT
# `next`: values out of a ledger, which nameplate-ledger keeps (tools/ledger/README.md). A value is taken before the first change to the
# flash, and the ledger is told how the upload ended.

# The folder above openocd/: a checkout, or PREFIX/share/openocd.
set _np_ledger_home [file dirname [file dirname [file dirname [file normalize [info script]]]]]

# ---- the words ------------------------------------------------------------------------------------------------

# The series of `next` or `next:SERIES`, by default `name`; "" for any other text.
proc _np_next_series {text name} {
	if {![regexp {^next(:([A-Za-z0-9_.-]+))?$} $text all given series]} {
		return ""
	}
	if {$series eq ""} {
		return $name
	}
	return $series
}

# A variable of program_vars: one with a value, or one that takes it from a series. A text, and a file, may be called next.
proc _np_next_parse {word escaped} {
	if {![regexp {^([^:=]+)((:[a-z0-9]+)*)=(next.*)$} $word all name types last text]} {
		return [_np_var_parse $word $escaped]
	}
	set types [lrange [split $types :] 1 end]
	set series [_np_next_series $text [_np_var_name $name]]
	set secret [expr {[lindex $types end] eq "secret"}]
	if {$secret} {
		set types [lrange $types 0 end-1]
	}
	set type [join $types :]
	if {$series eq "" || $type eq "text" || $type eq "file" || ($type ne "" && ![dict exists $::_np_types $type])} {
		return [_np_var_parse $word $escaped]
	}
	return [_np_new_next $name $type $secret $series]
}

# ---- the program ----------------------------------------------------------------------------------------------

# In a checkout build/nameplate-ledger, when installed PREFIX/bin/nameplate-ledger, else what PATH finds.
proc _np_ledger_program {} {
	if {[_np_setting NAMEPLATE_LEDGER_PROGRAM] ne ""} {
		return $::NAMEPLATE_LEDGER_PROGRAM
	}
	foreach path [list [file join $::_np_ledger_home build nameplate-ledger] \
		[file join [file dirname [file dirname $::_np_ledger_home]] bin nameplate-ledger]] {
		if {[file executable $path]} {
			return $path
		}
	}
	return nameplate-ledger
}

proc _np_ledger_needed {} {
	if {[_np_setting NAMEPLATE_LEDGER] eq "" && (![info exists ::env(NAMEPLATE_LEDGER)] || $::env(NAMEPLATE_LEDGER) eq "")} {
		_np_fail "which ledger? Set NAMEPLATE_LEDGER to its file (`nameplate-ledger --ledger line.db init` makes one); the text\
			\"next\" itself is written NAME:text=next"
	}
}

# Runs it. What it says of an error is the error. The ledger's name goes by the environment, which nobody else can list.
proc _np_ledger {args} {
	_np_ledger_needed
	set env $::env
	if {[_np_setting NAMEPLATE_LEDGER] ne ""} {
		set ::env(NAMEPLATE_LEDGER) [_np_setting NAMEPLATE_LEDGER]
	}
	set program [_np_ledger_program]
	set failed [catch {_np_file_run $program $args} text options]
	set ::env $env
	if {!$failed} {
		return $text
	}
	if {[regexp -line {^Error: (.*)$} $text all why]} {
		_np_fail $why
	}
	lassign [dict get $options -errorcode] how pid status
	if {$how eq "CHILDSTATUS" && $status != 127} {
		_np_fail "[_np_quote $program] ended with status $status and no reason: try it by itself"
	}
	_np_fail "the program [_np_quote $program], which keeps the ledger, cannot be run: build it (`make ledger`), or name it in\
		NAMEPLATE_LEDGER_PROGRAM"
}

# ---- before the target is connected to ------------------------------------------------------------------------

proc _np_nexts {ask} {
	set nexts {}
	foreach var [dict get $ask vars] {
		if {[dict exists $var series]} {
			lappend nexts $var
		}
	}
	return $nexts
}

# SERIES {{NAME TYPE secret}...}: what each series gives, the number first.
proc _np_ledger_columns {} {
	set all [dict create]
	foreach line [split [_np_ledger series] \n] {
		if {[regexp {^series=([^\t]*)\t.*\tcolumns=([^\t]*)} $line whole series columns]} {
			dict set all $series [lmap column [split $columns ,] {split $column :}]
		}
	}
	return $all
}

# The column of a variable: the one of its name, else the number.
proc _np_next_column {next columns} {
	set name [dict get $next name]
	set found [lindex $columns 0]
	foreach column $columns {
		if {[lindex $column 0] eq $name} {
			set found $column
		}
	}
	set type [dict get $next type]
	if {$type ne "" && $type ne [lindex $found 1]} {
		_np_fail "variable [_np_quote $name]: the series [dict get $next series] gives [lindex $found 1], not $type: leave :$type out"
	}
	if {[dict get $next secret] && $found eq [lindex $columns 0]} {
		_np_fail "variable [_np_quote $name]: the numbers of the series [dict get $next series] are no secret, as the ledger shows them:\
			leave :secret out"
	}
	return $found
}

# A variable with what the ledger says of its series.
proc _np_next_known {next all} {
	set series [dict get $next series]
	if {![dict exists $all $series]} {
		set there [expr {$all eq "" ? "none" : [join [dict keys $all] {, }]}]
		_np_fail "the ledger has no series $series (it has: $there): `nameplate-ledger series $series first=1` makes one,\
			NAME=next:SERIES takes from another"
	}
	dict set next column [_np_next_column $next [dict get $all $series]]
	dict set next number [expr {[dict get $next column] eq [lindex [dict get $all $series] 0]}]
	return $next
}

# Each column goes to one variable, and the number of each series to one.
proc _np_nexts_check {nexts all} {
	set taken {}
	foreach next $nexts {
		set what [list [dict get $next series] [lindex [dict get $next column] 0]]
		if {[lsearch -exact $taken $what] >= 0} {
			_np_fail "two variables take [lindex $what 1] of the series [lindex $what 0]: only one can"
		}
		lappend taken $what
	}
	foreach next $nexts {
		set series [dict get $next series]
		set number [lindex [dict get $all $series] 0 0]
		if {[lsearch -exact $taken [list $series $number]] < 0} {
			_np_fail "nothing takes the number of the series $series, by which the device is known again: add $number=next:$series"
		}
	}
}

# The ledger is there, and can give all that is asked for. Without `next`, nothing is asked of it.
proc _np_ledger_check {ask} {
	catch {unset ::_np_taken}
	if {[llength [_np_nexts $ask]] == 0} {
		return $ask
	}
	set all [_np_ledger_columns]
	set vars {}
	foreach var [dict get $ask vars] {
		lappend vars [expr {[dict exists $var series] ? [_np_next_known $var $all] : $var}]
	}
	dict set ask vars $vars
	_np_nexts_check [_np_nexts $ask] $all
	# A device may be known by another number than those that are asked for.
	set others {}
	foreach {series columns} $all {
		lappend others [_np_next_known [_np_new_next [lindex $columns 0 0] [lindex $columns 0 1] 0 $series] $all]
	}
	dict set ask others $others
	return $ask
}

# ---- the upload -----------------------------------------------------------------------------------------------
# ::_np_taken is there while an upload is open in the ledger: its key (upload), whose it is (device), whether the flash may have
# changed (begun), what was read back (has), when it began (start), the words that name its image (image, sum).

# The device in hand, as the ledger writes it.
proc _np_ledger_device {region} {
	return [string toupper [_np_device $region "by which the ledger would know it: give the number yourself, without next"]]
}

# The variable of a name that the store has, or "".
proc _np_ledger_find {store name} {
	set key [expr {$name eq "serial" ? $::_np_key_serial : $::_np_key_named}]
	set entry [_np_store_find $store [_np_var_item [_np_new_var $name $key 0 {} 0]]]
	if {$entry eq ""} {
		return ""
	}
	return [_np_var_of $entry]
}

# A number that the device has, as the ledger writes it.
proc _np_ledger_text {var} {
	set name [dict get $var name]
	if {[dict get $var secret]} {
		_np_fail "the device has a secret called $name, and the numbers of a ledger are none: erase its region (`nameplate erase`), or\
			choose another name"
	}
	if {[dict get $var type] != 3} {
		return [_np_show [dict get $var type] [dict get $var value]]
	}
	# The program would take a NUL for its end.
	if {[catch {_np_value_text [dict get $var value]} wrong]} {
		_np_fail "the device has a $name that $wrong; no ledger gave it: erase its region (`nameplate erase`)"
	}
	return [_np_bytes_string [dict get $var value]]
}

# What the device has of the numbers, as words for the ledger.
proc _np_ledger_has {store nexts} {
	set words {}
	foreach next $nexts {
		set var [_np_ledger_find $store [dict get $next name]]
		if {[dict get $next number] && $var ne ""} {
			lappend words --has=[dict get $next series]=[_np_ledger_text $var]
		}
	}
	return $words
}

# Of a device that has none of the numbers asked for: those of other series, as far as they look like such.
proc _np_ledger_has_other {store others} {
	set likely {}
	foreach other $others {
		set var [_np_ledger_find $store [dict get $other name]]
		if {$var ne "" && ![dict get $var secret] && [dict get $other type] eq [_np_type_of [dict get $var type] [llength [dict get $var value]]]} {
			lappend likely $other
		}
	}
	return [_np_ledger_has $store $likely]
}

# The values, before the first change to the flash. Returns the ask with them.
proc _np_ledger_take {region store ask} {
	set nexts [_np_nexts $ask]
	if {[llength $nexts] == 0} {
		return $ask
	}
	set device [_np_ledger_device $region]
	set series [lsort -unique [lmap next $nexts {dict get $next series}]]
	set has [_np_ledger_has $store $nexts]
	if {[llength $has] == 0} {
		set has [_np_ledger_has_other $store [dict get $ask others]]
	}
	set image [expr {[dict get $ask image] eq "" ? {} : [list --image=[dict get $ask image]]}]
	set from ""
	foreach line [split [_np_ledger take --uid=$device --secrets {*}$image {*}$has -- {*}$series] \n] {
		regexp {^([^=:]*)[^=]*=(.*)$} $line all key value
		if {$key eq "series"} {
			set from $value
		} elseif {$from eq "" || [string match state=* $line]} {
			set given($key) $value
		} else {
			set given($from,$key) $value
		}
	}
	set sum [expr {$image eq {} ? {} : [list --image-sha256=$given(image-sha256)]}]
	array set ::_np_taken [list device $device upload $given(upload) begun 0 has {} start [clock milliseconds] image $image sum $sum]
	set vars {}
	foreach var [dict get $ask vars] {
		if {[dict exists $var series]} {
			lassign [dict get $var column] column type secret
			set secret [expr {$secret ne "" || [dict get $var secret] ? ":secret" : ""}]
			set var [_np_var_parse [dict get $var name]:$type$secret=$given([dict get $var series],$column) 1]
			_np_say "the ledger gives [dict get $var name] = [_np_var_shown $var]"
		}
		lappend vars $var
	}
	dict set ask vars $vars
	return $ask
}

# Directly before the flash is changed: it must still be the device that the values were taken for.
proc _np_ledger_begin {region} {
	if {![info exists ::_np_taken]} {
		return
	}
	set now [_np_ledger_device $region]
	if {$now ne $::_np_taken(device)} {
		_np_fail "this is device $now now, and the values were taken for $::_np_taken(device): leave the board where it is, and run the same\
			command again"
	}
	set ::_np_taken(begun) 1
}

# What was written, read from the device anew.
proc _np_ledger_read {region nexts} {
	if {[info exists ::_np_taken]} {
		set ::_np_taken(has) [_np_ledger_has [_np_store_scan $region] $nexts]
	}
}

proc _np_ledger_done {} {
	if {![info exists ::_np_taken]} {
		return
	}
	array set taken [array get ::_np_taken]
	# Whatever comes now, the upload has not failed.
	unset ::_np_taken
	set seconds --seconds=[format %.3f [expr {([clock milliseconds] - $taken(start)) / 1000.0}]]
	if {[catch {_np_ledger done --uid=$taken(device) --upload=$taken(upload) $seconds {*}$taken(image) {*}$taken(sum) {*}$taken(has)} why]} {
		_np_fail "the device has its values, but the ledger does not know that they are written: $why; then run the same command again"
	}
}

# Whatever becomes of this, the upload's own error is the one to be seen.
proc _np_ledger_failed {why} {
	if {![info exists ::_np_taken]} {
		return
	}
	array set taken [array get ::_np_taken]
	unset ::_np_taken
	if {[lsearch -exact $::_np_said $why] < 0} {
		set why "an error of OpenOCD's"
	}
	set nothing [expr {$taken(begun) ? {} : {--nothing-written}}]
	if {[catch {_np_ledger failed --uid=$taken(device) --upload=$taken(upload) {*}$taken(sum) {*}$nothing \
		"--reason=[_np_one_line $why]"} text]} {
		_np_say "the ledger could not be told that this failed ($text): the values stay with the device"
	}
}

# ---- nameplate whois ------------------------------------------------------------------------------------------

proc _np_do_whois {words json} {
	_np_ledger_needed
	return [list _np_whois [expr {$json ? {--json} : {}}]]
}

# Neither halts nor resets the target.
proc _np_whois {options} {
	set device [_np_ledger_device [_np_region [_np_banks]]]
	_np_leave 0 0
	foreach line [split [_np_ledger show {*}$options $device] \n] {
		_np_result $line
	}
}

list
