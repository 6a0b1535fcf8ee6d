/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "dump.h"
#include "error.h"
#include "nameplate.h"
#include "number.h"
#include "value.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ENCODE (1u << COMMAND_ENCODE)
#define DECODE (1u << COMMAND_DECODE)
#define REGION (1u << COMMAND_REGION)
#define ALL    (ENCODE | DECODE | REGION)
#define ALONE  (ALL | 1u << 31) /* needs no command */

/* clang-format off */
static const char *const commands[] = {[COMMAND_ENCODE] = "encode", [COMMAND_DECODE] = "decode", [COMMAND_REGION] = "region"};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Each does what its option is for. 0, 1 to end with success, -1 after an error line. */
static int take_format(struct options *options, const char *name)
{
	options->format = format_named(name);
	return options->format ? 0 : fail("--format %s: not known; nameplate --list-formats shows them", quote(name));
}

static int take_from(struct options *options, const char *path)
{
	return variables_read(&options->variables, path);
}

static int take_delete(struct options *options, const char *name)
{
	return variables_delete(&options->variables, name);
}

static int list_chips(struct options *options, const char *value)
{
	(void)options, (void)value;
	chips_list(stdout);
	return 1;
}

static int list_formats(struct options *options, const char *value)
{
	(void)options, (void)value;
	for (const struct format *const *format = formats; *format; format++)
		printf("%-14s  %s\n", (*format)->name, (*format)->help);
	return 1;
}

static int version(struct options *options, const char *value)
{
	(void)options, (void)value;
	printf("nameplate %s, store format version %u\n", NAMEPLATE_VERSION, FORMAT_VERSION);
	return 1;
}

static int list_options(struct options *options, const char *value);
static int help(struct options *options, const char *value);

/* An option is a row here: --help, --list-options, which the completion asks, and the parser have it from this table. */
/* clang-format off */
static const struct known {
	const char *name;
	const char *argument; /* NULL: none */
	unsigned goes_with;
	size_t field; /* of struct options: it takes the argument, or, where there is none, becomes true */
	int (*take)(struct options *options, const char *value); /* or this is done with it */
	const char *help;
	char letter;
} table[] = {
#define FIELD(name) offsetof(struct options, name), NULL
#define DO(function) 0, function
	{"chip", "PART", ALL, FIELD(chip), "such as stm32l152rb; its default region, unless --base and --size name another", 0},
	{"base", "ADDRESS", ALL, FIELD(base), "where the region begins", 0},
	{"size", "BYTES", ALL, FIELD(size), "how large it is", 0},
	{"cell", "BYTES", ALL, FIELD(cell), "without --chip: what is written once between two erases, 4 to 128", 0},
	{"erased", "ff|00", ALL, FIELD(erased), "without --chip: what an erased byte reads (ff)", 0},
	{"areas", "1|2", ALL, FIELD(areas), "without --chip: areas of the region (2 if it is 4 KiB or more)", 0},
	{"format", "NAME", ENCODE, DO(take_format), "what to make (ihex); see --list-formats", 0},
	{"output", "FILE", ENCODE | DECODE, FIELD(output), "write there instead of to standard output", 'o'},
	{"onto", "DUMP", ENCODE, FIELD(onto), "a dump of the device: make what updates it", 0},
	{"whole", NULL, ENCODE, FIELD(whole), "in ihex, srec and bin: the whole region, not only what changes", 0},
	{"from", "FILE", ENCODE, DO(take_from), "take variables from a dump file too, one name:type=value a line", 0},
	{"delete", "NAME", ENCODE, DO(take_delete), "delete this variable", 0},
	{"at", "ADDRESS", ENCODE | DECODE, FIELD(at), "where a binary dump begins (with the flash, or with the region if it is shorter)", 0},
	{"json", NULL, DECODE, FIELD(json), "decode to JSON", 0},
	{"dump", NULL, DECODE, FIELD(dump), "decode to a text that --from and `nameplate restore` take", 0},
	{"secrets", NULL, DECODE, FIELD(secrets), "show secret values", 0},
	{"ld", NULL, REGION, FIELD(ld), "say where the region is as a linker script to be included", 0},
	{"check", "ELF", REGION, FIELD(check), "look whether this firmware leaves the region alone; one that names it needs no PLACE", 0},
	{"list-chips", NULL, ALONE, DO(list_chips), "show the parts whose region is known", 0},
	{"list-formats", NULL, ALONE, DO(list_formats), "show what encode can make", 0},
	{"list-options", NULL, ALONE, DO(list_options), "show each option, its value or -, and the commands it goes with", 0},
	{"help", NULL, ALONE, DO(help), "show this", 0},
	{"version", NULL, ALONE, DO(version), "show the version", 0},
#undef FIELD
#undef DO
};
/* clang-format on */

