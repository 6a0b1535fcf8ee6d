/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a debugger finds before it knows the part: access ports, ROM tables, the identification of each block, caches.
 * References: ARM IHI 0031 (ADIv5) sections B2, C2 and D3; IHI 0029 (CoreSight) section B2; DDI 0403 section B4.8.
 */
#include "board_fixture.h"

#include "parts/chips.h"

#include <string.h>

enum { CSW = 0x00, BASE = 0xF8, IDR = 0xFC };
enum { CLIDR = 0xE000ED78, CTR = 0xE000ED7C, CCSIDR = 0xE000ED80, CSSELR = 0xE000ED84 };
enum { DHCSR = 0xE000EDF0, DCRSR = 0xE000EDF4, DCRDR = 0xE000EDF8 };

static uint32_t ap_read(struct fixture *f, unsigned port, unsigned reg)
{
	dap_dp_write(&f->board.dap, DP_SELECT, port << 24 | (reg & 0xF0), true);
	dap_ap_read(&f->board.dap, reg & 0xC);
	return f->board.dap.rdbuff;
}

static uint32_t port_peek(struct fixture *f, unsigned port, uint32_t address)
{
	uint32_t value = 0xDEADBEEF;

	assert_int_equal(bus_read(f->board.dap.ports[port].bus, address, 4, &value), 0);
	return value;
}

/* Eight registers of a byte each: PIDR4 to PIDR7 and PIDR0 to PIDR3, as one number. */
static uint64_t peripheral_id(struct fixture *f, unsigned port, uint32_t base)
{
	uint64_t id = 0;

	for (unsigned i = 0; i < 4; i++)
		id |= (uint64_t)port_peek(f, port, base + 0xFE0 + 4 * i) << (8 * i) |
		      (uint64_t)port_peek(f, port, base + 0xFD0 + 4 * i) << (32 + 8 * i);
	return id;
}

/* The class, where the preamble is right. */
static unsigned component_class(struct fixture *f, unsigned port, uint32_t base)
{
	uint32_t id = 0;

	for (unsigned i = 0; i < 4; i++)
		id |= port_peek(f, port, base + 0xFF0 + 4 * i) << (8 * i);
	assert_int_equal(id & 0xFFFF0FFF, 0xB105000D);
	return id >> 12 & 0xF;
}

/* Everything below the table at `base`: how many blocks there are, and whether `find` is among them. */
static unsigned walk(struct fixture *f, unsigned port, uint32_t base, uint32_t find, bool *found)
{
	unsigned count = 0;

	assert_int_equal(component_class(f, port, base), 1);
	for (unsigned i = 0; i < 960; i++) {
		uint32_t entry = port_peek(f, port, base + 4 * i), block = base + (entry & 0xFFFFF000);

		if (!entry)
			return count;
		if (!(entry & 1))
			continue;
		if (component_class(f, port, block) == 1) {
			count += walk(f, port, block, find, found);
			continue;
		}
		count++;
		*found |= block == find;
		assert_int_not_equal(peripheral_id(f, port, block), 0);
	}
	fail_msg("a ROM table without an end");
	return 0;
}

static void every_block_of_the_core_is_found_from_its_access_port(void **state)
{
	struct fixture *f = *state;
	uint32_t base = ap_read(f, 0, BASE);
	static const uint32_t blocks[] = {0xE000E000, 0xE0001000, 0xE0002000};

	assert_int_equal(base & 3, 3);
	for (unsigned i = 0; i < 3; i++) {
		bool found = false;

		assert_true(walk(f, 0, base & ~0xFFFu, blocks[i], &found) >= 3);
		assert_true(found);
	}
	/* The first table is the part's: ST's code and the DEV_ID. */
	assert_int_equal(peripheral_id(f, 0, base & ~0xFFFu), 0x000A0000 | (f->board.chip->dbgmcu_idcode & 0xFFF));
}

