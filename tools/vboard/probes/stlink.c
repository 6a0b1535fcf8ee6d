/* SPDX-License-Identifier: GPL-2.0-only
 *
 * An ST-LINK behind stlink-server, ST's program that shares one by TCP. Sources: OpenOCD 0.12 src/jtag/drivers/stlink_usb.c,
 * which is the only description of the requests (their sizes at 914-1036, the server's at 3460-3673), and
 * src/jtag/hla/hla_interface.c.
 *
 * A request has no length; its first byte gives the size. SEND_USB carries the 16 bytes that a USB probe would get, the CDB,
 * and the data after it. All numbers are little-endian but the version.
 */
#include "probes/probe.h"
#include "probes/swd_master.h"

#include "board.h"

#include <string.h>

/* ---- versions ------------------------------------------------------------------------------------------------- */

struct version {
	const char *name;
	uint8_t major, jtag, other; /* V2 J43 M28; other is the second number that the version has */
	uint16_t product;           /* USB product ID */
	uint32_t command_ns;        /* a command over USB: the frames of full or high speed that it waits for */
	uint16_t bytes_8bit;        /* most bytes that a command moves in accesses of 8 bits */
};

static const struct version versions[] = {
	{"v2j43", 2, 43, 28, 0x374B, 1000000, 64}, /* on a Nucleo */
	{"v3", 3, 13, 4, 0x374E, 250000, 512},     /* STLINK-V3E J13 */
	{"v2j17", 2, 17, 4, 0x3748, 1000000, 64},  /* an old one, and what clones claim */
};

enum { VENDOR_ST = 0x0483, CDB_SIZE = 16, DATA_MOST = 6144, RW_MISC_MOST = 1227 };

/* From which J on an ST-LINK/V2 has a command; the V3 has all of them. */
/* clang-format off */
enum { J_VOLTAGE = 13, J_RW_STATUS2 = 15, J_SWD_FREQUENCY = 22, J_DAP = 24, J_16_BITS = 26, J_OPEN_AP = 28, J_CSW = 32, J_V3 = 64 };

struct stlink {
	const struct version *version;
	uint8_t mode;      /* as GET_CURRENT_MODE says it */
	uint8_t status;    /* of the last memory access */
	uint32_t fault_address;
	uint32_t select;   /* what SELECT of the debug port holds */
	uint32_t khz;      /* V3: the wire's clock */
	uint8_t misc[8 * RW_MISC_MOST]; /* answers to RW_MISC_OUT: values, then a status for each */
	uint32_t misc_items;
};
/* clang-format on */

enum { MODE_DFU = 0, MODE_MASS = 1, MODE_DEBUG = 2 };

/* clang-format off */
enum {
	STATUS_OK = 0x80,
	STATUS_CONNECT = 0x09, /* no debug port answers */
	STATUS_AP_WAIT = 0x10, STATUS_AP_FAULT = 0x11,
	STATUS_DP_WAIT = 0x14, STATUS_DP_FAULT = 0x15, STATUS_DP_ERROR = 0x16, STATUS_DP_PARITY = 0x17,
	STATUS_BAD_AP = 0x1D,
	STATUS_UNKNOWN = 0x42, /* a command that this version does not have: none of the known numbers */
};
/* clang-format on */

static bool has(const struct stlink *stlink, unsigned j)
{
	return stlink->version->major > 2 || stlink->version->jtag >= j;
}

static uint32_t get16(const uint8_t *bytes)
{
	return bytes_load(bytes, 2);
}

static uint32_t get32(const uint8_t *bytes)
{
	return bytes_load(bytes, 4);
}

static void put32(uint8_t *bytes, uint32_t value)
{
	bytes_store(bytes, 4, value);
}

/* ---- the debug port -------------------------------------------------------------------------------------------- */

/* One transfer; the firmware asks again itself while the target says WAIT. */
static enum swd_answer insist(struct probe *probe, bool ap, bool read, unsigned a, uint32_t *data)
{
	enum swd_answer answer = SWD_WAIT;

	for (unsigned tries = 0; answer == SWD_WAIT && tries < 8; tries++)
		answer = swd_transfer(probe->board, ap, read, a, data);
	return answer;
}

