/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Transfers come from JTAG or SWD already whole: a register of the debug port, or of the access port that SELECT names.
 */
#include "port/dap.h"

#include "bus.h"
#include "parts/chip.h"
#include "core/cores.h"
#include "stats.h"

#include <stddef.h>

enum {
	AP_CSW = 0x00,
	AP_TAR = 0x04,
	AP_DRW = 0x0C,
	AP_BD0 = 0x10,
	AP_BD3 = 0x1C,
	AP_CFG = 0xF4,
	AP_BASE = 0xF8,
	AP_IDR = 0xFC
};
enum {
	CSW_SIZE = 7,
	CSW_WORD = 2,
	CSW_ADDRINC = 3u << 4,
	CSW_INCREMENT = 1u << 4,
	CSW_PACKED = 2u << 4,
	CSW_DEVICE_EN = 1u << 6,
	CSW_WRITABLE = 0x7F000F37
};

enum {
	SELECT_DPBANKSEL = 0xF,
	BANK_CTRL_STAT = 0,
	BANK_DLCR = 1,
	BANK_TARGETID = 2,
	BANK_DLPIDR = 3,
	BANK_EVENTSTAT = 4
};
enum { DLCR_TURNROUND = 3u << 8 };
#define POWER_REQUESTS ((1u << 28) | (1u << 30)) /* CDBGPWRUPREQ, CSYSPWRUPREQ; acknowledged one bit above */

void dap_reset(struct dap *dap)
{
	dap->ctrl_stat = dap->select = dap->rdbuff = dap->dlcr = 0;
	for (unsigned i = 0; i < DAP_PORTS; i++) {
		dap->ports[i].csw = dap->ports[i].csw_reset;
		dap->ports[i].tar = 0;
	}
}

/* What DPBANKSEL shows at address 4; ADIv5.2 knows more of them than 5.0. ARM IHI 0031 section B2.2. */
static uint32_t banked_read(const struct dap *dap)
{
	bool v2 = (dap->chip->swd_idcode >> 12 & 0xF) >= 2;

	switch (dap->select & SELECT_DPBANKSEL) {
	case BANK_CTRL_STAT:
		return dap->ctrl_stat | (dap->ctrl_stat & POWER_REQUESTS) << 1;
	case BANK_DLCR:
		return dap->dlcr;
	case BANK_TARGETID: /* DEV_ID and ST's code */
		return v2 ? (dap->chip->dbgmcu_idcode & 0xFFF) << 16 | 0x41 : 0;
	case BANK_DLPIDR: /* instance 0, protocol version 1 */
		return v2 ? 1 : 0;
	case BANK_EVENTSTAT: /* no event is pending */
		return v2 ? 1 : 0;
	default:
		return 0;
	}
}

uint32_t dap_dp_read(struct dap *dap, unsigned a)
{
	dap->stats->dp_reads++;
	switch (a) {
	case DP_CTRL_STAT:
		return banked_read(dap);
	case DP_SELECT:
		return dap->select;
	case DP_RDBUFF:
		return dap->rdbuff;
	default:
		return dap->chip->swd_idcode;
	}
}

void dap_abort(struct dap *dap, uint32_t value)
{
	/* STKCMPCLR, STKERRCLR, WDERRCLR, ORUNERRCLR; ARM IHI 0031 section B2.2.1. */
	static const uint32_t flags[4] = {CTRL_STAT_STICKYCMP, CTRL_STAT_STICKYERR, CTRL_STAT_WDATAERR,
					  CTRL_STAT_STICKYORUN};

	for (unsigned i = 0; i < 4; i++)
		if (value & 2u << i)
			dap->ctrl_stat &= ~flags[i];
}

/* Of the others only DLCR can be written. */
static void banked_write(struct dap *dap, uint32_t value)
{
	if ((dap->select & SELECT_DPBANKSEL) != BANK_DLCR)
		return;
	if (value & DLCR_TURNROUND)
		stats_unmodelled(dap->stats, "turnaround in DP register DLCR:", value & DLCR_TURNROUND);
	dap->dlcr = value & ~DLCR_TURNROUND;
}

void dap_dp_write(struct dap *dap, unsigned a, uint32_t value, bool jtag)
{
	const uint32_t sticky = CTRL_STAT_STICKYORUN | CTRL_STAT_STICKYCMP | CTRL_STAT_STICKYERR;

	dap->stats->dp_writes++;
	switch (a) {
	case DP_ABORT:
		if (!jtag)
			dap_abort(dap, value);
		break;
	case DP_CTRL_STAT:
		if (dap->select & SELECT_DPBANKSEL) {
			banked_write(dap, value);
			break;
		}
		if (jtag)
			dap->ctrl_stat &= ~(value & sticky);
		dap->ctrl_stat = (dap->ctrl_stat & (sticky | CTRL_STAT_WDATAERR | CTRL_STAT_READOK)) |
				 (value & (POWER_REQUESTS | CTRL_STAT_ORUNDETECT));
		break;
	case DP_SELECT:
		dap->select = value;
		break;
	}
}

