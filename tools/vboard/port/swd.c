/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One call is one edge of SWCLK: request, turnaround, acknowledge and data are states of a small machine.
 */
#include "port/swd.h"

#include "port/dap.h"

#define LINE_RESET_ONES 50

void swd_reset(struct swd *swd)
{
	swd->phase = SWD_LOST;
	swd->bit = swd->ones = 0;
}

static void enter(struct swd *swd, enum swd_phase phase)
{
	swd->phase = phase;
	swd->bit = 0;
}

static bool parity(uint32_t value)
{
	return __builtin_parity(value);
}

/* Header: start 1, APnDP, RnW, A[2:3], parity, stop 0, park 1. Sent from bit 0. */
static bool header_ok(uint8_t header)
{
	return (header & 0x01) && !(header & 0x40) && (header & 0x80) && parity(header >> 1 & 0xF) == (header >> 5 & 1);
}

static bool is_ap(const struct swd *swd)
{
	return swd->header >> 1 & 1;
}

static bool is_read(const struct swd *swd)
{
	return swd->header >> 2 & 1;
}

static unsigned address(const struct swd *swd)
{
	return (swd->header >> 3 & 3) << 2;
}

/* Decides the acknowledgement, and for a read fetches the data. */
static void begin_transfer(struct swd *swd)
{
	struct dap *dap = swd->dap;
	bool sticky = dap->ctrl_stat &
		      (CTRL_STAT_STICKYERR | CTRL_STAT_STICKYCMP | CTRL_STAT_STICKYORUN | CTRL_STAT_WDATAERR);
	bool always = !is_ap(swd) && (is_read(swd) ? address(swd) <= DP_CTRL_STAT : address(swd) == DP_ABORT);
	uint32_t value = 0;

	if (swd->read_first && (is_ap(swd) || !is_read(swd) || address(swd) != DP_DPIDR)) {
		enter(swd, SWD_LOST);
		return;
	}
	swd->read_first = false;
	swd->ack = sticky && !always ? SWD_ACK_FAULT : SWD_ACK_OK;
	if (swd->ack == SWD_ACK_OK && is_ap(swd) && dap_is_busy(dap))
		swd->ack = SWD_ACK_WAIT;
	if (is_read(swd) && swd->ack == SWD_ACK_OK) {
		if (is_ap(swd)) {
			value = dap->rdbuff; /* posted: the result of this read comes with the next */
			dap_ap_read(dap, address(swd));
		} else {
			/* On SWD the read of SELECT's place is RESEND: the last value again. */
			value = address(swd) == DP_SELECT ? dap->rdbuff : dap_dp_read(dap, address(swd));
		}
	}
	swd->data = value | (uint64_t)parity(value) << 32;
}

static void end_write(struct swd *swd)
{
	uint32_t value = (uint32_t)swd->data;

	if (swd->ack != SWD_ACK_OK) {
		swd->dap->ctrl_stat |= CTRL_STAT_STICKYORUN;
		return;
	}
	if (parity(value) != (swd->data >> 32 & 1)) {
		swd->dap->ctrl_stat |= CTRL_STAT_WDATAERR;
		return;
	}
	if (is_ap(swd))
		dap_ap_write(swd->dap, address(swd), value);
	else
		dap_dp_write(swd->dap, address(swd), value, false);
}

static void after_ack(struct swd *swd)
{
	/* Without overrun detection a refused transfer has no data phase. ARM IHI 0031 section B4.2. */
	if (swd->ack != SWD_ACK_OK && !(swd->dap->ctrl_stat & CTRL_STAT_ORUNDETECT))
		enter(swd, SWD_TURN_IDLE);
	else
		enter(swd, is_read(swd) ? SWD_READ : SWD_TURN_WRITE);
}

void swd_clock(struct swd *swd, bool swdio)
{
	swd->ones = swdio ? swd->ones + 1 : 0;
	/* While the target drives, the host's level means nothing. */
	if (swd->phase == SWD_ACK || swd->phase == SWD_READ)
		swd->ones = 0;
	if (swd->ones >= LINE_RESET_ONES) {
		enter(swd, SWD_IDLE);
		swd->bit = 1; /* the line is high because of the reset: wait for it to go low */
		swd->read_first = true;
		return;
	}
	switch (swd->phase) {
	case SWD_LOST:
		break;
	case SWD_IDLE:
		if (!swdio) {
			swd->bit = 0;
		} else if (swd->bit == 0) {
			enter(swd, SWD_HEADER);
			swd->header = 1;
			swd->bit = 1;
		}
		break;
	case SWD_HEADER:
		swd->header |= (uint8_t)(swdio << swd->bit);
		if (++swd->bit == 8)
			enter(swd, header_ok(swd->header) ? SWD_TURN_ACK : SWD_LOST);
		break;
	case SWD_TURN_ACK:
		enter(swd, SWD_ACK);
		begin_transfer(swd);
		break;
	case SWD_ACK:
		if (++swd->bit == 3)
			after_ack(swd);
		break;
	case SWD_READ:
		if (++swd->bit == 33)
			enter(swd, SWD_TURN_IDLE);
		break;
	case SWD_TURN_WRITE:
		enter(swd, SWD_WRITE);
		swd->data = 0;
		break;
	case SWD_WRITE:
		swd->data |= (uint64_t)swdio << swd->bit;
		if (++swd->bit == 33) {
			end_write(swd);
			enter(swd, SWD_IDLE);
		}
		break;
	case SWD_TURN_IDLE:
		enter(swd, SWD_IDLE);
		break;
	}
}

bool swd_output(const struct swd *swd)
{
	switch (swd->phase) {
	case SWD_ACK:
		return swd->ack >> swd->bit & 1;
	case SWD_READ:
		return swd->data >> swd->bit & 1;
	default:
		return true; /* not driven, pulled up */
	}
}
