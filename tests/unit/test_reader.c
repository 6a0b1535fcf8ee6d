/* SPDX-License-Identifier: MIT */
/*
 * The C reader against the shared vectors, every truncation, every flipped bit and seeded mutations.
 *
 *     test_reader [tests/vectors/store.txt]
 *
 * test_reader_guarded is the same with NAMEPLATE_GUARDED_LOADS, and with words that cannot be read.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nameplate.h"
#include "store_builder.h"
#ifdef NAMEPLATE_GUARDED_LOADS
#include "nameplate_ecc.h"
#endif

#define LINE_MAX_BYTES 20000
#define VALUES_MAX     64
#define REGION_ALIGN   128
#define MUTATIONS      100000
#define SEED           0x4E616D65u
#define SAMPLE_SIZE    8192
#define OLD_SERIAL     41
#define NEW_SERIAL     42

static const char *vectors_path = "tests/vectors/store.txt";

/* The symbols that a linker script gives to firmware: here one region of 8 KiB. */
static uint8_t linked_flash[SAMPLE_SIZE] __attribute__((aligned(REGION_ALIGN), used));
__asm__(".globl _nameplate_start, _nameplate_end\n"
	".set _nameplate_start, linked_flash\n"
	".set _nameplate_end, linked_flash + 8192");

/* ---- words that cannot be read, and a byte that reads differently later -------------------------------------------- */

#define UNREADABLE_MAX 8

static const uint8_t *unreadable[UNREADABLE_MAX];
static size_t unreadable_count;

#ifdef NAMEPLATE_GUARDED_LOADS
/* Of this byte all bits but the highest read the other way round after so many loads. */
static uint8_t *unstable;
static unsigned stable_loads;

/* As on the device: see nameplate_ecc.c. */
uint32_t nameplate_guarded_load(const uint8_t *from, int bytes)
{
	for (size_t i = 0; i < unreadable_count; i++)
		if (from >= unreadable[i] && from < unreadable[i] + 4)
			return NAMEPLATE_UNREADABLE;
	if (unstable && unstable >= from && unstable < from + bytes && stable_loads-- == 0)
		*unstable ^= 0x7F;
	return bytes == 1 ? *from : *(const uint32_t *)(const void *)from;
}
#endif

/* ---- vectors ------------------------------------------------------------------------------------------------- */

struct expected_value {
	unsigned key, type;
	uint8_t *bytes;
	size_t length;
};

struct vector {
	char name[64];
	uint8_t erased;
	uint8_t *flash;
	size_t size;
	char state[16];
	struct expected_value values[VALUES_MAX];
	size_t count;
};

static size_t hex_parse(const char *text, uint8_t *bytes)
{
	size_t n = 0;
	unsigned byte;

	for (; sscanf(text, "%2x", &byte) == 1; text += 2)
		bytes[n++] = (uint8_t)byte;
	return n;
}

static void vector_free(struct vector *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->values[i].bytes);
	free(v->flash);
	memset(v, 0, sizeof *v);
}

static void vector_take_line(struct vector *v, const char *line)
{
	char *hex = test_malloc(LINE_MAX_BYTES);
	unsigned a, b;

	if (sscanf(line, "erased %x", &a) == 1) {
		v->erased = (uint8_t)a;
	} else if (sscanf(line, "size %u", &a) == 1) {
		v->size = a;
		v->flash = aligned_alloc(REGION_ALIGN, a);
		assert_non_null(v->flash);
		memset(v->flash, v->erased, a);
		unreadable_count = 0;
	} else if (sscanf(line, "at %u %19999s", &a, hex) == 2) {
		assert_true(a + strlen(hex) / 2 <= v->size);
		hex_parse(hex, v->flash + a);
	} else if (sscanf(line, "unreadable %u", &a) == 1) {
		assert_true(unreadable_count < UNREADABLE_MAX);
		unreadable[unreadable_count++] = v->flash + a;
	} else if (sscanf(line, "expect state %15s", v->state) == 1) {
		/* taken */
	} else if (sscanf(line, "expect value %u %u %19999s", &a, &b, hex) == 3) {
		struct expected_value *value = &v->values[v->count++];

		assert_true(v->count <= VALUES_MAX);
		value->key = a;
		value->type = b;
		value->bytes = malloc(strlen(hex) + 1);
		assert_non_null(value->bytes);
		value->length = hex_parse(hex, value->bytes);
	} else if (sscanf(line, "cell %u", &a) != 1 && strncmp(line, "expect append ", 14) != 0) {
		fail_msg("%s: unknown line in vector %s: %s", vectors_path, v->name, line);
	}
	test_free(hex);
}

