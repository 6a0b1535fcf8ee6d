/* SPDX-License-Identifier: MIT */
#include "form.h"

#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH_MAX 19

static const char *take_conversion(const char **at, struct form_parts *parts)
{
	const char *c = *at;
	const bool zeros = *c == '0';

	if (parts->how)
		return "has two numbers: leave one";
	c += zeros;
	for (parts->width = 0; *c >= '0' && *c <= '9' && parts->width <= WIDTH_MAX; c++)
		parts->width = 10 * parts->width + *c - '0';
	if (parts->width > WIDTH_MAX || (parts->width && !zeros) || !*c || !strchr("uxX", *c))
		return "has a % that is not one of %u, %06u, %X, %04X, %x, %%";
	parts->how = *c;
	*at = c + 1;
	return NULL;
}

static const char *take_apart(const char *form, struct form_parts *parts)
{
	char *out = parts->before;
	const char *why;

	memset(parts, 0, sizeof *parts);
	if (strlen(form) > FORM_MAX)
		return "is longer than 64 bytes";
	if (!is_utf8((const uint8_t *)form, strlen(form)))
		return "is not valid UTF-8";
	while (*form) {
		if ((unsigned char)*form < ' ' || *form == 127)
			return "holds a control character";
		if (*form == '%' && form[1] != '%') {
			form++;
			why = take_conversion(&form, parts);
			if (why)
				return why;
			out = parts->after;
			continue;
		}
		form += *form == '%';
		*out++ = *form++;
	}
	return parts->how ? NULL : "has no number in it: write it like SN-%06u";
}

const char *form_wrong(const char *form)
{
	struct form_parts parts;

	return take_apart(form, &parts);
}

void form_take_apart(const char *form, struct form_parts *parts)
{
	take_apart(form ? form : "%u", parts);
}

void form_text(const char *form, int64_t number, char text[FORM_TEXT_MAX])
{
	struct form_parts parts;
	char digits[24];

	if (!form) {
		snprintf(text, FORM_TEXT_MAX, "%" PRId64, number);
		return;
	}
	take_apart(form, &parts);
	if (parts.how == 'u')
		snprintf(digits, sizeof digits, "%0*" PRId64, parts.width ? parts.width : 1, number);
	else if (parts.how == 'x')
		snprintf(digits, sizeof digits, "%0*" PRIx64, parts.width ? parts.width : 1, (uint64_t)number);
	else
		snprintf(digits, sizeof digits, "%0*" PRIX64, parts.width ? parts.width : 1, (uint64_t)number);
	snprintf(text, FORM_TEXT_MAX, "%s%s%s", parts.before, digits, parts.after);
}

bool form_number(const char *form, const char *text, int64_t *number)
{
	struct form_parts parts = {.how = 'u'};
	char again[FORM_TEXT_MAX], digits[24] = "";
	size_t before, after, length = strlen(text);

	if (form)
		take_apart(form, &parts);
	before = strlen(parts.before);
	after = strlen(parts.after);
	if (length <= before + after || length - before - after >= sizeof digits)
		return false;
	memcpy(digits, text + before, length - before - after);
	*number = (int64_t)strtoull(digits, NULL, parts.how == 'u' ? 10 : 16);
	/* One number has one text: whatever else was wrong shows here. */
	if (*number < 0)
		return false;
	form_text(form, *number, again);
	return !strcmp(again, text);
}

void form_mac_text(int64_t number, char text[FORM_TEXT_MAX])
{
	for (int i = 0; i < 6; i++)
		sprintf(text + 3 * i, "%02x%s", (unsigned)(number >> 8 * (5 - i)) & 0xFFu, i < 5 ? ":" : "");
}
