/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include "error.h"
#include "word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Each row makes the next version out of the one before; rows are added, never changed. The constraints carry the promises:
 * one value belongs to one device (a row has one device, and a value one row), one device has one value of a series.
 *
 * number.state   free      nobody's, can be taken
 *                open      a device's; whether it was written is not known
 *                used      a device's, read back from it
 *                scrapped  nobody's any more
 *                away      in another ledger, by split
 * number.position is its place in the series, NULL for one from elsewhere. number.upload is the upload that took it,
 * device.upload the last one that began. A device's copy is 0, or counts boards with the same unique ID.
 *
 * Every position before series.next has a row. On a server a counter's free numbers need none: those from next to before
 * series.open, its window, are free as long as they have no row. A sequence says which of them is nobody's yet; it only saves
 * stations from trying the same one, for the constraints decide. Its rows take their place in time (number.c).
 */
#define KEPT_SQLITE                                                                                                         \
	"PRAGMA application_id = 1313885268;"                                                                               \
	"CREATE TRIGGER record_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;" \
	"CREATE TRIGGER record_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;"
#define KEPT_POSTGRES                                                        \
	"CREATE FUNCTION record_kept() RETURNS trigger LANGUAGE plpgsql AS " \
	"$$ BEGIN RAISE EXCEPTION 'a record is never changed'; END $$;"      \
	"CREATE TRIGGER record_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON record EXECUTE FUNCTION record_kept();"

/* Whoever may write into the schema may count: what a sequence says binds nobody. */
#define SEQUENCE(id)                                                                 \
	"EXECUTE format('CREATE SEQUENCE nameplate.series_%s MINVALUE 0', " id "); " \
	"EXECUTE format('GRANT SELECT, USAGE, UPDATE ON SEQUENCE nameplate.series_%s TO PUBLIC', " id "); "

static const struct {
	const char *text, *sqlite, *postgres;
} steps[] = {
	{"CREATE TABLE series (id @ID, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('counter', 'mac', 'list')), "
	 "  first BIGINT NOT NULL, last BIGINT NOT NULL, next BIGINT NOT NULL, form TEXT, columns TEXT NOT NULL);"
	 "CREATE TABLE device (id @ID, uid TEXT NOT NULL, copy INTEGER NOT NULL, upload TEXT, UNIQUE (uid, copy));"
	 "CREATE TABLE number (series BIGINT NOT NULL REFERENCES series (id), position BIGINT, value TEXT NOT NULL, "
	 "  state TEXT NOT NULL CHECK (state IN ('free', 'open', 'used', 'scrapped', 'away')), "
	 "  device BIGINT REFERENCES device (id), upload TEXT, taken TEXT, station TEXT, "
	 "  PRIMARY KEY (series, value), UNIQUE (series, position), UNIQUE (device, series), "
	 "  CHECK (state = 'scrapped' OR (device IS NOT NULL) = (state IN ('open', 'used'))));"
	 "CREATE INDEX number_free ON number (series, position) WHERE state = 'free';"
	 "CREATE TABLE cell (series BIGINT NOT NULL REFERENCES series (id), position BIGINT NOT NULL, name TEXT NOT NULL, "
	 "  value TEXT NOT NULL, sole INTEGER NOT NULL, secret INTEGER NOT NULL, PRIMARY KEY (series, position, name));"
	 "CREATE UNIQUE INDEX cell_sole ON cell (series, name, value) WHERE sole = 1;"
	 "CREATE TABLE record (id @ID, key TEXT NOT NULL UNIQUE, at TEXT NOT NULL, station TEXT NOT NULL, what TEXT NOT NULL, "
	 "  uid TEXT, copy INTEGER, read TEXT, image TEXT, milliseconds BIGINT, reason TEXT);"
	 "CREATE INDEX record_uid ON record (uid);",
	 KEPT_SQLITE, KEPT_POSTGRES},
	{"ALTER TABLE ledger ADD COLUMN parent TEXT;"
	 "CREATE TABLE split (series BIGINT NOT NULL REFERENCES series (id), first BIGINT NOT NULL, last BIGINT NOT NULL, "
	 "  child TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('begun', 'done')), file TEXT NOT NULL, at TEXT NOT NULL, "
	 "  PRIMARY KEY (series, first));",
	 "", ""},
	/* A number that nobody has needs no place in it: a take writes one entry less. A file is fast enough as it is. */
	{"", "",
	 "ALTER TABLE number DROP CONSTRAINT number_device_series_key;"
	 "CREATE UNIQUE INDEX number_device ON number (device, series) WHERE device IS NOT NULL;"},
	/* clang-format off */
	/* A number is written once, when it is taken. Every take reads its series: old versions of that have to go soon, not when a page
	 * is full. */
	{"ALTER TABLE series ADD COLUMN open BIGINT NOT NULL DEFAULT 0;", "",
	 "CREATE FUNCTION series_sequence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS "
	 "$$ BEGIN " SEQUENCE("NEW.id") "RETURN NULL; END $$;"
	 "CREATE TRIGGER series_sequence AFTER INSERT ON series FOR EACH ROW WHEN (NEW.kind <> 'list') EXECUTE FUNCTION series_sequence();"
	 "DO $$ DECLARE one BIGINT; BEGIN FOR one IN SELECT id FROM nameplate.series WHERE kind <> 'list' LOOP " SEQUENCE("one") "END LOOP; END $$;"
	 "GRANT USAGE ON SEQUENCE device_id_seq TO PUBLIC;"
	 "ALTER TABLE series SET (fillfactor = 10);"},
	/* clang-format on */
};

