/* SPDX-License-Identifier: MIT */
/*
 * A file has one writer at a time, and makes a counter's numbers free rows ahead of those who take them. On a server rows
 * are written when they are taken; which positions may be, the window, is in the series (schema.c).
 */
#include "number.h"

#include "error.h"
#include "word.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many numbers of a counter are made ready at a time, and how many wait for whoever comes. */
#define LAY_OUT 256
#define AHEAD   512

/* A window of at most so many: what a station that died left behind becomes a free row when it is that far back. */
#define WINDOW 1024

/* ---- numbers become rows -------------------------------------------------------------------------------------- */

/* Those from `begin` get rows, but those that have one. How many did, or -1. */
static int lay(struct database *db, const struct series *series, int64_t begin, int64_t count)
{
	char text[FORM_TEXT_MAX], *list;
	json_t *values = json_array();
	int laid = 0;

	for (int64_t i = 0; laid == 0 && i < count; i++) {
		series_text(series, begin + i, text);
		laid = json_array_append_new(values, json_string(text)) ? fail_memory() : 0;
	}
	list = laid ? NULL : json_dumps(values, JSON_COMPACT);
	if (laid == 0)
		laid = list ? run(db, SQL_NUMBER_LAY, "iit", series->id, begin, list) : fail_memory();
	free(list);
	json_decref(values);
	return laid;
}

/* The same for those before `end`, however many. */
static int lay_until(struct database *db, const struct series *series, int64_t begin, int64_t end)
{
	int64_t there = 0;
	int all = 0;

	/* As a rule all have one. */
	if (begin < end && query_integer(db, &there, SQL_NUMBER_ROWS, "iii", series->id, begin, end - 1) < 0)
		return -1;
	if (there == end - begin)
		return 0;
	for (; begin < end; begin += LAY_OUT) {
		const int laid = lay(db, series, begin, end - begin < LAY_OUT ? end - begin : LAY_OUT);

		if (laid < 0)
			return -1;
		all += laid;
	}
	return all;
}

/* The next position that is not split off, and how many follow each other from there. */
static int next_run(struct database *db, const struct series *series, int64_t *begin, int64_t *count)
{
	int64_t end;
	int found;

	while ((found = query_integer(db, &end, SQL_SPLIT_COVERS, "ii", series->id, *begin)) > 0)
		*begin = end + 1;
	if (found < 0 || query_integer(db, &end, SQL_SPLIT_AHEAD, "iii", series->id, *begin, series->last + 1) < 0)
		return -1;
	*count = end - *begin < LAY_OUT ? end - *begin : LAY_OUT;
	return 0;
}

/* The next numbers become rows; those that came from elsewhere (adopt) have one. *next: as far as it came. */
static int lay_out(struct database *db, const struct series *series, int64_t *next)
{
	int64_t begin = *next, count = 0;

	if (next_run(db, series, &begin, &count) || lay(db, series, begin, count) < 0)
		return -1;
	*next = begin + (count > 0 ? count : 0);
	return run(db, SQL_SERIES_NEXT, "ii", series->id, *next) < 0 ? -1 : 0;
}

/* ---- the window ----------------------------------------------------------------------------------------------- */

struct window {
	int64_t next, open;
	char sequence[48];
};

static void sequence_name(const struct series *series, char name[48])
{
	snprintf(name, 48, "nameplate.series_%" PRId64, series->id);
}

/* Who holds it changes the series' ends alone. */
static int window_lock(struct database *db, const struct series *series, struct window *window)
{
	struct rows rows;
	const int found = query(db, &rows, SQL_SERIES_LOCK, "i", series->id) ? -1 : rows_next(&rows);

	if (found > 0) {
		window->next = rows_integer(&rows, 0);
		window->open = rows_integer(&rows, 1);
		if (window->open < window->next)
			window->open = window->next;
	}
	rows_end(&rows);
	sequence_name(series, window->sequence);
	return found > 0 ? 0 : -1;
}

static int window_store(struct database *db, const struct series *series, const struct window *window)
{
	return run(db, SQL_SERIES_WINDOW, "iii", series->id, window->next, window->open) < 0 ? -1 : 0;
}

static int window_jump(struct database *db, const struct window *window, int64_t position)
{
	return run(db, SQL_SERIES_JUMP, "ti", window->sequence, position) < 0 ? -1 : 0;
}

/*
 * More numbers that follow those of the window. `spent`: nobody finds one in it any more, so the sequence, which may have run
 * on, goes back to the first new one. 1, 0 if those do not follow, -1. One that has a row already (adopt) is stepped over by
 * who comes to it.
 */
