/* SPDX-License-Identifier: MIT */
/* The typed getters of the C reader, on a store that is built here: each stored type and width into each type of C. */
#include <float.h>
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

#define REGION_SIZE 8192
#define KEY         9 /* any that the registry does not know */

/* The symbols that a linker script gives to firmware. */
static uint8_t linked_flash[REGION_SIZE] __attribute__((aligned(128), used));
__asm__(".globl _nameplate_start, _nameplate_end\n"
	".set _nameplate_start, linked_flash\n"
	".set _nameplate_end, linked_flash + 8192");

static size_t used;

/* A packed entry after those that are there. */
static void put_entry(unsigned key, unsigned type, const void *value, size_t length)
{
	assert_true(used + 8 + (length + 3) / 4 * 4 <= REGION_SIZE / 2);
	used += store_put_entry(linked_flash, used, 4, STORE_TYPE(type) | STORE_KEY(key), value, length);
}

static int blank_store(void **state)
{
	uint8_t word[4];

	(void)state;
	used = 0;
	memset(linked_flash, 0xFF, REGION_SIZE);
	store_put32(word, 1u << 28 | 4u << 16 | 1);
	put_entry(0, NAMEPLATE_UNSIGNED, word, 4);
	return 0;
}

static void put_named(const char *name, unsigned type, const void *value, size_t length)
{
	uint8_t bytes[1100];
	const size_t count = strlen(name);

	bytes[0] = (uint8_t)count;
	memcpy(bytes + 1, name, count);
	memcpy(bytes + 1 + count, value, length);
	put_entry(NAMEPLATE_KEY_NAMED, type, bytes, 1 + count + length);
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

/* A whole number between -2^63 and 2^64 - 1. */
/* clang-format off */
struct number {
    uint64_t bits;
    int negative;
};

static const struct number numbers[] = {
    {0, 0}, {1, 0}, {42, 0}, {0x7F, 0}, {0x80, 0}, {0xFF, 0}, {0x100, 0}, {0x7FFF, 0}, {0x8000, 0}, {0xFFFF, 0},
    {0x10000, 0}, {0x7FFFFFFF, 0}, {0x80000000, 0}, {0xFFFFFFFF, 0}, {0x100000000, 0}, {INT64_MAX, 0},
    {(uint64_t)INT64_MAX + 1, 0}, {UINT64_MAX, 0}, {(uint64_t)-1, 1}, {(uint64_t)-42, 1}, {(uint64_t)-128, 1},
    {(uint64_t)-129, 1}, {(uint64_t)-32768, 1}, {(uint64_t)-32769, 1}, {(uint64_t)INT32_MIN, 1},
    {(uint64_t)INT32_MIN - 1, 1}, {(uint64_t)INT64_MIN, 1},
};
/* clang-format on */

/* Whether a type of `size` bytes holds the number. */
static int holds(struct number n, int is_signed, unsigned size)
{
	const uint64_t top = UINT64_MAX >> (64 - 8 * size + (unsigned)is_signed);

	return n.negative ? is_signed && (int64_t)n.bits >= -(int64_t)top - 1 : n.bits <= top;
}

/* One getter's outcome: the result, and what it left in a number that was `before`. */
/* clang-format off */
#define READ(suffix, ctype)                                                                    \
    {                                                                                          \
        ctype by_name = (ctype)before, by_key = (ctype)before;                                 \
        const int result = nameplate_##suffix("v", &by_name);                                  \
                                                                                               \
        assert_int_equal(nameplate_key_##suffix(KEY, &by_key), result);                        \
        if (by_key != by_name || result != want || (uint64_t)by_name != (want ? (uint64_t)(ctype)before : n.bits)) \
            fail_msg("0x%llx stored in %u bytes, read as " #suffix ": result %d, want %d",     \
                     (unsigned long long)n.bits, length, result, want);                        \
    }                                                                                          \
    break
/* clang-format on */

static void check_number(struct number n, unsigned length, int is_signed, unsigned size)
{
	const int want = holds(n, is_signed, size) ? 0 : NAMEPLATE_RANGE;
	const int before = 0x5A;

	/* clang-format off */
    switch (size * 2 + (unsigned)is_signed) {
    case 2: READ(u8, uint8_t);
    case 3: READ(i8, int8_t);
    case 4: READ(u16, uint16_t);
    case 5: READ(i16, int16_t);
    case 8: READ(u32, uint32_t);
    case 9: READ(i32, int32_t);
    case 16: READ(u64, uint64_t);
    case 17: READ(i64, int64_t);
    default: fail();
    }
	/* clang-format on */
}

static void a_whole_number_is_read_into_every_type_that_holds_it_and_refused_by_the_others(void **state)
{
	unsigned tried = 0;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		for (unsigned form = 0; form < 8; form++) {
			const unsigned length = 1u << form / 2;
			const int is_signed = form & 1;

			if (!holds(numbers[i], is_signed, length))
				continue;
			blank_store(state);
			put_named("v", is_signed ? NAMEPLATE_SIGNED : NAMEPLATE_UNSIGNED, &numbers[i].bits, length);
			put_entry(KEY, is_signed ? NAMEPLATE_SIGNED : NAMEPLATE_UNSIGNED, &numbers[i].bits, length);
			for (unsigned want = 0; want < 8; want++, tried++)
				check_number(numbers[i], length, want & 1, 1u << want / 2);
		}
	assert_int_equal(tried, 896);
}

static void a_number_of_an_impossible_length_is_no_number(void **state)
{
	const unsigned lengths[] = {0, 3, 5, 6, 7, 9, 12, 16, 256};
	const uint8_t zeros[256] = {0};
	uint64_t number = 7;

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		blank_store(state);
		put_named("v", i & 1 ? NAMEPLATE_SIGNED : NAMEPLATE_UNSIGNED, zeros, lengths[i]);
		assert_int_equal(nameplate_u64("v", &number), NAMEPLATE_TYPE);
		assert_int_equal(number, 7);
	}
}

static void a_value_of_another_type_is_no_number(void **state)
{
	const unsigned types[] = {NAMEPLATE_FLOAT, NAMEPLATE_TEXT, NAMEPLATE_BYTES, NAMEPLATE_MAC};
	uint32_t number = 7;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		blank_store(state);
		put_named("v", types[i], "\1\0\0\0", 4);
		assert_int_equal(nameplate_u32("v", &number), NAMEPLATE_TYPE);
		assert_int_equal(number, 7);
	}
}

