/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "error.h"
#include "nameplate.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The letter is what `goes` of a command has; capitals have no short form. */
static const struct option table[] = {
	{"ledger", required_argument, NULL, 'L'},
	{"json", no_argument, NULL, 'J'},
	{"help", no_argument, NULL, 'H'},
	{"version", no_argument, NULL, 'V'},
	{"station", required_argument, NULL, 'T'},
	{"uid", required_argument, NULL, 'U'},
	{"has", required_argument, NULL, 'A'},
	{"upload", required_argument, NULL, 'P'},
	{"image", required_argument, NULL, 'M'},
	{"image-sha256", required_argument, NULL, 'I'},
	{"seconds", required_argument, NULL, 'D'},
	{"reason", required_argument, NULL, 'R'},
	{"nothing-written", no_argument, NULL, 'N'},
	{"columns", required_argument, NULL, 'C'},
	{"secret", required_argument, NULL, 'E'},
	{"secrets", no_argument, NULL, 'S'},
	{"open", no_argument, NULL, 'O'},
	{"used", no_argument, NULL, 'O'},
	{"free", no_argument, NULL, 'O'},
	{"scrapped", no_argument, NULL, 'O'},
	{"csv", no_argument, NULL, 'K'},
	{"output", required_argument, NULL, 'o'},
	{"from", required_argument, NULL, 'F'},
	{NULL, 0, NULL, 0},
};

/* clang-format off */
const struct command commands[] = {
	{"init", command_init, ACCESS_CREATE, "F", 0, 0, "[--from FILE]", "make a ledger, or bring an older one up to date"},
	{"series", command_series, ACCESS_WRITE, "", 0, 5, "[NAME first=1 [last=N] [form=SN-%06u] | NAME block=02:00:5E:10:00:00/28]",
	 "make a series of numbers; without arguments, show all"},
	{"import", command_import, ACCESS_WRITE, "CET", 2, 2, "NAME FILE.csv|next:FILE|list:FILE [--columns NAME:TYPE,...] [--secret NAME]",
	 "make a series out of a list, or add to it"},
	{"take", command_take, ACCESS_WRITE, "UATSM", 0, SERIES_MAX,
	 "--uid ID|- [--has [SERIES=]VALUE]... [--image FILE] [--secrets] [SERIES...]",
	 "give a device a value, before it is written"},
	{"done", command_done, ACCESS_WRITE, "UATPMIDR", 0, 0, "--uid ID --has [SERIES=]VALUE... [--upload KEY]",
	 "the device has it: this was read back"},
	{"failed", command_failed, ACCESS_WRITE, "UATPIDRN", 0, 0, "--uid ID [--upload KEY] [--nothing-written] [--reason TEXT]",
	 "the upload failed"},
	{"release", command_release, ACCESS_WRITE, "TR", 1, 1, "[SERIES=]VALUE", "the number is free again"},
	{"again", command_again, ACCESS_WRITE, "TR", 1, 1, "ID|[SERIES=]VALUE", "the board was erased: it gets its values again"},
	{"new", command_new, ACCESS_WRITE, "TR", 1, 1, "ID", "another board with the same unique ID"},
	{"adopt", command_adopt, ACCESS_WRITE, "TR", 2, 2, "ID [SERIES=]VALUE", "the device has a value from elsewhere"},
	{"scrap", command_scrap, ACCESS_WRITE, "TR", 1, 1, "ID|[SERIES=]VALUE", "nobody gets it any more"},
	{"show", command_show, ACCESS_READ, "", 1, 1, "ID|[SERIES=]VALUE", "what is known of a device or a number"},
	{"list", command_list, ACCESS_READ, "O", 0, 1, "[SERIES] [--open|--used|--free|--scrapped]", "numbers"},
	{"uploads", command_uploads, ACCESS_READ, "", 0, 1, "[ID|[SERIES=]VALUE]", "every upload, and what persons said"},
	{"export", command_export, ACCESS_READ, "KSo", 0, 1, "--csv|--json [numbers|uploads] [--secrets] [-o FILE]",
	 "for other programs"},
	{"split", command_split, ACCESS_WRITE, "T", 3, 3, "SERIES FIRST-LAST FILE", "move numbers into a ledger file of its own"},
	{"merge", command_merge, ACCESS_WRITE, "T", 1, 1, "FILE", "bring its records back"},
	{"check", command_check, ACCESS_READ, "", 0, 0, "", "look at every rule"},
	{"backup", command_backup, ACCESS_READ, "", 1, 1, "FILE", "copy the ledger into a file, while it is in use"},
	{NULL, NULL, ACCESS_READ, NULL, 0, 0, NULL, NULL},
};
/* clang-format on */

/* A command's words, in a column of their own; none is broken. */
static void print_words(FILE *to, const char *words)
{
	const size_t width = 69;

	while (strlen(words) > width) {
		size_t line = width;

		while (line > 1 && words[line] != ' ')
			line--;
		fprintf(to, "%.*s\n           ", (int)line, words);
		words += line + 1;
	}
	fprintf(to, "%s\n", words);
}

static void usage(FILE *to)
{
	fputs("Usage: nameplate-ledger [--ledger FILE|postgresql://HOST/DATABASE] [--json]\n"
	      "                        COMMAND ...\n"
	      "Gives each device its number once, and keeps what was uploaded. Without\n"
	      "--ledger: NAMEPLATE_LEDGER.\n\n",
	      to);
	for (const struct command *command = commands; command->name; command++) {
		fprintf(to, *command->words ? "  %-8s " : "  %s\n", command->name);
		if (*command->words)
			print_words(to, command->words);
		fprintf(to, "           %s\n", command->help);
	}
	fputs("\n  --station NAME       who says so (NAMEPLATE_STATION, or the host's name)\n"
	      "  --image FILE (or --image-sha256 HEX), --seconds S, --reason TEXT\n"
	      "                       for the record of an upload\n"
	      "  --help, --version\n\nStatus 0, or 1 after an error. man nameplate-ledger has it all.\n",
	      to);
}

