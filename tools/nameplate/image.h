/* SPDX-License-Identifier: MIT */
/*
 * A dump of flash, as any tool writes it: bytes at addresses, with gaps.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct segment {
	uint32_t address;
	size_t offset, size; /* in the image's bytes */
};

struct image {
	uint8_t *bytes;
	size_t size;
	struct segment *segments; /* by address, apart from each other, once it is loaded */
	size_t count;
	bool is_binary; /* its addresses are a guess, or the user's word */
};

void image_free(struct image *image);

/* Adds bytes while it is being loaded; there must be room for them in `image->bytes`. */
int image_add(struct image *image, uint32_t address, const uint8_t *bytes, size_t size);

/* Once all are there: sorts them. 0, or -1 after an error line, if there are none or one is there twice. */
int image_sort(struct image *image, const char *path);

/* Says where a binary begins. 0, or -1 after an error line. */
int image_place(struct image *image, const char *path, uint32_t address);

/* Copies `size` bytes from `address`; those that it does not have are 0xFF. Returns how many it has. `bytes` NULL: only counts. */
size_t image_read(const struct image *image, uint32_t address, uint8_t *bytes, size_t size);

/* First address and last one; of an image that is not empty. */
uint32_t image_first(const struct image *image);
uint32_t image_last(const struct image *image);

#endif
