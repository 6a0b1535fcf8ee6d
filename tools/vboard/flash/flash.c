/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The file is mapped and shared, so that it is what the device would be, whatever ends the process. All changes pass through
 * flash_apply, where operations are counted, recorded and cut.
 */
#include "flash/flash.h"

#include "bus.h"
#include "parts/chip.h"
#include "flash/fault.h"
#include "stats.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What was kept beside a flash file that is gone belongs to no device any more. */
static int drop_left_behind(const char *path)
{
	static const char *const beside[] = {"options", "ecc", "unstable"};
	char name[4096];

	for (unsigned i = 0; i < sizeof beside / sizeof *beside; i++) {
		if ((size_t)snprintf(name, sizeof name, "%s.%s", path, beside[i]) >= sizeof name)
			return -ENAMETOOLONG;
		if (unlink(name) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* A new device: all bytes erased. Made beside its place and renamed, so that a half-made file is never found. */
static int create_erased(const char *path, const struct chip *chip)
{
	char partial[4096];
	uint8_t page[4096];
	int fd, err = 0;

	if ((size_t)snprintf(partial, sizeof partial, "%s.%ld.new", path, (long)getpid()) >= sizeof partial)
		return -ENAMETOOLONG;
	memset(page, chip->flash_ops->erased, sizeof page);
	fd = open(partial, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	for (uint32_t done = 0; done < chip->flash_size && !err; done += sizeof page)
		if (write(fd, page, sizeof page) != (ssize_t)sizeof page)
			err = -EIO;
	if (close(fd) && !err)
		err = -errno;
	if (!err && link(partial, path) && errno != EEXIST)
		err = -errno;
	unlink(partial);
	return err;
}

/* A board whose debugger has just gone may still be ending: give it a moment. */
static int lock_file(int fd)
{
	const struct timespec pause = {.tv_nsec = 20000000};

	for (int tries = 250; flock(fd, LOCK_EX | LOCK_NB); tries--) {
		if (!tries)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int flash_open(struct flash *flash, const struct chip *chip, const char *path, char *message, unsigned message_size)
{
	struct stat st;
	int err = 0;

	flash->chip = chip;
	flash->fd = open(path, O_RDWR | O_CLOEXEC);
	if (flash->fd < 0 && errno == ENOENT) {
		err = drop_left_behind(path);
		if (!err)
			err = create_erased(path, chip);
		flash->fd = err ? -1 : open(path, O_RDWR | O_CLOEXEC);
	}
	if (flash->fd < 0) {
		snprintf(message, message_size, "flash file %s: %s; name a file that can be written", path,
			 strerror(err ? -err : errno));
		return -1;
	}
	if (fstat(flash->fd, &st) || !S_ISREG(st.st_mode) || st.st_size != (off_t)chip->flash_size) {
		snprintf(message, message_size,
			 "flash file %s: is %lld bytes, the flash of %s has %u; name another file or remove this one",
			 path, (long long)st.st_size, chip->name, (unsigned)chip->flash_size);
		goto fail;
	}
	if (lock_file(flash->fd)) {
		snprintf(message, message_size,
			 "flash file %s: in use by another vboard; name another file or end that one", path);
		goto fail;
	}
	flash->data = mmap(NULL, chip->flash_size, PROT_READ | PROT_WRITE, MAP_SHARED, flash->fd, 0);
	flash->after = malloc(chip->flash_size);
	flash->state = calloc(1, chip->flash_ops->state_size);
	if (!flash->after || !flash->state)
		abort();
	if (flash->data != MAP_FAILED)
		return 0;
	free(flash->after);
	free(flash->state);
	snprintf(message, message_size, "flash file %s: %s", path, strerror(errno));
fail:
	close(flash->fd);
	return -1;
}

void flash_close(struct flash *flash)
{
	ecc_close(flash);
	munmap(flash->data, flash->chip->flash_size);
	free(flash->after);
	free(flash->state);
	close(flash->fd);
}

static int flash_bus_write(void *ctx, uint32_t offset, unsigned size, uint32_t value)
{
	struct flash *flash = ctx;

	return flash->chip->flash_ops->mem_write(flash, offset, size, value);
}

static int flash_before_read(void *ctx, uint32_t offset, unsigned size)
{
	struct flash *flash = ctx;

	bool bad = ecc_is_bad(flash, offset, size);

	fault_reroll(flash, offset, size);
	flash->stats->ecc_errors += bad;
	if (!flash->chip->flash_ops->mem_read)
		return 0;
	return flash->chip->flash_ops->mem_read(flash, offset, bad,
						flash->cpu_is_reading && flash->cpu_is_reading(flash->ctx));
}

static int regs_bus_read(void *ctx, uint32_t offset, uint32_t *value)
{
	struct flash *flash = ctx;

	return flash->chip->flash_ops->reg_read(flash, offset, value);
}

static int regs_bus_write(void *ctx, uint32_t offset, uint32_t value, uint32_t mask)
{
	struct flash *flash = ctx;

	if (mask != 0xFFFFFFFFu)
		stats_unmodelled(flash->stats, "narrow write to flash register", offset);
	return flash->chip->flash_ops->reg_write(flash, offset, value);
}

void flash_attach(struct flash *flash, struct bus *bus, struct stats *stats)
{
	const uint32_t places[] = {flash->chip->flash_base, flash->chip->flash_alias};
	unsigned count = places[0] == places[1] ? 1 : 2;
	bool unsound = flash->fault->unstable || flash->chip->granule;

	flash->bus = bus;
	flash->stats = stats;
	for (unsigned i = 0; i < count; i++)
		bus_add_memory(bus, (struct bus_memory){.base = places[i],
							.size = flash->chip->flash_size,
							.data = flash->data,
							.write = flash_bus_write,
							.before_read = unsound ? flash_before_read : NULL,
							.shut = &flash->read_protected,
							.ctx = flash});
	bus_add_device(bus, (struct bus_device){"FLASH", flash->chip->flash_regs, 0x400, regs_bus_read, regs_bus_write,
						flash});
}

static int option_bus_write(void *ctx, uint32_t offset, unsigned size, uint32_t value)
{
	struct flash *flash = ctx;

	return flash->chip->flash_ops->option_write(flash, offset, size, value);
}

void flash_attach_options(struct flash *flash, struct bus_memory *memory)
{
	if (!flash->chip->flash_ops->option_write)
		return;
	flash->option = memory->data;
	memory->write = option_bus_write;
	memory->ctx = flash;
}

void flash_reset(struct flash *flash)
{
	flash->busy_until_ns = 0;
	flash->chip->flash_ops->reset(flash);
}

#define LONG_WAIT_NS 20000000u

/* The number of the operation, from 1. */
static uint64_t count(struct flash *flash, enum flash_change change)
{
	switch (change) {
	case FLASH_WORD:
		flash->stats->flash_words++;
		break;
	case FLASH_HALF_PAGE:
		flash->stats->flash_half_pages++;
		break;
	case FLASH_GRANULE:
		flash->stats->flash_granules++;
		break;
	case FLASH_ERASE:
		flash->stats->flash_pages_erased++;
		break;
	}
	return ++flash->stats->flash_ops;
}

/* The L1 and L0: `new` over `old`, which have a code each. Both are ORed, so the code fits nothing any more, and what is read has
 * been corrected by it: any word but the OR of the two. */
static uint32_t merged(uint32_t address, uint32_t old, uint32_t new)
{
	uint32_t any = (old ^ address) * 2654435761u ^ new * 2246822519u;

	if (!old || !new || old == new)
		return old | new;
	return any == (old | new) ? ~any : any;
}

/* Programming moves bits away from the erased value only: what is already programmed stays, whatever is written. */
static void programmed(struct flash *flash, uint32_t offset, uint32_t size, const uint8_t *bytes, uint8_t *after)
{
	uint8_t erased = flash->chip->flash_ops->erased;
	unsigned unit = size < 4 ? size : 4;

	if (flash->chip->granule) {
		if (ecc_is_spent(flash, offset)) {
			flash->stats->flash_overwrites++;
			fprintf(stderr, "vboard: granule at 0x%08X programmed twice\n",
				(unsigned)(flash->chip->flash_base + offset));
		}
		for (uint32_t i = 0; i < size; i++)
			after[i] = flash->data[offset + i] & bytes[i];
		return;
	}

	for (uint32_t i = 0; i < size; i += unit) {
		uint32_t old = bytes_load(flash->data + offset + i, unit), new = bytes_load(bytes + i, unit);

		if (old != (erased * 0x01010101u) >> (32 - 8 * unit) && old != new) {
			flash->stats->flash_overwrites++;
			fprintf(stderr, "vboard: flash at 0x%08X programmed twice: 0x%X over 0x%X\n",
				(unsigned)(flash->chip->flash_base + offset + i), (unsigned)new, (unsigned)old);
		}
		bytes_store(after + i, unit,
			    erased ? old & new : merged(flash->chip->flash_base + offset + i, old, new));
	}
}

/* Operation done: `size` bytes at `offset` are `after`, and sound. */
static void done(struct flash *flash, enum flash_change change, uint32_t offset, uint32_t size, const uint8_t *after)
{
	bool was_spent = change == FLASH_GRANULE && ecc_is_spent(flash, offset);

	memcpy(flash->data + offset, after, size);
	if (change == FLASH_GRANULE)
		ecc_program(flash, offset, was_spent, after);
	if (change != FLASH_ERASE)
		return;
	fault_heal(flash, offset, size);
	ecc_erase(flash, offset, size);
}

void flash_apply(struct flash *flash, enum flash_change change, uint32_t offset, uint32_t size, const uint8_t *bytes,
		 uint64_t duration_ns)
{
	uint8_t *after = flash->after;
	uint64_t number;
	enum cut_kind cut;

	if (flash->dead)
		return;
	/* The bus stalls an operation that comes while another is under way (RM0038 section 3.3.4). */
	if (flash->stats->time_ns < flash->busy_until_ns)
		flash->stats->time_ns = flash->busy_until_ns;
	number = count(flash, change);
	if (change == FLASH_ERASE)
		memset(after, flash->chip->flash_ops->erased, size);
	else
		programmed(flash, offset, size, bytes, after);
	cut = fault_at_operation(flash->fault, change, number, offset, size, after);
	if (cut == CUT_NONE || cut == CUT_AFTER)
		done(flash, change, offset, size, after);
	if (cut != CUT_NONE) {
		fault_cut(flash, change, number, offset, size, after);
		flash->dead = true;
		return;
	}
	bus_mark_dirty(flash->bus, flash->data + offset, size);
	flash->busy_until_ns = flash->stats->time_ns + duration_ns;
	flash->stats->flash_busy_ns += duration_ns;
}

bool flash_poll_busy(struct flash *flash)
{
	uint64_t left;

	if (flash->stats->time_ns >= flash->busy_until_ns)
		return false;
	left = flash->busy_until_ns - flash->stats->time_ns;
	if (!flash->cpu_is_running || !flash->cpu_is_running(flash->ctx))
		flash->stats->time_ns = flash->busy_until_ns;
	else if (left > LONG_WAIT_NS)
		flash->stats->time_ns += left / 2;
	return true;
}
