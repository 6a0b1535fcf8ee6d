/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The flash controller of the STM32L1, and what the STM32L0 does otherwise, rule by rule. References: RM0038 sections 3.3 and 3.9;
 * RM0367 sections 3.3 and 3.7.
 */
#include "board_fixture.h"

#include "parts/chips.h"

#include <string.h>

enum {
	PECR = 0x40023C04,
	PEKEYR = 0x40023C0C,
	PRGKEYR = 0x40023C10,
	OPTKEYR = 0x40023C14,
	SR = 0x40023C18,
	OBR = 0x40023C1C,
	WRPR1 = 0x40023C20
};
enum { PELOCK = 1 << 0, PRGLOCK = 1 << 1, OPTLOCK = 1 << 2, PROG = 1 << 3, ERASE = 1 << 9, FPRG = 1 << 10 };
enum { BSY = 1 << 0, EOP = 1 << 1, READY = 1 << 3, WRPERR = 1 << 8, PGAERR = 1 << 9, SIZERR = 1 << 10 };

#define SOME_WORD  (FLASH_BASE + 0x1000)
#define OPTIONS    0x1FF80000
#define OBL_LAUNCH (1u << 18)

static int write_reg(struct fixture *f, uint32_t address, uint32_t value)
{
	return bus_write(&f->board.bus, address, 4, value);
}

static void unlock_pecr(struct fixture *f)
{
	poke(f, PEKEYR, 0x89ABCDEF);
	poke(f, PEKEYR, 0x02030405);
}

static void unlock(struct fixture *f)
{
	unlock_pecr(f);
	poke(f, PRGKEYR, 0x8C9DAEBF);
	poke(f, PRGKEYR, 0x13141516);
}

/* The error flags of SR, without the state of the operation. */
static uint32_t errors(struct fixture *f)
{
	return peek(f, SR) & 0xF00;
}

static uint64_t changes(struct fixture *f)
{
	return f->board.stats.flash_ops;
}

static void it_is_locked_after_reset(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, PECR), PELOCK | PRGLOCK | OPTLOCK);
	assert_int_equal(peek(f, SR) & (BSY | READY), READY);
}

static void a_write_to_locked_flash_is_wrperr_and_changes_nothing(void **state)
{
	struct fixture *f = *state;

	poke(f, SOME_WORD, 0x12345678);
	assert_int_equal(errors(f), WRPERR);
	assert_int_equal(peek(f, SOME_WORD), 0);
	unlock_pecr(f); /* PRGLOCK is still set */
	poke(f, SR, WRPERR);
	poke(f, SOME_WORD, 0x12345678);
	assert_int_equal(errors(f), WRPERR);
	assert_int_equal(peek(f, SOME_WORD), 0);
	assert_int_equal(changes(f), 0);
	assert_int_equal(f->board.stats.flash_errors, 2);
}

static void the_keys_open_one_lock_each(void **state)
{
	struct fixture *f = *state;

	unlock_pecr(f);
	assert_int_equal(peek(f, PECR), PRGLOCK | OPTLOCK);
	poke(f, PRGKEYR, 0x8C9DAEBF);
	assert_int_equal(peek(f, PECR), PRGLOCK | OPTLOCK);
	poke(f, PRGKEYR, 0x13141516);
	assert_int_equal(peek(f, PECR), OPTLOCK);
}

static void a_wrong_key_is_a_bus_error_and_locks_until_reset(void **state)
{
	static const uint32_t wrong[][2] = {
		{0x12345678, 0}, {0x02030405, 0}, {0x89ABCDEF, 0x89ABCDEF}, {0x89ABCDEF, 0}};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		int err = write_reg(f, PEKEYR, wrong[i][0]);

		if (!err)
			err = write_reg(f, PEKEYR, wrong[i][1]);
		assert_int_equal(err, BUS_FAULT);
		assert_int_equal(write_reg(f, PEKEYR, 0x89ABCDEF), BUS_FAULT); /* even the right one */
		write_reg(f, PEKEYR, 0x02030405);
		assert_int_equal(peek(f, PECR) & PELOCK, PELOCK);
		board_reset(&f->board);
		unlock(f);
		assert_int_equal(peek(f, PECR), OPTLOCK);
		board_reset(&f->board);
	}
}

