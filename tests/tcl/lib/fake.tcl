# SPDX-License-Identifier: MIT
# What the Tcl tests share: TAP, the parts of Nameplate under plain jimsh, and a target made of a table.
# jimsh runs them from anywhere: jimsh tests/tcl/vectors.tcl

set tests_dir [file dirname [file dirname [file normalize [info script]]]]
set home [file dirname [file dirname $tests_dir]]
set tap_number 0
set tap_failed 0

# One TAP line; what differs is below it as a comment. With TAP_STOP in the environment the first failure is the last.
proc check {name got wanted} {
	incr ::tap_number
	if {$got eq $wanted} {
		puts "ok $::tap_number - $name"
		return
	}
	incr ::tap_failed
	puts "not ok $::tap_number - $name"
	puts "#    got: $got"
	puts "# wanted: $wanted"
	if {[info exists ::env(TAP_STOP)]} {
		exit 1
	}
}

# The text that a failing script raises, or "no error".
proc error_of {script} {
	if {[catch {uplevel 1 $script} text]} {
		return $text
	}
	return "no error"
}

proc tap_end {} {
	puts "1..$::tap_number"
	exit [expr {$::tap_failed > 0}]
}

# ---- a target: words by address, with erased flash elsewhere --------------------------------------------------
# "" is a word that cannot be read (ECC); {from to} is one that reads with other bits between the two each time.
# Every change is an operation: a fill, a cell of an image, a page that is erased. At operation ::cut_at the power goes:
# ::cut_kind says how much of it the flash has taken, and from then on there is no target, until `power_on`.

set flash_cell 4
set flash_page 2048

proc flash_is {base size erased} {
	catch {unset ::flash_words}
	set ::flash_words(none) ""
	set ::flash_range [list $base [expr {$base + $size}] $erased]
	set ::spent_cells {}
	set ::reads 0
	set ::fills {}
	power_on
}

proc power_on {} {
	set ::operations 0
	set ::cut_at -1
	set ::dead 0
}

# A seeded generator, so that every run tears the same bits.
set seed 1
proc random {} {
	set ::seed [expr {($::seed * 1103515245 + 12345) & 0x7FFFFFFF}]
	return [expr {$::seed >> 8}]
}
proc random_word {} {
	return [expr {(([random] & 0xFFFF) << 16) | ([random] & 0xFFFF)}]
}

proc flash_bytes {address hex} {
	set erased [lindex $::flash_range 2]
	foreach {all byte} [regexp -all -inline {([0-9a-f][0-9a-f])} $hex] {
		set word [expr {$address & ~3}]
		set shift [expr {($address & 3) * 8}]
		if {![info exists ::flash_words($word)]} {
			set ::flash_words($word) $erased
		}
		set ::flash_words($word) [expr {($::flash_words($word) & ~(255 << $shift)) | ("0x$byte" << $shift)}]
		incr address
	}
}

proc flash_word {address} {
	if {![info exists ::flash_words($address)]} {
		return [lindex $::flash_range 2]
	}
	set word $::flash_words($address)
	if {[llength $word] == 2} {
		lassign $word from to
		return [expr {$from ^ (($from ^ $to) & [random_word])}]
	}
	return $word
}

# Words outside flash, by address: CPUID, and what a test adds.
set other_words [dict create [expr {0xE000ED00 + 0}] 0x412fc230]

proc read_memory {address width count} {
	incr ::reads
	if {$::dead} {
		return -code error "no target"
	}
	set address [expr {$address + 0}]
	if {[dict exists $::other_words $address]} {
		return [dict get $::other_words $address]
	}
	lassign $::flash_range base end erased
	if {$width != 32 || $address % 4 != 0 || $address < $base || $address + 4 * $count > $end} {
		return -code error "read outside the region: $address $width $count"
	}
	set words {}
	for {set i 0} {$i < $count} {incr i} {
		set word [flash_word $address]
		if {$word eq ""} {
			return -code error "bus error"
		}
		lappend words [format 0x%x $word]
		incr address 4
	}
	return $words
}

