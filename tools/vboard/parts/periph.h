/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Peripherals that are no more than registers that keep what was written, with a few bits that follow others ("ready"
 * bits that firmware waits on). Rows of data; a family has one table.
 */
#ifndef VBOARD_PERIPH_H
#define VBOARD_PERIPH_H

#include <stdint.h>

struct bus;

#define PERIPH_WORDS 256 /* registers per peripheral: 1 KiB */

struct periph_reset {
	uint16_t offset;
	uint32_t value;
};

/* The bits of `cause`, as they stand after a write at `offset`, are copied to the register at `to`, moved left by `shift` bits
 * (right if it is negative). */
struct periph_follow {
	uint16_t offset;
	uint32_t cause;
	uint16_t to;
	int shift;
};

/* Instead of a distance: the bits of `cause` read as 1, or as 0, whatever is written. */
enum { ALWAYS_1 = 100, ALWAYS_0 = 101 };

struct periph {
	const char *name;
	uint32_t base;
	uint32_t size;                       /* bytes that are modelled, at most 4 * PERIPH_WORDS */
	const struct periph_reset *resets;   /* ends with value 0 */
	const struct periph_follow *follows; /* ends with cause 0 */
};

struct periph_file {
	const struct periph *row;
	uint32_t regs[PERIPH_WORDS];
};

/* What every part has, at its own addresses: watchdogs, which do not count, and SYSCFG. A watchdog's keys are not kept. */
extern const struct periph_reset periph_no_resets[], periph_iwdg_resets[], periph_wwdg_resets[];
extern const struct periph_follow periph_no_follows[], periph_iwdg_follows[], periph_syscfg_follows[];
#define WATCHDOGS_AT(iwdg, wwdg)                                          \
	{"IWDG", iwdg, 0x20, periph_iwdg_resets, periph_iwdg_follows},    \
	{                                                                 \
		"WWDG", wwdg, 0x0C, periph_wwdg_resets, periph_no_follows \
	}
#define WATCHDOGS WATCHDOGS_AT(0x40003000, 0x40002C00)
#define SYSCFG(base)                                                           \
	{                                                                      \
		"SYSCFG", base, 0x400, periph_no_resets, periph_syscfg_follows \
	}

extern const struct periph periphs_stm32l1[], periphs_stm32l0[];
extern const struct periph periphs_stm32f0[], periphs_stm32f1[], periphs_stm32f3[];
extern const struct periph periphs_stm32f2[], periphs_stm32f4[], periphs_stm32f7[];
/* periph_l4.c */
extern const struct periph periphs_stm32l4[], periphs_stm32g0[], periphs_stm32g0b[], periphs_stm32g4[];
extern const struct periph periphs_stm32wb[], periphs_stm32wl[];
extern const struct periph periphs_stm32l5[], periphs_stm32u5[], periphs_stm32h7[];

/* Adds all rows of the table to the bus; the files live in FILES, which must have room (periph_count). */
unsigned periph_count(const struct periph *table);
void periph_add_all(struct bus *bus, const struct periph *table, struct periph_file *files);
void periph_reset(struct periph_file *files, unsigned count);

#endif
