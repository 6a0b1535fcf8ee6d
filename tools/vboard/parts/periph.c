/* SPDX-License-Identifier: GPL-2.0-only
 *
 * References: RM0038 (L1) sections 5.4 (PWR), 6.3 (RCC), 7.4 (GPIO); the same chapters of RM0367 (L0), RM0091 (F0), RM0008 (F1),
 * RM0316 (F3), RM0033 (F2), RM0368 (F401), RM0410 (F76x).
 */
#include "parts/periph.h"

#include "bus.h"

#include <stddef.h>
#include <string.h>

const struct periph_reset periph_no_resets[] = {{0, 0}};
const struct periph_follow periph_no_follows[] = {{0, 0, 0, 0}};
#define no_resets  periph_no_resets
#define no_follows periph_no_follows
/* RLR, and WINR where there is one; KR. */
const struct periph_reset periph_iwdg_resets[] = {{0x08, 0x00000FFF}, {0x10, 0x00000FFF}, {0, 0}};
const struct periph_follow periph_iwdg_follows[] = {{0x00, 0xFFFFFFFF, 0x00, ALWAYS_0}, {0, 0, 0, 0}};
const struct periph_reset periph_wwdg_resets[] = {{0x00, 0x0000007F}, {0x04, 0x0000007F}, {0, 0}};
/* The compensation cell, where there is one: CMP_PD, READY of CMPCR. */
const struct periph_follow periph_syscfg_follows[] = {{0x20, 1u << 0, 0x20, 8}, {0, 0, 0, 0}};

/* RCC_CR, RCC_ICSCR, RCC_CSR after reset: MSI on and ready, range 5. RM0038 section 6.3.1. */
static const struct periph_reset rcc_l1_resets[] = {
	{0x00, 0x00000300}, {0x04, 0x0000B000}, {0x1C, 0x00008000}, {0x34, 0x0C000000}, {0, 0}};
static const struct periph_follow rcc_l1_follows[] = {
	{0x00, 1u << 0, 0x00, 1},  /* HSION, HSIRDY */
	{0x00, 1u << 8, 0x00, 1},  /* MSION, MSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLLON, PLLRDY */
	{0x08, 3u << 0, 0x08, 2},  /* SW, SWS */
	{0x34, 1u << 0, 0x34, 1},  /* LSION, LSIRDY */
	{0x34, 1u << 8, 0x34, 1},  /* LSEON, LSERDY */
	{0, 0, 0, 0},
};
static const struct periph_reset pwr_l1_resets[] = {{0x00, 0x00001000}, {0x04, 0x00000008}, {0, 0}};
static const struct periph_reset gpioa_l1_resets[] = {{0x00, 0xA8000000}, {0x0C, 0x64000000}, {0, 0}};
static const struct periph_reset gpiob_l1_resets[] = {
	{0x00, 0x00000280}, {0x08, 0x000000C0}, {0x0C, 0x00000100}, {0, 0}};

const struct periph periphs_stm32l1[] = {
	WATCHDOGS,
	SYSCFG(0x40010000),
	{"RCC", 0x40023800, 0x38, rcc_l1_resets, rcc_l1_follows},
	{"PWR", 0x40007000, 0x08, pwr_l1_resets, no_follows},
	{"GPIOA", 0x40020000, 0x2C, gpioa_l1_resets, no_follows},
	{"GPIOB", 0x40020400, 0x2C, gpiob_l1_resets, no_follows},
	{"GPIOC", 0x40020800, 0x2C, no_resets, no_follows},
	{"GPIOD", 0x40020C00, 0x2C, no_resets, no_follows},
	{"GPIOE", 0x40021000, 0x2C, no_resets, no_follows},
	{"GPIOH", 0x40021400, 0x2C, no_resets, no_follows},
	{NULL, 0, 0, NULL, NULL},
};

static const struct periph_reset rcc_l0_resets[] = {
	{0x00, 0x00000300}, {0x04, 0x0000B000}, {0x30, 0x00000100}, {0x50, 0x0C000000}, {0, 0}};
