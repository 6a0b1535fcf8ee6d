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
 * Time: a scan computes one CRC per entry, some 45 instructions a byte. Read a value once, at start-up.
 */
#ifndef NAMEPLATE_H
#define NAMEPLATE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of all of Nameplate: `make version TO=...` sets it, here and where no program can look here. */
#define NAMEPLATE_VERSION "0.1.0"

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
    const struct nameplate_region region = {_nameplate_start,
                                            (uint32_t)((uintptr_t)_nameplate_end - (uintptr_t)_nameplate_start)};
    return region;
}

/* A value where it is on flash. It stays valid until the region is erased. */
struct nameplate_value {
    const uint8_t *bytes; /* `length` of them, without gaps; may be unaligned */
    uint16_t length;      /* 0 to 1,055 */
    uint8_t type;         /* NAMEPLATE_UNSIGNED ... */
};

/* A variable: a value with what it is called. */
struct nameplate_variable {
    struct nameplate_value value;
    const char *name;    /* `name_length` bytes on flash, no terminating NUL */
    uint8_t name_length; /* 1 to 31; 0 if the variable has a key */
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
 * *walk    the caller's memory for where the walk is; its fields are the reader's own
 * result   of nameplate_begin: 0, NAMEPLATE_NONE, NAMEPLATE_DAMAGED; of nameplate_next: 0, NAMEPLATE_NONE at the end
 *
 * Time: each step scans the rest of the store, once for each entry that it passes.
 */
struct nameplate_walk {
    const uint8_t *area;  /* places are offsets in it */
    uint32_t at;          /* where the walk is: after the last entry */
    uint32_t end;         /* of the area */
    uint32_t step;        /* cell size of the area, bytes; 4 while it is unknown */
    uint32_t cells;       /* the cell sizes that an entry may have here, or-ed */
    uint32_t entry;       /* the last entry */
    uint32_t header;      /* its header */
    const uint8_t *value; /* its value */
    int state;            /* NAMEPLATE_NONE, or NAMEPLATE_DAMAGED once something that is not blank was seen */
};

int nameplate_begin(const struct nameplate_region *region, struct nameplate_walk *walk);
int nameplate_next(struct nameplate_walk *walk, struct nameplate_variable *variable);

/*
 * The values of the linked region, each into a type of C. By name, and with _key by key:
 *
 *     int8_t offset;
 *     int err = nameplate_i8("offset", &offset);
 *     err = nameplate_key_u32(NAMEPLATE_KEY_SERIAL, &serial);
 *
 *     u8 u16 u32 u64 i8 i16 i32 i64   a whole number, whatever its width and sign on flash
 *     f32 f64                         a float of exactly this width
 *     mac                             six bytes, in the order in which they are written and read
 *     text                            into `size` bytes, with a terminating NUL; never shortened
 *     bytes                           into `size` bytes
 *
 * result   0, and for text and bytes their length (without the NUL), 0 or more; NAMEPLATE_NONE, NAMEPLATE_DAMAGED;
 *          NAMEPLATE_TYPE (it is a text, say, or a float of the other width); NAMEPLATE_RANGE (it is larger or smaller
 *          than the number in C can be, or longer than `size`)
 *
 * A text may hold any byte, NUL too: the length that is returned is the whole one.
 */
#define NAMEPLATE_GETTER(suffix, ctype, type)                                        \
    static inline int nameplate_##suffix(const char *name, ctype *value)             \
    {                                                                                \
        return nameplate_get(0, name, (uint32_t)sizeof(ctype) << 3 | (type), value); \
    }                                                                                \
    static inline int nameplate_key_##suffix(uint8_t key, ctype *value)              \
    {                                                                                \
        return nameplate_get(key, 0, (uint32_t)sizeof(ctype) << 3 | (type), value);  \
    }
#define NAMEPLATE_BUFFER_GETTER(suffix, ctype, type)                                     \
    static inline int nameplate_##suffix(const char *name, ctype *buffer, uint16_t size) \
    {                                                                                    \
        return nameplate_get(0, name, (uint32_t)size << 3 | (type), buffer);             \
    }                                                                                    \
    static inline int nameplate_key_##suffix(uint8_t key, ctype *buffer, uint16_t size)  \
    {                                                                                    \
        return nameplate_get(key, 0, (uint32_t)size << 3 | (type), buffer);              \
    }

/* What the getters call: by name, or by key where `name` is 0. `form`: [31:3] bytes of `out`, [2:0] type. */
int nameplate_get(uint8_t key, const char *name, uint32_t form, void *out);

NAMEPLATE_GETTER(u8, uint8_t, NAMEPLATE_UNSIGNED)
NAMEPLATE_GETTER(u16, uint16_t, NAMEPLATE_UNSIGNED)
NAMEPLATE_GETTER(u32, uint32_t, NAMEPLATE_UNSIGNED)
NAMEPLATE_GETTER(u64, uint64_t, NAMEPLATE_UNSIGNED)
NAMEPLATE_GETTER(i8, int8_t, NAMEPLATE_SIGNED)
NAMEPLATE_GETTER(i16, int16_t, NAMEPLATE_SIGNED)
NAMEPLATE_GETTER(i32, int32_t, NAMEPLATE_SIGNED)
NAMEPLATE_GETTER(i64, int64_t, NAMEPLATE_SIGNED)
NAMEPLATE_GETTER(f32, float, NAMEPLATE_FLOAT)
NAMEPLATE_GETTER(f64, double, NAMEPLATE_FLOAT)
NAMEPLATE_BUFFER_GETTER(text, char, NAMEPLATE_TEXT)
NAMEPLATE_BUFFER_GETTER(bytes, uint8_t, NAMEPLATE_BYTES)

static inline int nameplate_mac(const char *name, uint8_t mac[6])
{
    return nameplate_get(0, name, 6u << 3 | NAMEPLATE_MAC, mac);
}

static inline int nameplate_key_mac(uint8_t key, uint8_t mac[6])
{
    return nameplate_get(key, 0, 6u << 3 | NAMEPLATE_MAC, mac);
}

#undef NAMEPLATE_GETTER
#undef NAMEPLATE_BUFFER_GETTER

#ifdef __cplusplus
}
#endif

#endif
