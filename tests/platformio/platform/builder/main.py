# SPDX-License-Identifier: MIT
"""The build and the upload of the test's platform. What an extra script meets is as in platform-ststm32 19: the names of
the variables, what OpenOCD's flags hold and in which order, and that the ELF is uploaded, or the binary where the board
has an offset or the protocol is not OpenOCD's."""

import sys

from SCons.Script import ARGUMENTS, COMMAND_LINE_TARGETS, AlwaysBuild, Builder, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()

prefix = "arm-none-eabi-"
env.Replace(
    AR=prefix + "gcc-ar",
    AS=prefix + "as",
    CC=prefix + "gcc",
    CXX=prefix + "g++",
    GDB=prefix + "gdb",
    OBJCOPY=prefix + "objcopy",
    RANLIB=prefix + "gcc-ranlib",
    SIZETOOL=prefix + "size",
    ARFLAGS=["rc"],
    SIZEPROGREGEXP=r"^(?:\.text|\.data|\.rodata|\.ARM.exidx)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.data|\.bss)\s+(\d+).*",
    SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    SIZEPRINTCMD="$SIZETOOL -B -d $SOURCES",
    PROGSUFFIX=".elf",
)
if env.get("PROGNAME", "program") == "program":
    env.Replace(PROGNAME="firmware")
machine = ["-mthumb", "-mcpu=" + board.get("build.cpu")]
env.Append(
    CCFLAGS=machine + ["-Os", "-Wall", "-ffunction-sections", "-fdata-sections"],
    CXXFLAGS=["-fno-rtti", "-fno-exceptions"],
    LINKFLAGS=machine + ["-Wl,--gc-sections", "--specs=nano.specs", "--specs=rdimon.specs", "-nostartfiles"],
)
to_bin = env.VerboseAction("$OBJCOPY -O binary $SOURCES $TARGET", "Building $TARGET")
env.Append(BUILDERS={"ElfToBin": Builder(action=to_bin, suffix=".bin")})

elf, binary = "$BUILD_DIR/${PROGNAME}.elf", "$BUILD_DIR/${PROGNAME}.bin"
if "nobuild" not in COMMAND_LINE_TARGETS:
    elf = env.BuildProgram()
    binary = env.ElfToBin("$BUILD_DIR/${PROGNAME}", elf)
    env.Depends(binary, "checkprogsize")
AlwaysBuild(env.Alias("nobuild", binary))
program = env.Alias("buildprog", binary, binary)
size = env.Alias("size", elf, env.VerboseAction("$SIZEPRINTCMD", "Calculating size $SOURCE"))
AlwaysBuild(size)

protocol = env.subst("$UPLOAD_PROTOCOL")
tools = board.get("debug.tools", {})
source = binary
actions = [env.VerboseAction("$UPLOADCMD", "Uploading $SOURCE")]
if protocol in tools:
    flags = ["-d%d" % (2 if int(ARGUMENTS.get("PIOVERBOSE", 0)) else 1)]
    flags += tools[protocol]["server"]["arguments"]
    if env.GetProjectOption("debug_speed", ""):
        flags += ["-c", "adapter speed %s" % env.GetProjectOption("debug_speed")]
    offset = board.get("upload.offset_address", "")
    flags += ["-c", "program {$SOURCE} %s verify reset; shutdown;" % offset]
    folder = env.PioPlatform().get_package_dir("tool-openocd") or ""
    env.Replace(
        UPLOADER="openocd",
        UPLOADERFLAGS=[flag.replace("$PACKAGE_DIR", folder) for flag in flags],
        UPLOADCMD="$UPLOADER $UPLOADERFLAGS",
    )
    if not offset:
        source = elf
elif protocol == "dfu":
    env.Replace(UPLOADER="dfu-util", UPLOADERFLAGS=["-a", "0"], UPLOADCMD='$UPLOADER $UPLOADERFLAGS "$SOURCE"')
elif protocol == "blackmagic":
    env.Replace(UPLOADER="$GDB", UPLOADERFLAGS=["-nx"], UPLOADCMD="$UPLOADER $UPLOADERFLAGS $SOURCE")
elif protocol != "custom":
    sys.stderr.write("Warning! Unknown upload protocol %s\n" % protocol)
AlwaysBuild(env.Alias("upload", source, actions))

Default([program, size])
