/* SPDX-License-Identifier: MIT */
#include "image.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

void image_free(struct image *image)
{
	free(image->bytes);
	free(image->segments);
	memset(image, 0, sizeof *image);
}

int image_add(struct image *image, uint32_t address, const uint8_t *bytes, size_t size)
{
	struct segment *last = image->count ? &image->segments[image->count - 1] : NULL;
	struct segment *segments;

	if (size == 0)
		return 0;
	memcpy(image->bytes + image->size, bytes, size); /* there is room: see image.h */
	image->size += size;
	if (last && last->address + last->size == address) {
		last->size += size;
		return 0;
	}
	if ((image->count & (image->count - 1)) == 0) { /* full: 0, 1, 2, 4 ... */
		segments = realloc(image->segments, (image->count ? 2 * image->count : 1) * sizeof *segments);
		if (!segments)
			return fail_memory();
		image->segments = segments;
	}
	image->segments[image->count++] = (struct segment){address, image->size - size, size};
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct segment *one = a, *other = b;

	return (one->address > other->address) - (one->address < other->address);
}

int image_sort(struct image *image, const char *path)
{
	if (image->count == 0)
		return fail("%s holds no bytes: dump the device's flash into it", quote(path));
	qsort(image->segments, image->count, sizeof *image->segments, by_address);
	for (size_t i = 0; i + 1 < image->count; i++)
		if (image->segments[i].address + (uint64_t)image->segments[i].size > image->segments[i + 1].address)
			return fail("%s gives the byte at 0x%08X twice: dump the device anew", quote(path),
				    image->segments[i + 1].address);
	return 0;
}

int image_place(struct image *image, const char *path, uint32_t address)
{
	if (image->size > UINT32_MAX - address)
		return fail("%s does not fit from 0x%08X on: correct --at", quote(path), address);
	image->segments[0].address = address;
	return 0;
}

size_t image_read(const struct image *image, uint32_t address, uint8_t *bytes, size_t size)
{
	const uint64_t end = (uint64_t)address + size;
	size_t found = 0;

	if (bytes)
		memset(bytes, 0xFF, size);
	for (size_t i = 0; i < image->count; i++) {
		const struct segment *segment = &image->segments[i];
		const uint64_t from = segment->address > address ? segment->address : address;
		uint64_t to = (uint64_t)segment->address + segment->size;

		to = to < end ? to : end;
		if (from >= to)
			continue;
		if (bytes)
			memcpy(bytes + (from - address), image->bytes + segment->offset + (from - segment->address),
			       to - from);
		found += to - from;
	}
	return found;
}

uint32_t image_first(const struct image *image)
{
	return image->segments[0].address;
}

uint32_t image_last(const struct image *image)
{
	const struct segment *last = &image->segments[image->count - 1];

	return last->address + (uint32_t)(last->size - 1);
}
