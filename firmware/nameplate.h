/* SPDX-License-Identifier: MIT */
/*
 * Nameplate's reader: finds the values that were written into the reserved flash region at upload.
 *
 *     uint32_t serial;
 *     if (nameplate_serial(&serial) == 0)
 *         use(serial);
 *
 * Freestanding C99: no libc, no heap, no writable data, so a bootloader can use it, and so can an interrupt. It only
 * reads. The format, and the reason for every rule, is in FORMAT.md.
 *
 * Time: a scan computes one CRC per entry, some 50 instructions a byte. Read a value once, at start-up.
 */
#ifndef NAMEPLATE_H
#define NAMEPLATE_H

#include <stdint.h>

/* Results. 0 is success; an error leaves the caller's output as it was. */
enum {
    NAMEPLATE_NONE = -1,    /* no such value, or nothing was ever written */
    NAMEPLATE_DAMAGED = -2, /* the region holds something, but no store that this reader knows */
    NAMEPLATE_TYPE = -3,    /* the value is there and has another type or length; nameplate_find gives it */
};

/* Types of a value. Numbers are little-endian, 1, 2, 4 or 8 bytes. */
enum {
    NAMEPLATE_UNSIGNED = 0,
    NAMEPLATE_SIGNED = 1,
    NAMEPLATE_FLOAT = 2,
    NAMEPLATE_TEXT = 3, /* UTF-8, no terminating NUL */
    NAMEPLATE_BYTES = 4,
    NAMEPLATE_MAC = 6,
};

/* Keys of the registry. */
enum {
    NAMEPLATE_KEY_SERIAL = 1,
};

/* The reserved flash: whole pages, so `start` is a multiple of 128 and `size` (bytes) one of 1,024, and not 0. */
struct nameplate_region {
    const uint8_t *start;
    uint32_t size;
};

/* The region that the linker script gave: between the symbols _nameplate_start and _nameplate_end. */
extern const uint8_t _nameplate_start[], _nameplate_end[];

static inline struct nameplate_region nameplate_linked_region(void)
{
    const struct nameplate_region region = {_nameplate_start, (uint32_t)(_nameplate_end - _nameplate_start)};
    return region;
}

/* A value where it stands on flash. It stays valid until the region is erased. */
struct nameplate_value {
    const uint8_t *bytes; /* `length` of them, without gaps; may be unaligned */
    uint16_t length;      /* 0 to 1,055 */
    uint8_t type;         /* NAMEPLATE_UNSIGNED ... */
};

/*
 * The device's serial number, from the linked region.
 *
 * *serial  0 to 4,294,967,295
 * result   0, NAMEPLATE_NONE, NAMEPLATE_DAMAGED, or NAMEPLATE_TYPE if the serial is a text
 */
int nameplate_serial(uint32_t *serial);

/*
 * The newest value of a key.
 *
 * region   where to look; not NULL
 * key      1 (NAMEPLATE_KEY_SERIAL) to 254
 * *value   a view of the value; nothing is copied
 * result   0, NAMEPLATE_NONE (never written, or deleted), NAMEPLATE_DAMAGED
 */
int nameplate_find(const struct nameplate_region *region, uint8_t key, struct nameplate_value *value);

#endif
