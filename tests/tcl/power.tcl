# SPDX-License-Identifier: MIT
# Power cuts at every operation of packed sets and of compaction, on a simulated flash: each cell of an image and each page that
# is erased is one.

source [file join [file dirname [info script]] lib writing.tcl]

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
	# After the erase, the block of one cell, the area entry's header and its value.
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

single_areas

foreach {cell erased} {8 0xFFFFFFFF 128 0} {
	set region [device $cell [expr {$erased + 0}] 1]
	dict set region driver stm32lx
	set serial [fill_up $region]
	check "cell $cell, one area: cut off anywhere, the same command finishes the job" \
		[cut_everywhere $region {give $region $serial} 1] fine
	check "cell $cell, one area: no file is left" [file exists $saved] 0
}

exec rm -r $NAMEPLATE_SAVE_DIR
check "the number of points is pinned" $points 1419
tap_end
