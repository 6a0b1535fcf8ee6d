/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include <string.h>

/* A new format is a file, which defines it, and a word here. The first is the default. */
#define FORMATS(row)                                                                                               \
	row(ihex) row(srec) row(bin) row(uf2) row(cubeprogrammer) row(stflash) row(jlink) row(pyocd) row(probe_rs) \
		row(gdb)

#define DECLARED(name) extern const struct format name##_format;
#define LISTED(name)   &name##_format,

FORMATS(DECLARED)
const struct format *const formats[] = {FORMATS(LISTED) NULL};

const struct format *format_named(const char *name)
{
	for (const struct format *const *format = formats; *format; format++)
		if (!strcmp((*format)->name, name))
			return *format;
	return NULL;
}

char *line_take(char **text)
{
	char *line = *text, *end;

	if (!*line)
		return NULL;
	end = line + strcspn(line, "\n");
	*text = *end ? end + 1 : end;
	while (end > line && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return line;
}

bool hex_take(const char *digits, size_t count, uint8_t *bytes)
{
	static const char values[] = "0123456789abcdef0123456789ABCDEF";

	for (size_t i = 0; i < 2 * count; i++) {
		const char *found = digits[i] ? strchr(values, digits[i]) : NULL;

		if (!found)
			return false;
		if (i % 2 == 0)
			bytes[i / 2] = (uint8_t)((found - values) % 16 << 4);
		else
			bytes[i / 2] |= (uint8_t)((found - values) % 16);
	}
	return true;
}
