#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Power cuts on every family, each with its own controller's way of being torn: a sample of tests/power/power.py's matrix.

    families.py [--long] [--jobs N] [CHIP ...]        prints TAP

Every cut is real (vboard --cut), because on parts with ECC a torn granule is more than its bytes. After each cut the
firmware on the device and OpenOCD must agree on old or new, and the same command finishes the job.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "vectors")]
import make  # noqa: E402
from power import ROOT, SET, Device, Run, Scenario, Tap, all_of, errors_of, values  # noqa: E402

# Chips with a single area too large to fill: compaction is cut in a small sector of the low half instead, where the
# firmware does not look (OpenOCD alone is asked there).
SMALL_SECTOR = {"stm32f207zg": (0x08004000, 0x4000), "stm32f401cc": (0x08004000, 0x4000),
                "stm32f767zi": (0x08008000, 0x8000)}
# No compaction here: their only sectors are 128 KiB; store.bats and the L1 have the single area.
NO_COMPACTION = {"stm32h743zi", "stm32f767zi-dual"}
# {chip: bytes of its flash that share a code, 0 without}. Everything else is tried on the L1.
GRANULES = dict(re.findall(r"^(\S+)  .*; ECC granule (\d+)$", subprocess.run(
    [os.environ.get("VBOARD", ROOT / "build/vboard"), "--list-models"], capture_output=True, text=True, check=True).stdout, re.M))
CHIPS = [chip for chip in GRANULES if chip != "stm32l152rb"]
# Flash whose granules have a code of their own, so that a cut may change that alone.
ECC = {chip for chip, granule in GRANULES.items() if granule != "0"}
# The controller of the others refuses a granule that reads erased but is not (PROGERR). This one programs it: what then does not
# read back is damage, which the writer goes on after.
PROGRAMS_SPENT = {"stm32h743zi"}
SCENARIOS = {
    "new-value": ([SET], "program_serial 43"),
    "set-of-variables": ([SET], 'program_vars hwrev=C1 gain:u16=99 "note=three more words"'),
    "compaction": ([SET], "program_serial 777"),
}
# (test, long): operations cut per scenario, torn seeds. In the test the number of points follows; of the long run:
OPERATIONS, SEEDS, PINNED_LONG = (2, 1000), (1, 16), 90


