/* SPDX-License-Identifier: MIT */
/*
 * What a dump holds, found by the firmware's own reader (firmware/nameplate.c).
 */
#ifndef DECODE_H
#define DECODE_H

#include "image.h"
#include "store.h"
#include "variable.h"

struct decoded {
	struct region region; /* base and size, as told or as found */
	int state;            /* as of struct store */
	char why[200];        /* what to say of a damaged one; may be empty */
	struct variables variables;
	uint32_t *addresses; /* of their entries */
};

/* Bytes of a region for the reader, which wants them aligned: to be freed; NULL after an error line. */
uint8_t *region_bytes(const struct region *region);

/*
 * Looks for the store in all of the image; `base`, unless NULL, is where its region begins. 0 with base and size set, or -1
 * after an error line: also where a part of the region may be missing, which could hold newer values.
 */
int region_find(const struct image *image, const char *path, const uint32_t *base, struct region *region);

/* Copies the region's bytes, all of which the image must have. 0, or -1 after an error line. */
int region_read(const struct image *image, const char *path, const struct region *region, uint8_t *flash);

/* Decodes the region's bytes. 0, or -1 after an error line. To be freed. */
int decode(const struct region *region, const uint8_t *flash, struct decoded *decoded);
void decoded_free(struct decoded *decoded);

/* Whether the firmware's reader finds each variable as it is given, and no deleted one. */
bool decodes_to(const struct region *region, const uint8_t *flash, const struct variables *variables);

#endif
