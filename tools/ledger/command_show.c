/* SPDX-License-Identifier: MIT */
/*
 * show, list and uploads: what the ledger knows.
 */
#include "device.h"
#include "error.h"
#include "options.h"
#include "report.h"
#include "series.h"
#include "word.h"

#include <stdio.h>
#include <string.h>

/* The unique ID that a word names, or whose number it names. 1, 0 if the number is no device's, -1. */
static int find_uid(struct database *db, const char *word, char uid[UID_TEXT], struct named *named, char state[12])
{
	struct rows rows;
	int found;

	if (word_is_uid(word))
		return word_uid(word, uid) ? -1 : 1;
	if (named_parse(db, word, named))
		return -1;
	found = query(db, &rows, SQL_NUMBER_SHOW, "it", named->series.id, named->value) ? -1 : rows_next(&rows);
	if (found == 0)
		found = fail("the ledger %s has not given %s=%s to anybody: nameplate-ledger list %s shows what it has",
			     db->name, named->series.name, quote(named->value), named->series.name);
	if (found > 0) {
		snprintf(state, 12, "%s", rows_text(&rows, 0));
		found = rows_text(&rows, 1) != NULL;
		if (found)
			snprintf(uid, UID_TEXT, "%s", rows_text(&rows, 1));
	}
	rows_end(&rows);
	return found;
}

static int show_numbers(struct database *db, struct report *report, const char *uid)
{
	struct rows rows;
	int more = query(db, &rows, SQL_NUMBERS_OF_UID, "t", uid) ? -1 : 0;

	while (more == 0 && (more = rows_next(&rows)) > 0) {
		report_row(report);
		report_text(report, "uid", uid);
		report_integer(report, "copy", rows_integer(&rows, 0));
		report_text(report, "series", rows_text(&rows, 1));
		report_text(report, "value", rows_text(&rows, 2));
		report_text(report, "state", rows_text(&rows, 3));
		report_text(report, "taken", rows_text(&rows, 4));
		report_text(report, "station", rows_text(&rows, 5));
		more = 0;
	}
	rows_end(&rows);
	return more < 0 ? -1 : 0;
}

int command_show(struct database *db, const struct options *options)
{
	static struct named named;
	struct report report;
	struct device device;
	char uid[UID_TEXT], state[12];
	const int found = find_uid(db, options->words[0], uid, &named, state);
	int64_t known;
	int err = found < 0;

	if (found > 0 && query_integer(db, &known, SQL_DEVICE_LAST_COPY, "t", uid) > 0 && known < 0)
		return device_only(db, uid, &device);
	if (err)
		return -1;
	report_begin(&report, options->json, true);
	if (found > 0) {
		err = show_numbers(db, &report, uid);
	} else {
		report_row(&report);
		report_text(&report, "series", named.series.name);
		report_text(&report, "value", named.value);
		report_text(&report, "state", state);
	}
	report_end(&report);
	return err ? -1 : 0;
}

/* Numbers that are free without a row, of one series or of all (NULL). */
static int list_ahead(struct database *db, const char *name, struct report *report)
{
	char text[FORM_TEXT_MAX];
	struct rows all, rows;
	int more = query(db, &all, SQL_SERIES_ALL, "") ? -1 : 0;

	while (more == 0 && (more = rows_next(&all)) > 0) {
		struct series series;

		more = series_read(&all, &series);
		if (more || (name && strcmp(name, series.name)) || series.kind == KIND_LIST)
			continue;
		more = query(db, &rows, SQL_NUMBER_AHEAD, "i", series.id) ? -1 : 0;
		while (more == 0 && (more = rows_next(&rows)) > 0) {
			series_text(&series, rows_integer(&rows, 0), text);
			report_row(report);
			report_text(report, "series", series.name);
			report_text(report, "value", text);
			report_text(report, "state", "free");
			more = 0;
		}
		rows_end(&rows);
	}
	rows_end(&all);
	return more;
}

int command_list(struct database *db, const struct options *options)
{
	struct series series;
	struct report report;
	struct rows rows;
	int more;

	if (options->count && series_named(db, options->words[0], &series))
		return -1;
	more = query(db, &rows, SQL_NUMBER_LIST, "tti", options->count ? options->words[0] : NULL, options->state,
		     (int64_t)0)
		       ? -1
		       : 0;
	report_begin(&report, options->json, true);
	while (more == 0 && (more = rows_next(&rows)) > 0) {
		static const char *const keys[] = {"series", "value", "state", "uid"};

		report_row(&report);
		for (int i = 0; i < 4; i++)
			report_text(&report, keys[i], rows_text(&rows, i));
		if (rows_text(&rows, 3))
			report_integer(&report, "copy", rows_integer(&rows, 4));
		report_text(&report, "taken", rows_text(&rows, 5));
		report_text(&report, "station", rows_text(&rows, 6));
		more = 0;
	}
	rows_end(&rows);
	if (more == 0 && options->state && !strcmp(options->state, "free"))
		more = list_ahead(db, options->count ? options->words[0] : NULL, &report);
	report_end(&report);
	return more < 0 ? -1 : 0;
}

int command_uploads(struct database *db, const struct options *options)
{
	static struct named named;
	char uid[UID_TEXT], state[12];
	struct report report;
	struct rows rows;
	int more, found = options->count ? find_uid(db, options->words[0], uid, &named, state) : 0;

	if (found < 0)
		return -1;
	if (options->count && found == 0)
		return fail("%s=%s is no device's: it is %s", named.series.name, quote(named.value), state);
	more = query(db, &rows, SQL_RECORD_LIST, "t", options->count ? uid : NULL) ? -1 : 0;
	report_begin(&report, options->json, true);
	while (more == 0 && (more = rows_next(&rows)) > 0) {
		report_row(&report);
		report_text(&report, "at", rows_text(&rows, 1));
		report_text(&report, "what", rows_text(&rows, 3));
		report_text(&report, "uid", rows_text(&rows, 4));
		report_integer(&report, "copy", rows_integer(&rows, 5));
		report_raw(&report, "read", rows_text(&rows, 6));
		report_text(&report, "station", rows_text(&rows, 2));
		report_text(&report, "image-sha256", rows_text(&rows, 7));
		if (rows_text(&rows, 8))
			report_integer(&report, "milliseconds", rows_integer(&rows, 8));
		report_text(&report, "reason", rows_text(&rows, 9));
		report_text(&report, "upload", rows_text(&rows, 0));
		more = 0;
	}
	rows_end(&rows);
	report_end(&report);
	return more < 0 ? -1 : 0;
}