def fill(path, base, size, areas):
    """Appends serial entries to the first area of the store in the flash file until none fits: what years of use would do."""
    data = bytearray(path.read_bytes())
    first = base - 0x08000000
    cell = 4 << (int.from_bytes(data[first:first + 4], "little") >> 23 & 7)
    flash = make.Flash("", cell, data[-1:].hex(), size, areas).put(0, data[first:first + size]).skip(3 * cell)
    while flash.bytes[flash.at:flash.at + cell] != flash.fill * cell:
        flash.skip(cell)
    while flash.at + 3 * cell <= size // areas:
        flash.serial(flash.at // cell, repeat=cell < 128 and flash.erased == "ff")
    data[first:first + size] = flash.bytes
    path.write_bytes(data)


class FamilyRun(Run):
    def __init__(self, chip, name, options, work):
        prepare, command = SCENARIOS[name]
        settings = ()
        self.firmware = True
        if name == "compaction" and chip in SMALL_SECTOR:
            base, size = SMALL_SECTOR[chip]
            settings = (f"NAMEPLATE_BASE={base:#x}", f"NAMEPLATE_SIZE={size:#x}")
            self.firmware = False
        super().__init__(Scenario(name, prepare, command, None, settings=settings),
                         argparse.Namespace(**{**vars(options), "chip": chip}), pathlib.Path(work) / chip)

    def prepare(self):
        demo = ROOT / f"build/firmware/{self.chip}/demo.elf"
        first = f"program_serial 42 {demo} noverify" if self.firmware else "program_serial 42"
        for command in [first] + self.scenario.prepare:
            self.undisturbed(command)
        _, self.region = self.read(self.base.flash)
        if self.scenario.name == "compaction":
            single = self.chip in SMALL_SECTOR
            self.single = single
            fill(self.base.flash, *self.region, 1 if single else 2)
        self.start = self.work / "start.bin"
        shutil.copy(self.base.flash, self.start)
        self.old, _ = self.read(self.start)
        done = self.base.openocd([self.scenario.command], f"--record {self.record}")
        if done.returncode:
            raise RuntimeError(f"{self.chip} {self.scenario.name}: {self.scenario.command}: {errors_of(done)}")
        self.new, _ = self.read(self.base.flash)

    def sample(self):
        """Points: operations spread evenly, the last ones always, since there a write becomes valid."""
        count = sum(1 for _ in open(self.record / "journal"))
        wanted = min(count, OPERATIONS[self.variant])
        chosen = sorted({count - round(i * (count - 1) / max(1, wanted - 1)) for i in range(wanted)})
        # Before one operation is after the one before it: left to the long run.
        kinds = ["before"] * self.variant + ["after"] + [f"torn:{seed}" for seed in range(1, SEEDS[self.variant] + 1)]
        # One wrong bit of the code, or more: both in the long run.
        ecc = [0, 1] if self.variant else [None]
        return [f"{operation}:{kind}" for operation in chosen for kind in kinds] + \
            [f"{operation}:ecc:{operation % 2 if bits is None else bits}" for operation in chosen for bits in ecc
             if self.chip in ECC]

    def check(self, point, readings=None, image=None):
        device = Device(self, self.work / point.replace(":", "-"), self.start)
        device.openocd([self.scenario.command], f"--cut {point}")
        commands = ["gdb_port disabled; telnet_port disabled; tcl_port disabled", "init; reset halt",
                    "catch {nameplate list -json}", "puts =="]
        agree = ["nameplate verify"] if self.firmware else []
        done = device.openocd(commands + agree + ["puts ==", self.scenario.command, "puts ==", "nameplate list -json"] +
                              agree + ["shutdown"])
        parts = done.stdout.split("==\n")
        if done.returncode or len(parts) != 4:
            return f"reading, or the same command again, fails: {errors_of(done)}"
        # What follows the list is `verified=N`.
        before, after = values(parts[0]), values(parts[3].split("verified=")[0])
        allowed = [self.old, self.new] + ([{}] if self.scenario.name == "compaction" and self.single else [])
        if before not in allowed:
            return f"OpenOCD reads {before}"
        if after != self.new:
            return f"after the same command again: {after}"
        spent = self.chip in PROGRAMS_SPENT and ":ecc:" in point
        if int(device.stats_when_ended()["flash_overwrites"]) > (1 if spent else 0):
            return "a cell was written twice"
        if self.outside(device.flash) != self.outside(self.base.flash):
            return "bytes outside the region differ"
        shutil.rmtree(device.folder)
        return None


def scenarios(chip):
    return [name for name in SCENARIOS if name != "compaction" or chip not in NO_COMPACTION]


def cuts(chip):
    """How many points `make test` tries on a chip; tests/families/table shows it."""
    return len(scenarios(chip)) * OPERATIONS[0] * (1 + SEEDS[0] + (chip in ECC))


def run_chip(chip, options, work):
    points, wrong = 0, []
    for name in scenarios(chip):
        run = FamilyRun(chip, name, options, work)
        try:
            run.prepare()
        except RuntimeError as error:
            wrong.append(str(error))
            continue
        sample = run.sample()
        points += len(sample)
        wrong += [f"{name} --cut {p}: {w}" for p, w in zip(sample, all_of(options, run.check, sample)) if w]
        shutil.rmtree(run.work)
    pinned = PINNED_LONG if options.long else cuts(chip)
    if points < pinned:
        wrong.append(f"only {points} points, {pinned} are pinned")
    return chip, points, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    # So many chips at once, and so many points of each; the OpenOCDs take turns.
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--probe", help="as for VBOARD_PROBE: the debugger's way to the virtual board")
    parser.add_argument("--list", action="store_true", help="the chips")
    parser.add_argument("chips", nargs="*")
    options = parser.parse_args()
    if options.list:
        print(*CHIPS)
        return 0
    if options.probe:
        os.environ["VBOARD_PROBE"] = options.probe
    tap, total = Tap(), 0
    with tempfile.TemporaryDirectory() as work:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for chip, points, wrong in pool.map(lambda c: run_chip(c, options, work), options.chips or CHIPS):
                total += points
                tap.result(f"{chip}: {points} cuts: firmware and OpenOCD agree on old or new, the same command finishes the job",
                           wrong, f"tests/power/families.py {chip}")
    print(f"1..{tap.number}")
    print(f"# {total} points")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
