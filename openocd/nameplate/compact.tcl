# SPDX-License-Identifier: MIT
# Carrying out a compaction, by that chapter of firmware/FORMAT.md: the live variables move to the other area, or, where
# there is only one, through a file on the host.

# Moves the store to the other area; its area entry comes last, and until then the old area counts. The entries of the
# items that are values, as read back, or {} if a cell was bad.
proc _np_compact {region plan} {
	set other [_np_other_area $region $plan]
	set cell [dict get $plan area cell]
	set size [dict get $plan area size]
	set generation [expr {([dict get $plan area generation] + 1) & 0xFFFF}]
	set offset [_np_entry_size $cell 4]
	_np_say "compacting into [_np_range $other [expr {$other + $size}]]"
	_np_erase $region $other $size
	set bytes [_np_pack [dict get $plan merged] $offset 0 [expr {[dict get $region erased] & 255}]]
	if {[llength $bytes] > 0 && ![_np_write_block $region [expr {$other + $offset}] $cell $bytes]} {
		return {}
	}
	if {[_np_append_word $region $other $other $cell 0 [_np_area_value $size $generation]] eq ""} {
		return {}
	}
	return [_np_store_holds $region $other [dict get $plan merged] [dict get $plan items]]
}

# Decodes the region anew: the area at `base` counts, and holds just what is `merged`. The items' entries, or {}.
proc _np_store_holds {region base merged items} {
	set store [_np_store_scan_to_write $region]
	if {[dict get $store state] ne "ok" || [dict get $store area base] != $base ||
		[llength [_np_store_live $store]] != [llength $merged]} {
		return {}
	}
	foreach item $merged {
		if {![_np_same_entry [_np_store_find $store $item] $item]} {
			return {}
		}
	}
	set entries {}
	foreach item $items {
		lappend entries [_np_store_find $store $item]
	}
	return $entries
}

# ---- a single area --------------------------------------------------------------------------------------------

# Saves the variables to a file on the host, then erases the area and writes them back.
proc _np_rewrite {region plan} {
	set generation [expr {([dict get $plan area generation] + 1) & 0xFFFF}]
	set saved [_np_new_saved [dict get $plan device] [dict get $region base] [dict get $plan area size] [dict get $plan area cell] \
		$generation [dict get $plan was] [dict get $plan merged]]
	set path [_np_save_path [dict get $plan device]]
	_np_save_write $path $saved
	# Nothing is erased that could not be had back from it.
	_np_rewrite_saved $region $path [_np_save_read $region $path [dict get $plan device]]
	return [_np_store_holds $region [dict get $region base] [dict get $plan merged] [dict get $plan items]]
}

# Erase, area entry, the block as one set, read back; then the file is no longer needed.
proc _np_rewrite_saved {region path saved} {
	_np_try_scratch [lindex [_np_save_block $region $saved] 1]
	_np_say "the variables are in $path until they are back on the device"
	for {set attempt 0} {$attempt < 4} {incr attempt} {
		if {[catch {_np_rewrite_block $region $saved} done]} {
			_np_fail "$done (the device's variables are safe in $path: the next run in the same directory\
				writes them back)"
		}
		if {$done} {
			_np_save_remove $path
			return
		}
	}
	_np_fail "the variables do not read back: the flash is worn or its supply is weak; they are safe in $path: run\
		the same\
		command again, or replace the part"
}

# 1, or 0 if a cell was bad.
proc _np_rewrite_block {region saved} {
	set base [dict get $region base]
	set size [dict get $saved size]
	set cell [dict get $saved cell]
	set items [dict get $saved items]
	lassign [_np_save_block $region $saved] block bytes
	_np_erase $region $base $size
	if {[_np_append_word $region $base $base $cell 0 [_np_area_value $size [dict get $saved generation]]] eq ""} {
		return 0
	}
	if {[llength $bytes] > 0 && ![_np_write_block $region $block $cell $bytes]} {
		return 0
	}
	set entries [_np_store_holds $region $base $items $items]
	return [expr {[llength $entries] == [llength $items]}]
}

list
