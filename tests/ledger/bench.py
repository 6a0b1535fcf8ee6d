#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes per second and their 99th percentile, beside the database's own client doing the same INSERTs; never a test.

    bench.py PROGRAM SERVER_DIR [TAKES]

Every client, ours or the database's, is a process that is asked for one take after the other, by the same loop. Ratios hold
whatever the machine.
"""
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time

program, server = sys.argv[1], sys.argv[2]
takes = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
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


def client(words, begin, line, count, latencies, barrier):
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    process.stdin.write(begin.encode())
    for i in range(count + 1):
        number = next(serial)
        if i == 1:  # the first one is for connecting
            barrier.wait()
        start = time.perf_counter()
        process.stdin.write((line % ((number,) * (line.count("%d") or 1))).encode())
        answer = os.read(process.stdout.fileno(), 4096)  # a line, in one piece: whatever its length
        if i:
            latencies.append(time.perf_counter() - start)
        assert answer.endswith(b"\n"), "a client died"
    process.stdin.close()
    process.wait()


def measure(how, clients, count):
    words, begin, line = how
    latencies, barrier = [], threading.Barrier(clients + 1)
    threads = [threading.Thread(target=client, args=(words, begin, line, count // clients, latencies, barrier)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    latencies.sort()
    return len(latencies) / seconds, 1000 * latencies[int(len(latencies) * 0.99)]


for engine in Engine("SQLite"), Engine("PostgreSQL"):
    print("%s: takes per second and p99, beside its own client doing the same INSERTs (aim: 0.8)" % engine.name)
    for clients in 1, 8, 32:
        rates = []
        for turn in range(3):  # in turns: the machine's mood is the same for both
            engine.fresh()
            ours = measure(engine.ours(), clients, takes)
            engine.fresh()
            if engine.name == "PostgreSQL":
                engine.psql("bench%d" % engine.count, "CREATE SEQUENCE public.bench; ALTER SEQUENCE public.bench SET SCHEMA nameplate")
            bare = measure(engine.bare(), clients, takes)
            rates.append((ours[0] / bare[0], ours, bare))
        ratio, ours, bare = sorted(rates)[1]
        print("  %2d clients  %6.0f/s  p99 %6.1f ms   bare %6.0f/s  p99 %6.1f ms   ratio %.2f" % (clients, *ours, *bare, ratio), flush=True)
    print("%s: takes per second after so many numbers, one client (aim: flat)" % engine.name)
    first = None
    for size in 1000, 100000, 1000000:
        engine.fresh()
        engine.fill(size)
        measure(engine.ours(), 1, 50)
        rate, p99 = measure(engine.ours(), 1, takes)
        first = first or rate
        print("  %7d  %6.0f/s  p99 %6.1f ms  ratio %.2f" % (size, rate, p99, rate / first), flush=True)
