/* SPDX-License-Identifier: MIT */
/* The demo: says through semihosting which serial number it finds in its own flash. */
#include <stdio.h>

#include "nameplate.h"

#define STATUS_DAMAGED 2

static void print_text_serial(void)
{
    const struct nameplate_region region = nameplate_linked_region();
    struct nameplate_value value;

    if (nameplate_find(&region, NAMEPLATE_KEY_SERIAL, &value) == 0 && value.type == NAMEPLATE_TEXT)
        printf("serial=%.*s\n", (int)value.length, (const char *)value.bytes);
}

int main(void)
{
    uint32_t serial;

    switch (nameplate_serial(&serial)) {
    case 0:
        printf("serial=%lu\n", (unsigned long)serial);
        return 0;
    case NAMEPLATE_NONE:
        puts("serial=none");
        return 0;
    case NAMEPLATE_TYPE:
        print_text_serial();
        return 0;
    default:
        puts("store=damaged");
        return STATUS_DAMAGED;
    }
}
