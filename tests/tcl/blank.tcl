# SPDX-License-Identifier: MIT
# How far flash is erased, as the core sees it: what it is given to run, and what is read in spite of it.

source [file join [file dirname [info script]] lib fake.tcl]

# ---- the code ---------------------------------------------------------------------------------------------------

# The instructions as they stand beside the opcodes, by the assembler.
set folder [_np_file_unique /tmp nameplate-blank-]
set source ".syntax unified\n.thumb\n"
set ours ""
foreach {opcode text} $_np_blank_code {
	append source [string map {"b found + 2" "b end"} $text] \n
	if {[string match *found:* $text]} {
		append source "end: "
	}
	append ours [format "%02x%02x " [expr {$opcode & 255}] [expr {$opcode >> 8}]]
}
append source "start: .word 0, 0, 0\nresult: .word 0\n"
_np_file_write $folder $source 0
exec arm-none-eabi-as -mcpu=cortex-m0 -o $folder.o $folder
exec arm-none-eabi-objcopy -O binary -j .text $folder.o $folder.bin
set theirs [string range [exec od -An -v -tx1 -w2 $folder.bin] 0 end]
regsub -all {[ \n]} $theirs "" theirs
regsub -all { } $ours "" ours
check "the opcodes are the instructions beside them" [string range $theirs 0 [expr {[string length $ours] - 1}]] $ours
exec rm -f $folder $folder.o $folder.bin

set block [_np_blank_block 0x20000000 0x08020000 0x08040000 0xFFFFFFFF]
check "what goes into the working area has the size it says" [llength $block] $_np_blank_words
check "the result is the last word" [expr {4 * $_np_blank_words - 4}] $_np_blank_result
check "NMI and HardFault end at the breakpoint" [lrange $block 2 3] \
	[lrepeat 2 [expr {0x20000000 + $_np_blank_entry + [llength $_np_blank_code] - 2 + 1}]]
check "the breakpoint is the last instruction" $_np_blank_trap [expr {$_np_blank_entry + [llength $_np_blank_code] - 2}]

# ---- what is read -----------------------------------------------------------------------------------------------

# All words of a region, by _np_word; those that differ from the flash.
proc differ {base size} {
	_np_reads_begin $base [expr {$base + $size}] 32
	set wrong {}
	for {set place $base} {$place < $base + $size} {incr place 4} {
		set word [flash_word $place]
		if {[_np_word $place] ne [expr {$word eq "" ? "" : $word + 0}]} {
			lappend wrong $place
		}
	}
	return $wrong
}

set base [expr {0x08000000 + 0}]
foreach {erased name} {0xFFFFFFFF ones 0x00000000 zeros} {
	flash_is $base 65536 $erased
	region_of $base 65536 4 $erased
	set blank_runs 0
	check "erased flash of $name: all words as they are" [differ $base 65536] {}
	check "erased flash of $name: one look, and one block read" [list $blank_runs $reads] {1 1}
	set flash_words([expr {$base + 4000}]) 0x12345678
	set flash_words([expr {$base + 4004}]) [expr {$erased ^ 0xFFFFFFFF}]
	set reads 0
	set blank_runs 0
	check "a word among $name, and one that looks erased: all as they are" [differ $base 65536] {}
	check "a word among $name: two looks, and the block around it" [list $blank_runs $reads] {2 2}
}

flash_is $base 65536 0xFFFFFFFF
region_of $base 65536 4 0xFFFFFFFF
set flash_words([expr {$base + 30000}]) ""
set blank_runs 0
check "a word that cannot be read: all others as they are" [differ $base 65536] {}
check "a word that cannot be read: the core is not asked again" $blank_runs 1

flash_is $base 65536 0xFFFFFFFF
region_of $base 65536 4 0xFFFFFFFF
for {set at 1020} {$at < 65536} {incr at 1024} {
	set flash_words([expr {$base + $at}]) 1
}
set blank_runs 0
check "many short stretches: all words as they are" [differ $base 65536] {}
check "many short stretches: sixteen looks, the rest is read" $blank_runs $_np_blank_most

flash_is $base 65536 0xFFFFFFFF
region_of $base 65536 4 0xFFFFFFFF
_np_reads_begin $base [expr {$base + 65536}] 1
set blank_runs 0
for {set at 0} {$at < 1536} {incr at 128} {
	_np_word [expr {$base + $at}]
}
check "where one word of each cell counts, they are read" $blank_runs 0

tap_end