static void a_wrong_program_key_locks_until_reset(void **state)
{
	struct fixture *f = *state;

	unlock_pecr(f);
	assert_int_equal(write_reg(f, PRGKEYR, 0), BUS_FAULT);
	write_reg(f, PRGKEYR, 0x8C9DAEBF);
	write_reg(f, PRGKEYR, 0x13141516);
	assert_int_equal(peek(f, PECR) & PRGLOCK, PRGLOCK);
	board_reset(&f->board);
	unlock(f);
	assert_int_equal(peek(f, PECR) & PRGLOCK, 0);
}

static void prgkeyr_needs_pekeyr_first(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_reg(f, PRGKEYR, 0x8C9DAEBF), BUS_FAULT);
	assert_int_equal(write_reg(f, PRGKEYR, 0x13141516), BUS_FAULT);
	assert_int_equal(peek(f, PECR), PELOCK | PRGLOCK | OPTLOCK);
}

static void pecr_cannot_be_written_while_locked(void **state)
{
	struct fixture *f = *state;

	poke(f, PECR, 0);
	assert_int_equal(peek(f, PECR), PELOCK | PRGLOCK | OPTLOCK);
	poke(f, PECR, ERASE | PROG);
	assert_int_equal(peek(f, PECR), PELOCK | PRGLOCK | OPTLOCK);
}

static void modes_need_prglock_open(void **state)
{
	struct fixture *f = *state;

	unlock_pecr(f);
	poke(f, PECR, PRGLOCK | OPTLOCK | ERASE | PROG);
	assert_int_equal(peek(f, PECR), PRGLOCK | OPTLOCK);
}

static void a_write_of_0_opens_no_lock(void **state)
{
	struct fixture *f = *state;

	unlock_pecr(f);
	poke(f, PECR, 0);
	assert_int_equal(peek(f, PECR), PRGLOCK | OPTLOCK);
}

static void locking_drops_the_modes(void **state)
{
	static const uint32_t lock[] = {PELOCK, PRGLOCK};
	struct fixture *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		unlock(f);
		poke(f, PECR, OPTLOCK | FPRG | PROG);
		assert_int_equal(peek(f, PECR), OPTLOCK | FPRG | PROG);
		poke(f, PECR, OPTLOCK | FPRG | PROG | lock[i]);
		assert_int_equal(peek(f, PECR) & (FPRG | PROG | ERASE), 0);
		assert_int_equal(peek(f, PECR) & PRGLOCK, PRGLOCK); /* PELOCK takes PRGLOCK with it */
		poke(f, SOME_WORD, 1);
		assert_int_equal(errors(f), WRPERR);
		poke(f, SR, WRPERR);
		board_reset(&f->board);
	}
}

static void a_word_is_programmed_by_writing_it(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	poke(f, SOME_WORD, 0xCAFEF00D);
	assert_int_equal(peek(f, SOME_WORD), 0xCAFEF00D);
	assert_int_equal(peek(f, SOME_WORD - 4), 0);
	assert_int_equal(peek(f, SOME_WORD + 4), 0);
	assert_int_equal(peek(f, SOME_WORD - FLASH_BASE), 0xCAFEF00D); /* at the alias as well */
	assert_int_equal(f->board.stats.flash_words, 1);
	assert_int_equal(changes(f), 1);
	assert_int_equal(peek(f, SR) & EOP, EOP);
	poke(f, SR, EOP);
	assert_int_equal(peek(f, SR) & EOP, 0);
}

static void the_alias_programs_too(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	poke(f, 0x2000, 0xCAFEF00D);
	assert_int_equal(peek(f, FLASH_BASE + 0x2000), 0xCAFEF00D);
}

