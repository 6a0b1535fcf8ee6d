/* SPDX-License-Identifier: MIT */
/*
 * merge: what was done in a ledger that was split off comes back, in one transaction. Of its numbers that ledger is the judge.
 * Merging the same state twice changes nothing.
 */
#include "device.h"
#include "error.h"
#include "number.h"
#include "options.h"
#include "record.h"
#include "report.h"
#include "series.h"
#include "word.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct merge {
	const struct options *options;
	struct database *child;
	json_t *devices; /* "UID/COPY" there: [ID, COPY] here */
	int64_t numbers, records;
};

/* A number as the child has it. */
struct incoming {
	int64_t series, device, copy; /* ours; device 0: none here yet */
	const char *name, *value, *state, *uid, *upload, *taken, *station;
	const char *row;                       /* its place in their list, whose other columns hang on it; NULL: none */
	char key[UID_TEXT + 24], position[24]; /* its place in our series, not in theirs; "": none */
};

/* What we have of it. */
struct ours {
	bool found;
	int64_t device, copy;
	char state[12], uid[UID_TEXT];
};

static int read_item(struct database *db, const struct rows *rows, struct incoming *item)
{
	struct series series;
	int64_t position;

	item->name = rows_text(rows, 0);
	item->row = rows_text(rows, 1);
	item->value = rows_text(rows, 2);
	item->state = rows_text(rows, 3);
	item->uid = rows_text(rows, 4);
	item->upload = rows_text(rows, 6);
	item->taken = rows_text(rows, 7);
	item->station = rows_text(rows, 8);
	if (item->uid)
		snprintf(item->key, sizeof item->key, "%.24s/%s", item->uid, rows_text(rows, 5));
	if (series_named(db, item->name, &series))
		return -1;
	item->series = series.id;
	if (series.kind != KIND_LIST)
		item->row = NULL;
	if (series_position(&series, item->value, &position))
		snprintf(item->position, sizeof item->position, "%lld", (long long)position);
	return 0;
}

static int read_ours(struct database *db, const struct incoming *item, struct ours *ours)
{
	struct rows rows;
	int found = query(db, &rows, SQL_NUMBER_FIND, "it", item->series, item->value) ? -1 : rows_next(&rows);

	memset(ours, 0, sizeof *ours);
	if (found > 0) {
		ours->found = true;
		snprintf(ours->state, sizeof ours->state, "%s", rows_text(&rows, 0));
		ours->device = rows_integer(&rows, 1);
		snprintf(ours->uid, sizeof ours->uid, "%s", rows_text(&rows, 2) ? rows_text(&rows, 2) : "");
		ours->copy = rows_integer(&rows, 3);
	}
	rows_end(&rows);
	return found < 0 ? -1 : 0;
}

static void remember(struct merge *merge, const struct incoming *item, int64_t device, int64_t copy)
{
	json_object_set_new(merge->devices, item->key, json_pack("[I, I]", (json_int_t)device, (json_int_t)copy));
}

/* First pass: a device that has one of its numbers here already is that one. */
static int know_device(struct database *db, struct merge *merge, const struct incoming *item)
{
	struct ours ours;

	if (!item->uid)
		return 0;
	if (read_ours(db, item, &ours))
		return -1;
	if (ours.device && strcmp(ours.uid, item->uid))
		return fail(
			"%s=%s is device %s's here and device %s's there: release it in the ledger that is wrong, then merge again",
			item->name, quote(item->value), ours.uid, item->uid);
	if (ours.device)
		remember(merge, item, ours.device, ours.copy);
	return 0;
}

