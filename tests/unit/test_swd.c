/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Serial wire debug, by a master of its own: bit by bit over the characters of remote_bitbang, as OpenOCD does. One bit
 * is: clock low with the level, look at the line, clock high. Reference: ARM IHI 0031 sections B4.2 and B5.2.
 */
#include "board_fixture.h"

enum { OK = 1, FAULT = 4, NOBODY = 7 }; /* acknowledgements; an undriven line is high */
enum { DP = 0, AP = 1, WRITE = 0, READ = 1 };
enum { ABORT_CLEAR_ALL = 0x1E };

static void send_bits(struct fixture *f, uint64_t bits, unsigned count)
{
	wire_send(f, 'O');
	for (unsigned i = 0; i < count; i++) {
		bool bit = i < 64 && (bits >> i & 1);

		wire_send(f, bit ? 'e' : 'd');
		wire_send(f, bit ? 'g' : 'f');
	}
}

static uint64_t receive_bits(struct fixture *f, unsigned count)
{
	uint64_t bits = 0;

	wire_send(f, 'o');
	for (unsigned i = 0; i < count; i++) {
		wire_send(f, 'd');
		bits |= (uint64_t)(wire_send(f, 'c') == '1') << i;
		wire_send(f, 'f');
	}
	return bits;
}

static void line_reset(struct fixture *f)
{
	send_bits(f, ~0ull, 56);
	send_bits(f, 0, 4);
}

static uint8_t header(bool ap, bool read, unsigned a)
{
	unsigned bits = (unsigned)ap | (unsigned)read << 1 | (a >> 2) << 2;

	return (uint8_t)(0x81 | bits << 1 | (unsigned)__builtin_parity(bits) << 5);
}

/* A read packet with all its phases, whatever the acknowledgement, as OpenOCD's bitbang driver clocks it. */
static unsigned packet_read(struct fixture *f, uint8_t head, uint32_t *data)
{
	uint64_t bits;
	unsigned ack;

	send_bits(f, head, 8);
	bits = receive_bits(f, 1 + 3 + 33 + 1);
	ack = bits >> 1 & 7;
	*data = (uint32_t)(bits >> 4);
	if (ack == OK)
		assert_int_equal(bits >> 36 & 1, __builtin_parity(*data));
	send_bits(f, 0, 2);
	return ack;
}

static unsigned packet_write(struct fixture *f, uint8_t head, uint32_t data, bool wrong_parity, bool data_phase)
{
	unsigned ack;

	send_bits(f, head, 8);
	ack = receive_bits(f, 1 + 3) >> 1 & 7;
	receive_bits(f, 1);
	if (data_phase)
		send_bits(f, (uint64_t)(__builtin_parity(data) ^ wrong_parity) << 32 | data, 33);
	send_bits(f, 0, 2);
	return ack;
}

static uint32_t read_ok(struct fixture *f, bool ap, unsigned a)
{
	uint32_t data;

	assert_int_equal(packet_read(f, header(ap, READ, a), &data), OK);
	return data;
}

static void write_ok(struct fixture *f, bool ap, unsigned a, uint32_t data)
{
	assert_int_equal(packet_write(f, header(ap, WRITE, a), data, false, true), OK);
}

static void connect(struct fixture *f, uint32_t control)
{
	line_reset(f);
	assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
	write_ok(f, DP, DP_ABORT, ABORT_CLEAR_ALL);
	write_ok(f, DP, DP_SELECT, 0);
	write_ok(f, DP, DP_CTRL_STAT, 0x50000000 | control);
}

/* Sets STICKYERR by reading where nothing answers. */
static void provoke_fault(struct fixture *f)
{
	write_ok(f, AP, 0x0, 0x23000002);
	write_ok(f, AP, 0x4, NOTHING_THERE);
	read_ok(f, AP, 0xC); /* posted: the error comes after its acknowledgement */
}

static void answers_dpidr_after_a_line_reset(void **state)
{
	struct fixture *f = *state;

	line_reset(f);
	assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
}

static void answers_dpidr_after_the_jtag_to_swd_sequence(void **state)
{
	struct fixture *f = *state;

	jtag_home(f);
	send_bits(f, ~0ull, 56);
	send_bits(f, 0xE79E, 16);
	line_reset(f);
	assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
}

