# SPDX-License-Identifier: MIT
# Carrying out a plan: a serial number by three `flash fillw`, its check last; all else as packed entries, in one `flash
# write_image` whose last word is the last check.

# Carries out a plan, going on after damage and spent cells three times at most. Returns the entries of the items that
# are values, as read back.
proc _np_write {region plan} {
	set items [dict get $plan items]
	for {set attempt 0} {$attempt < 4} {incr attempt} {
		if {$attempt > 0} {
			_np_say [format "the flash at 0x%08X did not take what was written, going on after it" $place]
			set plan [_np_plan $region [_np_store_scan_to_write $region] $items]
		}
		set spent [llength $::_np_spent]
		set place [expr {[dict get $plan mode] eq "compact" ? [_np_other_area $region $plan] : [dict get $plan place]}]
		switch -- [dict get $plan mode] {
			compact { set entries [_np_compact $region $plan] }
			rewrite { return [_np_rewrite $region $plan] }
			default { set entries [_np_append_items $region $plan] }
		}
		if {$entries ne ""} {
			return $entries
		}
	}
	if {[llength $::_np_spent] > $spent} {
		_np_fail [format "the flash at 0x%08X refuses to be written and stays erased, although it is not write-protected: check\
			the supply voltage and what else protects it (readout protection, secure areas)" $place]
	}
	_np_fail [format "what was written does not read back from 0x%08X: the flash is worn or its supply is weak;\
		run the same command again, or replace the part" $place]
}

# The entries as read back, or {} if a cell was bad.
proc _np_append_items {region plan} {
	set place [dict get $plan place]
	set cell [dict get $plan area cell]
	set base [dict get $plan area base]
	set items [dict get $plan items]
	if {[dict get $plan mode] eq "format"} {
		if {[dict get $plan erase]} {
			_np_say "the reserved region reads erased and takes no words: erasing it"
			_np_erase $region $base [dict get $plan area size]
		}
		set place [_np_append_word $region $base $place $cell 0 [_np_area_value [dict get $plan area size] 1]]
		if {$place eq ""} {
			return {}
		}
	}
	if {[_np_by_fills $items]} {
		set item [lindex $items 0]
		if {[_np_append_word $region $base $place $cell [dict get $item key] [dict get $item value]] eq ""} {
			return {}
		}
		# As much as one entry, at a time.
		_np_reads_begin [dict get $region base] [dict get $region end] [expr {$cell > 32 ? 1 : 3 * $cell / 4}]
	} else {
		set fill [expr {[dict get $region erased] & 255}]
		if {![_np_write_block $region $place $cell [_np_pack $items [expr {$place - $base}] 1 $fill]]} {
			return {}
		}
	}
	return [_np_read_back $plan $place]
}

# Decodes the new entries from the target, and before them an area entry that is new, or {}. What lies between was read
# before and not touched, nothing lies after, and no reader stops before the place: so every reader will find these
# entries.
proc _np_read_back {plan place} {
	set base [dict get $plan area base]
	set end [dict get $plan area end]
	set cell [dict get $plan area cell]
	if {[dict get $plan mode] eq "format"} {
		set area [_np_entry_at [dict get $plan area entry] $base $end $cell]
		if {$area eq "" || [dict get $area key] != 0} {
			return {}
		}
	}
	set entries {}
	foreach item [dict get $plan items] {
		set entry [_np_entry_at $place $base $end $cell]
		if {$entry eq "" || [dict get $entry key] != [dict get $item key] || [dict get $entry type] != [dict get $item type] ||
			[dict get $entry value] ne [dict get $item value]} {
			return {}
		}
		lappend entries $entry
		set place [dict get $entry end]
	}
	return [expr {[dict get $entry more] ? "" : $entries}]
}

# ---- variables ------------------------------------------------------------------------------------------------

# The plan for what has to be written of the variables, or {} if all of them are there.
proc _np_plan_vars {region store vars} {
	# What an earlier command found spent may have been erased since.
	set ::_np_spent {}
	set items [_np_var_items $vars]
	set changes [_np_missing $region $store $items]
	if {[llength $changes] > 0} {
		set plan [_np_plan $region $store $changes]
		_np_plan_needs $plan
		return $plan
	}
	if {[dict get $store state] eq "damaged" || [dict get $store refusal] ne ""} {
		# Nothing to delete, but whose data this is has to be said all the same.
		_np_plan $region $store $items
	}
	return {}
}

# What a plan needs of this computer is tried before anything is erased: the file that a block passes through, and the
# one that holds the variables while their only area is erased.
proc _np_plan_needs {plan} {
	set moved [expr {[dict get $plan mode] eq "compact" || [dict get $plan mode] eq "rewrite"}]
	set items [dict get $plan [expr {$moved ? "merged" : "items"}]]
	if {$moved || ![_np_by_fills $items]} {
		_np_try_scratch [_np_pack $items 0 1 255]
	}
	if {[dict get $plan mode] eq "rewrite"} {
		_np_save_free [dict get $plan device]
	}
}

# Whoever gives the values out can note that from now on the device may have them.
proc _np_before_write {} {
	set command [_np_setting NAMEPLATE_BEFORE_WRITE]
	if {$command ne "" && [catch {{*}$command} text]} {
		_np_fail "nothing was written to the reserved flash, because NAMEPLATE_BEFORE_WRITE failed: $text"
	}
}

proc _np_write_vars {region plan vars} {
	set places [dict create]
	if {$plan ne ""} {
		_np_before_write
		foreach entry [_np_write $region $plan] {
			if {$entry ne ""} {
				dict set places [dict get [_np_var_of $entry] name] [dict get $entry place]
			}
		}
	}
	foreach var $vars {
		set name [dict get $var name]
		set what [expr {$name eq "serial" ? "serial number" : "$name ="}]
		if {[dict exists $places $name]} {
			_np_say [format "%s %s written at 0x%08X" $what [_np_var_shown $var] [dict get $places $name]]
		} elseif {[dict get $var type] != $::_np_type_deleted} {
			_np_say "$what [_np_var_shown $var] unchanged"
		}
	}
}

list
