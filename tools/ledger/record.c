/* SPDX-License-Identifier: MIT */
#include "record.h"

#include "error.h"
#include "word.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

int record_add(struct database *db, const struct record *record)
{
	const struct options *options = record->options;
	char key[KEY_TEXT], now[TIME_TEXT], duration[24];

	word_random(key);
	time_now(now);
	snprintf(duration, sizeof duration, "%lld", (long long)options->milliseconds);
	return run(db, SQL_RECORD_ADD, "tttttitttt", record->key ? record->key : key, now, options->station,
		   record->what, record->uid, record->copy, record->read, record->image,
		   options->milliseconds < 0 ? NULL : duration, options->reason);
}

int record_said(struct database *db, const struct options *options, const char *what, const char *uid, int64_t copy,
		const char *series, const char *value)
{
	json_t *object = series ? json_pack("{s:s}", series, value) : NULL;
	char *read = object ? json_dumps(object, JSON_COMPACT) : NULL;
	const struct record record = {NULL, what, uid, copy, read, NULL, options};
	int err = series && !read ? fail_memory() : record_add(db, &record);

	free(read);
	json_decref(object);
	return err < 0 ? -1 : 0;
}