static void fewer_than_fifty_ones_are_no_line_reset(void **state)
{
	struct fixture *f = *state;
	uint32_t data;

	send_bits(f, 0, 2);
	send_bits(f, ~0ull, 49);
	send_bits(f, 0, 4);
	assert_int_equal(packet_read(f, header(DP, READ, DP_DPIDR), &data), NOBODY);
	send_bits(f, ~0ull, 50);
	send_bits(f, 0, 2);
	assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
}

static void says_nothing_before_a_line_reset(void **state)
{
	struct fixture *f = *state;
	uint32_t data;

	send_bits(f, 0, 8);
	assert_int_equal(packet_read(f, header(DP, READ, DP_DPIDR), &data), NOBODY);
	assert_int_equal(data, 0xFFFFFFFF);
}

static void nothing_but_dpidr_is_answered_after_a_line_reset(void **state)
{
	static const struct {
		bool ap, read;
		unsigned a;
	} others[] = {{DP, READ, 4},  {DP, READ, 8}, {DP, READ, 12}, {DP, WRITE, 0}, {DP, WRITE, 4},
		      {DP, WRITE, 8}, {AP, READ, 0}, {AP, READ, 12}, {AP, WRITE, 4}};
	struct fixture *f = *state;
	uint32_t data;

	for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
		uint8_t head = header(others[i].ap, others[i].read, others[i].a);

		line_reset(f);
		if (others[i].read)
			assert_int_equal(packet_read(f, head, &data), NOBODY);
		else
			assert_int_equal(packet_write(f, head, 0x50000000, false, true), NOBODY);
		/* and then it is silent until the next line reset */
		assert_int_equal(packet_read(f, header(DP, READ, DP_DPIDR), &data), NOBODY);
		line_reset(f);
		assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
		assert_int_equal(read_ok(f, DP, DP_CTRL_STAT), 0);
	}
}

static void power_up_is_acknowledged(void **state)
{
	struct fixture *f = *state;

	connect(f, 0);
	assert_int_equal(read_ok(f, DP, DP_CTRL_STAT) & 0xF0000000, 0xF0000000);
}

static void memory_is_written_and_read_with_posted_reads(void **state)
{
	struct fixture *f = *state;

	connect(f, CTRL_STAT_ORUNDETECT);
	write_ok(f, AP, 0x0, 0x23000012);
	write_ok(f, AP, 0x4, RAM_BASE + 0x40);
	for (uint32_t i = 0; i < 8; i++)
		write_ok(f, AP, 0xC, 0x01234567 * (i + 1));
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(peek(f, RAM_BASE + 0x40 + 4 * i), 0x01234567 * (i + 1));
	write_ok(f, AP, 0x4, RAM_BASE + 0x40);
	read_ok(f, AP, 0xC);
	for (uint32_t i = 0; i < 7; i++)
		assert_int_equal(read_ok(f, AP, 0xC), 0x01234567 * (i + 1));
	assert_int_equal(read_ok(f, DP, DP_RDBUFF), 0x01234567 * 8u);
	assert_int_equal(read_ok(f, DP, DP_SELECT), 0x01234567 * 8u); /* RESEND */
	assert_int_equal(read_ok(f, AP, 0x4), 0x01234567 * 8u);
	assert_int_equal(read_ok(f, DP, DP_RDBUFF), RAM_BASE + 0x60); /* RDBUFF does not start another */
}

static void packets_may_follow_each_other_without_idle_bits(void **state)
{
	struct fixture *f = *state;
	uint64_t bits;

	line_reset(f);
	for (int i = 0; i < 3; i++) {
		send_bits(f, header(DP, READ, DP_DPIDR), 8);
		bits = receive_bits(f, 38);
		assert_int_equal(bits >> 1 & 7, OK);
		assert_int_equal((uint32_t)(bits >> 4), 0x2BA01477);
	}
}

static void every_wrong_header_is_ignored(void **state)
{
	struct fixture *f = *state;
	uint32_t data;

	for (unsigned bit = 1; bit < 8; bit++) {
		line_reset(f);
		read_ok(f, DP, DP_DPIDR);
		/* One bit of address, direction, parity, stop or park is wrong: nobody answers. */
		assert_int_equal(packet_read(f, header(DP, READ, DP_CTRL_STAT) ^ (uint8_t)(1u << bit), &data), NOBODY);
		assert_int_equal(packet_read(f, header(DP, READ, DP_DPIDR), &data), NOBODY);
	}
	line_reset(f);
	assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
}

