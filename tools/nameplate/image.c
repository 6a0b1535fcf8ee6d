/* SPDX-License-Identifier: MIT */
#include "image.h"

#include "error.h"
#include "formats/formats.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u << 20) /* no STM32 has as much flash, and hex digits take more than twice as much */

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
	memcpy(image->bytes + image->size, bytes, size); /* there is room: see load_text */
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

static int sort(struct image *image, const char *path)
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

static uint8_t *read_all(FILE *file, const char *path, size_t *size)
{
	size_t room = 1u << 16;
	uint8_t *bytes = NULL, *grown;

	for (*size = 0; *size <= FILE_MAX; room *= 2) {
		grown = realloc(bytes, room + 1); /* and a NUL behind it */
		if (!grown) {
			fail_memory();
			break;
		}
		bytes = grown;
		*size += fread(bytes + *size, 1, room - *size, file);
		if (*size < room) {
			if (ferror(file)) {
				fail("%s cannot be read: check the disk", quote(path));
				break;
			}
			bytes[*size] = '\0';
			return bytes;
		}
	}
	if (*size > FILE_MAX)
		fail("%s has more than %u MiB: give a dump of the flash, or of the reserved region alone", quote(path), FILE_MAX >> 20);
	free(bytes);
	return NULL;
}

/* What the file's first line shows it to be. */
static int load(const char *path, uint32_t binary_at, uint8_t *bytes, size_t size, struct image *image)
{
	image->bytes = malloc(size + 1); /* hex digits hold fewer bytes than they are */
	if (!image->bytes)
		return fail_memory();
	if (ihex_looks_like(bytes, size))
		return ihex_read(path, (char *)bytes, image);
	if (srec_looks_like(bytes, size))
		return srec_read(path, (char *)bytes, image);
	image->is_binary = true;
	if (size > UINT32_MAX - binary_at)
		return fail("%s does not fit behind 0x%08X: correct --at", quote(path), binary_at);
	return image_add(image, binary_at, bytes, size);
}

int image_load(const char *path, uint32_t binary_at, struct image *image)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	size_t size;
	int err;

	memset(image, 0, sizeof *image);
	if (!file)
		return fail("%s cannot be read: name a dump of the flash that is there", quote(path));
	bytes = read_all(file, path, &size);
	fclose(file);
	if (!bytes)
		return -1;
	err = load(path, binary_at, bytes, size, image);
	if (!err)
		err = sort(image, path);
	if (err)
		image_free(image);
	free(bytes);
	return err;
}

size_t image_read(const struct image *image, uint32_t address, uint8_t *bytes, size_t size)
{
	const uint64_t end = (uint64_t)address + size;
	size_t found = 0;

	memset(bytes, 0xFF, size);
	for (size_t i = 0; i < image->count; i++) {
		const struct segment *segment = &image->segments[i];
		const uint64_t from = segment->address > address ? segment->address : address;
		uint64_t to = (uint64_t)segment->address + segment->size;

		to = to < end ? to : end;
		if (from >= to)
			continue;
		memcpy(bytes + (from - address), image->bytes + segment->offset + (from - segment->address), to - from);
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
