/* SPDX-License-Identifier: GPL-2.0-only
 *
 * References: RM0038 (STM32L1) sections 2.3 memory map, 3.2 NVM organisation, 6 RCC, 30 debug support, 31 device
 * electronic signature. DS6876 (STM32L152RB): 128 KiB flash, 16 KiB RAM, MSI of 2.097 MHz after reset.
 */
#include "chips.h"

#include "cores.h"
#include "flash.h"
#include "periph.h"

#include <stddef.h>
#include <string.h>

const struct chip chips[] = {
	{
		.name = "stm32l152rb",
		.core = &cortex_m3,
		.cpuid = 0x412FC230,         /* r2p0 */
		.jtag_idcode = 0x4BA00477,   /* RM0038 section 30.6.3 */
		.swd_idcode = 0x2BA01477,
		.bs_idcode = 0x06416041,     /* RM0038 section 30.6.2 */
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x10386416, /* Cat. 1, revision W; RM0038 section 30.6.1 */
		.flash_base = 0x08000000,
		.flash_size = 128 * 1024,
		.page_size = 256,
		.ram_base = 0x20000000,
		.ram_size = 16 * 1024,
		.system_base = 0x1FF00000,
		.system_size = 4 * 1024,
		.eeprom_base = 0x08080000,
		.eeprom_size = 4 * 1024,
		.option_base = 0x1FF80000,
		.options = {{0x1FF80000, 0xFF5500AA}, {0x1FF80004, 0xFF870078}, {0x1FF80008, 0xFFFF0000},
			    {0x1FF8000C, 0xFFFF0000}}, /* RM0038 section 3.8 */
		.flash_size_word = 0x1FF8004C, /* Cat. 1 and 2; RM0038 section 31.1.1 */
		.uid = {0x1FF80050, 0x1FF80054, 0x1FF80064}, /* RM0038 section 31.2 */
		.clock_hz = 2097000,
		.irqs = 45,
		.flash_ops = &flash_stm32lx,
		.flash_regs = 0x40023C00,
		.periphs = periphs_stm32l1,
	},
	{.name = NULL},
};

const struct chip *chip_find(const char *name)
{
	for (const struct chip *chip = chips; chip->name; chip++)
		if (!strcmp(chip->name, name))
			return chip;
	return NULL;
}
