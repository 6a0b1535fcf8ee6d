#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The module's Kconfig in a tree that has what it asks Zephyr for: kconfig.py KCONFIG SERIES PRJ.CONF prints what is set."""
import pathlib
import sys
import tempfile

import kconfiglib

module, series, configuration = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder, "Kconfig")
    root.write_text(f"""
config SOC_FAMILY_STM32
	def_bool {'n' if series == 'none' else 'y'}
config SOC_SERIES_{series}
	def_bool y
config RUNTIME_NMI
	bool
source "{module}"
""")
    tree = kconfiglib.Kconfig(root, warn_to_stderr=False)
    tree.load_config(configuration)
    # A line of the configuration that did not come true is an error in Zephyr, too.
    for warning in tree.warnings:
        if "undefined symbol" in warning and "SOC_SERIES" not in warning:
            sys.exit(warning)
    for symbol in tree.unique_defined_syms:
        if symbol.str_value != "n":
            print(f"CONFIG_{symbol.name}={symbol.str_value}")
