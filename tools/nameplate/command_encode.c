/* SPDX-License-Identifier: MIT */
#include "decode.h"
#include "encode.h"
#include "error.h"
#include "options.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The region's bytes before: blank, or as the dump has them. */
static int load(const struct options *options, const struct region *region, uint8_t *flash)
{
	struct image image;
	int err;

	memset(flash, (int)(region->erased & 0xFFu), region->size);
	if (!options->onto)
		return 0;
	if (options_load(options, region, options->onto, &image))
		return -1;
	err = region_read(&image, options->onto, region, flash);
	image_free(&image);
	return err;
}

/* Reads it all back with the firmware's reader; *secrets: whether there are any. */
static int verify(const struct options *options, const struct region *region, const uint8_t *flash, bool *secrets)
{
	struct decoded decoded;

	if (decode(region, flash, &decoded))
		return -1;
	*secrets = false;
	for (size_t i = 0; i < decoded.variables.count; i++)
		*secrets = *secrets || decoded.variables.list[i].secret;
	decoded_free(&decoded);
	if (!decodes_to(region, flash, &options->variables))
		return fail(
			"what would be written does not read back: something that no writer leaves lies after it; erase the region "
			"(0x%08X to 0x%08X), then encode without --onto",
			region->base, region->base + region->size - 1);
	return 0;
}

/* Runs that follow each other become one. */
static void join(struct change *change)
{
	size_t count = 0;

	for (size_t i = 0; i < change->count; i++) {
		struct run *last = count ? &change->runs[count - 1] : NULL;

		if (last && last->start + last->size == change->runs[i].start)
			last->size += change->runs[i].size;
		else
			change->runs[count++] = change->runs[i];
	}
	change->count = count;
}

/* What a person has to know. `known`: the region is as a dump shows it. */
static void explain(const struct output *output, const struct format *format, bool whole, bool known)
{
	const uint32_t base = output->region->base;

	if (output->count == 0)
		say("nothing to write: all of this is there");
	if (whole) {
		say("to be written: the whole region, 0x%08X to 0x%08X", base, base + output->region->size - 1);
		return;
	}
	if (output->erase.size && !format->erases)
		say("0x%08X to 0x%08X must be %s", base + output->erase.start,
		    base + output->erase.start + output->erase.size - 1,
		    known ? "erased first" : "blank: erase it first, unless the device is new");
	for (size_t i = 0; i < output->count && output->count <= 6; i++)
		say("to be written: 0x%08X, %u bytes", base + output->runs[i].start, output->runs[i].size);
}

static int write_file(const struct options *options, const struct region *region, const uint8_t *flash,
		      struct change *change, bool secrets)
{
	const bool whole = options->whole || options->format->takes == WHOLE;
	const struct run all = {0, region->size};
	struct output output = {region, flash, change->runs, change->count, change->erase};
	struct output_file file;

	if (options->format->binary && !options->output && isatty(STDOUT_FILENO))
		return fail("--format %s is nothing for a terminal: name a file with -o", options->format->name);
	if (output_open(options->output, secrets, &file))
		return -1;
	explain(&output, options->format, whole, options->onto);
	if (whole) {
		output.runs = &all;
		output.count = 1;
		output.erase.size = 0;
	}
	options->format->write(&output, file.stream);
	return output_close(&file, 0);
}

int command_encode(const struct options *options)
{
	struct change change = {NULL, 0, {0, 0}};
	struct region region;
	uint8_t *flash;
	bool secrets;
	int err;

	if (options_region(options, &region))
		return 1;
	if (region.size == 0 || (!options->chip && !options->cell)) {
		fail("encode needs a place: --chip, or --base, --size, --cell and --erased");
		return 1;
	}
	if (options->format->needs_onto && !options->onto) {
		fail("--format %s is for a tool that erases whole sectors: give --onto DUMP, the region as the device has it now",
		     options->format->name);
		return 1;
	}
	flash = region_bytes(&region);
	err = !flash || load(options, &region, flash) || encode(&region, flash, &options->variables, &change) ||
	      verify(options, &region, flash, &secrets);
	if (!err && !options->onto)
		change.erase = (struct run){0, region.size};
	if (!err) {
		join(&change);
		err = write_file(options, &region, flash, &change, secrets);
	}
	change_free(&change);
	free(flash);
	return err ? 1 : 0;
}