static void a_float_is_read_bit_for_bit_in_its_own_width_only(void **state)
{
	const float small[] = {0.0f, -0.0f, 1.0023f, FLT_MIN, FLT_MAX, -FLT_TRUE_MIN};
	const double large[] = {0.0, -0.0, 1.0023, DBL_MIN, DBL_MAX, -DBL_TRUE_MIN};

	for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
		float f = 7;
		double d = 7;

		blank_store(state);
		put_named("v", NAMEPLATE_FLOAT, &small[i], 4);
		put_entry(KEY, NAMEPLATE_FLOAT, &large[i], 8);
		assert_int_equal(nameplate_f64("v", &d), NAMEPLATE_TYPE);
		assert_int_equal(nameplate_key_f32(KEY, &f), NAMEPLATE_TYPE);
		assert_true(f == 7 && d == 7);
		assert_int_equal(nameplate_f32("v", &f), 0);
		assert_int_equal(nameplate_key_f64(KEY, &d), 0);
		assert_memory_equal(&f, &small[i], 4);
		assert_memory_equal(&d, &large[i], 8);
	}
}

/* ---- text, bytes, MAC ------------------------------------------------------------------------------------------ */

static void a_text_ends_with_nul_and_is_never_shortened(void **state)
{
	char buffer[12];

	(void)state;
	put_named("v", NAMEPLATE_TEXT, "two words", 9);
	memset(buffer, '#', sizeof buffer);
	for (uint16_t size = 0; size < 10; size++)
		assert_int_equal(nameplate_text("v", buffer, size), NAMEPLATE_RANGE);
	assert_memory_equal(buffer, "############", 12);
	assert_int_equal(nameplate_text("v", buffer, 10), 9);
	assert_memory_equal(buffer, "two words\0##", 12);
	assert_int_equal(nameplate_bytes("v", (uint8_t *)buffer, sizeof buffer), NAMEPLATE_TYPE);
}

static void an_empty_text_and_a_long_one(void **state)
{
	char text[1023], buffer[1100];

	(void)state;
	memset(text, 'x', sizeof text);
	put_named("empty", NAMEPLATE_TEXT, "", 0);
	put_entry(KEY, NAMEPLATE_TEXT, text, sizeof text);
	assert_int_equal(nameplate_text("empty", buffer, 0), NAMEPLATE_RANGE);
	assert_int_equal(nameplate_text("empty", buffer, 1), 0);
	assert_string_equal(buffer, "");
	assert_int_equal(nameplate_key_text(KEY, buffer, 1023), NAMEPLATE_RANGE);
	assert_int_equal(nameplate_key_text(KEY, buffer, 1024), 1023);
	assert_int_equal(strlen(buffer), 1023);
}

static void bytes_go_into_a_buffer_that_holds_them_all(void **state)
{
	uint8_t buffer[6];

	(void)state;
	put_named("v", NAMEPLATE_BYTES, "\1\2\0\4", 4);
	put_named("none", NAMEPLATE_BYTES, "", 0);
	memset(buffer, '#', sizeof buffer);
	assert_int_equal(nameplate_bytes("v", buffer, 3), NAMEPLATE_RANGE);
	assert_memory_equal(buffer, "######", 6);
	assert_int_equal(nameplate_bytes("v", buffer, 6), 4);
	assert_memory_equal(buffer, "\1\2\0\4##", 6);
	assert_int_equal(nameplate_bytes("none", buffer, 0), 0);
	assert_int_equal(nameplate_text("v", (char *)buffer, 6), NAMEPLATE_TYPE);
}

