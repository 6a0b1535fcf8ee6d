/* SPDX-License-Identifier: MIT */
#include "encode.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

struct items {
	struct item *list;
	size_t count;
};

/* A write in the making. */
struct job {
	const struct region *region;
	uint8_t *flash;
	struct change *change;
	uint32_t cell, area_base, area_size;
};

void change_free(struct change *change)
{
	free(change->runs);
	memset(change, 0, sizeof *change);
}

static int note_run(struct change *change, uint32_t start, uint32_t size)
{
	struct run *runs = realloc(change->runs, (change->count + 1) * sizeof *runs);

	if (!runs)
		return fail_memory();
	change->runs = runs;
	runs[change->count++] = (struct run){start, size};
	return 0;
}

/* ---- items ---------------------------------------------------------------------------------------------------- */

static int items_add(struct items *items, const struct item *item)
{
	struct item *list = realloc(items->list, (items->count + 1) * sizeof *list);

	if (!list)
		return fail_memory();
	items->list = list;
	list[items->count++] = *item;
	return 0;
}

static size_t items_find(const struct items *items, const struct item *item)
{
	size_t i = 0;

	while (i < items->count && !same_identity(items->list[i].key, items->list[i].value, items->list[i].length,
						  item->key, item->value, item->length))
		i++;
	return i;
}

static uint32_t packed_size(const struct items *items)
{
	uint32_t size = 0;

	for (size_t i = 0; i < items->count; i++)
		size += entry_size(CELL_PACKED, items->list[i].length);
	return size;
}

/* Whether the items are what three fills write: a serial number, alone. */
static bool by_fills(const struct items *items)
{
	const struct item *item = items->list;

	return items->count == 1 && item->key == KEY_SERIAL && item->type == TYPE_UNSIGNED && item->length == 4;
}

/* Bytes of flash that the items take after others. */
static uint32_t written_size(const struct items *items, uint32_t cell)
{
	return by_fills(items) ? entry_size(cell, 4) : align_up(packed_size(items), cell);
}

/* A deletion is there when the variable is not. */
static bool is_there(const struct entries *live, const struct item *item)
{
	for (size_t i = 0; i < live->count; i++) {
		const struct entry *entry = &live->list[i];

		if (same_identity(entry->header.key, entry->value, entry->header.length, item->key, item->value,
				  item->length))
			return entry->header.type == item->type && entry->header.length == item->length &&
			       !memcmp(entry->value, item->value, item->length);
	}
	return item->type == TYPE_DELETED;
}

/* The live variables with the changes made to them; `only_gone`: those that no change is made to. */
static int merge(const struct entries *live, const struct items *items, bool only_gone, struct items *merged)
{
	memset(merged, 0, sizeof *merged);
	for (size_t i = 0; i < live->count; i++) {
		struct item item = {.key = live->list[i].header.key,
				    .type = live->list[i].header.type,
				    .length = (uint16_t)live->list[i].header.length};

		memcpy(item.value, live->list[i].value, item.length);
		if (items_add(merged, &item))
			return -1;
	}
	for (size_t i = 0; i < items->count; i++) {
		const size_t at = items_find(merged, &items->list[i]);

		if (only_gone || items->list[i].type == TYPE_DELETED) {
			if (at < merged->count)
				memmove(&merged->list[at], &merged->list[at + 1],
					(--merged->count - at) * sizeof *merged->list);
		} else if (at < merged->count) {
			merged->list[at] = items->list[i];
		} else if (items_add(merged, &items->list[i])) {
			return -1;
		}
	}
	return 0;
}

/* ---- to flash ------------------------------------------------------------------------------------------------- */

/* One `flash fillw`. */
static int fill(struct job *job, uint32_t place, uint32_t word)
{
	for (uint32_t i = 0; i < job->region->words; i++)
		store32(job->flash + place + 4 * i, word);
	return note_run(job->change, place, 4 * job->region->words);
}

