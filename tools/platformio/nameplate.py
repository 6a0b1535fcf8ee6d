# SPDX-License-Identifier: MIT
"""Nameplate for PlatformIO: every device gets its own serial number, and other values, during `pio run -t upload`.

    [env:device]
    extra_scripts = pre:nameplate.py
    custom_nameplate_serial = 42

README.md beside this file has all options.
"""

import difflib
import glob
import inspect
import json
import os
import re
import shutil
import sys

from SCons.Script import COMMAND_LINE_TARGETS, Action, Import

HERE = os.path.dirname(os.path.abspath(inspect.currentframe().f_code.co_filename))
sys.path.insert(0, HERE)
import nameplate_elf  # noqa: E402
import nameplate_parts  # noqa: E402
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


def warn(text):
    sys.stderr.write("Warning: %s\n" % text)


# ---- options --------------------------------------------------------------------------------------------------------


OPTIONS = ("serial", "vars", "ledger", "keep", "verify", "expect", "region", "tcl")


def check_options():
    """A name that is none would be one that is taken no notice of."""
    prefix = "custom_nameplate_"
    for name, value in env.GetProjectOptions(as_dict=True).items():
        if name.startswith(prefix) and name[len(prefix) :] not in OPTIONS:
            near = difflib.get_close_matches(name[len(prefix) :], OPTIONS, 1, 0)[0]
            fail("%s: there is no such option; the nearest is %s%s" % (name, prefix, near))
        # An upload would succeed and write no number: ${sysenv.SN} in a shell without SN, say.
        if name in (prefix + "serial", prefix + "vars") and not str(value).strip():
            warn("%s is empty, so it writes nothing: give it a value, or remove the line" % name)


def check_comments(path):
    """To PlatformIO a # or ; after a space begins a comment, in a value as well."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return
    ours = False
    for number, line in enumerate(lines, 1):
        if line[:1].strip() and line[0] not in "#;":
            ours = bool(re.match("custom_nameplate_(serial|vars|expect)\\b", line))
        if ours and re.search(r"\S\s+[#;]", line):
            warn("%s, line %d: what comes after the # or ; is a comment to PlatformIO, not part of the value" % (path, number))


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


def library_file(*names):
    """A file of the folder firmware: of the checkout, as installed, of the library in the project, or copied beside this file."""
    folders = [os.path.join(HERE, "..", "..", "firmware"), os.path.join(HERE, "..", "firmware"), os.path.join(HERE, "..")]
    config = env.GetProjectConfig()
    for folder in config.get("platformio", "lib_dir"), os.path.join(config.get("platformio", "libdeps_dir"), env["PIOENV"]):
        folders += glob.glob(os.path.join(glob.escape(folder), "*"))
    paths = [os.path.join(folder, *names) for folder in folders] + [os.path.join(HERE, names[-1])]
    return next((os.path.realpath(path) for path in paths if os.path.isfile(path)), None)


def linker_script(name, what):
    path = library_file("linker", name)
    if not path:
        fail("there is no %s, which %s needs, at %s: copy it from Nameplate's firmware/linker" % (name, what, HERE))
    return path


def find_part(mcu):
    """The part's row, or none, and why."""
    table = library_file("parts.csv")
    if not table:
        return None, "there is no parts.csv at %s: copy it from Nameplate's folder firmware" % HERE
    part = nameplate_parts.find(nameplate_parts.load(table), mcu)
    if not part:
        return None, (
            "the flash of %s is not known: name the reserved flash, whole pages, in custom_nameplate_region = BASE SIZE"
            % (mcu or "this board")
        )
    return part, "" if part.region else (
        "%s has no place that can be taken for granted: name the reserved flash, whole pages, in custom_nameplate_region ="
        " BASE SIZE" % mcu
    )


def find_region(part):
    given = option("region")
    if not given:
        return part.region if part else None
    region = nameplate_parts.named(given)
    if not region:
        fail("custom_nameplate_region = %s: write base and size, like 0x0801E000 0x2000" % given)
    complaint = part.complaint(*region) if part else ""
    if complaint:
        fail("custom_nameplate_region = %s: that %s" % (given, complaint))
    return region


