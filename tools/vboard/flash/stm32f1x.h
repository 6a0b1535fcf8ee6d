/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32F0, F1 and F3, and what differs between them.
 */
#ifndef VBOARD_FLASH_STM32F1X_H
#define VBOARD_FLASH_STM32F1X_H

#include "flash/flash.h"

#include <stdbool.h>
#include <stdint.h>

struct stm32f1x_variant {
	uint8_t rdp_level_0;             /* option byte RDP of a part that is not read-protected */
	unsigned user_shift, data_shift; /* places in OBR */
	bool loads_at_reset;             /* option bytes; else at power-on and by OBL_LAUNCH */
};

extern const struct stm32f1x_variant stm32f1x_f1, stm32f1x_f0_f3;

extern const struct flash_ops flash_stm32f1x;

#endif
