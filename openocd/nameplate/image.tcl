# SPDX-License-Identifier: MIT
# What a firmware image will occupy: ELF, Intel HEX, S-records, raw binary. The file is read here before anything is
# connected to, so that what is wrong with it is said early; what OpenOCD itself then reads from it is judged, and must
# be the same.
# OpenOCD's own loader skips what lies outside every bank with a mere warning; here that is an error.

# Reads an image. Everything here happens before the target is connected to.
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
		_np_fail "the image [_np_quote $path] cannot be used: $image; give an ELF, Intel HEX, S-record or .bin\
			file"
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
		return [_np_new_image elf [_np_image_merge [_np_image_elf $file]] {*}[_np_image_linked $file] [_np_image_arch $file]]
	}
	if {[string match -nocase *.bin $path]} {
		_np_image_sane_vectors $start
		return [_np_new_image bin [list [list 0 [file size $path]]]]
	}
	if {[string match :* $start]} {
		return [_np_new_image ihex [_np_image_merge [_np_image_hex $file]]]
	}
	if {[string match {S[0-9]*} $start]} {
		return [_np_new_image s19 [_np_image_merge [_np_image_srec $file]]]
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

# The sum of the bytes that these hex digits are, modulo 256: seven at a time, in four lanes of 16 bits.
proc _np_image_sum {digits} {
	set lanes 0
	foreach chunk [regexp -all -inline {.{1,14}} $digits] {
		set word 0x$chunk
		incr lanes [expr {($word & 0xFF00FF00FF00FF) + (($word >> 8) & 0xFF00FF00FF00FF)}]
	}
	return [expr {($lanes + ($lanes >> 16) + ($lanes >> 32) + ($lanes >> 48)) & 255}]
}

# The lines of a text file, those that say nothing left out: {number line} each. `last` matches the record that ends it;
# OpenOCD would go on after that one.
proc _np_image_lines {file last} {
	set lines {}
	set number 0
	set ended 0
	while {[gets $file line] >= 0} {
		incr number
		set line [string trimright $line " \t\r"]
		if {$line eq ""} {
			continue
		}
		if {$ended} {
			return -code error "line $number comes after the end record: it is two files in one, or damaged"
		}
		lappend lines $number $line
		set ended [string match -nocase $last $line]
	}
	if {!$ended} {
		return -code error "it is cut off: its end record is missing"
	}
	return $lines
}

# Bytes of data that records of types 1 to 5 have.
set _np_hex_counts {1 0 2 2 3 4 4 2 5 4}

proc _np_image_hex {file} {
	set ranges {}
	set base 0
	foreach {number line} [_np_image_lines $file {:??????01*}] {
		if {![regexp {^:([0-9A-Fa-f][0-9A-Fa-f])([0-9A-Fa-f]{4})0([0-5])([0-9A-Fa-f]*)$} $line all count offset type data] ||
			[string length $line] != 11 + 2 * "0x$count" || ($type != 0 && "0x$count" != [dict get $::_np_hex_counts $type])} {
			return -code error "line $number is not Intel HEX"
		}
		if {[_np_image_sum [string range $line 1 end]] != 0} {
			return -code error "line $number is damaged: its checksum is wrong"
		}
		set end [expr {"0x$offset" + "0x$count"}]
		if {$type == 0 && $end > 0x10000} {
			# Some readers go on after the 64 KiB, others wrap.
			return -code error "line $number crosses an end of 64 KiB, which readers take differently"
		}
		if {$type == 0 && "0x$count" > 0} {
			lappend ranges [list [expr {$base + "0x$offset"}] [expr {$base + $end}]]
		} elseif {$type == 2} {
			set base [expr {"0x[string range $data 0 3]" << 4}]
		} elseif {$type == 4} {
			set base [expr {"0x[string range $data 0 3]" << 16}]
		}
	}
	return $ranges
}

proc _np_image_srec {file} {
	set ranges {}
	foreach {number line} [_np_image_lines $file {S[789]*}] {
		if {![regexp {^S([0-35-9])([0-9A-Fa-f][0-9A-Fa-f])([0-9A-Fa-f]*)$} $line all type count data] ||
			[string length $line] != 4 + 2 * "0x$count"} {
			return -code error "line $number is not an S-record"
		}
		if {[_np_image_sum [string range $line 2 end]] != 255} {
			return -code error "line $number is damaged: its checksum is wrong"
		}
		if {$type < 1 || $type > 3} {
			continue
		}
		set digits [expr {2 + 2 * $type}]
		set length [expr {"0x$count" - $digits / 2 - 1}]
		if {$length < 0} {
			return -code error "line $number is not an S-record"
		}
		if {$length > 0} {
			set address [expr {"0x[string range $data 0 [expr {$digits - 1}]]"}]
			lappend ranges [list $address [expr {$address + $length}]]
		}
	}
	return $ranges
}

# Sorted, and joined where one ends as the next begins. OpenOCD gives up on an overlap when it has erased already.
proc _np_image_merge {ranges} {
	set merged {}
	set last {}
	foreach range [lsort -integer -index 0 $ranges] {
		lassign $range start end
		if {$last ne "" && $start < [lindex $last 1]} {
			return -code error "it has two contents for [_np_range $start [_np_min $end [lindex $last 1]]]"
		}
		if {$last ne "" && $start == [lindex $last 1]} {
			lset last 1 $end
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

# ---- what OpenOCD will program --------------------------------------------------------------------------------

# All of its ranges in KiB, a part of one counted as a whole.
proc _np_image_kib {image} {
	set bytes 1023
	foreach range [dict get $image ranges] {
		lassign $range start end
		incr bytes [expr {$end - $start}]
	}
	return [expr {$bytes / 1024}]
}

# The ranges that OpenOCD itself reads from the file, which it does not compare with the target here.
proc _np_image_seen {path type offset} {
	if {[catch {test_image [_np_file_name $path] $offset $type} text]} {
		_np_fail "OpenOCD cannot read the image [_np_quote $path] (its messages are above): build it again"
	}
	set ranges {}
	foreach {all start length} [regexp -all -inline {address (0x[0-9a-fA-F]+) length (0x[0-9a-fA-F]+)} $text] {
		if {$length > 0} {
			lappend ranges [list [expr {$start + 0}] [expr {$start + $length}]]
		}
	}
	if {[catch {_np_image_merge $ranges} merged]} {
		_np_fail "the image [_np_quote $path] cannot be used: $merged"
	}
	return $merged
}

# What OpenOCD reads counts, as it is what gets programmed; it must be what we have read.
proc _np_image_agreed {path image offset} {
	set ours {}
	foreach range [dict get $image ranges] {
		lappend ours [list [expr {[lindex $range 0] + $offset}] [expr {[lindex $range 1] + $offset}]]
	}
	set seen [_np_image_seen $path [dict get $image type] $offset]
	if {$seen ne $ours} {
		foreach a $ours b $seen {
			if {$a ne $b} {
				break
			}
		}
		set a [expr {$a eq "" ? "nothing more" : [_np_range {*}$a]}]
		set b [expr {$b eq "" ? "nothing more" : [_np_range {*}$b]}]
		_np_fail "the image [_np_quote $path] takes $a as Nameplate has read it, and $b as OpenOCD reads it:\
			if it has not just\
			been built anew, convert it to another format"
	}
	return $seen
}

# A range must lie in the flash and off the region.
proc _np_image_fits {path start end banks region} {
	set flash_base [dict get [lindex $banks 0] base]
	set flash_end [dict get [lindex $banks end] end]
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

# Tag_CPU_arch of what not every core runs; and by the part number of CPUID (ARMv7-M B3.2.3, ARMv8-M D1.2.37) those of them that a
# core does run. Every Cortex-M runs ARMv6-M.
set _np_archs {10 ARMv7-M 13 ARMv7E-M 16 {ARMv8-M baseline} 17 {ARMv8-M mainline} 21 {ARMv8.1-M}}
set _np_cores {
	0xC20 Cortex-M0  {}
	0xC60 Cortex-M0+ {}
	0xC23 Cortex-M3  {10}
	0xC24 Cortex-M4  {10 13}
	0xC27 Cortex-M7  {10 13}
	0xD20 Cortex-M23 {16}
	0xD21 Cortex-M33 {10 13 16 17}
}

# What an ELF says of its chip must be so. Chips whose flash and core are alike it does not tell apart.
proc _np_image_made_for {path image region} {
	set cell [dict get $image cell]
	if {$cell ne "" && [dict get $region known] && $cell != [dict get $region cell]} {
		_np_fail "the image [_np_quote $path] was linked for flash that is written in cells of $cell bytes (_nameplate_cell),\
			and this chip's ([dict get $region driver]) has cells of [dict get $region cell]: it is for another chip"
	}
	set arch [dict get $image arch]
	if {![dict exists $::_np_archs $arch] || [catch {_np_read_memory $::_np_cpuid 32 1} id]} {
		return
	}
	foreach {part core runs} $::_np_cores {
		if {(($id >> 4) & 0xFFF) == $part && $arch ni $runs} {
			_np_fail "the image [_np_quote $path] was compiled for [dict get $::_np_archs $arch], which this chip's\
				$core does not run: it is for another chip"
		}
	}
}

# All that OpenOCD will program is where it may be. Returns the offset at which OpenOCD has to load.
proc _np_image_check {path image banks region} {
	_np_image_made_for $path $image $region
	set offset [expr {[dict get $image type] eq "bin" ? [dict get [lindex $banks 0] base] : 0}]
	foreach range [_np_image_agreed $path $image $offset] {
		_np_image_fits $path {*}$range $banks $region
	}
	return $offset
}

# Writes and verifies the image. This is what OpenOCD's `program` does, less its second `init` and `reset init`
# (we have just done both), its quoting of the file name and its way of ending OpenOCD on an error.
# How much it is, is said first, as OpenOCD says nothing until all is written.
proc _np_image_program {path image offset} {
	set type [dict get $image type]
	_np_say "programming [_np_image_kib $image] KiB of $path"
	_np_calm
	set name [_np_file_name $path]
	if {[catch {flash write_image erase $name $offset $type}]} {
		_np_fail "programming [_np_quote $path] failed (OpenOCD's messages are above); the variables were not\
			written: check power and write protection, then run the same command again"
	}
	# `verify_image` has the core sum up each section for itself; this sums up what was written in one go, the padding between
	# sections included (OpenOCD's flash/nor/core.c, flash_write_unlock_verify).
	if {[catch {flash verify_image $name $offset $type}]} {
		_np_fail "[_np_quote $path] reads back differently than it was written; the variables were not\
			written: check power and wiring, then run the same command again"
	}
}

list
