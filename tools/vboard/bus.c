/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A list of memories and devices by address; an access is checked against them in turn. Reads and writes by the debug port and
 * by the CPU come through here, but for the CPU's own of plain memory, which the emulator does.
 */
#include "bus.h"

#include "stats.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint32_t bytes_load(const uint8_t *bytes, unsigned size)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint32_t)bytes[i] << (8 * i);
	return value;
}

void bytes_store(uint8_t *bytes, unsigned size, uint32_t value)
{
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

void bus_add_memory(struct bus *bus, struct bus_memory memory)
{
	assert(bus->memory_count < sizeof bus->memories / sizeof *bus->memories);
	memory.dirty = calloc(memory.size / BUS_PAGE + 1, 1);
	if (!memory.dirty)
		abort();
	bus->memories[bus->memory_count++] = memory;
}

void bus_add_device(struct bus *bus, struct bus_device device)
{
	assert(bus->device_count < sizeof bus->devices / sizeof *bus->devices);
	bus->devices[bus->device_count++] = device;
}

static struct bus_memory *find_memory(struct bus *bus, uint32_t address)
{
	for (unsigned i = 0; i < bus->memory_count; i++)
		if (address - bus->memories[i].base < bus->memories[i].size)
			return &bus->memories[i];
	return NULL;
}

static struct bus_device *find_device(struct bus *bus, uint32_t address)
{
	for (unsigned i = 0; i < bus->device_count; i++)
		if (address - bus->devices[i].base < bus->devices[i].size)
			return &bus->devices[i];
	return NULL;
}

int bus_reads_zero(void *ctx, uint32_t offset, uint32_t *value)
{
	(void)ctx;
	(void)offset;
	*value = 0;
	return 0;
}

int bus_ignores_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	(void)ctx;
	(void)offset;
	(void)value;
	(void)mask;
	return 0;
}

void bus_mark_dirty(struct bus *bus, const uint8_t *data, uint32_t size)
{
	for (unsigned i = 0; i < bus->memory_count; i++) {
		struct bus_memory *memory = &bus->memories[i];

		if (data < memory->data || data >= memory->data + memory->size)
			continue;
		uint32_t first = (uint32_t)(data - memory->data);

		for (uint32_t page = first / BUS_PAGE; page <= (first + size - 1) / BUS_PAGE; page++)
			memory->dirty[page] = 1;
	}
}

/* Where a real part may have a peripheral that this model lacks, say so; elsewhere a bus fault is the right answer. */
static int nobody_answers(struct bus *bus, const char *what, uint32_t address)
{
	if (address >> 29 == 2 || address >> 20 == 0xE00)
		stats_unmodelled(bus->stats, what, address);
	return BUS_FAULT;
}

static uint32_t lane_mask(unsigned size)
{
	return size == 4 ? 0xFFFFFFFFu : (1u << (8 * size)) - 1;
}

int bus_read(struct bus *bus, uint32_t address, unsigned size, uint32_t *value)
{
	struct bus_memory *memory = find_memory(bus, address);
	struct bus_device *device;
	uint32_t word = 0;

	if (address % size)
		return BUS_FAULT;
	if (memory && memory->shut && *memory->shut)
		return BUS_FAULT;
	if (memory) {
		if (memory->before_read && memory->before_read(memory->ctx, address - memory->base, size))
			return BUS_FAULT;
		*value = bytes_load(memory->data + (address - memory->base), size);
		return 0;
	}
	device = find_device(bus, address);
	if (!device)
		return nobody_answers(bus, "read of", address);
	if (device->read(device->ctx, (address - device->base) & ~3u, &word))
		return BUS_FAULT;
	*value = (word >> (8 * (address & 3))) & lane_mask(size);
	return 0;
}

int bus_write(struct bus *bus, uint32_t address, unsigned size, uint32_t value)
{
	struct bus_memory *memory = find_memory(bus, address);
	struct bus_device *device;
	unsigned shift = 8 * (address & 3);

	if (address % size)
		return BUS_FAULT;
	if (memory && memory->shut && *memory->shut)
		return BUS_FAULT;
	if (memory && memory->write)
		return memory->write(memory->ctx, address - memory->base, size, value);
	if (memory && memory->writable) {
		bytes_store(memory->data + (address - memory->base), size, value);
		bus_mark_dirty(bus, memory->data + (address - memory->base), size);
		return 0;
	}
	if (memory) {
		stats_unmodelled(bus->stats, "write to read-only memory at", address);
		return BUS_FAULT;
	}
	device = find_device(bus, address);
	if (!device)
		return nobody_answers(bus, "write to", address);
	return device->write(device->ctx, (address - device->base) & ~3u, (value & lane_mask(size)) << shift,
			     lane_mask(size) << shift);
}
