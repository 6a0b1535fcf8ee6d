/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Debug port and memory access ports, independent of the wire. Reference: ARM IHI 0031 (ADIv5).
 */
#ifndef VBOARD_DAP_H
#define VBOARD_DAP_H

#include <stdbool.h>
#include <stdint.h>

struct bus;
struct chip;
struct stats;

#define DAP_PORTS 3

/* A memory access port; the core's is number 0. */
struct access_port {
	struct bus *bus; /* NULL: there is none of this number */
	uint32_t idr, base, csw_reset;
	uint32_t csw, tar;
};

struct dap {
	const struct chip *chip;
	struct stats *stats;
	uint32_t ctrl_stat, select, rdbuff, dlcr;
	uint64_t wait_every, asked; /* a fault: each so many accesses to an access port it is busy; 0: never */
	struct access_port ports[DAP_PORTS];
};

enum { BASE_PRESENT = 3, BASE_ABSENT = 2 }; /* a ROM table, in the format of ADIv5 */
enum { DP_ABORT = 0x0, DP_DPIDR = 0x0, DP_CTRL_STAT = 0x4, DP_SELECT = 0x8, DP_RDBUFF = 0xC };
enum {
	CTRL_STAT_ORUNDETECT = 1u << 0,
	CTRL_STAT_STICKYORUN = 1u << 1,
	CTRL_STAT_STICKYCMP = 1u << 4,
	CTRL_STAT_STICKYERR = 1u << 5,
	CTRL_STAT_READOK = 1u << 6,
	CTRL_STAT_WDATAERR = 1u << 7
};

void dap_reset(struct dap *dap);

/* Debug port registers at address A (0, 4, 8, 12). Clearing sticky flags differs by wire: JTAG writes them in
 * CTRL/STAT, SWD through ABORT. */
uint32_t dap_dp_read(struct dap *dap, unsigned a);
void dap_dp_write(struct dap *dap, unsigned a, uint32_t value, bool jtag);

/* Access port register at address A in the bank that SELECT names. The result of a read goes to dap->rdbuff. Does
 * nothing while STICKYERR is set. */
void dap_ap_read(struct dap *dap, unsigned a);
void dap_ap_write(struct dap *dap, unsigned a, uint32_t value);

/* Asked before each access to an access port: is it busy with the one before, so that the answer is WAIT? */
bool dap_is_busy(struct dap *dap);

/* The ABORT register: clears sticky flags. */
void dap_abort(struct dap *dap, uint32_t value);

#endif
