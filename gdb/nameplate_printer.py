# SPDX-License-Identifier: MIT
"""Shows the reader's struct nameplate_value and struct nameplate_variable decoded, in a GDB that has Python:

    (gdb) source gdb/nameplate_printer.py
    (gdb) print serial
    $1 = u32 42
    (gdb) print variable
    $2 = key: hex secret

`print/r` shows the plain struct. A struct nameplate_value does not know whether its variable is secret.
"""
import struct

import gdb
import gdb.printing

TYPES = {0: "unsigned", 1: "signed", 2: "float", 3: "text", 4: "hex", 6: "mac"}
NUMBERS = {1: "b", 2: "h", 4: "i", 8: "q"}
FLOATS = {4: "<f", 8: "<d"}
LONGEST_VALUE = 1055
LONGEST_NAME = 31


def read(pointer, length):
    return bytes(gdb.selected_inferior().read_memory(int(pointer), length)) if length else b""


def text(data):
    def shown(byte):
        if byte == 0x5C:
            return "\\\\"
        return chr(byte) if 0x20 <= byte <= 0x7E else "\\x%02x" % byte

    return "".join(map(shown, data))


def named(kind, length):
    """A type as nameplate-set names it; of a number with a length that there is none of, only its kind."""
    if length in (FLOATS if kind == "float" else NUMBERS) and kind in ("unsigned", "signed", "float"):
        return {"unsigned": "u", "signed": "i", "float": "f"}[kind] + str(8 * length)
    return kind


def decoded(kind, data):
    """A value as the command `nameplate` shows it: one of an impossible length as bytes."""
    if kind == "unsigned" and len(data) in NUMBERS:
        return str(struct.unpack("<" + NUMBERS[len(data)].upper(), data)[0])
    if kind == "signed" and len(data) in NUMBERS:
        return str(struct.unpack("<" + NUMBERS[len(data)], data)[0])
    if kind == "float" and len(data) in FLOATS:
        return "%g" % struct.unpack(FLOATS[len(data)], data)
    if kind == "text":
        return text(data)
    return data.hex(":") if kind == "mac" and len(data) == 6 else data.hex()


class ValuePrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self, secret=False):
        number, length = int(self.value["type"]), int(self.value["length"])
        kind = TYPES.get(number)
        if kind is None or length > LONGEST_VALUE:
            return "not a value (type %d, %d bytes): not set yet?" % (number, length)
        if secret:
            return named(kind, length) + " secret"
        try:
            return (named(kind, length) + " " + decoded(kind, read(self.value["bytes"], length))).rstrip()
        except gdb.MemoryError:
            return "%s, %d bytes at 0x%08X that cannot be read" % (named(kind, length), length, int(self.value["bytes"]))


class VariablePrinter:
    def __init__(self, variable):
        self.variable = variable

    def to_string(self):
        length = int(self.variable["name_length"])
        name = "key-%d" % int(self.variable["key"])
        if int(self.variable["key"]) == 1:
            name = "serial"
        if length > LONGEST_NAME:
            return "not a variable (name of %d bytes): not set yet?" % length
        if length:
            try:
                name = text(read(self.variable["name"], length))
            except gdb.MemoryError:
                name = "name at 0x%08X that cannot be read" % int(self.variable["name"])
        return name + ": " + ValuePrinter(self.variable["value"]).to_string(int(self.variable["secret"]) != 0)


printers = gdb.printing.RegexpCollectionPrettyPrinter("nameplate")
printers.add_printer("value", "^nameplate_value$", ValuePrinter)
printers.add_printer("variable", "^nameplate_variable$", VariablePrinter)
gdb.printing.register_pretty_printer(None, printers, replace=True)
