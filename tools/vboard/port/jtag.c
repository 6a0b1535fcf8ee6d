/* SPDX-License-Identifier: GPL-2.0-only
 *
 * References: IEEE 1149.1 (TAP controller); ARM IHI 0031 section B3 (JTAG-DP).
 */
#include "port/jtag.h"

#include "port/dap.h"

/* next[state][TMS] */
static const uint8_t next[16][2] = {
	[TEST_LOGIC_RESET] = {RUN_TEST_IDLE, TEST_LOGIC_RESET},
	[RUN_TEST_IDLE] = {RUN_TEST_IDLE, SELECT_DR},
	[SELECT_DR] = {CAPTURE_DR, SELECT_IR},
	[CAPTURE_DR] = {SHIFT_DR, EXIT1_DR},
	[SHIFT_DR] = {SHIFT_DR, EXIT1_DR},
	[EXIT1_DR] = {PAUSE_DR, UPDATE_DR},
	[PAUSE_DR] = {PAUSE_DR, EXIT2_DR},
	[EXIT2_DR] = {SHIFT_DR, UPDATE_DR},
	[UPDATE_DR] = {RUN_TEST_IDLE, SELECT_DR},
	[SELECT_IR] = {CAPTURE_IR, TEST_LOGIC_RESET},
	[CAPTURE_IR] = {SHIFT_IR, EXIT1_IR},
	[SHIFT_IR] = {SHIFT_IR, EXIT1_IR},
	[EXIT1_IR] = {PAUSE_IR, UPDATE_IR},
	[PAUSE_IR] = {PAUSE_IR, EXIT2_IR},
	[EXIT2_IR] = {SHIFT_IR, UPDATE_IR},
	[UPDATE_IR] = {RUN_TEST_IDLE, SELECT_DR},
};

/* Instructions of the JTAG-DP; everything else is BYPASS. */
enum { IR_ABORT = 0x8, IR_DPACC = 0xA, IR_APACC = 0xB, IR_IDCODE = 0xE };
enum { BOUNDARY_IR_IDCODE = 0x01 };
enum { ACK_WAIT = 1, ACK_OK_FAULT = 2 };

void jtag_reset(struct jtag *jtag)
{
	jtag->state = TEST_LOGIC_RESET;
	jtag->boundary.ir_length = 5;
	jtag->boundary.ir = BOUNDARY_IR_IDCODE;
	jtag->debug.ir_length = 4;
	jtag->debug.ir = IR_IDCODE;
	jtag->busy = jtag->ignored = false;
}

static void load(struct tap *tap, uint64_t value, unsigned length)
{
	tap->shift = value;
	tap->shift_length = length;
}

static void capture_dr(struct jtag *jtag)
{
	if (jtag->boundary.ir == BOUNDARY_IR_IDCODE)
		load(&jtag->boundary, jtag->boundary_idcode, 32);
	else
		load(&jtag->boundary, 0, 1); /* BYPASS; boundary cells are not modelled */

	switch (jtag->debug.ir) {
	case IR_IDCODE:
		load(&jtag->debug, jtag->debug_idcode, 32);
		break;
	case IR_ABORT:
		load(&jtag->debug, 0, 35);
		break;
	case IR_DPACC:
	case IR_APACC:
		load(&jtag->debug, (uint64_t)jtag->result << 3 | (jtag->busy ? ACK_WAIT : ACK_OK_FAULT), 35);
		jtag->ignored = jtag->busy;
		jtag->busy = false;
		break;
	default:
		load(&jtag->debug, 0, 1);
	}
}

/* DPACC and APACC: bit 0 read, bits 2:1 address, then data. The result shows in the next capture. */
static void update_dr(struct jtag *jtag)
{
	uint32_t data = (uint32_t)(jtag->debug.shift >> 3);
	unsigned a = (unsigned)(jtag->debug.shift << 1) & 0xC;
	bool read = jtag->debug.shift & 1;
	struct dap *dap = jtag->dap;

	if (jtag->debug.shift_length != 35 || jtag->ignored)
		return;
	switch (jtag->debug.ir) {
	case IR_ABORT:
		break; /* DAPABORT: no transaction ever hangs here */
	case IR_DPACC:
		if (read)
			jtag->result = dap_dp_read(dap, a);
		else
			dap_dp_write(dap, a, data, true);
		break;
	case IR_APACC:
		jtag->busy = dap_is_busy(dap);
		if (read) {
			dap_ap_read(dap, a);
			jtag->result = dap->rdbuff;
		} else {
			dap_ap_write(dap, a, data);
		}
		break;
	}
}

static bool shift(struct tap *tap, bool in)
{
	bool out = tap->shift & 1;

	tap->shift = tap->shift >> 1 | (uint64_t)in << (tap->shift_length - 1);
	return out;
}

void jtag_clock(struct jtag *jtag, bool tms, bool tdi)
{
	switch (jtag->state) {
	case CAPTURE_DR:
		capture_dr(jtag);
		break;
	case CAPTURE_IR: /* the two low bits are 01 by the standard */
		load(&jtag->boundary, 0x01, jtag->boundary.ir_length);
		load(&jtag->debug, 0x01, jtag->debug.ir_length);
		break;
	case SHIFT_DR:
	case SHIFT_IR:
		shift(&jtag->debug, jtag->boundary_idcode ? shift(&jtag->boundary, tdi) : tdi);
		break;
	default:
		break;
	}
	jtag->state = next[jtag->state][tms];
	switch (jtag->state) {
	case TEST_LOGIC_RESET:
		jtag_reset(jtag);
		break;
	case UPDATE_DR:
		update_dr(jtag);
		break;
	case UPDATE_IR:
		jtag->boundary.ir = (uint32_t)jtag->boundary.shift;
		jtag->debug.ir = (uint32_t)jtag->debug.shift;
		break;
	default:
		break;
	}
}

bool jtag_tdo(const struct jtag *jtag)
{
	if (jtag->state != SHIFT_DR && jtag->state != SHIFT_IR)
		return true; /* not driven, pulled up */
	return jtag->debug.shift & 1;
}