/* Named values are expected with the name field: its first byte, the name. */
static unsigned name_length(const struct expected_value *value)
{
	return value->key == NAMEPLATE_KEY_NAMED ? value->bytes[0] & 0x1Fu : 0;
}

static const struct expected_value *vector_value(const struct vector *v, unsigned key)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->values[i].key == key)
			return &v->values[i];
	return NULL;
}

static void check_value(const struct vector *v, const struct expected_value *want, const struct nameplate_value *got)
{
	const unsigned skip = want->key == NAMEPLATE_KEY_NAMED ? 1 + name_length(want) : 0;

	if (got->type != want->type || got->length != want->length - skip ||
	    memcmp(got->bytes, want->bytes + skip, got->length))
		fail_msg("vector %s, key %u %.*s: type %u, length %u or bytes differ", v->name, want->key,
			 (int)name_length(want), (const char *)want->bytes + 1, got->type, got->length);
}

static void vector_check(const struct vector *v)
{
	const struct nameplate_region region = {v->flash, (uint32_t)v->size};
	const int without = strcmp(v->state, "damaged") ? NAMEPLATE_NONE : NAMEPLATE_DAMAGED;

	for (unsigned key = 1; key < 255; key++) {
		const struct expected_value *want = vector_value(v, key);
		struct nameplate_value got = {NULL, 0, 0};
		const int result = nameplate_find(&region, (uint8_t)key, &got);

		if (result != (want ? 0 : without))
			fail_msg("vector %s, key %u: result %d, want %d", v->name, key, result, want ? 0 : without);
		if (!want)
			continue;
		check_value(v, want, &got);
	}
}

static void vector_check_names(const struct vector *v)
{
	const struct nameplate_region region = {v->flash, (uint32_t)v->size};

	for (size_t i = 0; i < v->count; i++) {
		const struct expected_value *want = &v->values[i];
		struct nameplate_value got;
		char name[33] = "serial";

		if (want->key == NAMEPLATE_KEY_NAMED)
			snprintf(name, sizeof name, "%.*s", (int)name_length(want), (const char *)want->bytes + 1);
		else if (want->key != NAMEPLATE_KEY_SERIAL)
			continue;
		if (strcmp(name, "serial") == 0 && !(want = vector_value(v, NAMEPLATE_KEY_SERIAL))) {
			assert_int_equal(nameplate_find_name(&region, name, &got),
					 NAMEPLATE_NONE); /* the one of key 255 is another */
			continue;
		}
		if (nameplate_find_name(&region, name, &got) != 0)
			fail_msg("vector %s: %s is not found by its name", v->name, name);
		check_value(v, want, &got);
		strcat(name, "~");
		if (nameplate_find_name(&region, name, &got) != NAMEPLATE_NONE)
			fail_msg("vector %s: there is a %s", v->name, name);
	}
}

static int is_variable(const struct expected_value *want, const struct nameplate_variable *variable)
{
	if (want->key != variable->key || want->key != NAMEPLATE_KEY_NAMED)
		return want->key == variable->key;
	return variable->name_length == name_length(want) && variable->secret == want->bytes[0] >> 7 &&
	       memcmp(variable->name, want->bytes + 1, variable->name_length) == 0;
}

static void vector_check_walk(const struct vector *v)
{
	const struct nameplate_region region = {v->flash, (uint32_t)v->size};
	struct nameplate_variable variable;
	struct nameplate_walk walk;
	size_t seen = 0;
	int err = nameplate_begin(&region, &walk);

	if (err != (!strcmp(v->state, "ok") ? 0 : !strcmp(v->state, "none") ? NAMEPLATE_NONE : NAMEPLATE_DAMAGED))
		fail_msg("vector %s: the walk begins with %d", v->name, err);
	for (; !err && nameplate_next(&walk, &variable) == 0; seen++) {
		size_t i = 0;

		while (i < v->count && !is_variable(&v->values[i], &variable))
			i++;
		if (i == v->count)
			fail_msg("vector %s: the walk shows key %u %.*s", v->name, variable.key, variable.name_length,
				 variable.name);
		check_value(v, &v->values[i], &variable.value);
	}
	if (seen != v->count)
		fail_msg("vector %s: the walk shows %zu variables of %zu", v->name, seen, v->count);
}

static void vector_check_all(const struct vector *v)
{
#ifndef NAMEPLATE_GUARDED_LOADS
	if (unreadable_count)
		return;
#endif
	vector_check(v);
	vector_check_names(v);
	vector_check_walk(v);
}

