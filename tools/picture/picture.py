#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`make picture`: draws upload.svg, the README's picture of a terminal, from what the command really prints.

    tools/picture/picture.py FILE.svg

On a virtual board with a new device, through its ST-LINK. What belongs to this machine only (paths) is shortened.
"""

import os
import re
import subprocess
import sys
import tempfile

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COLUMNS = 96
SHOWN = 'openocd -f board.cfg -c "program_serial 42"'


def upload():
    """What OpenOCD and Nameplate print when a new device gets its number 42; (text, exit status)."""
    with tempfile.TemporaryDirectory() as folder:
        board = f"{ROOT}/openocd/board/virtual-stm32l152rb.cfg"
        environment = dict(os.environ, VBOARD_FLASH=f"{folder}/flash", VBOARD_PROBE="stlink")
        run = subprocess.run(["openocd", "-f", board, "-c", "program_serial 42"], env=environment, cwd=folder,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return run.stdout.replace(f"{ROOT}/build/firmware/stm32l152rb/demo.elf", "firmware.elf"), run.returncode


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: picture.py FILE.svg")
    text, status = upload()
    if status != 0:
        sys.exit(f"Error: there is nothing to show, the upload failed (run make first):\n{text}")
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))
    console.print(Text("$ ", style="bold green") + Text(SHOWN, style="bold"))
    for line in text.splitlines():
        ours = line.startswith(("Nameplate: ", "firmware: ", "serial="))
        console.print(Text(line, style="bold white" if ours else "dim"))
    console.print(Text("$ ", style="bold green") + Text("echo $?", style="bold"))
    console.print(str(status))
    # A fixed id: the same output makes the same file. No fonts from elsewhere: a page that shows it must not call anybody.
    form = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    console.save_svg(sys.argv[1], title="Nameplate", unique_id="nameplate", code_format=form)


main()