# One word of a cut operation, after which it has `to` in part, not at all, or whole.
proc word_cut {from to} {
	switch -- $::cut_kind {
		before - spent { return $from }
		after    { return $to }
		unread   { return [expr {$from eq $to ? $from : ""}] }
		unstable { return [expr {$from eq $to || [llength $from] != 1 ? $to : [list $from $to]}] }
	}
	return [expr {[string is integer -strict $from] ? $from ^ (($from ^ $to) & [random_word]) : $to}]
}

# Changes words {address to ...} in one operation.
proc flash_operation {changes} {
	if {$::dead} {
		return -code error "no target"
	}
	set ::dead [expr {$::operations == $::cut_at}]
	incr ::operations
	foreach {address to} $changes {
		set from [lindex $::flash_range 2]
		if {[info exists ::flash_words($address)]} {
			set from $::flash_words($address)
		}
		set ::flash_words($address) [expr {$::dead ? [word_cut $from $to] : $to}]
	}
	if {$::dead} {
		return -code error "power lost"
	}
}

# ::spent_cells maps cells that read erased and refuse to be programmed, until their page is erased: they were programmed with
# ones, or, with the cut `spent`, only bits of their error-correcting code have changed. `for ever` stays.
set spent_cells {}

# Programs words into one cell or less; nothing may be there yet.
proc flash_program {address words} {
	set cell [expr {$address - $address % $::flash_cell}]
	if {[dict exists $::spent_cells $cell] && !$::dead} {
		return -code error "refused: $address"
	}
	if {$::operations == $::cut_at && $::cut_kind eq "spent"} {
		dict set ::spent_cells $cell 1
	}
	set changes {}
	foreach word $words {
		if {[info exists ::flash_words($address)] && $::flash_words($address) ne [lindex $::flash_range 2]} {
			return -code error "written twice: $address"
		}
		lappend changes $address [expr {$word + 0}]
		incr address 4
	}
	flash_operation $changes
}

# ::bad_cells maps addresses to what they read after a write.
set bad_cells {}
proc flash {command args} {
	return [flash_$command {*}$args]
}

proc flash_fillw {address value count} {
	# A number, not its spelling: {$address} alone would stay "0x...".
	set address [expr {$address + 0}]
	lappend ::fills [list $address $value $count]
	flash_program $address [lrepeat $count $value]
	if {[dict exists $::bad_cells $address]} {
		set ::flash_words($address) [dict get $::bad_cells $address]
		return -code error "does not verify"
	}
}

# An Intel HEX file whose records follow each other: whole cells, one operation each. Reads it on its own, by the format's
# definition.
proc flash_write_image {path offset type} {
	if {$offset != 0 || $type ne "ihex"} {
		return -code error "not the way an image is written: $offset $type"
	}
	set ::last_image $path
	set file [open $path r]
	set lines [split [string trim [read $file]] \n]
	close $file
	set high 0
	set next ""
	set words {}
	foreach line $lines {
		set record {}
		foreach {all byte} [regexp -all -inline {([0-9A-F][0-9A-F])} $line] {
			lappend record [expr {"0x$byte" + 0}]
		}
		set sum 0
		foreach byte $record {
			incr sum $byte
		}
		if {$sum % 256 != 0 || [lindex $record 0] != [llength $record] - 5 || [string index $line 0] ne ":"} {
			return -code error "not Intel HEX: $line"
		}
		set data [lrange $record 4 end-1]
		switch -- [lindex $record 3] {
			0 {
				set at [expr {$high + ([lindex $record 1] << 8) + [lindex $record 2]}]
				if {$next ne "" && $at != $next} {
					return -code error "a gap before $at"
				}
				if {$next eq ""} {
					set start $at
				}
				set next [expr {$at + [llength $data]}]
				foreach {a b c d} $data {
					lappend words [expr {$a | ($b << 8) | ($c << 16) | ($d << 24)}]
				}
			}
			1 { break }
			4 { set high [expr {(([lindex $data 0] << 8) + [lindex $data 1]) << 16}] }
		}
	}
	set per [expr {$::flash_cell / 4}]
	if {$start % $::flash_cell != 0 || [llength $words] % $per != 0} {
		return -code error "OpenOCD would pad this: $start [llength $words]"
	}
	lappend ::images [list $start [llength $words]]
	for {set i 0} {$i < [llength $words]} {incr i $per} {
		flash_program [expr {$start + 4 * $i}] [lrange $words $i [expr {$i + $per - 1}]]
		set at [expr {$start + 4 * $i}]
		if {[dict exists $::bad_cells $at]} {
			set ::flash_words($at) [dict get $::bad_cells $at]
		}
	}
}

