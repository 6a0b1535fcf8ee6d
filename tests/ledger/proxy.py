#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The network between a station and the database: passes everything on, and goes away after the Nth message in one direction.

    proxy.py LISTEN_DIR SERVER_DIR up|down N

Sockets are called .s.PGSQL.5432 there. "up": the Nth message to the server does not arrive any more; "down": the Nth from it.
"""
import os
import selectors
import socket
import sys

listen_dir, server_dir, direction, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
name = "/.s.PGSQL.5432"
listener = socket.socket(socket.AF_UNIX)
listener.bind(listen_dir + name)
listener.listen(1)
client, _ = listener.accept()
os.unlink(listen_dir + name)
server = socket.socket(socket.AF_UNIX)
server.connect(server_dir + name)
selector = selectors.DefaultSelector()
selector.register(client, selectors.EVENT_READ, (server, "up"))
selector.register(server, selectors.EVENT_READ, (client, "down"))
seen = 0
while True:
    for key, _ in selector.select():
        to, way = key.data
        data = key.fileobj.recv(65536)
        seen += way == direction
        if not data or (way == direction and seen == count):
            sys.exit(0 if data else 3)  # 3: it had ended by itself
        to.sendall(data)
