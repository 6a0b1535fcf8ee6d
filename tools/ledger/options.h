/* SPDX-License-Identifier: MIT */
/*
 * The command line.
 */
#ifndef LEDGER_OPTIONS_H
#define LEDGER_OPTIONS_H

#include "database.h"

#include <stdbool.h>
#include <stdint.h>

#define HAS_MAX    16
#define SERIES_MAX 16

struct options {
	const char *ledger, *station, *uid, *upload, *image, *image_sha256, *reason, *columns, *output, *from, *state;
	const char *has[HAS_MAX], *secret_columns[HAS_MAX];
	unsigned has_count, secret_count;
	int64_t milliseconds; /* -1: not given */
	bool json, csv, secrets, nothing_written;
	char **words; /* after the command's name */
	int count;
};

struct command {
	const char *name;
	int (*run)(struct database *db, const struct options *options);
	enum access access;
	const char *goes; /* options that go with it, as letters of the table in options.c */
	int least, most;  /* words */
	const char *words, *help;
};

extern const struct command commands[];

/* -1 to go on, or the exit status after an error line or --help. */
int options_parse(int argc, char **argv, struct options *options, const struct command **command);

/* One per command; db is open. Each returns 0, or -1 after an error line. */
int command_init(struct database *db, const struct options *options);
int command_series(struct database *db, const struct options *options);
int command_import(struct database *db, const struct options *options);
int command_take(struct database *db, const struct options *options);
int command_done(struct database *db, const struct options *options);
int command_failed(struct database *db, const struct options *options);
int command_release(struct database *db, const struct options *options);
int command_again(struct database *db, const struct options *options);
int command_new(struct database *db, const struct options *options);
int command_adopt(struct database *db, const struct options *options);
int command_scrap(struct database *db, const struct options *options);
int command_show(struct database *db, const struct options *options);
int command_list(struct database *db, const struct options *options);
int command_uploads(struct database *db, const struct options *options);
int command_export(struct database *db, const struct options *options);
int command_split(struct database *db, const struct options *options);
int command_merge(struct database *db, const struct options *options);
int command_check(struct database *db, const struct options *options);
int command_backup(struct database *db, const struct options *options);

#endif
