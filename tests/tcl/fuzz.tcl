# SPDX-License-Identifier: MIT
# Stores with random words changed, read by the Tcl reader: it never fails, never reads on and on, and whatever it makes of
# them can be listed and dumped. (tests/fuzz does the same to the C reader, a hundred times as often.)
#   jimsh tests/tcl/fuzz.tcl [SEED [COUNT]]

source [file join [file dirname [info script]] lib writing.tcl]

set first [expr {[llength $argv] > 0 ? [lindex $argv 0] : 1}]
set count [expr {[llength $argv] > 1 ? [lindex $argv 1] : 10000}]

# ---- the stores that are changed ---------------------------------------------------------------------------------

proc store {cell erased areas} {
	set ::flash_page [expr {2048 / $areas}]
	set region [region_of $::base 2048 $cell $erased]
	dict set region areas $areas
	dict set region area $::flash_page
	flash_is $::base 2048 $erased
	give_vars $region [_np_vars_parse {serial=41 note=kept key:hex:secret=00112233 gain:f32=1.5 mac:mac=02:00:00:12:34:56} 0]
	give_vars $region [_np_vars_parse {n:i64=-5 {text=two words}} 0]
	give $region 42
	give_vars $region [list [deletion note]]
	return [list $region [array get ::flash_words]]
}

set stores {}
foreach {cell erased areas} {4 0xFFFFFFFF 1 8 0xFFFFFFFF 2 32 0xFFFFFFFF 1 128 0 1} {
	lappend stores [store $cell [expr {$erased + 0}] $areas]
}

# ---- changes -----------------------------------------------------------------------------------------------------

proc changed {word} {
	switch -- [expr {[random] % 6}] {
		0 { return [expr {$word ^ (1 << ([random] % 32))}] }
		1 { return [random_word] }
		2 { return [lindex {0 4294967295} [expr {[random] & 1}]] }
		3 { return [expr {(0x35 << 26) | ([random_word] & 0x3FFFFFF)}] }
		4 { return [expr {($word & ~0x7FF) | ([random] & 0x7FF)}] }
	}
	return [expr {[random] & 1 ? "" : [list $word [random_word]]}]
}

proc mutate {words} {
	catch {unset ::flash_words}
	array set ::flash_words $words
	set places {}
	foreach {address word} $words {
		if {$address ne "none"} {
			lappend places $address
		}
	}
	for {set i [expr {1 + [random] % 4}]} {$i > 0} {incr i -1} {
		set place [lindex $places [expr {[random] % [llength $places]}]]
		if {[random] % 8 == 0} {
			# An entry, or a part of one, somewhere else.
			for {set j 0} {$j < 24} {incr j 4} {
				set ::flash_words([expr {$::base + ($place + 64 - $::base + $j) % 2048}]) [flash_word [expr {$::base + ($place - $::base + $j) % 2048}]]
			}
		} else {
			set ::flash_words($place) [changed [dict get $words $place]]
		}
	}
}

# What is read, and all that is done with it.
proc look {region} {
	set store [_np_store_scan $region]
	set live [_np_store_live $store]
	_np_list_lines $store
	_np_json_lines $region $store
	_np_dump_lines $store 1
	return [list [dict get $store state] [llength $live]]
}

proc echo {args} {}
set wrong {}
set most 0
set states [dict create]
for {set round 0} {$round < $count && [llength $wrong] < 3} {incr round} {
	set seed [expr {$first * 1000003 + $round * 7919}]
	lassign [lindex $stores [expr {$round % [llength $stores]}]] region words
	mutate $words
	set reads 0
	if {[catch {look $region} result]} {
		lappend wrong "seed $first, round $round: $result"
		continue
	}
	dict incr states [lindex $result 0]
	set most [_np_max $most $reads]
}
check "$count changed stores are read without an error" $wrong {}
check "none takes more than a read for each word and some" [expr {$most < 2 * 2048 / 4}] 1
check "they were not all alike: [dict keys $states]" [expr {[dict get $states ok] > $count / 2 && [dict get $states damaged] > $count / 50}] 1
tap_end
