# SPDX-License-Identifier: MIT
# Power cuts at every operation of packed sets and of compaction, on a simulated flash: each cell of an image and each page that
# is erased is one.

source [file join [file dirname [info script]] lib writing.tcl]

proc vars {args} {
	return [_np_vars_parse $args 0]
}

# A blank device of one or two areas with a few values.
proc device {cell erased areas} {
	set ::flash_page [expr {4096 / $areas}]
	set region [region_of $::base 4096 $cell $erased]
	dict set region areas $areas
	dict set region area $::flash_page
	flash_is $::base 4096 $erased
	give_vars $region [vars serial=41 note=kept key:hex:secret=00112233 gain:f32=1.5]
	return $region
}

# Serial numbers until the next one would not fit.
proc fill_up {region} {
	for {set serial 100} {1} {incr serial} {
		set store [_np_store_scan_to_write $region]
		set plan [_np_plan $region $store [list [_np_var_item [_np_serial_var $serial]]]]
		if {[dict get $plan mode] ne "append"} {
			return $serial
		}
		_np_write $region $plan
	}
}

# ---- sets --------------------------------------------------------------------------------------------------------

# Cuts, and adds up how many there were.
set points 0
proc cut_everywhere {region write {lost 0}} {
	set result [cuts $region $write $lost]
	if {[regexp {^fine, ([0-9]+) points$} $result all count]} {
		incr ::points $count
		return fine
	}
	return $result
}

foreach {cell erased} {4 0xFFFFFFFF 8 0xFFFFFFFF 32 0xFFFFFFFF 128 0} {
	set region [device $cell [expr {$erased + 0}] 2]
	check "cell $cell: a set that is cut off counts as a whole or not at all" \
		[cut_everywhere $region {
			give_vars $region [vars serial=42 note=new key:hex:secret=44 {text=two words} long=[string repeat x 80]]
		}] fine
	check "cell $cell: and so does a set of deletions" \
		[cut_everywhere $region {give_vars $region [list {*}[vars serial=43] [deletion note]]}] fine
}

# ---- two areas ---------------------------------------------------------------------------------------------------

foreach {cell erased} {8 0xFFFFFFFF 128 0} {
	set region [device $cell [expr {$erased + 0}] 2]
	set serial [fill_up $region]
	set erases {}
	check "cell $cell: cut off in a compaction" [cut_everywhere $region {give $region $serial}] fine
	check "cell $cell: it went into the second area" [lindex [lsort -unique $erases] end] [list [expr {$base + 2048}] 2048]
	set serial [fill_up $region]
	set erases {}
	check "cell $cell: cut off in the next one, which goes back" [cut_everywhere $region {give $region $serial}] fine
	check "cell $cell: into the first" [lindex [lsort -unique $erases] 0] [list $base 2048]
}

# Something small that would still fit into the old area, after a compaction that was cut off in its very last word: that word
# may read right any time.
set region [device 128 0 2]
give_vars $region [vars small=1]
set serial [fill_up $region]
array set full [array get flash_words]
for {set i 0} {$i < 40} {incr i} {
	unset flash_words
	array set flash_words [array get full]
	power_on
	# Behind the erase, the block of one cell, the area entry's header and its value.
	set cut_at 4
	set cut_kind unstable
	catch {give $region $serial}
	power_on
	give_vars $region [vars small=2]
	for {set j 0} {$j < 20} {incr j} {
		if {[lsearch -exact [state_of $region] small=2] < 0} {
			break 2
		}
	}
}
check "a compaction that lacks part of its last word does not come back later" $i 40

# ---- a single area -----------------------------------------------------------------------------------------------

set NAMEPLATE_SAVE_DIR [file join /tmp nameplate-power-[pid]]
file mkdir $NAMEPLATE_SAVE_DIR
dict set other_words [expr {0xE0042000 + 0}] 0x10386416
foreach {address word} {0x1FF80050 0x1 0x1FF80054 0x2 0x1FF80064 0x3} {
	dict set other_words [expr {$address + 0}] $word
}
set saved [file join $NAMEPLATE_SAVE_DIR nameplate-000000010000000200000003.save]

