/* SPDX-License-Identifier: MIT */
/*
 * What only a person can know: release, again, new, adopt, scrap. Each leaves a record.
 */
#include "device.h"
#include "error.h"
#include "number.h"
#include "options.h"
#include "record.h"
#include "report.h"
#include "word.h"

#include <stdio.h>
#include <string.h>

struct said {
	const struct options *options;
	const char *what;
	bool by_uid;
	char uid[UID_TEXT]; /* of the device concerned, or "" */
	struct named named;
	struct device device;
	char state[12];
	bool has_position;
	int count;
};

/* The row of said->named: 1, 0 if there is none, -1. */
static int read_row(struct database *db, struct said *said)
{
	struct rows rows;
	int found = query(db, &rows, SQL_NUMBER_FIND, "it", said->named.series.id, said->named.value)
			    ? -1
			    : rows_next(&rows);

	if (found > 0) {
		snprintf(said->state, sizeof said->state, "%s", rows_text(&rows, 0));
		said->device.id = rows_integer(&rows, 1);
		if (rows_text(&rows, 2))
			snprintf(said->uid, sizeof said->uid, "%s", rows_text(&rows, 2));
		said->device.copy = rows_integer(&rows, 3);
		said->has_position = rows_text(&rows, 4) != NULL;
	}
	rows_end(&rows);
	return found;
}

/* The same, of one that could be taken but has no row too. */
static int read_number(struct database *db, struct said *said)
{
	int64_t position;
	const int found = read_row(db, said);

	if (found || !db->engine->is_far || !series_position(&said->named.series, said->named.value, &position))
		return found;
	return number_make_rows(db, &said->named.series, position, position) ? -1 : read_row(db, said);
}

/* A number of another ledger is nothing to us until that is merged. */
static int not_away(struct database *db, const struct said *said)
{
	int64_t position = 0;
	struct rows rows;
	int found = query_integer(db, &position, SQL_NUMBER_PLACE, "it", said->named.series.id, said->named.value);

	if (found == 0)
		found = series_position(&said->named.series, said->named.value, &position);
	if (found <= 0)
		return found;
	found = query(db, &rows, SQL_SPLIT_COVERS, "ii", said->named.series.id, position) ? -1 : rows_next(&rows);
	if (found > 0)
		found = fail("%s=%s belongs to the ledger that was split off as %s: say it there, then merge",
			     said->named.series.name, quote(said->named.value), quote(rows_text(&rows, 1)));
	rows_end(&rows);
	return found < 0 ? -1 : 0;
}

static int unknown(struct database *db, const struct said *said)
{
	return fail("the ledger %s knows no %s=%s: check the value (nameplate-ledger list %s)", db->name,
		    said->named.series.name, quote(said->named.value), said->named.series.name);
}

static int record(struct database *db, const struct said *said)
{
	return record_said(db, said->options, said->what, *said->uid ? said->uid : NULL, said->device.copy,
			   said->by_uid ? NULL : said->named.series.name, said->named.value);
}

static int work_release(struct database *db, struct said *said)
{
	const int found = read_number(db, said);

	if (found <= 0)
		return found < 0 ? -1 : unknown(db, said);
	if (!strcmp(said->state, "free"))
		return 0;
	if (not_away(db, said))
		return -1;
	said->count = said->has_position ? run(db, SQL_NUMBER_SET, "itttttt", said->named.series.id, said->named.value,
					       "free", NULL, NULL, NULL, NULL)
					 : run(db, SQL_NUMBER_DELETE, "it", said->named.series.id, said->named.value);
	return said->count < 0 ? -1 : record(db, said);
}

/* The device that is meant: by its ID, or by a number that it has. */
static int find_device(struct database *db, struct said *said)
{
	int found;

	if (said->by_uid)
		return device_only(db, said->uid, &said->device);
	found = read_number(db, said);
	if (found < 0)
		return -1;
	if (found == 0 || !said->device.id)
		return found ? fail("%s=%s is no device's: name one that is used (nameplate-ledger list --used)",
				    said->named.series.name, quote(said->named.value))
			     : unknown(db, said);
	return 0;
}

static int work_again(struct database *db, struct said *said)
{
	if (find_device(db, said))
		return -1;
	said->count = run(db, SQL_NUMBER_AGAIN, "i", said->device.id);
	return said->count < 0 ? -1 : said->count ? record(db, said) : 0;
}

static int work_new(struct database *db, struct said *said)
{
	int64_t copy = 0, held = 0;
	int found = query_integer(db, &copy, SQL_DEVICE_LAST_COPY, "t", said->uid);

	if (found > 0)
		found = query_integer(db, &held, SQL_DEVICE_NUMBERS, "ti", said->uid, copy);
	if (found < 0)
		return -1;
	if (copy < 0)
		return fail("the ledger %s does not know the device %s: take gives it a number", db->name, said->uid);
	said->device.copy = copy;
	if (held == 0) /* said before, and not taken since */
		return 0;
	said->device.copy++;
	said->count = run(db, SQL_DEVICE_ADD, "ti", said->uid, said->device.copy);
	return said->count < 0 ? -1 : record(db, said);
}

/* The device for a number from elsewhere: the one that has none of this series. */
static int adopting_device(struct database *db, struct said *said)
{
	struct rows rows;
	int64_t id = 0;
	int found = query_integer(db, &id, SQL_DEVICE_NEW, "tit", said->uid, (int64_t)0, NULL);

	if (found < 0)
		return -1;
	if (found > 0) {
		said->device = (struct device){.id = id};
		return 0;
	}
	found = query(db, &rows, SQL_DEVICE_WITHOUT, "ti", said->uid, said->named.series.id) ? -1 : rows_next(&rows);
	if (found > 0)
		said->device = (struct device){.id = rows_integer(&rows, 0), .copy = rows_integer(&rows, 1)};
	rows_end(&rows);
	return found > 0 ? 0
	       : found < 0
		       ? -1
		       : fail("device %s has a value of the series %s already (nameplate-ledger show %s): release that one first, or say "
			      "nameplate-ledger new %s if this is another board",
			      said->uid, said->named.series.name, said->uid, said->uid);
}

