/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Debugging the core through its registers: halt, step, breakpoints, watchpoints, vector catch, resets.
 * Reference: ARM DDI 0403 part C.
 */
#include "board_fixture.h"
#include "target_run.h"

#include "target/exceptions.h"

enum {
	FP_CTRL = 0xE0002000,
	FP_COMP0 = 0xE0002008,
	DWT_CTRL = 0xE0001000,
	DWT_CYCCNT = 0xE0001004,
	DWT_COMP0 = 0xE0001020,
	DWT_MASK0 = 0xE0001024,
	DWT_FUNCTION0 = 0xE0001028
};
enum { HALTED = 1 << 0, BKPT = 1 << 1, DWTTRAP = 1 << 2, VCATCH = 1 << 3 };
enum { VC_CORERESET = 1 << 0, VC_BUSERR = 1 << 8, VC_STATERR = 1 << 7, VC_HARDERR = 1 << 10, TRCENA = 1 << 24 };
enum { WATCH_READ = 5, WATCH_WRITE = 6, WATCH_BOTH = 7, MATCHED = 1 << 24 };

#define CODE       (RAM_BASE + 0x100)
#define DATA       (RAM_BASE + 0x800)
#define CODE_FLASH (FLASH_BASE + 0x400)

static void put_code(struct fixture *f, uint32_t address, const uint16_t *code, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (address >= RAM_BASE) {
			assert_int_equal(bus_write(&f->board.bus, address + 2 * i, 2, code[i]), 0);
		} else {
			uint8_t *flash = f->board.flash.data + (address - FLASH_BASE) + 2 * i;

			bytes_store(flash, 2, code[i]);
			bus_mark_dirty(&f->board.bus, flash, 2);
		}
	}
	halt(f);
	set_reg(f, REG_SP, RAM_BASE + RAM_SIZE);
	set_reg(f, REG_PC, address);
}

/* Halted in a part of exceptions.c, before its first instruction. */
static void begin_part(struct fixture *f, uint32_t part, uint32_t a, uint32_t b)
{
	load_program(f, "exceptions");
	set_arguments(f, part, a, b, 0, 0);
	halt(f);
	poke(f, DFSR, 0xFFFFFFFF);
}

static void set_breakpoint(struct fixture *f, unsigned n, uint32_t address)
{
	poke(f, FP_CTRL, 3);
	poke(f, FP_COMP0 + 4 * n, (address & 0x1FFFFFFC) | (address & 2 ? 2u : 1u) << 30 | 1);
}

static void watch(struct fixture *f, unsigned n, uint32_t address, unsigned mask, unsigned function)
{
	poke(f, DEMCR, TRCENA);
	poke(f, DWT_COMP0 + 16 * n, address);
	poke(f, DWT_MASK0 + 16 * n, mask);
	poke(f, DWT_FUNCTION0 + 16 * n, function);
}

/* Ten times `adds r0, #1`, then `b .`. */
static const uint16_t counting[] = {0x3001, 0x3001, 0x3001, 0x3001, 0x3001, 0x3001,
				    0x3001, 0x3001, 0x3001, 0x3001, 0xE7FE};

static void halt_and_resume_are_seen_in_dhcsr(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE, counting, 11);
	assert_false(go(f, 100));
	assert_int_equal(peek(f, DHCSR) & C_DEBUGEN, C_DEBUGEN);
	halt(f);
	assert_int_equal(reg(f, REG_PC), CODE + 20);
	poke(f, DHCSR, DHCSR_WRITE); /* the debugger leaves: it runs */
	assert_int_equal(peek(f, DHCSR) & (S_HALT | C_DEBUGEN), 0);
}

static void dhcsr_needs_its_key(void **state)
{
	struct fixture *f = *state;

	poke(f, DHCSR, C_DEBUGEN | C_HALT);
	assert_int_equal(peek(f, DHCSR) & (S_HALT | C_DEBUGEN), 0);
}

