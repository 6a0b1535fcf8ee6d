/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32H7.
 */
#ifndef VBOARD_FLASH_STM32H7X_H
#define VBOARD_FLASH_STM32H7X_H

#include "flash/flash.h"

extern const struct flash_ops flash_stm32h7x;

#endif
