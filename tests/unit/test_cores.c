/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What differs between the cores: ARMv6-M, the Cortex-M3, those with an FPU, the Cortex-M7. References: ARM DDI 0419, DDI 0403;
 * DDI 0489 (Cortex-M7).
 */
#include "board_fixture.h"
#include "target_run.h"

#include "parts/chips.h"

#include <string.h>

enum {
	CPACR = 0xE000ED88,
	FPCCR = 0xE000EF34,
	MVFR0 = 0xE000EF40,
	CFSR = 0xE000ED28,
	HFSR = 0xE000ED2C,
	VTOR = 0xE000ED08,
	CCR = 0xE000ED14,
	SHPR3 = 0xE000ED20
};
enum { FP_CTRL = 0xE0002000, FP_COMP0 = 0xE0002008, DWT_CTRL = 0xE0001000, DWT_COMP0 = 0xE0001020 };
enum { NOCP = 1 << 19 };

#define CODE    (RAM_BASE + 0x400)
#define STACK   (RAM_BASE + 0x1000)
#define HANDLER (FLASH_BASE + 0x200)

/* A vector table in flash whose every handler is HANDLER: `b .`, unless a test puts other code there. */
static void put_vectors(struct fixture *f)
{
	uint8_t *flash = f->board.flash.data;

	bytes_store(flash, 4, STACK);
	for (unsigned i = 1; i < 16; i++)
		bytes_store(flash + 4 * i, 4, HANDLER | 1);
	bytes_store(flash + 0x200, 2, 0xE7FE);
	bus_mark_dirty(&f->board.bus, flash, 0x400);
	board_reset(&f->board);
}

static void put_code(struct fixture *f, uint32_t address, const uint16_t *code, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (address >= RAM_BASE)
			assert_int_equal(bus_write(&f->board.bus, address + 2 * i, 2, code[i]), 0);
		else
			bytes_store(f->board.flash.data + (address - FLASH_BASE) + 2 * i, 2, code[i]);
	if (address < RAM_BASE)
		bus_mark_dirty(&f->board.bus, f->board.flash.data + (address - FLASH_BASE), 2 * count);
}
#define CODE_AT(f, address, ...)                                           \
	do {                                                               \
		const uint16_t code_[] = {__VA_ARGS__};                    \
		put_code(f, address, code_, sizeof code_ / sizeof *code_); \
	} while (0)

static struct core *core(struct fixture *f)
{
	return &f->board.core;
}

/* Starts at CODE, with no debugger, and runs `limit` instructions. */
static void run_code(struct fixture *f, uint32_t limit)
{
	core_reg_write(core(f), REG_PC, CODE);
	core_run(core(f), limit);
}

static unsigned exception(struct fixture *f)
{
	return core_reg_read(core(f), REG_XPSR) & 0x1FF;
}

static void v6m_has_no_division_and_knows_one_fault(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0xFBB0, 0xF1F2, 0xE7FE); /* udiv r1, r0, r2 */
	run_code(f, 10);
	assert_int_equal(exception(f), 3);
	assert_int_equal(peek(f, STACK - 8), CODE); /* the stacked pc */
	assert_int_equal(peek(f, CFSR), 0);
	assert_int_equal(peek(f, HFSR), 0);
}

static void v6m_faults_on_an_unaligned_access(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0x6808, 0xE7FE); /* ldr r0, [r1] */
	core_reg_write(core(f), 1, RAM_BASE + 2);
	run_code(f, 10);
	assert_int_equal(exception(f), 3);
	assert_int_equal(peek(f, STACK - 8), CODE);
}

static void v6m_programs_do_not_see_the_debugger(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0x6808, 0x600A, 0xE7FE); /* ldr r0, [r1]; str r2, [r1] */
	core_reg_write(core(f), 1, DHCSR);
	core_reg_write(core(f), 2, DHCSR_WRITE | C_DEBUGEN | C_HALT);
	core_reg_write(core(f), REG_PC, CODE);
	assert_false(go(f, 10));
	assert_int_equal(core_reg_read(core(f), 0), 0);
	assert_int_equal(peek(f, DHCSR) & C_DEBUGEN, C_DEBUGEN);
}

