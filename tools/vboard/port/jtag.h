/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The scan chain: TDI, boundary-scan TAP (5-bit IR), JTAG-DP (4-bit IR), TDO. RM0038 section 30.6.
 */
#ifndef VBOARD_JTAG_H
#define VBOARD_JTAG_H

#include <stdbool.h>
#include <stdint.h>

struct dap;

enum tap_state {
	TEST_LOGIC_RESET,
	RUN_TEST_IDLE,
	SELECT_DR,
	CAPTURE_DR,
	SHIFT_DR,
	EXIT1_DR,
	PAUSE_DR,
	EXIT2_DR,
	UPDATE_DR,
	SELECT_IR,
	CAPTURE_IR,
	SHIFT_IR,
	EXIT1_IR,
	PAUSE_IR,
	EXIT2_IR,
	UPDATE_IR,
};

/* One TAP: its instruction and the register that is being shifted. */
struct tap {
	unsigned ir_length;
	uint32_t ir;
	uint64_t shift;
	unsigned shift_length;
};

struct jtag {
	enum tap_state state;
	struct tap boundary, debug;
	struct dap *dap;
	uint32_t boundary_idcode /* 0: no such TAP */, debug_idcode;
	bool busy;    /* the access under way is answered WAIT once */
	bool ignored; /* and what was shifted in meanwhile is not carried out */
	uint32_t result;
};

void jtag_reset(struct jtag *jtag);

/* A rising edge of TCK. */
void jtag_clock(struct jtag *jtag, bool tms, bool tdi);

/* What TDO shows before the next rising edge. */
bool jtag_tdo(const struct jtag *jtag);

#endif
