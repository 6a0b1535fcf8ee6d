/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The memory access port: sizes, lanes, increments, banks, errors. Reference: ARM IHI 0031 section C2.
 */
#include "board_fixture.h"

enum { CSW = 0x0, TAR = 0x4, DRW = 0xC };
enum { BYTE = 0, HALF = 1, WORD = 2, SINGLE = 1 << 4, PACKED = 2 << 4 };

static void set_up(struct fixture *f, uint32_t csw, uint32_t tar)
{
	dap_dp_write(&f->board.dap, DP_SELECT, 0, true);
	dap_ap_write(&f->board.dap, CSW, 0x23000000 | csw);
	dap_ap_write(&f->board.dap, TAR, tar);
}

static uint32_t ap_read(struct fixture *f, unsigned a)
{
	dap_ap_read(&f->board.dap, a);
	return f->board.dap.rdbuff;
}

static void ap_write(struct fixture *f, unsigned a, uint32_t value)
{
	dap_ap_write(&f->board.dap, a, value);
}

static uint32_t sticky(struct fixture *f)
{
	return dap_dp_read(&f->board.dap, DP_CTRL_STAT) & CTRL_STAT_STICKYERR;
}

static void words_are_read_and_written(void **state)
{
	struct fixture *f = *state;

	set_up(f, WORD, RAM_BASE);
	ap_write(f, DRW, 0x89ABCDEF);
	assert_int_equal(peek(f, RAM_BASE), 0x89ABCDEF);
	assert_int_equal(ap_read(f, DRW), 0x89ABCDEF);
	assert_int_equal(ap_read(f, TAR), RAM_BASE); /* no increment was asked for */
}

static void each_byte_travels_in_the_lane_of_its_address(void **state)
{
	struct fixture *f = *state;

	for (uint32_t lane = 0; lane < 4; lane++) {
		poke(f, RAM_BASE, 0);
		set_up(f, BYTE, RAM_BASE + lane);
		ap_write(f, DRW, 0x44332211);
		assert_int_equal(peek(f, RAM_BASE), 0x44332211u & 0xFFu << (8 * lane));
		assert_int_equal(ap_read(f, DRW), 0x44332211u & 0xFFu << (8 * lane));
	}
}

static void each_half_word_travels_in_the_lane_of_its_address(void **state)
{
	struct fixture *f = *state;

	for (uint32_t lane = 0; lane < 4; lane += 2) {
		poke(f, RAM_BASE, 0);
		set_up(f, HALF, RAM_BASE + lane);
		ap_write(f, DRW, 0x44332211);
		assert_int_equal(peek(f, RAM_BASE), 0x44332211u & 0xFFFFu << (8 * lane));
		assert_int_equal(ap_read(f, DRW), 0x44332211u & 0xFFFFu << (8 * lane));
	}
}

static void single_increment_adds_the_size(void **state)
{
	struct fixture *f = *state;

	for (uint32_t size = BYTE; size <= WORD; size++) {
		set_up(f, size | SINGLE, RAM_BASE);
		for (uint32_t i = 1; i < 10; i++) {
			ap_read(f, DRW);
			assert_int_equal(ap_read(f, TAR), RAM_BASE + (i << size));
		}
	}
}

static void bytes_in_a_row_fill_memory_in_order(void **state)
{
	struct fixture *f = *state;

	set_up(f, BYTE | SINGLE, RAM_BASE + 1);
	for (uint32_t i = 1; i < 9; i++)
		ap_write(f, DRW, (0x10u + i) << (8 * (i & 3)));
	assert_int_equal(peek(f, RAM_BASE + 4), 0x17161514);
	assert_int_equal(peek_size(f, RAM_BASE + 1, 1), 0x11);
	assert_int_equal(peek_size(f, RAM_BASE + 8, 1), 0x18);
}

static void packed_transfers_move_a_word_per_access(void **state)
{
	struct fixture *f = *state;

	for (uint32_t size = BYTE; size <= HALF; size++) {
		set_up(f, size | PACKED, RAM_BASE);
		ap_write(f, DRW, 0x44332211);
		ap_write(f, DRW, 0x88776655);
		assert_int_equal(ap_read(f, TAR), RAM_BASE + 8);
		assert_int_equal(peek(f, RAM_BASE), 0x44332211);
		assert_int_equal(peek(f, RAM_BASE + 4), 0x88776655);
		ap_write(f, TAR, RAM_BASE);
		assert_int_equal(ap_read(f, DRW), 0x44332211);
		assert_int_equal(ap_read(f, DRW), 0x88776655);
		poke(f, RAM_BASE, 0);
		poke(f, RAM_BASE + 4, 0);
	}
}

static void increment_wraps_inside_4_kib(void **state)
{
	struct fixture *f = *state;

	set_up(f, WORD | SINGLE, RAM_BASE + 0x1FFC);
	ap_read(f, DRW);
	assert_int_equal(ap_read(f, TAR), RAM_BASE + 0x1000);
	set_up(f, WORD | SINGLE, RAM_BASE + 0x3FC); /* beyond the 1 KiB that ADIv5 promises */
	ap_read(f, DRW);
	assert_int_equal(ap_read(f, TAR), RAM_BASE + 0x400);
}

static void banked_registers_reach_four_words_without_moving_tar(void **state)
{
	struct fixture *f = *state;

	set_up(f, WORD | SINGLE, RAM_BASE + 0x104);
	dap_dp_write(&f->board.dap, DP_SELECT, 0x10, true);
	for (uint32_t i = 0; i < 4; i++)
		ap_write(f, 4 * i, 0xB0 + i);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(peek(f, RAM_BASE + 0x100 + 4 * i), 0xB0 + i);
		assert_int_equal(ap_read(f, 4 * i), 0xB0 + i);
	}
	dap_dp_write(&f->board.dap, DP_SELECT, 0, true);
	assert_int_equal(ap_read(f, TAR), RAM_BASE + 0x104);
}

