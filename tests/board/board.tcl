# SPDX-License-Identifier: MIT
# What the board test asks of a device beside Nameplate's commands. Sourced after the board file, which may be one of OpenOCD's own.
# Each is run as Nameplate's commands are: results on stdout, errors in one line, the target left running.

if {[info commands program_serial] eq ""} {
	source [file join [file dirname [file dirname [file dirname [file normalize [info script]]]]] openocd nameplate.tcl]
}

# The banks, and the region: what NAMEPLATE_IMAGE was linked for, or the default one. {banks region ranges}, where the ranges are
# those of the image.
proc _board_place {} {
	set image {ranges {} linked {}}
	set path [_np_setting NAMEPLATE_IMAGE]
	if {$path ne ""} {
		set image [_np_image_open $path]
		if {[dict get $image linked] eq ""} {
			_np_fail "the image [_np_quote $path] says no region: give an ELF that was linked with Nameplate's include"
		}
	}
	_np_connect
	_np_reset init
	set banks [_np_banks]
	_np_if_read_protected
	set region [_np_region $banks [dict get $image linked]]
	foreach range [dict get $image ranges] {
		_np_image_fits $path {*}$range $banks $region
	}
	return [list $banks $region [dict get $image ranges]]
}

# The whole pages that these ranges lie in, joined.
proc _board_pages {banks ranges} {
	set pages {}
	foreach range $ranges {
		lassign $range from to
		foreach bank $banks {
			foreach start [dict get $bank pages] end [dict get $bank page_ends] {
				# A WB's bank ends before its pages do.
				if {$start ne "" && $start < $to && $end > $from && [lsearch -exact $pages [list $start $end]] < 0} {
					lappend pages [list $start $end]
				}
			}
		}
	}
	return [expr {[llength $pages] > 0 ? [_np_image_merge $pages] : {}}]
}

# What is protected cannot be given back, nor tried.
proc _board_writable {banks ranges} {
	foreach bank $banks {
		foreach block [_np_protection $bank] {
			foreach range $ranges {
				if {[lindex $block 0] < [lindex $range 1] && [lindex $block 1] > [lindex $range 0]} {
					_np_if_protected [_np_bank_part $bank {*}$range] {*}$range
				}
			}
		}
	}
}

# Facts of the device, one key=value each; `erases` is each piece of whole pages that a run changes.
proc _board_facts {words} {
	lassign [_board_place] banks region ranges
	set base [dict get $region base]
	set end [dict get $region end]
	set pieces [_board_pages $banks [concat $ranges [list [list $base $end]]]]
	_board_writable $banks $pieces
	foreach key {driver cell areas} {
		_np_result $key=[dict get $region $key]
	}
	_np_result [format "base=0x%08X" $base]
	_np_result [format "size=0x%X" [expr {$end - $base}]]
	_np_result [format "erased=%02x" [expr {[dict get $region erased] & 255}]]
	_np_result [format "flash=0x%08X" [dict get [lindex $banks 0] base]]
	_np_result kib=[expr {([dict get [lindex $banks end] end] - [dict get [lindex $banks 0] base]) / 1024}]
	foreach page [dict get $region pages] {
		if {$page < $end} {
			set last $page
		}
	}
	_np_result [format "last_page=0x%08X" $last]
	_np_result cpuid=[format 0x%08X [read_memory $::_np_cpuid 32 1]]
	_np_result options=[lindex [dict get $region rdp] 0]
	_np_result transport=[transport select]
	foreach piece $pieces {
		_np_result [format "erases=0x%08X 0x%X" [lindex $piece 0] [expr {[lindex $piece 1] - [lindex $piece 0]}]]
	}
	_np_leave 1 0
}

# ADDRESS SIZE FILE...: reads flash into files.
proc _board_save {words} {
	_board_place
	foreach {base size path} $words {
		if {[catch {dump_image [_np_file_name $path] $base $size}]} {
			_np_alive $base
			_np_fail "the flash [_np_range $base [expr {$base + $size}]] cannot be read (OpenOCD's messages are above), so it could not\
				be given back: if a power cut left it torn, `nameplate erase` makes it readable"
		}
	}
	_np_leave 1 0
}

# BASE SIZE ADDRESS FILE...: erases whole pages, and writes each file at its address.
proc _board_put {words} {
	lassign [_board_place] banks region
	set runs [lassign $words base size]
	_np_erase $region [expr {$base + 0}] [expr {$size + 0}]
	foreach {address path} $runs {
		_np_calm
		if {[catch {flash write_image [_np_file_name $path] $address bin}]} {
			_np_fail "writing [_np_quote $path] to $address failed (OpenOCD's messages are above)"
		}
	}
	_np_leave 1 0
}

foreach name {facts save put} {
	proc board_$name {args} "_np_command _board_$name \$args"
}

# From now on each command that changes flash is counted, by a line in FILE; SIGKILL ends OpenOCD before number AT, or after it.
# OpenOCD has these commands only after its init, each under both words as one name.
set _board_step 0
proc board_steps {file {at 0} {when before}} {
	set ::_board_kill [list $file $at $when]
	rename flash _board_flash
	proc flash {word args} {
		lassign $::_board_kill file at when
		set changes [expr {[lsearch -exact {fillw write_image erase_address} $word] >= 0}]
		if {$changes} {
			incr ::_board_step
			set log [open $file a]
			puts $log $word
			close $log
			if {$::_board_step == $at && $when eq "before"} {
				exec kill -KILL [pid]
			}
		}
		set failed [catch {"flash $word" {*}$args} result]
		if {$changes && $::_board_step == $at && $when eq "after"} {
			exec kill -KILL [pid]
		}
		# (`return -code` with a code that is computed has crashed Jim 0.81 here.)
		if {$failed} {
			return -code error $result
		}
		return $result
	}
}

list
