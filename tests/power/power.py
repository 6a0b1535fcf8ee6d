#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Power cuts at every flash operation, unplugged probes: what the device says afterwards, and whether the same command
finishes the job.

    power.py [--chip stm32l152rb] [--long] [--jobs N] [SCENARIO ...]        prints TAP
    power.py --replay SCENARIO POINT                                        one point, with OpenOCD's output

How: one run of the command under `vboard --record` gives a list of flash operations; tests/power/images makes of it the
flash that a cut before, in (16 seeds) and after each operation leaves. The C reader reads every one of them. On a number of them,
pinned below, the real OpenOCD then attaches to a fresh board, reads the store, runs the same command again and reads once
more. A sample is cut for real with `vboard --cut`, and must leave the same bytes. The model is shared by test and long run; only
the numbers differ.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = ROOT / "build/tests/images"
TORN_SEEDS = 16
# How many operations apart real cuts are made to confirm the made ones.
REAL_CUT_STEP = 5
# So many OpenOCDs at once, whatever waits for one: with more, on a busy machine, they come to their own time limits.
TURNS = threading.BoundedSemaphore(2 * (os.cpu_count() or 1))


class Scenario:
    """prepare: commands run undisturbed first; command: the one that is cut; points: pinned, (test, long) numbers of points
    on which OpenOCD runs; seeds: (test, long) torn images per operation for those; real: cut for real, no made images
    (the command keeps something on the host meanwhile)."""

    def __init__(self, name, prepare, command, points, seeds=(2, 16), real=False, settings=(), every=(1, 1)):
        self.name, self.prepare, self.command = name, prepare, command
        self.points, self.seeds, self.real, self.settings, self.every = points, seeds, real, settings, every


FULL = [f"program_serial {n}" for n in range(1, 10)]
SET = 'program_vars hwrev=B2 mac:mac=02:00:00:12:34:56 gain:u16=1023 offset:i32=-17 "note=two words"'
IMAGE = f"{ROOT}/build/firmware/stm32l152rb/demo.elf"

SCENARIOS = [
    Scenario("blank-device", [], "program_serial 42", (24, 108)),
    Scenario("new-value", ["program_serial 42"], "program_serial 43", (12, 54)),
    Scenario("second-variable", ["program_serial 42"], "program_vars hwrev=B2", (4, 18)),
    # The set fits one half page, so there is one operation to cut: before, after, and torn by 16 seeds.
    Scenario("set-of-variables", ["program_serial 42"], SET, (4, 18)),
    Scenario("compaction", [SET] + FULL, "program_serial 777", (40, 360), every=(2, 1)),
    Scenario("upload-before", ["program_serial 42"], f"program_serial 43 {IMAGE} noverify", (20, 1000), every=(24, 2)),
    Scenario("single-area", ["program_serial 41", SET] + FULL[:8], "program_serial 777", (20, 300), real=True,
             settings=("NAMEPLATE_BASE=0x0801F000", "NAMEPLATE_SIZE=0x1000"), every=(4, 1)),
]
# The shortest scenario, cut again while it finishes the job: (test, long) seeds of the first and second cut.
PAIRS = ("new-value", (1, 6), (60, 400))
# Cut for real, with bits that read differently each time from then on: scenarios, (test, long) seeds and pinned numbers.
UNSTABLE = {"blank-device": ((3, 16), (18, 96)), "new-value": ((6, 32), (18, 96)), "compaction": ((1, 8), (20, 160))}
# The connection dropped at every Nth access: (test, long) N and pinned numbers.
UNPLUG = ("new-value", (12, 2), (20, 120))


