/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash with an error-correcting code: a granule of 8, 16 or 32 bytes shares one code and is programmed in one go, once
 * between two erases. What its bytes do not tell is kept in FLASH.ecc beside the flash file, a byte per granule: that it
 * was programmed with all ones, or that bytes and code disagree. The file is made when first needed; without it every
 * granule is what its bytes say.
 */
#ifndef VBOARD_ECC_H
#define VBOARD_ECC_H

#include <stdbool.h>
#include <stdint.h>

struct flash;

enum ecc_state {
	ECC_AS_READ, /* erased if it reads so, else programmed */
	ECC_SPENT,   /* programmed, though it reads erased */
	ECC_BAD,     /* bytes and code disagree: reading it is a double error */
};

struct ecc {
	uint8_t *states;  /* an ecc_state per granule, mapped shared; NULL as long as all are ECC_AS_READ */
	const char *path; /* of the flash file */
	uint32_t bad;     /* granules that are bad */
};

/* Maps FLASH.ecc if it is there. 0 or a negative errno. */
int ecc_open(struct flash *flash, const char *flash_path);
void ecc_close(struct flash *flash);

/* Has the granule at `offset` been programmed since its page was erased? */
bool ecc_is_spent(const struct flash *flash, uint32_t offset);

/* Does a read of `size` bytes at `offset` meet a double error? */
bool ecc_is_bad(const struct flash *flash, uint32_t offset, uint32_t size);

void ecc_set(struct flash *flash, uint32_t offset, enum ecc_state state);

/* The granule at `offset`, spent or not until now, is going to be programmed and will hold `after`. */
void ecc_program(struct flash *flash, uint32_t offset, bool was_spent, const uint8_t *after);

/* An erase was done, or was cut off: of its granules, which hold random bytes, one in eight is erased, as SEED says. */
void ecc_erase(struct flash *flash, uint32_t offset, uint32_t size);
void ecc_tear_erase(struct flash *flash, uint32_t offset, uint32_t size, uint64_t seed);

#endif
