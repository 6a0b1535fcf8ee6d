/* SPDX-License-Identifier: MIT */
/*
 * split: numbers that nobody has move into a ledger file of its own, for a site without a network. First they leave this
 * ledger, then the file appears, then that is noted: whatever dies when, the same command again goes on, and the numbers are
 * never in two ledgers.
 */
#include "error.h"
#include "number.h"
#include "options.h"
#include "output.h"
#include "record.h"
#include "report.h"
#include "schema.h"
#include "series.h"
#include "word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct split {
	const struct options *options;
	struct database *db;
	struct series series;
	const char *path;
	int64_t first, last;
	char child[KEY_TEXT];
	bool there, done; /* the file is; the ledger knows so */
};

/* ---- the range ------------------------------------------------------------------------------------------------ */

static bool place(const struct series *series, const char *text, int64_t *position)
{
	return series_position(series, text, position) || (series->kind != KIND_MAC && word_number(text, position));
}

/* FIRST-LAST, both as numbers or as values; a value may hold a `-` itself. */
static int parse_range(struct split *split, const char *text)
{
	char *first = strdup(text);

	for (char *dash = first ? strchr(first, '-') : NULL; dash; dash = strchr(dash + 1, '-')) {
		*dash = '\0';
		if (place(&split->series, first, &split->first) && place(&split->series, dash + 1, &split->last)) {
			free(first);
			if (split->first <= split->last && split->first >= split->series.first &&
			    split->last <= split->series.last)
				return 0;
			return fail(
				"%s is no part of the series %s: write FIRST-LAST, both of it and the smaller one first",
				quote(text), split->series.name);
		}
		*dash = '-';
	}
	free(first);
	return fail("%s is no range of the series %s: write FIRST-LAST, like 1001-2000", quote(text),
		    split->series.name);
}

/* ---- out of this ledger --------------------------------------------------------------------------------------- */

/* The same range, split off before: 1, 0 if not, -1. */
static int find_before(struct database *db, struct split *split)
{
	struct rows rows;
	int found = query(db, &rows, SQL_SPLIT_FIND, "iii", split->series.id, split->first, split->last)
			    ? -1
			    : rows_next(&rows);

	if (found > 0) {
		snprintf(split->child, sizeof split->child, "%s", rows_text(&rows, 0));
		split->done = !strcmp(rows_text(&rows, 1), "done");
		if (split->done && !split->there)
			found = fail(
				"these numbers went into %s at %s: that file has them, and a second one would give them twice",
				quote(rows_text(&rows, 2)), rows_text(&rows, 3));
	}
	rows_end(&rows);
	return found;
}

static int refuse_overlap(struct database *db, const struct split *split)
{
	struct rows rows;
	int found = query(db, &rows, SQL_SPLIT_OVERLAP, "iii", split->series.id, split->first, split->last)
			    ? -1
			    : rows_next(&rows);

	if (found > 0)
		found = fail("numbers of this range went into %s already: %s to %s of the series %s",
			     quote(rows_text(&rows, 2)), rows_text(&rows, 0), rows_text(&rows, 1), split->series.name);
	rows_end(&rows);
	return found ? -1 : 0;
}

static int refuse_taken(struct database *db, const struct split *split)
{
	struct rows rows;
	int found = query(db, &rows, SQL_SPLIT_TAKEN, "iii", split->series.id, split->first, split->last)
			    ? -1
			    : rows_next(&rows);

	if (found > 0)
		found = fail("%s=%s is taken already: split a range that nobody has numbers of", split->series.name,
			     quote(rows_text(&rows, 0)));
	rows_end(&rows);
	return found ? -1 : 0;
}

static int leave(struct database *db, void *data)
{
	struct split *split = data;
	const bool list = split->series.kind == KIND_LIST;
	char now[TIME_TEXT];
	int64_t next;
	int found;

	if (query_integer(db, &next, SQL_SERIES_LOCK, "i", split->series.id) < 0)
		return -1;
	found = find_before(db, split);
	if (found)
		return found < 0 ? -1 : 0;
	if (split->there)
		return fail("there is a file %s already: name another", quote(split->path));
	if (list && split->last >= next)
		return fail("the series %s has only %lld rows", split->series.name, (long long)next - 1);
	/* Who is just taking one must find it gone: on a server a row says so. */
	if (refuse_overlap(db, split) ||
	    (db->engine->is_far && number_make_rows(db, &split->series, split->first, split->last)) ||
	    run(db, list || db->engine->is_far ? SQL_SPLIT_TAKE_ROWS : SQL_SPLIT_TAKE_FREE, "iii", split->series.id,
		split->first, split->last) < 0 ||
	    refuse_taken(db, split))
		return -1;
	word_random(split->child);
	time_now(now);
	return run(db, SQL_SPLIT_ADD, "iiittt", split->series.id, split->first, split->last, split->child, split->path,
		   now) < 0 || record_said(db, split->options, "split", NULL, 0, split->series.name,
					   split->options->words[1])
		       ? -1
		       : 0;
}

