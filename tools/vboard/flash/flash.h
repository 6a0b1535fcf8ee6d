/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash: the file that keeps its bytes, the one function through which every change passes, and the interface that
 * each family's controller implements (one file per controller, flash_*.c).
 */
#ifndef VBOARD_FLASH_H
#define VBOARD_FLASH_H

#include "flash/ecc.h"
#include "flash/options.h"

#include <stdbool.h>
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

/* State of the stm32lx controller (L0, L1). */
struct stm32lx_regs {
	uint32_t acr, pecr, sr;
	uint32_t obr, wrpr[2];            /* the option bytes, as last loaded */
	unsigned pekey_step, prgkey_step, optkey_step; /* keys taken so far */
	bool key_fault;                   /* a wrong key: locked until reset */
	uint32_t half_page;               /* offset of the half page that is being filled */
	unsigned half_page_words;         /* words taken so far */
	uint8_t buffer[128];
};

struct stm32lx_variant {
	uint32_t acr_writable;
	bool refuses_not_zero; /* programming a word that is not erased: NOTZEROERR */
	bool has_wrprot2;
};

extern const struct stm32lx_variant stm32lx_l1, stm32lx_l0;

/* State of the stm32f1x controller (F0, F1, F3). */
struct stm32f1x_regs {
	uint32_t acr, sr, cr, ar;
	unsigned key_step, optkey_step; /* keys taken so far */
	bool key_fault;                 /* a wrong key: locked until reset */
	uint32_t obr, wrpr;             /* the option bytes, as last loaded */
};

struct stm32f1x_variant {
	uint8_t rdp_level_0;             /* option byte RDP of a part that is not read-protected */
	unsigned user_shift, data_shift; /* places in OBR */
	bool loads_at_reset;             /* option bytes; else at power-on and by OBL_LAUNCH */
};

extern const struct stm32f1x_variant stm32f1x_f1, stm32f1x_f0_f3;

/* State of the stm32f2x controller (F2, F4, F7). */
struct stm32f2x_regs {
	uint32_t acr, sr, cr;
	unsigned key_step, optkey_step;
	bool key_fault, optkey_fault;
	uint32_t optcr, optcr1;
};

struct stm32f2x_variant {
	uint32_t optcr, optcr1;  /* as shipped */
	uint32_t optcr_writable;
	bool has_optcr1;         /* boot addresses */
	bool two_banks;          /* there may be: OPTCR.NDBANK says whether */
	unsigned protected_sectors; /* bits of nWRP */
};

extern const struct stm32f2x_variant stm32f2x_f2, stm32f2x_f401, stm32f2x_f76, stm32f2x_f76_dual;

/* State of the stm32l4x controller (L4, L5, G0, G4, WB, WL, U5). */
struct stm32l4x_regs {
	uint32_t cr, sr, eccr, ecc2r;
	uint32_t kept[OPTION_WORDS];      /* option registers: as written, which need not be programmed */
	uint32_t in_force[OPTION_WORDS];  /* the same, as last loaded */
	unsigned key_step, optkey_step;
	bool key_fault, optkey_fault; /* a wrong key: locked until reset */
	uint32_t granule;  /* offset of the granule that is being filled */
	unsigned words;    /* words taken so far */
	uint8_t buffer[16];
};

/* State of the stm32h7x controller. */
struct stm32h7x_regs {
	uint32_t acr;
	uint32_t optsr, wpsn[2]; /* as written; in force is what is programmed */
	bool options_open, optkey_fault;
	unsigned optkey_step;
	struct stm32h7x_bank {
		uint32_t cr, sr, ecc_fa;
		unsigned key_step;
		bool key_fault;   /* a wrong key: locked until reset */
		uint32_t word;    /* offset of the flash word that is in the write buffer */
		uint32_t written; /* a bit per byte that the buffer has taken; 0: it is empty */
		uint8_t buffer[32];
	} bank[2];
};

