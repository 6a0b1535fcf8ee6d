/* SPDX-License-Identifier: GPL-2.0-only
 *
 * System control space without the debug registers: SysTick, NVIC, SCB, FPU control. Reference: ARM DDI 0403 section B3.2
 * to B3.4; DDI 0419 section B3 for ARMv6-M, which has fewer of them.
 */
#include "core/debug.h"
#include "core/scs.h"

#include "parts/chip.h"
#include "stats.h"

#include <string.h>

enum {
	ICTR = 0x004,
	ACTLR = 0x008,
	SYST_CSR = 0x010,
	SYST_RVR = 0x014,
	SYST_CVR = 0x018,
	SYST_CALIB = 0x01C,
	NVIC_ISER = 0x100,
	NVIC_ICER = 0x180,
	NVIC_ISPR = 0x200,
	NVIC_ICPR = 0x280,
	NVIC_IABR = 0x300,
	NVIC_IPR = 0x400,
	NVIC_IPR_END = 0x4F0,
	CPUID = 0xD00,
	ICSR = 0xD04,
	VTOR = 0xD08,
	AIRCR = 0xD0C,
	SCR = 0xD10,
	CCR = 0xD14,
	SHPR1 = 0xD18,
	SHPR3 = 0xD20,
	SHCSR = 0xD24,
	CFSR = 0xD28,
	HFSR = 0xD2C,
	MMFAR = 0xD34,
	BFAR = 0xD38,
	AFSR = 0xD3C,
	ID_FIRST = 0xD40, /* ID_PFR0 to ID_ISAR4 */
	ID_LAST = 0xD70,
	CLIDR = 0xD78,
	CTR = 0xD7C,
	CCSIDR = 0xD80,
	CSSELR = 0xD84,
	CPACR = 0xD88,
	MPU_TYPE = 0xD90,
	DSCSR = 0xE08,
	STIR = 0xF00,
	DAUTHSTATUS = 0xFB8,
	DEVARCH = 0xFBC,
	FPCCR = 0xF34,
	FPCAR = 0xF38,
	FPDSCR = 0xF3C,
	MVFR0 = 0xF40,
	MVFR2 = 0xF48,
	CACHE_FIRST = 0xF50, /* ICIALLU to BPIALL: nothing to maintain */
	CACHE_LAST = 0xF78,
};

enum { CSR_ENABLE = 1u << 0, CSR_TICKINT = 1u << 1, CSR_CLKSOURCE = 1u << 2, CSR_COUNTFLAG = 1u << 16 };

enum { CCR_UNALIGN_TRP = 1u << 3, CCR_DIV_0_TRP = 1u << 4 };

#define FPCCR_RESET 0xC0000000u /* ASPEN, LSPEN */
#define CPACR_FPU   (15u << 20) /* CP10, CP11 */

void scs_reset(struct core *core)
{
	core->aircr_prigroup = core->scr = core->actlr = 0;
	core->vtor = core->chip->boot;
	core->ccr = core->model->ccr_reset;
	core->cpacr = core->fpcar = core->fpdscr = 0;
	core->fpccr = FPCCR_RESET;
	core->fpu_off = core_model_has_fpu(core->model) || core->model->fp_in_emulator;
	core->cfsr = core->hfsr = core->bfar = 0;
	core->csselr = 0;
	core->syst_csr = core->syst_rvr = core->syst_cvr = 0;
	core->syst_synced = core->cycles;
}

/* ---- SysTick, ARM DDI 0403 section B3.3 ---- */

static unsigned systick_divider(const struct core *core)
{
	return core->syst_csr & CSR_CLKSOURCE ? 1 : 8; /* RM0038: the external clock is HCLK / 8 */
}

void systick_sync(struct core *core)
{
	uint64_t ticks = (core->cycles - core->syst_synced) / systick_divider(core);

	if (!(core->syst_csr & CSR_ENABLE)) {
		core->syst_synced = core->cycles;
		return;
	}
	core->syst_synced += ticks * systick_divider(core);
	while (ticks) {
		if (core->syst_cvr == 0) {
			/* Reload takes one tick; with RVR 0 the timer stands still. */
			if (core->syst_rvr == 0)
				return;
			core->syst_cvr = core->syst_rvr;
			ticks--;
			continue;
		}
		uint64_t step = ticks < core->syst_cvr ? ticks : core->syst_cvr;

		core->syst_cvr -= (uint32_t)step;
		ticks -= step;
		if (core->syst_cvr == 0) {
			core->syst_csr |= CSR_COUNTFLAG;
			if (core->syst_csr & CSR_TICKINT)
				core->exceptions[EXC_SYSTICK].pending = true;
		}
	}
}

