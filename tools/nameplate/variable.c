/* SPDX-License-Identifier: MIT */
#include "variable.h"

#include "error.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

#define SERIAL_NAME "serial"
#define LEAD_MAX    200
static const char name_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

void variables_free(struct variables *variables)
{
	free(variables->list);
	variables->list = NULL;
	variables->count = 0;
}

struct variable *variables_add(struct variables *variables)
{
	struct variable *list = realloc(variables->list, (variables->count + 1) * sizeof *list);

	if (!list) {
		fail_memory();
		return NULL;
	}
	variables->list = list;
	memset(&list[variables->count], 0, sizeof *list);
	return &list[variables->count++];
}

/* ---- reading what the user wrote ------------------------------------------------------------------------------ */

/* The first `length` bytes of a word, as a string that is good until the next call. */
static const char *part(const char *word, size_t length)
{
	static char text[LEAD_MAX];

	snprintf(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), word);
	return text;
}

static int take_name(const char *word, size_t length, const char *lead, struct variable *variable)
{
	if (length == 0 || strspn(word, name_characters) < length)
		return fail("%sthe name %s cannot be used: use letters, digits and _ . - for it", lead,
			    quote(part(word, length)));
	if (length > NAME_MAX_BYTES)
		return fail("%sthe name %s has %zu characters: use %u or fewer", lead, quote(part(word, length)),
			    length, NAME_MAX_BYTES);
	memcpy(variable->name, word, length);
	variable->name[length] = '\0';
	variable->name_length = (uint8_t)length;
	variable->key = strcmp(variable->name, SERIAL_NAME) ? KEY_NAMED : KEY_SERIAL;
	return 0;
}

/* What is between name and value: [:TYPE][:secret]. */
static int take_type(const char *from, const char *equals, const char *lead, struct variable *variable,
		     const struct type **type)
{
	static const char secret[] = ":secret";
	const char *end = equals;
	char names[LEAD_MAX] = "";

	if ((size_t)(end - from) >= sizeof secret - 1 &&
	    !memcmp(end - (sizeof secret - 1), secret, sizeof secret - 1)) {
		variable->secret = true;
		end -= sizeof secret - 1;
	}
	*type = NULL;
	if (from == end)
		return 0;
	*type = type_named(from + 1, (size_t)(end - from) - 1);
	if (*type)
		return 0;
	for (const struct type *one = types; one->name; one++)
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", *names ? ", " : "", one->name);
	return fail("%svariable %s: unknown type %s: the types are %s; secret may follow", lead, quote(variable->name),
		    quote(part(from + 1, (size_t)(end - from) - 1)), names);
}

static int refuse_value(const struct variable *variable, const char *text, const char *lead, const char *why)
{
	const char *quoted = variable->secret ? "" : quote(text);

	return fail("%svariable %s: its value %s%s%s", lead, quote(variable->name), quoted, *quoted ? " " : "", why);
}

static int check_serial(const struct variable *variable, const char *lead)
{
	const bool is_number = variable->type == TYPE_UNSIGNED && variable->length == 4;
	const bool is_text = variable->type == TYPE_TEXT && variable->length > 0;

	if (variable->key != KEY_SERIAL || ((is_number || is_text) && !variable->secret))
		return 0;
	return fail(
		"%sthe serial number is from 0 to 4294967295 or a text that is not empty, and no secret: write serial=42 "
		"or serial:text=SN-0042, or choose another name",
		lead);
}

int variable_parse(const char *word, bool escaped, const char *lead, struct variable *variable)
{
	const char *equals = strchr(word, '='), *colon, *why, *hint;
	const struct type *type;
	struct value value;
	char size[LEAD_MAX], reason[LEAD_MAX];

	memset(variable, 0, sizeof *variable);
	if (!equals)
		return fail("%s%s has no =: write a variable as name=value or name:type=value", lead, quote(word));
	colon = memchr(word, ':', (size_t)(equals - word));
	if (!colon)
		colon = equals;
	if (take_name(word, (size_t)(colon - word), lead, variable) || take_type(colon, equals, lead, variable, &type))
		return -1;
	/* A number, or it would be a text for a mere space. */
	hint = variable->key == KEY_SERIAL && !type ? "; a text is serial:text=..." : "";
	if (*hint)
		type = type_named("u32", 3);
	why = value_parse(type, equals + 1, escaped, &value);
	if (why) {
		snprintf(reason, sizeof reason, "%s%s", why, hint);
		return refuse_value(variable, equals + 1, lead, reason);
	}
	if (value.length > VALUE_MAX) {
		snprintf(size, sizeof size, "has %zu bytes: %u is the most", value.length, VALUE_MAX);
		return refuse_value(variable, equals + 1, lead, size);
	}
	variable->type = value.code;
	variable->length = (uint16_t)value.length;
	memcpy(variable->value, value.bytes, value.length);
	if (variable->key == KEY_SERIAL)
		variable->name_length = 0;
	return check_serial(variable, lead);
}

static bool same_name(const struct variable *one, const struct variable *other)
{
	return one->key == other->key && one->name_length == other->name_length &&
	       !memcmp(one->name, other->name, one->name_length);
}

static int add_new(struct variables *variables, const struct variable *variable, const char *lead)
{
	struct variable *place;

	for (size_t i = 0; i < variables->count; i++)
		if (same_name(&variables->list[i], variable))
			return fail("%svariable %s is given twice: give it once", lead, quote(variable->name));
	place = variables_add(variables);
	if (!place)
		return -1;
	*place = *variable;
	return 0;
}