static void a_mac_is_six_bytes_of_type_mac(void **state)
{
	uint8_t mac[6] = {0};

	(void)state;
	put_named("short", NAMEPLATE_MAC, "\2\0\0\1\2", 5);
	put_named("bytes", NAMEPLATE_BYTES, "\2\0\0\1\2\3", 6);
	put_named("mac", NAMEPLATE_MAC, "\2\0\0\1\2\3", 6);
	put_entry(KEY, NAMEPLATE_MAC, "\6\5\4\3\2\1", 6);
	assert_int_equal(nameplate_mac("short", mac), NAMEPLATE_TYPE);
	assert_int_equal(nameplate_mac("bytes", mac), NAMEPLATE_TYPE);
	assert_memory_equal(mac, "\0\0\0\0\0\0", 6);
	assert_int_equal(nameplate_mac("mac", mac), 0);
	assert_memory_equal(mac, "\2\0\0\1\2\3", 6);
	assert_int_equal(nameplate_key_mac(KEY, mac), 0);
	assert_memory_equal(mac, "\6\5\4\3\2\1", 6);
}

/* ---- which variable -------------------------------------------------------------------------------------------- */

static void a_name_is_the_whole_name(void **state)
{
	/* clang-format off */
    const char *const others[] = {"", "of", "offse", "offset0", "Offset", "offset.", "serial0", "seria",
                                  "a-name-of-more-than-thirty-one-letters"};
	/* clang-format on */
	int8_t number = 7;

	(void)state;
	put_named("offset", NAMEPLATE_SIGNED, "\xEF", 1);
	put_entry(NAMEPLATE_KEY_SERIAL, NAMEPLATE_UNSIGNED, "\5\0\0\0", 4);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_int_equal(nameplate_i8(others[i], &number), NAMEPLATE_NONE);
	assert_int_equal(number, 7);
	assert_int_equal(nameplate_i8("offset", &number), 0);
	assert_int_equal(number, -17);
}

static void the_serial_has_a_name_and_a_key(void **state)
{
	uint32_t a = 0, b = 0, c = 0;

	(void)state;
	put_entry(NAMEPLATE_KEY_SERIAL, NAMEPLATE_UNSIGNED, "\x2a\0\0\0", 4);
	assert_int_equal(nameplate_u32("serial", &a), 0);
	assert_int_equal(nameplate_key_u32(NAMEPLATE_KEY_SERIAL, &b), 0);
	assert_int_equal(nameplate_serial(&c), 0);
	assert_true(a == 42 && b == 42 && c == 42);
}

static void the_newest_value_counts_and_a_deleted_one_is_none(void **state)
{
	uint8_t number = 0;

	(void)state;
	put_named("v", NAMEPLATE_UNSIGNED, "\1", 1);
	put_named("v", NAMEPLATE_UNSIGNED, "\2", 1);
	assert_int_equal(nameplate_u8("v", &number), 0);
	assert_int_equal(number, 2);
	put_named("v", 5, "", 0);
	assert_int_equal(nameplate_u8("v", &number), NAMEPLATE_NONE);
	put_named("v", NAMEPLATE_TEXT, "3", 1);
	assert_int_equal(nameplate_u8("v", &number), NAMEPLATE_TYPE);
	assert_int_equal(number, 2);
}

static void without_a_store_every_getter_says_why(void **state)
{
	uint8_t number = 7;

	(void)state;
	memset(linked_flash, 0xFF, REGION_SIZE);
	assert_int_equal(nameplate_u8("v", &number), NAMEPLATE_NONE);
	linked_flash[0] = 0x12;
	assert_int_equal(nameplate_u8("v", &number), NAMEPLATE_DAMAGED);
	assert_int_equal(nameplate_key_u8(KEY, &number), NAMEPLATE_DAMAGED);
	assert_int_equal(number, 7);
}

#define GETTER_TEST(name) cmocka_unit_test_setup(name, blank_store)

int main(void)
{
	/* clang-format off */
    const struct CMUnitTest tests[] = {
        GETTER_TEST(a_whole_number_is_read_into_every_type_that_holds_it_and_refused_by_the_others),
        GETTER_TEST(a_number_of_an_impossible_length_is_no_number),
        GETTER_TEST(a_value_of_another_type_is_no_number),
        GETTER_TEST(a_float_is_read_bit_for_bit_in_its_own_width_only),
        GETTER_TEST(a_text_ends_with_nul_and_is_never_shortened),
        GETTER_TEST(an_empty_text_and_a_long_one),
        GETTER_TEST(bytes_go_into_a_buffer_that_holds_them_all),
        GETTER_TEST(a_mac_is_six_bytes_of_type_mac),
        GETTER_TEST(a_name_is_the_whole_name),
        GETTER_TEST(the_serial_has_a_name_and_a_key),
        GETTER_TEST(the_newest_value_counts_and_a_deleted_one_is_none),
        GETTER_TEST(without_a_store_every_getter_says_why),
    };
	/* clang-format on */

	return cmocka_run_group_tests_name("getters", tests, NULL, NULL);
}