static uint8_t status_of(enum swd_answer answer, bool ap)
{
	switch (answer) {
	case SWD_OK:
		return STATUS_OK;
	case SWD_WAIT:
		return ap ? STATUS_AP_WAIT : STATUS_DP_WAIT;
	case SWD_FAULT:
		return ap ? STATUS_AP_FAULT : STATUS_DP_FAULT;
	case SWD_PARITY:
		return STATUS_DP_PARITY;
	default:
		return STATUS_DP_ERROR;
	}
}

static uint8_t dp_read(struct probe *probe, unsigned a, uint32_t *value)
{
	return status_of(insist(probe, false, true, a, value), false);
}

static uint8_t dp_write(struct probe *probe, unsigned a, uint32_t value)
{
	return status_of(insist(probe, false, false, a, &value), false);
}

static uint8_t select_bank(struct probe *probe, uint32_t value)
{
	struct stlink *stlink = probe->state;
	uint8_t status = STATUS_OK;

	if (value != stlink->select)
		status = dp_write(probe, DP_SELECT, value);
	if (status == STATUS_OK)
		stlink->select = value;
	return status;
}

static uint8_t ap_write(struct probe *probe, uint32_t port, uint32_t reg, uint32_t value)
{
	uint8_t status = select_bank(probe, port << 24 | (reg & 0xF0));

	return status == STATUS_OK ? status_of(insist(probe, true, false, reg & 0xC, &value), true) : status;
}

/* The read and, as it is posted, the one that brings its result. */
static uint8_t ap_read(struct probe *probe, uint32_t port, uint32_t reg, uint32_t *value)
{
	uint8_t status = select_bank(probe, port << 24 | (reg & 0xF0));

	if (status == STATUS_OK)
		status = status_of(insist(probe, true, true, reg & 0xC, value), true);
	if (status == STATUS_OK)
		status = status_of(insist(probe, false, true, DP_RDBUFF, value), true);
	return status;
}

enum { AP_CSW = 0x00, AP_TAR = 0x04, AP_DRW = 0x0C, AP_IDR = 0xFC };
enum { CSW_INCREMENT = 1 << 4, CSW_SIZE_AND_INCREMENT = 0x37, ABORT_CLEAR_ALL = 0x1E };
/* clang-format off */
#define CSW_DEFAULT 0x23000040u /* privileged data accesses */
#define TAR_BLOCK 1024u         /* so far TAR counts by itself on every core */

struct access {
	uint32_t address, length /* bytes */, port, csw /* 0: as the probe likes it */;
	unsigned size; /* 1, 2 or 4 */
	bool fixed, write; /* fixed: every transfer goes to the same address */
};
/* clang-format on */

/* Bytes travel in the lane of their address. */
static unsigned lane(const struct access *access, uint32_t at)
{
	return 8 * (at & 3 & ~(access->size - 1));
}

static uint8_t transfer(struct probe *probe, bool ap, bool read, unsigned a, uint32_t *word)
{
	return status_of(insist(probe, ap, read, a, word), true);
}

/* Reads are posted: each transfer brings what the one before it asked for. */
static uint8_t read_block(struct probe *probe, const struct access *access, uint32_t at, uint32_t length, uint8_t *data)
{
	uint32_t word, step = access->fixed ? 0 : access->size;
	uint8_t status = transfer(probe, true, true, AP_DRW, &word);

	for (uint32_t done = 0; done < length && status == STATUS_OK; done += access->size, at += step) {
		bool last = done + access->size >= length;

		status = last ? transfer(probe, false, true, DP_RDBUFF, &word)
			      : transfer(probe, true, true, AP_DRW, &word);
		bytes_store(data + done, access->size, word >> lane(access, at));
	}
	return status;
}

/* Writes are posted too: whether the last one succeeded shows with the transfer after it. */
static uint8_t write_block(struct probe *probe, const struct access *access, uint32_t at, uint32_t length,
			   const uint8_t *data)
{
	uint32_t word, step = access->fixed ? 0 : access->size;
	uint8_t status = STATUS_OK;

	for (uint32_t done = 0; done < length && status == STATUS_OK; done += access->size, at += step) {
		word = bytes_load(data + done, access->size) << lane(access, at);
		status = transfer(probe, true, false, AP_DRW, &word);
	}
	return status == STATUS_OK ? transfer(probe, false, true, DP_RDBUFF, &word) : status;
}

