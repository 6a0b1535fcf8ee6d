/* SPDX-License-Identifier: MIT */
/*
 * Which device it is: by its unique ID, and, since some have equal ones, by the numbers that were read from it.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "options.h"
#include "series.h"

/* What was read from the device. */
struct found {
	unsigned count;
	struct named list[HAS_MAX];
};

struct device {
	int64_t id, copy;
	char upload[33];
};

/* The --has of the command line. 0, or -1 after an error line. */
int found_parse(struct database *db, const struct options *options, struct found *found);

/* The value read of a series, or NULL. */
const char *found_value(const struct found *found, int64_t series);

/*
 * The device that has what was found; of a blank one, one of this unique ID that may be blank. In a transaction. 1, 0 if the
 * ledger knows no such unique ID (nothing was found then), -1 after an error line that says what it may be, and what to do.
 */
int device_resolve(struct database *db, const char *uid, const struct found *found, struct device *device);

/* The one of this upload. 1, 0 if there is none, -1. */
int device_of_upload(struct database *db, const char *uid, const char *upload, struct device *device);

/* The only one of this unique ID. 0, or -1 after an error line (also if there are several). */
int device_only(struct database *db, const char *uid, struct device *device);

#endif