static void retirement_is_seen_once(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE, counting, 11);
	peek(f, DHCSR);
	step(f); /* reads DHCSR */
	assert_int_equal(peek(f, DHCSR) & S_RETIRE_ST, 0);
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN | C_STEP);
	core_run(&f->board.core, 1000);
	assert_int_equal(peek(f, DHCSR) & S_RETIRE_ST, S_RETIRE_ST);
}

static void every_register_keeps_what_was_written(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE, counting, 11);
	for (unsigned i = 0; i <= 18; i++)
		if (i != REG_SP && i != REG_XPSR)
			set_reg(f, i, 0x20001000 + 0x10 * i);
	for (unsigned i = 0; i <= 18; i++)
		if (i != REG_SP && i != REG_XPSR)
			assert_int_equal(reg(f, i), 0x20001000 + 0x10 * i);
	assert_int_equal(reg(f, REG_SP), reg(f, REG_MSP));
	set_reg(f, REG_XPSR, 0xF1000000);
	assert_int_equal(reg(f, REG_XPSR), 0xF1000000);
	set_reg(f, REG_SPECIAL, 0x02010001 | 0x80 << 8); /* SPSEL, FAULTMASK, BASEPRI, PRIMASK */
	assert_int_equal(reg(f, REG_SPECIAL), 0x02018001);
	assert_int_equal(reg(f, REG_SP), reg(f, REG_PSP)); /* SP is now the process stack */
	set_reg(f, REG_SPECIAL, 0x03000000);               /* unprivileged: the debugger may change it back */
	set_reg(f, REG_PSP, 0x20002000);
	set_reg(f, REG_MSP, 0x20003000);
	assert_int_equal(reg(f, REG_PSP), 0x20002000);
	assert_int_equal(reg(f, REG_MSP), 0x20003000);
	assert_int_equal(reg(f, REG_SPECIAL), 0x03000000);
	set_reg(f, REG_SPECIAL, 0);
	assert_int_equal(reg(f, REG_SPECIAL), 0);
	assert_int_equal(reg(f, REG_SP), 0x20003000);
}

static void registers_are_not_touched_while_it_runs(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE, counting, 11);
	set_reg(f, 5, 55);
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN);
	set_reg(f, 5, 66);
	halt(f);
	assert_int_equal(reg(f, 5), 55);
}

static void a_step_is_one_instruction(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE, counting, 11);
	set_reg(f, 0, 0);
	poke(f, DFSR, 0xFFFFFFFF);
	for (uint32_t i = 1; i <= 10; i++) {
		step(f);
		assert_int_equal(reg(f, 0), i);
		assert_int_equal(reg(f, REG_PC), CODE + 2 * i);
	}
	step(f);
	assert_int_equal(reg(f, REG_PC), CODE + 20); /* a jump to itself */
	assert_int_equal(peek(f, DFSR), HALTED);
}

static void a_step_enters_a_call_and_returns_from_it(void **state)
{
	static const uint16_t code[] = {0xF000, 0xF801, 0xE7FE, 0x3001, 0x4770}; /* bl 6; b .; adds r0, #1; bx lr */
	struct fixture *f = *state;
	static const uint32_t pcs[] = {CODE + 6, CODE + 8, CODE + 4, CODE + 4};

	put_code(f, CODE, code, 5);
	for (unsigned i = 0; i < 4; i++) {
		step(f);
		assert_int_equal(reg(f, REG_PC), pcs[i]);
	}
}

static void stepping_with_interrupts_masked_stays_in_the_thread(void **state)
{
	struct fixture *f = *state;

	begin_part(f, PART_TICKING, 20, 0);
	for (unsigned i = 0; i < 500; i++) {
		poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN | C_HALT | C_MASKINTS);
		poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN | C_STEP | C_MASKINTS);
		core_run(&f->board.core, 1000);
		assert_int_equal(reg(f, REG_XPSR) & 0x1FF, 0);
	}
	assert_int_equal(result(f, 2), 0);
	assert_in_range(result(f, 0), 10, 500);
	assert_true(peek(f, 0xE000ED04) & 1 << 26); /* the tick is pending all the time */
}

