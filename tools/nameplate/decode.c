/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include "error.h"
#include "nameplate.h"

#include <stdlib.h>
#include <string.h>

#define REGION_ALIGN 128u
#define KIB          1024u

/* The reader's getters for firmware read the region that a linker script gives. Here nobody calls them. */
const uint8_t _nameplate_start[KIB] __attribute__((aligned(REGION_ALIGN)));
const uint8_t _nameplate_end[1];

uint8_t *region_bytes(const struct region *region)
{
	uint8_t *flash = aligned_alloc(REGION_ALIGN, region->size);

	if (!flash)
		fail_memory();
	return flash;
}

/* ---- where the store is --------------------------------------------------------------------------------------- */

struct found {
	uint32_t base, size; /* of the area */
};

struct search {
	const struct image *image;
	struct found list[3]; /* more than two are too many */
	size_t count;
};

/* One more area, unless it lies in one before: a value may hold a copy of a store. */
static void take_area(struct search *search, uint32_t base, uint32_t size)
{
	for (size_t i = 0; i < search->count; i++)
		if (base >= search->list[i].base && base - search->list[i].base < search->list[i].size)
			return;
	if (search->count < sizeof search->list / sizeof search->list[0])
		search->list[search->count++] = (struct found){base, size};
}

/* If an area entry stands at an address, its check tells how far from the area's start: a multiple of 1 KiB less. */
static void look_at(struct search *search, uint32_t address, uint32_t word)
{
	uint8_t entry[3 * CELL_MAX];
	struct header header;
	uint32_t size, check;

	if (!header_parse(word, &header) || !is_area_header(&header) || address > UINT32_MAX - sizeof entry)
		return;
	image_read(search->image, address, entry, sizeof entry);
	size = area_word_size(load32(entry + header.cell));
	check = load32(entry + 2 * header.cell);
	if (area_word_version(load32(entry + header.cell)) != FORMAT_VERSION)
		return;
	for (uint32_t offset = address % KIB; offset < size && offset <= address; offset += KIB)
		if (offset % header.cell == 0 && entry_check(offset, word, entry + header.cell, 4) == check) {
			take_area(search, address - offset, size);
			return;
		}
}

/* The words of all segments, whose addresses need not be aligned. */
static void look_everywhere(struct search *search)
{
	for (size_t i = 0; i < search->image->count; i++) {
		const struct segment *segment = &search->image->segments[i];
		const uint8_t *bytes = search->image->bytes + segment->offset;

		for (size_t at = (4 - segment->address % 4) % 4; at + 4 <= segment->size; at += 4)
			look_at(search, segment->address + (uint32_t)at, load32(bytes + at));
	}
}

static bool has(const struct image *image, uint32_t address, uint32_t size)
{
	return image_read(image, address, NULL, size) == size;
}

/*
 * One area was found. It may be all of its region, or either half of it, and the other half may hold the newer values: that one
 * must be in the image, blank or damaged as it then is.
 */
static int settle_one(const struct image *image, const char *path, const uint32_t *base, const struct found *one,
		      struct region *region)
{
	const bool above = has(image, one->base + one->size, one->size);
	const bool below = base || (one->base >= one->size && has(image, one->base - one->size, one->size));

	if (above && image_last(image) - one->base + 1 == 2 * one->size)
		region->size = 2 * one->size; /* its other half is blank, and the dump ends there as the flash does */
	else if (!above || !below)
		return fail(
			"%s has one area of a store, 0x%08X to 0x%08X, and may lack the other, with newer values: name the region "
			"(--chip, or --base and --size), or dump the whole flash",
			quote(path), one->base, one->base + one->size - 1);
	return 0;
}

int region_find(const struct image *image, const char *path, const uint32_t *base, struct region *region)
{
	struct search search = {.image = image};
	struct found *one = &search.list[0], *two = &search.list[1];

	look_everywhere(&search);
	for (size_t i = 0; base && i < search.count;) {
		if (search.list[i].base != *base && search.list[i].base - *base != search.list[i].size) {
			search.count--;
			memmove(&search.list[i], &search.list[i + 1], (search.count - i) * sizeof *search.list);
		} else {
			i++;
		}
	}
	if (search.count == 0)
		return fail(
			"%s holds no store%s: check that it is a dump of the whole region, or name the region (--chip, or --base "
			"and --size)",
			quote(path), base ? " there" : "");
	region->base = one->base;
	region->size = one->size;
	if (search.count == 2 && two->size == one->size && two->base == one->base + one->size)
		region->size = 2 * one->size;
	else if (search.count > 1)
		return fail(
			"%s holds more than one store, at 0x%08X and at 0x%08X: name the region (--chip, or --base and --size)",
			quote(path), one->base, two->base);
	else if (base && *base != one->base)
		region->base = *base, region->size = 2 * one->size;
	else
		return settle_one(image, path, base, one, region);
	return 0;
}