#define VERSION ((int)(sizeof steps / sizeof steps[0]))

static const char ledger_table[] =
	"CREATE TABLE IF NOT EXISTS ledger (version INTEGER NOT NULL, id TEXT NOT NULL, created TEXT NOT NULL)";

/* Its version and ID: 1, 0 without any, -1. */
static int read_ledger(struct database *db, int64_t *version)
{
	struct rows rows;
	int found = query(db, &rows, SQL_LEDGER, "") ? -1 : rows_next(&rows);

	if (found > 0) {
		*version = rows_integer(&rows, 0);
		snprintf(db->id, sizeof db->id, "%s", rows_text(&rows, 1));
	}
	rows_end(&rows);
	return found;
}

static int read_parent(struct database *db)
{
	struct rows rows;
	int found = query(db, &rows, SQL_LEDGER_PARENT, "") ? -1 : rows_next(&rows);

	if (found > 0)
		snprintf(db->parent, sizeof db->parent, "%s", rows_text(&rows, 0) ? rows_text(&rows, 0) : "");
	rows_end(&rows);
	return found < 0 ? -1 : 0;
}

static int newer(const struct database *db, int64_t version)
{
	return fail("the ledger %s is of a newer nameplate-ledger (schema %d, this one knows %d): update this program",
		    db->name, (int)version, VERSION);
}

int schema_check(struct database *db)
{
	int64_t version = 0, one;
	int found = query_integer(db, &one, SQL_HAS_LEDGER, "");

	if (found > 0)
		found = read_ledger(db, &version);
	if (found < 0)
		return -1;
	if (found == 0)
		return fail("%s holds no ledger: nameplate-ledger init makes one", db->name);
	if (version > VERSION)
		return newer(db, version);
	if (version < VERSION)
		return fail(
			"the ledger %s is of an older nameplate-ledger (schema %d of %d): back it up, then run nameplate-ledger init, "
			"which updates it",
			db->name, (int)version, VERSION);
	return read_parent(db);
}

/* A step's text with the engine's own column for IDs. */
static char *step_text(const struct database *db, int step)
{
	const char *own = db->engine == &engine_postgres ? steps[step].postgres : steps[step].sqlite,
		   *from = steps[step].text;
	char *text = malloc(strlen(from) + strlen(own) + 8 * strlen(db->engine->id_column) + 1), *out = text;

	while (text && *from) {
		if (!strncmp(from, "@ID", 3)) {
			out = stpcpy(out, db->engine->id_column);
			from += 3;
		} else {
			*out++ = *from++;
		}
	}
	if (text)
		strcpy(out, own);
	return text;
}

struct wanted {
	const char *id, *parent;
};

static int make(struct database *db, void *data)
{
	const struct wanted *wanted = data;
	char id[33], now[TIME_TEXT];
	int64_t version = 0;
	int err = db->engine->script(db, db->engine->prologue) || db->engine->script(db, ledger_table);
	int found = err ? -1 : read_ledger(db, &version);

	if (found < 0)
		return -1;
	if (version > VERSION)
		return newer(db, version);
	if (found == 0) {
		word_random(id);
		time_now(now);
		if (run(db, SQL_LEDGER_INSERT, "tt", wanted->id ? wanted->id : id, now) < 0)
			return -1;
	}
	for (int step = (int)version; !err && step < VERSION; step++) {
		char *text = step_text(db, step);

		err = text ? db->engine->script(db, text) : fail_memory();
		free(text);
	}
	if (!err && found == 0 && wanted->parent)
		err = run(db, SQL_LEDGER_SET_PARENT, "t", wanted->parent) < 0;
	return err || run(db, SQL_LEDGER_VERSION, "i", (int64_t)VERSION) < 0 || read_ledger(db, &version) < 0 ||
			       read_parent(db)
		       ? -1
		       : 0;
}

int schema_make(struct database *db, const char *id, const char *parent)
{
	struct wanted wanted = {id, parent};

	return transaction(db, make, &wanted);
}
