/* SPDX-License-Identifier: MIT */
/*
 * A whole ledger into another database: for backups of a server, and to move a file to a server.
 */
#ifndef COPY_H
#define COPY_H

#include "database.h"

/* All that `from` holds, into `to`, which holds no ledger or an empty one. 0, or -1 after an error line. */
int copy_ledger(struct database *from, struct database *to);

/* The same out of a ledger's file. */
int copy_from_file(struct database *to, const char *path);

#endif