/* A memory access of any length. The firmware clears what a failed one leaves, so that the next works. */
static void access_memory(struct probe *probe, const struct access *access, uint8_t *data)
{
	struct stlink *stlink = probe->state;
	uint32_t csw = (access->csw ? access->csw & ~(uint32_t)CSW_SIZE_AND_INCREMENT : CSW_DEFAULT) |
		       (unsigned)__builtin_ctz(access->size) | (access->fixed ? 0 : CSW_INCREMENT);
	uint8_t status = ap_write(probe, access->port, AP_CSW, csw);
	uint32_t done = 0;

	while (done < access->length && status == STATUS_OK) {
		uint32_t at = access->address + (access->fixed ? 0 : done);
		uint32_t length = access->length - done;

		if (!access->fixed && length > TAR_BLOCK - at % TAR_BLOCK)
			length = TAR_BLOCK - at % TAR_BLOCK;
		status = ap_write(probe, access->port, AP_TAR, at);
		if (status != STATUS_OK)
			break;
		status = access->write ? write_block(probe, access, at, length, data + done)
				       : read_block(probe, access, at, length, data + done);
		stlink->fault_address = at;
		done += length;
	}
	stlink->status = status;
	if (status == STATUS_AP_FAULT || status == STATUS_DP_FAULT)
		dp_write(probe, DP_ABORT, ABORT_CLEAR_ALL);
}

/* ---- the core, for OpenOCD's HLA ------------------------------------------------------------------------------- */

enum { DCRSR = 0xE000EDF4, DCRDR = 0xE000EDF8, AIRCR = 0xE000ED0C, DCRSR_WRITE = 1 << 16 };
#define AIRCR_SYSRESETREQ 0x05FA0004u

static uint8_t word_access(struct probe *probe, uint32_t address, uint32_t *value, bool write)
{
	struct stlink *stlink = probe->state;
	struct access access = {.address = address, .length = 4, .size = 4, .write = write};
	uint8_t bytes[4];

	put32(bytes, *value);
	access_memory(probe, &access, bytes);
	*value = get32(bytes);
	return stlink->status;
}

static uint8_t register_read(struct probe *probe, uint32_t number, uint32_t *value)
{
	uint8_t status = word_access(probe, DCRSR, &number, true);

	return status == STATUS_OK ? word_access(probe, DCRDR, value, false) : status;
}

static uint8_t register_write(struct probe *probe, uint32_t number, uint32_t value)
{
	uint32_t request = number | DCRSR_WRITE;
	uint8_t status = word_access(probe, DCRDR, &value, true);

	return status == STATUS_OK ? word_access(probe, DCRSR, &request, true) : status;
}

/* ---- commands (F2) --------------------------------------------------------------------------------------------- */

/* Each takes the CDB and DATA, SIZE bytes that came with it or that are the answer; byte 0 of most answers is the status
 * that is returned. */

enum { POWER_UP = 0x50000000, ENTER_SWD_NO_RESET = 0xA3 };

static uint8_t enter(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	struct stlink *stlink = probe->state;
	uint32_t idcode;

	(void)data, (void)size;
	if (cdb[2] != ENTER_SWD_NO_RESET)
		return STATUS_UNKNOWN;
	swd_select(probe->board);
	if (dp_read(probe, DP_DPIDR, &idcode) != STATUS_OK)
		return STATUS_CONNECT;
	dp_write(probe, DP_ABORT, ABORT_CLEAR_ALL);
	dp_write(probe, DP_SELECT, 0);
	dp_write(probe, DP_CTRL_STAT, POWER_UP);
	stlink->select = 0;
	stlink->mode = MODE_DEBUG;
	return STATUS_OK;
}

static uint8_t leave(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	struct stlink *stlink = probe->state;

	(void)cdb, (void)data, (void)size;
	stlink->mode = MODE_MASS;
	return STATUS_OK;
}

/* The status of a reading, and the value into the answer. */
static uint8_t answer_value(uint8_t status, uint32_t value, uint8_t *data)
{
	put32(data + 4, value);
	return status;
}

