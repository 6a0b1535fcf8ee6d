#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Eight boards, one ledger: OpenOCD is killed at every step of an upload, on all of them at once. After one more run the device and
the ledger agree; no number is given twice, none is lost, `nameplate-ledger check` finds nothing.

    uploads.py [--long] [sqlite|postgres ...]    prints TAP
    uploads.py --replay STEP                     one device, with OpenOCD's output

How: OpenOCD's commands are wrapped in procs that count, and kill it before or after the Nth. How many there are is what an upload
undisturbed counts. Each device is killed twice, at its step and then at another one. `make test` wraps those that change the flash or
talk to the ledger, and takes some of the steps; the long run wraps all that go to the target, and takes every step.
"""
import argparse
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "build/nameplate-ledger")
SERVER = str(ROOT / "tests/ledger/server")
BOARDS = 8
JOB = "program_vars serial=next mac:mac=next:mac hwrev=B2"
STEPS = "_np_ledger {flash fillw} {flash write_image} {flash erase_address} _np_verified _np_leave"
MORE = STEPS + " mww read_memory reset resume halt"
# Steps that at least have to be tried: in make test, and in the long run.
PINNED = (20, 200)
SAMPLE = {"sqlite": 8, "postgres": 4}
# After `init`, since there are no commands of the target's before.
WRAP = """
set points 0
proc point {} { if {[incr ::points] == %d} { exec kill -KILL [pid] } }
proc wrap {name} {
	rename $name "own $name"
	proc $name {args} [format {point; set result [uplevel 1 [list {own %%s} {*}$args]]; point; return $result} $name]
}
rename _np_connect own_connect
proc _np_connect {} { point; own_connect; point; foreach name {%s} { wrap $name } }
rename _np_result own_result
proc _np_result {line} { point; own_result $line; echo "steps=$::points" }
"""


class Line:
    """A ledger, and the devices that take from it."""

    def __init__(self, folder, where, wrapped):
        self.folder, self.where, self.wrapped = folder, where, wrapped
        self.call("init")
        self.call("series", "serial", "first=1", "form=SN-%05u")
        self.call("series", "mac", "block=02:00:5E:10:00:00/28")

    def call(self, *words):
        done = subprocess.run([PROGRAM, "--ledger", self.where, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def openocd(self, device, kill, *commands):
        folder = self.folder / device
        folder.mkdir(exist_ok=True)
        environment = dict(os.environ, VBOARD_FLASH=str(folder / "flash"), NAMEPLATE_LEDGER=self.where, XDG_RUNTIME_DIR=str(folder),
                           TMPDIR=str(folder))
        words = [word for command in (WRAP % (kill, self.wrapped), *commands) for word in ("-c", command)]
        return subprocess.run(["openocd", "-f", str(ROOT / "openocd/board/virtual-stm32l152rb.cfg"), *words], env=environment,
                              cwd=folder, capture_output=True, text=True, errors="replace",
                              timeout=300, stdin=subprocess.DEVNULL)

    def steps(self):
        done = self.openocd("undisturbed", 0, JOB)
        assert done.returncode == 0, done.stderr
        return self.steps_of(done)

    @staticmethod
    def steps_of(done):
        return max(int(line[6:]) for line in done.stderr.splitlines() if line.startswith("steps="))

    def device(self, step, second):
        """Killed at a step, and at a second one; then a run undisturbed. What is wrong, or ""."""
        name = "device-%d" % step
        for kill in step, second:
            done = self.openocd(name, kill, JOB)
            # How often OpenOCD waits for something differs by a few: this run may have ended before that step.
            ended = done.returncode == 0 and self.steps_of(done) < kill
            if done.returncode != -9 and not ended and not (kill == second and done.returncode == 0):
                return "killed at %d, it ended with %d: %s" % (kill, done.returncode, done.stderr[-2000:])
        done = self.openocd(name, 0, JOB)
        if done.returncode != 0:
            return "the same command does not finish it: %s" % done.stderr[-2000:]
        on_device = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        known = json.loads(self.call("show", on_device["serial"], "--json"))[0]["uid"]
        ledger = {row["series"]: (row["value"], row["state"]) for row in json.loads(self.call("show", known, "--json"))}
        flash = {row["name"]: row["value"] for row in json.loads(self.openocd(name, 0, "nameplate list -json").stdout)["variables"]}
        for series in "serial", "mac":
            if not on_device[series] == flash[series] or ledger[series] != (flash[series], "used"):
                return "%s: said %s, flash %s, ledger %s" % (series, on_device[series], flash[series], ledger[series])
        shutil.rmtree(self.folder / name)
        return ""

    def problem(self, devices):
        """What is wrong with the whole ledger, or ""."""
        self.call("check")
        for series in "serial", "mac":
            rows = json.loads(self.call("list", series, "--json"))
            values = [row["value"] for row in rows]
            if len(values) != devices or len(set(values)) != devices or len({row["uid"] for row in rows}) != devices:
                return "%d devices, but %d values of %s" % (devices, len(values), series)
            if any(row["state"] != "used" for row in rows):
                return "a number of %s is not used" % series
        numbers = sorted(int(row["value"][3:]) for row in json.loads(self.call("list", "serial", "--json")))
        free = {int(row["value"][3:]) for row in json.loads(self.call("list", "serial", "--free", "--json"))}
        if set(numbers) & free or not set(range(1, max(numbers) + 1)) <= free | set(numbers):
            return "a number is lost"
        return ""


@contextlib.contextmanager
def ledger(engine, folder):
    if engine == "sqlite":
        yield str(folder / "line.db")
        return
    server = tempfile.mkdtemp(prefix="nameplate-pg.", dir="/tmp")
    try:
        subprocess.run([SERVER, "start", server], check=True)
        subprocess.run(["createdb", "-h", server, "-U", "ledger", "line"], check=True)
        yield "postgresql://ledger@/line?host=" + server
    finally:
        subprocess.run([SERVER, "stop", server], check=False)
        shutil.rmtree(server, ignore_errors=True)
        pathlib.Path(server + ".log").unlink(missing_ok=True)


def run(engine, long):
    """(what was done, what is wrong)"""
    with tempfile.TemporaryDirectory(prefix="uploads-") as temporary, ledger(engine, pathlib.Path(temporary)) as where:
        line = Line(pathlib.Path(temporary), where, MORE if long else STEPS)
        steps = line.steps()
        chosen = list(range(1, steps + 1))
        if not long:
            chosen = sorted({1 + i * (steps - 1) // (SAMPLE[engine] - 1) for i in range(SAMPLE[engine])})
        choose = random.Random(1)
        with concurrent.futures.ThreadPoolExecutor(BOARDS) as pool:
            jobs = [(step, pool.submit(line.device, step, choose.randint(1, steps))) for step in chosen]
            wrong = ["step %d of %d: %s" % (step, steps, job.result()) for step, job in jobs if job.result()]
        wrong = wrong or [problem for problem in [line.problem(len(chosen) + 1)] if problem]
        if steps < PINNED[long]:
            wrong.append("an upload has only %d steps, %d are pinned" % (steps, PINNED[long]))
        return "%d boards at once, killed at %d of %d steps" % (BOARDS, len(chosen), steps), wrong


def replay(step):
    with tempfile.TemporaryDirectory(prefix="uploads-") as temporary:
        line = Line(pathlib.Path(temporary), temporary + "/line.db", STEPS)
        for kill in step, 0:
            done = line.openocd("device", kill, JOB)
            print(done.stdout + done.stderr + "status %d" % done.returncode)
        print(line.call("list"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--replay", type=int)
    parser.add_argument("engines", nargs="*")
    arguments = parser.parse_args()
    if arguments.replay:
        return replay(arguments.replay)
    engines = arguments.engines or ["sqlite", "postgres"]
    print("1..%d" % len(engines), flush=True)
    status = 0
    for number, engine in enumerate(engines, 1):
        what, wrong = run(engine, arguments.long)
        print("%s %d - %s: %s" % ("not ok" if wrong else "ok", number, engine, what), flush=True)
        for line in wrong:
            print("# " + line.replace("\n", "\n# "))
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
