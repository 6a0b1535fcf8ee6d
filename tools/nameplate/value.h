/* SPDX-License-Identifier: MIT */
/*
 * Values by type: what the user writes to bytes, and bytes to what people read.
 */
#ifndef VALUE_H
#define VALUE_H

#include "entry.h"

/* The types that the user names. */
struct type {
	const char *name;
	enum { HOW_INTEGER, HOW_FLOAT, HOW_TEXT, HOW_HEX, HOW_MAC, HOW_FILE } how;
	uint8_t code; /* in the header */
	uint8_t size; /* bytes; 0: any number */
	const char *range;
};

/* All of them, up to one without a name. */
extern const struct type types[];

const struct type *type_named(const char *name, size_t length);

/* That of a header's code and a value's length, or NULL. */
const struct type *type_of(uint8_t code, size_t length);

/* A value in the making. A longer one than VALUE_MAX is counted, not kept. */
struct value {
	uint8_t code;
	size_t length;
	uint8_t bytes[VALUE_MAX];
};

/*
 * A value of a type, or, if that is NULL, of the type that the text looks like. In `escaped` text \n \r \t \\ \xNN stand for
 * bytes. Returns NULL, or what is wrong, to follow `its value "x" `; good until the next call.
 */
const char *value_parse(const struct type *type, const char *text, bool escaped, struct value *value);

/* One line of text, to be freed; NULL without memory. A value with an impossible length is shown as bytes. */
char *value_shown(uint8_t code, const uint8_t *bytes, size_t length);

/* Bytes as one line of text, escaped; to be freed. */
char *text_escaped(const uint8_t *bytes, size_t length);

bool is_utf8(const uint8_t *bytes, size_t length);

/*
 * The code of the character that UTF-8, valid or ended by a NUL, begins with, if a terminal would obey it or turn around the text beside it: it is
 * never printed as it is. Else 0.
 */
unsigned utf8_hidden(const uint8_t *bytes);

#endif