static void narrow_writes_are_sizerr(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	for (unsigned size = 1; size <= 2; size++) {
		assert_int_equal(bus_write(&f->board.bus, SOME_WORD, size, 0xFF), 0);
		assert_int_equal(errors(f), SIZERR);
		poke(f, SR, SIZERR);
		assert_int_equal(errors(f), 0);
	}
	assert_int_equal(peek(f, SOME_WORD), 0);
	assert_int_equal(changes(f), 0);
	assert_int_equal(f->board.stats.flash_errors, 2);
}

static void programming_twice_spoils_the_word_and_is_counted(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	poke(f, SOME_WORD, 0x0000FF00);
	assert_int_equal(f->board.stats.flash_overwrites, 0);
	poke(f, SOME_WORD, 0x0000FF00); /* the same again changes nothing */
	assert_int_equal(f->board.stats.flash_overwrites, 0);
	poke(f, SOME_WORD, 0x000F0F0F);
	assert_int_not_equal(peek(f, SOME_WORD), 0x0000FF00); /* its code fits neither, nor both */
	assert_int_not_equal(peek(f, SOME_WORD), 0x000F0F0F);
	assert_int_not_equal(peek(f, SOME_WORD), 0x000FFF0F);
	assert_int_equal(f->board.stats.flash_overwrites, 1);
}

static void erase_takes_the_whole_page_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	static const uint32_t offsets[] = {0, 4, 128, 252};

	unlock(f);
	for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++) {
		memset(f->board.flash.data + 0x1000 - 256, 0xFF, 768);
		poke(f, PECR, OPTLOCK | ERASE | PROG);
		poke(f, SOME_WORD + offsets[i], 0);
		for (uint32_t byte = 0; byte < 768; byte++)
			assert_int_equal(f->board.flash.data[0x1000 - 256 + byte],
					 byte >= 256 && byte < 512 ? 0 : 0xFF);
	}
	assert_int_equal(f->board.stats.flash_pages_erased, 4);
	assert_int_equal(changes(f), 4);
}

static void erase_needs_both_locks_open(void **state)
{
	struct fixture *f = *state;

	memset(f->board.flash.data + 0x1000, 0xFF, 256);
	unlock_pecr(f);
	poke(f, PECR, PRGLOCK | OPTLOCK | ERASE | PROG);
	poke(f, SOME_WORD, 0);
	assert_int_equal(errors(f), WRPERR);
	assert_int_equal(peek(f, SOME_WORD), 0xFFFFFFFF);
	assert_int_equal(changes(f), 0);
}

static void erase_without_prog_is_refused(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	memset(f->board.flash.data + 0x1000, 0xFF, 256);
	unlock(f);
	poke(f, PECR, OPTLOCK | ERASE);
	poke(f, SOME_WORD, 0);
	assert_int_equal(peek(f, SOME_WORD), 0xFFFFFFFF);
	assert_int_equal(changes(f), 0);
}

static void begin_half_page(struct fixture *f)
{
	unlock(f);
	poke(f, PECR, OPTLOCK | FPRG | PROG);
}

static void a_half_page_is_programmed_with_its_last_word(void **state)
{
	struct fixture *f = *state;

	begin_half_page(f);
	for (uint32_t i = 0; i < 32; i++) {
		assert_int_equal(changes(f), 0);
		assert_int_equal(peek(f, SOME_WORD), 0);
		poke(f, SOME_WORD + 128 + 4 * i, 0x1000 + i);
	}
	assert_int_equal(changes(f), 1);
	assert_int_equal(f->board.stats.flash_half_pages, 1);
	for (uint32_t i = 0; i < 32; i++)
		assert_int_equal(peek(f, SOME_WORD + 128 + 4 * i), 0x1000 + i);
	assert_int_equal(peek(f, SOME_WORD + 124), 0);
	assert_int_equal(peek(f, SOME_WORD + 256), 0);
	assert_int_equal(peek(f, SR) & EOP, EOP);
	assert_int_equal(errors(f), 0);
}

