# SPDX-License-Identifier: MIT
# The dicts that are handed about: what each has, and the proc that makes it, the only one. Addresses and sizes are in
# bytes, `end` is the address after the last byte, values are lists of bytes.

# bank: main flash that is one to OpenOCD, or a part of it: the row of its driver (region.tcl; known, nmi,
# forgive and rdp always), and
#   number, driver        OpenOCD's
#   base, end
#   pages, page_ends      where each page of the whole bank begins and ends
#   gaps                  {start end} of each piece between them that is no flash
proc _np_new_bank {row number driver base end pages page_ends gaps} {
	return [dict merge {known 1 nmi 0 forgive {} rdp {}} $row [dict create number $number driver $driver base $base end $end pages $pages \
		page_ends $page_ends gaps $gaps]]
}

# The same bank from `base` to `end`: whoever is given it reads and writes nothing beyond.
proc _np_bank_part {bank base end} {
	return [dict merge $bank [dict create base $base end $end]]
}

# region: the part of a bank that is reserved, and
#   areas      how many it is divided into: 2 where a page begins in its middle and both have the room, else 1
#   area       the size of each
proc _np_new_region {bank base end} {
	set size [expr {$end - $base}]
	set halves [expr {$size >= 4096 && $size % 2048 == 0 && [lsearch -exact [dict get $bank pages] [expr {$base + $size / 2}]] >= 0}]
	return [dict merge [_np_bank_part $bank $base $end] [dict create areas [expr {1 + $halves}] area [expr {$size / (1 + $halves)}]]]
}

# area: one of a store's
#   base, end, size
#   cell                  of its entries, but for packed ones
#   generation            0 to 65535
#   entry, first          the address of its area entry, and the one after that
proc _np_new_area {base size cell generation entry first} {
	return [dict create base $base end [expr {$base + $size}] size $size cell $cell generation $generation entry $entry first $first]
}

# entry: one that is on flash: its header (codec.tcl: cell, type, key, more, length), and
#   value                 with the name of a named variable in front
#   place, end
#   until                 the end of the set that it counts with
proc _np_new_entry {header place value end} {
	return [dict merge $header [dict create value $value place $place end $end until $end]]
}

# seen: what a region shows of areas
#   areas                 the valid ones, the newest first
#   state                 none or damaged, if there are none
#   refusal               why a writer refuses what is there, if it must
#   other                 whether that is for its version
proc _np_new_seen {areas damaged refusal other} {
	return [dict create areas $areas state [expr {$damaged ? "damaged" : "none"}] refusal $refusal other $other]
}

# store: what a region holds
#   state                 ok, none or damaged
#   area                  the one that counts, or {}
#   entries               those that count, deletions among them; older ones of a variable may be missing
#   floor                 from here on nothing is used or claimed
#   reach                 a reader comes no further while all is blank
#   refusal               why a writer refuses it, if it must
#   part                  1 if it was only looked at for some variables, 0 for all
proc _np_new_store {state area entries floor reach refusal part} {
	return [dict create state $state area $area entries $entries floor $floor reach $reach refusal $refusal part [expr {$part > 0}]]
}

# item: what goes on flash: the fields of an entry that do not depend on its place
proc _np_new_item {key type value} {
	return [dict create key $key type $type value $value]
}

# var: a variable as people know it
#   name, key
#   type                  the header's code
#   value                 without the name
#   secret                1 if it is never to be shown
proc _np_new_var {name key type value secret} {
	return [dict create name $name key $key type $type value $value secret $secret]
}

# next: a variable whose value the ledger is to give
#   name, series
#   type                  as the user has said, or ""
#   secret                1 if it is never to be shown
# and once the ledger has been asked: column {NAME TYPE secret}, and number, whether that is what the device is known
# by.
proc _np_new_next {name type secret series} {
	return [dict create name $name type $type secret $secret series $series]
}

# plan: a write that nothing refuses
#   mode                  append; format: the area entry first; compact: into the other area; rewrite: the only area
#   items                 to be written
#   area                  the one that counts, or with format is to be
#   place                 where the first new cell goes, or {}
#   erase                 with format: whether the area is to be erased before
#   merged                with compact and rewrite: all that the store is to have
#   device, was           with rewrite: as in saved
proc _np_new_plan {mode items area place erase} {
	return [dict create mode $mode items $items area $area place $place erase $erase merged {} device "" was {}]
}

# saved: what the file of a device with a single area says
#   device                its unique ID, 24 hex digits
#   base, size, cell, generation  of the area that is to be written
#   was                   the words of the store that was saved, by address
#   items                 those of the area that is to be written
proc _np_new_saved {device base size cell generation was items} {
	return [dict create device $device base $base size $size cell $cell generation $generation was $was items $items]
}

# image: what has been read from an image's file
#   type                  as `flash write_image` names it; "" where there is no image
#   ranges                {start end} of each piece, ascending; a binary's start at 0
#   linked                {base size} of the region that an ELF says it was linked for, or {}
#   cell, arch            of the flash and of the core that an ELF says it is for, or ""
proc _np_new_image {type ranges {linked {}} {cell ""} {arch ""}} {
	return [dict create type $type ranges $ranges linked $linked cell $cell arch $arch]
}

# ran: what the firmware said while it ran
#   status                its exit status, or "" if it went on
#   matched               1 if it printed the line that was waited for
#   reports               its lines `name=...`; of a name the first counts
proc _np_new_ran {status matched reports} {
	return [dict create status $status matched $matched reports $reports]
}

# ask: what program_serial or program_vars was told
#   command               its name
#   vars
#   image, own            a path or "", and whether it is the board file's
#   loaded                that image
#   expect                a line that is waited for, or ""
#   verify, keep, reset   1 for yes
#   others                with `next` among the vars: the number of every series, as a next
proc _np_new_ask {command vars image expect} {
	return [dict create command $command vars $vars image $image own 0 loaded [_np_new_image "" {}] \
		expect $expect verify "" keep 0 reset 0]
}

list
