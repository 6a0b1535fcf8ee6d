/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The processor core as a whole: made, reset, run. Unicorn executes the instructions.
 */
#ifndef VBOARD_CORE_H
#define VBOARD_CORE_H

#include "core/state.h"

/* Makes the core for `chip` and maps the bus into it. 0, or -1 with a message on stderr. The bus is complete by then. */
int core_open(struct core *core, const struct chip *chip, struct bus *bus, struct stats *stats);
void core_close(struct core *core);

/* System reset: registers, exceptions, SysTick; debug registers stay. Halts on the reset vector if DEMCR asks. */
void core_reset(struct core *core);

/* Executes up to `count` instructions; ends early when the core halts, sleeps or locks up. */
void core_run(struct core *core, uint32_t count);

#endif
