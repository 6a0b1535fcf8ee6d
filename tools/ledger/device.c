/* SPDX-License-Identifier: MIT */
#include "device.h"

#include "error.h"

#include <stdio.h>
#include <string.h>

/* Boards with one unique ID that a ledger keeps apart. */
#define COPIES_MAX 64

struct copies {
	unsigned count;
	struct device list[COPIES_MAX];
};

int found_parse(struct database *db, const struct options *options, struct found *found)
{
	for (found->count = 0; found->count < options->has_count; found->count++) {
		struct named *named = &found->list[found->count];

		if (named_parse(db, options->has[found->count], named))
			return -1;
		for (unsigned i = 0; i < found->count; i++)
			if (found->list[i].series.id == named->series.id)
				return fail("--has says two values of the series %s: give one", named->series.name);
	}
	return 0;
}

const char *found_value(const struct found *found, int64_t series)
{
	for (unsigned i = 0; i < found->count; i++)
		if (found->list[i].series.id == series)
			return found->list[i].value;
	return NULL;
}

/* The newest copy first. Locks them, so that two stations with one unique ID wait for each other. */
static int copies_read(struct database *db, const char *uid, struct copies *copies)
{
	struct rows rows;
	int more = query(db, &rows, SQL_DEVICE_COPIES, "t", uid) ? -1 : 0;

	copies->count = 0;
	while (more == 0 && (more = rows_next(&rows)) > 0 && copies->count < COPIES_MAX) {
		struct device *device = &copies->list[copies->count++];

		device->id = rows_integer(&rows, 0);
		device->copy = rows_integer(&rows, 1);
		snprintf(device->upload, sizeof device->upload, "%s", rows_text(&rows, 2) ? rows_text(&rows, 2) : "");
		more = 0;
	}
	rows_end(&rows);
	return more < 0 ? -1 : 0;
}

/* A value that was read from the device: whose is it? */
static int resolve_one(struct database *db, const char *uid, const struct named *named, struct device *device)
{
	const char *series = named->series.name, *value = named->value, *state, *owner;
	struct rows rows;
	int found = query(db, &rows, SQL_NUMBER_FIND, "it", named->series.id, value) ? -1 : rows_next(&rows);

	if (found < 0) {
		rows_end(&rows);
		return -1;
	}
	state = found ? rows_text(&rows, 0) : "";
	owner = found ? rows_text(&rows, 2) : NULL;
	if (!found || (!owner && strcmp(state, "scrapped")))
		found = fail(
			"device %s has %s=%s, which the ledger %s has not given to anybody: if that is its number, say "
			"nameplate-ledger adopt %s %s=%s; else erase its region",
			uid, series, quote(value), db->name, uid, series, value);
	else if (!strcmp(state, "scrapped"))
		found = fail(
			"device %s has %s=%s, which was scrapped: to use it all the same, say nameplate-ledger again %s=%s",
			uid, series, quote(value), series, value);
	else if (strcmp(owner, uid))
		found = fail(
			"device %s has %s=%s, which is that of device %s: its flash was copied from there; erase its region, then try "
			"again",
			uid, series, quote(value), owner);
	else if (device->id && device->id != rows_integer(&rows, 1))
		found = fail(
			"device %s has values of two boards with this unique ID, %s=%s is one: erase its region, then say "
			"nameplate-ledger new %s",
			uid, series, quote(value), uid);
	else {
		device->id = rows_integer(&rows, 1);
		device->copy = rows_integer(&rows, 3);
	}
	rows_end(&rows);
	return found < 0 ? -1 : 0;
}

/* Whether a blank device can be this one: 1, 0 after keeping what speaks against it, -1. */
static int may_be_blank(struct database *db, const struct device *device, char *why, size_t size, bool *scrapped)
{
	struct rows rows;
	const int held = query(db, &rows, SQL_DEVICE_HELD, "i", device->id) ? -1 : rows_next(&rows);

	if (held > 0) {
		snprintf(why, size, "%s=%s", rows_text(&rows, 0), quote(rows_text(&rows, 1)));
		*scrapped = !strcmp(rows_text(&rows, 2), "scrapped");
	}
	rows_end(&rows);
	return held < 0 ? -1 : !held;
}

static int resolve_blank(struct database *db, const char *uid, const struct copies *copies, struct device *device)
{
	char why[120] = "";
	bool scrapped = false;

	for (unsigned i = 0; i < copies->count; i++) {
		const int may = may_be_blank(db, &copies->list[i], why, sizeof why, &scrapped);

		if (may > 0)
			*device = copies->list[i];
		if (may)
			return may;
	}
	if (scrapped)
		return fail("device %s (%s) was scrapped: to use it all the same, say nameplate-ledger again %s", uid,
			    why, uid);
	return fail(
		"device %s is blank, but the ledger %s says that it has %s: if it was erased, say nameplate-ledger again %s; if it is "
		"another board with a copied unique ID (a clone), say nameplate-ledger new %s",
		uid, db->name, why, uid, uid);
}

int device_resolve(struct database *db, const char *uid, const struct found *found, struct device *device)
{
	static struct copies copies;

	memset(device, 0, sizeof *device);
	if (copies_read(db, uid, &copies))
		return -1;
	if (copies.count == 0 && found->count == 0)
		return 0;
	for (unsigned i = 0; i < found->count; i++)
		if (resolve_one(db, uid, &found->list[i], device))
			return -1;
	if (found->count == 0)
		return resolve_blank(db, uid, &copies, device);
	for (unsigned i = 0; i < copies.count; i++)
		if (copies.list[i].id == device->id)
			*device = copies.list[i];
	return 1;
}

int device_of_upload(struct database *db, const char *uid, const char *upload, struct device *device)
{
	static struct copies copies;

	if (copies_read(db, uid, &copies))
		return -1;
	for (unsigned i = 0; i < copies.count; i++)
		if (!strcmp(copies.list[i].upload, upload)) {
			*device = copies.list[i];
			return 1;
		}
	return 0;
}

int device_only(struct database *db, const char *uid, struct device *device)
{
	static struct copies copies;

	if (copies_read(db, uid, &copies))
		return -1;
	if (copies.count == 0)
		return fail("the ledger %s does not know the device %s: check the ID, or take gives it a number",
			    db->name, uid);
	if (copies.count > 1)
		return fail(
			"there are %u boards with the unique ID %s: name the one that is meant by its number, SERIES=VALUE",
			copies.count, uid);
	*device = copies.list[0];
	return 0;
}
