/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The flash controller of the STM32L4 and its relatives, rule by rule, and the ECC that all such flash shares. References:
 * RM0351 sections 3.3 and 3.7, and the other families' manuals where they differ.
 */
#include "board_fixture.h"

#include "parts/chips.h"
#include "flash/stm32l4x.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGERR = 1 << 3, WRPERR = 1 << 4, PGAERR = 1 << 5, SIZERR = 1 << 6, PGSERR = 1 << 7, BSY = 1 << 16 };
enum {
	PG = 1 << 0,
	PER = 1 << 1,
	MER1 = 1 << 2,
	MER2 = 1 << 15,
	STRT = 1 << 16,
	OPTSTRT = 1 << 17,
	OBL_LAUNCH = 1 << 27,
	OPTLOCK = 1 << 30
};
#define LOCK       (1u << 31)
#define ECCD       (1u << 31)
#define KEY1       0x45670123
#define KEY2       0xCDEF89AB
#define SOME_PLACE (FLASH_BASE + 0x1000)

static const struct stm32l4x_variant *variant(struct fixture *f)
{
	return f->board.chip->flash_variant;
}

static uint32_t reg(struct fixture *f, uint8_t offset)
{
	return f->board.chip->flash_regs + offset;
}

static uint32_t granule(struct fixture *f)
{
	return f->board.chip->granule;
}

static uint32_t errors(struct fixture *f)
{
	return peek(f, reg(f, variant(f)->sr)) & 0x3FF;
}

static uint64_t changes(struct fixture *f)
{
	return f->board.stats.flash_ops;
}

static void unlock(struct fixture *f)
{
	poke(f, reg(f, variant(f)->keyr), KEY1);
	poke(f, reg(f, variant(f)->keyr), KEY2);
}

static void set_cr(struct fixture *f, uint32_t value)
{
	poke(f, reg(f, variant(f)->cr), value);
}

static void begin(struct fixture *f)
{
	unlock(f);
	set_cr(f, PG);
}

/* One granule whose words count up from `value`. */
static void program(struct fixture *f, uint32_t address, uint32_t value)
{
	for (uint32_t i = 0; i < granule(f) / 4; i++)
		poke(f, address + 4 * i, value + i);
}

static void program_ones(struct fixture *f, uint32_t address)
{
	for (uint32_t i = 0; i < granule(f) / 4; i++)
		poke(f, address + 4 * i, 0xFFFFFFFF);
}

static void erase(struct fixture *f, uint32_t page, uint32_t bank)
{
	set_cr(f, PER | page << 3 | bank | STRT);
}

static void expect_granule(struct fixture *f, uint32_t address, uint32_t value)
{
	for (uint32_t i = 0; i < granule(f) / 4; i++)
		assert_int_equal(peek(f, address + 4 * i), value + i);
}

static bool is_bad(struct fixture *f, uint32_t address)
{
	return ecc_is_bad(&f->board.flash, address - FLASH_BASE, 4);
}

static void it_is_locked_until_both_keys_have_come(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, reg(f, variant(f)->cr)), LOCK | OPTLOCK);
	poke(f, reg(f, variant(f)->keyr), KEY1);
	assert_int_equal(peek(f, reg(f, variant(f)->cr)), LOCK | OPTLOCK);
	set_cr(f, PG);
	assert_int_equal(peek(f, reg(f, variant(f)->cr)), LOCK | OPTLOCK);
	poke(f, reg(f, variant(f)->keyr), KEY2);
	assert_int_equal(peek(f, reg(f, variant(f)->cr)), OPTLOCK);
	set_cr(f, LOCK);
	assert_int_equal(peek(f, reg(f, variant(f)->cr)), LOCK | OPTLOCK);
}

