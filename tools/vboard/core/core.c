/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Facts about Unicorn 2.0.1 that this file relies on:
 * - UC_MODE_THUMB alone, then the CPU model: with UC_MODE_MCLASS every model silently becomes a Cortex-M33.
 * - uc_emu_stop() inside a memory hook aborts the store half-way. So hooks only set a flag; the code hook, which runs
 *   before each instruction, is the one place that stops.
 * - Changed bytes do not invalidate translated code: uc_ctl_remove_cache does, page by page.
 * - A hook of UC_HOOK_MEM_WRITE_PROT that returns true gets the store carried out all the same.
 * - Inside an IT block a stop takes effect one instruction late.
 */
#include "core/core.h"
#include "core/bitband.h"
#include "core/components.h"
#include "core/cores.h"
#include "core/debug.h"
#include "core/exception.h"
#include "core/scs.h"

#include "parts/chip.h"
#include "stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_FOR_EVER 0xF0000000u /* an address that is never executed */
#define OPCODE_WFI   0xBF30u
#define MMIO_BLOCKS  3

enum { CFSR_PRECISERR = 1u << 9, CFSR_BFARVALID = 1u << 15 };

static const struct {
	uint32_t base, size;
} mmio_blocks[MMIO_BLOCKS] = {
	{0x40000000, 0x20000000},     /* peripherals */
	{0xE0000000, 0x00100000},     /* private peripheral bus */
	{BITBAND_SRAM, BITBAND_SIZE}, /* on cores that have it */
};

/* Interrupt hook numbers of Unicorn's ARM. */
enum {
	UC_EXCP_UDEF = 1,
	UC_EXCP_SWI = 2,
	UC_EXCP_PREFETCH_ABORT = 3,
	UC_EXCP_DATA_ABORT = 4,
	UC_EXCP_BKPT = 7,
	UC_EXCP_EXCEPTION_EXIT = 8,
	UC_EXCP_NOCP = 17
};

static void note_event(struct core *core, enum core_event event)
{
	if (core->event == EVENT_NONE)
		core->event = event;
	core->stop = true;
}

static int memory_at(const struct core *core, uint32_t address)
{
	for (unsigned i = 0; i < core->bus->memory_count; i++)
		if (address - core->bus->memories[i].base < core->bus->memories[i].size)
			return (int)i;
	return -1;
}

/* The emulator's copy of a few bytes is again what the memory holds. */
static void refresh_copy(struct core *core, unsigned memory, uint32_t offset, uint32_t size)
{
	const struct bus_memory *m = &core->bus->memories[memory];

	if (core->copies[memory] && offset < m->size)
		memcpy(core->copies[memory] + offset, m->data + offset,
		       size < m->size - offset ? size : m->size - offset);
}

static void undo_discarded(struct core *core)
{
	for (unsigned i = 0; i < core->discarded_count; i++)
		refresh_copy(core, core->discarded[i].memory, core->discarded[i].offset, core->discarded[i].size);
	core->discarded_count = 0;
}

