/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The core computes as a Cortex-M3 does: programs of arm-none-eabi-gcc against the host, in slices of every length;
 * resets; code that changes under it.
 */
#include "board_fixture.h"
#include "target_run.h"

#include "target/compute.h"

#include <string.h>

/* Programs of a few instructions, put into RAM as half-words. */
static void put_code(struct fixture *f, uint32_t address, const uint16_t *code, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(bus_write(&f->board.bus, address + 2 * i, 2, code[i]), 0);
}

static void check_compute(struct fixture *f, uint32_t a, uint32_t b, uint32_t slice)
{
	uint64_t sum = 0;

	set_arguments(f, 0, a, b, 0, 0);
	run_part(f, slice, 100000);
	for (unsigned part = 0; part < COMPUTE_PARTS; part++) {
		uint64_t expected = compute(part, a, b);
		uint64_t found = (uint64_t)result(f, 2 * part) << 32 | result(f, 2 * part + 1);

		if (found != expected)
			fail_msg("part %u of 0x%08X, 0x%08X in slices of %u: 0x%016llX, not 0x%016llX", part,
				 (unsigned)a, (unsigned)b, (unsigned)slice, (unsigned long long)found,
				 (unsigned long long)expected);
		sum = sum * 31 + expected;
	}
	assert_int_equal(result(f, 2 * COMPUTE_PARTS), sum >> 32);
	assert_int_equal(result(f, 2 * COMPUTE_PARTS + 1), (uint32_t)sum);
}

static void it_computes_what_the_host_computes(void **state)
{
	static const uint32_t edges[] = {0, 1, 2, 31, 32, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, 0xFFFFFFFF};
	const unsigned count = sizeof edges / sizeof *edges;
	struct fixture *f = *state;
	uint32_t a = 0x12345678, b = 0x9ABCDEF0;

	load_program(f, "compute");
	for (unsigned i = 0; i < count * count; i++)
		check_compute(f, edges[i / count], edges[i % count], 1000);
	for (unsigned i = 0; i < 300; i++) {
		a = a * 1664525 + 1013904223;
		b = b * 22695477 + a;
		check_compute(f, a, i & 1 ? b >> (i & 31) : b, 1000);
	}
}

static void results_do_not_depend_on_where_a_slice_ends(void **state)
{
	struct fixture *f = *state;

	load_program(f, "compute");
	for (uint32_t slice = 1; slice < 40; slice++)
		check_compute(f, 0xDEADBEEF * slice, 0x1234567 * slice + 3, slice);
}

static void single_steps_compute_the_same(void **state)
{
	struct fixture *f = *state;

	load_program(f, "compute");
	set_arguments(f, 0, 0xCAFEF00D, 12345, 0, 0);
	halt(f);
	for (unsigned i = 0; peek(f, MAILBOX(done)) != MAILBOX_DONE; i++) {
		assert_true(i < 20000);
		step(f);
	}
	assert_int_equal(result(f, 0), 0);
	for (unsigned part = 0; part < COMPUTE_PARTS; part++)
		assert_int_equal((uint64_t)result(f, 2 * part) << 32 | result(f, 2 * part + 1),
				 compute(part, 0xCAFEF00D, 12345));
}

static void instructions_are_counted_one_by_one(void **state)
{
	struct fixture *f = *state;
	uint64_t whole, before;

	load_program(f, "compute");
	before = f->board.stats.instructions;
	core_run(&f->board.core, 500);
	whole = f->board.stats.instructions - before;
	assert_in_range(whole, 500, 504); /* an IT block is finished */
	before = f->board.stats.instructions;
	board_reset(&f->board);
	halt(f);
	for (int i = 0; i < 20; i++)
		step(f);
	assert_in_range(f->board.stats.instructions - before, 20, 40);
}

static void reset_loads_stack_and_pc_from_the_vectors(void **state)
{
	struct fixture *f = *state;

	load_program(f, "compute");
	assert_int_equal(core_reg_read(&f->board.core, REG_SP), RAM_BASE + RAM_SIZE);
	assert_int_equal(core_reg_read(&f->board.core, REG_PC), peek(f, 4) & ~1u);
	assert_int_equal(core_reg_read(&f->board.core, REG_LR), 0xFFFFFFFF);
	assert_int_equal(core_reg_read(&f->board.core, REG_XPSR), 0x01000000);
	assert_int_equal(core_reg_read(&f->board.core, REG_SPECIAL), 0);
}

static void a_blank_device_locks_up(void **state)
{
	struct fixture *f = *state;

	core_run(&f->board.core, 1000); /* the vectors are 0: no stack, no Thumb bit */
	assert_true(f->board.core.lockup);
	assert_int_equal(peek(f, DHCSR) & S_LOCKUP, S_LOCKUP);
	halt(f);
	assert_int_equal(peek(f, DHCSR) & S_LOCKUP, 0);
}