static void a_wrong_key_is_a_bus_error_and_locks_until_reset(void **state)
{
	struct fixture *f = *state;
	uint32_t keyr = reg(f, variant(f)->keyr);

	assert_int_equal(bus_write(&f->board.bus, keyr, 4, KEY2), BUS_FAULT);
	assert_int_equal(bus_write(&f->board.bus, keyr, 4, KEY1), BUS_FAULT);
	assert_int_equal(bus_write(&f->board.bus, keyr, 4, KEY2), BUS_FAULT);
	board_reset(&f->board);
	unlock(f);
	assert_int_equal(bus_write(&f->board.bus, keyr, 4, KEY1), BUS_FAULT); /* nothing is locked */
	assert_int_equal(peek(f, reg(f, variant(f)->cr)) & LOCK, LOCK);
}

static void a_write_without_pg_is_pgserr_and_changes_nothing(void **state)
{
	struct fixture *f = *state;

	poke(f, SOME_PLACE, 0x12345678);
	assert_int_equal(errors(f), PGSERR);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFFFF);
	unlock(f);
	poke(f, reg(f, variant(f)->sr), PGSERR);
	assert_int_equal(errors(f), 0);
	poke(f, SOME_PLACE, 0x12345678);
	assert_int_equal(errors(f), PGSERR);
	assert_int_equal(changes(f), 0);
	assert_int_equal(f->board.stats.flash_errors, 2);
}

static void a_granule_is_programmed_with_its_last_word(void **state)
{
	struct fixture *f = *state;

	begin(f);
	for (uint32_t i = 0; i < granule(f) / 4; i++) {
		assert_int_equal(changes(f), 0);
		poke(f, SOME_PLACE + 4 * i, 0xCAFE0000 + i);
	}
	assert_int_equal(changes(f), 1);
	assert_int_equal(f->board.stats.flash_granules, 1);
	assert_int_equal(peek(f, reg(f, variant(f)->sr)) & BSY, BSY);
	expect_granule(f, SOME_PLACE, 0xCAFE0000);
	assert_int_equal(peek(f, SOME_PLACE - 4), 0xFFFFFFFF);
	assert_int_equal(peek(f, SOME_PLACE + granule(f)), 0xFFFFFFFF);
	assert_int_equal(errors(f), 0);
}

static void narrow_writes_are_sizerr(void **state)
{
	struct fixture *f = *state;

	begin(f);
	for (unsigned size = 1; size <= 2; size++) {
		assert_int_equal(bus_write(&f->board.bus, SOME_PLACE, size, 0), 0);
		assert_int_equal(errors(f), SIZERR);
		poke(f, reg(f, variant(f)->sr), SIZERR);
	}
	assert_int_equal(changes(f), 0);
}

static void words_out_of_order_are_pgaerr(void **state)
{
	struct fixture *f = *state;

	begin(f);
	poke(f, SOME_PLACE + 4, 0); /* not the first of its granule */
	assert_int_equal(errors(f), PGAERR);
	poke(f, reg(f, variant(f)->sr), PGAERR);
	poke(f, SOME_PLACE, 0);
	poke(f, SOME_PLACE + granule(f), 0); /* of another granule */
	assert_int_equal(errors(f), PGAERR);
	assert_int_equal(changes(f), 0);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFFFF);
}

static void an_error_that_was_not_cleared_refuses_what_follows(void **state)
{
	struct fixture *f = *state;

	begin(f);
	poke(f, SOME_PLACE + 4, 0);
	program(f, SOME_PLACE, 1);
	assert_int_equal(errors(f), PGAERR | PGSERR);
	erase(f, 0, 0);
	assert_int_equal(changes(f), 0);
	poke(f, reg(f, variant(f)->sr), PGAERR | PGSERR);
	set_cr(f, PG);
	program(f, SOME_PLACE, 1);
	assert_int_equal(errors(f), 0);
	expect_granule(f, SOME_PLACE, 1);
}

static void programming_twice_is_progerr_and_changes_nothing(void **state)
{
	struct fixture *f = *state;

	begin(f);
	program(f, SOME_PLACE, 0x1000);
	program(f, SOME_PLACE, 0x2000);
	assert_int_equal(errors(f), PROGERR);
	expect_granule(f, SOME_PLACE, 0x1000);
	assert_int_equal(changes(f), 1);
	assert_int_equal(f->board.stats.flash_overwrites, 0);
	assert_false(is_bad(f, SOME_PLACE));
}

