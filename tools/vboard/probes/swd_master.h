/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The probe's end of the SWD wire, bit by bit, for probes that are asked for whole transfers. Reference: ARM IHI 0031
 * section B4.
 */
#ifndef VBOARD_SWD_MASTER_H
#define VBOARD_SWD_MASTER_H

#include <stdbool.h>
#include <stdint.h>

struct board;

enum swd_answer {
	SWD_OK = 1,
	SWD_WAIT = 2,
	SWD_FAULT = 4,
	SWD_NOTHING = 7, /* nobody drives the line */
	SWD_PARITY = 8,  /* the data came with wrong parity */
};

/* One transfer of the register at address A (0, 4, 8, 12) of the access port or the debug port; `*data` is written or read.
 * The result of an access port's read comes with the next read. */
enum swd_answer swd_transfer(struct board *board, bool ap, bool read, unsigned a, uint32_t *data);

/* `count` bits to the target, from bit 0 of `bits` on. */
void swd_send(struct board *board, const uint8_t *bits, unsigned count);

/* From JTAG to SWD, and a line reset: ARM IHI 0031 section B5.2. */
void swd_select(struct board *board);

#endif
