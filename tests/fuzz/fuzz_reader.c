/* SPDX-License-Identifier: MIT */
/*
 * The C reader on any region at all, for libFuzzer: `make fuzz`.
 *
 * An input is a region in short, so that mutations hit what counts:
 *     byte 0       [0] erased flash reads zeros   [1] every check is made right   [4:2] size, 1 KiB << 0 to 4
 *     bytes 1, 2   how many of the bytes that follow are at the region's start; the rest is at its middle
 *     byte 3       what to ask for: the serial number, a key, or one of the variables
 *
 * Making the checks right lets mutated headers, sets, names and area entries through, which a CRC else hides.
 * tests/vectors/make.py writes its stores in this form (`make.py seeds DIR`).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nameplate.h"

#define LINKED_SIZE   8192
#define SIZES         5
#define VARIABLES_MAX 4 /* looked at; the walk takes time by their square */
#define LENGTH_MAX    1055
#define NAME_MAX      31
#define BUFFER_SIZE   64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The getters read the region that a linker script would give. */
static uint8_t linked_flash[LINKED_SIZE] __attribute__((aligned(128), used));
__asm__(".globl _nameplate_start, _nameplate_end\n"
	".set _nameplate_start, linked_flash\n"
	".set _nameplate_end, linked_flash + 8192");

#define CHECK(condition)                                                                        \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

/* ---- the region ------------------------------------------------------------------------------------------------ */

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(word >> 8 * i);
}

static uint32_t crc_over(uint32_t crc, const uint8_t *bytes, size_t count)
{
	static uint32_t table[256];

	for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xEDB88320u : table[i] >> 1;
	}
	for (size_t i = 0; i < count; i++)
		crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xFF];
	return crc;
}

static uint32_t entry_crc(uint32_t offset, uint32_t header, const uint8_t *value, uint32_t length)
{
	uint8_t words[8];

	put32(words, offset);
	put32(words + 4, header);
	return ~crc_over(crc_over(~0u, words, 8), value, length);
}

/* Gives every header among the first `used` bytes of the area the check that it claims to have. */
static void seal(uint8_t *area, size_t used, size_t end)
{
	for (size_t p = 0; p + 4 <= used;) {
		const uint32_t header = get32(area + p), cell = 4u << (header >> 23 & 7), length = header & 0x7FF;
		const size_t check = p + cell + (length + cell - 1) / cell * cell;

		if (header >> 26 != 0x35 || cell > 128 || length > LENGTH_MAX || p % cell || check + cell > end) {
			p += 4;
			continue;
		}
		put32(area + check, entry_crc((uint32_t)p, header, area + p + cell, length));
		p = check + cell;
	}
}

static size_t copy(uint8_t *to, size_t room, const uint8_t *from, size_t count)
{
	const size_t copied = count < room ? count : room;

	memcpy(to, from, copied);
	return copied;
}

/* One block for each size, so that ASan sees a read beyond it. */
static struct nameplate_region region_from(const uint8_t *data, size_t size)
{
	static uint8_t *blocks[SIZES];
	const unsigned form = data[0], pick = (form >> 2 & 7) % SIZES;
	const size_t whole = (size_t)1024 << pick, half = whole / 2;
	const size_t split = data[1] | (size_t)data[2] << 8;
	const size_t first = split < size - 4 ? split : size - 4;
	size_t used, used_second;
	uint8_t *flash = linked_flash;

	if (whole != LINKED_SIZE) {
		if (!blocks[pick])
			blocks[pick] = aligned_alloc(128, whole);
		flash = blocks[pick];
		CHECK(flash);
	}
	memset(flash, form & 1 ? 0 : 0xFF, whole);
	used = copy(flash, whole, data + 4, first);
	used_second = copy(flash + half, half, data + 4 + first, size - 4 - first);
	if (form & 2) {
		seal(flash, used, whole);
		seal(flash + half, used_second, half);
	}
	return (struct nameplate_region){flash, (uint32_t)whole};
}

/* ---- what holds for every region ------------------------------------------------------------------------------- */

static void check_inside(const struct nameplate_region *region, const void *bytes, size_t length)
{
	const uintptr_t start = (uintptr_t)region->start, at = (uintptr_t)bytes;

	CHECK(at >= start && at + length <= start + region->size);
}

static void check_value(const struct nameplate_region *region, const struct nameplate_value *value)
{
	CHECK(value->length <= LENGTH_MAX);
	CHECK(value->type <= NAMEPLATE_MAC && value->type != 5);
	check_inside(region, value->bytes, value->length);
}

/* By its key or its name a variable is found, and it is the one that the walk shows. */
static void check_found(const struct nameplate_region *region, const struct nameplate_variable *variable,
			const char *name)
{
	struct nameplate_value value;
	const int err =
		name[0] ? nameplate_find_name(region, name, &value) : nameplate_find(region, variable->key, &value);

	CHECK(err == 0);
	CHECK(value.bytes == variable->value.bytes && value.length == variable->value.length);
	CHECK(value.type == variable->value.type);
}

