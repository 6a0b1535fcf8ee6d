/* SPDX-License-Identifier: MIT */
/*
 * init and series: a ledger, and where its numbers come from.
 */
#include "copy.h"
#include "error.h"
#include "options.h"
#include "report.h"
#include "schema.h"
#include "series.h"
#include "word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_U32 4294967295LL

int command_init(struct database *db, const struct options *options)
{
	struct report report;

	if (options->from ? copy_from_file(db, options->from) : schema_make(db, NULL, NULL))
		return -1;
	report_begin(&report, options->json, false);
	report_text(&report, "ledger", db->id);
	report_end(&report);
	return 0;
}

/* ---- a new series --------------------------------------------------------------------------------------------- */

/* 02:00:5E:10:00:00/28: the addresses of a block are those whose first 28 bits are these. */
static int parse_block(struct series *series, const char *text)
{
	char address[18] = "", again[FORM_TEXT_MAX];
	const char *slash = strchr(text, '/');
	int64_t bits = 0, size;

	if (!slash || slash - text != 17 || !word_number(slash + 1, &bits) || bits < 8 || bits > 48)
		return fail("block=%s: write an address and how many bits are fixed, like 02:00:5E:10:00:00/28",
			    quote(text));
	memcpy(address, text, 17);
	series->kind = KIND_MAC;
	series->first = 0;
	series->last = (INT64_C(1) << 48) - 1;
	if (!series_position(series, address, &series->first))
		return fail("block=%s: this is no MAC address: write it like 02:00:5E:10:00:00/28", quote(text));
	size = INT64_C(1) << (48 - bits);
	series->last = series->first + size - 1;
	form_mac_text(series->first & ~(size - 1), again);
	if (series->first & (size - 1))
		return fail("block=%s: the address is not the first of its block, %s/%d", quote(text), again,
			    (int)bits);
	if (series->first >> 40 & 1)
		return fail("block=%s: these are group addresses (the first byte is odd), which no device may have",
			    quote(text));
	return 0;
}

static int parse_word(struct series *series, const char *word)
{
	const char *why;

	if (!strncmp(word, "block=", 6))
		return parse_block(series, word + 6);
	if (!strncmp(word, "form=", 5)) {
		why = form_wrong(word + 5);
		if (why)
			return fail("the form %s %s", quote(word + 5), why);
		strcpy(series->form, word + 5);
		return 0;
	}
	if (!strncmp(word, "first=", 6) && word_number(word + 6, &series->first))
		return 0;
	if (!strncmp(word, "last=", 5) && word_number(word + 5, &series->last) && series->last < INT64_MAX)
		return 0;
	return fail("%s: not expected; write first=1 last=9999 form=SN-%%06u, or block=02:00:5E:10:00:00/28",
		    quote(word));
}

static int parse(struct series *series, const struct options *options)
{
	const char *name = options->words[0];

	if (!word_is_name(name))
		return fail("%s is no name for a series: give 1 to 31 letters, digits, _ . -", quote(name));
	memset(series, 0, sizeof *series);
	strcpy(series->name, name);
	series->first = series->last = -1;
	for (int i = 1; i < options->count; i++)
		if (parse_word(series, options->words[i]))
			return -1;
	if (series->kind == KIND_MAC && (options->count > 2 || *series->form))
		return fail("block= says it all: leave first=, last= and form= out");
	if (series->first < 0)
		return fail("the series %s needs its first number: first=1; or a block of MAC addresses: block=", name);
	if (series->last < 0)
		series->last = series->first > LARGEST_U32 ? INT64_MAX - 1 : LARGEST_U32;
	if (series->last < series->first)
		return fail("the series %s would be empty: its last number is below its first", name);
	series->next = series->first;
	series->count = 1;
	strcpy(series->columns[0].name, name);
	series->columns[0].type = series->kind == KIND_MAC     ? type_named("mac", 3)
				  : *series->form              ? type_named("text", 4)
				  : series->last > LARGEST_U32 ? type_named("u64", 3)
							       : type_named("u32", 3);
	return 0;
}

static void print(struct report *report, const struct series *series)
{
	char text[FORM_TEXT_MAX], *columns = columns_text(series);

	report_text(report, "series", series->name);
	report_text(report, "kind", kind_names[series->kind]);
	report_text(report, "columns", columns);
	if (series->kind != KIND_LIST) {
		series_text(series, series->first, text);
		report_text(report, "first", text);
		series_text(series, series->last, text);
		report_text(report, "last", text);
	}
	free(columns);
}

static int work(struct database *db, void *data)
{
	const struct series *series = data;
	char *columns = columns_text(series);
	int changed =
		columns ? run(db, SQL_SERIES_INSERT, "ttiiitt", series->name, kind_names[series->kind], series->first,
			      series->last, series->next, *series->form ? series->form : NULL, columns)
			: fail_memory();
	struct series other;

	free(columns);
	if (changed)
		return changed < 0 ? -1 : 0;
	if (series_named(db, series->name, &other))
		return -1;
	/* Said again it is no mistake, unless it is said differently. */
	if (other.kind == series->kind && other.first == series->first && other.last == series->last &&
	    !strcmp(other.form, series->form))
		return 0;
	return fail(
		"there is a series %s already, and it is another: nameplate-ledger series shows it; name this one differently",
		series->name);
}

/* All of them, with how many numbers are in which state. */
static int show_all(struct database *db, const struct options *options)
{
	struct report report;
	struct series series;
	struct rows rows, counts;
	int more = query(db, &rows, SQL_SERIES_ALL, "") ? -1 : 0;

	report_begin(&report, options->json, true);
	while (more == 0 && (more = rows_next(&rows)) > 0) {
		if ((more = series_read(&rows, &series)))
			break;
		report_row(&report);
		print(&report, &series);
		if (query(db, &counts, SQL_SERIES_COUNT, "i", series.id) == 0)
			while ((more = rows_next(&counts)) > 0)
				/* Of a counter only some free numbers have rows yet: that is nobody's business. */
				if (series.kind == KIND_LIST || strcmp(rows_text(&counts, 0), "free"))
					report_integer(&report, rows_text(&counts, 0), rows_integer(&counts, 1));
		rows_end(&counts);
	}
	rows_end(&rows);
	report_end(&report);
	return more < 0 ? -1 : 0;
}

int command_series(struct database *db, const struct options *options)
{
	struct series series;
	struct report report;

	if (options->count == 0)
		return show_all(db, options);
	if (parse(&series, options) || transaction(db, work, &series))
		return -1;
	report_begin(&report, options->json, false);
	print(&report, &series);
	report_end(&report);
	return 0;
}