static const struct periph_follow rcc_l0_follows[] = {
	{0x00, 1u << 0, 0x00, 2},  /* HSI16ON, HSI16RDYF */
	{0x00, 1u << 8, 0x00, 1},  /* MSION, MSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLLON, PLLRDY */
	{0x08, 1u << 0, 0x08, 1},  /* HSI48ON, HSI48RDY */
	{0x0C, 3u << 0, 0x0C, 2},  /* SW, SWS */
	{0x50, 1u << 0, 0x50, 1},  /* LSION, LSIRDY */
	{0x50, 1u << 8, 0x50, 1},  /* LSEON, LSERDY */
	{0, 0, 0, 0},
};

/* EN_VREFINT, VREFINT_RDYF of CFGR3 */
static const struct periph_follow syscfg_l0_follows[] = {{0x20, 1u << 0, 0x20, 30}, {0, 0, 0, 0}};

/* Pins are analogue but those of the debug port; RM0367 section 9.4. */
static const struct periph_reset gpioa_l0_resets[] = {
	{0x00, 0xEBFFFCFF}, {0x08, 0x0C000000}, {0x0C, 0x24000000}, {0, 0}};
static const struct periph_reset gpio_l0_resets[] = {{0x00, 0xFFFFFFFF}, {0, 0}};

const struct periph periphs_stm32l0[] = {
	WATCHDOGS,
	{"SYSCFG", 0x40010000, 0x28, no_resets, syscfg_l0_follows},
	{"RCC", 0x40021000, 0x54, rcc_l0_resets, rcc_l0_follows},
	{"PWR", 0x40007000, 0x08, pwr_l1_resets, no_follows},
	{"GPIOA", 0x50000000, 0x2C, gpioa_l0_resets, no_follows},
	{"GPIOB", 0x50000400, 0x2C, gpio_l0_resets, no_follows},
	{"GPIOC", 0x50000800, 0x2C, gpio_l0_resets, no_follows},
	{"GPIOD", 0x50000C00, 0x2C, gpio_l0_resets, no_follows},
	{"GPIOE", 0x50001000, 0x2C, gpio_l0_resets, no_follows},
	{"GPIOH", 0x50001C00, 0x2C, gpio_l0_resets, no_follows},
	{NULL, 0, 0, NULL, NULL},
};

/* F0, F1 and F3 have the same RCC up to CSR; F0 has CR2 after it, at 0x34. */
static const struct periph_reset rcc_f1_resets[] = {{0x00, 0x00000083}, {0x14, 0x00000014}, {0x24, 0x0C000000}, {0, 0}};
static const struct periph_follow rcc_f1_follows[] = {
	{0x00, 1u << 0, 0x00, 1},  /* HSION, HSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLLON, PLLRDY */
	{0x04, 3u << 0, 0x04, 2},  /* SW, SWS */
	{0x20, 1u << 0, 0x20, 1},  /* LSEON, LSERDY */
	{0x24, 1u << 0, 0x24, 1},  /* LSION, LSIRDY */
	{0x34, 1u << 0, 0x34, 1},  /* HSI14ON, HSI14RDY */
	{0x34, 1u << 16, 0x34, 1}, /* HSI48ON, HSI48RDY */
	{0, 0, 0, 0},
};
static const struct periph_reset gpio_f1_resets[] = {{0x00, 0x44444444}, {0x04, 0x44444444}, {0, 0}};
static const struct periph_reset gpioa_f0_resets[] = {{0x00, 0x28000000}, {0x0C, 0x24000000}, {0, 0}};

const struct periph periphs_stm32f1[] = {
	WATCHDOGS,
	{"RCC", 0x40021000, 0x28, rcc_f1_resets, rcc_f1_follows},
	{"PWR", 0x40007000, 0x08, no_resets, no_follows},
	{"AFIO", 0x40010000, 0x20, no_resets, no_follows},
	{"GPIOA", 0x40010800, 0x1C, gpio_f1_resets, no_follows},
	{"GPIOB", 0x40010C00, 0x1C, gpio_f1_resets, no_follows},
	{"GPIOC", 0x40011000, 0x1C, gpio_f1_resets, no_follows},
	{"GPIOD", 0x40011400, 0x1C, gpio_f1_resets, no_follows},
	{"GPIOE", 0x40011800, 0x1C, gpio_f1_resets, no_follows},
	{NULL, 0, 0, NULL, NULL},
};

