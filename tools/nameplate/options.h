/* SPDX-License-Identifier: MIT */
/*
 * The command line.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "chips.h"
#include "formats/formats.h"
#include "image.h"
#include "variable.h"

struct options {
	const char *chip, *base, *size, *cell, *erased, *areas, *at; /* NULL: not given */
	const char *onto, *output, *check;
	const struct format *format;
	struct variables variables;
	const char *file;
	bool whole, json, dump, secrets, ld;
};

enum command { COMMAND_ENCODE, COMMAND_DECODE, COMMAND_REGION };

/* Fills *options, whose variables are to be freed. Returns -1 to go on, or the exit status after an error line or --help. */
int options_parse(int argc, char **argv, enum command *command, struct options *options);

/* The region that the options name; size 0 if they only say where it begins, or nothing. 0, or -1 after an error line. */
int options_region(const struct options *options, struct region *region);

/*
 * Loads a dump. A binary begins at --at; else with the flash, if it is long enough to reach the region's end, else with the
 * region, and then it may not be longer. 0, or -1 after an error line.
 */
int options_load(const struct options *options, const struct region *region, const char *path, struct image *image);

/* Each returns the exit status. */
int command_encode(const struct options *options);
int command_decode(const struct options *options);
int command_region(const struct options *options);

#endif
