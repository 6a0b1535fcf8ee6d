/* SPDX-License-Identifier: GPL-2.0-only
 *
 * References: RM0351 (STM32L4) section 3.3.2 and RM0433 (STM32H7) section 4.3.8, error code correction; the rules for
 * programming twice are each controller's.
 */
#include "flash/ecc.h"

#include "parts/chip.h"
#include "flash/flash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t count(const struct flash *flash)
{
	return flash->chip->flash_size / flash->chip->granule;
}

static int map(struct flash *flash, int flags)
{
	char path[PATH_MAX];
	uint8_t *states;
	int fd;

	if ((size_t)snprintf(path, sizeof path, "%s.ecc", flash->ecc.path) >= sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CLOEXEC | flags, 0666);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (ftruncate(fd, count(flash))) {
		close(fd);
		return -errno;
	}
	states = mmap(NULL, count(flash), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (states == MAP_FAILED)
		return -ENOMEM;
	flash->ecc.states = states;
	return 0;
}

int ecc_open(struct flash *flash, const char *flash_path)
{
	int err;

	flash->ecc = (struct ecc){.path = flash_path};
	err = flash->chip->granule ? map(flash, 0) : 0;
	for (uint32_t i = 0; flash->ecc.states && i < count(flash); i++)
		flash->ecc.bad += flash->ecc.states[i] == ECC_BAD;
	return err;
}

void ecc_close(struct flash *flash)
{
	if (flash->ecc.states)
		munmap(flash->ecc.states, count(flash));
	flash->ecc.states = NULL;
}

static bool reads_erased(const struct flash *flash, const uint8_t *bytes)
{
	for (uint32_t i = 0; i < flash->chip->granule; i++)
		if (bytes[i] != flash->chip->flash_ops->erased)
			return false;
	return true;
}

bool ecc_is_spent(const struct flash *flash, uint32_t offset)
{
	offset -= offset % flash->chip->granule;
	if (flash->ecc.states && flash->ecc.states[offset / flash->chip->granule] != ECC_AS_READ)
		return true;
	return !reads_erased(flash, flash->data + offset);
}

bool ecc_is_bad(const struct flash *flash, uint32_t offset, uint32_t size)
{
	uint32_t granule = flash->chip->granule;

	if (!flash->ecc.bad) /* also where there is no ECC */
		return false;
	for (uint32_t i = offset / granule; i <= (offset + size - 1) / granule; i++)
		if (flash->ecc.states[i] == ECC_BAD)
			return true;
	return false;
}

void ecc_set(struct flash *flash, uint32_t offset, enum ecc_state state)
{
	uint32_t i = offset / flash->chip->granule;

	if (!flash->ecc.states) {
		int err = state == ECC_AS_READ ? 0 : map(flash, O_CREAT);

		if (err)
			fprintf(stderr, "vboard: %s.ecc: %s\n", flash->ecc.path, strerror(-err));
		if (!flash->ecc.states)
			return;
	}
	flash->ecc.bad += (state == ECC_BAD) - (flash->ecc.states[i] == ECC_BAD);
	flash->ecc.states[i] = (uint8_t)state;
}

void ecc_program(struct flash *flash, uint32_t offset, bool was_spent, const uint8_t *after)
{
	static const uint8_t zeros[32];

	if (was_spent && memcmp(after, zeros, flash->chip->granule))
		ecc_set(flash, offset, ECC_BAD); /* the code is now that of both values at once */
	else
		ecc_set(flash, offset, reads_erased(flash, after) ? ECC_SPENT : ECC_AS_READ);
}

void ecc_erase(struct flash *flash, uint32_t offset, uint32_t size)
{
	for (uint32_t i = 0; flash->ecc.states && i < size; i += flash->chip->granule)
		ecc_set(flash, offset + i, ECC_AS_READ);
}

void ecc_tear_erase(struct flash *flash, uint32_t offset, uint32_t size, uint64_t seed)
{
	uint32_t granule = flash->chip->granule;

	for (uint32_t i = 0; i < size; i += granule) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (seed >> 61 == 0) {
			memset(flash->data + offset + i, flash->chip->flash_ops->erased, granule);
			ecc_set(flash, offset + i, ECC_AS_READ);
		} else {
			ecc_set(flash, offset + i, ECC_BAD);
		}
	}
}
