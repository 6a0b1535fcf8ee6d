/* SPDX-License-Identifier: MIT */
/* Nameplate's reader. FORMAT.md is the authority; the words in quotes below are its words. */
#include "nameplate.h"
#include "nameplate_ecc.h" /* words that cannot be read, on STM32H7 */

#ifdef NAMEPLATE_GUARDED_LOADS
__asm__(".weak _nameplate_guarded\n\t.set _nameplate_guarded, 1"); /* the linker include wants to know */
#endif

/* "Header, one word at the cell's first byte" */
/* clang-format off */
#define HEADER_CELL(h)   (4u << ((h) >> 23 & 7u)) /* bytes */
#define HEADER_TYPE(h)   ((h) >> 20 & 7u)
#define HEADER_KEY(h)    ((h) >> 12 & 0xFFu)
#define HEADER_SET(h)    ((h) & 1u << 11)
#define HEADER_LENGTH(h) ((h) & 0x7FFu)
#define NUMBER_FIELDS(h) ((h) & 0x007007FFu) /* type and length: 4 is an unsigned word */

#define MAGIC        0x35u
#define CELL_PACKED  4u /* bytes */
#define CELLS_ALL    (4u | 8u | 16u | 32u | 64u | 128u)
#define LENGTH_MAX   1055u
#define TYPE_DELETED 5u
#define TYPE_UNKNOWN 7u
#define NUMBER_MAX   8u /* bytes */
#define BLANK_MAX    1536u /* bytes; no entry is longer, so nothing can follow that many blank ones */

/* "Area entry": key 0, unsigned, one word. A wrong version gives a size that no region has. */
#define AREA_FIELDS(h)     ((h) & 0x007FF7FFu) /* type, key and length; the set bit means nothing here */
#define AREA_VERSION       (1u << 12)
#define AREA_BYTES(w)      (((w) >> 16 ^ AREA_VERSION) << 10)
#define AREA_GENERATION(w) ((w) & 0xFFFFu)

/* "Key 255": one byte leads the name. */
#define NAME_MAX       31u
#define NAME_LENGTH(b) ((b) & 0x1Fu)
#define NAME_ZERO(b)   ((b) & 0x60u)
#define NAME_SECRET(b) ((b) & 0x80u)
/* clang-format on */

#define CRC_POLYNOMIAL 0xEDB88320u /* 0x04C11DB7, reflected */
#define CRC_TOP        0x80000000u

static const char serial_name[] = "serial";

/*
 * Every load is volatile, because torn flash can read differently each time: a length must not be checked on one
 * reading and used from another. Words are aligned, and every STM32 is little-endian.
 */
static uint32_t load32(const uint8_t *p)
{
#ifdef NAMEPLATE_GUARDED_LOADS
    return nameplate_guarded_load(p, 4);
#else
    return *(const volatile uint32_t *)(const void *)p;
#endif
}

static uint32_t load8(const uint8_t *p)
{
#ifdef NAMEPLATE_GUARDED_LOADS
    return nameplate_guarded_load(p, 1);
#else
    return *(const volatile uint8_t *)p;
#endif
}

/*
 * CRC-32 as in zlib, bit by bit: a table would cost more flash than all the rest. The lowest bit is turned round to the
 * top, where it is a sign: five instructions a bit. A header is never 0, so 0 says that it was taken.
 */
static uint32_t crc32(uint32_t offset, uint32_t header, const uint8_t *value, uint32_t length)
{
    const uint8_t *end = value + length;
    uint32_t crc = ~offset;
    uint32_t bits = 32; /* of offset, then of header, then of each byte */

    for (;;) {
        do {
            crc = crc >> 1 | crc << 31;
            if (crc & CRC_TOP)
                crc ^= CRC_TOP ^ CRC_POLYNOMIAL;
        } while (--bits);
        if (header) {
            crc ^= header;
            header = 0;
            bits = 32;
        } else {
            if (value == end)
                return ~crc;
            crc ^= load8(value++);
            bits = 8;
        }
    }
}

/* "An entry stands at offset p", the walk's place. Returns whether it does, with the walk after it. */
static int take_entry(struct nameplate_walk *walk, uint32_t header)
{
    const uint32_t cell = HEADER_CELL(header);
    const uint32_t length = HEADER_LENGTH(header);
    const uint32_t size = cell + ((length + cell - 1) & -cell); /* up to the check */
    const uint8_t *value = walk->area + walk->at + cell;

    if (header >> 26 != MAGIC || length > LENGTH_MAX || !(cell & walk->cells) || walk->at & (cell - 1))
        return 0;
    if (walk->at + size + cell > walk->end)
        return 0;
    if (crc32(walk->at, header, value, length) != load32(value - cell + size))
        return 0;
    walk->entry = walk->at;
    walk->header = header;
    walk->value = value;
    walk->at += size + cell;
    return 1;
}