static void code_that_rewrites_itself_in_ram_runs_as_rewritten(void **state)
{
	/* r0 += 1, or += 2 once rewritten:  strh r2, [r1]; isb; adds r0, #1; b . */
	static const uint16_t code[] = {0x800A, 0xF3BF, 0x8F6F, 0x3001, 0xE7FE};
	struct fixture *f = *state;

	put_code(f, RAM_BASE + 0x100, code, 5);
	/* First as it is, so that it is translated: the store rewrites the instruction with itself. */
	for (unsigned i = 1; i < 4; i++) {
		core_reg_write(&f->board.core, 0, 0);
		core_reg_write(&f->board.core, 1, RAM_BASE + 0x106);
		core_reg_write(&f->board.core, 2, 0x3000 + i);
		core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x100);
		f->board.core.not_thumb = f->board.core.lockup = false;
		core_run(&f->board.core, 10);
		assert_int_equal(core_reg_read(&f->board.core, 0), i);
	}
}

static void code_that_the_debug_port_writes_runs_as_written(void **state)
{
	static const uint16_t code[] = {0x2001, 0xE7FE}; /* movs r0, #1; b . */
	struct fixture *f = *state;

	for (unsigned i = 1; i < 5; i++) {
		put_code(f, RAM_BASE + 0x100, code, 2);
		if (i > 1) { /* through the AP, a half-word */
			dap_ap_write(&f->board.dap, 0x0, 0x23000001);
			dap_ap_write(&f->board.dap, 0x4, RAM_BASE + 0x100);
			dap_ap_write(&f->board.dap, 0xC, 0x2000 + i);
		}
		core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x100);
		core_run(&f->board.core, 10);
		assert_int_equal(core_reg_read(&f->board.core, 0), i);
	}
}

static void flash_that_the_debug_port_programs_runs_as_programmed_at_both_addresses(void **state)
{
	struct fixture *f = *state;
	static const uint32_t bases[] = {FLASH_BASE, 0};

	for (uint32_t i = 0; i < 3; i++) {
		const uint8_t code[4] = {(uint8_t)(1 + i), 0x20, 0xFE, 0xE7}; /* movs r0, #1 + i; b . */

		flash_apply(&f->board.flash, FLASH_ERASE, 0x400, 256, NULL, 0);
		flash_apply(&f->board.flash, FLASH_WORD, 0x400, 4, code, 0);
		for (unsigned j = 0; j < 2; j++) {
			core_reg_write(&f->board.core, REG_PC, bases[j] + 0x400);
			core_run(&f->board.core, 5);
			assert_int_equal(core_reg_read(&f->board.core, 0), 1 + i);
		}
	}
}

static void flash_that_the_cpu_programs_runs_as_programmed(void **state)
{
	/* str r2, [r1]; str r3, [r4] (erase, then program after it); movs r0, #0; bx r5 */
	static const uint16_t code[] = {0x600A, 0x6063, 0x2000, 0x4728};
	struct fixture *f = *state;

	for (uint32_t i = 1; i < 4; i++) {
		if (i == 1) {
			poke(f, 0x40023C0C, 0x89ABCDEF);
			poke(f, 0x40023C0C, 0x02030405);
			poke(f, 0x40023C10, 0x8C9DAEBF);
			poke(f, 0x40023C10, 0x13141516);
		}
		put_code(f, RAM_BASE + 0x100, code, 4);
		core_reg_write(&f->board.core, 1, FLASH_BASE + 0x400 * i);
		core_reg_write(&f->board.core, 2, 0xE7FE2000 + i); /* movs r0, #i; b . */
		core_reg_write(&f->board.core, 3, 7);
		core_reg_write(&f->board.core, 4, FLASH_BASE + 0x400 * i);
		core_reg_write(&f->board.core, 5, FLASH_BASE + 0x400 * i + 1);
		core_reg_write(&f->board.core, REG_PC, FLASH_BASE + 0x400 * i);
		core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x100);
		core_run(&f->board.core, 20);
		assert_int_equal(core_reg_read(&f->board.core, 0), i);
		assert_int_equal(peek(f, FLASH_BASE + 0x400 * i + 4), 7);
	}
	assert_int_equal(f->board.stats.flash_words, 6);
}

static void code_just_programmed_where_code_just_ran_is_the_new_code(void **state)
{
	/* blx r5 (an erased word, which does nothing, then bx lr); str r2, [r1] turns it into movs r0, #3; bx lr; blx r5; b . */
	static const uint16_t code[] = {0x47A8, 0x600A, 0x47A8, 0xE7FE};
	const uint8_t next[4] = {0x70, 0x47, 0x70, 0x47};
	struct fixture *f = *state;

	flash_apply(&f->board.flash, FLASH_WORD, 0x404, 4, next, 0);
	poke(f, 0x40023C0C, 0x89ABCDEF);
	poke(f, 0x40023C0C, 0x02030405);
	poke(f, 0x40023C10, 0x8C9DAEBF);
	poke(f, 0x40023C10, 0x13141516);
	put_code(f, RAM_BASE + 0x100, code, 4);
	core_reg_write(&f->board.core, 1, FLASH_BASE + 0x400);
	core_reg_write(&f->board.core, 2, 0x47702003);
	core_reg_write(&f->board.core, 5, FLASH_BASE + 0x401);
	core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x100);
	core_run(&f->board.core, 100);
	assert_int_equal(core_reg_read(&f->board.core, 0), 3);
}