static void a_bad_read_sets_the_sticky_error(void **state)
{
	struct fixture *f = *state;

	set_up(f, WORD | SINGLE, NOTHING_THERE);
	assert_int_equal(sticky(f), 0);
	ap_read(f, DRW);
	assert_int_not_equal(sticky(f), 0);
	/* until it is cleared, nothing is carried out */
	ap_write(f, TAR, RAM_BASE);
	ap_write(f, DRW, 1);
	dap_dp_write(&f->board.dap, DP_CTRL_STAT, CTRL_STAT_STICKYERR, true);
	assert_int_equal(sticky(f), 0);
	assert_int_equal(ap_read(f, TAR), NOTHING_THERE);
	assert_int_equal(peek(f, RAM_BASE), 0);
}

static void a_bad_write_sets_the_sticky_error(void **state)
{
	struct fixture *f = *state;

	set_up(f, WORD, NOTHING_THERE);
	ap_write(f, DRW, 1);
	assert_int_not_equal(sticky(f), 0);
}

static void a_bad_banked_access_sets_the_sticky_error(void **state)
{
	struct fixture *f = *state;

	set_up(f, WORD, NOTHING_THERE);
	dap_dp_write(&f->board.dap, DP_SELECT, 0x10, true);
	ap_read(f, 4);
	assert_int_not_equal(sticky(f), 0);
	dap_dp_write(&f->board.dap, DP_CTRL_STAT, CTRL_STAT_STICKYERR, true);
	ap_write(f, 4, 0);
	assert_int_not_equal(sticky(f), 0);
}

static void the_end_of_ram_is_the_end(void **state)
{
	struct fixture *f = *state;

	set_up(f, WORD, RAM_BASE + RAM_SIZE - 4);
	ap_write(f, DRW, 1);
	assert_int_equal(sticky(f), 0);
	set_up(f, WORD, RAM_BASE + RAM_SIZE);
	ap_write(f, DRW, 1);
	assert_int_not_equal(sticky(f), 0);
}

static void there_is_no_second_access_port(void **state)
{
	struct fixture *f = *state;

	for (uint32_t port = 1; port < 256; port++) {
		dap_dp_write(&f->board.dap, DP_SELECT, port << 24 | 0xF0, true);
		assert_int_equal(ap_read(f, 0xC), 0);
		dap_dp_write(&f->board.dap, DP_SELECT, port << 24, true);
		ap_write(f, TAR, 0x12345678);
	}
	dap_dp_write(&f->board.dap, DP_SELECT, 0, true);
	assert_int_equal(ap_read(f, TAR), 0);
	assert_int_equal(sticky(f), 0);
}

static void csw_says_that_the_device_is_enabled(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ap_read(f, CSW), 0x23000040);
	ap_write(f, CSW, 0x23000010);
	assert_int_equal(ap_read(f, CSW), 0x23000050);
}

static void a_size_that_the_port_lacks_reads_back_as_words(void **state)
{
	struct fixture *f = *state;

	for (uint32_t size = 3; size < 8; size++) {
		set_up(f, size, RAM_BASE);
		assert_int_equal(ap_read(f, CSW) & 7, WORD);
		ap_write(f, DRW, 0x01020304);
		assert_int_equal(ap_read(f, DRW), 0x01020304);
	}
}

static void unknown_registers_are_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	dap_dp_write(&f->board.dap, DP_SELECT, 0x20, true);
	ap_read(f, 0);
	assert_int_equal(f->board.stats.unmodelled, 1);
	ap_read(f, 0);
	assert_int_equal(f->board.stats.unmodelled, 1); /* once each */
	ap_write(f, 0, 0);
	assert_int_equal(f->board.stats.unmodelled, 2);
}

static void accesses_are_counted(void **state)
{
	struct fixture *f = *state;
	struct stats before = f->board.stats;

	set_up(f, WORD, RAM_BASE);
	ap_read(f, DRW);
	dap_dp_read(&f->board.dap, DP_RDBUFF);
	assert_int_equal(f->board.stats.dp_writes - before.dp_writes, 1);
	assert_int_equal(f->board.stats.dp_reads - before.dp_reads, 1);
	assert_int_equal(f->board.stats.ap_writes - before.ap_writes, 2);
	assert_int_equal(f->board.stats.ap_reads - before.ap_reads, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(words_are_read_and_written),
		BOARD_TEST(each_byte_travels_in_the_lane_of_its_address),
		BOARD_TEST(each_half_word_travels_in_the_lane_of_its_address),
		BOARD_TEST(single_increment_adds_the_size),
		BOARD_TEST(bytes_in_a_row_fill_memory_in_order),
		BOARD_TEST(packed_transfers_move_a_word_per_access),
		BOARD_TEST(increment_wraps_inside_4_kib),
		BOARD_TEST(banked_registers_reach_four_words_without_moving_tar),
		BOARD_TEST(a_bad_read_sets_the_sticky_error),
		BOARD_TEST(a_bad_write_sets_the_sticky_error),
		BOARD_TEST(a_bad_banked_access_sets_the_sticky_error),
		BOARD_TEST(the_end_of_ram_is_the_end),
		BOARD_TEST(there_is_no_second_access_port),
		BOARD_TEST(csw_says_that_the_device_is_enabled),
		BOARD_TEST(a_size_that_the_port_lacks_reads_back_as_words),
		BOARD_TEST(unknown_registers_are_reported),
		BOARD_TEST(accesses_are_counted),
	};

	return cmocka_run_group_tests_name("dap", tests, NULL, NULL);
}
