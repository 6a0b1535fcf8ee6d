#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PlatformIO's reader of an ELF and the host tool's `region --check` say the same: which region it was linked for, and whether
what it loads touches that.

    python3 -I elf.py TOOLS_DIR NAMEPLATE FILE...
"""

import subprocess
import sys

sys.path.insert(0, sys.argv[1])
import nameplate_elf  # noqa: E402

said = []
for path in sys.argv[3:]:
    firmware = nameplate_elf.Firmware(path)
    start, end = firmware.region[0], sum(firmware.region)
    free = not any(first < end and stop > start for first, stop in firmware.segments)
    place = ["--base", hex(start), "--size", str(end - start)]
    run = subprocess.run([sys.argv[2], "region", "--check", path] + place, capture_output=True, text=True)
    assert (run.returncode == 0) == free and (free or "touches the reserved region" in run.stderr), (path, free, run)
    said.append(free)
assert True in said and False in said, said
