/* SPDX-License-Identifier: MIT */
#include "word.h"

#include "error.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

bool word_is_uid(const char *word)
{
	return strlen(word) == UID_TEXT - 1 && strspn(word, "0123456789abcdefABCDEF") == UID_TEXT - 1;
}

int word_uid(const char *word, char uid[UID_TEXT])
{
	if (!word_is_uid(word))
		return fail("%s is not a unique ID: give its 24 hex digits (96 bits)", quote(word));
	for (int i = 0; i < UID_TEXT; i++)
		uid[i] = (char)toupper((unsigned char)word[i]);
	/* What is read where there is no unique ID. */
	if (strspn(uid, "0") == UID_TEXT - 1 || strspn(uid, "F") == UID_TEXT - 1)
		return fail(
			"the unique ID %s is that of no device: it was read from the wrong address, or without a device",
			uid);
	return 0;
}

bool word_number(const char *word, int64_t *number)
{
	const size_t digits = strspn(word, "0123456789");
	int64_t n = 0;

	if (digits == 0 || word[digits] || (digits > 1 && *word == '0'))
		return false;
	for (; *word; word++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *word - '0', &n))
			return false;
	*number = n;
	return true;
}

void word_random(char key[KEY_TEXT])
{
	uint8_t bytes[KEY_TEXT / 2];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		abort(); /* cannot be: the pool is ready, and 16 bytes come at once */
	for (size_t i = 0; i < sizeof bytes; i++)
		sprintf(key + 2 * i, "%02x", bytes[i]);
}

void time_now(char text[TIME_TEXT])
{
	const time_t now = time(NULL);
	struct tm utc;

	if (!gmtime_r(&now, &utc) || strftime(text, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		strcpy(text, "1970-01-01T00:00:00Z");
}

bool word_is_name(const char *word)
{
	const size_t length = strlen(word);

	return length >= 1 && length <= 31 &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == length;
}
