/* SPDX-License-Identifier: MIT */
/*
 * A series: where values come from. A counter and a MAC block give one value, a list's row several.
 */
#ifndef SERIES_H
#define SERIES_H

#include "database.h"
#include "form.h"
#include "value.h"

#define COLUMNS_MAX 32
#define NAME_TEXT   32

struct column {
	char name[NAME_TEXT];
	const struct type *type;
	bool secret;
	bool sole; /* no two rows have the same value */
};

enum kind { KIND_COUNTER, KIND_MAC, KIND_LIST };

struct series {
	int64_t id, first, last, next; /* positions; `next` has no row yet */
	char name[NAME_TEXT], form[FORM_MAX + 1];
	enum kind kind;
	unsigned count;
	struct column columns[COLUMNS_MAX]; /* the first one's value is the number */
};

extern const char *const kind_names[];

/* 1, 0 if there is none of this name, -1 after an error line. */
int series_find(struct database *db, const char *name, struct series *series);

/* The same; none is an error. 0 or -1. */
int series_named(struct database *db, const char *name, struct series *series);

/* The one that is meant where none is named: the only one, or `serial`. */
int series_default(struct database *db, struct series *series);

/* From a row of SQL_SERIES_ALL. */
int series_read(const struct rows *rows, struct series *series);

/* The value of a position of a counter or MAC block. */
void series_text(const struct series *series, int64_t position, char text[FORM_TEXT_MAX]);

/* Its position; false: not of this series' form, or beyond its ends. Of a list: always false. */
bool series_position(const struct series *series, const char *value, int64_t *position);

/* `name:type,name:type:secret`, and from it. The latter returns 0, or -1 after an error line. */
char *columns_text(const struct series *series);
int columns_parse(struct series *series, const char *text);

/*
 * A value the way the ledger writes it: 42 for 0x2A, a MAC address in lower case. To be freed; NULL and *why if the type does
 * not allow it.
 */
char *value_canonical(const struct type *type, const char *text, const char **why);

/* `SERIES=VALUE`, or a value whose series is the only one that has it; without any, of the default series. */
struct named {
	struct series series;
	char value[VALUE_MAX + 1];
};
int named_parse(struct database *db, const char *word, struct named *named);

#endif
