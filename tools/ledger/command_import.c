/* SPDX-License-Identifier: MIT */
/*
 * import: a list, whose rows are each one device's values. All of it, or, if a row is bad, nothing. Or what PlatformIO's script has
 * kept in a text file.
 */
#include "csv_file.h"
#include "error.h"
#include "options.h"
#include "record.h"
#include "report.h"
#include "series.h"
#include "text_file.h"
#include "word.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows that go to the database together; bad rows that are named. */
#define TOGETHER 1000
#define NAMED    5

struct import {
	struct database *db;
	const struct options *options;
	const char *path;
	struct series series;
	bool has_columns, is_text;
	int64_t rows, begin;    /* imported; where the waiting ones begin */
	size_t lines[TOGETHER]; /* of the waiting rows; 0: named as bad already */
	unsigned waiting;
	json_t *values[COLUMNS_MAX];
	unsigned bad;
	char first_bad[200], others[80];
};

/* Remembers what is wrong with a row. Never the value: it may be secret. */
static void bad(struct import *import, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void bad(struct import *import, size_t line, const char *format, ...)
{
	va_list arguments;

	if (import->bad == 0) {
		const int n = snprintf(import->first_bad, sizeof import->first_bad, "line %zu: ", line);

		va_start(arguments, format);
		vsnprintf(import->first_bad + n, sizeof import->first_bad - (size_t)n, format, arguments);
		va_end(arguments);
		*import->others = '\0';
	} else if (import->bad < NAMED) {
		const size_t n = strlen(import->others);

		snprintf(import->others + n, sizeof import->others - n, "%s%zu", n ? ", " : "", line);
	}
	import->bad++;
}

static int empty_values(struct import *import)
{
	for (unsigned i = 0; i < import->series.count; i++) {
		json_decref(import->values[i]);
		import->values[i] = json_array();
		if (!import->values[i])
			return fail_memory();
	}
	import->waiting = 0;
	return 0;
}

/* Which of the waiting rows is there already: those whose place is not theirs. */
static int name_twice(struct import *import, unsigned column)
{
	struct series *series = &import->series;

	for (unsigned i = 0; i < import->waiting; i++) {
		const char *value = json_string_value(json_array_get(import->values[column], i));
		int64_t place = 0;
		int found = column == 0 ? query_integer(import->db, &place, SQL_NUMBER_PLACE, "it", series->id, value)
					: query_integer(import->db, &place, SQL_CELL_PLACE, "itt", series->id,
							series->columns[column].name, value);

		if (found < 0)
			return -1;
		if (place != import->begin + i && import->lines[i]) {
			bad(import, import->lines[i], "its %s %s is there twice, or was imported before",
			    series->columns[column].name, series->columns[column].secret ? "" : quote(value));
			import->lines[i] = 0; /* one fault of a row is enough */
		}
	}
	return 0;
}

/* The waiting rows of one column. */
static int store_column(struct import *import, unsigned i)
{
	const struct series *series = &import->series;
	const struct column *column = &series->columns[i];
	char *list = json_dumps(import->values[i], JSON_COMPACT);
	int stored;

	if (!list)
		return fail_memory();
	stored = i == 0 ? run(import->db, SQL_NUMBER_LAY, "iit", series->id, import->begin, list)
			: run(import->db, SQL_CELL_LAY, "itiiit", series->id, column->name, (int64_t)column->sole,
			      (int64_t)column->secret, import->begin, list);
	free(list);
	if (stored < 0)
		return -1;
	return stored == (int)import->waiting ? 0 : name_twice(import, i);
}

static int store(struct import *import)
{
	int err = 0;

	for (unsigned i = 0; !err && import->waiting && i < import->series.count; i++)
		err = store_column(import, i);
	import->begin += import->waiting;
	import->rows += import->waiting;
	return err || empty_values(import) ? -1 : 0;
}

/* What is wrong with a field; NULL and the value as it is stored, if nothing. */
static const char *field_value(const struct column *column, const char *text, size_t length, char **value)
{
	const char *why = NULL;

	if (length == 0)
		return "is empty";
	if (memchr(text, 0, length))
		return "holds a NUL character";
	*value = value_canonical(column->type, text, &why);
	if (!*value)
		return why ? why : "is more than memory holds";
	if (!is_utf8((const uint8_t *)*value, strlen(*value)))
		return "is not valid UTF-8";
	return NULL;
}

static int take_values(struct import *import, const struct csv_row *row)
{
	const struct series *series = &import->series;
	char *values[COLUMNS_MAX] = {NULL};
	const char *why = NULL;
	unsigned i = 0;

	for (; !why && i < series->count; i++)
		why = field_value(&series->columns[i], row->fields[i], row->lengths[i], &values[i]);
	if (why)
		bad(import, row->line, "its %s %s", series->columns[i - 1].name, why);
	for (i = 0; i < series->count; i++) {
		if (!why)
			json_array_append_new(import->values[i], json_string(values[i]));
		free(values[i]);
	}
	if (!why)
		import->lines[import->waiting++] = row->line;
	return import->waiting == TOGETHER ? store(import) : 0;
}

/* ---- columns -------------------------------------------------------------------------------------------------- */

static int mark_secrets(struct import *import)
{
	for (unsigned i = 0; i < import->options->secret_count; i++) {
		bool found = false;

		for (unsigned j = 0; j < import->series.count; j++)
			if (!strcmp(import->series.columns[j].name, import->options->secret_columns[i])) {
				found = import->series.columns[j].secret = true;
				if (j == 0)
					return fail(
						"the first column, %s, names the rows and cannot be secret: put another one first",
						import->series.columns[0].name);
			}
		if (!found)
			return fail("--secret %s: there is no such column", quote(import->options->secret_columns[i]));
	}
	return 0;
}

/* A new series, or the one of this name, which has to have the same columns. */
static int make_series(struct import *import)
{
	struct series *series = &import->series, there;
	char *columns = columns_text(series), *other;
	int err = columns ? run(import->db, SQL_SERIES_INSERT, "ttiiitt", series->name, "list", (int64_t)1,
				INT64_MAX - 1, (int64_t)1, NULL, columns) < 0
			  : fail_memory();

	if (!err)
		err = series_named(import->db, series->name, &there);
	other = err ? NULL : columns_text(&there);
	if (!err && (there.kind != KIND_LIST || !other || strcmp(columns, other)))
		err = fail("the series %s has other columns (%s): name this list differently, or give it these",
			   series->name, other);
	free(columns);
	free(other);
	if (err || query_integer(import->db, &import->begin, SQL_SERIES_LOCK, "i", there.id) < 0)
		return -1;
	*series = there;
	import->has_columns = true;
	return empty_values(import);
}

static int take_header(struct import *import, const struct csv_row *row)
{
	char text[CSV_FIELDS_MAX * 64] = "", *out = text;

	if (row->count > CSV_FIELDS_MAX)
		return fail("%s has %u columns: at most %d", quote(import->path), row->count, CSV_FIELDS_MAX);
	for (unsigned i = 0; i < row->count; i++) {
		if (row->lengths[i] > 60 || strlen(row->fields[i]) != row->lengths[i] || strchr(row->fields[i], ','))
			return fail(
				"%s, line %zu: %s is no name of a column: the first line must have them, or give --columns",
				quote(import->path), row->line, quote(row->fields[i]));
		out += sprintf(out, "%s%s", i ? "," : "", row->fields[i]);
	}
	return columns_parse(&import->series, text) || mark_secrets(import) || make_series(import) ? -1 : 0;
}

static int take_row(void *data, const struct csv_row *row)
{
	struct import *import = data;

	if (!import->has_columns)
		return take_header(import, row);
	if (row->count != import->series.count) {
		bad(import, row->line, "%u values, but the list has %u columns", row->count, import->series.count);
		return 0;
	}
	return take_values(import, row);
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

static int work(struct database *db, void *data)
{
	struct import *import = data;

	/* Done anew after a deadlock, it begins from the beginning. */
	import->rows = import->bad = 0;
	import->has_columns = false;
	if (import->options->columns &&
	    (columns_parse(&import->series, import->options->columns) || mark_secrets(import) || make_series(import)))
		return -1;
	if ((import->is_text ? text_list_read(import->path, import->series.name, take_row, import)
			     : csv_file_read(import->path, take_row, import)) ||
	    (import->has_columns && store(import)))
		return -1;
	if (import->bad)
		return fail("%s: %u bad row%s, nothing is imported: %s%s%s%s", quote(import->path), import->bad,
			    import->bad == 1 ? "" : "s", import->first_bad,
			    import->bad == 1   ? ""
			    : import->bad == 2 ? "; also line "
					       : "; also lines ",
			    import->others, import->bad > NAMED ? ", ..." : "");
	if (import->rows == 0)
		return fail("%s has no rows%s: nothing is imported", quote(import->path),
			    import->is_text ? " that no upload was given" : "");
	return run(db, SQL_SERIES_NEXT, "ii", import->series.id, import->begin) < 0 ? -1 : 0;
}

/* A counter goes on where it is. Its marks stand for numbers that nobody gets any more. */
static int import_counter(struct database *db, const struct options *options, const char *path)
{
	struct options series = *options;
	char first[32], *words[] = {options->words[0], first};
	int64_t next;

	if (text_counter_read(path, &next))
		return -1;
	snprintf(first, sizeof first, "first=%lld", (long long)next);
	series.words = words;
	series.count = 2;
	return command_series(db, &series);
}

int command_import(struct database *db, const struct options *options)
{
	static struct import import;
	struct report report;
	char *columns;
	int err;

	import.db = db;
	import.options = options;
	import.path = options->words[1];
	/* As platformio.ini names them. */
	import.is_text = !strncmp(import.path, "list:", 5);
	if ((import.is_text || !strncmp(import.path, "next:", 5)) && (options->columns || options->secret_count))
		return fail("--columns and --secret cannot be used with next: and list:, whose lines are numbers");
	if (!strncmp(import.path, "next:", 5))
		return import_counter(db, options, import.path + 5);
	import.path += import.is_text ? 5 : 0;
	if (!word_is_name(options->words[0]))
		return fail("%s is no name for a series: give 1 to 31 letters, digits, _ . -",
			    quote(options->words[0]));
	strcpy(import.series.name, options->words[0]);
	err = transaction(db, work, &import);
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		json_decref(import.values[i]);
	if (err)
		return -1;
	columns = columns_text(&import.series);
	report_begin(&report, options->json, false);
	report_text(&report, "series", import.series.name);
	report_integer(&report, "imported", import.rows);
	report_text(&report, "columns", columns);
	report_end(&report);
	free(columns);
	return 0;
}