static void stepping_without_the_mask_enters_the_handler(void **state)
{
	struct fixture *f = *state;
	bool entered = false;

	begin_part(f, PART_TICKING, 20, 0);
	for (unsigned i = 0; i < 500; i++) {
		step(f);
		entered |= (reg(f, REG_XPSR) & 0x1FF) == 15;
	}
	assert_true(entered);
	assert_true(result(f, 2) > 0);
}

static void svc_is_taken_also_when_interrupts_are_masked(void **state)
{
	struct fixture *f = *state;
	bool entered = false;

	begin_part(f, PART_TICKING, 0xFFFF, 1);
	for (unsigned i = 0; i < 300; i++) {
		poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN | C_STEP | C_MASKINTS);
		core_run(&f->board.core, 1000);
		entered |= (reg(f, REG_XPSR) & 0x1FF) == 11;
	}
	assert_true(entered);
	assert_int_equal(result(f, 1), 2);
}

static void breakpoints_stop_before_their_instruction(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < 10; i++) {
		unsigned comparator = i % 6;

		put_code(f, CODE_FLASH, counting, 11);
		set_reg(f, 0, 0);
		set_breakpoint(f, comparator, CODE_FLASH + 2 * i);
		poke(f, DFSR, 0xFFFFFFFF);
		assert_true(go(f, 100));
		assert_int_equal(reg(f, REG_PC), CODE_FLASH + 2 * i);
		assert_int_equal(reg(f, 0), i);
		assert_int_equal(peek(f, DFSR), BKPT);
		assert_true(go(f, 100)); /* it is there still */
		assert_int_equal(reg(f, REG_PC), CODE_FLASH + 2 * i);
		poke(f, FP_COMP0 + 4 * comparator, 0);
		assert_false(go(f, 100));
		halt(f);
		assert_int_equal(reg(f, 0), 10);
	}
}

static void a_comparator_can_break_at_both_half_words(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE_FLASH, counting, 11);
	set_reg(f, 0, 0);
	poke(f, FP_CTRL, 3);
	poke(f, FP_COMP0, ((CODE_FLASH + 4) & 0x1FFFFFFC) | 3u << 30 | 1);
	assert_true(go(f, 100));
	assert_int_equal(reg(f, REG_PC), CODE_FLASH + 4);
	step(f); /* at a breakpoint a step does not get away */
	assert_int_equal(reg(f, REG_PC), CODE_FLASH + 4);
	set_reg(f, REG_PC, CODE_FLASH + 6);
	assert_true(go(f, 100));
	assert_int_equal(reg(f, REG_PC), CODE_FLASH + 6);
}

static void six_breakpoints_work_at_a_time_and_two_comparators_are_for_literals(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, FP_CTRL) & 0x7FF0, 6 << 4 | 2 << 8);
	put_code(f, CODE_FLASH, counting, 11);
	for (uint32_t i = 0; i < 8; i++)
		set_breakpoint(f, i, CODE_FLASH + 2 + 2 * i);
	for (uint32_t i = 0; i < 6; i++) {
		assert_true(go(f, 100));
		assert_int_equal(reg(f, REG_PC), CODE_FLASH + 2 + 2 * i);
		poke(f, FP_COMP0 + 4 * i, 0);
	}
	assert_false(go(f, 100));
}

static void breakpoints_need_the_unit_enabled_with_its_key(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE_FLASH, counting, 11);
	set_breakpoint(f, 0, CODE_FLASH + 4);
	poke(f, FP_CTRL, 0); /* no key: still enabled */
	assert_true(go(f, 100));
	poke(f, FP_CTRL, 2);
	assert_false(go(f, 100));
}

static void a_breakpoint_in_low_flash_does_not_fire_in_ram(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE, counting, 11);
	set_breakpoint(f, 0, (CODE & 0x1FFFFFFF) + 4);
	assert_false(go(f, 100));
}

