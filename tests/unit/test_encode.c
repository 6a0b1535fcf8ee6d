/* SPDX-License-Identifier: MIT */
/*
 * tools/nameplate from the inside: values of every type, file formats and their checksums, the shared vectors, and files that are
 * cut short or mutated.
 *
 *     test_encode [tests/vectors/store.txt]
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "decode.h"
#include "dump.h"
#include "encode.h"
#include "formats/formats.h"
#include "number.h"
#include "value.h"

#define SEED        0x4E616D65u
#define FLOATS      200000
#define MUTATIONS   20000
#define LINE_BYTES  20000
#define NEW_SERIAL  "serial=305419896"
#define REGION_BASE 0x08010000u

static const char *vectors_path = "tests/vectors/store.txt";
static uint64_t random_state = SEED;

static uint64_t random_bits(void)
{
	random_state ^= random_state << 13; /* xorshift64 */
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* What the tool says of what these tests get wrong on purpose goes nowhere. */
static int quietly(int (*run)(const char *), const char *argument)
{
	const int kept = dup(STDERR_FILENO);
	int result;

	assert_non_null(freopen("/dev/null", "w", stderr));
	result = run(argument);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	return result;
}

/* ---- values --------------------------------------------------------------------------------------------------- */

static int refuse(const char *word)
{
	struct variable variable;

	return variable_parse(word, false, "", &variable);
}

static void value_is(const char *word, uint8_t type, const char *hex)
{
	struct variable variable;
	uint8_t bytes[64] = {0};

	assert_true(hex_take(hex, strlen(hex) / 2, bytes));
	assert_int_equal(variable_parse(word, false, "", &variable), 0);
	if (variable.type != type || variable.length != strlen(hex) / 2 ||
	    memcmp(variable.value, bytes, variable.length))
		fail_msg("%s: type %u, %u bytes, or bytes differ from %s", word, variable.type, variable.length, hex);
}

