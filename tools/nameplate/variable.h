/* SPDX-License-Identifier: MIT */
/*
 * Variables: from NAME[:TYPE][:secret]=VALUE, as `program_vars` in OpenOCD takes it, to bytes, and back to text.
 */
#ifndef VARIABLE_H
#define VARIABLE_H

#include "entry.h"

#include <stdio.h>

struct variable {
	uint8_t key, type; /* as in the header */
	bool secret;
	uint8_t name_length; /* 0: it has a key instead */
	char name[NAME_MAX_BYTES + 1];
	uint16_t length;
	uint8_t value[LENGTH_MAX + 1]; /* without the name */
};

struct variables {
	struct variable *list;
	size_t count;
};

void variables_free(struct variables *variables);

/* Room for one more, zeroed, or NULL after an error line. */
struct variable *variables_add(struct variables *variables);

/*
 * Each returns 0, or -1 after an error line, which quotes no secret value.
 *
 * variable_parse   one word; `escaped`: text has \n \r \t \\ \xNN for bytes, as in a dump; `lead` comes before the error
 * variables_take   one more of them, whose name must be new
 * variables_read   a dump's file, or one written by hand
 * variable_delete  a word that is a name only: the deletion of that variable
 */
int variable_parse(const char *word, bool escaped, const char *lead, struct variable *variable);
int variables_take(struct variables *variables, const char *word);
int variables_read(struct variables *variables, const char *path);
int variables_delete(struct variables *variables, const char *name);

/* What goes on flash. */
void variable_item(const struct variable *variable, struct item *item);

/* The type as the user names it; of a number with a length that there is none of, only its kind. */
const char *variable_type(const struct variable *variable);

/* Name and value as text of one line, both without a limit; to be freed, NULL without memory. */
char *variable_name(const struct variable *variable);
char *variable_shown(const struct variable *variable);

/* A line that `variables_read` takes back to the very same variable; or false where there is none. To be freed. */
bool variable_line(const struct variable *variable, char **line);

#endif
