/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The system control space: SCB, NVIC, SysTick, FPU. Reference: ARM DDI 0403 section B3.2.
 */
#ifndef VBOARD_SCS_H
#define VBOARD_SCS_H

#include "core/state.h"

void scs_attach(struct core *core, struct bus *bus);
void scs_reset(struct core *core);
/* Brings SysTick up to the present cycle. */
void systick_sync(struct core *core);
/* Cycles until SysTick next makes its exception pending; UINT32_MAX when it will not. */
uint32_t systick_remaining(struct core *core);

#endif
