# SPDX-License-Identifier: MIT
# nameplate lock.

proc _np_do_lock {words flag} {
	return _np_lock
}

# The numbers of the first and the last block of the region, which must be whole blocks, the same to OpenOCD as to the
# part.
proc _np_lock_blocks {bank region blocks range} {
	set seen [_np_protection_info $bank]
	if {[llength $seen] == 0} {
		_np_fail "the region $range is not locked: OpenOCD does not know whether blocks of this flash are\
			protected; protect it with\
			ST's tools"
	}
	set size [expr {[lindex $seen 0 1] - [lindex $seen 0 0]}]
	set real [expr {[lindex $blocks 0 1] - [lindex $blocks 0 0]}]
	if {[llength $seen] != [llength $blocks] || $size != $real} {
		_np_fail "the region $range is not locked: this part protects blocks of $real bytes, and OpenOCD takes\
			them for $size, so that\
			it would protect other pages; protect it with ST's tools"
	}
	set first [lsearch -exact -index 0 $blocks [dict get $region base]]
	set last [lsearch -exact -index 1 $blocks [dict get $region end]]
	if {$first < 0 || $last < 0} {
		_np_fail "the region $range is not locked: this part protects blocks of several pages, and the region\
			is not whole blocks; let\
			NAMEPLATE_BASE and NAMEPLATE_SIZE name whole blocks (`flash info [dict get $region number]`\
			shows them)"
	}
	return [list $first $last]
}

# Option bytes that were programmed take effect when they are loaded, which on most parts a plain reset does not do. The
# target is halted after a reset then.
proc _np_options_load {region} {
	if {[llength [dict get $region load]] > 0} {
		catch {{*}[dict get $region load] [dict get $region number]}
	}
	_np_reset init
}

# Locked is what the part shows after that: the region's blocks, and no other that was not before.
proc _np_lock_check {region before first last range} {
	set number 0
	foreach block [_np_protection $region] {
		lassign $block start end on
		set wanted [expr {$number >= $first && $number <= $last ? 1 : [lindex $before $number 2]}]
		if {$on != $wanted} {
			_np_fail "the region $range is not locked as it should be: the part shows\
				[_np_range $start $end]\
				[expr {$on ? "protected" : "not protected"}] after its option bytes were loaded; cut\
				its power and run `nameplate lock`\
				again, or take it back with `flash protect [dict get $region number] $first $last off`"
		}
		incr number
	}
}

proc _np_lock {} {
	_np_reset init
	set banks [_np_banks]
	set region [_np_region $banks]
	set range [_np_range [dict get $region base] [dict get $region end]]
	set driver [dict get $region driver]
	if {[dict get $region lock] ne "yes"} {
		_np_fail "the region $range is not locked: [dict get $region lock] ($driver); protect it with ST's\
			tools"
	}
	# OpenOCD's stm32f1x would take read protection back on the way, which erases the flash.
	_np_if_read_protected
	set bank [_np_bank_of $banks [dict get $region base]]
	set before [_np_protection $bank]
	lassign [_np_lock_blocks $bank $region $before $range] first last
	if {[catch {flash protect [dict get $region number] $first $last on}]} {
		_np_fail "the region $range could not be locked (OpenOCD's messages are above): check readout\
			protection and power"
	}
	_np_options_load $bank
	_np_lock_check $bank $before $first $last $range
	_np_leave 1 0
	_np_result "locked=[expr {[dict get $region end] - [dict get $region base]}]"
}

list
