/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Options and lifetime.
 */
#include "board.h"
#include "parts/chips.h"
#include "core/cores.h"
#include "probes/probe.h"
#include "probes/server.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE_SIZE        1024
#define DEFAULT_ADAPTER_KHZ 1000

struct options {
	const char *chip, *flash, *listen, *stats, *log, *probe, *serial;
	uint32_t adapter_khz;
	pid_t owner;
	bool background;
	struct fault fault;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void usage(FILE *to)
{
	fputs("Usage: vboard --chip NAME --flash FILE --listen unix:PATH|tcp:127.0.0.1:PORT\n"
	      "              [options]\n"
	      "A virtual STM32 board. A debugger attaches through the probe that it names.\n"
	      "\n"
	      "  --chip NAME        the part; see --list-chips\n"
	      "  --flash FILE       the device's flash, kept between runs; made if missing\n"
	      "  --listen ADDRESS   where to wait for the one connection that it serves; port 0\n"
	      "                     takes any free one and prints it as port=N\n"
	      "  --probe NAME       the probe (bitbang):\n",
	      to);
	for (unsigned i = 0; probe_at(i); i++)
		fprintf(to, "                       %-10s %s\n", probe_at(i)->name, probe_at(i)->about);
	fputs("  --serial TEXT      the probe's serial number, 1 to 31 characters; of a J-Link\n"
	      "                     a number (1)\n"
	      "  --stats FILE       write counters there at the end, as key=value lines\n"
	      "  --log FILE         append messages there instead of to standard error\n"
	      "  --adapter-khz N    TCK frequency for the modelled time, 1 to 100000 (1000)\n"
	      "  --owner PID        end when that process ends, connected or not\n"
	      "  --background       return when the socket is open; the board stays in the\n"
	      "                     background\n"
	      "  --cut N:KIND[:SEED]  lose power at flash operation N; KIND is before, torn,\n"
	      "                     unstable (torn bits read differently each time), ecc (only\n"
	      "                     the code of an ECC granule is torn) or after; SEED chooses\n"
	      "                     the bits that are torn (0); :first-line at its end leaves\n"
	      "                     zeros in the first granule of flash as well\n"
	      "  --wait N           answer WAIT to each Nth access to the access port, once\n"
	      "  --unpowered        the target has no supply: the probe is there, and nothing\n"
	      "                     answers it\n"
	      "  --unplug N         drop the connection at access N to the access port\n"
	      "  --record DIR       keep the flash as it is at the start, and a line per flash\n"
	      "                     operation, in DIR\n"
	      "  --list-chips       the parts that it can be\n"
	      "  --list-models      what models each part's flash controller, and the bytes\n"
	      "                     that share a code (0: there is none)\n"
	      "  --help             this\n"
	      "  --version          the version, Nameplate's\n"
	      "\n"
	      "It ends when the connection ends, and removes its socket. Status 0, or 1 after\n"
	      "an error.\n",
	      to);
}

/* One line, whatever the names in it. */
static int fail(const char *message)
{
	fputs("Error: vboard: ", stderr);
	for (; *message; message++)
		fputc(*message >= ' ' && *message <= '~' ? *message : '?', stderr);
	fputc('\n', stderr);
	return 1;
}

static void list_chips(void)
{
	for (const struct chip *chip = chips; chip->name; chip++)
		printf("%s  %s, %u KiB flash, %u KiB RAM\n", chip->name, chip->core->name,
		       (unsigned)chip->flash_size / 1024, (unsigned)chip->ram_size / 1024);
}

static void list_models(void)
{
	for (const struct chip *chip = chips; chip->name; chip++)
		printf("%s  %s; ECC granule %u\n", chip->name, chip->model, (unsigned)chip->granule);
}

/* A decimal number from 1 to `max`, or 0. */
static unsigned long positive(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && value <= max ? value : 0;
}

enum {
	CHIP = 256,
	FLASH,
	LISTEN,
	STATS,
	LOG,
	KHZ,
	OWNER,
	BACKGROUND,
	CUT,
	UNPLUG,
	RECORD,
	PROBE,
	SERIAL,
	WAIT,
	UNPOWERED,
	LIST,
	MODELS,
	HELP,
	VERSION
};

/* The options whose values are more than any text. Returns what is wrong, or NULL. */
static const char *take_number(int option, struct options *options)
{
	switch (option) {
	case KHZ:
		options->adapter_khz = (uint32_t)positive(optarg, 100000);
		return options->adapter_khz ? NULL : "--adapter-khz takes a number from 1 to 100000";
	case OWNER:
		options->owner = (pid_t)positive(optarg, 1u << 30);
		return options->owner ? NULL : "--owner takes the number of a process";
	case CUT:
		return fault_parse_cut(&options->fault, optarg)
			       ? "--cut takes N:before, N:torn[:SEED], N:unstable[:SEED], N:ecc[:SEED] or N:after, N from 1, and :first-line after it"
			       : NULL;
	case SERIAL:
		options->serial = optarg;
		return *optarg && strlen(optarg) < 32 ? NULL : "--serial takes 1 to 31 characters";
	case WAIT:
		options->fault.wait_every = positive(optarg, 1u << 30);
		return options->fault.wait_every > 1 ? NULL : "--wait takes a number from 2 on";
	default: /* UNPLUG */
		options->fault.unplug_at = positive(optarg, 1u << 30);
		return options->fault.unplug_at ? NULL : "--unplug takes a number from 1 on";
	}
}

/* Fills `options`. Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	/* clang-format off */
	static const struct option table[] = {
		{"chip", required_argument, NULL, CHIP},
		{"flash", required_argument, NULL, FLASH},
		{"listen", required_argument, NULL, LISTEN},
		{"stats", required_argument, NULL, STATS},
		{"log", required_argument, NULL, LOG},
		{"adapter-khz", required_argument, NULL, KHZ},
		{"owner", required_argument, NULL, OWNER},
		{"background", no_argument, NULL, BACKGROUND},
		{"cut", required_argument, NULL, CUT},
		{"unplug", required_argument, NULL, UNPLUG},
		{"record", required_argument, NULL, RECORD},
		{"probe", required_argument, NULL, PROBE},
		{"serial", required_argument, NULL, SERIAL},
		{"wait", required_argument, NULL, WAIT},
		{"unpowered", no_argument, NULL, UNPOWERED},
		{"list-chips", no_argument, NULL, LIST},
		{"list-models", no_argument, NULL, MODELS},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{NULL, 0, NULL, 0},
	};
	/* clang-format on */
	char message[MESSAGE_SIZE];
	const char *wrong;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		switch (option) {
		case CHIP:
			options->chip = optarg;
			break;
		case FLASH:
			options->flash = optarg;
			break;
		case LISTEN:
			options->listen = optarg;
			break;
		case STATS:
			options->stats = optarg;
			break;
		case LOG:
			options->log = optarg;
			break;
		case KHZ:
		case OWNER:
		case CUT:
		case SERIAL:
		case WAIT:
		case UNPLUG:
			wrong = take_number(option, options);
			if (wrong)
				return fail(wrong);
			break;
		case BACKGROUND:
			options->background = true;
			break;
		case PROBE:
			options->probe = optarg;
			break;
		case UNPOWERED:
			options->fault.unpowered = true;
			break;
		case RECORD:
			options->fault.record = optarg;
			break;
		case LIST:
			list_chips();
			return 0;
		case MODELS:
			list_models();
			return 0;
		case HELP:
			usage(stdout);
			return 0;
		case VERSION:
			puts("vboard " NAMEPLATE_VERSION);
			return 0;
		default:
			snprintf(message, sizeof message, "%s: %s; see vboard --help", argv[optind - 1],
				 option == ':' ? "needs a value" : "no such option");
			return fail(message);
		}
	}
	if (optind < argc) {
		snprintf(message, sizeof message, "%s: not expected; see vboard --help", argv[optind]);
		return fail(message);
	}
	if (!options->chip || !options->flash || !options->listen)
		return fail("--chip, --flash and --listen are needed; see vboard --help");
	return -1;
}

