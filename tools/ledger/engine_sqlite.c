/* SPDX-License-Identifier: MIT */
/*
 * The engine for one machine: SQLite, a file. WAL, so that reading never waits for writing; synchronous=FULL, so that a number
 * that was given is on the disk.
 */
#include "database.h"
#include "error.h"
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 60000

static int report(struct database *db)
{
	const char *message = sqlite3_errmsg(db->connection);

	switch (sqlite3_errcode(db->connection) & 0xFF) {
	case SQLITE_FULL:
		return database_fail(db, message, "nothing was changed; make room on the disk, then try again");
	case SQLITE_IOERR:
		return database_fail(db, message,
				     "nothing was changed; look at the disk (full, or failing?), then try again");
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return database_fail(db, message, "it and its folder must be writable for you");
	case SQLITE_CANTOPEN:
		return database_fail(db, message, "check the path, and that its folder is writable for you");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return database_fail(db, "locked by another program for a minute", "end that program, then try again");
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return database_fail(db, message,
				     "this is no ledger, or a damaged one: check the path, or go back to a backup");
	case SQLITE_CONSTRAINT:
		return database_fail(
			db, message,
			"a rule of the ledger would be broken, so nothing was changed; run nameplate-ledger check");
	default:
		return database_fail(db, message, "nothing was changed; run nameplate-ledger check");
	}
}

/* SQLite's own waiting sleeps up to 100 ms, and with many stations some would wait for minutes. */
static int wait_a_little(void *data, int count)
{
	const struct timespec pause = {0, 500000L + 100000L * (long)((unsigned)getpid() * 2654435761u >> 28)};
	struct timespec now;
	static time_t begin;

	(void)data;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (count == 0)
		begin = now.tv_sec;
	nanosleep(&pause, NULL);
	return now.tv_sec - begin < WAIT_MS / 1000;
}

static int sqlite_script(struct database *db, const char *text)
{
	if (!text) /* ROLLBACK, of which a failure says nothing new; a disk error may have rolled back already */
		return sqlite3_exec(db->connection, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK;
	return sqlite3_exec(db->connection, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : report(db);
}

static int create_file(struct database *db)
{
	/* A ledger may hold secrets: it is not for everybody to read. */
	const int descriptor = open(db->where, O_CREAT | O_RDWR | O_CLOEXEC, 0660);

	if (descriptor < 0)
		return fail("the ledger %s cannot be created (%s): name one in a folder that exists and is yours",
			    db->name, strerror(errno));
	close(descriptor);
	return 0;
}

static bool is_ours(struct database *db, int64_t *application)
{
	sqlite3_stmt *statement = NULL;
	bool ok = sqlite3_prepare_v2(db->connection, "PRAGMA application_id", -1, &statement, NULL) == SQLITE_OK &&
		  sqlite3_step(statement) == SQLITE_ROW;

	*application = ok ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return ok;
}

/* Whether the file holds no table at all. */
static bool is_empty(struct database *db)
{
	sqlite3_stmt *statement = NULL;
	const bool empty =
		sqlite3_prepare_v2(db->connection, "SELECT 1 FROM sqlite_schema", -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_finalize(statement);
	return empty;
}

static int check_ours(struct database *db, enum access access)
{
	int64_t application;
	bool empty;

	/* In one transaction: another station's init may come between. */
	if (sqlite_script(db, "BEGIN"))
		return -1;
	if (!is_ours(db, &application))
		return report(db);
	empty = is_empty(db);
	if (sqlite_script(db, "COMMIT"))
		return -1;
	if (application == SCHEMA_APPLICATION)
		return 0;
	if (!empty)
		return fail("%s is another program's SQLite database: name another file", db->name);
	if (access != ACCESS_CREATE)
		return fail("%s is an empty file and no ledger: nameplate-ledger --ledger %s init makes one", db->name,
			    db->name);
	return 0;
}

/* SQLite does not call the busy handler while another connection changes the mode, too. */
static int enter_wal(struct database *db)
{
	int tries = 0;

	while (sqlite3_exec(db->connection, "PRAGMA journal_mode=WAL", NULL, NULL, NULL) == SQLITE_BUSY)
		if (!wait_a_little(NULL, tries++))
			break;
	return sqlite3_errcode(db->connection) == SQLITE_OK ? 0 : report(db);
}

static int sqlite_open(struct database *db, enum access mode)
{
	sqlite3 *connection = NULL;
	int status;

	snprintf(db->name, sizeof db->name, "%s", quote(db->where));
	if (mode == ACCESS_CREATE && create_file(db))
		return -1;
	if (mode != ACCESS_CREATE && access(db->where, F_OK) != 0 && errno == ENOENT)
		return fail("there is no ledger %s: check the path, or make it with: nameplate-ledger --ledger %s init",
			    db->name, db->name);
	/* Never a URI: a name is a name. */
	status = sqlite3_open_v2(db->where, &connection, SQLITE_OPEN_READWRITE, NULL);
	db->connection = connection;
	if (status != SQLITE_OK)
		return report(db);
	sqlite3_extended_result_codes(connection, 0);
	sqlite3_busy_handler(connection, wait_a_little, NULL);
	if (check_ours(db, mode))
		return -1;
	if (sqlite_script(db, "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF"))
		return -1;
	return mode != ACCESS_READ ? enter_wal(db) : 0;
}

static void sqlite_close(struct database *db)
{
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->statements[i]);
	sqlite3_close(db->connection);
}

static int sqlite_start(struct database *db, enum sql sql, const struct parameter *parameters, unsigned count,
			struct rows *rows)
{
	sqlite3_stmt *statement = db->statements[sql];

	if (!statement) {
		if (sqlite3_prepare_v3(db->connection, sql_text(sql, false), -1, SQLITE_PREPARE_PERSISTENT, &statement,
				       NULL) != SQLITE_OK)
			return report(db);
		db->statements[sql] = statement;
	}
	/* SQLite takes what is not bound for NULL. */
	if ((int)count != sqlite3_bind_parameter_count(statement))
		return database_fail(db, sql_text(sql, false),
				     "has another number of values: report this mistake in nameplate-ledger");
	for (unsigned i = 0; i < count; i++) {
		const int status =
			parameters[i].is_text
				? sqlite3_bind_text(statement, (int)i + 1, parameters[i].text, -1, SQLITE_TRANSIENT)
				: sqlite3_bind_int64(statement, (int)i + 1, parameters[i].integer);

		if (status != SQLITE_OK)
			return report(db);
	}
	rows->handle = statement;
	return 0;
}

static int sqlite_next(struct rows *rows)
{
	switch (sqlite3_step(rows->handle)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		rows->changed = sqlite3_changes(rows->db->connection);
		return 0;
	default:
		return report(rows->db);
	}
}

static const char *sqlite_text(const struct rows *rows, int column)
{
	return (const char *)sqlite3_column_text(rows->handle, column);
}

static void sqlite_end(struct rows *rows)
{
	sqlite3_reset(rows->handle);
	sqlite3_clear_bindings(rows->handle);
}

const struct engine engine_sqlite = {
	.id_column = "INTEGER PRIMARY KEY",
	.open = sqlite_open,
	.close = sqlite_close,
	.start = sqlite_start,
	.next = sqlite_next,
	.text = sqlite_text,
	.end = sqlite_end,
	.script = sqlite_script,
	.begin = "BEGIN IMMEDIATE",
	.begin_read = "BEGIN",
	.prologue = "",
	.copied = "",
};
