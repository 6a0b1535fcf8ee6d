# SPDX-License-Identifier: MIT
"""A device that a board file reaches: running OpenOCD and GDB on it, reading and writing pieces of its flash."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPENOCD = os.environ.get("OPENOCD") or "openocd"
GDB = os.environ.get("GDB") or "gdb-multiarch"
# A command on a device; large sectors take seconds to erase.
TIMEOUT = 300
# A gap of erased cells shorter than this is not worth a write of its own.
CODES = ("stm32l4x", "stm32h7x")


class GiveUp(Exception):
    """The whole run ends with this one line."""


class Broken(Exception):
    """A promise that does not hold."""


def word(text):
    """One word of Tcl, whatever is in it."""
    return re.sub(r'([][\s{}$\\";#])', r"\\\1", str(text))


def said(err, pattern):
    """OpenOCD's first remark that begins so."""
    remarks = [line[7:].strip() for line in err.splitlines() if line.startswith("Info : ")]
    return next((line for line in remarks if re.match(pattern, line)), "")


def device_line(err):
    return said(err, r"[Dd]evice(:| id)") or "device id unknown"


class Result:
    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    @property
    def error(self):
        """The last line that says what is wrong."""
        # OpenOCD puts the place before what it says of a file: startup.tcl:28: Error: Can't find board/x.cfg
        lines = re.findall(r"^(?:\S+:\d+: )?(Error: .+)", self.err, re.MULTILINE)
        return lines[-1] if lines else f"Error: OpenOCD ended with status {self.status} and says nothing"


def run(command, folder, timeout=TIMEOUT, kill_after=None):
    """Runs to the end in a session of its own, so that Ctrl-C reaches us alone; kill_after: SIGKILL after as many seconds."""
    begin = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors="replace", start_new_session=True) as process:
        try:
            out, err = process.communicate(timeout=timeout if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            if kill_after is None:
                raise Broken(f"nothing within {timeout} s: {' '.join(map(str, command))}") from None
        except BaseException:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            raise
    return Result(process.returncode, out, err, time.monotonic() - begin)


class Device:
    def __init__(self, board, work):
        self.board, self.work = board, work
        self.log = open(work / "log", "a")
        # What each command is given first.
        self.settings = {"NAMEPLATE_IMAGE": "", "NAMEPLATE_SAVE_DIR": work}

    def line(self, commands, settings):
        """OpenOCD's command line."""
        settings = {**self.settings, **settings}
        words = [OPENOCD, "-s", str(ROOT / "openocd")]
        for name, value in settings.items():
            words += ["-c", f"set {name} {word(value) or '{}'}"]
        words += ["-f", self.board]
        # The board file may name a region of its own; ours comes after it.
        for name, value in settings.items():
            words += ["-c", f"set {name} {word(value) or '{}'}"]
        words += ["-f", str(ROOT / "tests/board/board.tcl")]
        for command in commands:
            words += ["-c", command]
        return words

    def openocd(self, *commands, kill_after=None, **settings):
        done = run(self.line(commands, settings), self.work, kill_after=kill_after)
        self.log.write(f"$ {' | '.join(commands)}   ({done.seconds:.2f} s, status {done.status})\n{done.err}{done.out}")
        self.log.flush()
        return done

    def wants(self, expected, *commands, **settings):
        """It succeeds, and prints exactly this; None: anything."""
        done = self.openocd(*commands, **settings)
        if done.status != 0:
            raise Broken(f"{commands[-1]}: {done.error}")
        if expected is not None and done.out != expected:
            raise Broken(f"{commands[-1]}: wanted {expected!r}, got {done.out!r}")
        return done

    def refuses(self, words, *commands, **settings):
        done = self.openocd(*commands, **settings)
        if done.status != 1 or done.out or words not in done.error:
            raise Broken(f"{commands[-1]}: wanted an error with {words!r}, got status {done.status}, {done.out!r}, {done.error}")

    def facts(self, **settings):
        done = self.openocd("board_facts", NAMEPLATE_VERBOSE=1, **settings)
        if done.status != 0:
            sys.stderr.write("".join(line + "\n" for line in done.err.splitlines() if line.startswith(("Error", "Warn")) and line != done.error))
            raise GiveUp(done.error)
        pairs = [line.split("=", 1) for line in done.out.splitlines() if "=" in line]
        facts = dict(pairs)
        facts["erases"] = [tuple(int(number, 16) for number in value.split()) for key, value in pairs if key == "erases"]
        # What has the probe's serial number in it is left out.
        facts["probe"] = said(done.err, r"STLINK|J-Link .*compiled|CMSIS-DAP: FW") or "unknown"
        facts["device"] = device_line(done.err)
        return facts

    def save(self, base, size, path):
        done = self.openocd(f"board_save {base:#x} {size:#x} {word(path)}")
        if done.status != 0:
            raise GiveUp(done.error)
        return path.read_bytes()

    def put(self, base, content, facts, scratch):
        """Erases, writes, reads back. Erased cells are left alone: with a code beside it, a cell is written once, even with ones."""
        scratch.mkdir(exist_ok=True)
        words = []
        for at, run_of in runs(content, int(facts["cell"]), bytes.fromhex(facts["erased"]), facts["driver"] in CODES):
            path = scratch / f"{base + at:#x}.bin"
            path.write_bytes(run_of)
            words += [f"{base + at:#x}", word(path)]
        done = self.openocd(f"board_put {base:#x} {len(content):#x} {' '.join(words)}")
        if done.status != 0:
            raise GiveUp(done.error)
        if self.save(base, len(content), scratch / "again.bin") != content:
            raise GiveUp(f"Error: {base:#010x} reads back differently than it was written: check power and wiring")

    def gdb(self, elf, *commands):
        server = " ".join("'" + part.replace("'", "'\\''") + "'" for part in self.line(
            ["gdb_port pipe; tcl_port disabled; telnet_port disabled; log_output gdb.log"], {}))
        words = [GDB, "-batch", "-nx", "-ex", "set confirm off", "-ex", "set remotetimeout 30", "-ex",
                 f"target extended-remote | {server}"]
        for command in commands:
            words += ["-ex", command]
        done = run([*words, str(elf)], self.work)
        self.log.write(f"$ gdb   ({done.seconds:.2f} s, status {done.status})\n{done.err}{done.out}")
        return done


def runs(content, cell, erased, codes):
    """(offset, bytes) of what is not erased, in whole cells; without codes one run will do."""
    blank = erased * cell
    written = [at for at in range(0, len(content), cell) if content[at:at + cell] != blank[:len(content) - at]]
    pieces = []
    for at in written:
        if pieces and (at == pieces[-1][1] or not codes):
            pieces[-1][1] = at + cell
        else:
            pieces.append([at, at + cell])
    return [(start, content[start:end]) for start, end in pieces]
