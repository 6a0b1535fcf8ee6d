/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A CMSIS-DAP probe on the network, SWD. Sources: ARM's CMSIS-DAP command reference (version 2), and for the frames around the
 * commands OpenOCD's src/jtag/drivers/cmsis_dap_tcp.c of 2025.
 *
 * A frame: "DAP" and a zero, the length of what follows the 8 bytes, 1 for a request or 2 for a response, a zero. Numbers
 * are little-endian.
 */
#include "probes/probe.h"
#include "probes/swd_master.h"

#include "board.h"

#include <string.h>

enum { FRAME = 8, PACKET_SIZE = 1024, REQUEST = 1, RESPONSE = 2 };
#define SIGNATURE 0x00504144u

struct cmsis_dap {
	unsigned idle_cycles;
	uint16_t wait_retries, match_retries;
	uint32_t match_mask;
};

/* What a command reads from and writes to; reading past the end gives zeros, so that a short packet does no harm. */
struct packet {
	const uint8_t *in, *in_end;
	uint8_t *out, *out_end;
};

static uint32_t take(struct packet *packet, unsigned size)
{
	uint32_t value = 0;

	if ((size_t)(packet->in_end - packet->in) >= size)
		value = bytes_load(packet->in, size);
	packet->in = (size_t)(packet->in_end - packet->in) >= size ? packet->in + size : packet->in_end;
	return value;
}

static void put(struct packet *packet, unsigned size, uint32_t value)
{
	if ((size_t)(packet->out_end - packet->out) < size)
		return;
	bytes_store(packet->out, size, value);
	packet->out += size;
}

/* ---- general ------------------------------------------------------------------------------------------------------ */

enum { STATUS_OK = 0, STATUS_ERROR = 0xFF };

static void put_text(struct packet *packet, const char *text)
{
	size_t length = strlen(text) + 1;

	put(packet, 1, (uint32_t)length);
	for (size_t i = 0; i < length; i++)
		put(packet, 1, (uint8_t)text[i]);
}

static void info(struct probe *probe, struct packet *packet)
{
	enum { VENDOR = 1, PRODUCT = 2, SERIAL = 3, VERSION = 4, CAPABILITIES = 0xF0, COUNT = 0xFE, SIZE = 0xFF };

	switch (take(packet, 1)) {
	case VENDOR:
	case PRODUCT:
		put_text(packet, "Virtual CMSIS-DAP of vboard");
		break;
	case SERIAL:
		put_text(packet, probe->serial);
		break;
	case VERSION:
		put_text(packet, "2.1.0");
		break;
	case CAPABILITIES:
		put(packet, 1, 1);
		put(packet, 1, 1); /* SWD */
		break;
	case COUNT:
		put(packet, 1, 1);
		put(packet, 1, 4); /* packets under way */
		break;
	case SIZE:
		put(packet, 1, 2);
		put(packet, 2, PACKET_SIZE);
		break;
	default:
		put(packet, 1, 0);
	}
}

static void connect_port(struct probe *probe, struct packet *packet)
{
	enum { DEFAULT = 0, SWD = 1 };
	uint32_t port = take(packet, 1);

	(void)probe;
	put(packet, 1, port == DEFAULT || port == SWD ? SWD : 0); /* 0: not to be had */
}

static void always_fine(struct probe *probe, struct packet *packet)
{
	(void)probe;
	put(packet, 1, STATUS_OK);
}

static void delay(struct probe *probe, struct packet *packet)
{
	probe->board->stats.time_ns += 1000 * (uint64_t)take(packet, 2);
	put(packet, 1, STATUS_OK);
}

static void reset_target(struct probe *probe, struct packet *packet)
{
	(void)probe;
	put(packet, 1, STATUS_OK);
	put(packet, 1, 0); /* there is no reset sequence of the device's own */
}

static void set_clock(struct probe *probe, struct packet *packet)
{
	uint32_t hz = take(packet, 4);

	if (hz)
		probe->board->tck_ns = 1000000000 / hz;
	put(packet, 1, hz ? STATUS_OK : STATUS_ERROR);
}

