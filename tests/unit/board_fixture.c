/* SPDX-License-Identifier: GPL-2.0-only */
#include "board_fixture.h"

#include "parts/chips.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef TARGET_DIR
#define TARGET_DIR "build/tests/target"
#endif

int fixture_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	const char *chip = *state ? *state : "stm32l152rb";
	struct fixture *f = calloc(1, sizeof *f);
	char message[256] = "";

	if (!f)
		return -1;
	snprintf(f->folder, sizeof f->folder, "%s/vboard-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	if (!mkdtemp(f->folder))
		return -1;
	snprintf(f->flash_path, sizeof f->flash_path, "%s/flash", f->folder);
	if (board_open(&f->board, chip_find(chip), f->flash_path, NULL, 1000, message, sizeof message)) {
		fprintf(stderr, "%s\n", message);
		return -1;
	}
	if (probe_open(&f->wire, "bitbang", &f->board, "1", message, sizeof message)) {
		fprintf(stderr, "%s\n", message);
		return -1;
	}
	*state = f;
	return 0;
}

void power_cycle(struct fixture *f)
{
	const struct chip *chip = f->board.chip;
	char message[256] = "";

	probe_close(&f->wire);
	board_close(&f->board);
	if (board_open(&f->board, chip, f->flash_path, NULL, 1000, message, sizeof message) ||
	    probe_open(&f->wire, "bitbang", &f->board, "1", message, sizeof message))
		fail_msg("%s", message);
}

static void unlink_beside(const struct fixture *f, const char *ending)
{
	char path[sizeof f->flash_path + 16];

	snprintf(path, sizeof path, "%s%s", f->flash_path, ending);
	unlink(path);
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	uint64_t unmodelled = f->board.stats.unmodelled;
	bool expected = f->unmodelled_expected;

	probe_close(&f->wire);
	board_close(&f->board);
	unlink(f->flash_path);
	unlink_beside(f, ".ecc");
	unlink_beside(f, ".options");
	rmdir(f->folder);
	free(f);
	if (unmodelled && !expected)
		fprintf(stderr, "the test touched %llu places that the model does not know\n",
			(unsigned long long)unmodelled);
	return unmodelled && !expected ? -1 : 0;
}

uint32_t peek_size(struct fixture *f, uint32_t address, unsigned size)
{
	uint32_t value = 0;

	if (bus_read(&f->board.bus, address, size, &value))
		fail_msg("nothing answers a read of %u bytes at 0x%08X", size, (unsigned)address);
	return value;
}

uint32_t peek(struct fixture *f, uint32_t address)
{
	return peek_size(f, address, 4);
}

void poke(struct fixture *f, uint32_t address, uint32_t value)
{
	if (bus_write(&f->board.bus, address, 4, value))
		fail_msg("nothing answers a write at 0x%08X", (unsigned)address);
}

char wire_send(struct fixture *f, char c)
{
	uint8_t answer = 0;
	size_t answered;

	f->wire.ops->take(&f->wire, (const uint8_t *)&c, 1, &answer, &answered);
	return answered ? (char)answer : 0;
}

bool jtag_tick(struct fixture *f, bool tms, bool tdi)
{
	int pins = tms << 1 | tdi;
	bool tdo;

	wire_send(f, (char)('0' + pins));
	tdo = wire_send(f, 'R') == '1';
	wire_send(f, (char)('4' + pins));
	return tdo;
}

void jtag_home(struct fixture *f)
{
	for (int i = 0; i < 5; i++)
		jtag_tick(f, true, false);
	jtag_tick(f, false, false);
}

uint64_t jtag_scan(struct fixture *f, bool ir, uint64_t bits, unsigned count)
{
	uint64_t out = 0;

	jtag_tick(f, true, false);
	if (ir)
		jtag_tick(f, true, false);
	jtag_tick(f, false, false);
	jtag_tick(f, false, false); /* capture, on to shift */
	for (unsigned i = 0; i < count; i++)
		out |= (uint64_t)jtag_tick(f, i == count - 1, bits >> i & 1) << i;
	jtag_tick(f, true, false);
	jtag_tick(f, false, false);
	return out;
}

unsigned jtag_instruction(struct fixture *f, unsigned instruction)
{
	return (unsigned)jtag_scan(f, true, instruction | 0x1F << 4, 9);
}

uint64_t jtag_access(struct fixture *f, unsigned instruction, bool read, unsigned a, uint32_t data)
{
	jtag_instruction(f, instruction);
	/* One bit more: the boundary-scan TAP is in BYPASS, before the JTAG-DP as TDI sees it. */
	return jtag_scan(f, false, (uint64_t)data << 3 | (a >> 1 & 6) | read, 36) & 0x7FFFFFFFF;
}

void load_program(struct fixture *f, const char *name)
{
	char path[256];
	FILE *file;
	size_t size;

	snprintf(path, sizeof path, "%s/%s.bin", TARGET_DIR, name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s: not there; build the target programs first", path);
	size = fread(f->board.flash.data, 1, f->board.chip->flash_size, file);
	fclose(file);
	assert_true(size > 0);
	bus_mark_dirty(&f->board.bus, f->board.flash.data, (uint32_t)size);
	board_reset(&f->board);
}
