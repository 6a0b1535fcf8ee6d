/* SPDX-License-Identifier: MIT */
#include "text_file.h"

#include "error.h"
#include "word.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#define LARGEST 4294967295LL

/* Calls `take` for each line that says something, without the blanks around it. */
static int each_line(const char *path, int (*take)(void *data, size_t number, char *line), void *data)
{
	FILE *file = fopen(path, "rb");
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t length;
	int err = 0;

	if (!file)
		return fail("the file %s cannot be read (%s): check the path", quote(path), strerror(errno));
	while (!err && (length = getline(&line, &size, file)) > 0) {
		char *begin = line;

		if (++number == 1 && length >= 3 && !memcmp(line, "\xEF\xBB\xBF", 3))
			begin += 3;
		while (isspace((unsigned char)*begin))
			begin++;
		while (line + length > begin && isspace((unsigned char)line[length - 1]))
			line[--length] = '\0';
		if (line + length != begin + strlen(begin))
			err = fail("%s, line %zu: holds a NUL character", quote(path), number);
		else if (*begin)
			err = take(data, number, begin);
	}
	if (!err && ferror(file))
		err = fail("%s cannot be read (%s)", quote(path), strerror(errno));
	free(line);
	fclose(file);
	return err;
}

/* ---- a counter ------------------------------------------------------------------------------------------------ */

struct counter {
	const char *path;
	int64_t next;
	bool found;
};

static int counter_line(void *data, size_t number, char *line)
{
	struct counter *counter = data;

	if (*line == '#')
		return 0;
	if (counter->found || !word_number(line, &counter->next))
		return fail(
			"%s, line %zu: this is no counter, whose only number is the next one to give: a list is list:FILE",
			quote(counter->path), number);
	counter->found = true;
	return 0;
}

int text_counter_read(const char *path, int64_t *next)
{
	struct counter counter = {.path = path};

	if (each_line(path, counter_line, &counter))
		return -1;
	if (!counter.found || counter.next > LARGEST)
		return fail("%s has no number left to give: there is nothing to import", quote(path));
	*next = counter.next;
	return 0;
}

/* ---- a list --------------------------------------------------------------------------------------------------- */

struct list {
	const char *path, *name;
	int (*take)(void *data, const struct csv_row *row);
	void *data;
	bool begun, numbers;
};

static int list_row(struct list *list, size_t number, const char *text)
{
	const struct csv_row row = {number, 1, {text}, {strlen(text)}};

	return list->take(list->data, &row);
}

/* A line that is not a number is a text; text: in front says so. */
static int list_line(void *data, size_t number, char *line)
{
	struct list *list = data;
	const bool is_number = isdigit((unsigned char)*line) &&
			       strspn(line, "0123456789abcdefABCDEFxX") == strlen(line) &&
			       (strspn(line, "0123456789") == strlen(line) || !strncasecmp(line, "0x", 2));
	char column[64];

	/* With a mark it was given, and stays with the device that has it. */
	if (*line == '#')
		return 0;
	if (!list->begun) {
		list->begun = true;
		list->numbers = is_number;
		snprintf(column, sizeof column, "%s:%s", list->name, is_number ? "u32" : "text");
		if (list_row(list, number, column))
			return -1;
	}
	if (is_number != list->numbers)
		return fail(
			"%s, line %zu: some lines are numbers and others texts, and a series has one type: put them into two files",
			quote(list->path), number);
	return list_row(list, number, !strncmp(line, "text:", 5) ? line + 5 : line);
}

int text_list_read(const char *path, const char *name, int (*take)(void *data, const struct csv_row *row), void *data)
{
	struct list list = {.path = path, .name = name, .take = take, .data = data};

	return each_line(path, list_line, &list);
}
