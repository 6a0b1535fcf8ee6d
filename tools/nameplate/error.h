/* SPDX-License-Identifier: MIT */
/*
 * What the user is told. Results go to standard output; all of this goes to standard error.
 */
#ifndef ERROR_H
#define ERROR_H

#include <stdbool.h>

/* The one line `Error: ...` of a run that fails: what, where, what to do. Always returns -1. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, about memory. */
int fail_memory(void);

/* A line `Nameplate: ...`. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the user wrote, fit for a message: quoted, one line, no control characters, no secret, not endless. Good for four at once. */
const char *quote(const char *text);

/* What is quoted next comes after a secret, and may be the rest of it that the shell took for another word: "...". */
void quote_hush(bool on);

#endif