static uint8_t idcodes(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t value = 0;
	uint8_t status = dp_read(probe, DP_DPIDR, &value);

	(void)cdb, (void)size;
	return answer_value(status, value, data);
}

static uint8_t reset_system(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t value = AIRCR_SYSRESETREQ;

	(void)cdb, (void)data, (void)size;
	return word_access(probe, AIRCR, &value, true);
}

static uint8_t read_register(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t value = 0;
	uint8_t status = register_read(probe, cdb[2], &value);

	(void)size;
	return answer_value(status, value, data);
}

static uint8_t write_register(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	(void)data, (void)size;
	return register_write(probe, cdb[2], get32(cdb + 3));
}

/* R0 to R15, xPSR, MSP, PSP, and two more. */
static uint8_t read_registers(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint8_t status = STATUS_OK;

	(void)cdb, (void)size;
	for (unsigned i = 0; i < 21 && status == STATUS_OK; i++) {
		uint32_t value = 0;

		status = register_read(probe, i, &value);
		put32(data + 4 + 4 * i, value);
	}
	return status;
}

static uint8_t write_debug_register(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t value = get32(cdb + 6);

	(void)data, (void)size;
	return word_access(probe, get32(cdb + 2), &value, true);
}

static uint8_t read_debug_register(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t value = 0;
	uint8_t status = word_access(probe, get32(cdb + 2), &value, false);

	(void)size;
	return answer_value(status, value, data);
}

/* Of the last memory access. */
static uint8_t rw_status(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	const struct stlink *stlink = probe->state;

	(void)cdb;
	if (size >= 8)
		put32(data + 4, stlink->fault_address);
	return stlink->status;
}

static uint8_t nothing_to_do(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	(void)probe, (void)cdb, (void)data, (void)size;
	return STATUS_OK;
}

static uint8_t open_port(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t idr = 0;
	uint8_t status = ap_read(probe, cdb[2], AP_IDR, &idr);

	(void)data, (void)size;
	return status != STATUS_OK ? status : idr ? STATUS_OK : STATUS_BAD_AP;
}

static uint8_t dap_register(struct probe *probe, const uint8_t *cdb, uint32_t *value, bool write)
{
	enum { DEBUG_PORT = 0xFFFF };
	struct stlink *stlink = probe->state;
	uint32_t port = get16(cdb + 2), reg = get16(cdb + 4);
	uint8_t status;

	if (port != DEBUG_PORT)
		return write ? ap_write(probe, port, reg, *value) : ap_read(probe, port, reg, value);
	if (write && reg == DP_SELECT)
		return select_bank(probe, *value);
	status = select_bank(probe, (stlink->select & ~0xFu) | (reg >> 4 & 0xF)); /* the bank */
	if (status != STATUS_OK)
		return status;
	return write ? dp_write(probe, reg & 0xC, *value) : dp_read(probe, reg & 0xC, value);
}

static uint8_t read_dap(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t value = 0;
	uint8_t status = dap_register(probe, cdb, &value, false);

	(void)size;
	return answer_value(status, value, data);
}

static uint8_t write_dap(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	uint32_t value = get32(cdb + 6);

	(void)data, (void)size;
	return dap_register(probe, cdb, &value, true);
}

static uint8_t drive_reset(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	enum { LOW = 0, HIGH = 1, PULSE = 2 };

	(void)data, (void)size;
	if (cdb[2] == LOW || cdb[2] == PULSE)
		board_drive_nrst(probe->board, true);
	if (cdb[2] == HIGH || cdb[2] == PULSE)
		board_drive_nrst(probe->board, false);
	return STATUS_OK;
}

