# SPDX-License-Identifier: MIT
# Long stretches of erased flash: the core itself goes through them, and only what it finds crosses the wire. OpenOCD's own
# `flash erase_check` would look at the whole bank, and passes a table of all its sectors each way
# (armv7m_blank_check_memory in armv7m.c): on many parts that is more than reading the region.

# The address of the first word from `start` to `end` that is not `erased`, else `end`, goes to `result`. The opcode, then
# what it is.
set _np_blank_code {
	0xA305 "adr r3, start"
	0xCB07 "ldmia r3!, {r0, r1, r2}"
	0xC808 "next: ldmia r0!, {r3}"
	0x4293 "cmp r3, r2"
	0xD102 "bne found"
	0x4288 "cmp r0, r1"
	0xD1FA "bne next"
	0xE000 "b end"
	0x3804 "found: subs r0, #4"
	0xA304 "end: adr r3, result"
	0x6018 "str r0, [r3]"
	0xBE00 "trap: bkpt #0"
}
# After it: start, end, erased, result.

# The address of the first word from `start` to `end` that is not erased, or `end`. "" where it cannot be had like this.
proc _np_blank_until {start end erased} {
	return [_np_job [expr {[_np_job_data $::_np_blank_code] + 16}] {r0 r1 r2 r3} $start [list _np_blank_run $start $end $erased]]
}

proc _np_blank_run {start end erased area} {
	# Some four words in a microsecond.
	_np_job_run $area $::_np_blank_code [list $start $end $erased 0] [expr {($end - $start) / 16384}]
	set found [expr {[_np_read_memory [expr {$area + [_np_job_data $::_np_blank_code] + 12}] 32 1] + 0}]
	return [expr {$found >= $start && $found <= $end ? $found : ""}]
}

list
