#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stand-ins for STM32_Programmer_CLI, st-flash and JLinkExe: they do to a flash file what the manuals say, and refuse what they would.

Called by one of these names. $FLASH is the file, $FLASH_PAGE its page size, $FLASH_ERASED what an erased byte reads; the flash
begins at 0x08000000.
"""
import os
import sys

BASE = 0x08000000
PATH, PAGE, ERASED = os.environ["FLASH"], int(os.environ.get("FLASH_PAGE", "256")), bytes.fromhex(os.environ.get("FLASH_ERASED", "00"))


def fail(text):
    sys.exit(f"stand-in: {text}")


with open(PATH, "rb") as file:
    flash = bytearray(file.read())


def save():
    with open(PATH, "wb") as file:
        file.write(flash)


def program(address, data):
    at = address - BASE
    if at < 0 or at + len(data) > len(flash) or at % 4:
        fail(f"no flash at {address:#x}")
    if bytes(flash[at:at + len(data)]) != ERASED * len(data):
        fail(f"If it's a Flash memory, it may be not erased or protected: {address:#x}")
    flash[at:at + len(data)] = data


def erase(first, last):
    for page in range((first - BASE) // PAGE * PAGE, last - BASE + 1, PAGE):
        flash[page:page + PAGE] = ERASED * PAGE


def dump(address, size, path):
    with open(path, "wb") as file:
        file.write(flash[address - BASE:address - BASE + size])


def word(text):
    return int(text, 16).to_bytes(4, "little")


def cube(arguments):
    """UM2237: -w32 programs and does not erase; -u uploads to a file."""
    if arguments[:2] != ["-c", "port=SWD"]:
        fail("no connection")
    if arguments[2] == "-w32" and len(arguments) > 4:
        program(int(arguments[3], 16), b"".join(map(word, arguments[4:])))
    elif arguments[2] == "-u" and len(arguments) == 6:
        dump(int(arguments[3], 16), int(arguments[4], 16), arguments[5])
    else:
        fail(f"usage: {arguments}")


def ihex(path):
    """{address: byte}"""
    data, high = {}, 0
    for line in open(path):
        record = bytes.fromhex(line.strip()[1:])
        if line[0] != ":" or sum(record) % 256 or record[0] != len(record) - 5:
            fail(f"not Intel HEX: {line}")
        if record[3] == 4:
            high = int.from_bytes(record[4:6], "big") << 16
        elif record[3] == 0:
            data.update({high + int.from_bytes(record[1:3], "big") + i: b for i, b in enumerate(record[4:-1])})
    return data


def st_flash(arguments):
    """It erases every page from the first address to the last, fills gaps, and writes all of it."""
    if arguments[:3] == ["--format", "ihex", "write"] and len(arguments) == 4:
        data = ihex(arguments[3])
        first, last = min(data), max(data)
        erase(first, last)
        program(first, bytes(data.get(at, ERASED[0]) for at in range(first, last + 1)))
    elif arguments[0] == "read" and len(arguments) == 4:
        dump(int(arguments[2], 16), int(arguments[3], 16), arguments[1])
    else:
        fail(f"usage: {arguments}")


def jlink(arguments):
    """Numbers are hexadecimal, with or without 0x."""
    connected = False
    if arguments[:3] != ["-NoGui", "1", "-CommandFile"]:
        fail(f"usage: {arguments}")
    for line in open(arguments[3]):
        name, _, rest = line.strip().partition(" ")
        values = [part.strip() for part in rest.split(",")]
        if name == "connect":
            connected = True
        elif name == "erase" and connected and len(values) == 2:
            erase(int(values[0], 16), int(values[1], 16))
        elif name == "w4" and connected and len(values) > 1:
            program(int(values[0], 16), b"".join(map(word, values[1:])))
        elif name == "savebin" and connected and len(values) == 3:
            dump(int(values[1], 16), int(values[2], 16), values[0])
        elif name == "exit":
            return
        elif name not in ("ExitOnError", "device", "si", "speed", "h", "r", "g"):
            fail(f"unknown command: {line}")
    fail("the script does not exit")


{"STM32_Programmer_CLI": cube, "st-flash": st_flash, "JLinkExe": jlink}[os.path.basename(sys.argv[0])](sys.argv[1:])
save()
