# SPDX-License-Identifier: MIT
"""A debug probe for pyOCD: SWD over OpenOCD's remote_bitbang protocol, as vboard speaks it on a Unix socket."""

import socket
import time

from pyocd.core import exceptions
from pyocd.probe.debug_probe import DebugProbe

OK, WAIT, FAULT = 1, 2, 4
RDBUFF = 0xC


def drive(bits, count):
    """COUNT clocks with SWDIO driven to BITS, the lowest first."""
    return b"".join(b"eg" if bits >> i & 1 else b"df" for i in range(count))


def sample(count):
    """COUNT clocks of which the level before each is asked for."""
    return b"cdf" * count


def parity(value):
    return bin(value).count("1") & 1


class BitbangProbe(DebugProbe):
    def __init__(self, path):
        super().__init__()
        self.path, self.socket, self.connected, self.held = path, None, False, False

    description = property(lambda self: "a virtual board")
    vendor_name = property(lambda self: "Nameplate")
    product_name = property(lambda self: "vboard")
    supported_wire_protocols = property(lambda self: [DebugProbe.Protocol.DEFAULT, DebugProbe.Protocol.SWD])
    unique_id = property(lambda self: self.path)
    wire_protocol = property(lambda self: DebugProbe.Protocol.SWD if self.connected else None)
    is_open = property(lambda self: self.socket is not None)
    capabilities = property(lambda self: {DebugProbe.Capability.SWJ_SEQUENCE, DebugProbe.Capability.SWD_SEQUENCE})

    def open(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.path)

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def connect(self, protocol=None):
        self.connected = True

    def disconnect(self):
        self.connected = False

    def set_clock(self, frequency):
        pass

    def exchange(self, characters):
        """Sends characters and returns the levels that they ask for, as a number with the first in bit 0."""
        self.socket.sendall(characters)
        wanted, answer = characters.count(b"c"), b""
        while len(answer) < wanted:
            part = self.socket.recv(wanted - len(answer))
            if not part:
                raise exceptions.ProbeDisconnected("the virtual board hung up")
            answer += part
        return int(answer[::-1] or b"0", 2)

    def swj_sequence(self, length, bits):
        self.exchange(drive(bits, length))

    def swd_sequence(self, sequences):
        results = []
        for sequence in sequences:
            if len(sequence) == 2:
                self.exchange(drive(sequence[1], sequence[0]))
            else:
                results.append(self.exchange(sample(sequence[0])).to_bytes((sequence[0] + 7) // 8, "little"))
        return 0, results

    def reset(self):
        self.assert_reset(True)
        self.assert_reset(False)

    def assert_reset(self, asserted):
        self.exchange(b"s" if asserted else b"r")
        self.held = asserted

    def is_reset_asserted(self):
        return self.held

    @staticmethod
    def header(ap, read, address):
        bits = ap | read << 1 | (address >> 2 & 3) << 2
        return drive(1 | bits << 1 | parity(bits) << 5 | 1 << 7, 8)

    @staticmethod
    def check(ack):
        if ack == OK:
            return
        if ack == WAIT:
            raise exceptions.TransferTimeoutError("WAIT")
        if ack == FAULT:
            raise exceptions.TransferFaultError()
        raise exceptions.TransferError("no acknowledgement: %d" % ack)

    def read(self, ap, address):
        """Header, turnaround, 3 bits of acknowledgement; then 32 and a parity, turnaround, idle clocks."""
        ack = self.exchange(self.header(ap, True, address) + b"df" + sample(3))
        if ack != OK:
            self.exchange(drive(0, 2))
            self.check(ack)
        got = self.exchange(sample(33) + b"df" + drive(0, 2))
        value = got & 0xFFFFFFFF
        if parity(value) != got >> 32:
            raise exceptions.TransferError("parity")
        return value

    def write(self, ap, address, value):
        value &= 0xFFFFFFFF  # pyOCD's CRC analyzer gives more, and other probes send the low 32 bits
        ack = self.exchange(self.header(ap, False, address) + b"df" + sample(3) + b"df")
        if ack == OK:
            self.exchange(drive(value | parity(value) << 32, 33) + drive(0, 2))
        self.check(ack)

    def patiently(self, transfer, *arguments):
        """Again while the answer is WAIT, for a second."""
        deadline = time.monotonic() + 1
        while True:
            try:
                return transfer(*arguments)
            except exceptions.TransferTimeoutError:
                if time.monotonic() > deadline:
                    raise

    def read_dp(self, addr, now=True):
        value = self.patiently(self.read, False, addr)
        return value if now else lambda: value

    def write_dp(self, addr, data):
        self.patiently(self.write, False, addr, data)

    def read_ap(self, addr, now=True):
        value = self.read_ap_multiple(addr)[0]
        return value if now else lambda: value

    def write_ap(self, addr, data):
        self.write_ap_multiple(addr, [data])

    def read_ap_multiple(self, addr, count=1, now=True):
        """Reads are posted: each delivers the one before."""
        self.patiently(self.read, True, addr)
        values = [self.patiently(self.read, True, addr) for _ in range(count - 1)]
        values.append(self.read_dp(RDBUFF))
        return values if now else lambda: values

    def write_ap_multiple(self, addr, values):
        for value in values:
            self.patiently(self.write, True, addr, value)
        self.read_dp(RDBUFF)  # the last write is done, or has failed
