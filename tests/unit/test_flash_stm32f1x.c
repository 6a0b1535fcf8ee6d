/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The flash controller of the STM32F0, F1 and F3, rule by rule. References: PM0075 sections 2 and 3; RM0091 chapter 3.
 */
#include "board_fixture.h"

#include "parts/chips.h"

#include <string.h>

enum {
	KEYR = 0x40022004,
	OPTKEYR = 0x40022008,
	SR = 0x4002200C,
	CR = 0x40022010,
	AR = 0x40022014,
	OBR = 0x4002201C,
	WRPR = 0x40022020
};
enum { BSY = 1 << 0, PGERR = 1 << 2, WRPRTERR = 1 << 4, EOP = 1 << 5 };
enum {
	PG = 1 << 0,
	PER = 1 << 1,
	MER = 1 << 2,
	OPTPG = 1 << 4,
	OPTER = 1 << 5,
	STRT = 1 << 6,
	LOCK = 1 << 7,
	OPTWRE = 1 << 9,
	OBL_LAUNCH = 1 << 13
};

#define KEY1        0x45670123
#define KEY2        0xCDEF89AB
#define SOME_PLACE  (FLASH_BASE + 0x1000)
#define OPTION_RDP  0x1FFFF800
#define OPTION_WRP0 0x1FFFF808

static uint64_t changes(struct fixture *f)
{
	return f->board.stats.flash_ops;
}

static void unlock(struct fixture *f)
{
	poke(f, KEYR, KEY1);
	poke(f, KEYR, KEY2);
}

static int write_half(struct fixture *f, uint32_t address, uint32_t value)
{
	return bus_write(&f->board.bus, address, 2, value);
}

static void program(struct fixture *f, uint32_t address, uint32_t value)
{
	assert_int_equal(write_half(f, address, value), 0);
}

static void begin_programming(struct fixture *f)
{
	unlock(f);
	poke(f, CR, PG);
}

static void erase(struct fixture *f, uint32_t address)
{
	poke(f, CR, PER);
	poke(f, AR, address);
	poke(f, CR, PER | STRT);
}

static uint32_t errors(struct fixture *f)
{
	return peek(f, SR) & (PGERR | WRPRTERR);
}

static void it_is_locked_after_reset(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, CR), LOCK);
	assert_int_equal(peek(f, SR), 0);
	poke(f, CR, PG); /* not writable */
	assert_int_equal(peek(f, CR), LOCK);
	assert_int_equal(write_half(f, SOME_PLACE, 0x1234), BUS_FAULT);
	assert_int_equal(changes(f), 0);
}

static void the_keys_unlock_and_lock_locks_again(void **state)
{
	struct fixture *f = *state;

	begin_programming(f);
	assert_int_equal(peek(f, CR), PG);
	poke(f, CR, LOCK);
	assert_int_equal(peek(f, CR), LOCK);
	unlock(f);
	assert_int_equal(peek(f, CR), 0);
}

static void a_wrong_key_is_a_bus_error_and_locks_until_reset(void **state)
{
	static const uint32_t wrong[][2] = {{KEY2, KEY1}, {KEY1, KEY1}, {0, 0}, {KEY1, 0}};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		int err = bus_write(&f->board.bus, KEYR, 4, wrong[i][0]);

		if (!err)
			err = bus_write(&f->board.bus, KEYR, 4, wrong[i][1]);
		assert_int_equal(err, BUS_FAULT);
		assert_int_equal(bus_write(&f->board.bus, KEYR, 4, KEY1), BUS_FAULT);
		assert_int_equal(peek(f, CR), LOCK);
		board_reset(&f->board);
		unlock(f);
		assert_int_equal(peek(f, CR), 0);
		board_reset(&f->board);
	}
}

