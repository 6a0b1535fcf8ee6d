/* SPDX-License-Identifier: MIT */
/*
 * What was decoded, as `nameplate list`, `nameplate list -json` and `nameplate dump` in OpenOCD give it. Each returns 0, or -1
 * after an error line.
 */
#ifndef PRINT_H
#define PRINT_H

#include "decode.h"

#include <stdio.h>

int print_table(const struct decoded *decoded, bool secrets, FILE *to);
int print_json(const struct decoded *decoded, bool secrets, FILE *to);
int print_dump(const struct decoded *decoded, bool secrets, FILE *to);

#endif
