/* SPDX-License-Identifier: MIT */
/* Parts are rows of firmware/parts.csv. */
#include "chips.h"

#include "error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FLASH_BASE 0x08000000u
#define KIB        1024u
#define AREA_MIN   2048u

struct part {
	const char *name;  /* what names begin with; x is any letter or digit; a layout after a - */
	const char *pages; /* COUNTxKIB and gapKIB */
	uint32_t flash;
	uint32_t region, size; /* size 0: no default region */
	uint32_t cell, erased;
	uint32_t eccr, ecc2r;
	bool guarded;
	uint32_t uf2_family;
};

static const struct part parts[] = {
#include "parts.inc"
};

#define PARTS (sizeof parts / sizeof parts[0])

/* Pages of one size in a row; count 0: no flash. */
struct pages {
	uint32_t start, size, count;
};

/* The run at *pages, which begins at `start`, and *pages moved after it; false after the last one. */
static bool next_pages(const char **pages, uint32_t start, struct pages *run)
{
	char *rest;

	if (!**pages)
		return false;
	run->start = start;
	run->count = 0;
	if (!strncmp(*pages, "gap", 3)) {
		rest = (char *)*pages + 2;
	} else {
		run->count = (uint32_t)strtoul(*pages, &rest, 10);
	}
	run->size = (uint32_t)strtoul(rest + 1, &rest, 10) * KIB;
	*pages = *rest ? rest + 1 : rest;
	return true;
}

static uint32_t pages_end(const struct pages *run)
{
	return run->start + run->size * (run->count ? run->count : 1);
}

/* Whether a page begins there, or the flash or a piece of it ends. */
static bool is_page_start(const struct part *part, uint32_t address)
{
	const char *pages = part->pages;
	uint32_t at = part->flash;
	struct pages run;

	for (; next_pages(&pages, at, &run); at = pages_end(&run))
		if (address >= run.start && address <= pages_end(&run) &&
		    (address == pages_end(&run) || (address - run.start) % run.size == 0))
			return true;
	return false;
}

/* Whether there is flash all the way. */
static bool is_flash(const struct part *part, uint32_t base, uint32_t size)
{
	const char *pages = part->pages;
	uint32_t at = part->flash, found = 0;
	struct pages run;

	for (; next_pages(&pages, at, &run); at = pages_end(&run))
		if (run.count && base < pages_end(&run) && base + size > run.start) {
			const uint32_t start = base > run.start ? base : run.start;
			const uint32_t end = base + size < pages_end(&run) ? base + size : pages_end(&run);

			found += end - start;
		}
	return found == size;
}

static uint32_t flash_end(const struct part *part)
{
	const char *pages = part->pages;
	uint32_t at = part->flash;
	struct pages run;

	while (next_pages(&pages, at, &run))
		at = pages_end(&run);
	return at;
}

/* Whether a row is for a name in small letters. The same rule is in tools/platformio/nameplate_parts.py. */
static bool is_part(const char *row, const char *name)
{
	for (; *row && *row != '-'; row++, name++)
		if (*row == 'x' ? !isalnum((unsigned char)*name) : *row != *name)
			return false;
	while (isalnum((unsigned char)*name))
		name++;
	return !strcmp(row, name);
}

static const struct part *find(const char *name)
{
	for (size_t i = 0; i < PARTS; i++)
		if (is_part(parts[i].name, name))
			return &parts[i];
	return NULL;
}

/* Both areas must be whole pages. */
static void set_areas(struct region *region, const struct part *part)
{
	region->areas = 1;
	if (region->size >= 2 * AREA_MIN && region->size % 2048 == 0 &&
	    is_page_start(part, region->base + region->size / 2))
		region->areas = 2;
}

