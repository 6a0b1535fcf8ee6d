/* SPDX-License-Identifier: GPL-2.0-only
 *
 * References: ARM DDI 0419 (ARMv6-M), DDI 0403 (ARMv7-M) and the technical reference manuals: DDI 0432 (Cortex-M0), DDI 0484
 * (M0+), DDI 0337 (M3), DDI 0439 (M4), DDI 0489 (M7). Comparators and priority bits are what ST puts into its parts: RM0091,
 * RM0367, RM0008, RM0368 and RM0410, chapters on debug support; PM0215, PM0223, PM0056, PM0214 and PM0253.
 */
#include "core/cores.h"

#include "core/debug_map.h"
#include "parts/chip.h"

#include <unicorn/unicorn.h>

/* ---- Debug blocks and ROM tables --------------------------------------------------------------------------------
 *
 * Numbers as the manuals of the cores print them, and as probes report them of boards. Entries of a ROM table are distances
 * from it; bit 0 says that the block is there, bit 1 that the entry has 32 bits. */

#define ARM(number) (0x04000BB000ull + (number)) /* JEP106 code 4, 0x3B */
#define REVISION(n) ((uint64_t)(n) << 20)

/* ARMv6-M: DDI 0432 section 6.2, DDI 0484 section 8.1. */
static const struct component v6m_components[] = {
	{"SCS", 0xE000E000, ARM(0x008), CLASS_GENERIC, 0, 0, 0},
	{"DWT", 0xE0001000, ARM(0x00A), CLASS_GENERIC, 0, 0, 0},
	{"BPU", 0xE0002000, ARM(0x00B), CLASS_GENERIC, 0, 0, 0},
	{0},
};
static const struct rom_table m0_roms[] = {
	{0xE00FF000, 0, {0xFFF0F003, 0xFFF02003, 0xFFF03003}},
	{0},
};
static const struct debug_map m0_map = {m0_roms, v6m_components};

/* The part's table, then the core's. */
static const struct rom_table m0plus_roms[] = {
	{0xF0000000, 0, {0xF00FF003, 0x00200002}},
	{0xE00FF000, ARM(0x4C0), {0xFFF0F003, 0xFFF02003, 0xFFF03003}},
	{0},
};
static const struct debug_map m0plus_map = {m0plus_roms, v6m_components};

/* A G0 has a second block that is not there; as an STM32G070 reports it (blackmagic-debug/blackmagic, pull request 926). */
static const struct rom_table g0_roms[] = {
	{0xF0000000, 0, {0xF00FF003, 0x00200002, 0x10000002}},
	{0xE00FF000, ARM(0x4C0), {0xFFF0F003, 0xFFF02003, 0xFFF03003}},
	{0},
};
const struct debug_map debug_map_g0 = {g0_roms, v6m_components};

/* DDI 0337, ROM table; DDI 0439 section 3.2 likewise. Part numbers of r1p1 are those of its STM32F103. */
/* clang-format off */
#define M3_BLOCKS(scs, dwt, fpb, itm, tpiu)                                                                           \
	{"SCS", 0xE000E000, ARM(0x000) + REVISION(scs), CLASS_GENERIC, 0, 0, 0},                                      \
	{"DWT", 0xE0001000, ARM(0x002) + REVISION(dwt), CLASS_GENERIC, 0, 0, 0},                                      \
	{"FPB", 0xE0002000, ARM(0x003) + REVISION(fpb), CLASS_GENERIC, 0, 0, 0},                                      \
	{"ITM", 0xE0000000, ARM(0x001) + REVISION(itm), CLASS_GENERIC, 0, 0, 0},                                      \
	{"TPIU", 0xE0040000, ARM(0x923) + REVISION(tpiu), CLASS_CORESIGHT, 0x11, 0, 0xCA1}
/* clang-format on */
static const struct component m3_components[] = {
	M3_BLOCKS(0, 3, 2, 3, 3),
	{"ETM", 0xE0041000, ARM(0x924) + REVISION(3), CLASS_CORESIGHT, 0x13, 0, 0},
	{0},
};
static const struct rom_table m3_roms[] = {
	{0xE00FF000, 0, {0xFFF0F003, 0xFFF02003, 0xFFF03003, 0xFFF01003, 0xFFF41003, 0xFFF42003}},
	{0},
};
static const struct debug_map m3_map = {m3_roms, m3_components};

static const struct component m3_r1_components[] = {M3_BLOCKS(1, 1, 0, 1, 1), {0}};
/* clang-format off */
static const struct rom_table m3_r1_roms[] = { /* no ETM in medium density */
	{0xE00FF000, 0, {0xFFF0F003, 0xFFF02003, 0xFFF03003, 0xFFF01003, 0xFFF41003, 0xFFF42002}},
	{0},
};
/* clang-format on */
const struct debug_map debug_map_m3_r1 = {m3_r1_roms, m3_r1_components};

