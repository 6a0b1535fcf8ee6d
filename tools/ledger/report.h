/* SPDX-License-Identifier: MIT */
/*
 * Results on standard output: key=value lines, or JSON.
 */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct report {
	FILE *stream;
	bool json, list; /* `list`: rows, each on a line with tabs between, or a JSON array of objects */
	unsigned rows, fields;
};

void report_begin(struct report *report, bool json, bool list);
void report_row(struct report *report);
/* Text is escaped as in a dump: a result is always one line. NULL: left out. */
void report_text(struct report *report, const char *key, const char *value);
void report_integer(struct report *report, const char *key, int64_t value);
/* JSON, in either form. */
void report_raw(struct report *report, const char *key, const char *json);
void report_end(struct report *report);
/* A value by itself, on one line. */
int report_json(FILE *to, const json_t *json);

#endif