static void bkpt_halts_at_itself_with_a_debugger(void **state)
{
	static const uint16_t code[] = {0x3001, 0xBEAB, 0x3001, 0xE7FE};
	struct fixture *f = *state;

	put_code(f, CODE, code, 4);
	poke(f, DFSR, 0xFFFFFFFF);
	assert_true(go(f, 100));
	assert_int_equal(reg(f, REG_PC), CODE + 2);
	assert_int_equal(peek(f, DFSR), BKPT);
	poke(f, DFSR, BKPT); /* cleared by 1 */
	assert_int_equal(peek(f, DFSR), 0);
	set_reg(f, REG_PC, CODE + 4);
	assert_false(go(f, 100));
}

/* ldr r3, [r1]; str r2, [r1]; ldrb r3, [r1, #1]; strh r2, [r1, #2]; b . — twice the reads and writes */
static const uint16_t accessing[] = {0x680B, 0x600A, 0x784B, 0x804A, 0xE7FE};

static void begin_accessing(struct fixture *f)
{
	put_code(f, CODE, accessing, 5);
	set_reg(f, 1, DATA);
	set_reg(f, 2, 0x12345678);
	poke(f, DFSR, 0xFFFFFFFF);
}

static void watchpoints_fire_behind_the_access_that_they_watch(void **state)
{
	static const struct {
		unsigned function;
		uint32_t address, mask, pc;
	} rows[] = {
		{WATCH_READ, DATA, 0, CODE + 2},           {WATCH_WRITE, DATA, 0, CODE + 4},
		{WATCH_BOTH, DATA, 0, CODE + 2},           {WATCH_READ, DATA + 1, 0, CODE + 2},
		{WATCH_WRITE, DATA + 2, 0, CODE + 4},      {WATCH_WRITE, DATA, 2, CODE + 4},
		{WATCH_WRITE, DATA & ~0xFFu, 8, CODE + 4},
	};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
		for (unsigned n = 0; n < 4; n++) {
			begin_accessing(f);
			watch(f, n, rows[i].address, rows[i].mask, rows[i].function);
			assert_true(go(f, 100));
			assert_int_equal(reg(f, REG_PC), rows[i].pc);
			assert_int_equal(peek(f, DFSR), DWTTRAP);
			assert_int_equal(peek(f, DWT_FUNCTION0 + 16 * n) & MATCHED, MATCHED);
			assert_int_equal(peek(f, DWT_FUNCTION0 + 16 * n) & MATCHED, 0); /* reading clears it */
			watch(f, n, 0, 0, 0);
		}
}

static void watchpoints_tell_bytes_apart(void **state)
{
	struct fixture *f = *state;

	begin_accessing(f);
	set_reg(f, REG_PC, CODE + 4); /* from here on only byte 1 is read, bytes 2 and 3 written */
	watch(f, 0, DATA, 0, WATCH_BOTH);
	assert_false(go(f, 100));
	begin_accessing(f);
	set_reg(f, REG_PC, CODE + 4);
	watch(f, 0, DATA + 3, 0, WATCH_WRITE);
	assert_true(go(f, 100));
	assert_int_equal(reg(f, REG_PC), CODE + 8);
}

static void watchpoints_fire_in_code_that_ran_before_they_were_set(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		begin_accessing(f);
		watch(f, 0, 0, 0, 0);
		assert_false(go(f, 1000));
		halt(f);
		begin_accessing(f);
		watch(f, 0, DATA, 0, WATCH_WRITE);
		assert_true(go(f, 1000));
		assert_int_equal(reg(f, REG_PC), CODE + 4);
	}
}

static void watchpoints_see_peripherals_and_flash(void **state)
{
	struct fixture *f = *state;
	static const uint32_t places[] = {0x40020014, FLASH_BASE + 0x800};

	for (unsigned i = 0; i < 2; i++) {
		begin_accessing(f);
		set_reg(f, 1, places[i]);
		watch(f, 0, places[i], 0, WATCH_READ);
		assert_true(go(f, 100));
		assert_int_equal(reg(f, REG_PC), CODE + 2);
		begin_accessing(f);
		set_reg(f, 1, places[i]);
		watch(f, 0, places[i], 0, WATCH_WRITE);
		assert_true(go(f, 100));
		assert_int_equal(reg(f, REG_PC), CODE + 4);
	}
}

