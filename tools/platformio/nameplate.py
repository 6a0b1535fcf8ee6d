# SPDX-License-Identifier: MIT
"""Nameplate for PlatformIO: every device gets its own serial number, and other values, during `pio run -t upload`.

    [env:device]
    extra_scripts = pre:nameplate.py
    custom_nameplate_serial = 42

README.md beside this file has all options.
"""

import glob
import inspect
import json
import os
import re
import sys

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from SCons.Script import Import

HERE = os.path.dirname(os.path.abspath(inspect.currentframe().f_code.co_filename))
sys.path.insert(0, HERE)
import nameplate_regions  # noqa: E402
import nameplate_upload  # noqa: E402

Import("env")
env = globals()["env"]

TARGETS = {
    "nameplate": ("Write the values", "Write serial number and values, leave the firmware alone"),
    "nameplate-list": ("List the values", "Show the values on the device"),
    "nameplate-erase": ("Erase the values", "Erase the reserved flash, and nothing else"),
}


ELF = "$BUILD_DIR/${PROGNAME}.elf"


def fail(text):
    nameplate_upload.say("Error: %s" % text)
    env.Exit(1)


# ---- options --------------------------------------------------------------------------------------------------------


def option(name, default=""):
    value = env.GetProjectOption("custom_nameplate_" + name, default)
    return value.strip() if isinstance(value, str) else value


def yes(name, default):
    value = str(option(name, default)).lower()
    if value not in ("yes", "no", "true", "false", "1", "0", "on", "off"):
        fail("custom_nameplate_%s = %s: write yes or no" % (name, value))
    return value in ("yes", "true", "1", "on")


def tcl_path():
    """nameplate.tcl: of the checkout, as installed, or from a folder that was copied into the project."""
    given = option("tcl")
    places = [
        os.path.join(env.subst("$PROJECT_DIR"), os.path.expanduser(given)) if given else "",
        os.path.join(HERE, "..", "..", "openocd", "nameplate.tcl"),
        os.path.join(HERE, "..", "..", "openocd", "site", "nameplate.tcl"),
        os.path.join(HERE, "openocd", "nameplate.tcl"),
        os.path.join(HERE, "nameplate.tcl"),
    ]
    for place in places[:1] if given else places[1:]:
        if os.path.isfile(place):
            return os.path.realpath(place)
    fail(
        "there is no nameplate.tcl at %s: copy Nameplate's folder openocd there, or name the file in custom_nameplate_tcl"
        % (places[0] if given else places[3])
    )


def ecc_script():
    """nameplate-ecc.ld: of the checkout, as installed, of the library in the project, or copied beside this file."""
    places = [os.path.join(HERE, "..", "..", "firmware", "linker"), os.path.join(HERE, "..", "linker"), HERE]
    places += glob.glob(os.path.join(glob.escape(env.GetProjectConfig().get("platformio", "lib_dir")), "*", "linker"))
    for place in places:
        path = os.path.join(place, "nameplate-ecc.ld")
        if os.path.isfile(path):
            return os.path.realpath(path)
    fail("there is no nameplate-ecc.ld, which a part with ECC needs, at %s: copy it from Nameplate's firmware/linker" % HERE)


def find_region(board):
    given = option("region")
    if given:
        region = nameplate_regions.named(given)
        if not region:
            fail("custom_nameplate_region = %s: write base and size, like 0x0801E000 0x2000" % given)
        return region
    mcu, size = board.get("build.mcu", ""), int(board.get("upload.maximum_size", 0))
    region = nameplate_regions.default(mcu, size)
    if not region:
        fail(
            "the flash pages of %s (%d bytes of flash) are not known: name the reserved flash, whole pages, in"
            " custom_nameplate_region = BASE SIZE" % (mcu or "this board", size)
        )
    return region


