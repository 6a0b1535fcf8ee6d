/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The flash controller of the STM32H743, rule by rule, and what a word that cannot be read does there. Reference: RM0433
 * sections 4.3 and 4.9; for probing such words, ARM DDI 0403 section B3.2.8.
 */
#include "board_fixture.h"

#include "parts/chips.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	BANK2 = 0x52002100,
	KEYR = 0x52002004,
	CR = 0x5200200C,
	SR = 0x52002010,
	CCR = 0x52002014,
	WPSN_CUR = 0x52002038,
	WPSN_PRG = 0x5200203C,
	ECC_FA = 0x52002060
};
enum { LOCK = 1 << 0, PG = 1 << 1, SER = 1 << 2, BER = 1 << 3, PSIZE = 3 << 4, FW = 1 << 6, START = 1 << 7 };
enum {
	OPTKEYR = 0x52002008,
	OPTCR = 0x52002018,
	OPTSR_CUR = 0x5200201C,
	OPTSR_PRG = 0x52002020,
	OPTLOCK = 1 << 0,
	OPTSTART = 1 << 1
};
enum {
	WRPERR = 1 << 17,
	BSY = 1 << 0,
	WBNE = 1 << 1,
	QW = 1 << 2,
	EOP = 1 << 16,
	PGSERR = 1 << 18,
	STRBERR = 1 << 19,
	INCERR = 1 << 21,
	DBECCERR = 1 << 26
};
enum { SCB_CCR = 0xE000ED14, SCB_CFSR = 0xE000ED28, SCB_HFSR = 0xE000ED2C, SCB_BFAR = 0xE000ED38, BFHFNMIGN = 1 << 8 };
#define ERRORS    0x07EE0000
#define SOME_WORD (FLASH_BASE + 0x40000)
#define SECTOR    0x20000u
#define IN_BANK2  (FLASH_BASE + 0x100000)

static void unlock(struct fixture *f, uint32_t bank)
{
	poke(f, KEYR + bank, 0x45670123);
	poke(f, KEYR + bank, 0xCDEF89AB);
}

static void begin(struct fixture *f)
{
	unlock(f, 0);
	poke(f, CR, PG | PSIZE);
}

static void program(struct fixture *f, uint32_t address, uint32_t value)
{
	for (uint32_t i = 0; i < 8; i++)
		poke(f, address + 4 * i, value + i);
}

static uint64_t changes(struct fixture *f)
{
	return f->board.stats.flash_ops;
}

static bool is_bad(struct fixture *f, uint32_t address)
{
	return ecc_is_bad(&f->board.flash, address - FLASH_BASE, 4);
}

static void each_bank_has_a_lock_of_its_own(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, CR), LOCK | PSIZE);
	assert_int_equal(peek(f, CR + 0x100), LOCK | PSIZE);
	unlock(f, 0);
	assert_int_equal(peek(f, CR), PSIZE);
	assert_int_equal(peek(f, CR + 0x100), LOCK | PSIZE);
	poke(f, CR, LOCK);
	assert_int_equal(peek(f, CR) & LOCK, LOCK);
	poke(f, CR, PG);
	assert_int_equal(peek(f, CR) & PG, 0);
}

static void a_wrong_key_locks_until_reset(void **state)
{
	struct fixture *f = *state;

	poke(f, KEYR, 0x12345678);
	unlock(f, 0);
	assert_int_equal(peek(f, CR) & LOCK, LOCK);
	board_reset(&f->board);
	unlock(f, 0);
	assert_int_equal(peek(f, CR) & LOCK, 0);
	poke(f, KEYR, 0x45670123); /* nothing is locked */
	assert_int_equal(peek(f, CR) & LOCK, LOCK);
}

