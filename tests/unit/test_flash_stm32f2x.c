/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The flash controller of the STM32F2, F4 and F7, rule by rule. References: RM0368 chapter 3; RM0410 chapter 3.
 */
#include "board_fixture.h"

#include "parts/chips.h"

#include <string.h>

enum {
	KEYR = 0x40023C04,
	OPTKEYR = 0x40023C08,
	SR = 0x40023C0C,
	CR = 0x40023C10,
	OPTCR = 0x40023C14,
	OPTCR1 = 0x40023C18
};
enum {
	EOP = 1 << 0,
	OPERR = 1 << 1,
	WRPERR = 1 << 4,
	PGAERR = 1 << 5,
	PGPERR = 1 << 6,
	PGSERR = 1 << 7,
	BSY = 1 << 16
};
enum {
	PG = 1 << 0,
	SER = 1 << 1,
	MER = 1 << 2,
	X8 = 0 << 8,
	X16 = 1 << 8,
	X32 = 2 << 8,
	X64 = 3 << 8,
	MER2 = 1 << 15,
	STRT = 1 << 16,
	EOPIE = 1 << 24,
	ERRIE = 1 << 25
};
#define SNB(n) ((uint32_t)(n) << 3)
#define LOCK   (1u << 31)
#define NDBANK (1u << 29)
enum { OPTLOCK = 1 << 0, OPTSTRT = 1 << 1 };

#define KEY1       0x45670123
#define KEY2       0xCDEF89AB
#define SOME_PLACE (FLASH_BASE + 0x1000)

static uint64_t changes(struct fixture *f)
{
	return f->board.stats.flash_ops;
}

static void unlock(struct fixture *f)
{
	poke(f, KEYR, KEY1);
	poke(f, KEYR, KEY2);
}

static void program(struct fixture *f, uint32_t address, unsigned size, uint32_t value)
{
	assert_int_equal(bus_write(&f->board.bus, address, size, value), 0);
}

static uint32_t errors(struct fixture *f)
{
	return peek(f, SR) & (OPERR | WRPERR | PGAERR | PGPERR | PGSERR);
}

static void it_is_locked_after_reset(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, CR), LOCK);
	assert_int_equal(peek(f, OPTCR) & OPTLOCK, OPTLOCK);
	poke(f, CR, PG);
	assert_int_equal(peek(f, CR), LOCK);
	program(f, SOME_PLACE, 4, 0);
	assert_int_equal(errors(f), PGSERR);
	assert_int_equal(changes(f), 0);
}

static void keys_in_a_wrong_order_or_when_unlocked_lock_until_reset(void **state)
{
	static const uint32_t wrong[][3] = {{KEY2, 0, 0}, {KEY1, KEY1, 0}, {KEY1, KEY2, KEY1}};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		int err = 0;

		for (unsigned k = 0; k < 3 && !err; k++)
			err = bus_write(&f->board.bus, KEYR, 4, wrong[i][k]);
		assert_int_equal(err, BUS_FAULT);
		assert_int_equal(bus_write(&f->board.bus, KEYR, 4, KEY1), BUS_FAULT);
		assert_int_equal(peek(f, CR) & LOCK, LOCK);
		board_reset(&f->board);
		unlock(f);
		assert_int_equal(peek(f, CR), 0);
		board_reset(&f->board);
	}
}

static void psize_is_the_size_of_a_write(void **state)
{
	static const uint32_t psizes[] = {X8, X16, X32};
	struct fixture *f = *state;

	unlock(f);
	for (unsigned i = 0; i < 3; i++) {
		poke(f, CR, PG | psizes[i]);
		for (unsigned size = 1; size <= 4; size *= 2) {
			program(f, SOME_PLACE + 16 * i, size, 0);
			assert_int_equal(errors(f), size == 1u << i ? 0 : PGPERR);
			poke(f, SR, 0xF3);
		}
	}
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFF00);
	assert_int_equal(peek(f, SOME_PLACE + 16), 0xFFFF0000);
	assert_int_equal(peek(f, SOME_PLACE + 32), 0);
	assert_int_equal(changes(f), 3);
	assert_int_equal(f->board.stats.flash_overwrites, 0);
	poke(f, CR, PG | X64);
	program(f, SOME_PLACE + 64, 4, 0);
	assert_int_equal(errors(f), PGPERR);
}

static void without_pg_a_write_is_a_sequence_error(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	program(f, SOME_PLACE, 1, 0);
	assert_int_equal(errors(f), PGSERR);
	assert_int_equal(peek(f, SOME_PLACE), 0xFFFFFFFF);
	poke(f, SR, PGSERR);
	assert_int_equal(errors(f), 0);
}

