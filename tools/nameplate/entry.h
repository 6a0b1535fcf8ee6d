/* SPDX-License-Identifier: MIT */
/*
 * The bits of an entry: header, check, and how parts follow each other. firmware/FORMAT.md explains each field; the names
 * here are its names. Sizes and offsets in bytes.
 */
#ifndef ENTRY_H
#define ENTRY_H

#include "nameplate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the firmware's reader, which this program is built with, loads words as they are: build on a little-endian host"
#endif

/* Those that the firmware's reader gives are its own; the others it keeps to itself. */
enum {
	TYPE_UNSIGNED = NAMEPLATE_UNSIGNED,
	TYPE_SIGNED = NAMEPLATE_SIGNED,
	TYPE_FLOAT = NAMEPLATE_FLOAT,
	TYPE_TEXT = NAMEPLATE_TEXT,
	TYPE_BYTES = NAMEPLATE_BYTES,
	TYPE_DELETED = 5,
	TYPE_MAC = NAMEPLATE_MAC,
	TYPE_RESERVED = 7,
};
enum { KEY_AREA = 0, KEY_SERIAL = NAMEPLATE_KEY_SERIAL, KEY_NAMED = NAMEPLATE_KEY_NAMED };

#define CELL_PACKED    4u
#define CELL_MAX       128u
#define LENGTH_MAX     1055u
#define VALUE_MAX      1023u /* what is written; without the name */
#define NAME_MAX_BYTES 31u
#define GAP_MAX        1536u /* no entry is longer, so this many blank bytes end a store */
#define FORMAT_VERSION 1u

/* What goes on flash. Of a named variable the value begins with the name field. */
struct item {
	uint8_t key, type;
	uint16_t length;
	uint8_t value[LENGTH_MAX + 1];
};

struct header {
	uint32_t cell, length;
	uint8_t type, key;
	bool more; /* the set goes on */
};

static inline uint32_t load32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void store32(uint8_t *p, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(word >> 8 * i);
}

static inline bool is_blank(uint32_t word)
{
	return word == 0 || word == UINT32_MAX;
}

static inline uint32_t align_up(uint32_t offset, uint32_t cell)
{
	return (offset + cell - 1) & ~(cell - 1);
}

/* zlib's CRC-32 over what a check covers; `offset` is the header's place in its area. */
uint32_t entry_check(uint32_t offset, uint32_t header, const uint8_t *value, size_t length);

uint32_t header_make(uint32_t cell, uint8_t type, uint8_t key, bool more, uint32_t length);

/* Whether magic, cell and length allow that this is a header; then *header has its fields. */
bool header_parse(uint32_t word, struct header *header);

/* From an entry's header to its end. */
uint32_t entry_size(uint32_t cell, uint32_t length);

uint32_t area_word(uint32_t area_size, uint32_t generation);
uint32_t area_word_version(uint32_t word);
uint32_t area_word_size(uint32_t word);
uint32_t area_word_generation(uint32_t word);

/* Whether header and word are those of an area entry. */
bool is_area_header(const struct header *header);

/* Generations wrap: a is newer than b if it is less than half the circle ahead. */
bool generation_newer(uint32_t a, uint32_t b);

#endif