static void numbers_of_every_type_at_both_ends_of_their_range(void **state)
{
	static const struct {
		const char *word;
		uint8_t type;
		const char *hex;
	} good[] = {
		{"a:u8=0", 0, "00"},
		{"a:u8=255", 0, "ff"},
		{"a:u8=0xFf", 0, "ff"},
		{"a:u8=0x000000000000000000ff", 0, "ff"},
		{"a:u16=65535", 0, "ffff"},
		{"a:u32=4294967295", 0, "ffffffff"},
		{"a:u64=18446744073709551615", 0, "ffffffffffffffff"},
		{"a:u64=0xFFFFFFFFFFFFFFFF", 0, "ffffffffffffffff"},
		{"a:i8=-128", 1, "80"},
		{"a:i8=127", 1, "7f"},
		{"a:i8=-0", 1, "00"},
		{"a:i16=-32768", 1, "0080"},
		{"a:i32=-2147483648", 1, "00000080"},
		{"a:i64=-9223372036854775808", 1, "0000000000000080"},
		{"a:i64=9223372036854775807", 1, "ffffffffffffff7f"},
		{"a:i64=-1", 1, "ffffffffffffffff"},
		{"a=42", 0, "2a000000"},
		{"a=4294967296", 0, "0000000001000000"},
		{"a=-42", 1, "d6ffffff"},
		{"a=-2147483649", 1, "ffffff7fffffffff"},
		{"a=0x2A", 0, "2a000000"},
		{"a=18446744073709551616", 3, "3138343436373434303733373039353531363136"},
		{"a=0042", 3, "30303432"},
		{"a=-0", 3, "2d30"},
		{"a=+1", 3, "2b31"},
		{"a=", 3, ""},
		{"a=b=c", 3, "623d63"},
		{"a=0x", 3, "3078"},
		{"a=\\n", 3, "5c6e"},
		{"a:hex=", 4, ""},
		{"a:hex=00fF", 4, "00ff"},
		{"a:mac=02:00-aB:12:34:56", 6, "0200ab123456"},
		{"serial=7", 0, "07000000"},
		{"serial:text=7", 3, "37"},
		{"a:text:secret=x", 3, "78"},
		{"a:secret=5", 0, "05000000"},
	};
	/* clang-format off */
	static const char *const bad[] = {
		"a:u8=256", "a:u8=-1", "a:u8=-0", "a:u8=0x100", "a:i8=128", "a:i8=-129", "a:i8=0x80", "a:u16=65536", "a:u32=4294967296",
		"a:u64=18446744073709551616", "a:u64=0x10000000000000000", "a:i64=9223372036854775808", "a:i64=-9223372036854775809",
		"a:u8=00", "a:u8=01", "a:i8=-01", "a:u8=", "a:u8=x", "a:u8= 1", "a:u8=1 ", "a:u8=+1", "a:u8=0x", "a:u8=-0x1", "a:u8=1e2",
		"a:hex=0", "a:hex=0g", "a:mac=02:00:00:12:34", "a:mac=02:00:00:12:34:5", "a:mac=02:00:00:12:34:567", "a:mac=02.00.00.12.34.56",
		"a:mac=0:200:00:12:34:56", "a", "=1", "a b=1", "ä=1", "a:=1", "a::secret=1", "a:secret:u8=1", "a:U8=1", "a:u8:u8=1",
		"a:u8:secret:secret=1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1", "serial=-1", "serial=4294967296", "serial:secret=1",
		"serial:u64=1", "serial:hex=01", "serial=", "a:file=/nonexistent", "a:file=/", "a:file=",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		value_is(good[i].word, good[i].type, good[i].hex);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (!quietly(refuse, bad[i]))
			fail_msg("%s is not refused", bad[i]);
}

static void a_value_of_1023_bytes_fits_and_one_more_does_not(void **state)
{
	char word[2100] = "a:hex=";

	(void)state;
	memset(word + 6, '5', 2046);
	assert_int_equal(refuse(word), 0);
	memset(word + 6, '5', 2048);
	assert_int_equal(quietly(refuse, word), -1);
	memcpy(word, "a:text", 6);
	word[6] = '=';
	word[7 + 1023] = '\0';
	assert_int_equal(refuse(word), 0);
	word[7 + 1023] = 'x';
	word[7 + 1024] = '\0';
	assert_int_equal(quietly(refuse, word), -1);
}

static void floats_are_those_of_strtod_and_strtof_bit_for_bit(void **state)
{
	(void)state;
	for (int i = 0; i < FLOATS; i++) {
		const uint64_t bits = random_bits();
		uint8_t bytes[8];
		char text[64], wanted[8];
		double number;
		float single;

		memcpy(&number, &bits, sizeof number);
		if (i % 2) /* where singles are */
			snprintf(text, sizeof text, "%u.%ue%d", (unsigned)(bits >> 40), (unsigned)bits,
				 (int)(bits % 100) - 60);
		else
			snprintf(text, sizeof text, "%.*g", 1 + (int)(bits % 24), number);
		number = strtod(text, NULL);
		single = strtof(text, NULL);
		memcpy(wanted, &number, 8);
		if (number - number == 0 && number != 0) {
			assert_null(number_float(text, 8, bytes));
			assert_memory_equal(bytes, wanted, 8);
		}
		memcpy(wanted, &single, 4);
		if (single - single == 0 && single != 0) {
			assert_null(number_float(text, 4, bytes));
			assert_memory_equal(bytes, wanted, 4);
		}
	}
}

static void every_float_is_shown_as_what_is_read_back(void **state)
{
	/* clang-format off */
	static const uint64_t special[] = {0, 1, 0x8000000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000001,
					   0x000FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF, 0x3FF0000000000000, 0x7F800000, 0x7FC00001, 0x80000000};
	/* clang-format on */
	char text[NUMBER_TEXT_MAX];
	uint8_t bytes[8], again[8];

	(void)state;
	for (int i = 0; i < FLOATS; i++) {
		const uint64_t bits = i < (int)(sizeof special / sizeof special[0]) ? special[i] : random_bits();

		for (size_t count = 4; count <= 8; count += 4) {
			for (size_t at = 0; at < count; at++)
				bytes[at] = (uint8_t)(bits >> 8 * at);
			number_float_text(bytes, count, text);
			assert_null(number_float(text, count, again));
			assert_memory_equal(again, bytes, count);
		}
	}
	assert_non_null(number_float("1e39", 4, bytes));
	assert_non_null(number_float("1e-46", 4, bytes));
	assert_non_null(number_float("1e309", 8, bytes));
	assert_non_null(number_float("1e-400", 8, bytes));
	assert_non_null(number_float("inf", 8, bytes));
	assert_non_null(number_float("nan", 8, bytes));
	assert_non_null(number_float("0x1p3", 8, bytes));
	assert_non_null(number_float(".5", 8, bytes));
	assert_non_null(number_float("01.5", 8, bytes));
	assert_non_null(number_float("1.5 ", 8, bytes));
	assert_non_null(number_float("1,5", 8, bytes));
	assert_non_null(number_float("0x3f80", 4, bytes));
	assert_null(number_float("1.", 8, bytes));
	assert_null(number_float("-0", 8, bytes));
	assert_int_equal(bytes[7], 0x80);
}

/* By decoding: a code point from its bytes must make the same bytes again. */
static bool utf8_by_decoding(const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n;) {
		const size_t more = b[i] < 0x80       ? 0
				    : b[i] >> 5 == 6  ? 1
				    : b[i] >> 4 == 14 ? 2
				    : b[i] >> 3 == 30 ? 3
						      : 9;
		static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
		uint32_t point;

		if (more == 9 || i + more >= n)
			return false;
		point = more ? b[i] & (0x3Fu >> more) : b[i];
		for (size_t k = 1; k <= more; k++) {
			if (b[i + k] >> 6 != 2)
				return false;
			point = point << 6 | (b[i + k] & 0x3Fu);
		}
		if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
			return false;
		i += more + 1;
	}
	return true;
}