/* Seconds with up to three decimals. */
static int take_seconds(struct options *options, const char *text)
{
	char *end;
	const double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0 && seconds < 1e9))
		return fail("--seconds %s: give how long it took, like 4.2", quote(text));
	options->milliseconds = (int64_t)(seconds * 1000 + 0.5);
	return 0;
}

static int take_hash(struct options *options, const char *text)
{
	if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
		return fail("--image-sha256 %s: give 64 lower-case hex digits, as sha256sum prints them", quote(text));
	options->image_sha256 = text;
	return 0;
}

static int take_one_more(const char **list, unsigned *count, const char *option)
{
	if (*count == HAS_MAX)
		return fail("%s is given more than %d times", option, HAS_MAX);
	list[(*count)++] = optarg;
	return 0;
}

static int take_state(struct options *options, const char *state)
{
	if (options->state && strcmp(options->state, state))
		return fail("--%s and --%s: choose one", options->state, state);
	options->state = state;
	return 0;
}

/* One option. 0, 1 to end with success, -1 after an error line. */
static int take(struct options *options, int option, const char *name)
{
	/* clang-format off */
	switch (option) {
	case 'L': options->ledger = optarg; return 0;
	case 'J': options->json = true; return 0;
	case 'T': options->station = optarg; return 0;
	case 'U': options->uid = optarg; return 0;
	case 'A': return take_one_more(options->has, &options->has_count, "--has");
	case 'P': options->upload = optarg; return 0;
	case 'M': options->image = optarg; return 0;
	case 'I': return take_hash(options, optarg);
	case 'D': return take_seconds(options, optarg);
	case 'R': options->reason = optarg; return 0;
	case 'N': options->nothing_written = true; return 0;
	case 'C': options->columns = optarg; return 0;
	case 'E': return take_one_more(options->secret_columns, &options->secret_count, "--secret");
	case 'S': options->secrets = true; return 0;
	case 'O': return take_state(options, name);
	case 'K': options->csv = true; return 0;
	case 'o': options->output = optarg; return 0;
	case 'F': options->from = optarg; return 0;
	case 'H': usage(stdout); return 1;
	default: printf("nameplate-ledger %s\n", NAMEPLATE_VERSION); return 1;
	}
	/* clang-format on */
}

static const struct command *command_named(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/* Whether a letter too many, too few, wrong, or changed places is all that tells the words apart. */
static bool one_slip(const char *word, const char *other)
{
	while (*word && *word == *other)
		word++, other++;
	if (*word && !strcmp(word + 1, other))
		return true;
	if (!*other)
		return false;
	if (!strcmp(word, other + 1))
		return true;
	return *word && (!strcmp(word + 1, other + 1) ||
			 (word[0] == other[1] && word[1] == other[0] && other[1] && !strcmp(word + 2, other + 2)));
}

/* A misspelt variable would have this host's name put into the records. 0, or -1 after an error line. */
static int check_misspelt_station(void)
{
	extern char **environ;
	char name[64];

	for (char **variable = environ; *variable; variable++) {
		snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
		if (one_slip(name, "NAMEPLATE_STATION"))
			return fail("nothing reads %s, which the environment has: did you mean NAMEPLATE_STATION?",
				    quote(name));
	}
	return 0;
}

/* Who says so. 0, or -1 after an error line. */
static int take_station(struct options *options)
{
	static char host[65];

	if (!options->station || !*options->station)
		options->station = getenv("NAMEPLATE_STATION");
	if (!options->station || !*options->station) {
		if (check_misspelt_station())
			return -1;
		if (gethostname(host, sizeof host - 1))
			strcpy(host, "?");
		options->station = host;
	}
	return 0;
}

static int check(struct options *options, const struct command *command, const char *given)
{
	for (; *given; given++)
		if (!strchr(command->goes, *given))
			return fail("an option cannot be used with %s: it takes %s", command->name,
				    *command->words ? command->words : "none");
	if (options->count < command->least || options->count > command->most)
		return fail("%s takes: nameplate-ledger %s %s", command->name, command->name, command->words);
	if (!options->ledger || !*options->ledger)
		options->ledger = getenv("NAMEPLATE_LEDGER");
	if (!options->ledger || !*options->ledger)
		return fail("which ledger? Give --ledger FILE, or set NAMEPLATE_LEDGER");
	return take_station(options);
}

int options_parse(int argc, char **argv, struct options *options, const struct command **command)
{
	char given[64] = "";
	int option, index = 0, result = 0;

	memset(options, 0, sizeof *options);
	options->milliseconds = -1;
	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":o:", table, &index)) != -1) {
		if (option == '?' || option == ':')
			result = fail("%s: %s; see nameplate-ledger --help", quote(argv[optind - 1]),
				      option == ':' ? "needs a value" : "no such option");
		else
			result = take(options, option, table[index].name);
		if (!result && !strchr("LJHV", option) && !strchr(given, option))
			given[strlen(given)] = (char)option;
	}
	if (result)
		return result < 0 ? 1 : 0;
	if (!argv[optind]) {
		fail("nameplate-ledger needs a command: init, series, take, ... (nameplate-ledger --help)");
		return 1;
	}
	*command = command_named(argv[optind]);
	options->words = argv + optind + 1;
	options->count = argc - optind - 1;
	if (!*command) {
		fail("%s: no such command; see nameplate-ledger --help", quote(argv[optind]));
		return 1;
	}
	return check(options, *command, given) ? 1 : -1;
}
