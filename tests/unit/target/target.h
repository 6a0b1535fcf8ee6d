/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the programs share with the tests that run them: a mailbox at the start of RAM, which a reset leaves alone. The
 * test puts in which part to run and with what, resets the board, and lets it run until DONE is set.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

#define MAILBOX_DONE    0x600D600Du
#define MAILBOX_RESULTS 56
#define EXPORTS         0x08000200u /* table of addresses, in flash */

struct mailbox {
	uint32_t part; /* what to run */
	uint32_t arguments[4];
	uint32_t done;  /* MAILBOX_DONE at the end */
	uint32_t count; /* results so far */
	uint32_t results[MAILBOX_RESULTS];
};

#ifdef __arm__

extern uint32_t stack_top[];
static volatile struct mailbox mailbox __attribute__((section(".mailbox"), used));

#define REGISTER(address) (*(volatile uint32_t *)(address))

static inline void note(uint32_t value)
{
	if (mailbox.count < MAILBOX_RESULTS)
		mailbox.results[mailbox.count] = value;
	mailbox.count++;
}

static inline void finish(void)
{
	mailbox.done = MAILBOX_DONE;
	for (;;)
		__asm__ volatile("");
}

#endif
#endif
