/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The table of processor cores: what differs between them, so that core.c, debug.c, exception.c and scs.c need no case for
 * each.
 */
#ifndef VBOARD_CORES_H
#define VBOARD_CORES_H

#include <stdbool.h>
#include <stdint.h>

struct chip;
struct debug_map;

struct core_model {
	const char *name;
	int uc_cpu;                        /* UC_CPU_ARM_CORTEX_… */
	unsigned architecture;             /* 6: ARMv6-M, 7: ARMv7-M, 8: ARMv8-M mainline */
	uint32_t ahb_ap_idr, ahb_ap_csw;   /* CSW after reset */
	const struct debug_map *debug_map; /* as most parts with this core have it */
	uint32_t tar_wrap;                 /* bytes within which the access port counts its address up */
	/* Breakpoint unit */
	unsigned fpb_revision; /* 0: comparators below 0x20000000 and of half a word; 1: anywhere */
	unsigned code_comparators, literal_comparators;
	unsigned watch_comparators;
	/* System control space */
	uint8_t priority_mask; /* the bits of a priority that exist */
	uint32_t ccr_reset, ccr_writable;
	bool bit_band;
	uint32_t vtor_mask; /* 0: no VTOR, vectors are at 0 */
	uint32_t clidr, ctr,
		ccsidr[2];   /* caches that are told: the model has none behind them; CCSIDR of data, instructions */
	uint32_t mvfr[3];    /* MVFR0 to MVFR2; 0: no FPU */
	bool fp_in_emulator; /* no FPU, but the emulator's core has one */
};

/* Where parts differ from others with their core. */
extern const struct debug_map debug_map_g0, debug_map_m3_r1, debug_map_f7, debug_map_h7, debug_map_h7_apb;
extern const struct core_model cortex_m0, cortex_m0plus, cortex_m3, cortex_m4, cortex_m4f, cortex_m7, cortex_m33,
	cortex_m33_l5;

/* What a chip's access port shows: as most with its core, or as its own row says. */
const struct debug_map *chip_debug_map(const struct chip *chip);

/* ARMv6-M: HardFault is the only fault, and the debug registers are the debugger's alone. */
static inline bool core_model_is_v6m(const struct core_model *model)
{
	return model->architecture == 6;
}

static inline bool core_model_has_fpu(const struct core_model *model)
{
	return model->mvfr[0] != 0;
}

#endif