/* ---- into the file -------------------------------------------------------------------------------------------- */

static int copy_rows(struct split *split, struct database *child, int64_t series)
{
	struct rows rows;
	int more = query(split->db, &rows, SQL_SPLIT_ROWS, "iii", split->series.id, split->first, split->last) ? -1 : 0;

	while (more == 0 && (more = rows_next(&rows)) > 0)
		more = run(child, SQL_NUMBER_ADD, "ittttttt", series, rows_text(&rows, 0), rows_text(&rows, 1), "free",
			   NULL, NULL, NULL, NULL) < 0
			       ? -1
			       : 0;
	rows_end(&rows);
	if (more || query(split->db, &rows, SQL_SPLIT_CELLS, "iii", split->series.id, split->first, split->last))
		return -1;
	while (more == 0 && (more = rows_next(&rows)) > 0)
		more = run(child, SQL_CELL_ADD, "itttii", series, rows_text(&rows, 0), rows_text(&rows, 1),
			   rows_text(&rows, 2), rows_integer(&rows, 3), rows_integer(&rows, 4)) < 0
			       ? -1
			       : 0;
	rows_end(&rows);
	return more;
}

static int fill(struct database *child, void *data)
{
	struct split *split = data;
	const struct series *series = &split->series;
	const bool list = series->kind == KIND_LIST;
	struct series there;
	char *columns = columns_text(series);
	const int err = columns ? run(child, SQL_SERIES_INSERT, "ttiiitt", series->name, kind_names[series->kind],
				      split->first, split->last, list ? split->last + 1 : split->first,
				      *series->form ? series->form : NULL, columns) < 0
				: fail_memory();

	free(columns);
	return err || series_named(child, series->name, &there) || (list && copy_rows(split, child, there.id)) ? -1 : 0;
}

static int make_file(struct split *split)
{
	struct output_file file;
	struct database child;
	int err;

	/* It has secrets, if the list has. */
	if (output_open(split->path, true, &file))
		return -1;
	err = database_connect(&child, file.temporary, ACCESS_CREATE);
	if (!err) {
		err = schema_make(&child, split->child, split->db->id) || transaction(&child, fill, split);
		database_close(&child);
	}
	return output_close(&file, err ? -1 : 0);
}

/* A file of this name is ours, or in the way. */
static int look_at_file(struct split *split)
{
	struct database child;

	if (access(split->path, F_OK) != 0)
		return 0;
	split->there = true;
	return database_open(&child, split->path, ACCESS_READ)
		       ? -1
		       : (strcpy(split->child, child.id), database_close(&child), 0);
}

static int note_done(struct database *db, void *data)
{
	const struct split *split = data;

	return run(db, SQL_SPLIT_DONE, "t", split->child) < 0 ? -1 : 0;
}

int command_split(struct database *db, const struct options *options)
{
	struct split split = {.options = options, .db = db, .path = options->words[2]};
	char file_id[KEY_TEXT];
	struct report report;

	if (series_named(db, options->words[0], &split.series) || parse_range(&split, options->words[1]) ||
	    look_at_file(&split))
		return -1;
	strcpy(file_id, split.child);
	if (transaction(db, leave, &split))
		return -1;
	if (split.there && strcmp(file_id, split.child))
		return fail("there is a file %s already, and it is not the ledger of this range: name another",
			    quote(split.path));
	if ((!split.there && make_file(&split)) || transaction(db, note_done, &split))
		return -1;
	report_begin(&report, options->json, false);
	report_text(&report, "split", split.path);
	report_text(&report, "series", split.series.name);
	report_integer(&report, "numbers", split.last - split.first + 1);
	report_end(&report);
	return 0;
}