bool dap_is_busy(struct dap *dap)
{
	return dap->wait_every && ++dap->asked % dap->wait_every == 0;
}

static void advance_tar(const struct dap *dap, struct access_port *port, unsigned bytes)
{
	uint32_t inside = dap->chip->core->tar_wrap - 1;

	if (port->csw & CSW_ADDRINC)
		port->tar = (port->tar & ~inside) | ((port->tar + bytes) & inside);
}

/* One data register access is one transfer, or with packed increment as many as fit in a word. Bytes travel in the lane
 * of their address. ARM IHI 0031 section C2.2. */
static void transfer(struct dap *dap, struct access_port *port, uint32_t *data, bool write)
{
	unsigned size = 1u << (port->csw & 3);
	unsigned count = (port->csw & CSW_ADDRINC) == CSW_PACKED ? 4 / size : 1;
	uint32_t result = 0;

	for (unsigned i = 0; i < count; i++) {
		unsigned shift = 8 * (port->tar & 3 & ~(size - 1));
		uint32_t value = *data >> shift;
		int err = write ? bus_write(port->bus, port->tar, size, value)
				: bus_read(port->bus, port->tar, size, &value);

		if (err) {
			dap->ctrl_stat |= CTRL_STAT_STICKYERR;
			return;
		}
		result |= value << shift;
		advance_tar(dap, port, size);
	}
	*data = result;
}

/* The access port that SELECT names, or NULL. */
static struct access_port *selected(struct dap *dap)
{
	uint32_t number = dap->select >> 24;

	return number < DAP_PORTS && dap->ports[number].bus ? &dap->ports[number] : NULL;
}

static unsigned register_address(const struct dap *dap, unsigned a)
{
	return (dap->select & 0xF0) | a;
}

void dap_ap_read(struct dap *dap, unsigned a)
{
	struct access_port *port = selected(dap);
	unsigned reg = register_address(dap, a);
	uint32_t value = 0;

	dap->stats->ap_reads++;
	if (!port) {
		dap->rdbuff = 0; /* no such port: IDR reads as 0 */
		return;
	}
	if (dap->ctrl_stat & CTRL_STAT_STICKYERR)
		return;
	switch (reg) {
	case AP_CSW:
		value = port->csw;
		break;
	case AP_TAR:
		value = port->tar;
		break;
	case AP_DRW:
		transfer(dap, port, &value, false);
		break;
	case AP_CFG:
		break;
	case AP_BASE:
		value = port->base;
		break;
	case AP_IDR:
		value = port->idr;
		break;
	default:
		if (reg >= AP_BD0 && reg <= AP_BD3) {
			if (bus_read(port->bus, (port->tar & ~0xFu) | (reg & 0xC), 4, &value))
				dap->ctrl_stat |= CTRL_STAT_STICKYERR;
		} else {
			stats_unmodelled(dap->stats, "read of AP register", reg);
		}
	}
	dap->rdbuff = value;
}

void dap_ap_write(struct dap *dap, unsigned a, uint32_t value)
{
	struct access_port *port = selected(dap);
	unsigned reg = register_address(dap, a);

	dap->stats->ap_writes++;
	if (!port || (dap->ctrl_stat & CTRL_STAT_STICKYERR))
		return;
	switch (reg) {
	case AP_CSW:
		/* A size that there is not reads back as another: so a debugger knows. */
		if ((value & CSW_SIZE) > CSW_WORD)
			value = (value & ~(uint32_t)CSW_SIZE) | CSW_WORD;
		port->csw = (value & CSW_WRITABLE) | (port->csw_reset & ~(uint32_t)CSW_WRITABLE) | CSW_DEVICE_EN;
		break;
	case AP_TAR:
		port->tar = value;
		break;
	case AP_DRW:
		transfer(dap, port, &value, true);
		break;
	default:
		if (reg >= AP_BD0 && reg <= AP_BD3) {
			if (bus_write(port->bus, (port->tar & ~0xFu) | (reg & 0xC), 4, value))
				dap->ctrl_stat |= CTRL_STAT_STICKYERR;
		} else {
			stats_unmodelled(dap->stats, "write to AP register", reg);
		}
	}
}
