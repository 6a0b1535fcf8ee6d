/* SPDX-License-Identifier: MIT */
/*
 * The files that other tools take. Each format is a file, which defines it, and a word in formats.c.
 */
#ifndef FORMATS_H
#define FORMATS_H

#include "../chips.h"
#include "../encode.h"
#include "../image.h"

#include <stdio.h>

/* What is to be written, to a file or to the device. */
struct output {
	const struct region *region;
	const uint8_t *flash;   /* the region's bytes */
	const struct run *runs; /* in this order; offsets from the region's start */
	size_t count;
	struct run erase; /* what must be blank before; size 0: nothing */
};

struct format {
	const char *name;
	const char *help;
	void (*write)(const struct output *output, FILE *to);
	enum {
		PARTS_OR_WHOLE, /* what is written; with --whole the whole region */
		PARTS,          /* a script that writes words into blank flash */
		WHOLE,          /* its tool erases every page that it writes */
	} takes;
	bool binary;     /* nothing for a terminal */
	bool erases;     /* it does so itself, and needs not be told */
	bool needs_onto; /* what the device has would be lost without */
};

extern const struct format *const formats[]; /* up to NULL */

const struct format *format_named(const char *name);

/* Intel HEX, which scripts hold too. */
void ihex_write(const struct output *output, FILE *to);

/* Whether a file, of which `size` bytes are here, is one of these. `text` is NUL-terminated. */
bool ihex_looks_like(const uint8_t *bytes, size_t size);
bool srec_looks_like(const uint8_t *bytes, size_t size);
int ihex_read(const char *path, char *text, struct image *image);
int srec_read(const char *path, char *text, struct image *image);

/* Splits off the first line of *text, without its end; NULL at the text's end. */
char *line_take(char **text);

/* `count` bytes of hex digits; false if there are others. */
bool hex_take(const char *digits, size_t count, uint8_t *bytes);

#endif