int region_read(const struct image *image, const char *path, const struct region *region, uint8_t *flash)
{
	const size_t found = image_read(image, region->base, flash, region->size);

	return found == region->size
		       ? 0
		       : fail("%s has %zu of the region's %u bytes (0x%08X to 0x%08X): dump the whole region",
			      quote(path), found, region->size, region->base, region->base + region->size - 1);
}

/* ---- what it holds -------------------------------------------------------------------------------------------- */

static void take_variable(const struct nameplate_variable *from, struct variable *to)
{
	to->key = from->key;
	to->type = from->value.type;
	to->secret = from->secret;
	to->name_length = from->name_length;
	memcpy(to->name, from->name, from->name_length);
	to->length = from->value.length;
	memcpy(to->value, from->value.bytes, from->value.length);
}

static int read_all(const struct region *region, const uint8_t *flash, struct decoded *decoded)
{
	const struct nameplate_region reserved = {flash, region->size};
	struct nameplate_variable variable;
	struct nameplate_walk walk;
	const int state = nameplate_begin(&reserved, &walk);

	decoded->state = state == 0 ? STORE_OK : state == NAMEPLATE_NONE ? STORE_NONE : STORE_DAMAGED;
	while (state == 0 && nameplate_next(&walk, &variable) == 0) {
		struct variable *place = variables_add(&decoded->variables);
		uint32_t *addresses = realloc(decoded->addresses, decoded->variables.count * sizeof *addresses);

		if (addresses)
			decoded->addresses = addresses;
		if (!place || !addresses)
			return place ? fail_memory() : -1;
		take_variable(&variable, place);
		addresses[decoded->variables.count - 1] = region->base + (uint32_t)(walk.area - flash) + walk.entry;
	}
	return 0;
}

/*
 * The reader gives variables in the order of their newest values, a list in OpenOCD is in that of the oldest: so ours is put
 * into that order, and the two scans are held against each other.
 */
static int order(const struct region *region, const uint8_t *flash, struct decoded *decoded)
{
	struct variables *variables = &decoded->variables;
	struct entries live = {NULL, 0};
	struct store store;
	bool agree;

	if (store_scan(region, flash, &store))
		return -1;
	snprintf(decoded->why, sizeof decoded->why, "%s", store.refusal);
	if (store_live(&store, &live)) {
		store_free(&store);
		return -1;
	}
	agree = (int)store.state == decoded->state && live.count == variables->count;
	for (size_t i = 0; agree && i < live.count; i++) {
		size_t at = i;

		while (at < live.count && decoded->addresses[at] != region->base + live.list[i].place)
			at++;
		agree = at < live.count;
		if (agree && at > i) {
			const struct variable variable = variables->list[at];
			const uint32_t address = decoded->addresses[at];

			variables->list[at] = variables->list[i];
			decoded->addresses[at] = decoded->addresses[i];
			variables->list[i] = variable;
			decoded->addresses[i] = address;
		}
	}
	free(live.list);
	store_free(&store);
	return agree ? 0
		     : fail("two ways of reading this store disagree, which is a mistake in Nameplate: report it, with the dump");
}

int decode(const struct region *region, const uint8_t *flash, struct decoded *decoded)
{
	memset(decoded, 0, sizeof *decoded);
	decoded->region = *region;
	if (read_all(region, flash, decoded) || order(region, flash, decoded)) {
		decoded_free(decoded);
		return -1;
	}
	return 0;
}

void decoded_free(struct decoded *decoded)
{
	variables_free(&decoded->variables);
	free(decoded->addresses);
	memset(decoded, 0, sizeof *decoded);
}

bool decodes_to(const struct region *region, const uint8_t *flash, const struct variables *variables)
{
	const struct nameplate_region reserved = {flash, region->size};

	for (size_t i = 0; i < variables->count; i++) {
		const struct variable *wanted = &variables->list[i];
		struct nameplate_value value;
		const int result = wanted->key == KEY_NAMED ? nameplate_find_name(&reserved, wanted->name, &value)
							    : nameplate_find(&reserved, wanted->key, &value);

		if (wanted->type == TYPE_DELETED
			    ? result != NAMEPLATE_NONE
			    : result || value.type != wanted->type || value.length != wanted->length ||
				      memcmp(value.bytes, wanted->value, value.length))
			return false;
	}
	return true;
}
