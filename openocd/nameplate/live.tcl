# SPDX-License-Identifier: MIT
# The variables that a store has, the newest entry of each, and how they differ from what it is to have.

# What names a variable: its key, and for a named one also the bytes of its name. {} if the value is malformed.
proc _np_identity {entry} {
	set key [dict get $entry key]
	if {$key != 255} {
		return $key
	}
	set value [dict get $entry value]
	if {[llength $value] < 1} {
		return {}
	}
	set length [expr {[lindex $value 0] & 31}]
	if {$length == 0 || ([lindex $value 0] & 0x60) != 0 || [llength $value] < 1 + $length} {
		return {}
	}
	return [list 255 {*}[lrange $value 1 $length]]
}

# The live variables, newest entry of each, in the order of their first appearance.
proc _np_store_live {store} {
	set live [dict create]
	foreach entry [dict get $store entries] {
		set identity [_np_identity $entry]
		set type [dict get $entry type]
		if {$identity eq "" || $identity == 0 || $type == 7} {
			continue
		}
		dict set live $identity $entry
	}
	# No `dict unset`: after it Jim 0.81 takes a key that is there for a new one, and what was deleted came back.
	set entries {}
	foreach {identity entry} $live {
		if {[dict get $entry type] != $::_np_type_deleted} {
			lappend entries $entry
		}
	}
	return $entries
}

# The live entry of the variable that `item` (key, value) belongs to, or {}.
proc _np_store_find {store item} {
	set wanted [_np_identity $item]
	foreach entry [_np_store_live $store] {
		if {[_np_identity $entry] eq $wanted} {
			return $entry
		}
	}
	return {}
}

# The serial number's entry, or {}.
proc _np_store_serial {store} {
	return [_np_store_find $store [_np_new_item $::_np_key_serial 0 {}]]
}

# A deletion is there when the variable is not.
proc _np_same_entry {entry item} {
	if {[dict get $item type] == $::_np_type_deleted || $entry eq ""} {
		return [expr {[dict get $item type] == $::_np_type_deleted && $entry eq ""}]
	}
	return [expr {[dict get $entry type] == [dict get $item type] && [dict get $entry value] eq [dict get $item value]}]
}

# The items that are not on the device as they are to be.
proc _np_missing {region store items} {
	set changes {}
	set same {}
	foreach item $items {
		set entry [_np_store_find $store $item]
		if {[_np_same_entry $entry $item]} {
			lappend same $item $entry
		} else {
			lappend changes $item
		}
	}
	# Unless they are there to stay, they are all written again.
	set entries {}
	foreach {item entry} $same {
		if {$entry ne ""} {
			lappend entries $entry
		}
	}
	if {[llength $entries] > 0 && ![_np_store_settled $region [dict get $store area] $entries]} {
		return $items
	}
	return $changes
}

# The live variables with the changes made to them, newest values only.
proc _np_merge {store items} {
	set merged [dict create]
	foreach entry [_np_store_live $store] {
		dict set merged [_np_identity $entry] [_np_new_item [dict get $entry key] [dict get $entry type] \
			[dict get $entry value]]
	}
	foreach item $items {
		dict set merged [_np_identity $item] $item
	}
	# As in _np_store_live: nothing is taken out of the dict.
	set result {}
	foreach {identity item} $merged {
		if {[dict get $item type] != $::_np_type_deleted} {
			lappend result $item
		}
	}
	return $result
}

list
