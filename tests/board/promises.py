# SPDX-License-Identifier: MIT
"""What a device must do, one function for each promise; its first line of text is what the run prints. They run in this order."""
import json
import os
import re
import shutil

from device import GDB, ROOT, Broken, run, word

TYPES = ('serial=42 a:u8=255 b:u16=65535 c=305419896 d:u64=18446744073709551615 e:i8=-128 f:i16=-32768 g:i32=-17 '
         'h:i64=-9223372036854775808 i:f32=1.0023 j:f64=-2.5e-300 k=B2 l:hex=00ff10 m:mac=02:00:00:12:34:56 '
         '"n=two words" o:hex:secret=c0ffee')


class Skip(Exception):
    """Cannot be tried here, and why."""


class Trial:
    """The device, its facts, the firmware that is uploaded, a folder for files."""
    def __init__(self, device, facts, image):
        self.device, self.facts, self.image, self.work = device, facts, image, device.work
        self.base, self.size = int(facts["base"], 16), int(facts["size"], 16)
        self.single = {"NAMEPLATE_BASE": facts["last_page"], "NAMEPLATE_SIZE": hex(self.base + self.size - int(facts["last_page"], 16))}
        self.main_seconds = 0

    def upload(self, command, expected):
        return self.device.wants(expected, command, NAMEPLATE_IMAGE=self.image)

    def raw(self):
        return self.device.save(self.base, self.size, self.work / "now.bin")

    def values(self, **settings):
        """Every variable, as a dump has it."""
        path = self.work / "values.txt"
        path.unlink(missing_ok=True)
        self.device.wants(None, f"nameplate dump {word(path)} -secrets", **settings)
        return sorted(line for line in path.read_text().splitlines() if line and not line.startswith("#"))

    def values_or_nothing(self, **settings):
        """The same; [] where the region is blank, since its variables are in a file."""
        try:
            return self.values(**settings)
        except Broken:
            return []


# ---- the promises ---------------------------------------------------------------------------------------------

def main_job(t):
    """main job: firmware, serial number, read back, and reported"""
    t.device.wants(None, "nameplate erase")
    done = t.upload("program_serial 42", "serial=42\n")
    if "firmware: serial=42\n" not in done.err:
        raise Broken("the firmware did not report serial=42")


def update(t):
    """update: another number, and the firmware finds that one"""
    t.main_seconds = t.upload("program_serial 43", "serial=43\n").seconds
    t.device.wants("43\n", "nameplate get serial")


def keep(t):
    """keep: a number that is there stays"""
    t.upload("program_serial 7 keep", "serial=43\n")


def every_type(t):
    """every type of variable, each reported by the firmware"""
    done = t.upload(f"program_vars {TYPES}", None)
    if len(done.out.splitlines()) != 16:
        raise Broken(f"16 lines were wanted: {done.out!r}")
    if "c0ffee" in done.out + done.err:
        raise Broken("the secret was shown")


def listing(t):
    """list: a table and JSON of all values, the secret one hidden"""
    table = t.device.wants(None, "nameplate list").out
    store = json.loads(t.device.wants(None, "nameplate list -json").out)
    rows = {row["name"]: row for row in store["variables"]}
    if store["state"] != "ok" or len(rows) != 16 or len(table.splitlines()) != 16:
        raise Broken("16 variables were wanted")
    if rows["serial"]["value"] != 42 or rows["n"]["value"] != "two words" or "value" in rows["o"] or "c0ffee" in table:
        raise Broken("a value is wrong, or the secret was shown")


def verifying(t):
    """verify, run: the firmware's report, its output passed on"""
    t.upload("nameplate verify", "verified=16\n")
    if "serial=42\n" not in t.upload("nameplate run", None).out:
        raise Broken("run does not pass on what the firmware prints")


def dump_and_restore(t):
    """dump, erase, restore: every variable is back"""
    before = t.values()
    kept = t.work / "kept.txt"
    shutil.copy(t.work / "values.txt", kept)
    t.device.wants(f"erased={t.size}\n", "nameplate erase")
    if set(t.raw()) != {int(t.facts["erased"], 16)}:
        raise Broken("the region is not blank after erase")
    t.device.wants(None, f"nameplate restore {word(kept)}")
    if t.values() != before:
        raise Broken("the variables are others")
    t.device.wants("k=B3\n", "nameplate set k=B3")
    t.device.wants("deleted=k\n", "nameplate delete k")
    if t.values() != [line for line in before if not line.startswith("k:")]:
        raise Broken("set and delete touched other variables")


