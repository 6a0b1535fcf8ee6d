/* SPDX-License-Identifier: MIT */
/*
 * st-flash (github.com/stlink-org/stlink, 1.7): it erases every page that it writes, so it gets the whole region. The script
 * holds the bytes itself, as Intel HEX.
 */
#include "formats.h"

static void stflash_write(const struct output *output, FILE *to)
{
	fputs("#!/bin/sh\n# Written by nameplate.\nset -e\nhex=$(mktemp)\ntrap 'rm -f \"$hex\"' EXIT\ncat >\"$hex\" <<'END'\n",
	      to);
	ihex_write(output, to);
	fputs("END\nst-flash --format ihex write \"$hex\"\n", to);
}

const struct format stflash_format = {
	.name = "st-flash",
	.help = "shell script: st-flash, the whole region",
	.write = stflash_write,
	.takes = WHOLE,
	.erases = true,
};