foreach {cell erased} {8 0xFFFFFFFF 128 0} {
	set region [device $cell [expr {$erased + 0}] 1]
	dict set region driver stm32lx
	set serial [fill_up $region]
	check "cell $cell, one area: cut off anywhere, the same command finishes the job" \
		[cut_everywhere $region {give $region $serial} 1] fine
	check "cell $cell, one area: no file is left" [file exists $saved] 0
}

# Writes until there is an error.
proc fill_over {region} {
	for {set serial 1} {1} {incr serial} {
		give $region $serial
	}
}

# The file with another text and the right check.
proc resaved {text} {
	set body [string range $text 0 [expr {[string length $text] - 14}]]
	return "${body}end [format %08x [_np_crc32 [_np_string_bytes $body]]]\n"
}

# From now on the erase is cut off, and the file is there.
proc interrupted {} {
	set region [device 128 0 1]
	dict set region driver stm32lx
	set serial [fill_up $region]
	set ::cut_at $::operations
	set ::cut_kind torn
	catch {give $region $serial}
	power_on
	return [list $region $serial]
}
lassign [interrupted] region serial
check "an interrupted run leaves the file" [file exists $saved] 1
check "which only its owner can read" [format %o [expr {[file stat $saved info; set info(mode)] & 0x1FF}]] 600
give_vars $region [vars other=1]
check "another command picks it up too" [state_of $region] \
	[lsort [list gain=1.5 key=00112233 note=kept other=1 serial=$serial]]
check "and removes it" [file exists $saved] 0

lassign [interrupted] region serial
dict set other_words [expr {0x1FF80064 + 0}] 0x4
catch {give_vars $region [vars other=1]}
check "another device does not get it" [list [file exists $saved] [string match "*kept*" [state_of $region]]] {1 0}
dict set other_words [expr {0x1FF80064 + 0}] 0x3

set file [open $saved r]
set text [read $file]
close $file
foreach {name change wanted} {
	"that is cut off" {string range $text 0 end-1} "*damaged*"
	"with one digit changed" {string map {serial Serial "item 1" "item 2"} $text} "*damaged*"
	"that is empty" {string range $text 1 0} "*damaged*"
	"of another region" {resaved [string map {0x08010000 0x08020000} $text]} "*for the region*"
} {
	set file [open $saved w]
	puts -nonewline $file [eval $change]
	close $file
	set operations 0
	check "a file $name is refused, nothing is written" \
		[list [string match $wanted [error_of {give $region 1}]] $operations [file exists $saved]] {1 0 1}
}

# Somebody who works in another directory does not see the file, and writes; then the file's values are old.
set file [open $saved w]
puts -nonewline $file $text
close $file
set here $NAMEPLATE_SAVE_DIR
set NAMEPLATE_SAVE_DIR /nonexistent
flash_erase_address $base 4096
give_vars $region [vars serial=7 note=newer]
for {set i 0} {$i < 30} {incr i} {
	give_vars $region [vars serial=$i]
	catch {file mkdir $here/other; set NAMEPLATE_SAVE_DIR $here/other}
}
set NAMEPLATE_SAVE_DIR $here
check "a device that has been written since" [string match "*note=newer serial=29*" [state_of $region]] 1
give_vars $region [vars x=1]
check "does not get the file's values back" [list [string match "*note=newer serial=29*" [state_of $region]] \
	[file exists $saved]] {1 0}

dict set region driver fake
flash_erase_address $base 4096
give_vars $region [vars note=kept]
check "a part whose unique ID is not known is refused by name" \
	[string match "*does not know where this part (fake)*" [error_of {fill_over $region}]] 1
check "with its values untouched" [string match "*note=kept*" [state_of $region]] 1

catch {exec rm -r $here}
check "the number of points is pinned" $points 1419
tap_end