static void program_zeros(struct fixture *f, uint32_t address)
{
	for (uint32_t i = 0; i < granule(f) / 4; i++)
		poke(f, address + 4 * i, 0);
}

static void zeros_go_over_anything_but_zeros_and_are_counted(void **state)
{
	struct fixture *f = *state;

	begin(f);
	program(f, SOME_PLACE, 0x1000);
	program_zeros(f, SOME_PLACE);
	assert_int_equal(errors(f), 0);
	for (uint32_t i = 0; i < granule(f) / 4; i++)
		assert_int_equal(peek(f, SOME_PLACE + 4 * i), 0);
	assert_false(is_bad(f, SOME_PLACE));
	assert_int_equal(f->board.stats.flash_overwrites, 1);
	program_zeros(f, SOME_PLACE);
	assert_int_equal(errors(f), PROGERR);
	assert_int_equal(changes(f), 2);
	assert_false(is_bad(f, SOME_PLACE));
}

static void a_granule_of_ones_is_spent_though_it_reads_blank(void **state)
{
	struct fixture *f = *state;

	begin(f);
	program_ones(f, SOME_PLACE);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFFFF);
	assert_true(ecc_is_spent(&f->board.flash, SOME_PLACE - FLASH_BASE));
	program(f, SOME_PLACE, 0x1000);
	assert_int_equal(errors(f), PROGERR);
	assert_int_equal(changes(f), 1);
	assert_int_equal(f->board.stats.flash_overwrites, 0);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFFFF);
	assert_false(is_bad(f, SOME_PLACE));
	poke(f, reg(f, variant(f)->sr), PROGERR);
	program_ones(f, SOME_PLACE);
	assert_int_equal(errors(f), PROGERR);
	poke(f, reg(f, variant(f)->sr), PROGERR);
	program_zeros(f, SOME_PLACE);
	assert_int_equal(errors(f), variant(f)->ones_stay ? PROGERR : 0);
	assert_int_equal(peek(f, SOME_PLACE), variant(f)->ones_stay ? 0xFFFFFFFF : 0);
}

static void spoil(struct fixture *f, uint32_t address);

static void erase_takes_the_page_and_makes_its_granules_sound(void **state)
{
	struct fixture *f = *state;
	uint32_t page = f->board.chip->page_size, first = 3 * page;

	begin(f);
	program(f, FLASH_BASE + first - granule(f), 0x10);
	program_ones(f, FLASH_BASE + first);
	spoil(f, FLASH_BASE + first + granule(f));
	program(f, FLASH_BASE + first + page, 0x30);
	erase(f, 3, 0);
	assert_int_equal(errors(f), 0);
	assert_int_equal(f->board.stats.flash_pages_erased, 1);
	for (uint32_t i = 0; i < page; i += 4)
		assert_int_equal(peek(f, FLASH_BASE + first + i), 0xFFFFFFFF);
	assert_false(is_bad(f, FLASH_BASE + first + granule(f)));
	assert_false(ecc_is_spent(&f->board.flash, first));
	set_cr(f, PG);
	program(f, FLASH_BASE + first, 0x20);
	assert_int_equal(errors(f), 0);
	expect_granule(f, FLASH_BASE + first - granule(f), 0x10);
	expect_granule(f, FLASH_BASE + first + page, 0x30);
}

static void the_second_bank_has_page_numbers_of_its_own(void **state)
{
	struct fixture *f = *state;
	uint32_t bank = variant(f)->bank_bytes;

	begin(f);
	program(f, FLASH_BASE, 0x10);
	program(f, FLASH_BASE + bank, 0x20);
	erase(f, 0, variant(f)->bker);
	expect_granule(f, FLASH_BASE, 0x10);
	assert_int_equal(peek(f, FLASH_BASE + bank), 0xFFFFFFFF);
	set_cr(f, MER1 | STRT);
	assert_int_equal(peek(f, FLASH_BASE), 0xFFFFFFFF);
	set_cr(f, PG);
	program(f, FLASH_BASE, 0x10);
	program(f, FLASH_BASE + bank, 0x20);
	set_cr(f, MER2 | STRT);
	expect_granule(f, FLASH_BASE, 0x10);
	assert_int_equal(peek(f, FLASH_BASE + bank), 0xFFFFFFFF);
}