static void bits_go_from_1_to_0_only_and_twice_is_counted(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	poke(f, CR, PG | X32);
	program(f, SOME_PLACE, 4, 0xFFFF0F0F);
	program(f, SOME_PLACE, 4, 0xFF00FFFF);
	assert_int_equal(peek(f, SOME_PLACE), 0xFF000F0F);
	assert_int_equal(errors(f), 0);
	assert_int_equal(f->board.stats.flash_overwrites, 1);
}

static void flags_that_tell_of_the_end_need_their_interrupts(void **state)
{
	struct fixture *f = *state;

	unlock(f);
	poke(f, CR, PG | X32);
	program(f, SOME_PLACE, 4, 0);
	program(f, SOME_PLACE, 2, 0);
	assert_int_equal(peek(f, SR) & (EOP | OPERR), 0);
	poke(f, CR, PG | X32 | EOPIE | ERRIE);
	program(f, SOME_PLACE + 4, 4, 0);
	program(f, SOME_PLACE + 4, 2, 0);
	assert_int_equal(peek(f, SR) & (EOP | OPERR), EOP | OPERR);
}

/* Every sector: it is erased, its neighbours are not. */
static void erase_all_sectors(struct fixture *f, const uint32_t *kib, unsigned count, unsigned second_bank_from)
{
	uint32_t offset = 0, size = f->board.chip->flash_size;

	unlock(f);
	for (unsigned i = 0; i < count; i++) {
		uint32_t bytes = kib[i] * 1024, snb = i < second_bank_from ? i : (i - second_bank_from) | 0x10;
		uint8_t *at = f->board.flash.data + offset;

		memset(f->board.flash.data, 0, size);
		poke(f, CR, SER | SNB(snb));
		poke(f, CR, SER | SNB(snb) | STRT);
		assert_int_equal(at[0], 0xFF);
		assert_int_equal(at[bytes - 1], 0xFF);
		assert_true(!memcmp(at, at + 1, bytes - 1));
		if (offset)
			assert_int_equal(at[-1], 0);
		if (offset + bytes < size)
			assert_int_equal(at[bytes], 0);
		assert_int_equal(changes(f), i + 1);
		offset += bytes;
	}
	assert_int_equal(offset, size);
}

static void sectors_of_the_f401(void **state)
{
	static const uint32_t kib[] = {16, 16, 16, 16, 64, 128};

	erase_all_sectors(*state, kib, sizeof kib / sizeof *kib, 99);
}

static void sectors_of_the_f207(void **state)
{
	static const uint32_t kib[] = {16, 16, 16, 16, 64, 128, 128, 128, 128, 128, 128, 128};

	erase_all_sectors(*state, kib, sizeof kib / sizeof *kib, 99);
}

static void sectors_of_the_f767_in_one_bank(void **state)
{
	static const uint32_t kib[] = {32, 32, 32, 32, 128, 256, 256, 256, 256, 256, 256, 256};

	erase_all_sectors(*state, kib, sizeof kib / sizeof *kib, 99);
}

static void write_optcr(struct fixture *f, uint32_t value)
{
	poke(f, OPTKEYR, 0x08192A3B);
	poke(f, OPTKEYR, 0x4C5D6E7F);
	assert_int_equal(peek(f, OPTCR) & OPTLOCK, 0);
	poke(f, OPTCR, value);
	poke(f, OPTCR, value | OPTSTRT);
	poke(f, OPTCR, value | OPTLOCK);
}

static void sectors_of_the_f767_in_two_banks(void **state)
{
	static const uint32_t kib[] = {16, 16, 16, 16, 64, 128, 128, 128, 128, 128, 128, 128,
				       16, 16, 16, 16, 64, 128, 128, 128, 128, 128, 128, 128};
	struct fixture *f = *state;

	write_optcr(f, peek(f, OPTCR) & ~(NDBANK | OPTLOCK));
	erase_all_sectors(f, kib, sizeof kib / sizeof *kib, 12);
}

static void mass_erase_takes_all_in_one_operation(void **state)
{
	struct fixture *f = *state;
	uint32_t size = f->board.chip->flash_size;

	memset(f->board.flash.data, 0, size);
	unlock(f);
	poke(f, CR, MER | SER);
	poke(f, CR, MER | SER | STRT); /* both: neither */
	assert_int_equal(changes(f), 0);
	poke(f, CR, MER);
	poke(f, CR, MER | STRT);
	assert_int_equal(changes(f), 1);
	assert_int_equal(f->board.flash.data[0], 0xFF);
	assert_true(!memcmp(f->board.flash.data, f->board.flash.data + 1, size - 1));
}

