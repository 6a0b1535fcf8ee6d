# SPDX-License-Identifier: MIT
"""The test platform's STM32Cube, which does with linker scripts what the real one does: a ready one of the part, if the
shared package has it; else one that is made from a template there, and stays there for every project that comes after. What it
compiles is the test's Arduino."""

import os
import string

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
mcu = board.get("build.mcu")
core = os.path.join(env.PioPlatform().get_dir(), "core")
scripts = env.PioPlatform().get_package_dir("tool-ldscripts-ststm32")


def linker_script():
    start = os.path.join(scripts, mcu[0:7], mcu[0:11].upper())
    if os.path.isfile(start + "XX_FLASH.ld"):
        return start + "XX_FLASH.ld"
    if not os.path.isfile(start + "_DEFAULT.ld"):
        with open(os.path.join(scripts, "tpl", "linker.tpl")) as file:
            template = string.Template(file.read())
        sizes = {"flash": board.get("upload.maximum_size"), "ram": board.get("upload.maximum_ram_size")}
        os.makedirs(os.path.dirname(start), exist_ok=True)
        with open(start + "_DEFAULT.ld", "w") as file:
            file.write(template.substitute({name: "%dK" % (size // 1024) for name, size in sizes.items()}))
    return start + "_DEFAULT.ld"


env.Append(CPPPATH=[core], CPPDEFINES=[("VECT_TAB_OFFSET", "0")])
env.BuildSources(os.path.join("$BUILD_DIR", "FrameworkArduino"), core)
if not board.get("build.ldscript", ""):
    env.Replace(LDSCRIPT_PATH=linker_script())
