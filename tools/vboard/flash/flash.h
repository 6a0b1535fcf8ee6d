/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash: the file that keeps its bytes, the one function through which every change passes, and the interface that
 * each family's controller implements (one file and header per controller).
 *
 * circle: ecc, fault and options are parts of the flash in files of their own: it asks each at every change, and each changes it.
 */
#ifndef VBOARD_FLASH_H
#define VBOARD_FLASH_H

#include "flash/ecc.h"
#include "flash/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bus;
struct bus_memory;
struct chip;
struct fault;
struct stats;

enum flash_change {
	FLASH_WORD,      /* program one word, or the unit that the controller was asked for instead */
	FLASH_HALF_PAGE, /* program half a page in one go */
	FLASH_GRANULE,   /* program one granule of flash with ECC */
	FLASH_ERASE,     /* erase a page, a sector or all */
};

struct flash {
	const struct chip *chip;
	struct bus *bus;
	struct stats *stats;
	int fd;
	uint8_t *data;   /* the file, mapped shared: what is written here survives the death of this process */
	uint8_t *after;  /* what the operation under way is to leave; as large as the flash */
	uint8_t *option; /* option bytes, on parts where they are programmed as memory; else NULL */
	uint8_t *eeprom; /* data EEPROM; NULL: the part has none */
	struct ecc ecc;
	struct option_bytes options;
	bool read_protected;                       /* no access to flash and data EEPROM */
	struct fault *fault;                       /* what goes wrong on purpose; never NULL */
	bool dead;                                 /* power was lost: nothing changes any more */
	uint64_t busy_until_ns;                    /* modelled time */
	void (*request_reset)(void *ctx);          /* a system reset, which the controller asks for */
	bool (*cpu_is_running)(void *ctx);         /* who polls: see flash_poll_busy */
	bool (*cpu_is_reading)(void *ctx);         /* who reads: the CPU, or else the debugger */
	void (*set_nmi)(void *ctx, bool asserted); /* the controller's line to the core */
	void *ctx;
	void *state; /* registers of the controller, as its file defines them */
};

struct flash_ops {
	uint8_t erased;    /* value of an erased byte */
	size_t state_size; /* of flash->state, which is zero at power-on */
	void (*reset)(struct flash *flash);
	/* Register access by offset from chip->flash_regs. 0 or BUS_FAULT. */
	int (*reg_read)(struct flash *flash, uint32_t offset, uint32_t *value);
	int (*reg_write)(struct flash *flash, uint32_t offset, uint32_t value);
	/* A write of `size` bytes into the flash's address range. 0 or BUS_FAULT. */
	int (*mem_write)(struct flash *flash, uint32_t offset, unsigned size, uint32_t value);
	/* The same into the option bytes' block; NULL where they are not programmed as memory. */
	int (*option_write)(struct flash *flash, uint32_t offset, unsigned size, uint32_t value);
	/* Flash with ECC: the CPU or the debugger is going to read, from a granule that is `bad` or not. 0 or BUS_FAULT. */
	int (*mem_read)(struct flash *flash, uint32_t offset, bool bad, bool cpu);
};

/* Opens or creates `path` as the flash of `chip` and maps it. On failure returns -1 and leaves one line, which says what
 * and where, in `message`. */
int flash_open(struct flash *flash, const struct chip *chip, const char *path, char *message, unsigned message_size);
void flash_close(struct flash *flash);

/* Puts flash, its alias at 0 and its controller on the bus. */
void flash_attach(struct flash *flash, struct bus *bus, struct stats *stats);
/* Gives the controller the option bytes' `memory`, which is on the bus. */
void flash_attach_options(struct flash *flash, struct bus_memory *memory);
void flash_reset(struct flash *flash);

/* Every change of flash, from the CPU or the debug port: programs `size` bytes at `offset` (FLASH_ERASE: `bytes` is NULL).
 * Counts it, and keeps the flash busy for `duration_ns` from the end of what it does now. */
void flash_apply(struct flash *flash, enum flash_change change, uint32_t offset, uint32_t size, const uint8_t *bytes,
		 uint64_t duration_ns);

/* Is an operation under way? A debugger that finds it busy is answered so once, and then the time it would have
 * waited has passed (TCK is not spent on waiting). For the running CPU time passes with its instructions, which are many while a sector is
 * erased: as long as more than 20 ms are left, half of them pass with each look. */
bool flash_poll_busy(struct flash *flash);

#endif
