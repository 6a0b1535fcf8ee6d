#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Many stations on one ledger, a third of them killed at random places: no value twice, none lost.

    stress.py PROGRAM LEDGER PROCESSES TAKES [SEED [KILL_COMMAND START_COMMAND]]

With commands the database's server is killed in the middle too, and started again.
"""
import json
import os
import random
import subprocess
import sys
import time

program, ledger, processes, takes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1
server = sys.argv[6:8]
choose = random.Random(seed)


def call(*words):
    return subprocess.run([program, "--ledger", ledger, *words], capture_output=True, text=True)


def station(number, uids):
    process = subprocess.Popen([program, "--ledger", ledger, "--station", "s%d" % number, "take", "--json", "--uid", "-"],
                               stdin=subprocess.PIPE, stdout=open("station.%d" % number, "w"), stderr=subprocess.DEVNULL, text=True)
    try:
        process.stdin.write("".join(uid + "\n" for uid in uids))
        process.stdin.close()
    except OSError:
        pass
    return process


def said(number):
    """What a station was told, as far as the line is whole."""
    for line in open("station.%d" % number):
        if line.endswith("\n"):
            answer = json.loads(line)
            yield answer["uid"], answer["series"][0]["values"][0]["value"]


everybody = [["%08X%016X" % (number + 1, device) for device in range(takes)] for number in range(processes)]
running = [station(number, uids) for number, uids in enumerate(everybody)]
victims = choose.sample(range(processes), (processes + 2) // 3)
# Where each victim dies, in bytes of its answers; the server after two thirds of all.
LINE = 145
places = {number: choose.uniform(0.02, 0.6) * takes * LINE for number in victims}
kills = server_kills = 0


def size(number):
    return os.path.getsize("station.%d" % number)


while any(process.poll() is None for process in running):
    time.sleep(0.002)
    for number in [number for number in places if size(number) > places[number]]:
        del places[number]
        running[number].kill()
        kills += 1
    if server and server_kills == 0 and sum(map(size, range(processes))) > processes * takes * LINE * 0.6:
        subprocess.run(server[0], shell=True, check=True)
        for process in running:
            process.wait()
        subprocess.run(server[1], shell=True, check=True)
        server_kills = 1

told = {}
for number in range(processes):
    for uid, value in said(number):
        assert told.setdefault(uid, value) == value, "%s was told two values" % uid
assert len(set(told.values())) == len(told), "a value was given twice"
before = len(told)

# Everybody goes on where the ledger has them: the same device gets the same value.
for number, uids in enumerate(everybody):
    running[number] = station(number, uids if kills or server_kills else uids[:1])
for number, process in enumerate(running):
    assert process.wait() == 0, "station %d failed afterwards" % number
    for uid, value in said(number):
        assert told.setdefault(uid, value) == value, "%s had %s, now %s" % (uid, told[uid], value)
assert len(told) == processes * takes, "%d devices have a value" % len(told)
assert len(set(told.values())) == len(told), "a value was given twice"

check = call("check")
assert check.returncode == 0, check.stdout + check.stderr
listed = json.loads(call("list", "--json").stdout)
assert {row["uid"]: row["value"] for row in listed} == told, "the ledger knows something else"
assert all(row["state"] == "open" for row in listed)
numbers = sorted(int(value) for value in told.values())
# Those laid out and still free are not lost, and the first in line: gaps are theirs.
free = {int(row["value"]) for row in json.loads(call("list", "--free", "--json").stdout)}
assert not free & set(numbers)
assert set(range(1, max(numbers) + 1)) <= free | set(numbers), "a number is lost"
print("processes=%d takes=%d killed=%d server-kills=%d told-before=%d" % (processes, takes, kills, server_kills, before))