static int start_region(const char *name, struct region *region, const struct part **part)
{
	char lower[32] = "";

	for (size_t i = 0; name[i] && i + 1 < sizeof lower; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	*part = strlen(name) < sizeof lower ? find(lower) : NULL;
	if (!*part)
		return fail(
			"--chip %s: not known; give a whole part number such as stm32l152rb (nameplate --list-chips), or "
			"--base, --size, --cell and --erased",
			quote(name));
	memset(region, 0, sizeof *region);
	region->cell = (*part)->cell;
	region->words = region->cell > 32 ? 1 : region->cell / 4;
	region->erased = (*part)->erased ? UINT32_MAX : 0;
	region->uf2_family = (*part)->uf2_family;
	region->flash_base = (*part)->flash;
	region->eccr = (*part)->eccr;
	region->ecc2r = (*part)->ecc2r;
	region->guarded = (*part)->guarded;
	for (size_t i = 0; (*part)->name[i] && (*part)->name[i] != '-' && i + 1 < sizeof region->chip; i++)
		region->chip[i] = (char)toupper((unsigned char)lower[i]);
	return 0;
}

int chip_region(const char *name, struct region *region)
{
	const struct part *part;

	if (start_region(name, region, &part))
		return -1;
	if (!strncmp(part->pages, "1x", 2))
		return fail("--chip %s: its flash is a single page, so none can be reserved: choose another part",
			    quote(name));
	if (!part->size)
		return fail(
			"--chip %s: the end of its flash belongs to the wireless stack, or is not certain: choose a region below it "
			"with --base and --size",
			quote(name));
	region->base = part->region;
	region->size = part->size;
	set_areas(region, part);
	return 0;
}

int chip_region_at(const char *name, uint32_t base, uint32_t size, struct region *region)
{
	const struct part *part;

	if (start_region(name, region, &part))
		return -1;
	if (base < part->flash || size == 0 || base >= flash_end(part) || size > flash_end(part) - base ||
	    !is_flash(part, base, size))
		return fail(
			"the region 0x%08X, %u bytes, lies outside the flash of %s (0x%08X to 0x%08X): correct --base and --size",
			base, size, quote(name), part->flash, flash_end(part) - 1);
	if (!is_page_start(part, base) || !is_page_start(part, base + size) || size % KIB)
		return fail("the region 0x%08X, %u bytes, is not whole pages of %s: correct --base and --size", base,
			    size, quote(name));
	region->base = base;
	region->size = size;
	set_areas(region, part);
	return 0;
}

int region_custom(uint32_t base, uint32_t size, uint32_t cell, bool erased_ones, uint32_t areas, struct region *region)
{
	memset(region, 0, sizeof *region);
	if (cell < CELL_PACKED || cell > CELL_MAX || (cell & (cell - 1)))
		return fail("--cell %u: is not one of 4, 8, 16, 32, 64, 128", cell);
	if (size == 0 || size % KIB || base % CELL_MAX || size > 4095 * KIB || base > UINT32_MAX - size)
		return fail(
			"the region 0x%08X, %u bytes, cannot be one: it is whole pages, so --size is a multiple of 1024, at most "
			"4095 KiB, and --base one of 128",
			base, size);
	if (areas == 0)
		areas = size >= 2 * AREA_MIN && size % 2048 == 0 ? 2 : 1;
	if (areas == 2 && size % 2048)
		return fail(
			"--areas 2: the region's %u bytes have no halves of whole KiB: give one area, or another --size",
			size);
	region->base = base;
	region->size = size;
	region->areas = areas;
	region->cell = cell;
	region->words = cell > 32 ? 1 : cell / 4;
	region->erased = erased_ones ? UINT32_MAX : 0;
	region->flash_base = FLASH_BASE;
	return 0;
}

void chips_list(FILE *to)
{
	fprintf(to, "%-17s %-31s %-18s %4s %s\n", "part", "pages in KiB", "default region", "cell", "erased");
	for (size_t i = 0; i < PARTS; i++) {
		char region[32] = "none";

		if (parts[i].size)
			snprintf(region, sizeof region, "0x%08X %3u KiB", parts[i].region, parts[i].size / KIB);
		fprintf(to, "%-17s %-31s %-18s %4u %02x\n", parts[i].name, parts[i].pages, region, parts[i].cell,
			parts[i].erased);
	}
	fputs("\nx is any letter or digit, and any may follow: stm32f103xb is stm32f103cbt6. What\n"
	      "comes after a - is to be given as it is: one bank or two, where option bytes\n"
	      "choose.\n",
	      to);
}
