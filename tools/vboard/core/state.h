/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The state of the processor core, and its registers. Debug registers (debug.c), exceptions (exception.c) and the system control
 * space (scs.c) are parts of it; core.c runs it, and leans on all of them. References: ARM DDI 0403 (ARMv7-M architecture),
 * DDI 0337 (Cortex-M3 TRM).
 */
#ifndef VBOARD_STATE_H
#define VBOARD_STATE_H

#include "bus.h"
#include "core/cores.h"

#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

struct rom_table;

/* xPSR: Thumb state, the only one. */
#define XPSR_T (1u << 24)

#define CORE_EXCEPTIONS     (16 + 160)
#define MAX_FPB_COMPARATORS 10 /* code and literal */
#define MAX_DWT_COMPARATORS 4
#define DBGMCU_WORDS        24 /* up to the last freeze register of the part that has most of them */
#define CORE_ROMS           6
#define CORE_MAX_DISCARDED  32 /* more than the stores of one instruction */

enum exception {
	EXC_NONE = 0,
	EXC_RESET = 1,
	EXC_NMI = 2,
	EXC_HARD_FAULT = 3,
	EXC_MEM_MANAGE = 4,
	EXC_BUS_FAULT = 5,
	EXC_USAGE_FAULT = 6,
	EXC_SVCALL = 11,
	EXC_DEBUG_MONITOR = 12,
	EXC_PENDSV = 14,
	EXC_SYSTICK = 15,
	EXC_IRQ0 = 16,
};

/* Why the emulator stopped, other than that its budget was used up. */
enum core_event {
	EVENT_NONE,
	EVENT_BREAKPOINT,       /* an FPB comparator; the instruction was not executed */
	EVENT_WATCHPOINT,       /* a DWT comparator; the access is done */
	EVENT_BKPT,             /* BKPT instruction; PC at it */
	EVENT_SVC,              /* PC after it */
	EVENT_EXCEPTION_RETURN, /* PC holds EXC_RETURN */
	EVENT_UNDEFINED,        /* undefined instruction, or one that this core does not have */
	EVENT_NO_COPROCESSOR,   /* an instruction of a coprocessor, so also of the FPU, that this core does not have */
	EVENT_INVALID_STATE,    /* a branch out of Thumb state */
	EVENT_BUS_FAULT,        /* data access where nothing answers */
	EVENT_FETCH_FAULT,      /* instruction fetch likewise */
};

/* A ROM table, and what it says whose it is. */
struct rom_view {
	const struct rom_table *table;
	uint64_t pidr;
};

struct core_exception {
	bool enabled, pending, active;
	uint8_t priority;
};

struct core {
	uc_engine *uc;
	struct bus *bus;
	struct stats *stats;
	const struct chip *chip;
	const struct core_model *model;
	void (*system_reset)(void *ctx); /* resets the rest of the board */
	void *ctx;

	bool halted, sleeping, lockup;
	bool not_thumb; /* a vector without bit 0: the next instruction is a UsageFault (INVSTATE) */
	bool fpu_off;   /* there is an FPU and CPACR forbids it */
	bool nmi;       /* somebody holds the NMI line */
	bool emulating; /* the emulator is running: a reset must wait until it has stopped */
	bool reset_requested;
	uint64_t cycles; /* one per instruction */

	/* A run: see core_run. */
	uint64_t budget;
	bool stop;
	enum core_event event;
	bool unreadable;          /* the fault is of a load that the emulator has completed */
	uint32_t regs_before[15]; /* and then what R0 to LR were before it */
	uint32_t pc_last;         /* address of the newest instruction that was begun */

	/* Memory that the CPU cannot simply write: the emulator reads and executes a copy of it, since it carries out even
	 * a store that a hook has taken. In the order of bus->memories; NULL where it has the memory itself. */
	uint8_t *copies[BUS_MEMORIES];
	bool shut[BUS_MEMORIES]; /* as the emulator knows them */
	/* Such stores of the present instruction, to be undone in the copy. */
	struct {
		unsigned memory;
		uint32_t offset, size;
	} discarded[CORE_MAX_DISCARDED];
	unsigned discarded_count;

	/* Debug, debug.c */
	uint32_t dhcsr; /* control bits, as written */
	bool s_reset_st, s_retire_st;
	uint32_t dcrdr, demcr, dfsr;
	uint32_t dbgmcu[DBGMCU_WORDS];
	uint32_t fp_ctrl, fp_comp[MAX_FPB_COMPARATORS];
	uint32_t dwt_ctrl, dwt_cyccnt_base /* while it counts; else its value */, dwt_comp[MAX_DWT_COMPARATORS],
		dwt_mask[MAX_DWT_COMPARATORS], dwt_function[MAX_DWT_COMPARATORS];
	uc_hook watch_hook;
	bool watching;
	struct rom_view rom_views[CORE_ROMS];
	unsigned rom_count;

	/* Exceptions and system control, exception.c and scs.c */
	struct core_exception exceptions[CORE_EXCEPTIONS];
	unsigned ipsr;
	unsigned exception_count; /* of this chip */
	uint32_t vtor, aircr_prigroup, scr, ccr, cfsr, hfsr, bfar, actlr;
	uint32_t cpacr, fpccr, fpcar, fpdscr; /* where there is an FPU */
	uint32_t csselr;                      /* where there are cache registers */
	uint32_t stack_limits[2];             /* MSPLIM and PSPLIM of ARMv8-M: kept, not enforced */
	uint32_t syst_csr, syst_rvr, syst_cvr;
	uint64_t syst_synced; /* cycles up to which SysTick has counted */
};

/* Registers by the numbers of DCRSR.REGSEL: 0-15, 16 xPSR, 17 MSP, 18 PSP, 20 CONTROL:FAULTMASK:BASEPRI:PRIMASK, and on
 * ARMv8-M 30 MSPLIM and 31 PSPLIM; with an FPU 33 FPSCR, 64-95 S0 to S31. */
uint32_t core_reg_read(struct core *core, unsigned regsel);
void core_reg_write(struct core *core, unsigned regsel, uint32_t value);

enum {
	REG_SP = 13,
	REG_LR = 14,
	REG_PC = 15,
	REG_XPSR = 16,
	REG_MSP = 17,
	REG_PSP = 18,
	REG_SPECIAL = 20,
	REG_MSPLIM = 30,
	REG_PSPLIM = 31,
	REG_FPSCR = 33,
	REG_S0 = 64,
	REG_S31 = 95
};

/* Whether Unicorn's own T bit is set. */
bool core_in_thumb(struct core *core);

/* AIRCR.SYSRESETREQ or VECTRESET: resets the board at once, or after the instruction that asked for it. */
void core_request_reset(struct core *core);

#endif