proc flash_erase_address {address size} {
	if {$address % $::flash_page != 0 || $size % $::flash_page != 0} {
		return -code error "not whole pages: $address $size"
	}
	lappend ::erases [list $address $size]
	set kept {}
	foreach {cell what} $::spent_cells {
		if {$what eq "for ever" || $cell < $address || $cell >= $address + $size} {
			lappend kept $cell $what
		}
	}
	set ::spent_cells $kept
	for {set end [expr {$address + $size}]} {$address < $end} {incr address $::flash_page} {
		set changes {}
		for {set at 0} {$at < $::flash_page} {incr at 4} {
			if {[info exists ::flash_words([expr {$address + $at}])]} {
				lappend changes [expr {$address + $at}] [lindex $::flash_range 2]
			}
		}
		flash_operation $changes
	}
}

# As OpenOCD prints it, with the pages in ::protected_pages shown as protected.
set protected_pages {}
proc flash_info {number} {
	lassign $::flash_range base end
	set text "#$number : fake at [format 0x%08x $base], size [format 0x%08x [expr {$end - $base}]], buswidth 0, chipwidth 0\n"
	for {set i 0} {$base + $i * $::flash_page < $end} {incr i} {
		set state [expr {[lsearch -exact $::protected_pages $i] >= 0 ? "protected" : "not protected"}]
		append text [format "\t#%3d: 0x%08x (0x%x %dkB) %s\n" $i [expr {$i * $::flash_page}] $::flash_page \
			[expr {$::flash_page >> 10}] $state]
	}
	return $text
}

# A region as _np_region makes it.
proc region_of {base size cell erased} {
	set ::flash_cell $cell
	set row [dict merge [_np_driver fake ""] \
		[dict create cell $cell words [expr {$cell == 128 || $cell == 64 ? 1 : $cell / 4}] erased $erased]]
	set pages {}
	set page_ends {}
	for {set page $base} {$page < $base + $size} {incr page 1024} {
		lappend pages $page
		lappend page_ends [expr {$page + 1024}]
	}
	set bank [_np_new_bank $row 0 fake $base [expr {$base + $size}] $pages $page_ends {}]
	_np_flash_behaves $bank
	return [_np_new_region $bank $base [expr {$base + $size}]]
}

# OpenOCD's target, as far as it is asked about.
set work_area 4096
proc target {what} { return fake_target }
proc fake_target {what args} {
	if {$what eq "configure"} {
		set ::work_area [lindex $args 1]
	}
	return $::work_area
}
proc debug_level {args} { return "debug_level: 2" }

# The parts that nameplate.tcl sources, in its order.
proc parts {} {
	set file [open [file join $::home openocd nameplate.tcl]]
	set text [read $file]
	close $file
	regexp {foreach _np_part \{([^\}]*)\}} $text all parts
	return [list text message {*}$parts]
}
foreach part [parts] {
	source [file join $home openocd nameplate $part.tcl]
}
proc echo {args} {}

# The core that looks how far flash is erased: reads every word once, and fails at one that cannot be read.
set blank_runs 0
proc _np_blank_until {start end erased} {
	incr ::blank_runs
	if {$::dead} {
		return -code error "no target"
	}
	if {[lindex $::flash_range 2] != $erased} {
		return -code error "erased flash reads [lindex $::flash_range 2], not $erased"
	}
	# All other words are erased.
	foreach place [lsort -integer [array names ::flash_words {[0-9]*}]] {
		if {$place < $start || $place >= $end} {
			continue
		}
		set word [flash_word $place]
		if {$word eq ""} {
			set ::_np_job_works 0
			return ""
		}
		if {$word != $erased} {
			return $place
		}
	}
	return $end
}
