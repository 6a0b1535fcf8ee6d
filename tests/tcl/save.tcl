# SPDX-License-Identifier: MIT
# The file that holds a device's variables while its only area is erased: which one is believed, and when it is used.
# (That it brings the variables back from a cut anywhere is in power.tcl.)

source [file join [file dirname [info script]] lib writing.tcl]

single_areas
set here $NAMEPLATE_SAVE_DIR

# The file with another text and the right check.
proc resaved {text} {
	set body [string range $text 0 [expr {[string length $text] - 14}]]
	return "${body}end [format %08x [_np_crc32 [_np_string_bytes $body]]]\n"
}

# A rewriting that is cut off at one of its operations, the erase at first; the file is there.
proc interrupted {{operation 0} {kind torn}} {
	set region [device 128 0 1]
	dict set region driver stm32lx
	set serial [fill_up $region]
	set ::cut_at [expr {$::operations + $operation}]
	set ::cut_kind $kind
	catch {give $region $serial}
	power_on
	return [list $region $serial]
}

# What Nameplate has said.
set told {}
proc echo {text} {
	lappend ::told $text
}

# In another folder, which does not have the file.
proc elsewhere {script} {
	set ::NAMEPLATE_SAVE_DIR $::here/elsewhere
	file mkdir $::NAMEPLATE_SAVE_DIR
	set failed [catch {uplevel 1 $script} result]
	set ::NAMEPLATE_SAVE_DIR $::here
	return -code $failed $result
}

# Somebody has erased the device and written other values.
proc other_store {region vars} {
	elsewhere {
		flash_erase_address $::base 4096
		give_vars $region $vars
	}
}

# ---- the right file is used ------------------------------------------------------------------------------------

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


catch {_np_file_delete $saved}
set wrong {}
foreach name [list "{x}" "a{b}c" "\${ws}" "a\\{b" -x "|touch PWNED" "* ?" "\[x]" ~ "a b"] {
	set NAMEPLATE_SAVE_DIR $here/$name
	file mkdir $NAMEPLATE_SAVE_DIR
	lassign [interrupted] region serial
	if {[_np_file_list $NAMEPLATE_SAVE_DIR] ne [file tail $saved] || [catch {give_vars $region [vars other=1]}] ||
		[state_of $region] ne [lsort [list gain=1.5 key=00112233 note=kept other=1 serial=$serial]]} {
		lappend wrong $name
	}
}
set NAMEPLATE_SAVE_DIR $here
check "in a folder of any name" $wrong {}

lassign [interrupted 0 before] region serial
give_vars $region [vars other=1]
check "the erase not begun" [list [file exists $saved] [lsearch -exact [state_of $region] serial=$serial]] {0 4}
lassign [interrupted] region serial
flash_erase_address $base 4096
give_vars $region [vars other=1]
check "a blank region" [list [file exists $saved] [lsearch -exact [state_of $region] serial=$serial]] {0 4}

# ---- what is wrong with a file is said before anything is written ------------------------------------------------

