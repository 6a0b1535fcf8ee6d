#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The probe is pulled out, anywhere in a command: it ends with status 1 and one line of ours, the last that OpenOCD prints,
with no Tcl trace above it; or, if all was done by then, with status 0 and the right result.

    unplug.py [--long] [--jobs N] [--probe PROBE] [JOB ...]      prints TAP
    unplug.py --replay JOB ACCESS                one point, with OpenOCD's output

How: vboard --unplug N drops the connection at its Nth access to the access port. How many there are is what a run undisturbed
counts. `make test` takes a number of them, spread evenly, the long run takes all.
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
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHIP = "stm32l152rb"
# What is run on a device that has serial number 41 and the demo firmware; what it prints then; pinned numbers of points (test, at
# least in the long run).
JOBS = {
    "main-job": ("program_serial 42", "serial=42\n", (48, 4500)),
    "list": ("nameplate list", None, (16, 80)),
    "set": ("nameplate set hwrev=B2", "hwrev=B2\n", (24, 400)),
    "run": ("nameplate run", "serial=41\n", (24, 500)),
}
# What OpenOCD says on its own, and Jim's traces: none of it may be the last line, the traces nowhere.
RAW = re.compile(r"remote_bitbang|failed: -|background polling|^Error: *$|read_memory|Failed to|shutdown")
# One OpenOCD of a machine at a time may look for its J-Link on the network (tests/lib/helpers.bash).
MISSED = re.compile(r"No J-Link device found|TCP/IP device discovery failed")
TRACE = re.compile(r"in procedure '|(called )?at file \"|\.(tcl|cfg):\d+:|^Error: *$", re.MULTILINE)


def openocd(folder, command, board_arguments=""):
    environment = dict(os.environ, VBOARD_FLASH=str(folder / "flash"), VBOARD_STATS=str(folder / "stats"),
                       VBOARD_ARGS=board_arguments, XDG_RUNTIME_DIR=str(folder))
    for _ in range(10):
        done = subprocess.run(["openocd", "-f", str(ROOT / f"openocd/board/virtual-{CHIP}.cfg"), "-c", command], env=environment,
                              cwd=folder, capture_output=True, text=True, errors="replace", timeout=120, stdin=subprocess.DEVNULL)
        if not MISSED.search(done.stderr):
            break
        accesses(folder)
        time.sleep(1)
    return done


def accesses(folder):
    """Of the last run; the board writes its counters once OpenOCD has gone."""
    for _ in range(1000):
        if (folder / "stats").exists():
            break
        subprocess.run(["sleep", "0.01"], check=True)
    stats = dict(line.split("=") for line in (folder / "stats").read_text().splitlines())
    (folder / "stats").unlink()
    return int(stats["ap_reads"]) + int(stats["ap_writes"])


def problem(done, wanted):
    if done.returncode == 0:
        return "" if done.stdout == wanted else f"status 0, and stdout {done.stdout!r}"
    lines = done.stderr.rstrip("\n").split("\n")
    if done.returncode != 1:
        return f"status {done.returncode}"
    if not wanted.startswith(done.stdout):
        return f"status 1, and stdout {done.stdout!r}"
    if TRACE.search(done.stderr):
        return f"a trace: {TRACE.search(done.stderr).group()!r}"
    if not lines[-1].startswith("Error: ") or RAW.search(lines[-1]) or len(lines[-1]) < 40:
        return f"the last line: {lines[-1]!r}"
    return ""


class Job:
    def __init__(self, name, work, base):
        self.command, self.wanted, self.pinned = JOBS[name]
        self.name, self.work, self.base = name, work / name, base
        whole = self.work / "whole"
        whole.mkdir(parents=True)
        shutil.copy(base, whole / "flash")
        done = openocd(whole, self.command)
        if self.wanted is None:
            self.wanted = done.stdout
        if done.returncode != 0 or done.stdout != self.wanted or not done.stdout:
            raise RuntimeError(f"{self.command}: status {done.returncode}: {done.stderr[-500:]}")
        self.total = accesses(whole)

    def run(self, access):
        folder = self.work / str(access)
        folder.mkdir()
        shutil.copy(self.base, folder / "flash")
        done = openocd(folder, self.command, f"--unplug {access}")
        # Also waits for the board to end.
        accesses(folder)
        shutil.rmtree(folder)
        return done

    def points(self, long):
        if long:
            return range(1, self.total + 1)
        count = self.pinned[0]
        return [1 + i * (self.total - 1) // (count - 1) for i in range(count)]


def sweep(number, job, options, again):
    points = job.points(options.long)
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for access, done in zip(points, pool.map(job.run, points)):
            what = problem(done, job.wanted)
            if what:
                wrong.append(f"--unplug {access}: {what}")
    if len(points) < job.pinned[options.long]:
        wrong.append(f"only {len(points)} points, {job.pinned[options.long]} are pinned")
    print(f"{'not ok' if wrong else 'ok'} {number} - {job.name}: unplugged at {len(points)} of {job.total} accesses", flush=True)
    for line in wrong[:10]:
        print(f"# {line}")
    if wrong:
        print(f"# {len(wrong)} in all; again: {again} {job.name} ACCESS", flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--probe", help="as for VBOARD_PROBE: the debugger's way to the virtual board")
    parser.add_argument("--list", action="store_true", help="the jobs")
    parser.add_argument("--replay", nargs=2, metavar=("JOB", "ACCESS"))
    parser.add_argument("names", nargs="*", metavar="JOB")
    options = parser.parse_args()
    if options.list:
        print("\n".join(JOBS))
        return 0
    if options.probe:
        os.environ["VBOARD_PROBE"] = options.probe
    again = " ".join(["tests/power/unplug.py", *(["--probe", options.probe] if options.probe else []), "--replay"])
    names = options.replay[:1] if options.replay else options.names or list(JOBS)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        openocd(work, "program_serial 41")
        if options.replay:
            job = Job(names[0], work, work / "flash")
            done = job.run(int(options.replay[1]))
            print(done.stdout, done.stderr, problem(done, job.wanted) or "as promised", sep="\n")
            return 0
        print(f"1..{len(names)}", flush=True)
        good = [sweep(i, Job(name, work, work / "flash"), options, again) for i, name in enumerate(names, 1)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
