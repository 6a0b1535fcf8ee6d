/* SPDX-License-Identifier: MIT */
#include "value.h"

#include "error.h"
#include "number.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAC_TEXT_LENGTH 17
#define REASON_MAX      160

const struct type types[] = {
	{"u8", HOW_INTEGER, TYPE_UNSIGNED, 1, "0 to 255"},
	{"u16", HOW_INTEGER, TYPE_UNSIGNED, 2, "0 to 65535"},
	{"u32", HOW_INTEGER, TYPE_UNSIGNED, 4, "0 to 4294967295"},
	{"u64", HOW_INTEGER, TYPE_UNSIGNED, 8, "0 to 18446744073709551615"},
	{"i8", HOW_INTEGER, TYPE_SIGNED, 1, "-128 to 127"},
	{"i16", HOW_INTEGER, TYPE_SIGNED, 2, "-32768 to 32767"},
	{"i32", HOW_INTEGER, TYPE_SIGNED, 4, "-2147483648 to 2147483647"},
	{"i64", HOW_INTEGER, TYPE_SIGNED, 8, "-9223372036854775808 to 9223372036854775807"},
	{"f32", HOW_FLOAT, TYPE_FLOAT, 4, NULL},
	{"f64", HOW_FLOAT, TYPE_FLOAT, 8, NULL},
	{"text", HOW_TEXT, TYPE_TEXT, 0, NULL},
	{"hex", HOW_HEX, TYPE_BYTES, 0, NULL},
	{"mac", HOW_MAC, TYPE_MAC, 6, NULL},
	{"file", HOW_FILE, TYPE_BYTES, 0, NULL},
	{NULL, HOW_TEXT, 0, 0, NULL},
};

const struct type *type_named(const char *name, size_t length)
{
	for (const struct type *type = types; type->name; type++)
		if (strlen(type->name) == length && !memcmp(type->name, name, length))
			return type;
	return NULL;
}

const struct type *type_of(uint8_t code, size_t length)
{
	for (const struct type *type = types; type->name; type++)
		if (type->code == code && (type->size == 0 || type->size == length))
			return type;
	return NULL;
}

/* Unicode 15.0, table 3-7: nothing overlong, no surrogates. */
bool is_utf8(const uint8_t *bytes, size_t length)
{
	unsigned more = 0, low = 0x80, high = 0xBF;

	for (size_t i = 0; i < length; i++) {
		const unsigned byte = bytes[i];

		if (more) {
			if (byte < low || byte > high)
				return false;
			more--;
			low = 0x80;
			high = 0xBF;
		} else if (byte >= 0x80) {
			if (byte < 0xC2 || byte > 0xF4)
				return false;
			more = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
			low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
			high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
		}
	}
	return more == 0;
}

/* ---- reading what the user wrote ------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static int hex_byte(const char *text)
{
	const int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

	return low < 0 ? -1 : high << 4 | low;
}

static const char *parse_integer(const struct type *type, const char *text, struct value *value)
{
	static char reason[REASON_MAX];
	const char *digits = text + (*text == '-');

	if (*digits == '0' && digits[1] && strspn(digits, "0123456789") == strlen(digits))
		return "has a leading zero, which some tools read as octal: write it without, or as 0x hex";
	if (!number_is_integer(text)) {
		snprintf(reason, sizeof reason, "is not a number: give one from %s, decimal or 0x hex", type->range);
		return reason;
	}
	if (!number_integer(text, type->code == TYPE_SIGNED, type->size, value->bytes)) {
		snprintf(reason, sizeof reason, "is out of range: give one from %s", type->range);
		return reason;
	}
	value->length = type->size;
	return NULL;
}

/* The byte that an escape stands for, and how many characters it has; or what is wrong with it. */
static const char *unescape_one(const char *text, uint8_t *byte, size_t *used)
{
	static const char letters[] = "nrt\\", bytes[] = "\n\r\t\\";
	const char *found = text[1] ? strchr(letters, text[1]) : NULL;
	int hex;

	*used = 2;
	if (!text[1])
		return "ends in a lone backslash: write \\\\";
	if (found) {
		*byte = (uint8_t)bytes[found - letters];
		return NULL;
	}
	hex = text[1] == 'x' ? hex_byte(text + 2) : -1;
	if (hex < 0)
		return "holds a backslash that is not one of \\\\ \\n \\r \\t \\xNN";
	*byte = (uint8_t)hex;
	*used = 4;
	return NULL;
}

static const char *parse_text(const char *text, bool escaped, struct value *value)
{
	uint8_t *bytes = malloc(strlen(text) + 1);
	const char *why = bytes ? NULL : "is more than memory holds";
	size_t n = 0, used;

	for (; !why && *text; text += used, n++) {
		used = 1;
		if (escaped && *text == '\\')
			why = unescape_one(text, &bytes[n], &used);
		else
			bytes[n] = (uint8_t)*text;
	}
	if (!why && memchr(bytes, 0, n))
		why = "holds a NUL character, which ends a text in C: use the type hex";
	if (!why && !is_utf8(bytes, n))
		why = "is not valid UTF-8: save it as UTF-8, or use the type hex";
	if (!why) {
		value->length = n;
		memcpy(value->bytes, bytes, n < VALUE_MAX ? n : VALUE_MAX);
	}
	free(bytes);
	return why;
}