static void what_the_radio_core_owns_is_closed(void **state)
{
	struct fixture *f = *state;
	uint32_t secure = FLASH_BASE + variant(f)->secure_from, value;

	assert_int_equal((peek(f, reg(f, 0x80)) & 0xFF) * f->board.chip->page_size, variant(f)->secure_from);
	assert_int_equal(bus_read(&f->board.bus, secure, 4, &value), BUS_FAULT);
	assert_int_equal(bus_read(&f->board.bus, secure - 4, 4, &value), 0);
	begin(f);
	program(f, secure, 1);
	assert_int_equal(errors(f) & WRPERR, WRPERR);
	poke(f, reg(f, variant(f)->sr), 0x3FF);
	erase(f, variant(f)->secure_from / f->board.chip->page_size, 0);
	assert_int_equal(errors(f), WRPERR);
	poke(f, reg(f, variant(f)->sr), 0x3FF);
	/* The whole of it: ignored, with a bus error. */
	assert_int_equal(bus_write(&f->board.bus, reg(f, variant(f)->cr), 4, OPTLOCK | MER1 | STRT), BUS_FAULT);
	assert_int_equal(errors(f), 0);
	assert_int_equal(changes(f), 0);
}

/* ---- option bytes ---- */

static void unlock_options(struct fixture *f)
{
	unlock(f);
	poke(f, reg(f, variant(f)->optkeyr), 0x08192A3B);
	poke(f, reg(f, variant(f)->optkeyr), 0x4C5D6E7F);
	assert_int_equal(peek(f, reg(f, variant(f)->cr)), 0);
}

static void option_bytes_need_their_own_keys(void **state)
{
	struct fixture *f = *state;
	uint32_t wrp = reg(f, variant(f)->wrp[0]), shipped = peek(f, wrp);

	assert_int_equal(bus_write(&f->board.bus, reg(f, variant(f)->optkeyr), 4, 0x08192A3B),
			 BUS_FAULT); /* LOCK first */
	board_reset(&f->board);
	unlock(f);
	poke(f, wrp, 0);
	assert_int_equal(peek(f, wrp), shipped);
	set_cr(f, OPTSTRT);
	set_cr(f, OBL_LAUNCH);
	assert_int_equal(peek(f, reg(f, variant(f)->cr)), OPTLOCK); /* there was no reset */
	assert_int_equal(bus_write(&f->board.bus, reg(f, variant(f)->optkeyr), 4, 0x12345678), BUS_FAULT);
	assert_int_equal(bus_write(&f->board.bus, reg(f, variant(f)->optkeyr), 4, 0x08192A3B),
			 BUS_FAULT); /* until reset */
}

/* Pages 3 and 4 of the bank whose register is WRP[I]: neither programmed nor erased, nor is the bank; its neighbours are. */
static void expect_protected(struct fixture *f, unsigned i)
{
	uint32_t bank = i < 2 ? 0 : variant(f)->bank_bytes, page = f->board.chip->page_size,
		 select = i < 2 ? 0 : variant(f)->bker;
	const uint32_t mass = i < 2 ? MER1 : MER2;

	begin(f);
	program(f, FLASH_BASE + bank + 5 * page - granule(f), 1);
	assert_int_equal(errors(f), WRPERR);
	poke(f, reg(f, variant(f)->sr), 0x3FF);
	erase(f, 3, select);
	assert_int_equal(errors(f), WRPERR);
	poke(f, reg(f, variant(f)->sr), 0x3FF);
	if (!variant(f)->secure_from) {
		set_cr(f, mass | STRT);
		assert_int_equal(errors(f), WRPERR);
		poke(f, reg(f, variant(f)->sr), 0x3FF);
	}
	assert_int_equal(changes(f), 0);
	erase(f, 2, select);
	erase(f, 5, select);
	assert_int_equal(errors(f), 0);
	assert_int_equal(changes(f), 2);
}

