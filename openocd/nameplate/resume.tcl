# SPDX-License-Identifier: MIT
# A device whose only area was cut off while it was rewritten, and the file that holds its variables.

# {path device} of the file for the device in hand, or {}. The device is asked only where there is any such file at all.
proc _np_save_find {region} {
	# A folder may refuse to be listed, and yet have the file.
	if {![catch {_np_file_list [_np_setting NAMEPLATE_SAVE_DIR]} names] && [lsearch -glob $names nameplate-*.save] < 0} {
		return {}
	}
	set device [_np_device $region ""]
	if {$device eq "" || [_np_file_kind [_np_save_path $device]] eq ""} {
		return {}
	}
	return [list [_np_save_path $device] $device]
}

# Before anything is written: finishes what an earlier run could not.
proc _np_resume {region} {
	lassign [_np_save_find $region] path device
	if {$path eq ""} {
		return
	}
	set saved [_np_save_read $region $path $device]
	switch -- [_np_save_state $region $saved] {
		cut {
			_np_say "an earlier run was cut off: writing the device's variables back"
			_np_rewrite_saved $region $path $saved
		}
		later {
			_np_say "the device has all that is in $path, and more: the file is removed"
			_np_save_remove $path
		}
		other {
			_np_save_leave $region $path
		}
	}
}

# A file that was taken from another store than the device shows: its values may be older, so it is never used by
# itself.
proc _np_save_leave {region path} {
	set store [_np_store_scan_to_write $region]
	if {[dict get $store state] ne "ok" || [llength [dict get $store entries]] == 0} {
		_np_fail "the file [_np_quote $path] has variables of this device, but of another store than the one\
			that was cut off in\
			[_np_range [dict get $region base] [dict get $region end]]: move it away to go on without\
			them; or, to have them,\
			move it away, `nameplate erase`, move it back, and run the same command again"
	}
	_np_say "$path has older variables of this device, of another store than it has now: the file is left alone\
		and not used;\
		move it away, or delete it"
}

# What the device shows of a file's two stores, the one that was saved and the one that is to take its place, and what
# follows for the file:
#   cut    the rewriting was cut off, before, in or after the erase: to be done again
#   later  the rewriting is complete, or the saved store has been gone on with: nothing in the file is needed
#   other  something else
# Noise says nothing, as an erase that was cut off may leave any. What tells stores apart is the entries that stand.
proc _np_save_state {region saved} {
	set was [dict get $saved was]
	set new [_np_save_new $region $saved]
	set standing [_np_standing $region]
	set of_was [_np_save_stands $was $standing]
	set of_new [_np_save_stands $new $standing]
	lassign [_np_save_compare $region $new] all_new
	lassign [_np_save_compare $region $was] all_was half
	set store [_np_store_scan_to_write $region]
	set ok [expr {[dict get $store state] eq "ok"}]
	if {$ok && $all_new && [_np_save_settled $region $store $new]} {
		return later
	}
	if {$of_new} {
		return cut
	}
	if {!$of_was} {
		return [expr {$ok && $all_was ? "later" : "other"}]
	}
	# A valid store that is just the beginning of the saved one, with nothing half erased, is no erase but
	# somebody's first writing that was the same.
	return [expr {!$ok || $all_was || $half ? "cut" : "other"}]
}

# Whether the entries of a store that is complete are there to stay: its last check may just happen to read right.
proc _np_save_settled {region store new} {
	set ours {}
	foreach entry [dict get $store entries] {
		if {[dict exists $new [expr {[dict get $entry place] + 0}]]} {
			lappend ours $entry
		}
	}
	return [_np_store_settled $region [dict get $store area] $ours]
}

# {all half}: whether all the words are on the device, and whether one is there that is neither this word nor erased.
proc _np_save_compare {region words} {
	set all 1
	set half 0
	foreach {place word} $words {
		set now [_np_word $place]
		if {$now eq "" || $now != $word} {
			set all 0
			if {$now eq "" || $now != [dict get $region erased]} {
				set half 1
			}
		}
	}
	return [list $all $half]
}

# Whether all that is there is made of these words.
proc _np_save_stands {words standing} {
	foreach places $standing {
		foreach place $places {
			set now [_np_word $place]
			if {![dict exists $words $place] || $now eq "" || [dict get $words $place] != $now} {
				return 0
			}
		}
	}
	return 1
}

# ---- for commands that only read ------------------------------------------------------------------------------

# Says that a file of this device's variables waits for the next write, or that there is something wrong with it.
proc _np_say_pending {region} {
	catch {_np_pending $region} text
	if {$text ne ""} {
		_np_say $text
	}
}

proc _np_pending {region} {
	lassign [_np_save_find $region] path device
	if {$path eq ""} {
		return ""
	}
	switch -- [_np_save_state $region [_np_save_read $region $path $device]] {
		cut   { return "an earlier run was cut off; the device's variables are in $path, and the next write puts them back" }
		other { return "$path has variables of this device, of another store than it shows: the file is left alone and not used" }
	}
	return ""
}

list