/* As probes report them of boards. */
static void ports_and_tables_are_those_of_the_part(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *chip;
		uint32_t idr, base, csw;
		uint64_t scs;
	} parts[] = {
		{"stm32f103rb", 0x14770011, 0xE00FF003, 0x23000040, 0x04001BB000},
		{"stm32l152rb", 0x24770011, 0xE00FF003, 0x23000040, 0x04000BB000},
		{"stm32f401cc", 0x24770011, 0xE00FF003, 0x23000040, 0x04000BB00C},
		{"stm32f072rb", 0x04770021, 0xE00FF003, 0x03000040, 0x04000BB008},
		{"stm32l073rz", 0x04770031, 0xF0000003, 0x03000040, 0x04000BB008},
		{"stm32g071rb", 0x04770031, 0xF0000003, 0x03000040, 0x04000BB008},
		{"stm32f767zi", 0x74770001, 0xE00FD003, 0x03800040, 0x04000BB00C},
		{"stm32h743zi", 0x84770001, 0xE00FE003, 0x03800040, 0x04000BB00C},
		{"stm32u575zi", 0x14770015, 0xE00FE003, 0x03800040, 0x04000BBD21},
	};
	const char *name = f->board.chip->name;
	unsigned i = 0;

	while (strcmp(parts[i].chip, name))
		i++;
	assert_int_equal(ap_read(f, 0, IDR), parts[i].idr);
	assert_int_equal(ap_read(f, 0, BASE), parts[i].base);
	assert_int_equal(ap_read(f, 0, CSW), parts[i].csw);
	assert_int_equal(peripheral_id(f, 0, 0xE000E000), parts[i].scs);
}

static void an_h7_has_three_ports(void **state)
{
	struct fixture *f = *state;
	bool found = false;

	assert_int_equal(ap_read(f, 1, IDR), 0x84770001);
	assert_int_equal(ap_read(f, 1, BASE), 2); /* no ROM table */
	assert_int_equal(ap_read(f, 2, IDR), 0x54770002);
	assert_int_equal(ap_read(f, 2, BASE), 0xE00E0003);
	walk(f, 2, 0xE00E0000, 0xE00F5000, &found);
	assert_true(found);
	assert_int_equal(ap_read(f, 3, IDR), 0);
}

static void an_m33_tells_its_architecture(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(component_class(f, 0, 0xE000E000), 9);
	assert_int_equal(peek(f, 0xE000EFBC), 0x47702A04);
	assert_int_equal(peek(f, 0xE0001FBC), 0x47701A02);
	assert_int_equal(peek(f, 0xE0000FCC), 0x43);
}

/* Part, type and architecture as pyOCD's table of components tells them apart. */
static void trace_blocks_are_those_of_the_core(void **state)
{
	struct fixture *f = *state;
	const bool m7 = !strcmp(f->board.chip->name, "stm32f767zi");
	const struct {
		uint32_t base;
		unsigned part, type, architecture;
	} blocks[] = {
		{0xE0040000, m7 ? 0x9A9 : 0xD21, 0x11, 0},
		{0xE0041000, m7 ? 0x975 : 0xD21, 0x13, 0x4A13},
		{m7 ? 0xE0043000 : 0xE0042000, m7 ? 0x906 : 0xD21, 0x14, m7 ? 0 : 0x1A14},
	};

	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(component_class(f, 0, blocks[i].base), 9);
		assert_int_equal(peripheral_id(f, 0, blocks[i].base) & 0xFF000FFFFF, 0x04000BB000 | blocks[i].part);
		assert_int_equal(peek(f, blocks[i].base + 0xFCC), blocks[i].type);
		assert_int_equal(peek(f, blocks[i].base + 0xFBC) & 0xFFFF, blocks[i].architecture);
	}
}

static void a_g0_names_two_blocks_that_are_not_there(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, 0xF0000000), 0xF00FF003);
	assert_int_equal(peek(f, 0xF0000004), 0x00200002);
	assert_int_equal(peek(f, 0xF0000008), 0x10000002);
	assert_int_equal(peek(f, 0xF000000C), 0);
}

static void caches_are_those_of_the_core(void **state)
{
	struct fixture *f = *state;
	bool m7 = f->board.chip->core == &cortex_m7;

	assert_int_equal(peek(f, CLIDR), m7 ? 0x09000003 : 0);
	assert_int_equal(peek(f, CTR), m7 ? 0x8303C003 : f->board.chip->core->architecture == 8 ? 0x8000C000 : 0);
	assert_int_equal(peek(f, CCSIDR), m7 ? 0xF00FE019 : 0);
	poke(f, CSSELR, 1);
	assert_int_equal(peek(f, CSSELR), m7);
	assert_int_equal(peek(f, CCSIDR), m7 ? 0xF01FE009 : 0);
}

