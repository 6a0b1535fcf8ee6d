# SPDX-License-Identifier: MIT
# Where the store lies, and what its flash wants: banks, pages, cells.

# cell: bytes written once between two erases. words: how many of a cell's words one fill writes. granule: the least
# that can be written. lock: whether OpenOCD 0.12 can write-protect pages and take that back, or why not. load: what
# puts programmed option bytes in force; empty: a reset does. wrpr: the register of protected blocks, where OpenOCD's
# word is not to be taken. rdp: a register, mask and value that it has while the flash is not read-protected. secure: a
# register and its bits that number the first page which is not ours (WB: SFSA in FLASH_SFR). forgive: registers to be
# written after an unreadable word (H7: FLASH_CCR of both banks; SNECCERR and DBECCERR stay set, and the driver takes
# them for a failure of whatever it does next). nmi: 1 where reading a torn word raises the NMI. known: 0 where the
# flash is none that we know. A family that
# shares its driver with others is told apart by `match`, against what `flash info` prints. First match wins.
#   stm32lx   RM0038 3.3.4: a word is the granule; the driver needs short writes to start on a half page, which is
#             64 bytes on L0 and 128 on L1
#   stm32l4x  ECC: 64 bits, on U5 and WBA 128
#   stm32h7x  ECC: 256 bits
# The last row is a whole granule or several on every STM32.
set _np_drivers {
	{driver stm32f1x match *STM32F1*     cell 4   granule 4   words 1 erased 0xFFFFFFFF lock yes wrpr 0x40022020 load {}
		rdp {0x4002201C 0x2 0x0}}
	{driver stm32f1x match *  cell 4   granule 4   words 1 erased 0xFFFFFFFF lock yes wrpr 0x40022020 load {stm32f1x options_load}
		rdp {0x4002201C 0x2 0x0}}
	{driver stm32f2x match *  cell 4   granule 4   words 1 erased 0xFFFFFFFF lock yes load {} rdp {0x40023C14 0xFF00 0xAA00}}
	{driver stm32lx  match *STM32L0*     cell 128 granule 4   words 1 erased 0x00000000 load {} rdp {0x4002201C 0xFF 0xAA}
		lock {OpenOCD cannot write-protect pages of L0 and L1}}
	{driver stm32lx  match *  cell 128 granule 4   words 1 erased 0x00000000 load {} rdp {0x40023C1C 0xFF 0xAA}
		lock {OpenOCD cannot write-protect pages of L0 and L1}}
	{driver stm32l4x nmi 1 match *STM32L4*     cell 8  granule 8  words 2 erased 0xFFFFFFFF lock yes load {stm32l4x option_load}
		rdp {0x40022020 0xFF 0xAA}}
	{driver stm32l4x nmi 1 match *STM32G[04]*  cell 8  granule 8  words 2 erased 0xFFFFFFFF lock yes load {stm32l4x option_load}
		rdp {0x40022020 0xFF 0xAA}}
	{driver stm32l4x nmi 1 match *STM32WL*     cell 8  granule 8  words 2 erased 0xFFFFFFFF lock yes load {stm32l4x option_load}
		rdp {0x58004020 0xFF 0xAA}}
	{driver stm32l4x nmi 1 match *STM32WB\[1-9\]* cell 8 granule 8 words 2 erased 0xFFFFFFFF lock yes load {stm32l4x option_load}
		rdp {0x58004020 0xFF 0xAA} secure {0x58004080 0xFF}}
	{driver stm32l4x nmi 1 match *STM32L5*     cell 8  granule 8  words 2 erased 0xFFFFFFFF load {stm32l4x option_load}
		rdp {0x40022040 0xFF 0xAA} lock {nobody has tried it on this family}}
	{driver stm32l4x nmi 1 match *STM32C0*     cell 8  granule 8  words 2 erased 0xFFFFFFFF load {stm32l4x option_load}
		rdp {0x40022020 0xFF 0xAA} lock {nobody has tried it on this family}}
	{driver stm32l4x nmi 1 match *STM32U0*     cell 8  granule 8  words 2 erased 0xFFFFFFFF load {stm32l4x option_load}
		rdp {0x40022020 0xFF 0xAA} lock {nobody has tried it on this family}}
	{driver stm32l4x nmi 1 match *  cell 16  granule 16  words 4 erased 0xFFFFFFFF load {stm32l4x option_load} rdp {0x40022040 0xFF 0xAA}
		lock {OpenOCD 0.12 would protect pages of U5 and its like for ever, by mistake}}
	{driver stm32h7x match *  cell 32  granule 32  words 8 erased 0xFFFFFFFF lock yes load {} rdp {0x5200201C 0xFF00 0xAA00}
		forgive {0x52002014 0x06000000 0x52002114 0x06000000}}
	{driver * known 0 match * cell 32  granule 32  words 8 erased 0xFFFFFFFF load {} lock {Nameplate does not know this flash}}
}