static int window_grow(struct database *db, const struct series *series, struct window *window, bool spent)
{
	int64_t begin = window->open, count;

	if (next_run(db, series, &begin, &count))
		return -1;
	if (begin != window->open || count <= 0)
		return 0;
	if ((spent || window->open == window->next) && window_jump(db, window, begin))
		return -1;
	window->open += count;
	if (window->open - window->next > WINDOW) {
		if (lay_until(db, series, window->next, window->open - WINDOW) < 0)
			return -1;
		window->next = window->open - WINDOW;
	}
	return window_store(db, series, window) ? -1 : 1;
}

/* What is in the window becomes rows, and behind a split a new one begins. 1, 0 if no number is left in the series, -1. */
static int window_move(struct database *db, const struct series *series, struct window *window)
{
	int64_t begin = window->open, count;
	int laid = lay_until(db, series, window->next, window->open);

	if (laid < 0 || next_run(db, series, &begin, &count))
		return -1;
	if (count > 0)
		window->open = begin;
	window->next = window->open;
	return window_store(db, series, window) ? -1 : laid || count > 0;
}

/* No number is found in the window: 1 if there may be one now, perhaps as a row; 0 if none is left; -1. */
static int window_renew(struct database *db, const struct series *series, struct window *window)
{
	int found = window_grow(db, series, window, true);

	if (found == 0 && (found = window_move(db, series, window)) > 0)
		found = window_grow(db, series, window, true) < 0 ? -1 : 1;
	return found;
}

/* ---- taking --------------------------------------------------------------------------------------------------- */

/* The row that was picked: 1, 0 if there is none (*empty) or it is null, -1. */
static int picked(struct rows *rows, int err, struct taken *taken, bool *empty)
{
	int found = err ? -1 : rows_next(rows);

	*empty = found == 0;
	if (found > 0 && !rows_text(rows, 0)) {
		found = 0;
	} else if (found > 0) {
		snprintf(taken->value, sizeof taken->value, "%s", rows_text(rows, 0));
		taken->position = rows_integer(rows, 1);
		found = rows_next(rows) < 0 ? -1 : 1; /* to its end, so that it is done */
	}
	rows_end(rows);
	return found;
}

/* 1: taken, 0: there is no free row, -1. */
static int pick(struct database *db, const struct series *series, int64_t device, const char *upload,
		const char *station, struct taken *taken)
{
	char now[TIME_TEXT];
	struct rows rows;
	bool empty;

	time_now(now);
	return picked(&rows, query(db, &rows, SQL_NUMBER_PICK, "iittt", series->id, device, upload, now, station),
		      taken, &empty);
}

/* Of the window, for `device`, as text. 1: taken, 0: there is none (*empty), or another has it; -1. */
static int fresh(struct database *db, const struct series *series, enum sql sql, const char *device, const char *upload,
		 const char *station, struct taken *taken, bool *empty)
{
	char now[TIME_TEXT], sequence[48], how[] = "mac";
	struct form_parts parts;
	struct rows rows;

	time_now(now);
	sequence_name(series, sequence);
	form_take_apart(*series->form ? series->form : NULL, &parts);
	if (series->kind != KIND_MAC)
		snprintf(how, sizeof how, "%c", parts.how);
	return picked(&rows,
		      query(db, &rows, sql, "ttttitttit", device, upload, now, station, series->id, sequence,
			    parts.before, parts.after, (int64_t)parts.width, how),
		      taken, empty);
}

/*
 * In the middle of what is made ready, one makes more ready: the others have enough meanwhile. Where all wait for the series,
 * each does so until the one before it has its commit on the disk.
 */
static bool is_in_the_middle(const struct series *series, int64_t position)
{
	return series->kind != KIND_LIST && (position - series->first) % LAY_OUT == LAY_OUT / 2;
}

static int make_ready(struct database *db, const struct series *series, int64_t position)
{
	struct window window;
	int more = 1;

	if (window_lock(db, series, &window))
		return -1;
	if (db->engine->is_far)
		while (more > 0 && window.open <= position + AHEAD)
			more = window_grow(db, series, &window, false);
	else
		while (more >= 0 && window.next <= series->last && window.next <= position + AHEAD)
			more = lay_out(db, series, &window.next);
	return more < 0 ? -1 : 0;
}

static int none_left(const struct series *series)
{
	return fail("the series %s has no free number left: %s", series->name,
		    series->kind == KIND_LIST ? "import more rows" : "make another series, or release numbers");
}

/* What has a row is free before what has none. */
static int take_far(struct database *db, const struct series *series, int64_t device, const char *upload,
		    const char *station, struct taken *taken)
{
	struct window window;
	bool locked = false, empty;
	char id[24];
	int found;

	snprintf(id, sizeof id, "%" PRId64, device);
	for (;;) {
		found = pick(db, series, device, upload, station, taken);
		if (found)
			return found < 0 ? -1 : 0;
		found = fresh(db, series, SQL_NUMBER_FRESH, id, upload, station, taken, &empty);
		if (found > 0)
			return is_in_the_middle(series, taken->position) ? make_ready(db, series, taken->position) : 0;
		if (found == 0 && empty) {
			/* Of those that come here at once, the first renews; the others find what it left. */
			found = locked ? window_renew(db, series, &window) : window_lock(db, series, &window) ? -1 : 1;
			locked = true;
			if (found == 0)
				return none_left(series);
		}
		if (found < 0)
			return -1;
	}
}

