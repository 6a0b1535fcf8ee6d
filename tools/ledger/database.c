/* SPDX-License-Identifier: MIT */
#include "database.h"

#include "error.h"
#include "schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRIES 20

static bool is_postgres(const char *where)
{
	return !strncmp(where, "postgresql://", 13) || !strncmp(where, "postgres://", 11);
}

int database_fail(const struct database *db, const char *message, const char *advice)
{
	char line[200];
	size_t n = 0;

	if (db->quiet)
		return -1;
	/* Some messages have several lines and begin with their severity. */
	if (!strncmp(message, "ERROR:", 6) || !strncmp(message, "FATAL:", 6))
		message += 6;
	message += strspn(message, " ");
	for (; message[n] && message[n] != '\n' && n < sizeof line - 1; n++)
		line[n] = message[n] >= ' ' && message[n] <= '~' ? message[n] : '?';
	line[n] = '\0';
	return fail("the ledger %s: %s: %s", db->name, line, advice);
}

int database_connect(struct database *db, const char *where, enum access access)
{
	memset(db, 0, sizeof *db);
	db->where = where;
	db->engine = is_postgres(where) ? &engine_postgres : &engine_sqlite;
	if (db->engine->open(db, access) == 0)
		return 0;
	database_close(db);
	return -1;
}

int database_open(struct database *db, const char *where, enum access access)
{
	if (database_connect(db, where, access))
		return -1;
	if (schema_check(db) == 0)
		return 0;
	database_close(db);
	return -1;
}

void database_close(struct database *db)
{
	if (db->engine)
		db->engine->close(db);
	memset(db, 0, sizeof *db);
}

static int start(struct database *db, struct rows *rows, enum sql sql, const char *kinds, va_list values)
{
	struct parameter parameters[PARAMETERS_MAX];
	unsigned count = 0;

	for (; kinds[count] && count < PARAMETERS_MAX; count++) {
		struct parameter *parameter = &parameters[count];

		parameter->is_text = kinds[count] == 't';
		if (parameter->is_text)
			parameter->text = va_arg(values, const char *);
		else
			parameter->integer = va_arg(values, int64_t);
	}
	memset(rows, 0, sizeof *rows);
	rows->db = db;
	return db->engine->start(db, sql, parameters, count, rows);
}

int query(struct database *db, struct rows *rows, enum sql sql, const char *kinds, ...)
{
	va_list values;
	int err;

	va_start(values, kinds);
	err = start(db, rows, sql, kinds, values);
	va_end(values);
	return err;
}

int rows_next(struct rows *rows)
{
	return rows->db->engine->next(rows);
}

const char *rows_text(const struct rows *rows, int column)
{
	return rows->db->engine->text(rows, column);
}

int64_t rows_integer(const struct rows *rows, int column)
{
	const char *text = rows_text(rows, column);

	return text ? strtoll(text, NULL, 10) : 0;
}

void rows_end(struct rows *rows)
{
	if (rows->handle)
		rows->db->engine->end(rows);
	rows->handle = NULL;
}

int run(struct database *db, enum sql sql, const char *kinds, ...)
{
	struct rows rows;
	va_list values;
	int err;

	va_start(values, kinds);
	err = start(db, &rows, sql, kinds, values);
	va_end(values);
	while (!err && (err = rows_next(&rows)) > 0)
		err = 0;
	rows_end(&rows);
	return err ? -1 : rows.changed;
}

int query_integer(struct database *db, int64_t *number, enum sql sql, const char *kinds, ...)
{
	struct rows rows;
	va_list values;
	int result;

	va_start(values, kinds);
	result = start(db, &rows, sql, kinds, values);
	va_end(values);
	if (result == 0)
		result = rows_next(&rows);
	if (result > 0)
		*number = rows_integer(&rows, 0);
	rows_end(&rows);
	return result;
}

static int attempt(struct database *db, const char *begin, int (*work)(struct database *, void *), void *data)
{
	db->retry = false;
	if (db->engine->script(db, begin))
		return -1;
	if (work(db, data) == 0)
		return db->engine->script(db, "COMMIT");
	/* What failed is said already; if even this fails, the engine forgets the transaction by itself. */
	db->engine->script(db, NULL);
	return -1;
}

int transaction(struct database *db, int (*work)(struct database *db, void *data), void *data)
{
	for (int i = 1;; i++) {
		const struct timespec pause = {0, 1000000L * i};

		if (attempt(db, db->engine->begin, work, data) == 0)
			return 0;
		if (!db->retry)
			return -1;
		if (i == TRIES)
			return database_fail(db, "deadlocks", "the server is too busy: try again");
		nanosleep(&pause, NULL);
	}
}

int snapshot(struct database *db, int (*work)(struct database *db, void *data), void *data)
{
	return attempt(db, db->engine->begin_read, work, data);
}
