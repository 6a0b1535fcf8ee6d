/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Exceptions: entry, return, priorities, escalation. Reference: ARM DDI 0403 section B1.5.
 */
#ifndef VBOARD_EXCEPTION_H
#define VBOARD_EXCEPTION_H

#include "core/state.h"

void exception_reset(struct core *core);
/* Takes the most urgent pending exception if its priority allows: pushes the frame and enters the handler. True if so. */
bool exception_take_pending(struct core *core);
void exception_return(struct core *core, uint32_t exc_return);
/* Are bus faults of data accesses left unhandled (CCR.BFHFNMIGN) at the present priority? */
bool exception_ignores_bus_faults(struct core *core);
/* A synchronous fault or SVC: made pending, or escalated to HardFault, or lock-up. */
void exception_raise(struct core *core, enum exception number);
/* Would a pending exception wake the core from sleep? */
bool exception_wakes(const struct core *core);

#endif