static void half_pages_follow_each_other(void **state)
{
	struct fixture *f = *state;

	begin_half_page(f);
	for (uint32_t i = 0; i < 128; i++)
		poke(f, SOME_WORD + 4 * i, i + 1);
	assert_int_equal(f->board.stats.flash_half_pages, 4);
	for (uint32_t i = 0; i < 128; i++)
		assert_int_equal(peek(f, SOME_WORD + 4 * i), i + 1);
}

static void a_half_page_out_of_order_is_pgaerr(void **state)
{
	struct fixture *f = *state;

	for (uint32_t at = 1; at < 32; at++) {
		begin_half_page(f);
		for (uint32_t i = 0; i < at; i++)
			poke(f, SOME_WORD + 4 * i, 1);
		poke(f, SOME_WORD + 4 * (at + 1), 1);
		assert_int_equal(errors(f), PGAERR);
		poke(f, SR, PGAERR);
		assert_int_equal(errors(f), 0);
		board_reset(&f->board);
	}
	assert_int_equal(changes(f), 0);
}

static void a_half_page_off_its_boundary_is_pgaerr(void **state)
{
	struct fixture *f = *state;

	begin_half_page(f);
	for (uint32_t i = 1; i < 32; i++) {
		poke(f, SOME_WORD + 4 * i, 1);
		assert_int_equal(errors(f), PGAERR);
		poke(f, SR, PGAERR);
	}
	assert_int_equal(changes(f), 0);
}

static void a_half_page_starts_anew_after_an_error(void **state)
{
	struct fixture *f = *state;

	begin_half_page(f);
	poke(f, SOME_WORD, 1);
	poke(f, SOME_WORD + 8, 1);
	assert_int_equal(errors(f), PGAERR);
	poke(f, SR, PGAERR);
	for (uint32_t i = 0; i < 32; i++)
		poke(f, SOME_WORD + 4 * i, i);
	assert_int_equal(f->board.stats.flash_half_pages, 1);
	assert_int_equal(peek(f, SOME_WORD), 0);
	assert_int_equal(peek(f, SOME_WORD + 124), 31);
}

static void a_half_page_cut_short_leaves_flash_as_it_was(void **state)
{
	struct fixture *f = *state;

	begin_half_page(f);
	for (uint32_t i = 0; i < 31; i++)
		poke(f, SOME_WORD + 4 * i, 0xFF);
	board_reset(&f->board);
	for (uint32_t i = 0; i < 32; i++)
		assert_int_equal(peek(f, SOME_WORD + 4 * i), 0);
	assert_int_equal(changes(f), 0);
}

static void a_debugger_sees_bsy_once(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	f->board.core.halted = true;
	unlock(f);
	before = f->board.stats.time_ns;
	poke(f, SOME_WORD, 1);
	assert_int_equal(peek(f, SR) & (BSY | READY), BSY);
	assert_int_equal(peek(f, SR) & (BSY | READY), READY);
	assert_true(f->board.stats.time_ns - before >= 3280000); /* the time of one operation has passed */
}

static void an_operation_waits_for_the_one_before(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	f->board.core.halted = true;
	unlock(f);
	before = f->board.stats.time_ns;
	for (uint32_t i = 0; i < 10; i++)
		poke(f, SOME_WORD + 4 * i, 1);
	while (peek(f, SR) & BSY)
		;
	assert_int_equal(f->board.stats.time_ns - before, 10 * 3280000ull);
}

static void error_flags_clear_by_1_and_only_by_1(void **state)
{
	struct fixture *f = *state;

	poke(f, SOME_WORD, 1);
	unlock(f);
	assert_int_equal(bus_write(&f->board.bus, SOME_WORD, 1, 1), 0);
	assert_int_equal(errors(f), WRPERR | SIZERR);
	poke(f, SR, 0);
	assert_int_equal(errors(f), WRPERR | SIZERR);
	poke(f, SR, WRPERR);
	assert_int_equal(errors(f), SIZERR);
	poke(f, SR, SIZERR);
	assert_int_equal(errors(f), 0);
}

static void reset_locks_again_and_clears_the_flags(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	poke(f, PECR, OPTLOCK | FPRG | PROG);
	poke(f, SOME_WORD + 4, 1);
	board_reset(&f->board);
	assert_int_equal(peek(f, PECR), PELOCK | PRGLOCK | OPTLOCK);
	assert_int_equal(errors(f), 0);
}

