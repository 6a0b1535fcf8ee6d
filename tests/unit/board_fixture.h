/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A board for each test: a fresh STM32L152RB, or the chip of CHIP_TEST, with blank flash in a temporary file, and the wires of a
 * debug adapter. The tear-down removes the file and fails the test if the model met something that it does not know, unless the test
 * expected that.
 */
#ifndef BOARD_FIXTURE_H
#define BOARD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board.h"
#include "probes/probe.h"

#define FLASH_BASE    0x08000000u
#define RAM_BASE      0x20000000u
#define RAM_SIZE      0x4000u
#define NOTHING_THERE 0x60000000u /* an address where nothing answers, and rightly so */

struct fixture {
	struct board board;
	struct probe wire;
	char folder[64], flash_path[80];
	bool unmodelled_expected;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);
#define BOARD_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define CHIP_TEST(name, chip)                                                                     \
	{                                                                                         \
#name " on " chip, name, fixture_setup, fixture_teardown, (void *)(uintptr_t)chip \
	}

/* Power goes and comes back: what the device keeps is what its files hold. */
void power_cycle(struct fixture *f);

/* Memory and registers as the debug port sees them; a bus fault fails the test. */
uint32_t peek(struct fixture *f, uint32_t address);
uint32_t peek_size(struct fixture *f, uint32_t address, unsigned size);
void poke(struct fixture *f, uint32_t address, uint32_t value);

/* One character of remote_bitbang. For those that ask, the answer '0' or '1', else 0. */
char wire_send(struct fixture *f, char c);

/* JTAG over the wire: one clock; returns TDO. */
bool jtag_tick(struct fixture *f, bool tms, bool tdi);
/* From anywhere to Run-Test/Idle through Test-Logic-Reset. */
void jtag_home(struct fixture *f);
/* From Run-Test/Idle through Shift-IR or Shift-DR and back; returns what came out, bit 0 first. `count` up to 64. */
uint64_t jtag_scan(struct fixture *f, bool ir, uint64_t bits, unsigned count);
/* Puts `instruction` (4 bits) into the JTAG-DP, BYPASS into the boundary-scan TAP. Returns the 9 captured bits. */
unsigned jtag_instruction(struct fixture *f, unsigned instruction);
/* One DPACC or APACC scan: 35 bits in; returns the 35 that were captured (bits 2:0 the acknowledgement). */
enum { JTAG_ABORT = 0x8, JTAG_DPACC = 0xA, JTAG_APACC = 0xB, JTAG_IDCODE = 0xE, JTAG_BYPASS = 0xF };
uint64_t jtag_access(struct fixture *f, unsigned instruction, bool read, unsigned a, uint32_t data);

/* Puts build/tests/target/NAME.bin at the start of flash (not counted as programming) and resets the board. */
void load_program(struct fixture *f, const char *name);

#endif
