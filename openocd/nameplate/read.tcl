# SPDX-License-Identifier: MIT
# Words of flash, as read from the target since `_np_reads_begin`.

# Forgets all words read so far. A miss reads `span` words at once, never beyond `first` and `end`: single words
# are cheaper when cells are wide, blocks when they are narrow (on JTAG a read costs about 250 TCK, a further
# word in it 50). After an erased block the core looks how far that goes, if there is much to come: some 3,000 TCK.
proc _np_reads_begin {first end span} {
	catch {unset ::_np_word_cache}
	set ::_np_word_cache(none) ""
	array set ::_np_reads [list first $first end $end span $span blank {} runs {}]
}

# From now on a miss reads this many words.
proc _np_reads_ahead {span} {
	set ::_np_reads(span) $span
}

# Fewer bytes than these are read; and where there were so many stretches, the rest is, too.
set _np_blank_least 256
set _np_blank_most 16

# The end of the stretch that is known to be erased from `place` on; `place` itself where none is.
proc _np_blank_end {place} {
	foreach {from to} $::_np_reads(runs) {
		if {$place >= $from && $place < $to} {
			return $to
		}
	}
	return $place
}

# The same for whole cells: where the next one begins that has to be looked at, or `place` itself.
proc _np_blank_cells {place cell} {
	return [expr {$place + ([_np_blank_end $place] - $place) / $cell * $cell}]
}

# What it has cost to read so far, in words of a block: a word that is read alone takes as long as five.
proc _np_reads_cost {} {
	return [expr {[array size ::_np_word_cache] * ($::_np_reads(span) == 1 ? 5 : 1)}]
}

# Erased words have been read up to `blank`: looks how far that goes.
proc _np_blank_ahead {} {
	set from $::_np_reads(blank)
	set ::_np_reads(blank) ""
	if {!$::_np_job_works || $::_np_reads(end) - $from < $::_np_blank_least ||
		[llength $::_np_reads(runs)] >= 2 * $::_np_blank_most} {
		return
	}
	set to [_np_blank_until $from $::_np_reads(end) [dict get $::_np_flash erased]]
	if {$to ne ""} {
		_np_blank_found $from $to
	}
}

# All of this is erased.
proc _np_blank_found {from to} {
	lappend ::_np_reads(runs) $from $to
}

# One word, or "" when it cannot be read: on parts with ECC a torn word raises a bus error.
proc _np_word {address} {
	if {[info exists ::_np_word_cache($address)]} {
		return $::_np_word_cache($address)
	}
	if {$::_np_reads(blank) ne "" && $address >= $::_np_reads(blank) && [_np_blank_end $address] == $address} {
		_np_blank_ahead
	}
	if {[_np_blank_end $address] != $address} {
		return [expr {[dict get $::_np_flash erased] + 0}]
	}
	set span $::_np_reads(span)
	set start [expr {$address - ($address - $::_np_reads(first)) % ($span * 4)}]
	set count [_np_min $span [expr {($::_np_reads(end) - $start) / 4}]]
	_np_words $start $count
	set next [expr {$start + 4 * $count}]
	set last $::_np_word_cache([expr {$next - 4}])
	set ::_np_reads(blank) [expr {$span > 1 && $last ne "" && $last == [dict get $::_np_flash erased] ? $next : ""}]
	return $::_np_word_cache($address)
}

proc _np_words {start count} {
	if {![catch {_np_read_memory $start 32 $count} words] && [llength $words] == $count} {
		foreach word $words {
			# "+ 0": of a lone number Jim's expr returns the text, here hex, and comparing words by `eq`
			# fails.
			set ::_np_word_cache($start) [expr {$word + 0}]
			incr start 4
		}
		return
	}
	if {$count == 1} {
		set ::_np_word_cache($start) ""
		_np_alive $start
		return
	}
	for {set i 0} {$i < $count} {incr i} {
		_np_words $start 1
		incr start 4
	}
}

list