static void no_sector_is_write_protected_and_read_protection_is_off(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, WRPR1), 0);
	assert_int_equal(peek(f, OBR) & 0xFF, 0xAA);
}

static void what_is_not_modelled_is_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	bus_write(&f->board.bus, 0x08080000, 4, 1); /* data EEPROM */
	assert_int_equal(f->board.stats.unmodelled, 1);
}

/* ---- option bytes, on both: only the registers' addresses differ ---- */

static uint32_t at(struct fixture *f, uint32_t l1_register)
{
	return f->board.chip->flash_regs + (l1_register & 0xFF);
}

static void unlock_options(struct fixture *f)
{
	poke(f, at(f, PEKEYR), 0x89ABCDEF);
	poke(f, at(f, PEKEYR), 0x02030405);
	poke(f, at(f, OPTKEYR), 0xFBEAD9C8);
	poke(f, at(f, OPTKEYR), 0x24252627);
	assert_int_equal(peek(f, at(f, PECR)) & OPTLOCK, 0);
}

static void option_bytes_need_their_own_keys(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(bus_write(&f->board.bus, at(f, OPTKEYR), 4, 0xFBEAD9C8), BUS_FAULT); /* PELOCK first */
	poke(f, at(f, PEKEYR), 0x89ABCDEF);
	poke(f, at(f, PEKEYR), 0x02030405);
	poke(f, OPTIONS, 0xFFFF0000);
	assert_int_equal(peek(f, at(f, SR)) & WRPERR, WRPERR);
	assert_int_equal(peek(f, OPTIONS), 0xFF5500AA);
	assert_int_equal(bus_write(&f->board.bus, at(f, OPTKEYR), 4, 0x12345678), BUS_FAULT);
	assert_int_equal(bus_write(&f->board.bus, at(f, OPTKEYR), 4, 0xFBEAD9C8), BUS_FAULT); /* until reset */
}

/* RM0038 section 3.8: a bit for 4 KiB, set where protected; in force when loaded; kept without power. */
static void protected_pages_are_wrperr(void **state)
{
	struct fixture *f = *state;

	unlock_options(f);
	poke(f, OPTIONS + 8, 0xFFFD0002);
	assert_int_equal(peek(f, at(f, WRPR1)), 0);
	board_reset(&f->board);
	assert_int_equal(peek(f, at(f, WRPR1)), 0); /* not by a reset */
	unlock_options(f);
	poke(f, at(f, PECR), OBL_LAUNCH);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peek(f, at(f, WRPR1)), 2);
		assert_int_equal(peek(f, at(f, PECR)), PELOCK | PRGLOCK | OPTLOCK);
		poke(f, at(f, PEKEYR), 0x89ABCDEF);
		poke(f, at(f, PEKEYR), 0x02030405);
		poke(f, at(f, PRGKEYR), 0x8C9DAEBF);
		poke(f, at(f, PRGKEYR), 0x13141516);
		poke(f, FLASH_BASE + 0x1FFC, 1);
		assert_int_equal(peek(f, at(f, SR)) & WRPERR, WRPERR);
		assert_int_equal(changes(f), 0);
		poke(f, FLASH_BASE + 0xFFC, i + 1);
		assert_int_equal(changes(f), 1);
		poke(f, at(f, PECR), ERASE | PROG);
		poke(f, FLASH_BASE + 0xFFC, 0);
		power_cycle(f);
	}
}

