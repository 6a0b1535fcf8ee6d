/* SPDX-License-Identifier: MIT */
/*
 * STM32CubeProgrammer (UM2237): `-w32 ADDRESS WORD...` programs without erasing, and fails on flash that is not blank. Each call
 * writes whole cells, since it fails on a part of an ECC granule too.
 */
#include "formats.h"

#define PER_CALL 128u /* bytes; no cell is longer */

static void cubeprogrammer_write(const struct output *output, FILE *to)
{
	const struct region *region = output->region;

	fputs("#!/bin/sh\n# Written by nameplate. Without a probe on SWD, correct the port. Options such as sn=... go after it.\n",
	      to);
	if (output->erase.size)
		fprintf(to, "# -w32 erases nothing: from 0x%08X to 0x%08X the flash must be blank before.\n",
			region->base + output->erase.start,
			region->base + output->erase.start + output->erase.size - 1);
	fputs("set -e\n", to);
	for (size_t i = 0; i < output->count; i++) {
		const struct run *run = &output->runs[i];

		for (uint32_t at = 0; at < run->size; at += 4) {
			if (at % PER_CALL == 0)
				fprintf(to, "%sSTM32_Programmer_CLI -c port=SWD -w32 0x%08X", at ? "\n" : "",
					region->base + run->start + at);
			fprintf(to, " 0x%08X", load32(output->flash + run->start + at));
		}
		fputc('\n', to);
	}
}

const struct format cubeprogrammer_format = {
	.name = "cubeprogrammer",
	.help = "shell script: STM32_Programmer_CLI with -w32",
	.write = cubeprogrammer_write,
	.takes = PARTS,
};
