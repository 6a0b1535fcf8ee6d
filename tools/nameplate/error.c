/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 60
#define QUOTES    4

static bool hushed, left_out;

static void print(const char *lead, const char *format, va_list arguments)
{
	fputs(lead, stderr);
	vfprintf(stderr, format, arguments);
	if (left_out)
		fputs(" (not shown, as it may belong to the secret before it: write a secret of several words in quotes)",
		      stderr);
	left_out = false;
	fputc('\n', stderr);
}

int fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print("Error: ", format, arguments);
	va_end(arguments);
	return -1;
}

int fail_memory(void)
{
	return fail("out of memory: close other programs, or give a smaller file");
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print("Nameplate: ", format, arguments);
	va_end(arguments);
}

void quote_hush(bool on)
{
	hushed = on;
	left_out = false;
}

const char *quote(const char *text)
{
	static char quoted[QUOTES][SHOWN_MAX + 6];
	static unsigned next;
	char *out = quoted[next++ % QUOTES];
	const char *secret = strstr(text, ":secret=");
	size_t length = hushed ? 0 : secret ? (size_t)(strchr(secret, '=') - text) + 1 : strlen(text);
	size_t shown = length > SHOWN_MAX ? SHOWN_MAX - 3 : length, n = 0;
	const bool cut = length < strlen(text) || length > SHOWN_MAX;

	left_out = left_out || hushed;
	out[n++] = '"';
	for (size_t i = 0; i < shown; i++)
		out[n++] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	strcpy(out + n, cut ? "...\"" : "\"");
	return out;
}
