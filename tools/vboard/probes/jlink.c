/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A J-Link on the network: it moves bits, as it is told, over the wire that is selected. Sources: libjaylink 0.3
 * (libjaylink/discovery_tcp.c, transport_tcp.c, device.c, target.c, jtag.c, swd.c) and OpenOCD 0.12
 * src/jtag/drivers/jlink.c.
 *
 * The host finds it by a message on UDP port 19020 and talks to it on TCP port 19020. Numbers are little-endian.
 */
#include "probes/probe.h"

#include "board.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum wire { WIRE_JTAG = 0, WIRE_SWD = 1 };

struct jlink {
	uint8_t wire;
};

enum { HARDWARE_VERSION = 100000, COMMAND_FOLLOWS = 0x07, JLINK_PORT = 19020 };
/* Capabilities: GET_HW_VERSION and SELECT_TIF. */
#define CAPABILITIES (1u << 1 | 1u << 17)

static const char firmware[] = "Virtual J-Link of vboard";

/* ---- bits ------------------------------------------------------------------------------------------------------- */

static bool jtag_bit(struct board *board, bool tms, bool tdi)
{
	bool tdo = jtag_tdo(&board->jtag);

	board_count_clock(board);
	jtag_clock(&board->jtag, tms, tdi);
	return tdo;
}

/* A J-Link samples SWDIO after the clock's edge: the acknowledgement's first bit comes with the turnaround. */
static bool swd_bit(struct board *board, bool out, bool swdio)
{
	board_count_clock(board);
	swd_clock(&board->swd, out ? swdio : true);
	return out ? swdio : swd_output(&board->swd);
}

