/* SPDX-License-Identifier: MIT */
/*
 * The log: one row for each upload that ended and for each thing that a person said. Rows are never changed.
 */
#ifndef RECORD_H
#define RECORD_H

#include "options.h"

struct record {
	const char *key; /* NULL: a random one */
	const char *what, *uid;
	int64_t copy;
	const char *read;              /* a JSON object, or NULL */
	const char *image;             /* its SHA-256, or NULL */
	const struct options *options; /* station, duration, reason */
};

/* 1: written, 0: there is one of this key, -1. */
int record_add(struct database *db, const struct record *record);

/* The same for what a person said of a number. */
int record_said(struct database *db, const struct options *options, const char *what, const char *uid, int64_t copy,
		const char *series, const char *value);

#endif
