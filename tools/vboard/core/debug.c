/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Debug registers of the core: DHCSR and its neighbours, breakpoint unit (FPB), watchpoint unit (DWT), and the
 * DBGMCU. Reference: ARM DDI 0403 part C, and DDI 0419 part C for ARMv6-M;
 * RM0038 section 30.
 */
#include "core/debug.h"

#include "core/components.h"

#include "parts/chip.h"
#include "stats.h"

#include <string.h>

enum {
	DHCSR_C_DEBUGEN = 1u << 0,
	DHCSR_C_HALT = 1u << 1,
	DHCSR_C_STEP = 1u << 2,
	DHCSR_C_MASKINTS = 1u << 3,
	DHCSR_CONTROL = 0x2Fu
};
enum {
	DHCSR_S_REGRDY = 1u << 16,
	DHCSR_S_HALT = 1u << 17,
	DHCSR_S_SLEEP = 1u << 18,
	DHCSR_S_LOCKUP = 1u << 19,
	DHCSR_S_RETIRE_ST = 1u << 24,
	DHCSR_S_RESET_ST = 1u << 25
};
enum { DFSR = 0x30, DHCSR = 0xF0, DCRSR = 0xF4, DCRDR = 0xF8, DEMCR = 0xFC }; /* from 0xE000ED00 */
enum { FP_CTRL = 0x00, FP_REMAP = 0x04, FP_COMP0 = 0x08 };
enum { DWT_CTRL = 0x00, DWT_CYCCNT = 0x04, DWT_PCSR = 0x1C, DWT_COMP0 = 0x20 };

#define APB_BASE           0xE00E0000u
#define APB_WINDOW         0x5C000000u
#define APB_SIZE           0x16000u
#define DHCSR_KEY          0xA05Fu
#define CODE_REGION_END    0x20000000u /* comparators know no addresses above */
#define DWT_CTRL_CYCCNTENA 1u
#define DEMCR_BITS         0x010F07F1u
#define DEMCR_BITS_V6M     0x01000401u /* DWTENA, VC_HARDERR, VC_CORERESET; DDI 0419 C1.6.4 */

bool debug_enabled(const struct core *core)
{
	return core->dhcsr & DHCSR_C_DEBUGEN;
}

bool debug_stepping(const struct core *core)
{
	return (core->dhcsr & (DHCSR_C_DEBUGEN | DHCSR_C_STEP)) == (DHCSR_C_DEBUGEN | DHCSR_C_STEP);
}

bool debug_masks_interrupts(const struct core *core)
{
	return (core->dhcsr & (DHCSR_C_DEBUGEN | DHCSR_C_MASKINTS)) == (DHCSR_C_DEBUGEN | DHCSR_C_MASKINTS);
}

void debug_halt(struct core *core, uint32_t dfsr_reason)
{
	core->halted = true;
	core->sleeping = core->lockup = false; /* S_LOCKUP clears on halt */
	core->stop = true;
	core->dhcsr |= DHCSR_C_HALT;
	core->dfsr |= dfsr_reason;
}

/* System reset: C_HALT and C_STEP do not survive; the debugger's other settings do (ARM DDI 0403 C1.4.1). */
void debug_reset(struct core *core)
{
	core->dhcsr &= DHCSR_C_DEBUGEN | DHCSR_C_MASKINTS;
	core->s_reset_st = true;
	core->s_retire_st = false;
}

/* ---- DHCSR, DCRSR, DCRDR, DEMCR, DFSR ---- */

static uint32_t dhcsr_read(struct core *core)
{
	uint32_t value = core->dhcsr & DHCSR_CONTROL;

	value |= DHCSR_S_REGRDY;
	value |= core->halted ? DHCSR_S_HALT : 0;
	value |= core->sleeping ? DHCSR_S_SLEEP : 0;
	value |= core->lockup ? DHCSR_S_LOCKUP : 0;
	value |= core->s_retire_st ? DHCSR_S_RETIRE_ST : 0;
	value |= core->s_reset_st ? DHCSR_S_RESET_ST : 0;
	core->s_retire_st = core->s_reset_st = false;
	return value;
}