class Device:
    """A flash file of its own, in a folder of its own."""

    def __init__(self, run, folder, image=None):
        self.run, self.folder = run, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.flash = self.folder / "flash"
        if image:
            shutil.copy(image, self.flash)

    def openocd(self, commands, board_arguments="", timeout=120):
        stats = self.folder / "stats"
        stats.unlink(missing_ok=True)
        # An ST-LINK unless told otherwise: as most people have, and a fifth of the time that JTAG takes bit by bit.
        probe = os.environ.get("VBOARD_PROBE", "stlink")
        environment = dict(os.environ, VBOARD_PROBE=probe, VBOARD_FLASH=str(self.flash), VBOARD_STATS=str(stats), VBOARD_ARGS=board_arguments,
                           XDG_RUNTIME_DIR=str(self.folder))
        arguments = ["openocd", "-c", "set NAMEPLATE_IMAGE {}", "-c", f"set NAMEPLATE_SAVE_DIR {{{self.folder}}}"]
        for setting in self.run.scenario.settings:
            arguments += ["-c", "set " + setting.replace("=", " ")]
        arguments += ["-f", str(ROOT / f"openocd/board/virtual-{self.run.chip}.cfg")]
        for command in commands:
            arguments += ["-c", command]
        with TURNS:
            return subprocess.run(arguments, env=environment, cwd=self.folder, capture_output=True, text=True, errors="replace",
                                  timeout=timeout, stdin=subprocess.DEVNULL)

    def stats(self):
        text = (self.folder / "stats").read_text()
        return dict(line.split("=") for line in text.splitlines())

    def session(self):
        """Reads, runs the command again, reads: (before, after, problem). Values as {name: value}; None: no store."""
        done = self.openocd(["gdb_port disabled; telnet_port disabled; tcl_port disabled", "init; reset halt",
                             "catch {nameplate list -json}", "puts ==", self.run.scenario.command, "puts ==",
                             "nameplate list -json", "shutdown"])
        parts = done.stdout.split("==\n")
        if done.returncode != 0 or len(parts) != 3:
            return None, None, "the same command again fails: " + errors_of(done)
        if self.stats_when_ended()["flash_overwrites"] != "0":
            return None, None, "a cell was written twice"
        return values(parts[0]), values(parts[2]), None

    def stats_when_ended(self):
        # The board writes its counters once OpenOCD has gone.
        for _ in range(1000):
            if (self.folder / "stats").exists():
                break
            subprocess.run(["sleep", "0.01"], check=True)
        return self.stats()


