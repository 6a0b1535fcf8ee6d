# SPDX-License-Identifier: MIT
# Where the region lies on parts that no virtual board models yet: from what `flash list` and `flash info` say.

source [file join [file dirname [info script]] lib fake.tcl]

source [file join [file dirname [info script]] lib banks.tcl]

# "base end areas cell words erased", or the error.
proc where {} {
	if {[catch {_np_settings_check; _np_region [_np_banks]} region]} {
		return $region
	}
	return [format "0x%08X 0x%08X %d %d %d %08X" [dict get $region base] [dict get $region end] \
		[dict get $region areas] [dict get $region cell] [dict get $region words] [dict get $region erased]]
}

# FLASH_SFR of a WB whose radio core has the Bluetooth stack.
set reads 0
set dead 0
dict set other_words [expr {0x58004080 + 0}] 0x000010CB

foreach {name banks text wanted} {
	"L152RB"  {{stm32lx 0x08000000 4096x32}}  ""  "0x0801E000 0x08020000 2 128 1 00000000"
	"L031, 32 KiB: one page"  {{stm32lx 0x08000000 4096x8}} "" "0x08007000 0x08008000 1 128 1 00000000"
	"L152RE: the end of the first bank, which every target file has"  {{stm32lx 0x08000000 4096x64} {stm32lx 0x08040000 4096x64}} ""
		"0x0803E000 0x08040000 2 128 1 00000000"
	"F103CB: two pages of 1 KiB an area"  {{stm32f1x 0x08000000 1024x128}} "" "0x0801F000 0x08020000 2 4 1 FFFFFFFF"
	"F103C4, 16 KiB: one page"  {{stm32f1x 0x08000000 1024x16}} "" "0x08003C00 0x08004000 1 4 1 FFFFFFFF"
	"F405: the last sector; OTP is no place"  {{stm32f2x 0 16384x4 65536x1 131072x7} {stm32f2x 0x1fff7800 512x1}} ""
		"0x080E0000 0x08100000 1 4 1 FFFFFFFF"
	"F7: the alias is not looked at"  {{stm32f2x 0x08000000 32768x4 131072x1 262144x3} {virtual 0x00200000 1024x1}} ""
		"0x080C0000 0x08100000 1 4 1 FFFFFFFF"
	"L476"  {{stm32l4x 0x08000000 2048x512} {stm32l4x 0x1fff7000 1024x1}} "STM32L47/L48xx - Rev 4 : 0x1007 - dual-bank"
		"0x080FF000 0x08100000 2 8 2 FFFFFFFF"
	"G071"  {{stm32l4x 0x08000000 2048x64}} "STM32G07/G08xx - Rev B" "0x0801F000 0x08020000 2 8 2 FFFFFFFF"
	"WB55: below what the radio core owns"  {{stm32l4x 0x08000000 4096x256}} "STM32WB5x - Rev Y" "0x080C9000 0x080CB000 2 8 2 FFFFFFFF"
	"U575: quad words, OTP is no place"  {{stm32l4x 0x08000000 8192x256} {stm32l4x 0x0bfa0000 512x1}} "STM32U57/U58xx - Rev X" "0x081FC000 0x08200000 2 16 4 FFFFFFFF"
	"WBA52: quad words"  {{stm32l4x 0x08000000 8192x128}} "STM32WBA5x - Rev A" "0x080FC000 0x08100000 2 16 4 FFFFFFFF"
	"H743: the last sector of the first bank there is"  {{stm32h7x 0x08000000 131072x8}} ""
		"0x080E0000 0x08100000 1 32 8 FFFFFFFF"
	"H743 with both banks: the same place"  {{stm32h7x 0x08100000 131072x8} {stm32h7x 0x08000000 131072x8}} ""
		"0x080E0000 0x08100000 1 32 8 FFFFFFFF"
	"H743VG, 1 MiB: two banks with a gap between"  {{stm32h7x 0x08000000 131072x4} {stm32h7x 0x08100000 131072x4}} ""
		"0x08060000 0x08080000 1 32 8 FFFFFFFF"
	"H743VG with its first bank only"  {{stm32h7x 0x08000000 131072x4}} "" "0x08060000 0x08080000 1 32 8 FFFFFFFF"
	"H750, one sector: it is no place"  {{stm32h7x 0x08000000 131072x1}} ""
		"the flash of this chip is a single page, so none can be reserved: choose another chip"
	"G473, 256 KiB in two banks with a hole: the end of the second"  {{stm32l4x 0x08000000 2048x64 131072xgap 2048x64}}
		"STM32G47/G48xx - Rev Z : 0x2003 - Flash dual-bank"  "0x0805F000 0x08060000 2 8 2 FFFFFFFF"
	"G474 with one bank: pages of 4 KiB"  {{stm32l4x 0x08000000 4096x128}} "STM32G47/G48xx - Rev Z : 0x2003 - Flash single-bank"
		"0x0807E000 0x08080000 2 8 2 FFFFFFFF"
	"F429 with two banks"  {{stm32f2x 0 16384x4 65536x1 131072x7 16384x4 65536x1 131072x7}} ""
		"0x081E0000 0x08200000 1 4 1 FFFFFFFF"
	"F767 with two banks"  {{stm32f2x 0 16384x4 65536x1 131072x7 16384x4 65536x1 131072x7} {virtual 0x00200000 1024x1}} ""
		"0x081E0000 0x08200000 1 4 1 FFFFFFFF"
	"WL55"  {{stm32l4x 0x08000000 2048x128} {stm32l4x 0x1fff7000 1024x1}} "STM32WLE/WL5x - Rev Y" "0x0803F000 0x08040000 2 8 2 FFFFFFFF"
	"L552 with TrustZone: the secure alias is not looked at"  {{stm32l4x 0x08000000 2048x256} {virtual 0x0c000000 2048x256}
		{stm32l4x 0x0bfa0000 512x1}} "STM32L55/L56xx - Rev Z" "0x0807F000 0x08080000 2 8 2 FFFFFFFF"
	"F103xG with both banks"  {{stm32f1x 0x08000000 2048x256} {stm32f1x 0x08080000 2048x256}} "" "0x0807F000 0x08080000 2 4 1 FFFFFFFF"
	"L475 with a flash of its own on QUADSPI, which is no place"  {{stm32l4x 0x08000000 2048x512} {stmqspi 0x90000000 65536x128}
		{stm32l4x 0x1fff7000 1024x1}} "STM32L47/L48xx - Rev 4" "0x080FF000 0x08100000 2 8 2 FFFFFFFF"
	"an unknown driver: 32-byte cells"  {{stm32x9 0x08000000 8192x64}} "" "0x0807C000 0x08080000 2 32 8 FFFFFFFF"
	"no flash bank"  {{stm32f2x 0x1fff7800 512x1}} "" "no flash bank at 0x08000000: name a target file for the chip with -f"
} {
	banks_are $banks $text
	check $name [where] $wanted
}