static void utf8_is_judged_as_by_decoding_it(void **state)
{
	(void)state;
	for (uint32_t word = 0; word < 1u << 22; word++) {
		/* every lead byte, with what may matter of those after it */
		const uint8_t bytes[4] = {(uint8_t)(word >> 14), (uint8_t)(word >> 6), (uint8_t)((word & 0x38u) << 2),
					  (uint8_t)(word << 5)};

		for (size_t n = 1; n <= 4; n++)
			if (is_utf8(bytes, n) != utf8_by_decoding(bytes, n))
				fail_msg("%02x %02x %02x %02x, the first %zu", bytes[0], bytes[1], bytes[2], bytes[3],
					 n);
	}
}

static void a_line_of_a_dump_gives_the_same_variable(void **state)
{
	static const uint8_t kinds[] = {TYPE_UNSIGNED, TYPE_SIGNED, TYPE_FLOAT, TYPE_TEXT, TYPE_BYTES, TYPE_MAC};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct variable variable = {.key = KEY_NAMED, .name = "x", .name_length = 1}, again;
		char *line;

		variable.type = kinds[random_bits() % sizeof kinds];
		variable.secret = random_bits() & 1;
		variable.length = variable.type == TYPE_MAC    ? 6
				  : variable.type > TYPE_FLOAT ? random_bits() % 12
							       : 4u << (random_bits() & 1);
		for (size_t at = 0; at < variable.length; at++)
			variable.value[at] =
				(uint8_t)(variable.type == TYPE_TEXT ? 1 + random_bits() % 127 : random_bits());
		assert_true(variable_line(&variable, &line));
		assert_int_equal(variable_parse(line, true, "", &again), 0);
		assert_memory_equal(&again, &variable, sizeof variable);
		free(line);
	}
}

/* ---- formats -------------------------------------------------------------------------------------------------- */

/* Writes random runs of a region across a 64 KiB boundary, and reads the file again. */
static void round_trip(void (*write)(const struct output *, FILE *))
{
	struct region region = {.base = 0x0800F000, .size = 0x2000, .erased = UINT32_MAX};
	uint8_t flash[0x2000], back[0x2000], wanted[0x2000];
	char path[] = "/tmp/test_encode.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "wb");
	struct run runs[3];
	struct output output = {&region, flash, runs, 3, {0, 0}};
	struct image image;

	assert_non_null(file);
	memset(wanted, 0xFF, sizeof wanted);
	for (size_t i = 0; i < sizeof flash; i++)
		flash[i] = (uint8_t)random_bits();
	for (uint32_t i = 0; i < 3; i++) {
		runs[i].start = i * 0xA00 + (uint32_t)(random_bits() % 0x200) * 4;
		runs[i].size = 4 + (uint32_t)(random_bits() % 0x80) * 4;
		memcpy(wanted + runs[i].start, flash + runs[i].start, runs[i].size);
	}
	write(&output, file);
	fclose(file);
	assert_int_equal(dump_load(path, &image), 0);
	assert_int_equal(image_read(&image, region.base, back, sizeof back),
			 runs[0].size + runs[1].size + runs[2].size);
	assert_memory_equal(back, wanted, sizeof wanted);
	image_free(&image);
	unlink(path);
}