const struct periph periphs_stm32f0[] = {
	WATCHDOGS,
	SYSCFG(0x40010000),
	{"RCC", 0x40021000, 0x38, rcc_f1_resets, rcc_f1_follows},
	{"PWR", 0x40007000, 0x08, no_resets, no_follows},
	{"GPIOA", 0x48000000, 0x2C, gpioa_f0_resets, no_follows},
	{"GPIOB", 0x48000400, 0x2C, no_resets, no_follows},
	{"GPIOC", 0x48000800, 0x2C, no_resets, no_follows},
	{"GPIOD", 0x48000C00, 0x2C, no_resets, no_follows},
	{"GPIOE", 0x48001000, 0x2C, no_resets, no_follows},
	{"GPIOF", 0x48001400, 0x2C, no_resets, no_follows},
	{NULL, 0, 0, NULL, NULL},
};

const struct periph periphs_stm32f3[] = {
	WATCHDOGS,
	SYSCFG(0x40010000),
	{"RCC", 0x40021000, 0x34, rcc_f1_resets, rcc_f1_follows},
	{"PWR", 0x40007000, 0x08, no_resets, no_follows},
	{"GPIOA", 0x48000000, 0x2C, gpioa_l1_resets, no_follows},
	{"GPIOB", 0x48000400, 0x2C, gpiob_l1_resets, no_follows},
	{"GPIOC", 0x48000800, 0x2C, no_resets, no_follows},
	{"GPIOD", 0x48000C00, 0x2C, no_resets, no_follows},
	{"GPIOE", 0x48001000, 0x2C, no_resets, no_follows},
	{"GPIOF", 0x48001400, 0x2C, no_resets, no_follows},
	{NULL, 0, 0, NULL, NULL},
};

static const struct periph_reset rcc_f4_resets[] = {
	{0x00, 0x00000083}, {0x04, 0x24003010}, {0x74, 0x0E000000}, {0x84, 0x24003000}, {0, 0}};
static const struct periph_follow rcc_f4_follows[] = {
	{0x00, 1u << 0, 0x00, 1},  /* HSION, HSIRDY */
	{0x00, 1u << 16, 0x00, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 24, 0x00, 1}, /* PLLON, PLLRDY */
	{0x00, 1u << 26, 0x00, 1}, /* PLLI2SON, PLLI2SRDY */
	{0x00, 1u << 28, 0x00, 1}, /* PLLSAION, PLLSAIRDY */
	{0x08, 3u << 0, 0x08, 2},  /* SW, SWS */
	{0x70, 1u << 0, 0x70, 1},  /* LSEON, LSERDY */
	{0x74, 1u << 0, 0x74, 1},  /* LSION, LSIRDY */
	{0, 0, 0, 0},
};
/* VOSRDY is set before the PLL is on, too. */
static const struct periph_reset pwr_f4_resets[] = {{0x00, 0x0000C000}, {0x04, 0x00004000}, {0, 0}};
static const struct periph_follow pwr_f4_follows[] = {
	{0x00, 1u << 16, 0x04, 0},        /* ODEN, ODRDY */
	{0x00, 1u << 17, 0x04, 0},        /* ODSWEN, ODSWRDY */
	{0x04, 1u << 9, 0x04, -6},        /* BRE, BRR */
	{0x04, 1u << 14, 0x04, ALWAYS_1}, /* VOSRDY */
	{0, 0, 0, 0},
};

static const struct periph_follow pwr_f2_follows[] = {
	{0x04, 1u << 9, 0x04, -6}, /* BRE, BRR */
	{0, 0, 0, 0},
};

#define GPIO_F4(name, base)                             \
	{                                               \
		name, base, 0x2C, no_resets, no_follows \
	}
