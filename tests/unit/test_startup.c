/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the start-up code of ST's libraries does before main(): clocks, voltage, flash latency. Each step sets bits and then waits
 * for others, which must come. The steps are those of the HAL's HAL_RCC_OscConfig, HAL_RCC_ClockConfig and HAL_PWREx_… for the
 * family; the bits are in its reference manual.
 */
#include "board_fixture.h"
#include "target_run.h"

#include "parts/chips.h"

#include <string.h>

struct step {
	uint32_t address, clear, set; /* read, change, write */
	uint32_t wait_at, mask, want;
};

/* clang-format off */
#define BIT(n) (1u << (n))
#define ON(at, on, ready) {at, 0, BIT(on), at, BIT(ready), BIT(ready)}
#define SWITCH(at, clear, to, shift) {at, clear, to, at, (clear) << (shift), (to) << (shift)}
#define LATENCY(at, to) {at, 0xF, to, at, 0xF, to}
#define STANDS(at, mask, want) {at, 0, 0, at, mask, want}

static const struct step f1_steps[] = {
	ON(0x40021000, 0, 1), ON(0x40021000, 16, 17), LATENCY(0x40022000, 2), ON(0x40021000, 24, 25), SWITCH(0x40021004, 3, 2, 2),
	{0x40007000, 0, BIT(8), 0x40007000, BIT(8), BIT(8)}, ON(0x40021020, 0, 1), ON(0x40021024, 0, 1), {0},
};
static const struct step f0_steps[] = {
	ON(0x40021000, 0, 1), ON(0x40021034, 0, 1), ON(0x40021034, 16, 17), LATENCY(0x40022000, 1), ON(0x40021000, 24, 25),
	SWITCH(0x40021004, 3, 3, 2), ON(0x40021024, 0, 1), {0},
};
static const struct step f2_steps[] = {
	ON(0x40023800, 0, 1), ON(0x40023800, 16, 17), ON(0x40023800, 24, 25), ON(0x40023800, 26, 27), LATENCY(0x40023C00, 3),
	SWITCH(0x40023808, 3, 2, 2), ON(0x40023870, 0, 1), ON(0x40023874, 0, 1), ON(0x40007004, 9, 3), {0},
};
static const struct step f4_steps[] = {
	{0x40007000, 0xC000, 0x8000, 0x40007004, BIT(14), BIT(14)}, ON(0x40023800, 16, 17), ON(0x40023800, 24, 25),
	LATENCY(0x40023C00, 2), SWITCH(0x40023808, 3, 2, 2), ON(0x40023870, 0, 1), ON(0x40023874, 0, 1), ON(0x40007004, 9, 3), {0},
};
static const struct step f7_steps[] = {
	{0x40007000, 0xC000, 0xC000, 0x40007004, BIT(14), BIT(14)}, ON(0x40023800, 16, 17), ON(0x40023800, 24, 25),
	{0x40007000, 0, BIT(16), 0x40007004, BIT(16), BIT(16)}, {0x40007000, 0, BIT(17), 0x40007004, BIT(17), BIT(17)},
	ON(0x40023800, 28, 29), LATENCY(0x40023C00, 7), SWITCH(0x40023808, 3, 2, 2), {0},
};
static const struct step l1_steps[] = {
	{0x40007000, 0x1800, 0x0800, 0x40007004, BIT(4), 0}, ON(0x40023800, 0, 1), ON(0x40023800, 8, 9), ON(0x40023800, 16, 17),
	{0x40023C00, 0, BIT(2), 0x40023C00, BIT(2), BIT(2)}, {0x40023C00, 0, BIT(0), 0x40023C00, BIT(0), BIT(0)},
	ON(0x40023800, 24, 25), SWITCH(0x40023808, 3, 3, 2), ON(0x40023834, 0, 1), ON(0x40023834, 8, 9), {0},
};
static const struct step l0_steps[] = {
	{0x40007000, 0x1800, 0x0800, 0x40007004, BIT(4), 0}, ON(0x40021000, 0, 2), ON(0x40021000, 8, 9), ON(0x40010020, 0, 30),
	ON(0x40021008, 0, 1), {0x40022000, 1, 1, 0x40022000, 1, 1}, ON(0x40021000, 24, 25), SWITCH(0x4002100C, 3, 3, 2),
	ON(0x40021050, 0, 1), ON(0x40021050, 8, 9), {0},
};
static const struct step l4_steps[] = {
	{0x40007000, 0x600, 0x200, 0x40007014, BIT(10), 0}, ON(0x40021000, 0, 1), ON(0x40021000, 8, 10), ON(0x40021000, 16, 17),
	LATENCY(0x40022000, 4), ON(0x40021000, 24, 25), ON(0x40021000, 26, 27), ON(0x40021000, 28, 29), SWITCH(0x40021008, 3, 3, 2),
	ON(0x40021090, 0, 1), ON(0x40021094, 0, 1), {0},
};
static const struct step g0_steps[] = {
	{0x40007000, 0x600, 0x200, 0x40007014, BIT(10), 0}, ON(0x40021000, 8, 10), ON(0x40021000, 22, 23), ON(0x40021000, 24, 25),
	{0x40022000, 7, 2, 0x40022000, 7, 2}, SWITCH(0x40021008, 7, 2, 3), ON(0x4002105C, 0, 1), ON(0x40021060, 0, 1), {0},
};
static const struct step g4_steps[] = {
	ON(0x40021000, 8, 10), ON(0x40021000, 16, 17), ON(0x40021098, 0, 1), ON(0x40021000, 24, 25), LATENCY(0x40022000, 4),
	SWITCH(0x40021008, 3, 3, 2), ON(0x40021090, 0, 1), ON(0x40021094, 0, 1), {0},
};
static const struct step wb_steps[] = {
	{0x58000400, 0x600, 0x200, 0x58000414, BIT(10), 0}, ON(0x58000000, 8, 10), ON(0x58000000, 16, 17), ON(0x58000000, 24, 25),
	{0x58004000, 7, 3, 0x58004000, 7, 3}, SWITCH(0x58000008, 3, 3, 2),
	{0x58000008, 0xFFF0, 0, 0x58000008, 7u << 16, 7u << 16}, STANDS(0x58000108, 3u << 16, 3u << 16), ON(0x58000090, 0, 1),
	ON(0x58000094, 0, 1), ON(0x58000098, 0, 1), {0},
};
static const struct step l5_steps[] = {
	{0x40007000, 0x600, 0x200, 0x40007014, BIT(10), 0}, ON(0x40021000, 0, 1), ON(0x40021000, 24, 25), LATENCY(0x40022000, 5),
	SWITCH(0x40021008, 3, 3, 2), ON(0x40021098, 0, 1), ON(0x40021090, 0, 1), {0x40030400, 0, BIT(1), 0x40030404, BIT(1), BIT(1)},
	{0},
};
static const struct step u5_steps[] = {
	{0x4602080C, 0, 3u << 16 | BIT(18), 0x4602080C, BIT(15) | BIT(14), BIT(15) | BIT(14)}, STANDS(0x4602083C, 0x38000, 0x38000),
	ON(0x46020C00, 0, 2), ON(0x46020C00, 8, 10), ON(0x46020C00, 12, 13), ON(0x46020C00, 24, 25), LATENCY(0x40022000, 4),
	SWITCH(0x46020C1C, 3, 3, 2), ON(0x46020CF0, 0, 1), ON(0x46020CF0, 7, 11), ON(0x46020CF0, 26, 27), {0},
};
static const struct step h7_steps[] = {
	{0x5802480C, 7, 2, 0x58024804, BIT(13), BIT(13)}, {0x58024818, 0xC000, 0xC000, 0x58024818, BIT(13), BIT(13)},
	STANDS(0x58024804, 0xE000, 0xE000), ON(0x58024400, 0, 2), ON(0x58024400, 12, 13), ON(0x58024400, 16, 17),
	ON(0x58024400, 24, 25), ON(0x58024400, 26, 27), ON(0x58024400, 28, 29), LATENCY(0x52002000, 4), SWITCH(0x58024410, 7, 3, 3),
	ON(0x58024470, 0, 1), ON(0x58024474, 0, 1), {0x58024808, 0, 1, 0x58024808, BIT(16), BIT(16)}, {0},
};
/* clang-format on */

