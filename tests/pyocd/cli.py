# SPDX-License-Identifier: MIT
"""pyOCD's own command line, with one probe: the virtual board of VBOARD_CHIP, started for it as one is plugged in."""

import os
import subprocess
import sys
import tempfile

from bitbang_probe import BitbangProbe
from pyocd.__main__ import main
from pyocd.probe import aggregator


class Plugged(BitbangProbe):
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        super().__init__(os.path.join(self.folder.name, "board.sock"))

    unique_id = property(lambda self: "virtual")

    def open(self):
        subprocess.run(
            [os.environ["VBOARD"], "--chip", os.environ["VBOARD_CHIP"], "--flash", os.environ["VBOARD_FLASH"]]
            + ["--listen", "unix:" + self.path, "--background", "--owner", str(os.getpid())]
            + os.environ.get("VBOARD_ARGS", "").split(),
            check=True, env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"), stdout=subprocess.DEVNULL)
        super().open()

    @classmethod
    def get_all_connected_probes(cls, unique_id=None, is_explicit=False):
        return [cls()]

    @classmethod
    def get_probe_with_id(cls, unique_id, is_explicit=False):
        return None


aggregator.PROBE_CLASSES.clear()
aggregator.PROBE_CLASSES["virtual"] = Plugged
sys.argv[0] = "pyocd"
# The CPU waits for as many instructions as an erase takes: that needs time on a busy host.
for what in "init", "erase_sector", "program":
    sys.argv += ["-O", "flash.timeout.%s=120" % what]
sys.exit(main())
