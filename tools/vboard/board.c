/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Puts a board together in the order in which its parts need each other, and takes it apart.
 */
#include "board.h"

#include "core/debug_map.h"

#include "parts/chip.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A memory that lives as long as the process, all its bytes `fill`. `size` 0: the part has none. */
static uint8_t *add_memory(struct board *board, uint32_t base, uint32_t size, uint8_t fill, bool writable)
{
	uint8_t *data;

	if (!size)
		return NULL;
	data = aligned_alloc(BUS_PAGE, size);
	if (!data)
		abort();
	memset(data, fill, size);
	bus_add_memory(&board->bus,
		       (struct bus_memory){.base = base, .size = size, .data = data, .writable = writable});
	return data;
}

static void add_memories(struct board *board)
{
	const struct chip *chip = board->chip;
	uint8_t erased = chip->flash_ops->erased;

	board->ram = add_memory(board, chip->ram_base, chip->ram_size, 0, true);
	for (unsigned i = 0; i < 2; i++)
		board->more_ram[i] = add_memory(board, chip->more_ram[i].base, chip->more_ram[i].size, 0, true);
	if (chip->ram_end_alias.size)
		bus_add_memory(&board->bus,
			       (struct bus_memory){.base = chip->ram_end_alias.base,
						   .size = chip->ram_end_alias.size,
						   .writable = true,
						   .data = board->ram + chip->ram_size - chip->ram_end_alias.size});
	board->system = add_memory(board, chip->system_base, chip->system_size, erased, false);
	board->eeprom = add_memory(board, chip->eeprom_base, chip->eeprom_size, erased, false);
	board->flash.eeprom = board->eeprom;
	if (board->eeprom)
		board->bus.memories[board->bus.memory_count - 1].shut = &board->flash.read_protected;
	if (!chip->option_base)
		return;
	board->option = add_memory(board, chip->option_base, BUS_PAGE, erased, false);
	flash_attach_options(&board->flash, &board->bus.memories[board->bus.memory_count - 1]);
}

