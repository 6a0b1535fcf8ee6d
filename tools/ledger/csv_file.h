/* SPDX-License-Identifier: MIT */
/*
 * Rows of a CSV file (RFC 4180, by libcsv): quotes, line ends of any kind, a byte order mark.
 */
#ifndef CSV_FILE_H
#define CSV_FILE_H

#include <stddef.h>

#define CSV_FIELDS_MAX 32

struct csv_row {
	size_t line;    /* where it begins, from 1 */
	unsigned count; /* of its fields; more than CSV_FIELDS_MAX are counted, not kept */
	const char *fields[CSV_FIELDS_MAX];
	size_t lengths[CSV_FIELDS_MAX]; /* a field may hold a NUL */
};

/* Calls `take` for each row that is not empty, until it returns other than 0. 0, what it returned, or -1 after an error line. */
int csv_file_read(const char *path, int (*take)(void *data, const struct csv_row *row), void *data);

#endif
