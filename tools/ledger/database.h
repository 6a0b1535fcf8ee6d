/* SPDX-License-Identifier: MIT */
/*
 * A ledger's database, whichever engine it is in. Statements are prepared, values only ever bound. What fails has said so in
 * one `Error:` line, unless it says otherwise.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include "sql.h"

#include <stdbool.h>
#include <stdint.h>

struct database;
struct rows;

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_CREATE };

/* One value to bind. */
struct parameter {
	bool is_text;
	const char *text; /* NULL: no value */
	int64_t integer;
};

#define PARAMETERS_MAX 12

/* What an engine does; each returns 0 or -1. One file has one of these. */
struct engine {
	const char *id_column; /* what @ID in the schema stands for */
	int (*open)(struct database *db, enum access access);
	void (*close)(struct database *db);
	/* The statement of that number, prepared when it is first needed. Rows are then fetched until there are none. */
	int (*start)(struct database *db, enum sql sql, const struct parameter *parameters, unsigned count,
		     struct rows *rows);
	int (*next)(struct rows *rows); /* 1: a row, 0: no more */
	const char *(*text)(const struct rows *rows, int column);
	void (*end)(struct rows *rows);
	/* Statements of our own, without values. */
	int (*script)(struct database *db, const char *text);
	bool is_far; /* each statement travels to a server and back */
	const char *begin, *begin_read;
	const char *prologue; /* first in the transaction that makes the tables */
	const char *copied;   /* after rows were put in with their IDs */
};

extern const struct engine engine_sqlite, engine_postgres;

struct database {
	const struct engine *engine;
	const char *where; /* as the user named it */
	char name[120];    /* for messages: without what is nobody's business */
	void *connection;
	void *statements[SQL_COUNT];
	bool retry;              /* what failed may succeed if the transaction is done anew: no line was printed */
	bool hasty;              /* a value that is there already is another's haste, and reason to retry */
	bool quiet;              /* what fails prints no line: the caller can do without it */
	char id[33], parent[33]; /* this ledger; the one that it was split from, or "" */
};

struct rows {
	struct database *db;
	void *handle;
	int row, changed; /* `changed`: rows that an INSERT, UPDATE or DELETE touched */
};

/* A ledger of the schema that this program knows. */
int database_open(struct database *db, const char *where, enum access access);

/* The same, whatever it holds. */
int database_connect(struct database *db, const char *where, enum access access);
void database_close(struct database *db);

/*
 * Rows of a statement. `kinds` has a letter for each value: `t` a text (const char *, or NULL), `i` an int64_t.
 * rows_next: 1, 0 when there are no more, -1. rows_end is needed in any case.
 */
int query(struct database *db, struct rows *rows, enum sql sql, const char *kinds, ...);
int rows_next(struct rows *rows);
const char *rows_text(const struct rows *rows, int column); /* NULL: no value; good until the next row */
int64_t rows_integer(const struct rows *rows, int column);
void rows_end(struct rows *rows);

/* A statement that gives no rows: how many it changed, or -1. */
int run(struct database *db, enum sql sql, const char *kinds, ...);

/* The first column of the first row as a number: 1, 0 without a row, -1. */
int query_integer(struct database *db, int64_t *number, enum sql sql, const char *kinds, ...);

/*
 * All of `work` or nothing of it; done again where the database asks for that (a deadlock). `work` prints no results: they
 * are not true before this has returned 0.
 */
int transaction(struct database *db, int (*work)(struct database *db, void *data), void *data);

/* The same for reading: one state of the ledger, whatever others do meanwhile. */
int snapshot(struct database *db, int (*work)(struct database *db, void *data), void *data);

/* For engines: the first line of a message of the database, in a line of ours. Always -1. */
int database_fail(const struct database *db, const char *message, const char *advice);

#endif