/* Single words, addresses and values mixed, in one transfer. Each item has a command byte and a word. */
static uint8_t rw_misc_out(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	enum { ADDRESS = 1, WRITE = 2, READ = 3, PORT = 5 };
	struct stlink *stlink = probe->state;
	struct access access = {.length = 4, .size = 4};
	uint32_t items = get32(cdb + 2), words = (items + 3) & ~3u;

	stlink->misc_items = 0;
	if (items > RW_MISC_MOST || words + 4 * items > size)
		return STATUS_OK;
	stlink->misc_items = items;
	for (uint32_t i = 0; i < items; i++) {
		uint8_t word[4], status = STATUS_OK;

		memcpy(word, data + words + 4 * i, 4);
		switch (data[i]) {
		case PORT:
			access.port = get32(word);
			break;
		case ADDRESS:
			access.address = get32(word);
			break;
		case READ:
			access.address = get32(word);
			/* fall through */
		case WRITE:
			access.write = data[i] == WRITE;
			access_memory(probe, &access, word);
			status = stlink->status;
			access.address += 4;
			break;
		default:
			stats_unmodelled(&probe->board->stats, "ST-LINK RW_MISC item", data[i]);
		}
		memcpy(stlink->misc + 4 * i, word, 4);
		put32(stlink->misc + 4 * (items + i), status);
	}
	return STATUS_OK;
}

/* What they read, and a status for each. */
static uint8_t rw_misc_in(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	const struct stlink *stlink = probe->state;

	(void)cdb;
	if (size <= 8 * stlink->misc_items)
		memcpy(data, stlink->misc, size);
	return STATUS_OK;
}

static uint8_t set_divisor(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	/* OpenOCD's stlink_khz_to_speed_map_swd; the firmware's own table is the same. */
	static const struct {
		uint16_t divisor, khz;
		/* clang-format off */
	} clocks[] = {{0, 4000}, {1, 1800}, {2, 1200}, {3, 950}, {7, 480}, {15, 240}, {31, 125}, {40, 100}, {79, 50}, {158, 25},
		      {265, 15}, {798, 5}};
	/* clang-format on */

	(void)data, (void)size;
	for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++)
		if (clocks[i].divisor == get16(cdb + 2))
			probe->board->tck_ns = 1000000 / clocks[i].khz;
	return STATUS_OK;
}

static uint8_t set_v3_clock(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	struct stlink *stlink = probe->state;
	uint32_t khz = get32(cdb + 4);

	(void)size;
	stlink->khz = khz ? khz : stlink->khz;
	probe->board->tck_ns = 1000000 / stlink->khz;
	return answer_value(STATUS_OK, stlink->khz, data);
}

static uint8_t v3_clocks(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	static const uint32_t khz[] = {24000, 8000, 3300, 1000, 200, 50, 5};
	const struct stlink *stlink = probe->state;

	(void)cdb, (void)size;
	data[8] = sizeof khz / sizeof *khz;
	for (unsigned i = 0; i < data[8]; i++)
		put32(data + 12 + 4 * i, khz[i]);
	return answer_value(STATUS_OK, stlink->khz, data);
}

/* clang-format off */
struct debug_command {
	uint8_t code;
	uint8_t needs_j;     /* of an ST-LINK/V2 */
	uint8_t least;       /* bytes of data */
	bool no_status;      /* byte 0 of the answer is not the status */
	uint8_t (*run)(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size);
};
/* clang-format on */

static const struct debug_command debug_commands[] = {
	{0x21, 0, 0, true, leave},
	{0x30, 0, 0, false, enter},
	{0x31, 0, 12, false, idcodes},
	{0x32, 0, 0, false, reset_system},
	{0x33, 0, 8, false, read_register},
	{0x34, 0, 0, false, write_register},
	{0x35, 0, 0, false, write_debug_register},
	{0x36, 0, 8, false, read_debug_register},
	{0x3A, 0, 88, false, read_registers},
	{0x3B, 0, 2, false, rw_status},
	{0x3C, 0, 0, false, drive_reset},
	{0x3E, J_RW_STATUS2, 12, false, rw_status},
	{0x41, J_VOLTAGE, 0, false, nothing_to_do}, /* trace off */
	{0x43, J_SWD_FREQUENCY, 0, false, set_divisor},
	{0x45, J_DAP, 8, false, read_dap},
	{0x46, J_DAP, 0, false, write_dap},
	{0x4B, J_OPEN_AP, 0, false, open_port},
	{0x4C, J_OPEN_AP, 0, false, nothing_to_do}, /* close an access port */
	{0x51, J_CSW, 0, true, rw_misc_out},
	{0x52, J_CSW, 0, true, rw_misc_in},
	{0x61, J_V3, 8, false, set_v3_clock},
	{0x62, J_V3, 52, false, v3_clocks},
};

