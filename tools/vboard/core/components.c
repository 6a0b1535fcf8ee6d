/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Each block is a page of which only the last registers say something: what it is, by class, designer and part number.
 */
#include "core/components.h"

#include "core/debug_map.h"
#include "core/state.h"
#include "parts/chip.h"

enum { DEVARCH = 0xFBC, DEVID = 0xFC8, DEVTYPE = 0xFCC, PIDR4 = 0xFD0, PIDR0 = 0xFE0, CIDR0 = 0xFF0 };
/* clang-format off */
#define BLOCK 0x1000u
#define PIDR_ST 0x00000A0000u /* JEP106 code 0x20, no continuation */
/* clang-format on */

/* The registers from DEVARCH on; PIDR5 to PIDR7 are 0. */
static uint32_t identification(uint32_t offset, uint8_t class, uint64_t pidr)
{
	static const uint8_t preamble[4] = {0x0D, 0x00, 0x05, 0xB1};

	if (offset >= CIDR0)
		return preamble[(offset - CIDR0) / 4] | (offset == CIDR0 + 4 ? (uint32_t) class << 4 : 0);
	if (offset >= PIDR0)
		return (uint32_t)(pidr >> (2 * (offset - PIDR0))) & 0xFF;
	return offset == PIDR4 ? (uint32_t)(pidr >> 32) & 0xFF : 0;
}

static int component_read(void *ctx, uint32_t offset, uint32_t *value)
{
	const struct component *component = ctx;

	offset += DEVARCH;
	switch (offset) {
	case DEVARCH:
		*value = component->devarch;
		break;
	case DEVID:
		*value = component->devid;
		break;
	case DEVTYPE:
		*value = component->devtype;
		break;
	default:
		*value = identification(offset, component->class, component->pidr);
	}
	return 0;
}

static int rom_read(void *ctx, uint32_t offset, uint32_t *value)
{
	const struct rom_view *view = ctx;

	*value = 0;
	if (offset < 4 * ROM_ENTRIES)
		*value = view->table->entries[offset / 4];
	else if (offset == DEVTYPE) /* here it is MEMTYPE: system memory is on this bus */
		*value = 1;
	else if (offset >= PIDR4)
		*value = identification(offset, CLASS_ROM_TABLE, view->pidr);
	return 0;
}

void components_attach(struct core *core, struct bus *bus, const struct debug_map *map)
{
	for (const struct rom_table *table = map->roms; table->base; table++) {
		struct rom_view *view = &core->rom_views[core->rom_count++];

		*view = (struct rom_view){table,
					  table->pidr ? table->pidr : PIDR_ST | (core->chip->dbgmcu_idcode & 0xFFF)};
		bus_add_device(bus,
			       (struct bus_device){"ROM table", table->base, BLOCK, rom_read, bus_ignores_write, view});
	}
	for (const struct component *c = map->components; c->name; c++)
		bus_add_device(bus, (struct bus_device){c->name, c->base + DEVARCH, BLOCK - DEVARCH, component_read,
							bus_ignores_write, (void *)(uintptr_t)c});
}

void components_attach_rest(struct core *core, struct bus *bus, const struct debug_map *map)
{
	for (const struct component *c = map->components; c->name; c++)
		bus_add_device(bus,
			       (struct bus_device){c->name, c->base, BLOCK, bus_reads_zero, bus_ignores_write, core});
}