/* RM0351 section 3.4.2: programmed by OPTSTRT, in force when OBL_LAUNCH or power-on loads them, and by no other reset. */
static void protected_pages_are_wrperr_once_loaded(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 4 && variant(f)->wrp[i]; i++) {
		uint32_t wrp = reg(f, variant(f)->wrp[i]), shipped = peek(f, wrp);

		unlock_options(f);
		poke(f, wrp, 4 << 16 | 3);
		set_cr(f, OPTSTRT);
		board_reset(&f->board);
		assert_int_equal(peek(f, wrp), 4 << 16 | 3); /* though it is not in force */
		unlock_options(f);
		erase(f, 3, i < 2 ? 0 : variant(f)->bker);
		assert_int_equal(errors(f), 0);
		f->board.stats.flash_ops = 0;
		set_cr(f, OBL_LAUNCH);
		assert_int_equal(peek(f, reg(f, variant(f)->cr)), LOCK | OPTLOCK);
		expect_protected(f, i);
		power_cycle(f);
		expect_protected(f, i);
		board_reset(&f->board);
		unlock_options(f);
		poke(f, wrp, shipped);
		set_cr(f, OPTSTRT);
		set_cr(f, OBL_LAUNCH);
	}
}

static void what_was_not_programmed_is_lost(void **state)
{
	struct fixture *f = *state;
	uint32_t wrp = reg(f, variant(f)->wrp[0]), shipped = peek(f, wrp);

	unlock_options(f);
	poke(f, wrp, 4 << 16 | 3);
	set_cr(f, OBL_LAUNCH);
	assert_int_equal(peek(f, wrp), shipped);
}

/* RM0351 section 3.5.1. */
static void read_protection_shuts_the_flash_until_it_is_erased(void **state)
{
	struct fixture *f = *state;
	uint32_t optr = reg(f, variant(f)->optr), shipped = peek(f, optr), value;

	bytes_store(f->board.flash.data, 4, 0x12345678);
	unlock_options(f);
	poke(f, optr, (shipped & ~0xFFu) | 0xCC);
	set_cr(f, OPTSTRT);
	assert_int_equal(peek(f, optr), shipped); /* level 2 is refused */
	poke(f, optr, (shipped & ~0xFFu) | 0xBB);
	set_cr(f, OPTSTRT);
	assert_int_equal(peek(f, FLASH_BASE), 0x12345678); /* not yet */
	set_cr(f, OBL_LAUNCH);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peek(f, optr) & 0xFF, 0xBB);
		assert_int_equal(bus_read(&f->board.bus, FLASH_BASE, 4, &value), BUS_FAULT);
		assert_int_equal(bus_write(&f->board.bus, FLASH_BASE, 4, 0), BUS_FAULT);
		unlock(f);
		erase(f, 0, 0);
		assert_int_equal(errors(f), WRPERR);
		assert_int_equal(changes(f), 0);
		power_cycle(f);
	}
	assert_int_equal(bytes_load(f->board.flash.data, 4), 0x12345678);
	unlock_options(f);
	poke(f, optr, shipped);
	set_cr(f, OPTSTRT);
	assert_int_equal(bytes_load(f->board.flash.data, 4), 0xFFFFFFFF);
	set_cr(f, OBL_LAUNCH);
	assert_int_equal(peek(f, FLASH_BASE), 0xFFFFFFFF);
}