/* Memory accesses, which have no status in their answer: RW_STATUS tells it. */
static const struct memory_command {
	uint8_t code, needs_j;
	struct access access;
} memory_commands[] = {
	{0x07, 0, {.size = 4}},
	{0x08, 0, {.size = 4, .write = true}},
	{0x0C, 0, {.size = 1}},
	{0x0D, 0, {.size = 1, .write = true}},
	{0x47, J_16_BITS, {.size = 2}},
	{0x48, J_16_BITS, {.size = 2, .write = true}},
	{0x50, J_16_BITS, {.size = 4, .write = true, .fixed = true}},
	{0x54, J_CSW, {.size = 4, .fixed = true}},
};

static void memory_command(struct probe *probe, const struct memory_command *command, const uint8_t *cdb, uint8_t *data,
			   uint32_t size)
{
	struct stlink *stlink = probe->state;
	struct access access = command->access;

	access.address = get32(cdb + 2);
	access.length = get16(cdb + 6);
	if (has(stlink, J_CSW)) {
		access.port = cdb[8];
		access.csw = get32(cdb + 8) & 0xFFFFFF00u;
	}
	if (!has(stlink, command->needs_j) || access.length > size || access.length % access.size ||
	    (access.size == 1 && access.length > stlink->version->bytes_8bit))
		stlink->status = STATUS_UNKNOWN;
	else
		access_memory(probe, &access, data);
}

static void debug_command(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	const struct stlink *stlink = probe->state;

	for (unsigned i = 0; i < sizeof memory_commands / sizeof *memory_commands; i++) {
		if (memory_commands[i].code == cdb[1]) {
			memory_command(probe, &memory_commands[i], cdb, data, size);
			return;
		}
	}
	for (unsigned i = 0; i < sizeof debug_commands / sizeof *debug_commands; i++) {
		const struct debug_command *command = &debug_commands[i];
		uint8_t status = STATUS_UNKNOWN;

		if (command->code != cdb[1])
			continue;
		if (has(stlink, command->needs_j) && size >= command->least)
			status = command->run(probe, cdb, data, size);
		if (!command->no_status && size)
			data[0] = status;
		return;
	}
	stats_unmodelled(&probe->board->stats, "ST-LINK debug command", cdb[1]);
}

/* ---- commands outside F2 ---------------------------------------------------------------------------------------- */

static void say_version(const struct version *version, bool extended, uint8_t *data)
{
	uint32_t number = (uint32_t)version->major << 12 | (uint32_t)version->jtag << 6 | version->other;

	if (extended) {
		data[0] = version->major;
		data[2] = version->jtag;
		data[3] = version->other;
		bytes_store(data + 8, 2, VENDOR_ST);
		bytes_store(data + 10, 2, version->product);
		return;
	}
	if (version->major > 2)
		number = (uint32_t)version->major << 12; /* ask again with FB */
	data[0] = (uint8_t)(number >> 8);
	data[1] = (uint8_t)number;
	bytes_store(data + 2, 2, VENDOR_ST);
	bytes_store(data + 4, 2, version->product);
}

/* Two readings of its converter: of the reference of 1.2 V, and of half the target's supply. */
static void say_voltage(const struct board *board, uint8_t *data)
{
	bool powered = board_answers(board);

	put32(data, 1500);
	put32(data + 4, powered ? 2062 : 0); /* 3.3 V */
}

/* A command with `size` bytes of data, which go either way. `data` has room for DATA_MOST. */
static void usb_command(struct probe *probe, const uint8_t *cdb, uint8_t *data, uint32_t size)
{
	struct stlink *stlink = probe->state;

	probe->board->stats.time_ns += stlink->version->command_ns;
	switch (cdb[0]) {
	case 0xF1:
		if (size >= 6)
			say_version(stlink->version, false, data);
		break;
	case 0xFB:
		if (size >= 12)
			say_version(stlink->version, true, data);
		break;
	case 0xF2:
		debug_command(probe, cdb, data, size);
		break;
	case 0xF3: /* DFU: 07 leaves it */
		stlink->mode = MODE_MASS;
		break;
	case 0xF5:
		if (size)
			data[0] = stlink->mode;
		break;
	case 0xF7:
		if (size >= 8)
			say_voltage(probe->board, data);
		break;
	default:
		stats_unmodelled(&probe->board->stats, "ST-LINK command", cdb[0]);
	}
}

