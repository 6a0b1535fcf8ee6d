#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What PlatformIO's scripts print is escaped as OpenOCD's commands and the host tool do: the shared vectors.

    python3 printable.py
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools", "platformio"))
from nameplate_numbers import printable  # noqa: E402

with open(os.path.join(HERE, "..", "vectors", "text.txt"), encoding="utf-8") as file:
    rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
assert len(rows) >= 14, len(rows)
for data, shown, _ in rows:
    # In a message a backslash stays: what it quotes is escaped already.
    wanted = shown.replace("\\\\", "\\")
    assert printable(bytes.fromhex(data).decode()) == wanted, (data, wanted)
assert printable(os.fsdecode(b"a\x9b\xff")) == "a\\x9b\\xff"
