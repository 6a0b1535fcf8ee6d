# SPDX-License-Identifier: MIT
# The file that holds a device's variables while its only area is erased, and what tells devices apart.

lappend _telnet_autocomplete_skip _np_device _np_device_rows _np_save_path _np_save_write _np_save_read _np_save_parse
lappend _telnet_autocomplete_skip _np_fingerprint _np_resume _np_save_stale _np_save_pending

# Where the 96 bits of the unique device ID are, by the DEV_ID of DBGMCU_IDCODE (bits 11:0). First row that matches wins.
#   L1   RM0038 30.6.1, 31.2    L0   RM0377 27.4.1, 28.2    F1   RM0008 31.6.1, 30.2    F2   RM0033 32.6.1, 33.1
#   F4   RM0090 38.6.1, 39.1    F7   RM0385 40.6.1, 41.1
set _np_devices {
	{driver stm32lx  idcode 0xE0042000 devices {0x416 0x429}       uid {0x1FF80050 0x1FF80054 0x1FF80064}}
	{driver stm32lx  idcode 0xE0042000 devices {0x427 0x436 0x437} uid {0x1FF800D0 0x1FF800D4 0x1FF800E4}}
	{driver stm32lx  idcode 0x40015800 devices {0x417 0x425 0x447 0x457} uid {0x1FF80050 0x1FF80054 0x1FF80064}}
	{driver stm32f1x idcode 0xE0042000 devices {0x410 0x412 0x414 0x418 0x420 0x428 0x430}
		uid {0x1FFFF7E8 0x1FFFF7EC 0x1FFFF7F0}}
	{driver stm32f2x idcode 0xE0042000 devices {0x411 0x413 0x419 0x421 0x423 0x431 0x433 0x434 0x441 0x458 0x463}
		uid {0x1FFF7A10 0x1FFF7A14 0x1FFF7A18}}
	{driver stm32f2x idcode 0xE0042000 devices {0x449 0x451} uid {0x1FF0F420 0x1FF0F424 0x1FF0F428}}
	{driver stm32f2x idcode 0xE0042000 devices {0x452} uid {0x1FF07A10 0x1FF07A14 0x1FF07A18}}
}

# The device in hand, as 24 hex digits.
proc _np_device {region} {
	set driver [dict get $region driver]
	set seen {}
	foreach row $::_np_devices {
		if {[dict get $row driver] ne $driver || [catch {read_memory [dict get $row idcode] 32 1} idcode]} {
			continue
		}
		set id [format 0x%03x [expr {$idcode & 0xFFF}]]
		set seen " (DEV_ID $id)"
		if {[lsearch -exact [dict get $row devices] $id] < 0} {
			continue
		}
		set digits ""
		foreach address [dict get $row uid] {
			if {[catch {read_memory $address 32 1} word]} {
				_np_alive $address
				_np_fail [format "the unique device ID at 0x%08X cannot be read: check the target file" $address]
			}
			append digits [format %08x $word]
		}
		return $digits
	}
	_np_fail "the reserved region is full and has a single area, and Nameplate does not know where this part ($driver$seen) keeps its\
		unique ID, which the file with its variables would be bound to: `nameplate dump FILE -secrets`, `nameplate erase`,\
		`nameplate restore FILE`, or reserve two areas (NAMEPLATE_BASE, NAMEPLATE_SIZE)"
}

proc _np_save_path {device} {
	return [_np_setting NAMEPLATE_SAVE_DIR]/nameplate-$device.save
}

# ---- its contents ---------------------------------------------------------------------------------------------

# "count crc" of entries, to see later whether a store still begins with them.
proc _np_fingerprint {entries} {
	set bytes {}
	foreach entry $entries {
		lappend bytes {*}[_np_word_bytes [dict get $entry place]] [dict get $entry key] [dict get $entry type]
		lappend bytes {*}[dict get $entry value]
	}
	return [list [llength $entries] [format %08x [_np_crc32 $bytes]]]
}

