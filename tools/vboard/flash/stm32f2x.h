/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32F2, F4 and F7, and what differs between them.
 */
#ifndef VBOARD_FLASH_STM32F2X_H
#define VBOARD_FLASH_STM32F2X_H

#include "flash/flash.h"

#include <stdbool.h>
#include <stdint.h>

struct stm32f2x_variant {
	uint32_t optcr, optcr1; /* as shipped */
	uint32_t optcr_writable;
	bool has_optcr1;            /* boot addresses */
	bool two_banks;             /* there may be: OPTCR.NDBANK says whether */
	unsigned protected_sectors; /* bits of nWRP */
};

extern const struct stm32f2x_variant stm32f2x_f2, stm32f2x_f401, stm32f2x_f76, stm32f2x_f76_dual;

extern const struct flash_ops flash_stm32f2x;

#endif
