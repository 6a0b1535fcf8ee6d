/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The scan chain: TAP controllers, and the JTAG-DP's DPACC and APACC through them.
 */
#include "board_fixture.h"

#include "parts/chips.h"

/* The columns for DR and IR are the same but for the way out of Select: written as a rule, not as the model's table. */
static enum tap_state expected_next(enum tap_state state, bool tms)
{
	enum { SELECT, CAPTURE, SHIFT, EXIT1, PAUSE, EXIT2, UPDATE, COLUMN };
	static const int on_0[COLUMN] = {CAPTURE, SHIFT, SHIFT, PAUSE, PAUSE, SHIFT, -1};
	static const int on_1[COLUMN] = {-1, EXIT1, EXIT1, UPDATE, EXIT2, UPDATE, -1};
	int base, to;

	if (state == TEST_LOGIC_RESET)
		return tms ? TEST_LOGIC_RESET : RUN_TEST_IDLE;
	if (state == RUN_TEST_IDLE)
		return tms ? SELECT_DR : RUN_TEST_IDLE;
	base = state >= SELECT_IR ? SELECT_IR : SELECT_DR;
	to = tms ? on_1[state - base] : on_0[state - base];
	if (to >= 0)
		return (enum tap_state)(base + to);
	if (state == SELECT_DR)
		return SELECT_IR;
	if (state == SELECT_IR)
		return TEST_LOGIC_RESET;
	return tms ? SELECT_DR : RUN_TEST_IDLE; /* the two Update states */
}

static void every_state_goes_where_ieee_1149_1_says(void **state)
{
	struct fixture *f = *state;

	for (unsigned s = 0; s < 16; s++)
		for (unsigned tms = 0; tms < 2; tms++) {
			f->board.jtag.state = (enum tap_state)s;
			f->board.jtag.boundary.shift_length = f->board.jtag.debug.shift_length = 1;
			jtag_clock(&f->board.jtag, tms, false);
			assert_int_equal(f->board.jtag.state, expected_next((enum tap_state)s, tms));
		}
}

static void five_ones_reset_from_every_state(void **state)
{
	struct fixture *f = *state;

	for (unsigned s = 0; s < 16; s++) {
		f->board.jtag.state = (enum tap_state)s;
		f->board.jtag.boundary.shift_length = f->board.jtag.debug.shift_length = 1;
		for (int i = 0; i < 5; i++)
			jtag_tick(f, true, false);
		assert_int_equal(f->board.jtag.state, TEST_LOGIC_RESET);
	}
}

static void pause_and_exit2_do_not_disturb_a_shift(void **state)
{
	struct fixture *f = *state;
	uint64_t out = 0;

	jtag_home(f);
	jtag_tick(f, true, false);
	jtag_tick(f, false, false);
	jtag_tick(f, false, false);
	for (unsigned i = 0; i < 64; i++) {
		bool leave = i % 7 == 6 || i == 63;

		out |= (uint64_t)jtag_tick(f, leave, false) << i;
		if (!leave)
			continue;
		for (unsigned wait = 0; wait < i; wait++)
			jtag_tick(f, false, true); /* Pause-DR */
		if (i == 0)
			jtag_tick(f, false, true);
		jtag_tick(f, true, true);  /* Exit2-DR */
		jtag_tick(f, false, true); /* Shift-DR: a clock that does not shift */
	}
	assert_int_equal((uint32_t)out, f->board.chip->jtag_idcode);
	assert_int_equal((uint32_t)(out >> 32), f->board.chip->bs_idcode);
}

static void reset_selects_both_idcodes(void **state)
{
	struct fixture *f = *state;
	uint64_t out;

	jtag_instruction(f, JTAG_BYPASS);
	jtag_home(f);
	out = jtag_scan(f, false, 0, 64);
	assert_int_equal((uint32_t)out, 0x4BA00477);
	assert_int_equal((uint32_t)(out >> 32), 0x06416041);
}

static void trst_selects_both_idcodes(void **state)
{
	struct fixture *f = *state;
	uint64_t out;

	jtag_home(f);
	jtag_instruction(f, JTAG_BYPASS);
	wire_send(f, 't');
	wire_send(f, 'r');
	jtag_tick(f, false, false);
	out = jtag_scan(f, false, 0, 64);
	assert_int_equal((uint32_t)out, 0x4BA00477);
	assert_int_equal((uint32_t)(out >> 32), 0x06416041);
}

static void ir_capture_ends_in_01_in_both_taps(void **state)
{
	struct fixture *f = *state;
	unsigned captured;

	jtag_home(f);
	captured = jtag_instruction(f, JTAG_BYPASS);
	assert_int_equal(captured & 0xF, 0x1);
	assert_int_equal(captured >> 4, 0x01);
}