/* Leaves the caller's terminal and pipes: the board's messages go to the log, or on to the caller's standard error. */
static void redirect(const struct options *options)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int log = options->log ? open(options->log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666) : -1;

	if (log >= 0) {
		dup2(log, STDERR_FILENO);
		close(log);
	} else if (options->log) {
		fprintf(stderr, "vboard: log %s: %s; messages stay here\n", options->log, strerror(errno));
	}
	if (options->background && null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	if (null >= 0)
		close(null);
}

/* A port that was any free one is of no use to a caller who does not know it. */
static void say_port(const struct options *options, int listener)
{
	char port[8];

	if (strlen(options->listen) > 2 && !strcmp(options->listen + strlen(options->listen) - 2, ":0") &&
	    !server_address(listener, port, sizeof port)) {
		printf("port=%s\n", port);
		fflush(stdout);
	}
}

/* The socket is open: let the caller go on. In the child only. */
static void detach(void)
{
	pid_t child = fork();

	if (child > 0)
		_exit(0);
	if (child == 0)
		setsid();
}

int main(int argc, char **argv)
{
	struct options options = {.adapter_khz = DEFAULT_ADAPTER_KHZ, .probe = "bitbang", .serial = "1"};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;
	char message[MESSAGE_SIZE];
	const struct chip *chip;
	static struct board board;
	static struct probe probe;
	int status = parse(argc, argv, &options), listener, err;

	if (status >= 0)
		return status;
	chip = chip_find(options.chip);
	if (!chip) {
		snprintf(message, sizeof message, "--chip %s: not known; vboard --list-chips shows the parts",
			 options.chip);
		return fail(message);
	}
	if (probe_open(&probe, options.probe, &board, options.serial, message, sizeof message))
		return fail(message);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, NULL); /* they come while the server waits, from when the socket is there */
	signal(SIGPIPE, SIG_IGN);
	listener = server_listen(options.listen, message, sizeof message);
	if (listener < 0)
		return fail(message);
	if (board_open(&board, chip, options.flash, &options.fault, options.adapter_khz, message, sizeof message)) {
		close(listener);
		if (!strncmp(options.listen, "unix:", 5))
			unlink(options.listen + 5);
		return fail(message);
	}
	if (options.stats)
		stats_drop(options.stats);
	say_port(&options, listener);
	redirect(&options);
	if (options.background)
		detach();
	server_run(listener, options.listen, &probe, options.owner, &stop);
	probe_close(&probe);
	err = options.stats ? stats_write(&board.stats, options.stats) : 0;
	if (err) {
		snprintf(message, sizeof message, "stats %s: %s; name a file that can be written", options.stats,
			 strerror(-err));
		fail(message);
	}
	board_close(&board);
	return err ? 1 : 0;
}
