/* SPDX-License-Identifier: MIT */
/* Nameplate's reader. FORMAT.md is the authority; the words in quotes below are its words. */
#include "nameplate.h"

/* "Header, one word at the cell's first byte" */
#define HEADER_CELL(h)   (4u << ((h) >> 23 & 7u)) /* bytes */
#define HEADER_TYPE(h)   ((h) >> 20 & 7u)
#define HEADER_KEY(h)    ((h) >> 12 & 0xFFu)
#define HEADER_SET(h)    ((h) & 1u << 11)
#define HEADER_LENGTH(h) ((h) & 0x7FFu)

#define MAGIC        (0x35u << 26)
#define MAGIC_MASK   (0x3Fu << 26)
#define CELL_MASK    (7u << 23)
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

/* A walk over the entries of one area. */
struct scan {
    const uint8_t *at;    /* where the walk stands: behind the last entry */
    const uint8_t *end;   /* of the area */
    const uint8_t *entry; /* the last entry */
    uint32_t header;      /* its header */
    uint32_t like;        /* a header: magic and, once known, cell size are those of every entry here */
    uint32_t mask;        /* which bits of `like` count */
    int state;            /* NAMEPLATE_NONE, or NAMEPLATE_DAMAGED once something that is not blank was seen */
};

/*
 * One load of an aligned word; every STM32 is little-endian. Volatile, because torn flash can read differently each
 * time: a length must not be checked on one reading and used from another.
 */
static uint32_t load32(const uint8_t *p)
{
    return *(const volatile uint32_t *)(const void *)p;
}

/* CRC-32 as in zlib over the header and the value, bit by bit: a table would cost more flash than all the rest. */
static uint32_t crc32(uint32_t header, const uint8_t *value, uint32_t length)
{
    uint32_t crc = ~header;
    int bits = 32;

    for (;;) {
        do
            crc = crc & 1u ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        while (--bits);
        if (length-- == 0)
            return ~crc;
        crc ^= *value++;
        bits = 8;
    }
}

/* "An entry stands at offset p": its size in bytes, or 0. */
static uint32_t entry_size(const struct scan *scan, uint32_t header)
{
    const uint32_t cell = HEADER_CELL(header);
    const uint32_t length = HEADER_LENGTH(header);
    const uint32_t check = cell + ((length + cell - 1) & -cell);

    if ((header ^ scan->like) & scan->mask || cell > CELL_MAX || length > LENGTH_MAX)
        return 0;
    if ((uintptr_t)scan->at & (cell - 1) || check + cell > (uint32_t)(scan->end - scan->at))
        return 0;
    if (crc32(header, scan->at + cell, length) != load32(scan->at + check))
        return 0;
    return check + cell;
}

/* Walks to the next entry that begins before `stop`. Returns whether there is one. */
static int next_entry(struct scan *scan, const uint8_t *stop)
{
    const uint32_t step = HEADER_CELL(scan->like);
    uint32_t blank = 0; /* bytes in a row whose header words are blank */

    while (scan->at < stop && blank < BLANK_MAX) {
        const uint32_t header = load32(scan->at);
        const uint32_t size = entry_size(scan, header);

        if (size) {
            scan->entry = scan->at;
            scan->header = header;
            scan->at += size;
            return 1;
        }
        scan->at += step;
        blank += step;
        if (header + 1 > 1) { /* neither all ones nor all zeros */
            blank = 0;
            scan->state = NAMEPLATE_DAMAGED;
        }
    }
    return 0;
}

/* "Find an area", the first or second. Returns its area entry's word, with the walk behind it; 0 if there is none. */
static uint32_t find_area(struct scan *scan, const struct nameplate_region *region, int second)
{
    const uint32_t half = region->size / 2;
    const uint8_t *start = region->start + (second ? half : 0);
    uint32_t word, size;

    scan->at = start;
    scan->end = region->start + region->size;
    scan->like = MAGIC;
    scan->mask = MAGIC_MASK;
    if (!next_entry(scan, second ? start + 4 : scan->end))
        return 0;
    scan->state = NAMEPLATE_DAMAGED;
    scan->like = scan->header;
    scan->mask = MAGIC_MASK | CELL_MASK;
    word = load32(scan->entry + HEADER_CELL(scan->header));
    size = AREA_BYTES(word);
    if (AREA_FIELDS(scan->header) != 4 || (size != half && size != (uint32_t)(scan->end - start)))
        return 0;
    scan->end = start + size;
    return scan->at <= scan->end ? word : 0;
}

/* "The valid area with the newest generation"; the first one when neither is newer. */
static int find_newest_area(struct scan *scan, const struct nameplate_region *region)
{
    uint32_t first, second;

    scan->state = NAMEPLATE_NONE;
    second = find_area(scan, region, 1);
    first = find_area(scan, region, 0);
    if (second && (!first || AREA_GENERATION(second - first) - 1u < 32767u))
        first = find_area(scan, region, 1); /* again: shorter than keeping two walks */
    return first ? 0 : scan->state;
}

int nameplate_find(const struct nameplate_region *region, uint8_t key, struct nameplate_value *value)
{
    struct scan scan;
    const uint8_t *found = 0;   /* the newest entry of the key */
    const uint8_t *pending = 0; /* a newer one, which counts once its set is complete */
    const uint8_t *behind;
    uint32_t header;
    const int err = find_newest_area(&scan, region);

    if (err)
        return err;
    while (behind = scan.at, next_entry(&scan, scan.end)) {
        if (scan.entry != behind)
            pending = 0;
        if (HEADER_KEY(scan.header) == key && HEADER_TYPE(scan.header) != TYPE_UNKNOWN)
            pending = scan.entry;
        if (!HEADER_SET(scan.header) && pending) {
            found = pending;
            pending = 0;
        }
    }
    if (!found)
        return NAMEPLATE_NONE;
    header = load32(found);
    if (HEADER_TYPE(header) == TYPE_DELETED)
        return NAMEPLATE_NONE;
    value->bytes = found + HEADER_CELL(header);
    value->length = (uint16_t)HEADER_LENGTH(header);
    value->type = (uint8_t)HEADER_TYPE(header);
    return 0;
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