static void a_flash_word_is_programmed_when_its_buffer_is_full(void **state)
{
	struct fixture *f = *state;

	begin(f);
	for (uint32_t i = 0; i < 8; i++) {
		assert_int_equal(changes(f), 0);
		poke(f, SOME_WORD + 4 * i, 0x1000 + i);
		assert_int_equal(peek(f, SR) & WBNE, i < 7 ? WBNE : 0);
	}
	assert_int_equal(changes(f), 1);
	assert_int_equal(peek(f, SR) & (BSY | QW | EOP), BSY | QW | EOP);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(peek(f, SOME_WORD + 4 * i), 0x1000 + i);
	assert_int_equal(peek(f, SOME_WORD - 4), 0xFFFFFFFF);
	assert_int_equal(peek(f, SOME_WORD + 32), 0xFFFFFFFF);
	assert_int_equal(peek(f, SR) & ERRORS, 0);
}

static void the_buffer_takes_any_order_and_size(void **state)
{
	struct fixture *f = *state;

	begin(f);
	for (uint32_t i = 7; i > 0; i--)
		poke(f, SOME_WORD + 4 * i, i);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(bus_write(&f->board.bus, SOME_WORD + i, 1, 0x10 + i), 0);
	assert_int_equal(changes(f), 1);
	assert_int_equal(peek(f, SOME_WORD), 0x13121110);
	assert_int_equal(peek(f, SOME_WORD + 28), 7);
}

static void fw_fills_up_with_ones(void **state)
{
	struct fixture *f = *state;

	begin(f);
	poke(f, SOME_WORD + 8, 0xCAFEF00D);
	poke(f, CR, PG | PSIZE | FW);
	assert_int_equal(changes(f), 1);
	assert_int_equal(peek(f, SOME_WORD), 0xFFFFFFFF);
	assert_int_equal(peek(f, SOME_WORD + 8), 0xCAFEF00D);
	assert_int_equal(peek(f, SR) & WBNE, 0);
	assert_int_equal(peek(f, CR) & FW, 0);
}

static void wrong_writes_are_refused_by_name(void **state)
{
	struct fixture *f = *state;

	poke(f, SOME_WORD, 1);
	assert_int_equal(peek(f, SR) & ERRORS, PGSERR);
	poke(f, CCR, PGSERR);
	assert_int_equal(peek(f, SR) & ERRORS, 0);
	begin(f);
	poke(f, SOME_WORD, 1);
	poke(f, SOME_WORD + 32, 1);
	assert_int_equal(peek(f, SR) & ERRORS, INCERR);
	poke(f, CCR, INCERR);
	poke(f, SOME_WORD, 1);
	poke(f, SOME_WORD, 1);
	assert_int_equal(peek(f, SR) & ERRORS, STRBERR);
	assert_int_equal(changes(f), 0);
	assert_int_equal(f->board.stats.flash_errors, 3);
}

static void programming_twice_is_not_refused_and_spoils_the_word(void **state)
{
	struct fixture *f = *state;
	uint32_t value;

	begin(f);
	program(f, SOME_WORD, 0x1000);
	program(f, SOME_WORD, 0x2000);
	assert_int_equal(peek(f, SR) & ERRORS, 0);
	assert_int_equal(f->board.stats.flash_overwrites, 1);
	assert_true(is_bad(f, SOME_WORD));
	assert_int_equal(bus_read(&f->board.bus, SOME_WORD, 4, &value), BUS_FAULT);
	for (uint32_t i = 0; i < 8; i++) /* ones, and ones again */
		poke(f, SOME_WORD + 32 + 4 * i, 0xFFFFFFFF);
	assert_false(is_bad(f, SOME_WORD + 32));
	program(f, SOME_WORD + 32, 0x3000);
	assert_true(is_bad(f, SOME_WORD + 32));
}

