/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Makes every image that a power cut could have left, from what `vboard --record DIR` wrote: the flash as it was, and a line
 * per operation. A point is OPERATION:before, OPERATION:torn:SEED or OPERATION:after, the words of `vboard --cut`, and its
 * image is the one that such a cut leaves, byte for byte (they share fault_tear).
 *
 *     images points CHIP DIR SEEDS      the points, one per line, SEEDS torn ones for each operation
 *     images make   CHIP DIR POINT FILE the flash after that cut, into FILE
 *     images read   CHIP DIR SEEDS BASE SIZE
 *                                       what the C reader finds in the region at each: POINT, then name=value fields,
 *                                       all separated by tabs
 */
#include "flash/fault.h"

#include "parts/chips.h"
#include "nameplate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct operation {
	uint64_t number;
	enum flash_change change;
	uint32_t offset, size;
	uint8_t *bytes; /* what it leaves, if it is not cut */
};

struct record {
	const struct chip *chip;
	uint8_t *start;
	struct operation *operations;
	size_t count;
};

const uint8_t _nameplate_start[1], _nameplate_end[1]; /* the linked region is not used here */

static void die(const char *what, const char *where)
{
	fprintf(stderr, "Error: images: %s: %s\n", where, what);
	exit(2);
}

static FILE *open_in(const char *dir, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "r");
	if (!file)
		die("cannot be read", path);
	return file;
}

static enum flash_change change_of(const char *word, const char *dir)
{
	if (!strcmp(word, "word"))
		return FLASH_WORD;
	if (!strcmp(word, "half-page"))
		return FLASH_HALF_PAGE;
	if (strcmp(word, "erase"))
		die("journal: unknown operation", dir);
	return FLASH_ERASE;
}

static void load(struct record *record, const char *chip, const char *dir)
{
	FILE *file = open_in(dir, "start.bin");
	char word[16], hex[8193];
	struct operation op;
	int fields;

	record->chip = chip_find(chip);
	if (!record->chip)
		die("no such chip", chip);
	record->start = malloc(record->chip->flash_size);
	if (!record->start || fread(record->start, 1, record->chip->flash_size, file) != record->chip->flash_size)
		die("start.bin is not a whole flash", dir);
	fclose(file);
	file = open_in(dir, "journal");
	record->operations = NULL;
	record->count = 0;
	while ((fields = fscanf(file, "%" SCNu64 " %15s %" SCNx32 " %" SCNx32, &op.number, word, &op.offset,
				&op.size)) == 4) {
		op.change = change_of(word, dir);
		if (!op.size || (uint64_t)op.offset + op.size > record->chip->flash_size)
			die("journal: an operation outside the flash", dir);
		op.bytes = malloc(op.size);
		if (!op.bytes)
			die("no memory", dir);
		memset(op.bytes, record->chip->flash_ops->erased, op.size);
		if (op.change != FLASH_ERASE) {
			if (fscanf(file, "%8192s", hex) != 1 || strlen(hex) != 2 * op.size)
				die("journal: bytes are missing", dir);
			for (uint32_t i = 0; i < op.size; i++)
				op.bytes[i] = (uint8_t)strtoul((char[]){hex[2 * i], hex[2 * i + 1], 0}, NULL, 16);
		}
		record->operations = realloc(record->operations, (record->count + 1) * sizeof op);
		record->operations[record->count++] = op;
	}
	fclose(file);
}

/* The flash before operation `index` (from 0): all earlier ones are done. */
static void apply(const struct record *record, size_t index, uint8_t *flash)
{
	memcpy(flash + record->operations[index].offset, record->operations[index].bytes,
	       record->operations[index].size);
}

static void cut(const struct record *record, size_t index, const char *kind, uint64_t seed, uint8_t *flash)
{
	const struct operation *op = &record->operations[index];

	if (!strcmp(kind, "after"))
		apply(record, index, flash);
	else if (!strcmp(kind, "torn"))
		fault_tear(op->change, op->number, seed, op->size, op->bytes, flash + op->offset, NULL);
	else if (strcmp(kind, "before"))
		die("a point is N:before, N:torn:SEED or N:after", kind);
}

