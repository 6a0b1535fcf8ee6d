/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Exceptions on the virtual core, by a program that meets them all. Reference: ARM DDI 0403 section B1.5.
 */
#include "board_fixture.h"
#include "target_run.h"

#include "target/compute.h"
#include "target/exceptions.h"

enum {
	UNDEFINSTR = 1 << 16,
	INVSTATE = 1 << 17,
	NOCP = 1 << 19,
	IBUSERR = 1 << 8,
	PRECISERR = 1 << 9,
	BFARVALID = 1 << 15,
	IACCVIOL = 1 << 0
};
#define FORCED   (1u << 30)
#define DEBUGEVT (1u << 31)
enum { HARD_FAULT = 3, BUS_FAULT_NUMBER = 5, USAGE_FAULT = 6, SVCALL = 11, PENDSV = 14 };
enum { USGFAULTENA = 1 << 18, BUSFAULTENA = 1 << 17 };

/* Runs a part in long slices and again one instruction at a time: it must not make a difference. */
static void run(struct fixture *f, uint32_t part, uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t first[MAILBOX_RESULTS + 1];

	load_program(f, "exceptions");
	set_arguments(f, part, a, b, c, 0);
	run_part(f, 1000, 300000);
	for (uint32_t i = 0; i <= MAILBOX_RESULTS; i++)
		first[i] = peek(f, MAILBOX(count) + 4 * i);
	assert_in_range(first[0], 1, MAILBOX_RESULTS);
	if (part == PART_SYSTICK_PERIOD || part == PART_INTERRUPTED)
		return; /* these depend on when */
	set_arguments(f, part, a, b, c, 0);
	run_part(f, 1, 300000);
	for (uint32_t i = 0; i <= MAILBOX_RESULTS; i++)
		if (part != PART_WFI || i != 2)
			assert_int_equal(peek(f, MAILBOX(count) + 4 * i), first[i]);
}

static void expect(struct fixture *f, const uint32_t *expected, uint32_t count)
{
	for (uint32_t i = 0; i < count && i < peek(f, MAILBOX(count)); i++)
		if (result(f, i) != expected[i])
			fail_msg("result %u is 0x%08X, not 0x%08X", (unsigned)i, (unsigned)result(f, i),
				 (unsigned)expected[i]);
	assert_int_equal(peek(f, MAILBOX(count)), count);
}
#define EXPECT(f, ...)                                                      \
	do {                                                                \
		const uint32_t expected_[] = {__VA_ARGS__};                 \
		expect(f, expected_, sizeof expected_ / sizeof *expected_); \
	} while (0)

static void svc_enters_and_returns_with_the_changed_frame(void **state)
{
	struct fixture *f = *state;

	run(f, PART_SVC, 0, 0, 0);
	assert_int_equal(result(f, 0), SVCALL);
	assert_int_equal(result(f, 1), 0xFFFFFFF9);
	assert_int_equal(result(f, 2) % 8, 0);
	assert_int_equal(result(f, 3), 41);
	assert_int_equal(result(f, 4) & 0x010001FF, 0x01000000); /* from thread, T set */
	assert_int_equal(result(f, 5), 42);
}

static void pendsv_comes_at_the_next_barrier(void **state)
{
	struct fixture *f = *state;

	run(f, PART_PENDSV, 0, 0, 0);
	EXPECT(f, 1, TRACE_ISR + PENDSV, 3);
}

static void systick_comes_every_reload_plus_1_ticks(void **state)
{
	static const uint32_t reloads[] = {99, 150, 999, 4321};
	struct fixture *f = *state;

	for (unsigned i = 0; i < 8; i++) {
		uint32_t reload = reloads[i % 4], sum = 0, period = (reload + 1) * (i < 4 ? 1 : 8);

		run(f, PART_SYSTICK_PERIOD, reload, i < 4, 0);
		for (uint32_t j = 0; j < 7; j++) {
			/* The handler reads the clock a few instructions after the tick. */
			assert_in_range(result(f, j), period - 12, period + 12);
			sum += result(f, j);
		}
		assert_in_range(sum, 7 * period - 12, 7 * period + 12); /* it does not drift */
	}
}

