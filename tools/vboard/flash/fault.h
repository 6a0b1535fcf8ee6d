/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What goes wrong on purpose: power cut at a flash operation, a probe that is unplugged, and the record of what a
 * session did to the flash, from which every cut can be made afterwards.
 */
#ifndef VBOARD_FAULT_H
#define VBOARD_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/flash.h"

enum cut_kind {
	CUT_NONE,
	CUT_BEFORE,   /* the operation did not begin */
	CUT_TORN,     /* a random part of the bits that were to change have changed, for good */
	CUT_UNSTABLE, /* the same, and the others of them read differently each time, until the page is erased */
	CUT_ECC, /* of a granule only bits of its error-correcting code have changed; other operations did not begin */
	CUT_AFTER, /* it was done, and nobody was told */
};

struct fault {
	uint64_t cut_at; /* number of the flash operation, from 1 */
	enum cut_kind cut;
	bool first_line; /* the cut also leaves zeros in the first granule of flash, as an L4 may */
	uint64_t seed;
	uint64_t unplug_at;  /* number of the AP access at which the connection drops, from 1; 0: never */
	uint64_t wait_every; /* each so many accesses to an access port are answered WAIT first; 0: none */
	bool unpowered;      /* the target has no supply: nothing answers */
	const char *record;  /* folder for the record, or NULL */
	int journal;         /* its open file */
	uint64_t random;     /* state of the generator of unstable reads */
	uint8_t *unstable;   /* mask of flash: bits that read differently each time; NULL if there are none */
};

/* Reads "N:before|torn|unstable|ecc|after[:SEED][:first-line]". Returns 0, or -1. */
int fault_parse_cut(struct fault *fault, const char *text);

/* Begins the record: DIR/start.bin is the flash as it is now, DIR/journal gets a line per operation:
 * `NUMBER word|half-page|granule|erase OFFSET SIZE HEXBYTES` (hex numbers but the first; no bytes for an erase).
 * Returns 0 or a negative errno. */
int fault_record_begin(struct fault *fault, const struct flash *flash);

/* Before operation `number` turns `size` bytes at `offset` into `after`: records it, and tells what becomes of it. */
enum cut_kind fault_at_operation(struct fault *fault, enum flash_change change, uint64_t number, uint32_t offset,
				 uint32_t size, const uint8_t *after);

/* What the operation leaves if it is cut, and, of a CUT_AFTER that was done, what else the cut takes. */
void fault_cut(struct flash *flash, enum flash_change change, uint64_t number, uint32_t offset, uint32_t size,
	       const uint8_t *after);

/* Leaves `size` bytes at `data` as operation `number`, which was to make them `after`, leaves them when it is torn: the same number
 * and seed tear in the same way. The bits that are in doubt are added to `unstable` (NULL: they stay as they fell). */
void fault_tear(enum flash_change change, uint64_t number, uint64_t seed, uint32_t size, const uint8_t *after,
		uint8_t *data, uint8_t *unstable);

/* Unstable bits live in FLASH.unstable beside the flash file, since the device stays torn between two processes. */
int fault_load_unstable(struct flash *flash, const char *flash_path);

/* Before a read: bits that are unstable take a new value. */
void fault_reroll(struct flash *flash, uint32_t offset, uint32_t size);

/* After an erase the bits are sound again. */
void fault_heal(struct flash *flash, uint32_t offset, uint32_t size);

#endif