/* An entry of one word: header, value, check, each into its own cell. */
static int put_word(struct job *job, uint32_t place, uint8_t key, uint32_t word)
{
	const uint32_t header = header_make(job->cell, TYPE_UNSIGNED, key, false, 4);
	uint8_t value[4];

	store32(value, word);
	if (fill(job, place, header) || fill(job, place + job->cell, word))
		return -1;
	return fill(job, place + 2 * job->cell, entry_check(place - job->area_base, header, value, sizeof value));
}

/* Packed entries in whole cells; as a set they count only together. What is left of the last cell stays erased. */
static int put_packed(struct job *job, uint32_t place, const struct items *items, bool set)
{
	const uint32_t size = align_up(packed_size(items), job->cell);
	uint8_t *out = job->flash + place;

	if (items->count == 0)
		return 0;
	memset(out, (int)(job->region->erased & 0xFFu), size);
	for (size_t i = 0; i < items->count; i++) {
		const struct item *item = &items->list[i];
		const uint32_t header =
			header_make(CELL_PACKED, item->type, item->key, set && i + 1 < items->count, item->length);
		const uint32_t offset = (uint32_t)(out - job->flash) - job->area_base;

		store32(out, header);
		memcpy(out + 4, item->value, item->length);
		out += entry_size(CELL_PACKED, item->length);
		store32(out - 4, entry_check(offset, header, item->value, item->length));
	}
	return note_run(job->change, place, size);
}

static int put_items(struct job *job, uint32_t place, const struct items *items)
{
	if (by_fills(items))
		return put_word(job, place, items->list[0].key, load32(items->list[0].value));
	return put_packed(job, place, items, true);
}

static void erase(struct job *job, uint32_t start, uint32_t size)
{
	memset(job->flash + start, (int)(job->region->erased & 0xFFu), size);
	job->change->erase = (struct run){start, size};
}

/* ---- where ---------------------------------------------------------------------------------------------------- */

/* Whether those words of each cell that will be written read exactly as erased. */
static bool is_erased(const struct job *job, uint32_t place, uint32_t size, uint32_t words)
{
	for (uint32_t at = place; at < place + size; at += job->cell)
		for (uint32_t i = 0; i < words; i++)
			if (load32(job->flash + at + 4 * i) != job->region->erased)
				return false;
	return true;
}

/* Where `size` bytes go, at `floor` or after it, but not so far that a reader would stop before it. */
static bool place_in(const struct job *job, uint32_t floor, uint32_t reach, uint32_t size, uint32_t words,
		     uint32_t *place)
{
	const uint32_t end = job->area_base + job->area_size;

	for (*place = floor; *place < end && size <= end - *place && *place < reach; *place += job->cell)
		if (is_erased(job, *place, size, words))
			return true;
	return false;
}

static int refuse_full(const struct region *region, uint32_t needed, uint32_t taken, uint32_t room)
{
	return fail(
		"the region 0x%08X to 0x%08X is full: this needs %u bytes and %u are free; delete variables, or reserve a "
		"larger region (--base, --size)",
		region->base, region->base + region->size - 1, needed, room > taken ? room - taken : 0);
}

/* A compaction into the other area that was cut off in its last word, which may read right later. */
static bool is_unfinished(const struct job *job, const struct store *store)
{
	const uint32_t other = store->area.base ? 0 : job->area_size;
	struct header header;

	if (job->area_size * 2 != job->region->size || !header_parse(load32(job->flash + other), &header) ||
	    !is_area_header(&header))
		return false;
	return generation_newer(area_word_generation(load32(job->flash + other + header.cell)), store->area.generation);
}

/* ---- the ways to write ---------------------------------------------------------------------------------------- */