static void a_half_word_is_programmed_by_writing_it(void **state)
{
	struct fixture *f = *state;

	begin_programming(f);
	program(f, SOME_PLACE + 2, 0xCAFE);
	assert_int_equal(peek(f, SOME_PLACE), 0xCAFEFFFF);
	assert_int_equal(peek(f, SOME_PLACE - FLASH_BASE), 0xCAFEFFFF); /* at the alias as well */
	assert_int_equal(peek(f, SR) & EOP, EOP);
	poke(f, SR, EOP);
	assert_int_equal(peek(f, SR) & EOP, 0);
	assert_int_equal(f->board.stats.flash_words, 1);
	assert_int_equal(changes(f), 1);
	assert_int_equal(f->board.stats.flash_overwrites, 0);
}

static void other_sizes_are_bus_errors(void **state)
{
	struct fixture *f = *state;

	begin_programming(f);
	assert_int_equal(bus_write(&f->board.bus, SOME_PLACE, 4, 0), BUS_FAULT);
	assert_int_equal(bus_write(&f->board.bus, SOME_PLACE, 1, 0), BUS_FAULT);
	assert_int_equal(changes(f), 0);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFFFF);
}

static void without_pg_nothing_is_programmed(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	assert_int_equal(write_half(f, SOME_PLACE, 0), BUS_FAULT);
	assert_int_equal(changes(f), 0);
}

static void what_is_not_erased_is_pgerr_and_stays(void **state)
{
	struct fixture *f = *state;

	begin_programming(f);
	program(f, SOME_PLACE, 0xFFFE);
	poke(f, SR, EOP);
	program(f, SOME_PLACE, 0xFFFC); /* only from 1 to 0, and all the same */
	assert_int_equal(errors(f), PGERR);
	assert_int_equal(peek(f, SR) & EOP, 0);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFFFE);
	program(f, SOME_PLACE, 0xFFFE); /* even the same */
	assert_int_equal(changes(f), 1);
	assert_int_equal(f->board.stats.flash_errors, 2);
	assert_int_equal(f->board.stats.flash_overwrites, 0);
	poke(f, SR, PGERR);
	assert_int_equal(errors(f), 0);
}

static void zero_may_be_programmed_over_anything(void **state)
{
	struct fixture *f = *state;

	begin_programming(f);
	program(f, SOME_PLACE, 0x1234);
	program(f, SOME_PLACE, 0);
	assert_int_equal(errors(f), 0);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFF0000);
	assert_int_equal(f->board.stats.flash_overwrites, 1); /* allowed, and counted */
}

static void erase_takes_the_page_of_ar_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	uint32_t page = f->board.chip->page_size, inside[] = {0, 2, page / 2, page - 2};

	unlock(f);
	for (unsigned i = 0; i < sizeof inside / sizeof *inside; i++) {
		memset(f->board.flash.data + 0x1000 - page, 0, 3 * page);
		erase(f, SOME_PLACE + inside[i]);
		for (uint32_t byte = 0; byte < 3 * page; byte++)
			assert_int_equal(f->board.flash.data[0x1000 - page + byte],
					 byte >= page && byte < 2 * page ? 0xFF : 0);
	}
	assert_int_equal(f->board.stats.flash_pages_erased, 4);
	assert_int_equal(peek(f, CR), PER); /* STRT has gone */
	assert_int_equal(peek(f, SR) & EOP, EOP);
}

static void mass_erase_takes_all_in_one_operation(void **state)
{
	struct fixture *f = *state;

	memset(f->board.flash.data, 0, f->board.chip->flash_size);
	unlock(f);
	poke(f, CR, MER);
	assert_int_equal(changes(f), 0);
	poke(f, CR, MER | STRT);
	assert_int_equal(changes(f), 1);
	for (uint32_t byte = 0; byte < f->board.chip->flash_size; byte++)
		assert_int_equal(f->board.flash.data[byte], 0xFF);
}

static void a_debugger_sees_bsy_once(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	f->board.core.halted = true;
	unlock(f);
	before = f->board.stats.time_ns;
	erase(f, SOME_PLACE);
	assert_int_equal(peek(f, SR) & BSY, BSY);
	assert_int_equal(peek(f, SR) & BSY, 0);
	assert_true(f->board.stats.time_ns - before >= 20000000);
}

static void unlock_options(struct fixture *f)
{
	unlock(f);
	poke(f, OPTKEYR, KEY1);
	poke(f, OPTKEYR, KEY2);
	assert_int_equal(peek(f, CR), OPTWRE);
}

