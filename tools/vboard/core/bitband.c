/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Bit-band aliases of the Cortex-M3 and M4: each bit of the first MiB of SRAM and of peripherals as a word of its own, which is
 * read, changed and written back in one go. ARM DDI 0337 section 3.7, DDI 0439 section 3.7.
 */
#include "core/bitband.h"

#include "bus.h"
#include "core/state.h"

struct region {
	uint32_t alias, target;
};

static const struct region sram = {BITBAND_SRAM, 0x20000000}, peripherals = {BITBAND_PERIPHERALS, 0x40000000};

/* 32 words of the alias are one of the region. */
static int bit_read(struct core *core, const struct region *region, uint32_t offset, uint32_t *value)
{
	int err = bus_read(core->bus, region->target + (offset >> 5 & ~3u), 4, value);

	*value = *value >> (offset >> 2 & 31) & 1;
	return err;
}

static int bit_write(struct core *core, const struct region *region, uint32_t offset, uint32_t value)
{
	uint32_t address = region->target + (offset >> 5 & ~3u), bit = 1u << (offset >> 2 & 31), word;

	if (bus_read(core->bus, address, 4, &word))
		return BUS_FAULT;
	return bus_write(core->bus, address, 4, value & 1 ? word | bit : word & ~bit);
}

static int sram_read(void *ctx, uint32_t offset, uint32_t *value)
{
	return bit_read(ctx, &sram, offset, value);
}

static int sram_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	return mask & 1 ? bit_write(ctx, &sram, offset, value) : 0;
}

static int peripherals_read(void *ctx, uint32_t offset, uint32_t *value)
{
	return bit_read(ctx, &peripherals, offset, value);
}

static int peripherals_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	return mask & 1 ? bit_write(ctx, &peripherals, offset, value) : 0;
}

void bitband_attach(struct core *core, struct bus *bus)
{
	if (!core->model->bit_band)
		return;
	bus_add_device(bus, (struct bus_device){"bit-band", sram.alias, BITBAND_SIZE, sram_read, sram_write, core});
	bus_add_device(bus, (struct bus_device){"bit-band", peripherals.alias, BITBAND_SIZE, peripherals_read,
						peripherals_write, core});
}