static void every_vector_gives_the_expected_values(void **state)
{
	FILE *file = fopen(vectors_path, "r");
	char *line = test_malloc(LINE_MAX_BYTES);
	struct vector v = {0};
	int count = 0;

	(void)state;
	if (!file)
		fail_msg("cannot read %s: %s (run from the project's root or name the file)", vectors_path,
			 strerror(errno));
	while (fgets(line, LINE_MAX_BYTES, file)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (strncmp(line, "vector ", 7) == 0) {
			if (v.flash)
				vector_check_all(&v);
			vector_free(&v);
			sscanf(line, "vector %63s", v.name);
			count++;
		} else {
			vector_take_line(&v, line);
		}
	}
	vector_check_all(&v);
	vector_free(&v);
	test_free(line);
	fclose(file);
	assert_true(count >= 450);
}

/* ---- a store with an old and a new serial --------------------------------------------------------------------- */

static size_t put_entry(uint8_t *area, size_t at, uint32_t cell, uint32_t type_key, uint32_t value)
{
	uint8_t word[4];

	store_put32(word, value);
	return store_put_entry(area, at, cell, type_key, word, sizeof word);
}

/* Returns the bytes in use. Both serials are in the first area, the new one packed if so wished. */
static size_t sample_store(uint8_t *flash, uint32_t cell, int packed)
{
	size_t used;

	memset(flash, cell < 128 ? 0xFF : 0, SAMPLE_SIZE);
	used = put_entry(flash, 0, cell, 0, 1u << 28 | 4u << 16 | 1);
	used += put_entry(flash, used, cell, 1 << 12, OLD_SERIAL);
	used += put_entry(flash, used, packed ? 4 : cell, 1 << 12, NEW_SERIAL);
	return used;
}

static const struct {
	uint32_t cell;
	int packed;
} shapes[] = {{4, 0}, {8, 0}, {8, 1}, {16, 0}, {32, 0}, {32, 1}, {64, 0}, {128, 0}, {128, 1}};

#define SHAPES (sizeof shapes / sizeof *shapes)

static uint32_t read_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Fails unless the store gives the old serial, the new one, none, or says damaged. Reads every byte of a value. */
static void check_no_third_value(const uint8_t *flash, uint32_t size, const char *how, unsigned long which)
{
	const struct nameplate_region region = {flash, size};
	struct nameplate_value value;

	if (nameplate_find(&region, 1, &value) != 0)
		return;
	if (value.bytes < flash || value.bytes + value.length > flash + size)
		fail_msg("%s %lu: the value lies outside the region", how, which);
	if (value.type != NAMEPLATE_UNSIGNED || value.length != 4 ||
	    (read_u32(value.bytes) != OLD_SERIAL && read_u32(value.bytes) != NEW_SERIAL))
		fail_msg("%s %lu: a third value", how, which);
}

static uint8_t *sample_alloc(size_t size)
{
	uint8_t *flash = aligned_alloc(REGION_ALIGN, size);

	assert_non_null(flash);
	return flash;
}

static void every_flipped_bit_gives_old_new_or_none(void **state)
{
	uint8_t *flash = sample_alloc(SAMPLE_SIZE);

	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		const size_t used = sample_store(flash, shapes[i].cell, shapes[i].packed);

		for (unsigned long bit = 0; bit < used * 8; bit++) {
			flash[bit / 8] ^= (uint8_t)(1u << bit % 8);
			check_no_third_value(flash, SAMPLE_SIZE, "flipped bit", bit);
			flash[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	free(flash);
}

static void every_truncation_gives_old_new_or_none(void **state)
{
	uint8_t *flash = sample_alloc(SAMPLE_SIZE);

	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		size_t used = sample_store(flash, shapes[i].cell, shapes[i].packed);

		while (used-- > 0) {
			flash[used] = shapes[i].cell < 128 ? 0xFF : 0;
			check_no_third_value(flash, SAMPLE_SIZE, "truncated to byte", used);
		}
	}
	free(flash);
}

static void a_region_that_ends_early_is_never_read_beyond(void **state)
{
	uint8_t sample[SAMPLE_SIZE];

	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		sample_store(sample, shapes[i].cell, shapes[i].packed);
		for (uint32_t size = 1024; size <= SAMPLE_SIZE; size += 1024) {
			uint8_t *flash = sample_alloc(size); /* its own block, so that ASan sees any read beyond it */

			memcpy(flash, sample, size);
			check_no_third_value(flash, size, "region of bytes", size);
			free(flash);
		}
	}
}

static uint32_t random_state;

