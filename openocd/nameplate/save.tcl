# SPDX-License-Identifier: MIT
# The file that holds a device's variables while its only area is erased, and what tells devices apart.

# Where the 96 bits of the unique device ID are, by the DEV_ID of DBGMCU_IDCODE (bits 11:0). First row that matches
# wins.
#   L1   RM0038 30.6.1, 31.2    L0   RM0377 27.4.1, 28.2    F1   RM0008 31.6.1, 30.2    F2   RM0033 32.6.1, 33.1
#   F4   RM0090 38.6.1, 39.1    F7   RM0385 40.6.1, 41.1
# The others as OpenOCD's drivers and ST's headers have them (UID_BASE), in the order of registers that every core can
# read.
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
	{driver stm32f1x idcode 0xE0042000 devices {0x422 0x432 0x438 0x439 0x446} uid {0x1FFFF7AC 0x1FFFF7B0 0x1FFFF7B4}}
	{driver stm32f1x idcode 0x40015800 devices {0x440 0x442 0x444 0x445 0x448} uid {0x1FFFF7AC 0x1FFFF7B0 0x1FFFF7B4}}
	{driver stm32l4x idcode 0xE0042000 devices {0x415 0x435 0x461 0x462 0x464 0x468 0x469 0x470 0x471 0x479 0x494 0x495 0x496 0x497}
		uid {0x1FFF7590 0x1FFF7594 0x1FFF7598}}
	{driver stm32l4x idcode 0xE0044000 devices {0x472} uid {0x0BFA0590 0x0BFA0594 0x0BFA0598}}
	{driver stm32l4x idcode 0xE0044000 devices {0x42a 0x454 0x455 0x476 0x481 0x482 0x4b0} uid {0x0BFA0700 0x0BFA0704 0x0BFA0708}}
	{driver stm32l4x idcode 0xE0044000 devices {0x492} uid {0x0BF90700 0x0BF90704 0x0BF90708}}
	{driver stm32l4x idcode 0xE0044000 devices {0x4b2} uid {0x0BF8D700 0x0BF8D704 0x0BF8D708}}
	{driver stm32l4x idcode 0x40015800 devices {0x456 0x460 0x466 0x467} uid {0x1FFF7590 0x1FFF7594 0x1FFF7598}}
	{driver stm32l4x idcode 0x40015800 devices {0x443 0x44c 0x44d 0x453 0x493} uid {0x1FFF7550 0x1FFF7554 0x1FFF7558}}
	{driver stm32l4x idcode 0x40015800 devices {0x459} uid {0x1FFF3E50 0x1FFF3E54 0x1FFF3E58}}
	{driver stm32l4x idcode 0x40015800 devices {0x489} uid {0x1FFF6E50 0x1FFF6E54 0x1FFF6E58}}
	{driver stm32h7x idcode 0x5C001000 devices {0x450 0x483} uid {0x1FF1E800 0x1FF1E804 0x1FF1E808}}
	{driver stm32h7x idcode 0x5C001000 devices {0x480 0x485} uid {0x08FFF800 0x08FFF804 0x08FFF808}}
}

# The device in hand, as 24 hex digits. "" for a part whose unique ID Nameplate cannot read, or an error if it is
# needed: `needed` says what for, and what to do without.
proc _np_device {region needed} {
	set driver [dict get $region driver]
	set seen {}
	foreach row $::_np_devices {
		if {[dict get $row driver] ne $driver} {
			continue
		}
		if {[catch {_np_read_memory [dict get $row idcode] 32 1} idcode]} {
			_np_alive [dict get $row idcode]
			continue
		}
		set id [format 0x%03x [expr {$idcode & 0xFFF}]]
		set seen " (DEV_ID $id)"
		if {[lsearch -exact [dict get $row devices] $id] < 0} {
			continue
		}
		set digits ""
		foreach address [dict get $row uid] {
			if {[catch {_np_read_memory $address 32 1} word]} {
				_np_alive $address
				_np_fail [format "the unique device ID at 0x%08X cannot be read: check the target file" $address]
			}
			append digits [format %08x $word]
		}
		return $digits
	}
	if {$needed ne ""} {
		_np_fail "Nameplate does not know where this part ($driver$seen) keeps its unique ID, $needed"
	}
	return ""
}

# ---- the file -------------------------------------------------------------------------------------------------

proc _np_save_path {device} {
	return [_np_setting NAMEPLATE_SAVE_DIR]/nameplate-$device.save
}

# Before anything is written: the file that a plan needs can be created, and takes no other one's place.
proc _np_save_free {device} {
	set path [_np_save_path $device]
	if {[_np_file_kind $path] ne ""} {
		_np_fail "the device's variables have to pass through the file [_np_quote $path], but there is one of\
			this name that an\
			earlier run left: look into it, then move it away"
	}
	_np_file_can_write $path
}