/* Each flash file is a device of its own and so has a unique ID of its own: made from the file's path (FNV-1a). */
static uint32_t path_hash(const char *path, uint32_t seed)
{
	char full[PATH_MAX];
	uint32_t hash = 2166136261u ^ seed;

	for (const char *p = realpath(path, full) ? full : path; *p; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	return hash;
}

/* Puts a value into a memory that the bus only reads. */
static void burn(struct board *board, uint32_t address, unsigned size, uint32_t value)
{
	for (unsigned i = 0; i < board->bus.memory_count; i++) {
		struct bus_memory *memory = &board->bus.memories[i];

		if (address - memory->base < memory->size)
			bytes_store(memory->data + (address - memory->base), size, value);
	}
}

/* Option bytes as shipped, and the words that identify the device. */
static void burn_factory_words(struct board *board, const char *flash_path)
{
	const struct chip *chip = board->chip;

	for (unsigned i = 0; i < sizeof chip->options / sizeof *chip->options && chip->options[i].address; i++)
		burn(board, chip->options[i].address, 4, chip->options[i].value);
	burn(board, chip->flash_size_word, 2, chip->flash_size / 1024);
	for (unsigned i = 0; i < 3; i++)
		burn(board, chip->uid[i], 4, path_hash(flash_path, i));
}

static bool cpu_is_running(void *ctx)
{
	return !((struct board *)ctx)->core.halted;
}

static bool cpu_is_reading(void *ctx)
{
	return ((struct board *)ctx)->core.emulating;
}

/* The line is seen before the next instruction; once it was high the NMI is pending, whatever becomes of it. */
static void set_nmi(void *ctx, bool asserted)
{
	struct board *board = ctx;

	board->core.nmi = asserted;
	board->core.stop |= asserted;
	if (asserted && !board->core.exceptions[EXC_NMI].active)
		board->core.exceptions[EXC_NMI].pending = true;
}

static void on_system_reset(void *ctx)
{
	board_reset(ctx);
}

static void on_flash_reset_request(void *ctx)
{
	core_request_reset(&((struct board *)ctx)->core);
}

/* What the device remembers beside its flash, and what is to go wrong. 0, or -1 with `message`. */
static int prepare_state(struct board *board, const char *flash_path, char *message, unsigned message_size)
{
	struct fault *fault = &board->fault;
	int err = fault_load_unstable(&board->flash, flash_path);

	if (err) {
		snprintf(message, message_size, "%s.unstable: %s; remove it or name another flash file", flash_path,
			 strerror(-err));
		return -1;
	}
	err = ecc_open(&board->flash, flash_path);
	if (err) {
		snprintf(message, message_size, "%s.ecc: %s; remove it or name another flash file", flash_path,
			 strerror(-err));
		return -1;
	}
	err = options_open(&board->flash, flash_path);
	if (err) {
		snprintf(message, message_size, "%s.options: %s; remove it or name another flash file", flash_path,
			 strerror(-err));
		return -1;
	}
	err = fault->record ? fault_record_begin(fault, &board->flash) : 0;
	if (err)
		snprintf(message, message_size, "--record %s: %s; name a folder that can be written", fault->record,
			 strerror(-err));
	return err ? -1 : 0;
}

static void add_ports(struct board *board)
{
	const struct chip *chip = board->chip;
	struct access_port *ports = board->dap.ports;

	ports[0] = (struct access_port){.bus = &board->bus,
					.idr = chip->ap_idr ? chip->ap_idr : chip->core->ahb_ap_idr,
					.csw_reset = chip->core->ahb_ap_csw,
					.base = chip_debug_map(chip)->roms->base | BASE_PRESENT};
	if (!chip->more_ports)
		return;
	/* RM0433 section 60.4.2. Domain 2 has no ROM table; what else is there is not modelled. */
	board->apb.stats = board->domain2.stats = &board->stats;
	debug_attach_apb(&board->core, &board->apb, &debug_map_h7_apb);
	ports[1] = (struct access_port){
		.bus = &board->domain2, .idr = 0x84770001, .csw_reset = 0x43800040, .base = BASE_ABSENT};
	ports[2] = (struct access_port){.bus = &board->apb,
					.idr = 0x54770002,
					.csw_reset = 0x80000040,
					.base = debug_map_h7_apb.roms->base | BASE_PRESENT};
}

int board_open(struct board *board, const struct chip *chip, const char *flash_path, const struct fault *fault,
	       uint32_t adapter_khz, char *message, unsigned message_size)
{
	memset(board, 0, sizeof *board);
	board->chip = chip;
	board->tck_ns = 1000000 / adapter_khz;
	board->bus.stats = &board->stats;
	if (flash_open(&board->flash, chip, flash_path, message, message_size))
		return -1;
	if (fault)
		board->fault = *fault;
	board->flash.fault = &board->fault;
	board->flash.ctx = board;
	if (prepare_state(board, flash_path, message, message_size)) {
		flash_close(&board->flash);
		return -1;
	}
	flash_attach(&board->flash, &board->bus, &board->stats);
	add_memories(board);
	burn_factory_words(board, flash_path);

	board->periph_count = periph_count(chip->periphs);
	board->periphs = calloc(board->periph_count, sizeof *board->periphs);
	if (!board->periphs)
		abort();
	periph_add_all(&board->bus, chip->periphs, board->periphs);

	board->core.system_reset = on_system_reset;
	board->core.ctx = board;
	if (core_open(&board->core, chip, &board->bus, &board->stats)) {
		snprintf(message, message_size, "the CPU emulator does not start; reinstall libunicorn2");
		return -1;
	}
	board->flash.cpu_is_running = cpu_is_running;
	board->flash.request_reset = on_flash_reset_request;
	board->flash.cpu_is_reading = cpu_is_reading;
	board->flash.set_nmi = set_nmi;

	board->dap = (struct dap){.chip = chip, .stats = &board->stats, .wait_every = board->fault.wait_every};
	add_ports(board);
	board->jtag = (struct jtag){
		.dap = &board->dap, .boundary_idcode = chip->bs_idcode, .debug_idcode = chip->jtag_idcode};
	board->swd = (struct swd){.dap = &board->dap};
	dap_reset(&board->dap);
	jtag_reset(&board->jtag);
	swd_reset(&board->swd);
	board_reset(board);
	return 0;
}

void board_close(struct board *board)
{
	core_close(&board->core);
	flash_close(&board->flash);
	for (unsigned i = 0; i < board->bus.memory_count; i++)
		free(board->bus.memories[i].dirty);
	free(board->periphs);
	free(board->ram);
	free(board->more_ram[0]);
	free(board->more_ram[1]);
	free(board->system);
	free(board->eeprom);
	free(board->option);
}

void board_reset(struct board *board)
{
	periph_reset(board->periphs, board->periph_count);
	flash_reset(&board->flash);
	core_reset(&board->core);
}

void board_drive_nrst(struct board *board, bool low)
{
	if (low || board->nrst)
		board_reset(board);
	board->nrst = low;
}

bool board_answers(const struct board *board)
{
	return !board->flash.dead && !board->fault.unpowered;
}

bool board_stands_still(const struct board *board)
{
	return board->core.halted || board->core.lockup || board->nrst || !board_answers(board);
}

void board_count_clock(struct board *board)
{
	board->stats.tck++;
	board->stats.time_ns += board->tck_ns;
}
