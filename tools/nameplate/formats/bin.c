/* SPDX-License-Identifier: MIT */
/* A binary: bytes without addresses; what lies between them is as it was. */
#include "formats.h"

static void bin_write(const struct output *output, FILE *to)
{
	uint32_t first = UINT32_MAX, end = 0;

	for (size_t i = 0; i < output->count; i++) {
		const struct run *run = &output->runs[i];

		first = run->start < first ? run->start : first;
		end = run->start + run->size > end ? run->start + run->size : end;
	}
	if (first < end)
		fwrite(output->flash + first, 1, end - first, to);
}

const struct format bin_format = {
	.name = "bin",
	.help = "binary, from the first byte written to the last",
	.write = bin_write,
	.takes = PARTS_OR_WHOLE,
	.binary = true,
};