static uint32_t random_next(void) /* xorshift32 */
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* One to eight words: random, blank, a copy of another word, or a bit flipped; mostly near the entries. */
static void mutate(uint8_t *flash, size_t used)
{
	for (uint32_t n = random_next() % 8 + 1; n > 0; n--) {
		const size_t limit = random_next() % 4 ? used : SAMPLE_SIZE;
		uint8_t *p = flash + random_next() % (limit / 4) * 4;

		switch (random_next() % 5) {
		case 0:
			store_put32(p, random_next());
			break;
		case 1:
			store_put32(p, random_next() & 1 ? 0xFFFFFFFF : 0);
			break;
		case 2:
			memmove(p, flash + random_next() % (used / 4) * 4, 4);
			break;
		case 3:
			p[random_next() % 4] ^= (uint8_t)(1u << random_next() % 8);
			break;
		default:
			store_put32(p, 0x35u << 26 | (random_next() & 0x03FFFFFF));
			break;
		}
	}
}

static void a_hundred_thousand_mutations_give_old_new_or_none(void **state)
{
	uint8_t *flash = sample_alloc(SAMPLE_SIZE);

	(void)state;
	random_state = SEED;
	for (unsigned long i = 0; i < MUTATIONS; i++) {
		const uint32_t cell = 4u << random_next() % 6;
		const size_t used = sample_store(flash, cell, random_next() & 1);

		mutate(flash, used);
		check_no_third_value(flash, SAMPLE_SIZE, "seed 0x4E616D65, mutation", i);
	}
	free(flash);
}

/* ---- nameplate_serial ------------------------------------------------------------------------------------------ */

static void the_serial_comes_from_the_linkers_region(void **state)
{
	uint32_t serial = 7;

	(void)state;
	sample_store(linked_flash, 8, 0);
	assert_int_equal(nameplate_serial(&serial), 0);
	assert_int_equal(serial, NEW_SERIAL);
}

static void an_error_leaves_the_output_as_it_was(void **state)
{
	uint32_t serial = 7;

	(void)state;
	memset(linked_flash, 0xFF, SAMPLE_SIZE);
	assert_int_equal(nameplate_serial(&serial), NAMEPLATE_NONE);
	linked_flash[5] = 0x12;
	assert_int_equal(nameplate_serial(&serial), NAMEPLATE_DAMAGED);
	assert_int_equal(serial, 7);
}

static void a_text_serial_is_no_number(void **state)
{
	uint32_t serial = 7;

	(void)state;
	sample_store(linked_flash, 4, 0);
	put_entry(linked_flash, 36, 4, NAMEPLATE_TEXT << 20 | 1 << 12, 0x32343030);
	assert_int_equal(nameplate_serial(&serial), NAMEPLATE_TYPE);
	assert_int_equal(serial, 7);
}

#ifdef NAMEPLATE_GUARDED_LOADS
/* Whatever byte of a named variable changes its mind, and whenever: the value that is found lies in its entry. */
static void a_byte_that_changes_leaves_the_value_inside_its_entry(void **state)
{
	static const char name_and_value[] = "\4note"
					     "two words";
	const size_t length = sizeof name_and_value - 1;
	const struct nameplate_region region = {linked_flash, SAMPLE_SIZE};
	size_t found = 0, none = 0;

	(void)state;
	for (size_t byte = 0; byte < 4 + length + 4; byte++) {
		for (unsigned loads = 0; loads < 12; loads++) {
			const size_t at = sample_store(linked_flash, 4, 0);
			const uint8_t *entry = linked_flash + at;
			struct nameplate_value value = {linked_flash, 1, 0};
			int err;

			store_put_entry(linked_flash, at, 4,
					STORE_TYPE(NAMEPLATE_TEXT) | STORE_KEY(NAMEPLATE_KEY_NAMED), name_and_value,
					length);
			unstable = linked_flash + at + byte;
			stable_loads = loads;
			err = nameplate_find_name(&region, "note", &value);
			unstable = NULL;
			if (err) {
				assert_int_equal(err, NAMEPLATE_NONE);
				none++;
				continue;
			}
			assert_true(value.bytes > entry + 4 && value.bytes + value.length <= entry + 4 + length);
			found++;
		}
	}
	assert_true(found > 0 && none > 0);
}
#endif

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_gives_the_expected_values),
		cmocka_unit_test(every_flipped_bit_gives_old_new_or_none),
		cmocka_unit_test(every_truncation_gives_old_new_or_none),
		cmocka_unit_test(a_region_that_ends_early_is_never_read_beyond),
		cmocka_unit_test(a_hundred_thousand_mutations_give_old_new_or_none),
		cmocka_unit_test(the_serial_comes_from_the_linkers_region),
		cmocka_unit_test(an_error_leaves_the_output_as_it_was),
		cmocka_unit_test(a_text_serial_is_no_number),
#ifdef NAMEPLATE_GUARDED_LOADS
		cmocka_unit_test(a_byte_that_changes_leaves_the_value_inside_its_entry),
#endif
	};

	if (argc > 1)
		vectors_path = argv[1];
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
