#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stores on flash, and what every reader must find in them: prints store.txt, which the tests of all readers play.

    make.py               print all vectors
    make.py image NAME    write the raw region of one vector to stdout
    make.py images DIR    write the raw regions of all vectors to files in DIR
    make.py seeds DIR     the same as inputs of tests/fuzz/fuzz_reader.c
    make.py list ADDRESS  what `nameplate` lists for each vector in a region at that address, the lines sorted

Written from firmware/FORMAT.md alone: it shares nothing with the readers in C, Tcl and GDB's script. Every
vector also states its outcome by hand (`want`), which the reader below must confirm before anything is printed.
"""
import struct
import sys
import zlib

MAGIC = 0x35
UNSIGNED, SIGNED, FLOAT, TEXT, BYTES, DELETED, MAC, RESERVED = range(8)
AREA, SERIAL, NAMED = 0, 1, 255
LENGTH_MAX = 1055
GAP = 1536
BLANK = (0x00000000, 0xFFFFFFFF)

HEADING = """\
# SPDX-License-Identifier: MIT
# Printed by tests/vectors/make.py; edit that file. Numbers are decimal, bytes hexadecimal ("-": none).
#   vector NAME
#   erased ff|00                what erased flash reads on this part
#   cell BYTES                  the writer's cell size
#   size BYTES                  of the region
#   at OFFSET BYTES             flash contents; all the rest is erased
#   unreadable OFFSET           a word that cannot be read; only flash itself has such, no file
#   expect state ok|none|damaged
#   expect value KEY TYPE BYTES a live variable, by key; those of key 255 by name, their bytes with the name field
#   expect append OFFSET        where the next write starts, from the region's start; absent where a writer refuses or
#                               compacts, for want of room for a serial number; "any": no writer leaves such a store,
#                               and FORMAT.md leaves open what it then does
"""


def word(value):
    return struct.pack("<I", value)


def header(key, kind, length, cell, more=False):
    return MAGIC << 26 | ((cell // 4).bit_length() - 1) << 23 | kind << 20 | key << 12 | more << 11 | length


def check(offset, head, value):
    return zlib.crc32(word(offset) + word(head) + value)


def aligned(offset, cell):
    return -(-offset // cell) * cell


def named(name, value, secret=False):
    return bytes([len(name) | secret << 7]) + name.encode() + value


# ---- building -----------------------------------------------------------------------------------------------------

class Flash:
    """One vector in the making: a region, written cell by cell."""

    def __init__(self, name, cell=4, erased="ff", size=8192, areas=2):
        self.name, self.cell, self.erased, self.size, self.areas = name, cell, erased, size, areas
        self.fill = bytes.fromhex(erased)
        self.bytes = bytearray(self.fill * size)
        self.writes = []
        self.unreadable = []
        self.at = 0

    def base(self):
        """Where the area begins in which `at` lies: checks count from there."""
        half = self.size // 2
        return half if self.areas == 2 and self.at >= half else 0

    def put(self, offset, data):
        self.bytes[offset:offset + len(data)] = data
        self.writes.append((offset, data))
        return self

    def torn(self, offset):
        """The word there cannot be read."""
        self.unreadable.append(offset)
        return self

    def words(self):
        """The region as the decoder reads it: a word that cannot be read is None."""
        words = [int.from_bytes(self.bytes[p:p + 4], "little") for p in range(0, self.size, 4)]
        for offset in self.unreadable:
            words[offset // 4] = None
        return words

    def skip(self, count):
        self.at += count
        return self

    def seek(self, offset):
        self.at = offset
        return self

    def cell_word(self, value, repeat=False):
        """One word into one cell, at the present place."""
        self.put(self.at, word(value) * (self.cell // 4 if repeat else 1))
        return self.skip(self.cell)

    def entry(self, key, kind, value, more=False, repeat=False, flip=0, stop=None, cell=None):
        """An entry; `flip` spoils its check, `stop` leaves the cells from that one on unwritten (but passed over)."""
        self.cell, own = cell or self.cell, self.cell
        head = header(key, kind, len(value), self.cell, more)
        start, cells, offset = self.at, 2 + -(-len(value) // self.cell), self.at - self.base()
        if stop != 0:
            self.cell_word(head, repeat)
        if value and (stop is None or stop > 1):
            self.put(start + self.cell, value * (self.cell // 4 if repeat and len(value) == 4 else 1))
        if stop is None or stop >= cells:
            self.seek(start + (cells - 1) * self.cell).cell_word(check(offset, head, value) ^ flip, repeat)
        self.seek(start + cells * self.cell)
        self.cell = own
        return self

    def packed(self, *entries, one_by_one=False, cut=None, tear=None, open_end=False):
        """One write of packed entries (key, kind, value), all but the last with the set bit unless `one_by_one`.
        `cut`: only so many bytes of it were written. `tear`: (byte, mask), bits of it that are not as they should be.
        Then goes on at the next of the area's cells."""
        block = b""
        for i, (key, kind, value) in enumerate(entries):
            more = open_end or (not one_by_one and i < len(entries) - 1)
            head = header(key, kind, len(value), 4, more)
            sum = check(self.at + len(block) - self.base(), head, value)
            block += word(head) + value + self.fill * (-len(value) % 4) + word(sum)
        end = self.at + len(block)
        if tear:
            byte, mask = tear
            block = bytes(b ^ (mask if i == byte % len(block) else 0) for i, b in enumerate(block))
        self.put(self.at, block[:cut])
        return self.seek(aligned(end, self.cell))

    def noise(self, offset, count, seed):
        """What an erase that was cut off can leave: some bits erased, the others as they were."""
        random, data = seed, bytearray()
        for old in self.bytes[offset:offset + count]:
            random = (random * 1103515245 + 12345) & 0x7FFFFFFF
            erased = random >> 16 & 0xFF
            data.append(old & ~erased & 0xFF | self.fill[0] & erased)
        return self.put(offset, bytes(data))

    def area(self, generation=1, version=1, kib=None, **how):
        kib = self.size // self.areas // 1024 if kib is None else kib
        return self.entry(AREA, UNSIGNED, word(version << 28 | kib << 16 | generation), **how)

    def serial(self, number, **how):
        return self.entry(SERIAL, UNSIGNED, word(number), **how)


# ---- reading (FORMAT.md, "Reading") -------------------------------------------------------------------------------
# Region and area are lists of words; None is one that cannot be read.

class Entry:
    def __init__(self, start, cell, kind, key, more, value, size):
        self.start, self.cell, self.kind, self.key = start, cell, kind, key
        self.more, self.value, self.size = more, value, size