static void ir_chain_is_nine_bits(void **state)
{
	struct fixture *f = *state;

	jtag_home(f);
	/* A pattern comes out after nine bits. */
	assert_int_equal(jtag_scan(f, true, 0x2A5A5A5u << 3 | 7, 32) >> 9, (0x2A5A5A5u << 3 | 7) & 0x7FFFFF);
}

static void bypass_is_one_bit_in_each_tap(void **state)
{
	struct fixture *f = *state;
	const uint64_t pattern = 0x123456789ABCDEF5;

	jtag_home(f);
	jtag_instruction(f, JTAG_BYPASS);
	assert_int_equal(jtag_scan(f, false, pattern, 64), pattern << 2); /* both captured 0 */
}

static void unknown_instructions_are_bypass(void **state)
{
	static const unsigned unknown[] = {0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x9, 0xC, 0xD};
	struct fixture *f = *state;

	jtag_home(f);
	for (unsigned i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		jtag_instruction(f, unknown[i]);
		assert_int_equal(jtag_scan(f, false, 0xA5F0, 20), 0xA5F0 << 2 & 0xFFFFF);
	}
}

static void tdo_is_high_outside_the_shift_states(void **state)
{
	struct fixture *f = *state;

	jtag_home(f);
	for (unsigned s = 0; s < 16; s++) {
		f->board.jtag.state = (enum tap_state)s;
		f->board.jtag.debug.shift = 0;
		assert_int_equal(jtag_tdo(&f->board.jtag), s != SHIFT_DR && s != SHIFT_IR);
	}
}

static void only_rising_edges_clock(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	jtag_home(f);
	before = f->board.stats.tck;
	wire_send(f, '6'); /* TCK is high already */
	wire_send(f, '7');
	wire_send(f, '2');
	assert_int_equal(f->board.jtag.state, RUN_TEST_IDLE);
	assert_int_equal(f->board.stats.tck, before);
	wire_send(f, '6');
	assert_int_equal(f->board.jtag.state, SELECT_DR);
	assert_int_equal(f->board.stats.tck, before + 1);
}

/* ---- DPACC and APACC ---- */

enum { ACK_OK = 2 };

static void power_up(struct fixture *f)
{
	jtag_home(f);
	jtag_access(f, JTAG_DPACC, false, DP_CTRL_STAT, 0x50000000);
}

/* The result of an access comes with the next scan. */
static uint32_t result(struct fixture *f)
{
	uint64_t captured = jtag_access(f, JTAG_DPACC, true, DP_RDBUFF, 0);

	assert_int_equal(captured & 7, ACK_OK);
	return (uint32_t)(captured >> 3);
}

static void power_requests_are_acknowledged(void **state)
{
	struct fixture *f = *state;

	jtag_home(f);
	jtag_access(f, JTAG_DPACC, true, DP_CTRL_STAT, 0);
	assert_int_equal(result(f), 0);
	jtag_access(f, JTAG_DPACC, false, DP_CTRL_STAT, 0x50000000);
	jtag_access(f, JTAG_DPACC, true, DP_CTRL_STAT, 0);
	assert_int_equal(result(f), 0xF0000000);
}

static void a_read_shows_in_the_next_scan(void **state)
{
	struct fixture *f = *state;
	uint64_t captured;

	power_up(f);
	for (uint32_t i = 0; i < 4; i++)
		poke(f, RAM_BASE + 4 * i, 0x11111111 * (i + 1));
	jtag_access(f, JTAG_APACC, false, 0x0, 0x23000012); /* word, increment */
	jtag_access(f, JTAG_APACC, false, 0x4, RAM_BASE);
	jtag_access(f, JTAG_APACC, true, 0xC, 0);
	for (uint32_t i = 0; i < 3; i++) {
		captured = jtag_access(f, JTAG_APACC, true, 0xC, 0);
		assert_int_equal(captured & 7, ACK_OK);
		assert_int_equal((uint32_t)(captured >> 3), 0x11111111 * (i + 1));
	}
	assert_int_equal(result(f), 0x44444444);
}

static void a_write_through_apacc_lands_in_memory(void **state)
{
	struct fixture *f = *state;

	power_up(f);
	jtag_access(f, JTAG_APACC, false, 0x0, 0x23000002);
	jtag_access(f, JTAG_APACC, false, 0x4, RAM_BASE + 0x100);
	jtag_access(f, JTAG_APACC, false, 0xC, 0xCAFEF00D);
	assert_int_equal(peek(f, RAM_BASE + 0x100), 0xCAFEF00D);
}