static void countflag_is_set_by_counting_to_0_and_cleared_by_reading(void **state)
{
	struct fixture *f = *state;

	run(f, PART_COUNTFLAG, 0, 0, 0);
	EXPECT(f, 5, 5 | 1 << 16, 5, 5, 1, 0);
}

static void wfi_sleeps_until_the_tick_also_when_masked(void **state)
{
	struct fixture *f = *state;

	run(f, PART_WFI, 0, 0, 0);
	assert_int_equal(result(f, 0), 1);
	assert_in_range(result(f, 1), 49900, 50100);
	assert_int_equal(result(f, 2), 1); /* woken, but the handler waits for the mask */
	assert_int_equal(result(f, 3), 2);
}

static void a_sleeping_core_says_so_and_is_woken_by_halt(void **state)
{
	static const uint16_t code[] = {0xBF30, 0x3001, 0xE7FE}; /* wfi; adds r0, #1; b . */
	struct fixture *f = *state;

	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(bus_write(&f->board.bus, RAM_BASE + 0x100 + 2 * i, 2, code[i]), 0);
	halt(f);
	set_reg(f, REG_PC, RAM_BASE + 0x100);
	set_reg(f, 0, 0);
	assert_false(go(f, 1000));
	assert_int_equal(peek(f, DHCSR) & S_SLEEP, S_SLEEP);
	halt(f);
	assert_int_equal(peek(f, DHCSR) & S_SLEEP, 0);
	assert_int_equal(reg(f, REG_PC), RAM_BASE + 0x102);
	assert_int_equal(reg(f, 0), 0);
	go(f, 100);
	assert_int_equal(core_reg_read(&f->board.core, 0), 1);
}

static void the_more_urgent_pre_empts_the_equal_waits(void **state)
{
	struct fixture *f = *state;

	run(f, PART_NESTING, 0, 0, 0);
	EXPECT(f, 1, TRACE_ISR + PENDSV, TRACE_ISR + 16, TRACE_ISR + 17, TRACE_ISR + 16, TRACE_ISR + 18, 2, 0, 0);
}

static void primask_holds_everything_back_and_lets_go_at_once(void **state)
{
	struct fixture *f = *state;

	run(f, PART_PRIMASK, 0, 0, 0);
	EXPECT(f, 1, 2, TRACE_ISR + 17, 2, 0);
}

static void basepri_holds_back_what_is_not_more_urgent(void **state)
{
	struct fixture *f = *state;

	run(f, PART_BASEPRI, 0, 0, 0);
	EXPECT(f, 1, TRACE_ISR + 17, 2, TRACE_ISR + 16, 0x90, 3, TRACE_ISR + PENDSV, 4);
}

static void faultmask_holds_interrupts_back(void **state)
{
	struct fixture *f = *state;

	run(f, PART_FAULTMASK, 0, 0, 0);
	EXPECT(f, 1, TRACE_ISR + 17, 2);
}

static void the_process_stack_is_used_and_returned_to(void **state)
{
	struct fixture *f = *state;
	uint32_t stack;

	run(f, PART_PROCESS_STACK, 0, 0, 0);
	assert_int_equal(result(f, 1), SVCALL);
	assert_int_equal(result(f, 2), 0xFFFFFFFD);
	stack = result(f, 10);
	assert_in_range(result(f, 3), stack, stack + 512);
	assert_int_equal(result(f, 4), 5);
	assert_int_equal(result(f, 6), 6);
	assert_int_equal(result(f, 7), 1); /* PSP is back where it was */
	assert_int_equal(result(f, 8), 2);
	assert_int_equal(result(f, 9), result(f, 0)); /* MSP untouched */
}