lassign [interrupted] region serial
set text [_np_file_read $saved]
proc refused {name change wanted} {
	catch {exec rm -r $::saved}
	uplevel #0 $change
	set ::operations 0
	set text [error_of {give $::region 1}]
	check "a file $name" [list [string match $wanted $text] [string match *\n* $text] $::operations] {1 0 0}
	if {![string match $wanted $text]} {
		puts "# $text"
	}
	set ::told {}
	_np_say_pending $::region
	check "a file $name, when only reading" [expr {[string match $wanted [string range [lindex $::told 0] 11 end]] && [llength $::told] == 1}] 1
}
proc file_is {text {private 1}} {
	_np_file_write $::saved $text $private
}
foreach {name change wanted} {
	"that is cut off" {string range $text 0 end-1} "*is damaged: look*"
	"with one digit changed" {string map {serial Serial "item 1" "item 2"} $text} "*is damaged: look*"
	"that is empty" {string range $text 1 0} "*is damaged: look*"
	"of another region" {resaved [string map {0x08010000 0x08020000} $text]} "*for the region*"
	"of another device" {resaved [string map {"device 000000010" "device 000000011"} $text]} "*is of another device (0000000110000*, and this one is 0000000100000*"
	"of another version" {resaved [string map {"save 2" "save 1"} $text]} "*another version*"
	"of cells of 3 bytes" {resaved [string map {"4096 128" "4096 3"} $text]} "*cells of 3 bytes*"
	"of cells that are too small" {resaved [string map {"4096 128" "4096 4"} $text]} "*cells of 4 bytes*"
	"of a generation that is none" {resaved [string map {"generation 2" "generation 65536"} $text]} "*generation above 65535*"
	"whose generation is a word" {resaved [string map {"generation 2" "generation two"} $text]} "*has no right head*"
	"without a region" {resaved [string map {"region 0x" "legion 0x"} $text]} "*has no right head*"
	"with a line of its own" {resaved [string map {"item 1 " "note\nitem 1 "} $text]} "*is damaged in line *"
	"with a NUL in it" {resaved [string map [list "item 1 " "item 1\0 "] $text]} "*is damaged*"
	"with half a byte" {resaved [string map {"00-\n" "0-\n"} $text]} "*is damaged in line *"
	"with an area entry for a variable" {resaved [string map {"item 1 0" "item 0 0"} $text]} "*is damaged in line *"
	"with a key above 255" {resaved [string map {"item 1 0" "item 256 0"} $text]} "*no device can have (item *"
	"with a deletion" {resaved [string map {"item 1 0" "item 1 5"} $text]} "*no device can have (item *"
	"with a name of no length" {resaved [string map {"item 1 0" "item 255 0"} $text]} "*no device can have (item *"
	"with a variable twice" {resaved [string map {"item 1 0" "item 1 0 00-\nitem 1 0"} $text]} "*a variable twice (item *"
	"with a value that is too long" {resaved [string map [list "item 1 0" "item 9 4 [string repeat 00 1056]-\nitem 1 0"] $text]} "*no device can have (item *"
	"with more than an area holds" {resaved [string map [list "item 1 0" "item 9 4 [string repeat 00 1055]-\nitem 10 4 [string repeat 00 1055]-\nitem 11 4 [string repeat 00 1055]-\nitem 12 4 [string repeat 00 1055]-\nitem 1 0"] $text]} "*more than its region can*"
	"with a word outside" {resaved [string map {"was 0x08010000" "was 0x08011000"} $text]} "*outside its region*"
	"with a word twice" {resaved [string map {"was 0x08010080" "was 0x08010000"} $text]} "*a word twice*"
} {
	refused $name "file_is \[$change\]" $wanted
}
refused "that others may write" {file_is $text; exec chmod 622 $saved} "*may be written by others*"
refused "that is a FIFO" {exec mkfifo $saved} "*is no plain file (fifo)*"
refused "that is a link" {file_is $text; file rename $saved $here/real; file link -symbolic $saved $here/real} "*is no plain file (link)*"
refused "that is a folder" {file mkdir $saved} "*is no plain file (directory)*"
if {[dict get [os.getids] euid] == 0} {
	refused "that belongs to somebody else" {file_is $text; exec chown 65534 $saved} "*belongs to somebody else (user 65534)*"
}
exec rm -r $saved
file_is $text
give_vars $region [vars other=1]
check "and the right one is used after all" [file exists $saved] 0

# ---- an old file is not used -------------------------------------------------------------------------------------

foreach {name operation kind} {"in the erase" 0 torn "before it" 0 before "after it" 0 after "in the new store" 2 torn "after its area entry" 3 before} {
	lassign [interrupted $operation $kind] region serial
	other_store $region [vars serial=7 note=newer]
	set told {}
	give_vars $region [vars x=1]
	check "cut $name, then other values elsewhere: the file is named, left alone and not used" \
		[list [state_of $region] [file exists $saved] [lsearch -glob $told "*$saved has older variables*left alone*"]] \
		{{note=newer serial=7 x=1} 1 0}
	set operations 0
	set full [fill_up $region]
	set operations 0
	check "cut $name: nor is it overwritten" [list [string match "*one of this name that an earlier run left*" \
		[error_of {give $region $full}]] $operations [_np_file_kind $saved]] {1 0 file}
	file delete $saved
}

lassign [interrupted] region serial
other_store $region [vars serial=41 note=kept key:hex:secret=00112233 gain:f32=1.5]
give_vars $region [vars x=1]
check "nor where the other store begins as the old one did" [state_of $region] {gain=1.5 key=00112233 note=kept serial=41 x=1}
file delete $saved

lassign [interrupted 0 before] region serial
elsewhere {give_vars $region [list [deletion note]]}
give_vars $region [vars x=1]
check "a store that was gone on with elsewhere before its erase began keeps what it has" \
	[list [lsearch -glob [state_of $region] note=*] [lsearch -exact [state_of $region] x=1] [file exists $saved]] {-1 3 0}

lassign [interrupted 0 before] region serial
elsewhere {give $region 5555}
give_vars $region [vars x=1]
check "a store that was rewritten elsewhere, too" \
	[list [state_of $region] [file exists $saved]] {{gain=1.5 key=00112233 note=kept serial=5555 x=1} 1}
file delete $saved

# Cut off twice, in two folders: the second cut is not the first one's. (A page is erased after the other.)
lassign [interrupted] region serial
set flash_page 256
other_store $region [vars serial=7 note=newer big=[string repeat x 200] y=[string repeat z 300]]
elsewhere {
	set full [fill_up $region]
	set ::cut_at [expr {$::operations + 1}]
	set ::cut_kind torn
	catch {give $region $full}
	power_on
}
set operations 0
set text [error_of {give $region 1}]
check "another store that was cut off is not taken for the file's" \
	[list [string match "*of another store than the one that was cut off*move it away*" $text] $operations [file exists $saved]] {1 0 1}
elsewhere {give_vars $region [vars x=1]}
check "and the right folder brings it back" [lsearch -exact [state_of $region] note=newer] 1
file delete $saved