static void v7m_programs_see_the_debugger(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0x6808, 0xE7FE);
	core_reg_write(core(f), 1, DHCSR);
	core_reg_write(core(f), REG_PC, CODE);
	assert_false(go(f, 10));
	assert_int_equal(core_reg_read(core(f), 0) & C_DEBUGEN, C_DEBUGEN);
}

/* What the demo's fault handler does on ARMv6-M: answers -1 and goes on after the BKPT. */
static void a_handler_can_skip_a_breakpoint_nobody_took(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0xBEAB, 0x2107, 0xE7FE); /* bkpt 0xAB; movs r1, #7 */
	/* ldr r1, [sp, #24]; adds r1, #2; str r1, [sp, #24]; movs r1, #0; mvns r1, r1; str r1, [sp]; bx lr */
	CODE_AT(f, HANDLER, 0x9906, 0x3102, 0x9106, 0x2100, 0x43C9, 0x9100, 0x4770);
	run_code(f, 100);
	assert_int_equal(exception(f), 0);
	assert_int_equal(core_reg_read(core(f), 0), 0xFFFFFFFF);
	assert_int_equal(core_reg_read(core(f), 1), 7);
	assert_false(core(f)->halted);
}

static void with_a_debugger_it_halts_there(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0xBEAB, 0xE7FE);
	core_reg_write(core(f), REG_PC, CODE);
	assert_true(go(f, 10));
	assert_int_equal(core_reg_read(core(f), REG_PC), CODE);
	assert_int_equal(exception(f), 0);
}

static void v6m_has_primask_and_control_only(void **state)
{
	struct fixture *f = *state;

	set_reg(f, REG_SPECIAL, 0);
	halt(f);
	set_reg(f, REG_SPECIAL, 0x0201FF01);
	assert_int_equal(reg(f, REG_SPECIAL), 0x02000001);
	assert_int_equal(peek(f, CCR), 0x208);
	poke(f, SHPR3, 0xFFFF0000);
	assert_int_equal(peek(f, SHPR3), 0xC0C00000); /* two bits of priority */
}

static void only_the_m0_has_no_vtor(void **state)
{
	struct fixture *f = *state;

	poke(f, VTOR, RAM_BASE);
	assert_int_equal(peek(f, VTOR), f->board.chip->core == &cortex_m0 ? f->board.chip->boot : RAM_BASE);
}

static void comparators_are_as_many_as_the_core_tells(void **state)
{
	struct fixture *f = *state;
	const struct core_model *model = f->board.chip->core;
	uint32_t code = model->code_comparators;

	assert_int_equal(peek(f, FP_CTRL) >> 4 & 15, code);
	assert_int_equal(peek(f, FP_CTRL) >> 28, model == &cortex_m7);
	assert_int_equal(peek(f, DWT_CTRL) >> 28, model->watch_comparators);
	for (unsigned i = 0; i < code; i++) {
		poke(f, FP_COMP0 + 4 * i, 0x40000001 + 0x100 * i);
		assert_int_equal(peek(f, FP_COMP0 + 4 * i), 0x40000001 + 0x100 * i);
	}
	for (unsigned i = 0; i < model->watch_comparators; i++) {
		poke(f, DWT_COMP0 + 16 * i, 0x20000000 + 4 * i);
		assert_int_equal(peek(f, DWT_COMP0 + 16 * i), 0x20000000 + 4 * i);
	}
}