def gdb(t):
    """GDB loads the firmware, stops in the reader, reads it there"""
    if not shutil.which(GDB):
        raise Skip(f"no {GDB}")
    done = t.device.gdb(t.image, "monitor reset halt", "load", "monitor reset halt", "stepi", "stepi", "set $pc = main",
                        "hbreak nameplate_begin", "continue", "finish", r'printf "begun: %d\n", $r0',
                        f"source {ROOT / 'gdb/nameplate.gdb'}", "nameplate-serial", "monitor reset halt", "kill")
    if "not defined" in done.err or 'No symbol "main"' in done.err:
        raise Skip("the image has no function nameplate_begin, or no main, to stop in")
    if not re.search(r"begun: 0.*^serial=42$", done.out, re.DOTALL | re.MULTILINE):
        raise Broken(f"GDB says {done.out[-200:]!r} {done.err[-200:]!r}")


def bad_input(t):
    """bad input: refused in one line, and no bit of flash changes"""
    before = t.raw()
    image = {"NAMEPLATE_IMAGE": t.image}
    t.device.refuses("leading zero", "program_serial 042", **image)
    t.device.refuses("out of range", "program_vars a:u8=256", **image)
    t.device.refuses("", "program_serial 42 verfy", **image)
    t.device.refuses("whole pages", "program_serial 42", NAMEPLATE_BASE=t.facts["flash"], NAMEPLATE_SIZE="100")
    t.device.refuses("linked for", "program_serial 42", NAMEPLATE_BASE=hex(t.base + t.size // 2), NAMEPLATE_SIZE=hex(t.size // 2), **image)
    t.device.refuses("", "program_serial 42", NAMEPLATE_IMAGE=t.work / "nothing.elf")
    t.device.refuses("", f"nameplate restore {word(t.work / 'nothing.txt')}")
    if t.raw() != before:
        raise Broken("the region has changed")


def ledger(t):
    """next: a number out of a ledger, and the same one again"""
    program = ROOT / "build/nameplate-ledger"
    if not os.access(program, os.X_OK):
        raise Skip("no build/nameplate-ledger")
    path = t.work / "ledger.db"
    path.unlink(missing_ok=True)
    for words in (["init"], ["series", "serial", "first=1000"]):
        run([program, "--ledger", path, *words], t.work)
    t.device.wants(None, "nameplate erase")
    settings = {"NAMEPLATE_LEDGER": path, "NAMEPLATE_LEDGER_PROGRAM": program}
    first = t.device.openocd("program_serial next", **settings)
    if "unique ID" in first.error and "know" in first.error:
        raise Skip("Nameplate does not know this part's unique ID")
    if (first.status, first.out) != (0, "serial=1000\n"):
        raise Broken(f"program_serial next: {first.out!r} {first.error}")
    t.device.wants("serial=1000\n", "program_serial next", **settings)


def full_area(t):
    """a full area: room is made, and every variable is there"""
    fill(t, t.size // int(t.facts["areas"]), {})


def single_area(t):
    """a region of one area: room is made by a file on the host"""
    fill(t, int(t.single["NAMEPLATE_SIZE"], 16), t.single)
    if list(t.work.glob("*.save")):
        raise Broken("the file on the host is still there")


def kill_serial(t):
    """SIGKILL at each step of a number: old or new, then finished"""
    t.device.wants(None, "nameplate erase")
    t.device.wants("serial=42\n", "program_serial 42")
    kill_each(t, "program_serial 43", ["serial:u32=42"], ["serial:u32=43"], {})


def kill_set(t):
    """SIGKILL at each step of a set: all old or all new"""
    t.device.wants(None, "nameplate erase")
    t.device.wants(None, "program_vars serial=42 a:u16=1 b=old")
    kill_each(t, "program_vars a:u16=2 b=new", ["a:u16=1", "b:text=old", "serial:u32=42"],
              ["a:u16=2", "b:text=new", "serial:u32=42"], {})


def kill_single_area(t):
    """SIGKILL while one area makes room: in the end all is back"""
    size = int(t.single["NAMEPLATE_SIZE"], 16)
    fill(t, size, t.single, until_full=True)
    old = t.values(**t.single)
    command = f"nameplate restore {word(values_file(t, size, 99))}"
    kill_each(t, command, old, None, t.single)


def kill_upload(t):
    """SIGKILL at moments of an upload: old or new, then finished"""
    t.device.wants(None, "nameplate erase")
    seconds = max(t.upload("program_serial 42", "serial=42\n").seconds, 0.2)
    number = 42
    for part in range(1, 6):
        t.device.openocd(f"program_serial {number + 1}", kill_after=seconds * part / 6, NAMEPLATE_IMAGE=t.image)
        found = t.device.wants(None, "nameplate get serial").out.strip()
        if found not in (str(number), str(number + 1)):
            raise Broken(f"after {part}/6 of the upload the device says {found!r}")
        t.upload(f"program_serial {number + 1}", f"serial={number + 1}\n")
        number += 1


PROMISES = [main_job, update, keep, every_type, listing, verifying, dump_and_restore, gdb, bad_input, ledger, full_area, single_area,
            kill_serial, kill_set, kill_single_area, kill_upload]


# ---- what they are made of ------------------------------------------------------------------------------------

def values_file(t, size, seed):
    """Variables that take about a fifth of an area of this size."""
    count, length = (8, size // 40) if size < 40000 else (size // 5000, 1000)
    path = t.work / f"fill-{seed}.txt"
    path.write_text("".join(f"v{i}:hex={bytes((seed * 31 + i * 7 + k) & 255 for k in range(length)).hex()}\n" for i in range(count)))
    return path


def stepping(steps, at=0, when="before"):
    """The setting that counts the steps which change flash, from where OpenOCD has those commands; and kills it at one."""
    return {"NAMEPLATE_BEFORE_WRITE": f"board_steps {word(steps)} {at} {when}"}


def fill(t, size, settings, until_full=False):
    """New values until the area is full and room is made, at most six times; until_full: up to the last time before that."""
    t.device.wants(None, "nameplate erase", **settings)
    steps = t.work / "steps"
    for seed in range(8):
        path = values_file(t, size, seed)
        before = t.raw() if until_full else None
        steps.unlink(missing_ok=True)
        done = t.device.wants(None, f"nameplate restore {word(path)}", **settings, **stepping(steps))
        made_room = seed > 0 and "erase" in steps.read_text()
        if made_room and settings and "until they are back on the device" not in done.err:
            raise Broken("room was made without a file on the host: this is no region of one area")
        if made_room and until_full:
            t.device.put(t.base, before, t.facts, t.work / "put")
            return
        if t.values(**settings) != sorted(path.read_text().splitlines()):
            raise Broken(f"other variables after {seed + 1} fillings")
        if made_room:
            return
    raise Broken("eight fillings by a fifth never filled it")


def kill_each(t, command, old, new, settings):
    """Where `new` is not known, it is what the command leaves when nothing ends it."""
    start, steps = t.raw(), t.work / "steps"
    steps.unlink(missing_ok=True)
    t.device.wants(None, command, **settings, **stepping(steps))
    count = len(steps.read_text().splitlines())
    now = t.values(**settings)
    if new is not None and now != new:
        raise Broken(f"{command}: {now}")
    # Each takes minutes where the region is a sector of 128 KiB or more: there the first step and the last one.
    for at in range(1, count + 1) if t.size < 40000 else sorted({1, count}):
        for when in ("before", "after"):
            t.device.put(t.base, start, t.facts, t.work / "put")
            done = t.device.openocd(command, **settings, **stepping(steps, at, when))
            if done.status != -9:
                raise Broken(f"SIGKILL {when} step {at} of {count} did not come: {done.error}")
            kept = bool(list(t.work.glob("*.save")))
            found = t.values_or_nothing(**settings) if kept else t.values(**settings)
            if found not in ([old, now, []] if kept else [old, now]):
                raise Broken(f"SIGKILL {when} step {at} of {count}: neither old nor new")
            t.device.wants(None, command, **settings)
            if t.values(**settings) != now:
                raise Broken(f"SIGKILL {when} step {at} of {count}: the same command does not finish")