# Of a torn erase nothing need be left that could be known again.
lassign [interrupted] region serial
flash_erase_address $base 4096
for {set i 0} {$i < 1024} {incr i} {
	set flash_words([expr {$base + 4 * $i}]) [random_word]
}
give_vars $region [vars other=1]
check "noise all over is a torn erase" [list [file exists $saved] [lsearch -exact [state_of $region] serial=$serial]] {0 4}

# ---- where the unique ID is --------------------------------------------------------------------------------------

# The words at those addresses, of a part with this DEV_ID; the other words of the table read as the address itself says.
proc unique_id {driver idcode device} {
	set kept $::other_words
	foreach row $::_np_devices {
		dict set ::other_words [expr {[dict get $row idcode] + 0}] 0
		foreach address [dict get $row uid] {
			dict set ::other_words [expr {$address + 0}] $address
		}
	}
	dict set ::other_words [expr {$idcode + 0}] [expr {0x10010000 | $device}]
	set id [_np_device [dict create driver $driver] ""]
	set ::other_words $kept
	return $id
}

# One part of each address; the driver, DBGMCU_IDCODE and DEV_ID as in OpenOCD, UID_BASE as in ST's headers.
foreach {part driver idcode device id} {
	f072  stm32f1x 0x40015800 0x448 1ffff7ac1ffff7b01ffff7b4
	f103  stm32f1x 0xE0042000 0x410 1ffff7e81ffff7ec1ffff7f0
	f303  stm32f1x 0xE0042000 0x446 1ffff7ac1ffff7b01ffff7b4
	f207  stm32f2x 0xE0042000 0x411 1fff7a101fff7a141fff7a18
	f767  stm32f2x 0xE0042000 0x451 1ff0f4201ff0f4241ff0f428
	f722  stm32f2x 0xE0042000 0x452 1ff07a101ff07a141ff07a18
	l073  stm32lx  0x40015800 0x447 1ff800501ff800541ff80064
	l151  stm32lx  0xE0042000 0x416 1ff800501ff800541ff80064
	l152e stm32lx  0xE0042000 0x437 1ff800d01ff800d41ff800e4
	l476  stm32l4x 0xE0042000 0x415 1fff75901fff75941fff7598
	wl55  stm32l4x 0xE0042000 0x497 1fff75901fff75941fff7598
	g0b1  stm32l4x 0x40015800 0x467 1fff75901fff75941fff7598
	c011  stm32l4x 0x40015800 0x443 1fff75501fff75541fff7558
	c051  stm32l4x 0x40015800 0x44c 1fff75501fff75541fff7558
	c071  stm32l4x 0x40015800 0x493 1fff75501fff75541fff7558
	c092  stm32l4x 0x40015800 0x44d 1fff75501fff75541fff7558
	u031  stm32l4x 0x40015800 0x459 1fff3e501fff3e541fff3e58
	u083  stm32l4x 0x40015800 0x489 1fff6e501fff6e541fff6e58
	l552  stm32l4x 0xE0044000 0x472 0bfa05900bfa05940bfa0598
	u575  stm32l4x 0xE0044000 0x482 0bfa07000bfa07040bfa0708
	u385  stm32l4x 0xE0044000 0x454 0bfa07000bfa07040bfa0708
	u3c5  stm32l4x 0xE0044000 0x42a 0bfa07000bfa07040bfa0708
	wba25 stm32l4x 0xE0044000 0x4b2 0bf8d7000bf8d7040bf8d708
	wba55 stm32l4x 0xE0044000 0x492 0bf907000bf907040bf90708
	wba65 stm32l4x 0xE0044000 0x4b0 0bfa07000bfa07040bfa0708
	h743  stm32h7x 0x5C001000 0x450 1ff1e8001ff1e8041ff1e808
	h7b3  stm32h7x 0x5C001000 0x480 08fff80008fff80408fff808
	h7s7  stm32h7x 0x5C001000 0x485 08fff80008fff80408fff808
} {
	check "the unique ID of $part" [unique_id $driver $idcode $device] $id
}
check "a part that is not in the table has none" [unique_id stm32l4x 0xE0042000 0x999] ""

# ---- parts that cannot be told apart -----------------------------------------------------------------------------

# Writes until there is an error.
proc fill_over {region} {
	for {set serial 1} {1} {incr serial} {
		give $region $serial
	}
}

dict set region driver fake
flash_erase_address $base 4096
give_vars $region [vars note=kept]
check "a part whose unique ID is not known is refused by name" \
	[string match "*does not know where this part (fake)*" [error_of {fill_over $region}]] 1
check "with its values untouched" [string match "*note=kept*" [state_of $region]] 1

# ---- a large sector ----------------------------------------------------------------------------------------------

check "the words of a sector of 256 KiB are read from one line" \
	[dict size [lindex [_np_save_lines [list "was 0x08010000[string repeat { 0123ABCD} 65536]"]] 0]] 65536
foreach line {"was 0x08010000  0123ABCD" "was 0x08010000 0123ABC" "was 0x08010000 0123ABCD " "was 0x08010000"} {
	check "and {$line} is damage" [error_of {_np_save_lines [list $line]}] "is damaged in line 5"
}

exec rm -r $here
tap_end
