# SPDX-License-Identifier: MIT
"""Numbers and the bytes they are to become, as Python has them: lines `TYPE TEXT BYTES`. A fixed seed."""
import random
import struct
from fractions import Fraction

random.seed(1)


def single(text):
    """Rounded once, from the decimal to single: struct would round to double in between."""
    value = Fraction(text)
    near = struct.unpack("<I", struct.pack("<f", abs(float(value))))[0]
    around = [n for n in (near - 1, near, near + 1) if 0 <= n < 0x7F800000]
    def distance(n):
        return abs(Fraction(struct.unpack("<f", struct.pack("<I", n))[0]) - abs(value)), n & 1
    return struct.pack("<I", min(around, key=distance) | (0x80000000 if text.startswith("-") else 0))


def line(kind, text, data):
    print(kind, text, data.hex())


def floats():
    for text in ("0", "-0", "1", "-1", "0.1", "1.0023", "16777217", "16777219", "3.4028235e38", "1.17549435e-38", "1e-45",
                 "2.1e-45", "0.000061035156", "9007199254740993", "1.000000059604644775390625",
                 "1.00000005960464477539062500000000000000001", "-340282346638528859811704183484516925440"):
        line("f32", text, single(text))
    for text in ("0", "-0", "1e308", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324", "9007199254740993",
                 "2.2250738585072011e-308", "0.1", "123456789012345678901234567890", "9007199254740992.99999999999999999"):
        line("f64", text, struct.pack("<d", float(text)))
    for _ in range(400):
        bits = random.getrandbits(64) & ~(1 << 62) if random.random() < 0.5 else random.getrandbits(64)
        value = struct.unpack("<d", struct.pack("<Q", bits))[0]
        if value == value and abs(value) != float("inf"):
            text = random.choice(["%r", "%.20g", "%.3e", "%.17g"]) % value
            if float(text) and abs(float(text)) != float("inf"):
                line("f64", text, struct.pack("<d", float(text)))
        value = struct.unpack("<f", struct.pack("<I", random.getrandbits(32)))[0]
        if value == value and 0 < abs(value) < 3.4e38:
            # Halfway between two neighbours, and a little above or below, is where rounding shows.
            bits = struct.unpack("<I", struct.pack("<f", value))[0]
            upper = struct.unpack("<f", struct.pack("<I", bits + 1))[0]
            if abs(upper) < 3.4e38 and random.random() < 0.5:
                middle = (Fraction(value) + Fraction(upper)) / 2
                digits = f"{float(middle):.60e}"
                mantissa, exponent = digits.split("e")
                text = mantissa.rstrip("0") + random.choice(["", "1", "0000000000000000000000001"]) + "e" + exponent
            else:
                text = random.choice(["%r", "%.9g", "%.25g"]) % value
            if single(text).hex() not in ("00000000", "00000080"):
                line("f32", text, single(text))


def integers():
    for bits in (8, 16, 32, 64):
        for n in [0, 1, (1 << bits) - 1, 1 << bits - 1, (1 << bits - 1) - 1] + [random.getrandbits(bits) for _ in range(40)]:
            line(f"u{bits}", random.choice([str(n), hex(n), hex(n).upper().replace("X", "x")]), n.to_bytes(bits // 8, "little"))
        for n in [0, -1, 1, -(1 << bits - 1), (1 << bits - 1) - 1] + [random.getrandbits(bits) - (1 << bits - 1) for _ in range(40)]:
            line(f"i{bits}", str(n), n.to_bytes(bits // 8, "little", signed=True))


floats()
integers()
