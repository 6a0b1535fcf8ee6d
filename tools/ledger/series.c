/* SPDX-License-Identifier: MIT */
#include "series.h"

#include "error.h"
#include "word.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const kind_names[] = {"counter", "mac", "list"};

/* ---- columns -------------------------------------------------------------------------------------------------- */

static int column_parse(struct series *series, char *word)
{
	struct column *column = &series->columns[series->count];
	char *type = strchr(word, ':'), *secret = type ? strchr(type + 1, ':') : NULL;

	if (series->count == COLUMNS_MAX)
		return fail("a list has at most %d columns", COLUMNS_MAX);
	if (type)
		*type++ = '\0';
	if (secret)
		*secret++ = '\0';
	if (type && !strcmp(type, "secret") && !secret) {
		secret = type;
		type = NULL;
	}
	if (!word_is_name(word))
		return fail("%s is no name of a column: give 1 to 31 letters, digits, _ . -", quote(word));
	for (unsigned i = 0; i < series->count; i++)
		if (!strcmp(series->columns[i].name, word))
			return fail("two columns are named %s: rename one", quote(word));
	memset(column, 0, sizeof *column);
	strcpy(column->name, word);
	column->type = type ? type_named(type, strlen(type)) : type_named("text", 4);
	column->secret = secret != NULL;
	if (!column->type || column->type->how == HOW_FILE || (secret && strcmp(secret, "secret")))
		return fail(
			"column %s: its type is not one of u8 to u64, i8 to i64, f32, f64, text, hex, mac, perhaps with :secret after it",
			quote(word));
	/* A MAC address twice is a mistake in any list; a revision twice is not. */
	column->sole = series->count == 0 || column->type->how == HOW_MAC;
	if (series->count == 0 && column->secret)
		return fail("the first column, %s, names the rows and cannot be secret: put another one first",
			    quote(word));
	series->count++;
	return 0;
}

int columns_parse(struct series *series, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	int err = copy ? 0 : fail_memory();

	series->count = 0;
	while (!err && (word = strsep(&rest, ",")))
		err = column_parse(series, word);
	free(copy);
	return err;
}

char *columns_text(const struct series *series)
{
	char *text = malloc(COLUMNS_MAX * (NAME_TEXT + 16)), *out = text;

	for (unsigned i = 0; text && i < series->count; i++) {
		const struct column *column = &series->columns[i];

		out += sprintf(out, "%s%s:%s%s", i ? "," : "", column->name, column->type->name,
			       column->secret ? ":secret" : "");
	}
	return text;
}

/* ---- finding -------------------------------------------------------------------------------------------------- */

int series_read(const struct rows *rows, struct series *series)
{
	const char *form = rows_text(rows, 6), *kind = rows_text(rows, 2);

	memset(series, 0, sizeof *series);
	series->id = rows_integer(rows, 0);
	snprintf(series->name, sizeof series->name, "%s", rows_text(rows, 1));
	series->kind = !strcmp(kind, "counter") ? KIND_COUNTER : !strcmp(kind, "mac") ? KIND_MAC : KIND_LIST;
	series->first = rows_integer(rows, 3);
	series->last = rows_integer(rows, 4);
	series->next = rows_integer(rows, 5);
	if (form)
		snprintf(series->form, sizeof series->form, "%s", form);
	return columns_parse(series, rows_text(rows, 7));
}

int series_find(struct database *db, const char *name, struct series *series)
{
	struct rows rows;
	int found = query(db, &rows, SQL_SERIES_NAMED, "t", name) ? -1 : rows_next(&rows);

	if (found > 0 && series_read(&rows, series))
		found = -1;
	rows_end(&rows);
	return found;
}

int series_named(struct database *db, const char *name, struct series *series)
{
	const int found = series_find(db, name, series);

	return found == 0
		       ? fail("the ledger %s has no series %s: nameplate-ledger series shows them, series %s first=1 makes one",
			      db->name, quote(name), word_is_name(name) ? name : "NAME")
	       : found > 0 ? 0
			   : -1;
}