static void pins(struct probe *probe, struct packet *packet)
{
	enum { NRESET = 1 << 7, SWDIO = 1 << 1 };
	uint32_t levels = take(packet, 1), which = take(packet, 1);

	take(packet, 4);
	if (which & NRESET)
		board_drive_nrst(probe->board, !(levels & NRESET));
	put(packet, 1, (probe->board->nrst ? 0 : NRESET) | SWDIO);
}

static void swj_sequence(struct probe *probe, struct packet *packet)
{
	unsigned count = take(packet, 1);

	count = count ? count : 256;
	if ((size_t)(packet->in_end - packet->in) * 8 >= count)
		swd_send(probe->board, packet->in, count);
	put(packet, 1, STATUS_OK);
}

/* ---- transfers ------------------------------------------------------------------------------------------------------ */

enum { R_AP = 1 << 0, R_READ = 1 << 1, R_A = 3 << 2, R_MATCH = 1 << 4, R_MASK = 1 << 5 };
enum { MISMATCH = 1 << 4, PROTOCOL_ERROR = 1 << 3 };

static void configure(struct probe *probe, struct packet *packet)
{
	struct cmsis_dap *dap = probe->state;

	dap->idle_cycles = take(packet, 1);
	dap->wait_retries = (uint16_t)take(packet, 2);
	dap->match_retries = (uint16_t)take(packet, 2);
	put(packet, 1, STATUS_OK);
}

/* One transfer, again while the target says WAIT. */
static uint32_t insist(struct probe *probe, uint32_t request, uint32_t *data)
{
	const struct cmsis_dap *dap = probe->state;
	enum swd_answer answer = SWD_WAIT;

	/* Pulled out: the connection stays, as OpenOCD's driver of 2025 waits for ever on one that has ended. */
	if (probe_unplugged(probe))
		return SWD_NOTHING;
	for (unsigned tries = 0; answer == SWD_WAIT && tries <= dap->wait_retries; tries++)
		answer = swd_transfer(probe->board, request & R_AP, request & R_READ, request & R_A, data);
	return answer == SWD_PARITY ? PROTOCOL_ERROR : (uint32_t)answer;
}

/* The same with the result of a read of the access port, which comes one transfer later, and with matching. */
static uint32_t do_transfer(struct probe *probe, uint32_t request, uint32_t *data)
{
	const struct cmsis_dap *dap = probe->state;
	uint32_t wanted = *data, answer = SWD_OK;

	for (unsigned tries = 0; tries <= dap->match_retries; tries++) {
		answer = insist(probe, request, data);
		if (answer == SWD_OK && (request & R_AP) && (request & R_READ))
			answer = insist(probe, R_READ | DP_RDBUFF, data);
		if (answer != SWD_OK || !(request & R_MATCH) || (*data & dap->match_mask) == wanted)
			return answer;
	}
	return answer | MISMATCH;
}

static void transfers(struct probe *probe, struct packet *packet)
{
	struct cmsis_dap *dap = probe->state;
	uint8_t *head = packet->out;
	uint32_t done = 0, answer = SWD_OK, count;
	bool wrote = false;

	take(packet, 1); /* number of the device in a JTAG chain */
	count = take(packet, 1);
	put(packet, 2, 0);
	while (done < count && answer == SWD_OK && packet->in < packet->in_end) {
		uint32_t request = take(packet, 1), data = 0;

		if (!(request & R_READ) || (request & R_MATCH))
			data = take(packet, 4);
		if (!(request & R_READ) && (request & R_MASK)) {
			dap->match_mask = data;
			done++;
			continue;
		}
		answer = do_transfer(probe, request, &data);
		done++;
		wrote = !(request & R_READ);
		if (answer == SWD_OK && (request & R_READ) && !(request & R_MATCH))
			put(packet, 4, data);
	}
	/* Writes are posted: the last one may still fail. */
	if (answer == SWD_OK && wrote) {
		uint32_t ignored;

		answer = insist(probe, R_READ | DP_RDBUFF, &ignored);
	}
	head[0] = (uint8_t)done;
	head[1] = (uint8_t)answer;
}

