/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The memory map, identification words, register files, and the flash file under it all.
 */
#include "board_fixture.h"

#include "parts/chips.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int try_read(struct fixture *f, uint32_t address, unsigned size)
{
	uint32_t value;

	return bus_read(&f->board.bus, address, size, &value);
}

static void memories_begin_and_end_where_the_data_sheet_says(void **state)
{
	static const struct {
		uint32_t first, size;
	} memories[] = {
		{0, 0x20000}, {0x08000000, 0x20000}, {0x20000000, 0x4000}, {0x08080000, 0x1000}, {0x1FF00000, 0x1000}};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof memories / sizeof *memories; i++) {
		uint32_t end = memories[i].first + memories[i].size;

		assert_int_equal(try_read(f, memories[i].first, 4), 0);
		assert_int_equal(try_read(f, end - 1, 1), 0);
		assert_int_equal(try_read(f, end, 1), BUS_FAULT);
		if (memories[i].first)
			assert_int_equal(try_read(f, memories[i].first - 1, 1), BUS_FAULT);
	}
}

static void flash_shows_at_its_alias(void **state)
{
	struct fixture *f = *state;

	f->board.flash.data[0x1234] = 0xA5;
	assert_int_equal(peek_size(f, 0x1234, 1), 0xA5);
	assert_int_equal(peek_size(f, FLASH_BASE + 0x1234, 1), 0xA5);
}

static void bytes_are_little_endian(void **state)
{
	struct fixture *f = *state;

	poke(f, RAM_BASE, 0x44332211);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(peek_size(f, RAM_BASE + i, 1), 0x11 * (i + 1));
	assert_int_equal(peek_size(f, RAM_BASE + 2, 2), 0x4433);
}

static void accesses_off_their_size_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(try_read(f, RAM_BASE + 1, 2), BUS_FAULT);
	assert_int_equal(try_read(f, RAM_BASE + 2, 4), BUS_FAULT);
	assert_int_equal(bus_write(&f->board.bus, RAM_BASE + 2, 4, 0), BUS_FAULT);
}

static void identification_words_are_those_of_the_part(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, 0xE0042000) & 0xFFF, 0x416); /* DBGMCU_IDCODE.DEV_ID */
	assert_int_equal(peek_size(f, 0x1FF8004C, 2), 128);   /* KiB of flash */
	assert_int_equal(peek(f, 0xE000ED00), 0x412FC230);    /* CPUID */
	assert_int_equal(peek(f, 0x1FF80000), 0xFF5500AA);    /* read protection level 0 */
}

static void each_flash_file_is_a_device_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct board other;
	char path[128], message[256];

	snprintf(path, sizeof path, "%s/other", f->folder);
	assert_int_equal(board_open(&other, f->board.chip, path, NULL, 1000, message, sizeof message), 0);
	assert_int_not_equal(bytes_load(other.option + 0x50, 4), peek(f, 0x1FF80050));
	assert_int_not_equal(peek(f, 0x1FF80050), peek(f, 0x1FF80054));
	board_close(&other);
	unlink(path);
}

static void ready_bits_follow_their_enables(void **state)
{
	static const struct {
		uint32_t address, on, ready;
	} rows[] = {{0x40023800, 1u << 0, 1u << 1}, {0x40023800, 1u << 16, 1u << 17}, {0x40023800, 1u << 24, 1u << 25},
		    {0x40023808, 1u << 0, 1u << 2}, {0x40023808, 3u << 0, 3u << 2},   {0x40023834, 1u << 0, 1u << 1}};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t before = peek(f, rows[i].address);

		poke(f, rows[i].address, before | rows[i].on);
		assert_int_equal(peek(f, rows[i].address) & rows[i].ready, rows[i].ready);
		poke(f, rows[i].address, before & ~rows[i].on);
		assert_int_equal(peek(f, rows[i].address) & rows[i].ready, 0);
	}
}

static void narrow_writes_change_their_bytes_only(void **state)
{
	struct fixture *f = *state;

	poke(f, 0x40020014, 0x11223344);
	assert_int_equal(bus_write(&f->board.bus, 0x40020015, 1, 0xAB), 0);
	assert_int_equal(peek(f, 0x40020014), 0x1122AB44);
	assert_int_equal(bus_write(&f->board.bus, 0x40020016, 2, 0xCDEF), 0);
	assert_int_equal(peek(f, 0x40020014), 0xCDEFAB44);
	assert_int_equal(peek_size(f, 0x40020017, 1), 0xCD);
}