static void unprivileged_threads_get_back_by_svc_only(void **state)
{
	struct fixture *f = *state;

	run(f, PART_UNPRIVILEGED, 0, 0, 0);
	assert_int_equal(result(f, 0), 1);
	assert_int_equal(result(f, 1), 1);
	assert_int_equal(result(f, 7), 8);
	assert_int_equal(result(f, 8), 1); /* still unprivileged after the handler */
	assert_int_equal(result(f, 9), 0);
}

static void frames_are_aligned_and_the_stack_restored(void **state)
{
	struct fixture *f = *state;

	run(f, PART_ALIGNMENT, 0, 0, 0);
	assert_int_equal(result(f, 2) % 8, 0);
	assert_int_equal(result(f, 4) & 1 << 9, 0);
	assert_int_equal(result(f, 5), 2);
	assert_int_equal(result(f, 8) % 8, 0);
	assert_int_equal(result(f, 10) & 1 << 9, 1 << 9); /* the frame says that there is a gap */
	assert_int_equal(result(f, 11), 2);               /* 0 if the stack were off */
}

/* The handler resumed after it, in thread mode. */
static void expect_fault(struct fixture *f, uint32_t which, uint32_t shcsr, uint32_t ipsr, uint32_t cfsr, uint32_t hfsr)
{
	run(f, PART_FAULT, which, shcsr, 0);
	assert_int_equal(result(f, 0), ipsr);
	assert_int_equal(result(f, 1), cfsr);
	assert_int_equal(result(f, 2), hfsr);
	assert_int_equal(result(f, FAULT_RESULTS), 0x600D);
	assert_int_equal(result(f, FAULT_RESULTS + 1), 0);
	assert_int_equal(peek(f, MAILBOX(count)), FAULT_RESULTS + 2);
}

static void an_undefined_instruction_faults_at_itself(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_UNDEFINED, 0, HARD_FAULT, UNDEFINSTR, FORCED);
	assert_int_equal(result(f, 5), 0);
	expect_fault(f, FAULT_UNDEFINED, USGFAULTENA, USAGE_FAULT, UNDEFINSTR, 0);
	assert_int_equal(result(f, 5), 0);
}

static void an_unmapped_access_faults_with_its_address(void **state)
{
	static const uint32_t which[] = {FAULT_READ, FAULT_WRITE, FAULT_LDRD_NOWHERE}, offset[] = {8, 9, 0};
	struct fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		expect_fault(f, which[i], 0, HARD_FAULT, PRECISERR | BFARVALID, FORCED);
		assert_int_equal(result(f, 3), NOTHING_THERE + offset[i]);
		assert_int_equal(result(f, 5), 0);
		expect_fault(f, which[i], BUSFAULTENA, BUS_FAULT_NUMBER, PRECISERR | BFARVALID, 0);
	}
}

static void a_peripheral_that_refuses_faults_with_its_address(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_PERIPHERAL, 0, HARD_FAULT, PRECISERR | BFARVALID, FORCED);
	assert_int_equal(result(f, 3), 0x40023C0C);
	assert_int_equal(result(f, 5), 2);
}

static void bkpt_without_a_debugger_is_a_hard_fault(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_BKPT, 0, HARD_FAULT, 0, DEBUGEVT);
	assert_int_equal(result(f, 5), 0);
}

static void a_jump_to_nowhere_faults_there(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_JUMP_NOWHERE, 0, HARD_FAULT, IBUSERR, FORCED);
	assert_int_equal(result(f, 4), NOTHING_THERE);
}

static void peripherals_are_never_executed(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_JUMP_TO_PERIPHERAL, 0, HARD_FAULT, IACCVIOL, FORCED);
	assert_int_equal(result(f, 4), 0x40020000);
}

static void arm_state_does_not_exist(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_NO_THUMB, 0, HARD_FAULT, INVSTATE, FORCED);
}