/* The FPU is coprocessors 10 and 11 (ARM DDI 0403 A5.3.18). Unicorn executes its instructions whatever CPACR says. */
static bool is_fp_instruction(struct core *core, uint32_t address)
{
	int memory = memory_at(core, address);
	uint32_t opcode, offset;

	if (memory < 0)
		return false;
	offset = address - core->bus->memories[memory].base;
	if (offset + 4 > core->bus->memories[memory].size)
		return false;
	opcode = bytes_load(core->bus->memories[memory].data + offset, 4);
	return (opcode & 0xEC00) == 0xEC00 && (opcode >> 25 & 7) == 5;
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *ctx)
{
	struct core *core = ctx;

	if (core->discarded_count)
		undo_discarded(core);
	if (!core->stop && core->budget == 0)
		core->stop = true;
	if (!core->stop && debug_breakpoint_at(core, (uint32_t)address))
		note_event(core, EVENT_BREAKPOINT);
	if (!core->stop && core->fpu_off && size == 4 && is_fp_instruction(core, (uint32_t)address)) {
		note_event(core, EVENT_NO_COPROCESSOR);
		core->pc_last = (uint32_t)address;
	}
	if (core->stop) {
		/* In an IT block this one is executed all the same: if it faults, it is the one. */
		if (core->event == EVENT_NONE)
			core->pc_last = (uint32_t)address;
		uc_emu_stop(uc);
		return;
	}
	core->budget--;
	core->cycles++;
	core->pc_last = (uint32_t)address;
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *ctx)
{
	struct core *core = ctx;

	switch (number) {
	case UC_EXCP_BKPT:
		note_event(core, EVENT_BKPT);
		break;
	case UC_EXCP_SWI:
		note_event(core, EVENT_SVC);
		break;
	case UC_EXCP_EXCEPTION_EXIT:
		note_event(core, EVENT_EXCEPTION_RETURN);
		break;
	case UC_EXCP_PREFETCH_ABORT:
		note_event(core, EVENT_FETCH_FAULT);
		break;
	case UC_EXCP_DATA_ABORT:
		note_event(core, EVENT_BUS_FAULT);
		break;
	case UC_EXCP_NOCP:
		note_event(core, EVENT_NO_COPROCESSOR);
		break;
	default:
		note_event(core, EVENT_UNDEFINED);
		break;
	}
	uc_emu_stop(uc);
}

/* Nothing answers at `address`. */
static void note_bus_fault(struct core *core, uint32_t address)
{
	note_event(core, EVENT_BUS_FAULT);
	core->bfar = address;
}

/* A store to flash or other memory that is not plain: the bus takes it. What changed is run and read from the next
 * instruction on. */
static void take_store(struct core *core, uint32_t address, unsigned size, uint32_t value)
{
	int memory = memory_at(core, address);
	uint32_t offset = address - core->bus->memories[memory].base;

	if (bus_write(core->bus, address, size, value))
		note_bus_fault(core, address);
	if (core->discarded_count < CORE_MAX_DISCARDED) {
		core->discarded[core->discarded_count].memory = (unsigned)memory;
		core->discarded[core->discarded_count].offset = offset;
		core->discarded[core->discarded_count++].size = size;
	}
	if (core->bus->memories[memory].dirty[offset / BUS_PAGE])
		core->stop = true;
}

static bool on_bad_access(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *ctx)
{
	struct core *core = ctx;

	(void)uc;
	if (type == UC_MEM_WRITE_PROT) {
		take_store(core, (uint32_t)address, (unsigned)size, (uint32_t)value);
		return true;
	}
	if (type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT)
		note_event(core, EVENT_FETCH_FAULT);
	else
		note_bus_fault(core, (uint32_t)address);
	return false;
}

/* A word is there, but cannot be read. The emulator completes the load all the same. */
static void note_unreadable(struct core *core, uint32_t address)
{
	if (!exception_ignores_bus_faults(core)) {
		note_bus_fault(core, address);
		core->unreadable = true;
		for (unsigned i = 0; i < 15; i++)
			core->regs_before[i] = core_reg_read(core, i);
		return;
	}
	core->cfsr |= CFSR_PRECISERR | CFSR_BFARVALID;
	core->bfar = address;
}

static void on_special_read(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *ctx)
{
	struct core *core = ctx;
	int memory = memory_at(core, (uint32_t)address);
	struct bus_memory *m = &core->bus->memories[memory];
	uint32_t offset = (uint32_t)address - m->base;

	(void)uc;
	(void)type;
	(void)value;
	if (m->before_read(m->ctx, offset, (unsigned)size))
		note_unreadable(core, (uint32_t)address);
	refresh_copy(core, (unsigned)memory, offset, (unsigned)size);
}

static uint64_t mmio_read(struct core *core, uint32_t address, unsigned size)
{
	uint32_t value = 0;

	if (bus_read(core->bus, address, size, &value))
		note_bus_fault(core, address);
	return value;
}

static void mmio_write(struct core *core, uint32_t address, unsigned size, uint64_t value)
{
	if (bus_write(core->bus, address, size, (uint32_t)value))
		note_bus_fault(core, address);
}

