/* SPDX-License-Identifier: GPL-2.0-only
 *
 * References: RM0038 section 5.4 (PWR), 6.3 (RCC), 7.4 (GPIO).
 */
#include "periph.h"

#include "bus.h"

#include <stddef.h>
#include <string.h>

/* RCC_CR, RCC_ICSCR, RCC_CSR after reset: MSI on and ready, range 5. RM0038 section 6.3.1. */
static const struct periph_reset rcc_l1_resets[] = {{0x00, 0x00000300}, {0x04, 0x0000B000}, {0x1C, 0x00008000},
						    {0x34, 0x0C000000}, {0, 0}};
static const struct periph_follow rcc_l1_follows[] = {
	{0x00, 1u << 0, 1},  /* HSION, HSIRDY */
	{0x00, 1u << 8, 1},  /* MSION, MSIRDY */
	{0x00, 1u << 16, 1}, /* HSEON, HSERDY */
	{0x00, 1u << 24, 1}, /* PLLON, PLLRDY */
	{0x08, 3u << 0, 2},  /* SW, SWS */
	{0x34, 1u << 0, 1},  /* LSION, LSIRDY */
	{0x34, 1u << 8, 1},  /* LSEON, LSERDY */
	{0, 0, 0},
};
static const struct periph_reset pwr_l1_resets[] = {{0x00, 0x00001000}, {0x04, 0x00000008}, {0, 0}};
static const struct periph_reset gpioa_l1_resets[] = {{0x00, 0xA8000000}, {0x0C, 0x64000000}, {0, 0}};
static const struct periph_reset gpiob_l1_resets[] = {{0x00, 0x00000280}, {0x08, 0x000000C0}, {0x0C, 0x00000100}, {0, 0}};
static const struct periph_reset no_resets[] = {{0, 0}};
static const struct periph_follow no_follows[] = {{0, 0, 0}};

const struct periph periphs_stm32l1[] = {
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

static int periph_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct periph_file *file = ctx;

	*value = file->regs[offset / 4];
	return 0;
}

static int periph_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct periph_file *file = ctx;
	uint32_t *reg = &file->regs[offset / 4];

	*reg = (*reg & ~mask) | (value & mask);
	for (const struct periph_follow *f = file->row->follows; f->cause; f++)
		if (f->offset == offset)
			*reg = (*reg & ~(f->cause << f->left_shift)) | ((*reg & f->cause) << f->left_shift);
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