def ledger():
    """The ledger's name, which is a file in the project or a server's, or "" for the one of the environment, or none."""
    name = option("ledger")
    if name and "://" not in name:
        name = os.path.join(env.subst("$PROJECT_DIR"), os.path.expanduser(name))
    if option("serial") == "next" and not name and not os.environ.get("NAMEPLATE_LEDGER"):
        fail(
            "custom_nameplate_serial = next takes a number from a ledger: name it in custom_nameplate_ledger, or write next:FILE"
            " for a counter in a text file"
        )
    return name


def values(firmware):
    """What there is to write, for nameplate_upload; `firmware`: it is programmed too, and may have to report."""
    serial, from_ledger = option("serial"), ledger()
    if from_ledger and re.match("list:", option("serial")):
        fail("custom_nameplate_serial = %s is a text file, and custom_nameplate_ledger is set: leave one of them out" % serial)
    variables = [line.strip() for line in option("vars").splitlines() if line.strip()]
    words = ["verify" if firmware and yes("verify", "no") else "noverify"]
    if firmware and option("expect"):
        words = ["expect", option("expect")]
    # A ledger itself knows the device again.
    if serial and yes("keep", "yes" if re.match("(next|list):", serial) and not from_ledger else "no"):
        words.append("keep")
    return {"serial": serial, "vars": variables, "words": words, "ledger": from_ledger}


# ---- the firmware ---------------------------------------------------------------------------------------------------


def hexadecimal(start, end):
    return "0x%08X to 0x%08X" % (start, end - 1)


def read_firmware(path):
    try:
        return nameplate_elf.Firmware(path)
    except nameplate_elf.FirmwareError as error:
        fail(str(error))


def check_eeprom(firmware, region):
    """Arduino's EEPROM library erases what it writes: the last page or sector of the flash."""
    if not firmware.eeprom:
        return
    at, size = firmware.eeprom
    end = PART.end() if PART else nameplate_parts.FLASH_BASE + BOARD_SIZE
    at = end - size if at is None else at
    pages = PART.pages_of(at, at + size) if PART else (at, at + size)
    if not pages or pages[0] >= sum(region) or pages[1] <= region[0]:
        return
    small = is_stm32duino() and small_sector()
    beside = small or (PART.region_before(pages[0]) if PART else None)
    fail(
        "the firmware has Arduino's EEPROM library, which erases %s, and the reserved flash %s is there: name a region beside it,%s"
        % (
            hexadecimal(*pages),
            hexadecimal(region[0], sum(region)),
            " custom_nameplate_region = 0x%08X 0x%X" % beside if beside else " whole pages, in custom_nameplate_region = BASE SIZE",
        )
    )


def linked_region(path):
    """The region that a firmware says, or else ours; what is wrong with the firmware ends it."""
    firmware = read_firmware(path)
    linked = firmware.region
    region = linked or REGION
    if not region:
        fail(NO_REGION)
    base, end = region[0], sum(region)
    for start, stop in firmware.segments:
        if start < end and stop > base:
            fail(
                "the firmware takes %s, which touches the reserved flash %s: make it smaller, or shorten the flash in its"
                " linker script (board_build.ldscript) to end at 0x%08X" % (hexadecimal(start, stop), hexadecimal(base, end), base)
            )
    if linked and option("region") and linked != REGION:
        fail(
            "the firmware's linker script reserves %s, and custom_nameplate_region is %s: write custom_nameplate_region ="
            " 0x%08X 0x%X, or leave it out"
            % (hexadecimal(base, end), hexadecimal(REGION[0], sum(REGION)), region[0], region[1])
        )
    complaint = PART.complaint(*region) if linked and PART else ""
    if complaint:
        fail("the firmware's linker script reserves %s, which %s" % (hexadecimal(base, end), complaint))
    check_eeprom(firmware, region)
    return region


def elf_offset_complaint(path, offset):
    """A board with a boot loader has its binary written to an address; an ELF knows its own, which must be the same."""
    if not offset:
        return ""
    first = min(start for start, _ in read_firmware(path).segments)
    if first == int(str(offset), 0):
        return ""
    return "the board's upload.offset_address is %s and the firmware is linked for 0x%08X: make them equal" % (offset, first)


def check_elf(target, source, env):
    # A part of which nothing is known builds as it would without us.
    path = env.subst(ELF)
    if REGION or read_firmware(path).region:
        linked_region(path)


