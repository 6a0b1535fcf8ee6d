# SPDX-License-Identifier: MIT
# Long stores: the core itself goes through the entries, as the chapter "Reading" of firmware/FORMAT.md says, and only where the
# newest entry of each variable is crosses the wire. It goes no further than the first word that is no entry: what damage means,
# and where a store ends, is for _np_area_walk alone.

# r7 points at its variables, [r7, #N]: 0 is not 0 once it came to its end; 4 the end of the last whole set, where the next may
# begin; 8 how many places the table has; 12 where it is, and at last how far flash is erased after 4; 16 the area, 20 its cell's
# code, 24 the table's room, 28 the longest value; 32 the offset and 36 the header of an entry, which its check begins with; 40 its
# end, or its place; 44 its check, or the next that waits; 48 the area's end; 52 whether none is added to the table; 56 and 60 the
# end and the beginning of those that wait; 64 the erased value, 68 the CRC's table, 132 the table of places.
set _np_walk_code {
	0xA065 "entry: adr r0, block"
	0xC0FE "stmia r0!, {r1, r2, r3, r4, r5, r6, r7}"
	0x4607 "mov r7, r0"
	0x68FC "next: ldr r4, [r7, #12]"
	0x6B38 "ldr r0, [r7, #48]"
	0x1B01 "subs r1, r0, r4"
	0x2908 "cmp r1, #8"
	0xD341 "blo stop"
	0x6825 "ldr r5, [r4]"
	0x0EA9 "lsrs r1, r5, #26"
	0x2935 "cmp r1, #53"
	0xD13D "bne stop"
	0x01A9 "lsls r1, r5, #6"
	0x0F49 "lsrs r1, r1, #29"
	0xD002 "beq sized"
	0x697A "ldr r2, [r7, #20]"
	0x4291 "cmp r1, r2"
	0xD137 "bne stop"
	0x2604 "sized: movs r6, #4"
	0x408E "lsls r6, r1"
	0x1E72 "subs r2, r6, #1"
	0x6939 "ldr r1, [r7, #16]"
	0x1A61 "subs r1, r4, r1"
	0x4211 "tst r1, r2"
	0xD130 "bne stop"
	0x6239 "str r1, [r7, #32]"
	0x627D "str r5, [r7, #36]"
	0x056B "lsls r3, r5, #21"
	0x0D5B "lsrs r3, r3, #21"
	0x69F9 "ldr r1, [r7, #28]"
	0x428B "cmp r3, r1"
	0xD829 "bhi stop"
	0x1899 "adds r1, r3, r2"
	0x4391 "bics r1, r2"
	0x1989 "adds r1, r1, r6"
	0x1909 "adds r1, r1, r4"
	0x62F9 "str r1, [r7, #44]"
	0x198A "adds r2, r1, r6"
	0x4282 "cmp r2, r0"
	0xD821 "bhi stop"
	0x62BA "str r2, [r7, #40]"
	0x1936 "adds r6, r6, r4"
	0x18F4 "adds r4, r6, r3"
	0x463D "mov r5, r7"
	0x3544 "adds r5, #68"
	0x4639 "mov r1, r7"
	0x3120 "adds r1, #32"
	0x463A "mov r2, r7"
	0x3228 "adds r2, #40"
	0x2000 "movs r0, #0"
	0x43C0 "mvns r0, r0"
	0x4291 "byte: cmp r1, r2"
	0xD00F "beq part"
	0x780B "ldrb r3, [r1]"
	0x3101 "adds r1, #1"
	0x4058 "eors r0, r3"
	0x230F "movs r3, #15"
	0x4003 "ands r3, r0"
	0x009B "lsls r3, r3, #2"
	0x58EB "ldr r3, [r5, r3]"
	0x0900 "lsrs r0, r0, #4"
	0x4058 "eors r0, r3"
	0x230F "movs r3, #15"
	0x4003 "ands r3, r0"
	0x009B "lsls r3, r3, #2"
	0x58EB "ldr r3, [r5, r3]"
	0x0900 "lsrs r0, r0, #4"
	0x4058 "eors r0, r3"
	0xE7ED "b byte"
	0x42A1 "part: cmp r1, r4"
	0xD012 "beq sum"
	0x4631 "mov r1, r6"
	0x4622 "mov r2, r4"
	0xE7E8 "b byte"
	0x687C "stop: ldr r4, [r7, #4]"
	0x6B38 "ldr r0, [r7, #48]"
	0x6C3A "ldr r2, [r7, #64]"
	0x4284 "blank: cmp r4, r0"
	0xD004 "beq ended"
	0x6821 "ldr r1, [r4]"
	0x4291 "cmp r1, r2"
	0xD101 "bne ended"
	0x3404 "adds r4, #4"
	0xE7F8 "b blank"
	0x60FC "ended: str r4, [r7, #12]"
	0x603F "str r7, [r7]"
	0x4638 "mov r0, r7"
	0x381C "subs r0, #28"
	0xC8FE "ldmia r0!, {r1, r2, r3, r4, r5, r6, r7}"
	0xE070 "b trap"
	0x43C0 "sum: mvns r0, r0"
	0x6AF9 "ldr r1, [r7, #44]"
	0x6809 "ldr r1, [r1]"
	0x4288 "cmp r0, r1"
	0xD1EA "bne stop"
	0x6BB9 "ldr r1, [r7, #56]"
	0x6BFA "ldr r2, [r7, #60]"
	0x1A8A "subs r2, r1, r2"
	0x2A7C "cmp r2, #124"
	0xD8E5 "bhi stop"
	0x68F8 "ldr r0, [r7, #12]"
	0xC101 "stmia r1!, {r0}"
	0x63B9 "str r1, [r7, #56]"
	0x6ABC "ldr r4, [r7, #40]"
	0x60FC "str r4, [r7, #12]"
	0x6A7D "ldr r5, [r7, #36]"
	0x052D "lsls r5, r5, #20"
	0xD496 "bmi next"
	0x6BF9 "ldr r1, [r7, #60]"
	0x6BBA "each: ldr r2, [r7, #56]"
	0x4291 "cmp r1, r2"
	0xD055 "beq whole"
	0xC904 "ldmia r1!, {r2}"
	0x62F9 "str r1, [r7, #44]"
	0x62BA "str r2, [r7, #40]"
	0x6815 "ldr r5, [r2]"
	0x627D "str r5, [r7, #36]"
	0x0268 "lsls r0, r5, #9"
	0x0F40 "lsrs r0, r0, #29"
	0x2807 "cmp r0, #7"
	0xD04A "beq taken"
	0x0328 "lsls r0, r5, #12"
	0x0E00 "lsrs r0, r0, #24"
	0xD047 "beq taken"
	0x28FF "cmp r0, #255"
	0xD110 "bne find"
	0x01A8 "lsls r0, r5, #6"
	0x0F40 "lsrs r0, r0, #29"
	0x2604 "movs r6, #4"
	0x4086 "lsls r6, r0"
	0x18B6 "adds r6, r6, r2"
	0x0568 "lsls r0, r5, #21"
	0xD03E "beq taken"
	0x0D40 "lsrs r0, r0, #21"
	0x7833 "ldrb r3, [r6]"
	0x0659 "lsls r1, r3, #25"
	0x0F89 "lsrs r1, r1, #30"
	0xD139 "bne taken"
	0x06DB "lsls r3, r3, #27"
	0xD037 "beq taken"
	0x0EDB "lsrs r3, r3, #27"
	0x4298 "cmp r0, r3"
	0xD934 "bls taken"
	0x463C "find: mov r4, r7"
	0x3484 "adds r4, #132"
	0x68BA "ldr r2, [r7, #8]"
	0x0092 "lsls r2, r2, #2"
	0x1912 "adds r2, r2, r4"
	0x4294 "try: cmp r4, r2"
	0xD022 "beq absent"
	0x6823 "ldr r3, [r4]"
	0x6819 "ldr r1, [r3]"
	0x4608 "mov r0, r1"
	0x4068 "eors r0, r5"
	0x0300 "lsls r0, r0, #12"
	0x0E00 "lsrs r0, r0, #24"
	0xD118 "bne other"
	0x0328 "lsls r0, r5, #12"
	0x0E00 "lsrs r0, r0, #24"
	0x28FF "cmp r0, #255"
	0xD111 "bne same"
	0x0189 "lsls r1, r1, #6"
	0x0F49 "lsrs r1, r1, #29"
	0x2004 "movs r0, #4"
	0x4088 "lsls r0, r1"
	0x181B "adds r3, r3, r0"
	0x7818 "ldrb r0, [r3]"
	0x7831 "ldrb r1, [r6]"
	0x4048 "eors r0, r1"
	0x0640 "lsls r0, r0, #25"
	0xD10A "bne other"
	0x06C9 "lsls r1, r1, #27"
	0x0EC9 "lsrs r1, r1, #27"
	0x5C58 "letter: ldrb r0, [r3, r1]"
	0x5C75 "ldrb r5, [r6, r1]"
	0x42A8 "cmp r0, r5"
	0xD104 "bne other"
	0x3901 "subs r1, #1"
	0xD1F9 "bne letter"
	0x6AB9 "same: ldr r1, [r7, #40]"
	0x6021 "str r1, [r4]"
	0xE00D "b taken"
	0x6A7D "other: ldr r5, [r7, #36]"
	0x3404 "adds r4, #4"
	0xE7DA "b try"
	0x6B78 "absent: ldr r0, [r7, #52]"
	0x2800 "cmp r0, #0"
	0xD107 "bne taken"
	0x68B8 "ldr r0, [r7, #8]"
	0x69BB "ldr r3, [r7, #24]"
	0x4298 "cmp r0, r3"
	0xD089 "beq stop"
	0x3001 "adds r0, #1"
	0x60B8 "str r0, [r7, #8]"
	0x6AB9 "ldr r1, [r7, #40]"
	0x6021 "str r1, [r4]"
	0x6AF9 "taken: ldr r1, [r7, #44]"
	0xE7A6 "b each"
	0x6BF8 "whole: ldr r0, [r7, #60]"
	0x63B8 "str r0, [r7, #56]"
	0x68F8 "ldr r0, [r7, #12]"
	0x6078 "str r0, [r7, #4]"
	0xE737 "b next"
	0xBE00 "trap: bkpt #0"
}
# So many variables are told apart; with more it goes only so far.
set _np_walk_most 200
# Entries of a set that wait for the one that completes it.
set _np_walk_waiting 32

