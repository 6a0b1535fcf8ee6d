/* SPDX-License-Identifier: MIT */
/*
 * check: every rule is looked at, the database's constraints notwithstanding. Prints what is broken, and what there is.
 */
#include "error.h"
#include "options.h"
#include "report.h"
#include "series.h"

#include <stdlib.h>
#include <string.h>

struct check {
	struct report *report;
	unsigned broken;
};

/* Rules of which each row found is a breach. */
static const struct {
	enum sql sql;
	const char *rule;
} rules[] = {
	{SQL_CHECK_FILE, "the file is sound"},
	{SQL_CHECK_VALUE, "one value belongs to one device"},
	{SQL_CHECK_POSITION, "one place in a series has one value"},
	{SQL_CHECK_DEVICE, "one device has one value of a series"},
	{SQL_CHECK_CELL, "one row of a list belongs to one device"},
	{SQL_CHECK_STATE, "a number is free, open or used with its device, scrapped, or away"},
	{SQL_CHECK_RECORD, "a used number has a record"},
};

static void breach(struct check *check, const char *rule, const char *example)
{
	check->broken++;
	report_row(check->report);
	report_text(check->report, "broken", rule);
	report_text(check->report, "example", example);
}

/* Nothing before `next` is lost: it has a row, or is in another ledger. */
static int check_lost(struct database *db, struct check *check, const struct series *series)
{
	int64_t counted, away = 0;
	struct rows rows;
	int more = query_integer(db, &counted, SQL_CHECK_LOST, "ii", series->id, series->next) == 1 ? 0 : -1;

	if (more || query(db, &rows, SQL_CHECK_SPLIT, "i", series->id))
		return -1;
	while ((more = rows_next(&rows)) > 0) {
		const int64_t first = rows_integer(&rows, 0), last = rows_integer(&rows, 1);

		if (first < series->next)
			away += (last < series->next ? last + 1 : series->next) - first;
	}
	rows_end(&rows);
	if (!more && counted + away != series->next - series->first)
		breach(check, "no number is lost", series->name);
	return more;
}

/* Each number of a counter is what its place says. */
static int check_texts(struct database *db, struct check *check, const struct series *series)
{
	char text[FORM_TEXT_MAX];
	struct rows rows;
	int more = query(db, &rows, SQL_SPLIT_ROWS, "iii", series->id, (int64_t)0, INT64_MAX - 1) ? -1 : 0;

	while (more == 0 && (more = rows_next(&rows)) > 0) {
		series_text(series, rows_integer(&rows, 0), text);
		if (strcmp(text, rows_text(&rows, 1)))
			breach(check, "a number has its series' form", rows_text(&rows, 1));
		more = 0;
	}
	rows_end(&rows);
	return more < 0 ? -1 : 0;
}

static int check_series(struct database *db, struct check *check)
{
	struct series series;
	struct rows rows;
	int more = query(db, &rows, SQL_SERIES_ALL, "") ? -1 : 0;

	while (more == 0 && (more = rows_next(&rows)) > 0)
		more = series_read(&rows, &series) || check_lost(db, check, &series) ||
				       (series.kind != KIND_LIST && check_texts(db, check, &series))
			       ? -1
			       : 0;
	rows_end(&rows);
	return more;
}

/* How many numbers are in which state. */
static int count_states(struct database *db, struct check *check)
{
	struct rows rows;
	int more = query(db, &rows, SQL_CHECK_COUNT, "") ? -1 : 0;

	while (more == 0 && (more = rows_next(&rows)) > 0) {
		report_row(check->report);
		report_text(check->report, "series", rows_text(&rows, 0));
		report_text(check->report, "state", rows_text(&rows, 1));
		report_integer(check->report, "numbers", rows_integer(&rows, 2));
		more = 0;
	}
	rows_end(&rows);
	return more < 0 ? -1 : 0;
}

static int work(struct database *db, void *data)
{
	struct check *check = data;

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct rows rows;
		int more = query(db, &rows, rules[i].sql, "") ? -1 : 0;

		if (more == 0 && (more = rows_next(&rows)) > 0) {
			breach(check, rules[i].rule, rows_text(&rows, 0));
			more = 0;
		}
		rows_end(&rows);
		if (more < 0)
			return -1;
	}
	return check_series(db, check) || count_states(db, check) ? -1 : 0;
}

int command_check(struct database *db, const struct options *options)
{
	struct report report;
	struct check check = {&report, 0};
	int err;

	report_begin(&report, options->json, true);
	err = snapshot(db, work, &check);
	report_end(&report);
	if (!err && check.broken)
		err = fail(
			"the ledger %s breaks %u rules (above): stop taking numbers from it, and go back to a backup",
			db->name, check.broken);
	return err;
}
