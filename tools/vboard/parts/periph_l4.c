/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Peripherals of the families with ECC flash: what OpenOCD's target files and start-up code touch. References, chapters on
 * PWR, RCC and GPIO: RM0351 (L4), RM0444 (G0), RM0440 (G4), RM0434 (WB), RM0461 (WLE), RM0438 (L5), RM0456 (U5), RM0433 (H7).
 */
#include "parts/periph.h"

#include <stddef.h>

#define no_follows periph_no_follows

/* Ports A and B hold the debug pins. */
static const struct periph_reset gpioa_resets[] = {{0x00, 0xABFFFFFF}, {0x0C, 0x64000000}, {0, 0}};
static const struct periph_reset gpiob_resets[] = {{0x00, 0xFFFFFEBF}, {0x0C, 0x00000100}, {0, 0}};
static const struct periph_reset gpio_resets[] = {{0x00, 0xFFFFFFFF}, {0, 0}};
/* Ports of which a part has only some pins. */
static const struct periph_reset gpioh_resets[] = {{0x00, 0x0000000F}, {0, 0}};
static const struct periph_reset gpioe_wb_resets[] = {{0x00, 0x000003FF}, {0, 0}};
static const struct periph_reset gpioh_wb_resets[] = {{0x00, 0x000000CF}, {0, 0}};
static const struct periph_reset gpioc_wl_resets[] = {{0x00, 0xFC003FFF}, {0, 0}};
static const struct periph_reset gpioh_wl_resets[] = {{0x00, 0x000000C0}, {0, 0}};

/* clang-format off */
#define GPIO(port, ports, resets) {"GPIO" port, (ports) + 0x400 * ((port)[0] - 'A'), 0x2C, resets, no_follows}
#define GPIO_A_B(ports) GPIO("A", ports, gpioa_resets), GPIO("B", ports, gpiob_resets)
#define GPIO_C_D(ports) GPIO("C", ports, gpio_resets), GPIO("D", ports, gpio_resets)
#define GPIO_E_TO_G(ports) GPIO("E", ports, gpio_resets), GPIO("F", ports, gpio_resets), GPIO("G", ports, gpio_resets)
#define GPIO_A_TO_G(ports) GPIO_A_B(ports), GPIO_C_D(ports), GPIO_E_TO_G(ports)
/* clang-format on */

/* L4: MSI of 4 MHz on and ready. */
static const struct periph_reset rcc_l4_resets[] = {{0x00, 0x00000063}, {0x04, 0x10000000}, {0x0C, 0x00001000},
						    {0x48, 0x00000100}, {0x94, 0x0C000600}, {0, 0}};
static const struct periph_follow rcc_l4_follows[] = {
	{0x00, 1u << 0, 0x00, 1},  /* MSION, MSIRDY */
	{0x00, 1u << 8, 0x00, 2},  /* HSION, HSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLLON, PLLRDY */
	{0x00, 1u << 26, 0x00, 1}, /* PLLSAI1ON, PLLSAI1RDY */
	{0x00, 1u << 28, 0x00, 1}, /* PLLSAI2ON, PLLSAI2RDY */
	{0x08, 3u << 0, 0x08, 2},  /* SW, SWS */
	{0x98, 1u << 0, 0x98, 1},  /* HSI48ON, HSI48RDY */
	{0x90, 1u << 0, 0x90, 1},  /* LSEON, LSERDY */
	{0x94, 1u << 0, 0x94, 1},  /* LSION, LSIRDY */
	{0, 0, 0, 0},
};
static const struct periph_reset pwr_l4_resets[] = {{0x00, 0x00000200}, {0x08, 0x00008000}, {0, 0}};

/* clang-format off */
const struct periph periphs_stm32l4[] = {
	WATCHDOGS, SYSCFG(0x40010000),
	{"RCC", 0x40021000, 0x9C, rcc_l4_resets, rcc_l4_follows},
	{"PWR", 0x40007000, 0x60, pwr_l4_resets, no_follows},
	GPIO_A_TO_G(0x48000000), GPIO("H", 0x48000000, gpioh_resets),
	{NULL, 0, 0, NULL, NULL},
};

