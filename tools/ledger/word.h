/* SPDX-License-Identifier: MIT */
/*
 * Words of the command line, and what the program makes up by itself.
 */
#ifndef WORD_H
#define WORD_H

#include <stdbool.h>
#include <stdint.h>

#define UID_TEXT  25
#define TIME_TEXT 21
#define KEY_TEXT  33

/* A 96-bit unique ID: 24 hex digits, as upper case. 0, or -1 after an error line. */
int word_uid(const char *word, char uid[UID_TEXT]);

/* Whether a word looks like one. */
bool word_is_uid(const char *word);

/* A decimal number, 0 to 2^63-1, without leading zeros. */
bool word_number(const char *word, int64_t *number);

/* 128 random bits in hex. */
void word_random(char key[KEY_TEXT]);

/* The time in UTC, by ISO 8601. Nothing is decided by it: a clock may be wrong, or set back. */
void time_now(char text[TIME_TEXT]);

/* A name of a series or a column: 1 to 31 letters, digits, `_ . -`, as a variable's. */
bool word_is_name(const char *word);

#endif
