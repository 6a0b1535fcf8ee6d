/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The socket: listens on loopback or a UNIX path, serves one connection, ends with it.
 */
#ifndef VBOARD_SERVER_H
#define VBOARD_SERVER_H

#include <signal.h>
#include <sys/types.h>

struct probe;

/*
 * Opens the listening socket for "unix:PATH" or "tcp:127.0.0.1:PORT", any address of 127.0.0.0/8, port 0: any free one.
 * Returns it, or -1 with one line in `message`.
 */
int server_listen(const char *address, char *message, unsigned message_size);

/* The TCP port on which `listener` listens, as text. 0, or -1 if it has none. */
int server_address(int listener, char *text, unsigned text_size);

/* Waits for one connection and serves it until it ends, the process `owner` (0: none) ends, or `*stop` becomes non-zero.
 * The listening socket is closed, and a UNIX path removed, as soon as the connection is there.
 * Returns 0, or -1 with a line on stderr. */
int server_run(int listener, const char *address, struct probe *probe, pid_t owner, volatile sig_atomic_t *stop);

#endif
