/* SPDX-License-Identifier: MIT */
/* Builds entries of a store, by firmware/FORMAT.md and nothing else: apart from what reads them, and from what writes them for users. */
#ifndef STORE_BUILDER_H
#define STORE_BUILDER_H

#include <stdint.h>
#include <string.h>

#define STORE_TYPE(type) ((uint32_t)(type) << 20)
#define STORE_KEY(key)   ((uint32_t)(key) << 12)

static inline void store_put32(uint8_t *p, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(word >> 8 * i);
}

static inline uint32_t store_crc(uint32_t crc, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (((crc ^ bytes[i] >> bit) & 1) ? 0xEDB88320u : 0);
	return crc;
}

/* An entry at `at` of the area: header, value and check in cells of their own; a cell of 4 bytes is a packed one. `fields`: those of the
 * header but cell and length. Returns the bytes that it takes. */
static inline size_t store_put_entry(uint8_t *area, size_t at, uint32_t cell, uint32_t fields, const void *value,
				     size_t length)
{
	const size_t check = cell + (length + cell - 1) / cell * cell;
	uint8_t begin[8];
	uint32_t log = 0;

	while (4u << log < cell)
		log++;
	store_put32(begin, (uint32_t)at);
	store_put32(begin + 4, 0x35u << 26 | log << 23 | fields | (uint32_t)length);
	memcpy(area + at, begin + 4, 4);
	memcpy(area + at + cell, value, length);
	store_put32(area + at + check, ~store_crc(store_crc(~0u, begin, sizeof begin), value, length));
	return check + cell;
}

#endif
