/* SPDX-License-Identifier: MIT */
/*
 * The dialects differ in three things: what a transaction locks (SQLite has one writer at a time anyway), lists as values
 * (a JSON array in both), and what only a file has.
 */
#include "sql.h"

#include <stddef.h>

/* clang-format off */
#define SERIES_COLUMNS "SELECT id, name, kind, first, last, next, form, columns FROM series "
#define FREE_FIRST                                                                                                              \
	"UPDATE number SET state = 'open', device = ?2, upload = ?3, taken = ?4, station = ?5 WHERE series = ?1 AND position = "    \
	"(SELECT position FROM number WHERE series = ?1 AND state = 'free' ORDER BY position LIMIT 1"
/*
 * A counter's next number, and as a row: ?5 is the series, ?6 its sequence, and ?7 to ?10 its form (see struct form_parts).
 * `p` has the device's id and the number, which counts in the window alone.
 */
#define NEXT_FOR(id)      "WITH p AS (SELECT " id " AS id, nextval(CAST(?6 AS regclass)) AS n, next, open FROM series WHERE id = ?5 AND open > next"
#define IN_WINDOW         " FROM p WHERE n >= next AND n < open"
#define NUMBER_INSERT                                                                                                           \
	"INSERT INTO number (series, position, value, state, device, upload, taken, station) "                                      \
	"SELECT CAST(?5 AS BIGINT), n, CASE CAST(?10 AS TEXT) WHEN 'mac' THEN CAST(CAST(lpad(d, 12, '0') AS macaddr) AS TEXT) "      \
	"ELSE ?7 || repeat('0', CAST(?9 AS INTEGER) - length(d)) || d || ?8 END, 'open', id, ?2, ?3, ?4 FROM (SELECT id, n, "         \
	"CASE CAST(?10 AS TEXT) WHEN 'u' THEN CAST(n AS TEXT) WHEN 'X' THEN upper(to_hex(n)) ELSE to_hex(n) END AS d"                \
	IN_WINDOW ") AS f "
#define FIND                                                                                                                    \
	"SELECT n.state, n.device, d.uid, d.copy, n.position, n.upload FROM number n LEFT JOIN device d ON d.id = n.device "         \
	"WHERE n.series = ?1 AND n.value = ?2"
#define COPIES   "SELECT id, copy, upload FROM device WHERE uid = ?1 ORDER BY copy DESC"
#define LAY      "INSERT INTO number (series, position, value, state) SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT) + "
#define CELL_LAY "INSERT INTO cell (series, name, sole, secret, position, value) SELECT CAST(?1 AS BIGINT), CAST(?2 AS TEXT), " \
	"CAST(?3 AS INTEGER), CAST(?4 AS INTEGER), CAST(?5 AS BIGINT) + "
#define LIST_FROM                                                                                                                \
	"FROM number n JOIN series s ON s.id = n.series LEFT JOIN device d ON d.id = n.device "                                      \
	"WHERE (CAST(?1 AS TEXT) IS NULL OR s.name = ?1) AND (CAST(?2 AS TEXT) IS NULL OR n.state = ?2) "                             \
	"AND (n.state NOT IN ('free', 'away') OR n.state = ?2 OR s.kind = 'list') "                                                         \
	"ORDER BY s.id, n.position, n.value"
#define LIST_COLUMNS "SELECT s.name, n.value, n.state, d.uid, d.copy, n.taken, n.station, n.position, "
#define LIST_CELLS   "FROM cell c WHERE c.series = n.series AND c.position = n.position AND c.secret <= ?3) "