/* G0: HSI of 16 MHz on and ready. */
static const struct periph_reset rcc_g0_resets[] = {{0x00, 0x00000500}, {0x04, 0x00004000}, {0x0C, 0x00001000},
						    {0x38, 0x00000100}, {0, 0}};
/* clang-format on */
static const struct periph_follow rcc_g0_follows[] = {
	{0x00, 1u << 8, 0x00, 2},  /* HSION, HSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 22, 0x00, 1}, /* HSI48ON, HSI48RDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLLON, PLLRDY */
	{0x08, 7u << 0, 0x08, 3},  /* SW, SWS */
	{0x5C, 1u << 0, 0x5C, 1},  /* LSEON, LSERDY */
	{0x60, 1u << 0, 0x60, 1},  /* LSION, LSIRDY */
	{0, 0, 0, 0},
};
static const struct periph_reset gpioa_g0_resets[] = {{0x00, 0xEBFFFFFF}, {0x0C, 0x24000000}, {0, 0}};

/* clang-format off */
#define SYSTEM_G0                                                                    \
	WATCHDOGS, SYSCFG(0x40010000),                                               \
	{"RCC", 0x40021000, 0x64, rcc_g0_resets, rcc_g0_follows},                    \
	{"PWR", 0x40007000, 0x60, pwr_l4_resets, no_follows},                        \
	GPIO("A", 0x50000000, gpioa_g0_resets), GPIO("B", 0x50000000, gpio_resets),  \
	GPIO_C_D(0x50000000), GPIO("F", 0x50000000, gpio_resets)

const struct periph periphs_stm32g0[] = {
	SYSTEM_G0,
	{NULL, 0, 0, NULL, NULL},
};

const struct periph periphs_stm32g0b[] = {
	SYSTEM_G0, GPIO("E", 0x50000000, gpio_resets),
	{NULL, 0, 0, NULL, NULL},
};

/* G4: HSI of 16 MHz on, ready and chosen. */
static const struct periph_reset rcc_g4_resets[] = {{0x00, 0x00000500}, {0x04, 0x40000000}, {0x08, 0x00000005},
						    {0x0C, 0x00001000}, {0x48, 0x00000100}, {0x94, 0x0C000000}, {0, 0}};

const struct periph periphs_stm32g4[] = {
	WATCHDOGS, SYSCFG(0x40010000),
	{"RCC", 0x40021000, 0x9C, rcc_g4_resets, rcc_l4_follows},
	{"PWR", 0x40007000, 0x60, pwr_l4_resets, no_follows},
	GPIO_A_TO_G(0x48000000),
	{NULL, 0, 0, NULL, NULL},
};

/* WB and WL: MSI of 4 MHz on and ready. */
static const struct periph_reset rcc_wb_resets[] = {{0x00, 0x00000063}, {0x08, 0x00070000}, {0x0C, 0x22040100},
						    {0x94, 0x0C000000}, {0x108, 0x00030000}, {0, 0}};
static const struct periph_follow rcc_wb_follows[] = {
	{0x00, 1u << 0, 0x00, 1},          /* MSION, MSIRDY */
	{0x00, 1u << 8, 0x00, 2},          /* HSION, HSIRDY */
	{0x00, 1u << 16, 0x00, 1},         /* HSEON, HSERDY */
	{0x00, 1u << 24, 0x00, 1},         /* PLLON, PLLRDY */
	{0x00, 1u << 26, 0x00, 1},         /* PLLSAI1ON, PLLSAI1RDY */
	{0x08, 3u << 0, 0x08, 2},          /* SW, SWS */
	{0x08, 7u << 16, 0x08, ALWAYS_1},  /* HPREF, PPRE1F, PPRE2F */
	{0x90, 1u << 0, 0x90, 1},          /* LSEON, LSERDY */
	{0x90, 1u << 7, 0x90, 4},          /* LSESYSEN, LSESYSRDY of the WL */
	{0x94, 1u << 0, 0x94, 1},          /* LSI1ON, LSI1RDY */
	{0x94, 1u << 2, 0x94, 1},          /* LSI2ON, LSI2RDY */
	{0x98, 1u << 0, 0x98, 1},          /* HSI48ON, HSI48RDY */
	{0x108, 3u << 16, 0x108, ALWAYS_1}, /* SHDHPREF, C2HPREF */
	{0, 0, 0, 0},
};

