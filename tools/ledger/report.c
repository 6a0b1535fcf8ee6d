/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "value.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void report_begin(struct report *report, bool json, bool list)
{
	*report = (struct report){.stream = stdout, .json = json, .list = list};
	if (json && list)
		fputc('[', report->stream);
	if (!list)
		report_row(report);
}

static void end_row(struct report *report)
{
	if (report->json)
		fputc('}', report->stream);
	if (report->list && !report->json)
		fputc('\n', report->stream);
}

void report_row(struct report *report)
{
	if (report->rows++) {
		end_row(report);
		if (report->json)
			fputs(",\n", report->stream);
	}
	report->fields = 0;
	if (report->json)
		fputc('{', report->stream);
}

/* JSON text, in which a terminal obeys nothing. */
static void put_json(FILE *to, const char *json)
{
	unsigned hidden = 0;

	for (const uint8_t *at = (const uint8_t *)json; *at; at++) {
		if (*at >= 0xC2 && (hidden = utf8_hidden(at)))
			fprintf(to, "\\u%04x", hidden);
		if (*at < 128 || !hidden)
			fputc(*at, to);
	}
}

int report_json(FILE *to, const json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	if (!text)
		return -1;
	put_json(to, text);
	free(text);
	return ferror(to) ? -1 : 0;
}

static void write_json_text(FILE *to, const char *text)
{
	json_t *string = json_string(text);

	/* Not UTF-8: cannot come out of the database, but never write broken JSON. */
	if (report_json(to, string))
		fputs("null", to);
	json_decref(string);
}

static void key(struct report *report, const char *name)
{
	const char *between = report->json ? ", " : report->list ? "\t" : "";

	if (report->fields++)
		fputs(between, report->stream);
	if (report->json)
		fprintf(report->stream, "\"%s\": ", name);
	else
		fprintf(report->stream, "%s=", name);
}

static void end_field(struct report *report)
{
	if (!report->json && !report->list)
		fputc('\n', report->stream);
}

void report_text(struct report *report, const char *name, const char *value)
{
	char *escaped;

	if (!value)
		return;
	key(report, name);
	if (report->json) {
		write_json_text(report->stream, value);
	} else {
		escaped = text_escaped((const uint8_t *)value, strlen(value));
		fputs(escaped ? escaped : "?", report->stream);
		free(escaped);
	}
	end_field(report);
}

void report_integer(struct report *report, const char *name, int64_t value)
{
	key(report, name);
	fprintf(report->stream, "%" PRId64, value);
	end_field(report);
}

void report_raw(struct report *report, const char *name, const char *json)
{
	if (!json)
		return;
	key(report, name);
	put_json(report->stream, json);
	end_field(report);
}

void report_end(struct report *report)
{
	if (report->rows)
		end_row(report);
	if (report->json)
		fputs(report->list ? "]\n" : "\n", report->stream);
}