/* A program that runs in RAM reads the flash: it is shut to the CPU as well. */
static void read_protection_faults_the_cpu(void **state)
{
	struct fixture *f = *state;
	uint32_t optr = reg(f, variant(f)->optr);

	unlock_options(f);
	poke(f, optr, peek(f, optr) & ~0xFFu);
	set_cr(f, OPTSTRT);
	set_cr(f, OBL_LAUNCH);
	poke(f, RAM_BASE, 0xE7FE6808); /* ldr r0, [r1]; b . */
	f->board.core.lockup = false;
	core_reg_write(&f->board.core, REG_XPSR, 1u << 24);
	core_reg_write(&f->board.core, REG_SP, RAM_BASE + 0x1000);
	core_reg_write(&f->board.core, 1, SOME_PLACE);
	core_reg_write(&f->board.core, REG_PC, RAM_BASE);
	core_run(&f->board.core, 10);
	assert_true(f->board.core.lockup); /* neither the load nor the vector of its fault can be read */
}

/* A granule that is torn: a program with an NMI handler that does nothing counts how it is told. */
static void spoil(struct fixture *f, uint32_t address)
{
	bytes_store(f->board.flash.data + (address - FLASH_BASE), 4, 0x12345678);
	ecc_set(&f->board.flash, address - FLASH_BASE, ECC_BAD);
	bus_mark_dirty(&f->board.bus, f->board.flash.data, f->board.chip->flash_size);
}

static void put_code(struct fixture *f, const uint16_t *code, unsigned count)
{
	uint8_t *flash = f->board.flash.data;
	uint32_t base = f->board.chip->boot;

	bytes_store(flash + 0, 4, RAM_BASE + 0x1000);
	bytes_store(flash + 4, 4, base + 0x100 + 1);
	bytes_store(flash + 8, 4, base + 0x200 + 1); /* NMI */
	bytes_store(flash + 12, 4, base + 0x300 + 1);
	for (unsigned i = 0; i < count; i++)
		bytes_store(flash + 0x100 + 2 * i, 2, code[i]);
	/* NMI: adds one to r4; writes ECCD to the register in r6 if r5 is not 0; returns. */
	bytes_store(flash + 0x200, 2, 0x3401); /* adds r4, #1 */
	bytes_store(flash + 0x202, 2, 0x2D00); /* cmp r5, #0 */
	bytes_store(flash + 0x204, 2, 0xD000); /* beq .+4 */
	bytes_store(flash + 0x206, 2, 0x6037); /* str r7, [r6] */
	bytes_store(flash + 0x208, 2, 0x4770); /* bx lr */
	bytes_store(flash + 0x300, 2, 0xE7FE); /* b . */
	bus_mark_dirty(&f->board.bus, flash, f->board.chip->flash_size);
	board_reset(&f->board);
}

/* ldr r0, [r1]; adds r2, #1; b .-2 */
static const uint16_t read_once[] = {0x6808, 0x3201, 0xE7FD};

static void run_read(struct fixture *f, bool handler_clears)
{
	put_code(f, read_once, 3);
	core_reg_write(&f->board.core, 1, SOME_PLACE);
	core_reg_write(&f->board.core, 5, handler_clears);
	core_reg_write(&f->board.core, 6, reg(f, variant(f)->eccr));
	core_reg_write(&f->board.core, 7, ECCD);
	core_run(&f->board.core, 200);
}

static void a_bad_read_of_the_cpu_is_an_nmi_and_the_program_goes_on(void **state)
{
	struct fixture *f = *state;

	spoil(f, SOME_PLACE);
	run_read(f, true);
	assert_int_equal(core_reg_read(&f->board.core, 4), 1);
	assert_int_equal(core_reg_read(&f->board.core, 0), 0x12345678); /* it means nothing, but the load has ended */
	assert_true(core_reg_read(&f->board.core, 2) > 10);
	assert_int_equal(peek(f, reg(f, variant(f)->eccr)), 0);
	assert_int_equal(f->board.stats.ecc_errors, 1);
}

static void a_handler_that_does_not_clear_eccd_is_called_for_ever(void **state)
{
	struct fixture *f = *state;

	spoil(f, SOME_PLACE);
	run_read(f, false);
	assert_true(core_reg_read(&f->board.core, 4) > 10);
	assert_true(core_reg_read(&f->board.core, 2) <= 1);
	assert_int_equal(peek(f, reg(f, variant(f)->eccr)) & ECCD, ECCD);
	board_reset(&f->board);
	assert_int_equal(peek(f, reg(f, variant(f)->eccr)), 0);
}