#define SYSTEM_WB                                                  \
	WATCHDOGS, SYSCFG(0x40010000),                             \
	{"RCC", 0x58000000, 0x180, rcc_wb_resets, rcc_wb_follows}, \
	{"PWR", 0x58000400, 0x98, pwr_l4_resets, no_follows},      \
	GPIO_A_B(0x48000000)

const struct periph periphs_stm32wb[] = {
	SYSTEM_WB, GPIO_C_D(0x48000000),
	GPIO("E", 0x48000000, gpioe_wb_resets), GPIO("H", 0x48000000, gpioh_wb_resets),
	{NULL, 0, 0, NULL, NULL},
};

const struct periph periphs_stm32wl[] = {
	SYSTEM_WB, GPIO("C", 0x48000000, gpioc_wl_resets), GPIO("H", 0x48000000, gpioh_wl_resets),
	{NULL, 0, 0, NULL, NULL},
};

/* OpenOCD's driver looks for a DBGMCU where L5 and U5 have their second SAI, whose clock is off. */
#define SAI2 {"SAI2", 0x40015800, 0x10, no_clock, no_follows}
/* clang-format on */
/* CACHEINV, BSYENDF */
static const struct periph_reset icache_resets[] = {{0x00, 0x00000004}, {0, 0}};
static const struct periph_follow icache_follows[] = {{0x00, 1u << 1, 0x04, 0}, {0, 0, 0, 0}};
/* clang-format off */
#define ICACHE {"ICACHE", 0x40030400, 0x30, icache_resets, icache_follows}
/* clang-format on */
static const struct periph_reset no_clock[] = {{0, 0}};

/* clang-format off */
const struct periph periphs_stm32l5[] = {
	WATCHDOGS, SYSCFG(0x40010000),
	{"RCC", 0x40021000, 0xA0, rcc_l4_resets, rcc_l4_follows},
	{"PWR", 0x40007000, 0x60, pwr_l4_resets, no_follows},
	SAI2,
	ICACHE,
	GPIO_A_TO_G(0x42020000), GPIO("H", 0x42020000, gpioh_resets),
	{NULL, 0, 0, NULL, NULL},
};
/* clang-format on */

/* U5: MSI of 4 MHz on and ready. */
static const struct periph_reset rcc_u5_resets[] = {{0x00, 0x00000035}, {0x08, 0x44000000}, {0x34, 0x01010280}, {0, 0}};
static const struct periph_follow rcc_u5_follows[] = {
	{0x00, 1u << 0, 0x00, 2},  /* MSISON, MSISRDY */
	{0x00, 1u << 4, 0x00, 1},  /* MSIKON, MSIKRDY */
	{0x00, 1u << 8, 0x00, 2},  /* HSION, HSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 12, 0x00, 1}, /* HSI48ON, HSI48RDY */
	{0x00, 1u << 14, 0x00, 1}, /* SHSION, SHSIRDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLL1ON, PLL1RDY */
	{0x00, 1u << 26, 0x00, 1}, /* PLL2ON, PLL2RDY */
	{0x00, 1u << 28, 0x00, 1}, /* PLL3ON, PLL3RDY */
	{0x1C, 3u << 0, 0x1C, 2},  /* SW, SWS */
	{0xF0, 1u << 0, 0xF0, 1},  /* LSEON, LSERDY */
	{0xF0, 1u << 7, 0xF0, 4},  /* LSESYSEN, LSESYSRDY */
	{0xF0, 1u << 26, 0xF0, 1}, /* LSION, LSIRDY */
	{0, 0, 0, 0},
};
/* VOSR; SVMSR */
static const struct periph_reset pwr_u5_resets[] = {{0x0C, 0x00008000}, {0x3C, 0x00008000}, {0, 0}};
static const struct periph_follow pwr_u5_follows[] = {
	{0x0C, 1u << 15, 0x0C, ALWAYS_1}, /* VOSRDY */
	{0x0C, 1u << 18, 0x0C, -4},       /* BOOSTEN, BOOSTRDY */
	{0x0C, 3u << 16, 0x3C, 0},        /* VOS, ACTVOS */
	{0x3C, 1u << 15, 0x3C, ALWAYS_1}, /* ACTVOSRDY */
	{0, 0, 0, 0},
};