uint32_t systick_remaining(struct core *core)
{
	uint64_t ticks;

	if ((core->syst_csr & (CSR_ENABLE | CSR_TICKINT)) != (CSR_ENABLE | CSR_TICKINT))
		return UINT32_MAX;
	ticks = core->syst_cvr ? core->syst_cvr : (uint64_t)core->syst_rvr + 1;
	ticks *= systick_divider(core);
	return ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX - 1;
}

static uint32_t systick_read(struct core *core, uint32_t offset)
{
	uint32_t value;

	systick_sync(core);
	switch (offset) {
	case SYST_CSR:
		value = core->syst_csr;
		core->syst_csr &= ~CSR_COUNTFLAG;
		return value;
	case SYST_RVR:
		return core->syst_rvr;
	case SYST_CVR:
		return core->syst_cvr;
	default:
		return 0; /* SYST_CALIB: not known */
	}
}

static void systick_write(struct core *core, uint32_t offset, uint32_t value)
{
	systick_sync(core);
	if (offset == SYST_CSR)
		core->syst_csr = (core->syst_csr & CSR_COUNTFLAG) | (value & 7);
	if (offset == SYST_RVR)
		core->syst_rvr = value & 0xFFFFFF;
	if (offset == SYST_CVR) {
		core->syst_cvr = 0;
		core->syst_csr &= ~CSR_COUNTFLAG;
	}
}

/* ---- NVIC ---- */

static uint32_t nvic_bits(const struct core *core, uint32_t offset)
{
	uint32_t bits = 0;
	unsigned first = EXC_IRQ0 + 8 * (offset & 0x7F);

	for (unsigned i = 0; i < 32 && first + i < EXC_IRQ0 + core->chip->irqs; i++) {
		const struct core_exception *e = &core->exceptions[first + i];
		bool set = (offset & ~0x7Fu) < NVIC_ISPR ? e->enabled : offset < NVIC_IABR ? e->pending : e->active;

		bits |= (uint32_t)set << i;
	}
	return bits;
}

static void nvic_write_bits(struct core *core, uint32_t offset, uint32_t bits)
{
	unsigned first = EXC_IRQ0 + 8 * (offset & 0x7F);

	for (unsigned i = 0; i < 32 && first + i < EXC_IRQ0 + core->chip->irqs; i++) {
		struct core_exception *e = &core->exceptions[first + i];

		if (!(bits >> i & 1))
			continue;
		if (offset < NVIC_ISPR)
			e->enabled = offset < NVIC_ICER;
		else if (offset < NVIC_IABR)
			e->pending = offset < NVIC_ICPR;
	}
}

/* Four priorities of one word; the part implements the upper bits of each. */
static uint32_t priorities_read(const struct core *core, unsigned first)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 4 && first + i < core->exception_count; i++)
		value |= (uint32_t)core->exceptions[first + i].priority << (8 * i);
	return value;
}

static void priorities_write(struct core *core, unsigned first, uint32_t value, uint32_t mask)
{
	for (unsigned i = 0; i < 4 && first + i < core->exception_count; i++)
		if (mask >> (8 * i) & 0xFF)
			core->exceptions[first + i].priority = (value >> (8 * i)) & core->model->priority_mask;
}

/* ---- SCB ---- */

static const struct {
	uint8_t bit, exception;
	bool enables; /* else: tells whether it is active */
} shcsr_bits[] = {
	{0, EXC_MEM_MANAGE, false},  {1, EXC_BUS_FAULT, false},     {3, EXC_USAGE_FAULT, false},
	{7, EXC_SVCALL, false},      {8, EXC_DEBUG_MONITOR, false}, {10, EXC_PENDSV, false},
	{11, EXC_SYSTICK, false},    {16, EXC_MEM_MANAGE, true},    {17, EXC_BUS_FAULT, true},
	{18, EXC_USAGE_FAULT, true},
};

static uint32_t shcsr_read(const struct core *core)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < sizeof shcsr_bits / sizeof *shcsr_bits; i++) {
		const struct core_exception *e = &core->exceptions[shcsr_bits[i].exception];

		value |= (uint32_t)(shcsr_bits[i].enables ? e->enabled : e->active) << shcsr_bits[i].bit;
	}
	return value;
}

static void shcsr_write(struct core *core, uint32_t value, uint32_t mask)
{
	for (unsigned i = 0; i < sizeof shcsr_bits / sizeof *shcsr_bits; i++)
		if (shcsr_bits[i].enables && (mask >> shcsr_bits[i].bit & 1))
			core->exceptions[shcsr_bits[i].exception].enabled = value >> shcsr_bits[i].bit & 1;
}

