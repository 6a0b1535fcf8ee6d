/* SPDX-License-Identifier: MIT */
/*
 * J-Link Commander (UM08001; kb.segger.com/J-Link_Commander): `w4 ADDRESS, WORD...` into flash programs it. On parts with ECC
 * a line writes a whole cell, elsewhere one word. No comments: not every version takes them.
 */
#include "formats.h"

#define CELL_ECC_MIN 8u
#define CELL_ECC_MAX 32u

static void write_words(const struct output *output, uint32_t start, uint32_t size, FILE *to)
{
	fprintf(to, "w4 0x%08X", output->region->base + start);
	for (uint32_t at = 0; at < size; at += 4)
		fprintf(to, ", 0x%08X", load32(output->flash + start + at));
	fputc('\n', to);
}

static void jlink_write(const struct output *output, FILE *to)
{
	const struct region *region = output->region;
	const uint32_t step = region->cell >= CELL_ECC_MIN && region->cell <= CELL_ECC_MAX ? region->cell : 4;

	fputs("ExitOnError 1\n", to);
	if (region->chip[0])
		fprintf(to, "device %s\n", region->chip);
	fputs("si SWD\nspeed 4000\nconnect\nh\n", to);
	if (output->erase.size)
		fprintf(to, "erase 0x%08X, 0x%08X\n", region->base + output->erase.start,
			region->base + output->erase.start + output->erase.size - 1);
	for (size_t i = 0; i < output->count; i++)
		for (uint32_t at = 0; at < output->runs[i].size; at += step)
			write_words(output, output->runs[i].start + at, step, to);
	fputs("r\ng\nexit\n", to);
}

const struct format jlink_format = {
	.name = "jlink",
	.help = "J-Link Commander script",
	.write = jlink_write,
	.takes = PARTS,
	.erases = true,
};
