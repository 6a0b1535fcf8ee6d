/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Bit-band aliases, on cores that have them.
 */
#ifndef VBOARD_BITBAND_H
#define VBOARD_BITBAND_H

struct bus;
struct core;

enum { BITBAND_SRAM = 0x22000000, BITBAND_PERIPHERALS = 0x42000000, BITBAND_SIZE = 0x02000000 };

void bitband_attach(struct core *core, struct bus *bus);

#endif