/* RM0038 section 3.8.4: level 1 shuts flash and data EEPROM; back to 0, both are erased. */
static void read_protection_shuts_the_flash_until_it_is_erased(void **state)
{
	struct fixture *f = *state;
	uint32_t eeprom = f->board.chip->eeprom_base, value;

	bytes_store(f->board.flash.data, 4, 0x12345678);
	unlock_options(f);
	poke(f, OPTIONS, 0xFFFF0000);
	assert_int_equal(peek(f, FLASH_BASE), 0x12345678); /* not yet */
	poke(f, at(f, PECR), OBL_LAUNCH);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peek(f, at(f, OBR)) & 0xFF, 0);
		assert_int_equal(bus_read(&f->board.bus, FLASH_BASE, 4, &value), BUS_FAULT);
		assert_int_equal(bus_write(&f->board.bus, FLASH_BASE, 4, 0), BUS_FAULT);
		assert_int_equal(bus_read(&f->board.bus, eeprom, 4, &value), BUS_FAULT);
		power_cycle(f);
	}
	bytes_store(f->board.flash.eeprom, 4, 42);
	unlock_options(f);
	assert_int_equal(bus_write(&f->board.bus, OPTIONS, 4, 0xFF3300CC), BUS_FAULT); /* level 2 is refused */
	poke(f, OPTIONS, 0xFF5500AA);
	poke(f, at(f, PECR), OBL_LAUNCH);
	assert_int_equal(peek(f, FLASH_BASE), 0);
	assert_int_equal(peek(f, eeprom), 0);
	assert_int_equal(peek(f, at(f, OBR)) & 0xFF, 0xAA);
}

/* ---- STM32L0 ---- */

enum {
	L0_PECR = 0x40022004,
	L0_PEKEYR = 0x4002200C,
	L0_PRGKEYR = 0x40022010,
	L0_SR = 0x40022018,
	L0_OBR = 0x4002201C,
	L0_WRPROT2 = 0x40022080
};
enum { NOTZEROERR = 1 << 16, NZDISABLE = 1 << 23 };

static void l0_unlock(struct fixture *f, uint32_t modes)
{
	poke(f, L0_PEKEYR, 0x89ABCDEF);
	poke(f, L0_PEKEYR, 0x02030405);
	poke(f, L0_PRGKEYR, 0x8C9DAEBF);
	poke(f, L0_PRGKEYR, 0x13141516);
	poke(f, L0_PECR, OPTLOCK | modes);
}

static void on_l0_a_word_that_is_not_0_is_told_and_spoilt(void **state)
{
	struct fixture *f = *state;

	l0_unlock(f, 0);
	poke(f, SOME_WORD, 0x0000FF00);
	assert_int_equal(peek(f, L0_SR) & NOTZEROERR, 0);
	poke(f, SOME_WORD, 0x000F0F0F);
	assert_int_equal(peek(f, L0_SR) & NOTZEROERR, NOTZEROERR);
	assert_int_not_equal(peek(f, SOME_WORD), 0x0000FF00); /* its code fits neither */
	assert_int_not_equal(peek(f, SOME_WORD), 0x000F0F0F);
	assert_int_not_equal(peek(f, SOME_WORD), 0x000FFF0F);
	assert_int_equal(f->board.stats.flash_overwrites, 1);
	poke(f, L0_SR, NOTZEROERR);
	assert_int_equal(peek(f, L0_SR) & NOTZEROERR, 0);
	poke(f, SOME_WORD + 4, 1); /* others are programmed as ever */
	assert_int_equal(peek(f, SOME_WORD + 4), 1);
	poke(f, L0_PECR, OPTLOCK | NZDISABLE);
	poke(f, SOME_WORD + 4, 2);
	assert_int_equal(peek(f, L0_SR) & NOTZEROERR, 0);
}

static void on_l0_half_pages_have_16_words(void **state)
{
	struct fixture *f = *state;

	l0_unlock(f, FPRG | PROG);
	for (uint32_t i = 0; i < 16; i++) {
		assert_int_equal(changes(f), 0);
		poke(f, SOME_WORD + 64 + 4 * i, i + 1);
	}
	assert_int_equal(f->board.stats.flash_half_pages, 1);
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(peek(f, SOME_WORD + 64 + 4 * i), i + 1);
	for (uint32_t i = 0; i < 16; i++) /* again: every word of it is spoilt */
		poke(f, SOME_WORD + 64 + 4 * i, 0x100);
	assert_int_equal(peek(f, L0_SR) & NOTZEROERR, NOTZEROERR);
	assert_int_equal(f->board.stats.flash_overwrites, 16);
}

