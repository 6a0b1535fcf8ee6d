# SPDX-License-Identifier: MIT
"""What a part is: the rows of firmware/parts.csv, whose columns are explained there."""

import csv
import re

KIB = 1024
FLASH_BASE = 0x08000000  # of a part that no row is for


class Part:
    def __init__(self, row):
        self.name, self.cpu = row["part"], row["core"]
        self.flash = int(row["flash"], 16)
        self.pages = row["pages"].split()
        # (base, size), or none.
        self.region = (int(row["region"], 16), int(row["size"], 16)) if row["region"] else None
        self.cell = int(row["cell"])
        self.guarded = row["eccr"] == "guarded"
        registers = () if self.guarded else (row["eccr"], row["ecc2r"])
        self.ecc = tuple(int(register, 16) for register in registers if register)

    def runs(self):
        """(start, end, size of a page) of each piece of the flash; the size is 0 where there is none."""
        at = self.flash
        for run in self.pages:
            count, size = (1, run[3:]) if run.startswith("gap") else run.split("x")
            end = at + int(count) * int(size) * KIB
            yield at, end, 0 if run.startswith("gap") else int(size) * KIB
            at = end

    def each_page(self):
        return [(page, page + size) for start, end, size in self.runs() if size for page in range(start, end, size)]

    def end(self):
        return max(end for _, end, _ in self.runs())

    def complaint(self, base, size):
        """What is wrong with a region there, or ""."""
        end = None
        for start, stop, page in self.runs():
            if page and (start <= base < stop or end == start):
                end = stop
        if end is None or base + size > end:
            return "lies outside the flash, 0x%08X to 0x%08X" % (self.flash, self.end() - 1)
        edges = {edge for page in self.each_page() for edge in page}
        if base not in edges or base + size not in edges:
            return "is not whole pages (%s KiB)" % " ".join(self.pages)
        return ""

    def first_end(self):
        """Where the flash ends, or its first piece where there is a gap."""
        end = self.flash
        for _, stop, page in self.runs():
            if not page:
                break
            end = stop
        return end

    def pages_of(self, start, end):
        """The pages that are touched by what lies there, as (start, end); none outside the flash."""
        touched = [page for page in self.each_page() if page[0] < end and page[1] > start]
        return (touched[0][0], touched[-1][1]) if touched else None

    def region_before(self, end):
        """As many pages as the default region has, directly in front of an address; none where nothing is in front of them."""
        count = sum(self.region[0] <= page < sum(self.region) for page, _ in self.each_page()) if self.region else 1
        before = [page for page, _ in self.each_page() if page < end]
        return (before[-count], end - before[-count]) if len(before) > count else None


def matches(row, name):
    """The rule of tools/nameplate/chips.c: x is any letter or digit, any of them may follow, and what comes after a - is as
    it is."""
    row, _, layout = row.partition("-")
    name, dash, given = name.lower().partition("-")
    pattern = "".join("[a-z0-9]" if letter == "x" else letter for letter in row)
    return given == layout and bool(layout) == bool(dash) and bool(re.fullmatch(pattern + "[a-z0-9]*", name, re.ASCII))


def load(path):
    with open(path, encoding="ascii", newline="") as file:
        return [Part(row) for row in csv.DictReader(line for line in file if not line.startswith("#"))]


def find(parts, name):
    """The part of that name, or none."""
    return next((part for part in parts if matches(part.name, name)), None)


def _bytes(text):
    match = re.match("^(0[xX][0-9a-fA-F]+|[0-9]+)([kK]?)$", text)
    return int(match.group(1), 0) * (KIB if match.group(2) else 1) if match else 0


def named(text):
    """(base, size) out of `0x0801E000 0x2000` or `0x0801E000 8K`, or none."""
    words = text.split()
    if len(words) != 2 or not _bytes(words[0]) or not _bytes(words[1]):
        return None
    return _bytes(words[0]), _bytes(words[1])