/* Walks to the next entry that begins before `stop`. Returns whether there is one. */
static int next_entry(struct nameplate_walk *walk, uint32_t stop)
{
    uint32_t seen = walk->at; /* after the last word that is not blank */

    while (walk->at < stop && walk->at - seen < BLANK_MAX) {
        const uint32_t header = load32(walk->area + walk->at);

        if (header + 1 > 1) { /* neither all ones nor all zeros */
            walk->state = NAMEPLATE_DAMAGED;
            if (take_entry(walk, header))
                return 1;
            seen = walk->at += 4;
        } else {
            walk->at = (walk->at + walk->step) & -walk->step;
        }
    }
    return 0;
}

/* "Find an area", at the region's start or middle. Returns its area entry's word, the walk after it; 0 for none. */
static uint32_t find_area(struct nameplate_walk *walk, const struct nameplate_region *region, uint32_t middle)
{
    uint32_t word, size;

    walk->area = region->start + middle;
    walk->end = region->size - middle;
    walk->at = 0;
    walk->step = CELL_PACKED;
    walk->cells = CELLS_ALL;
    if (!next_entry(walk, middle ? 4 : walk->end))
        return 0;
    walk->step = HEADER_CELL(walk->header);
    walk->cells = walk->step | CELL_PACKED;
    word = load32(walk->value);
    size = AREA_BYTES(word);
    if (AREA_FIELDS(walk->header) != 4 || (size != walk->end && size != region->size / 2) || walk->at > size)
        return 0;
    walk->end = size;
    return word;
}

/* "The valid area with the newest generation"; the first one when neither is newer, or when it is the whole region. */
int nameplate_begin(const struct nameplate_region *region, struct nameplate_walk *walk)
{
    const uint32_t middle = region->size / 2;
    uint32_t first, second;

    walk->state = NAMEPLATE_NONE;
    second = find_area(walk, region, middle);
    first = find_area(walk, region, 0);
    if (second && (!first || (walk->end == middle && (int16_t)(second - first) > 0)))
        first = find_area(walk, region, middle); /* again: shorter than keeping two walks */
    return first ? 0 : walk->state;
}

typedef int match(const struct nameplate_walk *walk, const struct nameplate_variable *variable);

/*
 * Goes on to the end, then back to the newest entry of the variable; it must be live. What tells the variable's entries
 * is a function, so that a program which asks for the serial alone has no code for names.
 */
static int find_newest(struct nameplate_walk *walk, match *matches, const struct nameplate_variable *variable)
{
    uint32_t found = 0;   /* the newest entry that counts; 0 if it is of type deleted */
    uint32_t pending = 0; /* the same, or a newer one that counts once its set is complete */
    uint32_t after;

    while (after = walk->at, next_entry(walk, walk->end)) {
        const uint32_t type = HEADER_TYPE(walk->header);

        if (walk->entry != after)
            pending = found;
        if (type != TYPE_UNKNOWN && matches(walk, variable))
            pending = type == TYPE_DELETED ? 0 : walk->entry;
        if (!HEADER_SET(walk->header))
            found = pending;
    }
    walk->at = found;
    return next_entry(walk, found ? found + 4 : 0) ? 0 : NAMEPLATE_NONE; /* none begins before 0 */
}

static int match_serial(const struct nameplate_walk *walk, const struct nameplate_variable *variable)
{
    (void)variable;
    return HEADER_KEY(walk->header) == NAMEPLATE_KEY_SERIAL;
}

/* Splits the last entry of the walk into name and value. Returns whether it is a variable. */
static int describe(const struct nameplate_walk *walk, struct nameplate_variable *variable)
{
    const uint8_t *bytes = walk->value;
    uint32_t length = HEADER_LENGTH(walk->header);
    uint32_t field = 0;

    variable->key = (uint8_t)HEADER_KEY(walk->header);
    if (variable->key == NAMEPLATE_KEY_NAMED) {
        field = length ? load8(bytes) : 0;
        bytes++;
        if (NAME_ZERO(field) || NAME_LENGTH(field) == 0 || NAME_LENGTH(field) >= length)
            return 0;
        length -= NAME_LENGTH(field) + 1;
    }
    variable->name = (const char *)bytes;
    variable->name_length = (uint8_t)NAME_LENGTH(field);
    variable->secret = NAME_SECRET(field) != 0;
    variable->value.bytes = bytes + NAME_LENGTH(field);
    variable->value.length = (uint16_t)length;
    variable->value.type = (uint8_t)HEADER_TYPE(walk->header);
    return variable->key;
}

