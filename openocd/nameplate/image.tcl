# SPDX-License-Identifier: MIT
# What a firmware image will occupy, read from the file without OpenOCD: ELF, Intel HEX, S-records, raw binary.
# OpenOCD's own loader skips what lies outside every bank with a mere warning; here that is an error.

lappend _telnet_autocomplete_skip _np_image_open _np_image_ranges _np_image_elf _np_image_hex _np_image_srec
lappend _telnet_autocomplete_skip _np_image_merge _np_image_check _np_image_sane_vectors _np_bytes_of _np_field
lappend _telnet_autocomplete_skip _np_image_program

# An unsigned little-endian field of a string of bytes.
proc _np_field {bytes offset length} {
	return [unpack $bytes -uintle [expr {$offset * 8}] [expr {$length * 8}]]
}

# `count` bytes of the file from `offset`, which must be there.
proc _np_bytes_of {file offset count} {
	seek $file $offset
	set bytes [read $file $count]
	if {[string bytelength $bytes] != $count} {
		return -code error "it ends early"
	}
	return $bytes
}

# {type {{start end} ...}}; type as `flash write_image` names it. A binary's ranges start at 0.
# Everything here happens before the target is connected to.
proc _np_image_open {path} {
	if {[_np_file_kind $path] eq ""} {
		_np_fail "there is no image [_np_quote $path]: check the path, or build the firmware first"
	}
	if {[catch {_np_file_open $path} file]} {
		_np_fail "the image [_np_quote $path] cannot be read: it must be a file that you may read"
	}
	set failed [catch {_np_image_ranges $file $path} image]
	close $file
	if {$failed} {
		_np_fail "the image [_np_quote $path] cannot be used: $image; give an ELF, Intel HEX, S-record or .bin file"
	}
	return $image
}

proc _np_image_ranges {file path} {
	if {[file size $path] == 0} {
		return -code error "it is empty"
	}
	set start [read $file 8]
	seek $file 0
	if {[string bytelength $start] >= 4 && [_np_field $start 0 4] == 0x464C457F} {
		return [list elf [_np_image_merge [_np_image_elf $file]]]
	}
	if {[string match -nocase *.bin $path]} {
		_np_image_sane_vectors $start
		return [list bin [list [list 0 [file size $path]]]]
	}
	if {[string match :* $start]} {
		return [list ihex [_np_image_merge [_np_image_hex $file]]]
	}
	if {[string match {S[0-9]*} $start]} {
		return [list s19 [_np_image_merge [_np_image_srec $file]]]
	}
	return -code error "it is neither ELF nor Intel HEX nor S-records, and its name does not end in .bin"
}

# A binary says nothing about itself; but one that runs begins with a stack in RAM and a Thumb address to start at.
proc _np_image_sane_vectors {start} {
	if {[string bytelength $start] < 8} {
		return -code error "it is too short for a vector table"
	}
	set stack [_np_field $start 0 4]
	set reset [_np_field $start 4 4]
	if {($stack >> 28) > 3 || ($stack >> 28) == 0 || $stack % 4 != 0 || $reset % 2 != 1} {
		return -code error [format "a binary begins with stack and start address, and 0x%08X, 0x%08X are none" \
			$stack $reset]
	}
}

# The loadable segments of a 32-bit little-endian ARM ELF, at their physical (load) addresses.
proc _np_image_elf {file} {
	set header [_np_bytes_of $file 0 52]
	if {[_np_field $header 4 1] != 1 || [_np_field $header 5 1] != 1 || [_np_field $header 18 2] != 40} {
		return -code error "it is an ELF for something else than 32-bit ARM"
	}
	set table [_np_field $header 28 4]
	set size [_np_field $header 42 2]
	set count [_np_field $header 44 2]
	set ranges {}
	for {set i 0} {$i < $count} {incr i} {
		set entry [_np_bytes_of $file [expr {$table + $i * $size}] 32]
		set length [_np_field $entry 16 4]
		if {[_np_field $entry 0 4] == 1 && $length > 0} {
			set address [_np_field $entry 12 4]
			lappend ranges [list $address [expr {$address + $length}]]
		}
	}
	return $ranges
}

