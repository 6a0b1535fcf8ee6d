#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes per second and their 99th percentile, beside the database's own client doing the same INSERTs; never a test.

    bench.py PROGRAM SERVER_DIR [TAKES]

Every client, ours or the database's, is a process that is asked for one take after the other, by the same loop. Both sides'
clients stay connected, and are asked in turns, a short round each: what else the machine does meets both. A ratio is the middle
one of the rounds' ratios. Beside it, the processor time of a take, client and server, which does not depend on who waits for what.
"""
import glob
import itertools
import os
import selectors
import statistics
import subprocess
import sys
import tempfile
import time

program, server = sys.argv[1], sys.argv[2]
takes = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
ROUNDS = 20
serial = itertools.count(1)
folder = tempfile.TemporaryDirectory(prefix="nameplate-bench.")  # gone at the end
os.chdir(folder.name)


def quiet(*words, text=None):
    subprocess.run(words, input=text, text=True, stdout=subprocess.DEVNULL, check=True)


class Engine:
    def __init__(self, name):
        self.name, self.count = name, 0

    def fresh(self):
        """A new ledger with one series."""
        self.count += 1
        if self.name == "SQLite":
            self.ledger = "bench%d.db" % self.count
        else:
            self.psql("postgres", "CREATE DATABASE bench%d" % self.count)
            self.ledger = "postgresql://ledger@/bench%d?host=%s" % (self.count, server)
        quiet(program, "--ledger", self.ledger, "init")
        quiet(program, "--ledger", self.ledger, "series", "serial", "first=1")

    def psql(self, database, text):
        quiet("psql", "-q", "-X", "-h", server, "-U", "ledger", "-d", database, "-v", "ON_ERROR_STOP=1", text=text)

    def fill(self, count):
        """That many used numbers, as if taken."""
        if self.name == "SQLite":
            rows = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d) " % count
            quiet("sqlite3", "-batch", self.ledger, text="BEGIN; INSERT INTO device (id, uid, copy) " + rows +
                  "SELECT n, printf('F%023X', n), 0 FROM c; INSERT INTO number (series, position, value, state, device) " + rows +
                  "SELECT 1, n, n, 'used', n FROM c; UPDATE series SET next = %d; COMMIT; PRAGMA wal_checkpoint(TRUNCATE);" % (count + 1))
        else:
            self.psql("bench%d" % self.count, "SET search_path = nameplate; INSERT INTO device (uid, copy) SELECT 'F' || "
                      "lpad(upper(to_hex(n)), 23, '0'), 0 FROM generate_series(1, {0}) n; INSERT INTO number (series, position, value, "
                      "state, device) SELECT 1, n, n, 'used', n FROM generate_series(1, {0}) n; UPDATE series SET next = {0} + 1;"
                      "VACUUM ANALYZE;".format(count))

    def ours(self):
        return [program, "--ledger", self.ledger, "take", "--json", "--uid", "-"], "", "%024X\n"

    def bare(self):
        """The same rows, without deciding anything: %d is the number, twice."""
        if self.name == "SQLite":
            return (["sqlite3", "-batch", self.ledger], ".timeout 60000\nPRAGMA foreign_keys=ON; PRAGMA synchronous=FULL;\n",
                    "BEGIN IMMEDIATE; INSERT INTO device (uid, copy, upload) VALUES (%d, 0, 'k'); INSERT INTO number "
                    "(series, position, value, state, device, upload, taken, station) SELECT 1, %d, 'b' || last_insert_rowid(), 'open', "
                    "last_insert_rowid(), 'k', 't', 's'; COMMIT; SELECT 'ok';\n")
        return (["psql", "-q", "-X", "-t", "-A", "-h", server, "-U", "ledger", "-d", "bench%d" % self.count],
                "SET search_path = nameplate;\nPREPARE take AS WITH d AS (INSERT INTO device (uid, copy, upload) VALUES ($1, 0, 'k') RETURNING id) "
                "INSERT INTO number (series, position, value, state, device, upload, taken, station) SELECT 1, nextval('bench'), 'b' || id, "
                "'open', id, 'k', 't', 's' FROM d RETURNING value;\n",
                "EXECUTE take ('%d');\n")


def on_processor(pid):
    """Nanoseconds that the process had so far."""
    try:
        with open("/proc/%s/schedstat" % pid, encoding="ascii") as file:
            return int(file.read().split()[0])
    except OSError:
        return 0  # gone meanwhile


def server_processes():
    with open(server + "/data/postmaster.pid") as file:
        master = file.readline().strip()
    children = [path.split("/")[2] for path in glob.glob("/proc/[0-9]*/stat") if parent(path) == master]
    return [master, *children]


def parent(path):
    try:
        with open(path) as file:
            return file.read().rsplit(")", 1)[1].split()[1]
    except OSError:
        return None


class Side:
    """So many clients that do the same."""

    def __init__(self, how, clients):
        words, begin, self.line = how
        self.clients = []
        self.forget()
        for _ in range(clients):
            process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
            process.stdin.write(begin.encode())
            self.clients.append(process)
        self.round(5)  # connecting, and what a client plans once
        self.forget()

    def forget(self):
        self.latencies, self.spent, self.takes, self.seconds = [], 0, 0, 0

    def ask(self, process):
        number = next(serial)
        process.stdin.write((self.line % ((number,) * (self.line.count("%d") or 1))).encode())
        return time.perf_counter()

    def round(self, count):
        """So many takes of each client: takes per second."""
        selector = selectors.DefaultSelector()
        processes = [process.pid for process in self.clients] + server_processes()
        before, begin = sum(map(on_processor, processes)), time.perf_counter()
        for process in self.clients:
            selector.register(process.stdout, selectors.EVENT_READ, [process, count, self.ask(process)])
        left = len(self.clients)
        while left:
            for key, _ in selector.select():
                process, _, asked = key.data
                answer = os.read(key.fd, 4096)  # a line, in one piece: whatever its length
                assert answer.endswith(b"\n"), "a client died"
                self.latencies.append(time.perf_counter() - asked)
                key.data[1] -= 1
                if key.data[1]:
                    key.data[2] = self.ask(process)
                else:
                    selector.unregister(key.fileobj)
                    left -= 1
        seconds = time.perf_counter() - begin
        self.spent += sum(map(on_processor, processes)) - before
        self.takes += len(self.clients) * count
        self.seconds += seconds
        return len(self.clients) * count / seconds

    def end(self):
        for process in self.clients:
            process.stdin.close()
            process.wait()
        self.latencies.sort()

    def __str__(self):
        return "%6.0f/s  p99 %6.1f ms  %4.0f us" % (
            self.takes / self.seconds, 1000 * self.latencies[int(len(self.latencies) * 0.99)], self.spent / self.takes / 1000)


def beside(one, other, count):
    """Both in turns, and who begins changes: the middle one of the ratios."""
    ratios = []
    for turn in range(ROUNDS):
        rates = {}
        for side in (one, other) if turn % 2 else (other, one):
            rates[side] = side.round(max(1, count // ROUNDS // len(side.clients)))
        ratios.append(rates[one] / rates[other])
    for side in one, other:
        side.end()
    return statistics.median(ratios)


for engine in Engine("SQLite"), Engine("PostgreSQL"):
    print("%s: takes per second, p99, processor time of one; beside its own client doing the same INSERTs (aim: 0.8)" % engine.name)
    for clients in 1, 8, 32:
        engine.fresh()
        ours = Side(engine.ours(), clients)
        engine.fresh()
        if engine.name == "PostgreSQL":
            engine.psql("bench%d" % engine.count, "CREATE SEQUENCE public.bench; ALTER SEQUENCE public.bench SET SCHEMA nameplate")
        bare = Side(engine.bare(), clients)
        ratio = beside(ours, bare, takes)
        print("  %2d clients  %s   bare %s   ratio %.2f, of processor time %.2f" %
              (clients, ours, bare, ratio, bare.spent / bare.takes / (ours.spent / ours.takes)), flush=True)
    print("%s: the same with so many numbers in the ledger, one client, beside one with 1000 (aim: flat)" % engine.name)
    for size in 100000, 1000000:
        sides = []
        for numbers in size, 1000:
            engine.fresh()
            engine.fill(numbers)
            sides.append(Side(engine.ours(), 1))
        ratio = beside(*sides, takes)
        print("  %7d  %s   %7d  %s   ratio %.2f" % (size, sides[0], 1000, sides[1], ratio), flush=True)
