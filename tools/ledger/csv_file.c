/* SPDX-License-Identifier: MIT */
#include "csv_file.h"

#include "error.h"

#include <csv.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct reader {
	int (*take)(void *data, const struct csv_row *row);
	void *data;
	struct csv_row row;
	size_t line;
	int result;
	char *text; /* the fields of a row, each with a NUL after it */
	size_t used, size, starts[CSV_FIELDS_MAX];
};

static void take_field(void *field, size_t length, void *data)
{
	struct reader *reader = data;
	struct csv_row *row = &reader->row;
	char *text;

	if (row->count >= CSV_FIELDS_MAX) {
		row->count++;
		return;
	}
	if (reader->used + length + 1 > reader->size) {
		text = realloc(reader->text, 2 * (reader->used + length + 1));
		if (!text) {
			reader->result = reader->result ? reader->result : fail_memory();
			return;
		}
		reader->text = text;
		reader->size = 2 * (reader->used + length + 1);
	}
	memcpy(reader->text + reader->used, field, length);
	reader->text[reader->used + length] = '\0';
	reader->starts[row->count] = reader->used;
	row->lengths[row->count++] = length;
	reader->used += length + 1;
}

static void take_row(int end, void *data)
{
	struct reader *reader = data;
	struct csv_row *row = &reader->row;

	(void)end;
	for (unsigned i = 0; i < row->count && i < CSV_FIELDS_MAX; i++)
		row->fields[i] = reader->text + reader->starts[i];
	if (reader->result == 0)
		reader->result = reader->take(reader->data, row);
	row->count = 0;
	row->line = reader->line + 1;
	reader->used = 0;
}

/* Blanks belong to the value. */
static int no_space(unsigned char c)
{
	(void)c;
	return 0;
}

static int read_lines(FILE *file, const char *path, struct csv_parser *parser, struct reader *reader)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while (reader->result == 0 && (length = getline(&line, &size, file)) > 0) {
		const size_t mark = reader->line == 0 && length >= 3 && !memcmp(line, "\xEF\xBB\xBF", 3) ? 3 : 0;

		reader->line++;
		if (reader->row.count == 0 && reader->used == 0 && parser->pstate == 0)
			reader->row.line = reader->line;
		if (csv_parse(parser, line + mark, (size_t)length - mark, take_field, take_row, reader) !=
		    (size_t)length - mark)
			reader->result = fail(
				"%s, line %zu: a quote is where none may be: write \"\" for one inside quotes, and put quotes "
				"around the whole value",
				quote(path), reader->row.line);
	}
	free(line);
	if (reader->result == 0 && ferror(file))
		return fail("%s cannot be read (%s)", quote(path), strerror(errno));
	if (reader->result == 0 && csv_fini(parser, take_field, take_row, reader))
		return fail("%s, line %zu: a quote is never closed", quote(path), reader->row.line);
	return reader->result;
}

int csv_file_read(const char *path, int (*take)(void *data, const struct csv_row *row), void *data)
{
	struct reader reader = {.take = take, .data = data, .row.line = 1};
	struct csv_parser parser;
	struct stat status;
	FILE *file = stat(path, &status) == 0 && !S_ISDIR(status.st_mode) ? fopen(path, "rb") : NULL;
	int err;

	if (!file)
		return fail("the file %s cannot be read (%s): check the path", quote(path), strerror(errno));
	csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_space_func(&parser, no_space);
	err = read_lines(file, path, &parser, &reader);
	csv_free(&parser);
	free(reader.text);
	fclose(file);
	return err;
}