static void hex_and_srec_are_read_as_they_were_written(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		round_trip(format_named("ihex")->write);
		round_trip(format_named("srec")->write);
	}
}

static int load(const char *text)
{
	char path[] = "/tmp/test_encode.XXXXXX";
	const int descriptor = mkstemp(path);
	struct image image;
	int result;

	assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
	close(descriptor);
	result = dump_load(path, &image);
	if (!result && image.is_binary)
		result = 1;
	if (result >= 0)
		image_free(&image);
	unlink(path);
	return result;
}

static void known_records_are_taken_and_wrong_ones_refused(void **state)
{
	/* clang-format off */
	static const char *const good[] = {
		":0300300002337A1E\n:00000001FF\n", ":0300300002337A1E\r\n\r\n:00000001FF\r\n", ":020000021200EA\n:0100000001FE\n:00000001FF",
		":0400000508000135B9\n:0100000001FE\n:00000001FF\n", "S00F000068656C6C6F202020202000003C\nS1060000010203F3\nS9030000FC\n",
		"S307080000000102ED\nS70508000000F2\n",
	};
	static const char *const bad[] = {
		":0300300002337A1F\n:00000001FF\n", ":0300300002337A1E\n", ":0300300002337A\n:00000001FF\n", ":030030000233\n", ":03003006023379\n",
		":0300300002337A1E\nx\n:00000001FF\n", ":00000001FF\n", ":0100000001FE\n:0100000002FD\n:00000001FF\n", ":020000020000FC\n:01",
		"S1060000010203F4\nS9030000FC\n", "S1060000010203F3\n", "S9030000FC\n", "S1FF\nS9030000FC\n", "S1060000010203F3\nhello\n", "",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (load(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (quietly(load, bad[i]) != -1)
			fail_msg("taken: %s", bad[i]);
}

/* ---- the shared vectors --------------------------------------------------------------------------------------- */

/* clang-format off */
struct vector {
	char name[64], state[16];
	struct region region;
	uint8_t *flash;
	long append; /* -1: not told */
	bool unreadable; /* a word cannot be read: no file can say so */
	struct variable values[80];
	size_t count;
};
/* clang-format on */

static void vector_value(struct vector *v, unsigned key, unsigned type, const char *hex)
{
	struct variable *variable = &v->values[v->count++];
	uint8_t bytes[LENGTH_MAX + 1];
	size_t size = hex[0] == '-' ? 0 : strlen(hex) / 2, lead = 0;

	assert_true(v->count <= 80 && size <= LENGTH_MAX);
	hex_take(hex, size, bytes);
	memset(variable, 0, sizeof *variable);
	variable->key = (uint8_t)key;
	variable->type = (uint8_t)type;
	if (key == KEY_NAMED) {
		variable->secret = bytes[0] >> 7;
		variable->name_length = bytes[0] & 31;
		memcpy(variable->name, bytes + 1, variable->name_length);
		lead = 1u + variable->name_length;
	}
	variable->length = (uint16_t)(size - lead);
	memcpy(variable->value, bytes + lead, size - lead);
}

static void vector_line(struct vector *v, const char *line)
{
	static char hex[LINE_BYTES];
	unsigned a, b;

	if (sscanf(line, "erased %x", &a) == 1) {
		v->region.erased = a ? UINT32_MAX : 0;
	} else if (sscanf(line, "cell %u", &a) == 1) {
		v->region.cell = a;
		v->region.words = a > 32 ? 1 : a / 4;
	} else if (sscanf(line, "size %u", &a) == 1) {
		v->region.base = REGION_BASE;
		v->region.size = a;
		v->region.areas = a >= 4096 ? 2 : 1;
		v->flash = region_bytes(&v->region);
		memset(v->flash, (int)(v->region.erased & 0xFF), a);
	} else if (sscanf(line, "at %u %19999s", &a, hex) == 2) {
		assert_true(a + strlen(hex) / 2 <= v->region.size && hex_take(hex, strlen(hex) / 2, v->flash + a));
	} else if (sscanf(line, "unreadable %u", &a) == 1) {
		v->unreadable = true;
	} else if (sscanf(line, "expect value %u %u %19999s", &a, &b, hex) == 3) {
		vector_value(v, a, b, hex);
	} else if (sscanf(line, "expect append %ld", &v->append) != 1) {
		sscanf(line, "expect state %15s", v->state);
	}
}

/* In any order. */
static void expect_decoded(const struct vector *v, const struct decoded *decoded)
{
	static const char *const states[] = {"ok", "none", "damaged"};

	if (strcmp(states[decoded->state], v->state) || decoded->variables.count != v->count)
		fail_msg("vector %s: %s with %zu values, wanted %s with %zu", v->name, states[decoded->state],
			 decoded->variables.count, v->state, v->count);
	for (size_t i = 0; i < v->count; i++) {
		size_t at = 0;

		while (at < v->count && memcmp(&decoded->variables.list[at], &v->values[i], sizeof v->values[i]))
			at++;
		if (at == v->count)
			fail_msg("vector %s: the value of key %u, %s, is missing or differs", v->name, v->values[i].key,
				 v->values[i].name);
	}
}

static const struct vector *vector_now;

/*
 * An update that may be refused. What it writes may even not be found again, where a hidden store comes to life after it that
 * no writer leaves: then the command refuses, by decodes_to.
 */
static int update(const char *word)
{
	struct variables variables = {NULL, 0};
	struct change change;
	int err;

	assert_int_equal(variables_take(&variables, word), 0);
	err = encode(&vector_now->region, vector_now->flash, &variables, &change);
	if (!err)
		change_free(&change);
	variables_free(&variables);
	return err;
}

static unsigned compactions;

static void vector_play(struct vector *v)
{
	struct variables variables = {NULL, 0};
	struct change change;
	struct decoded decoded;

	assert_int_equal(decode(&v->region, v->flash, &decoded), 0);
	expect_decoded(v, &decoded);
	decoded_free(&decoded);
	if (v->append >= 0) {
		assert_int_equal(variables_take(&variables, NEW_SERIAL), 0);
		assert_int_equal(encode(&v->region, v->flash, &variables, &change), 0);
		/* What looks like an unfinished compaction in the other area is a reason to compact, not to append. */
		compactions += change.erase.size != 0;
		if (!change.erase.size && change.runs[0].start != (uint32_t)v->append)
			fail_msg("vector %s: appends at %u, wanted %ld", v->name, change.runs[0].start, v->append);
		assert_true(decodes_to(&v->region, v->flash, &variables));
		change_free(&change);
		variables_free(&variables);
	} else {
		vector_now = v;
		quietly(update, NEW_SERIAL);
	}
}

static void each_vector(void (*play)(struct vector *), unsigned least)
{
	FILE *file = fopen(vectors_path, "r");
	static char line[LINE_BYTES];
	static struct vector v;
	unsigned played = 0;
	char name[64];

	assert_non_null(file);
	memset(&v, 0, sizeof v);
	for (bool more = true; more;) {
		more = fgets(line, sizeof line, file) != NULL;
		if (!more || sscanf(line, "vector %63s", name) == 1) {
			if (v.flash && !v.unreadable) {
				play(&v);
				played++;
			}
			free(v.flash);
			memset(&v, 0, sizeof v);
			v.append = -1;
			memcpy(v.name, name, sizeof name);
		} else if (*line != '#') {
			vector_line(&v, line);
		}
	}
	fclose(file);
	assert_true(played >= least);
}

static void vectors_decode_and_are_appended_to_where_they_say(void **state)
{
	(void)state;
	compactions = 0;
	each_vector(vector_play, 100);
	assert_in_range(compactions, 1, 20);
}

/* ---- damage --------------------------------------------------------------------------------------------------- */

static unsigned mutations;

/* Some bytes differ, or the end is missing. Both ways of reading must agree, which decode sees to. */
static void mutate(struct vector *v)
{
	uint8_t *flash = region_bytes(&v->region);

	for (int i = 0; i < 150 && v->region.size <= 8192; i++, mutations++) {
		struct decoded decoded;
		const uint64_t r = random_bits();

		memcpy(flash, v->flash, v->region.size);
		for (unsigned k = 0; k < 1 + r % 8; k++)
			flash[random_bits() % (r & 256 ? 512 : v->region.size)] ^=
				(uint8_t)(r & 512 ? 1u << random_bits() % 8 : random_bits());
		if (r & 1024)
			memset(flash + r % v->region.size, r & 2048 ? 0 : 0xFF, v->region.size - r % v->region.size);
		if (decode(&v->region, flash, &decoded))
			fail_msg("vector %s, mutation %d: not decoded", v->name, i);
		decoded_free(&decoded);
		memcpy(v->flash, flash, i % 10 ? 0 : v->region.size); /* damage upon damage */
		vector_now = v;
		if (i % 10 == 0)
			quietly(update, NEW_SERIAL);
	}
	free(flash);
}

static void damaged_stores_are_read_alike_and_written_to_or_refused(void **state)
{
	(void)state;
	each_vector(mutate, 100);
	assert_true(mutations >= MUTATIONS);
}

static int load_and_find(const char *path)
{
	struct image image;
	struct region region;

	if (dump_load(path, &image) || (image.is_binary && image_place(&image, path, REGION_BASE)))
		return -1;
	region_find(&image, path, NULL, &region);
	image_free(&image);
	return 0;
}

/* Files of all kinds, cut off anywhere, with some characters that differ. */
static void files_that_are_cut_off_or_mutated_end_in_an_error(void **state)
{
	static const char characters[] = "0123456789ABCDEF:S\n\r x";
	struct region region = {
		.base = REGION_BASE, .size = 4096, .areas = 2, .cell = 8, .words = 2, .erased = UINT32_MAX};
	uint8_t *flash = region_bytes(&region);
	struct variables variables = {NULL, 0};
	struct change change;

	(void)state;
	memset(flash, 0xFF, region.size);
	variables_take(&variables, "serial=42");
	variables_take(&variables, "note=two words");
	assert_int_equal(encode(&region, flash, &variables, &change), 0);
	for (int i = 0; i < 3000; i++) {
		const struct output output = {&region, flash, change.runs, change.count, {0, 0}};
		char path[] = "/tmp/test_encode.XXXXXX", text[4096];
		const int descriptor = mkstemp(path);
		FILE *file = fmemopen(text, sizeof text, "wb");
		size_t size;

		formats[i % 3]->write(&output, file);
		size = (size_t)ftell(file);
		fclose(file);
		for (unsigned k = 0; k < random_bits() % 4; k++)
			text[random_bits() % size] =
				i & 8 ? characters[random_bits() % (sizeof characters - 1)] : (char)random_bits();
		size = i & 16 ? random_bits() % size : size;
		assert_int_equal(write(descriptor, text, size), (ssize_t)size);
		close(descriptor);
		quietly(load_and_find, path);
		unlink(path);
	}
	change_free(&change);
	variables_free(&variables);
	free(flash);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_every_type_at_both_ends_of_their_range),
		cmocka_unit_test(a_value_of_1023_bytes_fits_and_one_more_does_not),
		cmocka_unit_test(floats_are_those_of_strtod_and_strtof_bit_for_bit),
		cmocka_unit_test(every_float_is_shown_as_what_is_read_back),
		cmocka_unit_test(utf8_is_judged_as_by_decoding_it),
		cmocka_unit_test(a_line_of_a_dump_gives_the_same_variable),
		cmocka_unit_test(hex_and_srec_are_read_as_they_were_written),
		cmocka_unit_test(known_records_are_taken_and_wrong_ones_refused),
		cmocka_unit_test(vectors_decode_and_are_appended_to_where_they_say),
		cmocka_unit_test(damaged_stores_are_read_alike_and_written_to_or_refused),
		cmocka_unit_test(files_that_are_cut_off_or_mutated_end_in_an_error),
	};

	if (argc > 1)
		vectors_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
