/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a part is; chips.c has the table of them.
 */
#ifndef VBOARD_CHIP_H
#define VBOARD_CHIP_H

#include <stdbool.h>
#include <stdint.h>

struct core_model;
struct debug_map;
struct flash_ops;
struct periph;

/* A word of memory that nobody writes: option bytes as shipped. */
struct chip_word {
	uint32_t address, value;
};

struct chip_memory {
	uint32_t base, size;
};

struct chip {
	const char *name; /* as in --chip */
	const struct core_model *core;
	uint32_t cpuid;                    /* SCB CPUID */
	uint32_t jtag_idcode;              /* JTAG-DP */
	uint32_t swd_idcode;               /* SW-DP DPIDR */
	uint32_t bs_idcode;                /* boundary-scan TAP, 5-bit IR; 0: there is none */
	uint32_t ap_idr;                   /* of access port 0; 0: as the core says */
	const struct debug_map *debug_map; /* NULL: as the core says */
	/* An H7: its access port 1 is that of domain 2, port 2 that of the system's debug bus, where the DBGMCU is too. */
	bool more_ports;
	uint32_t dbgmcu;                  /* base address of DBGMCU */
	uint32_t dbgmcu_idcode;           /* REV_ID and DEV_ID */
	uint32_t flash_base, flash_size;  /* bytes */
	uint32_t flash_alias;             /* where the flash shows as well; flash_base: nowhere */
	uint32_t boot;                    /* where the first vectors are fetched: VTOR after reset */
	uint32_t page_size;               /* bytes, the erase unit of the silicon; on parts with sectors the smallest */
	uint32_t granule;                 /* bytes that share one ECC code and are programmed in one go; 0: no ECC */
	uint32_t ram_base, ram_size;      /* bytes */
	struct chip_memory more_ram[2];   /* size 0: none */
	struct chip_memory ram_end_alias; /* where the last bytes of the RAM show as well */
	/* Memories that are only read. Sizes are multiples of 4 KiB; 0: there is none. */
	uint32_t system_base, system_size; /* system memory (boot loader), OTP */
	uint32_t eeprom_base, eeprom_size; /* data EEPROM */
	uint32_t option_base;              /* option bytes, one 4 KiB block */
	struct chip_word options[4];       /* option bytes as shipped, ends with address 0 or the array */
	uint32_t flash_size_word;          /* address of the flash size in KiB, 16 bits */
	uint32_t uid[3];                   /* addresses of the three words of the unique ID */
	uint32_t clock_hz;                 /* after reset */
	unsigned irqs;                     /* interrupt lines of the NVIC */
	const struct flash_ops *flash_ops;
	const void *flash_variant;    /* as the controller's file defines it */
	const char *model;            /* the names of these two */
	uint32_t flash_regs;          /* base address of the flash controller */
	const struct periph *periphs; /* register files, ends with a row without a name */
};

#endif
