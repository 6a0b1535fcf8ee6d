/* SPDX-License-Identifier: MIT */
#include "store.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

#define ANY_CELL 0

/* "An entry stands at offset p." */
static bool entry_at(const uint8_t *flash, uint32_t place, uint32_t area_base, uint32_t area_end, uint32_t cell,
		     struct entry *entry)
{
	const uint32_t word = load32(flash + place);
	uint32_t own, size;

	if (!header_parse(word, &entry->header))
		return false;
	own = entry->header.cell;
	if (cell != ANY_CELL && own != cell && own != CELL_PACKED)
		return false;
	size = entry_size(own, entry->header.length);
	if ((place - area_base) % own || size > area_end - place)
		return false;
	entry->place = place;
	entry->end = place + size;
	entry->value = flash + place + own;
	return entry_check(place - area_base, word, entry->value, entry->header.length) ==
	       load32(flash + entry->end - own);
}

/* The first entry at or after the region's start: a first format that was cut off leaves damage in front. */
static bool area_first(const uint8_t *flash, uint32_t end, struct store *store, struct entry *entry)
{
	uint32_t blank = 0;

	for (uint32_t place = 0; place + 4 <= end && blank < GAP_MAX; place += 4) {
		if (entry_at(flash, place, 0, end, ANY_CELL, entry)) {
			store->state = STORE_DAMAGED;
			return true;
		}
		if (is_blank(load32(flash + place))) {
			blank += 4;
		} else {
			blank = 0;
			store->state = STORE_DAMAGED;
		}
	}
	return false;
}

/* Whether the first entry makes an area, whose size must be one of two. */
static bool area_at(const struct entry *entry, uint32_t base, uint32_t half, uint32_t whole, struct store *store,
		    struct area *area)
{
	const uint32_t word = load32(entry->value);
	const uint32_t size = area_word_size(word);

	if (!is_area_header(&entry->header))
		return false;
	if (area_word_version(word) != FORMAT_VERSION) {
		store->other_version = true;
		snprintf(
			store->refusal, sizeof store->refusal,
			"was written by another version of Nameplate (store version %u; this one knows %u): use that version",
			area_word_version(word), FORMAT_VERSION);
		return false;
	}
	if (size != half && size != whole) {
		snprintf(store->refusal, sizeof store->refusal,
			 "holds a store made for another layout (areas of %u bytes): correct --base and --size", size);
		return false;
	}
	if (entry->end > base + size)
		return false;
	area->base = base;
	area->end = base + size;
	area->cell = entry->header.cell;
	area->first = entry->end;
	area->generation = area_word_generation(word);
	return true;
}

/* The valid area with the newest generation; if there is none, the state says what was seen instead. */
static bool area_find(const struct region *region, const uint8_t *flash, struct store *store)
{
	const uint32_t size = region->size, half = size / 2;
	struct area first, second;
	struct entry entry;
	bool has_first, has_second;

	has_first = area_first(flash, size, store, &entry) && area_at(&entry, 0, half, size, store, &first);
	if (has_first)
		store->area = first;
	if (half % 4 || (has_first && first.end == size))
		return has_first;
	if (!is_blank(load32(flash + half)))
		store->state = STORE_DAMAGED;
	has_second = entry_at(flash, half, half, size, ANY_CELL, &entry) &&
		     area_at(&entry, half, half, half, store, &second);
	if (has_second && (!has_first || generation_newer(second.generation, first.generation)))
		store->area = second;
	return has_first || has_second;
}

uint32_t store_claim(const uint8_t *flash, uint32_t place, uint32_t area_base, uint32_t cell)
{
	struct header header;

	if (header_parse(load32(flash + place), &header) && (header.cell == cell || header.cell == CELL_PACKED) &&
	    (place - area_base) % header.cell == 0)
		return place + entry_size(header.cell, header.length);
	return place + 4;
}

static int add(struct entries *entries, const struct entry *entry)
{
	struct entry *list = realloc(entries->list, (entries->count + 1) * sizeof *list);

	if (!list)
		return fail_memory();
	entries->list = list;
	list[entries->count++] = *entry;
	return 0;
}