proc _np_image_hex {file} {
	set ranges {}
	set base 0
	set number 0
	while {[gets $file line] >= 0} {
		incr number
		set line [string trim $line]
		if {$line eq ""} {
			continue
		}
		if {![regexp {^:([0-9A-Fa-f][0-9A-Fa-f])([0-9A-Fa-f]{4})0([0-5])([0-9A-Fa-f]*)$} $line all count offset type data] ||
			[string length $data] != 2 * "0x$count" + 2} {
			return -code error "line $number is not Intel HEX"
		}
		if {$type == 0 && "0x$count" > 0} {
			set address [expr {$base + "0x$offset"}]
			lappend ranges [list $address [expr {$address + "0x$count"}]]
		} elseif {$type == 1} {
			return $ranges
		} elseif {$type == 2} {
			set base [expr {"0x[string range $data 0 3]" << 4}]
		} elseif {$type == 4} {
			set base [expr {"0x[string range $data 0 3]" << 16}]
		}
	}
	return -code error "it is cut off: its end record is missing"
}

proc _np_image_srec {file} {
	set ranges {}
	set number 0
	while {[gets $file line] >= 0} {
		incr number
		set line [string trim $line]
		if {$line eq ""} {
			continue
		}
		if {![regexp {^S([0-9])([0-9A-Fa-f][0-9A-Fa-f])([0-9A-Fa-f]*)$} $line all type count data] ||
			[string length $data] != 2 * "0x$count"} {
			return -code error "line $number is not an S-record"
		}
		if {$type >= 1 && $type <= 3} {
			set digits [expr {2 + 2 * $type}]
			set address [expr {"0x[string range $data 0 [expr {$digits - 1}]]"}]
			set length [expr {"0x$count" - $digits / 2 - 1}]
			if {$length > 0} {
				lappend ranges [list $address [expr {$address + $length}]]
			}
		}
	}
	return $ranges
}

# Sorted, and joined where one ends as the next begins.
proc _np_image_merge {ranges} {
	set merged {}
	set last {}
	foreach range [lsort -integer -index 0 $ranges] {
		lassign $range start end
		if {$last ne "" && $start <= [lindex $last 1]} {
			set last [list [lindex $last 0] [_np_max $end [lindex $last 1]]]
			continue
		}
		if {$last ne ""} {
			lappend merged $last
		}
		set last $range
	}
	if {$last eq ""} {
		return -code error "it holds nothing to load"
	}
	return [lappend merged $last]
}

# Every range must lie in the flash and off the region. Returns the offset at which OpenOCD has to load.
proc _np_image_check {path image banks region} {
	lassign $image type ranges
	set flash_base [dict get [lindex $banks 0] base]
	set flash_end [dict get [lindex $banks end] end]
	set offset [expr {$type eq "bin" ? $flash_base : 0}]
	foreach range $ranges {
		set start [expr {[lindex $range 0] + $offset}]
		set end [expr {[lindex $range 1] + $offset}]
		if {$start < [dict get $region end] && $end > [dict get $region base]} {
			_np_fail "the image [_np_quote $path] takes [_np_range $start $end], which touches the reserved region\
				[_np_range [dict get $region base] [dict get $region end]]: link it with the region left free"
		}
		if {$start >= $flash_base && $start < $flash_end && $end > $flash_end} {
			_np_fail "the image [_np_quote $path] takes [_np_range $start $end], which is larger than the flash\
				[_np_range $flash_base $flash_end]: make it smaller, or choose the right chip"
		}
		if {![_np_in_flash $banks $start $end]} {
			_np_fail "the image [_np_quote $path] takes [_np_range $start $end], which is not in the flash\
				[_np_range $flash_base $flash_end]: link it for this chip"
		}
	}
	return $offset
}

# Writes and verifies the image. This is what OpenOCD's `program` does, less its second `init` and `reset init`
# (we have just done both), its quoting of the file name and its way of ending OpenOCD on an error.
proc _np_image_program {path type offset} {
	_np_say "programming $path"
	_np_calm
	set name [_np_file_name $path]
	if {[catch {flash write_image erase $name $offset $type}]} {
		_np_fail "programming [_np_quote $path] failed (OpenOCD's messages stand above); the serial number was not\
			written: check power and write protection, then run the same command again"
	}
	if {[catch {verify_image $name $offset $type}]} {
		_np_fail "[_np_quote $path] reads back differently than it was written; the serial number was not\
			written: check power and wiring, then run the same command again"
	}
}

list
