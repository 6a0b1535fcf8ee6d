/* SPDX-License-Identifier: MIT */
/*
 * take: a device gets its values, in a transaction that ends before anything is written to it.
 */
#include "device.h"
#include "error.h"
#include "number.h"
#include "options.h"
#include "report.h"
#include "sha256.h"
#include "word.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct given {
	struct taken number;
	char state[12];
	json_t *others; /* a list's other columns by name, or NULL */
};

struct take {
	const struct options *options;
	char uid[UID_TEXT], upload[KEY_TEXT], image[SHA256_TEXT];
	struct device device;
	struct found found;
	unsigned count;
	struct series series[SERIES_MAX];
	struct given given[SERIES_MAX];
};

/* Which device; a new one is written down. 1: new, 0: known, -1. */
static int find_device(struct database *db, struct take *take)
{
	struct device *device = &take->device;
	int known = 0;

	if (take->found.count == 0) {
		/* The usual one is new: one statement says so. */
		known = query_integer(db, &device->id, SQL_DEVICE_NEW, "tit", take->uid, (int64_t)0, take->upload);
		device->copy = 0;
		if (known)
			return known;
	}
	known = device_resolve(db, take->uid, &take->found, device);
	if (known <= 0)
		return known < 0 ? -1 : fail("the ledger %s is being changed by another program: try again", db->name);
	return run(db, SQL_DEVICE_UPLOAD, "it", device->id, take->upload) < 0 ? -1 : 0;
}

/* The value that the device has already: 1, 0 if none, -1. */
static int find_given(struct database *db, const struct take *take, unsigned i)
{
	struct given *given = (struct given *)&take->given[i];
	struct rows rows;
	int found = query(db, &rows, SQL_NUMBER_OF, "ii", take->device.id, take->series[i].id) ? -1 : rows_next(&rows);

	if (found > 0) {
		snprintf(given->number.value, sizeof given->number.value, "%s", rows_text(&rows, 0));
		snprintf(given->state, sizeof given->state, "%s", rows_text(&rows, 1));
		given->number.position = rows_integer(&rows, 2);
	}
	rows_end(&rows);
	return found;
}

static int read_cells(struct database *db, const struct series *series, struct given *given)
{
	struct rows rows;
	int more = query(db, &rows, SQL_CELLS_OF, "ii", series->id, given->number.position) ? -1 : 0;

	json_decref(given->others);
	given->others = json_object();
	while (more == 0 && (more = rows_next(&rows)) > 0) {
		json_object_set_new(given->others, rows_text(&rows, 0), json_string(rows_text(&rows, 1)));
		more = 0;
	}
	rows_end(&rows);
	return more < 0 ? -1 : 0;
}

static int give(struct database *db, struct take *take, unsigned i, bool is_new)
{
	const struct series *series = &take->series[i];
	struct given *given = &take->given[i];
	int found = is_new ? 0 : find_given(db, take, i);

	if (found == 0) {
		strcpy(given->state, "new");
		if (number_take(db, series, take->device.id, take->upload, take->options->station, &given->number))
			return -1;
	}
	return found < 0 || (series->count > 1 && read_cells(db, series, given)) ? -1 : 0;
}

static int work(struct database *db, void *data)
{
	struct take *take = data;
	const int is_new = find_device(db, take);

	if (is_new < 0)
		return -1;
	for (unsigned i = 0; i < take->count; i++)
		if (give(db, take, i, is_new > 0))
			return -1;
	return 0;
}

/* ---- results -------------------------------------------------------------------------------------------------- */

static const char *column_value(const struct take *take, unsigned i, unsigned column)
{
	const struct given *given = &take->given[i];

	return column == 0 ? given->number.value
			   : json_string_value(json_object_get(given->others, take->series[i].columns[column].name));
}

/* Lines that `nameplate restore` would take, below a line that names the series. */
static void print_lines(const struct take *take)
{
	struct report report;
	char key[64];

	report_begin(&report, false, false);
	report_text(&report, "uid", take->uid);
	report_integer(&report, "copy", take->device.copy);
	report_text(&report, "upload", take->upload);
	if (*take->image)
		report_text(&report, "image-sha256", take->image);
	for (unsigned i = 0; i < take->count; i++) {
		report_text(&report, "series", take->series[i].name);
		report_text(&report, "state", take->given[i].state);
		for (unsigned j = 0; j < take->series[i].count; j++) {
			const struct column *column = &take->series[i].columns[j];

			snprintf(key, sizeof key, "%s:%s%s", column->name, column->type->name,
				 column->secret ? ":secret" : "");
			if (!column->secret || take->options->secrets)
				report_text(&report, key, column_value(take, i, j));
		}
	}
	report_end(&report);
}