static void ap_identification_is_in_bank_f(void **state)
{
	struct fixture *f = *state;

	power_up(f);
	jtag_access(f, JTAG_DPACC, false, DP_SELECT, 0xF0);
	jtag_access(f, JTAG_APACC, true, 0xC, 0);
	assert_int_equal(result(f), 0x24770011);
	jtag_access(f, JTAG_APACC, true, 0x8, 0);
	assert_int_equal(result(f), 0xE00FF003);
}

static void a_sticky_error_is_seen_and_cleared_by_writing_1(void **state)
{
	struct fixture *f = *state;

	power_up(f);
	jtag_access(f, JTAG_APACC, false, 0x0, 0x23000002);
	jtag_access(f, JTAG_APACC, false, 0x4, NOTHING_THERE);
	jtag_access(f, JTAG_APACC, true, 0xC, 0);
	jtag_access(f, JTAG_DPACC, true, DP_CTRL_STAT, 0);
	assert_int_equal(result(f), 0xF0000000 | CTRL_STAT_STICKYERR);
	jtag_access(f, JTAG_DPACC, false, DP_CTRL_STAT, 0x50000000); /* writing 0 keeps it */
	jtag_access(f, JTAG_DPACC, true, DP_CTRL_STAT, 0);
	assert_int_equal(result(f), 0xF0000000 | CTRL_STAT_STICKYERR);
	jtag_access(f, JTAG_DPACC, false, DP_CTRL_STAT, 0x50000000 | CTRL_STAT_STICKYERR);
	jtag_access(f, JTAG_DPACC, true, DP_CTRL_STAT, 0);
	assert_int_equal(result(f), 0xF0000000);
}

static void an_abort_scan_harms_nothing(void **state)
{
	struct fixture *f = *state;

	power_up(f);
	jtag_access(f, JTAG_ABORT, false, 0, 1);
	jtag_access(f, JTAG_DPACC, true, DP_CTRL_STAT, 0);
	assert_int_equal(result(f), 0xF0000000);
}

static void nrst_resets_the_core_but_not_the_debug_port(void **state)
{
	struct fixture *f = *state;

	power_up(f);
	poke(f, 0x40020014, 0xFFFF); /* GPIOA_ODR */
	wire_send(f, 's');
	wire_send(f, 'r');
	assert_int_equal(peek(f, 0x40020014), 0);
	jtag_access(f, JTAG_DPACC, true, DP_CTRL_STAT, 0);
	assert_int_equal(result(f), 0xF0000000);
}

static void characters_that_mean_nothing_are_reported(void **state)
{
	struct fixture *f = *state;

	f->unmodelled_expected = true;
	wire_send(f, '?');
	assert_int_equal(f->board.stats.unmodelled, 1);
	wire_send(f, 'B');
	wire_send(f, 'b');
	assert_int_equal(f->board.stats.unmodelled, 1);
}

static void nothing_is_taken_after_q(void **state)
{
	struct fixture *f = *state;
	uint8_t answers[4];
	size_t answered;

	f->wire.ops->take(&f->wire, (const uint8_t *)"RQRR", 4, answers, &answered);
	assert_int_equal(answered, 1);
	assert_true(f->wire.quit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(every_state_goes_where_ieee_1149_1_says),
		BOARD_TEST(five_ones_reset_from_every_state),
		BOARD_TEST(pause_and_exit2_do_not_disturb_a_shift),
		BOARD_TEST(reset_selects_both_idcodes),
		BOARD_TEST(trst_selects_both_idcodes),
		BOARD_TEST(ir_capture_ends_in_01_in_both_taps),
		BOARD_TEST(ir_chain_is_nine_bits),
		BOARD_TEST(bypass_is_one_bit_in_each_tap),
		BOARD_TEST(unknown_instructions_are_bypass),
		BOARD_TEST(tdo_is_high_outside_the_shift_states),
		BOARD_TEST(only_rising_edges_clock),
		BOARD_TEST(power_requests_are_acknowledged),
		BOARD_TEST(a_read_shows_in_the_next_scan),
		BOARD_TEST(a_write_through_apacc_lands_in_memory),
		BOARD_TEST(ap_identification_is_in_bank_f),
		BOARD_TEST(a_sticky_error_is_seen_and_cleared_by_writing_1),
		BOARD_TEST(an_abort_scan_harms_nothing),
		BOARD_TEST(nrst_resets_the_core_but_not_the_debug_port),
		BOARD_TEST(characters_that_mean_nothing_are_reported),
		BOARD_TEST(nothing_is_taken_after_q),
	};

	return cmocka_run_group_tests_name("jtag", tests, NULL, NULL);
}
