/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Serial wire debug port: packets bit by bit. Reference: ARM IHI 0031 section B4.
 */
#ifndef VBOARD_SWD_H
#define VBOARD_SWD_H

#include <stdbool.h>
#include <stdint.h>

struct dap;

enum swd_phase {
	SWD_LOST, /* before a line reset, or after a protocol error */
	SWD_IDLE, /* waiting for a start bit */
	SWD_HEADER,
	SWD_TURN_ACK, /* turnaround, host to target */
	SWD_ACK,
	SWD_READ,       /* 32 bits and parity to the host */
	SWD_TURN_WRITE, /* turnaround, target to host, before write data */
	SWD_WRITE,      /* 32 bits and parity from the host */
	SWD_TURN_IDLE,  /* turnaround at the end */
};

struct swd {
	struct dap *dap;
	enum swd_phase phase;
	unsigned bit;  /* within the phase */
	unsigned ones; /* consecutive ones, for the line reset */
	uint8_t header;
	uint8_t ack;
	uint64_t data;   /* 32 bits and parity */
	bool clock;      /* level of SWCLK */
	bool read_first; /* after a line reset only DPIDR may be read */
};

enum { SWD_ACK_OK = 1, SWD_ACK_WAIT = 2, SWD_ACK_FAULT = 4 };

void swd_reset(struct swd *swd);

/* A rising edge of SWCLK with the level of SWDIO as the host drives it (ignored where the target drives). */
void swd_clock(struct swd *swd, bool swdio);

/* What the host sees on SWDIO before the next rising edge. */
bool swd_output(const struct swd *swd);

#endif
