# SPDX-License-Identifier: MIT
"""The test platform's Arduino: a Serial that prints by semihosting, and linker scripts as the STM32 core has them: the variant's is
the linker's default script, which takes the size of the flash from the board, and the one after -T inserts into it. Unless the
project names one of its own."""

import os

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
core = os.path.join(env.PioPlatform().get_dir(), "core")

env.Append(CPPPATH=[core], CPPDEFINES=[("VECT_TAB_OFFSET", board.get("build.flash_offset", "0"))])
env.BuildSources(os.path.join("$BUILD_DIR", "FrameworkArduino"), core)
env.Append(LINKFLAGS=["-Wl,--defsym=LD_MAX_DATA_SIZE=%d" % int(board.get("upload.maximum_ram_size"))])
if not board.get("build.ldscript", ""):
    size = int(board.get("upload.maximum_size"))
    env.Append(LINKFLAGS=["-Wl,--defsym=LD_MAX_SIZE=%d" % size, "-Wl,--defsym=LD_FLASH_OFFSET=%s" % board.get("build.flash_offset", "0")])
    env.Replace(LDSCRIPT_PATH=os.path.join(core, "system.ld"))
    env.Append(LINKFLAGS=["-Wl,--default-script", os.path.join(core, "ldscript.ld")])
