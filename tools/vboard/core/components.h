/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a debugger finds by reading ROM tables: the identification registers of each debug block. Reference: ARM IHI 0029
 * (CoreSight), section B2; ARM IHI 0031 (ADIv5), section D3.
 */
#ifndef VBOARD_COMPONENTS_H
#define VBOARD_COMPONENTS_H

struct bus;
struct core;
struct debug_map;

/* The identification registers, and the tables: they come before the blocks themselves, since the first device at an
 * address answers. */
void components_attach(struct core *core, struct bus *bus, const struct debug_map *map);
/* Blocks that nothing else models read as 0: trace is not connected. They come last. */
void components_attach_rest(struct core *core, struct bus *bus, const struct debug_map *map);

#endif