static void every_code_comparator_halts(void **state)
{
	struct fixture *f = *state;
	bool any_address = f->board.chip->core->fpb_revision == 1;
	uint32_t place = FLASH_BASE + 0x240;

	put_vectors(f);
	for (unsigned i = 0; i < 20; i++)
		CODE_AT(f, place + 2 * i, 0x3001); /* adds r0, #1 */
	poke(f, FP_CTRL, 3);
	for (unsigned i = 0; i < f->board.chip->core->code_comparators; i++) {
		uint32_t at = place + 2 * i + 2;

		poke(f, FP_COMP0 + 4 * i,
		     any_address ? at | 1 : (at & 2 ? 2u << 30 : 1u << 30) | (at & 0x1FFFFFFC) | 1);
		halt(f);
		set_reg(f, REG_PC, place + 2 * i);
		assert_true(go(f, 10));
		assert_int_equal(reg(f, REG_PC), at);
		poke(f, FP_COMP0 + 4 * i, 0);
	}
}

static void on_m7_breakpoints_also_work_in_ram(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0x3001, 0x3001, 0xE7FE);
	poke(f, FP_CTRL, 3);
	poke(f, FP_COMP0, (CODE + 2) | 1);
	halt(f);
	set_reg(f, REG_PC, CODE);
	assert_true(go(f, 10));
	assert_int_equal(reg(f, REG_PC), CODE + 2);
}

/* ---- FPU ---- */

/* vmov s0, r0; svc 0; vmov r1, s0; b . */
#define FP_PROGRAM 0xEE00, 0x0A10, 0xDF00, 0xEE10, 0x1A10, 0xE7FE

static void without_an_fpu_its_instructions_are_nocp(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, FP_PROGRAM);
	run_code(f, 10);
	assert_int_equal(exception(f), 3);
	assert_int_equal(peek(f, CFSR), NOCP);
	assert_int_equal(peek(f, MVFR0), 0);
}

static void an_fpu_must_be_enabled_first(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, FP_PROGRAM);
	run_code(f, 10);
	assert_int_equal(exception(f), 3);
	assert_int_equal(peek(f, CFSR), NOCP);
	assert_int_equal(peek(f, STACK - 8), CODE);
	assert_int_not_equal(peek(f, MVFR0), 0);
	board_reset(&f->board);
	poke(f, CPACR, 0xF << 20);
	core_reg_write(core(f), 0, 0x3F800000);
	run_code(f, 3);
	assert_int_equal(exception(f), 11); /* it has come to the SVC */
	assert_int_equal(peek(f, CFSR), 0);
}

static void floating_point_state_is_stacked_and_comes_back(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, FP_PROGRAM);
	/* mov r3, lr; eors r0, r0; vmov s0, r0; bx r3: it overwrites s0 */
	CODE_AT(f, HANDLER, 0x4673, 0x4040, 0xEE00, 0x0A10, 0x4718);
	poke(f, CPACR, 0xF << 20);
	for (unsigned i = 1; i < 32; i++)
		core_reg_write(core(f), REG_S0 + i, 0x1000 + i);
	core_reg_write(core(f), 0, 0x3F800000);
	run_code(f, 3);
	assert_int_equal(exception(f), 11);
	assert_int_equal(core_reg_read(core(f), REG_LR), 0xFFFFFFE9);
	assert_int_equal(core_reg_read(core(f), REG_SP), STACK - 26 * 4);
	assert_int_equal(core_reg_read(core(f), REG_SPECIAL) >> 24 & 4, 0); /* FPCA */
	assert_int_equal(peek(f, STACK - 26 * 4 + 32), 0x3F800000);
	core_run(core(f), 100);
	assert_int_equal(exception(f), 0);
	assert_int_equal(core_reg_read(core(f), 1), 0x3F800000);
	assert_int_equal(core_reg_read(core(f), REG_SP), STACK);
	assert_int_equal(core_reg_read(core(f), REG_SPECIAL) >> 24 & 4, 4);
	for (unsigned i = 1; i < 32; i++)
		assert_int_equal(core_reg_read(core(f), REG_S0 + i), 0x1000 + i);
}