static void watchpoints_need_trcena(void **state)
{
	struct fixture *f = *state;

	begin_accessing(f);
	watch(f, 0, DATA, 0, WATCH_BOTH);
	poke(f, DEMCR, 0);
	assert_false(go(f, 100));
}

static void the_debuggers_own_accesses_fire_nothing(void **state)
{
	struct fixture *f = *state;

	put_code(f, CODE, counting, 11);
	watch(f, 0, DATA, 0, WATCH_BOTH);
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN);
	poke(f, DATA, 1);
	core_run(&f->board.core, 100);
	assert_int_equal(peek(f, DHCSR) & S_HALT, 0);
}

static void the_cycle_counter_stands_still_while_halted(void **state)
{
	struct fixture *f = *state;
	uint32_t before;

	put_code(f, CODE, counting, 11);
	poke(f, DEMCR, TRCENA);
	poke(f, DWT_CTRL, 1);
	poke(f, DWT_CYCCNT, 1000);
	assert_int_equal(peek(f, DWT_CYCCNT), 1000);
	for (uint32_t i = 1; i < 8; i++) {
		step(f);
		assert_int_equal(peek(f, DWT_CYCCNT), 1000 + i);
	}
	poke(f, DWT_CTRL, 0);
	before = peek(f, DWT_CYCCNT);
	step(f);
	assert_int_equal(peek(f, DWT_CYCCNT), before);
}

static void vector_catch_stops_at_the_reset_vector(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN);
	poke(f, DEMCR, VC_CORERESET);
	poke(f, DFSR, 0xFFFFFFFF);
	poke(f, 0xE000ED0C, 0x05FA0004);
	assert_int_equal(peek(f, DHCSR) & (S_HALT | S_RESET_ST), S_HALT | S_RESET_ST);
	assert_int_equal(peek(f, DFSR), VCATCH);
	assert_int_equal(reg(f, REG_PC), peek(f, 4) & ~1u);
	core_run(&f->board.core, 1000);
	assert_int_equal(reg(f, REG_PC), peek(f, 4) & ~1u);
}

static void halt_does_not_survive_a_reset_without_vector_catch(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	halt(f);
	set_breakpoint(f, 0, CODE_FLASH);
	poke(f, 0xE000ED0C, 0x05FA0004);
	assert_int_equal(peek(f, DHCSR) & (S_HALT | C_HALT | C_DEBUGEN), C_DEBUGEN);
	assert_int_equal(peek(f, FP_COMP0) & 1, 1); /* breakpoints do */
	assert_int_equal(peek(f, FP_CTRL) & 1, 1);
}

static void a_reset_by_the_program_is_caught_too(void **state)
{
	struct fixture *f = *state;

	begin_part(f, PART_SYSRESETREQ, 0, 0);
	poke(f, DEMCR, VC_CORERESET);
	assert_true(go(f, 10000));
	assert_int_equal(peek(f, DFSR), VCATCH);
	assert_int_equal(reg(f, REG_PC), peek(f, 4) & ~1u);
	assert_int_equal(peek(f, MAILBOX(count)), 2);
}

static void vector_catch_stops_at_the_fault_handler(void **state)
{
	static const struct {
		uint32_t fault, shcsr, catch, exception;
	} rows[] = {{FAULT_UNDEFINED, 0, VC_HARDERR, 3},
		    {FAULT_READ, 1 << 17, VC_BUSERR, 5},
		    {FAULT_UNDEFINED, 1 << 18, VC_STATERR, 6}};
	struct fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		begin_part(f, PART_FAULT, rows[i].fault, rows[i].shcsr);
		poke(f, DEMCR, rows[i].catch);
		assert_true(go(f, 10000));
		assert_int_equal(peek(f, DFSR), VCATCH);
		assert_int_equal(reg(f, REG_XPSR) & 0x1FF, rows[i].exception);
		assert_int_equal(reg(f, REG_PC), peek(f, 4 * rows[i].exception) & ~1u);
		assert_int_equal(peek(f, MAILBOX(count)), 0); /* nothing of the handler has run */
		poke(f, DEMCR, 0);
		assert_false(go(f, 10000));
		assert_int_equal(peek(f, MAILBOX(done)), MAILBOX_DONE); /* and it recovers */
		poke(f, DHCSR, DHCSR_WRITE);
	}
}

