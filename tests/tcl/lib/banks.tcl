# SPDX-License-Identifier: MIT
# Flash as `flash list` and `flash info` would show it.

# Banks as {driver base sizes...}; a size is BYTESxCOUNT, or BYTESxgap where there is no flash. `text` is what the driver adds to `flash info`.
proc banks_are {banks {text ""}} {
	set ::banks_now $banks
	set ::info_text $text
	catch {unset ::NAMEPLATE_BASE}
	catch {unset ::NAMEPLATE_SIZE}
}

rename flash fake_flash
proc flash {command args} {
	if {$command eq "list"} {
		set rows {}
		foreach bank $::banks_now {
			lappend rows [list name [lindex $bank 0] base [expr {[lindex $bank 1] + 0}] size 0 bus_width 0 chip_width 0]
		}
		return $rows
	}
	set number [lindex $args 0]
	set bank [lindex $::banks_now $number]
	set lines {}
	set offset 0
	set index 0
	foreach sizes [lrange $bank 2 end] {
		lassign [split $sizes x] bytes count
		if {$count eq "gap"} {
			incr offset $bytes
			continue
		}
		for {set i 0} {$i < $count} {incr i} {
			lappend lines [format "\t#%3i: 0x%08x (0x%x %dkB) not protected" $index $offset $bytes [expr {$bytes >> 10}]]
			incr offset $bytes
			incr index
		}
	}
	set base [lindex $bank 1]
	if {$base == 0} {
		set base 0x08000000
	}
	return "[format "#%d : %s at 0x%08x, size 0x%08x, buswidth 0, chipwidth 0" $number [lindex $bank 0] $base $offset]\n[join $lines \n]\n$::info_text\n"
}
