/* SPDX-License-Identifier: MIT */
/*
 * Parts: how large their flash is, how it wants to be written, and where the store lies on them by default.
 */
#ifndef CHIPS_H
#define CHIPS_H

#include "entry.h"

#include <stdio.h>

/* The reserved flash. */
struct region {
	uint32_t base, size;  /* size 0: not known */
	uint32_t areas;       /* 1 or 2 */
	uint32_t cell;        /* bytes written once between two erases */
	uint32_t words;       /* how many of a cell's words one fill writes */
	uint32_t erased;      /* what an erased word reads */
	uint32_t flash_base;  /* for dumps of the whole flash */
	uint32_t uf2_family;  /* 0: none is registered */
	uint32_t eccr, ecc2r; /* the flash's registers of double errors; 0: none */
	bool guarded;         /* double errors are bus faults */
	char chip[24];        /* as J-Link calls the device: the part up to its flash size; empty: not known */
};

/* The default region of a part such as stm32l152rb. 0, or -1 after an error line. */
int chip_region(const char *name, struct region *region);

/* The part's flash, with a region of the user's own, whose pages must be whole. */
int chip_region_at(const char *name, uint32_t base, uint32_t size, struct region *region);

/* A region of flash that no table has. */
int region_custom(uint32_t base, uint32_t size, uint32_t cell, bool erased_ones, uint32_t areas, struct region *region);

void chips_list(FILE *to);

#endif
