/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The counters are written as text, beside their file first, so that a reader never sees half of them.
 */
#include "stats.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	{"tck", offsetof(struct stats, tck)},
	{"wire_bytes", offsetof(struct stats, wire_bytes)},
	{"dp_reads", offsetof(struct stats, dp_reads)},
	{"dp_writes", offsetof(struct stats, dp_writes)},
	{"ap_reads", offsetof(struct stats, ap_reads)},
	{"ap_writes", offsetof(struct stats, ap_writes)},
	{"flash_words", offsetof(struct stats, flash_words)},
	{"flash_half_pages", offsetof(struct stats, flash_half_pages)},
	{"flash_granules", offsetof(struct stats, flash_granules)},
	{"flash_pages_erased", offsetof(struct stats, flash_pages_erased)},
	{"flash_ops", offsetof(struct stats, flash_ops)},
	{"flash_overwrites", offsetof(struct stats, flash_overwrites)},
	{"flash_errors", offsetof(struct stats, flash_errors)},
	{"flash_busy_ns", offsetof(struct stats, flash_busy_ns)},
	{"ecc_errors", offsetof(struct stats, ecc_errors)},
	{"instructions", offsetof(struct stats, instructions)},
	{"time_ns", offsetof(struct stats, time_ns)},
	{"cpu_us", offsetof(struct stats, cpu_us)},
	{"unmodelled", offsetof(struct stats, unmodelled)},
};

static uint64_t counter_value(const struct stats *stats, size_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)stats + offset, sizeof value);
	return value;
}

static uint64_t processor_time_us(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return 0;
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000u +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* What may be removed, or replaced by another file. A device or a pipe is only written to. */
static int is_plain(const char *path)
{
	struct stat st;

	return lstat(path, &st) || S_ISREG(st.st_mode);
}

void stats_drop(const char *path)
{
	if (is_plain(path))
		unlink(path);
}

int stats_write(struct stats *stats, const char *path)
{
	int plain = is_plain(path);
	char partial[PATH_MAX];
	FILE *file;

	stats->cpu_us = processor_time_us();
	/* A reader never sees half a file: write beside it, then rename. */
	if ((size_t)snprintf(partial, sizeof partial, "%s.part", path) >= sizeof partial)
		return -ENAMETOOLONG;
	file = fopen(plain ? partial : path, "w");
	if (!file)
		return -errno;
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		fprintf(file, "%s=%" PRIu64 "\n", counters[i].name, counter_value(stats, counters[i].offset));
	if (fclose(file) || (plain && rename(partial, path)))
		return -errno;
	return 0;
}

void stats_unmodelled(struct stats *stats, const char *what, uint32_t address)
{
	static struct {
		const char *what;
		uint32_t address;
	} seen[256];
	uint64_t known = stats->unmodelled < 256 ? stats->unmodelled : 256;

	for (uint64_t i = 0; i < known; i++)
		if (seen[i].address == address && !strcmp(seen[i].what, what))
			return;
	if (known < 256) {
		seen[known].what = what;
		seen[known].address = address;
	}
	stats->unmodelled++;
	fprintf(stderr, "vboard: not modelled: %s 0x%08" PRIX32 "\n", what, address);
}
