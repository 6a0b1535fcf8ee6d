#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Long stores: so many writes that a reader of few words does not get through.

    long.py CELL ERASED SIZE SEED FLASH OFFSET ADDRESS

Puts a region of SIZE bytes into the file FLASH at OFFSET, and prints what `nameplate list` has to say of it, the lines sorted:
what the decoder of make.py finds. ADDRESS is where the region lies. All that a store can hold is in it: values of each type in
single cells and packed, sets, sets that were left open, deletions, torn entries, noise, copies of entries inside of values, and what
a reader steps over: keys and types that are none, names that are malformed.
"""
import random
import struct
import sys

import make

NAMES = ["a", "b", "cal", "cal7", "cal8", "a" * 31, "x.y-z_1", "serial2", "key", "k" * 30]


def value(rng):
    kind = rng.choice([make.UNSIGNED, make.SIGNED, make.TEXT, make.BYTES, make.FLOAT])
    if kind == make.FLOAT:
        # Shown alike by everybody.
        return kind, struct.pack("<f", rng.randrange(-1000, 1000) / 4)
    if kind in (make.UNSIGNED, make.SIGNED):
        return kind, rng.randbytes(rng.choice([1, 2, 4, 8]))
    return kind, bytes(rng.choice(b"abcdefghijklmnop") for _ in range(rng.choice([0, 1, 3, 4, 7, 20, 60])))


def item(rng):
    """(key, type, bytes)"""
    key = rng.choice([make.SERIAL, 2, 3, 17, 254] + [make.NAMED] * 6)
    kind, data = value(rng)
    if rng.random() < 0.1:
        kind, data = make.DELETED, b""
    if key == make.SERIAL:
        return key, make.UNSIGNED, make.word(rng.getrandbits(32))
    if key != make.NAMED:
        return key, kind, data
    return key, kind, make.named(rng.choice(NAMES), data, secret=rng.random() < 0.1)


def stepped_over(rng):
    """What is an entry and no variable."""
    return rng.choice([
        (make.AREA, make.UNSIGNED, make.word(0x10040007)),
        (2, make.RESERVED, b"abc"),
        (make.NAMED, make.RESERVED, make.named("cal", b"no")),
        (make.NAMED, make.TEXT, b""),
        (make.NAMED, make.TEXT, b"\x00no name"),
        (make.NAMED, make.TEXT, b"\x23calno"),
        (make.NAMED, make.TEXT, b"\x1fcal"),
    ])


def whole(rng, flash):
    """Something that a reader goes through without a stop."""
    what = rng.random()
    if what < 0.4:
        flash.entry(*item(rng))
    elif what < 0.8:
        flash.packed(*(item(rng) for _ in range(rng.choice([1, 1, 2, 3, 8, 25]))), one_by_one=rng.random() < 0.3)
    elif what < 0.95:
        flash.packed(stepped_over(rng), item(rng), one_by_one=rng.random() < 0.5)
    else:
        # A value that is a copy of an entry as it would be at just this place.
        head, number = make.header(1, 0, 4, 4), make.word(666)
        copy = make.word(head) + number + make.word(make.check(flash.at + 4 + 7 - flash.base(), head, number))
        flash.packed((make.NAMED, make.BYTES, make.named("copy", b"\0\0" + copy)))


def other_cell(rng, flash):
    """Whole in itself, but in cells of another size."""
    cell = rng.choice([cell for cell in (8, 16, 32) if cell != flash.cell])
    flash.seek(make.aligned(flash.at, cell)).entry(*item(rng), cell=cell)


def misplaced(rng, flash):
    """Not at a multiple of its own cells, right after a packed one."""
    start, packed = flash.at, (make.NAMED, make.TEXT, make.named("cal7", b"12345"))
    flash.packed(packed).seek(start + 8 + make.aligned(len(packed[2]), 4))
    if flash.at % flash.cell:
        flash.entry(*item(rng))


def left_open(rng, flash):
    flash.packed(item(rng), item(rng), open_end=True).skip(flash.cell)


def torn(rng, flash):
    flash.packed(item(rng), item(rng), tear=(rng.randrange(64), 1 << rng.randrange(8)))


def wrong_check(rng, flash):
    flash.entry(*item(rng), flip=1 << rng.randrange(32))


def many(rng, flash):
    """A set of more than the core keeps waiting."""
    flash.packed(*(item(rng) for _ in range(40)))


STOPS = [wrong_check, left_open, other_cell, misplaced, torn, many]


def main(cell, erased, size, seed, path, offset, address):
    rng = random.Random(int(seed))
    size = int(size)
    flash = make.Flash("long", cell=int(cell), erased=erased, size=size, areas=1).area()
    # One thing to stop at after another, each time twice as far away; then any, all the time.
    stretch, count = 40, int(seed)
    while flash.at < size * 3 // 5:
        for _ in range(stretch):
            if flash.at < size * 3 // 5:
                whole(rng, flash)
        STOPS[count % len(STOPS)](rng, flash)
        flash.seek(make.aligned(flash.at, flash.cell))
        stretch, count = 2 * stretch, count + 1
    while flash.at < size * 3 // 4:
        rng.choice([whole, whole, *STOPS])(rng, flash)
        flash.seek(make.aligned(flash.at, flash.cell))
    with open(path, "r+b") as file:
        file.seek(int(offset))
        file.write(flash.bytes)
    area, base, first = make.newest_area(flash.words())
    for line in sorted("%-12s %-4s %-24s 0x%08X" % (*make.shown(entry), int(address, 0) + base + entry.start)
                       for entry in make.live(area, first)):
        print(line)


if __name__ == "__main__":
    if len(sys.argv) != 8:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