static void in_two_banks_mass_erase_takes_those_named(void **state)
{
	struct fixture *f = *state;
	uint32_t half = f->board.chip->flash_size / 2;

	write_optcr(f, peek(f, OPTCR) & ~(NDBANK | OPTLOCK));
	memset(f->board.flash.data, 0, 2 * half);
	unlock(f);
	poke(f, CR, MER2 | STRT);
	assert_int_equal(f->board.flash.data[half - 1], 0);
	assert_int_equal(f->board.flash.data[half], 0xFF);
	assert_int_equal(f->board.flash.data[2 * half - 1], 0xFF);
	poke(f, CR, MER | STRT);
	assert_int_equal(f->board.flash.data[half - 1], 0xFF);
	assert_int_equal(f->board.flash.data[0], 0xFF);
}

static void protected_sectors_are_wrperr(void **state)
{
	struct fixture *f = *state;
	uint32_t sector_1 = f->board.chip->page_size;

	write_optcr(f, peek(f, OPTCR) & ~(1u << 17 | OPTLOCK)); /* nWRP1 */
	unlock(f);
	poke(f, CR, PG | X32);
	program(f, FLASH_BASE + sector_1, 4, 0);
	assert_int_equal(errors(f), WRPERR);
	poke(f, SR, WRPERR);
	poke(f, CR, SER | SNB(1) | STRT);
	assert_int_equal(errors(f), WRPERR);
	poke(f, SR, WRPERR);
	poke(f, CR, MER | STRT);
	assert_int_equal(errors(f), WRPERR);
	poke(f, SR, WRPERR);
	assert_int_equal(changes(f), 0);
	poke(f, CR, SER | SNB(0) | STRT);
	poke(f, CR, SER | SNB(2) | STRT);
	assert_int_equal(changes(f), 2);
	assert_int_equal(errors(f), 0);
}

static void options_are_kept_without_power(void **state)
{
	struct fixture *f = *state;
	uint32_t shipped = peek(f, OPTCR);

	write_optcr(f, shipped & ~(1u << 17 | OPTLOCK));
	power_cycle(f);
	assert_int_equal(peek(f, OPTCR), shipped & ~(1u << 17));
	poke(f, OPTKEYR, 0x08192A3B);
	poke(f, OPTKEYR, 0x4C5D6E7F);
	poke(f, OPTCR, shipped & ~(uint32_t)OPTLOCK); /* without OPTSTRT */
	board_reset(&f->board);
	assert_int_equal(peek(f, OPTCR), shipped & ~(1u << 17));
}

/* RM0368 section 3.6.2. */
static void read_protection_shuts_the_flash_until_it_is_erased(void **state)
{
	struct fixture *f = *state;
	uint32_t shipped = peek(f, OPTCR), value;

	bytes_store(f->board.flash.data, 4, 0x12345678);
	write_optcr(f, shipped & ~(0xFF00u | OPTLOCK));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(bus_read(&f->board.bus, FLASH_BASE, 4, &value), BUS_FAULT);
		unlock(f);
		poke(f, CR, SER | SNB(0) | STRT);
		assert_int_equal(errors(f), WRPERR);
		assert_int_equal(changes(f), 0);
		power_cycle(f);
	}
	assert_int_equal(bytes_load(f->board.flash.data, 4), 0x12345678);
	write_optcr(f, (shipped & ~(0xFF00u | OPTLOCK)) | 0xCC00); /* level 2 is refused */
	board_reset(&f->board);
	assert_int_equal(peek(f, OPTCR) & 0xFF00, 0);
	write_optcr(f, shipped & ~(uint32_t)OPTLOCK);
	assert_int_equal(peek(f, FLASH_BASE), 0xFFFFFFFF);
	assert_int_equal(changes(f), 1);
}

static void options_need_their_own_keys(void **state)
{
	struct fixture *f = *state;
	uint32_t before = peek(f, OPTCR);

	poke(f, OPTCR, 0);
	assert_int_equal(peek(f, OPTCR), before);
	assert_int_equal(bus_write(&f->board.bus, OPTKEYR, 4, KEY1), BUS_FAULT);
	assert_int_equal(bus_write(&f->board.bus, OPTKEYR, 4, 0x08192A3B), BUS_FAULT); /* until reset */
	board_reset(&f->board);
	write_optcr(f, before & ~(uint32_t)OPTLOCK);
	assert_int_equal(peek(f, OPTCR), before);
}