static void floating_point_faults_on_this_core(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_FPU, 0, HARD_FAULT, NOCP, FORCED);
	assert_int_equal(result(f, 5), 0);
}

static void svc_while_masked_is_a_hard_fault(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_SVC_MASKED, 0, HARD_FAULT, 0, FORCED);
}

static void a_fault_inside_an_it_block_is_at_its_instruction(void **state)
{
	struct fixture *f = *state;

	expect_fault(f, FAULT_IN_IT_BLOCK, 0, HARD_FAULT, PRECISERR | BFARVALID, FORCED);
	assert_int_equal(result(f, 5), 6);
}

static void a_fault_inside_the_hard_fault_handler_locks_up(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	set_arguments(f, PART_DOUBLE_FAULT, FAULT_UNDEFINED, 0, 0, 0);
	core_run(&f->board.core, 10000);
	assert_true(f->board.core.lockup);
	assert_int_equal(peek(f, DHCSR) & (S_LOCKUP | S_HALT), S_LOCKUP);
	assert_int_equal(core_reg_read(&f->board.core, REG_PC), 0xFFFFFFFE);
	core_run(&f->board.core, 10000); /* and stays so */
	assert_true(f->board.core.lockup);
	board_reset(&f->board); /* until a reset */
	assert_false(f->board.core.lockup);
	set_arguments(f, PART_SVC, 0, 0, 0, 0);
	run_part(f, 1000, 10000);
}

static void a_fault_without_a_stack_locks_up(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	set_arguments(f, PART_BAD_STACK, 0, 0, 0, 0);
	core_run(&f->board.core, 10000);
	assert_true(f->board.core.lockup);
}

static void interrupts_anywhere_leave_the_program_alone(void **state)
{
	struct fixture *f = *state;

	for (uint32_t reload = 30; reload < 75; reload++) {
		uint32_t a = 0x9E3779B9 * reload, b = 0x85EBCA6B * (reload + 1) >> (reload & 15);
		uint64_t sum = 0;

		run(f, PART_INTERRUPTED, a, b, reload);
		for (unsigned part = 0; part < COMPUTE_PARTS; part++) {
			uint64_t expected = compute(part, a, b),
				 found = (uint64_t)result(f, 2 * part) << 32 | result(f, 2 * part + 1);

			if (found != expected)
				fail_msg("reload %u, part %u: 0x%016llX, not 0x%016llX", (unsigned)reload, part,
					 (unsigned long long)found, (unsigned long long)expected);
			sum = sum * 31 + expected;
		}
		assert_int_equal(result(f, 2 * COMPUTE_PARTS), sum >> 32);
		assert_int_equal(result(f, 2 * COMPUTE_PARTS + 1), (uint32_t)sum);
		assert_in_range(result(f, 2 * COMPUTE_PARTS + 2), 20, 10000);
	}
}

static void sysresetreq_from_the_cpu_starts_anew_and_keeps_ram(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	set_arguments(f, PART_SYSRESETREQ, 0, 0, 0, 0);
	run_part(f, 1000, 100000);
	EXPECT(f, 0, 1234, 1, 1234, 2, 1234, 3, 0);
}

static void the_cycle_counter_counts_instructions_while_enabled(void **state)
{
	struct fixture *f = *state;

	run(f, PART_CYCLES, 0, 0, 0);
	EXPECT(f, 4, 9, 0);
}

static void sleep_on_exit_runs_handlers_only(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	set_arguments(f, PART_SLEEP_ON_EXIT, 0, 0, 0, 0);
	core_run(&f->board.core, 100000);
	assert_int_equal(peek(f, MAILBOX(count)), 0);
	assert_true(f->board.core.sleeping);
}

