/* SPDX-License-Identifier: MIT */
/*
 * export: for other programs. No secrets, unless asked.
 */
#include "error.h"
#include "options.h"
#include "output.h"
#include "report.h"

#include <csv.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 12

/* What is exported: which statement, and what its columns are called there; NULL: left out. */
static const struct table {
	const char *name, *fields[FIELDS_MAX];
	enum sql sql;
} tables[] = {
	{"uploads",
	 {"upload", "at", "station", "what", "uid", "copy", "read", "image-sha256", "milliseconds", "reason", NULL},
	 SQL_RECORD_LIST},
	{"numbers",
	 {"series", "value", "state", "uid", "copy", "taken", "station", "position", "columns", NULL},
	 SQL_NUMBER_LIST},
};

struct export
{
	const struct options *options;
	FILE *to;
};

/* Read as JSON in an export as JSON. */
static bool is_object(const char *field)
{
	return !strcmp(field, "read") || !strcmp(field, "columns");
}

static bool is_integer(const char *field)
{
	return !strcmp(field, "copy") || !strcmp(field, "milliseconds") || !strcmp(field, "position");
}

static int start(struct database *db, const struct export *export, const struct table *table, struct rows *rows)
{
	return table->sql == SQL_RECORD_LIST
		       ? query(db, rows, table->sql, "t", NULL)
		       : query(db, rows, table->sql, "tti", NULL, NULL, (int64_t) export->options->secrets);
}

static int write_json_row(const struct table *table, const struct rows *rows, FILE *to)
{
	json_t *object = json_object();
	int err;

	for (int i = 0; table->fields[i]; i++) {
		const char *text = rows_text(rows, i);

		if (text)
			json_object_set_new(object, table->fields[i],
					    is_object(table->fields[i])    ? json_loads(text, 0, NULL)
					    : is_integer(table->fields[i]) ? json_integer(rows_integer(rows, i))
									   : json_string(text));
	}
	err = report_json(to, object);
	json_decref(object);
	return err;
}

/* Spreadsheets take a field that begins so for a formula: a hostile name must not become one. */
static const char *harmless(const char *text, char *buffer, size_t size)
{
	if (!*text || !strchr("=+-@\t\r", *text))
		return text;
	buffer[0] = '\'';
	strncpy(buffer + 1, text, size - 2);
	buffer[size - 1] = '\0';
	return buffer;
}

static void write_csv_row(const struct table *table, const struct rows *rows, FILE *to)
{
	char buffer[4096];

	for (int i = 0; table->fields[i]; i++) {
		const char *text = rows ? rows_text(rows, i) : table->fields[i];

		if (i)
			fputc(',', to);
		if (text) {
			text = harmless(text, buffer, sizeof buffer);
			csv_fwrite(to, text, strlen(text));
		}
	}
	fputs("\r\n", to);
}

static int write_table(struct database *db, const struct export *export, const struct table *table)
{
	unsigned count = 0;
	struct rows rows;
	int more = start(db, export, table, &rows) ? -1 : 0;

	if (export->options->csv)
		write_csv_row(table, NULL, export->to);
	else
		fprintf(export->to, "\"%s\": [", table->name);
	while (more == 0 && (more = rows_next(&rows)) > 0) {
		more = 0;
		if (export->options->csv) {
			write_csv_row(table, &rows, export->to);
		} else {
			fputs(count++ ? ",\n" : "\n", export->to);
			if (write_json_row(table, &rows, export->to))
				more = fail(
					"the export cannot be written: check the folder's permissions and the disk's space");
		}
	}
	rows_end(&rows);
	if (!export->options->csv)
		fputs("]", export->to);
	return more < 0 ? -1 : 0;
}

static int work(struct database *db, void *data)
{
	const struct export *export = data;
	const char *wanted = export->options->count ? export->options->words[0]
			     : export->options->csv ? "uploads"
						    : NULL;
	int err = 0;

	if (!export->options->csv)
		fprintf(export->to, "{\"ledger\": \"%s\"", db->id);
	for (size_t i = 0; !err && i < sizeof tables / sizeof tables[0]; i++)
		if (!wanted || !strcmp(wanted, tables[i].name)) {
			fputs(export->options->csv ? "" : ",\n", export->to);
			err = write_table(db, export, &tables[i]);
		}
	if (!export->options->csv)
		fputs("}\n", export->to);
	return err;
}

int command_export(struct database *db, const struct options *options)
{
	struct export export = {.options = options};
	struct output_file file;

	if (options->csv == options->json)
		return fail("export needs --csv or --json, one of them");
	if (options->count && strcmp(options->words[0], "uploads") && strcmp(options->words[0], "numbers"))
		return fail("%s: export writes uploads or numbers", quote(options->words[0]));
	if (output_open(options->output, options->secrets, &file))
		return -1;
	export.to = file.stream;
	return output_close(&file, snapshot(db, work, &export));
}
