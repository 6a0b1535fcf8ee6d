/* SPDX-License-Identifier: MIT */
/*
 * Writing, by the chapters "Writing" and "Compaction" of firmware/FORMAT.md: the same bytes in the same places as
 * openocd/nameplate/ writes them, on a copy of the region.
 */
#ifndef ENCODE_H
#define ENCODE_H

#include "store.h"
#include "variable.h"

/* Bytes that are to be written, in this order; offsets from the region's start. */
struct run {
	uint32_t start, size;
};

struct change {
	struct run *runs;
	size_t count;
	struct run erase; /* whole pages that must be blank first; size 0: none */
};

/*
 * Writes the variables into `flash`, the region's bytes; a value that is there already is not written again. 0, with
 * *change, to be freed; or -1 after an error line.
 */
int encode(const struct region *region, uint8_t *flash, const struct variables *variables, struct change *change);
void change_free(struct change *change);

#endif