static uint32_t max(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* From the area entry on. Entries whose set goes on are dropped again unless it is completed. */
static int area_walk(const uint8_t *flash, struct store *store)
{
	const struct area *area = &store->area;
	const uint32_t base = area->base, cell = area->cell;
	uint32_t place = area->first, used = place, floor = place, next;
	size_t counted = 0;
	struct entry entry;

	while (place + 4 <= area->end && place - used < GAP_MAX) {
		if (entry_at(flash, place, base, area->end, cell, &entry)) {
			if (add(&store->entries, &entry))
				return -1;
			if (!entry.header.more)
				counted = store->entries.count;
			place = used = entry.end;
			floor = max(floor, place);
			continue;
		}
		next = base + align_up(place + 1 - base, cell);
		if (store->entries.count > counted) {
			/* A set left open: a cell after it stays blank, or the next entry would complete it. */
			floor = max(floor, base + align_up(place - base, cell) + cell);
			store->entries.count = counted;
		}
		if (!is_blank(load32(flash + place))) {
			floor = max(floor, store_claim(flash, place, base, cell));
			used = next = place + 4;
		}
		place = next;
	}
	store->entries.count = counted;
	store->floor = base + align_up(floor - base, cell);
	store->reach = used + GAP_MAX;
	return 0;
}

int store_scan(const struct region *region, const uint8_t *flash, struct store *store)
{
	memset(store, 0, sizeof *store);
	store->state = STORE_NONE;
	if (!area_find(region, flash, store))
		return 0;
	store->state = STORE_OK;
	/* Beside a valid area one of another version may be the newer one; one of another layout is just a leftover. */
	if (!store->other_version)
		store->refusal[0] = '\0';
	if (area_walk(flash, store)) {
		store_free(store);
		return -1;
	}
	return 0;
}

void store_free(struct store *store)
{
	free(store->entries.list);
	store->entries.list = NULL;
	store->entries.count = 0;
}

bool identity_of(uint8_t key, const uint8_t *value, uint32_t value_length, uint32_t *length)
{
	*length = 0;
	if (key != KEY_NAMED)
		return true;
	if (value_length < 1 || (value[0] & 0x60u) || (value[0] & 0x1Fu) == 0 || value_length < 1u + (value[0] & 0x1Fu))
		return false;
	*length = 1u + (value[0] & 0x1Fu);
	return true;
}

bool same_identity(uint8_t key, const uint8_t *value, uint32_t length, uint8_t other_key, const uint8_t *other,
		   uint32_t other_length)
{
	uint32_t name, other_name;

	return key == other_key && identity_of(key, value, length, &name) &&
	       identity_of(other_key, other, other_length, &other_name) && name == other_name &&
	       (name == 0 || !memcmp(value + 1, other + 1, name - 1)); /* without the secret bit */
}

static size_t live_find(const struct entries *live, const struct entry *entry)
{
	size_t i = 0;

	while (i < live->count &&
	       !same_identity(live->list[i].header.key, live->list[i].value, live->list[i].header.length,
			      entry->header.key, entry->value, entry->header.length))
		i++;
	return i;
}

static void drop_deleted(struct entries *live)
{
	size_t count = 0;

	for (size_t i = 0; i < live->count; i++)
		if (live->list[i].header.type != TYPE_DELETED)
			live->list[count++] = live->list[i];
	live->count = count;
}

int store_live(const struct store *store, struct entries *live)
{
	uint32_t length;

	memset(live, 0, sizeof *live);
	for (size_t i = 0; i < store->entries.count; i++) {
		const struct entry *entry = &store->entries.list[i];
		size_t at;

		if (entry->header.key == KEY_AREA || entry->header.type == TYPE_RESERVED ||
		    !identity_of(entry->header.key, entry->value, entry->header.length, &length))
			continue;
		at = live_find(live, entry);
		if (at < live->count) {
			live->list[at] = *entry;
		} else if (add(live, entry)) {
			free(live->list);
			return -1;
		}
	}
	drop_deleted(live);
	return 0;
}

/* ---- a first format that was cut off -------------------------------------------------------------------------- */

/* Whether the cell is what a cut-off fill with `word` leaves: only bits that were to change have changed. */
static bool cell_torn(const struct region *region, const uint8_t *cell, uint32_t word)
{
	for (uint32_t i = 0; i < region->cell / 4; i++) {
		const uint32_t wanted = i < region->words ? word : region->erased;

		if ((load32(cell + 4 * i) ^ region->erased) & ~(wanted ^ region->erased))
			return false;
	}
	return true;
}

bool store_torn_first(const struct region *region, const uint8_t *flash, uint32_t *floor, uint32_t *reach)
{
	const uint32_t cell = region->cell, area = area_word(region->size / region->areas, 1);
	const uint32_t header = header_make(cell, TYPE_UNSIGNED, KEY_AREA, false, 4);
	uint32_t expected[2]; /* what may be in the next cells: a value only after a whole header, then a check */
	unsigned left = 0;
	uint32_t used = 0;
	uint8_t value[4];

	store32(value, area);
	*floor = 0;
	for (uint32_t place = 0; place < region->size; place += cell) {
		const uint8_t *now = flash + place;

		if (cell_torn(region, now, region->erased)) {
			left = 0;
			continue;
		}
		used = place + cell;
		*floor = max(*floor, used);
		if (left && cell_torn(region, now, expected[2 - left])) {
			left = load32(now) == expected[2 - left] ? left - 1 : 0;
			continue;
		}
		if (!cell_torn(region, now, header))
			return false;
		left = load32(now) == header ? 2 : 0;
		expected[0] = area;
		expected[1] = entry_check(place, header, value, sizeof value);
		*floor = max(*floor, store_claim(flash, place, 0, cell));
	}
	*reach = used + GAP_MAX;
	return true;
}
