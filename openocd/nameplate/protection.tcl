# SPDX-License-Identifier: MIT
# What a part itself says of its write protection: what was programmed is not always in force.

# {start end on} of each block that the part protects as one, as its registers have it. Of stm32f1x the register is read
# here:
# OpenOCD 0.12 takes the blocks of F07x, F09x and F100 of high density for twice their size, and so names other pages.
proc _np_protection {bank} {
	if {[dict exists $bank wrpr]} {
		return [_np_protection_wrpr $bank]
	}
	return [_np_protection_info $bank]
}

# As OpenOCD has it: pages, or blocks of several.
proc _np_protection_info {bank} {
	set blocks {}
	foreach {all offset length state} [regexp -all -inline \
		{#[ ]*[0-9]+: (0x[0-9a-fA-F]+) \((0x[0-9a-fA-F]+) [^)]*\) (not protected|protected)} [flash info [dict get $bank number]]] {
		set start [expr {[dict get $bank base] + $offset}]
		lappend blocks [list $start [expr {$start + $length}] [expr {$state eq "protected"}]]
	}
	return $blocks
}

# A bit for each 4 KiB, clear where protected; bit 31 stands for all the rest (RM0008, RM0091, RM0316).
proc _np_protection_wrpr {bank} {
	set value [_np_read_memory [dict get $bank wrpr] 32 1]
	set blocks {}
	set start [expr {$::_np_flash_first + 0}]
	for {set bit 0} {$bit < 32 && $start < [dict get $bank end]} {incr bit} {
		set end [expr {$bit == 31 ? [dict get $bank end] : $start + 4096}]
		lappend blocks [list $start $end [expr {!(($value >> $bit) & 1)}]]
		set start $end
	}
	return $blocks
}

# After flash was refused: an error if the part says that any of it from `start` to `end` is write-protected, with what
# takes that back from all of the region at once.
proc _np_if_protected {region start end} {
	if {[catch {_np_banks} banks]} {
		return
	}
	foreach bank $banks {
		if {[catch {_np_protection $bank} blocks]} {
			continue
		}
		set on {}
		set touched 0
		set number 0
		foreach block $blocks {
			lassign $block from to protected
			if {$protected && $from < [dict get $region end] && $to > [dict get $region base]} {
				lappend on $number $from $to
				set touched [expr {$touched || ($from < $end && $to > $start)}]
			}
			incr number
		}
		if {$touched} {
			_np_fail "the flash [_np_range [lindex $on 1] [lindex $on end]] is write-protected (`nameplate\
				lock` does that): to change it,\
				first run `flash protect [dict get $bank number] [lindex $on 0] [lindex $on end-2]\
				off`, then [_np_options_load_text $bank]"
		}
	}
}

list
