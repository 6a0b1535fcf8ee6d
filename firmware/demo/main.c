/* SPDX-License-Identifier: MIT */
/*
 * The demo: says through semihosting what it finds in its own flash, one line name=value for each variable, the serial
 * number first. What a value looks like is specified in firmware/README.md; the upload compares it.
 */
#include <stdio.h>

#include "nameplate.h"

#define STATUS_DAMAGED 2
#define NUMBER_BYTES   8
#define DIGITS         20 /* of 2^64 */

static int is_number(const struct nameplate_value *value)
{
    return value->length == 1 || value->length == 2 || value->length == 4 || value->length == 8;
}

static int is_negative(const struct nameplate_value *value)
{
    return value->type == NAMEPLATE_SIGNED && value->bytes[value->length - 1] & 0x80;
}

/* newlib-nano's printf knows no 64 bits: long division by ten, byte by byte. */
static void print_number(const struct nameplate_value *value)
{
    uint8_t bytes[NUMBER_BYTES] = {0};
    char digits[DIGITS + 1] = {0};
    char *first = digits + DIGITS;
    unsigned carry = 1, rest, left, i;

    for (i = 0; i < value->length; i++) {
        bytes[i] = value->bytes[i];
        if (is_negative(value)) {
            carry += (uint8_t)~bytes[i];
            bytes[i] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    if (is_negative(value))
        putchar('-');
    do {
        rest = left = 0;
        for (i = NUMBER_BYTES; i-- > 0;) {
            rest = rest << 8 | bytes[i];
            bytes[i] = (uint8_t)(rest / 10);
            rest %= 10;
            left |= bytes[i];
        }
        *--first = (char)('0' + rest);
    } while (left);
    fputs(first, stdout);
}

static void print_hex(const uint8_t *bytes, uint32_t length, const char *between)
{
    uint32_t i;

    for (i = 0; i < length; i++)
        printf("%s%02x", i ? between : "", bytes[i]);
}

static void print_float(const struct nameplate_value *value)
{
    uint32_t i;

    fputs("0x", stdout);
    for (i = value->length; i-- > 0;)
        printf("%02x", value->bytes[i]);
}

static void print_text(const uint8_t *bytes, uint32_t length)
{
    for (; length; bytes++, length--)
        if (*bytes == '\\')
            fputs("\\\\", stdout);
        else if (*bytes < ' ' || *bytes > '~')
            printf("\\x%02x", *bytes);
        else
            putchar(*bytes);
}

/* A number or an address of a length that its type does not have is printed as bytes. */
static void print_value(const struct nameplate_value *value)
{
    if (value->type == NAMEPLATE_TEXT)
        print_text(value->bytes, value->length);
    else if (value->type <= NAMEPLATE_SIGNED && is_number(value))
        print_number(value);
    else if (value->type == NAMEPLATE_FLOAT && (value->length == 4 || value->length == 8))
        print_float(value);
    else
        print_hex(value->bytes, value->length, value->type == NAMEPLATE_MAC ? ":" : "");
}

static void print_variable(const struct nameplate_variable *variable)
{
    if (variable->name_length)
        print_text((const uint8_t *)variable->name, variable->name_length);
    else
        printf("key-%u", variable->key);
    putchar('=');
    if (variable->secret)
        fputs("secret", stdout);
    else
        print_value(&variable->value);
    putchar('\n');
}

static void print_serial(const struct nameplate_region *region)
{
    struct nameplate_value serial;

    fputs("serial=", stdout);
    if (nameplate_find(region, NAMEPLATE_KEY_SERIAL, &serial) == 0)
        print_value(&serial);
    else
        fputs("none", stdout);
    putchar('\n');
}

int main(void)
{
    const struct nameplate_region region = nameplate_linked_region();
    struct nameplate_variable variable;
    struct nameplate_walk walk;
    int err = nameplate_begin(&region, &walk);

    if (err == NAMEPLATE_DAMAGED) {
        puts("store=damaged");
        return STATUS_DAMAGED;
    }
    print_serial(&region);
    while (!err && nameplate_next(&walk, &variable) == 0)
        if (variable.key != NAMEPLATE_KEY_SERIAL)
            print_variable(&variable);
    return 0;
}
