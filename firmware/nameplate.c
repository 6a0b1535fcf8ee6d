/* SPDX-License-Identifier: MIT */
/* Nameplate's reader. FORMAT.md is the authority; the words in quotes below are its words. */
#include "nameplate.h"

/* "Header, one word at the cell's first byte" */
#define HEADER_MAGIC(h)  ((h) >> 26)
#define HEADER_CELL(h)   (4u << ((h) >> 23 & 7u)) /* bytes */
#define HEADER_TYPE(h)   ((h) >> 20 & 7u)
#define HEADER_KEY(h)    ((h) >> 12 & 0xFFu)
#define HEADER_SET(h)    ((h) & 1u << 11)
#define HEADER_LENGTH(h) ((h) & 0x7FFu)
#define HEADER_ANY_CELL  (7u << 23)

#define MAGIC        0x35u
#define CELL_MAX     128u
#define LENGTH_MAX   1055u
#define TYPE_DELETED 5u
#define TYPE_UNKNOWN 7u
#define BLANK_MAX    1536u /* bytes; no entry is longer, so nothing can follow that many blank ones */

/* "Area entry": key 0, unsigned, one word. */
#define AREA_HEADER        (MAGIC << 26 | 4u)
#define AREA_VERSION(w)    ((w) >> 28)
#define AREA_BYTES(w)      (((w) >> 16 & 0xFFFu) << 10)
#define AREA_GENERATION(w) ((w) & 0xFFFFu)
#define VERSION            1u

extern const uint8_t _nameplate_start[], _nameplate_end[];

/* A walk over one area. */
struct scan {
    const uint8_t *area;
    uint32_t size;   /* bytes of the area */
    uint32_t cell;   /* bytes; 0 while it is not known */
    uint32_t offset; /* where the walk stands */
    uint32_t blank;  /* bytes in a row, up to offset, whose header words are blank */
    uint32_t header; /* the word at the last place looked at */
    uint32_t word;   /* of the area entry */
};

/*
 * Torn flash can read differently each time. The empty asm makes the word that was read once the one that is used, so
 * that a length is never checked on one reading and used from another.
 */
static uint32_t load32(const uint8_t *p)
{
    uint32_t word = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
#ifdef __GNUC__
    __asm__("" : "+r"(word));
#endif
    return word;
}

/* CRC-32 as in zlib, bit by bit: a table would cost more flash than all the rest. */
static uint32_t crc32(uint32_t crc, uint32_t data, int bits)
{
    crc ^= data;
    while (bits-- > 0)
        crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1u));
    return crc;
}

/* "An entry stands at offset p": its size in bytes, or 0. Leaves the word that it judged in scan->header. */
static uint32_t entry_size(struct scan *scan)
{
    const uint8_t *entry = scan->area + scan->offset;
    const uint32_t header = scan->header = load32(entry);
    const uint32_t cell = HEADER_CELL(header);
    const uint32_t length = HEADER_LENGTH(header);
    const uint32_t check = cell + ((length + cell - 1) & -cell);
    uint32_t crc, i;

    if (HEADER_MAGIC(header) != MAGIC || cell > CELL_MAX || length > LENGTH_MAX)
        return 0;
    if (scan->offset & (cell - 1) || (scan->cell && cell != scan->cell))
        return 0;
    if (check + cell > scan->size - scan->offset)
        return 0;

    crc = crc32(~0u, header, 32);
    for (i = 0; i < length; i++)
        crc = crc32(crc, entry[cell + i], 8);
    return ~crc == load32(entry + check) ? check + cell : 0;
}

/* Goes past the entry at the walk's place and returns its size; or goes one step on and returns 0. */
static uint32_t scan_step(struct scan *scan, uint32_t step)
{
    const uint32_t size = entry_size(scan);

    scan->blank = scan->header + 1 > 1 ? 0 : scan->blank + step; /* + 1 > 1: neither all ones nor all zeros */
    scan->offset += size ? size : step;
    return size;
}

/*
 * "Find an area": looks at the first `places` words for its first entry. Returns 0 with scan->offset behind the area
 * entry; NAMEPLATE_NONE if all was blank; else NAMEPLATE_DAMAGED.
 */
static int find_area(struct scan *scan, const uint8_t *start, uint32_t size, uint32_t half, uint32_t places)
{
    int result = NAMEPLATE_NONE;

    scan->area = start;
    scan->size = size;
    scan->cell = scan->offset = scan->blank = 0;
    for (; places > 0 && scan->blank < BLANK_MAX; places--) {
        const uint32_t entry = scan_step(scan, 4);

        if (!scan->blank)
            result = NAMEPLATE_DAMAGED;
        if (entry) {
            scan->cell = HEADER_CELL(scan->header);
            scan->word = load32(start + scan->offset - entry + scan->cell);
            scan->size = AREA_BYTES(scan->word);
            if ((scan->header & ~HEADER_ANY_CELL) == AREA_HEADER && AREA_VERSION(scan->word) == VERSION &&
                (scan->size == half || scan->size == size) && scan->offset <= scan->size)
                return 0;
            break;
        }
    }
    return result;
}

/* "The valid area with the newest generation"; the first one when neither is newer. */
static int find_newest_area(struct scan *scan, const struct nameplate_region *region)
{
    const uint32_t half = region->size / 2;
    struct scan second;
    const int err = find_area(scan, region->start, region->size, half, region->size / 4);
    const int second_err = find_area(&second, region->start + half, half, half, 1);

    if (second_err == 0 && (err != 0 || AREA_GENERATION(second.word - scan->word) - 1u < 32767u)) {
        *scan = second;
        return 0;
    }
    return err == 0 || err < second_err ? err : second_err; /* damage in either is damage */
}

static int find(const struct nameplate_region *region, uint32_t key, struct nameplate_value *value)
{
    struct scan scan;
    const uint8_t *found = 0;   /* the newest entry of the key */
    const uint8_t *pending = 0; /* a newer one, which counts once its set is complete */
    uint32_t header;
    const int err = find_newest_area(&scan, region);

    if (err)
        return err;
    while (scan.offset < scan.size && scan.blank < BLANK_MAX) {
        const uint8_t *entry = scan.area + scan.offset;

        if (!scan_step(&scan, scan.cell)) {
            pending = 0;
            continue;
        }
        if (HEADER_KEY(scan.header) == key && HEADER_TYPE(scan.header) != TYPE_UNKNOWN)
            pending = entry;
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
    value->bytes = found + scan.cell;
    value->length = (uint16_t)HEADER_LENGTH(header);
    value->type = (uint8_t)HEADER_TYPE(header);
    return 0;
}

int nameplate_find(const struct nameplate_region *region, uint8_t key, struct nameplate_value *value)
{
    const struct nameplate_region linked = {_nameplate_start, (uint32_t)(_nameplate_end - _nameplate_start)};

    return find(region ? region : &linked, key, value);
}

int nameplate_serial(uint32_t *serial)
{
    struct nameplate_value value;
    const int err = nameplate_find(0, NAMEPLATE_KEY_SERIAL, &value);

    if (err)
        return err;
    if (value.type != NAMEPLATE_UNSIGNED || value.length != 4)
        return NAMEPLATE_TYPE;
    *serial = load32(value.bytes);
    return 0;
}