proc _np_save_remove {path} {
	if {[catch {_np_file_delete $path}]} {
		_np_fail "the file [_np_quote $path] is no longer needed, but cannot be removed: remove it yourself"
	}
}

# ---- what is in it --------------------------------------------------------------------------------------------

# Where the words of an entry are that say something: header, value, check.
proc _np_entry_places {place cell length} {
	set places [list [expr {$place + 0}]]
	for {set at 0} {$at < $length} {incr at 4} {
		lappend places [expr {$place + $cell + $at}]
	}
	return [lappend places [expr {$place + $cell + [_np_align $length $cell]}]]
}

# All entries that stand anywhere in a region of one area, whether they count or not, as the places of their words.
proc _np_standing {region} {
	set base [dict get $region base]
	set end [dict get $region end]
	_np_reads_begin $base $end 32
	set standing {}
	for {set place $base} {$place + 8 <= $end} {incr place 4} {
		set entry [_np_entry_at $place $base $end 0]
		if {$entry ne ""} {
			lappend standing [_np_entry_places $place [dict get $entry cell] [dict get $entry length]]
		}
	}
	return $standing
}

# Their words by address: the store is known again by these, even half erased.
proc _np_save_was {region} {
	set was [dict create]
	foreach places [_np_standing $region] {
		foreach place $places {
			dict set was $place [_np_word $place]
		}
	}
	return $was
}

# The block that takes the variables back to the device: {place bytes}.
proc _np_save_block {region saved} {
	set offset [_np_entry_size [dict get $saved cell] 4]
	set bytes [_np_pack [dict get $saved items] $offset 1 [expr {[dict get $region erased] & 255}]]
	return [list [expr {[dict get $saved base] + $offset}] $bytes]
}

# The words of the store that is to be written, by address.
proc _np_save_new {region saved} {
	set base [dict get $saved base]
	set cell [dict get $saved cell]
	set header [_np_header_make $cell 0 0 0 4]
	set value [_np_area_value [dict get $saved size] [dict get $saved generation]]
	set new [dict create $base $header [expr {$base + $cell}] [_np_bytes_word $value] \
		[expr {$base + 2 * $cell}] [_np_check 0 $header $value]]
	lassign [_np_save_block $region $saved] place bytes
	foreach word [_np_bytes_words $bytes] {
		dict set new $place $word
		incr place 4
	}
	return $new
}

# As "The save file" in firmware/FORMAT.md has it.
proc _np_save_write {path saved} {
	_np_save_free [dict get $saved device]
	set lines [list "nameplate-save 2" "device [dict get $saved device]" \
		"region [format 0x%08X [dict get $saved base]] [dict get $saved size] [dict get $saved cell]" \
		"generation [dict get $saved generation]"]
	set next ""
	foreach {place word} [dict get $saved was] {
		if {$place ne $next} {
			lappend lines "was [format 0x%08X $place]"
		}
		set line [lindex $lines end]
		append line [format " %08X" $word]
		lset lines end $line
		set next [expr {$place + 4}]
	}
	foreach item [dict get $saved items] {
		lappend lines "item [dict get $item key] [dict get $item type] [_np_hex_of [dict get $item value]]-"
	}
	set text [join $lines \n]\n
	_np_file_write $path "${text}end [format %08x [_np_crc32 [_np_string_bytes $text]]]\n" 1
}

# ---- reading it: all of it is looked at before anything is erased ---------------------------------------------

# Refuses what others may have laid there or changed.
proc _np_save_trust {path} {
	set quoted "the file [_np_quote $path], where this device's variables would be,"
	set kind [_np_file_kind $path]
	if {$kind ne "file"} {
		_np_fail "$quoted is no plain file ($kind): move it away"
	}
	# Windows has neither owners nor modes here.
	if {$::tcl_platform(platform) ne "unix"} {
		return
	}
	file stat [_np_file_name $path] info
	if {$info(uid) != 0 && $info(uid) != [dict get [os.getids] euid]} {
		_np_fail "$quoted belongs to somebody else (user $info(uid)): look into it, then move it away, or make\
			it yours"
	}
	if {$info(mode) & 18} {
		_np_fail "$quoted may be written by others: look into it, then move it away, or take that right from\
			them"
	}
}

