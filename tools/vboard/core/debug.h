/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Debug registers (DHCSR, DCRSR, DEMCR, DFSR), breakpoints (FPB) and watchpoints (DWT), and the DBGMCU. Reference: ARM DDI 0403
 * sections C1.6 to C1.11.
 */
#ifndef VBOARD_DEBUG_H
#define VBOARD_DEBUG_H

#include "core/state.h"

void debug_attach(struct core *core, struct bus *bus);
/* What answers where no block is; comes last. */
void debug_attach_rest(struct core *core, struct bus *bus);
/* What the system's debug bus of the H7 has, on a bus of its own. */
void debug_attach_apb(struct core *core, struct bus *bus, const struct debug_map *map);
void debug_halt(struct core *core, uint32_t dfsr_reason);
bool debug_enabled(const struct core *core);
bool debug_breakpoint_at(const struct core *core, uint32_t pc);
/* Called before a step or run: makes the emulator report data accesses if a DWT comparator watches for them. */
void debug_arm_watchpoints(struct core *core);
bool debug_stepping(const struct core *core);
bool debug_masks_interrupts(const struct core *core);
void debug_reset(struct core *core);

enum {
	DFSR_HALTED = 1u << 0,
	DFSR_BKPT = 1u << 1,
	DFSR_DWTTRAP = 1u << 2,
	DFSR_VCATCH = 1u << 3,
	DFSR_EXTERNAL = 1u << 4,
};
enum {
	DEMCR_VC_CORERESET = 1u << 0,
	DEMCR_VC_MMERR = 1u << 4,
	DEMCR_VC_NOCPERR = 1u << 5,
	DEMCR_VC_CHKERR = 1u << 6,
	DEMCR_VC_STATERR = 1u << 7,
	DEMCR_VC_BUSERR = 1u << 8,
	DEMCR_VC_INTERR = 1u << 9,
	DEMCR_VC_HARDERR = 1u << 10,
	DEMCR_MON_EN = 1u << 16,
	DEMCR_TRCENA = 1u << 24,
};

#endif
