/* SPDX-License-Identifier: GPL-2.0-only */
#include "probes/bitbang.h"

#include "board.h"

static void count_clock(struct board *board)
{
	board->stats.tck++;
	board->stats.time_ns += board->tck_ns;
}

static void jtag_pins(struct bitbang *bitbang, unsigned pins)
{
	bool tck = pins & 4;

	if (tck && !bitbang->tck) {
		count_clock(bitbang->board);
		jtag_clock(&bitbang->board->jtag, pins & 2, pins & 1);
	}
	bitbang->tck = tck;
}

static void swd_pins(struct bitbang *bitbang, unsigned pins)
{
	bool swclk = pins & 2;

	bitbang->swdio = pins & 1;
	if (swclk && !bitbang->swclk) {
		count_clock(bitbang->board);
		swd_clock(&bitbang->board->swd, bitbang->swdio);
	}
	bitbang->swclk = swclk;
}

/* While NRST is held the core does not run; it starts when NRST is let go. */
static void reset_pins(struct bitbang *bitbang, unsigned pins)
{
	bool trst = pins & 2, srst = pins & 1;

	if (trst)
		jtag_reset(&bitbang->board->jtag);
	if (srst || bitbang->srst)
		board_reset(bitbang->board);
	bitbang->srst = srst;
}

/* The probe has been pulled out, as --unplug asked. */
static bool unplugged(const struct board *board)
{
	return board->fault.unplug_at && board->stats.ap_reads + board->stats.ap_writes >= board->fault.unplug_at;
}

size_t bitbang_take(struct bitbang *bitbang, const char *characters, size_t count, char *answers)
{
	struct board *board = bitbang->board;
	size_t answered = 0;

	for (size_t i = 0; i < count && !bitbang->quit; i++) {
		char c = characters[i];

		if (unplugged(board))
			bitbang->unplugged = true;
		if (board->flash.dead || bitbang->unplugged) {
			/* Nobody drives the lines: they are pulled up. */
			if (c == 'R' || c == 'c')
				answers[answered++] = '1';
			bitbang->quit |= c == 'Q';
			continue;
		}

		switch (c) {
		case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
			jtag_pins(bitbang, (unsigned)(c - '0'));
			break;
		case 'R':
			answers[answered++] = jtag_tdo(&board->jtag) ? '1' : '0';
			break;
		case 'd': case 'e': case 'f': case 'g':
			swd_pins(bitbang, (unsigned)(c - 'd'));
			break;
		case 'c':
			answers[answered++] = swd_output(&board->swd) ? '1' : '0';
			break;
		case 'r': case 's': case 't': case 'u':
			reset_pins(bitbang, (unsigned)(c - 'r'));
			break;
		case 'O': case 'o': /* SWDIO driven by the host or not: the packets tell already */
		case 'B': case 'b': /* activity light */
			break;
		case 'Z': /* the host asks for a delay, in ms or µs: modelled time passes */
			board->stats.time_ns += 1000000;
			break;
		case 'z':
			board->stats.time_ns += 1000;
			break;
		case 'Q':
			bitbang->quit = true;
			break;
		default:
			stats_unmodelled(&board->stats, "remote_bitbang character", (unsigned char)c);
		}
	}
	return answered;
}