/* Every scan costs, so an input tries one of the getters: `pick` says which. */
static void check_getter(const struct nameplate_variable *variable, const char *name, unsigned pick)
{
	const uint8_t key = variable->key, type = variable->value.type;
	const uint16_t length = variable->value.length;
	char text[BUFFER_SIZE];
	uint8_t bytes[BUFFER_SIZE], mac[6];
	uint64_t u64 = 0;
	int64_t i64 = 0;
	int8_t i8 = 0;
	double f64;
	int result;

#define GET(suffix, ...) (name[0] ? nameplate_##suffix(name, __VA_ARGS__) : nameplate_key_##suffix(key, __VA_ARGS__))
	switch (pick % 6) {
	case 0:
		result = GET(text, text, sizeof text);
		CHECK(result < BUFFER_SIZE && (result < 0 || (text[result] == 0 && type == NAMEPLATE_TEXT)));
		break;
	case 1:
		result = GET(bytes, bytes, sizeof bytes);
		CHECK(result < 0 || (result == length && memcmp(bytes, variable->value.bytes, (size_t)result) == 0));
		break;
	case 2:
		CHECK(GET(mac, mac) == (type == NAMEPLATE_MAC && length == 6 ? 0 : NAMEPLATE_TYPE));
		break;
	case 3:
		CHECK(GET(f64, &f64) == (type == NAMEPLATE_FLOAT && length == 8 ? 0 : NAMEPLATE_TYPE));
		break;
	case 4:
		if (GET(u64, &u64) == 0 && GET(i64, &i64) == 0)
			CHECK((int64_t)u64 == i64 && i64 >= 0);
		break;
	default:
		if (GET(i8, &i8) == 0)
			CHECK(GET(i64, &i64) == 0 && i64 == i8);
	}
#undef GET
}

static int same_variable(const struct nameplate_variable *a, const struct nameplate_variable *b)
{
	return a->key == b->key && a->name_length == b->name_length && !memcmp(a->name, b->name, a->name_length);
}

static void check_variable(const struct nameplate_region *region, const struct nameplate_variable *variable)
{
	check_value(region, &variable->value);
	CHECK(variable->key != 0 && (variable->key == NAMEPLATE_KEY_NAMED) == (variable->name_length != 0));
	CHECK(variable->name_length <= NAME_MAX);
	check_inside(region, variable->name, variable->name_length);
}

/* One of the variables as a program asks for it. */
static void check_asked(const struct nameplate_region *region, const struct nameplate_variable *variable, unsigned pick)
{
	char name[NAME_MAX + 1];

	memcpy(name, variable->name, variable->name_length);
	name[variable->name_length] = 0;
	/* C cannot ask for a name with NUL in it; and "serial" is the one with the key. */
	if (strlen(name) != variable->name_length || !strcmp(name, "serial"))
		return;
	check_found(region, variable, name);
	if (region->start == linked_flash)
		check_getter(variable, name, pick);
}

/* Returns how many live variables there are, the first of them in `seen`. */
static size_t check_walk(const struct nameplate_region *region, struct nameplate_variable *seen)
{
	struct nameplate_variable variable;
	struct nameplate_walk walk;
	size_t count = 0;
	const int err = nameplate_begin(region, &walk);

	CHECK(err == 0 || err == NAMEPLATE_NONE || err == NAMEPLATE_DAMAGED);
	while (!err && count < VARIABLES_MAX && nameplate_next(&walk, &variable) == 0) {
		check_variable(region, &variable);
		for (size_t i = 0; i < count; i++)
			CHECK(!same_variable(&seen[i], &variable));
		seen[count++] = variable;
	}
	return count;
}

/* A key is found if and only if the walk shows it (where the walk was followed to its end). */
static void check_key(const struct nameplate_region *region, const struct nameplate_variable *seen, size_t count,
		      unsigned key)
{
	struct nameplate_value value;
	const int err = nameplate_find(region, (uint8_t)key, &value);
	size_t i = 0;

	while (i < count && seen[i].key != key)
		i++;
	if (err == 0)
		check_value(region, &value);
	if (count < VARIABLES_MAX)
		CHECK((err == 0) == (i < count));
}

/* The serial number in the four ways in which a program can ask for it; an input tries one beside the plain one. */
static void check_serial(const struct nameplate_region *region, unsigned pick)
{
	struct nameplate_value by_key, by_name;
	uint32_t serial = 0;
	const int err = nameplate_find(region, NAMEPLATE_KEY_SERIAL, &by_key);
	const int is_u32 = !err && by_key.type == NAMEPLATE_UNSIGNED && by_key.length == 4;

	if (region->start != linked_flash || pick % 4 == 0) {
		CHECK(nameplate_find_name(region, "serial", &by_name) == err);
		CHECK(err != 0 || by_key.bytes == by_name.bytes);
	} else if (pick % 4 == 1) {
		CHECK((nameplate_key_u32(NAMEPLATE_KEY_SERIAL, &serial) == 0) >= is_u32);
		CHECK(!is_u32 || serial == get32(by_key.bytes));
	} else {
		CHECK(nameplate_serial(&serial) == (err ? err : is_u32 ? 0 : NAMEPLATE_TYPE));
		CHECK(!is_u32 || serial == get32(by_key.bytes));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nameplate_variable seen[VARIABLES_MAX];
	struct nameplate_region region;
	unsigned pick;
	size_t count;

	if (size < 4)
		return 0;
	pick = data[3];
	region = region_from(data, size);
	count = check_walk(&region, seen);
	/* Every scan takes time, so an input asks one of these questions. */
	if (pick % 4 == 0)
		check_serial(&region, pick / 4);
	else if (pick % 4 == 1)
		check_key(&region, seen, count, pick);
	else if (count)
		check_asked(&region, &seen[pick / 4 % count], pick / 8);
	return 0;
}
