/* SPDX-License-Identifier: GPL-2.0-only
 *
 * It clocks requests and data out as a probe's firmware does, and reads the acknowledge and the parity back.
 */
#include "probes/swd_master.h"

#include "board.h"

static void send_bit(struct board *board, bool bit)
{
	board_count_clock(board);
	if (board_answers(board))
		swd_clock(&board->swd, bit);
}

static bool receive_bit(struct board *board)
{
	bool bit = !board_answers(board) || swd_output(&board->swd);

	send_bit(board, true);
	return bit;
}

void swd_send(struct board *board, const uint8_t *bits, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		send_bit(board, bits[i / 8] >> i % 8 & 1);
}

static void send_word(struct board *board, uint32_t word, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		send_bit(board, word >> i & 1);
}

static uint32_t receive_word(struct board *board, unsigned count)
{
	uint32_t word = 0;

	for (unsigned i = 0; i < count; i++)
		word |= (uint32_t)receive_bit(board) << i;
	return word;
}

void swd_select(struct board *board)
{
	static const uint8_t ones[7] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
	static const uint8_t jtag_to_swd[2] = {0x9E, 0xE7};

	swd_send(board, ones, 56);
	swd_send(board, jtag_to_swd, 16);
	swd_send(board, ones, 56);
	send_word(board, 0, 8);
}

enum swd_answer swd_transfer(struct board *board, bool ap, bool read, unsigned a, uint32_t *data)
{
	uint32_t request = (uint32_t)ap | (uint32_t)read << 1 | (a >> 2 & 3) << 2;
	uint32_t ack, value = 0;
	bool parity = false;

	send_word(board, 0x81 | request << 1 | (uint32_t)__builtin_parity(request) << 5, 8);
	send_bit(board, true); /* turnaround */
	ack = receive_word(board, 3);
	if (ack == SWD_OK && read) {
		value = receive_word(board, 32);
		parity = receive_bit(board);
		*data = value;
	}
	send_bit(board, true); /* turnaround */
	if (ack == SWD_OK && !read) {
		send_word(board, *data, 32);
		send_bit(board, __builtin_parity(*data));
	}
	send_word(board, 0, 2); /* idle: the transfer is carried out */
	if (ack == SWD_OK && read && parity != (bool)__builtin_parity(value))
		return SWD_PARITY;
	return ack == SWD_OK || ack == SWD_WAIT || ack == SWD_FAULT ? (enum swd_answer)ack : SWD_NOTHING;
}
