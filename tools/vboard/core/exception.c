/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Exception entry and return, priorities, escalation, lock-up. Reference: ARM DDI 0403 section B1.5. Unicorn knows none
 * of this.
 *
 * Floating-point state is stacked at once and not lazily (FPCCR.LSPEN): a handler that looks cannot tell, except by
 * LSPACT, which stays 0.
 */
#include "core/debug.h"
#include "core/exception.h"

#include "parts/chip.h"

#include <string.h>

#define PRIORITY_NONE      256 /* less urgent than every exception */
#define CCR_BFHFNMIGN      (1u << 8)
#define CCR_STKALIGN       (1u << 9)
#define SCR_SLEEPONEXIT    (1u << 1)
#define XPSR_FRAME_ALIGNED (1u << 9)
#define XPSR_IT_BITS       0x0600FC00u

/* The frame, and after it with floating-point state S0 to S15, FPSCR and a reserved word. ARM DDI 0403 B1.5.6. */
enum { FRAME_WORDS = 8, FRAME_FPSCR = 24, EXTENDED_FRAME_WORDS = 26 };
enum { CONTROL_SPSEL = 2u << 24, CONTROL_FPCA = 4u << 24 }; /* in REG_SPECIAL */
/* S and ES: set up to ARMv7-M; ARMv8-M without its security extension has them 0. */
enum { EXC_RETURN_S = 1u << 6, EXC_RETURN_ES = 1u << 0 };
enum { EXC_RETURN_BASIC = 1u << 4, FPCCR_ASPEN = 1u << 31 };

void exception_reset(struct core *core)
{
	memset(core->exceptions, 0, sizeof core->exceptions);
	core->ipsr = 0;
	/* Those that cannot be switched off. */
	for (unsigned n = EXC_RESET; n < EXC_IRQ0; n++)
		core->exceptions[n].enabled = n < EXC_MEM_MANAGE || n > EXC_USAGE_FAULT;
}

static int priority_of(const struct core *core, unsigned number)
{
	if (number <= EXC_HARD_FAULT)
		return (int)number - 4; /* Reset -3, NMI -2, HardFault -1 */
	return core->exceptions[number].priority;
}

/* The part of a priority that decides about pre-emption (AIRCR.PRIGROUP). */
static int group_priority(const struct core *core, int priority)
{
	return priority < 0 ? priority : priority & ~((2 << core->aircr_prigroup) - 1) & 0xFF;
}

static int execution_priority(struct core *core)
{
	uint32_t special = core_reg_read(core, REG_SPECIAL);
	uint32_t primask = special & 1, basepri = (special >> 8) & core->model->priority_mask,
		 faultmask = (special >> 16) & 1;
	int priority = PRIORITY_NONE;

	for (unsigned n = 1; n < core->exception_count; n++)
		if (core->exceptions[n].active && group_priority(core, priority_of(core, n)) < priority)
			priority = group_priority(core, priority_of(core, n));
	if (basepri && group_priority(core, (int)basepri) < priority)
		priority = group_priority(core, (int)basepri);
	if (primask && priority > 0)
		priority = 0;
	if (faultmask && priority > -1)
		priority = -1;
	return priority;
}

/* ARM DDI 0403 B3.2.8: HardFault, NMI and whoever has set FAULTMASK may probe what may not answer. */
bool exception_ignores_bus_faults(struct core *core)
{
	return core->ccr & CCR_BFHFNMIGN && execution_priority(core) < 0;
}

static unsigned most_urgent_pending(const struct core *core)
{
	unsigned best = EXC_NONE;

	for (unsigned n = EXC_NMI; n < core->exception_count; n++)
		if (core->exceptions[n].pending && core->exceptions[n].enabled &&
		    (!best || priority_of(core, n) < priority_of(core, best)))
			best = n;
	return best;
}

bool exception_wakes(const struct core *core)
{
	return most_urgent_pending(core) != EXC_NONE;
}