static uint32_t icsr_read(const struct core *core)
{
	const struct core_exception *e = core->exceptions;
	uint32_t value = core->ipsr;
	unsigned active = 0;

	for (unsigned n = 1; n < core->exception_count; n++)
		active += e[n].active;
	for (unsigned n = core->exception_count - 1; n > 0; n--)
		if (e[n].pending && e[n].enabled)
			value = (value & 0x1FF) | n << 12;
	value |= (active <= 1) << 11; /* RETTOBASE */
	return value | (uint32_t)e[EXC_NMI].pending << 31 | (uint32_t)e[EXC_PENDSV].pending << 28 |
	       (uint32_t)e[EXC_SYSTICK].pending << 26;
}

static void icsr_write(struct core *core, uint32_t value)
{
	struct core_exception *e = core->exceptions;

	if (value & 1u << 31)
		e[EXC_NMI].pending = true;
	if (value & 1u << 28)
		e[EXC_PENDSV].pending = true;
	if (value & 1u << 27)
		e[EXC_PENDSV].pending = false;
	if (value & 1u << 26)
		e[EXC_SYSTICK].pending = true;
	if (value & 1u << 25)
		e[EXC_SYSTICK].pending = false;
}

static void aircr_write(struct core *core, uint32_t value)
{
	if (value >> 16 != 0x05FA)
		return;
	core->aircr_prigroup = core_model_is_v6m(core->model) ? 0 : (value >> 8) & 7;
	if (!(value & ((1u << 2) | (1u << 0)))) /* SYSRESETREQ, VECTRESET */
		return;
	core_request_reset(core);
}

/* Registers of ARMv7-M that ARMv6-M reserves: they read as 0. */
static bool reserved_on_v6m(uint32_t offset)
{
	return offset == ICTR || (offset >= NVIC_IABR && offset < NVIC_IPR) || offset == SHPR1 || offset >= SHCSR;
}

/* Registers of ARMv8-M's security extension, which is off: they read as 0. */
static bool is_security_register(const struct core *core, uint32_t offset)
{
	return core->model->architecture == 8 && (offset == DSCSR || offset == DAUTHSTATUS || offset == DEVARCH);
}

/* Cache maintenance, which has nothing to maintain here. */
static bool is_cache_register(const struct core *core, uint32_t offset)
{
	return core->model->clidr && offset >= CACHE_FIRST && offset <= CACHE_LAST;
}

/* Identification of the caches: CSSELR names one of level 1, 0 the data cache and 1 the instruction cache. Where there are
 * none, all is 0 but CTR of ARMv8-M. ARM DDI 0403 section B4.8; DDI 0489 sections 3.3.5 to 3.3.8. */
static uint32_t cache_read(const struct core *core, uint32_t offset)
{
	switch (offset) {
	case CLIDR:
		return core->model->clidr;
	case CTR:
		return core->model->ctr;
	case CCSIDR:
		return core->csselr < 2 ? core->model->ccsidr[core->csselr] : 0;
	default:
		return core->csselr;
	}
}

/* FPU control; false where that is no such register. ARM DDI 0403 sections B3.2.20 to B3.2.23. */
static bool fpu_read(const struct core *core, uint32_t offset, uint32_t *value)
{
	if (!core_model_has_fpu(core->model))
		return false;
	if (offset >= MVFR0 && offset <= MVFR2)
		*value = core->model->mvfr[(offset - MVFR0) / 4];
	else if (offset == CPACR)
		*value = core->cpacr;
	else if (offset == FPCCR)
		*value = core->fpccr;
	else if (offset == FPCAR)
		*value = core->fpcar;
	else if (offset == FPDSCR)
		*value = core->fpdscr;
	else
		return false;
	return true;
}

static bool fpu_write(struct core *core, uint32_t offset, uint32_t value)
{
	if (!core_model_has_fpu(core->model))
		return false;
	if (offset == CPACR) {
		core->cpacr = value & CPACR_FPU;
		core->fpu_off = core->cpacr != CPACR_FPU;
	} else if (offset == FPCCR) {
		core->fpccr = value & FPCCR_RESET;
	} else if (offset == FPCAR) {
		core->fpcar = value & ~7u;
	} else if (offset == FPDSCR) {
		core->fpdscr = value & 0x07C00000;
	} else {
		return false;
	}
	return true;
}