/* Unicorn hands callbacks an offset within the block, so each block has its own pair. */
#define MMIO_PAIR(n)                                                                                         \
	static uint64_t mmio_read_##n(uc_engine *uc, uint64_t offset, unsigned size, void *ctx)              \
	{                                                                                                    \
		(void)uc;                                                                                    \
		return mmio_read(ctx, mmio_blocks[n].base + (uint32_t)offset, size);                         \
	}                                                                                                    \
	static void mmio_write_##n(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *ctx) \
	{                                                                                                    \
		(void)uc;                                                                                    \
		mmio_write(ctx, mmio_blocks[n].base + (uint32_t)offset, size, value);                        \
	}
MMIO_PAIR(0)
MMIO_PAIR(1)
MMIO_PAIR(2)

/* The copy that the emulator gets instead of memory N; one for all places where the same bytes show. */
static uint8_t *make_copy(struct core *core, unsigned n)
{
	const struct bus_memory *m = core->bus->memories;

	for (unsigned i = 0; i < n; i++)
		if (m[i].data == m[n].data)
			return core->copies[i];
	uint8_t *copy = aligned_alloc(BUS_PAGE, m[n].size);

	if (!copy)
		abort();
	memcpy(copy, m[n].data, m[n].size);
	return copy;
}

static uc_err map_bus(struct core *core)
{
	uc_err err = UC_ERR_OK;

	for (unsigned i = 0; i < core->bus->memory_count && !err; i++) {
		struct bus_memory *m = &core->bus->memories[i];

		if (!m->writable)
			core->copies[i] = make_copy(core, i);
		err = uc_mem_map_ptr(core->uc, m->base, m->size,
				     m->writable ? UC_PROT_ALL : UC_PROT_READ | UC_PROT_EXEC,
				     m->writable ? m->data : core->copies[i]);
	}
	if (!err)
		err = uc_mmio_map(core->uc, mmio_blocks[0].base, mmio_blocks[0].size, mmio_read_0, core, mmio_write_0,
				  core);
	if (!err)
		err = uc_mmio_map(core->uc, mmio_blocks[1].base, mmio_blocks[1].size, mmio_read_1, core, mmio_write_1,
				  core);
	if (!err && core->model->bit_band)
		err = uc_mmio_map(core->uc, mmio_blocks[2].base, mmio_blocks[2].size, mmio_read_2, core, mmio_write_2,
				  core);
	return err;
}

static uc_err add_hooks(struct core *core)
{
	uc_hook hook;
	uc_err err = uc_hook_add(core->uc, &hook, UC_HOOK_CODE, (void *)on_code, core, 1, 0);

	if (!err)
		err = uc_hook_add(core->uc, &hook, UC_HOOK_INTR, (void *)on_interrupt, core, 1, 0);
	if (!err)
		err = uc_hook_add(core->uc, &hook, UC_HOOK_MEM_INVALID, (void *)on_bad_access, core, 1, 0);
	for (unsigned i = 0; i < core->bus->memory_count && !err; i++) {
		struct bus_memory *m = &core->bus->memories[i];

		if (m->before_read)
			err = uc_hook_add(core->uc, &hook, UC_HOOK_MEM_READ, (void *)on_special_read, core, m->base,
					  (uint64_t)m->base + m->size - 1);
	}
	return err;
}

int core_open(struct core *core, const struct chip *chip, struct bus *bus, struct stats *stats)
{
	uc_err err;

	core->chip = chip;
	core->model = chip->core;
	core->exception_count = EXC_IRQ0 + chip->irqs;
	core->bus = bus;
	core->stats = stats;
	components_attach(core, bus, chip_debug_map(chip));
	debug_attach(core, bus);
	scs_attach(core, bus);
	bitband_attach(core, bus);
	components_attach_rest(core, bus, chip_debug_map(chip));
	debug_attach_rest(core, bus);
	err = uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &core->uc);
	if (!err)
		err = uc_ctl_set_cpu_model(core->uc, chip->core->uc_cpu);
	if (!err)
		err = map_bus(core);
	if (!err)
		err = add_hooks(core);
	if (err)
		fprintf(stderr, "vboard: Unicorn: %s\n", uc_strerror(err));
	return err ? -1 : 0;
}

