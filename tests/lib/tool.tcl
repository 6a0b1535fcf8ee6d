# SPDX-License-Identifier: MIT
# Writes sets of variables on the simulated flash, for tests/lib/tool_random.py: jimsh tool.tcl SCRIPT
#
# SCRIPT has a line per step, words in hex so that anything can stand in them:
#   region BASE SIZE CELL ERASED   a blank region
#   flash HEX                      its contents, instead
#   write WORD...                  variables, NAME=VALUE each; or -NAME to delete one
# Each write prints the region as hex, or `refused`.

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

proc region_hex {} {
	set text ""
	for {set at [dict get $::region base]} {$at < [dict get $::region end]} {incr at 4} {
		append text [_np_hex_of [_np_word_bytes [flash_word $at]]]
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
		flash { flash_bytes [dict get $region base] [lindex $rest 0] }
		write { puts [expr {[catch {write_vars $rest} why] ? "refused $why" : [region_hex]}] }
	}
}
