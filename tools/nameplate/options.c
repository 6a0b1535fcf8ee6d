/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "dump.h"
#include "error.h"
#include "number.h"

#include <getopt.h>
#include <string.h>

#define VERSION "0.1"

enum {
	CHIP = 256, BASE, SIZE, CELL, ERASED, AREAS, AT, ONTO, FORMAT, FROM, DELETE, WHOLE_REGION, JSON, DUMP, SECRETS, LIST_CHIPS,
	LIST_FORMATS, LD, HELP, VERSION_WANTED,
};

#define ENCODE 1u
#define DECODE 2u
#define REGION 4u
#define ALL    (ENCODE | DECODE | REGION)

/* The rows of `known` below, and which commands each goes with. */
static const struct option table[] = {
	{"chip", required_argument, NULL, CHIP},
	{"base", required_argument, NULL, BASE},
	{"size", required_argument, NULL, SIZE},
	{"cell", required_argument, NULL, CELL},
	{"erased", required_argument, NULL, ERASED},
	{"areas", required_argument, NULL, AREAS},
	{"at", required_argument, NULL, AT},
	{"onto", required_argument, NULL, ONTO},
	{"format", required_argument, NULL, FORMAT},
	{"from", required_argument, NULL, FROM},
	{"delete", required_argument, NULL, DELETE},
	{"whole", no_argument, NULL, WHOLE_REGION},
	{"output", required_argument, NULL, 'o'},
	{"json", no_argument, NULL, JSON},
	{"dump", no_argument, NULL, DUMP},
	{"secrets", no_argument, NULL, SECRETS},
	{"ld", no_argument, NULL, LD},
	{"list-chips", no_argument, NULL, LIST_CHIPS},
	{"list-formats", no_argument, NULL, LIST_FORMATS},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSION_WANTED},
	{NULL, 0, NULL, 0},
};

static unsigned goes_with(int option)
{
	switch (option) {
	case ONTO:
	case FORMAT:
	case FROM:
	case DELETE:
	case WHOLE_REGION:
		return ENCODE;
	case JSON:
	case DUMP:
	case SECRETS:
		return DECODE;
	case AT:
	case 'o':
		return ENCODE | DECODE;
	case LD:
		return REGION;
	default:
		return ALL;
	}
}

static void usage(FILE *to)
{
	fputs("Usage: nameplate encode PLACE [--onto DUMP] [--format NAME] [-o FILE] NAME[:TYPE][:secret]=VALUE...\n"
	      "       nameplate decode [PLACE] [--json | --dump] [--secrets] [-o FILE] DUMP\n"
	      "       nameplate region PLACE [--ld]\n"
	      "Variables for the reserved flash of an STM32, for tools other than OpenOCD.\n"
	      "\n"
	      "encode makes what is to be written, for a blank region or, with --onto, for one with a store.\n"
	      "decode shows what a dump of the flash holds: binary, Intel HEX or S-records.\n"
	      "region says where the store lies.\n"
	      "\n"
	      "PLACE:\n"
	      "  --chip PART        such as stm32l152rb; its default region, unless --base and --size name another\n"
	      "  --base ADDRESS     where the region begins\n"
	      "  --size BYTES       how large it is\n"
	      "  --cell BYTES       without --chip: what is written once between two erases, 4 to 128\n"
	      "  --erased ff|00     without --chip: what an erased byte reads (ff)\n"
	      "  --areas 1|2        without --chip: areas of the region (2 if it is 4 KiB or more)\n"
	      "\n"
	      "  --format NAME      what to make (ihex); see --list-formats\n"
	      "  -o, --output FILE  write there instead of to standard output\n"
	      "  --onto DUMP        a dump of the device: make what updates it\n"
	      "  --whole            in ihex, srec and bin: the whole region, not only what changes\n"
	      "  --from FILE        take variables from a dump file too, one name:type=value a line\n"
	      "  --delete NAME      delete this variable\n"
	      "  --at ADDRESS       where a binary dump begins (with the flash, or with the region if it is shorter)\n"
	      "  --json, --dump     decode to JSON, or to a text that --from and `nameplate restore` take\n"
	      "  --secrets          show secret values\n"
	      "  --ld               say where the region is as a linker script to be included\n"
	      "  --list-chips, --list-formats, --help, --version\n"
	      "\n"
	      "TYPE: u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 text hex mac file; without one a plain integer is u32 (or as large as\n"
	      "it needs), all else text. Status 0, or 1 after an error.\n",
	      to);
}

static void list_formats(FILE *to)
{
	for (const struct format *format = formats; format->name; format++)
		fprintf(to, "%-14s  %s\n", format->name, format->help);
}

static int take_format(struct options *options, const char *name)
{
	options->format = format_named(name);
	return options->format ? 0 : fail("--format %s: not known; nameplate --list-formats shows them", quote(name));
}