static void dhcsr_write(struct core *core, uint32_t value)
{
	if (value >> 16 != DHCSR_KEY)
		return;
	if (core->emulating) {
		/* The program's own write: C_DEBUGEN is the debugger's, and without it the others mean nothing. */
		if (!debug_enabled(core))
			return;
		value |= DHCSR_C_DEBUGEN;
	}
	core->dhcsr = value & DHCSR_CONTROL;
	if (!(value & DHCSR_C_DEBUGEN)) {
		core->dhcsr = 0;
		core->halted = false;
		return;
	}
	if (value & DHCSR_C_HALT) {
		if (!core->halted)
			debug_halt(core, DFSR_HALTED);
	} else {
		core->halted = false;
	}
}

static void dcrsr_write(struct core *core, uint32_t value)
{
	unsigned regsel = value & 0x7F;

	if (!core->halted)
		return;
	if (value & 1u << 16)
		core_reg_write(core, regsel, core->dcrdr);
	else
		core->dcrdr = core_reg_read(core, regsel);
}

/* On ARMv6-M only a debugger is promised access to these registers (ARM DDI 0419 C1.6). To the program they are 0 here. */
static bool program_is_kept_out(const struct core *core)
{
	return core->emulating && core_model_is_v6m(core->model);
}

static int scb_debug_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct core *core = ctx;

	*value = 0;
	if (program_is_kept_out(core))
		return 0;
	switch (offset + 0xF0) {
	case DHCSR:
		*value = dhcsr_read(core);
		break;
	case DCRDR:
		*value = core->dcrdr;
		break;
	case DEMCR:
		*value = core->demcr;
		break;
	default:
		*value = 0;
	}
	return 0;
}

static int scb_debug_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct core *core = ctx;

	if (program_is_kept_out(core))
		return 0;
	switch (offset + 0xF0) {
	case DHCSR:
		dhcsr_write(core, value);
		break;
	case DCRSR:
		dcrsr_write(core, value);
		break;
	case DCRDR:
		core->dcrdr = (core->dcrdr & ~mask) | (value & mask);
		break;
	case DEMCR:
		core->demcr = (core->demcr & ~mask) |
			      (value & mask & (core_model_is_v6m(core->model) ? DEMCR_BITS_V6M : DEMCR_BITS));
		break;
	}
	return 0;
}

static int dfsr_read(void *ctx, uint32_t offset, uint32_t *value)
{
	(void)offset;
	*value = ((struct core *)ctx)->dfsr;
	return 0;
}

static int dfsr_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	(void)offset;
	((struct core *)ctx)->dfsr &= ~(value & mask);
	return 0;
}

/* ---- FPB, ARM DDI 0403 section C1.11; BPU of ARMv6-M, DDI 0419 section C1.9 ---- */

static unsigned comparators(const struct core *core)
{
	return core->model->code_comparators + core->model->literal_comparators;
}

/* Revision 1: one address anywhere, not a half of one word. */
static bool comparator_hits(const struct core *core, uint32_t comp, uint32_t pc)
{
	uint32_t replace = comp >> 30;

	if (!(comp & 1))
		return false;
	if (core->model->fpb_revision)
		return (comp & ~1u) == pc;
	if (pc >= CODE_REGION_END || ((comp ^ pc) & 0x1FFFFFFC))
		return false;
	return pc & 2 ? replace & 2 : replace & 1;
}

bool debug_breakpoint_at(const struct core *core, uint32_t pc)
{
	if (!(core->fp_ctrl & 1) || !debug_enabled(core))
		return false;
	for (unsigned i = 0; i < core->model->code_comparators; i++)
		if (comparator_hits(core, core->fp_comp[i], pc))
			return true;
	return false;
}

static int fpb_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct core *core = ctx;

	*value = 0;
	if (offset == FP_CTRL)
		*value = core->model->fpb_revision << 28 | core->model->literal_comparators << 8 |
			 core->model->code_comparators << 4 | (core->fp_ctrl & 1);
	else if (offset >= FP_COMP0 && offset < FP_COMP0 + 4 * comparators(core))
		*value = core->fp_comp[(offset - FP_COMP0) / 4];
	else if (offset != FP_REMAP && offset < 0xFB0)
		stats_unmodelled(core->stats, "read of FPB register", 0xE0002000u + offset);
	return 0;
}