/* `postgres` where it is another text. */
static const struct {
	const char *text, *postgres;
} statements[SQL_COUNT] = {
	[SQL_HAS_LEDGER] = {"SELECT 1 FROM sqlite_schema WHERE name = 'ledger'", "SELECT 1 WHERE to_regclass('nameplate.ledger') IS NOT NULL"},
	[SQL_LEDGER] = {"SELECT version, id FROM ledger", NULL},
	[SQL_LEDGER_INSERT] = {"INSERT INTO ledger (version, id, created) VALUES (0, ?1, ?2)", NULL},
	[SQL_LEDGER_VERSION] = {"UPDATE ledger SET version = ?1", NULL},
	[SQL_LEDGER_PARENT] = {"SELECT parent FROM ledger", NULL},
	[SQL_LEDGER_SET_PARENT] = {"UPDATE ledger SET parent = ?1", NULL},

	[SQL_SERIES_NAMED] = {SERIES_COLUMNS "WHERE name = ?1", NULL},
	[SQL_SERIES_ALL] = {SERIES_COLUMNS "ORDER BY id", NULL},
	[SQL_SERIES_INSERT] = {"INSERT INTO series (name, kind, first, last, next, form, columns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
			       "ON CONFLICT DO NOTHING", NULL},
	[SQL_SERIES_LOCK] = {"SELECT next, open FROM series WHERE id = ?1", "SELECT next, open FROM series WHERE id = ?1 FOR NO KEY UPDATE"},
	[SQL_SERIES_TURN] = {NULL, "SELECT 1 FROM pg_advisory_xact_lock(1313885268, CAST(?1 AS INTEGER))"},
	[SQL_SERIES_NEXT] = {"UPDATE series SET next = ?2 WHERE id = ?1", NULL},
	[SQL_SERIES_WINDOW] = {NULL, "UPDATE series SET next = ?2, open = ?3 WHERE id = ?1"},
	/* 1: a number was made free, or the window has one; 0: neither. */
	[SQL_SERIES_READY] = {NULL, "SELECT CASE WHEN EXISTS (SELECT 1 FROM number WHERE series = ?1 AND state = 'free') "
			      "OR (open > next AND COALESCE(pg_sequence_last_value(CAST(?2 AS regclass)), -1) < open - 1) THEN 1 ELSE 0 END FROM series WHERE id = ?1"},
	[SQL_SERIES_JUMP] = {NULL, "SELECT setval(CAST(?1 AS regclass), ?2, false)"},
	[SQL_SERIES_COUNT] = {"SELECT state, count(*) FROM number WHERE series = ?1 GROUP BY state ORDER BY state", NULL},

	[SQL_DEVICE_NEW] = {"INSERT INTO device (uid, copy, upload) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING RETURNING id", NULL},
	[SQL_DEVICE_COPIES] = {COPIES, COPIES " FOR NO KEY UPDATE"},
	[SQL_DEVICE_UPLOAD] = {"UPDATE device SET upload = ?2 WHERE id = ?1", NULL},
	/* What keeps a blank device from being this one. */
	[SQL_DEVICE_HELD] = {"SELECT s.name, n.value, n.state FROM number n JOIN series s ON s.id = n.series WHERE n.device = ?1 AND "
			     "n.state IN ('used', 'scrapped') ORDER BY n.state, s.id", NULL},

	[SQL_DEVICE_LAST_COPY] = {"SELECT COALESCE(max(copy), -1) FROM device WHERE uid = ?1", NULL},
	[SQL_DEVICE_NUMBERS] = {"SELECT count(*) FROM number n JOIN device d ON d.id = n.device WHERE d.uid = ?1 AND d.copy = ?2", NULL},
	[SQL_DEVICE_ADD] = {"INSERT INTO device (uid, copy) VALUES (?1, ?2)", NULL},
	[SQL_DEVICE_WITHOUT] = {"SELECT id, copy FROM device d WHERE uid = ?1 AND NOT EXISTS (SELECT 1 FROM number n WHERE "
				"n.device = d.id AND n.series = ?2) ORDER BY copy DESC", NULL},

	[SQL_NUMBER_PICK] = {FREE_FIRST ") RETURNING value, position", FREE_FIRST " FOR UPDATE SKIP LOCKED) RETURNING value, position"},
	/* A new device and its number at once; nulls if the device is known, no row if no number is free. Only where statements travel. */
	[SQL_NUMBER_PICK_NEW] = {NULL, "WITH f AS (SELECT position FROM number WHERE series = ?5 AND state = 'free' "
				 "ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED), "
				 "d AS (INSERT INTO device (uid, copy, upload) SELECT CAST(?1 AS TEXT), 0, CAST(?2 AS TEXT) FROM f "
				 "ON CONFLICT DO NOTHING RETURNING id), "
				 "n AS (UPDATE number SET state = 'open', device = d.id, upload = ?2, taken = ?3, station = ?4 FROM d "
				 "WHERE series = ?5 AND position = (SELECT position FROM f) RETURNING value, position) "
				 "SELECT n.value, n.position FROM f LEFT JOIN n ON true"},
	/* The next number of a counter for device ?1. Nulls if somebody has it, no row if the window is closed or spent. */
	[SQL_NUMBER_FRESH] = {NULL, NEXT_FOR("CAST(?1 AS BIGINT)") "), n AS (" NUMBER_INSERT "ON CONFLICT DO NOTHING RETURNING value, position) "
			      "SELECT n.value, n.position FROM p LEFT JOIN n ON true WHERE p.n < p.open"},
	/*
	 * The same for a new device and with it, unless a number was made free. Whether the device is known is asked first, by an index
	 * that finds one row or none even if the plan is made while the table is empty: ON CONFLICT writes every row twice.
	 */
	[SQL_NUMBER_FRESH_NEW] = {NULL, NEXT_FOR("nextval('device_id_seq')") " AND NOT EXISTS (SELECT 1 FROM number WHERE series = ?5 AND "
				  "state = 'free') AND NOT EXISTS (SELECT 1 FROM device WHERE uid = ?1 AND copy = 0)), "
				  "d AS (INSERT INTO device (id, uid, copy, upload) SELECT id, CAST(?1 AS TEXT), 0, CAST(?2 AS TEXT)" IN_WINDOW ") "
				  NUMBER_INSERT "RETURNING value, position"},
	[SQL_NUMBER_ROWS] = {"SELECT count(*) FROM number WHERE series = ?1 AND position BETWEEN ?2 AND ?3", NULL},
	/* Those of the window that nobody has. */
	[SQL_NUMBER_AHEAD] = {"SELECT next FROM series WHERE id = ?1 AND false",
			      "SELECT p FROM series s, generate_series(s.next, s.open - 1) AS p WHERE s.id = ?1 AND NOT EXISTS "
			      "(SELECT 1 FROM number n WHERE n.series = s.id AND n.position = p) ORDER BY p"},
	[SQL_NUMBER_OF] = {"SELECT value, state, position FROM number WHERE device = ?1 AND series = ?2", NULL},
	[SQL_NUMBERS_OF_UID] = {"SELECT d.copy, s.name, n.value, n.state, n.taken, n.station FROM device d LEFT JOIN number n ON "
				"n.device = d.id LEFT JOIN series s ON s.id = n.series WHERE d.uid = ?1 ORDER BY d.copy, s.id", NULL},
	[SQL_NUMBER_SHOW] = {"SELECT n.state, d.uid FROM number n LEFT JOIN device d ON d.id = n.device WHERE n.series = ?1 AND n.value = ?2",
			     NULL},
	[SQL_NUMBER_FIND] = {FIND, FIND " FOR UPDATE OF n"},
	[SQL_NUMBER_FIND_ANY] = {"SELECT s.name, s.id FROM number n JOIN series s ON s.id = n.series WHERE n.value = ?1 ORDER BY s.id", NULL},
	[SQL_NUMBER_LAY] = {LAY "key, value, 'free' FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING",
			    LAY "n - 1, v, 'free' FROM json_array_elements_text(CAST(?3 AS json)) WITH ORDINALITY AS t (v, n) "
				"ON CONFLICT DO NOTHING"},
	[SQL_NUMBER_ADD] = {"INSERT INTO number (series, position, value, state, device, upload, taken, station) "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING", NULL},
	[SQL_NUMBER_SET] = {"UPDATE number SET state = ?3, device = ?4, upload = ?5, taken = ?6, station = ?7 WHERE series = ?1 AND "
			    "value = ?2", NULL},
	[SQL_NUMBER_SCRAP] = {"UPDATE number SET state = 'scrapped' WHERE series = ?1 AND value = ?2", NULL},
	[SQL_NUMBER_USED] = {"UPDATE number SET state = 'used' WHERE series = ?1 AND value = ?2 AND device = ?3 AND "
			     "state IN ('open', 'used')", NULL},
	[SQL_NUMBER_DELETE] = {"DELETE FROM number WHERE series = ?1 AND value = ?2", NULL},
	[SQL_NUMBER_UNREPORTED] = {"SELECT s.name, n.value FROM number n JOIN series s ON s.id = n.series WHERE n.device = ?1 AND "
				   "n.upload = ?2 AND n.state = 'open'", NULL},
	[SQL_NUMBER_NOTHING_WRITTEN] = {"UPDATE number SET state = 'free', device = NULL, upload = NULL, taken = NULL, station = NULL "
					"WHERE device = ?1 AND upload = ?2 AND state = 'open'", NULL},
	[SQL_NUMBER_AGAIN] = {"UPDATE number SET state = 'open', upload = NULL WHERE device = ?1 AND state IN ('used', 'scrapped')", NULL},
	[SQL_NUMBER_SCRAP_DEVICE] = {"UPDATE number SET state = 'scrapped' WHERE device = ?1", NULL},
	/* With the other columns of a list's row; ?3: 1 with secrets */
	[SQL_NUMBER_LIST] = {LIST_COLUMNS "(SELECT NULLIF(json_group_object(c.name, c.value), '{}') " LIST_CELLS LIST_FROM,
			     LIST_COLUMNS "(SELECT json_object_agg(c.name, c.value) " LIST_CELLS LIST_FROM},
	[SQL_NUMBER_PLACE] = {"SELECT position FROM number WHERE series = ?1 AND value = ?2", NULL},
	[SQL_NUMBER_COLLISION] = {"SELECT n.value FROM number n WHERE n.series = ?1 AND n.device = ?2 AND n.value <> ?3", NULL},

	[SQL_CELL_LAY] = {CELL_LAY "key, value FROM json_each(?6) WHERE true ON CONFLICT DO NOTHING",
			  CELL_LAY "n - 1, v FROM json_array_elements_text(CAST(?6 AS json)) WITH ORDINALITY AS t (v, n) "
				   "ON CONFLICT DO NOTHING"},
	[SQL_CELLS_OF] = {"SELECT name, value FROM cell WHERE series = ?1 AND position = ?2", NULL},
	[SQL_CELL_PLACE] = {"SELECT position FROM cell WHERE series = ?1 AND name = ?2 AND value = ?3 AND sole = 1", NULL},
	[SQL_CELL_ADD] = {"INSERT INTO cell (series, position, name, value, sole, secret) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", NULL},

	[SQL_RECORD_ADD] = {"INSERT INTO record (key, at, station, what, uid, copy, read, image, milliseconds, reason) "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING", NULL},
	[SQL_RECORD_KEY] = {"SELECT what, uid, read FROM record WHERE key = ?1", NULL},
	[SQL_RECORD_LIST] = {"SELECT key, at, station, what, uid, copy, read, image, milliseconds, reason FROM record "
			     "WHERE CAST(?1 AS TEXT) IS NULL OR uid = ?1 ORDER BY id", NULL},

	[SQL_SPLIT_ADD] = {"INSERT INTO split (series, first, last, child, state, file, at) VALUES (?1, ?2, ?3, ?4, 'begun', ?5, ?6)", NULL},
	[SQL_SPLIT_FIND] = {"SELECT child, state, file, at FROM split WHERE series = ?1 AND first = ?2 AND last = ?3", NULL},
	[SQL_SPLIT_DONE] = {"UPDATE split SET state = 'done' WHERE child = ?1", NULL},
	[SQL_SPLIT_COVERS] = {"SELECT last, file FROM split WHERE series = ?1 AND first <= ?2 AND last >= ?2", NULL},
	/* Where the next one begins; ?3 where there is none */
	[SQL_SPLIT_AHEAD] = {"SELECT COALESCE(min(first), CAST(?3 AS BIGINT)) FROM split WHERE series = ?1 AND first > ?2", NULL},
	[SQL_SPLIT_OVERLAP] = {"SELECT first, last, file FROM split WHERE series = ?1 AND first <= ?3 AND last >= ?2", NULL},
	[SQL_SPLIT_ALL] = {"SELECT s.name, p.first, p.last, p.child, p.file, p.at, s.id FROM split p JOIN series s ON s.id = p.series "
			   "WHERE CAST(?1 AS TEXT) IS NULL OR p.child = ?1 ORDER BY s.id, p.first", NULL},
	[SQL_SPLIT_TAKE_FREE] = {"DELETE FROM number WHERE series = ?1 AND position BETWEEN ?2 AND ?3 AND state = 'free'", NULL},
	[SQL_SPLIT_TAKE_ROWS] = {"UPDATE number SET state = 'away' WHERE series = ?1 AND position BETWEEN ?2 AND ?3 AND state = 'free'", NULL},
	[SQL_SPLIT_TAKEN] = {"SELECT value FROM number WHERE series = ?1 AND position BETWEEN ?2 AND ?3 AND state <> 'away' "
			     "ORDER BY position LIMIT 1", NULL},
	[SQL_SPLIT_ROWS] = {"SELECT position, value FROM number WHERE series = ?1 AND position BETWEEN ?2 AND ?3", NULL},
	[SQL_SPLIT_CELLS] = {"SELECT position, name, value, sole, secret FROM cell WHERE series = ?1 AND position BETWEEN ?2 AND ?3", NULL},

	[SQL_CHECK_FILE] = {"SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok' UNION ALL "
			    "SELECT 'foreign key of ' || \"table\" FROM pragma_foreign_key_check", "SELECT 'ok' WHERE false"},
	[SQL_CHECK_VALUE] = {"SELECT value FROM number GROUP BY series, value HAVING count(*) > 1", NULL},
	[SQL_CHECK_POSITION] = {"SELECT min(value) FROM number WHERE position IS NOT NULL GROUP BY series, position HAVING count(*) > 1", NULL},
	[SQL_CHECK_DEVICE] = {"SELECT min(value) FROM number WHERE device IS NOT NULL GROUP BY device, series HAVING count(*) > 1", NULL},
	[SQL_CHECK_CELL] = {"SELECT min(name) FROM cell WHERE sole = 1 GROUP BY series, name, value HAVING count(*) > 1", NULL},
	[SQL_CHECK_STATE] = {"SELECT n.value FROM number n LEFT JOIN device d ON d.id = n.device WHERE "
			     "(n.state IN ('open', 'used') AND d.id IS NULL) OR (n.state IN ('free', 'away') AND n.device IS NOT NULL) OR "
			     "n.state NOT IN ('free', 'open', 'used', 'scrapped', 'away')", NULL},
	[SQL_CHECK_RECORD] = {"SELECT n.value FROM number n JOIN device d ON d.id = n.device WHERE n.state = 'used' AND NOT EXISTS "
			      "(SELECT 1 FROM record r WHERE r.uid = d.uid AND r.copy = d.copy AND r.what IN ('done', 'adopt'))", NULL},
	/* How many of the positions before ?2 have a row and no part in a split. */
	[SQL_CHECK_LOST] = {"SELECT count(*) FROM number n WHERE n.series = ?1 AND n.position < ?2 AND NOT EXISTS "
			    "(SELECT 1 FROM split p WHERE p.series = n.series AND n.position BETWEEN p.first AND p.last)", NULL},
	[SQL_CHECK_SPLIT] = {"SELECT first, last FROM split WHERE series = ?1", NULL},
	[SQL_CHECK_COUNT] = {"SELECT s.name, n.state, count(*) FROM number n JOIN series s ON s.id = n.series GROUP BY s.id, s.name, n.state "
			     "ORDER BY s.id, n.state", NULL},

	[SQL_MERGE_NUMBERS] = {"SELECT s.name, n.position, n.value, n.state, d.uid, d.copy, n.upload, n.taken, n.station FROM number n "
			       "JOIN series s ON s.id = n.series LEFT JOIN device d ON d.id = n.device ORDER BY s.id, n.position, n.value", NULL},
	[SQL_MERGE_BACK] = {"UPDATE number SET state = 'away', device = NULL, upload = NULL, taken = NULL, station = NULL "
			    "WHERE series = ?1 AND value = ?2", NULL},

	[SQL_COPY_EMPTY] = {"SELECT (SELECT count(*) FROM series) + (SELECT count(*) FROM record)", NULL},
	[SQL_COPY_SERIES] = {"SELECT id, name, kind, first, last, next, form, columns FROM series ORDER BY id", NULL},
	[SQL_COPY_SERIES_ADD] = {"INSERT INTO series (id, name, kind, first, last, next, form, columns) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", NULL},
	[SQL_COPY_DEVICE] = {"SELECT id, uid, copy, upload FROM device ORDER BY id", NULL},
	[SQL_COPY_DEVICE_ADD] = {"INSERT INTO device (id, uid, copy, upload) "
				"VALUES (?1, ?2, ?3, ?4)", NULL},
	[SQL_COPY_NUMBER] = {"SELECT series, position, value, state, device, upload, taken, station FROM number", NULL},
	[SQL_COPY_NUMBER_ADD] = {"INSERT INTO number (series, position, value, state, device, upload, taken, station) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", NULL},
	[SQL_COPY_CELL] = {"SELECT series, position, name, value, sole, secret FROM cell", NULL},
	[SQL_COPY_CELL_ADD] = {"INSERT INTO cell (series, position, name, value, sole, secret) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?6)", NULL},
	[SQL_COPY_RECORD] = {"SELECT id, key, at, station, what, uid, copy, read, image, milliseconds, reason FROM record ORDER BY id", NULL},
	[SQL_COPY_RECORD_ADD] = {"INSERT INTO record (id, key, at, station, what, uid, copy, read, image, milliseconds, reason) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", NULL},
	[SQL_COPY_SPLIT] = {"SELECT series, first, last, child, state, file, at FROM split", NULL},
	[SQL_COPY_SPLIT_ADD] = {"INSERT INTO split (series, first, last, child, state, file, at) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", NULL},

	[SQL_BACKUP] = {"VACUUM INTO ?1", "SELECT 1"},
};
/* clang-format on */

const char *sql_text(enum sql sql, bool postgres)
{
	return postgres && statements[sql].postgres ? statements[sql].postgres : statements[sql].text;
}
