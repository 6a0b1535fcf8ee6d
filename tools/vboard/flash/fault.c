/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Draws the bits that a torn operation leaves, from the number of the operation and a seed: the same cut tears in the same way.
 */
#include "flash/fault.h"

#include "parts/chip.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* splitmix64: a small generator whose every seed is good. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

int fault_parse_cut(struct fault *fault, const char *text)
{
	static const char *const kinds[] = {[CUT_BEFORE] = "before",
					    [CUT_TORN] = "torn",
					    [CUT_UNSTABLE] = "unstable",
					    [CUT_ECC] = "ecc",
					    [CUT_AFTER] = "after"};
	char *end;
	size_t length;

	fault->cut_at = strtoull(text, &end, 10);
	if (end == text || *text == '-' || !fault->cut_at || *end++ != ':')
		return -1;
	length = strcspn(end, ":");
	fault->cut = CUT_NONE;
	for (enum cut_kind kind = CUT_BEFORE; kind <= CUT_AFTER; kind++)
		if (strlen(kinds[kind]) == length && !strncmp(end, kinds[kind], length))
			fault->cut = kind;
	end += length;
	if (*end == ':' && end[1] != 'f') {
		const char *seed = end + 1;

		fault->seed = strtoull(seed, &end, 10);
		if (end == seed || *seed == '-')
			return -1;
	}
	fault->first_line = !strcmp(end, ":first-line");
	return fault->cut == CUT_NONE || (*end && !fault->first_line) ? -1 : 0;
}

int fault_record_begin(struct fault *fault, const struct flash *flash)
{
	char path[PATH_MAX];
	FILE *file;
	size_t written;

	if (mkdir(fault->record, 0777) && errno != EEXIST)
		return -errno;
	if ((size_t)snprintf(path, sizeof path, "%s/start.bin", fault->record) >= sizeof path)
		return -ENAMETOOLONG;
	file = fopen(path, "w");
	if (!file)
		return -errno;
	written = fwrite(flash->data, 1, flash->chip->flash_size, file);
	if (fclose(file) || written != flash->chip->flash_size)
		return -EIO;
	snprintf(path, sizeof path, "%s/journal", fault->record);
	fault->journal = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
	return fault->journal < 0 ? -errno : 0;
}

static void record(struct fault *fault, enum flash_change change, uint64_t number, uint32_t offset, uint32_t size,
		   const uint8_t *after)
{
	static const char *const names[] = {[FLASH_WORD] = "word",
					    [FLASH_HALF_PAGE] = "half-page",
					    [FLASH_GRANULE] = "granule",
					    [FLASH_ERASE] = "erase"};
	char line[2048];
	int length = snprintf(line, sizeof line, "%" PRIu64 " %s %" PRIx32 " %" PRIx32 " ", number, names[change],
			      offset, size);

	for (uint32_t i = 0; change != FLASH_ERASE && i < size && length + 3 < (int)sizeof line; i++)
		length += snprintf(line + length, sizeof line - (size_t)length, "%02x", after[i]);
	line[length++] = '\n';
	if (write(fault->journal, line, (size_t)length) != length)
		fprintf(stderr, "vboard: --record %s: %s\n", fault->record, strerror(errno));
}

/* The mask is a file of its own, as large as the flash, made when first needed. */
static int map_unstable(struct flash *flash, const char *flash_path, int flags)
{
	char path[PATH_MAX];
	int fd;

	if ((size_t)snprintf(path, sizeof path, "%s.unstable", flash_path) >= sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CLOEXEC | flags, 0666);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (ftruncate(fd, flash->chip->flash_size)) {
		close(fd);
		return -errno;
	}
	flash->fault->unstable = mmap(NULL, flash->chip->flash_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return flash->fault->unstable == MAP_FAILED ? -ENOMEM : 0;
}

int fault_load_unstable(struct flash *flash, const char *flash_path)
{
	flash->fault->random = flash->fault->seed ^ (uint64_t)getpid() << 32;
	return map_unstable(flash, flash_path, flash->fault->cut == CUT_UNSTABLE ? O_CREAT : 0);
}

void fault_tear(enum flash_change change, uint64_t number, uint64_t seed, uint32_t size, const uint8_t *after,
		uint8_t *data, uint8_t *unstable)
{
	uint64_t random = seed * 0x9E3779B97F4A7C15u + number;

	for (uint32_t i = 0; i < size; i++) {
		uint8_t changing = data[i] ^ after[i];
		uint8_t changed = (uint8_t)next_random(&random) & changing;

		/* Tearing an erase disturbs the whole page, also the bits that were erased before. */
		if (change == FLASH_ERASE)
			changing = changed = (uint8_t)next_random(&random);
		data[i] ^= changed;
		if (unstable)
			unstable[i] |= changing;
	}
}

/* What the operation that is cut leaves where it was to change something. */
static void cut(struct flash *flash, enum flash_change change, uint64_t number, uint32_t offset, uint32_t size,
		const uint8_t *after)
{
	struct fault *fault = flash->fault;

	if (fault->cut == CUT_BEFORE || fault->cut == CUT_AFTER)
		return;
	if (fault->cut == CUT_ECC) {
		/* One wrong bit is corrected, two are not. What was spent before is worse than it can become here. */
		if (change == FLASH_GRANULE && !ecc_is_spent(flash, offset))
			ecc_set(flash, offset, fault->seed % 2 ? ECC_BAD : ECC_SPENT);
		return;
	}
	fault_tear(change, number, fault->seed, size, after, flash->data + offset,
		   fault->cut == CUT_UNSTABLE ? fault->unstable + offset : NULL);
	if (change == FLASH_GRANULE)
		ecc_set(flash, offset, ECC_BAD);
	else if (flash->chip->granule)
		ecc_tear_erase(flash, offset, size, fault->seed + number);
}

enum cut_kind fault_at_operation(struct fault *fault, enum flash_change change, uint64_t number, uint32_t offset,
				 uint32_t size, const uint8_t *after)
{
	if (fault->record)
		record(fault, change, number, offset, size, after);
	return number == fault->cut_at ? fault->cut : CUT_NONE;
}

void fault_cut(struct flash *flash, enum flash_change change, uint64_t number, uint32_t offset, uint32_t size,
	       const uint8_t *after)
{
	cut(flash, change, number, offset, size, after);
	if (flash->fault->first_line && flash->chip->granule) {
		memset(flash->data, 0, flash->chip->granule);
		ecc_set(flash, 0, ECC_AS_READ);
	}
}

void fault_reroll(struct flash *flash, uint32_t offset, uint32_t size)
{
	struct fault *fault = flash->fault;

	if (!fault->unstable)
		return;
	for (uint32_t i = offset; i < offset + size && i < flash->chip->flash_size; i++)
		if (fault->unstable[i])
			flash->data[i] ^= fault->unstable[i] & (uint8_t)next_random(&fault->random);
}

void fault_heal(struct flash *flash, uint32_t offset, uint32_t size)
{
	if (flash->fault->unstable)
		memset(flash->fault->unstable + offset, 0, size);
}
