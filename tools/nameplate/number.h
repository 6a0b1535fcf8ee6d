/* SPDX-License-Identifier: MIT */
/*
 * Numbers as the user writes them, to little-endian bytes and back, without losing a bit. The parsers return NULL, or what
 * is wrong, to follow `its value "x" `.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_TEXT_MAX 40

/* Whether the text is an integer: decimal or 0x hex, with or without a leading minus. */
bool number_is_integer(const char *text);

/* An integer of `count` bytes. `text` has been found to be one. False if it is out of range. */
bool number_integer(const char *text, bool is_signed, size_t count, uint8_t *bytes);

/* A decimal fraction as the nearest IEEE 754 number of 4 or 8 bytes; or 0x and exactly its bits. */
const char *number_float(const char *text, size_t count, uint8_t *bytes);

/* The shortest decimal that number_float turns into these bytes again; the bits of what no decimal is. */
void number_float_text(const uint8_t *bytes, size_t count, char text[NUMBER_TEXT_MAX]);

/* 1 to 8 bytes as an unsigned number. */
uint64_t number_of(const uint8_t *bytes, size_t count);

/* An address or a size: decimal without leading zeros, or 0x hex, up to 32 bits. */
bool number_word(const char *text, uint32_t *word);

#endif