int number_take(struct database *db, const struct series *series, int64_t device, const char *upload,
		const char *station, struct taken *taken)
{
	struct window window;
	int found;

	if (db->engine->is_far && series->kind != KIND_LIST)
		return take_far(db, series, device, upload, station, taken);
	found = pick(db, series, device, upload, station, taken);
	if (found)
		return found < 0 || (is_in_the_middle(series, taken->position) &&
				     make_ready(db, series, taken->position))
			       ? -1
			       : 0;
	if (window_lock(db, series, &window))
		return -1;
	while ((found = pick(db, series, device, upload, station, taken)) == 0) {
		if (series->kind == KIND_LIST || window.next > series->last)
			return none_left(series);
		if (lay_out(db, series, &window.next))
			return -1;
	}
	return found > 0 ? 0 : -1;
}

/* ---- in one statement ----------------------------------------------------------------------------------------- */

struct ahead {
	const struct series *series;
	int64_t position;
};

static int work_ahead(struct database *db, void *data)
{
	const struct ahead *ahead = data;

	return make_ready(db, ahead->series, ahead->position);
}

/* Whether a number was made free, or the window has one; or -1. */
static int is_ready(struct database *db, const struct series *series)
{
	char sequence[48];
	int64_t ready;

	sequence_name(series, sequence);
	return query_integer(db, &ready, SQL_SERIES_READY, "it", series->id, sequence) < 0 ? -1 : (int)ready;
}

/* None is ready: the first that comes here sees to it. The others wait for that alone, not for each other's commits. */
static int work_empty(struct database *db, void *data)
{
	const struct series *series = data;
	struct window window;
	int64_t turn;
	int ready = query_integer(db, &turn, SQL_SERIES_TURN, "i", series->id) < 0 ? -1 : is_ready(db, series);

	if (ready)
		return ready < 0 ? -1 : 0;
	if (window_lock(db, series, &window))
		return -1;
	return window_renew(db, series, &window) < 0 ? -1 : 0;
}

/* A row of a list. 1; 0 if there is none, or the device is known; -1. */
static int pick_new(struct database *db, const struct series *series, const char *uid, const char *upload,
		    const char *station, struct taken *taken)
{
	char now[TIME_TEXT];
	struct rows rows;
	bool empty;

	time_now(now);
	return picked(&rows, query(db, &rows, SQL_NUMBER_PICK_NEW, "tttti", uid, upload, now, station, series->id),
		      taken, &empty);
}

/* Of a counter. 1; 0 if the device is known, or if somebody was quicker; -1. */
static int fresh_new(struct database *db, const struct series *series, const char *uid, const char *upload,
		     const char *station, struct taken *taken)
{
	bool empty;
	int found = fresh(db, series, SQL_NUMBER_FRESH_NEW, uid, upload, station, taken, &empty);
	int ready = found ? 1 : is_ready(db, series);

	if (ready)
		return ready < 0 ? -1 : found;
	return transaction(db, work_empty, (void *)series)
		       ? -1
		       : fresh(db, series, SQL_NUMBER_FRESH_NEW, uid, upload, station, taken, &empty);
}

int number_take_new(struct database *db, const struct series *series, const char *uid, const char *upload,
		    const char *station, struct taken *taken)
{
	struct ahead ahead = {series, 0};
	int found;

	if (!db->engine->is_far)
		return 0;
	db->retry = false;
	db->hasty = true;
	found = series->kind == KIND_LIST ? pick_new(db, series, uid, upload, station, taken)
					  : fresh_new(db, series, uid, upload, station, taken);
	db->hasty = false;
	if (found < 0 && db->retry)
		return 0;
	if (found > 0 && is_in_the_middle(series, taken->position)) {
		/* The number is the device's already: whoever finds none ready sees to it then, or says why it cannot be done. */
		ahead.position = taken->position;
		db->quiet = true;
		transaction(db, work_ahead, &ahead);
		db->quiet = false;
	}
	return found;
}

/* ---- for others ----------------------------------------------------------------------------------------------- */

int number_make_rows(struct database *db, const struct series *series, int64_t first, int64_t last)
{
	struct window window;

	if (series->kind == KIND_LIST)
		return 0;
	if (window_lock(db, series, &window))
		return -1;
	if (first < window.next)
		first = window.next;
	if (last >= window.open)
		last = window.open - 1;
	return lay_until(db, series, first, last + 1) < 0 ? -1 : 0;
}

int number_was_there(struct database *db)
{
	db->retry = true;
	return -1;
}