# ---- named regions ---------------------------------------------------------------------------------------------

banks_are {{stm32f2x 0 16384x4 65536x1 131072x7}}
foreach {name base size wanted} {
	"F405: a 16 KiB sector in the middle"  0x08004000 0x4000  "0x08004000 0x08008000 1 4 1 FFFFFFFF"
	"F405: two equal sectors are two areas"  0x08004000 0x8000  "0x08004000 0x0800C000 2 4 1 FFFFFFFF"
	"F405: unequal sectors are one area"  0x0800C000 0x14000  "0x0800C000 0x08020000 1 4 1 FFFFFFFF"
	"decimal"  134234112 16384  "0x08004000 0x08008000 1 4 1 FFFFFFFF"
} {
	set NAMEPLATE_BASE $base
	set NAMEPLATE_SIZE $size
	check $name [where] $wanted
}
foreach {name base size wanted} {
	"half a sector"  0x08004000 0x2000  "*is not whole pages*0x08004000 and 0x08008000*"
	"from within a sector"  0x08005000 0x3000  "*is not whole pages*"
	"beyond the end"  0x080E0000 0x40000  "*lies outside the flash*0x08000000 to 0x080FFFFF*"
	"in RAM"  0x20000000 0x4000  "*lies outside the flash*"
	"octal-looking"  0x08004000 040000  "*decimal or 0x hex*"
} {
	set NAMEPLATE_BASE $base
	set NAMEPLATE_SIZE $size
	check "refused: $name" [string match $wanted [where]] 1
}