static void enter_lockup(struct core *core)
{
	core->lockup = true;
	core_reg_write(core, REG_PC, 0xFFFFFFFE);
}

/* Pushes the frame on the stack in use. 0 or BUS_FAULT. */
static int push_frame(struct core *core, uint32_t *exc_return)
{
	uint32_t xpsr = core_reg_read(core, REG_XPSR), sp = core_reg_read(core, REG_SP);
	bool thread = core->ipsr == 0;
	uint32_t special = core_reg_read(core, REG_SPECIAL);
	bool process_stack = thread && (special & CONTROL_SPSEL);
	bool extended = core_model_has_fpu(core->model) && (special & CONTROL_FPCA) && (core->fpccr & FPCCR_ASPEN);
	bool align = ((core->ccr & CCR_STKALIGN) || extended) && (sp & 4);
	unsigned words = extended ? EXTENDED_FRAME_WORDS : FRAME_WORDS;
	uint32_t frame[EXTENDED_FRAME_WORDS] = {core_reg_read(core, 0),      core_reg_read(core, 1),
						core_reg_read(core, 2),      core_reg_read(core, 3),
						core_reg_read(core, 12),     core_reg_read(core, REG_LR),
						core_reg_read(core, REG_PC), xpsr | (align ? XPSR_FRAME_ALIGNED : 0)};

	if (extended) {
		for (unsigned i = 0; i < 16; i++)
			frame[FRAME_WORDS + i] = core_reg_read(core, REG_S0 + i);
		frame[FRAME_FPSCR] = core_reg_read(core, REG_FPSCR);
		core_reg_write(core, REG_SPECIAL, special & ~(uint32_t)CONTROL_FPCA);
	}
	sp -= 4 * words + (align ? 4 : 0);
	core_reg_write(core, REG_SP, sp);
	*exc_return = !thread ? 0xFFFFFFF1 : process_stack ? 0xFFFFFFFD : 0xFFFFFFF9;
	if (extended)
		*exc_return &= ~(uint32_t)EXC_RETURN_BASIC;
	if (core->model->architecture == 8)
		*exc_return &= ~(uint32_t)(EXC_RETURN_S | EXC_RETURN_ES);
	for (unsigned i = 0; i < words; i++)
		if (bus_write(core->bus, sp + 4 * i, 4, frame[i]))
			return BUS_FAULT;
	return 0;
}

/* DEMCR bits that halt on entry of an exception. */
static uint32_t vector_catch_bits(unsigned number)
{
	switch (number) {
	case EXC_HARD_FAULT:
		return DEMCR_VC_HARDERR;
	case EXC_MEM_MANAGE:
		return DEMCR_VC_MMERR;
	case EXC_BUS_FAULT:
		return DEMCR_VC_BUSERR;
	case EXC_USAGE_FAULT:
		return DEMCR_VC_STATERR | DEMCR_VC_CHKERR | DEMCR_VC_NOCPERR;
	default:
		return 0;
	}
}

static void enter(struct core *core, unsigned number)
{
	uint32_t exc_return, vector = 0;
	uint32_t xpsr = core_reg_read(core, REG_XPSR);
	int err = push_frame(core, &exc_return);

	core->exceptions[number].pending = false;
	core->exceptions[number].active = true;
	core_reg_write(core, REG_XPSR, (xpsr & ~(XPSR_IT_BITS | 0x1FFu)) | number);
	core_reg_write(core, REG_LR, exc_return);
	if (bus_read(core->bus, core->vtor + 4 * number, 4, &vector)) {
		core->hfsr |= 1u << 1; /* VECTTBL */
		err = BUS_FAULT;
	}
	core_reg_write(core, REG_PC, vector & ~1u);
	core->not_thumb = !(vector & 1);
	if (debug_enabled(core) && (core->demcr & vector_catch_bits(number)))
		debug_halt(core, DFSR_VCATCH);
	if (!err)
		return;
	/* A fault while entering: ARM DDI 0403 B1.5.13 and B1.5.15. */
	core->cfsr |= 1u << 12; /* STKERR */
	if (number == EXC_HARD_FAULT)
		enter_lockup(core);
	else
		exception_raise(core, EXC_BUS_FAULT);
}

