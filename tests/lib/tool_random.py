#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeded random stores, written by tools/nameplate and by the Tcl: byte for byte the same.

    tool_random.py TOOL WORK-DIR sets|deletions [COUNT [SEED]]
    tool_random.py TOOL WORK-DIR vectors

Each case is a region of some cell size and up to 40 writes, each on what the one before has left: single serial numbers, sets,
deletions, values so long that the area fills and is compacted, or that fit nowhere; or one write on each of the shared vectors,
torn ones among them. A failure prints the case's seed.
"""
import os
import random
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = 0x08010000
NAMES = ["serial", "mac", "hwrev", "gain", "offset", "key", "note", "a", "a" * 31, "x.y-z_1"]
FORMS = [(cell, "ff", size) for cell in (4, 8, 16, 32, 64, 128) for size in (2048, 4096, 8192)] + \
        [(cell, "00", size) for cell in (4, 128) for size in (2048, 4096, 8192)]
TEXTS = ["", "B2", "two words", "Grüße", "0042", "-0", "[exit] $x {\";", "a=b:c", "\\n \\x41", "%s%n", "#", "日本語", "1e5", "0x"]


def number(rng):
    edge = [0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]
    return rng.choice(edge) if rng.random() < 0.5 else rng.getrandbits(rng.randrange(1, 65))


def integer(rng, kind):
    bits = int(kind[1:])
    low, high = (0, 2**bits - 1) if kind[0] == "u" else (-2**(bits - 1), 2**(bits - 1) - 1)
    value = max(low, min(high, number(rng) * rng.choice([1, -1])))
    return hex(value) if value >= 0 and rng.random() < 0.3 else str(value)


def fraction(rng):
    if rng.random() < 0.5:
        return "%.*g" % (rng.randrange(1, 25), struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0])
    return "%s%d.%de%d" % (rng.choice(["", "-", "+"]), rng.getrandbits(20), rng.getrandbits(rng.randrange(1, 90)), rng.randrange(-50, 45))


def word(rng, name, longest):
    if name == "serial":
        return rng.choice([f"serial={rng.getrandbits(32)}", f"serial={rng.choice([0, 2**32 - 1, 42])}", "serial:text=SN-%d" % rng.randrange(99)])
    kind = rng.choice("u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 text text hex hex mac none none".split())
    secret = ":secret" if rng.random() < 0.2 else ""
    if kind[0] in "ui":
        value = integer(rng, kind)
    elif kind[0] == "f":
        value = fraction(rng)
    elif kind == "hex":
        value = rng.randbytes(rng.choice([0, 1, 4, 6, rng.randrange(longest + 1)])).hex()
    elif kind == "mac":
        value = rng.randbytes(6).hex(":")
    else:
        value = rng.choice(TEXTS + [str(number(rng)), str(-number(rng)), hex(number(rng))])
        value = value * (rng.randrange(longest) // max(1, len(value.encode())) + 1) if rng.random() < 0.1 else value
        value = value.encode()[:longest].decode(errors="ignore")
    return f"{name}{'' if kind == 'none' else ':' + kind}{secret}={value}"


def make(seed, deletions=True):
    """((cell, erased, size), contents or None, [words of a write ...])"""
    rng = random.Random(seed)
    form = FORMS[seed % len(FORMS)]
    longest = rng.choice([8, 40, 300, 1023])
    writes = []
    for _ in range(rng.choice([1, 2, 5, 40 if longest < 300 else 12])):
        if rng.random() < 0.3:
            names = ["serial"]
        else:
            names = rng.sample(NAMES, rng.choice([1, 1, 2, 3, len(NAMES)]))
        writes.append([f"-{name}" if rng.random() < 0.15 and deletions else word(rng, name, longest) for name in names])
    return form, None, writes


def vectors(work):
    """The shared vectors, by name."""
    root = os.path.dirname(HERE)
    subprocess.run([sys.executable, os.path.join(root, "vectors", "make.py"), "images", work], check=True)
    with open(os.path.join(root, "vectors", "store.txt")) as file:
        for part in file.read().split("\nvector ")[1:]:
            if "\nunreadable " in part:
                continue  # no file can say so
            name, erased, cell, size = (line.split()[-1] for line in part.splitlines()[:4])
            with open(os.path.join(work, name + ".bin"), "rb") as image:
                # The simulated flash takes two areas where there is room for them.
                if "f405" not in name:
                    yield name, ((int(cell), erased, int(size)), image.read(), [["serial=305419896"], ["a=1", "note=two words"]])


def by_tool(tool, work, form, contents, writes):
    cell, erased, size = form
    path, results = os.path.join(work, "region.bin"), []
    now = contents or bytes.fromhex(erased) * size
    for words in writes:
        with open(path, "wb") as file:
            file.write(now)
        arguments = [tool, "encode", "--base", hex(BASE), "--size", str(size), "--cell", str(cell), "--erased", erased,
                     "--onto", path, "--format", "bin", "--whole", "-o", path + ".new"]
        for one in words:
            arguments += ["--delete", one[1:]] if one[0] == "-" else [one]
        run = subprocess.run(arguments, capture_output=True)
        if run.returncode == 0:
            with open(path + ".new", "rb") as file:
                now = file.read()
            os.remove(path + ".new")
            results.append(now.hex())
        else:
            errors = [line for line in run.stderr.decode().splitlines() if line.startswith("Error: ")]
            assert run.returncode == 1 and len(errors) == 1 and not os.path.exists(path + ".new"), (run, words)
            results.append("refused " + errors[0][7:])
    return results


def by_tcl(work, cases):
    """All cases in one run of jimsh; the results of each."""
    path = os.path.join(work, "script")
    with open(path, "w") as file:
        for (cell, erased, size), contents, writes in cases:
            print("region", hex(BASE), size, cell, "0x" + 4 * erased, file=file)
            if contents:
                words = struct.unpack(f"<{size // 4}I", contents)
                print("flash", *(f"{BASE + 4 * i} {word}" for i, word in enumerate(words) if word != int(4 * erased, 16)), file=file)
            for words in writes:
                print("write", *(one.encode().hex() for one in order(words)), file=file)
    run = subprocess.run(["jimsh", os.path.join(HERE, "tool.tcl"), path, work], capture_output=True)
    lines = iter(run.stdout.decode(errors="replace").splitlines())
    assert run.returncode == 0, run.stderr.decode()
    return [[region(form, next(lines)) for _ in writes] for form, _, writes in cases]


def region(form, line):
    """The region as hex, of a line `words ADDRESS WORD ...`; a line `refused ...` as it is."""
    _, erased, size = form
    kind, *numbers = line.split(" ")
    if kind != "words":
        return line
    contents = bytearray(bytes.fromhex(erased) * size)
    for address, word in zip(numbers[::2], numbers[1::2]):
        struct.pack_into("<I", contents, int(address) - BASE, int(word))
    return contents.hex()


def order(words):
    """Deletions are options of the tool, and so come first."""
    return [w for w in words if w[0] == "-"] + [w for w in words if w[0] != "-"]


def main():
    tool, work, kind = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 300
    first = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    if kind == "vectors":
        cases = dict(vectors(work))
    else:
        cases = {seed: make(seed, kind == "deletions") for seed in range(first, first + count)}
    writes = refused = compacted = 0
    for (seed, case), wanted in zip(cases.items(), by_tcl(work, cases.values())):
        got = by_tool(tool, work, *case)
        for i, (one, other) in enumerate(zip(got, wanted)):
            writes += 1
            if one[:7] == other[:7] == "refused":
                refused += 1
            elif kind == "vectors" and one.startswith("refused what would be written does not read back"):
                break  # a store that no writer leaves
            elif one != other:
                explain(seed, case, i, one, other)
                sys.exit(1)
            else:
                compacted += i > 0 and changed_first(got[:i], one)
    print(f"cases={len(cases)} writes={writes} refused={refused} compacted={compacted}")


def explain(seed, case, i, one, other):
    at = next((k for k, (a, b) in enumerate(zip(one, other)) if a != b), 0) // 2
    print(f"case {seed}, cell {case[0][0]}, erased {case[0][1]}, {case[0][2]} bytes, write {i}: differs at {at}", file=sys.stderr)
    print(f"  words: {order(case[2][i])!r}\n  tool: {one[2 * at:][:80]}\n  Tcl:  {other[2 * at:][:80]}", file=sys.stderr)
    print(f"  again: {' '.join(sys.argv[:4])} 1 {seed}", file=sys.stderr)


def changed_first(before, now):
    """Whether a write has changed what was written: a compaction."""
    last = next((b for b in reversed(before) if b[:7] != "refused"), None)
    half = len(now) // 2
    return bool(last) and (last[:24] != now[:24] or last[half:half + 24] != now[half:half + 24]) and last.strip("f0") != ""


if __name__ == "__main__":
    main()