static bool is_f1(struct fixture *f)
{
	return f->board.chip->dbgmcu_idcode == 0x20036410;
}

/* Erases and writes them anew, RDP and the write protection as given, the rest as shipped. */
static void write_options(struct fixture *f, uint32_t rdp, uint32_t wrp)
{
	unlock_options(f);
	poke(f, CR, OPTER | OPTWRE);
	poke(f, CR, OPTER | OPTWRE | STRT);
	assert_int_equal(peek(f, OPTION_RDP), 0xFFFFFFFF);
	poke(f, CR, OPTPG | OPTWRE);
	program(f, OPTION_RDP, rdp);
	for (unsigned i = 1; i < 4; i++)
		program(f, OPTION_RDP + 2 * i, 0xFF);
	for (unsigned i = 0; i < 4; i++)
		program(f, OPTION_WRP0 + 2 * i, wrp >> (8 * i) & 0xFF);
	assert_int_equal(peek(f, SR) & ~(uint32_t)BSY, EOP);
}

/* Then an F1 takes them over at any reset, an F0 or F3 when OBL_LAUNCH resets it. */
static void load_options(struct fixture *f)
{
	if (is_f1(f))
		board_reset(&f->board);
	else
		poke(f, CR, OBL_LAUNCH);
	assert_int_equal(peek(f, CR), LOCK);
}

static uint32_t level_0(struct fixture *f)
{
	return is_f1(f) ? 0xA5 : 0xAA;
}

static void it_is_shipped_without_protection(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, WRPR), 0xFFFFFFFF);
	assert_int_equal(peek(f, OBR) & 7, is_f1(f) ? 4 : 0); /* no OPTERR, no RDPRT; on F1 WDG_SW is bit 2 */
	assert_int_equal(peek(f, OPTION_RDP) & 0xFFFF, is_f1(f) ? 0x5AA5 : 0x55AA);
}

static void protected_pages_are_wrprterr(void **state)
{
	struct fixture *f = *state;

	write_options(f, level_0(f), 0xFFFFFFFD); /* the second 4 KiB */
	assert_int_equal(peek(f, OPTION_WRP0), 0x00FF02FD);
	assert_int_equal(peek(f, WRPR), 0xFFFFFFFF); /* not yet */
	load_options(f);
	assert_int_equal(peek(f, WRPR), 0xFFFFFFFD);
	begin_programming(f);
	program(f, SOME_PLACE, 0x1234);
	assert_int_equal(errors(f), WRPRTERR);
	poke(f, SR, WRPRTERR);
	erase(f, SOME_PLACE);
	assert_int_equal(errors(f), WRPRTERR);
	assert_int_equal(changes(f), 0);
	poke(f, CR, PG);
	program(f, SOME_PLACE - 2, 0x1234);
	program(f, SOME_PLACE + 0x1000, 0x1234);
	assert_int_equal(changes(f), 2);
}

static void option_bytes_need_their_own_keys(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	poke(f, CR, OPTPG | OPTWRE); /* OPTWRE is not set by writing it */
	assert_int_equal(peek(f, CR), OPTPG);
	assert_int_equal(write_half(f, OPTION_RDP, 0), BUS_FAULT);
	poke(f, CR, OPTER | STRT);
	assert_int_equal(peek(f, OPTION_RDP) & 0xFF, level_0(f));
}

static void protection_is_kept_without_power(void **state)
{
	struct fixture *f = *state;

	write_options(f, level_0(f), 0x7FFFFFFF);
	power_cycle(f);
	assert_int_equal(peek(f, WRPR), 0x7FFFFFFF);
	begin_programming(f);
	program(f, FLASH_BASE + 0x1F000, 0x1234); /* bit 31: the last 4 KiB of 128, and all the rest of more */
	assert_int_equal(errors(f), WRPRTERR);
	poke(f, SR, WRPRTERR);
	program(f, FLASH_BASE + f->board.chip->flash_size - 2, 0x1234);
	assert_int_equal(errors(f), WRPRTERR);
	poke(f, SR, WRPRTERR);
	program(f, FLASH_BASE + 0x1EFFE, 0x1234);
	assert_int_equal(errors(f), 0);
}

