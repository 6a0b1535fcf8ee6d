/* SPDX-License-Identifier: MIT */
/*
 * The engine for several stations: PostgreSQL, by libpq. Passwords come the ways that libpq has (.pgpass, a service file, the
 * environment), never in the ledger's name: that is shown in process lists and logs.
 */
#include "database.h"
#include "error.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int report(struct database *db, const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *message =
		result && state ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : PQerrorMessage(db->connection);

	if (PQstatus(db->connection) != CONNECTION_OK)
		return database_fail(db, message,
				     "the database cannot be reached, so nothing more is done; try again when it can");
	if (state && (!strcmp(state, "40001") || !strcmp(state, "40P01"))) {
		db->retry = true;
		return -1;
	}
	if (state && db->hasty && !strcmp(state, "23505")) {
		db->retry = true;
		return -1;
	}
	if (state && !strncmp(state, "23", 2))
		return database_fail(
			db, message,
			"a rule of the ledger would be broken, so nothing was changed; run nameplate-ledger check");
	if (state && (!strcmp(state, "42501") || !strcmp(state, "25006")))
		return database_fail(db, message, "nothing was changed; this user or server may only read");
	if (state && !strncmp(state, "53", 2))
		return database_fail(db, message,
				     "nothing was changed; the server lacks room: see to that, then try again");
	return database_fail(db, message ? message : "no answer", "nothing was changed; see the server's log");
}

/* What the ledger's name says, for messages; and that no password is in it. */
static int take_name(struct database *db)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(db->where, &message);
	const char *host = "", *database = "";
	bool password = false;

	if (!options) {
		PQfreemem(message);
		/* Its text may hold a password. */
		return fail("the ledger's name is no address that libpq takes: write postgresql://HOST/DATABASE");
	}
	for (const PQconninfoOption *option = options; option->keyword; option++) {
		if (!option->val)
			continue;
		password = password || strstr(option->keyword, "password");
		if (!strcmp(option->keyword, "host"))
			host = option->val;
		if (!strcmp(option->keyword, "dbname"))
			database = option->val;
	}
	snprintf(db->name, sizeof db->name, "postgresql://%.50s/%.50s", host, database);
	for (char *c = db->name; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	PQconninfoFree(options);
	return password
		       ? fail("the ledger's name holds a password, which others could see: put it into ~/.pgpass, a service file or "
			      "PGPASSWORD, and leave it out of the name")
		       : 0;
}

static void ignore_notice(void *data, const char *message)
{
	(void)data;
	(void)message;
}

static int postgres_script(struct database *db, const char *text)
{
	PGresult *result = PQexec(db->connection, text ? text : "ROLLBACK");
	const ExecStatusType status = PQresultStatus(result);
	int err = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		err = text ? report(db, result) : -1;
	PQclear(result);
	return err;
}

static int postgres_open(struct database *db, enum access access)
{
	/* The ledger's name comes last but the defaults: it may say otherwise. */
	static const char *const keywords[] = {"connect_timeout",
					       "keepalives_idle",
					       "keepalives_interval",
					       "keepalives_count",
					       "tcp_user_timeout",
					       "fallback_application_name",
					       "dbname",
					       NULL};
	const char *const values[] = {"10", "10", "5", "3", "30000", "nameplate-ledger", db->where, NULL};

	if (take_name(db))
		return -1;
	db->connection = PQconnectdbParams(keywords, values, 1);
	if (PQstatus(db->connection) != CONNECTION_OK)
		return report(db, NULL);
	PQsetNoticeProcessor(db->connection, ignore_notice, NULL);
	(void)access;
	/* A server set to lose the last commits in a crash would give their numbers again. A station that hangs must not block others. */
	return postgres_script(
		db,
		"SET search_path = nameplate; SET client_encoding = 'UTF8'; SET lock_timeout = '60s'; "
		"SET idle_in_transaction_session_timeout = '60s'; "
		"SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'");
}

static void postgres_close(struct database *db)
{
	PQfinish(db->connection);
	for (int i = 0; i < SQL_COUNT; i++)
		free(db->statements[i]);
}

/* The statement's name, after it was prepared. ?1 becomes $1; our statements have no other question mark. */
static const char *prepare(struct database *db, enum sql sql)
{
	char name[16], *text;
	PGresult *result;

	if (db->statements[sql])
		return db->statements[sql];
	text = strdup(sql_text(sql, true));
	if (!text) {
		fail_memory();
		return NULL;
	}
	for (char *c = text; *c; c++)
		if (*c == '?')
			*c = '$';
	snprintf(name, sizeof name, "s%d", (int)sql);
	result = PQprepare(db->connection, name, text, 0, NULL);
	free(text);
	if (PQresultStatus(result) == PGRES_COMMAND_OK)
		db->statements[sql] = strdup(name);
	else
		report(db, result);
	PQclear(result);
	return db->statements[sql];
}

static int postgres_start(struct database *db, enum sql sql, const struct parameter *parameters, unsigned count,
			  struct rows *rows)
{
	const char *values[PARAMETERS_MAX], *name = prepare(db, sql);
	char numbers[PARAMETERS_MAX][24];
	ExecStatusType status;

	if (!name)
		return -1;
	for (unsigned i = 0; i < count; i++) {
		snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)parameters[i].integer);
		values[i] = parameters[i].is_text ? parameters[i].text : numbers[i];
	}
	rows->handle = PQexecPrepared(db->connection, name, (int)count, values, NULL, NULL, 0);
	rows->row = -1;
	status = PQresultStatus(rows->handle);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return report(db, rows->handle);
	rows->changed = atoi(PQcmdTuples(rows->handle));
	return 0;
}

static int postgres_next(struct rows *rows)
{
	return ++rows->row < PQntuples(rows->handle);
}

static const char *postgres_text(const struct rows *rows, int column)
{
	return PQgetisnull(rows->handle, rows->row, column) ? NULL : PQgetvalue(rows->handle, rows->row, column);
}

static void postgres_end(struct rows *rows)
{
	PQclear(rows->handle);
}

const struct engine engine_postgres = {
	.id_column = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
	.open = postgres_open,
	.close = postgres_close,
	.start = postgres_start,
	.next = postgres_next,
	.text = postgres_text,
	.end = postgres_end,
	.script = postgres_script,
	.is_far = true,
	.begin = "BEGIN",
	.begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	/* Two that make the tables at once. */
	.prologue = "SELECT pg_advisory_xact_lock(1313885268); CREATE SCHEMA IF NOT EXISTS nameplate",
	.copied = "SELECT setval(pg_get_serial_sequence('series', 'id'), COALESCE(max(id), 1)) FROM series; "
		  "SELECT setval(pg_get_serial_sequence('device', 'id'), COALESCE(max(id), 1)) FROM device; "
		  "SELECT setval(pg_get_serial_sequence('record', 'id'), COALESCE(max(id), 1)) FROM record",
};
