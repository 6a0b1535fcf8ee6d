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
        self.guarded = row["eccr"] == "guarded"
        registers = () if self.guarded else (row["eccr"], row["ecc2r"])
        self.ecc = tuple(int(register, 16) for register in registers if register)

    def complaint(self, base, size):
        """What is wrong with a region there, or ""."""
        at, starts, end = self.flash, set(), None
        for run in self.pages:
            count, page = (0, int(run[3:]) * KIB) if run.startswith("gap") else (int(n) for n in run.split("x"))
            if count:
                page *= KIB
                starts.update(range(at, at + count * page, page))
                if base < at + count * page and base >= at:
                    end = at + count * page
                elif end == at:
                    end += count * page
            at += (count or 1) * page
            starts.add(at)
        if end is None or base + size > end:
            return "lies outside the flash, 0x%08X to 0x%08X" % (self.flash, at - 1)
        if base not in starts or base + size not in starts:
            return "is not whole pages (%s KiB)" % " ".join(self.pages)
        return ""

    def first_end(self):
        """Where the flash ends, or its first piece where there is a gap."""
        end = self.flash
        for run in self.pages:
            if run.startswith("gap"):
                break
            count, size = run.split("x")
            end += int(count) * int(size) * KIB
        return end


def matches(row, name):
    """The rule of tools/nameplate/chips.c: x is any letter or digit, any of them may follow, and what stands behind a - is as
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
