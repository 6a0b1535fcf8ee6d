/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 60
#define QUOTES    4

static void print(const char *lead, const char *format, va_list arguments)
{
	fputs(lead, stderr);
	vfprintf(stderr, format, arguments);
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

const char *quote(const char *text)
{
	static char quoted[QUOTES][SHOWN_MAX + 3];
	static unsigned next;
	char *out = quoted[next++ % QUOTES];
	size_t length = strlen(text), shown = length > SHOWN_MAX ? SHOWN_MAX - 3 : length, n = 0;

	out[n++] = '"';
	for (size_t i = 0; i < shown; i++)
		out[n++] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	for (; length > SHOWN_MAX && n < SHOWN_MAX + 1;)
		out[n++] = '.';
	out[n++] = '"';
	out[n] = '\0';
	return out;
}
