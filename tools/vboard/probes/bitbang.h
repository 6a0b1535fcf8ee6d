/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The remote_bitbang protocol of OpenOCD: characters to pins. Source of the characters: OpenOCD
 * doc/manual/jtag/drivers/remote_bitbang.txt and src/jtag/drivers/remote_bitbang.c.
 */
#ifndef VBOARD_BITBANG_H
#define VBOARD_BITBANG_H

#include <stdbool.h>
#include <stddef.h>

struct board;

struct bitbang {
	struct board *board;
	bool tck, swclk, swdio, srst;
	bool quit;      /* the other side said Q */
	bool unplugged; /* --unplug: what is under way is still answered, then the connection fails */
};

/* Takes COUNT characters, puts the answers into ANSWERS (room for COUNT), returns how many. */
size_t bitbang_take(struct bitbang *bitbang, const char *characters, size_t count, char *answers);

#endif
