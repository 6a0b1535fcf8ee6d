# SPDX-License-Identifier: MIT
# The stores of tests/vectors/store.txt, read and continued by the Tcl codec.

source [file join [file dirname [info script]] lib fake.tcl]

set base [expr {0x08010000 + 0}]

# What was found on the flash, in the words of the vectors' `expect` lines.
proc found {region} {
	set store [_np_store_scan $region]
	set lines [list "state [dict get $store state]"]
	set values {}
	foreach entry [_np_store_live $store] {
		set hex ""
		foreach byte [dict get $entry value] {
			append hex [format %02x $byte]
		}
		if {$hex eq ""} {
			set hex -
		}
		lappend values "value [dict get $entry key] [dict get $entry type] $hex"
	}
	lappend lines {*}[lsort $values]
	# Where a serial number would go. A writer may have another reason to compact, though there is room.
	set serial [_np_var_item [_np_serial_var 42]]
	if {![catch {_np_plan $region $store [list $serial]} plan] && [dict get $plan place] ne ""} {
		lappend lines "append [expr {[dict get $plan place] - [dict get $region base]}]"
	}
	return $lines
}

proc play {name cell size erased contents unreadable expects} {
	flash_is $::base $size $erased
	foreach {offset hex} $contents {
		flash_bytes [expr {$::base + $offset}] $hex
	}
	foreach offset $unreadable {
		set ::flash_words([expr {$::base + $offset}]) ""
	}
	set wanted {}
	set values {}
	foreach expect $expects {
		if {[string match value* $expect]} {
			lappend values $expect
		}
	}
	lappend wanted [lindex $expects 0] {*}[lsort $values]
	foreach expect $expects {
		if {[string match append* $expect]} {
			lappend wanted $expect
		}
	}
	set got [found [region_of $::base $size $cell $erased]]
	if {[lindex $wanted end] eq "append any"} {
		# No writer leaves such a store, so its next place is nobody's promise.
		set wanted [lrange $wanted 0 end-1]
		if {[string match append* [lindex $got end]]} {
			set got [lrange $got 0 end-1]
		}
	}
	check $name [join $got "; "] [join $wanted "; "]
}

set file [open [file join $home tests vectors store.txt]]
set name ""
while {[gets $file line] >= 0} {
	set words [split $line " "]
	switch -- [lindex $words 0] {
		vector {
			if {$name ne ""} {
				play $name $cell $size $erased $contents $unreadable $expects
			}
			set name [lindex $words 1]
			set contents {}
			set unreadable {}
			set expects {}
		}
		erased { set erased [expr {[lindex $words 1] eq "ff" ? 0xFFFFFFFF : 0}] }
		cell   { set cell [lindex $words 1] }
		size   { set size [lindex $words 1] }
		at     { lappend contents [lindex $words 1] [lindex $words 2] }
		unreadable { lappend unreadable [lindex $words 1] }
		expect { lappend expects [join [lrange $words 1 end] " "] }
	}
}
close $file
play $name $cell $size $erased $contents $unreadable $expects
tap_end
