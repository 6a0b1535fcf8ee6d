#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds firmware/parts.csv against the public table of the flash of every STM32: every part that OpenOCD can flash is found
by its full name and has those pages, in each of its layouts; and no row is without such a part.
    shared.py firmware/parts.csv stm32-flash.csv"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "platformio"))
import nameplate_parts  # noqa: E402

KIB = 1024
# Neither OpenOCD 0.12 nor master: H5, C5; flash at 0x10040000: WB0.
NOT_FLASHED = re.compile("stm32(h5|c5|wb0)")


def public(path):
    """{part: {layout: [(address, size, page) in ascending order]}}"""
    parts = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("stm32"):
                continue
            # Two cores have a comma between them.
            name, *_, layout, _, address, size, page, _, _ = line.strip().split(",")
            pieces = parts.setdefault(name, {}).setdefault(layout, [])
            # OpenOCD shows L0 and L1 in sectors of 4 KiB.
            pieces.append((int(address, 16), int(size), max(int(page), 4 * KIB) if name[5:7] in ("l0", "l1") else int(page)))
    return parts


def public_pages(pieces):
    return [(at, page) for address, size, page in sorted(pieces) for at in range(address, address + size, page)]


def our_pages(part):
    at, pages = part.flash, []
    for run in part.pages:
        count, size = (0, run[3:]) if run.startswith("gap") else run.split("x")
        pages += [(at + i * int(size) * KIB, int(size) * KIB) for i in range(int(count))]
        at += (int(count) or 1) * int(size) * KIB
    return pages


def main():
    parts = nameplate_parts.load(sys.argv[1])
    rows_found, wrong, count = set(), 0, 0
    for name, layouts in public(sys.argv[2]).items():
        found = [nameplate_parts.find(parts, name + layout) for layout in ("", "-single", "-dual")]
        found = [part for part in found if part]
        if NOT_FLASHED.match(name):
            if found:
                print("%s cannot be flashed, and is found as %s" % (name, found[0].name))
                wrong += 1
            continue
        count += 1
        rows_found.update(part.name for part in found)
        ours = sorted(our_pages(part) for part in found)
        wanted = []
        for pieces in layouts.values():
            if public_pages(pieces) not in wanted:
                wanted.append(public_pages(pieces))
        if ours != sorted(wanted):
            print("%s: other pages than the public table: %s" % (name, [part.name for part in found]))
            wrong += 1
    for part in parts:
        # ST's order codes of revision A are not in the public table.
        if part.name not in rows_found and not part.name.endswith("xcx6a"):
            print("%s: no such part in the public table" % part.name)
            wrong += 1
    print("%d parts, %d rows, %d wrong" % (count, len(parts), wrong))
    return wrong > 0 or count < 1400


if __name__ == "__main__":
    sys.exit(main())
