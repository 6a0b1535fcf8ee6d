# SPDX-License-Identifier: MIT
# What is taken from an ELF: the flash that it will occupy, and the region that it was linked for.

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

# A part that the file says it has must be there.
proc _np_image_holds {file end what} {
	seek $file 0 end
	if {$end > [tell $file]} {
		return -code error "it ends early: it has [tell $file] bytes, and its $what end at $end"
	}
}

# The loadable segments of a 32-bit little-endian ARM ELF, at their physical (load) addresses; where all of those are 0,
# some linkers mean the virtual ones, and OpenOCD takes them too.
proc _np_image_elf {file} {
	set header [_np_bytes_of $file 0 52]
	if {[_np_field $header 4 1] != 1 || [_np_field $header 5 1] != 1 || [_np_field $header 18 2] != 40} {
		return -code error "it is an ELF for something else than 32-bit ARM"
	}
	set table [_np_field $header 28 4]
	set size [_np_field $header 42 2]
	set count [_np_field $header 44 2]
	# OpenOCD takes this size for granted.
	if {$count > 0 && $size != 32} {
		return -code error "it is damaged: its program headers have $size bytes, and in a 32-bit ELF that is 32"
	}
	_np_image_holds $file [expr {$table + $count * 32}] "program headers"
	_np_image_holds $file [expr {[_np_field $header 32 4] + [_np_field $header 46 2] * [_np_field $header 48 2]}] "section headers"
	set segments {}
	set physical 0
	for {set i 0} {$i < $count} {incr i} {
		set entry [_np_bytes_of $file [expr {$table + $i * 32}] 32]
		set physical [expr {$physical | [_np_field $entry 12 4]}]
		set length [_np_field $entry 16 4]
		if {[_np_field $entry 0 4] == 1 && $length > 0} {
			_np_image_holds $file [expr {[_np_field $entry 4 4] + $length}] "segments"
			lappend segments [list [_np_field $entry 8 4] [_np_field $entry 12 4] $length]
		}
	}
	set ranges {}
	foreach segment $segments {
		set address [lindex $segment [expr {$physical == 0 && [llength $segments] > 1 ? 0 : 1}]]
		lappend ranges [list $address [expr {$address + [lindex $segment 2]}]]
	}
	return $ranges
}

# The header of the first section of a type, or "".
proc _np_image_header {file type} {
	set header [_np_bytes_of $file 0 52]
	set table [_np_field $header 32 4]
	set count [_np_field $header 48 2]
	if {$count > 0 && [_np_field $header 46 2] != 40} {
		return -code error "it is damaged: its section headers have [_np_field $header 46 2] bytes, and in a\
			32-bit ELF that is 40"
	}
	for {set i 0} {$i < $count} {incr i} {
		set entry [_np_bytes_of $file [expr {$table + $i * 40}] 40]
		if {[_np_field $entry 4 4] == $type} {
			return [list $entry $table $count]
		}
	}
}

# {linked cell}: the region that the reader in an ELF will look at, _nameplate_start and _nameplate_end as {base size}, or
# {} where it has none of them; and the cell of the part that it was linked for, _nameplate_cell, or "".
proc _np_image_linked {file} {
	lassign [_np_image_header $file 2] entry table count
	set names [expr {$entry eq "" ? 0 : [_np_field $entry 24 4]}]
	if {$entry eq "" || $names >= $count} {
		return {{} ""}
	}
	set strings [_np_bytes_of $file [expr {$table + $names * 40}] 40]
	set found [_np_image_symbols [_np_image_section $file $entry] [_np_image_section $file $strings]]
	lassign $found start end cell
	if {$start ne "" && $end ne "" && $end <= $start} {
		return -code error [format "it was linked for a region that ends before it begins: _nameplate_start is\
			0x%08X and _nameplate_end 0x%08X" $start $end]
	}
	return [list [expr {$start eq "" || $end eq "" ? {} : [list $start [expr {$end - $start}]]}] $cell]
}

# A section's bytes. No firmware has symbols by the ten megabytes.
proc _np_image_section {file entry} {
	set offset [_np_field $entry 16 4]
	set size [_np_field $entry 20 4]
	_np_image_holds $file [expr {$offset + $size}] "symbols"
	if {$size > 16777216} {
		return -code error "its table of symbols has $size bytes, which is too much to look through: strip it\
			of debug information"
	}
	return [_np_bytes_of $file $offset $size]
}

# {start end cell}, each empty if no global symbol has that name and a value.
proc _np_image_symbols {symbols strings} {
	set values {start "" end "" cell ""}
	set last [expr {[string bytelength $symbols] - 16}]
	for {set at 0} {$at <= $last} {incr at 16} {
		set name [unpack $symbols -uintle [expr {$at * 8}] 32]
		# Names end with a NUL. Most are told apart by their first bytes.
		if {[string byterange $strings $name [expr {$name + 10}]] ne "_nameplate_" || [_np_field $symbols [expr {$at + 12}] 1] < 16 ||
			[_np_field $symbols [expr {$at + 14}] 2] == 0} {
			continue
		}
		set rest [string byterange $strings [expr {$name + 11}] [expr {$name + 16}]]
		foreach known {start end cell} {
			if {[string byterange $rest 0 [string length $known]] eq "$known\0"} {
				dict set values $known [_np_field $symbols [expr {$at + 4}] 4]
			}
		}
	}
	return [dict values $values]
}

# Tag_CPU_arch of the build attributes (ABI for the Arm Architecture, Addenda): what an ELF was compiled for, or "" where it does
# not say so at the beginning of its first subsection, which the whole file is. Tags 4 and 5 have a text, those up to it a number.
proc _np_image_arch {file} {
	lassign [_np_image_header $file 0x70000003] entry
	if {$entry eq ""} {
		return ""
	}
	set text [_np_bytes_of $file [_np_field $entry 16 4] [_np_min 256 [_np_field $entry 20 4]]]
	if {[string byterange $text 0 0] ne "A" || [string byterange $text 5 11] ne "aeabi\0\1"} {
		return ""
	}
	set bytes [lrange [_np_string_bytes $text] 16 end]
	while {[llength $bytes] > 1} {
		lassign $bytes tag value
		if {$tag == 6} {
			return $value
		}
		if {$tag > 6} {
			break
		}
		set end [expr {$tag == 4 || $tag == 5 ? [lsearch -exact $bytes 0] : 1}]
		set bytes [expr {$end < 0 ? {} : [lrange $bytes $end+1 end]}]
	}
	return ""
}

list