/* PM0075 section 2.4.1: with a debugger attached the flash is shut; taking that back erases it. */
static void read_protection_shuts_the_flash_until_it_is_erased(void **state)
{
	struct fixture *f = *state;
	uint32_t value;

	bytes_store(f->board.flash.data, 4, 0x12345678);
	write_options(f, 0x00, 0xFFFFFFFF);
	assert_int_equal(peek(f, FLASH_BASE), 0x12345678); /* not yet */
	load_options(f);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(peek(f, OBR) & 2, 2);
		assert_int_equal(bus_read(&f->board.bus, FLASH_BASE, 4, &value), BUS_FAULT);
		assert_int_equal(bus_read(&f->board.bus, 0, 4, &value), BUS_FAULT);
		unlock(f);
		erase(f, FLASH_BASE);
		assert_int_equal(changes(f), 0);
		power_cycle(f);
	}
	assert_int_equal(bytes_load(f->board.flash.data, 4), 0x12345678);
	write_options(f, level_0(f), 0xFFFFFFFF);
	assert_int_equal(bytes_load(f->board.flash.data, 4), 0xFFFFFFFF);
	load_options(f);
	assert_int_equal(peek(f, FLASH_BASE), 0xFFFFFFFF);
}

/* RM0091 section 3.3.1: level 2 is for ever. */
static void read_protection_level_2_is_refused(void **state)
{
	struct fixture *f = *state;

	unlock_options(f);
	poke(f, CR, OPTER | OPTWRE);
	poke(f, CR, OPTER | OPTWRE | STRT);
	poke(f, CR, OPTPG | OPTWRE);
	assert_int_equal(write_half(f, OPTION_RDP, 0xCC), BUS_FAULT);
	assert_int_equal(peek(f, OPTION_RDP) & 0xFFFF, 0xFFFF);
}

static void what_is_not_modelled_is_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	unlock(f);
	poke(f, CR, PER | MER | STRT);
	poke(f, CR, 1 << 3);
	poke(f, CR, PER);
	poke(f, AR, FLASH_BASE + f->board.chip->flash_size);
	poke(f, CR, PER | STRT);
	peek(f, 0x40022018);
	assert_int_equal(f->board.stats.unmodelled, 4);
	assert_int_equal(changes(f), 0);
}

#define ON_ALL(name) CHIP_TEST(name, "stm32f103rb"), CHIP_TEST(name, "stm32f072rb"), CHIP_TEST(name, "stm32f303re")

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_ALL(it_is_locked_after_reset),
		ON_ALL(the_keys_unlock_and_lock_locks_again),
		ON_ALL(a_wrong_key_is_a_bus_error_and_locks_until_reset),
		ON_ALL(a_half_word_is_programmed_by_writing_it),
		ON_ALL(other_sizes_are_bus_errors),
		ON_ALL(without_pg_nothing_is_programmed),
		ON_ALL(what_is_not_erased_is_pgerr_and_stays),
		ON_ALL(zero_may_be_programmed_over_anything),
		ON_ALL(erase_takes_the_page_of_ar_and_nothing_else),
		CHIP_TEST(erase_takes_the_page_of_ar_and_nothing_else, "stm32f030r8"),
		ON_ALL(mass_erase_takes_all_in_one_operation),
		ON_ALL(a_debugger_sees_bsy_once),
		ON_ALL(it_is_shipped_without_protection),
		ON_ALL(protected_pages_are_wrprterr),
		ON_ALL(option_bytes_need_their_own_keys),
		ON_ALL(protection_is_kept_without_power),
		ON_ALL(read_protection_shuts_the_flash_until_it_is_erased),
		CHIP_TEST(read_protection_level_2_is_refused, "stm32f072rb"),
		CHIP_TEST(read_protection_level_2_is_refused, "stm32f303re"),
		ON_ALL(what_is_not_modelled_is_reported),
	};

	return cmocka_run_group_tests_name("flash_stm32f1x", tests, NULL, NULL);
}
