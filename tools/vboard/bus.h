/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The memory map: what the debug port and the CPU see at an address. Memories are plain bytes that the CPU emulator
 * maps as they are; devices are called for each access.
 */
#ifndef VBOARD_BUS_H
#define VBOARD_BUS_H

#include <stdbool.h>
#include <stdint.h>

#define BUS_FAULT    (-1)
#define BUS_PAGE     4096u /* unit in which changes are remembered for the emulator's code cache */
#define BUS_MEMORIES 12

struct stats;

struct bus_memory {
	uint32_t base, size; /* bytes, multiples of BUS_PAGE */
	uint8_t *data;
	bool writable;
	/* For memory that is not plainly writable: takes a write of 1, 2 or 4 bytes. 0 or BUS_FAULT. */
	int (*write)(void *ctx, uint32_t offset, unsigned size, uint32_t value);
	/* Called before a read, where reading is not plain either; or NULL. 0, or BUS_FAULT if it cannot be read. */
	int (*before_read)(void *ctx, uint32_t offset, unsigned size);
	void *ctx;
	const bool *shut; /* nobody may read, write or run it while this is set; or NULL */
	uint8_t *dirty;   /* one flag per BUS_PAGE, set when the bytes changed without the emulator */
};

struct bus_device {
	const char *name;
	uint32_t base, size;
	/* Offsets are multiples of 4. Result 0 or BUS_FAULT. */
	int (*read)(void *ctx, uint32_t offset, uint32_t *value);
	/* Only the bits of mask are written (a narrow write). */
	int (*write)(void *ctx, uint32_t offset, uint32_t value, uint32_t mask);
	void *ctx;
};

struct bus {
	struct bus_memory memories[BUS_MEMORIES];
	unsigned memory_count;
	struct bus_device devices[96];
	unsigned device_count;
	struct stats *stats;
};

void bus_add_memory(struct bus *bus, struct bus_memory memory);
void bus_add_device(struct bus *bus, struct bus_device device);

/* One access of 1, 2 or 4 bytes, aligned to its size; the value is in the low bits. 0, or BUS_FAULT where nothing
 * answers. */
int bus_read(struct bus *bus, uint32_t address, unsigned size, uint32_t *value);
int bus_write(struct bus *bus, uint32_t address, unsigned size, uint32_t value);

/* For a device that is only there to be found. */
int bus_reads_zero(void *ctx, uint32_t offset, uint32_t *value);
int bus_ignores_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask);

/* Remembers that bytes of a memory changed: every mapping of the same bytes is marked. */
void bus_mark_dirty(struct bus *bus, const uint8_t *data, uint32_t size);

/* Little-endian loads and stores of 1, 2 or 4 bytes. */
uint32_t bytes_load(const uint8_t *bytes, unsigned size);
void bytes_store(uint8_t *bytes, unsigned size, uint32_t value);

#endif