static void erase_takes_a_sector_or_a_bank(void **state)
{
	struct fixture *f = *state;

	begin(f);
	program(f, SOME_WORD, 1);
	program(f, SOME_WORD, 2);
	program(f, SOME_WORD - 32, 3);
	program(f, SOME_WORD + SECTOR, 4);
	poke(f, CR, SER | PSIZE | 2 << 8);
	assert_int_equal(changes(f), 4);
	poke(f, CR, SER | PSIZE | 2 << 8 | START);
	assert_int_equal(f->board.stats.flash_pages_erased, 1);
	for (uint32_t i = 0; i < SECTOR; i += 4)
		assert_int_equal(peek(f, SOME_WORD + i), 0xFFFFFFFF);
	assert_int_equal(peek(f, SOME_WORD - 32), 3);
	assert_int_equal(peek(f, SOME_WORD + SECTOR), 4);
	unlock(f, 0x100);
	poke(f, CR + 0x100, PG | PSIZE);
	program(f, IN_BANK2, 5);
	poke(f, CR, BER | START);
	assert_int_equal(peek(f, SOME_WORD - 32), 0xFFFFFFFF);
	assert_int_equal(peek(f, IN_BANK2), 5);
	poke(f, CR + 0x100, SER | START);
	assert_int_equal(peek(f, IN_BANK2), 0xFFFFFFFF);
}

static void an_unreadable_word_is_a_bus_error_and_sets_dbeccerr(void **state)
{
	struct fixture *f = *state;
	uint32_t value;

	ecc_set(&f->board.flash, SOME_WORD - FLASH_BASE, ECC_BAD);
	ecc_set(&f->board.flash, IN_BANK2 - FLASH_BASE, ECC_BAD);
	assert_int_equal(bus_read(&f->board.bus, SOME_WORD + 28, 4, &value), BUS_FAULT);
	assert_int_equal(peek(f, SOME_WORD + 32), 0xFFFFFFFF);
	assert_int_equal(peek(f, SR) & ERRORS, DBECCERR);
	assert_int_equal(peek(f, SR + 0x100) & ERRORS, 0);
	assert_int_equal(peek(f, ECC_FA), (SOME_WORD - FLASH_BASE) / 32);
	assert_int_equal(bus_read(&f->board.bus, IN_BANK2, 1, &value), BUS_FAULT);
	assert_int_equal(peek(f, SR + 0x100) & ERRORS, DBECCERR);
	assert_int_equal(peek(f, ECC_FA + 0x100), 0);
	poke(f, CCR, DBECCERR);
	assert_int_equal(peek(f, SR) & ERRORS, 0);
	assert_int_equal(f->board.stats.ecc_errors, 2);
}

static void put_code(struct fixture *f, const uint16_t *code, unsigned count)
{
	uint8_t *flash = f->board.flash.data;

	bytes_store(flash, 4, RAM_BASE + 0x1000);
	bytes_store(flash + 4, 4, FLASH_BASE + 0x101);
	bytes_store(flash + 12, 4, FLASH_BASE + 0x201); /* HardFault */
	for (unsigned i = 0; i < count; i++)
		bytes_store(flash + 0x100 + 2 * i, 2, code[i]);
	bytes_store(flash + 0x200, 2, 0x3401); /* adds r4, #1 */
	bytes_store(flash + 0x202, 2, 0xE7FE); /* b . */
	bus_mark_dirty(&f->board.bus, flash, f->board.chip->flash_size);
	board_reset(&f->board);
	core_reg_write(&f->board.core, 1, SOME_WORD);
}

static void a_load_of_an_unreadable_word_is_a_precise_fault(void **state)
{
	struct fixture *f = *state;
	static const uint16_t code[] = {0xF851, 0x0B04, 0x3201, 0xE7FD}; /* ldr r0, [r1], #4; adds r2, #1; b .-2 */

	ecc_set(&f->board.flash, SOME_WORD - FLASH_BASE, ECC_BAD);
	put_code(f, code, 4);
	core_run(&f->board.core, 50);
	assert_int_equal(core_reg_read(&f->board.core, 4), 1);
	assert_int_equal(core_reg_read(&f->board.core, 2), 0);
	assert_int_equal(core_reg_read(&f->board.core, 1), SOME_WORD); /* as if the load had never begun */
	assert_int_equal(peek(f, SCB_CFSR), 0x8200);
	assert_int_equal(peek(f, SCB_BFAR), SOME_WORD);
	assert_int_equal(peek(f, SCB_HFSR), 1 << 30);
	assert_int_equal(peek(f, core_reg_read(&f->board.core, REG_SP) + 24), FLASH_BASE + 0x100);
}

