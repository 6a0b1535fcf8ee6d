/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What an access port shows a debugger, as data: ROM tables, and what identifies each block.
 */
#ifndef VBOARD_DEBUG_MAP_H
#define VBOARD_DEBUG_MAP_H

#include <stdint.h>

enum { CLASS_ROM_TABLE = 0x1, CLASS_CORESIGHT = 0x9, CLASS_GENERIC = 0xE, CLASS_SYSTEM = 0xF };

/* A block of 4 KiB. */
struct component {
	const char *name; /* NULL: the end of the table */
	uint32_t base;
	uint64_t pidr; /* PIDR4 in bits 39:32, PIDR3 to PIDR0 below */
	uint8_t class; /* as CIDR1 tells it */
	uint8_t devtype;
	uint32_t devarch, devid;
};

#define ROM_ENTRIES 10

struct rom_table {
	uint32_t base;                 /* 0: the end */
	uint64_t pidr;                 /* 0: ST's code and the part's DEV_ID */
	uint32_t entries[ROM_ENTRIES]; /* as read; ends with 0 or the array */
};

/* What an access port shows. The first table is where its BASE points. */
struct debug_map {
	const struct rom_table *roms;
	const struct component *components;
};

#endif
