/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One board: the parts put together.
 */
#ifndef VBOARD_BOARD_H
#define VBOARD_BOARD_H

#include "bus.h"
#include "core/core.h"
#include "core/debug.h"
#include "port/dap.h"
#include "flash/fault.h"
#include "flash/flash.h"
#include "port/jtag.h"
#include "parts/periph.h"
#include "stats.h"
#include "port/swd.h"

struct board {
	const struct chip *chip;
	struct stats stats;
	struct bus bus, domain2, apb; /* what each access port reaches: the core's, and an H7's two others */
	struct flash flash;
	struct fault fault;
	struct core core;
	struct dap dap;
	struct jtag jtag;
	struct swd swd;
	struct periph_file *periphs;
	unsigned periph_count;
	uint8_t *ram, *more_ram[2], *system, *eeprom, *option; /* NULL: the part has none */
	uint32_t tck_ns;                                       /* modelled period of TCK */
	bool nrst;                                             /* the probe holds NRST low */
};

/*
 * Powers up a board of `chip` whose flash is the file `flash_path`; `fault` says what is to go wrong (NULL: nothing).
 * On failure returns -1 and leaves one line in `message`.
 */
int board_open(struct board *board, const struct chip *chip, const char *flash_path, const struct fault *fault,
	       uint32_t adapter_khz, char *message, unsigned message_size);
void board_close(struct board *board);

/* System reset (NRST or SYSRESETREQ): everything but the debug registers and the debug port. */
void board_reset(struct board *board);

/* The probe pulls NRST low, or lets it go: the core stands still while it is low, and starts when it is let go. */
void board_drive_nrst(struct board *board, bool low);

/* Does the target answer at all: has it power? */
bool board_answers(const struct board *board);

/* Is there nothing for the core to do, whatever time passes? */
bool board_stands_still(const struct board *board);

/* A clock of the debug port's wire: counts it, and its time passes. */
void board_count_clock(struct board *board);

#endif