static const struct component m4_components[] = {
	{"SCS", 0xE000E000, ARM(0x00C), CLASS_GENERIC, 0, 0, 0},
	{"DWT", 0xE0001000, ARM(0x002) + REVISION(3), CLASS_GENERIC, 0, 0, 0},
	{"FPB", 0xE0002000, ARM(0x003) + REVISION(2), CLASS_GENERIC, 0, 0, 0},
	{"ITM", 0xE0000000, ARM(0x001) + REVISION(3), CLASS_GENERIC, 0, 0, 0},
	{"TPIU", 0xE0040000, ARM(0x9A1), CLASS_CORESIGHT, 0x11, 0, 0xCA1},
	{"ETM", 0xE0041000, ARM(0x925), CLASS_CORESIGHT, 0x13, 0, 0},
	{0},
};
static const struct debug_map m4_map = {m3_roms, m4_components};

/* DDI 0489 section 10.2: the core's own table, then that of the processor. The H7 has no table between its own and the
 * first, and its TPIU on the system's debug bus; RM0410 section 40.8, RM0433 section 60.5. */
/* clang-format off */
#define CTI(base) {"CTI", base, ARM(0x906) + REVISION(4), CLASS_CORESIGHT, 0x14, 0, 0x40800}
#define M7_BLOCKS                                                                                                     \
	{"SCS", 0xE000E000, ARM(0x00C), CLASS_GENERIC, 0, 0, 0},                                                      \
	{"DWT", 0xE0001000, ARM(0x002), CLASS_GENERIC, 0, 0, 0},                                                      \
	{"FPB", 0xE0002000, ARM(0x00E), CLASS_GENERIC, 0, 0, 0},                                                      \
	{"ITM", 0xE0000000, ARM(0x001), CLASS_GENERIC, 0, 0, 0},                                                      \
	{"ETM", 0xE0041000, ARM(0x975) + REVISION(1), CLASS_CORESIGHT, 0x13, 0x47704A13, 0}, CTI(0xE0043000)
#define M7_PPB_ROM {0xE00FF000, ARM(0x4C7), {0xFFF0F003, 0xFFF02003, 0xFFF03003, 0xFFF01003}}
/* clang-format on */
static const struct component f7_components[] = {
	M7_BLOCKS,
	{"TPIU", 0xE0040000, ARM(0x9A9), CLASS_CORESIGHT, 0x11, 0, 0xCA1},
	{0},
};
static const struct rom_table f7_roms[] = {
	{0xE00FD000, 0, {0x00001003, 0xFFF43003}},
	{0xE00FE000, ARM(0x4C8), {0x00001003, 0xFFF43003, 0xFFF45003}},
	M7_PPB_ROM,
	{0},
};
const struct debug_map debug_map_f7 = {f7_roms, f7_components};

static const struct component h7_components[] = {M7_BLOCKS, {0}};
static const struct rom_table h7_roms[] = {
	{0xE00FE000, 0, {0x00001003, 0xFFF43003, 0xFFF45003}},
	M7_PPB_ROM,
	{0},
};
const struct debug_map debug_map_h7 = {h7_roms, h7_components};

static const struct component h7_apb_components[] = {
	{"TSG", 0xE00E2000, ARM(0x101), CLASS_SYSTEM, 0, 0, 0},
	{"SWO", 0xE00E3000, ARM(0x914), CLASS_CORESIGHT, 0x11, 0, 0xEA0},
	{"SWTF", 0xE00E4000, ARM(0x908) + REVISION(2), CLASS_CORESIGHT, 0x12, 0, 0x32},
	CTI(0xE00F1000),
	{"CSTF", 0xE00F3000, ARM(0x908) + REVISION(2), CLASS_CORESIGHT, 0x12, 0, 0x34},
	{"ETF", 0xE00F4000, ARM(0x961) + REVISION(1), CLASS_CORESIGHT, 0x32, 0, 0x380},
	{"TPIU", 0xE00F5000, ARM(0x912) + REVISION(4), CLASS_CORESIGHT, 0x11, 0, 0xA0},
	{0},
};
/* clang-format off */
static const struct rom_table h7_apb_roms[] = {
	{0xE00E0000, 0, {0x00010003, 0x00002003, 0x00003003, 0x00004003}},
	{0xE00F0000, 0x00000A0001, {0x00001003, 0x00002002, 0x00003003, 0x00004003, 0x00005003, 0x00006002, 0x00007002, 0x00008002}},
	{0},
};
/* clang-format on */
const struct debug_map debug_map_h7_apb = {h7_apb_roms, h7_apb_components};

/* TRM 100230 section B3, as an STM32H5 reports them (blackmagic-debug/blackmagic, issue 1440); no MTB. The last three as pyOCD's table
 * of components has them. The part's table, then the core's. */
