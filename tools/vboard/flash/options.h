/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Option bytes: what is programmed (kept in FLASH.options beside the flash file), and read protection, which follows from
 * them. What the words are is each controller's: its registers or its block of bytes. What is programmed need not be in
 * force: each controller has the moments at which its part loads them.
 */
#ifndef VBOARD_OPTIONS_H
#define VBOARD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct flash;

#define OPTION_WORDS 16

struct option_bytes {
	const char *path; /* of the flash file */
	uint32_t words[OPTION_WORDS];
	bool known;  /* the words are those of this device: read from the file, or as shipped */
	bool loaded; /* since power-on */
};

/* Takes the words from FLASH.options if it is there. 0 or a negative errno. */
int options_open(struct flash *flash, const char *flash_path);

/* The device as it left the factory: `count` words, unless it has some of its own. */
void options_ship(struct flash *flash, const uint32_t *words, unsigned count);

/* What was programmed survives the death of this process. */
void options_save(struct flash *flash);

/* The same for parts whose option bytes are a block of memory: to the block, when the device is new to this process; and back. */
void options_to_bytes(struct flash *flash, uint8_t *bytes, unsigned size);
void options_from_bytes(struct flash *flash, const uint8_t *bytes, unsigned size);

/* Read protection is in force, or is not. A debugger is always attached here, so level 1 shuts the flash (and the data EEPROM)
 * to the debugger and the CPU alike. */
void options_protect_reads(struct flash *flash, bool on);

/* Level 2 cannot be taken back and ends debugging for good: the model says so, and refuses it. */
void options_refuse_level_2(struct flash *flash);

/* From level 1 to 0: all of the flash, and the data EEPROM, are erased. */
void options_mass_erase(struct flash *flash, uint64_t duration_ns);

#endif