static int fpb_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct core *core = ctx;

	(void)mask;
	if (offset == FP_CTRL) {
		if (value & 2) /* KEY */
			core->fp_ctrl = value & 1;
	} else if (offset >= FP_COMP0 && offset < FP_COMP0 + 4 * comparators(core)) {
		core->fp_comp[(offset - FP_COMP0) / 4] = core->model->fpb_revision ? value : value & 0xDFFFFFFD;
	} else {
		stats_unmodelled(core->stats, "write to FPB register", 0xE0002000u + offset);
	}
	return 0;
}

/* ---- DWT, ARM DDI 0403 section C1.8; on ARMv6-M (DDI 0419 section C1.8) without counters ---- */

enum { FUNCTION_WATCH_READ = 5, FUNCTION_WATCH_WRITE = 6, FUNCTION_WATCH_BOTH = 7, FUNCTION_MATCHED = 1u << 24 };

/* What comparator I watches for, in ARMv7-M's numbers. ARMv8-M (DDI 0553, DWT_FUNCTIONn) has its own, and tells the size
 * there. */
static uint32_t watch_kind(const struct core *core, unsigned i)
{
	static const uint8_t kinds[16] = {
		[4] = FUNCTION_WATCH_BOTH, [5] = FUNCTION_WATCH_WRITE, [6] = FUNCTION_WATCH_READ};
	uint32_t function = core->dwt_function[i];

	if (core->model->architecture < 8)
		return function & 0xF;
	return (function >> 4 & 3) == 1 ? kinds[function & 0xF] : 0; /* ACTION: debug event */
}

static uint32_t watch_mask(const struct core *core, unsigned i)
{
	unsigned bits = core->model->architecture < 8 ? core->dwt_mask[i] : core->dwt_function[i] >> 10 & 3;

	return ~((1u << bits) - 1);
}

static void on_data_access(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *ctx)
{
	struct core *core = ctx;
	bool write = type == UC_MEM_WRITE;

	(void)uc;
	(void)value;
	for (unsigned i = 0; i < core->model->watch_comparators; i++) {
		uint32_t function = watch_kind(core, i);
		uint32_t mask = watch_mask(core, i);
		uint32_t first = (uint32_t)address & mask, last = (uint32_t)(address + (unsigned)size - 1) & mask;

		if (function < FUNCTION_WATCH_READ || function > FUNCTION_WATCH_BOTH)
			continue;
		if (function == (write ? FUNCTION_WATCH_READ : FUNCTION_WATCH_WRITE))
			continue;
		if ((core->dwt_comp[i] & mask) < first || (core->dwt_comp[i] & mask) > last)
			continue;
		core->dwt_function[i] |= FUNCTION_MATCHED;
		core->event = core->event == EVENT_NONE ? EVENT_WATCHPOINT : core->event;
		core->stop = true;
	}
}

void debug_arm_watchpoints(struct core *core)
{
	bool wanted = false;

	for (unsigned i = 0; i < core->model->watch_comparators; i++)
		wanted |= watch_kind(core, i) >= FUNCTION_WATCH_READ;
	wanted = wanted && debug_enabled(core) && (core->demcr & DEMCR_TRCENA);
	if (wanted == core->watching)
		return;
	core->watching = wanted;
	if (wanted)
		uc_hook_add(core->uc, &core->watch_hook, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, (void *)on_data_access,
			    core, 1, 0);
	else
		uc_hook_del(core->uc, core->watch_hook);
}

static uint32_t comparators_end(const struct core *core)
{
	return DWT_COMP0 + 16 * core->model->watch_comparators;
}

static uint32_t cyccnt(const struct core *core)
{
	return core->dwt_ctrl & DWT_CTRL_CYCCNTENA ? (uint32_t)core->cycles - core->dwt_cyccnt_base
						   : core->dwt_cyccnt_base;
}

static void set_cyccnt(struct core *core, uint32_t value)
{
	core->dwt_cyccnt_base = core->dwt_ctrl & DWT_CTRL_CYCCNTENA ? (uint32_t)core->cycles - value : value;
}

