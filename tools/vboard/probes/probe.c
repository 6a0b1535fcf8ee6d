/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The table of probes. A new one is a file of its own and a row here.
 */
#include "probes/probe.h"

#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct probe_ops *const probes[] = {&probe_bitbang, &probe_stlink, &probe_jlink, &probe_cmsis_dap};

const struct probe_ops *probe_at(unsigned i)
{
	return i < sizeof probes / sizeof *probes ? probes[i] : NULL;
}

int probe_open(struct probe *probe, const char *name, struct board *board, const char *serial, char *message,
	       unsigned message_size)
{
	size_t length = strcspn(name, ":");
	const char *variant = name[length] ? name + length + 1 : NULL;

	*probe = (struct probe){.board = board, .serial = serial};
	for (unsigned i = 0; probe_at(i); i++)
		if (strlen(probe_at(i)->name) == length && !strncmp(name, probe_at(i)->name, length))
			probe->ops = probe_at(i);
	if (probe->ops) {
		probe->state = calloc(1, probe->ops->size);
		if (!probe->state)
			abort();
		if (!probe->ops->open(probe, variant))
			return 0;
		free(probe->state);
	}
	snprintf(message, message_size, "--probe %s: not known; see vboard --help", name);
	return -1;
}

void probe_close(struct probe *probe)
{
	free(probe->state);
}

bool probe_unplugged(const struct probe *probe)
{
	const struct board *board = probe->board;

	return board->fault.unplug_at && board->stats.ap_reads + board->stats.ap_writes >= board->fault.unplug_at;
}