static void registers_return_to_their_reset_values(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peek(f, 0x40020000), 0xA8000000);
	poke(f, 0x40020000, 0);
	board_reset(&f->board);
	assert_int_equal(peek(f, 0x40020000), 0xA8000000);
}

static void a_peripheral_that_is_not_there_is_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	assert_int_equal(try_read(f, 0x40013000, 4), BUS_FAULT);
	assert_int_equal(f->board.stats.unmodelled, 1);
	assert_int_equal(try_read(f, NOTHING_THERE, 4), BUS_FAULT); /* a real part has nothing there either */
	assert_int_equal(f->board.stats.unmodelled, 1);
}

/* ---- the flash file ---- */

static int open_message(struct fixture *f, const char *path, char *message, unsigned size)
{
	struct flash flash;

	message[0] = 0;
	return flash_open(&flash, f->board.chip, path, message, size);
}

static void a_new_flash_file_is_erased(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(f->flash_path, &st), 0);
	assert_int_equal(st.st_size, 128 * 1024);
	for (uint32_t i = 0; i < 128 * 1024; i++)
		assert_int_equal(f->board.flash.data[i], 0);
}

static void a_change_is_in_the_file_at_once(void **state)
{
	struct fixture *f = *state;
	uint8_t word[4] = {1, 2, 3, 4}, read_back[4];
	int fd = open(f->flash_path, O_RDONLY);

	flash_apply(&f->board.flash, FLASH_WORD, 0x100, 4, word, 0);
	assert_int_equal(pread(fd, read_back, 4, 0x100), 4);
	assert_memory_equal(word, read_back, 4);
	close(fd);
}

static void one_flash_file_serves_one_board(void **state)
{
	struct fixture *f = *state;
	char message[512];

	assert_int_equal(open_message(f, f->flash_path, message, sizeof message), -1);
	assert_non_null(strstr(message, "in use"));
}

static void a_file_of_the_wrong_size_is_refused_and_kept(void **state)
{
	struct fixture *f = *state;
	char path[128], message[512];
	struct stat st;
	FILE *file;

	snprintf(path, sizeof path, "%s/small", f->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("precious", file);
	fclose(file);
	assert_int_equal(open_message(f, path, message, sizeof message), -1);
	assert_non_null(strstr(message, "is 8 bytes"));
	assert_null(strchr(message, '\n'));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 8);
	unlink(path);
}

static void a_place_that_cannot_be_written_is_refused(void **state)
{
	struct fixture *f = *state;
	char path[128], message[512];

	assert_int_equal(open_message(f, f->folder, message, sizeof message), -1);
	assert_non_null(strstr(message, f->folder));
	snprintf(path, sizeof path, "%s/missing/flash", f->folder);
	assert_int_equal(open_message(f, path, message, sizeof message), -1);
	assert_non_null(strstr(message, path));
}

static void statistics_are_lines_of_key_and_value(void **state)
{
	struct fixture *f = *state;
	char path[128], text[1024] = "";
	FILE *file;

	snprintf(path, sizeof path, "%s/stats", f->folder);
	f->board.stats.tck = 7;
	f->board.stats.unmodelled = 0;
	assert_int_equal(stats_write(&f->board.stats, path), 0);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof text - 1, file) > 0);
	fclose(file);
	unlink(path);
	assert_non_null(strstr(text, "tck=7\n"));
	assert_non_null(strstr(text, "\nunmodelled=0\n"));
	assert_true(stats_write(&f->board.stats, "/nonexistent/folder/stats") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(memories_begin_and_end_where_the_data_sheet_says),
		BOARD_TEST(flash_shows_at_its_alias),
		BOARD_TEST(bytes_are_little_endian),
		BOARD_TEST(accesses_off_their_size_are_refused),
		BOARD_TEST(identification_words_are_those_of_the_part),
		BOARD_TEST(each_flash_file_is_a_device_of_its_own),
		BOARD_TEST(ready_bits_follow_their_enables),
		BOARD_TEST(narrow_writes_change_their_bytes_only),
		BOARD_TEST(registers_return_to_their_reset_values),
		BOARD_TEST(a_peripheral_that_is_not_there_is_reported),
		BOARD_TEST(a_new_flash_file_is_erased),
		BOARD_TEST(a_change_is_in_the_file_at_once),
		BOARD_TEST(one_flash_file_serves_one_board),
		BOARD_TEST(a_file_of_the_wrong_size_is_refused_and_kept),
		BOARD_TEST(a_place_that_cannot_be_written_is_refused),
		BOARD_TEST(statistics_are_lines_of_key_and_value),
	};

	return cmocka_run_group_tests_name("bus", tests, NULL, NULL);
}
