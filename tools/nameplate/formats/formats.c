/* SPDX-License-Identifier: MIT */
#include "formats.h"

#include <string.h>

const struct format formats[] = {
	{"ihex", "Intel HEX", ihex_write, PARTS_OR_WHOLE, false, false},
	{"srec", "Motorola S-records", srec_write, PARTS_OR_WHOLE, false, false},
	{"bin", "binary, from the first byte written to the last", bin_write, PARTS_OR_WHOLE, true, false},
	{"uf2", "UF2, the whole region, for a bootloader", uf2_write, WHOLE, true, true},
	{"cubeprogrammer", "shell script: STM32_Programmer_CLI with -w32", cubeprogrammer_write, PARTS, false, false},
	{"st-flash", "shell script: st-flash, the whole region", stflash_write, WHOLE, false, true},
	{"jlink", "J-Link Commander script", jlink_write, PARTS, false, true},
	{NULL, NULL, NULL, PARTS, false, false},
};

const struct format *format_named(const char *name)
{
	for (const struct format *format = formats; format->name; format++)
		if (!strcmp(format->name, name))
			return format;
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