static const struct component m33_components[] = {
	{"SCS", 0xE000E000, ARM(0xD21), CLASS_CORESIGHT, 0x00, 0x47702A04, 0},
	{"DWT", 0xE0001000, ARM(0xD21), CLASS_CORESIGHT, 0x00, 0x47701A02, 0},
	{"BPU", 0xE0002000, ARM(0xD21), CLASS_CORESIGHT, 0x00, 0x47701A03, 0},
	{"ITM", 0xE0000000, ARM(0xD21), CLASS_CORESIGHT, 0x43, 0x47701A01, 0},
	{"TPIU", 0xE0040000, ARM(0xD21), CLASS_CORESIGHT, 0x11, 0, 0xCA1},
	{"ETM", 0xE0041000, ARM(0xD21), CLASS_CORESIGHT, 0x13, 0x47724A13, 0},
	{"CTI", 0xE0042000, ARM(0xD21), CLASS_CORESIGHT, 0x14, 0x47701A14, 0x40800},
	{0},
};
static const struct rom_table m33_roms[] = {
	{0xE00FE000, 0, {0x00001003}},
	{0xE00FF000, ARM(0x4C9), {0xFFF0F003, 0xFFF02003, 0xFFF03003, 0xFFF01003, 0xFFF42003, 0xFFF43003, 0xFFF41003}},
	{0},
};
static const struct debug_map m33_map = {m33_roms, m33_components};

/* ---- Cores ---- */

const struct core_model cortex_m0 = {
	.name = "Cortex-M0",
	.uc_cpu = UC_CPU_ARM_CORTEX_M0,
	.architecture = 6,
	.ahb_ap_idr = 0x04770021,
	.ahb_ap_csw = 0x03000040,
	.debug_map = &m0_map,
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
	.ahb_ap_csw = 0x03000040,
	.debug_map = &m0plus_map,
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
	.ahb_ap_csw = 0x23000040,
	.debug_map = &m3_map,
	.tar_wrap = 4096,
	.code_comparators = 6,
	.literal_comparators = 2,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x200, /* STKALIGN, as on r2p0 */
	.ccr_writable = 0x31B,
	.bit_band = true,
	.vtor_mask = 0x3FFFFF80,
};

/* Without FPU, as on the STM32WL. */
const struct core_model cortex_m4 = {
	.name = "Cortex-M4",
	.uc_cpu = UC_CPU_ARM_CORTEX_M4,
	.architecture = 7,
	.ahb_ap_idr = 0x24770011,
	.ahb_ap_csw = 0x23000040,
	.debug_map = &m4_map,
	.tar_wrap = 4096,
	.code_comparators = 6,
	.literal_comparators = 2,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x200,
	.ccr_writable = 0x31B,
	.bit_band = true,
	.vtor_mask = 0xFFFFFF80,
	.fp_in_emulator = true,
};

const struct core_model cortex_m4f = {
	.name = "Cortex-M4F",
	.uc_cpu = UC_CPU_ARM_CORTEX_M4,
	.architecture = 7,
	.ahb_ap_idr = 0x24770011,
	.ahb_ap_csw = 0x23000040,
	.debug_map = &m4_map,
	.tar_wrap = 4096,
	.code_comparators = 6,
	.literal_comparators = 2,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x200,
	.ccr_writable = 0x31B,
	.bit_band = true,
	.vtor_mask = 0xFFFFFF80,
	.mvfr = {0x10110021, 0x11000011, 0},
};

/* clang-format off */
const struct core_model cortex_m7 = {
	.name = "Cortex-M7",
	.uc_cpu = UC_CPU_ARM_CORTEX_M7,
	.architecture = 7,
	.ahb_ap_idr = 0x74770001,
	.ahb_ap_csw = 0x03800040,
	.debug_map = &debug_map_f7,
	.tar_wrap = 4096,
	.fpb_revision = 1,
	.code_comparators = 8,
	.watch_comparators = 4,
	.priority_mask = 0xF0,
	.ccr_reset = 0x40200, /* BP and STKALIGN, always */
	.ccr_writable = 0x3011B, /* IC and DC, too */
	.vtor_mask = 0xFFFFFF80,
	.clidr = 0x09000003, /* 16 KiB of each, as on the STM32F76x and H743 */
	.ctr = 0x8303C003,
	.ccsidr = {0xF00FE019, 0xF01FE009},
	.mvfr = {0x10110221, 0x12000011, 0x00000040}, /* double precision, as on the STM32F76x and F77x */
};

/* TrustZone off, as STM32L5 and U5 are shipped: what is secure is not there. ARM DDI 0553, TRM 100230. */
#define CORTEX_M33 \
	.name = "Cortex-M33", \
	.uc_cpu = UC_CPU_ARM_CORTEX_M33, \
	.architecture = 8, \
	.ahb_ap_idr = 0x14770015, \
	.ahb_ap_csw = 0x03800040, \
	.debug_map = &m33_map, \
	.tar_wrap = 1024, \
	.fpb_revision = 1, \
	.code_comparators = 8, \
	.watch_comparators = 4, \
	.ccr_reset = 0x201, \
	.ccr_writable = 0x51A, \
	.vtor_mask = 0xFFFFFF80, \
	.ctr = 0x8000C000, \
	.mvfr = {0x10110021, 0x11000011, 0x00000040},
const struct core_model cortex_m33 = {CORTEX_M33 .priority_mask = 0xF0};
const struct core_model cortex_m33_l5 = {CORTEX_M33 .priority_mask = 0xE0}; /* __NVIC_PRIO_BITS is 3 */
/* clang-format on */

const struct debug_map *chip_debug_map(const struct chip *chip)
{
	return chip->debug_map ? chip->debug_map : chip->core->debug_map;
}