proc _np_save_write {path saved} {
	set lines [list "nameplate-save 1" "device [dict get $saved device]" \
		"region [format 0x%08X [dict get $saved base]] [dict get $saved size] [dict get $saved cell]" \
		"generation [dict get $saved generation]" "before [dict get $saved before]"]
	foreach item [dict get $saved items] {
		lappend lines "item [dict get $item key] [dict get $item type] [_np_hex_of [dict get $item value]]-"
	}
	set text [join $lines \n]\n
	_np_file_write $path "${text}end [format %08x [_np_crc32 [_np_string_bytes $text]]]\n" 1
}

# The dict that was saved, or an error.
proc _np_save_parse {text} {
	# The last line is `end` and the CRC-32 of all before it.
	set at [expr {[string length $text] - 13}]
	set body [string range $text 0 [expr {$at - 1}]]
	if {![string match "nameplate-save 1\n*" $text] ||
		[string range $text $at end] ne "end [format %08x [_np_crc32 [_np_string_bytes $body]]]\n"} {
		return -code error "damaged"
	}
	set items {}
	foreach line [split [string trimright $body \n] \n] {
		set words [split $line " "]
		switch -- [lindex $words 0] {
			device     { set device [lindex $words 1] }
			region     { lassign $words word base size cell }
			generation { set generation [lindex $words 1] }
			before     { set before [lrange $words 1 end] }
			item       {
				set digits [string trimright [lindex $words 3] -]
				set value [expr {$digits eq "" ? "" : [lreverse [_np_hex_bytes $digits [expr {[string length $digits] / 2}]]]}]
				lappend items [dict create key [lindex $words 1] type [lindex $words 2] value $value]
			}
		}
	}
	return [dict create device $device base [expr {$base + 0}] size $size cell $cell generation $generation \
		before $before items $items]
}

proc _np_save_read {path} {
	if {[catch {
		_np_save_parse [_np_file_read $path]
	} saved]} {
		_np_fail "the file [_np_quote $path], which should hold this device's variables, cannot be read or is damaged:\
			look into it, then move it away"
	}
	return $saved
}

# ---- picking it up --------------------------------------------------------------------------------------------

# The file for the device in hand, or {}. The device is asked only where there is any such file at all.
proc _np_save_pending {region} {
	# A folder may refuse to be listed, and yet have the file.
	if {![catch {_np_file_list [_np_setting NAMEPLATE_SAVE_DIR]} names] && [lsearch -glob $names nameplate-*.save] < 0} {
		return {}
	}
	if {[catch {_np_device $region} device]} {
		return {}
	}
	set path [_np_save_path $device]
	return [expr {[_np_file_kind $path] ne "" ? $path : ""}]
}

# Before anything is written: finishes what an earlier run could not.
proc _np_resume {region} {
	set path [_np_save_pending $region]
	if {$path eq ""} {
		return
	}
	set saved [_np_save_read $path]
	if {[dict get $saved base] != [dict get $region base] ||
		[dict get $saved base] + [dict get $saved size] != [dict get $region end]} {
		_np_fail "an earlier run was cut off and left this device's variables in [_np_quote $path], for the region\
			[_np_range [dict get $saved base] [expr {[dict get $saved base] + [dict get $saved size]}]]: set NAMEPLATE_BASE\
			and NAMEPLATE_SIZE to that one, or move the file away"
	}
	if {[_np_save_stale $region $saved]} {
		_np_say "the device has more than $path, which is removed"
		_np_file_delete $path
		return
	}
	_np_say "an earlier run was cut off: writing the device's variables back"
	_np_rewrite_saved $region $path $saved
}

# Whether the device's store is later than the file: the file's own rewriting is complete, or somebody who did not see the file
# has written since.
proc _np_save_stale {region saved} {
	set store [_np_store_scan_to_write $region]
	set entries [dict get $store entries]
	if {[dict get $store state] ne "ok" || [llength $entries] == 0 ||
		![_np_store_settled $region [dict get $store area] $entries]} {
		return 0
	}
	set generation [dict get [dict get $store area] generation]
	if {$generation == [dict get $saved generation] || [_np_newer $generation [dict get $saved generation]]} {
		return 1
	}
	# The old store, untouched, and more behind it. Without anything more it may be an erase that has only begun.
	set count [lindex [dict get $saved before] 0]
	return [expr {[llength $entries] > $count &&
		[_np_fingerprint [lrange $entries 0 [expr {$count - 1}]]] eq [dict get $saved before]}]
}

list