/* ---- stlink-server ---------------------------------------------------------------------------------------------- */

enum request { REFRESH = 0, COUNT = 1, INFO = 2, OPEN = 3, CLOSE = 4, SEND_USB = 5, VERSION = 6 };
/* clang-format off */
enum { TO_PROBE = 0, FROM_PROBE = 1, SERVER_OK = 1, SERVER_NO_DEVICE = 0x1003, CONNECTION = 1, DEVICE = 1, USB_HEADER = 32 };
/* clang-format on */

static size_t send_usb(struct probe *probe, const uint8_t *request, size_t count, uint8_t *answers, size_t *answered)
{
	uint32_t size = get32(request + 28);
	bool write = request[24] == TO_PROBE;
	uint8_t data[DATA_MOST + 64] = {0};

	if (size > DATA_MOST + 63)
		size = 0;
	if (write && count < USB_HEADER + size)
		return 0;
	if (write)
		memcpy(data, request + USB_HEADER, size);
	usb_command(probe, request + 8, data, size);
	put32(answers, probe_unplugged(probe) ? SERVER_NO_DEVICE : SERVER_OK);
	memcpy(answers + 4, data, size);
	*answered = write ? 4 : 4 + size;
	return USB_HEADER + (write ? size : 0);
}

static size_t one_request(struct probe *probe, const uint8_t *request, size_t count, uint8_t *answers, size_t *answered)
{
	/* clang-format off */
	static const uint8_t sizes[] = {[REFRESH] = 2, [COUNT] = 1, [INFO] = 8, [OPEN] = 8, [CLOSE] = 8, [SEND_USB] = USB_HEADER,
					[VERSION] = 4};
	/* clang-format on */
	const struct stlink *stlink = probe->state;

	if (request[0] >= sizeof sizes) {
		stats_unmodelled(&probe->board->stats, "stlink-server request", request[0]);
		probe->quit = true;
		return count;
	}
	if (count < sizes[request[0]])
		return 0;
	if (request[0] == SEND_USB)
		return send_usb(probe, request, count, answers, answered);
	memset(answers, 0, 64);
	put32(answers, SERVER_OK);
	*answered = 4;
	switch (request[0]) {
	case VERSION: /* api, major, minor, build; from api 3 on RW_MISC is safe */
		put32(answers, 3);
		put32(answers + 4, 2);
		*answered = 16;
		break;
	case COUNT:
		break; /* 1, which is OK as well */
	case INFO:
		put32(answers + 4, DEVICE);
		strncpy((char *)answers + 8, probe->serial, 32);
		bytes_store(answers + 40, 2, VENDOR_ST);
		bytes_store(answers + 42, 2, stlink->version->product);
		*answered = 45;
		break;
	case OPEN:
		put32(answers + 4, CONNECTION);
		*answered = 8;
		break;
	}
	return sizes[request[0]];
}

static size_t stlink_take(struct probe *probe, const uint8_t *bytes, size_t count, uint8_t *answers, size_t *answered)
{
	size_t taken = 0;

	*answered = 0;
	/* OpenOCD waits for each answer, so there is one request at most. */
	if (count)
		taken = one_request(probe, bytes, count, answers, answered);
	return taken;
}

static int stlink_open(struct probe *probe, const char *variant)
{
	struct stlink *stlink = probe->state;

	if (!variant)
		variant = versions[0].name;
	for (unsigned i = 0; i < sizeof versions / sizeof *versions; i++)
		if (!strcmp(versions[i].name, variant))
			stlink->version = &versions[i];
	stlink->mode = MODE_MASS;
	stlink->status = STATUS_OK;
	stlink->khz = 1000;
	return stlink->version ? 0 : -1;
}

const struct probe_ops probe_stlink = {
	.name = "stlink",
	.about = "an ST-LINK; :v2j43 (default), :v3, :v2j17",
	.open = stlink_open,
	.take = stlink_take,
	.size = sizeof(struct stlink),
};
