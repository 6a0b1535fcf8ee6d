#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a devicetree says of its partitions, for zephyr.cmake: partitions.py FILE.dts, with Zephyr's own parser."""
import sys

from devicetree import dtlib

tree = dtlib.DT(sys.argv[1])
for label, node in tree.label2node.items():
    if "reg" in node.props and node.parent.name == "partitions":
        address, size = node.props["reg"].to_nums()
        print(f'set(dt_path_{label} "{node.path}")\nset(dt_addr_{node.path} {address:#x})\nset(dt_size_{node.path} {size:#x})')