static const struct {
	const char *chip;
	const struct step *steps;
	uint32_t iwdg, wwdg;
} parts[] = {
	{"stm32l152rb", l1_steps, 0x40003000, 0x40002C00}, {"stm32l073rz", l0_steps, 0x40003000, 0x40002C00},
	{"stm32f103rb", f1_steps, 0x40003000, 0x40002C00}, {"stm32f072rb", f0_steps, 0x40003000, 0x40002C00},
	{"stm32f303re", f1_steps, 0x40003000, 0x40002C00}, {"stm32f207zg", f2_steps, 0x40003000, 0x40002C00},
	{"stm32f401cc", f4_steps, 0x40003000, 0x40002C00}, {"stm32f767zi", f7_steps, 0x40003000, 0x40002C00},
	{"stm32l476rg", l4_steps, 0x40003000, 0x40002C00}, {"stm32g071rb", g0_steps, 0x40003000, 0x40002C00},
	{"stm32g474re", g4_steps, 0x40003000, 0x40002C00}, {"stm32wb55rg", wb_steps, 0x40003000, 0x40002C00},
	{"stm32wle5jc", wb_steps, 0x40003000, 0x40002C00}, {"stm32l552ze", l5_steps, 0x40003000, 0x40002C00},
	{"stm32u575zi", u5_steps, 0x40003000, 0x40002C00}, {"stm32h743zi", h7_steps, 0x58004800, 0x50003000},
};