static int scs_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct core *core = ctx;

	*value = 0;
	if (fpu_read(core, offset, value) || (core_model_is_v6m(core->model) && reserved_on_v6m(offset)))
		return 0;
	if (offset >= SYST_CSR && offset <= SYST_CALIB)
		*value = systick_read(core, offset);
	else if (offset >= NVIC_ISER && offset < NVIC_IPR)
		*value = nvic_bits(core, offset);
	else if (offset >= NVIC_IPR && offset < NVIC_IPR_END)
		*value = priorities_read(core, EXC_IRQ0 + offset - NVIC_IPR);
	else if (offset >= SHPR1 && offset <= SHPR3)
		*value = priorities_read(core, 4 + offset - SHPR1);
	else if (offset >= CLIDR && offset <= CSSELR)
		*value = cache_read(core, offset);
	else if ((offset >= ID_FIRST && offset <= ID_LAST) || (offset >= MVFR0 && offset <= MVFR2) ||
		 is_cache_register(core, offset) || is_security_register(core, offset))
		*value = 0; /* no optional features are told */
	else
		switch (offset) {
		case ICTR:
			*value = (core->chip->irqs - 1) / 32;
			break;
		case ACTLR:
			*value = core->actlr;
			break;
		case CPUID:
			*value = core->chip->cpuid;
			break;
		case ICSR:
			*value = icsr_read(core);
			break;
		case VTOR:
			*value = core->vtor;
			break;
		case AIRCR:
			*value = 0xFA050000u | core->aircr_prigroup << 8;
			break;
		case SCR:
			*value = core->scr;
			break;
		case CCR:
			*value = core->ccr;
			break;
		case SHCSR:
			*value = shcsr_read(core);
			break;
		case CFSR:
			*value = core->cfsr;
			break;
		case HFSR:
			*value = core->hfsr;
			break;
		case BFAR:
		case MMFAR:
			*value = core->bfar;
			break;
		case AFSR:
		case CPACR:
		case MPU_TYPE: /* none on this part */
			break;
		default:
			stats_unmodelled(core->stats, "read of system control register", 0xE000E000u + offset);
		}
	return 0;
}

static int scs_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct core *core = ctx;

	/* What is pending, its priority or the time of the next tick may change: look now, not at the slice's end. */
	if (core->emulating && core->budget > 1)
		core->budget = 1;
	if (fpu_write(core, offset, value) || is_cache_register(core, offset) || is_security_register(core, offset) ||
	    (core_model_is_v6m(core->model) && reserved_on_v6m(offset)))
		return 0;
	if (offset >= SYST_CSR && offset <= SYST_CALIB)
		systick_write(core, offset, value);
	else if (offset >= NVIC_ISER && offset < NVIC_IPR)
		nvic_write_bits(core, offset, value);
	else if (offset >= NVIC_IPR && offset < NVIC_IPR_END)
		priorities_write(core, EXC_IRQ0 + offset - NVIC_IPR, value, mask);
	else if (offset >= SHPR1 && offset <= SHPR3)
		priorities_write(core, 4 + offset - SHPR1, value, mask);
	else
		switch (offset) {
		case ACTLR:
			core->actlr = value;
			break;
		case CLIDR:
		case CTR:
		case CCSIDR:
			break;
		case CSSELR:
			core->csselr = core->model->clidr ? value & 0xF : 0;
			break;
		case ICSR:
			icsr_write(core, value);
			break;
		case VTOR:
			if (core->model->vtor_mask)
				core->vtor = value & core->model->vtor_mask;
			break;
		case AIRCR:
			aircr_write(core, value);
			break;
		case SCR:
			core->scr = value & 0x16;
			break;
		case CCR:
			if (value & mask & (CCR_UNALIGN_TRP | CCR_DIV_0_TRP))
				stats_unmodelled(core->stats,
						 "trap in SCB_CCR:", value & (CCR_UNALIGN_TRP | CCR_DIV_0_TRP));
			mask &= core->model->ccr_writable;
			core->ccr = (core->ccr & ~mask) | (value & mask);
			break;
		case SHCSR:
			shcsr_write(core, value, mask);
			break;
		case CFSR:
			core->cfsr &= ~(value & mask);
			break;
		case HFSR:
			core->hfsr &= ~(value & mask);
			break;
		case BFAR:
		case MMFAR:
			core->bfar = value;
			break;
		case STIR:
			if (EXC_IRQ0 + (value & 0x1FF) < EXC_IRQ0 + core->chip->irqs)
				core->exceptions[EXC_IRQ0 + (value & 0x1FF)].pending = true;
			break;
		default:
			stats_unmodelled(core->stats, "write to system control register", 0xE000E000u + offset);
		}
	return 0;
}

void scs_attach(struct core *core, struct bus *bus)
{
	/* The debug registers (0xDF0 to 0xDFF) lie inside; debug_attach comes first and so is found first. */
	bus_add_device(bus, (struct bus_device){"SCS", 0xE000E000, 0x1000, scs_read, scs_write, core});
}