#define GPIO_F4_A_TO_E                                                                                  \
	{"GPIOA", 0x40020000, 0x2C, gpioa_l1_resets, no_follows},                                       \
		{"GPIOB", 0x40020400, 0x2C, gpiob_l1_resets, no_follows}, GPIO_F4("GPIOC", 0x40020800), \
		GPIO_F4("GPIOD", 0x40020C00), GPIO_F4("GPIOE", 0x40021000)

const struct periph periphs_stm32f2[] = {
	WATCHDOGS,
	SYSCFG(0x40013800),
	{"RCC", 0x40023800, 0x88, rcc_f4_resets, rcc_f4_follows},
	{"PWR", 0x40007000, 0x08, no_resets, pwr_f2_follows},
	GPIO_F4_A_TO_E,
	GPIO_F4("GPIOF", 0x40021400),
	GPIO_F4("GPIOG", 0x40021800),
	GPIO_F4("GPIOH", 0x40021C00),
	GPIO_F4("GPIOI", 0x40022000),
	{NULL, 0, 0, NULL, NULL},
};

const struct periph periphs_stm32f4[] = {
	WATCHDOGS,
	SYSCFG(0x40013800),
	{"RCC", 0x40023800, 0x98, rcc_f4_resets, rcc_f4_follows},
	{"PWR", 0x40007000, 0x08, pwr_f4_resets, pwr_f4_follows},
	GPIO_F4_A_TO_E,
	GPIO_F4("GPIOH", 0x40021C00),
	{NULL, 0, 0, NULL, NULL},
};

const struct periph periphs_stm32f7[] = {
	WATCHDOGS,
	SYSCFG(0x40013800),
	{"RCC", 0x40023800, 0x98, rcc_f4_resets, rcc_f4_follows},
	{"PWR", 0x40007000, 0x10, pwr_f4_resets, pwr_f4_follows},
	GPIO_F4_A_TO_E,
	GPIO_F4("GPIOF", 0x40021400),
	GPIO_F4("GPIOG", 0x40021800),
	GPIO_F4("GPIOH", 0x40021C00),
	GPIO_F4("GPIOI", 0x40022000),
	GPIO_F4("GPIOJ", 0x40022400),
	GPIO_F4("GPIOK", 0x40022800),
	{NULL, 0, 0, NULL, NULL},
};

static int periph_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct periph_file *file = ctx;

	*value = file->regs[offset / 4];
	return 0;
}

static uint32_t moved(uint32_t bits, int shift)
{
	return shift < 0 ? bits >> -shift : bits << shift;
}

static void follow(struct periph_file *file, const struct periph_follow *f)
{
	uint32_t *to = &file->regs[f->to / 4], bits = file->regs[f->offset / 4] & f->cause;

	if (f->shift == ALWAYS_1)
		*to |= f->cause;
	else if (f->shift == ALWAYS_0)
		*to &= ~f->cause;
	else
		*to = (*to & ~moved(f->cause, f->shift)) | moved(bits, f->shift);
}

static int periph_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct periph_file *file = ctx;
	uint32_t *reg = &file->regs[offset / 4];

	*reg = (*reg & ~mask) | (value & mask);
	for (const struct periph_follow *f = file->row->follows; f->cause; f++)
		if (f->offset == offset)
			follow(file, f);
	return 0;
}

unsigned periph_count(const struct periph *table)
{
	unsigned count = 0;

	while (table[count].name)
		count++;
	return count;
}

void periph_add_all(struct bus *bus, const struct periph *table, struct periph_file *files)
{
	for (unsigned i = 0; table[i].name; i++) {
		files[i].row = &table[i];
		bus_add_device(bus, (struct bus_device){table[i].name, table[i].base, table[i].size, periph_read,
							periph_write, &files[i]});
	}
}

void periph_reset(struct periph_file *files, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		memset(files[i].regs, 0, sizeof files[i].regs);
		for (const struct periph_reset *r = files[i].row->resets; r->value; r++)
			files[i].regs[r->offset / 4] = r->value;
	}
}
