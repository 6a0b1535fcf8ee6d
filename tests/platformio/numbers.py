#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes take numbers out of one counter and one list and are killed at random moments; no number comes twice, and
the files stay whole.

    python3 numbers.py TOOLS_DIR WORK_DIR
"""

import os
import random
import signal
import subprocess
import sys
import time

ROUNDS = 40
WORKER = """
import sys
sys.path.insert(0, sys.argv[1])
import nameplate_numbers as numbers
while True:
    number = numbers.take(sys.argv[2], sys.argv[3])
    print(number.text, flush=True)  # from here on a device may have it
    number.used((number.text,))
"""


def start(tools, source, work, log):
    return subprocess.Popen([sys.executable, "-c", WORKER, tools, source, work], stdout=log, stderr=subprocess.PIPE)


def hammer(tools, source, work):
    """What the workers printed, and what was wrong with them."""
    chance = random.Random(1)
    names = []
    workers = []
    errors = []
    for turn in range(ROUNDS):
        names.append(os.path.join(work, "taken-%d" % turn))
        with open(names[-1], "w") as log:
            workers.append(start(tools, source, work, log))
        time.sleep(chance.uniform(0.02, 0.08))
        if len(workers) == 4 or turn == ROUNDS - 1:
            for worker in workers if turn == ROUNDS - 1 else [workers.pop(chance.randrange(4))]:
                worker.send_signal(signal.SIGKILL)
                errors.append(worker.communicate()[1].decode())
    # A line that the kill cut off was no number yet.
    taken = [line.strip() for name in names for line in open(name) if line.endswith("\n")]
    return taken, [error for error in errors if error]


def main(tools, work):
    with open(os.path.join(work, "counter"), "w") as file:
        file.write("1\n")
    with open(os.path.join(work, "list"), "w") as file:
        file.write("".join("SN-%05d\n" % number for number in range(500)))
    for source in ("next:counter", "list:list"):
        taken, errors = hammer(tools, source, work)
        errors = [error for error in errors if "has no unused line left" not in error]
        assert not errors, errors[0]
        assert len(taken) > 20, "only %d were taken" % len(taken)
        assert len(set(taken)) == len(taken), "one was given twice"
    lines = open(os.path.join(work, "list")).read().splitlines()
    assert len(lines) == 500, "the list has %d lines" % len(lines)
    numbers = open(os.path.join(work, "counter")).read().splitlines()
    assert int(numbers[0]) > 20 and all(line.startswith("#open ") for line in numbers[1:]), numbers


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