static void software_cannot_halt_a_core_without_a_debugger(void **state)
{
	struct fixture *f = *state;

	run(f, PART_SELF_HALT, 0, 0, 0);
	EXPECT(f, 0, 1);
	assert_int_equal(peek(f, DHCSR) & C_DEBUGEN, 0);
}

static void software_can_halt_a_core_with_a_debugger(void **state)
{
	struct fixture *f = *state;

	load_program(f, "exceptions");
	set_arguments(f, PART_SELF_HALT, 0, 0, 0, 0);
	poke(f, DHCSR, DHCSR_WRITE | C_DEBUGEN);
	core_run(&f->board.core, 10000);
	EXPECT(f, 1);
	assert_true(f->board.core.halted);
}

static void the_vector_table_moves_with_vtor(void **state)
{
	struct fixture *f = *state;

	run(f, PART_VTOR, 0, 0, 0);
	EXPECT(f, TRACE_ISR + 50, TRACE_ISR + PENDSV);
}

static void traps_that_the_model_lacks_are_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	poke(f, 0xE000ED14, 0x200 | 1 << 3); /* CCR.UNALIGN_TRP */
	assert_int_equal(f->board.stats.unmodelled, 1);
	poke(f, 0xE000ED14, 0x200 | 1 << 4); /* CCR.DIV_0_TRP */
	assert_int_equal(f->board.stats.unmodelled, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(svc_enters_and_returns_with_the_changed_frame),
		BOARD_TEST(pendsv_comes_at_the_next_barrier),
		BOARD_TEST(systick_comes_every_reload_plus_1_ticks),
		BOARD_TEST(countflag_is_set_by_counting_to_0_and_cleared_by_reading),
		BOARD_TEST(wfi_sleeps_until_the_tick_also_when_masked),
		BOARD_TEST(a_sleeping_core_says_so_and_is_woken_by_halt),
		BOARD_TEST(the_more_urgent_pre_empts_the_equal_waits),
		BOARD_TEST(primask_holds_everything_back_and_lets_go_at_once),
		BOARD_TEST(basepri_holds_back_what_is_not_more_urgent),
		BOARD_TEST(faultmask_holds_interrupts_back),
		BOARD_TEST(the_process_stack_is_used_and_returned_to),
		BOARD_TEST(unprivileged_threads_get_back_by_svc_only),
		BOARD_TEST(frames_are_aligned_and_the_stack_restored),
		BOARD_TEST(an_undefined_instruction_faults_at_itself),
		BOARD_TEST(an_unmapped_access_faults_with_its_address),
		BOARD_TEST(a_peripheral_that_refuses_faults_with_its_address),
		BOARD_TEST(bkpt_without_a_debugger_is_a_hard_fault),
		BOARD_TEST(a_jump_to_nowhere_faults_there),
		BOARD_TEST(peripherals_are_never_executed),
		BOARD_TEST(arm_state_does_not_exist),
		BOARD_TEST(floating_point_faults_on_this_core),
		BOARD_TEST(svc_while_masked_is_a_hard_fault),
		BOARD_TEST(a_fault_inside_an_it_block_is_at_its_instruction),
		BOARD_TEST(a_fault_inside_the_hard_fault_handler_locks_up),
		BOARD_TEST(a_fault_without_a_stack_locks_up),
		BOARD_TEST(interrupts_anywhere_leave_the_program_alone),
		BOARD_TEST(sysresetreq_from_the_cpu_starts_anew_and_keeps_ram),
		BOARD_TEST(the_cycle_counter_counts_instructions_while_enabled),
		BOARD_TEST(sleep_on_exit_runs_handlers_only),
		BOARD_TEST(software_cannot_halt_a_core_without_a_debugger),
		BOARD_TEST(software_can_halt_a_core_with_a_debugger),
		BOARD_TEST(the_vector_table_moves_with_vtor),
		BOARD_TEST(traps_that_the_model_lacks_are_reported),
	};

	return cmocka_run_group_tests_name("exceptions", tests, NULL, NULL);
}
