/* SPDX-License-Identifier: MIT */
#include "dump.h"

#include "error.h"
#include "formats/formats.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u << 20) /* no STM32 has as much flash, and hex digits take more than twice as much */

static uint8_t *read_all(FILE *file, const char *path, size_t *size)
{
	size_t room = 1u << 16;
	uint8_t *bytes = NULL, *grown;

	for (*size = 0; *size <= FILE_MAX; room *= 2) {
		grown = realloc(bytes, room + 1); /* and a NUL after it */
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
		fail("%s has more than %u MiB: give a dump of the flash, or of the reserved region alone", quote(path),
		     FILE_MAX >> 20);
	free(bytes);
	return NULL;
}

uint8_t *dump_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;

	if (!file) {
		fail("%s cannot be read: name a file that is there", quote(path));
		return NULL;
	}
	bytes = read_all(file, path, size);
	fclose(file);
	return bytes;
}

/* What the file's first line shows it to be. */
static int load(const char *path, uint8_t *bytes, size_t size, struct image *image)
{
	image->bytes = malloc(size + 1); /* hex digits hold fewer bytes than they are */
	if (!image->bytes)
		return fail_memory();
	if (ihex_looks_like(bytes, size))
		return ihex_read(path, (char *)bytes, image);
	if (srec_looks_like(bytes, size))
		return srec_read(path, (char *)bytes, image);
	image->is_binary = true;
	return image_add(image, 0, bytes, size);
}

int dump_load(const char *path, struct image *image)
{
	uint8_t *bytes;
	size_t size;
	int err;

	memset(image, 0, sizeof *image);
	bytes = dump_read(path, &size);
	if (!bytes)
		return -1;
	err = load(path, bytes, size, image);
	if (!err)
		err = image_sort(image, path);
	if (err)
		image_free(image);
	free(bytes);
	return err;
}