# After it: the registers that it saves, its variables, then the table of places and, with items, entries that name them.
set _np_walk_saved 28
set _np_walk_table [expr {$_np_walk_saved + 132}]

# What the core finds in an area from `place` on, where an entry stands or one ends: {end newest blank}. `end` is where to go on,
# the end of a whole set; `newest` are the places of the newest entries up to there, in the order of each variable's first one; of
# the variables that `items` belong to, or if there is none, of all. Up to `blank` flash is erased. "" where it cannot be had
# like this.
proc _np_walk {area place items} {
	set entries {}
	foreach item $items {
		lappend entries [_np_pack [list $item] 0 0 255]
	}
	set most [expr {[llength $items] > 0 ? [llength $items] + [llength [concat {*}$entries]] / 4 : $::_np_walk_most}]
	set waiting [expr {[_np_job_data $::_np_walk_code] + $::_np_walk_table + 4 * $most}]
	return [_np_job [expr {$waiting + 4 * $::_np_walk_waiting}] r0 $place [list _np_walk_run $area $place $entries $waiting]]
}

proc _np_walk_run {area place entries waiting room} {
	set data [expr {$room + [_np_job_data $::_np_walk_code]}]
	set table [expr {$data + $::_np_walk_table}]
	# The entries lie after their addresses.
	set known {}
	set words {}
	foreach bytes $entries {
		lappend known [expr {$table + 4 * ([llength $entries] + [llength $words])}]
		lappend words {*}[_np_bytes_words $bytes]
	}
	_np_job_run $room $::_np_walk_code [concat [_np_walk_data $area $place $known [expr {$room + $waiting}]] $known $words] 2
	lassign [_np_read_memory [expr {$data + $::_np_walk_saved}] 32 4] ended end count blank
	if {$ended == 0 || $end < $place || $end > $blank || $blank > [dict get $area end] || $count > $::_np_walk_most} {
		return ""
	}
	set newest {}
	foreach one [expr {$count > 0 ? [_np_read_memory $table 32 $count] : {}}] {
		# What is not in flash is one of the entries above: no other was found.
		if {$one >= $place && $one < $end} {
			lappend newest [expr {$one + 0}]
		}
	}
	return [list [expr {$end + 0}] $newest [expr {$blank + 0}]]
}

# The words after the code. `known` are addresses of entries that name the variables to be found; without any, all are. The
# numbers are those of [r7, #N].
proc _np_walk_data {area place known waiting} {
	set numbers [list 0 $place [llength $known] $place [dict get $area base] [_np_cell_code [dict get $area cell]] \
		$::_np_walk_most $::_np_max_length 0 0 0 0 [dict get $area end] [expr {[llength $known] > 0}] $waiting $waiting \
		[dict get $::_np_flash erased]]
	return [concat [lrepeat 7 0] $numbers $::_np_crc_nibbles]
}

list