/* Before it knows the core a debugger looks for the trace unit, and for the DBGMCU where other parts have it. */
static void places_of_other_parts_answer(void **state)
{
	struct fixture *f = *state;

	poke(f, 0xE0000FB0, 0xC5ACCE55);
	peek(f, 0xE0042000);
	peek(f, 0xE0044000);
}

static void stack_limits_are_registers_of_v8m(void **state)
{
	struct fixture *f = *state;

	poke(f, DHCSR, 0xA05F0003);
	for (unsigned regsel = REG_MSPLIM; regsel <= REG_PSPLIM; regsel++) {
		poke(f, DCRDR, RAM_BASE + 0x107);
		poke(f, DCRSR, 1 << 16 | regsel);
		poke(f, DCRDR, 0);
		poke(f, DCRSR, regsel);
		assert_int_equal(peek(f, DCRDR), RAM_BASE + 0x100);
	}
}

static uint32_t dp_bank(struct fixture *f, unsigned bank)
{
	dap_dp_write(&f->board.dap, DP_SELECT, bank, true);
	return dap_dp_read(&f->board.dap, DP_CTRL_STAT);
}

static void dpv2_tells_its_target(void **state)
{
	struct fixture *f = *state;
	bool v2 = (f->board.chip->swd_idcode >> 12 & 0xF) == 2;
	uint32_t part = f->board.chip->dbgmcu_idcode & 0xFFF;

	dap_dp_write(&f->board.dap, DP_SELECT, 0, true);
	dap_dp_write(&f->board.dap, DP_CTRL_STAT, 0x50000000, true);
	assert_int_equal(dp_bank(f, 2), v2 ? part << 16 | 0x41 : 0);
	assert_int_equal(dp_bank(f, 3), v2);
	/* Only bank 0 is CTRL/STAT. */
	dap_dp_write(&f->board.dap, DP_CTRL_STAT, 0, true);
	assert_int_equal(dp_bank(f, 1), 0);
	assert_int_equal(dp_bank(f, 0) >> 28, 0xF);
}

static void the_ccm_of_a_g4_is_the_end_of_its_ram(void **state)
{
	struct fixture *f = *state;

	poke(f, 0x10000010, 0x12345678);
	assert_int_equal(peek(f, RAM_BASE + 0x18010), 0x12345678);
}

#define EVERY_CORE(test)                                                                                        \
	CHIP_TEST(test, "stm32f103rb"), CHIP_TEST(test, "stm32l152rb"), CHIP_TEST(test, "stm32f401cc"),         \
		CHIP_TEST(test, "stm32f072rb"), CHIP_TEST(test, "stm32l073rz"), CHIP_TEST(test, "stm32g071rb"), \
		CHIP_TEST(test, "stm32f767zi"), CHIP_TEST(test, "stm32h743zi"), CHIP_TEST(test, "stm32u575zi")

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVERY_CORE(every_block_of_the_core_is_found_from_its_access_port),
		EVERY_CORE(ports_and_tables_are_those_of_the_part),
		EVERY_CORE(places_of_other_parts_answer),
		EVERY_CORE(dpv2_tells_its_target),
		CHIP_TEST(caches_are_those_of_the_core, "stm32l152rb"),
		CHIP_TEST(caches_are_those_of_the_core, "stm32f401cc"),
		CHIP_TEST(caches_are_those_of_the_core, "stm32f767zi"),
		CHIP_TEST(caches_are_those_of_the_core, "stm32h743zi"),
		CHIP_TEST(caches_are_those_of_the_core, "stm32u575zi"),
		CHIP_TEST(trace_blocks_are_those_of_the_core, "stm32f767zi"),
		CHIP_TEST(trace_blocks_are_those_of_the_core, "stm32l552ze"),
		CHIP_TEST(a_g0_names_two_blocks_that_are_not_there, "stm32g071rb"),
		CHIP_TEST(an_h7_has_three_ports, "stm32h743zi"),
		CHIP_TEST(an_m33_tells_its_architecture, "stm32l552ze"),
		CHIP_TEST(stack_limits_are_registers_of_v8m, "stm32l552ze"),
		CHIP_TEST(the_ccm_of_a_g4_is_the_end_of_its_ram, "stm32g474re"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