static void make(const struct record *record, const char *point, const char *path)
{
	uint8_t *flash = malloc(record->chip->flash_size);
	char kind[16] = "";
	uint64_t number = 0, seed = 0;
	FILE *file;

	if (sscanf(point, "%" SCNu64 ":%15[a-z]:%" SCNu64, &number, kind, &seed) < 2 || !number ||
	    number > record->count)
		die("no such point in this record", point);
	memcpy(flash, record->start, record->chip->flash_size);
	for (size_t i = 0; i + 1 < number; i++)
		apply(record, i, flash);
	cut(record, number - 1, kind, seed, flash);
	file = fopen(path, "w");
	if (!file || fwrite(flash, 1, record->chip->flash_size, file) != record->chip->flash_size || fclose(file))
		die("cannot be written", path);
	free(flash);
}

/* Calls for each point with the flash as that cut leaves it. */
static void each_point(const struct record *record, uint64_t seeds,
		       void (*visit)(const char *point, const uint8_t *flash, const struct nameplate_region *region),
		       const struct nameplate_region *region)
{
	uint32_t size = record->chip->flash_size;
	uint8_t *flash = aligned_alloc(4096, size), *torn = aligned_alloc(4096, size);
	char point[64];

	memcpy(flash, record->start, size);
	for (size_t i = 0; i < record->count; i++) {
		uint64_t number = record->operations[i].number;

		snprintf(point, sizeof point, "%" PRIu64 ":before", number);
		visit(point, flash, region);
		for (uint64_t seed = 1; seed <= seeds; seed++) {
			memcpy(torn, flash, size);
			cut(record, i, "torn", seed, torn);
			snprintf(point, sizeof point, "%" PRIu64 ":torn:%" PRIu64, number, seed);
			visit(point, torn, region);
		}
		apply(record, i, flash);
		snprintf(point, sizeof point, "%" PRIu64 ":after", number);
		visit(point, flash, region);
	}
	free(flash);
	free(torn);
}

static void print_point(const char *point, const uint8_t *flash, const struct nameplate_region *region)
{
	(void)flash;
	(void)region;
	puts(point);
}

static uint64_t number(const struct nameplate_value *value)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < value->length && i < 8; i++)
		number |= (uint64_t)value->bytes[i] << (8 * i);
	return number;
}

/* The types that the scenarios use, as the demo firmware reports them. */
static void print_value(const struct nameplate_value *value)
{
	unsigned unused = value->length < 8 ? 64 - 8 * value->length : 0;

	switch (value->type) {
	case NAMEPLATE_UNSIGNED:
		printf("%" PRIu64, number(value));
		break;
	case NAMEPLATE_SIGNED:
		printf("%" PRId64, (int64_t)(number(value) << unused) >> unused);
		break;
	case NAMEPLATE_TEXT:
		printf("%.*s", (int)value->length, (const char *)value->bytes);
		break;
	default:
		for (unsigned i = 0; i < value->length; i++)
			printf("%s%02x", value->type == NAMEPLATE_MAC && i ? ":" : "", value->bytes[i]);
	}
}

static void report_print(const struct nameplate_region *region)
{
	struct nameplate_walk walk;
	struct nameplate_variable variable;

	if (nameplate_begin(region, &walk))
		return;
	while (nameplate_next(&walk, &variable) == 0) {
		if (variable.key == NAMEPLATE_KEY_SERIAL)
			printf("\tserial=");
		else
			printf("\t%.*s=", (int)variable.name_length, variable.name);
		print_value(&variable.value);
	}
}

/* region->start holds the offset of the region in flash here. */
static void print_report(const char *point, const uint8_t *flash, const struct nameplate_region *region)
{
	const struct nameplate_region here = {flash + (uintptr_t)region->start, region->size};

	fputs(point, stdout);
	report_print(&here);
	putchar('\n');
}

int main(int argc, char **argv)
{
	struct record record;
	struct nameplate_region region = {NULL, 0};

	if (argc < 5)
		die("see the comment at the top of tests/power/images.c", "usage");
	load(&record, argv[2], argv[3]);
	if (!strcmp(argv[1], "make") && argc == 6) {
		make(&record, argv[4], argv[5]);
	} else if (!strcmp(argv[1], "points")) {
		each_point(&record, strtoull(argv[4], NULL, 0), print_point, &region);
	} else if (!strcmp(argv[1], "read") && argc == 7) {
		region.start = (const uint8_t *)(uintptr_t)(strtoul(argv[5], NULL, 0) - record.chip->flash_base);
		region.size = (uint32_t)strtoul(argv[6], NULL, 0);
		each_point(&record, strtoull(argv[4], NULL, 0), print_report, &region);
	} else {
		die("see the comment at the top of tests/power/images.c", "usage");
	}
	free(record.start);
	free(record.operations);
	return 0;
}
