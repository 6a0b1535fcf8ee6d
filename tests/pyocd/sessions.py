# SPDX-License-Identifier: MIT
"""What a user of pyOCD does, on virtual boards: discovery, core control, break- and watchpoints, and its flash algorithms."""

import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback

from pyocd.core.session import Session
from pyocd.core.target import Target
from pyocd.flash.loader import FlashLoader

from bitbang_probe import BitbangProbe

VBOARD = os.environ.get("VBOARD", "build/vboard")
FLASH, RAM, COUNTER = 0x08000000, 0x20000000, 0x20000200

# The chip; pyOCD's part whose flash algorithm is that of the chip, or what it takes for any Cortex-M; the core it must find.
PARTS = [
    ("stm32l152rb", "cortex_m", "Cortex-M3"),
    ("stm32l073rz", "stm32l031x6", "Cortex-M0+"),
    ("stm32f103rb", "stm32f103rc", "Cortex-M3"),
    ("stm32f072rb", "cortex_m", "Cortex-M0"),
    ("stm32f030r8", "stm32f051", "Cortex-M0"),
    ("stm32f303re", "cortex_m", "Cortex-M4"),
    ("stm32f207zg", "cortex_m", "Cortex-M3"),
    ("stm32f401cc", "stm32f412xg", "Cortex-M4"),
    ("stm32f767zi", "stm32f767zi", "Cortex-M7"),
    ("stm32f767zi-dual", "cortex_m", "Cortex-M7"),
    ("stm32l476rg", "stm32l475xg", "Cortex-M4"),
    ("stm32g071rb", "cortex_m", "Cortex-M0+"),
    ("stm32g0b1re", "cortex_m", "Cortex-M0+"),
    ("stm32g474re", "cortex_m", "Cortex-M4"),
    ("stm32wb55rg", "cortex_m", "Cortex-M4"),
    ("stm32wle5jc", "cortex_m", "Cortex-M4"),
    ("stm32l552ze", "cortex_m", "Cortex-M33"),
    ("stm32u575zi", "cortex_m", "Cortex-M33"),
    ("stm32h743zi", "stm32h743xx", "Cortex-M7"),
]

# loop: adds r0, #1; str r0, [r1]; nop; b loop
LOOP = bytes.fromhex("0130 0860 00bf fbe7")
OFFSET = 0x40
IMAGE = (
    (RAM + 0x800).to_bytes(4, "little")
    + (FLASH + OFFSET | 1).to_bytes(4, "little")
    + bytes(OFFSET - 8)
    + LOOP
    + random.Random(1).randbytes(3000)
)