/* A device of this unique ID that has no number of this series here, or a new one. */
static int find_device(struct database *db, struct merge *merge, struct incoming *item)
{
	json_t *known = json_object_get(merge->devices, item->key);
	struct rows rows;
	int found;

	if (known) {
		item->device = json_integer_value(json_array_get(known, 0));
		return 0;
	}
	found = query_integer(db, &item->device, SQL_DEVICE_NEW, "tit", item->uid, (int64_t)0, NULL);
	if (found == 0) {
		found = query(db, &rows, SQL_DEVICE_WITHOUT, "ti", item->uid, item->series) ? -1 : rows_next(&rows);
		if (found > 0) {
			item->device = rows_integer(&rows, 0);
			item->copy = rows_integer(&rows, 1);
		}
		rows_end(&rows);
	}
	if (found == 0)
		return fail(
			"device %s has %s=%s there and another here: if these are two boards, say nameplate-ledger new %s here; if it is one, "
			"release the number that it does not have; then merge again",
			item->uid, item->name, quote(item->value), item->uid);
	if (found > 0)
		remember(merge, item, item->device, item->copy);
	return found < 0 ? -1 : 0;
}

/* A device that we know by another number must not have a second one of this series. */
static int refuse_collision(struct database *db, const struct incoming *item)
{
	struct rows rows;
	int found = query(db, &rows, SQL_NUMBER_COLLISION, "iit", item->series, item->device, item->value)
			    ? -1
			    : rows_next(&rows);

	if (found > 0)
		found = fail(
			"device %s has %s=%s here and %s there: release the one that it does not have, then merge again",
			item->uid, item->name, quote(rows_text(&rows, 0)), quote(item->value));
	rows_end(&rows);
	return found ? -1 : 0;
}

/* It is free there: what an earlier merge brought is no longer so. */
static int give_back(struct database *db, const struct incoming *item, const struct ours *ours)
{
	if (!ours->found || !strcmp(ours->state, "free") || !strcmp(ours->state, "away"))
		return 0;
	return run(db, SQL_MERGE_BACK, "it", item->series, item->value);
}

/* One of the other columns of a row. What may not repeat is not here yet. */
static int bring_cell(struct database *db, const struct incoming *item, int64_t position, const struct rows *rows)
{
	const char *name = rows_text(rows, 1), *value = rows_text(rows, 2);
	const int64_t sole = rows_integer(rows, 3), secret = rows_integer(rows, 4);
	int64_t other;
	const int found = sole ? query_integer(db, &other, SQL_CELL_PLACE, "itt", item->series, name, value) : 0;

	if (found < 0)
		return -1;
	if (found)
		return fail(
			"%s=%s has a %s there that another row of this list has here: release it there, give its device "
			"another row, then merge again",
			item->name, quote(item->value), name);
	return run(db, SQL_CELL_ADD, "iittii", item->series, position, name, value, sole, secret) < 0 ? -1 : 0;
}

/* The row of a list that they imported themselves comes after our last one: in its place may be another. */
static int bring_row(struct database *db, struct merge *merge, struct incoming *item)
{
	struct series there;
	struct rows rows;
	int64_t next;
	const int64_t row = strtoll(item->row, NULL, 10);
	int more = 0;

	if (series_named(merge->child, item->name, &there) ||
	    query_integer(db, &next, SQL_SERIES_LOCK, "i", item->series) < 0 ||
	    run(db, SQL_SERIES_NEXT, "ii", item->series, next + 1) < 0 ||
	    query(merge->child, &rows, SQL_SPLIT_CELLS, "iii", there.id, row, row))
		return -1;
	while (more == 0 && (more = rows_next(&rows)) > 0)
		more = bring_cell(db, item, next, &rows);
	rows_end(&rows);
	snprintf(item->position, sizeof item->position, "%lld", (long long)next);
	return more;
}

/* 1 if something changed, 0, -1. */
static int bring(struct database *db, struct merge *merge, struct incoming *item)
{
	char device[24];
	struct ours ours;
	int changed;

	if (read_ours(db, item, &ours))
		return -1;
	if (!strcmp(item->state, "away"))
		return 0;
	if (!strcmp(item->state, "free"))
		return give_back(db, item, &ours);
	if (item->uid && (find_device(db, merge, item) || refuse_collision(db, item)))
		return -1;
	/* Used is never doubted again by a merge. */
	if (ours.found &&
	    (!strcmp(ours.state, item->state) || (!strcmp(ours.state, "used") && !strcmp(item->state, "open"))) &&
	    ours.device == item->device)
		return 0;
	snprintf(device, sizeof device, "%lld", (long long)item->device);
	if (ours.found)
		return run(db, SQL_NUMBER_SET, "itttttt", item->series, item->value, item->state,
			   item->device ? device : NULL, item->upload, item->taken, item->station);
	if (item->row && bring_row(db, merge, item))
		return -1;
	changed = run(db, SQL_NUMBER_ADD, "ittttttt", item->series, *item->position ? item->position : NULL,
		      item->value, item->state, item->device ? device : NULL, item->upload, item->taken, item->station);
	return changed ? changed : number_was_there(db);
}

