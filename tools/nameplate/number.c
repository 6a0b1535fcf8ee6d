/* SPDX-License-Identifier: MIT */
#include "number.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOAT_TEXT_MAX 800
#define EXPONENT_MAX   5 /* digits */

static bool is_hex(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && text[2] &&
	       strspn(text + 2, "0123456789abcdefABCDEF") == strlen(text + 2);
}

static bool is_decimal(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

bool number_is_integer(const char *text)
{
	return is_hex(text) || is_decimal(text + (*text == '-'));
}

/* The digits in base 10 or 16. False if they are more than 64 bits. */
static bool magnitude(const char *digits, unsigned base, uint64_t *number)
{
	*number = 0;
	for (; *digits; digits++) {
		const unsigned digit = isdigit((unsigned char)*digits)
					       ? (unsigned)(*digits - '0')
					       : (unsigned)(tolower((unsigned char)*digits) - 'a') + 10;

		if (*number > (UINT64_MAX - digit) / base)
			return false;
		*number = *number * base + digit;
	}
	return true;
}

bool number_integer(const char *text, bool is_signed, size_t count, uint8_t *bytes)
{
	const bool negative = *text == '-';
	const uint64_t all = count == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * count) - 1;
	const uint64_t top = UINT64_C(1) << (8 * count - 1);
	const bool hex = is_hex(text);
	uint64_t number;

	if (!magnitude(text + (hex ? 2 : negative), hex ? 16 : 10, &number))
		return false;
	if (negative ? !is_signed || number > top : number > (is_signed ? top - 1 : all))
		return false;
	if (negative)
		number = ~number + 1;
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
	return true;
}

/* [+-] digits without leading zeros [. digits] [e [+-] digits] */
static bool is_fraction(const char *text)
{
	text += *text == '+' || *text == '-';
	if (!isdigit((unsigned char)*text) || (*text == '0' && isdigit((unsigned char)text[1])))
		return false;
	text += strspn(text, "0123456789");
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '+' || *text == '-';
		return is_decimal(text) && strlen(text) <= EXPONENT_MAX;
	}
	return !*text;
}

static bool has_digit(const char *text)
{
	return strcspn(text, "123456789") < strcspn(text, "eE");
}

const char *number_float(const char *text, size_t count, uint8_t *bytes)
{
	uint64_t bits;
	double number;

	if (is_hex(text)) {
		if (strlen(text + 2) != 2 * count)
			return count == 4
				       ? "is not the 8 hex digits of a float's bits: write a decimal fraction, or all of them"
				       : "is not the 16 hex digits of a float's bits: write a decimal fraction, or all of them";
		return number_integer(text, false, count, bytes) ? NULL : "is out of range";
	}
	if (strlen(text) > FLOAT_TEXT_MAX || !is_fraction(text))
		return "is not a decimal fraction: write it like 1.0023, -17 or 6.5e-3";
	/* glibc rounds correctly, and directly to single; the locale stays "C". */
	number = count == 4 ? (double)strtof(text, NULL) : strtod(text, NULL);
	if (isinf(number))
		return count == 4 ? "is too large for a float of 4 bytes" : "is too large for a float of 8 bytes";
	if (number == 0 && has_digit(text))
		return count == 4 ? "is so small that a float of 4 bytes makes it 0"
				  : "is so small that a float of 8 bytes makes it 0";
	if (count == 4) {
		const float single = (float)number;
		uint32_t word;

		memcpy(&word, &single, sizeof word);
		bits = word;
	} else {
		memcpy(&bits, &number, sizeof bits);
	}
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(bits >> 8 * i);
	return NULL;
}

uint64_t number_of(const uint8_t *bytes, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number |= (uint64_t)bytes[i] << 8 * i;
	return number;
}

void number_float_text(const uint8_t *bytes, size_t count, char text[NUMBER_TEXT_MAX])
{
	const uint64_t bits = number_of(bytes, count);
	const int first = count == 4 ? 6 : 15;
	uint8_t again[8];
	double number;

	if (count == 4) {
		const uint32_t word = (uint32_t)bits;
		float single;

		memcpy(&single, &word, sizeof single);
		number = (double)single;
	} else {
		memcpy(&number, &bits, sizeof number);
	}
	for (int precision = first; precision <= first + 3; precision++) {
		snprintf(text, NUMBER_TEXT_MAX, "%.*g", precision, number);
		if (!number_float(text, count, again) && !memcmp(again, bytes, count))
			return;
	}
	snprintf(text, NUMBER_TEXT_MAX, "0x%0*" PRIx64, (int)(2 * count), bits);
}

bool number_word(const char *text, uint32_t *word)
{
	uint8_t bytes[4];

	if (!number_is_integer(text) || (text[0] == '0' && isdigit((unsigned char)text[1])) ||
	    !number_integer(text, false, sizeof bytes, bytes))
		return false;
	*word = (uint32_t)number_of(bytes, sizeof bytes);
	return true;
}