static void with_faultmask_and_bfhfnmign_it_only_leaves_its_trace(void **state)
{
	struct fixture *f = *state;
	static const uint16_t code[] = {0xB671, 0x6808, 0x3201, 0xE7FD}; /* cpsid f; ldr r0, [r1]; adds r2, #1; b .-2 */

	ecc_set(&f->board.flash, SOME_WORD - FLASH_BASE, ECC_BAD);
	put_code(f, code, 4);
	poke(f, SCB_CCR, BFHFNMIGN);
	core_run(&f->board.core, 50);
	assert_int_equal(core_reg_read(&f->board.core, 4), 0);
	assert_true(core_reg_read(&f->board.core, 2) > 10);
	assert_int_equal(peek(f, SCB_CFSR), 0x8200);
	assert_int_equal(peek(f, SCB_BFAR), SOME_WORD);
}

static void the_signature_is_where_the_driver_looks(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek_size(f, 0x1FF1E880, 2), 2048);
	assert_int_equal(peek(f, 0x5C001000), 0x20036450);
	assert_int_equal(peek(f, WPSN_CUR), 0xFF);
	assert_int_equal(peek(f, WPSN_CUR + 0x100), 0xFF);
}

static void the_second_access_port_reaches_the_dbgmcu(void **state)
{
	struct fixture *f = *state;
	struct dap *dap = &f->board.dap;

	dap_dp_write(dap, DP_SELECT, 2u << 24, true);
	dap_ap_write(dap, 0x0, 0x80000002); /* words */
	dap_ap_write(dap, 0x4, 0xE00E1000);
	dap_ap_read(dap, 0xC);
	assert_int_equal(dap->rdbuff, 0x20036450);
	dap_ap_write(dap, 0x4, 0xE00E1004);
	dap_ap_write(dap, 0xC, 7);
	assert_int_equal(peek(f, 0x5C001004), 7);
	dap_dp_write(dap, DP_SELECT, 3u << 24 | 0xF0, true);
	dap_ap_read(dap, 0xC);
	assert_int_equal(dap->rdbuff, 0); /* no such port */
}

static void unlock_options(struct fixture *f, uint32_t bank)
{
	poke(f, OPTKEYR + bank, 0x08192A3B);
	poke(f, OPTKEYR + bank, 0x4C5D6E7F);
	assert_int_equal(peek(f, OPTCR) & OPTLOCK, 0);
}

static void options_need_their_own_keys(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, OPTCR) & OPTLOCK, OPTLOCK);
	poke(f, WPSN_PRG, 0);
	poke(f, OPTCR, OPTSTART);
	assert_int_equal(peek(f, WPSN_CUR), 0xFF);
	assert_int_equal(peek(f, WPSN_PRG), 0xFF);
	poke(f, OPTKEYR, 0x12345678);
	poke(f, OPTKEYR, 0x08192A3B);
	poke(f, OPTKEYR, 0x4C5D6E7F);
	assert_int_equal(peek(f, OPTCR) & OPTLOCK, OPTLOCK); /* until reset */
	board_reset(&f->board);
	unlock_options(f, 0x100);
	poke(f, OPTCR, OPTLOCK);
	assert_int_equal(peek(f, OPTCR + 0x100) & OPTLOCK, OPTLOCK);
}

