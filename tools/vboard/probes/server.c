/* SPDX-License-Identifier: GPL-2.0-only */
#include "probes/server.h"

#include "probes/bitbang.h"
#include "board.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Instructions between two looks at the socket: 20,000 made debugger reads 15 times slower. */
#define SLICE 1000
/* Slices after which a core that nobody talks to runs no faster than its clock. */
#define UNPACED_SLICES 2000

static const char *unix_path(const char *address)
{
	return strncmp(address, "unix:", 5) ? NULL : address + 5;
}

static int bind_unix(int fd, const char *path, char *message, unsigned message_size)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	if (!*path) { /* to the kernel that means any unused name */
		snprintf(message, message_size, "--listen unix: needs a path");
		return -1;
	}
	if (strlen(path) >= sizeof sun.sun_path) {
		snprintf(message, message_size, "--listen unix:%s: path longer than %zu bytes; use a shorter one", path,
			 sizeof sun.sun_path - 1);
		return -1;
	}
	strcpy(sun.sun_path, path);
	if (!bind(fd, (struct sockaddr *)&sun, sizeof sun))
		return 0;
	snprintf(message, message_size, "--listen unix:%s: %s; use another path%s", path, strerror(errno),
		 errno == EADDRINUSE ? " or end the vboard that listens there" : "");
	return -1;
}

static int bind_tcp(int fd, const char *address, char *message, unsigned message_size)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char *end;
	unsigned long port = strtoul(address + strlen("tcp:127.0.0.1:"), &end, 10);
	int one = 1;

	if (*end || !port || port > 65535) {
		snprintf(message, message_size, "--listen %s: the port is a number from 1 to 65535", address);
		return -1;
	}
	sin.sin_port = htons((uint16_t)port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (!bind(fd, (struct sockaddr *)&sin, sizeof sin))
		return 0;
	snprintf(message, message_size, "--listen %s: %s; use another port", address, strerror(errno));
	return -1;
}

int server_listen(const char *address, char *message, unsigned message_size)
{
	const char *path = unix_path(address);
	int fd, err;

	if (!path && strncmp(address, "tcp:127.0.0.1:", 14)) {
		snprintf(message, message_size, "--listen %s: say unix:PATH or tcp:127.0.0.1:PORT (loopback only)", address);
		return -1;
	}
	fd = socket(path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		snprintf(message, message_size, "--listen %s: %s", address, strerror(errno));
		return -1;
	}
	err = path ? bind_unix(fd, path, message, message_size) : bind_tcp(fd, address, message, message_size);
	if (!err && !listen(fd, 1))
		return fd;
	close(fd);
	return -1;
}

/* SIGTERM and SIGINT come only in here, so that none is lost between looking at *stop and waiting. MS as for poll. */
static int wait_for(struct pollfd *fds, nfds_t count, int ms)
{
	const struct timespec timeout = {.tv_nsec = ms * 1000000L};
	sigset_t none;

	sigemptyset(&none);
	return ppoll(fds, count, ms < 0 ? NULL : &timeout, &none);
}

/* Waits for the connection, or for the owner's end, whichever comes first. */
static int accept_one(int listener, int owner_fd, volatile sig_atomic_t *stop)
{
	struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = owner_fd, .events = POLLIN}};
	int one = 1, fd;

	while (!*stop) {
		fds[0].revents = fds[1].revents = 0;
		if (wait_for(fds, 2, -1) < 0 && errno != EINTR)
			return -1;
		if (fds[0].revents & POLLIN) {
			fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			if (fd >= 0)
				setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
			return fd;
		}
		if (fds[1].revents)
			break;
	}
	return -1;
}

static int send_all(int fd, const char *data, size_t count)
{
	while (count) {
		ssize_t sent = send(fd, data, count, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return -1;
		data += sent;
		count -= (size_t)sent;
	}
	return 0;
}

/* How long to wait for the debugger, in ms: not at all while the core has work to do, a little when it is ahead of its
 * clock and nobody talks to it, for ever when it stands still. */
static int patience(const struct board *board, unsigned quiet_slices)
{
	const struct core *core = &board->core;

	if (core->halted || core->lockup || board->flash.dead)
		return -1;
	if (core->sleeping)
		return 1;
	return quiet_slices > UNPACED_SLICES ? 1 : 0;
}

static void serve(int fd, int owner_fd, struct board *board, volatile sig_atomic_t *stop)
{
	static char in[65536], out[65536];
	struct bitbang bitbang = {.board = board};
	struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = owner_fd, .events = POLLIN}};
	unsigned quiet_slices = 0;

	while (!*stop && !bitbang.quit) {
		if (wait_for(fds, 2, bitbang.srst ? -1 : patience(board, quiet_slices)) < 0 && errno != EINTR)
			return;
		if (fds[0].revents) {
			ssize_t count = recv(fd, in, sizeof in, 0);
			size_t answers;

			if (count < 0 && errno == EINTR)
				continue;
			if (count <= 0)
				return;
			quiet_slices = 0;
			answers = bitbang_take(&bitbang, in, (size_t)count, out);
			if (send_all(fd, out, answers))
				return;
			/* OpenOCD 0.12 stops in an assertion when a read finds the end of the connection, and reports an error
			 * when a write fails, as a probe's driver does: so it may read, and cannot write. */
			if (bitbang.unplugged)
				shutdown(fd, SHUT_RD);
		} else if (fds[1].revents) {
			return;
		}
		fds[0].revents = fds[1].revents = 0;
		if (!board->core.halted && !board->core.lockup && !bitbang.srst && !board->flash.dead) {
			core_run(&board->core, SLICE);
			quiet_slices++;
		}
	}
}

int server_run(int listener, const char *address, struct board *board, pid_t owner, volatile sig_atomic_t *stop)
{
	int owner_fd = owner ? (int)syscall(SYS_pidfd_open, owner, 0) : -1;
	int fd = -1;

	if (!owner || owner_fd >= 0)
		fd = accept_one(listener, owner_fd, stop);
	close(listener);
	if (unix_path(address))
		unlink(unix_path(address));
	if (fd >= 0) {
		serve(fd, owner_fd, board, stop);
		close(fd);
	}
	if (owner_fd >= 0)
		close(owner_fd);
	return 0;
}