/* clang-format off */
const struct periph periphs_stm32u5[] = {
	WATCHDOGS, SYSCFG(0x46000400),
	{"RCC", 0x46020C00, 0x120, rcc_u5_resets, rcc_u5_follows},
	{"PWR", 0x46020800, 0x100, pwr_u5_resets, pwr_u5_follows},
	SAI2,
	ICACHE,
	GPIO_A_TO_G(0x42020000), GPIO("H", 0x42020000, gpio_resets), GPIO("I", 0x42020000, gpio_resets),
	{NULL, 0, 0, NULL, NULL},
};

/* H7: HSI of 64 MHz on and ready. */
static const struct periph_reset rcc_h7_resets[] = {{0x00, 0x0000C025}, {0x04, 0x40000000}, {0x28, 0x02020200},
						    {0x2C, 0x01FF0000}, {0x30, 0x01010280}, {0x38, 0x01010280},
						    {0x40, 0x01010280}, {0, 0}};
static const struct periph_follow rcc_h7_follows[] = {
	{0x00, 1u << 0, 0x00, 2},  /* HSION, HSIRDY */
	{0x00, 1u << 7, 0x00, 1},  /* CSION, CSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 12, 0x00, 1}, /* HSI48ON, HSI48RDY */
	{0x00, 3u << 14, 0x00, ALWAYS_1}, /* D1CKRDY, D2CKRDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLL1ON, PLL1RDY */
	{0x00, 1u << 26, 0x00, 1}, /* PLL2ON, PLL2RDY */
	{0x00, 1u << 28, 0x00, 1}, /* PLL3ON, PLL3RDY */
	{0x10, 7u << 0, 0x10, 3},  /* SW, SWS */
	{0x70, 1u << 0, 0x70, 1},  /* LSEON, LSERDY */
	{0x74, 1u << 0, 0x74, 1},  /* LSION, LSIRDY */
	{0, 0, 0, 0},
};
static const struct periph_reset pwr_h7_resets[] = {{0x00, 0xF000C000}, {0x04, 0x00006000}, {0x0C, 0x00000006},
						    {0x18, 0x00006000}, {0, 0}};
/* clang-format on */
static const struct periph_follow pwr_h7_follows[] = {
	{0x04, 1u << 13, 0x04, ALWAYS_1}, /* ACTVOSRDY */
	{0x08, 1u << 0, 0x08, 16},        /* BREN, BRRDY */
	{0x18, 1u << 13, 0x18, ALWAYS_1}, /* VOSRDY */
	{0x18, 3u << 14, 0x04, 0},        /* VOS, ACTVOS */
	{0, 0, 0, 0},
};

/* clang-format off */
const struct periph periphs_stm32h7[] = {
	/* Those of a second core: their places answer on parts without one. */
	{"IWDG2", 0x58004C00, 0x20, periph_iwdg_resets, periph_iwdg_follows},
	{"WWDG2", 0x40002C00, 0x0C, periph_wwdg_resets, no_follows},
	WATCHDOGS_AT(0x58004800, 0x50003000), SYSCFG(0x58000400),
	{"RCC", 0x58024400, 0x400, rcc_h7_resets, rcc_h7_follows},
	{"PWR", 0x58024800, 0x30, pwr_h7_resets, pwr_h7_follows},
	GPIO_A_TO_G(0x58020000), GPIO("H", 0x58020000, gpio_resets), GPIO("I", 0x58020000, gpio_resets),
	GPIO("J", 0x58020000, gpio_resets), GPIO("K", 0x58020000, gpio_resets),
	{NULL, 0, 0, NULL, NULL},
};
/* clang-format on */
