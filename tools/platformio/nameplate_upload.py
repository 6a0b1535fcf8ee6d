# SPDX-License-Identifier: MIT
"""Runs OpenOCD for one upload and settles what becomes of the serial number. nameplate.py puts it in front of the
upload command; the environment variable NAMEPLATE_JOB, in JSON, says what to do:

    serial   where the serial number comes from (nameplate_numbers.py), or ""
    ledger   the ledger that `next` and next:SERIES take from, or "": next:FILE is a text file then
    vars     words NAME[:TYPE][:secret]=VALUE
    words    further words of program_serial or program_vars, such as keep
    command  instead of all these: the words of another command, such as nameplate list
    image    the firmware, or "" to leave it alone
    region   base and size of the reserved flash in bytes, or none
    tcl      nameplate.tcl
    folder   where the file names of numbers start

    python3 nameplate_upload.py openocd -f board.cfg ... NAMEPLATE ...

The word NAMEPLATE is where OpenOCD's own `program` was. OpenOCD's results go to standard output, all else to
standard error; the exit status is OpenOCD's.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import nameplate_numbers

PLACE = "NAMEPLATE"


def say(line):
    print(nameplate_numbers.printable(line), file=sys.stderr)


def tcl_word(text):
    """One word of Tcl, whatever is in the text."""
    return re.sub(r"([^\w./:=-])", r"\\\1", text, flags=re.ASCII).replace("\\\n", "\\n") if text else '""'


def takes_from_ledger(job):
    """OpenOCD's part takes the number, and tells the ledger what became of it."""
    serial = job.get("serial", "")
    return serial == "next" or bool(job.get("ledger")) and serial.startswith("next:")


def script(job, serial, mark):
    """What OpenOCD reads before it runs $nameplate_job, so that values do not show in the list of processes. `mark` is the
    file that appears before the reserved flash is first changed."""
    lines = []
    if job.get("region"):
        lines.append("set NAMEPLATE_BASE 0x%08X" % job["region"][0])
        lines.append("set NAMEPLATE_SIZE 0x%X" % job["region"][1])
    if job.get("ledger"):
        lines.append("set NAMEPLATE_LEDGER %s" % tcl_word(job["ledger"].replace("\\", "/")))
    lines.append("set NAMEPLATE_IMAGE %s" % tcl_word(job.get("image", "").replace("\\", "/")))
    lines.append("proc _np_mark {} { close [open %s w] }" % tcl_word(mark))
    lines.append("set NAMEPLATE_BEFORE_WRITE _np_mark")
    lines.append("source %s" % tcl_word(job["tcl"].replace("\\", "/")))
    words = job.get("command")
    if not words and job["vars"]:
        first = []
        if takes_from_ledger(job):
            first = ["serial=" + serial]
        elif serial:
            first = [re.sub("^(text:)?", lambda m: "serial:text=" if m.group(1) else "serial:u32=", serial)]
        words = ["program_vars"] + first + job["vars"] + job["words"]
    elif not words:
        words = ["program_serial", serial] + job["words"]
    lines.append("set nameplate_job [list %s]" % " ".join(tcl_word(word) for word in words))
    # OpenOCD prints the value of the last line.
    return "\n".join(lines + ["list"]) + "\n"


def run(command):
    """Runs OpenOCD; its status, and its results, which are passed on as they come."""
    results = []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        for line in process.stdout:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            results.append(text)
            print(text, flush=True)
        return process.wait(), results
    except BaseException:
        # Interrupted at the keyboard: OpenOCD got that signal as well.
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def serial_of(results):
    """The serial number that the device has now, as a number and as a text."""
    for line in results:
        if line.startswith("serial="):
            text = line[len("serial=") :]
            return text, "text:" + text
    return ()


def settle(number, status, results, written):
    """Says goodbye to the number: used, given back, or open."""
    if status == 0:
        number.used(serial_of(results) or (number.text,))
        return
    if not written:
        number.give_back()
    elif number.doubt:
        say("Nameplate: " + number.doubt)


def upload(job, command):
    folder = tempfile.mkdtemp(prefix="nameplate-")
    number = None
    status, results = 1, []
    mark = os.path.join(folder, "writing").replace("\\", "/")
    try:
        if job.get("serial") and not job.get("command") and not takes_from_ledger(job):
            number = nameplate_numbers.take(job["serial"], job["folder"])
        path = os.path.join(folder, "upload.tcl")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script(job, number.text if number else job.get("serial", ""), mark))
        at = command.index(PLACE)
        # An error inside a file would show as that file's; a command's own is one line.
        command[at : at + 1] = ["-f", path.replace("\\", "/"), "-c", "{*}$nameplate_job"]
        try:
            status, results = run(command)
        except OSError as error:
            say("Error: %s cannot be run: %s" % (command[0], error.strerror))
        return 1 if status < 0 else status
    finally:
        try:
            if number:
                settle(number, status, results, os.path.exists(mark))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    # An upload that is asked to end ends like one that is interrupted: the number is settled.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return upload(json.loads(os.environ.pop("NAMEPLATE_JOB")), sys.argv[1:])
    except nameplate_numbers.NumberError as error:
        say("Error: %s" % error)
    except KeyboardInterrupt:
        pass
    return 1


if __name__ == "__main__":
    sys.exit(main())
