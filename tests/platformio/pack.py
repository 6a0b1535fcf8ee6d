#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`pio pkg pack`, but that the list of all licences, which it fetches from GitHub to look one up, is that one:

    python3 -I pack.py SOURCE -o ARCHIVE

-I: a file beside this one has the name of a module.
"""

from platformio.package.commands.pack import package_pack_cmd
from platformio.package.manifest.schema import ManifestSchema

ManifestSchema.load_spdx_licenses = staticmethod(lambda: {"licenses": [{"licenseId": "MIT"}]})
package_pack_cmd()
