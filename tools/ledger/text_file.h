/* SPDX-License-Identifier: MIT */
/*
 * The files of numbers that PlatformIO's script keeps without a ledger (tools/platformio/nameplate_numbers.py says what is in
 * them): `next:FILE`, a counter, and `list:FILE`.
 */
#ifndef TEXT_FILE_H
#define TEXT_FILE_H

#include "csv_file.h"

#include <stdint.h>

/* The next number of a counter. 0, or -1 after an error line. */
int text_counter_read(const char *path, int64_t *next);

/*
 * Calls `take` with a row that names one column, `name:u32` or `name:text`, and then with each line that no upload was given, until
 * it returns other than 0. 0, what it returned, or -1 after an error line.
 */
int text_list_read(const char *path, const char *name, int (*take)(void *data, const struct csv_row *row), void *data);

#endif