struct flash {
	const struct chip *chip;
	struct bus *bus;
	struct stats *stats;
	int fd;
	uint8_t *data; /* the file, mapped shared: what is written here survives the death of this process */
	uint8_t *after; /* what the operation under way is to leave; as large as the flash */
	uint8_t *option; /* option bytes, on parts where they are programmed as memory; else NULL */
	uint8_t *eeprom; /* data EEPROM; NULL: the part has none */
	struct ecc ecc;
	struct option_bytes options;
	bool read_protected; /* no access to flash and data EEPROM */
	struct fault *fault; /* what goes wrong on purpose; never NULL */
	bool dead; /* power was lost: nothing changes any more */
	uint64_t busy_until_ns; /* modelled time */
	void (*request_reset)(void *ctx); /* a system reset, which the controller asks for */
	bool (*cpu_is_running)(void *ctx); /* who polls: see flash_poll_busy */
	bool (*cpu_is_reading)(void *ctx); /* who reads: the CPU, or else the debugger */
	void (*set_nmi)(void *ctx, bool asserted); /* the controller's line to the core */
	void *ctx;
	union {
		struct stm32lx_regs stm32lx;
		struct stm32f1x_regs stm32f1x;
		struct stm32f2x_regs stm32f2x;
		struct stm32l4x_regs stm32l4x;
		struct stm32h7x_regs stm32h7x;
	} regs;
};

struct flash_ops {
	uint8_t erased; /* value of an erased byte */
	void (*reset)(struct flash *flash);
	/* Register access by offset from chip->flash_regs. 0 or BUS_FAULT. */
	int (*reg_read)(struct flash *flash, uint32_t offset, uint32_t *value);
	int (*reg_write)(struct flash *flash, uint32_t offset, uint32_t value);
	/* A write of SIZE bytes into the flash's address range. 0 or BUS_FAULT. */
	int (*mem_write)(struct flash *flash, uint32_t offset, unsigned size, uint32_t value);
	/* The same into the option bytes' block; NULL where they are not programmed as memory. */
	int (*option_write)(struct flash *flash, uint32_t offset, unsigned size, uint32_t value);
	/* Flash with ECC: the CPU or the debugger is going to read, from a granule that is BAD or not. 0 or BUS_FAULT. */
	int (*mem_read)(struct flash *flash, uint32_t offset, bool bad, bool cpu);
};

extern const struct flash_ops flash_stm32lx, flash_stm32f1x, flash_stm32f2x, flash_stm32l4x, flash_stm32h7x;

/* Opens or creates PATH as the flash of CHIP and maps it. On failure returns -1 and leaves one line, which says what
 * and where, in MESSAGE. */
int flash_open(struct flash *flash, const struct chip *chip, const char *path, char *message, unsigned message_size);
void flash_close(struct flash *flash);

/* Puts flash, its alias at 0 and its controller on the bus. */
void flash_attach(struct flash *flash, struct bus *bus, struct stats *stats);
/* Gives the controller the option bytes' MEMORY, which is on the bus. */
void flash_attach_options(struct flash *flash, struct bus_memory *memory);
void flash_reset(struct flash *flash);

/* Operation done: SIZE bytes at OFFSET are AFTER, and sound. */
void flash_done(struct flash *flash, enum flash_change change, uint32_t offset, uint32_t size, const uint8_t *after);

/* Every change of flash, from the CPU or the debug port: programs SIZE bytes at OFFSET (FLASH_ERASE: BYTES is NULL).
 * Counts it, and keeps the flash busy for DURATION_NS from the end of what it does now. */
void flash_apply(struct flash *flash, enum flash_change change, uint32_t offset, uint32_t size, const uint8_t *bytes,
		 uint64_t duration_ns);

/* Is an operation under way? A debugger that finds it busy is answered so once, and then the time it would have
 * waited has passed (TCK is not spent on waiting); for the running CPU time passes with its instructions. */
bool flash_poll_busy(struct flash *flash);

#endif
