/* SPDX-License-Identifier: MIT */
#include "entry.h"

#define MAGIC    0x35u
#define CODE_MAX 5u

static uint32_t crc_bytes(uint32_t crc, const uint8_t *bytes, size_t length)
{
	while (length--) {
		crc ^= *bytes++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1u ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
	}
	return crc;
}

uint32_t entry_check(uint32_t offset, uint32_t header, const uint8_t *value, size_t length)
{
	uint8_t words[8];

	store32(words, offset);
	store32(words + 4, header);
	return ~crc_bytes(crc_bytes(UINT32_MAX, words, sizeof words), value, length);
}

uint32_t header_make(uint32_t cell, uint8_t type, uint8_t key, bool more, uint32_t length)
{
	uint32_t code = 0;

	while (4u << code < cell)
		code++;
	return MAGIC << 26 | code << 23 | (uint32_t)type << 20 | (uint32_t)key << 12 | (uint32_t)more << 11 | length;
}

bool header_parse(uint32_t word, struct header *header)
{
	const uint32_t code = word >> 23 & 7u;

	if (word >> 26 != MAGIC || code > CODE_MAX || (word & 0x7FFu) > LENGTH_MAX)
		return false;
	header->cell = 4u << code;
	header->type = (uint8_t)(word >> 20 & 7u);
	header->key = (uint8_t)(word >> 12 & 0xFFu);
	header->more = word >> 11 & 1u;
	header->length = word & 0x7FFu;
	return true;
}

uint32_t entry_size(uint32_t cell, uint32_t length)
{
	return 2 * cell + align_up(length, cell);
}

uint32_t area_word(uint32_t area_size, uint32_t generation)
{
	return FORMAT_VERSION << 28 | area_size / 1024 << 16 | generation;
}

uint32_t area_word_version(uint32_t word)
{
	return word >> 28;
}

uint32_t area_word_size(uint32_t word)
{
	return (word >> 16 & 0xFFFu) * 1024;
}

uint32_t area_word_generation(uint32_t word)
{
	return word & 0xFFFFu;
}

bool is_area_header(const struct header *header)
{
	return header->key == KEY_AREA && header->type == TYPE_UNSIGNED && header->length == 4;
}

bool generation_newer(uint32_t a, uint32_t b)
{
	const uint32_t ahead = (a - b) & 0xFFFFu;

	return ahead >= 1 && ahead <= 32767;
}