def values(firmware):
    """What there is to write, for nameplate_upload; `firmware`: it is programmed too, and may have to report."""
    serial = option("serial")
    variables = [line.strip() for line in option("vars").splitlines() if line.strip()]
    words = ["verify" if firmware and yes("verify", "no") else "noverify"]
    if firmware and option("expect"):
        words = ["expect", option("expect")]
    if serial and yes("keep", "yes" if re.match("(next|list):", serial) else "no"):
        words.append("keep")
    return {"serial": serial, "vars": variables, "words": words}


# ---- the firmware ---------------------------------------------------------------------------------------------------


def hexadecimal(start, end):
    return "0x%08X to 0x%08X" % (start, end - 1)


def elf_complaint(path, region):
    """What is wrong with the firmware's use of the reserved flash, or ""."""
    base, end = region[0], region[0] + region[1]
    try:
        with open(path, "rb") as file:
            elf = ELFFile(file)
            symbols = {}
            for section in elf.iter_sections("SHT_SYMTAB"):
                for name in ("_nameplate_start", "_nameplate_end"):
                    for symbol in section.get_symbol_by_name(name) or []:
                        symbols[name] = symbol["st_value"]
            for part in elf.iter_segments("PT_LOAD"):
                start, size = part["p_paddr"], part["p_filesz"]
                if size and start < end and start + size > base:
                    return (
                        "the firmware takes %s, which touches the reserved flash %s: make it smaller, or shorten the"
                        " flash in its linker script (board_build.ldscript) to end at 0x%08X"
                        % (hexadecimal(start, start + size), hexadecimal(base, end), base)
                    )
    except (OSError, ELFError) as error:
        return "%s cannot be checked: %s" % (path, error)
    linked = symbols.get("_nameplate_start", base), symbols.get("_nameplate_end", end)
    if linked != (base, end):
        return (
            "the firmware's linker script reserves %s and the upload would write to %s: set custom_nameplate_region ="
            " 0x%08X 0x%X" % (hexadecimal(*linked), hexadecimal(base, end), linked[0], linked[1] - linked[0])
        )
    return ""


def elf_offset_complaint(path, offset):
    """A board with a boot loader has its binary written to an address; an ELF knows its own, which must be the same."""
    if not offset:
        return ""
    with open(path, "rb") as file:
        first = min(part["p_paddr"] for part in ELFFile(file).iter_segments("PT_LOAD") if part["p_filesz"])
    if first == int(str(offset), 0):
        return ""
    return "the board's upload.offset_address is %s and the firmware is linked for 0x%08X: make them equal" % (offset, first)


def check_elf(target, source, env):
    complaint = elf_complaint(env.subst(ELF), REGION)
    if complaint:
        fail(complaint)


# ---- the upload -----------------------------------------------------------------------------------------------------

# OpenOCD's `program` among the commands of one -c: what stands before it stays, what it does we do.
PROGRAM = re.compile(r"(?:^|;)\s*program\s")


def without_program(commands):
    """The commands in front of `program`, or none if there is no `program`."""
    match = PROGRAM.search(commands)
    return commands[: match.start()].strip() if match else None


def flags_with_place(flags):
    """The upload flags with our place where `program` was, or none if it is not there."""
    result, found = [], False
    flags = [str(flag) for flag in flags]
    for at, flag in enumerate(flags):
        before = without_program(flag) if at and flags[at - 1] in ("-c", "--command") and not found else None
        if before is None:
            result.append(flag)
            continue
        found = True
        result[-1:] = (["-c", before] if before else []) + [nameplate_upload.PLACE]
    return result if found else None


def command_with_place(command):
    """The same for a whole command line, as upload_command has it."""
    for match in re.finditer(r"""(?:-c|--command)[ =]*(?:"([^"]*)"|'([^']*)')""", command):
        before = without_program(match.group(1) or match.group(2) or "")
        if before is not None:
            ours = ('-c "%s" ' % before if before else "") + nameplate_upload.PLACE
            return command[: match.start()] + ours + command[match.end() :]
    return None


def is_openocd(program):
    return "openocd" in os.path.basename(program.strip('"').replace("\\", "/")).lower()


