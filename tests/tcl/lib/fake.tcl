# SPDX-License-Identifier: MIT
# What the Tcl tests share: TAP, the parts of Nameplate under plain jimsh, and a target made of a table.
# jimsh runs them from anywhere: jimsh tests/tcl/vectors.tcl

set tests_dir [file dirname [file dirname [file normalize [info script]]]]
set home [file dirname [file dirname $tests_dir]]
set tap_number 0
set tap_failed 0

# One TAP line; what differs stands below it as a comment.
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

# ---- a target: words by address, with erased flash elsewhere; "" is a word that cannot be read ------------------

proc flash_is {base size erased} {
	catch {unset ::flash_words}
	set ::flash_words(none) ""
	set ::flash_range [list $base [expr {$base + $size}] $erased]
	set ::reads 0
	set ::fills {}
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

proc read_memory {address width count} {
	incr ::reads
	if {$address == $::_np_cpuid} {
		return 0x412fc230
	}
	lassign $::flash_range base end erased
	if {$width != 32 || $address % 4 != 0 || $address < $base || $address + 4 * $count > $end} {
		return -code error "read outside the region: $address $width $count"
	}
	set words {}
	for {set i 0} {$i < $count} {incr i} {
		set word $erased
		if {[info exists ::flash_words($address)]} {
			set word $::flash_words($address)
		}
		if {$word eq ""} {
			return -code error "bus error"
		}
		lappend words [format 0x%x $word]
		incr address 4
	}
	return $words
}

# `flash fillw`, as far as Nameplate uses it. ::bad_cells maps addresses to what they read after a write.
set bad_cells {}
proc flash {command address value count} {
	lassign $::flash_range base end erased
	# A number, not its spelling: {$address} alone would stay "0x...".
	set address [expr {$address + 0}]
	lappend ::fills [list $address $value $count]
	for {set i 0} {$i < $count} {incr i} {
		set at [expr {$address + 4 * $i}]
		if {[info exists ::flash_words($at)] && $::flash_words($at) != $erased} {
			return -code error "written twice: $address"
		}
		set ::flash_words($at) [expr {$value + 0}]
	}
	if {[dict exists $::bad_cells $address]} {
		set ::flash_words($address) [dict get $::bad_cells $address]
		return -code error "does not verify"
	}
}

# A region as _np_region makes it.
proc region_of {base size cell erased} {
	set areas [expr {$size >= 4096 ? 2 : 1}]
	return [dict create base $base end [expr {$base + $size}] area [expr {$size / $areas}] areas $areas cell $cell \
		words [expr {$cell == 128 || $cell == 64 ? 1 : $cell / 4}] erased $erased driver fake]
}

foreach part {message codec region image target store writer list semihosting upload} {
	source [file join $home openocd nameplate $part.tcl]
}
proc echo {args} {}
