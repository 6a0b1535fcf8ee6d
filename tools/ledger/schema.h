/* SPDX-License-Identifier: MIT */
/*
 * The tables of a ledger, and how an older ledger becomes one of today.
 *
 * circle: database opens a ledger and has it checked here, which is done by its statements.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "database.h"

#define SCHEMA_APPLICATION 0x4E504C54 /* 1313885268, "NPLT": SQLite's application_id */

/* That this is a ledger of the schema that we know; fills db->id and db->parent. 0, or -1 after an error line. */
int schema_check(struct database *db);

/*
 * Makes a ledger, or brings an older one up to date, in one transaction. `id` and `parent` are those of a new ledger; NULL: a
 * random one, and none.
 */
int schema_make(struct database *db, const char *id, const char *parent);

#endif