def errors_of(done):
    """What went wrong, in one line: ours, which comes last, and before it what OpenOCD and the board said."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return f"status {done.returncode}: " + " | ".join(lines[-8:])


def values(text):
    text = text.strip()
    if not text:
        return {}
    return {v["name"]: str(v["value"]) for v in json.loads(text)["variables"]}


class Run:
    """One scenario: its base device, its record, its points."""

    def __init__(self, scenario, options, work):
        self.scenario, self.options, self.chip = scenario, options, options.chip
        self.work = pathlib.Path(work) / scenario.name
        self.variant = 1 if options.long else 0
        self.base = Device(self, self.work / "base")
        self.record = self.work / "record"
        self.failures = []
        self.c_points = 0

    def undisturbed(self, command):
        """A command before the one that is cut. OpenOCD's limits for its loaders are wall-clock time, and a machine may stand
        still for longer: what fails is run once more, as its message says to, and told."""
        done = self.base.openocd([command])
        if done.returncode:
            print(f"# {self.chip} {self.scenario.name}: {command}: {errors_of(done)}\n# 1 repeats", flush=True)
            done = self.base.openocd([command])
        if done.returncode:
            raise RuntimeError(f"{self.chip} {self.scenario.name}: {command}: {errors_of(done)}")

    def prepare(self):
        for command in self.scenario.prepare:
            self.undisturbed(command)
        if not self.base.flash.exists():
            self.base.openocd(["init; shutdown"])
        self.start = self.work / "start.bin"
        shutil.copy(self.base.flash, self.start)
        done = self.base.openocd([self.scenario.command], f"--record {self.record}")
        if done.returncode:
            raise RuntimeError(f"{self.scenario.name}: {self.scenario.command}: {errors_of(done)}")
        self.old, _ = self.read(self.start)
        self.new, region = self.read(self.base.flash)
        self.region = region

    def read(self, image):
        device = Device(self, self.work / "read", image)
        done = device.openocd(["nameplate list -json"])
        if done.returncode:
            raise RuntimeError(f"{self.scenario.name}: nameplate list: {errors_of(done)}")
        listing = json.loads(done.stdout)
        return values(done.stdout), (listing["base"], listing["size"])

    def images(self, *arguments):
        done = subprocess.run([IMAGES, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.splitlines()

    def points(self, seeds, every):
        lines = self.images("points", self.chip, self.record, seeds)
        last = max(int(line.split(":")[0]) for line in lines)
        return [line for line in lines if (int(line.split(":")[0]) - 1) % every == 0 or int(line.split(":")[0]) == last]

    def read_all_in_c(self):
        """The C reader on every image, all seeds: old, new, or none where there was nothing."""
        readings = {}
        for line in self.images("read", self.chip, self.record, TORN_SEEDS, *self.region):
            point, *fields = line.split("\t")
            readings[point] = dict(field.split("=", 1) for field in fields)
            self.c_points += 1
            if readings[point] not in (self.old, self.new):
                self.failures.append(f"{point}: the C reader says {readings[point]}")
        return readings

    def outside(self, image):
        """The flash without the region."""
        data = pathlib.Path(image).read_bytes()
        first = self.region[0] - 0x08000000
        return data[:first] + data[first + self.region[1]:]

    def check(self, point, readings=None, image=None):
        """One point through OpenOCD. Returns what is wrong, or None."""
        device = Device(self, self.work / point.replace(":", "-"))
        if self.scenario.real:
            shutil.copy(self.start, device.flash)
            cut = device.openocd([self.scenario.command], f"--cut {point}")
            if cut.returncode == 0 and not point.endswith("after"):
                return "the cut did not stop the command"
        elif image:
            shutil.copy(image, device.flash)
        else:
            self.images("make", self.chip, self.record, point, device.flash)
        before, after, problem = device.session()
        if problem is None:
            allowed = [self.old, self.new] + ([{}] if self.scenario.real else [])
            if before not in allowed:
                problem = f"OpenOCD reads {before}"
            elif readings and point in readings and readings[point] != before:
                problem = f"OpenOCD reads {before}, C reads {readings[point]}"
            elif after != self.new:
                problem = f"after the same command again: {after}"
            elif self.outside(device.flash) != self.outside(self.base.flash):
                problem = "bytes outside the region differ"
        shutil.rmtree(device.folder)
        return problem

    def real_cut(self, point):
        """The made image is the one that a real cut leaves."""
        device = Device(self, self.work / ("real-" + point.replace(":", "-")), self.start)
        made = device.folder / "made"
        device.openocd([self.scenario.command], f"--cut {point}")
        self.images("make", self.chip, self.record, point, made)
        same = made.read_bytes() == device.flash.read_bytes()
        shutil.rmtree(device.folder)
        return None if same else "vboard --cut leaves other bytes than the image made of the record"

    def second_cuts(self, point, seeds):
        """The command is run again on the image of POINT and cut again: number of points, problems."""
        device = Device(self, self.work / ("first-" + point.replace(":", "-")))
        self.images("make", self.chip, self.record, point, device.flash)
        second = device.folder / "record"
        done = device.openocd([self.scenario.command], f"--record {second}")
        if done.returncode:
            return 0, [f"{point}: the same command again fails: {errors_of(done)}"]
        if not (second / "journal").stat().st_size:
            return 0, []
        found, problems = 0, []
        for again in self.images("points", self.chip, second, seeds):
            image = device.folder / "image"
            self.images("make", self.chip, second, again, image)
            problem = self.check(f"{point}+{again}", image=image)
            found += 1
            if problem:
                problems.append(f"{point}+{again}: {problem}")
        shutil.rmtree(device.folder)
        return found, problems

    def unstable(self, point):
        """A device whose torn bits never settle: each reading is old or new, and after the same command again it is new for
        good, for OpenOCD and for the firmware on the device."""
        device = Device(self, self.work / point.replace(":", "-"), self.start)
        device.openocd([self.scenario.command], f"--cut {point}")
        for _ in range(3):
            listed = values(device.openocd(["nameplate list -json"]).stdout)
            if listed not in (self.old, self.new):
                return f"OpenOCD reads {listed}"
        _, after, problem = device.session()
        if problem is None and after != self.new:
            problem = f"after the same command again: {after}"
        if problem is None:
            done = device.openocd([f"program_serial {self.new['serial']} {IMAGE} verify"])
            if done.returncode:
                problem = "the firmware does not report it: " + errors_of(done)
        for _ in range(3):
            listed = values(device.openocd(["nameplate list -json"]).stdout)
            if problem is None and listed != self.new:
                problem = f"later OpenOCD reads {listed}"
        shutil.rmtree(device.folder)
        return problem

    def unplugged(self, access):
        device = Device(self, self.work / f"unplug-{access}", self.start)
        done = device.openocd([self.scenario.command], f"--unplug {access}")
        if done.returncode == 0:
            return None if device.session()[1] == self.new else "unplugged late, and the value is not there"
        before, after, problem = device.session()
        if problem is None and before not in (self.old, self.new):
            problem = f"OpenOCD reads {before}"
        if problem is None and after != self.new:
            problem = f"after the same command again: {after}"
        shutil.rmtree(device.folder)
        return problem


class Tap:
    def __init__(self):
        self.number, self.failed = 0, 0

    def result(self, name, problems, replay=""):
        self.number += 1
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.number} - {name}", flush=True)
        for problem in problems[:10]:
            print(f"# {problem}")
        if problems and replay:
            print(f"# again: {replay}")


def all_of(options, function, items):
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(function, items))


def run_points(tap, run, options):
    scenario, variant = run.scenario, run.variant
    if scenario.real:
        points, readings = run.points(scenario.seeds[variant], scenario.every[variant]), {}
    else:
        readings = run.read_all_in_c()
        tap.result(f"{scenario.name}: {run.c_points} images, C reader: old or new", run.failures,
                   f"tests/power/power.py --replay {scenario.name} POINT")
        points = run.points(scenario.seeds[variant], scenario.every[variant])
        cuts = [p for p in points if not p.endswith("after")][::REAL_CUT_STEP]
        wrong = [f"{p}: {w}" for p, w in zip(cuts, all_of(options, run.real_cut, cuts)) if w]
        tap.result(f"{scenario.name}: {len(cuts)} real cuts leave what the record says", wrong)
    wrong = [f"{p}: {w}" for p, w in zip(points, all_of(options, lambda p: run.check(p, readings), points)) if w]
    if len(points) < scenario.points[variant]:
        wrong.append(f"only {len(points)} points, {scenario.points[variant]} are pinned")
    first = wrong[0].rsplit(": ", 1)[0].split(": ")[0] if wrong else ""
    tap.result(f"{scenario.name}: {len(points)} cuts, OpenOCD: old or new, the same command again succeeds", wrong,
               f"tests/power/power.py --replay {scenario.name} {first}")
    return len(points) + run.c_points


def run_pairs(tap, run, options):
    _, seeds, pinned = PAIRS
    first = run.points(seeds[run.variant], 1)
    found = all_of(options, lambda p: run.second_cuts(p, seeds[run.variant]), first)
    count, wrong = sum(f[0] for f in found), [w for f in found for w in f[1]]
    if count < pinned[run.variant]:
        wrong.append(f"only {count} pairs, {pinned[run.variant]} are pinned")
    tap.result(f"{run.scenario.name}: {count} pairs of cuts", wrong)
    return count


def run_unstable(tap, run, options):
    seeds, pinned = UNSTABLE[run.scenario.name]
    operations = sum(1 for _ in open(run.record / "journal"))
    points = [f"{n}:unstable:{seed}" for n in range(1, operations + 1) for seed in range(1, seeds[run.variant] + 1)]
    wrong = [f"--cut {p}: {w}" for p, w in zip(points, all_of(options, run.unstable, points)) if w]
    if len(points) < pinned[run.variant]:
        wrong.append(f"only {len(points)} points, {pinned[run.variant]} are pinned")
    tap.result(f"{run.scenario.name}: {len(points)} cuts that leave unstable bits", wrong)
    return len(points)


def run_unplug(tap, run, options):
    _, step, pinned = UNPLUG
    device = Device(run, run.work / "accesses", run.start)
    device.openocd([run.scenario.command])
    stats = device.stats_when_ended()
    total = int(stats["ap_reads"]) + int(stats["ap_writes"])
    accesses = list(range(1, total, step[run.variant]))
    wrong = [f"--unplug {a}: {w}" for a, w in zip(accesses, all_of(options, run.unplugged, accesses)) if w]
    if len(accesses) < pinned[run.variant]:
        wrong.append(f"only {len(accesses)} accesses, {pinned[run.variant]} are pinned")
    tap.result(f"{run.scenario.name}: unplugged at {len(accesses)} of {total} accesses", wrong)
    return len(accesses)


def replay(scenario, point, options, work):
    run = Run(scenario, options, work)
    run.prepare()
    device = Device(run, run.work / "replay", run.start)
    run.images("make", run.chip, run.record, point, device.flash)
    done = device.openocd(["init; reset halt; catch {nameplate list}", scenario.command, "nameplate list", "shutdown"])
    print(done.stdout, done.stderr, sep="\n")
    return done.returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--chip", default="stm32l152rb")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1))
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--list", action="store_true", help="the scenarios' names")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    by_name = {scenario.name: scenario for scenario in SCENARIOS}
    if options.list:
        print(*by_name)
        return 0
    with tempfile.TemporaryDirectory() as work:
        if options.replay:
            return replay(by_name[options.names[0]], options.names[1], options, work)
        tap, total = Tap(), 0
        for name in options.names or by_name:
            run = Run(by_name[name], options, work)
            run.prepare()
            total += run_points(tap, run, options)
            if name == PAIRS[0]:
                total += run_pairs(tap, run, options)
            if name in UNSTABLE:
                total += run_unstable(tap, run, options)
            if name == UNPLUG[0]:
                total += run_unplug(tap, run, options)
            shutil.rmtree(run.work)
    print(f"1..{tap.number}")
    print(f"# {total} points")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