static void a_locked_up_core_can_be_halted_and_reset(void **state)
{
	struct fixture *f = *state;

	begin_part(f, PART_DOUBLE_FAULT, FAULT_UNDEFINED, 0);
	go(f, 10000);
	assert_int_equal(peek(f, DHCSR) & S_LOCKUP, S_LOCKUP);
	halt(f);
	assert_int_equal(peek(f, DHCSR) & S_LOCKUP, 0);
	poke(f, DEMCR, VC_CORERESET);
	poke(f, 0xE000ED0C, 0x05FA0004);
	assert_int_equal(reg(f, REG_PC), peek(f, 4) & ~1u);
	assert_int_equal(reg(f, REG_XPSR), 0x01000000);
}

static void nrst_with_vector_catch_halts_when_released(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN);
	poke(f, DEMCR, VC_CORERESET);
	wire_send(f, 's');
	wire_send(f, 'r');
	assert_int_equal(peek(f, DHCSR) & S_HALT, S_HALT);
	assert_int_equal(reg(f, REG_PC), peek(f, 4) & ~1u);
}

static void unknown_debug_registers_are_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	halt(f);
	reg(f, 33); /* FPSCR: this core has none */
	assert_int_equal(f->board.stats.unmodelled, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(halt_and_resume_are_seen_in_dhcsr),
		BOARD_TEST(dhcsr_needs_its_key),
		BOARD_TEST(retirement_is_seen_once),
		BOARD_TEST(every_register_keeps_what_was_written),
		BOARD_TEST(registers_are_not_touched_while_it_runs),
		BOARD_TEST(a_step_is_one_instruction),
		BOARD_TEST(a_step_enters_a_call_and_returns_from_it),
		BOARD_TEST(stepping_with_interrupts_masked_stays_in_the_thread),
		BOARD_TEST(stepping_without_the_mask_enters_the_handler),
		BOARD_TEST(svc_is_taken_also_when_interrupts_are_masked),
		BOARD_TEST(breakpoints_stop_before_their_instruction),
		BOARD_TEST(a_comparator_can_break_at_both_half_words),
		BOARD_TEST(six_breakpoints_work_at_a_time_and_two_comparators_are_for_literals),
		BOARD_TEST(breakpoints_need_the_unit_enabled_with_its_key),
		BOARD_TEST(a_breakpoint_in_low_flash_does_not_fire_in_ram),
		BOARD_TEST(bkpt_halts_at_itself_with_a_debugger),
		BOARD_TEST(watchpoints_fire_behind_the_access_that_they_watch),
		BOARD_TEST(watchpoints_tell_bytes_apart),
		BOARD_TEST(watchpoints_fire_in_code_that_ran_before_they_were_set),
		BOARD_TEST(watchpoints_see_peripherals_and_flash),
		BOARD_TEST(watchpoints_need_trcena),
		BOARD_TEST(the_debuggers_own_accesses_fire_nothing),
		BOARD_TEST(the_cycle_counter_stands_still_while_halted),
		BOARD_TEST(vector_catch_stops_at_the_reset_vector),
		BOARD_TEST(halt_does_not_survive_a_reset_without_vector_catch),
		BOARD_TEST(a_reset_by_the_program_is_caught_too),
		BOARD_TEST(vector_catch_stops_at_the_fault_handler),
		BOARD_TEST(a_locked_up_core_can_be_halted_and_reset),
		BOARD_TEST(nrst_with_vector_catch_halts_when_released),
		BOARD_TEST(unknown_debug_registers_are_reported),
	};

	return cmocka_run_group_tests_name("debug", tests, NULL, NULL);
}
