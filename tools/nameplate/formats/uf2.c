/* SPDX-License-Identifier: MIT */
/* UF2 (github.com/microsoft/uf2): blocks of 512 bytes, of which 256 are data. Whole flash pages, so always the whole region. */
#include "formats.h"

#include <string.h>

#define BLOCK   512u
#define PAYLOAD 256u

#define MAGIC_0     0x0A324655u
#define MAGIC_1     0x9E5D5157u
#define MAGIC_END   0x0AB16F30u
#define FLAG_FAMILY 0x00002000u

static void uf2_write(const struct output *output, FILE *to)
{
	const struct region *region = output->region;
	const uint32_t blocks = region->size / PAYLOAD;

	for (uint32_t i = 0; i < blocks; i++) {
		uint8_t block[BLOCK] = {0};

		store32(block, MAGIC_0);
		store32(block + 4, MAGIC_1);
		store32(block + 8, region->uf2_family ? FLAG_FAMILY : 0);
		store32(block + 12, region->base + i * PAYLOAD);
		store32(block + 16, PAYLOAD);
		store32(block + 20, i);
		store32(block + 24, blocks);
		store32(block + 28, region->uf2_family);
		memcpy(block + 32, output->flash + i * PAYLOAD, PAYLOAD);
		store32(block + BLOCK - 4, MAGIC_END);
		fwrite(block, 1, BLOCK, to);
	}
}

const struct format uf2_format = {
	.name = "uf2",
	.help = "UF2, the whole region, for a bootloader",
	.write = uf2_write,
	.takes = WHOLE,
	.binary = true,
	.erases = true,
};