static unsigned part(struct fixture *f)
{
	unsigned i = 0;

	while (strcmp(parts[i].chip, f->board.chip->name))
		i++;
	return i;
}

static void every_ready_bit_comes(void **state)
{
	struct fixture *f = *state;

	for (const struct step *s = parts[part(f)].steps; s->address; s++) {
		poke(f, s->address, (peek(f, s->address) & ~s->clear) | s->set);
		if ((peek(f, s->wait_at) & s->mask) != s->want)
			fail_msg("step %td: 0x%08x is 0x%08x", s - parts[part(f)].steps, s->wait_at,
				 peek(f, s->wait_at));
	}
}

static void a_watchdog_is_fed(void **state)
{
	struct fixture *f = *state;
	uint32_t iwdg = parts[part(f)].iwdg, wwdg = parts[part(f)].wwdg;

	assert_int_equal(peek(f, iwdg + 8), 0xFFF);
	poke(f, iwdg, 0xAAAA);
	assert_int_equal(peek(f, iwdg), 0); /* keys are not kept */
	poke(f, wwdg, 0x7F);
	assert_int_equal(peek(f, wwdg), 0x7F);
	assert_int_equal(peek(f, wwdg + 4), 0x7F);
}

/* RCC of the H7 and the watchdog places of a second core. */
static void an_h7_has_a_long_rcc(void **state)
{
	struct fixture *f = *state;

	poke(f, 0x58024400 + 0x134, 1); /* RCC_C1_AHB3ENR and its like */
	peek(f, 0x58024400 + 0x3FC);
	poke(f, 0x58004C00, 0xAAAA);
	poke(f, 0x40002C04, 0x7F);
}

/* Registers whose value after reset differs from those of the families beside. */
static void registers_start_as_the_manual_says(void **state)
{
	struct fixture *f = *state;

	if (!strcmp(f->board.chip->name, "stm32l073rz")) {
		assert_int_equal(peek(f, 0x50000000), 0xEBFFFCFF); /* MODER of port A, B, C */
		assert_int_equal(peek(f, 0x50000400), 0xFFFFFFFF);
		assert_int_equal(peek(f, 0x50000800), 0xFFFFFFFF);
	} else {
		assert_int_equal(peek(f, 0x5800000C), 0x22040100); /* PLLCFGR */
	}
}

/* Priorities of the M33: an L5 has three bits of them, a U5 four. And the last interrupt that there is. */
static void interrupts_are_those_of_the_part(void **state)
{
	struct fixture *f = *state;
	bool l5 = f->board.chip->irqs == 109;

	poke(f, 0xE000E400, 0xFFFFFFFF);
	assert_int_equal(peek(f, 0xE000E400), l5 ? 0xE0E0E0E0 : 0xF0F0F0F0);
	poke(f, 0xE000E10C, 0xFFFFFFFF);
	assert_int_equal(peek(f, 0xE000E10C), l5 ? 0x00001FFF : 0x3FFFFFFF);
}

enum { SRAM_BITS = 0x22000000, PERIPHERAL_BITS = 0x42000000 };