static int names_equal(const char *one, const char *other, uint32_t length)
{
    while (length--)
        if (load8((const uint8_t *)one + length) != load8((const uint8_t *)other + length))
            return 0;
    return 1;
}

static int match_variable(const struct nameplate_walk *walk, const struct nameplate_variable *variable)
{
    struct nameplate_variable one;

    return describe(walk, &one) && one.key == variable->key && one.name_length == variable->name_length &&
           names_equal(one.name, variable->name, one.name_length);
}

/* By name; or by key, if `name` is 0. */
static int find(const struct nameplate_region *region, uint8_t key, const char *name, struct nameplate_value *value)
{
    struct nameplate_variable variable;
    struct nameplate_walk walk;
    uint32_t length = 0;
    int err = nameplate_begin(region, &walk);

    if (err)
        return err;
    if (name) {
        while (length <= NAME_MAX && name[length])
            length++;
        key = NAMEPLATE_KEY_NAMED;
        if (length == sizeof serial_name - 1 && names_equal(name, serial_name, length)) {
            key = NAMEPLATE_KEY_SERIAL;
            length = 0;
        }
    }
    variable.key = key;
    variable.name = name;
    variable.name_length = (uint8_t)length;
    if (find_newest(&walk, match_variable, &variable) || !describe(&walk, &variable))
        return NAMEPLATE_NONE;
    *value = variable.value;
    return 0;
}

int nameplate_find(const struct nameplate_region *region, uint8_t key, struct nameplate_value *value)
{
    return find(region, key, 0, value);
}

int nameplate_find_name(const struct nameplate_region *region, const char *name, struct nameplate_value *value)
{
    return find(region, 0, name, value);
}

int nameplate_next(struct nameplate_walk *walk, struct nameplate_variable *variable)
{
    while (next_entry(walk, walk->end)) {
        const uint32_t entry = walk->entry;
        const uint32_t after = walk->at;

        walk->at = entry; /* looking ahead ends after this entry again, if it is the newest */
        if (describe(walk, variable) && find_newest(walk, match_variable, variable) == 0 && walk->entry == entry)
            return 0;
        walk->at = after;
    }
    return NAMEPLATE_NONE;
}

int nameplate_serial(uint32_t *serial)
{
    const struct nameplate_region region = nameplate_linked_region();
    struct nameplate_walk walk;
    int err = nameplate_begin(&region, &walk);

    if (!err)
        err = find_newest(&walk, match_serial, 0);
    if (!err && NUMBER_FIELDS(walk.header) != 4)
        err = NAMEPLATE_TYPE;
    if (!err)
        *serial = load32(walk.value);
    return err;
}

/*
 * Whether a whole number fits: it is in `count` bytes, and after them comes `fill`, its sign, without end. Byte by
 * byte, since 64-bit arithmetic would call the compiler's library.
 */
static int number_fits(const uint8_t *bytes, uint32_t count, uint32_t fill, uint32_t type, uint32_t size)
{
    uint32_t sign = 0, byte, i;

    for (i = type == NAMEPLATE_SIGNED ? size - 1 : size; i <= NUMBER_MAX; i++) {
        byte = i < count ? load8(bytes + i) : fill;
        if (i < size)
            sign = byte & 0x80u ? 0xFFu : 0;
        else if (byte != sign)
            return 0;
    }
    return 1;
}

int nameplate_get(uint8_t key, const char *name, uint32_t form, void *out)
{
    const struct nameplate_region region = nameplate_linked_region();
    const uint32_t type = form & 7u;
    struct nameplate_value value;
    uint32_t size = form >> 3;
    uint32_t fill = 0;
    uint32_t count, i;
    int result = find(&region, key, name, &value);

    if (result)
        return result;
    count = value.length;
    if (type <= NAMEPLATE_SIGNED) {
        if (value.type > NAMEPLATE_SIGNED || count & (count - 1) || count - 1 >= NUMBER_MAX)
            return NAMEPLATE_TYPE;
        if (value.type == NAMEPLATE_SIGNED && load8(value.bytes + count - 1) & 0x80u)
            fill = 0xFF;
        if (!number_fits(value.bytes, count, fill, type, size))
            return NAMEPLATE_RANGE;
    } else {
        if (value.type != type)
            return NAMEPLATE_TYPE;
        if (type == NAMEPLATE_TEXT || type == NAMEPLATE_BYTES) {
            result = (int)count;
            i = count + (type == NAMEPLATE_TEXT); /* the terminating NUL */
            if (i > size)
                return NAMEPLATE_RANGE;
            size = i;
        } else if (count != size) {
            return NAMEPLATE_TYPE;
        }
    }
    for (i = 0; i < size; i++)
        ((volatile uint8_t *)out)[i] = (uint8_t)(i < count ? load8(value.bytes + i) : fill);
    return result;
}
