/* SPDX-License-Identifier: MIT */
#include "decode.h"
#include "error.h"
#include "options.h"
#include "output.h"
#include "print.h"

#include <stdlib.h>

/* Where the region is, and its bytes, to be freed. NULL after an error line. */
static uint8_t *load(const struct options *options, struct region *region)
{
	struct image image;
	uint8_t *flash = NULL;

	if (options_region(options, region) || options_load(options, region, options->file, &image))
		return NULL;
	if (region->size == 0 && region_find(&image, options->file, options->base ? &region->base : NULL, region)) {
		image_free(&image);
		return NULL;
	}
	flash = region_bytes(region);
	if (flash && region_read(&image, options->file, region, flash)) {
		free(flash);
		flash = NULL;
	}
	image_free(&image);
	return flash;
}

/* What stands beside the table. */
static void explain(const struct decoded *decoded)
{
	const uint32_t base = decoded->region.base, last = base + decoded->region.size - 1;

	if (decoded->state == STORE_OK)
		say("region 0x%08X to 0x%08X", base, last);
	else if (decoded->state == STORE_NONE)
		say("region 0x%08X to 0x%08X is blank", base, last);
	else
		say("region 0x%08X to 0x%08X %s", base, last,
		    decoded->why[0] ? decoded->why : "holds no store, but is not blank");
}

static int print(const struct options *options, const struct decoded *decoded)
{
	struct output_file file;
	int err;

	if (options->dump && decoded->state != STORE_OK)
		return fail(
			"%s holds no store in 0x%08X to 0x%08X, so nothing to dump: check --chip, or --base and --size",
			quote(options->file), decoded->region.base, decoded->region.base + decoded->region.size - 1);
	if (output_open(options->output, options->secrets, &file))
		return -1;
	if (options->json)
		err = print_json(decoded, options->secrets, file.stream);
	else if (options->dump)
		err = print_dump(decoded, options->secrets, file.stream);
	else
		err = print_table(decoded, options->secrets, file.stream);
	return output_close(&file, err);
}

int command_decode(const struct options *options)
{
	struct decoded decoded;
	struct region region;
	uint8_t *flash = load(options, &region);
	int err = !flash || decode(&region, flash, &decoded);

	if (!err) {
		explain(&decoded);
		err = print(options, &decoded);
		decoded_free(&decoded);
	}
	free(flash);
	return err ? 1 : 0;
}

/* What a linker script includes behind its SECTIONS. */
static void print_ld(const char *chip, const struct region *region)
{
	printf("/* The reserved region%s%s, made by nameplate region --ld. In a linker script of your own, behind SECTIONS, INCLUDE this\n"
	       " * file. For another region than this one, _nameplate_start and _nameplate_end are set before that line.\n"
	       " */\n",
	       chip ? " of " : "", chip ? chip : "");
	printf("_nameplate_end = DEFINED(_nameplate_end) ? _nameplate_end : 0x%08X;\n", region->base + region->size);
	printf("_nameplate_start = DEFINED(_nameplate_start) ? _nameplate_start : 0x%08X;\n", region->base);
	printf("INCLUDE nameplate.ld\n");
	if (region->guarded)
		printf("INCLUDE nameplate-guarded.ld\n");
	if (region->eccr)
		printf("_nameplate_eccr = 0x%08X;\n", region->eccr);
	if (region->ecc2r)
		printf("_nameplate_ecc2r = 0x%08X;\n", region->ecc2r);
	if (region->eccr)
		printf("INCLUDE nameplate-ecc.ld\n");
}

int command_region(const struct options *options)
{
	struct region region;

	if (options_region(options, &region))
		return 1;
	if (region.size == 0) {
		fail("region needs a place: --chip PART");
		return 1;
	}
	if (options->ld) {
		print_ld(options->chip, &region);
		return 0;
	}
	printf("base=0x%08X\nsize=%u\nareas=%u\ncell=%u\nerased=%02x\n", region.base, region.size, region.areas,
	       region.cell, region.erased & 0xFFu);
	return 0;
}
