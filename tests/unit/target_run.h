/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Running the programs of tests/unit/target on the virtual core, and looking at it as a debugger does.
 */
#ifndef TARGET_RUN_H
#define TARGET_RUN_H

#include "board_fixture.h"

#include "target/target.h"

#define MAILBOX(member) (RAM_BASE + (uint32_t)offsetof(struct mailbox, member))

enum { DHCSR = 0xE000EDF0, DCRSR = 0xE000EDF4, DCRDR = 0xE000EDF8, DEMCR = 0xE000EDFC, DFSR = 0xE000ED30 };
enum { C_DEBUGEN = 1 << 0, C_HALT = 1 << 1, C_STEP = 1 << 2, C_MASKINTS = 1 << 3 };
enum { S_HALT = 1 << 17, S_SLEEP = 1 << 18, S_LOCKUP = 1 << 19, S_RETIRE_ST = 1 << 24, S_RESET_ST = 1 << 25 };

#define DHCSR_WRITE 0xA05F0000u

static inline void set_arguments(struct fixture *f, uint32_t part, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	const uint32_t arguments[4] = {a, b, c, d};

	poke(f, MAILBOX(part), part);
	poke(f, MAILBOX(done), 0);
	poke(f, MAILBOX(count), 0);
	for (uint32_t i = 0; i < 4; i++)
		poke(f, MAILBOX(arguments) + 4 * i, arguments[i]);
	for (uint32_t i = 0; i < MAILBOX_RESULTS; i++)
		poke(f, MAILBOX(results) + 4 * i, 0);
	board_reset(&f->board);
}

/* Runs from where it is, `slice` instructions at a time, until the program says that it is done. */
static inline void run_part(struct fixture *f, uint32_t slice, uint32_t limit)
{
	for (uint32_t ran = 0; peek(f, MAILBOX(done)) != MAILBOX_DONE; ran += slice) {
		if (ran > limit || f->board.core.lockup || f->board.core.halted)
			fail_msg("part %u does not end: pc 0x%08X, xpsr 0x%08X%s%s, CFSR 0x%08X, HFSR 0x%08X",
				 (unsigned)peek(f, MAILBOX(part)), (unsigned)core_reg_read(&f->board.core, REG_PC),
				 (unsigned)core_reg_read(&f->board.core, REG_XPSR),
				 f->board.core.lockup ? ", locked up" : "", f->board.core.halted ? ", halted" : "",
				 (unsigned)peek(f, 0xE000ED28), (unsigned)peek(f, 0xE000ED2C));
		core_run(&f->board.core, slice);
	}
}

static inline uint32_t result(struct fixture *f, uint32_t index)
{
	return peek(f, MAILBOX(results) + 4 * index);
}

/* ---- as a debugger ---- */

static inline void halt(struct fixture *f)
{
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN | C_HALT);
	assert_int_equal(peek(f, DHCSR) & S_HALT, S_HALT);
}

static inline void step(struct fixture *f)
{
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN | C_STEP);
	core_run(&f->board.core, 1000);
	assert_int_equal(peek(f, DHCSR) & S_HALT, S_HALT);
}

/* Lets it run, at most `limit` instructions. True if it has halted. */
static inline bool go(struct fixture *f, uint32_t limit)
{
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN);
	core_run(&f->board.core, limit);
	return peek(f, DHCSR) & S_HALT;
}

static inline uint32_t reg(struct fixture *f, unsigned number)
{
	poke(f, DCRSR, number);
	return peek(f, DCRDR);
}

static inline void set_reg(struct fixture *f, unsigned number, uint32_t value)
{
	poke(f, DCRDR, value);
	poke(f, DCRSR, 1u << 16 | number);
}

#endif
