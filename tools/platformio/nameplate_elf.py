# SPDX-License-Identifier: MIT
"""What is taken from a firmware's ELF: the flash that it will occupy, the region that it was linked for, and what Arduino's
EEPROM library in it takes for its own."""

import struct

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

KIB = 1024
FLASH = range(0x08000000, 0x0C000000)


class FirmwareError(Exception):
    """What is wrong with the file."""


class Firmware:
    """
    segments  what is loaded, (start, end) each
    region    (base, size) of _nameplate_start and _nameplate_end, or none
    eeprom    (address, size) of the bytes that Arduino's EEPROM library keeps; address none: it computes that on the device; or none
    """

    def __init__(self, path):
        try:
            with open(path, "rb") as file:
                elf = ELFFile(file)
                loaded = [part for part in elf.iter_segments("PT_LOAD") if part["p_filesz"]]
                # Where all load addresses are 0, some linkers mean the virtual ones, and OpenOCD takes them too.
                virtual = len(loaded) > 1 and not any(part["p_paddr"] for part in elf.iter_segments())
                starts = [part["p_vaddr" if virtual else "p_paddr"] for part in loaded]
                self.segments = [(start, start + part["p_filesz"]) for start, part in zip(starts, loaded)]
                symbols = [
                    symbol
                    for section in elf.iter_sections("SHT_SYMTAB")
                    for symbol in section.iter_symbols()
                    if symbol["st_shndx"] != "SHN_UNDEF" and ("eeprom_" in symbol.name or "_nameplate_" in symbol.name)
                ]
                self.region = _region(symbols)
                self.eeprom = _eeprom(elf, symbols)
        except (OSError, ELFError) as error:
            raise FirmwareError("%s cannot be checked: %s" % (path, error)) from error


def _region(symbols):
    found = {symbol.name: symbol["st_value"] for symbol in symbols if symbol["st_info"]["bind"] != "STB_LOCAL"}
    start, end = found.get("_nameplate_start"), found.get("_nameplate_end")
    return None if start is None or end is None else (start, end - start)


def _words(elf, function):
    """The aligned words of a function: among them are its constants."""
    section = elf.get_section(function["st_shndx"])
    first = ((function["st_value"] & ~1) + 3) & ~3
    code = section.data()[first - section["sh_addr"] :][: (function["st_value"] & ~1) + function["st_size"] - first]
    return [word for (word,) in struct.iter_unpack("<I", code[: len(code) // 4 * 4])]


def _eeprom(elf, symbols):
    """STM32duino's library (libraries/EEPROM/src/utility/stm32_eeprom.c) has a buffer of the size of what it keeps, which is
    a multiple of its place. On most families the place is a constant; on those that ask the device for the size of its
    flash it is not. Parts with EEPROM of their own (L0, L1) have no buffer."""
    sizes = [
        symbol["st_size"]
        for symbol in symbols
        # After a dot is what link-time optimisation has added.
        if symbol.name.split(".")[0] == "eeprom_buffer" and symbol["st_info"]["type"] == "STT_OBJECT"
    ]
    if not sizes or not sizes[0] or sizes[0] % KIB:
        return None
    functions = [symbol for symbol in symbols if symbol["st_info"]["type"] == "STT_FUNC" and isinstance(symbol["st_shndx"], int)]
    places = [word for function in functions for word in _words(elf, function) if word in FLASH and word % sizes[0] == 0]
    # Its end is a constant, too.
    return min(places, default=None), sizes[0]
