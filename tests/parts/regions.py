#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The default region of every part, as PlatformIO takes it: `part base=0x... size=...`, or `part none`, a line each.
    regions.py firmware/parts.csv"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "platformio"))
import nameplate_parts  # noqa: E402

parts = nameplate_parts.load(sys.argv[1])
for row in parts:
    part = nameplate_parts.find(parts, row.name)
    assert part is row, "%s is found as %s" % (row.name, part.name)
    print(part.name, "base=0x%08X size=%d" % part.region if part.region else "none")
