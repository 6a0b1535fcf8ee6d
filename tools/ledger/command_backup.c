/* SPDX-License-Identifier: MIT */
/*
 * backup: one state of the ledger as a file, whole or not at all, while others go on.
 */
#include "copy.h"
#include "error.h"
#include "options.h"
#include "output.h"
#include "report.h"

/* Out of a server, row by row; the file is a ledger as well. */
static int copy_into(struct database *db, const char *path)
{
	struct database file;
	int err = database_connect(&file, path, ACCESS_CREATE);

	if (err)
		return -1;
	err = copy_ledger(db, &file);
	database_close(&file);
	return err;
}

int command_backup(struct database *db, const struct options *options)
{
	struct output_file file;
	struct report report;
	int err;

	/* It has the secrets too. */
	if (!*options->words[0] || output_open(options->words[0], true, &file))
		return *options->words[0] ? -1 : fail("backup needs the name of a file");
	err = db->engine == &engine_sqlite ? run(db, SQL_BACKUP, "t", file.temporary) < 0
					   : copy_into(db, file.temporary);
	if (output_close(&file, err ? -1 : 0))
		return -1;
	report_begin(&report, options->json, false);
	report_text(&report, "backup", options->words[0]);
	report_end(&report);
	return 0;
}