int variables_take(struct variables *variables, const char *word)
{
	struct variable variable;

	return variable_parse(word, false, "", &variable) ? -1 : add_new(variables, &variable, "");
}

int variables_delete(struct variables *variables, const char *name)
{
	struct variable variable = {.type = TYPE_DELETED};

	if (take_name(name, strlen(name), "", &variable))
		return -1;
	if (variable.key == KEY_SERIAL)
		variable.name_length = 0;
	return add_new(variables, &variable, "");
}

static bool has_secret(const struct variables *variables)
{
	for (size_t i = 0; i < variables->count; i++)
		if (variables->list[i].secret)
			return true;
	return false;
}

/* One line of a dump. */
static int take_line(struct variables *variables, char *line, size_t length, const char *path, unsigned number)
{
	char lead[LEAD_MAX];
	struct variable variable;
	int err;

	while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		line[--length] = '\0';
	if (line[0] == '#' || strspn(line, " \t\v\f\r") == strlen(line))
		return 0;
	snprintf(lead, sizeof lead, "%s line %u: ", quote(path), number);
	if (strlen(line) != length)
		return fail("%sit holds a NUL byte, and so is no text: give a file that was dumped or written by hand",
			    lead);
	quote_hush(has_secret(variables)); /* whose second line it may be */
	err = variable_parse(line, true, lead, &variable) ? -1 : add_new(variables, &variable, lead);
	quote_hush(false);
	return err;
}

int variables_read(struct variables *variables, const char *path)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* editors on Windows may begin a file with it */
	const size_t before = variables->count;
	FILE *file = fopen(path, "rb");
	char *line = NULL, *start;
	size_t size = 0;
	unsigned number = 0;
	ssize_t length;
	int err = 0;

	if (!file)
		return fail("the file %s cannot be read: name one that was dumped or written by hand", quote(path));
	while (!err && (length = getline(&line, &size, file)) >= 0) {
		start = line;
		if (number++ == 0 && !strncmp(line, mark, sizeof mark - 1))
			start += sizeof mark - 1;
		err = take_line(variables, start, (size_t)(length - (start - line)), path, number);
	}
	if (!err && ferror(file))
		err = fail("the file %s cannot be read: check the disk", quote(path));
	if (!err && variables->count == before)
		err = fail("%s holds no variable: a line is name:type=value", quote(path));
	free(line);
	fclose(file);
	return err;
}

/* ---- to flash, and shown -------------------------------------------------------------------------------------- */

void variable_item(const struct variable *variable, struct item *item)
{
	size_t lead = 0;

	item->key = variable->key;
	item->type = variable->type;
	if (variable->key == KEY_NAMED) {
		item->value[0] = (uint8_t)(variable->name_length | variable->secret << 7);
		memcpy(item->value + 1, variable->name, variable->name_length);
		lead = 1u + variable->name_length;
	}
	memcpy(item->value + lead, variable->value, variable->length);
	item->length = (uint16_t)(lead + variable->length);
}

const char *variable_type(const struct variable *variable)
{
	static const char *const kinds[] = {"unsigned", "signed",  "float", "text",
					    "bytes",    "deleted", "mac",   "reserved"};
	const struct type *type = type_of(variable->type, variable->length);

	return type ? type->name : kinds[variable->type & 7];
}

char *variable_name(const struct variable *variable)
{
	char text[16];

	if (variable->key == KEY_NAMED)
		return text_escaped((const uint8_t *)variable->name, variable->name_length);
	if (variable->key == KEY_SERIAL)
		return strdup(SERIAL_NAME);
	snprintf(text, sizeof text, "key-%u", variable->key);
	return strdup(text);
}

char *variable_shown(const struct variable *variable)
{
	return value_shown(variable->type, variable->value, variable->length);
}

/* Whether a line, read again, is the variable; quietly. */
static bool reads_back(const char *line, const struct variable *variable)
{
	const struct type *type = type_of(variable->type, variable->length);
	const char *equals = strchr(line, '=');
	char *name = variable_name(variable);
	struct value value;
	bool same;

	same = name && type && (variable->key == KEY_SERIAL || variable->key == KEY_NAMED) && *name &&
	       strspn(name, name_characters) == strlen(name) && strlen(name) <= NAME_MAX_BYTES &&
	       (variable->key == KEY_SERIAL) == !strcmp(name, SERIAL_NAME);
	if (same && variable->key == KEY_SERIAL)
		same = (variable->type == TYPE_UNSIGNED && variable->length == 4) ||
		       (variable->type == TYPE_TEXT && variable->length > 0);
	same = same && !value_parse(type, equals + 1, true, &value) && value.length <= VALUE_MAX &&
	       value.code == variable->type && value.length == variable->length &&
	       !memcmp(value.bytes, variable->value, value.length);
	free(name);
	return same;
}

bool variable_line(const struct variable *variable, char **line)
{
	char *name = variable_name(variable), *shown = variable_shown(variable);
	const size_t size = name && shown ? strlen(name) + strlen(shown) + 32 : 0;
	bool good = false;

	*line = size ? malloc(size) : NULL;
	if (*line) {
		snprintf(*line, size, "%s:%s%s=%s", name, variable_type(variable), variable->secret ? ":secret" : "",
			 shown);
		good = reads_back(*line, variable);
	}
	free(name);
	free(shown);
	return good;
}