def check_linked(target, source, env):
    try:
        check_elf(target, source, env)
    except SystemExit:
        # SCons remembers the last link that went well: with the same objects again, it would take this file for that one's.
        os.remove(env.subst(ELF))
        raise


# ---- the upload -----------------------------------------------------------------------------------------------------

# OpenOCD's `program` among the commands of one -c: what is before it stays, what it does we do.
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


def set_job(env, region, image, job):
    job = dict(job, image=image, region=region, tcl=tcl_path(), folder=env.subst("$PROJECT_DIR"))
    env["ENV"]["NAMEPLATE_JOB"] = json.dumps(job)


def runner():
    return os.path.join(HERE, "nameplate_upload.py")


def wrap(env):
    """Puts nameplate_upload.py in front of the upload command."""
    command = env.get("UPLOADCMD", "")
    if any(without_program(str(flag)) is not None for flag in env.Flatten(env.get("UPLOAD_FLAGS", []))):
        fail("upload_flags has an OpenOCD program of its own, which would write past all checks: leave it out")
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
    # The firmware of `pio test` is none that a device is given a number for.
    if "__test" in COMMAND_LINE_TARGETS or not job["serial"] and not job["vars"]:
        return
    path = env.subst(ELF)
    region = linked_region(path)
    complaint = elf_offset_complaint(path, env.BoardConfig().get("upload.offset_address", ""))
    if complaint:
        fail(complaint)
    set_job(env, region, os.path.abspath(path), job)
    wrap(env)


def check_uploader(env):
    """The Core installs an uploader for targets that contain `upload`, and for no others."""
    program = env.subst("$UPLOADER")
    ours = env.get("UPLOADCMD") == "$UPLOADER $UPLOADERFLAGS" and is_openocd(program)
    if ours and not shutil.which(program, path=env["ENV"].get("PATH")):
        fail("PlatformIO has not installed OpenOCD yet: pio pkg install -t tool-openocd, or pio run -t upload once")


def custom_target(name):
    def action(target, source, env):
        job = values(False)
        if name != "nameplate":
            job["command"] = name.split("-")
        elif not job["serial"] and not job["vars"]:
            fail("there is nothing to write: set custom_nameplate_serial or custom_nameplate_vars")
        # What was built last knows best where its reader looks.
        path = env.subst(ELF)
        if not REGION and not os.path.isfile(path):
            fail(NO_REGION)
        set_job(env, linked_region(path) if os.path.isfile(path) else REGION, "", job)
        check_uploader(env)
        wrap(env)
        # Not env.Action: that would substitute the command here and now, and lose its quoting.
        return Action("$UPLOADCMD")(target, source, env, show=False)

    title, description = TARGETS[name]
    env.AddCustomTarget(name, None, env.VerboseAction(action, "Nameplate: " + title.lower()), title, description)


# ---- the link -------------------------------------------------------------------------------------------------------

BOARD = env.BoardConfig()
check_options()
check_comments(env["PROJECT_CONFIG"])
PART, NO_REGION = find_part(BOARD.get("build.mcu", ""))
REGION = find_region(PART)
BOARD_SIZE = int(BOARD.get("upload.maximum_size", 0))
LARGE = 64 * nameplate_parts.KIB

# Their builders make a linker script of a part that has none, once, in a package that all projects share.
SHARED_SCRIPTS = ("cmsis", "spl", "stm32cube")


def flash_ends():
    if PART:
        return PART.flash, PART.first_end()
    return nameplate_parts.FLASH_BASE, nameplate_parts.FLASH_BASE + BOARD_SIZE


def has_framework(*names):
    return any(framework in names for framework in env.get("PIOFRAMEWORK", []))


def is_stm32duino():
    return has_framework("arduino") and BOARD.get("build.core", "stm32") == "stm32" and not BOARD.get("build.ldscript", "")


def goes_after():
    """STM32duino's firmware can lie after a region near the flash's beginning, if the core can find its vectors there."""
    flash, end = flash_ends()
    in_front, after = REGION[0] - flash, end - sum(REGION)
    movable = is_stm32duino() and PART and not PART.cpu.startswith("cortex-m0") and not BOARD.get("build.flash_offset", "")
    return bool(option("region") and movable and 0 < in_front < after)


