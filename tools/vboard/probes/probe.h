/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a debugger connects to: one protocol per file, a row each in the table of probes. The server moves bytes between a
 * socket and the probe; the probe drives the board's pins.
 */
#ifndef VBOARD_PROBE_H
#define VBOARD_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct probe;

#define PROBE_ANSWER 65536 /* bytes of room for the answers to one call of take */

struct probe_ops {
	const char *name;  /* as in --probe, and in VBOARD_PROBE of the virtual board files */
	const char *about; /* for --help */
	/* Prepares a probe of `variant` (what comes after the colon in --probe NAME:VARIANT, or NULL). 0, or -1 if there is none
	 * of that name. */
	int (*open)(struct probe *probe, const char *variant);
	/* Takes what it can of `count` bytes from the debugger, puts the answers into `answers` (room for PROBE_ANSWER) and their
	 * number into `*answered`. Returns how many bytes it has taken; what it leaves comes again, with more after it. */
	size_t (*take)(struct probe *probe, const uint8_t *bytes, size_t count, uint8_t *answers, size_t *answered);
	/* What the probe says first, when somebody connects; or NULL. Returns the number of bytes. */
	size_t (*greet)(struct probe *probe, uint8_t *answers);
	/* Called every few milliseconds until somebody connects, with the IPv4 address on which it listens, in network order; or
	 * NULL. */
	void (*announce)(struct probe *probe, uint32_t address);
	size_t size; /* of the probe's own state, bytes */
};

struct probe {
	const struct probe_ops *ops;
	struct board *board;
	const char *serial; /* its serial number, text */
	bool quit;          /* the debugger has ended the session */
	bool hang_up;       /* the connection is to fail: what is under way is still answered */
	void *state;
};

extern const struct probe_ops probe_bitbang, probe_stlink, probe_jlink, probe_cmsis_dap;

/* The probe that NAME[:VARIANT] names, on `board`, with `serial`. 0, or -1 with one line in `message`. */
int probe_open(struct probe *probe, const char *name, struct board *board, const char *serial, char *message,
	       unsigned message_size);
void probe_close(struct probe *probe);

/* The rows of the table, for --help: the probe of index I, or NULL after the last. */
const struct probe_ops *probe_at(unsigned i);

/* Is the probe pulled out, as --unplug asked? */
bool probe_unplugged(const struct probe *probe);

#endif