/* No store yet: the area entry, then the items. */
static int write_first(struct job *job, const struct store *store, const struct items *items)
{
	const struct region *region = job->region;
	const uint32_t entry = entry_size(region->cell, 4), size = written_size(items, region->cell);
	uint32_t floor, reach, place;

	if (store->refusal[0])
		return fail("the region 0x%08X to 0x%08X %s", region->base, region->base + region->size - 1,
			    store->refusal);
	if (!store_torn_first(region, job->flash, &floor, &reach))
		return fail(
			"the region 0x%08X to 0x%08X holds something else, which is left alone: choose another region (--base, "
			"--size), or erase it",
			region->base, region->base + region->size - 1);
	if (!place_in(job, floor, reach, entry + size, region->cell / 4, &place)) {
		if (entry + size > job->area_size)
			return refuse_full(region, size, entry, job->area_size);
		return fail(
			"the region 0x%08X to 0x%08X holds only what earlier writes left that were cut off, and too much of it: "
			"erase it, then encode without --onto",
			region->base, region->base + region->size - 1);
	}
	if (put_word(job, place, KEY_AREA, area_word(job->area_size, 1)))
		return -1;
	return put_items(job, place + entry, items);
}

/* Into the other area, area entry last; or, where there is only one, all of it anew. */
static int write_compacted(struct job *job, const struct store *store, const struct items *items)
{
	const struct region *region = job->region;
	const uint32_t entry = entry_size(job->cell, 4);
	const uint32_t word = area_word(job->area_size, (store->area.generation + 1) & 0xFFFFu);
	const bool single = job->area_size == region->size;
	struct items merged = {NULL, 0}, stays = {NULL, 0};
	struct entries live;
	int err = store_live(store, &live);

	if (!err)
		err = merge(&live, items, false, &merged);
	if (!err && align_up(packed_size(&merged), job->cell) > job->area_size - entry) {
		err = merge(&live, items, true, &stays);
		if (!err)
			err = refuse_full(region, packed_size(items), packed_size(&stays), job->area_size - entry);
	}
	if (!err && !single && region->areas != 2)
		err = fail(
			"the region 0x%08X to 0x%08X is full, and was laid out as two areas, which are not whole pages here: correct "
			"--base and --size, or erase it",
			region->base, region->base + region->size - 1);
	if (!err && single) {
		erase(job, 0, region->size);
		err = put_word(job, 0, KEY_AREA, word);
		if (!err)
			err = put_packed(job, entry, &merged, true);
	} else if (!err) {
		job->area_base = store->area.base ? 0 : job->area_size;
		erase(job, job->area_base, job->area_size);
		err = put_packed(job, job->area_base + entry, &merged, false);
		if (!err)
			err = put_word(job, job->area_base, KEY_AREA, word);
	}
	free(live.list);
	free(merged.list);
	free(stays.list);
	return err;
}

static int write_more(struct job *job, const struct store *store, const struct items *items)
{
	const struct region *region = job->region;
	uint32_t place, words;

	job->cell = store->area.cell;
	job->area_base = store->area.base;
	job->area_size = store->area.end - store->area.base;
	words = by_fills(items) ? region->words : job->cell / 4;
	if (store->refusal[0])
		return fail("the region 0x%08X to 0x%08X %s", region->base, region->base + region->size - 1,
			    store->refusal);
	if (job->cell % region->cell)
		return fail(
			"the region 0x%08X to 0x%08X holds a store in cells of %u bytes, but this flash needs %u: erase it, then "
			"encode without --onto",
			region->base, region->base + region->size - 1, job->cell, region->cell);
	if (!place_in(job, store->floor, store->reach, written_size(items, job->cell), words, &place) ||
	    is_unfinished(job, store))
		return write_compacted(job, store, items);
	return put_items(job, place, items);
}

int encode(const struct region *region, uint8_t *flash, const struct variables *variables, struct change *change)
{
	struct job job = {region, flash, change, region->cell, 0, region->size / region->areas};
	struct items items = {NULL, 0};
	struct entries live = {NULL, 0};
	struct store store;
	int err;

	memset(change, 0, sizeof *change);
	if (store_scan(region, flash, &store))
		return -1;
	err = store_live(&store, &live);
	for (size_t i = 0; !err && i < variables->count; i++) {
		struct item item;

		variable_item(&variables->list[i], &item);
		if (!is_there(&live, &item))
			err = items_add(&items, &item);
	}
	free(live.list);
	if (!err && items.count)
		err = store.state == STORE_OK ? write_more(&job, &store, &items) : write_first(&job, &store, &items);
	free(items.list);
	store_free(&store);
	if (err)
		change_free(change);
	return err;
}
