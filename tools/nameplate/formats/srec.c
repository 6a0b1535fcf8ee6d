/* SPDX-License-Identifier: MIT */
/*
 * Motorola S-records: M68000 Family Programmer's Reference Manual, appendix C. A record is `S` and its type, then in hex a count
 * of the bytes that follow, an address, the data, and the ones' complement of the sum of all bytes.
 */
#include "../error.h"
#include "formats.h"

#include <ctype.h>
#include <string.h>

#define BYTES_MAX  256
#define PER_RECORD 16u

static void record_write(FILE *to, char type, uint32_t address, size_t address_bytes, const uint8_t *data, size_t count)
{
	uint8_t sum = (uint8_t)(address_bytes + count + 1);

	fprintf(to, "S%c%02X", type, (unsigned)(address_bytes + count + 1));
	for (size_t i = address_bytes; i-- > 0;) {
		const uint8_t byte = (uint8_t)(address >> 8 * i);

		fprintf(to, "%02X", byte);
		sum = (uint8_t)(sum + byte);
	}
	for (size_t i = 0; i < count; i++) {
		fprintf(to, "%02X", data[i]);
		sum = (uint8_t)(sum + data[i]);
	}
	fprintf(to, "%02X\n", (uint8_t)~sum);
}

static void srec_write(const struct output *output, FILE *to)
{
	static const char title[] = "nameplate";

	record_write(to, '0', 0, 2, (const uint8_t *)title, sizeof title - 1);
	for (size_t i = 0; i < output->count; i++) {
		const struct run *run = &output->runs[i];

		for (uint32_t at = 0; at < run->size; at += PER_RECORD) {
			const uint32_t left = run->size - at;

			record_write(to, '3', output->region->base + run->start + at, 4,
				     output->flash + run->start + at, left < PER_RECORD ? left : PER_RECORD);
		}
	}
	record_write(to, '7', 0, 4, NULL, 0);
}

bool srec_looks_like(const uint8_t *bytes, size_t size)
{
	uint8_t count;

	return size >= 8 && bytes[0] == 'S' && isdigit(bytes[1]) && hex_take((const char *)bytes + 2, 1, &count);
}

/* The bytes of a record after its count, checked. Their number, or 0 if it is none. */
static size_t record_read(const char *line, uint8_t record[BYTES_MAX])
{
	const size_t digits = strlen(line) > 4 ? strlen(line) - 2 : 0;
	unsigned sum = 0;

	if (digits == 0 || line[0] != 'S' || !isdigit((unsigned char)line[1]) || digits % 2 || digits / 2 > BYTES_MAX ||
	    !hex_take(line + 2, digits / 2, record) || digits / 2 != record[0] + 1u)
		return 0;
	for (size_t i = 0; i < digits / 2; i++)
		sum += record[i];
	return (sum & 0xFFu) == 0xFFu ? digits / 2 - 1 : 0;
}

int srec_read(const char *path, char *text, struct image *image)
{
	uint8_t record[BYTES_MAX];
	unsigned number = 0;
	char *line;

	while ((line = line_take(&text))) {
		size_t count, address_bytes;
		uint32_t address = 0;

		number++;
		if (!*line)
			continue;
		count = record_read(line, record);
		address_bytes = line[1] >= '1' && line[1] <= '3' ? (size_t)(line[1] - '0') + 1 : 0;
		if (count == 0 || count < address_bytes + 1)
			return fail("%s line %u is no S-record, or its checksum is wrong: dump the device anew",
				    quote(path), number);
		if (line[1] >= '7')
			return 0;
		if (address_bytes == 0)
			continue;
		for (size_t i = 0; i < address_bytes; i++)
			address = address << 8 | record[1 + i];
		if (image_add(image, address, record + 1 + address_bytes, count - address_bytes - 1))
			return -1;
	}
	return fail("%s is cut off: its end record is missing; dump the device anew", quote(path));
}

const struct format srec_format = {
	.name = "srec",
	.help = "Motorola S-records",
	.write = srec_write,
	.takes = PARTS_OR_WHOLE,
};