static int list_options(struct options *options, const char *value)
{
	(void)options, (void)value;
	for (size_t i = 0; i < COUNT(table); i++) {
		printf("--%s %s", table[i].name, table[i].argument ? table[i].argument : "-");
		for (size_t command = 0; command < COUNT(commands) && table[i].goes_with != ALONE; command++)
			if (table[i].goes_with & 1u << command)
				printf(" %s", commands[command]);
		putchar('\n');
	}
	return 1;
}

/* Text in a column of its own, at the right of a terminal. */
static void print_wrapped(const char *text)
{
	const size_t width = 59, indent = 21;

	while (strlen(text) > width) {
		size_t line = width;

		while (line > 1 && text[line] != ' ')
			line--;
		printf("%.*s\n%*s", (int)line, text, (int)indent, "");
		text += line + 1;
	}
	puts(text);
}

static void print_help(bool place)
{
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct known *known = &table[i];
		char left[64];

		if ((known->goes_with == ALL) != place)
			continue;
		snprintf(left, sizeof left, "%s%.1s%s--%s%s%s", known->letter ? "-" : "", &known->letter,
			 known->letter ? ", " : "", known->name, known->argument ? " " : "",
			 known->argument ? known->argument : "");
		printf("  %-17s  ", left);
		print_wrapped(known->help);
	}
}

static int help(struct options *options, const char *value)
{
	(void)options, (void)value;
	puts("Usage: nameplate encode PLACE [--onto DUMP] [--format NAME] [-o FILE]\n"
	     "                        NAME[:TYPE][:secret]=VALUE...\n"
	     "       nameplate decode [PLACE] [--json | --dump] [--secrets] [-o FILE] DUMP\n"
	     "       nameplate region PLACE [--ld]\n"
	     "       nameplate region [PLACE] --check ELF\n"
	     "Variables for the reserved flash of an STM32, for tools other than OpenOCD.\n"
	     "\n"
	     "encode makes what is to be written, for a blank region or, with --onto, for one\n"
	     "with a store.\n"
	     "decode shows what a dump of the flash holds: binary, Intel HEX or S-records.\n"
	     "region says where the store lies.\n"
	     "\n"
	     "PLACE:");
	print_help(true);
	putchar('\n');
	print_help(false);
	fputs("\nTYPE:", stdout);
	for (const struct type *type = types; type->name; type++)
		printf(" %s", type->name);
	puts(";\n"
	     "without one a plain integer is u32 (or as large as it needs), all else text.\n"
	     "Status 0, or 1 after an error.");
	return 1;
}

/* One option, as the table has it. 0, 1 to end with success, -1 after an error line. */
static int take(struct options *options, const struct known *known, const char *value)
{
	char *field = (char *)options + known->field;

	if (known->take)
		return known->take(options, value);
	if (known->argument)
		*(const char **)field = value;
	else
		*(bool *)field = true;
	return 0;
}

/* The table as getopt_long takes it: an option is its row's number after FIRST, or its letter. */
#define FIRST 256

static void long_options(struct option longs[COUNT(table) + 1])
{
	memset(longs, 0, (COUNT(table) + 1) * sizeof longs[0]);
	for (size_t i = 0; i < COUNT(table); i++)
		longs[i] = (struct option){table[i].name, table[i].argument ? required_argument : no_argument, NULL,
					   FIRST + (int)i};
}

static const struct known *row_of(int option)
{
	size_t i = 0;

	while (i < COUNT(table) && option != FIRST + (int)i && option != table[i].letter)
		i++;
	return &table[i];
}

/* The word of the command, which comes first. */
static int take_command(const char *word, enum command *command)
{
	for (size_t i = 0; word && i < COUNT(commands); i++)
		if (!strcmp(word, commands[i])) {
			*command = (enum command)i;
			return 0;
		}
	return word ? fail("%s: no such command; say encode, decode or region (nameplate --help)", quote(word))
		    : fail("nameplate needs a command: encode, decode or region (nameplate --help)");
}

/* Whether a secret is among the words before: what comes after may be its second word, and is not quoted. */
static bool behind_a_secret(char **words, int count)
{
	for (int i = 0; i < count; i++)
		if (strstr(words[i], ":secret="))
			return true;
	return false;
}

/* What comes without an option. */
static int take_words(struct options *options, enum command command, int argc, char **argv)
{
	int err = 0;

	for (int i = optind + 1; !err && i < argc; i++) {
		quote_hush(behind_a_secret(argv, i));
		if (command == COMMAND_ENCODE)
			err = variables_take(&options->variables, argv[i]);
		else if (command == COMMAND_DECODE && !options->file)
			options->file = argv[i];
		else
			err = fail("%s: not expected; see nameplate --help", quote(argv[i]));
	}
	quote_hush(false);
	return err;
}

