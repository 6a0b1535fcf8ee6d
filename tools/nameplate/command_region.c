/* SPDX-License-Identifier: MIT */
#include "elf.h"
#include "error.h"
#include "options.h"

#include <stdio.h>

/* What a linker script includes after its SECTIONS. */
static void print_ld(const char *chip, const struct region *region)
{
	printf("/* The reserved region%s%s, made by nameplate region --ld. In a linker script of your own, after SECTIONS, INCLUDE this\n"
	       " * file. For another region than this one, _nameplate_start and _nameplate_end are set before that line.\n"
	       " */\n",
	       chip ? " of " : "", chip ? chip : "");
	printf("_nameplate_end = DEFINED(_nameplate_end) ? _nameplate_end : 0x%08X;\n", region->base + region->size);
	printf("_nameplate_start = DEFINED(_nameplate_start) ? _nameplate_start : 0x%08X;\n", region->base);
	if (chip)
		printf("_nameplate_cell = %u;\n", region->cell); /* an upload compares it with the chip's */
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

/* The region that a firmware was linked for decides: it must be whole pages of the part, and the one that the options name. */
static int linked_region(const struct options *options, const struct elf *elf, struct region *region)
{
	const uint32_t size = elf->end - elf->start;

	if (!options->base)
		return options->chip ? chip_region_at(options->chip, elf->start, size, region)
				     : region_custom(elf->start, size, CELL_PACKED, true, 0, region);
	if (options_region(options, region))
		return -1;
	if (region->base != elf->start || region->size != size)
		return fail(
			"%s was linked for the region 0x%08X, %u bytes, and --base and --size say 0x%08X, %u: make them equal",
			quote(options->check), elf->start, size, region->base, region->size);
	return 0;
}

static int checked_region(const struct options *options, struct region *region)
{
	struct elf elf;
	int err;

	if (elf_load(options->check, &elf))
		return -1;
	err = elf.linked ? linked_region(options, &elf, region) : options_region(options, region);
	if (!err && region->size == 0)
		err = fail("%s does not say which region it was linked for: give --chip PART, or --base and --size",
			   quote(options->check));
	if (!err)
		err = elf_avoids(&elf, options->check, region->base, region->base + region->size);
	elf_free(&elf);
	return err;
}

int command_region(const struct options *options)
{
	struct region region;

	if (options->check ? checked_region(options, &region) : options_region(options, &region))
		return 1;
	if (region.size == 0) {
		fail("region needs a place: --chip PART");
		return 1;
	}
	if (options->ld) {
		print_ld(options->chip, &region);
		return 0;
	}
	if (!options->check)
		printf("base=0x%08X\nsize=%u\nareas=%u\ncell=%u\nerased=%02x\n", region.base, region.size, region.areas,
		       region.cell, region.erased & 0xFFu);
	return 0;
}
