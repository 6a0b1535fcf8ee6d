/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One thread: it waits for the socket, and between two looks at it lets the core run a slice of instructions.
 */
#include "probes/server.h"

#include "board.h"
#include "probes/probe.h"

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
/* Between two announcements of a probe that has to be found. */
#define ANNOUNCE_MS 1

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

/* Splits "tcp:127.X.Y.Z:PORT". 0, or -1. */
static int parse_tcp(const char *address, struct sockaddr_in *sin)
{
	char host[16];
	const char *colon = strrchr(address, ':');
	size_t length = colon && colon > address + 4 ? (size_t)(colon - address - 4) : 0;
	unsigned long port;
	char *end;

	if (!length || length >= sizeof host)
		return -1;
	memcpy(host, address + 4, length);
	host[length] = 0;
	port = strtoul(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end || port > 65535 || inet_pton(AF_INET, host, &sin->sin_addr) != 1 ||
	    ntohl(sin->sin_addr.s_addr) >> 24 != 127)
		return -1;
	sin->sin_family = AF_INET;
	sin->sin_port = htons((uint16_t)port);
	return 0;
}

static int bind_tcp(int fd, const char *address, char *message, unsigned message_size)
{
	struct sockaddr_in sin = {0};
	int one = 1;

	if (parse_tcp(address, &sin)) {
		snprintf(message, message_size, "--listen %s: the port is a number from 0, any free one, to 65535",
			 address);
		return -1;
	}
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

	if (!path && strncmp(address, "tcp:127.", 8)) {
		snprintf(message, message_size, "--listen %s: say unix:PATH or tcp:127.0.0.1:PORT (loopback only)",
			 address);
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

/* Says that it is there, if the probe has to be found. */
static void announce(int listener, struct probe *probe)
{
	struct sockaddr_in sin = {0};
	socklen_t size = sizeof sin;

	if (probe->ops->announce && !getsockname(listener, (struct sockaddr *)&sin, &size) && sin.sin_family == AF_INET)
		probe->ops->announce(probe, sin.sin_addr.s_addr);
}

/* Waits for the connection, or for the owner's end, whichever comes first. */
static int accept_one(int listener, int owner_fd, struct probe *probe, volatile sig_atomic_t *stop)
{
	struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = owner_fd, .events = POLLIN}};
	int one = 1, fd;

	while (!*stop) {
		fds[0].revents = fds[1].revents = 0;
		announce(listener, probe);
		if (wait_for(fds, 2, probe->ops->announce ? ANNOUNCE_MS : -1) < 0 && errno != EINTR)
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

static int send_all(int fd, const uint8_t *data, size_t count)
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

	if (board_stands_still(board))
		return -1;
	if (core->sleeping)
		return 1;
	return quiet_slices > UNPACED_SLICES ? 1 : 0;
}

/* What has come and is not yet taken. */
struct input {
	uint8_t bytes[65536];
	size_t count;
};

/* Hands the probe what has come, and sends its answers, until it wants more. -1 when the connection is over. */
static int take_all(int fd, struct probe *probe, struct input *input)
{
	static uint8_t answers[PROBE_ANSWER];
	struct stats *stats = &probe->board->stats;
	size_t taken, answered, done = 0;

	do {
		taken = probe->ops->take(probe, input->bytes + done, input->count - done, answers, &answered);
		done += taken;
		stats->wire_bytes += taken + answered;
		if (send_all(fd, answers, answered))
			return -1;
	} while (taken && done < input->count && !probe->quit);
	input->count -= done;
	memmove(input->bytes, input->bytes + done, input->count);
	return input->count == sizeof input->bytes ? -1 : 0; /* a request that never ends */
}

/* Reads once. -1 when the connection is over. */
static int receive(int fd, struct input *input)
{
	ssize_t count = recv(fd, input->bytes + input->count, sizeof input->bytes - input->count, 0);

	if (count < 0 && errno == EINTR)
		return 0;
	if (count <= 0)
		return -1;
	input->count += (size_t)count;
	return 0;
}

static int greet(int fd, struct probe *probe)
{
	uint8_t greeting[512];

	return probe->ops->greet ? send_all(fd, greeting, probe->ops->greet(probe, greeting)) : 0;
}

static void serve(int fd, int owner_fd, struct probe *probe, volatile sig_atomic_t *stop)
{
	static struct input input;
	struct board *board = probe->board;
	struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = owner_fd, .events = POLLIN}};
	unsigned quiet_slices = 0;

	if (greet(fd, probe))
		return;
	while (!*stop && !probe->quit) {
		if (wait_for(fds, 2, patience(board, quiet_slices)) < 0 && errno != EINTR)
			return;
		if (fds[0].revents) {
			quiet_slices = 0;
			if (receive(fd, &input) || take_all(fd, probe, &input))
				return;
			/* OpenOCD 0.12 stops in an assertion when a read of remote_bitbang finds the end of the connection, and
			 * reports an error when a write fails, as a probe's driver does: so it may read, and cannot write. */
			if (probe->hang_up)
				shutdown(fd, SHUT_RD);
		} else if (fds[1].revents) {
			return;
		}
		fds[0].revents = fds[1].revents = 0;
		if (!board_stands_still(board)) {
			core_run(&board->core, SLICE);
			quiet_slices++;
		}
	}
}

int server_address(int listener, char *text, unsigned text_size)
{
	struct sockaddr_in sin = {0};
	socklen_t size = sizeof sin;

	if (getsockname(listener, (struct sockaddr *)&sin, &size) || sin.sin_family != AF_INET)
		return -1;
	snprintf(text, text_size, "%u", (unsigned)ntohs(sin.sin_port));
	return 0;
}

int server_run(int listener, const char *address, struct probe *probe, pid_t owner, volatile sig_atomic_t *stop)
{
	int owner_fd = owner ? (int)syscall(SYS_pidfd_open, owner, 0) : -1;
	int fd = -1;

	if (!owner || owner_fd >= 0)
		fd = accept_one(listener, owner_fd, probe, stop);
	close(listener);
	if (unix_path(address))
		unlink(unix_path(address));
	if (fd >= 0) {
		serve(fd, owner_fd, probe, stop);
		close(fd);
	}
	if (owner_fd >= 0)
		close(owner_fd);
	return 0;
}
