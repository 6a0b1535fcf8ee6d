/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A row says where a number comes from when it is not plain from the data sheet.
 *
 * References: RM0038 (STM32L1) sections 2.3 memory map, 3.2 NVM organisation, 6 RCC, 30 debug support, 31 device
 * electronic signature. DS6876 (STM32L152RB): 128 KiB flash, 16 KiB RAM, MSI of 2.097 MHz after reset.
 */
#include "parts/chips.h"

#include "core/cores.h"
#include "flash/stm32f1x.h"
#include "flash/stm32f2x.h"
#include "flash/stm32h7x.h"
#include "flash/stm32l4x.h"
#include "flash/stm32lx.h"
#include "parts/periph.h"

#include <stddef.h>
#include <string.h>

/* The controller's source, and which of its kind it is; by name as well, for those who list them. */
#define CONTROLLER(ops, variant) .flash_ops = &(ops), .flash_variant = &(variant), .model = #ops ", " #variant
#define CONTROLLER_ALONE(ops)    .flash_ops = &(ops), .model = #ops

/* clang-format off */
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
		CONTROLLER(flash_stm32lx, stm32lx_l1),
		.flash_regs = 0x40023C00,
		.periphs = periphs_stm32l1,
	},
	{
		.name = "stm32l073rz",
		.core = &cortex_m0plus,
		.cpuid = 0x410CC601,       /* r0p1 */
		.jtag_idcode = 0x0BC11477, /* SWD only in silicon; here the same debug port is reached over JTAG too */
		.swd_idcode = 0x0BC11477,
		.dbgmcu = 0x40015800,
		.dbgmcu_idcode = 0x20086447, /* Cat. 5; RM0367 section 32.4.1 */
		.flash_base = 0x08000000,
		.flash_size = 192 * 1024,  /* two banks of 96 KiB, one after the other */
		.page_size = 128,
		.ram_base = 0x20000000,
		.ram_size = 20 * 1024,
		.system_base = 0x1FF00000,
		.system_size = 8 * 1024,
		.eeprom_base = 0x08080000,
		.eeprom_size = 8 * 1024,   /* 6 KiB are there */
		.option_base = 0x1FF80000,
		.options = {{0x1FF80000, 0xFF5500AA}, {0x1FF80004, 0x7F8F8070}, {0x1FF80008, 0xFFFF0000},
			    {0x1FF8000C, 0xFFFF0000}}, /* RM0367 section 3.8 */
		.flash_size_word = 0x1FF8007C, /* RM0367 section 33.1.1 */
		.uid = {0x1FF80050, 0x1FF80054, 0x1FF80064},
		.clock_hz = 2097000,
		.irqs = 32,
		CONTROLLER(flash_stm32lx, stm32lx_l0),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32l0,
	},
	{
		.name = "stm32f103rb",
		.core = &cortex_m3,
		.cpuid = 0x411FC231,       /* r1p1 */
		.jtag_idcode = 0x3BA00477, /* RM0008 section 31.6.3 */
		.swd_idcode = 0x1BA01477,
		.ap_idr = 0x14770011,
		.debug_map = &debug_map_m3_r1,
		.bs_idcode = 0x16410041,   /* medium density; RM0008 section 31.6.2 */
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x20036410, /* medium density, revision Y; RM0008 section 31.6.1 */
		.flash_base = 0x08000000,
		.flash_size = 128 * 1024,
		.page_size = 1024,
		.ram_base = 0x20000000,
		.ram_size = 20 * 1024,
		.option_base = 0x1FFFF000, /* system memory, factory words and option bytes; PM0075 table 3 */
		.options = {{0x1FFFF800, 0x00FF5AA5}, {0x1FFFF804, 0x00FF00FF}, {0x1FFFF808, 0x00FF00FF}, {0x1FFFF80C, 0x00FF00FF}},
		.flash_size_word = 0x1FFFF7E0, /* RM0008 section 30.1.1 */
		.uid = {0x1FFFF7E8, 0x1FFFF7EC, 0x1FFFF7F0},
		.clock_hz = 8000000,
		.irqs = 43,
		CONTROLLER(flash_stm32f1x, stm32f1x_f1),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32f1,
	},
	{
		.name = "stm32f072rb",
		.core = &cortex_m0,
		.cpuid = 0x410CC200,       /* r0p0 */
		.jtag_idcode = 0x0BB11477, /* SWD only in silicon; here the same debug port is reached over JTAG too */
		.swd_idcode = 0x0BB11477,
		.dbgmcu = 0x40015800,
		.dbgmcu_idcode = 0x20006448, /* RM0091 section 32.4.1 */
		.flash_base = 0x08000000,
		.flash_size = 128 * 1024,
		.page_size = 2048,
		.ram_base = 0x20000000,
		.ram_size = 16 * 1024,
		.system_base = 0x1FFFC000, /* from 0x1FFFC800; RM0091 table 6 */
		.system_size = 12 * 1024,
		.option_base = 0x1FFFF000,
		.options = {{0x1FFFF800, 0x00FF55AA}, {0x1FFFF804, 0x00FF00FF}, {0x1FFFF808, 0x00FF00FF}, {0x1FFFF80C, 0x00FF00FF}},
		.flash_size_word = 0x1FFFF7CC, /* RM0091 section 33.1 */
		.uid = {0x1FFFF7AC, 0x1FFFF7B0, 0x1FFFF7B4},
		.clock_hz = 8000000,
		.irqs = 32,
		CONTROLLER(flash_stm32f1x, stm32f1x_f0_f3),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32f0,
	},
	{
		.name = "stm32f030r8",
		.core = &cortex_m0,
		.cpuid = 0x410CC200,
		.jtag_idcode = 0x0BB11477,
		.swd_idcode = 0x0BB11477,
		.dbgmcu = 0x40015800,
		.dbgmcu_idcode = 0x20006440, /* RM0360 section 26.4.1 */
		.flash_base = 0x08000000,
		.flash_size = 64 * 1024,
		.page_size = 1024,
		.ram_base = 0x20000000,
		.ram_size = 8 * 1024,
		.system_base = 0x1FFFE000, /* from 0x1FFFEC00 */
		.system_size = 4 * 1024,
		.option_base = 0x1FFFF000,
		.options = {{0x1FFFF800, 0x00FF55AA}, {0x1FFFF804, 0x00FF00FF}, {0x1FFFF808, 0x00FF00FF}, {0x1FFFF80C, 0x00FF00FF}},
		.flash_size_word = 0x1FFFF7CC,
		.uid = {0x1FFFF7AC, 0x1FFFF7B0, 0x1FFFF7B4}, /* not promised on the value line, and there */
		.clock_hz = 8000000,
		.irqs = 32,
		CONTROLLER(flash_stm32f1x, stm32f1x_f0_f3),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32f0,
	},
	{
		.name = "stm32f303re",
		.core = &cortex_m4f,
		.cpuid = 0x410FC241,       /* r0p1 */
		.jtag_idcode = 0x4BA00477, /* RM0316 section 33.6.3 */
		.swd_idcode = 0x2BA01477,
		.bs_idcode = 0x06446041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x10006446,
		.flash_base = 0x08000000,
		.flash_size = 512 * 1024,
		.page_size = 2048,
		.ram_base = 0x20000000,
		.ram_size = 64 * 1024,
		.more_ram = {{0x10000000, 16 * 1024}}, /* CCM SRAM */
		.system_base = 0x1FFFD000, /* from 0x1FFFD800; RM0316 table 3 */
		.system_size = 8 * 1024,
		.option_base = 0x1FFFF000,
		.options = {{0x1FFFF800, 0x00FF55AA}, {0x1FFFF804, 0x00FF00FF}, {0x1FFFF808, 0x00FF00FF}, {0x1FFFF80C, 0x00FF00FF}},
		.flash_size_word = 0x1FFFF7CC, /* RM0316 section 34.2 */
		.uid = {0x1FFFF7AC, 0x1FFFF7B0, 0x1FFFF7B4},
		.clock_hz = 8000000,
		.irqs = 85,
		CONTROLLER(flash_stm32f1x, stm32f1x_f0_f3),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32f3,
	},
	{
		.name = "stm32f207zg",
		.core = &cortex_m3,
		.cpuid = 0x412FC230,       /* r2p0 */
		.jtag_idcode = 0x4BA00477, /* RM0033 section 32.6.3 */
		.swd_idcode = 0x2BA01477,
		.bs_idcode = 0x06411041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x20036411,
		.flash_base = 0x08000000,
		.flash_size = 1024 * 1024,
		.page_size = 16 * 1024,
		.ram_base = 0x20000000,
		.ram_size = 128 * 1024,
		.system_base = 0x1FFF0000, /* boot loader, OTP from 0x1FFF7800, factory words; RM0033 table 3 */
		.system_size = 32 * 1024,
		.option_base = 0x1FFFC000,
		.options = {{0x1FFFC000, 0x5510AAEF}, {0x1FFFC008, 0xF000FFFF}},
		.flash_size_word = 0x1FFF7A22, /* RM0033 section 33.2 */
		.uid = {0x1FFF7A10, 0x1FFF7A14, 0x1FFF7A18},
		.clock_hz = 16000000,
		.irqs = 81,
		CONTROLLER(flash_stm32f2x, stm32f2x_f2),
		.flash_regs = 0x40023C00,
		.periphs = periphs_stm32f2,
	},
	{
		.name = "stm32f401cc",
		.core = &cortex_m4f,
		.cpuid = 0x410FC241,       /* r0p1 */
		.jtag_idcode = 0x4BA00477, /* RM0368 section 23.6.3 */
		.swd_idcode = 0x2BA01477,
		.bs_idcode = 0x06423041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x10016423,
		.flash_base = 0x08000000,
		.flash_size = 256 * 1024,
		.page_size = 16 * 1024,
		.ram_base = 0x20000000,
		.ram_size = 64 * 1024,
		.system_base = 0x1FFF0000, /* boot loader, OTP from 0x1FFF7800, factory words; RM0368 table 4 */
		.system_size = 32 * 1024,
		.option_base = 0x1FFFC000,
		.options = {{0x1FFFC000, 0x5510AAEF}, {0x1FFFC008, 0x0000FFFF}},
		.flash_size_word = 0x1FFF7A22, /* RM0368 section 24.2 */
		.uid = {0x1FFF7A10, 0x1FFF7A14, 0x1FFF7A18},
		.clock_hz = 16000000,
		.irqs = 85,
		CONTROLLER(flash_stm32f2x, stm32f2x_f401),
		.flash_regs = 0x40023C00,
		.periphs = periphs_stm32f4,
	},
	{
		.name = "stm32f767zi",
		.core = &cortex_m7,
		.cpuid = 0x411FC270,       /* r1p0 */
		.jtag_idcode = 0x5BA00477, /* RM0410 section 40.6.3 */
		.swd_idcode = 0x5BA02477,
		.bs_idcode = 0x06451041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x10016451,
		.flash_base = 0x08000000,
		.flash_size = 2048 * 1024,
		.flash_alias = 0x00200000, /* on the ITCM bus, where BOOT_ADD0 as shipped points */
		.boot = 0x00200000,
		.page_size = 32 * 1024,
		.ram_base = 0x20000000,    /* DTCM, SRAM1, SRAM2 */
		.ram_size = 512 * 1024,
		.more_ram = {{0x00000000, 16 * 1024}}, /* ITCM */
		.system_base = 0x1FF00000, /* boot loader, OTP and factory words from 0x1FF0F000; RM0410 section 2.2.2 */
		.system_size = 64 * 1024,
		.option_base = 0x1FFF0000,
		.options = {{0x1FFF0000, 0x5500AAFF}},
		.flash_size_word = 0x1FF0F442, /* RM0410 section 41.2 */
		.uid = {0x1FF0F420, 0x1FF0F424, 0x1FF0F428},
		.clock_hz = 16000000,
		.irqs = 110,
		CONTROLLER(flash_stm32f2x, stm32f2x_f76),
		.flash_regs = 0x40023C00,
		.periphs = periphs_stm32f7,
	},
	{
		.name = "stm32f767zi-dual",
		.core = &cortex_m7,
		.cpuid = 0x411FC270,       /* r1p0 */
		.jtag_idcode = 0x5BA00477, /* RM0410 section 40.6.3 */
		.swd_idcode = 0x5BA02477,
		.bs_idcode = 0x06451041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x10016451,
		.flash_base = 0x08000000,
		.flash_size = 2048 * 1024,
		.flash_alias = 0x00200000, /* on the ITCM bus, where BOOT_ADD0 as shipped points */
		.boot = 0x00200000,
		.page_size = 32 * 1024, /* with one bank; half of that with two */
		.ram_base = 0x20000000,    /* DTCM, SRAM1, SRAM2 */
		.ram_size = 512 * 1024,
		.more_ram = {{0x00000000, 16 * 1024}}, /* ITCM */
		.system_base = 0x1FF00000, /* boot loader, OTP and factory words from 0x1FF0F000; RM0410 section 2.2.2 */
		.system_size = 64 * 1024,
		.option_base = 0x1FFF0000,
		.options = {{0x1FFF0000, 0x5500AAFF}},
		.flash_size_word = 0x1FF0F442, /* RM0410 section 41.2 */
		.uid = {0x1FF0F420, 0x1FF0F424, 0x1FF0F428},
		.clock_hz = 16000000,
		.irqs = 110,
		CONTROLLER(flash_stm32f2x, stm32f2x_f76_dual), /* option bit nDBANK is 0: two banks of 1 MiB */
		.flash_regs = 0x40023C00,
		.periphs = periphs_stm32f7,
	},
	{
		/* RM0351; DS10198: 1 MiB flash, 128 KiB RAM, MSI of 4 MHz after reset. */
		.name = "stm32l476rg",
		.core = &cortex_m4f,
		.cpuid = 0x410FC241,
		.jtag_idcode = 0x4BA00477,
		.swd_idcode = 0x2BA01477,
		.bs_idcode = 0x06415041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x10076415, /* revision 4 */
		.flash_base = 0x08000000,
		.flash_size = 1024 * 1024,
		.page_size = 2048,
		.granule = 8,
		.ram_base = 0x20000000,
		.ram_size = 96 * 1024,
		.more_ram = {{0x10000000, 32 * 1024}},
		.system_base = 0x1FFF0000,
		.system_size = 28 * 1024,
		.option_base = 0x1FFF7000, /* one-time-programmable bytes, device signature, option bytes */
		.flash_size_word = 0x1FFF75E0,
		.uid = {0x1FFF7590, 0x1FFF7594, 0x1FFF7598},
		.clock_hz = 4000000,
		.irqs = 82,
		CONTROLLER(flash_stm32l4x, l4x_stm32l47),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32l4,
	},
	{
		/* RM0444; DS12232: 128 KiB flash, 36 KiB RAM, HSI of 16 MHz after reset. SWD only in silicon. */
		.name = "stm32g071rb",
		.core = &cortex_m0plus,
		.cpuid = 0x410CC601,
		.jtag_idcode = 0x0BC11477,
		.swd_idcode = 0x0BC11477,
		.dbgmcu = 0x40015800,
		.dbgmcu_idcode = 0x20006460,
		.flash_base = 0x08000000,
		.flash_size = 128 * 1024,
		.page_size = 2048,
		.granule = 8,
		.ram_base = 0x20000000,
		.ram_size = 36 * 1024,
		.system_base = 0x1FFF0000,
		.system_size = 28 * 1024,
		.option_base = 0x1FFF7000,
		.debug_map = &debug_map_g0,
		.flash_size_word = 0x1FFF75E0,
		.uid = {0x1FFF7590, 0x1FFF7594, 0x1FFF7598},
		.clock_hz = 16000000,
		.irqs = 32,
		CONTROLLER(flash_stm32l4x, l4x_stm32g07),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32g0,
	},
	{
		/* RM0444; DS13560: 512 KiB flash, 144 KiB RAM, HSI of 16 MHz after reset. */
		.name = "stm32g0b1re",
		.core = &cortex_m0plus,
		.cpuid = 0x410CC601,
		.jtag_idcode = 0x0BC11477,
		.swd_idcode = 0x0BC11477,
		.dbgmcu = 0x40015800,
		.dbgmcu_idcode = 0x10006467, /* revision A */
		.flash_base = 0x08000000,
		.flash_size = 512 * 1024,
		.page_size = 2048,
		.granule = 8,
		.ram_base = 0x20000000,
		.ram_size = 144 * 1024,
		.system_base = 0x1FFF0000,
		.system_size = 28 * 1024,
		.option_base = 0x1FFF7000,
		.debug_map = &debug_map_g0,
		.flash_size_word = 0x1FFF75E0,
		.uid = {0x1FFF7590, 0x1FFF7594, 0x1FFF7598},
		.clock_hz = 16000000,
		.irqs = 32,
		CONTROLLER(flash_stm32l4x, l4x_stm32g0b),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32g0b,
	},
	{
		/* RM0440; DS12288: 512 KiB flash, 128 KiB RAM, HSI of 16 MHz after reset. */
		.name = "stm32g474re",
		.core = &cortex_m4f,
		.cpuid = 0x410FC241,
		.jtag_idcode = 0x4BA00477,
		.swd_idcode = 0x2BA01477,
		.bs_idcode = 0x06469041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x20016469,
		.flash_base = 0x08000000,
		.flash_size = 512 * 1024,
		.page_size = 2048,
		.granule = 8,
		.ram_base = 0x20000000,
		.ram_size = 128 * 1024,
		.ram_end_alias = {0x10000000, 32 * 1024}, /* CCM SRAM; RM0440 section 2.4 */
		.system_base = 0x1FFF0000,
		.system_size = 28 * 1024,
		.option_base = 0x1FFF7000,
		.flash_size_word = 0x1FFF75E0,
		.uid = {0x1FFF7590, 0x1FFF7594, 0x1FFF7598},
		.clock_hz = 16000000,
		.irqs = 102,
		CONTROLLER(flash_stm32l4x, l4x_stm32g47),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32g4,
	},
	{
		/* RM0434, its first core; DS11929: 1 MiB flash, 256 KiB RAM, MSI of 4 MHz after reset. */
		.name = "stm32wb55rg",
		.core = &cortex_m4f,
		.cpuid = 0x410FC241,
		.jtag_idcode = 0x6BA00477,
		.swd_idcode = 0x6BA02477,
		.bs_idcode = 0x06495041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x20016495,
		.flash_base = 0x08000000,
		.flash_size = 1024 * 1024,
		.page_size = 4096,
		.granule = 8,
		.ram_base = 0x20000000,
		.ram_size = 256 * 1024,
		.system_base = 0x1FFF0000,
		.system_size = 28 * 1024,
		.option_base = 0x1FFF7000,
		.flash_size_word = 0x1FFF75E0,
		.uid = {0x1FFF7590, 0x1FFF7594, 0x1FFF7598},
		.clock_hz = 4000000,
		.irqs = 63,
		CONTROLLER(flash_stm32l4x, l4x_stm32wb5),
		.flash_regs = 0x58004000,
		.periphs = periphs_stm32wb,
	},
	{
		/* RM0461; DS13105: 256 KiB flash, 64 KiB RAM, MSI of 4 MHz after reset. */
		.name = "stm32wle5jc",
		.core = &cortex_m4,
		.cpuid = 0x410FC241,
		.jtag_idcode = 0x6BA00477,
		.swd_idcode = 0x6BA02477,
		.bs_idcode = 0x06497041,
		.dbgmcu = 0xE0042000,
		.dbgmcu_idcode = 0x10006497,
		.flash_base = 0x08000000,
		.flash_size = 256 * 1024,
		.page_size = 2048,
		.granule = 8,
		.ram_base = 0x20000000,
		.ram_size = 64 * 1024,
		.system_base = 0x1FFF0000,
		.system_size = 28 * 1024,
		.option_base = 0x1FFF7000,
		.flash_size_word = 0x1FFF75E0,
		.uid = {0x1FFF7590, 0x1FFF7594, 0x1FFF7598},
		.clock_hz = 4000000,
		.irqs = 62,
		CONTROLLER(flash_stm32l4x, l4x_stm32wle),
		.flash_regs = 0x58004000,
		.periphs = periphs_stm32wl,
	},
	{
		/* RM0438; DS12737: 512 KiB flash, 256 KiB RAM, MSI of 4 MHz after reset. */
		.name = "stm32l552ze",
		.core = &cortex_m33_l5,
		.cpuid = 0x410FD214,
		.jtag_idcode = 0x0BA04477,
		.swd_idcode = 0x0BE12477,
		.bs_idcode = 0x06472041,
		.dbgmcu = 0xE0044000,
		.dbgmcu_idcode = 0x20006472,
		.flash_base = 0x08000000,
		.flash_size = 512 * 1024,
		.flash_alias = 0x08000000,
		.boot = 0x08000000, /* NSBOOTADD0 as shipped */
		.page_size = 2048,
		.granule = 8,
		.ram_base = 0x20000000,
		.ram_size = 256 * 1024,
		.system_base = 0x0BF90000,
		.system_size = 32 * 1024,
		.option_base = 0x0BFA0000,
		.flash_size_word = 0x0BFA05E0,
		.uid = {0x0BFA0590, 0x0BFA0594, 0x0BFA0598},
		.clock_hz = 4000000,
		.irqs = 109, /* the last one, OTFDEC1's, is named in an L562's header only: both are one die */
		CONTROLLER(flash_stm32l4x, l4x_stm32l55),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32l5,
	},
	{
		/* RM0456; DS13737: 2 MiB flash, 768 KiB RAM in one piece, MSI of 4 MHz after reset. */
		.name = "stm32u575zi",
		.core = &cortex_m33,
		.cpuid = 0x410FD214,
		.jtag_idcode = 0x0BA04477,
		.swd_idcode = 0x0BE12477,
		.bs_idcode = 0x06482041,
		.dbgmcu = 0xE0044000,
		.dbgmcu_idcode = 0x20006482,
		.flash_base = 0x08000000,
		.flash_size = 2048 * 1024,
		.flash_alias = 0x08000000,
		.boot = 0x08000000, /* NSBOOTADD0 as shipped */
		.page_size = 8192,
		.granule = 16,
		.ram_base = 0x20000000,
		.ram_size = 768 * 1024,
		.system_base = 0x0BF90000,
		.system_size = 32 * 1024,
		.option_base = 0x0BFA0000,
		.flash_size_word = 0x0BFA07A0,
		.uid = {0x0BFA0700, 0x0BFA0704, 0x0BFA0708},
		.clock_hz = 4000000,
		.irqs = 126,
		CONTROLLER(flash_stm32l4x, l4x_stm32u57),
		.flash_regs = 0x40022000,
		.periphs = periphs_stm32u5,
	},
	{
		/* RM0433; DS12110: 2 MiB flash, HSI of 64 MHz after reset. */
		.name = "stm32h743zi",
		.core = &cortex_m7,
		.cpuid = 0x411FC271,       /* r1p1 */
		.jtag_idcode = 0x6BA00477, /* RM0433 section 60.4.1 */
		.swd_idcode = 0x6BA02477,
		.bs_idcode = 0x06450041,
		.ap_idr = 0x84770001,
		.debug_map = &debug_map_h7,
		.more_ports = true,
		.dbgmcu = 0x5C001000,
		.dbgmcu_idcode = 0x20036450, /* revision V */
		.flash_base = 0x08000000,
		.flash_size = 2048 * 1024,
		.flash_alias = 0x08000000,
		.boot = 0x08000000,        /* BOOT_ADD0 as shipped */
		.page_size = 128 * 1024,
		.granule = 32,
		.ram_base = 0x20000000,    /* DTCM */
		.ram_size = 128 * 1024,
		.more_ram = {{0x00000000, 64 * 1024}, {0x24000000, 512 * 1024}}, /* ITCM, AXI SRAM */
		.system_base = 0x1FF00000,
		.system_size = 120 * 1024,
		.option_base = 0x1FF1E000, /* device signature; RM0433 section 61 */
		.flash_size_word = 0x1FF1E880,
		.uid = {0x1FF1E800, 0x1FF1E804, 0x1FF1E808},
		.clock_hz = 64000000,
		.irqs = 150,
		CONTROLLER_ALONE(flash_stm32h7x),
		.flash_regs = 0x52002000,
		.periphs = periphs_stm32h7,
	},
	{.name = NULL},
};
/* clang-format on */

const struct chip *chip_find(const char *name)
{
	for (const struct chip *chip = chips; chip->name; chip++)
		if (!strcmp(chip->name, name))
			return chip;
	return NULL;
}
