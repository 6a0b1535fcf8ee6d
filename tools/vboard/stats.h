/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the board counts, and its clock. One instance per board; every layer adds to it, nobody resets it.
 */
#ifndef VBOARD_STATS_H
#define VBOARD_STATS_H

#include <stdint.h>

struct stats {
	uint64_t tck;                 /* rising edges of TCK or SWCLK */
	uint64_t wire_bytes;          /* between the debugger and the probe, both ways */
	uint64_t dp_reads, dp_writes; /* debug port accesses */
	uint64_t ap_reads, ap_writes; /* memory access port accesses */
	uint64_t flash_words;      /* words programmed, or units that the controller takes instead (half-words on F1) */
	uint64_t flash_half_pages; /* half pages programmed */
	uint64_t flash_granules;   /* granules of flash with ECC programmed */
	uint64_t flash_pages_erased; /* pages or sectors erased, or the whole flash at once */
	uint64_t flash_ops;          /* all of the above: changes of flash, of any kind */
	uint64_t flash_overwrites;   /* words programmed that were not erased: nobody should */
	uint64_t flash_errors;       /* operations that the controller refused */
	uint64_t flash_busy_ns;      /* how long these kept the flash busy, as modelled */
	uint64_t ecc_errors;         /* reads that met a granule whose bytes and code disagree */
	uint64_t instructions;       /* executed by the core */
	uint64_t time_ns;            /* modelled time: TCK periods + instructions + waiting for flash */
	uint64_t cpu_us;             /* processor time of this process, filled in by stats_write */
	uint64_t unmodelled;         /* different places touched that the model does not know */
};

/* Removes what an earlier board wrote to `path`. It may have written that only now, while it ended: called once the flash file
 * is locked, which is when no other board is on it. */
void stats_drop(const char *path);

/* Writes `key=value` lines, the names as above, to `path`, replacing it whole; to a device or a pipe, writes them there.
 * Returns 0, or a negative errno. */
int stats_write(struct stats *stats, const char *path);

/* Says once per message and address, on stderr, that the model met something it does not know, and counts it. */
void stats_unmodelled(struct stats *stats, const char *what, uint32_t address);

#endif