def not_openocd(env):
    fail(
        "upload_protocol = %s does not go through OpenOCD, which Nameplate writes with: set upload_protocol to stlink or"
        " cmsis-dap, or to custom with an upload_command of OpenOCD's (tools/platformio/README.md shows one)"
        % env.subst("$UPLOAD_PROTOCOL")
    )


def set_job(env, image, job):
    job = dict(job, image=image, region=REGION, tcl=tcl_path(), folder=env.subst("$PROJECT_DIR"))
    env["ENV"]["NAMEPLATE_JOB"] = json.dumps(job)


def runner():
    return os.path.join(HERE, "nameplate_upload.py")


def wrap(env):
    """Puts nameplate_upload.py in front of the upload command."""
    command = env.get("UPLOADCMD", "")
    if command == "$UPLOADER $UPLOADERFLAGS":
        if not is_openocd(env.subst("$UPLOADER")):
            not_openocd(env)
        flags = flags_with_place(env.get("UPLOADERFLAGS", []))
        if flags is not None:
            env.Replace(UPLOADER="$PYTHONEXE", UPLOADERFLAGS=[runner(), env.subst("$UPLOADER")] + flags)
            return
    else:
        words = env.subst(command).split()
        if not words or not is_openocd(words[0]):
            not_openocd(env)
        command = command_with_place(command)
        if command is not None:
            env.Replace(UPLOADCMD='"$PYTHONEXE" "%s" %s' % (runner(), command))
            return
    fail("the upload command has no -c \"program ...\" of OpenOCD's to take the place of: write it into upload_command")


def before_upload(target, source, env):
    check_elf(target, source, env)
    job = values(True)
    if not job["serial"] and not job["vars"]:
        return
    path = env.subst(ELF)
    complaint = elf_offset_complaint(path, env.BoardConfig().get("upload.offset_address", ""))
    if complaint:
        fail(complaint)
    set_job(env, os.path.abspath(path), job)
    wrap(env)


def custom_target(name):
    def action(target, source, env):
        job = values(False)
        if name != "nameplate":
            job["command"] = name.split("-")
        elif not job["serial"] and not job["vars"]:
            fail("there is nothing to write: set custom_nameplate_serial or custom_nameplate_vars")
        set_job(env, "", job)
        wrap(env)
        return env.Action("$UPLOADCMD")(target, source, env, show=False)

    title, description = TARGETS[name]
    env.AddCustomTarget(name, None, env.VerboseAction(action, "Nameplate: " + title.lower()), title, description)


# ---- the link -------------------------------------------------------------------------------------------------------

BOARD = env.BoardConfig()
REGION = find_region(BOARD)
FLASH_END = nameplate_regions.FLASH_BASE + int(BOARD.get("upload.maximum_size", 0))

# Linker scripts that are made for the board, and the size check, take the flash's size from here.
if REGION[0] + REGION[1] == FLASH_END:
    BOARD.update("upload.maximum_size", REGION[0] - nameplate_regions.FLASH_BASE)

# Where the reader looks (firmware/nameplate.h).
env.Append(
    LINKFLAGS=[
        "-Wl,--defsym=_nameplate_start=0x%08X" % REGION[0],
        "-Wl,--defsym=_nameplate_end=0x%08X" % (REGION[0] + REGION[1]),
    ]
)
# Flash with ECC (firmware/nameplate_ecc.h): the handler of the NMI that a torn word raises, or the reader's guarded loads.
MCU = BOARD.get("build.mcu", "")
ECC = nameplate_regions.ecc_registers(MCU)
if ECC:
    names = ("_nameplate_eccr", "_nameplate_ecc2r")
    env.Append(LINKFLAGS=["-Wl,--defsym=%s=0x%08X" % pair for pair in zip(names, ECC)] + ["-T" + ecc_script()])
if nameplate_regions.needs_guarded_loads(MCU):
    env.Append(CPPDEFINES=["NAMEPLATE_GUARDED_LOADS"])
env.AddPostAction(ELF, env.VerboseAction(check_elf, "Checking the reserved flash"))
env.AddPreAction("upload", env.VerboseAction(before_upload, "Nameplate: preparing the upload"))
for each in TARGETS:
    custom_target(each)