static void on_l0_a_page_is_128_bytes(void **state)
{
	struct fixture *f = *state;

	memset(f->board.flash.data + 0x1000 - 128, 0xFF, 384);
	l0_unlock(f, ERASE | PROG);
	poke(f, SOME_WORD + 124, 0);
	for (uint32_t byte = 0; byte < 384; byte++)
		assert_int_equal(f->board.flash.data[0x1000 - 128 + byte], byte >= 128 && byte < 256 ? 0 : 0xFF);
}

static void on_l0_the_second_bank_follows_the_first(void **state)
{
	struct fixture *f = *state;

	l0_unlock(f, 0);
	poke(f, FLASH_BASE + 192 * 1024 - 4, 42);
	assert_int_equal(peek(f, FLASH_BASE + 192 * 1024 - 4), 42);
	assert_int_equal(peek(f, 0x1FF8007C) & 0xFFFF, 192);
	assert_int_equal(peek(f, L0_OBR) & 0xFF, 0xAA);
	assert_int_equal(peek(f, L0_WRPROT2), 0);
}

#define ON_BOTH(name) CHIP_TEST(name, "stm32l152rb"), CHIP_TEST(name, "stm32l073rz")

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(it_is_locked_after_reset),
		BOARD_TEST(a_write_to_locked_flash_is_wrperr_and_changes_nothing),
		BOARD_TEST(the_keys_open_one_lock_each),
		BOARD_TEST(a_wrong_key_is_a_bus_error_and_locks_until_reset),
		BOARD_TEST(a_wrong_program_key_locks_until_reset),
		BOARD_TEST(prgkeyr_needs_pekeyr_first),
		BOARD_TEST(pecr_cannot_be_written_while_locked),
		BOARD_TEST(modes_need_prglock_open),
		BOARD_TEST(a_write_of_0_opens_no_lock),
		BOARD_TEST(locking_drops_the_modes),
		BOARD_TEST(a_word_is_programmed_by_writing_it),
		BOARD_TEST(the_alias_programs_too),
		BOARD_TEST(narrow_writes_are_sizerr),
		BOARD_TEST(programming_twice_spoils_the_word_and_is_counted),
		BOARD_TEST(erase_takes_the_whole_page_and_nothing_else),
		BOARD_TEST(erase_needs_both_locks_open),
		BOARD_TEST(erase_without_prog_is_refused),
		BOARD_TEST(a_half_page_is_programmed_with_its_last_word),
		BOARD_TEST(half_pages_follow_each_other),
		BOARD_TEST(a_half_page_out_of_order_is_pgaerr),
		BOARD_TEST(a_half_page_off_its_boundary_is_pgaerr),
		BOARD_TEST(a_half_page_starts_anew_after_an_error),
		BOARD_TEST(a_half_page_cut_short_leaves_flash_as_it_was),
		BOARD_TEST(a_debugger_sees_bsy_once),
		BOARD_TEST(an_operation_waits_for_the_one_before),
		BOARD_TEST(error_flags_clear_by_1_and_only_by_1),
		BOARD_TEST(reset_locks_again_and_clears_the_flags),
		BOARD_TEST(no_sector_is_write_protected_and_read_protection_is_off),
		BOARD_TEST(what_is_not_modelled_is_reported),
		ON_BOTH(option_bytes_need_their_own_keys),
		ON_BOTH(protected_pages_are_wrperr),
		ON_BOTH(read_protection_shuts_the_flash_until_it_is_erased),
		CHIP_TEST(on_l0_a_word_that_is_not_0_is_told_and_spoilt, "stm32l073rz"),
		CHIP_TEST(on_l0_half_pages_have_16_words, "stm32l073rz"),
		CHIP_TEST(on_l0_a_page_is_128_bytes, "stm32l073rz"),
		CHIP_TEST(on_l0_the_second_bank_follows_the_first, "stm32l073rz"),
	};

	return cmocka_run_group_tests_name("flash_stm32lx", tests, NULL, NULL);
}