static int numbers(struct database *db, struct merge *merge, bool first_pass)
{
	struct rows rows;
	int more = query(merge->child, &rows, SQL_MERGE_NUMBERS, "") ? -1 : 0;

	while (more == 0 && (more = rows_next(&rows)) > 0) {
		struct incoming item = {0};
		int changed = read_item(db, &rows, &item) ? -1
			      : first_pass                ? know_device(db, merge, &item)
							  : bring(db, merge, &item);

		merge->numbers += changed > 0;
		more = changed < 0 ? -1 : 0;
	}
	rows_end(&rows);
	return more;
}

/* Its log. The copies of a device are counted as here. */
static int records(struct database *db, struct merge *merge)
{
	char key[UID_TEXT + 24];
	struct rows rows;
	int more = query(merge->child, &rows, SQL_RECORD_LIST, "t", NULL) ? -1 : 0;

	while (more == 0 && (more = rows_next(&rows)) > 0) {
		int64_t copy = rows_integer(&rows, 5);
		const json_t *known;
		int added;

		snprintf(key, sizeof key, "%.24s/%lld", rows_text(&rows, 4) ? rows_text(&rows, 4) : "",
			 (long long)copy);
		known = json_object_get(merge->devices, key);
		if (known)
			copy = json_integer_value(json_array_get(known, 1));
		added = run(db, SQL_RECORD_ADD, "tttttitttt", rows_text(&rows, 0), rows_text(&rows, 1),
			    rows_text(&rows, 2), rows_text(&rows, 3), rows_text(&rows, 4), copy, rows_text(&rows, 6),
			    rows_text(&rows, 7), rows_text(&rows, 8), rows_text(&rows, 9));
		merge->records += added > 0;
		more = added < 0 ? -1 : 0;
	}
	rows_end(&rows);
	return more;
}

static int work(struct database *db, void *data)
{
	struct merge *merge = data;
	struct rows rows;
	int found = query(db, &rows, SQL_SPLIT_ALL, "t", merge->child->id) ? -1 : rows_next(&rows);

	rows_end(&rows);
	if (found <= 0)
		return found < 0
			       ? -1
			       : fail("%s was not split off from the ledger %s: merge it into the one that it came from",
				      merge->child->name, db->name);
	json_object_clear(merge->devices);
	merge->numbers = merge->records = 0;
	/* It is here, so the file was made. */
	if (run(db, SQL_SPLIT_DONE, "t", merge->child->id) < 0 || numbers(db, merge, true) ||
	    numbers(db, merge, false) || records(db, merge))
		return -1;
	return 0;
}

static int one_state(struct database *child, void *data)
{
	void **both = data;

	(void)child;
	return transaction(both[0], work, both[1]);
}

int command_merge(struct database *db, const struct options *options)
{
	struct merge merge = {.options = options};
	struct database child;
	struct report report;
	void *both[] = {db, &merge};
	int err = database_open(&child, options->words[0], ACCESS_READ);

	if (err)
		return -1;
	merge.child = &child;
	merge.devices = json_object();
	err = snapshot(&child, one_state, both);
	json_decref(merge.devices);
	database_close(&child);
	if (err)
		return -1;
	report_begin(&report, options->json, false);
	report_text(&report, "merged", options->words[0]);
	report_integer(&report, "numbers", merge.numbers);
	report_integer(&report, "records", merge.records);
	report_end(&report);
	return 0;
}