static void the_cpu_cannot_write_locked_flash(void **state)
{
	static const uint16_t code[] = {0x600A, 0x680B, 0xE7FE}; /* str r2, [r1]; ldr r3, [r1]; b . */
	struct fixture *f = *state;

	put_code(f, RAM_BASE + 0x100, code, 3);
	core_reg_write(&f->board.core, 3, 0x55);
	core_reg_write(&f->board.core, 1, FLASH_BASE + 0x400);
	core_reg_write(&f->board.core, 2, 0xFFFFFFFF);
	core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x100);
	core_run(&f->board.core, 20);
	assert_int_equal(peek(f, FLASH_BASE + 0x400), 0);
	assert_int_equal(peek(f, 0x40023C18) & 0x100, 0x100);  /* FLASH_SR.WRPERR */
	assert_int_equal(core_reg_read(&f->board.core, 3), 0); /* and it goes on, and reads what is there */
	assert_int_equal(core_reg_read(&f->board.core, REG_PC), RAM_BASE + 0x104);
}

static void half_a_page_that_the_cpu_fills_appears_with_its_last_word(void **state)
{
	/* 1: ldr r4, [r1]; orrs r3, r4; stmia r2!, {r5, r6}; subs r0, #1; bne 1b; b . */
	static const uint16_t code[] = {0x680C, 0x4323, 0xC260, 0x3801, 0xD1FA, 0xE7FE};
	struct fixture *f = *state;

	poke(f, 0x40023C0C, 0x89ABCDEF);
	poke(f, 0x40023C0C, 0x02030405);
	poke(f, 0x40023C10, 0x8C9DAEBF);
	poke(f, 0x40023C10, 0x13141516);
	poke(f, 0x40023C04, 1 << 2 | 1 << 10 | 1 << 3);
	put_code(f, RAM_BASE + 0x100, code, 6);
	core_reg_write(&f->board.core, 0, 16);
	core_reg_write(&f->board.core, 1, FLASH_BASE + 0x400);
	core_reg_write(&f->board.core, 2, FLASH_BASE + 0x400);
	core_reg_write(&f->board.core, 3, 0);
	core_reg_write(&f->board.core, 5, 0x11111111);
	core_reg_write(&f->board.core, 6, 0x22222222);
	core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x100);
	core_run(&f->board.core, 200);
	assert_int_equal(core_reg_read(&f->board.core, 3), 0); /* nothing to be seen before the last */
	assert_int_equal(f->board.stats.flash_half_pages, 1);
	for (uint32_t i = 0; i < 32; i++)
		assert_int_equal(peek(f, FLASH_BASE + 0x400 + 4 * i), i & 1 ? 0x22222222 : 0x11111111);
}

static void sysresetreq_from_the_debugger_starts_anew_at_once(void **state)
{
	struct fixture *f = *state;

	load_program(f, "compute");
	core_run(&f->board.core, 300);
	poke(f, 0x40020014, 0xFFFF); /* GPIOA_ODR */
	peek(f, DHCSR);
	poke(f, 0xE000ED0C, 0x05FA0004);
	assert_int_equal(core_reg_read(&f->board.core, REG_PC), peek(f, 4) & ~1u);
	assert_int_equal(peek(f, 0x40020014), 0);
	assert_int_equal(peek(f, DHCSR) & S_RESET_ST, S_RESET_ST);
	assert_int_equal(peek(f, DHCSR) & S_RESET_ST, 0); /* reading clears it */
}

static void a_reset_needs_the_key(void **state)
{
	struct fixture *f = *state;

	poke(f, 0x40020014, 0xFFFF);
	poke(f, 0xE000ED0C, 0x00000004);
	assert_int_equal(peek(f, 0x40020014), 0xFFFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(it_computes_what_the_host_computes),
		BOARD_TEST(results_do_not_depend_on_where_a_slice_ends),
		BOARD_TEST(single_steps_compute_the_same),
		BOARD_TEST(instructions_are_counted_one_by_one),
		BOARD_TEST(reset_loads_stack_and_pc_from_the_vectors),
		BOARD_TEST(a_blank_device_locks_up),
		BOARD_TEST(code_that_rewrites_itself_in_ram_runs_as_rewritten),
		BOARD_TEST(code_that_the_debug_port_writes_runs_as_written),
		BOARD_TEST(flash_that_the_debug_port_programs_runs_as_programmed_at_both_addresses),
		BOARD_TEST(flash_that_the_cpu_programs_runs_as_programmed),
		BOARD_TEST(code_just_programmed_where_code_just_ran_is_the_new_code),
		BOARD_TEST(the_cpu_cannot_write_locked_flash),
		BOARD_TEST(half_a_page_that_the_cpu_fills_appears_with_its_last_word),
		BOARD_TEST(sysresetreq_from_the_debugger_starts_anew_at_once),
		BOARD_TEST(a_reset_needs_the_key),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