static void each_bit_is_a_word_of_its_own(void **state)
{
	struct fixture *f = *state;
	uint32_t gpio = strcmp(f->board.chip->name, "stm32l152rb") ? 0x48000414 : 0x40020414; /* ODR of port B */

	poke(f, RAM_BASE + 8, 0x80000000);
	poke(f, SRAM_BITS + 8 * 32 + 4 * 5, 0xFF);
	assert_int_equal(peek(f, RAM_BASE + 8), 0x80000020);
	assert_int_equal(peek(f, SRAM_BITS + 8 * 32 + 4 * 31), 1);
	poke(f, SRAM_BITS + 8 * 32 + 4 * 31, 0xFE);
	assert_int_equal(peek(f, RAM_BASE + 8), 0x20);
	if (gpio >= 0x40100000)
		return; /* outside of the first MiB */
	poke(f, PERIPHERAL_BITS + (gpio - 0x40000000) * 32 + 4 * 3, 1);
	assert_int_equal(peek(f, gpio), 8);
	assert_int_equal(peek(f, PERIPHERAL_BITS + (gpio - 0x40000000) * 32 + 4 * 3), 1);
}

/* As ST's HAL switches on the HSE of an L1, and another program a bit of RAM: by the CPU. */
static void programs_use_the_aliases(void **state)
{
	struct fixture *f = *state;
	/* clang-format off */
	static const uint16_t code[] = {0x6001, 0x6803, 0x6011, 0xE7FE}; /* str r1, [r0]; ldr r3, [r0]; str r1, [r2]; b . */

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(bus_write(&f->board.bus, RAM_BASE + 0x400 + 2 * i, 2, code[i]), 0);
	poke(f, RAM_BASE + 0x10, 0);
	core_reg_write(&f->board.core, 0, SRAM_BITS + 0x10 * 32 + 4 * 7);
	core_reg_write(&f->board.core, 1, 1);
	core_reg_write(&f->board.core, 2, PERIPHERAL_BITS + 0x23800 * 32 + 4 * 16);
	core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x400);
	core_run(&f->board.core, 10);
	assert_int_equal(core_reg_read(&f->board.core, 3), 1);
	assert_int_equal(peek(f, RAM_BASE + 0x10), 0x80);
	assert_int_equal(peek(f, 0x40023800) >> 16 & 3, 3); /* HSEON and HSERDY */
}

#define EVERY(test)                                                                                                    \
	CHIP_TEST(test, "stm32l152rb"), CHIP_TEST(test, "stm32l073rz"), CHIP_TEST(test, "stm32f103rb"),                \
		CHIP_TEST(test, "stm32f072rb"), CHIP_TEST(test, "stm32f303re"), CHIP_TEST(test, "stm32f207zg"),        \
		CHIP_TEST(test, "stm32f401cc"), CHIP_TEST(test, "stm32f767zi"), CHIP_TEST(test, "stm32l476rg"),        \
		CHIP_TEST(test, "stm32g071rb"), CHIP_TEST(test, "stm32g474re"), CHIP_TEST(test, "stm32wb55rg"),        \
		CHIP_TEST(test, "stm32wle5jc"), CHIP_TEST(test, "stm32l552ze"), CHIP_TEST(test, "stm32u575zi"),        \
		CHIP_TEST(test, "stm32h743zi")
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVERY(every_ready_bit_comes),
		EVERY(a_watchdog_is_fed),
		CHIP_TEST(an_h7_has_a_long_rcc, "stm32h743zi"),
		CHIP_TEST(registers_start_as_the_manual_says, "stm32l073rz"),
		CHIP_TEST(registers_start_as_the_manual_says, "stm32wb55rg"),
		CHIP_TEST(registers_start_as_the_manual_says, "stm32wle5jc"),
		CHIP_TEST(interrupts_are_those_of_the_part, "stm32l552ze"),
		CHIP_TEST(interrupts_are_those_of_the_part, "stm32u575zi"),
		BOARD_TEST(each_bit_is_a_word_of_its_own),
		CHIP_TEST(each_bit_is_a_word_of_its_own, "stm32l476rg"),
		BOARD_TEST(programs_use_the_aliases),
	};

	return cmocka_run_group_tests_name("start-up", tests, NULL, NULL);
}