/* `count` bits. `first` is TMS, or for SWD who drives; `second` is TDI or SWDIO; `in` is what was seen. */
static void move_bits(struct probe *probe, const uint8_t *first, const uint8_t *second, uint8_t *in, unsigned count)
{
	const struct jlink *jlink = probe->state;
	struct board *board = probe->board;
	bool answers = board_answers(board);

	memset(in, 0, (count + 7) / 8);
	for (unsigned i = 0; i < count; i++) {
		bool a = first[i / 8] >> i % 8 & 1, b = second[i / 8] >> i % 8 & 1, bit = true;

		if (answers)
			bit = jlink->wire == WIRE_SWD ? swd_bit(board, a, b) : jtag_bit(board, a, b);
		in[i / 8] |= (uint8_t)(bit << i % 8);
	}
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

struct command {
	uint8_t code;
	uint8_t length; /* bytes, itself among them; more follows in a transfer of bits */
	/* Puts the answer into `answer`, returns its length in bytes. */
	size_t (*run)(struct probe *probe, const uint8_t *command, uint8_t *answer);
};

static size_t say_firmware(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	(void)probe, (void)command;
	bytes_store(answer, 2, sizeof firmware);
	memcpy(answer + 2, firmware, sizeof firmware);
	return 2 + sizeof firmware;
}

static size_t say_capabilities(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	(void)probe, (void)command;
	bytes_store(answer, 4, CAPABILITIES);
	return 4;
}

static size_t say_hardware(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	(void)probe, (void)command;
	bytes_store(answer, 4, HARDWARE_VERSION);
	return 4;
}

/* Target voltage in mV, then the levels of TCK, TDI, TDO, TMS, RESET, TRST. */
static size_t say_state(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	const struct board *board = probe->board;

	(void)command;
	memset(answer, 0, 8);
	bytes_store(answer, 2, board_answers(board) ? 3300 : 0);
	answer[6] = !board->nrst;
	return 8;
}

static size_t select_wire(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	enum { WHICH = 0xFE, AVAILABLE = 0xFF };
	struct jlink *jlink = probe->state;
	uint32_t now = jlink->wire;

	if (command[1] == AVAILABLE)
		now = 1u << WIRE_JTAG | 1u << WIRE_SWD;
	else if (command[1] != WHICH)
		jlink->wire = command[1];
	bytes_store(answer, 4, now);
	return 4;
}

static size_t set_speed(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	uint32_t khz = bytes_load(command + 1, 2);

	(void)answer;
	if (khz && khz < 0xFFFF) /* all ones: adaptive clocking */
		probe->board->tck_ns = 1000000 / khz;
	return 0;
}

static size_t drive_reset(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	(void)answer;
	board_drive_nrst(probe->board, command[0] == 0xDC);
	return 0;
}

static size_t drive_trst(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	(void)answer;
	if (command[0] == 0xDE)
		jtag_reset(&probe->board->jtag);
	return 0;
}

/* Command, a zero, the number of bits, then two strings of bits; the answer is a string of bits and a status of 0. */
static size_t transfer(struct probe *probe, const uint8_t *command, uint8_t *answer)
{
	unsigned bits = bytes_load(command + 2, 2), bytes = (bits + 7) / 8;

	move_bits(probe, command + 4, command + 4 + bytes, answer, bits);
	answer[bytes] = 0;
	return bytes + 1;
}

static const struct command commands[] = {
	{0x01, 1, say_firmware}, {0x05, 3, set_speed},        {0x07, 1, say_state},    {0xC7, 2, select_wire},
	{0xCF, 4, transfer},     {0xDC, 1, drive_reset},      {0xDD, 1, drive_reset},  {0xDE, 1, drive_trst},
	{0xDF, 1, drive_trst},   {0xE8, 1, say_capabilities}, {0xF0, 1, say_hardware},
};

/* Bytes of the command that begins at `bytes`, as far as `count` bytes tell; 0: more are needed. */
static size_t length_of(const struct command *command, const uint8_t *bytes, size_t count)
{
	if (count < command->length)
		return 0;
	if (command->run != transfer)
		return command->length;
	return command->length + 2 * (size_t)((bytes_load(bytes + 2, 2) + 7) / 8);
}

static size_t jlink_take(struct probe *probe, const uint8_t *bytes, size_t count, uint8_t *answers, size_t *answered)
{
	*answered = 0;
	probe->hang_up |= probe_unplugged(probe);
	if (count < 2)
		return 0;
	for (unsigned i = 0; bytes[0] == COMMAND_FOLLOWS && i < sizeof commands / sizeof *commands; i++) {
		size_t length;

		if (commands[i].code != bytes[1])
			continue;
		length = length_of(&commands[i], bytes + 1, count - 1);
		if (!length || count - 1 < length)
			return 0;
		*answered = commands[i].run(probe, bytes + 1, answers);
		return 1 + length;
	}
	stats_unmodelled(&probe->board->stats, "J-Link command", bytes[1]);
	probe->quit = true;
	return count;
}

/* ---- being found -------------------------------------------------------------------------------------------------- */

/* 0, the protocol's version, the length of a name, the name. */
static size_t jlink_greet(struct probe *probe, uint8_t *answers)
{
	(void)probe;
	answers[0] = 0;
	bytes_store(answers + 1, 2, 0x0100);
	answers[3] = sizeof firmware;
	memcpy(answers + 4, firmware, sizeof firmware);
	return 4 + sizeof firmware;
}

/* libjaylink listens for 20 ms after its question, which it sends to everybody; this is sent again and again instead of
 * answering, since only one program can have the port. */
static void jlink_announce(struct probe *probe, uint32_t address)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(JLINK_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static const uint8_t mac[6] = {0x02, 0, 0, 0, 0, 1};
	uint8_t message[128] = "Found";
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	memcpy(message + 16, &address, 4);
	memcpy(message + 32, mac, sizeof mac);
	bytes_store(message + 48, 4, (uint32_t)strtoul(probe->serial, NULL, 10));
	bytes_store(message + 52, 4, HARDWARE_VERSION);
	memcpy(message + 64, firmware, sizeof firmware);
	/* Nobody need be there. */
	sendto(fd, message, sizeof message, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
	close(fd);
}

static int jlink_open(struct probe *probe, const char *variant)
{
	(void)probe;
	return variant ? -1 : 0;
}

const struct probe_ops probe_jlink = {
	.name = "jlink",
	.about = "a J-Link; on port 19020 of any of 127.0.0.0/8",
	.open = jlink_open,
	.take = jlink_take,
	.greet = jlink_greet,
	.announce = jlink_announce,
	.size = sizeof(struct jlink),
};