void core_close(struct core *core)
{
	uc_close(core->uc);
	for (unsigned i = 0; i < BUS_MEMORIES; i++) {
		bool shared = false;

		for (unsigned j = 0; j < i; j++)
			shared |= core->copies[i] == core->copies[j];
		if (!shared)
			free(core->copies[i]);
	}
}

void core_reset(struct core *core)
{
	uint32_t sp = 0, pc = 0;

	core->halted = core->sleeping = core->lockup = core->reset_requested = false;
	core->stack_limits[0] = core->stack_limits[1] = 0;
	exception_reset(core);
	scs_reset(core);
	debug_reset(core);
	core_reg_write(core, REG_XPSR, XPSR_T);
	core_reg_write(core, REG_SPECIAL, 0);
	for (unsigned i = 0; i <= 12; i++)
		core_reg_write(core, i, 0);
	core_reg_write(core, REG_LR, 0xFFFFFFFF);
	/* ARM DDI 0403 B1.5.5: SP and PC from the vector table. */
	bus_read(core->bus, core->vtor, 4, &sp);
	bus_read(core->bus, core->vtor + 4, 4, &pc);
	core_reg_write(core, REG_PSP, 0);
	core_reg_write(core, REG_SP, sp);
	core_reg_write(core, REG_PC, pc & ~1u);
	core->not_thumb = !(pc & 1);
	if (debug_enabled(core) && (core->demcr & DEMCR_VC_CORERESET))
		debug_halt(core, DFSR_VCATCH);
}

/* Throws away translations of code that changed without the emulator. */
static void forget_stale_code(struct core *core)
{
	for (unsigned i = 0; i < core->bus->memory_count; i++) {
		struct bus_memory *m = &core->bus->memories[i];

		for (uint32_t page = 0; page < m->size / BUS_PAGE; page++) {
			uint64_t start = (uint64_t)m->base + page * BUS_PAGE;

			if (!m->dirty[page])
				continue;
			m->dirty[page] = 0;
			refresh_copy(core, i, page * BUS_PAGE, BUS_PAGE);
			uc_ctl_remove_cache(core->uc, start, start + BUS_PAGE);
		}
	}
}

/* Memories that nobody may touch for now are so for the emulator's own accesses too. */
static void shut_memories(struct core *core)
{
	for (unsigned i = 0; i < core->bus->memory_count; i++) {
		const struct bus_memory *m = &core->bus->memories[i];

		if (!m->shut || *m->shut == core->shut[i])
			continue;
		core->shut[i] = *m->shut;
		uc_mem_protect(core->uc, m->base, m->size, core->shut[i] ? UC_PROT_NONE : UC_PROT_READ | UC_PROT_EXEC);
	}
}

/* Runs the emulator for up to `budget` instructions. Leaves the reason it stopped in core->event. */
static void emulate(struct core *core, uint64_t budget)
{
	uint64_t before = core->cycles;
	uint32_t pc = core_reg_read(core, REG_PC);
	uint32_t opcode = 0;
	uc_err err;

	shut_memories(core);
	core->budget = budget;
	core->stop = false;
	core->event = EVENT_NONE;
	core->unreadable = false;
	core->pc_last = pc;
	core->emulating = true;
	err = uc_emu_start(core->uc, pc | 1, RUN_FOR_EVER, 0, 0);
	core->emulating = false;
	undo_discarded(core);
	core->stats->instructions += core->cycles - before;
	core->stats->time_ns += (core->cycles - before) * 1000000000u / core->chip->clock_hz;
	core->s_retire_st |= core->cycles != before;
	if (err && core->event == EVENT_NONE)
		core->event = err == UC_ERR_FETCH_UNMAPPED || err == UC_ERR_FETCH_PROT ? EVENT_FETCH_FAULT
			      : !core_in_thumb(core)                                   ? EVENT_INVALID_STATE
			      : err == UC_ERR_INSN_INVALID || err == UC_ERR_EXCEPTION  ? EVENT_UNDEFINED
										       : EVENT_BUS_FAULT;
	if (core->stop || err)
		return;
	/* The emulator ended by itself: WFI or WFE. An event is always there for WFE, which the architecture allows. */
	if (!bus_read(core->bus, core->pc_last, 2, &opcode) && opcode == OPCODE_WFI)
		core->sleeping = true;
}

