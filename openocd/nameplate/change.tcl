# SPDX-License-Identifier: MIT
# nameplate set, delete and erase.

proc _np_do_set {words flag} {
	return [list _np_change_device [_np_vars_parse $words 0]]
}

proc _np_do_delete {words flag} {
	set vars {}
	foreach name $words {
		_np_var_name $name
		if {[info exists seen($name)]} {
			_np_fail "variable [_np_quote $name] is named twice: name it once"
		}
		set seen($name) 1
		lappend vars [_np_var_named $name]
	}
	return [list _np_change_device $vars]
}

# Writes variables, or deletes them, as one set.
proc _np_change_device {vars} {
	_np_reset halt
	set region [_np_region [_np_banks]]
	_np_resume $region
	set store [_np_store_scan_to_write $region [_np_var_items $vars]]
	_np_write_vars $region [_np_plan_vars $region $store $vars] $vars
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
	_np_erase $region $base $size
	# Or the next write would bring back what is to go.
	if {$path ne "" && [_np_file_kind $path] ne "directory"} {
		_np_save_remove $path
		_np_say "$path, left by an earlier run that was cut off, is removed too"
	}
	_np_leave 1 0
	_np_result "erased=$size"
}

list
