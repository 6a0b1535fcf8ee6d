/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32L1 and L0, and what differs between them.
 */
#ifndef VBOARD_FLASH_STM32LX_H
#define VBOARD_FLASH_STM32LX_H

#include "flash/flash.h"

#include <stdbool.h>
#include <stdint.h>

struct stm32lx_variant {
	uint32_t acr_writable;
	uint32_t pecr_more; /* bits of PECR that this one has besides: NZDISABLE, so it tells NOTZEROERR */
	bool has_wrprot2;
};

extern const struct stm32lx_variant stm32lx_l1, stm32lx_l0;

extern const struct flash_ops flash_stm32lx;

#endif