/* RM0433 sections 4.4.5 and 4.5.2. */
static void protected_sectors_are_wrperr(void **state)
{
	struct fixture *f = *state;

	unlock_options(f, 0);
	poke(f, WPSN_PRG, 0xFB); /* sector 2 of bank 1 */
	assert_int_equal(peek(f, WPSN_CUR), 0xFF);
	poke(f, OPTCR, OPTSTART);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peek(f, WPSN_CUR), 0xFB);
		assert_int_equal(peek(f, WPSN_CUR + 0x100), 0xFF);
		begin(f);
		program(f, SOME_WORD, 1);
		assert_int_equal(peek(f, SR) & ERRORS, WRPERR);
		poke(f, CCR, WRPERR);
		poke(f, CR, SER | PSIZE | 2 << 8 | START);
		assert_int_equal(peek(f, SR) & ERRORS, WRPERR);
		poke(f, CCR, WRPERR);
		poke(f, CR, BER | PSIZE | START);
		assert_int_equal(peek(f, SR) & ERRORS, WRPERR);
		assert_int_equal(changes(f), 0);
		poke(f, CCR, WRPERR);
		poke(f, CR, SER | PSIZE | 3 << 8 | START);
		assert_int_equal(changes(f), 1);
		power_cycle(f);
	}
}

static void read_protection_shuts_the_flash_until_it_is_erased(void **state)
{
	struct fixture *f = *state;
	uint32_t shipped = peek(f, OPTSR_PRG), value;

	bytes_store(f->board.flash.data, 4, 0x12345678);
	unlock_options(f, 0);
	poke(f, OPTSR_PRG, (shipped & ~0xFF00u) | 0xCC00);
	poke(f, OPTCR, OPTSTART);
	assert_int_equal(peek(f, OPTSR_CUR) & 0xFF00, 0xAA00); /* level 2 is refused */
	poke(f, OPTSR_PRG, shipped & ~0xFF00u);
	poke(f, OPTCR, OPTSTART);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peek(f, OPTSR_CUR) & 0xFF00, 0);
		assert_int_equal(bus_read(&f->board.bus, FLASH_BASE, 4, &value), BUS_FAULT);
		power_cycle(f);
	}
	assert_int_equal(bytes_load(f->board.flash.data, 4), 0x12345678);
	unlock_options(f, 0);
	poke(f, OPTSR_PRG, shipped);
	poke(f, OPTCR, OPTSTART);
	assert_int_equal(peek(f, FLASH_BASE), 0xFFFFFFFF);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[96];

	snprintf(path, sizeof path, "%s.ecc", f->flash_path);
	unlink(path);
	return fixture_teardown(state);
}

#define ON_H7(name)                                                                     \
	{                                                                               \
#name, name, fixture_setup, teardown, (void *)(uintptr_t) "stm32h743zi" \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_H7(each_bank_has_a_lock_of_its_own),
		ON_H7(a_wrong_key_locks_until_reset),
		ON_H7(a_flash_word_is_programmed_when_its_buffer_is_full),
		ON_H7(the_buffer_takes_any_order_and_size),
		ON_H7(fw_fills_up_with_ones),
		ON_H7(wrong_writes_are_refused_by_name),
		ON_H7(programming_twice_is_not_refused_and_spoils_the_word),
		ON_H7(erase_takes_a_sector_or_a_bank),
		ON_H7(an_unreadable_word_is_a_bus_error_and_sets_dbeccerr),
		ON_H7(a_load_of_an_unreadable_word_is_a_precise_fault),
		ON_H7(with_faultmask_and_bfhfnmign_it_only_leaves_its_trace),
		ON_H7(options_need_their_own_keys),
		ON_H7(protected_sectors_are_wrperr),
		ON_H7(read_protection_shuts_the_flash_until_it_is_erased),
		ON_H7(the_signature_is_where_the_driver_looks),
		ON_H7(the_second_access_port_reaches_the_dbgmcu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
