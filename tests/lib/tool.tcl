# SPDX-License-Identifier: MIT
# Writes sets of variables on the simulated flash, for tests/lib/tool_random.py: jimsh tool.tcl SCRIPT
#
# SCRIPT has a line per step, what is written in hex so that anything can stand in it:
#   region BASE SIZE CELL ERASED   a blank region
#   flash ADDRESS WORD ...         its words that are not erased, as numbers
#   write WORD...                  variables, NAME=VALUE each; or -NAME to delete one
# Each write prints the region's words that are not erased as `words ADDRESS WORD ...`, or `refused`.

source [file join [file dirname [file dirname [file normalize [info script]]]] tcl lib fake.tcl]

# Some device, whose variables are kept while its only area is erased.
proc _np_device {region needed} {
	return 000000000000000000000000
}
set NAMEPLATE_SAVE_DIR [lindex $argv 1]
set flash_page 1024

proc var_of {word} {
	if {![string match -* $word]} {
		return [_np_var_parse $word 0]
	}
	set name [string range $word 1 end]
	set key [expr {$name eq "serial" ? $::_np_key_serial : $::_np_key_named}]
	return [_np_new_var $name $key $::_np_type_deleted {} 0]
}

proc write_vars {words} {
	set vars {}
	foreach word $words {
		lappend vars [var_of [_np_bytes_string [_np_value_hex $word]]]
	}
	_np_resume $::region
	set store [_np_store_scan_to_write $::region]
	_np_write_vars $::region [_np_plan_vars $::region $store $vars] $vars
}

# The words that are not erased: a walk over every word of the region would take most of the time.
proc region_words {} {
	lassign $::flash_range base end erased
	set text ""
	foreach {address word} $::flash_words {
		if {$address ne "none" && $word ne $erased} {
			append text " $address $word"
		}
	}
	return $text
}

set file [open [lindex $argv 0] r]
while {[gets $file line] >= 0} {
	set words [split $line " "]
	set rest [lrange $words 1 end]
	switch -- [lindex $words 0] {
		region {
			lassign $rest base size cell erased
			set base [expr {$base + 0}]
			set region [region_of $base $size $cell [expr {$erased + 0}]]
			flash_is $base $size [expr {$erased + 0}]
		}
		flash {
			foreach {address word} $rest {
				set flash_words($address) $word
			}
		}
		write { puts [expr {[catch {write_vars $rest} why] ? "refused $why" : "words[region_words]"}] }
	}
}