static void transfer_block(struct probe *probe, struct packet *packet)
{
	uint8_t *head = packet->out;
	uint32_t done = 0, answer = SWD_OK, count, request, data;

	take(packet, 1);
	count = take(packet, 2);
	request = take(packet, 1);
	put(packet, 3, 0);
	packet->out = head + 3;
	while (done < count && answer == SWD_OK) {
		data = request & R_READ ? 0 : take(packet, 4);
		answer = do_transfer(probe, request & (R_AP | R_READ | R_A), &data);
		done++;
		if (answer == SWD_OK && (request & R_READ))
			put(packet, 4, data);
	}
	if (answer == SWD_OK && done && !(request & R_READ))
		answer = insist(probe, R_READ | DP_RDBUFF, &data);
	bytes_store(head, 2, done);
	head[2] = (uint8_t)answer;
}

static void write_abort(struct probe *probe, struct packet *packet)
{
	uint32_t value;

	take(packet, 1);
	value = take(packet, 4);
	put(packet, 1, insist(probe, DP_ABORT, &value) == SWD_OK ? STATUS_OK : STATUS_ERROR);
}

/* clang-format off */
static const struct command {
	uint8_t code;
	void (*run)(struct probe *probe, struct packet *packet);
} commands[] = {
	{0x00, info},        {0x01, always_fine} /* lights */, {0x02, connect_port}, {0x03, always_fine} /* disconnect */,
	{0x04, configure},   {0x05, transfers},    {0x06, transfer_block}, {0x08, write_abort},
	{0x09, delay},       {0x0A, reset_target}, {0x10, pins},           {0x11, set_clock},
	{0x12, swj_sequence}, {0x13, always_fine} /* turnaround of one clock */,
};
/* clang-format on */

static void run(struct probe *probe, struct packet *packet)
{
	uint32_t code = take(packet, 1);

	for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (commands[i].code == code) {
			put(packet, 1, code);
			commands[i].run(probe, packet);
			return;
		}
	}
	stats_unmodelled(&probe->board->stats, "CMSIS-DAP command", code);
	put(packet, 1, STATUS_ERROR);
}

static size_t cmsis_dap_take(struct probe *probe, const uint8_t *bytes, size_t count, uint8_t *answers,
			     size_t *answered)
{
	struct packet packet;
	size_t length;

	*answered = 0;
	if (count < FRAME)
		return 0;
	length = bytes_load(bytes + 4, 2);
	if (bytes_load(bytes, 4) != SIGNATURE || bytes[6] != REQUEST || length > PACKET_SIZE) {
		stats_unmodelled(&probe->board->stats, "CMSIS-DAP frame", bytes_load(bytes, 4));
		probe->quit = true;
		return count;
	}
	if (count < FRAME + length)
		return 0;
	packet = (struct packet){.in = bytes + FRAME,
				 .in_end = bytes + FRAME + length,
				 .out = answers + FRAME,
				 .out_end = answers + FRAME + PACKET_SIZE};
	run(probe, &packet);
	bytes_store(answers, 4, SIGNATURE);
	bytes_store(answers + 4, 2, (uint32_t)(packet.out - answers - FRAME));
	answers[6] = RESPONSE;
	answers[7] = 0;
	*answered = (size_t)(packet.out - answers);
	return FRAME + length;
}

static int cmsis_dap_open(struct probe *probe, const char *variant)
{
	(void)probe;
	return variant ? -1 : 0;
}

const struct probe_ops probe_cmsis_dap = {
	.name = "cmsis-dap",
	.about = "a CMSIS-DAP by TCP; OpenOCD of 2025-09 on",
	.open = cmsis_dap_open,
	.take = cmsis_dap_take,
	.size = sizeof(struct cmsis_dap),
};
