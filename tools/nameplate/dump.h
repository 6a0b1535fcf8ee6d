/* SPDX-License-Identifier: MIT */
/*
 * A dump's file.
 */
#ifndef DUMP_H
#define DUMP_H

#include "image.h"

/*
 * Loads Intel HEX, S-records, or a binary, which then begins at address 0: see image_place. 0, or -1 after an error line; then
 * the image is empty. To be freed.
 */
int dump_load(const char *path, struct image *image);

/* A file's bytes, to be freed, with a NUL after them; NULL after an error line. */
uint8_t *dump_read(const char *path, size_t *size);

#endif
