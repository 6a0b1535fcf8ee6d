# SPDX-License-Identifier: MIT
"""Where the serial number of an upload comes from: a number, a prompt, the environment, a counter file, a list file.

A number out of a file is taken in three steps, so that neither two uploads at once nor a crash give it twice:

    take        under a lock, the file marks it as open; it is on the disk before the upload begins
    used        the device has it: the mark is final
    give_back   the device surely does not have it: the next upload gets it

Where nobody knows whether the device has it (the upload failed while it was written, or was killed), it stays open and
is not given again: a gap is harmless, a second device with the same number is not.

A counter file holds the next number, and below it a line `#open N` or `#free N` for each number out of turn. A list
file holds a number or a text per line; lines become `#open LINE` and then `#used LINE`. Other lines with # are comments.
"""

import os
import re
import shutil
import sys
from contextlib import contextmanager

LARGEST = 4294967295


class NumberError(Exception):
    """What is wrong, where, and what to do, in one line."""


# C0 and C1 controls, what turns around the text beside it (Unicode 15.0, Bidi_Control), and bytes that were no UTF-8.
_HIDDEN = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\udc80-\udcff]")
_LETTERS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text):
    """A message as a terminal may have it, whatever the names in it: as nameplate.tcl escapes it."""

    def escaped(match):
        data = match.group().encode("utf-8", "surrogateescape")
        return _LETTERS.get(match.group()) or "".join("\\x%02x" % byte for byte in data)

    return _HIDDEN.sub(escaped, text)


def normal(text):
    """A serial number as the upload writes it: decimal, or text:TEXT."""
    quoted = '"%s"' % re.sub("[^ -~]", "?", text[:60])
    if text.startswith("text:"):
        if text == "text:":
            raise NumberError("the serial number text: is empty: write text:SN-0001")
        return text
    if re.match("^0[0-9]+$", text):
        raise NumberError(
            "serial number %s has a leading zero, which some tools read as octal: write %d, or text:%s to keep it"
            % (quoted, int(text), text)
        )
    if not re.match("^([0-9]+|0[xX][0-9a-fA-F]+)$", text):
        raise NumberError("serial number %s is not a number: write 42, 0x2A, or text:SN-0001" % quoted)
    number = int(text, 0)
    if number > LARGEST:
        raise NumberError("serial number %s is out of range: give one from 0 to %d" % (quoted, LARGEST))
    return str(number)


class Fixed:
    """A number that belongs to nobody else."""

    def __init__(self, text):
        self.text = normal(text)
        self.doubt = ""

    def used(self, _on_device):
        pass

    def give_back(self):
        pass


# ---- files --------------------------------------------------------------------------------------------------------