int series_default(struct database *db, struct series *series)
{
	struct rows rows;
	int found = query(db, &rows, SQL_SERIES_ALL, "") ? -1 : rows_next(&rows), more = 0;

	if (found > 0) {
		found = series_read(&rows, series) ? -1 : 1;
		more = found > 0 ? rows_next(&rows) : -1;
	}
	rows_end(&rows);
	if (found < 0 || more < 0)
		return -1;
	if (found == 0)
		return fail("the ledger %s has no series yet: nameplate-ledger series serial first=1 makes one",
			    db->name);
	if (!more)
		return 0;
	found = series_find(db, "serial", series);
	return found ? (found > 0 ? 0 : -1) : fail("the ledger %s has several series: say which", db->name);
}

/* ---- values --------------------------------------------------------------------------------------------------- */

void series_text(const struct series *series, int64_t position, char text[FORM_TEXT_MAX])
{
	if (series->kind == KIND_MAC)
		form_mac_text(position, text);
	else
		form_text(*series->form ? series->form : NULL, position, text);
}

bool series_position(const struct series *series, const char *value, int64_t *position)
{
	struct value mac;

	if (series->kind == KIND_LIST)
		return false;
	if (series->kind == KIND_MAC) {
		if (value_parse(type_named("mac", 3), value, false, &mac))
			return false;
		*position = 0;
		for (int i = 0; i < 6; i++)
			*position = *position << 8 | mac.bytes[i];
	} else if (!form_number(*series->form ? series->form : NULL, value, position)) {
		return false;
	}
	return *position >= series->first && *position <= series->last;
}

char *value_canonical(const struct type *type, const char *text, const char **why)
{
	static struct value value;

	*why = value_parse(type, text, false, &value);
	if (!*why && value.length > VALUE_MAX)
		*why = "is longer than 1,023 bytes";
	if (*why)
		return NULL;
	return type->how == HOW_TEXT ? strdup(text) : value_shown(value.code, value.bytes, value.length);
}

/* `word` begins with the name of a series and `=`: 1, 0 or -1. */
static int named_series(struct database *db, const char *word, struct series *series, const char **value)
{
	const char *equals = strchr(word, '=');
	char name[NAME_TEXT] = "";

	*value = word;
	if (!equals || equals - word >= NAME_TEXT)
		return 0;
	memcpy(name, word, (size_t)(equals - word));
	*value = equals + 1;
	return word_is_name(name) ? series_find(db, name, series) : 0;
}

/* The only series that has this value: 1, 0 if none has, -1. */
static int series_having(struct database *db, const char *value, struct series *series)
{
	char name[NAME_TEXT] = "", other[NAME_TEXT] = "";
	struct rows rows;
	int found = query(db, &rows, SQL_NUMBER_FIND_ANY, "t", value) ? -1 : rows_next(&rows), more = 0;

	if (found > 0) {
		snprintf(name, sizeof name, "%s", rows_text(&rows, 0));
		more = rows_next(&rows);
		if (more > 0)
			snprintf(other, sizeof other, "%s", rows_text(&rows, 0));
	}
	rows_end(&rows);
	if (found <= 0 || more < 0)
		return more < 0 ? -1 : found;
	if (more)
		return fail("%s is a value of the series %s and %s: write %s=%s", quote(value), name, other, name,
			    quote(value));
	return series_named(db, name, series) ? -1 : 1;
}

int named_parse(struct database *db, const char *word, struct named *named)
{
	const char *value, *why;
	char *canonical;
	int found = named_series(db, word, &named->series, &value);

	if (found == 0) {
		value = word;
		found = series_having(db, word, &named->series);
		/* `adopt ID serial`: who forgets the value does not mean a device whose number is "serial". */
		if (found == 0 && word_is_name(word) && (found = series_find(db, word, &named->series)) > 0)
			return fail("%s is a series and no value: write %s=VALUE", quote(word), word);
	}
	if (found == 0)
		found = series_default(db, &named->series) ? -1 : 1;
	if (found < 0)
		return -1;
	canonical = value_canonical(named->series.columns[0].type, value, &why);
	if (!canonical)
		return why ? fail("%s is no value of the series %s: it %s", quote(value), named->series.name, why)
			   : fail_memory();
	snprintf(named->value, sizeof named->value, "%s", canonical);
	free(canonical);
	return 0;
}
