# SPDX-License-Identifier: MIT
# Fills chip.ld.in for one chip: awk -v chip=NAME -f chip.awk chips.txt parts.csv chip.ld.in
FILENAME == ARGV[1] {
	if ($1 == chip) {
		part = $2
		ram_base = $3
		ram_size = $4
	}
	next
}
FILENAME == ARGV[2] {
	split($0, row, ",")
	if (row[1] == part) {
		flash_base = row[3]
		# Up to where there is no flash.
		runs = split(row[4], pages, " ")
		for (i = 1; i <= runs && pages[i] !~ /^gap/; i++) {
			split(pages[i], run, "x")
			flash_size += run[1] * run[2]
		}
	}
	next
}
{
	gsub("@CHIP@", chip)
	gsub("@FLASH_BASE@", flash_base)
	gsub("@FLASH_SIZE@", flash_size "K")
	gsub("@RAM_BASE@", ram_base)
	gsub("@RAM_SIZE@", ram_size)
	print
}