class Warnings(logging.Handler):
    """What pyOCD has to complain about."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def check(what, got, wanted):
    if got != wanted:
        raise AssertionError("%s is %r, not %r" % (what, got, wanted))


def wait_halted(target):
    deadline = time.monotonic() + 60
    while target.get_state() != Target.State.HALTED:
        if time.monotonic() > deadline:
            raise AssertionError("the core does not halt")


def discovery(target, core):
    check("number of cores", len(target.cores), 1)
    check("core", target.cores[0].name, core)


def load(session, target):
    loader = FlashLoader(session)
    loader.add_data(FLASH, IMAGE)
    loader.commit()
    check("flash", bytes(target.read_memory_block8(FLASH, len(IMAGE))) == IMAGE, True)
    target.reset_and_halt()
    check("pc after reset", target.read_core_register("pc"), FLASH + OFFSET)
    check("sp after reset", target.read_core_register("sp"), RAM + 0x800)
    return FLASH + OFFSET


def place_in_ram(target):
    target.reset_and_halt()
    target.write_memory_block8(RAM + OFFSET, LOOP)
    return RAM + OFFSET


def control(target, loop):
    target.write_core_registers_raw(["r0", "r1", "pc"], [41, COUNTER, loop])
    target.step()
    check("r0", target.read_core_register("r0"), 42)
    check("pc", target.read_core_register("pc"), loop + 2)
    target.step()
    check("the counter", target.read32(COUNTER), 42)
    target.resume()
    check("state", target.get_state(), Target.State.RUNNING)
    time.sleep(0.5)
    target.halt()
    if target.read32(COUNTER) <= 42:
        raise AssertionError("the core did not run")


def points(target, loop):
    check("breakpoint", target.set_breakpoint(loop + 4), True)
    target.resume()
    wait_halted(target)
    check("pc at the breakpoint", target.read_core_register("pc"), loop + 4)
    # Past it, as GDB does.
    before = target.read32(COUNTER)
    target.remove_breakpoint(loop + 4)
    target.step()
    target.set_breakpoint(loop + 4)
    target.resume()
    wait_halted(target)
    check("pc at the breakpoint again", target.read_core_register("pc"), loop + 4)
    check("the counter a turn later", target.read32(COUNTER), before + 1)
    target.remove_breakpoint(loop + 4)
    check("watchpoint", target.set_watchpoint(COUNTER, 4, Target.WatchpointType.WRITE), True)
    before = target.read32(COUNTER)
    target.resume()
    wait_halted(target)
    check("the counter at the watchpoint", target.read32(COUNTER), before + 1)
    check("halt reason", target.get_halt_reason(), Target.HaltReason.WATCHPOINT)
    target.remove_watchpoint(COUNTER, 4, Target.WatchpointType.WRITE)
    target.resume()
    time.sleep(0.05)
    check("state", target.get_state(), Target.State.RUNNING)


def session(chip, part, core, folder, warnings):
    sock = os.path.join(folder, "board.sock")
    subprocess.run(
        [VBOARD, "--chip", chip, "--flash", os.path.join(folder, "flash"), "--listen", "unix:" + sock, "--background"]
        + ["--stats", os.path.join(folder, "stats"), "--owner", str(os.getpid())],
        check=True,
        env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"),  # Unicorn keeps some memory for good
    )
    # A progress bar is no line of TAP. The CPU waits for as many instructions as an erase takes: that needs time on a busy host.
    options = {"target_override": part, "connect_mode": "attach", "smart_flash": False, "hide_programming_progress": True}
    options.update({"flash.timeout." + what: 120 for what in ("init", "erase_sector", "program")})
    with Session(BitbangProbe(sock), options=options) as opened:
        target = opened.board.target
        target.halt()
        discovery(target, core)
        loop = place_in_ram(target) if part == "cortex_m" else load(opened, target)
        control(target, loop)
        points(target, loop)
    check("complaints", warnings.lines, [])


def stats(folder):
    """The board's counters, which it writes when its connection has ended."""
    path = os.path.join(folder, "stats")
    for _ in range(600):
        if os.path.exists(path):
            break
        time.sleep(0.05)
    with open(path, encoding="ascii") as file:
        return dict(line.strip().split("=") for line in file if "=" in line)


def main(chosen):
    logger = logging.getLogger("pyocd")
    parts = [part for part in PARTS if not chosen or part[0] in chosen]
    print("1..%d" % len(parts))
    failed = False
    for number, (chip, part, core) in enumerate(parts, 1):
        warnings = Warnings()
        logger.addHandler(warnings)
        title = "%d - pyOCD finds a %s: registers, steps, breakpoints, watchpoints%s" % (
            number, chip, "" if part == "cortex_m" else ", and flash by the algorithm of " + part)
        try:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    session(chip, part, core, folder, warnings)
                finally:
                    counters = stats(folder)
                for name in "unmodelled", "flash_errors", "flash_overwrites":
                    check(name, counters[name], "0")
            print("ok " + title, flush=True)
        except Exception:  # pylint: disable=broad-except
            failed = True
            print("not ok " + title)
            print("".join("# %s\n" % line for line in traceback.format_exc().splitlines() + warnings.lines), end="", flush=True)
        logger.removeHandler(warnings)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
