# SPDX-License-Identifier: MIT
"""What a part is: the rows of firmware/parts.csv, whose columns are explained there."""

import csv
import re

KIB = 1024


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