# ---- gaps ------------------------------------------------------------------------------------------------------

banks_are {{stm32l4x 0x08000000 2048x64 131072xgap 2048x64}} "STM32G47/G48xx - Rev Z : 0x2003 - Flash dual-bank"
foreach {name base size wanted} {
	"G473: the end of the first bank, in front of the hole"  0x0801F000 0x1000  "0x0801F000 0x08020000 2 8 2 FFFFFFFF"
	"G473: over the hole"  0x0801F000 0x22000  "*has a gap at 0x08020000 to 0x0803FFFF*no flash*"
	"G473: in the hole"  0x08030000 0x1000  "*is not whole pages*"
	"G473: from within the hole"  0x0803F000 0x2000  "*is not whole pages*"
} {
	set NAMEPLATE_BASE $base
	set NAMEPLATE_SIZE $size
	check $name [string match $wanted [where]] 1
}

banks_are {{stm32h7x 0x08000000 131072x4} {stm32h7x 0x08100000 131072x4}}
foreach {name base size wanted} {
	"H743VG: the end of the first bank"  0x08060000 0x20000  "0x08060000 0x08080000 1 32 8 FFFFFFFF"
	"H743VG: in the gap"  0x08080000 0x20000  "*lies outside the flash*"
	"H743VG: over the gap"  0x08060000 0xC0000  "*lies outside the flash*"
} {
	set NAMEPLATE_BASE $base
	set NAMEPLATE_SIZE $size
	check $name [string match $wanted [where]] 1
}

# An image that lies in the gap between two banks would be skipped by OpenOCD with a mere warning.
set NAMEPLATE_BASE 0x08160000
set NAMEPLATE_SIZE 0x20000
proc image_check {from to} {
	set banks [_np_banks]
	return [error_of {_np_image_fits fw.elf [expr {$from + 0}] [expr {$to + 0}] $banks [_np_region $banks]}]
}
foreach {name from to wanted} {
	"H743VG: an image in the gap is refused" 0x08080000 0x08080004 "*is not in the flash*"
	"H743VG: an image over the gap is refused" 0x08000000 0x08100004 "*is not in the flash*"
	"H743VG: an image of the whole first bank is not" 0x08000000 0x08080000 "no error"
} {
	check $name [string match $wanted [image_check $from $to]] 1
}

banks_are {{stm32l4x 0x08000000 2048x64 131072xgap 2048x64}} "STM32G47/G48xx - Rev Z : 0x2003 - Flash dual-bank"
foreach {name from to wanted} {
	"G473: an image in front of the hole is not" 0x08000000 0x08020000 "no error"
	"G473: an image into the hole is refused" 0x0801F000 0x08020004 "*is not in the flash*"
	"G473: an image over the hole is refused" 0x08000000 0x08041000 "*is not in the flash*"
	"G473: an image in the hole is refused" 0x08030000 0x08030004 "*is not in the flash*"
	"G473: an image after the hole is not" 0x08040000 0x08050000 "no error"
} {
	check $name [string match $wanted [image_check $from $to]] 1
}

banks_are {{stm32lx 0x08000000 4096x24} {stm32lx 0x08018000 4096x24}}
set NAMEPLATE_BASE 0x0802F000
set NAMEPLATE_SIZE 0x1000
check "L073RZ: an image may go on from one bank into the next" [image_check 0x08000000 0x08020000] "no error"

# What the radio core of a WB owns cannot be named.
banks_are {{stm32l4x 0x08000000 4096x256}} "STM32WB5x - Rev Y"
set NAMEPLATE_BASE 0x080CB000
set NAMEPLATE_SIZE 0x2000
check "WB55: what the radio core owns is no place" [string match "*lies outside the flash*0x080CAFFF*" [where]] 1
set NAMEPLATE_BASE 0x080CA000
set NAMEPLATE_SIZE 0x2000
check "WB55: nor a part of it" [string match "*lies outside the flash*" [where]] 1

tap_end