static void write_data_with_wrong_parity_is_not_taken(void **state)
{
	struct fixture *f = *state;

	connect(f, CTRL_STAT_ORUNDETECT);
	write_ok(f, AP, 0x0, 0x23000002);
	write_ok(f, AP, 0x4, RAM_BASE);
	poke(f, RAM_BASE, 0x5A5A5A5A);
	assert_int_equal(packet_write(f, header(AP, WRITE, 0xC), 0x12345678, true, true), OK);
	assert_int_equal(peek(f, RAM_BASE), 0x5A5A5A5A);
	assert_true(read_ok(f, DP, DP_CTRL_STAT) & CTRL_STAT_WDATAERR);
	assert_int_equal(packet_write(f, header(AP, WRITE, 0xC), 0x12345678, false, true), FAULT);
	write_ok(f, DP, DP_ABORT, ABORT_CLEAR_ALL);
	assert_false(read_ok(f, DP, DP_CTRL_STAT) & CTRL_STAT_WDATAERR);
	write_ok(f, AP, 0xC, 0x12345678);
	assert_int_equal(peek(f, RAM_BASE), 0x12345678);
}

static void a_bad_address_faults_until_abort(void **state)
{
	struct fixture *f = *state;
	uint32_t data;

	connect(f, CTRL_STAT_ORUNDETECT);
	provoke_fault(f);
	assert_int_equal(packet_read(f, header(DP, READ, DP_RDBUFF), &data), FAULT);
	assert_int_equal(packet_read(f, header(AP, READ, 0xC), &data), FAULT);
	assert_int_equal(packet_write(f, header(AP, WRITE, 0x4), RAM_BASE, false, true), FAULT);
	assert_int_equal(packet_write(f, header(DP, WRITE, DP_SELECT), 0, false, true), FAULT);
	/* What is always answered: DPIDR, CTRL/STAT, ABORT. */
	assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
	assert_true(read_ok(f, DP, DP_CTRL_STAT) & CTRL_STAT_STICKYERR);
	assert_true(read_ok(f, DP, DP_CTRL_STAT) & CTRL_STAT_STICKYORUN);
	write_ok(f, DP, DP_ABORT, ABORT_CLEAR_ALL);
	assert_int_equal(read_ok(f, DP, DP_CTRL_STAT), 0xF0000000 | CTRL_STAT_ORUNDETECT);
	write_ok(f, AP, 0x4, RAM_BASE);
	write_ok(f, AP, 0xC, 77);
	assert_int_equal(peek(f, RAM_BASE), 77);
}

static void a_bad_write_faults_the_next_packet(void **state)
{
	struct fixture *f = *state;
	uint32_t data;

	connect(f, CTRL_STAT_ORUNDETECT);
	write_ok(f, AP, 0x0, 0x23000002);
	write_ok(f, AP, 0x4, NOTHING_THERE);
	write_ok(f, AP, 0xC, 1);
	assert_int_equal(packet_read(f, header(AP, READ, 0x0), &data), FAULT);
	write_ok(f, DP, DP_ABORT, ABORT_CLEAR_ALL);
	read_ok(f, AP, 0x0);
}

static void each_abort_bit_clears_its_own_flag(void **state)
{
	static const struct {
		uint32_t abort, flag;
	} rows[] = {{0x02, CTRL_STAT_STICKYCMP},
		    {0x04, CTRL_STAT_STICKYERR},
		    {0x08, CTRL_STAT_WDATAERR},
		    {0x10, CTRL_STAT_STICKYORUN}};
	const uint32_t all = CTRL_STAT_STICKYCMP | CTRL_STAT_STICKYERR | CTRL_STAT_WDATAERR | CTRL_STAT_STICKYORUN;
	struct fixture *f = *state;

	connect(f, 0);
	for (unsigned i = 0; i < 4; i++) {
		f->board.dap.ctrl_stat |= all;
		write_ok(f, DP, DP_ABORT, rows[i].abort);
		assert_int_equal(read_ok(f, DP, DP_CTRL_STAT) & all, all & ~rows[i].flag);
	}
	/* On this wire, writing CTRL/STAT clears none of them. */
	write_ok(f, DP, DP_ABORT, ABORT_CLEAR_ALL);
	f->board.dap.ctrl_stat |= CTRL_STAT_STICKYERR;
	assert_int_equal(packet_write(f, header(DP, WRITE, DP_CTRL_STAT), 0x50000000 | all, false, false), FAULT);
	assert_true(read_ok(f, DP, DP_CTRL_STAT) & CTRL_STAT_STICKYERR);
}

