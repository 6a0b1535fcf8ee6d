/* SPDX-License-Identifier: MIT */
/*
 * Files that appear whole or not at all: written beside, then renamed.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output_file {
	FILE *stream;
	const char *path; /* NULL: standard output */
	char *temporary;
	bool is_private;
};

/* 0, or -1 after an error line. What holds secrets is `is_private`: only its owner may read it. */
int output_open(const char *path, bool is_private, struct output_file *file);

/* Puts the file in place. `err` not 0: removes it instead. 0, or -1 after an error line, or `err`. */
int output_close(struct output_file *file, int err);

#endif