static int work_adopt(struct database *db, struct said *said)
{
	const struct series *series = &said->named.series;
	char uid[UID_TEXT], now[TIME_TEXT], place[24];
	int64_t position;
	bool placed;
	int found;

	strcpy(uid, said->uid);
	found = read_number(db, said);
	if (found < 0 || not_away(db, said))
		return -1;
	if (found && !strcmp(said->state, "used") && !strcmp(said->uid, uid))
		return 0;
	/* Taken for it, and now a person has seen that it was written. */
	if (found && !strcmp(said->state, "open") && !strcmp(said->uid, uid))
		return run(db, SQL_NUMBER_USED, "iti", series->id, said->named.value, said->device.id) < 0
			       ? -1
			       : record(db, said);
	if (found && strcmp(said->state, "free"))
		return fail("%s=%s is not free: it is %s%s%s; nameplate-ledger show %s=%s", series->name,
			    quote(said->named.value), said->state, *said->uid ? ", with device " : "", said->uid,
			    series->name, said->named.value);
	strcpy(said->uid, uid);
	if (adopting_device(db, said))
		return -1;
	time_now(now);
	if (found) {
		char id[24];

		snprintf(id, sizeof id, "%lld", (long long)said->device.id);
		said->count = run(db, SQL_NUMBER_SET, "itttttt", series->id, said->named.value, "used", id, NULL, now,
				  said->options->station);
	} else {
		placed = series_position(series, said->named.value, &position);
		snprintf(place, sizeof place, "%lld", (long long)(placed ? position : 0));
		said->count = run(db, SQL_NUMBER_ADD, "itttittt", series->id, placed ? place : NULL, said->named.value,
				  "used", said->device.id, NULL, now, said->options->station);
		if (said->count == 0)
			return number_was_there(db);
	}
	return said->count < 0 ? -1 : record(db, said);
}

static int work_scrap(struct database *db, struct said *said)
{
	int found;

	if (said->by_uid) {
		if (device_only(db, said->uid, &said->device))
			return -1;
		said->count = run(db, SQL_NUMBER_SCRAP_DEVICE, "i", said->device.id);
		return said->count < 0 ? -1 : record(db, said);
	}
	found = read_number(db, said);
	if (found <= 0)
		return found < 0 ? -1 : unknown(db, said);
	if (!strcmp(said->state, "scrapped"))
		return 0;
	if (not_away(db, said))
		return -1;
	said->count = run(db, SQL_NUMBER_SCRAP, "it", said->named.series.id, said->named.value);
	return said->count < 0 ? -1 : record(db, said);
}

/* ---- the commands --------------------------------------------------------------------------------------------- */

static const struct {
	const char *what, *key;
	int (*work)(struct database *db, struct said *said);
} acts[] = {
	{"release", "released", work_release}, {"again", "again", work_again},    {"new", "new", work_new},
	{"adopt", "adopted", work_adopt},      {"scrap", "scrapped", work_scrap},
};

static int work(struct database *db, void *data)
{
	struct said *said = data;
	/* Done anew after a deadlock, it begins as it was. */
	struct said copy = *said;

	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (!strcmp(acts[i].what, said->what) && acts[i].work(db, &copy))
			return -1;
	*said = copy;
	return 0;
}

static int say_it(struct database *db, struct said *said)
{
	struct report report;

	if (transaction(db, work, said))
		return -1;
	report_begin(&report, said->options->json, false);
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (!strcmp(acts[i].what, said->what))
			report_text(&report, acts[i].key, said->by_uid ? said->uid : said->named.value);
	if (!said->by_uid)
		report_text(&report, "series", said->named.series.name);
	if (!strcmp(said->what, "new"))
		report_integer(&report, "copy", said->device.copy);
	report_end(&report);
	return 0;
}

/* A word that is a unique ID, or names a number. */
static int parse(struct database *db, struct said *said, const char *word)
{
	said->by_uid = word_is_uid(word);
	return said->by_uid ? word_uid(word, said->uid) : named_parse(db, word, &said->named);
}

int command_release(struct database *db, const struct options *options)
{
	struct said said = {.options = options, .what = "release"};

	return named_parse(db, options->words[0], &said.named) || say_it(db, &said) ? -1 : 0;
}

int command_again(struct database *db, const struct options *options)
{
	struct said said = {.options = options, .what = "again"};

	return parse(db, &said, options->words[0]) || say_it(db, &said) ? -1 : 0;
}

int command_new(struct database *db, const struct options *options)
{
	struct said said = {.options = options, .what = "new", .by_uid = true};

	return word_uid(options->words[0], said.uid) || say_it(db, &said) ? -1 : 0;
}

int command_adopt(struct database *db, const struct options *options)
{
	struct said said = {.options = options, .what = "adopt"};

	return word_uid(options->words[0], said.uid) || named_parse(db, options->words[1], &said.named) ||
			       say_it(db, &said)
		       ? -1
		       : 0;
}

int command_scrap(struct database *db, const struct options *options)
{
	struct said said = {.options = options, .what = "scrap"};

	return parse(db, &said, options->words[0]) || say_it(db, &said) ? -1 : 0;
}
