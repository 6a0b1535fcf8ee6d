# SPDX-License-Identifier: MIT
# How far flash is erased, as the core sees it: what it is given to run, and what is read in spite of it.

source [file join [file dirname [info script]] lib fake.tcl]

# ---- the code ---------------------------------------------------------------------------------------------------

# The instructions beside the opcodes of a job, by the assembler, with these labels after it: as the words that it makes.
proc assembled {code labels} {
	set folder [_np_file_unique /tmp nameplate-job-]
	set source ".syntax unified\n.thumb\n"
	foreach {opcode text} $code {
		append source $text \n
	}
	_np_file_write $folder $source$labels 0
	exec arm-none-eabi-as -mcpu=cortex-m0 -o $folder.o $folder
	exec arm-none-eabi-objcopy -O binary -j .text $folder.o $folder.bin
	set words {}
	foreach word [exec od -An -v -tx4 -w4 $folder.bin] {
		lappend words [expr {"0x$word" + 0}]
	}
	exec rm -f $folder $folder.o $folder.bin
	return [lrange $words 0 [expr {[llength $code] / 4 - 1}]]
}

foreach {name code labels} [list \
	blank $_np_blank_code "start: .word 0, 0, 0\nresult: .word 0\n" \
	walk $_np_walk_code "block: .word 0\n"] {
	check "$name: the opcodes are the instructions beside them" [assembled $code $labels] [_np_job_words $code]
	check "$name: the words after it are aligned, and the breakpoint is the last instruction" \
		[list [expr {[llength $code] % 4}] [lrange $code end-1 end]] {0 {0xBE00 {trap: bkpt #0}}}
}
check "the variables of walk are as many as its table begins at" \
	[expr {4 * [llength [_np_walk_data [_np_new_area 0 4096 4 1 0 12] 12 {} 0]]}] $_np_walk_table

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
