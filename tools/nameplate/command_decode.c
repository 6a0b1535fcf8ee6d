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

/* What is said beside the table. */
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