static void a_sound_read_is_no_nmi(void **state)
{
	struct fixture *f = *state;

	run_read(f, true);
	assert_int_equal(core_reg_read(&f->board.core, 4), 0);
	assert_int_equal(f->board.stats.ecc_errors, 0);
}

static void the_address_of_the_first_error_is_kept(void **state)
{
	struct fixture *f = *state;
	uint32_t offset = SOME_PLACE - FLASH_BASE;

	spoil(f, SOME_PLACE);
	run_read(f, false);
	assert_int_equal(peek(f, reg(f, variant(f)->eccr)) & variant(f)->ecc_address, offset / variant(f)->ecc_unit);
	/* A U5 tells the byte in 20 bits, the bank in the next. */
	if (!strncmp(f->board.chip->name, "stm32u5", 7))
		assert_int_equal(peek(f, reg(f, variant(f)->eccr)), ECCD | offset);
}

static void each_bank_of_a_g0_reports_in_a_register_of_its_own(void **state)
{
	struct fixture *f = *state;
	uint32_t eccr = reg(f, variant(f)->eccr), ecc2r = reg(f, variant(f)->ecc2r);
	uint32_t second = FLASH_BASE + variant(f)->bank_bytes + 0x1000;

	spoil(f, SOME_PLACE);
	spoil(f, second);
	peek(f, second);
	assert_int_equal(peek(f, eccr), 0);
	assert_int_equal(peek(f, ecc2r), ECCD | 0x1000 / variant(f)->ecc_unit);
	peek(f, SOME_PLACE);
	assert_int_equal(peek(f, eccr), ECCD | 0x1000 / variant(f)->ecc_unit);
	poke(f, eccr, ECCD);
	assert_int_equal(peek(f, eccr), 0);
	assert_true(f->board.core.nmi); /* the other one is not answered */
	poke(f, ecc2r, ECCD);
	assert_int_equal(peek(f, ecc2r), 0);
	assert_false(f->board.core.nmi);
}

static void the_debugger_reads_what_is_there_and_leaves_an_nmi(void **state)
{
	struct fixture *f = *state;

	spoil(f, SOME_PLACE);
	assert_int_equal(peek(f, SOME_PLACE), 0x12345678);
	assert_int_equal(f->board.stats.ecc_errors, 1);
	assert_int_equal(peek(f, 0xE000ED04) >> 31, 1);
	poke(f, reg(f, variant(f)->eccr), ECCD);
	assert_int_equal(peek(f, reg(f, variant(f)->eccr)), 0);
	assert_int_equal(peek(f, 0xE000ED04) >> 31, 1); /* pending all the same */
	board_reset(&f->board);
	assert_int_equal(peek(f, 0xE000ED04) >> 31, 0);
}

/* What the bytes do not tell survives the process. */
static void the_state_of_granules_is_kept_beside_the_flash(void **state)
{
	struct fixture *f = *state;
	char path[96], message[256];
	struct stat st;

	snprintf(path, sizeof path, "%s.ecc", f->flash_path);
	assert_int_not_equal(stat(path, &st), 0); /* none until it is needed */
	begin(f);
	program_ones(f, SOME_PLACE);
	spoil(f, SOME_PLACE + 0x100);
	assert_int_equal(stat(path, &st), 0);
	const struct chip *chip = f->board.chip;

	board_close(&f->board);
	assert_int_equal(board_open(&f->board, chip, f->flash_path, NULL, 1000, message, sizeof message), 0);
	assert_true(ecc_is_spent(&f->board.flash, SOME_PLACE - FLASH_BASE));
	assert_false(is_bad(f, SOME_PLACE));
	assert_true(is_bad(f, SOME_PLACE + 0x100));
	assert_int_equal(f->board.flash.ecc.bad, 1);
	begin(f);
	program(f, SOME_PLACE, 0x1000);
	assert_int_equal(errors(f), PROGERR);
}

