# SPDX-License-Identifier: MIT
"""The reserved flash of a part, as nameplate.tcl chooses it when nothing else is said: the end of the flash; two areas
of whole pages, each of 2 KiB or more, if together they take a sixteenth of the flash or less; else the last page.

nameplate.tcl asks OpenOCD for the pages; here no device is attached yet, so the pages come from the reference manuals.
Where a part can be set up in several ways (one flash bank or two), the larger page counts: it is whole pages in both.
The region that is found here is also the one that the upload names to OpenOCD, which refuses it if it is not whole pages.
"""

import re

KIB = 1024
FLASH_BASE = 0x08000000

# Part, page in KiB; the first that matches. 0: sectors that grow, so only the last one counts, see _LAST.
_PAGES = (
    ("stm32l[01]", 4),  # OpenOCD's sector; the page itself is 128 or 256 bytes (RM0038, RM0367)
    ("stm32f0(30.[468]|[345]1|42|48|70.6)", 1),  # RM0091, RM0360: 1 KiB up to 64 KiB of the smaller parts
    ("stm32f0", 2),
    ("stm32f10[012].[468b]|stm32f103.[468b]", 1),  # PM0075: low and medium density
    ("stm32f1", 2),
    ("stm32f3", 2),  # RM0316
    ("stm32(f[24]|f7)", 0),
    ("stm32l4[p-s]|stm32l4\\+", 8),  # RM0432, one bank
    ("stm32l4", 2),  # RM0351, RM0394
    ("stm32l5", 4),  # RM0438, one bank
    ("stm32g4[78]", 4),  # RM0440, one bank
    ("stm32(g4|g0|c0|wl|u0)", 2),
    ("stm32wb[1-9]", 4),  # RM0434; the WB15 has 2 KiB
    ("stm32(u5|wba)", 8),  # RM0456, RM0493
    ("stm32h7[ab]", 8),  # RM0455
    ("stm32h7", 128),  # RM0433
)

# The last sector in KiB where sectors grow: by part, then by the largest flash in KiB for which it holds.
_LAST = (
    ("stm32f7[23]", ((64, 16), (512, 128))),  # RM0431
    ("stm32f750", ((64, 32),)),  # RM0385
    ("stm32f7", ((2048, 256),)),  # RM0385, RM0410
    ("stm32f[24]", ((64, 16), (128, 64), (2048, 128))),  # RM0033, RM0090, RM0368, RM0401
)


def _page(mcu, kib):
    for pattern, page in _PAGES:
        if re.match(pattern, mcu):
            break
    else:
        return 0
    if page:
        return page
    for pattern, rows in _LAST:
        if re.match(pattern, mcu):
            return next((last for most, last in rows if kib <= most), 0)
    return 0


def default(mcu, size):
    """(base, size) in bytes for a part with `size` bytes of flash, or none where the part is not known."""
    page = _page(mcu.lower(), size // KIB) * KIB
    if not page or size % page or size < 2 * page:
        return None
    half = max(page, 2 * KIB)
    region = 2 * half if 2 * half * 16 <= size else page
    return FLASH_BASE + size - region, region


# The registers in which flash with ECC reports double errors, by part; firmware/nameplate_ecc.h says what for. The second
# one is of the second bank, on parts that have one.
_ECC = (
    ("stm32g0(b[01]|c1)", (0x40022018, 0x4002201C)),  # RM0444
    ("stm32(l4|g[04]|u0)", (0x40022018,)),  # RM0351, RM0394, RM0432, RM0444, RM0440, RM0503
    ("stm32(l5|u5|wba)", (0x40022030,)),  # RM0438, RM0456, RM0493
    ("stm32(wb[0-9]|wl[e5])", (0x58004018,)),  # RM0434, RM0453, RM0461
    ("stm32u3", (0x40022034,)),  # RM0487
)


def ecc_registers(mcu):
    """Of a part whose torn words raise an NMI; none for any other."""
    return next((registers for pattern, registers in _ECC if re.match(pattern, mcu.lower())), ())


def needs_guarded_loads(mcu):
    """Torn words are bus faults."""
    return bool(re.match("stm32h7", mcu.lower()))


def _bytes(text):
    match = re.match("^(0[xX][0-9a-fA-F]+|[0-9]+)([kK]?)$", text)
    return int(match.group(1), 0) * (KIB if match.group(2) else 1) if match else 0


def named(text):
    """(base, size) out of `0x0801E000 0x2000` or `0x0801E000 8K`, or none."""
    words = text.split()
    if len(words) != 2 or not _bytes(words[0]) or not _bytes(words[1]):
        return None
    return _bytes(words[0]), _bytes(words[1])
