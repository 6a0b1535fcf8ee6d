#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a take costs, on SQLite and on a PostgreSQL server of its own, beside the database alone (bench.py). TAKES=1000
set -eu
here=$(cd "$(dirname "$0")" && pwd)
server=$(mktemp -d /tmp/nameplate-pg.XXXXXX)
trap '"$here/server" stop "$server"; rm -rf "$server" "$server.log"' EXIT
FSYNC=on "$here/server" start "$server"
"$here/bench.py" "$here/../../build/nameplate-ledger" "$server" "${TAKES:-1000}"
