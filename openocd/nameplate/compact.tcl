# SPDX-License-Identifier: MIT
# Making room, by "Compaction" in firmware/FORMAT.md: the live variables move to the other area, or, where there is only one,
# through a file on the host.

proc _np_other_area {region plan} {
	if {[dict get $plan area_base] != [dict get $region base]} {
		return [dict get $region base]
	}
	return [expr {[dict get $region base] + [dict get $plan area_size]}]
}

# The live variables with the changes made to them, newest values only.
proc _np_merge {store items} {
	set merged [dict create]
	foreach entry [_np_store_live $store] {
		dict set merged [_np_identity $entry] [dict create key [dict get $entry key] type [dict get $entry type] \
			value [dict get $entry value]]
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

# Turns a plan for which there is no room, or no safe one, into a compaction; refuses what does not fit at all.
proc _np_plan_compact {region store plan} {
	set cell [dict get $plan cell]
	set items [dict get $plan items]
	set merged [_np_merge $store $items]
	set room [expr {[dict get $plan area_size] - [_np_entry_size $cell 4]}]
	if {[_np_align [_np_packed_size $merged] $cell] > $room} {
		# What stays, whatever is written now.
		set gone {}
		foreach item $items {
			dict set item type $::_np_type_deleted
			lappend gone $item
		}
		_np_full $region [_np_packed_size $items] [expr {$room - [_np_packed_size [_np_merge $store $gone]]}]
	}
	dict set plan merged $merged
	set whole [expr {[dict get $region end] - [dict get $region base]}]
	if {[dict get $plan area_size] == $whole} {
		# Refuses a device that cannot be told from others, as the file could then end up on another one.
		dict set plan mode rewrite
		dict set plan device [_np_device $region 1]
		dict set plan was [_np_save_was $region]
		return $plan
	}
	if {[dict get $region areas] != 2} {
		_np_fail "the reserved region [_np_range [dict get $region base] [dict get $region end]] is full, and was laid out as\
			two areas, which are not whole pages here: correct NAMEPLATE_BASE and NAMEPLATE_SIZE, or `nameplate erase` clears it"
	}
	dict set plan mode compact
	return $plan
}

# Erases whole pages, and looks at every word.
proc _np_erase {base size erased} {
	set end [expr {$base + $size}]
	if {[catch {flash erase_address $base $size}]} {
		_np_alive $base
		_np_if_protected $base $end
		_np_fail "erasing [_np_range $base $end] failed: check write protection and power, then run the same command again"
	}
	_np_reads_begin $base $end 256
	for {set place $base} {$place < $end} {incr place 4} {
		set word [_np_word $place]
		if {$word eq "" || $word != $erased} {
			_np_fail [format "the flash at 0x%08X is not blank after erasing: run the same command again" $place]
		}
	}
}

# Moves the store to the other area; its area entry comes last, and until then the old area counts. The entries of the items
# that are values, as read back, or {} if a cell was bad.
proc _np_compact {region plan} {
	set other [_np_other_area $region $plan]
	set cell [dict get $plan cell]
	set size [dict get $plan area_size]
	set generation [expr {([dict get $plan generation] + 1) & 0xFFFF}]
	set offset [_np_entry_size $cell 4]
	_np_say "compacting into [_np_range $other [expr {$other + $size}]]"
	_np_erase $other $size [dict get $region erased]
	set bytes [_np_pack [dict get $plan merged] $offset 0 [expr {[dict get $region erased] & 255}]]
	if {[llength $bytes] > 0 && ![_np_write_block $region [expr {$other + $offset}] $cell $bytes]} {
		return {}
	}
	if {[_np_append_word $region $other $other $cell 0 [_np_area_word $size $generation]] eq ""} {
		return {}
	}
	return [_np_store_holds $region $other $plan]
}

# Decodes the region anew: the area at `base` counts, and holds just what the plan says. The items' entries, or {}.
proc _np_store_holds {region base plan} {
	set store [_np_store_scan_to_write $region]
	if {[dict get $store state] ne "ok" || [dict get [dict get $store area] base] != $base ||
		[llength [_np_store_live $store]] != [llength [dict get $plan merged]]} {
		return {}
	}
	foreach item [dict get $plan merged] {
		if {![_np_same_entry [_np_store_find $store $item] $item]} {
			return {}
		}
	}
	set entries {}
	foreach item [dict get $plan items] {
		lappend entries [_np_store_find $store $item]
	}
	return $entries
}

# ---- a single area --------------------------------------------------------------------------------------------

# Saves the variables to a file on the host, then erases the area and writes them back.
proc _np_rewrite {region plan} {
	set saved [dict create device [dict get $plan device] base [dict get $region base] \
		size [dict get $plan area_size] cell [dict get $plan cell] \
		generation [expr {([dict get $plan generation] + 1) & 0xFFFF}] \
		was [dict get $plan was] items [dict get $plan merged]]
	set path [_np_save_path [dict get $plan device]]
	_np_save_write $path $saved
	# Nothing is erased that could not be had back from it.
	_np_rewrite_saved $region $path [_np_save_read $region $path [dict get $plan device]]
	return [_np_store_holds $region [dict get $region base] $plan]
}

# Erase, area entry, the block as one set, read back; then the file is no longer needed.
proc _np_rewrite_saved {region path saved} {
	_np_try_scratch [lindex [_np_save_block $region $saved] 1]
	_np_say "the variables are in $path until they are back on the device"
	for {set attempt 0} {$attempt < 4} {incr attempt} {
		if {[catch {_np_rewrite_block $region $saved} done]} {
			_np_fail "$done (the device's variables are safe in $path: the next run in the same directory writes them back)"
		}
		if {$done} {
			_np_save_remove $path
			return
		}
	}
	_np_fail "the variables do not read back: the flash is worn or its supply is weak; they are safe in $path: run the same\
		command again, or replace the part"
}

# 1, or 0 if a cell was bad.
proc _np_rewrite_block {region saved} {
	set base [dict get $region base]
	set size [dict get $saved size]
	set cell [dict get $saved cell]
	set items [dict get $saved items]
	lassign [_np_save_block $region $saved] block bytes
	_np_erase $base $size [dict get $region erased]
	if {[_np_append_word $region $base $base $cell 0 [_np_area_word $size [dict get $saved generation]]] eq ""} {
		return 0
	}
	if {[llength $bytes] > 0 && ![_np_write_block $region $block $cell $bytes]} {
		return 0
	}
	set entries [_np_store_holds $region $base [dict create items $items merged $items]]
	return [expr {[llength $entries] == [llength $items]}]
}

list