bool exception_take_pending(struct core *core)
{
	unsigned number = most_urgent_pending(core);

	/* The debugger's mask is for PendSV, SysTick and interrupts (ARM DDI 0403 C1.6.2, C_MASKINTS). */
	if (number >= EXC_PENDSV && debug_masks_interrupts(core))
		return false;
	if (!number || group_priority(core, priority_of(core, number)) >= execution_priority(core))
		return false;
	enter(core, number);
	return true;
}

void exception_raise(struct core *core, enum exception number)
{
	int now = execution_priority(core);

	if (!core->exceptions[number].enabled || group_priority(core, priority_of(core, number)) >= now) {
		if (number != EXC_HARD_FAULT)
			core->hfsr |= 1u << 30; /* FORCED */
		number = EXC_HARD_FAULT;
	}
	if (now <= priority_of(core, EXC_HARD_FAULT)) {
		enter_lockup(core);
		return;
	}
	core->exceptions[number].pending = true;
}

void exception_return(struct core *core, uint32_t exc_return)
{
	bool extended = core_model_has_fpu(core->model) && !(exc_return & EXC_RETURN_BASIC);
	/* Of S and ES only the former can be looked at: a PC has no bit 0. */
	uint32_t kind = (extended ? exc_return | EXC_RETURN_BASIC : exc_return) ^
			(core->model->architecture == 8 ? EXC_RETURN_S : 0);
	bool to_thread = kind != 0xFFFFFFF1, process_stack = kind == 0xFFFFFFFD;
	uint32_t control = core_reg_read(core, REG_SPECIAL), frame[EXTENDED_FRAME_WORDS], sp;
	unsigned returning = core->ipsr, words = extended ? EXTENDED_FRAME_WORDS : FRAME_WORDS;

	if (kind != 0xFFFFFFF1 && kind != 0xFFFFFFF9 && kind != 0xFFFFFFFD) {
		core->cfsr |= 1u << 18; /* INVPC */
		exception_raise(core, EXC_USAGE_FAULT);
		return;
	}
	core->exceptions[returning].active = false;
	sp = core_reg_read(core, process_stack ? REG_PSP : REG_MSP);
	for (unsigned i = 0; i < words; i++) {
		frame[i] = 0;
		if (bus_read(core->bus, sp + 4 * i, 4, &frame[i])) {
			core->cfsr |= 1u << 11; /* UNSTKERR */
			exception_raise(core, EXC_BUS_FAULT);
			return;
		}
	}
	sp += 4 * words + (frame[7] & XPSR_FRAME_ALIGNED ? 4 : 0);
	core_reg_write(core, REG_XPSR, frame[7] & ~XPSR_FRAME_ALIGNED);
	control = (control & ~(uint32_t)CONTROL_FPCA) | (extended ? CONTROL_FPCA : 0);
	if (to_thread)
		control = (control & ~(uint32_t)CONTROL_SPSEL & ~(1u << 16)) | (process_stack ? CONTROL_SPSEL : 0);
	if (to_thread || core_model_has_fpu(core->model))
		core_reg_write(core, REG_SPECIAL, control);
	for (unsigned i = 0; extended && i < 16; i++)
		core_reg_write(core, REG_S0 + i, frame[FRAME_WORDS + i]);
	if (extended)
		core_reg_write(core, REG_FPSCR, frame[FRAME_FPSCR]);
	core_reg_write(core, process_stack ? REG_PSP : REG_MSP, sp);
	for (unsigned i = 0; i < 4; i++)
		core_reg_write(core, i, frame[i]);
	core_reg_write(core, 12, frame[4]);
	core_reg_write(core, REG_LR, frame[5]);
	core_reg_write(core, REG_PC, frame[6]);
	if (to_thread && (core->scr & SCR_SLEEPONEXIT))
		core->sleeping = true;
}
