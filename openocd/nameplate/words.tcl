# SPDX-License-Identifier: MIT
# program_words: words to fixed addresses, for firmware that knows nothing of the store.

# {address words reset}
proc _np_parse_words {words} {
	set reset 0
	_np_note_exit $words
	set numbers {}
	foreach word $words {
		switch -- $word {
			reset { set reset 1 }
			exit  {}
			default {
				set what [expr {[llength $numbers] == 0 ? "address" : "word"}]
				if {[catch {_np_value_integer u32 $word} bytes]} {
					_np_fail "$what [_np_quote $word] $bytes"
				}
				lappend numbers [_np_bytes_word $bytes]
			}
		}
	}
	if {[llength $numbers] < 2} {
		_np_fail "program_words needs an address and words: program_words 0x0801D000 0x12345678"
	}
	return [list [lindex $numbers 0] [lrange $numbers 1 end] $reset]
}

proc _np_program_words {words} {
	lassign [_np_parse_words $words] address words reset
	_np_connect
	set failed [catch {_np_words_write $address $words} text]
	if {$failed} {
		catch {_np_restore_poll}
		return -code error $text
	}
	_np_leave 0 $reset
	_np_restore_poll
	foreach word $words {
		_np_result [format "0x%08X=0x%08X" $address $word]
		incr address 4
	}
}

# Everything that can be refused before the first write. Returns the bank.
proc _np_words_check {address end banks region} {
	set range [_np_range $address $end]
	set bank [_np_bank_of $banks $address]
	if {$bank eq "" || $end > [dict get $bank end]} {
		_np_fail "the words would take $range, which is not in the flash\
			[_np_range [dict get [lindex $banks 0] base] [dict get [lindex $banks end] end]]: correct the\
			address"
	}
	if {$address < [dict get $region end] && $end > [dict get $region base]} {
		_np_fail "the words would take $range, which touches the reserved region\
			[_np_range [dict get $region base] [dict get $region end]]: choose another address, or use\
			program_vars"
	}
	set granule [dict get $bank granule]
	if {$address % $granule != 0 || $end % $granule != 0} {
		_np_fail "this flash ([dict get $bank driver]) is written in pieces of $granule bytes, and the words\
			would take $range:\
			begin at a multiple of $granule, and give a multiple of [expr {$granule / 4}] words"
	}
	return $bank
}

proc _np_words_write {address words} {
	_np_reset halt
	set banks [_np_banks]
	set region [_np_region $banks]
	set end [expr {$address + 4 * [llength $words]}]
	set bank [_np_words_check $address $end $banks $region]
	set erased [dict get $bank erased]
	set all [_np_words_extend $bank $address $words]
	set last [expr {$address + 4 * [llength $all]}]
	_np_reads_begin $address $last 32
	set same 1
	set used ""
	set at $address
	foreach word $all {
		set now [_np_word $at]
		if {$at < $end && ($now eq "" || $now != $word)} {
			set same 0
		}
		if {$used eq "" && ($now eq "" || $now != $erased)} {
			set used $at
		}
		incr at 4
	}
	if {$same} {
		_np_say "the words at [_np_range $address $end] are there already"
		return
	}
	if {$used ne "" && $used >= $end} {
		_np_fail [format "OpenOCD can write to 0x%08X only together with the rest of its half page, and at 0x%08X there is\
			something else: begin at 0x%08X, or erase the page first" $address $used $last]
	}
	if {$used ne ""} {
		_np_fail [format "the flash at 0x%08X is not erased (it reads %s): erase its page first, or choose another address" $used \
			[expr {[_np_word $used] eq "" ? "as an error" : [format 0x%08X [_np_word $used]]}]]
	}
	set bytes {}
	foreach word $all {
		lappend bytes {*}[_np_word_bytes $word]
	}
	if {![_np_write_block [_np_bank_part $bank $address $last] $address [dict get $bank granule] $bytes]} {
		_np_fail "the words at [_np_range $address $end] do not read back: the flash was programmed with ones\
			before, is worn, or\
			its supply is weak; erase the page, then run the same command again"
	}
}

# stm32lx aborts OpenOCD (an assertion in stm32lx.c) when a write begins inside a half page and ends before the next:
# such a run goes on to the end of its half page with the erased value, which leaves those words as they are.
proc _np_words_extend {bank address words} {
	set cell [dict get $bank cell]
	if {[dict get $bank driver] ne "stm32lx" || $address % $cell == 0} {
		return $words
	}
	set left [expr {($cell - $address % $cell) / 4 - [llength $words]}]
	if {$left <= 0} {
		return $words
	}
	return [concat $words [lrepeat $left [expr {[dict get $bank erased] + 0}]]]
}

list