static void the_signature_is_where_the_driver_looks(void **state)
{
	struct fixture *f = *state;
	const struct chip *chip = f->board.chip;

	assert_int_equal(peek_size(f, chip->flash_size_word, 2), chip->flash_size / 1024);
	assert_int_equal(peek(f, chip->dbgmcu), chip->dbgmcu_idcode);
	assert_int_equal(peek(f, reg(f, variant(f)->optr)) & 0xFF, 0xAA); /* read protection level 0 */
}

/* The .ecc file is this test's, not the fixture's. */
static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[96];

	snprintf(path, sizeof path, "%s.ecc", f->flash_path);
	unlink(path);
	return fixture_teardown(state);
}

#define ON(name, chip)                                                                    \
	{                                                                                 \
#name " on " chip, name, fixture_setup, teardown, (void *)(uintptr_t)chip \
	}
/* Each kind of core, of register layout and of granule. */
#define ON_EACH(name)                                                                                       \
	ON(name, "stm32l476rg"), ON(name, "stm32g071rb"), ON(name, "stm32wle5jc"), ON(name, "stm32l552ze"), \
		ON(name, "stm32u575zi")

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_EACH(it_is_locked_until_both_keys_have_come),
		ON_EACH(a_wrong_key_is_a_bus_error_and_locks_until_reset),
		ON_EACH(a_write_without_pg_is_pgserr_and_changes_nothing),
		ON_EACH(a_granule_is_programmed_with_its_last_word),
		ON_EACH(narrow_writes_are_sizerr),
		ON_EACH(words_out_of_order_are_pgaerr),
		ON_EACH(an_error_that_was_not_cleared_refuses_what_follows),
		ON_EACH(programming_twice_is_progerr_and_changes_nothing),
		ON_EACH(zeros_go_over_anything_but_zeros_and_are_counted),
		ON_EACH(a_granule_of_ones_is_spent_though_it_reads_blank),
		ON_EACH(erase_takes_the_page_and_makes_its_granules_sound),
		ON(the_second_bank_has_page_numbers_of_its_own, "stm32l476rg"),
		ON(the_second_bank_has_page_numbers_of_its_own, "stm32g0b1re"),
		ON(the_second_bank_has_page_numbers_of_its_own, "stm32g474re"),
		ON(each_bank_of_a_g0_reports_in_a_register_of_its_own, "stm32g0b1re"),
		ON(the_second_bank_has_page_numbers_of_its_own, "stm32l552ze"),
		ON(the_second_bank_has_page_numbers_of_its_own, "stm32u575zi"),
		ON(what_the_radio_core_owns_is_closed, "stm32wb55rg"),
		ON_EACH(option_bytes_need_their_own_keys),
		ON_EACH(protected_pages_are_wrperr_once_loaded),
		ON(protected_pages_are_wrperr_once_loaded, "stm32g0b1re"),
		ON(protected_pages_are_wrperr_once_loaded, "stm32g474re"),
		ON_EACH(what_was_not_programmed_is_lost),
		ON_EACH(read_protection_shuts_the_flash_until_it_is_erased),
		ON_EACH(read_protection_faults_the_cpu),
		ON_EACH(a_bad_read_of_the_cpu_is_an_nmi_and_the_program_goes_on),
		ON_EACH(a_handler_that_does_not_clear_eccd_is_called_for_ever),
		ON_EACH(a_sound_read_is_no_nmi),
		ON_EACH(the_address_of_the_first_error_is_kept),
		ON_EACH(the_debugger_reads_what_is_there_and_leaves_an_nmi),
		ON_EACH(the_state_of_granules_is_kept_beside_the_flash),
		ON_EACH(the_signature_is_where_the_driver_looks),
		ON(the_signature_is_where_the_driver_looks, "stm32g0b1re"),
		ON(the_signature_is_where_the_driver_looks, "stm32g474re"),
		ON(the_signature_is_where_the_driver_looks, "stm32wb55rg"),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
