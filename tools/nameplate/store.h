/* SPDX-License-Identifier: MIT */
/*
 * What a writer has to know of a store, by "Reading" and rule 1 of "Writing" in firmware/FORMAT.md: beyond what the firmware's
 * reader tells, where the next entry may go. Places are offsets from the region's start; nothing here changes the flash.
 */
#ifndef STORE_H
#define STORE_H

#include "chips.h"
#include "entry.h"

struct entry {
	uint32_t place, end;
	struct header header;
	const uint8_t *value; /* in the flash that was scanned */
};

struct entries {
	struct entry *list;
	size_t count;
};

struct area {
	uint32_t base, end;
	uint32_t cell;
	uint32_t first; /* after the area entry */
	uint32_t generation;
};

struct store {
	enum { STORE_OK, STORE_NONE, STORE_DAMAGED } state;
	char refusal[200];      /* why a writer refuses it; empty: it does not */
	bool other_version;     /* an area of another version was seen */
	struct area area;       /* the one that counts, if the state is ok */
	struct entries entries; /* those that count, deletions among them */
	uint32_t floor;         /* from here on nothing is used or claimed */
	uint32_t reach;         /* a reader comes no further while all is blank */
};

/* 0, or -1 after an error line. `flash` holds the region's bytes and outlives the store. */
int store_scan(const struct region *region, const uint8_t *flash, struct store *store);
void store_free(struct store *store);

/*
 * The newest entry of each variable that is live, in the order in which openocd/nameplate/ lists and compacts them: that of the
 * variables' first entries.
 */
int store_live(const struct store *store, struct entries *live);

/*
 * A region that holds no store yet: whether it is blank or looks like a first format that was cut off, any number of times;
 * then floor and reach as above.
 */
bool store_torn_first(const struct region *region, const uint8_t *flash, uint32_t *floor, uint32_t *reach);

/* End of what an incomplete header claims: at least its own word. */
uint32_t store_claim(const uint8_t *flash, uint32_t place, uint32_t area_base, uint32_t cell);

/* The bytes of a named variable's name, with the name field; `length` 0 for any other key; false if it is malformed. */
bool identity_of(uint8_t key, const uint8_t *value, uint32_t value_length, uint32_t *length);
bool same_identity(uint8_t key, const uint8_t *value, uint32_t length, uint8_t other_key, const uint8_t *other,
		   uint32_t other_length);

#endif