# Main flash of an STM32; one-time-programmable areas and aliases lie elsewhere (L5 and U5 have the former at
# 0x0BFA0000).
set _np_flash_first 0x08000000
set _np_flash_last 0x0BEFFFFF

proc _np_range {start end} {
	return [format "0x%08X to 0x%08X" $start [expr {$end - 1}]]
}

proc _np_driver {driver info} {
	foreach row $::_np_drivers {
		if {[string match [dict get $row driver] $driver] && [string match [dict get $row match] $info]} {
			return $row
		}
	}
}

# One bank as `flash info N sectors` shows it; that probes the bank when nobody has yet.
proc _np_bank_info {number driver} {
	if {[catch {flash info $number sectors} text]} {
		if {![_np_answers]} {
			_np_fail "lost the target before its flash was identified: check probe, cable and power, then run the\
				same command again (it finishes the job)"
		}
		_np_fail "OpenOCD cannot identify flash bank $number ($driver): check that the target file fits the\
			chip"
	}
	if {![regexp { at (0x[0-9a-fA-F]+), size (0x[0-9a-fA-F]+)} $text all base size]} {
		_np_fail "flash info $number says nothing about base and size: this OpenOCD is not one Nameplate knows"
	}
	set pages {}
	set page_ends {}
	set gaps {}
	foreach {all offset length} [regexp -all -inline {#[ ]*[0-9]+: (0x[0-9a-fA-F]+) \((0x[0-9a-fA-F]+)} $text] {
		set page [expr {$base + $offset}]
		if {[llength $pages] > 0 && $page != [lindex $page_ends end]} {
			lappend gaps [list [lindex $page_ends end] $page]
		}
		lappend pages $page
		lappend page_ends [expr {$page + $length}]
	}
	set bank [_np_new_bank [_np_driver $driver $text] $number $driver [expr {$base + 0}] [expr {$base + $size}] \
		$pages $page_ends $gaps]
	if {[dict exists $bank secure]} {
		return [_np_bank_secure $bank]
	}
	return $bank
}

# The radio core of a WB keeps the end of the flash for itself: the bank ends where that begins.
proc _np_bank_secure {bank} {
	lassign [dict get $bank secure] register mask
	if {[catch {_np_read_memory $register 32 1} value]} {
		_np_fail "cannot read [format 0x%08X $register], which says where the radio core's flash begins: check\
			probe and power"
	}
	set first [lindex [dict get $bank pages] [expr {$value & $mask}]]
	if {$first ne "" && $first > [dict get $bank base]} {
		set pages [dict get $bank pages]
		dict set bank pages [lrange $pages 0 [expr {[lsearch -exact $pages $first] - 1}]]
		dict set bank end $first
	}
	return $bank
}

# All banks of main flash, by ascending address.
proc _np_banks {} {
	set banks {}
	set number 0
	foreach row [flash list] {
		# 0.12 gives the driver as `name`; newer ones give the bank's own name there.
		set driver [dict get $row name]
		if {[dict exists $row driver]} {
			set driver [dict get $row driver]
		}
		set base [dict get $row base]
		# A base of 0 is filled in by the probe.
		if {$driver ne "virtual" && ($base == 0 || ($base >= $::_np_flash_first && $base <= $::_np_flash_last))} {
			set bank [_np_bank_info $number $driver]
			lappend banks [list [dict get $bank base] $bank]
		}
		incr number
	}
	set sorted {}
	foreach pair [lsort -integer -index 0 $banks] {
		lappend sorted [lindex $pair 1]
	}
	if {[llength $sorted] == 0} {
		_np_fail "no flash bank at [format 0x%08X $::_np_flash_first]: name a target file for the chip with -f"
	}
	_np_flash_behaves [lindex $sorted end]
	return $sorted
}

proc _np_bank_of {banks address} {
	foreach bank $banks {
		if {$address >= [dict get $bank base] && $address < [dict get $bank end]} {
			return $bank
		}
	}
	return {}
}

# The first piece from `start` to `end` where the bank has no flash, or {}. A trimmed G4 with two banks is one bank of
# OpenOCD's with a hole in the middle.
proc _np_gap {bank start end} {
	foreach gap [dict get $bank gaps] {
		if {$start < [lindex $gap 1] && $end > [lindex $gap 0]} {
			return $gap
		}
	}
	return {}
}

# Whether there is flash all the way, in one bank or in adjacent ones.
proc _np_in_flash {banks start end} {
	while {$start < $end} {
		set bank [_np_bank_of $banks $start]
		if {$bank eq "" || [_np_gap $bank $start $end] ne ""} {
			return 0
		}
		set start [dict get $bank end]
	}
	return 1
}

# What a firmware was linked for is where its reader will look, so nothing else may be said.
proc _np_region_linked {path linked} {
	set base [_np_integer [_np_setting NAMEPLATE_BASE]]
	set size [_np_integer [_np_setting NAMEPLATE_SIZE]]
	if {$linked ne "" && $base ne "" && $linked ne [list $base $size]} {
		lassign $linked start bytes
		_np_fail "the image [_np_quote $path] was linked for the region\
			[_np_range $start [expr {$start + $bytes}]], and\
			NAMEPLATE_BASE and NAMEPLATE_SIZE name [_np_range $base [expr {$base + $size}]]: link it for\
			that one, or leave them out"
	}
}

# `linked` is what a firmware says, {base size}.
proc _np_region {banks {linked {}}} {
	set base [_np_setting NAMEPLATE_BASE]
	set size [_np_setting NAMEPLATE_SIZE]
	if {$linked ne ""} {
		return [_np_region_named $banks {*}$linked "_nameplate_start and _nameplate_end in the firmware's linker script"]
	}
	if {$base eq ""} {
		return [_np_region_default $banks]
	}
	return [_np_region_named $banks [_np_integer $base] [_np_integer $size] "NAMEPLATE_BASE and NAMEPLATE_SIZE"]
}

# The end of the first bank, since many target files define no other: one place, whichever of them is used. Two areas of
# whole pages of 2 KiB or more, if both take a sixteenth of it or less; else one page. Firmware growing from the start
# meets it last.
proc _np_region_default {banks} {
	set bank [lindex $banks 0]
	set end [dict get $bank end]
	set flash [expr {$end - [dict get $bank base]}]
	set pages [dict get $bank pages]
	if {[llength $pages] < 2} {
		_np_fail "the flash of this chip is a single page, so none can be reserved: choose another chip"
	}
	set base [lindex $pages end]
	foreach half [lreverse $pages] {
		if {$end - $half >= 2048} {
			break
		}
	}
	set start [expr {$end - 2 * ($end - $half)}]
	if {($end - $start) * 16 <= $flash && [lsearch -exact $pages $start] >= 0} {
		set base $start
	}
	return [_np_new_region $bank $base $end]
}

# `source` is what to correct.
proc _np_region_named {banks base size source} {
	set end [expr {$base + $size}]
	set bank [_np_bank_of $banks $base]
	if {$bank eq "" || $end > [dict get $bank end]} {
		set ranges {}
		foreach bank $banks {
			lappend ranges [_np_range [dict get $bank base] [dict get $bank end]]
		}
		_np_fail "the region [_np_range $base $end] lies outside the flash ([join $ranges {, }]):\
			correct $source"
	}
	set pages [dict get $bank pages]
	set first [lsearch -exact $pages $base]
	set last [lsearch -exact [dict get $bank page_ends] $end]
	if {$first < 0 || $last < 0 || $size % 1024 != 0} {
		_np_fail "the region [_np_range $base $end] is not whole pages ([_np_page_starts $pages $base $end]):\
			correct $source"
	}
	set gap [_np_gap $bank $base $end]
	if {$gap ne ""} {
		_np_fail "the region [_np_range $base $end] has a gap at [_np_range {*}$gap], where this chip has no\
			flash:\
			correct $source"
	}
	return [_np_new_region $bank $base $end]
}

# The nearest page boundaries below and above, for the message.
proc _np_page_starts {pages base end} {
	set below [lindex $pages 0]
	set above ""
	foreach page $pages {
		if {$page <= $base} {
			set below $page
		}
		if {$above eq "" && $page >= $end} {
			set above $page
		}
	}
	if {$above eq ""} {
		return [format "a page starts at 0x%08X" $below]
	}
	return [format "pages start at 0x%08X and 0x%08X" $below $above]
}

list
