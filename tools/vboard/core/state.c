/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Registers in Unicorn 2.0.1: T must be set in xPSR and bit 0 in a written PC; a written xPSR or CONTROL takes full effect (handler
 * mode, privilege) only when APSR is written after it.
 */
#include "core/state.h"

#include "stats.h"

static const int uc_regs[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1,   UC_ARM_REG_R2,  UC_ARM_REG_R3, UC_ARM_REG_R4,
			      UC_ARM_REG_R5,  UC_ARM_REG_R6,   UC_ARM_REG_R7,  UC_ARM_REG_R8, UC_ARM_REG_R9,
			      UC_ARM_REG_R10, UC_ARM_REG_R11,  UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,
			      UC_ARM_REG_PC,  UC_ARM_REG_XPSR, UC_ARM_REG_MSP, UC_ARM_REG_PSP};
static const int uc_special[4] = {UC_ARM_REG_PRIMASK, UC_ARM_REG_BASEPRI, UC_ARM_REG_FAULTMASK, UC_ARM_REG_CONTROL};

static uint32_t uc_get(struct core *core, int reg)
{
	uint32_t value = 0;

	uc_reg_read(core->uc, reg, &value);
	return value;
}

/* Makes Unicorn see the mode that was just written. */
static void renew_mode(struct core *core)
{
	uint32_t flags = uc_get(core, UC_ARM_REG_XPSR) & 0xF0000000;

	uc_reg_write(core->uc, UC_ARM_REG_APSR_NZCV, &flags);
}

/* Unicorn keeps stack pointers, masks and CONTROL from an unprivileged thread, even when asked from outside. Makes it
 * privileged, by way of handler mode, and returns what CONTROL was. */
static uint32_t lift_privilege(struct core *core)
{
	uint32_t control = uc_get(core, UC_ARM_REG_CONTROL), xpsr = uc_get(core, UC_ARM_REG_XPSR),
		 privileged = control & ~1u;

	if (!(control & 1) || core->ipsr)
		return control;
	xpsr |= EXC_HARD_FAULT;
	uc_reg_write(core->uc, UC_ARM_REG_XPSR, &xpsr);
	uc_reg_write(core->uc, UC_ARM_REG_CONTROL, &privileged);
	xpsr &= ~0x1FFu;
	uc_reg_write(core->uc, UC_ARM_REG_XPSR, &xpsr);
	renew_mode(core);
	return control;
}

static void restore_privilege(struct core *core, uint32_t control)
{
	if (!(control & 1))
		return;
	uc_reg_write(core->uc, UC_ARM_REG_CONTROL, &control);
	renew_mode(core);
}

static bool is_fp_register(const struct core *core, unsigned regsel)
{
	return core_model_has_fpu(core->model) && (regsel == REG_FPSCR || (regsel >= REG_S0 && regsel <= REG_S31));
}

static bool is_stack_limit(const struct core *core, unsigned regsel)
{
	return core->model->architecture == 8 && (regsel == REG_MSPLIM || regsel == REG_PSPLIM);
}

static int uc_fp_register(unsigned regsel)
{
	return regsel == REG_FPSCR ? UC_ARM_REG_FPSCR : UC_ARM_REG_S0 + (int)(regsel - REG_S0);
}

static bool needs_privilege(unsigned regsel)
{
	return regsel == REG_SPECIAL || regsel == REG_MSP || regsel == REG_PSP;
}

static uint32_t read_special(struct core *core, uint32_t control)
{
	uint32_t value = control << 24;

	for (unsigned i = 0; i < 3; i++)
		value |= (uc_get(core, uc_special[i]) & 0xFF) << (8 * i);
	return value;
}

uint32_t core_reg_read(struct core *core, unsigned regsel)
{
	uint32_t value, control;

	if (is_fp_register(core, regsel))
		return uc_get(core, uc_fp_register(regsel));
	if (is_stack_limit(core, regsel))
		return core->stack_limits[regsel - REG_MSPLIM];
	if (regsel != REG_SPECIAL && regsel > REG_PSP) {
		stats_unmodelled(core->stats, "read of core register", regsel);
		return 0;
	}
	if (needs_privilege(regsel)) {
		control = lift_privilege(core);
		value = regsel == REG_SPECIAL ? read_special(core, control) : uc_get(core, uc_regs[regsel]);
		restore_privilege(core, control);
		return value;
	}
	value = uc_get(core, uc_regs[regsel]);
	if (regsel == REG_XPSR)
		return (value & ~0x1FFu) | XPSR_T | core->ipsr;
	if (regsel == REG_PC)
		return value & ~1u;
	return value;
}

void core_reg_write(struct core *core, unsigned regsel, uint32_t value)
{
	uint32_t control = needs_privilege(regsel) ? lift_privilege(core) : 0;

	if (is_fp_register(core, regsel)) {
		uc_reg_write(core->uc, uc_fp_register(regsel), &value);
		return;
	}
	if (is_stack_limit(core, regsel)) {
		core->stack_limits[regsel - REG_MSPLIM] = value & ~7u;
		return;
	}
	if (regsel == REG_SPECIAL) {
		for (unsigned i = 0; i < 4; i++) {
			uint32_t byte = (value >> (8 * i)) & 0xFF;

			if (core_model_is_v6m(core->model) && (i == 1 || i == 2))
				continue; /* BASEPRI and FAULTMASK are not there */

			uc_reg_write(core->uc, uc_special[i], &byte);
		}
		renew_mode(core);
		return;
	}
	if (regsel > REG_PSP) {
		stats_unmodelled(core->stats, "write of core register", regsel);
		return;
	}
	if (regsel == REG_XPSR) {
		value |= XPSR_T;
		core->ipsr = value & 0x1FF;
	}
	if (regsel == REG_PC) {
		value |= 1;
		core->not_thumb = false;
	}
	if (regsel == REG_SP || regsel == REG_MSP || regsel == REG_PSP)
		value &= ~3u;
	uc_reg_write(core->uc, uc_regs[regsel], &value);
	restore_privilege(core, control);
	if (regsel == REG_XPSR)
		renew_mode(core);
}

bool core_in_thumb(struct core *core)
{
	return uc_get(core, UC_ARM_REG_XPSR) & XPSR_T;
}

void core_request_reset(struct core *core)
{
	core->reset_requested = true;
	core->stop = true;
	if (!core->emulating)
		core->system_reset(core->ctx);
}