static int print_json(const struct take *take)
{
	json_t *all = json_pack("{s:s, s:I, s:s, s:[]}", "uid", take->uid, "copy", (json_int_t)take->device.copy,
				"upload", take->upload, "series");
	int err;

	if (*take->image)
		json_object_set_new(all, "image-sha256", json_string(take->image));
	for (unsigned i = 0; i < take->count; i++) {
		json_t *values = json_array();

		for (unsigned j = 0; j < take->series[i].count; j++) {
			const struct column *column = &take->series[i].columns[j];
			json_t *value = json_pack("{s:s, s:s}", "name", column->name, "type", column->type->name);

			if (column->secret)
				json_object_set_new(value, "secret", json_true());
			if (!column->secret || take->options->secrets)
				json_object_set_new(value, "value", json_string(column_value(take, i, j)));
			json_array_append_new(values, value);
		}
		json_array_append_new(json_object_get(all, "series"),
				      json_pack("{s:s, s:s, s:o}", "name", take->series[i].name, "state",
						take->given[i].state, "values", values));
	}
	err = report_json(stdout, all);
	json_decref(all);
	putchar('\n');
	return err ? fail("standard output cannot be written: check where it goes; the number stays with the device")
		   : 0;
}

/* The usual case in one statement: a blank device that is new gets one number. 1, 0 if it is another case, -1. */
static int take_new(struct database *db, struct take *take)
{
	const struct series *series = &take->series[0];
	struct given *given = &take->given[0];
	int found;

	if (take->count != 1 || take->found.count)
		return 0;
	found = number_take_new(db, series, take->uid, take->upload, take->options->station, &given->number);
	if (found <= 0)
		return found;
	take->device.copy = 0;
	strcpy(given->state, "new");
	return series->count > 1 && read_cells(db, series, given) ? -1 : 1;
}

static int take_one(struct database *db, struct take *take)
{
	int err;

	word_random(take->upload);
	err = take_new(db, take);
	if (err < 0 || (err == 0 && transaction(db, work, take)))
		return -1;
	err = take->options->json ? print_json(take) : (print_lines(take), 0);
	/* One that reads along must see it before the next. */
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = fail(
			"standard output cannot be written (%s): check where it goes; the number stays with the device",
			strerror(errno));
	return err;
}

/* A unique ID on each line of standard input. */
static int take_all(struct database *db, struct take *take)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int err = 0;

	if (take->options->has_count)
		return fail("--has needs one device: give its unique ID to --uid");
	while (!err && (length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		err = word_uid(line, take->uid) || take_one(db, take);
	}
	if (!err && ferror(stdin))
		err = fail("standard input cannot be read (%s)", strerror(errno));
	free(line);
	return err ? -1 : 0;
}

static int parse_series(struct database *db, struct take *take)
{
	const struct options *options = take->options;

	if (options->count == 0) {
		take->count = 1;
		return series_default(db, &take->series[0]);
	}
	for (int i = 0; i < options->count; i++) {
		for (int j = 0; j < i; j++)
			if (!strcmp(options->words[i], options->words[j]))
				return fail("the series %s is named twice", quote(options->words[i]));
		if (series_named(db, options->words[i], &take->series[i]))
			return -1;
		take->count++;
	}
	return 0;
}

int command_take(struct database *db, const struct options *options)
{
	static struct take take;
	int err;

	take.options = options;
	if (!options->uid)
		return fail("take needs --uid and the device's unique ID");
	if (parse_series(db, &take) || found_parse(db, options, &take.found) ||
	    (options->image && sha256_file(options->image, take.image)))
		return -1;
	err = !strcmp(options->uid, "-")                                ? take_all(db, &take)
	      : word_uid(options->uid, take.uid) || take_one(db, &take) ? -1
									: 0;
	for (unsigned i = 0; i < take.count; i++)
		json_decref(take.given[i].others);
	return err;
}