# The dict that was saved for the device in hand.
proc _np_save_read {region path device} {
	_np_save_trust $path
	if {[catch {_np_file_read $path 8388608} text]} {
		_np_fail "the file [_np_quote $path], which should hold this device's variables, cannot be read: look\
			into it, then move it away"
	}
	set wrong [catch {_np_save_parse $text} saved]
	if {!$wrong && ([dict get $saved base] != [dict get $region base] ||
		[dict get $saved base] + [dict get $saved size] != [dict get $region end])} {
		_np_fail "an earlier run was cut off and left this device's variables in [_np_quote $path], for the\
			region\
			[_np_range [dict get $saved base] [expr {[dict get $saved base] + [dict get $saved size]}]]:\
			set NAMEPLATE_BASE\
			and NAMEPLATE_SIZE to that one, or move the file away"
	}
	if {$wrong || [catch {_np_save_check $region $device $saved} saved]} {
		_np_fail "the file [_np_quote $path], which should hold this device's variables, $saved: look into it,\
			then move it away"
	}
	return $saved
}

proc _np_save_parse {text} {
	if {[string match "nameplate-save *" $text] && ![string match "nameplate-save 2\n*" $text]} {
		return -code error "was written by another version of Nameplate"
	}
	# The last line is `end` and the CRC-32 of all before it.
	set at [expr {[string length $text] - 13}]
	set body [string range $text 0 [expr {$at - 1}]]
	if {![string match "nameplate-save 2\n*" $text] || [regexp {[^ -~\n]} $text] ||
		[string range $text $at end] ne "end [format %08x [_np_crc32 [_np_string_bytes $body]]]\n"} {
		return -code error "is damaged"
	}
	set lines [lassign [split [string range $body 0 end-1] \n] version device region generation]
	if {![regexp {^device ([0-9a-f]{24})$} $device all device] ||
		![regexp {^region 0x([0-9A-F]{8}) ([1-9][0-9]{0,7}) ([1-9][0-9]{0,2})$} $region all base size cell] ||
		![regexp {^generation ([0-9]{1,5})$} $generation all generation]} {
		return -code error "has no right head"
	}
	lassign [_np_save_lines $lines] was items
	return [_np_new_saved $device [expr {"0x$base" + 0}] [expr {$size + 0}] [expr {$cell + 0}] [expr {$generation + 0}] $was $items]
}

# {was items}
proc _np_save_lines {lines} {
	set was [dict create]
	set items {}
	set number 4
	foreach line $lines {
		incr number
		if {[regexp {^item ([1-9][0-9]{0,2}) ([0-9]) (([0-9a-f][0-9a-f])*)-$} $line all key type digits]} {
			set value [expr {$digits eq "" ? "" : [lreverse [_np_hex_bytes $digits [expr {[string length $digits] / 2}]]]}]
			lappend items [_np_new_item $key $type $value]
			continue
		}
		# A line may have all words of a large sector, and Jim's regexp calls itself for each turn of a repeated group.
		if {[llength $items] > 0 || ![regexp {^was 0x([0-9A-F]{8}) ([0-9A-F ]+)$} $line all place words]} {
			return -code error "is damaged in line $number"
		}
		set place [expr {"0x$place" + 0}]
		foreach word [split $words " "] {
			if {[string length $word] != 8} {
				return -code error "is damaged in line $number"
			}
			if {[dict exists $was $place]} {
				return -code error "has a word twice in line $number"
			}
			dict set was $place [expr {"0x$word" + 0}]
			incr place 4
		}
	}
	return [list $was $items]
}

# What its numbers may be. Returns the dict.
proc _np_save_check {region device saved} {
	set base [dict get $saved base]
	set size [dict get $saved size]
	set cell [dict get $saved cell]
	if {[dict get $saved device] ne $device} {
		return -code error "is of another device ([dict get $saved device], and this one is $device)"
	}
	if {[lsearch -exact {4 8 16 32 64 128} $cell] < 0 || $cell % [dict get $region cell] != 0} {
		return -code error "is for cells of $cell bytes, which this flash ([dict get $region driver]) has not"
	}
	if {[dict get $saved generation] > 65535} {
		return -code error "has a generation above 65535"
	}
	foreach place [dict keys [dict get $saved was]] {
		if {$place % 4 != 0 || $place < $base || $place + 4 > $base + $size} {
			return -code error [format "has a word at 0x%08X, outside its region" $place]
		}
	}
	_np_save_check_items [dict get $saved items] [expr {$size - [_np_entry_size $cell 4]}] $cell
	return $saved
}

# Variables that a device can have, none twice, and room for them.
proc _np_save_check_items {items room cell} {
	set number 0
	foreach item $items {
		incr number
		set identity [_np_identity $item]
		set type [dict get $item type]
		if {[dict get $item key] > 255 || $type == $::_np_type_deleted || $type > 6 || $identity eq "" ||
			[llength [dict get $item value]] > $::_np_max_length} {
			return -code error "has a variable that no device can have (item $number)"
		}
		if {[info exists seen($identity)]} {
			return -code error "has a variable twice (item $number)"
		}
		set seen($identity) 1
	}
	if {[_np_align [_np_packed_size $items] $cell] > $room} {
		return -code error "holds more than its region can"
	}
}

list
