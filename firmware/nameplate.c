/* SPDX-License-Identifier: MIT */
/* Nameplate's reader: find and iterate. FORMAT.md is the authority; the words in quotes below are its words. */
#include "nameplate.h"

/* "Header, one word at the cell's first byte" */
#define HEADER_CELL(h)   (4u << ((h) >> 23 & 7u)) /* bytes */
#define HEADER_TYPE(h)   ((h) >> 20 & 7u)
#define HEADER_KEY(h)    ((h) >> 12 & 0xFFu)
#define HEADER_SET(h)    ((h) & 1u << 11)
#define HEADER_LENGTH(h) ((h) & 0x7FFu)

#define MAGIC        0x35u
#define CELL_PACKED  4u
#define CELL_MAX     128u
#define LENGTH_MAX   1055u
#define TYPE_DELETED 5u
#define TYPE_UNKNOWN 7u
#define BLANK_MAX    1536u /* bytes; no entry is longer, so nothing can follow that many blank ones */

/* "Area entry": key 0, unsigned, one word. A wrong version gives a size that no region has. */
#define AREA_FIELDS(h)     ((h) & 0x007FF7FFu) /* type, key and length; the set bit means nothing here */
#define AREA_VERSION       (1u << 12)
#define AREA_BYTES(w)      (((w) >> 16 ^ AREA_VERSION) << 10)
#define AREA_GENERATION(w) ((w) & 0xFFFFu)

/* "Key 255": one byte leads the name. */
#define KEY_AREA       0u
#define NAME_MAX       31u
#define NAME_LENGTH(b) ((b) & 0x1Fu)
#define NAME_ZERO(b)   ((b) & 0x60u)
#define NAME_SECRET(b) ((b) & 0x80u)

static const char serial_name[] = "serial";

/*
 * Every load is volatile, because torn flash can read differently each time: a length must not be checked on one
 * reading and used from another. Words are aligned, and every STM32 is little-endian.
 */
static uint32_t load32(const uint8_t *p)
{
    return *(const volatile uint32_t *)(const void *)p;
}

static uint32_t load8(const uint8_t *p)
{
    return *(const volatile uint8_t *)p;
}

/* CRC-32 as in zlib goes on over one byte or word, bit by bit: a table would cost more flash than all the rest. */
static uint32_t crc32(uint32_t crc, uint32_t data, int bits)
{
    crc ^= data;
    do
        crc = crc & 1u ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    while (--bits);
    return crc;
}

/* "An entry stands at offset p": its size in bytes, or 0. */
static uint32_t entry_size(const struct nameplate_walk *walk, uint32_t header)
{
    const uint32_t cell = HEADER_CELL(header);
    const uint32_t length = HEADER_LENGTH(header);
    const uint32_t check = cell + ((length + cell - 1) & -cell);
    const uint8_t *at = walk->area + walk->at;
    uint32_t crc, i;

    if (header >> 26 != MAGIC || cell > CELL_MAX || length > LENGTH_MAX)
        return 0;
    if (walk->cell && cell != walk->cell && cell != CELL_PACKED)
        return 0;
    if (walk->at & (cell - 1) || check + cell > walk->end - walk->at)
        return 0;
    crc = crc32(~0u, walk->at, 32);
    crc = crc32(crc, header, 32);
    for (i = 0; i < length; i++)
        crc = crc32(crc, load8(at + cell + i), 8);
    return ~crc == load32(at + check) ? check + cell : 0;
}

/* Walks to the next entry that begins before `stop`. Returns whether there is one. */
static int next_entry(struct nameplate_walk *walk, uint32_t stop)
{
    uint32_t seen = walk->at; /* behind the last word that is not blank */

    while (walk->at < stop && walk->at - seen < BLANK_MAX) {
        const uint32_t header = load32(walk->area + walk->at);
        const uint32_t size = entry_size(walk, header);

        if (size) {
            walk->entry = walk->at;
            walk->header = header;
            walk->at += size;
            return 1;
        }
        walk->at += 4;
        if (header + 1 > 1) { /* neither all ones nor all zeros */
            seen = walk->at;
            walk->state = NAMEPLATE_DAMAGED;
        } else if (walk->cell) {
            walk->at = (walk->at + walk->cell - 1) & -walk->cell;
        }
    }
    return 0;
}

/* "Find an area", the first or second. Returns its area entry's word, with the walk behind it; 0 if there is none. */
static uint32_t find_area(struct nameplate_walk *walk, const struct nameplate_region *region, int second)
{
    const uint32_t half = region->size / 2;
    uint32_t word, size;

    walk->area = region->start;
    walk->end = region->size;
    if (second) {
        walk->area += half;
        walk->end = half;
    }
    walk->at = 0;
    walk->cell = 0;
    if (!next_entry(walk, second ? 4 : walk->end))
        return 0;
    walk->state = NAMEPLATE_DAMAGED;
    walk->cell = HEADER_CELL(walk->header);
    word = load32(walk->area + walk->entry + walk->cell);
    size = AREA_BYTES(word);
    if (AREA_FIELDS(walk->header) != 4 || (size != half && size != walk->end) || walk->at > size)
        return 0;
    walk->end = size;
    return word;
}

