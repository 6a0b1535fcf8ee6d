/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Flash controller of the STM32L4, and what differs between the families that have the same: a row each.
 */
#ifndef VBOARD_FLASH_STM32L4X_H
#define VBOARD_FLASH_STM32L4X_H

#include "flash/flash.h"
#include "flash/options.h"

#include <stdbool.h>
#include <stdint.h>

#define L4X_KEPT OPTION_WORDS /* registers that are only kept */

struct stm32l4x_variant {
	uint8_t keyr, optkeyr, sr, cr, eccr, optr; /* offsets */
	uint8_t ecc2r;                             /* offset of the second bank's ECCR; 0: ECCR serves both */
	uint32_t page_bits;                        /* of PNB in CR, after the shift */
	uint32_t bker;                             /* in CR: the page is of the second bank; 0: there is one bank */
	uint32_t bank_bytes;                       /* size of the first of two banks; 0: there is one bank */
	uint32_t ecc_unit;                         /* bytes that ECCR.ADDR_ECC counts in */
	uint32_t ecc_address;                      /* mask of ECCR.ADDR_ECC */
	uint32_t ecc_bank2;                        /* ECCR.BK_ECC; 0: there is none */
	bool ones_stay;                            /* zeros are refused over a granule that was programmed with ones */
	uint32_t secure_from;                      /* offset of what another core keeps for itself; 0: nothing */
	uint32_t program_ns, erase_ns;             /* typical times of a granule and of a page */
	/* Registers of write-protected areas, first and last page each, ends with 0. With two banks two of the first, two of the
	 * second. */
	uint8_t wrp[4];
	/* Registers that are only kept, ACR, OPTR and write protection among them, as they read after reset. */
	struct {
		uint8_t offset;
		uint32_t reset;
		uint32_t writable; /* bits that a plain write changes; 0: an option register */
	} kept[L4X_KEPT];          /* ends with offset 0 after the first */
};

extern const struct stm32l4x_variant l4x_stm32l47, l4x_stm32g07, l4x_stm32g0b, l4x_stm32g47, l4x_stm32wb5, l4x_stm32wle,
	l4x_stm32l55, l4x_stm32u57;

extern const struct flash_ops flash_stm32l4x;

#endif
