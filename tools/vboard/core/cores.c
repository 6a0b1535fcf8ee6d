/* SPDX-License-Identifier: GPL-2.0-only
 *
 * References: ARM DDI 0419 (ARMv6-M), DDI 0403 (ARMv7-M) and the technical reference manuals: DDI 0432 (Cortex-M0), DDI 0484
 * (M0+), DDI 0337 (M3), DDI 0439 (M4), DDI 0489 (M7). Comparators and priority bits are what ST puts into its parts: RM0091,
 * RM0367, RM0008, RM0368 and RM0410, chapters on debug support; PM0215, PM0223, PM0056, PM0214 and PM0253.
 */
#include "core/cores.h"

#include <unicorn/unicorn.h>

const struct core_model cortex_m0 = {
	.name = "Cortex-M0",
	.uc_cpu = UC_CPU_ARM_CORTEX_M0,
	.architecture = 6,
	.ahb_ap_idr = 0x04770021,
	.tar_wrap = 1024,
	.code_comparators = 4,
	.watch_comparators = 2,
	.priority_mask = 0xC0,
	.ccr_reset = 0x208, /* STKALIGN and UNALIGN_TRP, always */
};

const struct core_model cortex_m0plus = {
	.name = "Cortex-M0+",
	.uc_cpu = UC_CPU_ARM_CORTEX_M0,
	.architecture = 6,
	.ahb_ap_idr = 0x04770031,
	.tar_wrap = 1024,
	.code_comparators = 4,
	.watch_comparators = 2,
	.priority_mask = 0xC0,
	.ccr_reset = 0x208,
	.vtor_mask = 0xFFFFFF00,
};

const struct core_model cortex_m3 = {
	.name = "Cortex-M3",
	.uc_cpu = UC_CPU_ARM_CORTEX_M3,
	.architecture = 7,
	.ahb_ap_idr = 0x24770011,
	.tar_wrap = 4096,
	.code_comparators = 6,
	.literal_comparators = 2,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x200, /* STKALIGN, as on r2p0 */
	.ccr_writable = 0x31B,
	.vtor_mask = 0x3FFFFF80,
};

/* Without FPU, as on the STM32WL. */
const struct core_model cortex_m4 = {
	.name = "Cortex-M4",
	.uc_cpu = UC_CPU_ARM_CORTEX_M4,
	.architecture = 7,
	.ahb_ap_idr = 0x24770011,
	.tar_wrap = 4096,
	.code_comparators = 6,
	.literal_comparators = 2,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x200,
	.ccr_writable = 0x31B,
	.vtor_mask = 0xFFFFFF80,
	.fp_in_emulator = true,
};

const struct core_model cortex_m4f = {
	.name = "Cortex-M4F",
	.uc_cpu = UC_CPU_ARM_CORTEX_M4,
	.architecture = 7,
	.ahb_ap_idr = 0x24770011,
	.tar_wrap = 4096,
	.code_comparators = 6,
	.literal_comparators = 2,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x200,
	.ccr_writable = 0x31B,
	.vtor_mask = 0xFFFFFF80,
	.mvfr = {0x10110021, 0x11000011, 0},
};

const struct core_model cortex_m7 = {
	.name = "Cortex-M7",
	.uc_cpu = UC_CPU_ARM_CORTEX_M7,
	.architecture = 7,
	.ahb_ap_idr = 0x74770001,
	.tar_wrap = 4096,
	.fpb_revision = 1,
	.code_comparators = 8,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x40200, /* BP and STKALIGN, always */
	.ccr_writable = 0x11B,
	.vtor_mask = 0xFFFFFF80,
	.cache_registers = true,
	.mvfr = {0x10110221, 0x12000011, 0x00000040}, /* double precision, as on the STM32F76x and F77x */
};

/* TrustZone off, as STM32L5 and U5 are shipped: what is secure is not there. ARM DDI 0553, TRM 100230. */
const struct core_model cortex_m33 = {
	.name = "Cortex-M33",
	.uc_cpu = UC_CPU_ARM_CORTEX_M33,
	.architecture = 8,
	.ahb_ap_idr = 0x14770015,
	.tar_wrap = 1024,
	.fpb_revision = 1,
	.code_comparators = 8,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x201,
	.ccr_writable = 0x51A,
	.vtor_mask = 0xFFFFFF80,
	.mvfr = {0x10110021, 0x11000011, 0x00000040},
};