/* "The valid area with the newest generation"; the first one when neither is newer, or when it is the whole region. */
int nameplate_begin(const struct nameplate_region *region, struct nameplate_walk *walk)
{
    uint32_t first, second;

    walk->state = NAMEPLATE_NONE;
    second = find_area(walk, region, 1);
    first = find_area(walk, region, 0);
    if (second && (!first || (walk->end < region->size && AREA_GENERATION(second - first) - 1u < 32767u)))
        first = find_area(walk, region, 1); /* again: shorter than keeping two walks */
    return first ? 0 : walk->state;
}

/* Splits the last entry of the walk into name and value. Returns whether readers know such an entry. */
static int describe(const struct nameplate_walk *walk, struct nameplate_variable *variable)
{
    const uint8_t *bytes = walk->area + walk->entry + HEADER_CELL(walk->header);
    uint32_t length = HEADER_LENGTH(walk->header);
    uint32_t field = 0;

    variable->key = (uint8_t)HEADER_KEY(walk->header);
    variable->value.type = (uint8_t)HEADER_TYPE(walk->header);
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
    return variable->key != KEY_AREA && variable->value.type != TYPE_UNKNOWN;
}

static int names_equal(const char *one, const char *other, uint32_t length)
{
    while (length && load8((const uint8_t *)one) == load8((const uint8_t *)other)) {
        one++;
        other++;
        length--;
    }
    return length == 0;
}

/* Goes on with the walk to its end: the newest entry of the variable with this key and name, which must be live. */
static int find_newest(struct nameplate_walk *walk, uint32_t key, const char *name, uint32_t name_length,
                       struct nameplate_variable *variable)
{
    uint32_t found = 0, found_header = 0;     /* the newest entry */
    uint32_t pending = 0, pending_header = 0; /* a newer one, which counts once its set is complete */
    uint32_t behind;

    while (behind = walk->at, next_entry(walk, walk->end)) {
        if (walk->entry != behind)
            pending = 0;
        if (describe(walk, variable) && variable->key == key && variable->name_length == name_length &&
            names_equal(variable->name, name, name_length)) {
            pending = walk->entry;
            pending_header = walk->header;
        }
        if (!HEADER_SET(walk->header) && pending) {
            found = pending;
            found_header = pending_header;
            pending = 0;
        }
    }
    walk->entry = found;
    walk->header = found_header;
    return found && describe(walk, variable) && variable->value.type != TYPE_DELETED ? 0 : NAMEPLATE_NONE;
}

static int find(const struct nameplate_region *region, uint32_t key, const char *name, uint32_t name_length,
                struct nameplate_value *value)
{
    struct nameplate_walk walk;
    struct nameplate_variable variable;
    int err = nameplate_begin(region, &walk);

    if (err)
        return err;
    err = find_newest(&walk, key, name, name_length, &variable);
    if (err)
        return err;
    *value = variable.value;
    return 0;
}

int nameplate_find(const struct nameplate_region *region, uint8_t key, struct nameplate_value *value)
{
    return find(region, key, 0, 0, value);
}

int nameplate_find_name(const struct nameplate_region *region, const char *name, struct nameplate_value *value)
{
    uint32_t length = 0;

    while (length < NAME_MAX + 1u && name[length])
        length++;
    if (length == sizeof serial_name - 1 && names_equal(name, serial_name, length))
        return find(region, NAMEPLATE_KEY_SERIAL, 0, 0, value);
    return find(region, NAMEPLATE_KEY_NAMED, name, length, value);
}

int nameplate_next(struct nameplate_walk *walk, struct nameplate_variable *variable)
{
    struct nameplate_variable newest;
    struct nameplate_walk ahead;

    while (next_entry(walk, walk->end)) {
        if (!describe(walk, variable))
            continue;
        ahead = *walk;
        ahead.at = walk->entry;
        if (find_newest(&ahead, variable->key, variable->name, variable->name_length, &newest) == 0 &&
            ahead.entry == walk->entry) {
            if (variable->key == NAMEPLATE_KEY_SERIAL) {
                variable->name = serial_name;
                variable->name_length = sizeof serial_name - 1;
            }
            return 0;
        }
    }
    return NAMEPLATE_NONE;
}

int nameplate_serial(uint32_t *serial)
{
    const struct nameplate_region region = nameplate_linked_region();
    struct nameplate_value value;
    const int err = nameplate_find(&region, NAMEPLATE_KEY_SERIAL, &value);

    if (err)
        return err;
    if (value.type != NAMEPLATE_UNSIGNED || value.length != 4)
        return NAMEPLATE_TYPE;
    *serial = load32(value.bytes);
    return 0;
}