static void without_floating_point_the_frame_is_the_short_one(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, 0xDF00, 0xE7FE);
	poke(f, CPACR, 0xF << 20);
	run_code(f, 2);
	assert_int_equal(exception(f), 11);
	assert_int_equal(core_reg_read(core(f), REG_LR), 0xFFFFFFF9);
	assert_int_equal(core_reg_read(core(f), REG_SP), STACK - 8 * 4);
}

static void a_debugger_reads_and_writes_fpu_registers(void **state)
{
	struct fixture *f = *state;

	halt(f);
	for (unsigned i = 0; i < 32; i++)
		set_reg(f, REG_S0 + i, 0x100 * i + 1);
	set_reg(f, REG_FPSCR, 0x01000000);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(reg(f, REG_S0 + i), 0x100 * i + 1);
	assert_int_equal(reg(f, REG_FPSCR), 0x01000000);
}

/* vmov d0, r0, r1; vadd.f64 d0, d0, d0; vmov r0, r1, d0 */
#define DOUBLE_PROGRAM 0xEC41, 0x0B10, 0xEE30, 0x0B00, 0xEC51, 0x0B10, 0xE7FE

static void only_the_m7_computes_in_double_precision(void **state)
{
	struct fixture *f = *state;

	put_vectors(f);
	CODE_AT(f, CODE, DOUBLE_PROGRAM);
	poke(f, CPACR, 0xF << 20);
	core_reg_write(core(f), 0, 0);
	core_reg_write(core(f), 1, 0x3FF00000); /* 1.0 */
	run_code(f, 10);
	if (f->board.chip->core == &cortex_m7) {
		assert_int_equal(exception(f), 0);
		assert_int_equal(core_reg_read(core(f), 1), 0x40000000); /* 2.0 */
	} else {
		assert_int_equal(exception(f), 3);
	}
}

#define ON_V6M(name) CHIP_TEST(name, "stm32f072rb"), CHIP_TEST(name, "stm32l073rz")
#define ON_V7M(name) CHIP_TEST(name, "stm32f103rb"), CHIP_TEST(name, "stm32f401cc"), CHIP_TEST(name, "stm32f767zi")
#define ON_FPU(name) CHIP_TEST(name, "stm32f401cc"), CHIP_TEST(name, "stm32f767zi")

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_V6M(v6m_has_no_division_and_knows_one_fault),
		ON_V6M(v6m_faults_on_an_unaligned_access),
		ON_V6M(v6m_programs_do_not_see_the_debugger),
		ON_V7M(v7m_programs_see_the_debugger),
		ON_V6M(a_handler_can_skip_a_breakpoint_nobody_took),
		ON_V7M(a_handler_can_skip_a_breakpoint_nobody_took),
		ON_V6M(with_a_debugger_it_halts_there),
		ON_V7M(with_a_debugger_it_halts_there),
		ON_V6M(v6m_has_primask_and_control_only),
		ON_V6M(only_the_m0_has_no_vtor),
		ON_V7M(only_the_m0_has_no_vtor),
		ON_V6M(comparators_are_as_many_as_the_core_tells),
		ON_V7M(comparators_are_as_many_as_the_core_tells),
		ON_V6M(every_code_comparator_halts),
		ON_V7M(every_code_comparator_halts),
		CHIP_TEST(on_m7_breakpoints_also_work_in_ram, "stm32f767zi"),
		CHIP_TEST(without_an_fpu_its_instructions_are_nocp, "stm32f103rb"),
		ON_FPU(an_fpu_must_be_enabled_first),
		ON_FPU(floating_point_state_is_stacked_and_comes_back),
		ON_FPU(without_floating_point_the_frame_is_the_short_one),
		ON_FPU(a_debugger_reads_and_writes_fpu_registers),
		ON_FPU(only_the_m7_computes_in_double_precision),
	};

	return cmocka_run_group_tests_name("cores", tests, NULL, NULL);
}
