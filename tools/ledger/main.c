/* SPDX-License-Identifier: MIT */
/*
 * nameplate-ledger: which device has which number.
 */
#include "error.h"
#include "options.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	const struct command *command;
	struct options options;
	struct database db;
	int err = options_parse(argc, argv, &options, &command);

	if (err >= 0)
		return err;
	/* A closed pipe is an error like another, said below; a full file too. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (command->access == ACCESS_CREATE)
		err = database_connect(&db, options.ledger, command->access);
	else
		err = database_open(&db, options.ledger, command->access);
	if (err)
		return 1;
	err = command->run(&db, &options);
	database_close(&db);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = fail("standard output cannot be written (%s): check where it goes; what was asked for is done",
			   strerror(errno));
	return err ? 1 : 0;
}
