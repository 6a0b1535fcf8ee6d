/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The remote_bitbang protocol of OpenOCD: characters to pins. Source of the characters: OpenOCD
 * doc/manual/jtag/drivers/remote_bitbang.txt and src/jtag/drivers/remote_bitbang.c.
 */
#include "probes/probe.h"

#include "board.h"

/* The levels that the debugger has set last. */
struct pins {
	bool tck, swclk, swdio;
};

static void jtag_pins(struct probe *probe, unsigned levels)
{
	struct pins *pins = probe->state;
	bool tck = levels & 4;

	if (tck && !pins->tck) {
		board_count_clock(probe->board);
		jtag_clock(&probe->board->jtag, levels & 2, levels & 1);
	}
	pins->tck = tck;
}

static void swd_pins(struct probe *probe, unsigned levels)
{
	struct pins *pins = probe->state;
	bool swclk = levels & 2;

	pins->swdio = levels & 1;
	if (swclk && !pins->swclk) {
		board_count_clock(probe->board);
		swd_clock(&probe->board->swd, pins->swdio);
	}
	pins->swclk = swclk;
}

static void reset_pins(struct probe *probe, unsigned levels)
{
	bool trst = levels & 2, srst = levels & 1;

	if (trst)
		jtag_reset(&probe->board->jtag);
	board_drive_nrst(probe->board, srst);
}

/* One character. Returns its answer, or 0 if it has none. */
static char take_character(struct probe *probe, char c)
{
	struct board *board = probe->board;

	switch (c) {
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
		jtag_pins(probe, (unsigned)(c - '0'));
		break;
	case 'R':
		return jtag_tdo(&board->jtag) ? '1' : '0';
	case 'd':
	case 'e':
	case 'f':
	case 'g':
		swd_pins(probe, (unsigned)(c - 'd'));
		break;
	case 'c':
		return swd_output(&board->swd) ? '1' : '0';
	case 'r':
	case 's':
	case 't':
	case 'u':
		reset_pins(probe, (unsigned)(c - 'r'));
		break;
	case 'O':
	case 'o': /* SWDIO driven by the host or not: the packets tell already */
	case 'B':
	case 'b': /* activity light */
		break;
	case 'Z': /* the host asks for a delay, in ms or µs: modelled time passes */
		board->stats.time_ns += 1000000;
		break;
	case 'z':
		board->stats.time_ns += 1000;
		break;
	default:
		stats_unmodelled(&board->stats, "remote_bitbang character", (unsigned char)c);
	}
	return 0;
}

static size_t bitbang_take(struct probe *probe, const uint8_t *characters, size_t count, uint8_t *answers,
			   size_t *answered)
{
	size_t taken = 0;

	*answered = 0;
	while (taken < count && !probe->quit) {
		char c = (char)characters[taken++], answer;

		if (c == 'Q') {
			probe->quit = true;
			break;
		}
		if (probe_unplugged(probe))
			probe->hang_up = true;
		if (!board_answers(probe->board) || probe->hang_up)
			answer = c == 'R' || c == 'c' ? '1' : 0; /* nobody drives the lines: they are pulled up */
		else
			answer = take_character(probe, c);
		if (answer)
			answers[(*answered)++] = (uint8_t)answer;
	}
	return taken;
}

static int bitbang_open(struct probe *probe, const char *variant)
{
	(void)probe;
	return variant ? -1 : 0;
}

const struct probe_ops probe_bitbang = {
	.name = "bitbang",
	.about = "OpenOCD's remote_bitbang, JTAG or SWD",
	.open = bitbang_open,
	.take = bitbang_take,
	.size = sizeof(struct pins),
};