static const char *parse_hex(const char *text, struct value *value)
{
	const size_t digits = strlen(text);

	if (digits % 2 || strspn(text, "0123456789abcdefABCDEF") != digits)
		return "is not bytes in hex: give two hex digits for each byte, like 00ff12";
	value->length = digits / 2;
	for (size_t i = 0; i < value->length && i < VALUE_MAX; i++)
		value->bytes[i] = (uint8_t)hex_byte(text + 2 * i);
	return NULL;
}

static const char *parse_mac(const char *text, struct value *value)
{
	static const char wrong[] = "is not a MAC address: give six bytes in hex, like 02:00:00:12:34:56";

	if (strlen(text) != MAC_TEXT_LENGTH)
		return wrong;
	for (size_t i = 0; i < 6; i++) {
		const int byte = hex_byte(text + 3 * i);

		if (byte < 0 || (i < 5 && !strchr(":-", text[3 * i + 2])))
			return wrong;
		value->bytes[i] = (uint8_t)byte;
	}
	value->length = 6;
	return NULL;
}

static const char *parse_file(const char *path, struct value *value)
{
	struct stat status;
	FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "rb") : NULL;
	size_t read;
	int failed;

	if (!file)
		return "is no file that can be read: check the path";
	read = fread(value->bytes, 1, VALUE_MAX, file);
	value->length = read == VALUE_MAX && fgetc(file) != EOF ? (size_t)status.st_size : read;
	failed = ferror(file);
	fclose(file);
	return failed ? "cannot be read: check the file" : NULL;
}

/* A plain integer by its size; all else is text. */
static const char *parse_untyped(const char *text, bool escaped, struct value *value)
{
	const bool negative = *text == '-';
	const bool plain = number_is_integer(text) &&
			   (negative ? text[1] != '0' : text[0] != '0' || !isdigit((unsigned char)text[1]));

	value->code = negative ? TYPE_SIGNED : TYPE_UNSIGNED;
	for (size_t size = 4; plain && size <= 8; size += 4) {
		value->length = size;
		if (number_integer(text, negative, size, value->bytes))
			return NULL;
	}
	value->code = TYPE_TEXT;
	return parse_text(text, escaped, value);
}

const char *value_parse(const struct type *type, const char *text, bool escaped, struct value *value)
{
	const char *why;

	if (!type)
		return parse_untyped(text, escaped, value);
	value->code = type->code;
	switch (type->how) {
	case HOW_INTEGER:
		return parse_integer(type, text, value);
	case HOW_FLOAT:
		why = number_float(text, type->size, value->bytes);
		value->length = type->size;
		return why;
	case HOW_TEXT:
		return parse_text(text, escaped, value);
	case HOW_HEX:
		return parse_hex(text, value);
	case HOW_MAC:
		return parse_mac(text, value);
	case HOW_FILE:
		return parse_file(text, value);
	}
	return "has no type";
}

/* ---- showing -------------------------------------------------------------------------------------------------- */

/* C1 controls, and what turns around the text beside it (Unicode 15.0, Bidi_Control). */
unsigned utf8_hidden(const uint8_t *bytes)
{
	static const struct {
		unsigned first, last;
	} ranges[] = {{0x80, 0x9F}, {0x61C, 0x61C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}};
	unsigned code = 0;

	if (bytes[0] == 0xC2 || bytes[0] == 0xD8)
		code = (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
	else if (bytes[0] == 0xE2 && bytes[1])
		code = (bytes[0] & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return code;
	return 0;
}

char *text_escaped(const uint8_t *bytes, size_t length)
{
	static const char letters[] = "tnr\\", specials[] = "\t\n\r\\";
	const bool utf8 = is_utf8(bytes, length);
	char *text = malloc(4 * length + 1), *out = text;
	bool hidden = false;

	for (size_t i = 0; text && i < length; i++) {
		const char *special = bytes[i] ? strchr(specials, bytes[i]) : NULL;

		if (utf8 && bytes[i] >= 0xC2) /* the bytes that go on a character are hidden as its first one is */
			hidden = utf8_hidden(bytes + i) != 0;
		if (special)
			out += sprintf(out, "\\%c", letters[special - specials]);
		else if (bytes[i] < 32 || bytes[i] == 127 || (bytes[i] >= 128 && (!utf8 || hidden)))
			out += sprintf(out, "\\x%02x", bytes[i]);
		else
			*out++ = (char)bytes[i];
	}
	if (text)
		*out = '\0';
	return text;
}

static char *hex_shown(const uint8_t *bytes, size_t length, const char *between)
{
	char *text = malloc(3 * length + 1), *out = text;

	for (size_t i = 0; text && i < length; i++)
		out += sprintf(out, "%s%02x", i ? between : "", bytes[i]);
	if (text)
		*out = '\0';
	return text;
}

char *value_shown(uint8_t code, const uint8_t *bytes, size_t length)
{
	const struct type *type = type_of(code, length);
	char text[NUMBER_TEXT_MAX];
	uint64_t number;

	if (!type || type->how == HOW_HEX || type->how == HOW_FILE)
		return hex_shown(bytes, length, "");
	switch (type->how) {
	case HOW_TEXT:
		return text_escaped(bytes, length);
	case HOW_MAC:
		return hex_shown(bytes, length, ":");
	case HOW_FLOAT:
		number_float_text(bytes, length, text);
		return strdup(text);
	default:
		number = number_of(bytes, length);
		if (code == TYPE_SIGNED && number >> (8 * length - 1)) /* sign-extended */
			snprintf(text, sizeof text, "%" PRId64,
				 (int64_t)(length < 8 ? number - (UINT64_C(1) << 8 * length) : number));
		else
			snprintf(text, sizeof text, "%" PRIu64, number);
		return strdup(text);
	}
}
