/* SPDX-License-Identifier: MIT */
/*
 * The numbers of a series that nobody has: given to a device, and made rows where something must hold on to one.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include "series.h"

struct taken {
	int64_t position;
	char value[VALUE_MAX + 1];
};

/* The first free number for a device, in a transaction. 0, or -1 after an error line. */
int number_take(struct database *db, const struct series *series, int64_t device, const char *upload,
		const char *station, struct taken *taken);

/*
 * The same for a device that the ledger does not know, outside a transaction and in one statement. 1; 0 if that cannot be done so
 * (the device may be known, or no number left), or where the engine needs no such haste; -1.
 */
int number_take_new(struct database *db, const struct series *series, const char *uid, const char *upload,
		    const char *station, struct taken *taken);

/* Those from `first` to `last` that are free without a row get one. In a transaction. 0 or -1. */
int number_make_rows(struct database *db, const struct series *series, int64_t first, int64_t last);

/* What could not be added was there: a station took it a moment ago. So the transaction is done anew; -1. */
int number_was_there(struct database *db);

#endif