static bool never_executed(uint32_t address)
{
	return address >> 29 == 2 || address >= 0xA0000000;
}

static void handle_event(struct core *core)
{
	switch (core->event) {
	case EVENT_NONE:
		break;
	case EVENT_BREAKPOINT:
		debug_halt(core, DFSR_BKPT);
		break;
	case EVENT_WATCHPOINT:
		debug_halt(core, DFSR_DWTTRAP);
		break;
	case EVENT_BKPT:
		core_reg_write(core, REG_PC, core->pc_last);
		if (debug_enabled(core)) {
			debug_halt(core, DFSR_BKPT);
		} else {
			/* No debugger: a fault (ARM DDI 0403 C1.6.1). */
			core->hfsr |= 1u << 31; /* DEBUGEVT */
			exception_raise(core, EXC_HARD_FAULT);
		}
		break;
	case EVENT_SVC:
		exception_raise(core, EXC_SVCALL);
		break;
	case EVENT_EXCEPTION_RETURN:
		exception_return(core, core_reg_read(core, REG_PC) | 1);
		break;
	case EVENT_UNDEFINED:
		core_reg_write(core, REG_PC, core->pc_last);
		core->cfsr |= 1u << 16; /* UNDEFINSTR */
		exception_raise(core, EXC_USAGE_FAULT);
		break;
	case EVENT_NO_COPROCESSOR:
		core_reg_write(core, REG_PC, core->pc_last);
		core->cfsr |= 1u << 19; /* NOCP */
		exception_raise(core, EXC_USAGE_FAULT);
		break;
	case EVENT_INVALID_STATE:
		core->not_thumb = true;
		break;
	case EVENT_BUS_FAULT:
		for (unsigned i = 0; core->unreadable && i < 15; i++)
			core_reg_write(core, i, core->regs_before[i]);
		core_reg_write(core, REG_PC, core->pc_last);
		core->cfsr |= CFSR_PRECISERR | CFSR_BFARVALID;
		exception_raise(core, EXC_BUS_FAULT);
		break;
	case EVENT_FETCH_FAULT:
		/* Peripherals, devices and system space are never executed (ARM DDI 0403 B3.1); elsewhere nothing answers. */
		if (never_executed(core_reg_read(core, REG_PC))) {
			core->cfsr |= 1u << 0; /* IACCVIOL */
			exception_raise(core, EXC_MEM_MANAGE);
		} else {
			core->cfsr |= 1u << 8; /* IBUSERR */
			exception_raise(core, EXC_BUS_FAULT);
		}
		break;
	}
}

void core_run(struct core *core, uint32_t count)
{
	uint64_t end = core->cycles + count;

	forget_stale_code(core);
	while (core->cycles < end && !core->halted && !core->lockup) {
		uint64_t budget = end - core->cycles;
		uint32_t tick = systick_remaining(core);

		if (core->sleeping && !core->nmi && !exception_wakes(core)) {
			if (tick == UINT32_MAX)
				return; /* nothing but a debugger can wake it */
			core->cycles += tick;
			core->stats->time_ns += (uint64_t)tick * 1000000000u / core->chip->clock_hz;
			systick_sync(core);
			continue;
		}
		core->sleeping = false;
		if (core->nmi && !core->exceptions[EXC_NMI].active)
			core->exceptions[EXC_NMI].pending = true;
		if (exception_take_pending(core) && (core->halted || core->lockup))
			return;
		if (core->not_thumb) {
			core->cfsr |= 1u << 17; /* INVSTATE */
			exception_raise(core, EXC_USAGE_FAULT);
			continue;
		}
		if (budget > tick)
			budget = tick ? tick : 1;
		if (exception_wakes(core))
			budget =
				1; /* something waits for a mask or a handler: its time may come with any instruction */
		debug_arm_watchpoints(core);
		emulate(core, debug_stepping(core) ? 1 : budget);
		systick_sync(core);
		handle_event(core);
		if (core->reset_requested)
			core->system_reset(core->ctx);
		if (!core->halted && debug_stepping(core))
			debug_halt(core, DFSR_HALTED);
		forget_stale_code(core);
	}
}
