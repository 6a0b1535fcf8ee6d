/* SPDX-License-Identifier: MIT */
#include "print.h"

#include "error.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

/* A variable's value; the word secret for one that is not to be seen. */
static char *shown(const struct variable *variable, bool secrets)
{
	return variable->secret && !secrets ? strdup("secret") : variable_shown(variable);
}

int print_table(const struct decoded *decoded, bool secrets, FILE *to)
{
	for (size_t i = 0; i < decoded->variables.count; i++) {
		const struct variable *variable = &decoded->variables.list[i];
		char *name = variable_name(variable), *value = shown(variable, secrets);

		if (name && value)
			fprintf(to, "%-12s %-4s %-24s 0x%08X\n", name, variable_type(variable), value,
				decoded->addresses[i]);
		free(name);
		free(value);
		if (!name || !value)
			return fail_memory();
	}
	return 0;
}

/* ---- JSON (RFC 8259) ------------------------------------------------------------------------------------------ */

/* Of UTF-8. What is not to reach a terminal is \uNNNN. */
static void print_string(const uint8_t *bytes, size_t length, FILE *to)
{
	unsigned hidden = 0;

	fputc('"', to);
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] >= 0xC2 && (hidden = utf8_hidden(bytes + i)))
			fprintf(to, "\\u%04x", hidden);
		if (bytes[i] < 32 || bytes[i] == '"' || bytes[i] == '\\' || bytes[i] == 127)
			fprintf(to, "\\u%04x", bytes[i]);
		else if (bytes[i] < 128 || !hidden)
			fputc(bytes[i], to);
	}
	fputc('"', to);
}

/*
 * Integers are JSON numbers, however large; floats too, but for infinities and NaNs, whose bits are a string; all else is a
 * string. What is no UTF-8 is given as it is shown.
 */
static void print_value(const struct variable *variable, const char *text, FILE *to)
{
	const struct type *type = type_of(variable->type, variable->length);

	if (type && type->how == HOW_FLOAT && !strcmp(text, "-0"))
		fputs("-0.0", to); /* most parsers take -0 for an integer, which has no sign */
	else if (type && (type->how == HOW_INTEGER || (type->how == HOW_FLOAT && strncmp(text, "0x", 2))))
		fputs(text, to);
	else if (type && type->how == HOW_TEXT && is_utf8(variable->value, variable->length))
		print_string(variable->value, variable->length, to);
	else
		print_string((const uint8_t *)text, strlen(text), to);
}

int print_json(const struct decoded *decoded, bool secrets, FILE *to)
{
	static const char *const states[] = {"ok", "none", "damaged"};

	fprintf(to, "{\"state\": \"%s\", \"base\": %u, \"size\": %u, \"variables\": [\n", states[decoded->state],
		decoded->region.base, decoded->region.size);
	for (size_t i = 0; i < decoded->variables.count; i++) {
		const struct variable *variable = &decoded->variables.list[i];
		char *name = variable_name(variable), *value = variable_shown(variable);

		if (!name || !value) {
			free(name);
			free(value);
			return fail_memory();
		}
		fputs("  {\"name\": ", to);
		print_string((const uint8_t *)name, strlen(name), to);
		fprintf(to, ", \"type\": \"%s\", ", variable_type(variable));
		if (variable->secret)
			fputs("\"secret\": true", to);
		if (variable->secret && secrets)
			fputs(", ", to);
		if (!variable->secret || secrets) {
			fputs("\"value\": ", to);
			print_value(variable, value, to);
		}
		fprintf(to, ", \"address\": %u}%s\n", decoded->addresses[i],
			i + 1 < decoded->variables.count ? "," : "");
		free(name);
		free(value);
	}
	fputs("]}\n", to);
	return 0;
}

/* ---- a dump --------------------------------------------------------------------------------------------------- */

int print_dump(const struct decoded *decoded, bool secrets, FILE *to)
{
	fputs("# Variables of a device, one name:type=value a line. `nameplate restore` writes them back; edit them as you like.\n"
	      "# Types:",
	      to);
	for (const struct type *type = types; type->name; type++)
		fprintf(to, " %s", type->name);
	fputs("; then :secret for what is never printed.\n"
	      "# In a text \\n \\r \\t \\\\ and \\xNN stand for these bytes. A line that begins with # says nothing.\n",
	      to);
	for (size_t i = 0; i < decoded->variables.count; i++) {
		const struct variable *variable = &decoded->variables.list[i];
		char *name = variable_name(variable), *line = NULL;
		const bool hidden = variable->secret && !secrets;
		const bool good = !hidden && variable_line(variable, &line);

		if (name && good)
			fprintf(to, "%s\n", line);
		else if (name && hidden)
			fprintf(to, "# %s is a secret (--secrets dumps it)\n", name);
		else if (name)
			fprintf(to, "# %s (%s) is nothing that Nameplate writes\n", name, variable_type(variable));
		free(line);
		free(name);
		if (!name)
			return fail_memory();
	}
	return 0;
}
