# SPDX-License-Identifier: MIT
# The store beside an image that is programmed. OpenOCD opens the file for each step anew, so what it programs need not
# be what was checked: what was read of the store before counts only if it is there afterwards, and else goes back.

# Programs the image. Returns the store as it is now.
proc _np_program_beside {region store path image offset} {
	set failed [catch {_np_image_program $path $image $offset} why]
	if {$failed && ![_np_answers]} {
		# Nothing answers, so nothing more can be found out.
		return -code error $why
	}
	set now [_np_store_scan_to_write $region]
	if {$now ne $store && [_np_store_harmed $region $store $now]} {
		_np_rescue $region $store $path
	}
	if {$failed} {
		return -code error $why
	}
	if {[catch {_np_image_agreed $path $image $offset}]} {
		_np_fail "the image [_np_quote $path] changed while it was programmed; the variables were not written:\
			run the same command again"
	}
	return $now
}

# Whether anything of the store is gone.
proc _np_store_harmed {region store now} {
	if {[dict get $store state] ne "ok"} {
		return 0
	}
	set area [dict get $store area]
	set value [_np_area_value [dict get $area size] [dict get $area generation]]
	set first [_np_new_entry [_np_header_parse [_np_header_make [dict get $area cell] 0 0 0 4]] [dict get $area entry] $value \
		[dict get $area first]]
	foreach entry [list $first {*}[dict get $store entries]] {
		if {[lsearch -exact [dict get $now entries] $entry] < 0 && ![_np_entry_stands $region $entry]} {
			return 1
		}
	}
	return 0
}

# Whether header and value are there. The check may read right and wrong by turns, if its writing was once cut off.
proc _np_entry_stands {region entry} {
	set cell [dict get $entry cell]
	set value [dict get $entry value]
	set header [_np_header_make $cell [dict get $entry type] [dict get $entry key] [dict get $entry more] [llength $value]]
	for {set i 0} {$i < 4} {incr i} {
		_np_reads_begin [dict get $region base] [dict get $region end] 32
		set place [dict get $entry place]
		if {[_np_word $place] eq $header && [_np_value_bytes [expr {$place + $cell}] [llength $value]] eq $value} {
			return 1
		}
	}
	return 0
}

# Writes the variables back that were there, and fails: the image on the device is not one that was checked.
proc _np_rescue {region store path} {
	set range [_np_range [dict get $region base] [dict get $region end]]
	set items [_np_merge $store {}]
	_np_say "programming [_np_quote $path] changed the reserved region $range: writing back what was there"
	set file [expr {[llength $items] > 0 ? [_np_rescue_file $store] : ""}]
	set failed [catch {
		_np_erase $region [dict get $region base] [expr {[dict get $region end] - [dict get $region base]}]
		if {[llength $items] > 0} {
			_np_write $region [_np_plan $region [_np_store_scan_to_write $region] $items]
		}
	} why]
	set what "programming [_np_quote $path] changed the reserved region $range"
	if {$failed} {
		_np_fail "$what, and its variables could not be written back: $why;\
			[expr {$file eq "" ? "they could not be kept" :
			"they are in [_np_quote $file]: then run `nameplate restore` with it"}]"
	}
	if {$file ne ""} {
		_np_file_delete $file
	}
	_np_fail "$what; its [llength $items] variable(s) are written back, the new ones were not written: what was\
		programmed\
		is not what was checked, so see that nothing changes the file, then run the same command again"
}

# Keeps the variables in a file that only its owner can read, for the time that the device has none. Its name, or {}.
proc _np_rescue_file {store} {
	set file ""
	if {[catch {
		set file [_np_file_unique [_np_setting NAMEPLATE_SAVE_DIR] nameplate-rescue-]
		_np_file_write $file [join [lindex [_np_dump_lines $store 1] 1] \n]\n 1
	}]} {
		return ""
	}
	_np_say "the variables are in $file until they are back on the device"
	return $file
}

list
