/* SPDX-License-Identifier: MIT */
/*
 * Intel HEX: Intel, Hexadecimal Object File Format Specification, revision A, 1988. A record is `:`, then in hex a count, an
 * address of 16 bits, a type, the data, and what makes the sum of all bytes 0.
 */
#include "../error.h"
#include "formats.h"

#include <string.h>

#define DATA_MAX   255
#define PER_RECORD 16u

enum { DATA = 0, END = 1, SEGMENT = 2, START_SEGMENT = 3, UPPER = 4, START = 5 };

static void record_write(FILE *to, uint32_t address, uint8_t type, const uint8_t *data, size_t count)
{
	uint8_t sum = (uint8_t)(count + (address >> 8) + address + type);

	fprintf(to, ":%02X%04X%02X", (unsigned)count, address & 0xFFFFu, type);
	for (size_t i = 0; i < count; i++) {
		fprintf(to, "%02X", data[i]);
		sum = (uint8_t)(sum + data[i]);
	}
	fprintf(to, "%02X\n", (uint8_t)-sum);
}

void ihex_write(const struct output *output, FILE *to)
{
	uint32_t upper = UINT32_MAX;

	for (size_t i = 0; i < output->count; i++) {
		uint32_t address = output->region->base + output->runs[i].start;
		const uint32_t end = address + output->runs[i].size;
		const uint8_t *data = output->flash + output->runs[i].start;

		while (address < end) {
			const uint32_t left = end - address, rest = 0x10000u - (address & 0xFFFFu);
			uint32_t count = left < PER_RECORD ? left : PER_RECORD;

			count = count < rest ? count : rest;
			if (address >> 16 != upper) {
				upper = address >> 16;
				record_write(to, 0, UPPER, (const uint8_t[]){(uint8_t)(upper >> 8), (uint8_t)upper}, 2);
			}
			record_write(to, address, DATA, data, count);
			address += count;
			data += count;
		}
	}
	record_write(to, 0, END, NULL, 0);
}

bool ihex_looks_like(const uint8_t *bytes, size_t size)
{
	uint8_t first[4];

	return size >= 11 && bytes[0] == ':' && hex_take((const char *)bytes + 1, sizeof first, first);
}

/* The bytes of a record, checked: count, address, type, data. False if it is none. */
static bool record_read(const char *line, uint8_t record[DATA_MAX + 5])
{
	const size_t digits = strlen(line) - 1;
	uint8_t sum = 0;

	if (line[0] != ':' || digits < 10 || digits % 2 || digits / 2 > DATA_MAX + 5 ||
	    !hex_take(line + 1, digits / 2, record) || digits / 2 != record[0] + 5u)
		return false;
	for (size_t i = 0; i < digits / 2; i++)
		sum = (uint8_t)(sum + record[i]);
	return sum == 0;
}

int ihex_read(const char *path, char *text, struct image *image)
{
	uint8_t record[DATA_MAX + 5];
	uint32_t base = 0;
	unsigned number = 0;
	char *line;

	while ((line = line_take(&text))) {
		const uint8_t *data = record + 4;

		number++;
		if (!*line)
			continue;
		if (!record_read(line, record) || record[3] > START ||
		    ((record[3] == SEGMENT || record[3] == UPPER) && record[0] != 2))
			return fail("%s line %u is no Intel HEX record, or its checksum is wrong: dump the device anew",
				    quote(path), number);
		switch (record[3]) {
		case DATA:
			if (image_add(image, base + ((uint32_t)record[1] << 8 | record[2]), data, record[0]))
				return -1;
			break;
		case SEGMENT:
			base = ((uint32_t)data[0] << 8 | data[1]) << 4;
			break;
		case UPPER:
			base = ((uint32_t)data[0] << 8 | data[1]) << 16;
			break;
		case END:
			return 0;
		default: /* where a program starts */
			break;
		}
	}
	return fail("%s is cut off: its end record is missing; dump the device anew", quote(path));
}

const struct format ihex_format = {
	.name = "ihex",
	.help = "Intel HEX",
	.write = ihex_write,
	.takes = PARTS_OR_WHOLE,
};
