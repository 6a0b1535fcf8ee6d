/* SPDX-License-Identifier: MIT */
/*
 * A counter's text form, such as SN-%06u: text with one number in it. Never given to printf.
 */
#ifndef FORM_H
#define FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORM_MAX      64
#define FORM_TEXT_MAX 160

/* A form taken apart: text before and after, width, and u, x or X. */
struct form_parts {
	char before[FORM_MAX + 1], after[FORM_MAX + 1];
	int width;
	char how;
};

/* NULL: plain decimal. */
void form_take_apart(const char *form, struct form_parts *parts);

/* What is wrong with a form, to follow `the form "x" `; NULL: nothing. */
const char *form_wrong(const char *form);

/* The number as text. NULL: plain decimal. */
void form_text(const char *form, int64_t number, char text[FORM_TEXT_MAX]);

/* Which number gives this text, if any. */
bool form_number(const char *form, const char *text, int64_t *number);

/* 02:00:5e:10:00:00 and its 48 bits. */
void form_mac_text(int64_t number, char text[FORM_TEXT_MAX]);

#endif