def move_after():
    """As after a boot loader (firmware/linker/nameplate-front.ld)."""
    offset = sum(REGION) - PART.flash
    BOARD.update("build.flash_offset", "0x%X" % offset)
    # Older linkers put what is less than 64 KiB apart into one segment, with what is between.
    script = linker_script("nameplate-front.ld", "a region in front of the firmware")
    env.Append(LINKFLAGS=["-Wl,-z,max-page-size=1024", "-T" + script])
    shrink_flash(BOARD_SIZE - offset, True)


def left_for_firmware():
    """The bytes in front of the region. Only a script of the project's own can put code after it, too."""
    flash, end = flash_ends()
    in_front = not BOARD.get("build.ldscript", "") or not option("region") or sum(REGION) == end
    return min(BOARD_SIZE, end - flash, REGION[0] - flash) if in_front and REGION[0] > flash else BOARD_SIZE


def shrink_flash(size, late):
    """Linker scripts that are made for the board, and the size check, take the flash's size from here; late: the check alone."""

    def shrink(target, source, env):
        env.BoardConfig().update("upload.maximum_size", size)

    if late:
        env.AddPreAction("checkprogsize", env.Action(shrink, None))
    else:
        shrink(None, None, env)


def small_sector():
    """The second page of the flash, if it is smaller than what is reserved and the region is the default one; else none."""
    first, second = (PART.each_page() + [(0, 0), (0, 0)])[:2] if PART else ((0, 0), (0, 0))
    size = second[1] - second[0]
    return (second[0], size) if not option("region") and REGION[1] >= LARGE and first[1] == second[0] and size < REGION[1] else None


def reserved_line():
    left = BOARD_SIZE - (sum(REGION) - PART.flash) if goes_after() else left_for_firmware()
    line = "Nameplate: %s is reserved, %d KiB; %d bytes are left, and an overflow of FLASH counts from there" % (
        hexadecimal(REGION[0], sum(REGION)),
        REGION[1] // nameplate_parts.KIB,
        left,
    )
    small = small_sector()
    if small:
        line += ". custom_nameplate_region = 0x%08X 0x%X reserves a small sector instead" % small
        line += " (%d bytes left)" % (BOARD_SIZE - (sum(small) - PART.flash)) if is_stm32duino() else ", with a linker script of yours"
    return line


if REGION:
    LINE = reserved_line()
    if goes_after():
        move_after()
    else:
        shrink_flash(left_for_firmware(), has_framework(*SHARED_SCRIPTS))
    env.AddPreAction(ELF, env.VerboseAction(lambda target, source, env: None, LINE))
    # Where the reader looks (firmware/nameplate.h).
    env.Append(
        LINKFLAGS=[
            "-Wl,--defsym=_nameplate_start=0x%08X" % REGION[0],
            "-Wl,--defsym=_nameplate_end=0x%08X" % sum(REGION),
        ]
    )
if PART:
    # What an upload compares with the chip.
    env.Append(LINKFLAGS=["-Wl,--defsym=_nameplate_cell=%d" % PART.cell])
# Flash with ECC (firmware/nameplate_ecc.h): the handler of the NMI that a torn word raises, or the reader's guarded loads.
if PART and PART.ecc:
    names = ("_nameplate_eccr", "_nameplate_ecc2r")
    # An input file, not after -T: the linker would take that in place of its default script, which STM32duino's variants are. The
    # last one, as its PROVIDE looks at what is there already; it comes too late for its EXTERN.
    env.Append(
        LINKFLAGS=["-Wl,--defsym=%s=0x%08X" % pair for pair in zip(names, PART.ecc)] + ["-Wl,-u,nameplate_nmi_handler"],
        LIBS=[env.File(linker_script("nameplate-ecc.ld", "a part with ECC"))],
    )
if PART and PART.guarded:
    env.Append(CPPDEFINES=["NAMEPLATE_GUARDED_LOADS"])
env.AddPostAction(ELF, env.VerboseAction(check_linked, "Checking the reserved flash"))
env.AddPreAction("upload", env.VerboseAction(before_upload, "Nameplate: preparing the upload"))
for each in TARGETS:
    custom_target(each)
