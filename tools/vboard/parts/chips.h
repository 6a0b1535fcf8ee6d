/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The table of parts. Adding a chip of a known flash controller is one row here.
 */
#ifndef VBOARD_CHIPS_H
#define VBOARD_CHIPS_H

#include "parts/chip.h"

extern const struct chip chips[]; /* ends with a row without a name */

/* The chip of that name, or NULL. */
const struct chip *chip_find(const char *name);

#endif
