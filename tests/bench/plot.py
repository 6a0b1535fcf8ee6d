#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws growth.svg from growth.csv, both beside this file: what commands cost as their work grows. Debian's python3-matplotlib.

    tests/bench/plot.py
"""
import csv
import pathlib

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "nameplate"
from matplotlib import pyplot  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
with open(HERE / "growth.csv", newline="") as file:
    points = list(csv.DictReader(file))
kinds = list(dict.fromkeys(point["grows"] for point in points))
figure, panels = pyplot.subplots(2, 2, figsize=(9, 7), layout="constrained")
for kind, panel in zip(kinds, panels.flat):
    mine = [point for point in points if point["grows"] == kind]
    for command in dict.fromkeys(point["command"] for point in mine):
        line = [(float(point["amount"]), float(point["tck"])) for point in mine if point["command"] == command]
        panel.plot(*zip(*line), marker="o", label=command)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel(kind)
    panel.set_ylabel("TCK")
    panel.grid(alpha=0.3)
    panel.legend()
figure.savefig(HERE / "growth.svg", metadata={"Date": None})
picture = (HERE / "growth.svg").read_text().splitlines()
picture.insert(1, "<!-- SPDX-License-Identifier: MIT -->")
(HERE / "growth.svg").write_text("\n".join(line.rstrip() for line in picture) + "\n")
