#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lays out a PlatformIO core folder that needs no registry: a development platform of our own, and packages that are links
to what this machine has. Run it with the Python that has PlatformIO:

    python3 lay_out.py CORE_DIR

PlatformIO takes a package that lies in its folder if it has a manifest and a `.piopm` that says where it came from, and
if its version is in the range that is asked for. The test's platform builds and uploads as platform-ststm32 does: see
platform/builder/main.py.
"""

import json
import os
import re
import shutil
import sys

from platformio.dependencies import get_core_dependencies

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools", "platformio"))
import nameplate_parts  # noqa: E402

PLATFORM = {
    "name": "ststm32",
    "title": "STM32, for tests",
    "description": "Builds and uploads for a virtual board",
    "version": "19.6.0",
    "engines": {"platformio": "*"},
    "frameworks": {name: {"script": "builder/%s.py" % name} for name in ("arduino", "stm32cube")},
    "packages": {
        "toolchain-gccarmnoneeabi": {"type": "toolchain", "owner": "platformio", "version": "~1.120301.0"},
        "tool-openocd": {"type": "uploader", "owner": "platformio", "version": "~3.1200.0"},
        "tool-ldscripts-ststm32": {"owner": "platformio", "version": "~0.2.0"},
    },
}


def chips(home):
    """(chip, core, bytes of flash, bytes of RAM, OpenOCD's target file) of each virtual board."""
    parts = {part.name: part for part in nameplate_parts.load(os.path.join(home, "firmware", "parts.csv"))}
    with open(os.path.join(home, "firmware", "chips.txt")) as file:
        rows = [line.split() for line in file if not line.startswith("#")]
    for chip, part, _, ram, *_ in rows:
        path = os.path.join(home, "openocd", "board", "virtual-%s.cfg" % chip)
        if os.path.exists(path):
            with open(path) as file:
                target = re.search("^virtual_board [^ ]+ target/(.*)[.]cfg$", file.read(), re.MULTILINE).group(1)
            flash = sum(end - start for start, end in parts[part].each_page())
            yield chip, parts[part].cpu, flash, int(ram, 16), target


def board(chip, cpu, flash, ram):
    # What platform-ststm32 makes of a board with `openocd_board`.
    openocd = ["-s", "$PACKAGE_DIR/openocd/scripts", "-f", "board/virtual_%s.cfg" % chip]
    return {
        "name": "Virtual " + chip.upper(),
        "url": "https://example.com/",
        "vendor": "Nameplate",
        "frameworks": ["arduino", "stm32cube"],
        "build": {"cpu": cpu, "mcu": chip.split("-")[0] + "t6", "f_cpu": "32000000L"},
        "upload": {
            "maximum_size": flash,
            "maximum_ram_size": ram,
            "protocol": "stlink",
            "protocols": ["stlink", "cmsis-dap", "blackmagic", "dfu"],
        },
        "debug": {"tools": {tool: {"server": {"arguments": openocd}} for tool in ("stlink", "cmsis-dap")}},
    }


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(content if isinstance(content, str) else json.dumps(content, indent=1))


def package(folder, kind, name, version):
    spec = {"owner": "platformio", "id": None, "name": name, "requirements": None, "uri": None}
    write(os.path.join(folder, ".piopm"), {"type": kind, "name": name, "version": version, "spec": spec})
    if kind == "tool":
        write(os.path.join(folder, "package.json"), {"name": name, "version": version})
    return folder


def lowest(wanted):
    """The lowest version of a range like ~4.41101.0."""
    return re.search(r"[0-9.]+", wanted).group(0)


def main(core, home):
    shutil.rmtree(core, ignore_errors=True)
    platform = os.path.join(core, "platforms", "ststm32")
    shutil.copytree(os.path.join(HERE, "platform"), platform)
    package(platform, "platform", PLATFORM["name"], PLATFORM["version"])
    write(os.path.join(platform, "platform.json"), PLATFORM)
    for chip, cpu, flash, ram, _ in chips(home):
        write(os.path.join(platform, "boards", "virtual_%s.json" % chip[5:]), board(chip, cpu, flash, ram))

    def tool(name, wanted):
        return package(os.path.join(core, "packages", name), "tool", name, lowest(wanted))

    scons = tool("tool-scons", get_core_dependencies()["tool-scons"])
    write(os.path.join(scons, "scons.py"), "import SCons.Script\n\nSCons.Script.main()\n")
    packages = PLATFORM["packages"]
    toolchain = tool("toolchain-gccarmnoneeabi", packages["toolchain-gccarmnoneeabi"]["version"])
    os.makedirs(os.path.join(toolchain, "bin"))
    for program in ("gcc", "g++", "gcc-ar", "gcc-ranlib", "as", "objcopy", "size", "gdb"):
        found = shutil.which("arm-none-eabi-" + program)
        if found:
            os.symlink(found, os.path.join(toolchain, "bin", "arm-none-eabi-" + program))
    scripts = tool("tool-ldscripts-ststm32", packages["tool-ldscripts-ststm32"]["version"])
    shutil.copytree(os.path.join(platform, "ldscripts"), scripts, dirs_exist_ok=True)
    openocd = tool("tool-openocd", packages["tool-openocd"]["version"])
    os.makedirs(os.path.join(openocd, "bin"))
    os.symlink(shutil.which("openocd"), os.path.join(openocd, "bin", "openocd"))
    # The boards' files know nothing of Nameplate, as OpenOCD's own do not.
    for chip, _, _, _, target in chips(home):
        path = os.path.join(openocd, "openocd", "scripts", "board", "virtual_%s.cfg" % chip)
        write(path, "source {%s/openocd/board/virtual.tcl}\nvirtual_board %s target/%s.cfg\n" % (home, chip, target))


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), os.path.dirname(os.path.dirname(HERE)))
