/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include "error.h"
#include "schema.h"

#include <string.h>

/* In an order in which each finds what it refers to. */
static const struct {
	enum sql all, add;
	int columns;
} tables[] = {
	{SQL_COPY_SERIES, SQL_COPY_SERIES_ADD, 8},  {SQL_COPY_DEVICE, SQL_COPY_DEVICE_ADD, 4},
	{SQL_COPY_NUMBER, SQL_COPY_NUMBER_ADD, 8},  {SQL_COPY_CELL, SQL_COPY_CELL_ADD, 6},
	{SQL_COPY_RECORD, SQL_COPY_RECORD_ADD, 11}, {SQL_COPY_SPLIT, SQL_COPY_SPLIT_ADD, 7},
};

#define TABLES (sizeof tables / sizeof tables[0])

struct copying {
	struct database *from, *to;
};

/* Every value as text: both engines turn it into what the column is. */
static int copy_row(struct database *to, enum sql add, const struct rows *rows, int columns)
{
	const char *v[11] = {NULL};

	for (int i = 0; i < columns; i++)
		v[i] = rows_text(rows, i);
	return run(to, add, "ttttttttttt" + 11 - columns, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9],
		   v[10]) < 0
		       ? -1
		       : 0;
}

static int fill(struct database *to, void *data)
{
	struct database *from = data;
	int64_t there;

	if (query_integer(to, &there, SQL_COPY_EMPTY, "") != 1)
		return -1;
	if (there || strcmp(to->id, from->id))
		return fail("%s holds a ledger already: name a database without one", to->name);
	for (size_t i = 0; i < TABLES; i++) {
		struct rows rows;
		int more = query(from, &rows, tables[i].all, "") ? -1 : 0;

		while (more == 0 && (more = rows_next(&rows)) > 0)
			more = copy_row(to, tables[i].add, &rows, tables[i].columns);
		rows_end(&rows);
		if (more)
			return -1;
	}
	return to->engine->script(to, to->engine->copied);
}

static int copy_all(struct database *from, void *data)
{
	struct database *to = data;

	return schema_make(to, from->id, *from->parent ? from->parent : NULL) || transaction(to, fill, from) ? -1 : 0;
}

int copy_ledger(struct database *from, struct database *to)
{
	return snapshot(from, copy_all, to);
}

int copy_from_file(struct database *to, const char *path)
{
	struct database from;
	int err = database_open(&from, path, ACCESS_READ);

	if (err)
		return -1;
	err = copy_ledger(&from, to);
	if (!err)
		say("the ledger is now in %s: take from %s no more, or numbers are given twice", to->name, from.name);
	database_close(&from);
	return err;
}
