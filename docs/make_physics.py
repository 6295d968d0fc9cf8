#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the plots of docs/physics.md from what `mho device` prints. From the repository root, needs matplotlib:

    docs/make_physics.py [path of mho]
"""
import io
import json
import pathlib
import re
import subprocess
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

PULSED = ["soft_bounds", "reram_es", "reram_om", "ecram", "pcm_accumulative", "generic_programmable"]
DEVICES = ["pcm", "hermes_odp", "hermes_tdp", "state_independent", "reram_wan2022", "reram_cmo"]
TIMES_S = [10 ** (exponent * 0.75) for exponent in range(11)]  # 1 s to 10^7.5 s, a year
COLOURS = ["#1f8fd6", "#e0792b", "#2fa36b", "#c94f7c", "#9a7de0", "#a08428"]  # readable on white and on black
GREY = "#808080"
SAMPLES = 20000

plt.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "mho", "font.size": 8, "axes.linewidth": 0.6, "axes.titlesize": 8,
    "text.color": GREY, "axes.edgecolor": GREY, "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY,
    "axes.titlecolor": GREY, "legend.frameon": False, "savefig.transparent": True, "legend.labelcolor": GREY})


def ask(mho, device, *words):
    output = subprocess.run([mho, "device", device, "--json", *map(str, words)], capture_output=True, text=True,
                            check=True).stdout
    return json.loads(output)


def times_of(device):
    return [] if device == "reram_wan2022" else [word for t in TIMES_S for word in ("--time", t)]


def targets_of(mho, device, fractions):
    low, high = ask(mho, device, "--devices", 2)["range_us"]
    return [word for x in fractions for word in ("--target", low + x * (high - low))]


def panels(devices=DEVICES):
    figure, axes = plt.subplots(2, 3, figsize=(7.2, 4.2), layout="constrained")
    for axis, device in zip(axes.flat, devices):
        axis.set_title(device)
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def save(figure, name):
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    # Half of what matplotlib writes is the same list of fonts, indentation and digits that nobody sees.
    small = re.sub(r"font-family: [^;]*;", "font-family: sans-serif;", text.getvalue())
    small = re.sub(r"(\d\.\d\d)\d+", r"\1", small)
    pathlib.Path(f"docs/{name}.svg").write_text(re.sub(r"\n\s+", "\n", small))


def conductance_over_time(mho):
    figure, axes = panels()
    for axis, device in zip(axes.flat, DEVICES):
        targets = targets_of(mho, device, [0.1, 0.4, 0.8])
        for target, colour in zip(ask(mho, device, "--devices", SAMPLES, *targets, *times_of(device))["targets"], COLOURS):
            reads = target["reads"]
            times = [read["time_s"] for read in reads]
            axis.fill_between(times, [r["p5_us"] for r in reads], [r["p95_us"] for r in reads], color=colour, alpha=0.3,
                              linewidth=0)
            axis.plot(times, [r["measured_us"]["mean"] for r in reads], ".", color=colour, markersize=4)
            axis.plot(times, [r["formula_us"]["mean"] for r in reads], color=colour, linewidth=0.9)
            for side in (-1.645, 1.645):  # where a normal distribution has its percentiles 5 and 95
                axis.plot(times, [r["formula_us"]["mean"] + side * r["formula_us"]["deviation"] for r in reads], "--",
                          color=colour, linewidth=0.5)
        axis.set_xscale("log")
        axis.minorticks_off()
        axis.set_ylim(bottom=0)
    figure.supxlabel("seconds after programming", color=GREY)
    figure.supylabel("conductance, µS", color=GREY)
    save(figure, "physics-time")


def deviation_over_conductance(mho):
    figure, axes = panels()
    for axis, device in zip(axes.flat, DEVICES):
        found = ask(mho, device, "--devices", SAMPLES, *targets_of(mho, device, [i / 12 for i in range(13)]),
                    *([] if device == "reram_wan2022" else ["--time", 86400]))["targets"]
        g = [target["target_us"] for target in found]
        axis.plot(g, [t["programming_formula_us"] for t in found], color=COLOURS[0], linewidth=0.9, label="programming")
        axis.plot(g, [t["programmed_us"]["deviation"] for t in found], ".", color=COLOURS[0], markersize=4)
        day = [next(read for read in t["reads"] if read["time_s"] == 86400) for t in found]
        axis.plot(g, [r["formula_us"]["deviation"] for r in day], color=COLOURS[1], linewidth=0.9, label="after a day")
        axis.plot(g, [r["measured_us"]["deviation"] for r in day], ".", color=COLOURS[1], markersize=4)
        axis.set_ylim(bottom=0)
    axes.flat[0].legend(loc="upper left")
    figure.supxlabel("target, µS", color=GREY)
    figure.supylabel("standard deviation, µS", color=GREY)
    save(figure, "physics-sigma")


def product_error_over_time(mho):
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 2.8), layout="constrained", sharey=True)
    # reram_cmo is one device that cannot be empty, not a pair: its mapping is another.
    for device, colour in zip(DEVICES[:5], COLOURS):
        errors = ask(mho, device, "--mvm", "--programmings", 2, *times_of(device))["errors"]
        for axis, kind in zip(axes, ["raw", "compensated"]):
            axis.plot([e["time_s"] for e in errors], [e[kind]["mean"] for e in errors], ".-", color=colour, linewidth=0.9,
                      markersize=4, label=device)
    for axis, title in zip(axes, ["as read", "with global drift compensation"]):
        axis.set_title(title)
        axis.set_xscale("log")
        axis.set_ylim(bottom=0)
        axis.minorticks_off()
        axis.set_xlabel("seconds after programming")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("relative error of products")
    axes[0].legend(loc="upper left")
    save(figure, "physics-mvm")


def conductance_over_pulses(mho):
    figure, axes = panels(PULSED)
    for axis, device in zip(axes.flat, PULSED):
        found = ask(mho, device, "--pulses", *([20] if device == "pcm_accumulative" else []))
        for direction, colour, first in (("up", COLOURS[0], 0), ("down", COLOURS[1], found["pulses"])):
            points = [p for p in found["curve"] if p["direction"] == direction]
            pulses = [first + p["pulses"] for p in points]
            axis.fill_between(pulses, [p["p5_us"] for p in points], [p["p95_us"] for p in points], color=colour, alpha=0.3,
                              linewidth=0)
            axis.plot(pulses, [p["conductance_us"]["mean"] for p in points], color=colour, linewidth=0.9)
        if found["symmetry_point"] and found["symmetry_point"]["formula_us"] is not None:
            axis.axhline(found["symmetry_point"]["formula_us"], color=GREY, linewidth=0.5, linestyle="--")
        axis.set_ylim(bottom=0)
    figure.supxlabel("pulses up, then down", color=GREY)
    figure.supylabel("conductance, µS", color=GREY)
    save(figure, "physics-pulses")


def main():
    mho = sys.argv[1] if len(sys.argv) > 1 else "build/release/mho"
    if not pathlib.Path("docs/physics.md").exists():
        sys.exit("make_physics: run it from the repository root")
    conductance_over_time(mho)
    deviation_over_conductance(mho)
    product_error_over_time(mho)
    conductance_over_pulses(mho)


if __name__ == "__main__":
    main()