@contextmanager
def _locked(path):
    """Only one process at a time. The lock's file stays: removing it would let two hold two different ones."""
    with open(path + ".lock", "a") as lock:
        if sys.platform.startswith("win"):
            import msvcrt

            while True:
                try:
                    lock.seek(0)
                    msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:
                    continue  # LK_LOCK gives up after ten seconds; we do not
            try:
                yield
            finally:
                lock.seek(0)
                msvcrt.locking(lock.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _replace(path, lines):
    """The new content as a whole or the old one, whenever the power goes."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, path + ".new")
    os.replace(path + ".new", path)
    if not sys.platform.startswith("win"):
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class _File:
    """A file of numbers. Subclasses find one (`_take`) and mark it (`_mark`) in the list of its lines."""

    def __init__(self, path):
        self.path = os.path.realpath(path)
        self.text = self._edit(self._take)
        self.doubt = (
            "the device may have serial number %s: upload to it again and it keeps that one; %s marks it as open and no"
            " other device will get it" % (self.text, self.path)
        )

    def used(self, on_device):
        """The device has the serial number `on_device`: the forms it may be written in; ours, or the one that it kept."""
        if self.text not in on_device:
            self.give_back()
        # One that it kept may have been left in doubt by an upload that failed: it is not in doubt any more.
        for text in on_device:
            self._edit(lambda lines: self._mark(lines, text, "used"))

    def give_back(self):
        self._edit(lambda lines: self._mark(lines, self.text, "free"))

    def _edit(self, change):
        try:
            with _locked(self.path):
                with open(self.path, encoding="utf-8-sig") as file:
                    lines = [line.strip() for line in file]
                before = list(lines)
                result = change(lines)
                if lines != before:
                    _replace(self.path, lines)
                return result
        except FileNotFoundError:
            raise NumberError("there is no file %s: %s" % (self.path, self.HOW))
        except (OSError, UnicodeDecodeError) as error:
            raise NumberError("%s cannot be used: %s" % (self.path, error))


class Counter(_File):
    HOW = "write the first number to give into it"

    def _take(self, lines):
        places = [at for at, line in enumerate(lines) if line and not line.startswith("#")]
        if len(places) != 1 or not re.match("^(0|[1-9][0-9]{0,9})$", lines[places[0]]):
            raise NumberError("%s is not a counter: it must hold one line with the next number to give" % self.path)
        free = sorted(int(line[6:]) for line in lines if re.match("^#free [0-9]+$", line))
        if free:
            lines[lines.index("#free %d" % free[0])] = "#open %d" % free[0]
            return str(free[0])
        number = int(lines[places[0]])
        if number > LARGEST:
            raise NumberError("%s has given all numbers up to %d: there is none left" % (self.path, LARGEST))
        lines[places[0]] = str(number + 1)
        lines.append("#open %d" % number)
        return str(number)

    def _mark(self, lines, text, state):
        if "#open " + text in lines:
            at = lines.index("#open " + text)
            lines[at : at + 1] = ["#free " + text] if state == "free" else []


class List(_File):
    HOW = "write the numbers to give into it, one on each line"

    def _serials(self, lines):
        """Line number, serial and whether it is still to be given; no serial twice."""
        seen = {}
        for at, line in enumerate(lines):
            match = re.match("^#(open|used) +(.+)$", line)
            if not line or (line.startswith("#") and not match):
                continue
            text = self._normal(match.group(2) if match else line, at)
            if text in seen:
                raise NumberError(
                    "%s: line %d repeats line %d (%s): two devices would get one number, remove one of them"
                    % (self.path, at + 1, seen[text] + 1, text)
                )
            seen[text] = at
            yield at, text, not match

    def _normal(self, line, at):
        """A line that is not a number is a text."""
        if not re.match("^(text:|[0-9+-]+$|0[xX])", line):
            line = "text:" + line
        if not re.match(r"^[ -\[\]-~]+$", line):
            raise NumberError("%s, line %d: only ASCII characters without \\ can be told from what a device reports: correct it" % (self.path, at + 1))
        try:
            return normal(line)
        except NumberError as error:
            raise NumberError("%s, line %d: %s" % (self.path, at + 1, error))

    def _take(self, lines):
        serials = list(self._serials(lines))
        for at, text, left in serials:
            if left:
                lines[at] = "#open " + lines[at]
                return text
        raise NumberError("%s has no unused line left (of %d): add lines" % (self.path, len(serials)))

    def _mark(self, lines, text, state):
        for at, other, _left in list(self._serials(lines)):
            if other == text and lines[at].startswith("#open"):
                line = lines[at][5:].strip()
                lines[at] = line if state == "free" else "#used " + line


# ---- which one ----------------------------------------------------------------------------------------------------


def _ask():
    """At the terminal, even where the build tool has taken the standard streams; else one line of standard input."""
    question = "Nameplate: serial number of this device: "
    names = ("CONIN$", "CONOUT$") if sys.platform.startswith("win") else ("/dev/tty", "/dev/tty")
    try:
        with open(names[0]) as keyboard, open(names[1], "w") as screen:
            screen.write(question)
            screen.flush()
            answer = keyboard.readline()
    except OSError:
        answer = "" if sys.stdin is None else sys.stdin.readline()
    if not answer.strip():
        raise NumberError("no serial number was entered: ask needs a terminal, or a line on standard input")
    return answer.strip()


def take(source, folder):
    """The number for one upload. `source` is as in platformio.ini, `folder` where file names start."""
    kind, _, rest = source.partition(":")
    if source == "ask":
        return Fixed(_ask())
    if kind == "env" and rest:
        if not os.environ.get(rest):
            raise NumberError("the environment variable %s is not set: set it to the serial number" % rest)
        return Fixed(os.environ[rest])
    if kind in ("next", "list") and rest:
        return (Counter if kind == "next" else List)(os.path.join(folder, os.path.expanduser(rest)))
    if kind != "text" and not source[:1].isdigit():
        raise NumberError(
            '"%s" names no serial number: give a number, text:TEXT, ask, env:NAME, next:FILE or list:FILE' % source[:60]
        )
    return Fixed(source)