/* Everything together. */
static int check(const struct options *options, enum command command, unsigned fitting)
{
	if (!(fitting & 1u << command))
		return fail("an option cannot be used with this command; see nameplate --help");
	if (command == COMMAND_DECODE && !options->file)
		return fail("decode needs a file: a dump of the device's flash");
	if (options->ld && options->check)
		return fail("--ld and --check: choose one");
	if (options->json && options->dump)
		return fail("--json and --dump: choose one");
	if (command != COMMAND_ENCODE)
		return 0;
	if (options->variables.count == 0)
		return fail("encode needs a variable: nameplate encode --chip stm32l152rb serial=42");
	if (options->whole && options->format->takes == PARTS)
		return fail("--whole cannot be used with --format %s, which writes into blank flash: leave it out",
			    options->format->name);
	if (options->at && !options->onto)
		return fail("--at is where the dump of --onto begins: give both, or neither");
	return 0;
}

int options_parse(int argc, char **argv, enum command *command, struct options *options)
{
	struct option longs[COUNT(table) + 1];
	unsigned fitting = ALL;
	int option, result = 0;

	memset(options, 0, sizeof *options);
	options->format = formats[0];
	long_options(longs);
	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":o:", longs, NULL)) != -1) {
		quote_hush(behind_a_secret(argv, optind - 1));
		if (option == '?' || option == ':')
			result = fail("%s: %s; see nameplate --help", quote(argv[optind - 1]),
				      option == ':' ? "needs a value" : "no such option");
		if (result)
			break;
		fitting &= row_of(option)->goes_with;
		result = take(options, row_of(option), optarg);
	}
	quote_hush(false);
	if (result)
		return result < 0 ? 1 : 0;
	if (take_command(argv[optind], command) || take_words(options, *command, argc, argv) ||
	    check(options, *command, fitting))
		return 1;
	return -1;
}

static int take_number(const char *option, const char *text, uint32_t *number)
{
	return number_word(text, number)
		       ? 0
		       : fail("--%s %s: give a number, decimal or 0x hex, up to 32 bits", option, quote(text));
}

int options_region(const struct options *options, struct region *region)
{
	uint32_t base = 0, size = 0, cell = 0, areas = 0;
	bool ones;

	memset(region, 0, sizeof *region);
	if ((options->base && take_number("base", options->base, &base)) ||
	    (options->size && take_number("size", options->size, &size)) ||
	    (options->cell && take_number("cell", options->cell, &cell)) ||
	    (options->areas && take_number("areas", options->areas, &areas)))
		return -1;
	if (areas > 2 || (options->areas && areas == 0))
		return fail("--areas %s: is 1 or 2", quote(options->areas));
	if (options->erased && strcmp(options->erased, "ff") && strcmp(options->erased, "00"))
		return fail("--erased %s: is ff or 00", quote(options->erased));
	ones = !options->erased || options->erased[0] == 'f';
	if (options->chip && (options->cell || options->erased || options->areas))
		return fail("--chip %s says what --cell, --erased and --areas would: leave them out",
			    quote(options->chip));
	if (options->size && !options->base)
		return fail("--size needs --base too");
	if (options->chip && options->base)
		return options->size ? chip_region_at(options->chip, base, size, region)
				     : fail("--base needs --size too, or leave both out for the part's default region");
	if (options->chip)
		return chip_region(options->chip, region);
	if (options->base && options->size)
		return region_custom(base, size, options->cell ? cell : CELL_PACKED, ones, areas, region);
	region->base = base;
	return 0;
}

int options_load(const struct options *options, const struct region *region, const char *path, struct image *image)
{
	static const uint32_t flash_base = 0x08000000u;
	const uint64_t flash_size =
		(uint64_t)region->base - flash_base + (region->size ? region->size : 1); /* to the region's end */
	uint32_t at = flash_base;
	int err = 0;

	if ((options->at && take_number("at", options->at, &at)) || dump_load(path, image))
		return -1;
	if (!options->at && region->base && (region->base < flash_base || image->size < flash_size)) {
		at = region->base;
		if (at > flash_base && image->is_binary && region->size && image->size > region->size)
			err = fail(
				"%s has %zu bytes, neither the region's %u nor the %llu of the flash up to its end: dump one of them, "
				"or say where it begins (--at)",
				quote(path), image->size, region->size, (unsigned long long)flash_size);
	}
	if (!err && image->is_binary)
		err = image_place(image, path, at);
	if (err)
		image_free(image);
	return err;
}