/* One option. 0, 1 to end with success, -1 after an error line. */
static int take(struct options *options, int option)
{
	switch (option) {
	case CHIP: options->chip = optarg; return 0;
	case BASE: options->base = optarg; return 0;
	case SIZE: options->size = optarg; return 0;
	case CELL: options->cell = optarg; return 0;
	case ERASED: options->erased = optarg; return 0;
	case AREAS: options->areas = optarg; return 0;
	case AT: options->at = optarg; return 0;
	case ONTO: options->onto = optarg; return 0;
	case FORMAT: return take_format(options, optarg);
	case FROM: return variables_read(&options->variables, optarg);
	case DELETE: return variables_delete(&options->variables, optarg);
	case WHOLE_REGION: options->whole = true; return 0;
	case 'o': options->output = optarg; return 0;
	case JSON: options->json = true; return 0;
	case DUMP: options->dump = true; return 0;
	case SECRETS: options->secrets = true; return 0;
	case LD: options->ld = true; return 0;
	case LIST_CHIPS: chips_list(stdout); return 1;
	case LIST_FORMATS: list_formats(stdout); return 1;
	case HELP: usage(stdout); return 1;
	default: printf("nameplate %s, store format version %u\n", VERSION, FORMAT_VERSION); return 1;
	}
}

/* The word of the command, which stands first; or an option that needs none. */
static int take_command(const char *word, enum command *command)
{
	static const char *const names[] = {"encode", "decode", "region"};

	for (size_t i = 0; word && i < sizeof names / sizeof names[0]; i++)
		if (!strcmp(word, names[i])) {
			*command = (enum command)i;
			return 0;
		}
	return word ? fail("%s: no such command; say encode, decode or region (nameplate --help)", quote(word))
		    : fail("nameplate needs a command: encode, decode or region (nameplate --help)");
}

/* Whether a secret is among the words before: what stands behind may be its second word, and is not quoted. */
static bool behind_a_secret(char **words, int count)
{
	for (int i = 0; i < count; i++)
		if (strstr(words[i], ":secret="))
			return true;
	return false;
}

/* What stands without an option. */
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
static int check(const struct options *options, enum command command, unsigned given)
{
	if (given & ~(1u << command))
		return fail("an option does not go with this command; see nameplate --help");
	if (command == COMMAND_DECODE && !options->file)
		return fail("decode needs a file: a dump of the device's flash");
	if (options->json && options->dump)
		return fail("--json and --dump: choose one");
	if (command != COMMAND_ENCODE)
		return 0;
	if (options->variables.count == 0)
		return fail("encode needs a variable: nameplate encode --chip stm32l152rb serial=42");
	if (options->whole && options->format->takes == PARTS)
		return fail("--whole does not go with --format %s, which writes into blank flash: leave it out", options->format->name);
	if (options->at && !options->onto)
		return fail("--at is where the dump of --onto begins: give both, or neither");
	return 0;
}

int options_parse(int argc, char **argv, enum command *command, struct options *options)
{
	unsigned wrong = 0;
	int option, result = 0;

	memset(options, 0, sizeof *options);
	options->format = &formats[0];
	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":o:", table, NULL)) != -1) {
		quote_hush(behind_a_secret(argv, optind - 1));
		if (option == '?' || option == ':')
			result = fail("%s: %s; see nameplate --help", quote(argv[optind - 1]),
				      option == ':' ? "needs a value" : "no such option");
		else
			result = take(options, option);
		for (unsigned i = 0; i < 3; i++)
			if (!result && !(goes_with(option) & 1u << i))
				wrong |= 1u << i;
	}
	quote_hush(false);
	if (result)
		return result < 0 ? 1 : 0;
	if (take_command(argv[optind], command) || take_words(options, *command, argc, argv) ||
	    check(options, *command, wrong & 1u << *command ? UINT32_MAX : 0))
		return 1;
	return -1;
}

static int take_number(const char *option, const char *text, uint32_t *number)
{
	return number_word(text, number) ? 0 : fail("--%s %s: give a number, decimal or 0x hex, up to 32 bits", option, quote(text));
}

int options_region(const struct options *options, struct region *region)
{
	uint32_t base = 0, size = 0, cell = 0, areas = 0;
	bool ones;

	memset(region, 0, sizeof *region);
	if ((options->base && take_number("base", options->base, &base)) || (options->size && take_number("size", options->size, &size)) ||
	    (options->cell && take_number("cell", options->cell, &cell)) || (options->areas && take_number("areas", options->areas, &areas)))
		return -1;
	if (areas > 2 || (options->areas && areas == 0))
		return fail("--areas %s: is 1 or 2", quote(options->areas));
	if (options->erased && strcmp(options->erased, "ff") && strcmp(options->erased, "00"))
		return fail("--erased %s: is ff or 00", quote(options->erased));
	ones = !options->erased || options->erased[0] == 'f';
	if (options->chip && (options->cell || options->erased || options->areas))
		return fail("--chip %s says what --cell, --erased and --areas would: leave them out", quote(options->chip));
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
	const uint64_t flash_size = (uint64_t)region->base - flash_base + (region->size ? region->size : 1); /* to the region's end */
	uint32_t at = flash_base;
	int err = 0;

	if ((options->at && take_number("at", options->at, &at)) || dump_load(path, image))
		return -1;
	if (!options->at && region->base && (region->base < flash_base || image->size < flash_size)) {
		at = region->base;
		if (at > flash_base && image->is_binary && region->size && image->size > region->size)
			err = fail("%s has %zu bytes, neither the region's %u nor the %llu of the flash up to its end: dump one of them, "
				   "or say where it begins (--at)", quote(path), image->size, region->size, (unsigned long long)flash_size);
	}
	if (!err && image->is_binary)
		err = image_place(image, path, at);
	if (err)
		image_free(image);
	return err;
}
