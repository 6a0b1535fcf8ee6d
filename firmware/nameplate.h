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
    NAMEPLATE_RANGE = -4,   /* the value is there and does not fit: too large, negative, or too long for the buffer */
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
    NAMEPLATE_KEY_NAMED = 255, /* a variable with a name instead of a key of its own */
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

/* A variable: a value with what it is called. */
struct nameplate_variable {
    struct nameplate_value value;
    const char *name;    /* `name_length` bytes on flash, no terminating NUL */
    uint8_t name_length; /* 1 to 31; 0 if the variable has a key that this reader knows no name for */
    uint8_t key;         /* 1 to 254, or NAMEPLATE_KEY_NAMED */
    uint8_t secret;      /* not to be printed */
};

/*
 * The device's serial number, from the linked region.
 *
 * *serial  0 to 4,294,967,295
 * result   0, NAMEPLATE_NONE, NAMEPLATE_DAMAGED, or NAMEPLATE_TYPE if the serial is a text
 */
int nameplate_serial(uint32_t *serial);

/*
 * The newest value of a variable, by its key or by its name.
 *
 * region   where to look; not NULL
 * key      1 (NAMEPLATE_KEY_SERIAL) to 254
 * name     1 to 31 letters, digits, `_ . -`, NUL-terminated; "serial" is the same as NAMEPLATE_KEY_SERIAL
 * *value   a view of the value; nothing is copied
 * result   0, NAMEPLATE_NONE (never written, or deleted), NAMEPLATE_DAMAGED
 */
int nameplate_find(const struct nameplate_region *region, uint8_t key, struct nameplate_value *value);
int nameplate_find_name(const struct nameplate_region *region, const char *name, struct nameplate_value *value);

/*
 * All live variables, in the order in which their newest values were written.
 *
 *     struct nameplate_walk walk;
 *     struct nameplate_variable variable;
 *     int err = nameplate_begin(&region, &walk);
 *     while (!err && nameplate_next(&walk, &variable) == 0)
 *         show(&variable);
 *
 * region   as above
 * *walk    the caller's memory for where the walk stands; its fields are the reader's own
 * result   of nameplate_begin: 0, NAMEPLATE_NONE, NAMEPLATE_DAMAGED; of nameplate_next: 0, NAMEPLATE_NONE at the end
 *
 * Time: each step scans the rest of the store, once for each entry that it passes.
 */
struct nameplate_walk {
    const uint8_t *area; /* places are offsets in it */
    uint32_t at;         /* where the walk stands: behind the last entry */
    uint32_t end;        /* of the area */
    uint32_t cell;       /* of the area, bytes; 0 while unknown */
    uint32_t entry;      /* the last entry */
    uint32_t header;     /* its header */
    int state;           /* NAMEPLATE_NONE, or NAMEPLATE_DAMAGED once something that is not blank was seen */
};

int nameplate_begin(const struct nameplate_region *region, struct nameplate_walk *walk);
int nameplate_next(struct nameplate_walk *walk, struct nameplate_variable *variable);

#endif