static void a_refused_packet_has_no_data_phase_without_overrun_detection(void **state)
{
	struct fixture *f = *state;

	connect(f, 0);
	provoke_fault(f);
	/* Header, turnaround, FAULT, turnaround, and at once the next header. */
	send_bits(f, header(AP, WRITE, 0xC), 8);
	assert_int_equal(receive_bits(f, 4) >> 1 & 7, FAULT);
	receive_bits(f, 1);
	send_bits(f, header(AP, READ, 0xC), 8);
	assert_int_equal(receive_bits(f, 4) >> 1 & 7, FAULT);
	receive_bits(f, 1);
	assert_int_equal(read_ok(f, DP, DP_CTRL_STAT), 0xF0000000 | CTRL_STAT_STICKYERR); /* and no overrun */
}

static void a_refused_packet_keeps_its_data_phase_with_overrun_detection(void **state)
{
	struct fixture *f = *state;
	uint64_t bits;

	connect(f, CTRL_STAT_ORUNDETECT);
	provoke_fault(f);
	send_bits(f, header(AP, WRITE, 0xC), 8);
	assert_int_equal(receive_bits(f, 4) >> 1 & 7, FAULT);
	receive_bits(f, 1);
	send_bits(f, 0x1FFFFFFFF, 33); /* would be a start bit if the target were idle */
	send_bits(f, header(AP, READ, 0xC), 8);
	bits = receive_bits(f, 38);
	assert_int_equal(bits >> 1 & 7, FAULT);
	assert_int_equal(read_ok(f, DP, DP_CTRL_STAT),
			 0xF0000000 | CTRL_STAT_ORUNDETECT | CTRL_STAT_STICKYERR | CTRL_STAT_STICKYORUN);
}

static void a_line_reset_in_the_middle_of_a_packet_recovers(void **state)
{
	struct fixture *f = *state;

	connect(f, CTRL_STAT_ORUNDETECT);
	for (unsigned cut = 1; cut < 33; cut += 5) {
		send_bits(f, header(AP, WRITE, 0x4), 8);
		receive_bits(f, 5);
		send_bits(f, 0, cut);
		line_reset(f);
		assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
		write_ok(f, DP, DP_ABORT, ABORT_CLEAR_ALL);
	}
	assert_int_equal(read_ok(f, DP, DP_CTRL_STAT) & 0xF0000000, 0xF0000000); /* the power stays up */
}

static void idle_bits_between_packets_do_no_harm(void **state)
{
	struct fixture *f = *state;

	connect(f, 0);
	for (unsigned idle = 0; idle < 100; idle += 9) {
		send_bits(f, 0, idle);
		assert_int_equal(read_ok(f, DP, DP_DPIDR), 0x2BA01477);
	}
}

static void swclk_counts_as_clock(void **state)
{
	struct fixture *f = *state;
	uint64_t before = f->board.stats.tck;

	send_bits(f, 0, 10);
	assert_int_equal(f->board.stats.tck, before + 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(answers_dpidr_after_a_line_reset),
		BOARD_TEST(answers_dpidr_after_the_jtag_to_swd_sequence),
		BOARD_TEST(fewer_than_fifty_ones_are_no_line_reset),
		BOARD_TEST(says_nothing_before_a_line_reset),
		BOARD_TEST(nothing_but_dpidr_is_answered_after_a_line_reset),
		BOARD_TEST(power_up_is_acknowledged),
		BOARD_TEST(memory_is_written_and_read_with_posted_reads),
		BOARD_TEST(packets_may_follow_each_other_without_idle_bits),
		BOARD_TEST(every_wrong_header_is_ignored),
		BOARD_TEST(write_data_with_wrong_parity_is_not_taken),
		BOARD_TEST(a_bad_address_faults_until_abort),
		BOARD_TEST(a_bad_write_faults_the_next_packet),
		BOARD_TEST(each_abort_bit_clears_its_own_flag),
		BOARD_TEST(a_refused_packet_has_no_data_phase_without_overrun_detection),
		BOARD_TEST(a_refused_packet_keeps_its_data_phase_with_overrun_detection),
		BOARD_TEST(a_line_reset_in_the_middle_of_a_packet_recovers),
		BOARD_TEST(idle_bits_between_packets_do_no_harm),
		BOARD_TEST(swclk_counts_as_clock),
	};

	return cmocka_run_group_tests_name("swd", tests, NULL, NULL);
}