static void a_sector_takes_a_second_or_so(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	f->board.core.halted = true;
	unlock(f);
	before = f->board.stats.time_ns;
	poke(f, CR, SER | SNB(5) | STRT);
	assert_int_equal(peek(f, SR) & BSY, BSY);
	assert_int_equal(peek(f, SR) & BSY, 0);
	assert_true(f->board.stats.time_ns - before >= 1000000000);
}

/* A flash algorithm that waits: a second of it is not sixteen million instructions here. */
static void a_program_that_looks_at_a_busy_flash_waits_few_instructions(void **state)
{
	struct fixture *f = *state;
	static const uint16_t code[] = {0x680A, 0x4202, 0xD1FC, 0xE7FE}; /* ldr r2, [r1]; tst r2, r0; bne .-4; b . */
	uint64_t before;

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(bus_write(&f->board.bus, RAM_BASE + 0x400 + 2 * i, 2, code[i]), 0);
	unlock(f);
	before = f->board.stats.time_ns;
	poke(f, CR, SER | SNB(5) | STRT);
	core_reg_write(&f->board.core, 0, BSY);
	core_reg_write(&f->board.core, 1, SR);
	core_reg_write(&f->board.core, REG_PC, RAM_BASE + 0x400);
	for (unsigned slice = 0; slice < 50; slice++)
		core_run(&f->board.core, 10000);
	assert_int_equal(core_reg_read(&f->board.core, REG_PC), RAM_BASE + 0x406);
	assert_true(f->board.stats.time_ns - before >= 1000000000);
}

static void the_f767_starts_from_its_flash_on_the_itcm_bus(void **state)
{
	struct fixture *f = *state;

	memcpy(f->board.flash.data, "\x00\x10\x00\x20\x01\x02\x20\x00", 8);
	board_reset(&f->board);
	assert_int_equal(core_reg_read(&f->board.core, REG_SP), 0x20001000);
	assert_int_equal(core_reg_read(&f->board.core, REG_PC), 0x00200200);
	assert_int_equal(peek(f, 0x00200000), peek(f, FLASH_BASE));
	poke(f, 0, 0x12345678); /* RAM is there */
	assert_int_equal(peek(f, 0), 0x12345678);
	assert_int_equal(peek(f, OPTCR1), 0x00400080);
}

static void what_is_not_modelled_is_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	unlock(f);
	poke(f, CR, SER | SNB(15) | STRT); /* no such sector */
	poke(f, CR, STRT);
	poke(f, CR, 1 << 10);
	peek(f, 0x40023C20);
	assert_int_equal(f->board.stats.unmodelled, 4);
	assert_int_equal(changes(f), 0);
}

#define ON_ALL(name) CHIP_TEST(name, "stm32f207zg"), CHIP_TEST(name, "stm32f401cc"), CHIP_TEST(name, "stm32f767zi")

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_ALL(it_is_locked_after_reset),
		ON_ALL(keys_in_a_wrong_order_or_when_unlocked_lock_until_reset),
		ON_ALL(psize_is_the_size_of_a_write),
		ON_ALL(without_pg_a_write_is_a_sequence_error),
		ON_ALL(bits_go_from_1_to_0_only_and_twice_is_counted),
		ON_ALL(flags_that_tell_of_the_end_need_their_interrupts),
		CHIP_TEST(sectors_of_the_f207, "stm32f207zg"),
		CHIP_TEST(sectors_of_the_f401, "stm32f401cc"),
		CHIP_TEST(sectors_of_the_f767_in_one_bank, "stm32f767zi"),
		CHIP_TEST(sectors_of_the_f767_in_two_banks, "stm32f767zi"),
		ON_ALL(mass_erase_takes_all_in_one_operation),
		CHIP_TEST(in_two_banks_mass_erase_takes_those_named, "stm32f767zi"),
		ON_ALL(protected_sectors_are_wrperr),
		ON_ALL(options_are_kept_without_power),
		ON_ALL(read_protection_shuts_the_flash_until_it_is_erased),
		ON_ALL(options_need_their_own_keys),
		ON_ALL(a_sector_takes_a_second_or_so),
		ON_ALL(a_program_that_looks_at_a_busy_flash_waits_few_instructions),
		CHIP_TEST(the_f767_starts_from_its_flash_on_the_itcm_bus, "stm32f767zi"),
		ON_ALL(what_is_not_modelled_is_reported),
	};

	return cmocka_run_group_tests_name("flash_stm32f2x", tests, NULL, NULL);
}
