/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The words are kept in a file beside the flash's, little-endian, in the order of the controller.
 */
#include "flash/options.h"

#include "bus.h"
#include "parts/chip.h"
#include "flash/flash.h"
#include "stats.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_SIZE (4 * OPTION_WORDS)

/* The file's name in `path`. False: it is too long. */
static bool file_name(const struct flash *flash, char path[PATH_MAX])
{
	return (size_t)snprintf(path, PATH_MAX, "%s.options", flash->options.path) < PATH_MAX;
}

int options_open(struct flash *flash, const char *flash_path)
{
	uint8_t bytes[FILE_SIZE];
	char path[PATH_MAX];
	ssize_t got;
	int fd;

	flash->options = (struct option_bytes){.path = flash_path};
	if (!file_name(flash, path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	got = read(fd, bytes, sizeof bytes);
	close(fd);
	if (got != (ssize_t)sizeof bytes)
		return got < 0 ? -errno : -EINVAL;
	for (int i = 0; i < OPTION_WORDS; i++)
		flash->options.words[i] = bytes_load(bytes + 4 * i, 4);
	flash->options.known = true;
	return 0;
}

void options_ship(struct flash *flash, const uint32_t *words, unsigned count)
{
	if (flash->options.known)
		return;
	memcpy(flash->options.words, words, count * sizeof *words);
	flash->options.known = true;
}

void options_save(struct flash *flash)
{
	uint8_t bytes[FILE_SIZE];
	char path[PATH_MAX];
	int fd;

	if (!flash->options.path || flash->dead)
		return;
	for (int i = 0; i < OPTION_WORDS; i++)
		bytes_store(bytes + 4 * i, 4, flash->options.words[i]);
	fd = file_name(flash, path) ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
	if (fd < 0 || pwrite(fd, bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		fprintf(stderr, "vboard: %s.options: %s\n", flash->options.path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void options_to_bytes(struct flash *flash, uint8_t *bytes, unsigned size)
{
	for (unsigned i = 0; i < size / 4; i++) {
		if (flash->options.known)
			bytes_store(bytes + 4 * i, 4, flash->options.words[i]);
		else
			flash->options.words[i] = bytes_load(bytes + 4 * i, 4);
	}
	flash->options.known = true;
	bus_mark_dirty(flash->bus, bytes, size);
}

void options_from_bytes(struct flash *flash, const uint8_t *bytes, unsigned size)
{
	for (unsigned i = 0; i < size / 4; i++)
		flash->options.words[i] = bytes_load(bytes + 4 * i, 4);
	bus_mark_dirty(flash->bus, bytes, size);
	options_save(flash);
}

void options_protect_reads(struct flash *flash, bool on)
{
	if (on && !flash->read_protected)
		fprintf(stderr, "vboard: read protection is in force: the flash cannot be accessed\n");
	flash->read_protected = on;
}

void options_refuse_level_2(struct flash *flash)
{
	flash->stats->flash_errors++;
	fprintf(stderr, "vboard: read protection level 2 is for ever, and is refused here\n");
}

void options_mass_erase(struct flash *flash, uint64_t duration_ns)
{
	flash_apply(flash, FLASH_ERASE, 0, flash->chip->flash_size, NULL, duration_ns);
	if (!flash->eeprom || flash->dead)
		return;
	memset(flash->eeprom, flash->chip->flash_ops->erased, flash->chip->eeprom_size);
	bus_mark_dirty(flash->bus, flash->eeprom, flash->chip->eeprom_size);
}