def load(area, p):
    return area[p // 4]


def size_of(area):
    return 4 * len(area)


def shape(head):
    """Magic, cell size and length of a header, if they are possible: (cell, length, whole size)."""
    if head is None:
        return None
    cell, length = 4 << (head >> 23 & 7), head & 0x7FF
    if head >> 26 != MAGIC or cell > 128 or length > LENGTH_MAX:
        return None
    return cell, length, cell * (2 + -(-length // cell))


def entry_at(area, p, cell=None):
    head = load(area, p)
    form = shape(head)
    if not form or p % form[0] or (cell and form[0] not in (cell, 4)) or p + form[2] > size_of(area):
        return None
    own, length, size = form
    words = area[(p + own) // 4:aligned(p + own + length, 4) // 4]
    if None in words:
        return None
    value = b"".join(map(word, words))[:length]
    if load(area, p + size - own) != check(p, head, value):
        return None
    return Entry(p, own, head >> 20 & 7, head >> 12 & 0xFF, head >> 11 & 1, value, size)


def find_area(part, region_size, first):
    """(area entry, area size, generation) or None; and whether anything but blank was seen."""
    blank, seen = 0, False
    for p in range(0, size_of(part) if first else 4, 4):
        seen = seen or load(part, p) not in BLANK
        entry = entry_at(part, p)
        if entry:
            break
        blank = blank + 4 if load(part, p) in BLANK else 0
        if blank >= GAP:
            return None, seen
    else:
        return None, seen
    if (entry.key, entry.kind, len(entry.value)) != (AREA, UNSIGNED, 4):
        return None, seen
    info = int.from_bytes(entry.value, "little")
    size = (info >> 16 & 0xFFF) * 1024
    if info >> 28 != 1 or size not in ([region_size // 2, region_size] if first else [region_size // 2]):
        return None, seen
    if entry.start + entry.size > size:
        return None, seen
    return (entry, size, info & 0xFFFF), seen


def newest_area(region):
    """(bytes of the area, its start in the region, its area entry) or "none" or "damaged"."""
    half = size_of(region) // 2
    first, seen_first = find_area(region, size_of(region), True)
    if first and first[1] == size_of(region):
        return region, 0, first[0]
    second, seen_second = find_area(region[half // 4:], size_of(region), False)
    if not first and not second:
        return "damaged" if seen_first or seen_second else "none"
    if second and (not first or 1 <= (second[2] - first[2]) % 65536 <= 32767):
        return region[half // 4:], half, second[0]
    return region[:first[1] // 4], 0, first[0]


def walk(area, start, cell):
    """The valid entries, each with whether it follows the one before without a gap."""
    p = seen = start
    close = True
    while p < size_of(area) and p - seen < GAP:
        entry = entry_at(area, p, cell)
        if entry:
            yield entry, close
            p = seen = p + entry.size
        elif load(area, p) in BLANK:
            p = aligned(p + 1, cell)
        else:
            p = seen = p + 4
        close = entry is not None


def name_of(entry):
    """b"" for a variable without one, None for a name field that is none."""
    if entry.key != NAMED:
        return b""
    field = entry.value[0] if entry.value else 0
    count = field & 0x1F
    return None if field & 0x60 or count == 0 or 1 + count > len(entry.value) else entry.value[1:1 + count]


def live(area, first):
    values, waiting = {}, []
    for entry, close in walk(area, first.start + first.size, first.cell):
        waiting = (waiting if close else []) + [entry]
        if entry.more:
            continue
        for counted in waiting:
            if counted.key != AREA and counted.kind != RESERVED and name_of(counted) is not None:
                values[counted.key, name_of(counted)] = counted
        waiting = []
    return [values[k] for k in sorted(values) if values[k].kind != DELETED]


def append_place(area, start, cell):
    """Writing, rule 1. None where a serial number of one word would not fit."""
    p, place, more = start, aligned(start, cell), False
    while p < size_of(area):
        entry, head = entry_at(area, p, cell), load(area, p)
        if entry:
            p += entry.size
            place, more = max(place, aligned(p, cell)), entry.more
            continue
        if more:  # a set that was left open: one cell after it stays blank
            place, more = max(place, aligned(p, cell) + cell), False
        if head in BLANK:
            p = aligned(p + 1, cell)
        else:
            form = shape(head)
            claim = form[2] if form and form[0] in (cell, 4) and p % form[0] == 0 else 4
            place = max(place, aligned(p + claim, cell))
            p += 4
    return place if place + 3 * cell <= size_of(area) else None


# ---- the vectors --------------------------------------------------------------------------------------------------

OUT = []
IMAGES = {}
LISTS = {}


def vector(flash, want, append="rule", names=()):
    """`want`: a state, or the serial that must be found (number or bytes), or None for an ok store without one."""
    found = newest_area(flash.words())
    state = found if isinstance(found, str) else "ok"
    values = [] if isinstance(found, str) else live(found[0], found[2])
    serial = next((v.value for v in values if v.key == SERIAL), None)
    wanted = word(want) if isinstance(want, int) else want
    assert (state if isinstance(want, str) else serial) == wanted, (flash.name, state, serial, want)
    assert [v.value[1:1 + v.value[0] % 32].decode() for v in values if v.key == NAMED] == list(names), flash.name
    if append == "rule":
        append = None
        if state == "ok":
            append = append_place(found[0], found[2].start + found[2].size, found[2].cell)
            append = None if append is None else found[1] + append
        elif state == "none":
            append = 0
    lines = ["", f"vector {flash.name}", f"erased {flash.erased}", f"cell {flash.cell}", f"size {flash.size}"]
    lines += [f"at {offset} {data.hex()}" for offset, data in flash.writes]
    lines += [f"unreadable {offset}" for offset in flash.unreadable]
    lines += [f"expect state {state}"]
    lines += [f"expect value {v.key} {v.kind} {v.value.hex() or '-'}" for v in values]
    lines += [] if append is None else [f"expect append {append}"]
    OUT.extend(lines)
    if flash.unreadable:
        return
    IMAGES[flash.name] = bytes(flash.bytes)
    LISTS[flash.name] = state, [] if isinstance(found, str) else [(v, found[1] + v.start) for v in values]


def shown(entry):
    """Name, type and value as people read them."""
    value, name, secret = entry.value, "serial" if entry.key == SERIAL else f"key-{entry.key}", False
    if entry.key == NAMED:
        count, secret = value[0] & 0x1F, value[0] & 0x80
        name, value = value[1:1 + count].decode(), value[1 + count:]
    kind = "unsigned signed float text hex deleted mac".split()[entry.kind]
    if len(value) in ((4, 8) if entry.kind == FLOAT else (1, 2, 4, 8)) and entry.kind in (UNSIGNED, SIGNED, FLOAT):
        kind = "uif"[(UNSIGNED, SIGNED, FLOAT).index(entry.kind)] + str(8 * len(value))
    if secret:
        return name, kind, "secret"
    if entry.kind in (UNSIGNED, SIGNED) and len(value) in (1, 2, 4, 8):
        return name, kind, str(int.from_bytes(value, "little", signed=entry.kind == SIGNED))
    if entry.kind == FLOAT and len(value) in (4, 8):
        return name, kind, "%g" % struct.unpack("<f" if len(value) == 4 else "<d", value)
    if entry.kind == TEXT:
        return name, kind, "".join("\\\\" if c == 92 else chr(c) if 32 <= c < 127 else f"\\x{c:02x}" for c in value)
    return name, kind, value.hex(":") if entry.kind == MAC and len(value) == 6 else value.hex()


def print_lists(base):
    for name, (state, entries) in LISTS.items():
        print("vector", name, state)
        for line in sorted("%-12s %-4s %-24s 0x%08X" % (*shown(entry), base + place) for entry, place in entries):
            print(line)


def vectors():
    blank_and_cells()
    updates()
    damage()
    sets()
    packed()
    copies()
    steps()
    names()
    areas()
    compaction()
    first_format()
    values()
    limits()
    keys_and_deletions()
    not_looked_at()
    unreadable()
    qemu()


def blank_and_cells():
    for erased in ("ff", "00"):
        vector(Flash(f"blank-{erased}", erased=erased), "none")
        for cell in (4, 8, 16, 32, 64, 128):
            vector(Flash(f"serial-cell-{cell}-{erased}", cell, erased).area(repeat=True).serial(42, repeat=True), 42)
    vector(Flash("area-only").area(), None)
    vector(Flash("words-not-repeated", 32, "00").area().serial(42), 42)
    vector(Flash("serial-that-reads-blank-00", 128, "00").area().serial(0), 0)
    vector(Flash("serial-that-reads-blank-ff").area().serial(0xFFFFFFFF), 0xFFFFFFFF)
    vector(Flash("serial-at-both-ends-of-a-number", 8).area().serial(0x80000001), 0x80000001)


def updates():
    vector(Flash("newest-wins", 128, "00").area().serial(42).serial(43), 43)
    vector(Flash("deleted").area().serial(42).entry(SERIAL, DELETED, b""), None)
    vector(Flash("deleted-and-back", 16).area().serial(42).entry(SERIAL, DELETED, b"").serial(7), 7)
    vector(Flash("others-untouched").area().entry(9, BYTES, b"abcde").serial(42).entry(2, TEXT, b"rev B").serial(43),
           43)
    vector(Flash("named").area().entry(NAMED, SIGNED, named("offset", word(5)))
           .entry(NAMED, TEXT, named("b", b"x", True))
           .entry(NAMED, SIGNED, named("offset", word(0xFFFFFFFE))).serial(1), 1, names=("b", "offset"))
    vector(Flash("named-deleted").area().entry(NAMED, TEXT, named("a", b"1")).entry(NAMED, TEXT, named("ab", b"2"))
           .entry(NAMED, DELETED, named("a", b"")), None, names=("ab",))
    vector(Flash("second-area-entry-is-no-value").area().serial(42).area(generation=9, kib=2).entry(2, BYTES, b"x"), 42)


def damage():
    for erased, torn in (("ff", 0xFFFF0000), ("00", 0x00000201)):
        vector(Flash(f"torn-header-no-magic-{erased}", 8, erased).area().serial(42).cell_word(torn), 42)
    vector(Flash("torn-header-then-value", 128, "00").area().serial(42).cell_word(0x80000000).serial(43), 43)
    vector(Flash("header-only", 128, "00").area().serial(42).serial(43, stop=1), 42)
    vector(Flash("header-and-value", 128, "00").area().serial(42).serial(43, stop=2), 42)
    vector(Flash("torn-value").area().serial(42).cell_word(header(1, 0, 4, 4)).cell_word(43 | 0xFFF00000), 42)
    vector(Flash("torn-check").area().serial(42).serial(43, flip=0x00100000), 42)
    vector(Flash("torn-check-then-again", 8).area().serial(42).serial(43, flip=1).serial(43), 43)
    vector(Flash("check-blank-value-again-after", 16).area().serial(43, stop=2).serial(43), 43)
    vector(Flash("entry-inside-a-claim").area().serial(42).cell_word(header(5, BYTES, 400, 4)).serial(43), 43)
    vector(Flash("claim-of-1055", 8).area().serial(42).cell_word(header(5, BYTES, 1055, 8)), 42)
    vector(Flash("two-claims-the-longer-counts").area().cell_word(header(5, BYTES, 200, 4))
           .cell_word(header(5, BYTES, 8, 4)).cell_word(header(6, BYTES, 21, 4)), None)
    vector(Flash("length-1056-claims-nothing").area().serial(42).cell_word(header(5, BYTES, 1056, 4)), 42)
    vector(Flash("claim-beyond-the-area", 128, "00").area().serial(1).seek(2176).serial(42)
           .skip(1280).cell_word(header(5, BYTES, 1000, 128)), 42)
    vector(Flash("claim-leaves-no-room", 128, "00").area().serial(1).seek(2176).serial(42)
           .cell_word(header(5, BYTES, 1055, 128)), 42)
    vector(Flash("other-cell-size-is-no-entry").area().serial(42).skip(8).serial(43, cell=8), 42)
    vector(Flash("reserved-cell-size-is-no-entry").area().serial(42).cell_word(MAGIC << 26 | 6 << 23 | 1 << 12 | 4), 42)
    vector(Flash("bad-crc-first-value", 32).area().serial(42, flip=0x80000000), None)
    vector(Flash("good-after-bad", 64, "00").area().serial(41).serial(42, flip=4).entry(7, TEXT, b"x").serial(43), 43)


def sets():
    vector(Flash("set-complete").area().serial(42).serial(43, more=True).entry(2, TEXT, b"B"), 43)
    vector(Flash("set-open-at-the-end", 128, "00").area().serial(42).serial(43, more=True), 42)
    vector(Flash("set-of-three-open").area().serial(42).entry(2, TEXT, b"B", more=True).serial(43, more=True), 42)
    vector(Flash("set-broken-by-one-cell").area().serial(42).serial(43, more=True).skip(4).entry(2, TEXT, b"B"), 42)
    vector(Flash("set-broken-by-damage", 8).area().serial(42).serial(43, more=True).cell_word(0x55)
           .entry(2, TEXT, b"B"), 42)
    vector(Flash("set-bad-last").area().serial(42).serial(43, more=True).entry(2, TEXT, b"B", flip=1), 42)
    vector(Flash("set-bad-first-rest-counts").area().serial(42).serial(43, more=True, flip=1).entry(2, TEXT, b"B"), 42)
    vector(Flash("set-twice-the-same-key").area().serial(42, more=True).serial(43, more=True).serial(44), 44)
    vector(Flash("set-deletes").area().serial(42).entry(SERIAL, DELETED, b"", more=True).entry(2, TEXT, b"B"), None)
    vector(Flash("set-completed-by-unknown-type").area().serial(42).serial(43, more=True).entry(2, RESERVED, b"?"), 43)
    vector(Flash("open-set-then-set", 4, "00").area().serial(42).serial(43, more=True).skip(4)
           .entry(3, TEXT, b"C", more=True).serial(44), 44)


def packed():
    two = (SERIAL, UNSIGNED, word(43)), (2, TEXT, b"rev B")
    three = (2, BYTES, b"abcde"), (SERIAL, UNSIGNED, word(43)), (NAMED, FLOAT, named("gain", word(0x3F804B5E)))
    for cell, erased in ((4, "ff"), (8, "ff"), (32, "ff"), (128, "00")):
        name = f"{cell}-{erased}"

        def old(title):
            return Flash(f"{title}-{name}", cell, erased).area(repeat=True).serial(42, repeat=True)

        vector(old("packed-single").packed((SERIAL, UNSIGNED, word(43))), 43)
        vector(old("packed-after-packed").packed((SERIAL, UNSIGNED, word(43))).packed((SERIAL, TEXT, b"X")), b"X")
        vector(old("packed-set").packed(*three), 43, names=("gain",))
        vector(old("packed-set-then-fills").packed(*three).serial(44, repeat=True), 44, names=("gain",))
        vector(old("packed-set-then-set").packed(*three)
               .packed((3, MAC, b"\2\0\0\1\2\3"), (SERIAL, UNSIGNED, word(44))), 44, names=("gain",))
        vector(old("packed-one-by-one").packed(*three, one_by_one=True), 43, names=("gain",))
        vector(old("packed-one-by-one-cut").packed(*two[::-1], two[1], one_by_one=True, cut=29), 43)
        # 12 bytes of serial, 16 of text: every word's end, and one byte into the next
        for cut in (4, 5, 8, 11, 12, 13, 16, 20, 23, 24, 27):
            vector(old(f"packed-set-cut-at-{cut}").packed(*two, cut=cut), 42)
        for byte, part in ((3, "header"), (5, "value"), (9, "check"), (13, "second-header"), (18, "second-value"),
                           (26, "second-check")):
            vector(old(f"packed-set-torn-{part}").packed(*two, tear=(byte, 0x10)), 42)
            vector(old(f"packed-set-torn-{part}-again").packed(*two, tear=(byte, 0x10)).packed(*two), 43)
        vector(old("packed-set-torn-length").packed(*two, tear=(0, 0xF0)), 42)
        vector(old("packed-set-torn-set-bit").packed(*two, tear=(1, 0x08)), 42)
        vector(old("packed-set-left-open").packed(*two, open_end=True), 42)
        vector(old("packed-set-left-open-then-fills").packed(*two, open_end=True).skip(cell).serial(44), 44)
        vector(old("packed-set-deletes").packed((SERIAL, DELETED, b""), (2, TEXT, b"rev B")), None)
        vector(old("packed-value-reads-blank").packed((SERIAL, UNSIGNED, word(0)), (2, UNSIGNED, word(0xFFFFFFFF))), 0)
        vector(old("packed-values-of-each-length")
               .packed(*((2 + n, BYTES, bytes(range(1, n + 1))) for n in range(12))), 42)
        vector(old("packed-longest-value").packed((3, BYTES, bytes(i * 7 & 0xFF for i in range(LENGTH_MAX)))), 42)
    # Alone in an area of larger cells an entry of a size between is none.
    vector(Flash("entry-of-cell-8-in-an-area-of-16", 16).area().serial(42).serial(43, cell=8), 42)
    vector(Flash("entry-of-cell-16-in-an-area-of-8", 8).area().serial(42).skip(8).serial(43, cell=16), 42)
    vector(Flash("packed-off-the-word", 8).area().serial(42).put(50, word(header(SERIAL, UNSIGNED, 4, 4)) + word(43)
           + word(check(50, header(SERIAL, UNSIGNED, 4, 4), word(43)))), 42)
    # A set joins by touching, whatever the layout of its parts; up to the next cell is a gap.
    vector(Flash("set-of-packed-and-fills", 8).area().packed((2, BYTES, word(1)), (SERIAL, UNSIGNED, word(43)),
           (3, BYTES, b"12345678"), open_end=True).serial(44), 44)
    vector(Flash("set-of-packed-ends-before-the-cell", 8).area().packed((SERIAL, UNSIGNED, word(43)), open_end=True)
           .entry(2, TEXT, b"B"), None)


def copies():
    """A value that holds a store: whatever happens to the entry around it, nothing of the copy comes back."""
    for cell, erased in ((4, "ff"), (8, "ff"), (128, "00")):
        copy = bytes(Flash("copy", cell, erased).area(9).packed((SERIAL, UNSIGNED, word(99)), (2, TEXT, b"old")).bytes)
        copy = copy[:3 * cell + 28]
        for part, tear in (("whole", None), ("header", (2, 0x10)), ("length", (0, 0x04)), ("check", (-1, 0x01)),
                           ("key", (1, 0x10))):
            flash = Flash(f"copy-of-a-store-{part}-{cell}-{erased}", cell, erased).area().serial(42)
            vector(flash.packed((NAMED, BYTES, named("save", copy)), (2, TEXT, b"new"), tear=tear), 42,
                   names=() if tear else ("save",))
        vector(Flash(f"copy-without-area-{cell}-{erased}", cell, erased).area(stop=1)
               .packed((3, BYTES, copy), tear=(0, 1)), "damaged", append=None)
    plain = bytes(Flash("copy", 4).area(9).serial(99).bytes[:24])
    vector(Flash("copy-by-fills-torn", 4).area().serial(42).entry(3, BYTES, plain, flip=1), 42)
    vector(Flash("copy-by-fills-torn-then-more", 8).area().serial(42).entry(3, BYTES, plain, flip=1).serial(43), 43)
    vector(Flash("copy-at-the-middle-of-one-area", areas=1).area().serial(42).seek(4096 - 4)
           .put(24, b"\1" * 4068).entry(3, BYTES, bytes(Flash("copy").area(9).serial(99).bytes[:24])), 42)


def steps():
    """How a reader goes on where there is no entry."""
    for cell, erased in ((8, "ff"), (128, "00")):
        name = f"{cell}-{erased}"

        def old(title):
            return Flash(f"{title}-{name}", cell, erased).area().serial(42)

        # After damage the next word counts, after a blank one the next cell.
        at = 6 * cell
        entry = bytes(Flash("entry", 4).seek(at + 4).packed((SERIAL, UNSIGNED, word(43))).bytes[at + 4:at + 16])
        vector(old("step-damage-then-packed").put(at, word(0x1234)).put(at + 4, entry), 43)
        vector(old("step-blank-then-packed").put(at + 4, entry), 42, append="any")
        vector(old("step-other-blank-then-packed").put(at, bytes(4) if erased == "ff" else b"\xff" * 4)
               .put(at + 4, entry), 42, append="any")
        vector(old("step-blank-jumps-to-the-cell").skip(cell).serial(43), 43)
        vector(old("step-damage-over-many-words").put(at, b"\x5a" * 300).skip(3 * 128).serial(43), 43)
        vector(old("step-damage-blank-damage").put(at, word(0x11)).put(at + cell, word(0x22)).skip(2 * cell)
               .serial(43), 43)
        vector(old("step-after-packed-blank-jumps").packed((2, TEXT, b"abcdefgh")).skip(cell).serial(43), 43)
    # 1,536 bytes count from the end of the last entry, also when that is inside a cell.
    vector(Flash("gap-from-inside-a-cell-1532", 4).area().packed((SERIAL, TEXT, b"42")).skip(1532).serial(43), 43)
    vector(Flash("gap-from-inside-a-cell-1516", 8).area().packed((SERIAL, TEXT, b"a")).skip(1528).serial(43), 43)
    vector(Flash("gap-from-inside-a-cell-1540", 8).area().packed((SERIAL, TEXT, b"a")).skip(1536).serial(43), b"a",
           append="any")
    vector(Flash("gap-after-damage-inside-a-cell", 16).area().serial(42).cell_word(7).skip(1520).serial(43), 43)
    vector(Flash("gap-after-damage-too-long", 16).area().serial(42).cell_word(7).skip(1536).serial(43), 42,
           append="any")
    vector(Flash("header-in-damage-claims", 8).area().serial(42).put(48, word(5) + word(header(5, BYTES, 100, 4))), 42)
    vector(Flash("header-off-its-cell-claims-nothing", 8).area().serial(42)
           .put(48, word(5) + word(header(5, BYTES, 100, 8))), 42)
    vector(Flash("claim-of-a-packed-header", 128, "00").area().serial(42).cell_word(header(5, BYTES, 900, 4)), 42)


def names():
    everything = ("0", "A", "_", "a-b.c", "abcdefghijklmnopqrstuvwxyz_.-78")
    vector(Flash("names-of-each-kind", 128, "00").area()
           .packed(*((NAMED, UNSIGNED, named(n, bytes([i]))) for i, n in enumerate(everything))), None,
           names=everything)
    vector(Flash("named-set-and-updated", 128, "00").area().packed((NAMED, UNSIGNED, named("hwrev", b"\1")),
           (SERIAL, UNSIGNED, word(42)), (NAMED, TEXT, named("note", b"two words")))
           .packed((NAMED, UNSIGNED, named("hwrev", b"\2"))), 42, names=("hwrev", "note"))
    vector(Flash("named-changes-its-type", 8).area().packed((NAMED, UNSIGNED, named("v", b"\1")))
           .packed((NAMED, TEXT, named("v", b"one"))), None, names=("v",))
    vector(Flash("named-deleted-in-a-set", 8).area()
           .packed((NAMED, TEXT, named("a", b"1")), (NAMED, TEXT, named("b", b"2")))
           .packed((NAMED, DELETED, named("b", b"")), (SERIAL, UNSIGNED, word(7))), 7, names=("a",))
    vector(Flash("named-deleted-and-back", 8).area().packed((NAMED, TEXT, named("a", b"1")))
           .packed((NAMED, DELETED, named("a", b""))).packed((NAMED, TEXT, named("a", b"2"))), None, names=("a",))
    vector(Flash("named-secret", 128, "00").area().packed((NAMED, BYTES, named("key", bytes(range(16)), True)),
           (NAMED, TEXT, named("pin", b"1234", True)), (NAMED, TEXT, named("open", b"x"))), None,
           names=("key", "open", "pin"))
    vector(Flash("named-becomes-secret").area().packed((NAMED, TEXT, named("k", b"1")))
           .packed((NAMED, TEXT, named("k", b"2", True))), None, names=("k",))
    vector(Flash("named-no-longer-secret").area().packed((NAMED, TEXT, named("k", b"1", True)))
           .packed((NAMED, TEXT, named("k", b"2"))), None, names=("k",))
    vector(Flash("named-secret-deleted").area().packed((NAMED, TEXT, named("k", b"1", True)))
           .packed((NAMED, DELETED, named("k", b""))), None)
    vector(Flash("names-differ-in-case-length-and-end").area().packed(*((NAMED, UNSIGNED, named(n, bytes([i])))
           for i, n in enumerate(("ab", "aB", "abc", "a", "ac")))), None, names=("a", "aB", "ab", "abc", "ac"))
    vector(Flash("named-empty-value").area().packed((NAMED, TEXT, named("empty", b""))), None, names=("empty",))
    vector(Flash("named-longest", 128, "00").area()
           .packed((NAMED, BYTES, named("n" * 31, bytes(i * 5 & 0xFF for i in range(1023))))), None, names=("n" * 31,))
    # A name field that is none: the entry is stepped over as a whole, as an unknown type is.
    for title, value in (("without-a-field", b""), ("of-no-letters", b"\0x"), ("longer-than-the-value", b"\5name"),
                         ("with-bit-5", b"\x24name1"), ("with-bit-6", b"\xc4name1")):
        vector(Flash(f"name-{title}").area().packed((NAMED, TEXT, named("name", b"0")))
               .packed((NAMED, TEXT, value)).serial(42), 42, names=("name",))
        vector(Flash(f"name-{title}-ends-a-set").area().serial(42)
               .packed((SERIAL, UNSIGNED, word(43)), (NAMED, TEXT, value)), 43)
    vector(Flash("named-unknown-type").area()
           .packed((NAMED, TEXT, named("a", b"1")), (NAMED, RESERVED, named("a", b"2"))), None, names=("a",))


def areas():
    vector(Flash("one-area", areas=1).area().serial(42), 42)
    vector(Flash("one-area-of-one-page", 128, "00", 4096, 1).area().serial(42), 42)
    vector(Flash("one-area-past-the-middle", size=2048, areas=1).area().entry(4, BYTES, bytes(range(250)) * 4)
           .serial(42), 42)
    vector(Flash("second-area-newer").area(1).serial(42).seek(4096).area(2).serial(43), 43)
    vector(Flash("first-area-newer", 8).area(3).serial(42).seek(4096).area(2).serial(43), 42)
    vector(Flash("only-second-area", 128, "00").seek(4096).area(2).serial(43), 43)
    vector(Flash("only-second-area-of-a-high-generation").seek(4096).area(40000).serial(43), 43)
    vector(Flash("generation-wraps").area(65535).serial(42).seek(4096).area(0).serial(43), 43)
    vector(Flash("generation-half-way").area(1).serial(42).seek(4096).area(32768).serial(43), 43)
    vector(Flash("generation-32768-apart").area(1).serial(42).seek(4096).area(32769).serial(43), 42)
    vector(Flash("generations-equal").area(7).serial(42).seek(4096).area(7).serial(43), 42)
    vector(Flash("compaction-cut-before-its-area-entry", 8).area(1).serial(42).seek(4096 + 24).serial(43), 42)
    vector(Flash("second-area-not-at-its-start").area(1).serial(42).seek(4100).area(2).serial(43), 42)
    vector(Flash("second-area-of-the-wrong-size").area(1).serial(42).seek(4096).area(2, kib=8).serial(43), 42)
    vector(Flash("first-area-damaged-second-good").cell_word(0x12345678).seek(4096).area(5).serial(42), 42)
    vector(Flash("wrong-version").area(version=2).serial(42), "damaged")
    vector(Flash("version-0", 128, "00").area(version=0).serial(42), "damaged")
    vector(Flash("wrong-area-size").area(kib=2).serial(42), "damaged")
    vector(Flash("area-entry-of-another-type").entry(AREA, BYTES, word(1 << 28 | 4 << 16 | 1)).serial(42), "damaged")
    vector(Flash("area-entry-of-two-words").entry(AREA, UNSIGNED, word(1 << 28 | 4 << 16 | 1) + word(0)).serial(42),
           "damaged")
    vector(Flash("area-entry-with-the-set-bit").area(more=True).serial(42), 42)
    vector(Flash("area-entry-in-cells-of-256").area(cell=256).serial(42, cell=256), "damaged")
    vector(Flash("area-entry-with-bad-check").area(flip=2).serial(42), "damaged")
    vector(Flash("value-before-the-area-entry").serial(41).area().serial(42), "damaged")
    vector(Flash("foreign-text").put(0, b"Calibration data of somebody else, 2019"), "damaged")
    vector(Flash("foreign-beyond-1536-is-not-seen").put(1600, b"other data"), "none", append=None)
    vector(Flash("foreign-at-the-middle").put(4096, b"other data"), "damaged")


def compaction():
    """Each row of FORMAT.md's table, with the old values in the first area and in the second."""
    live = (SERIAL, UNSIGNED, word(43)), (NAMED, TEXT, named("note", b"kept")), (3, MAC, b"\2\0\0\x12\x34\x56")
    before = (NAMED, TEXT, named("note", b"gone")), (NAMED, TEXT, named("note", b"kept"))
    for cell, erased in ((4, "ff"), (8, "ff"), (128, "00")):
        for to in (1, 0):
            name = f"{cell}-{erased}-to-{'second' if to else 'first'}"

            def old(title, generation=6):
                flash = Flash(f"compaction-{title}-{name}", cell, erased).seek(0 if to else 4096)
                flash.area(generation).serial(42).packed(*before)
                return flash.seek(4096 if to else 0)

            def block(flash, **how):
                return flash.skip(3 * cell).packed(*live, one_by_one=True, **how).seek(4096 if to else 0)

            def other(title):
                flash = old(title).area(5).serial(41).packed((NAMED, TEXT, named("note", b"gone")))
                return flash.seek(4096 if to else 0)

            here = 4096 if to else 0
            note = ("note",)
            vector(old("not-begun"), 42, names=note)
            vector(other("not-begun-other-area-older"), 42, names=note)
            vector(other("erased-in-part").put(here, Flash("x", erased=erased).fill * (6 * cell)), 42, names=note)
            for seed in range(2):
                vector(other(f"torn-erase-{seed}").noise(here, 512, seed), 42, names=note)
            vector(block(old("block-without-area-entry")), 42, names=note)
            vector(block(old("block-cut"), cut=21), 42, names=note)
            vector(block(old("block-torn"), tear=(30, 4)), 42, names=note)
            vector(block(old("area-entry-header")).area(7, stop=1), 42, names=note)
            vector(block(old("area-entry-torn-header")).cell_word(header(AREA, UNSIGNED, 4, cell) ^ 0x04000000), 42,
                   names=note)
            vector(block(old("area-entry-without-check")).area(7, stop=2), 42, names=note)
            vector(block(old("area-entry-torn-check")).area(7, flip=0x80), 42, names=note)
            vector(block(old("done")).area(7), 43, names=note)
            vector(block(old("done-generation-wraps", 65535)).area(0), 43, names=note)
            vector(block(old("done-then-more")).area(7).seek(here + 1024).serial(44), 44, names=note)
        vector(Flash(f"compaction-of-nothing-{cell}-{erased}", cell, erased).area(1).serial(42)
               .entry(SERIAL, DELETED, b"").seek(4096).area(2), None)
        single = Flash(f"compaction-one-area-set-open-{cell}-{erased}", cell, erased, areas=1).area(2)
        vector(single.packed(*live, cut=40), None)
        single = Flash(f"compaction-one-area-done-{cell}-{erased}", cell, erased, areas=1).area(2)
        vector(single.packed(*live), 43, names=note)
        single = Flash(f"compaction-one-area-torn-erase-{cell}-{erased}", cell, erased, 4096, 1).area(2).packed(*live)
        vector(single.noise(0, 512, 1), "damaged", append=None)


def first_format():
    for cell, erased in ((4, "ff"), (128, "00"), (8, "ff")):
        head = header(AREA, UNSIGNED, 4, cell)
        torn = head | 0x7C000000 if erased == "ff" else head & ~0x80000000
        name = f"{cell}-{erased}"
        vector(Flash(f"format-cut-in-header-{name}", cell, erased).cell_word(torn), "damaged", append=cell)
        vector(Flash(f"format-cut-after-header-{name}", cell, erased).area(stop=1), "damaged", append=3 * cell)
        vector(Flash(f"format-cut-after-word-{name}", cell, erased).area(stop=2), "damaged", append=3 * cell)
        vector(Flash(f"format-again-{name}", cell, erased).area(stop=2).area().serial(42), 42)
    vector(Flash("format-many-times", 128, "00").cell_word(1).area(stop=1).area(stop=2).area().serial(42), 42)
    vector(Flash("area-entry-after-1532-blank").seek(1532).area().serial(42), 42)
    vector(Flash("area-entry-after-1536-blank").seek(1536).area().serial(42), "none", append=None)
    vector(Flash("area-entry-off-its-cell", 8).seek(12).area().serial(42), "damaged")
    vector(Flash("area-entry-across-the-middle").put(0, bytes(range(1, 251)) * 16).seek(4088).area(), "damaged")


def values():
    vector(Flash("serial-is-text", 16).area().entry(SERIAL, TEXT, b"NP-0042"), b"NP-0042")
    vector(Flash("serial-of-two-bytes").area().entry(SERIAL, UNSIGNED, b"\x2a\x00"), b"\x2a\x00")
    vector(Flash("serial-of-no-bytes").area().entry(SERIAL, TEXT, b""), b"")
    vector(Flash("unknown-type-is-stepped-over").area().serial(42).entry(SERIAL, RESERVED, word(43)), 42)
    vector(Flash("unknown-key-is-offered-as-it-is").area().entry(200, MAC, bytes(6)).entry(254, FLOAT, word(0x3F800000))
           .serial(42), 42)
    head = header(SERIAL, UNSIGNED, 4, 4)
    everything = [(UNSIGNED, (0).to_bytes(n, "little")) for n in (1, 2, 4, 8)]
    everything += [(UNSIGNED, b"\xff" * n) for n in (1, 2, 4, 8)]
    everything += [(SIGNED, (1 << 8 * n - 1).to_bytes(n, "little")) for n in (1, 2, 4, 8)]
    everything += [(SIGNED, ((1 << 8 * n - 1) - 1).to_bytes(n, "little")) for n in (1, 2, 4, 8)]
    everything += [(SIGNED, b"\xff" * n) for n in (1, 2, 4, 8)]
    everything += [(FLOAT, struct.pack("<f", x)) for x in (0, 1.5, -0.25)]
    everything += [(FLOAT, struct.pack("<d", x)) for x in (0, 1.5, -0.25, 1e300)]
    everything += [(TEXT, t.encode()) for t in ("", "x", "two words", "a\\b", "Grüße", "tab\there", "[exit] $x {\";")]
    everything += [(BYTES, b""), (BYTES, bytes(range(256))), (MAC, b"\2\0\0\x12\x34\x56")]
    # Numbers and addresses of no length that their type has are offered as they are.
    everything += [(UNSIGNED, b""), (UNSIGNED, b"\1\2\3"), (SIGNED, bytes(9)), (FLOAT, b"\0\0"), (MAC, b"\1\2\3\4\5")]
    for cell, erased in ((4, "ff"), (128, "00")):
        vector(Flash(f"types-by-key-{cell}-{erased}", cell, erased).area()
               .packed(*((10 + i, *v) for i, v in enumerate(everything))), None)
        many = [(NAMED, kind, named(f"v{i:02}", value)) for i, (kind, value) in enumerate(everything)]
        vector(Flash(f"types-by-name-{cell}-{erased}", cell, erased).area().packed(*many), None,
               names=[f"v{i:02}" for i in range(len(everything))])
    vector(Flash("types-by-fills-8", 8).area().entry(2, UNSIGNED, bytes(range(1, 9))).entry(3, SIGNED, b"\xfe")
           .entry(4, FLOAT, struct.pack("<d", -2.5)).entry(5, MAC, bytes(6)).entry(6, TEXT, b"0042"), None)
    vector(Flash("value-whose-cells-are-an-entry").area().serial(42)
           .entry(8, BYTES, word(head) + word(43) + word(check(28, head, word(43)))), 42)


def limits():
    long = bytes(i * 7 & 0xFF for i in range(LENGTH_MAX))
    vector(Flash("longest-value").area().entry(3, BYTES, long).serial(42), 42)
    vector(Flash("longest-value-cell-128", 128, "00").area().entry(3, BYTES, long).serial(42), 42)
    vector(Flash("value-of-1056-is-no-entry").area().serial(42).entry(SERIAL, BYTES, bytes(range(96)) * 11), 42)
    vector(Flash("blank-value-of-1023-bytes").area().entry(3, BYTES, b"\xff" * 1023).serial(42), 42)
    vector(Flash("gap-of-1532").area().serial(42).skip(1532).serial(43), 43)
    vector(Flash("gap-of-1536").area().serial(42).skip(1536).serial(43), 42, append="any")
    vector(Flash("gap-of-1408-cell-128", 128, "00").area().serial(42).skip(1408).serial(43), 43)
    vector(Flash("gap-of-1536-cell-128", 128, "00").area().serial(42).skip(1536).serial(43), 42,
           append="any")
    vector(Flash("gap-of-both-blank-values").area().serial(42).put(24, bytes(1532)).skip(1532).serial(43), 43)
    vector(Flash("gap-interrupted-by-damage").area().serial(42).skip(1000).cell_word(0x1234).skip(1500).serial(43), 43)
    full = Flash("full-to-the-last-cell", 128, "00").area().serial(1)
    while full.at < 4096 - 2 * 128 - 3 * 128:
        full.serial(full.at)
    full.seek(4096 - 3 * 128).serial(42)
    vector(full, 42)
    vector(Flash("check-would-lie-beyond-the-area", 128, "00", 4096).area().serial(42).seek(2048 - 256)
           .serial(43), 42)
    vector(Flash("entry-crosses-into-the-second-area").area().serial(41).entry(3, BYTES, bytes(1000)).skip(1520)
           .serial(42).seek(4088).serial(43), 42)


def keys_and_deletions():
    vector(Flash("unknown-key-newest-wins").area().entry(77, TEXT, b"old").entry(200, BYTES, b"x").entry(77, TEXT, b"new")
           .entry(200, DELETED, b"").serial(42), 42)
    # A key-0 entry after the area entry is none and no variable; a set goes on or ends with it.
    for title, kind, value in (("unsigned", UNSIGNED, word(1 << 28 | 4 << 16 | 9)), ("text", TEXT, b"x"), ("deleted", DELETED, b"")):
        vector(Flash(f"key-0-{title}-alone", 8).area().serial(42).entry(AREA, kind, value).serial(43), 43)
        vector(Flash(f"key-0-{title}-ends-a-set").area().serial(42).packed((SERIAL, UNSIGNED, word(43)), (AREA, kind, value)), 43)
        vector(Flash(f"key-0-{title}-in-a-set").area().serial(42).packed((AREA, kind, value), (SERIAL, UNSIGNED, word(43))), 43)
    vector(Flash("cell-is-the-area-entrys", 8).area(cell=4).seek(16).serial(43), None, append="any")
    vector(Flash("cell-is-the-area-entrys-of-128", 128, "00").area().serial(42).serial(43, cell=64), 42, append="any")
    # What follows the name of a deletion, and its secret bit, is not looked at.
    vector(Flash("deleted-with-a-value", 16).area().serial(42).entry(SERIAL, DELETED, word(43)), None)
    vector(Flash("deleted-by-name-with-a-value").area().packed((NAMED, TEXT, named("a", b"1")), (NAMED, TEXT, named("b", b"2")))
           .packed((NAMED, DELETED, named("a", b"more"))), None, names=("b",))
    vector(Flash("deleted-with-the-secret-bit").area().packed((NAMED, TEXT, named("a", b"1")), (NAMED, TEXT, named("b", b"2", True)))
           .packed((NAMED, DELETED, named("a", b"", True)), (NAMED, DELETED, named("b", b""))), None)
    vector(Flash("deleted-without-a-name").area().packed((NAMED, TEXT, named("a", b"1"))).packed((NAMED, DELETED, b""))
           .serial(42), 42, names=("a",))
    # The secret bit is no part of a name: the newest entry has it or not.
    vector(Flash("secret-and-then-not").area().packed((NAMED, TEXT, named("a", b"1", True)))
           .packed((NAMED, TEXT, named("a", b"2"))), None, names=("a",))
    vector(Flash("secret-from-now-on").area().packed((NAMED, TEXT, named("a", b"1")))
           .packed((NAMED, TEXT, named("a", b"2", True))), None, names=("a",))
    vector(Flash("named-serial-is-not-the-serial").area().packed((NAMED, UNSIGNED, named("serial", word(41)))), None, names=("serial",))
    vector(Flash("named-serial-beside-the-serial").area().serial(42).packed((NAMED, UNSIGNED, named("serial", word(41))))
           .packed((NAMED, DELETED, named("x", b""))), 42, names=("serial",))
    vector(Flash("named-serial-deleted").area().serial(42).packed((NAMED, DELETED, named("serial", b""))), 42)
    for title, kind, value in (("bytes", BYTES, b"\x2a"), ("mac", MAC, b"\2\0\0\x12\x34\x56"), ("signed", SIGNED, word(42)),
                               ("float", FLOAT, word(0x42280000)), ("wide", UNSIGNED, word(42) + word(1)), ("odd", UNSIGNED, b"\x2a\0\0")):
        vector(Flash(f"serial-is-{title}").area().serial(41).entry(SERIAL, kind, value), value)
    vector(Flash("named-value-of-1053-bytes").area().packed((NAMED, BYTES, named("x", bytes(i % 255 + 1 for i in range(1053)))))
           .serial(42), 42, names=("x",))
    vector(Flash("odd-macs").area().packed(*((100 + n, MAC, bytes(range(1, n + 1))) for n in (0, 1, 5, 7, 12))), None)
    vector(Flash("odd-numbers").area().packed(*((100 + 10 * kind + n, kind, bytes(range(1, n + 1)))
                                                for kind in (UNSIGNED, SIGNED, FLOAT) for n in (0, 3, 5, 9))), None)


def not_looked_at():
    """Words that no reader looks at, and where the 1,536 bytes begin."""
    noise = bytes(range(1, 125))
    wide = 128, "00"

    def beside(flash, *offsets):
        for offset in offsets:
            flash.put(offset, noise)
        return flash

    vector(beside(Flash("noise-after-the-words-of-an-entry", *wide).area().serial(42), 4, 132, 260, 388, 516, 644), 42)
    vector(beside(Flash("noise-in-blank-cells", *wide).area().serial(42).skip(256).serial(43), 772, 900), 43)
    vector(beside(Flash("noise-in-blank-cells-does-not-lengthen-a-gap", *wide).area().serial(42).skip(1536).serial(43), 772, 1540), 42,
           append="any")
    flash = Flash("entry-in-a-blank-cell", *wide).area().serial(42)
    vector(flash.skip(4).packed((SERIAL, UNSIGNED, word(43))), 42, append="any")
    vector(Flash("noise-after-the-first-word-of-the-middle").put(4100, noise), "none", append=None)
    vector(Flash("noise-after-the-middle-of-one-area", areas=1).area().serial(42).put(4096, noise), 42, append="any")
    vector(Flash("entry-that-makes-no-area-is-damage").serial(42), "damaged")
    vector(Flash("gap-of-1532-after-the-area-entry").area().skip(1532).serial(42), 42)
    vector(Flash("gap-of-1536-after-the-area-entry").area().skip(1536).serial(42), None, append="any")
    # The count begins after the word that is not blank, not after its cell.
    vector(Flash("gap-of-12-cells-after-damage", *wide).area().serial(42).cell_word(0x1234).skip(11 * 128).serial(43), 43)
    vector(Flash("gap-of-13-cells-after-damage", *wide).area().serial(42).cell_word(0x1234).skip(12 * 128).serial(43), 42,
           append="any")
    vector(Flash("gap-of-12-cells-after-two-words-of-damage", *wide).area().serial(42).put(768, word(0x1234) * 2)
           .skip(13 * 128).serial(43), 42, append="any")
    vector(Flash("one-area-erased-and-formatted-is-empty", *wide, areas=1).area(2), None)


def unreadable():
    """A word that cannot be read is not blank, and no part of an entry."""
    def serials(name, cell=8):
        return Flash(f"unreadable-{name}", cell).area().serial(41).serial(42)

    for cell in (4, 8, 32):
        for i, part in enumerate(("header", "value", "check")):
            vector(serials(f"{part}-{cell}", cell).torn((6 + i) * cell), 41, append="any")
    vector(serials("in-a-set").packed((SERIAL, UNSIGNED, word(43)), (9, TEXT, b"x")).torn(84), 42, append="any")
    vector(serials("value-that-reads-1", 4).serial(1).torn(40), 42, append="any")
    vector(serials("value-that-reads-5A", 4).serial(0x5A5A5A5A).torn(40), 42, append="any")
    text = serials("text-of-Z", 4).packed((SERIAL, TEXT, b"Z" * 32))
    for offset in range(40, 72, 4):
        text.torn(offset)
    vector(text, 42, append="any")
    vector(serials("padding", 8).torn(12).torn(36), 42, append="any")
    vector(serials("ends-a-gap").torn(24 + 48 + 1496).seek(24 + 48 + 2000).serial(43), 43, append="any")
    vector(Flash("unreadable-word-alone").torn(1532), "damaged", append="any")
    vector(Flash("unreadable-word-after-1536-blank").torn(1536), "none", append="any")
    vector(Flash("unreadable-middle").torn(4096), "damaged", append=None)
    vector(Flash("unreadable-area-entry").area().serial(42).torn(4), "damaged", append=None)


def qemu():
    """For the firmware on QEMU's STM32F405, whose region is its last sector."""
    vector(Flash("f405-serial", size=131072, areas=1).area().serial(41).serial(4294967295), 4294967295)
    vector(Flash("f405-text", size=131072, areas=1).area().entry(SERIAL, TEXT, b"NP-0042"), b"NP-0042")
    vector(Flash("f405-damaged", size=131072, areas=1).put(0, b"Calibration data"), "damaged")
    everything = [(NAMED, UNSIGNED, named("u64", b"\xff" * 8)), (NAMED, UNSIGNED, named("u8", b"\x0a")),
                  (NAMED, SIGNED, named("i64", bytes(7) + b"\x80")), (NAMED, SIGNED, named("offset", b"\xef")),
                  (NAMED, UNSIGNED, named("odd", b"\1\2\3")), (NAMED, FLOAT, named("gain", word(0x3F804B5E))),
                  (NAMED, FLOAT, named("wide", struct.pack("<d", -2.5))), (9, UNSIGNED, b"\xe8\3"),
                  (NAMED, TEXT, named("note", "Grüße, two words\n\\ %s".encode())), (NAMED, TEXT, named("empty", b"")),
                  (NAMED, MAC, named("mac", b"\2\0\0\x12\x34\x56")), (NAMED, BYTES, named("cal", bytes(range(250, 256)))),
                  (NAMED, BYTES, named("key", b"hush hush", True)), (NAMED, TEXT, named("pin", b"1234", True))]
    vector(Flash("f405-variables", size=131072, areas=1).area().packed(*everything).packed((SERIAL, TEXT, b"NP-0042"))
           .packed((NAMED, DELETED, named("cal", b"")), (NAMED, UNSIGNED, named("u8", b"\x0b"))), b"NP-0042",
           names=sorted(n for n in "u64 u8 i64 offset odd gain wide note empty mac key pin".split()))
    vector(Flash("f405-blank", size=131072, areas=1), "none")


def seed(region):
    """The region in short, as tests/fuzz/fuzz_reader.c describes it; None if it is not of a size that it knows."""
    size = (len(region) // 1024).bit_length() - 1
    if size > 4:
        return None
    erased = region[-1:] if region[-1:] in (b"\0", b"\xff") else b"\xff"
    first, second = (part.rstrip(erased) for part in (region[:len(region) // 2], region[len(region) // 2:]))
    form = (erased == b"\0") | size << 2
    return struct.pack("<BHB", form, len(first), zlib.crc32(region) & 0xFF) + first + second


def main(arguments):
    vectors()
    if len(arguments) == 2 and arguments[0] == "image" and arguments[1] in IMAGES:
        sys.stdout.buffer.write(IMAGES[arguments[1]])
    elif len(arguments) == 2 and arguments[0] == "images":
        for name, region in IMAGES.items():
            with open(f"{arguments[1]}/{name}.bin", "wb") as file:
                file.write(region)
    elif len(arguments) == 2 and arguments[0] == "seeds":
        for name, region in IMAGES.items():
            if seed(region):
                with open(f"{arguments[1]}/{name}", "wb") as file:
                    file.write(seed(region))
    elif len(arguments) == 2 and arguments[0] == "list":
        print_lists(int(arguments[1], 0))
    elif arguments:
        sys.exit("usage: make.py [image NAME | images DIR | seeds DIR | list ADDRESS]")
    else:
        print(HEADING + "\n".join(OUT))


if __name__ == "__main__":
    main(sys.argv[1:])