static int dwt_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct core *core = ctx;

	*value = 0;
	if (offset >= DWT_COMP0 && offset < comparators_end(core)) {
		unsigned i = (offset - DWT_COMP0) / 16;

		switch (offset & 0xC) {
		case 0x0:
			*value = core->dwt_comp[i];
			break;
		case 0x4:
			*value = core->dwt_mask[i];
			break;
		case 0x8:
			*value = core->dwt_function[i];
			core->dwt_function[i] &= ~FUNCTION_MATCHED;
			break;
		}
	} else if (offset == DWT_CTRL) {
		*value = core->model->watch_comparators << 28 | core->dwt_ctrl;
	} else if (offset == DWT_CYCCNT) {
		*value = cyccnt(core);
	} else if (offset == DWT_PCSR) {
		*value = core->halted ? 0xFFFFFFFF : core->pc_last;
	} else if (offset > DWT_PCSR && offset < 0xFB0) {
		stats_unmodelled(core->stats, "read of DWT register", 0xE0001000u + offset);
	}
	return 0;
}

static int dwt_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct core *core = ctx;
	unsigned i = (offset - DWT_COMP0) / 16;

	(void)mask;
	if (offset == DWT_CTRL) {
		uint32_t count = cyccnt(core);

		core->dwt_ctrl = core_model_is_v6m(core->model) ? 0 : value & 0x00FFFFFF;
		set_cyccnt(core, count);
	} else if (offset == DWT_CYCCNT) {
		set_cyccnt(core, value);
	} else if (offset < DWT_COMP0 || offset >= comparators_end(core)) {
		if (offset >= DWT_PCSR)
			stats_unmodelled(core->stats, "write to DWT register", 0xE0001000u + offset);
	} else if ((offset & 0xC) == 0x0) {
		core->dwt_comp[i] = value;
	} else if ((offset & 0xC) == 0x4) {
		core->dwt_mask[i] = value & 0xF; /* up to 32 KiB */
	} else if ((offset & 0xC) == 0x8) {
		core->dwt_function[i] = value & 0xFFF;
	}
	return 0;
}

/* ---- Blocks that are only there to be found ---- */

static int dbgmcu_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct core *core = ctx;

	*value = offset == 0 ? core->chip->dbgmcu_idcode : core->dbgmcu[offset / 4];
	return 0;
}

static int dbgmcu_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct core *core = ctx;
	uint32_t *reg = &core->dbgmcu[offset / 4];

	*reg = (*reg & ~mask) | (value & mask);
	return 0;
}

void debug_attach(struct core *core, struct bus *bus)
{
	const struct bus_device blocks[] = {
		{"debug", 0xE000EDF0, 0x10, scb_debug_read, scb_debug_write, core},
		{"DFSR", 0xE000ED30, 0x4, dfsr_read, dfsr_write, core},
		{"FPB", 0xE0002000, 0x1000, fpb_read, fpb_write, core},
		{"DWT", 0xE0001000, 0x1000, dwt_read, dwt_write, core},
		{"DBGMCU", core->chip->dbgmcu, 4 * DBGMCU_WORDS, dbgmcu_read, dbgmcu_write, core},
	};

	for (unsigned i = 0; i < sizeof blocks / sizeof *blocks; i++)
		bus_add_device(bus, blocks[i]);
}

/* Where a debugger looks before it knows the core: the trace unit, and both places where an ST part may have its DBGMCU.
 * The private peripheral bus answers there, whatever is behind it. */
void debug_attach_rest(struct core *core, struct bus *bus)
{
	static const uint32_t places[] = {0xE0000000, 0xE0042000, 0xE0044000};

	for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
		bus_add_device(bus, (struct bus_device){"reserved", places[i], 0x1000, bus_reads_zero,
							bus_ignores_write, core});
}

/* The core sees the debug bus at other addresses. RM0433 section 60.3. */
static int window_read(void *ctx, uint32_t offset, uint32_t *value)
{
	return bus_read(ctx, APB_BASE + offset, 4, value);
}

static int window_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	(void)mask;
	return bus_write(ctx, APB_BASE + offset, 4, value);
}

/* RM0433 section 60.4.2: DBGMCU, as access port 2 sees it; the trace units are rows of the part's table. */
void debug_attach_apb(struct core *core, struct bus *bus, const struct debug_map *map)
{
	bus_add_device(core->bus,
		       (struct bus_device){"debug bus", APB_WINDOW, APB_SIZE, window_read, window_write, bus});
	bus_add_device(bus,
		       (struct bus_device){"DBGMCU", 0xE00E1000, 4 * DBGMCU_WORDS, dbgmcu_read, dbgmcu_write, core});
	components_attach(core, bus, map);
	components_attach_rest(core, bus, map);
}
