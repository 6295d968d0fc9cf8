#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows what linalg_measures.py measures in docs/linalg.md: its tables (between <!-- NAME --> and <!-- end -->) and its plots.

    PYTHONPATH=build/release/python MHO_DATA_DIR=... docs/make_linalg.py [--only lstsq,pca,...] [--work FOLDER]

Items: lstsq, pca, classify, background, stream, poisson, energy, speed. What was measured stays in FOLDER (NAME.json), so
that items may be measured one by one and the page written again from all. Needs docs/requirements.txt; `speed` compares
with aihwkit where it can be imported; `classify` and `background` want the data folder and are skipped without it.
"""
import argparse
import json
import pathlib
import time

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy  # noqa: E402
from linalg_measures import (CONDITIONS, measure_background, measure_classify, measure_energy, measure_lstsq,  # noqa: E402
                             measure_pca, measure_poisson, measure_speed, measure_stream)

DOCS = pathlib.Path(__file__).resolve().parent
COLOURS = ["#1f8fd6", "#e0792b", "#2fa36b", "#c94f7c", "#9a7de0", "#a08428"]  # readable on white and on black
GREY = "#808080"

plt.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "mho", "font.size": 8, "axes.linewidth": 0.6, "axes.titlesize": 8,
    "text.color": GREY, "axes.edgecolor": GREY, "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY,
    "axes.titlecolor": GREY, "legend.frameon": False, "savefig.transparent": True, "legend.labelcolor": GREY})


def save(figure, name):
    figure.savefig(DOCS / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def panels(columns, width=7.2, height=2.6):
    figure, axes = plt.subplots(1, columns, figsize=(width, height), layout="constrained", squeeze=False)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes[0]


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def quantity(value, unit="J"):
    for factor, prefix in ((1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {prefix}{unit}"
    return f"{value * 1e12:.3g} p{unit}"


# --- least squares ------------------------------------------------------------------------------------------------------


def show_lstsq(found):
    figure, axes = panels(3)
    texts = []
    for axis, (m, d, held) in zip(axes, ((2000, 20, "matrix"), (2000, 20, "sketch"), (20000, 100, "matrix"))):
        part = [p for p in found if (p["m"], p["held"]) == (m, held)]
        sizes = sorted({p["rows"] for p in part})
        rows = []
        for colour, (name, _, _) in zip(COLOURS, CONDITIONS):
            line = [next(p for p in part if p["condition"] == name and p["rows"] == s) for s in sizes]
            axis.errorbar(sizes, [p["mean"] for p in line], [p["spread"] for p in line], color=colour, lw=1, label=name)
            rows.append([name, *(f"{p['mean']:.3f} ± {p['spread']:.3f}" for p in line)])
        theory = [(1 + d / (s - d - 1)) ** 0.5 for s in sizes]
        axis.plot(sizes, theory, ":", color=GREY, label="theory, exact")
        rows.insert(0, ["theory, exact", *(f"{t:.3f}" for t in theory)])
        axis.set(xscale="log", title=f"{m:,} x {d}, {held} held", xlabel="rows of the sketch", ylabel="residual / least")
        axis.set_xticks(sizes, map(str, sizes), minor=False)
        axis.minorticks_off()
        texts.append(f"{m:,} x {d}, the {held} held:\n\n" + table(["", *(f"s = {s}" for s in sizes)], rows))
    axes[0].legend(fontsize=6)
    save(figure, "linalg-lstsq")
    return "\n\n".join(texts)


# --- principal components -----------------------------------------------------------------------------------------------


def show_pca(found):
    curves = found["curves"]
    sets = list(dict.fromkeys(p["set"] for p in curves))
    names = ["exact", "exact array", "2 % written", "5 % written", "PCM 1 d", "2 % written, 2 steps"]
    figure, axes = panels(len(sets), width=3.6 * len(sets))
    for axis, name in zip(axes, sets):
        part = [p for p in curves if p["set"] == name]
        for colour, condition in zip([GREY, *COLOURS], names):
            axis.plot([p["k"] for p in part], [p[condition] for p in part], color=colour, lw=1, label=condition)
        axis.set(title=name, xlabel="components", ylabel="captured variance")
    axes[0].legend(fontsize=6)
    save(figure, "linalg-pca")
    name = sets[-1]
    rows = ["exact", "2 % written", "PCM 1 d"]
    figure, grid = plt.subplots(3, 8, figsize=(7.2, 2.9), layout="constrained")
    for line, condition in zip(grid, rows):
        for axis, image in zip(line, found["images"][name][condition]):
            axis.imshow(image, cmap="PuOr", interpolation="none")
            axis.set_xticks([])
            axis.set_yticks([])
        line[0].set_ylabel(condition)
    save(figure, "linalg-eigenimages")
    return table(["set", "k", *names], [[p["set"], p["k"], *(f"{p[n]:.4f}" for n in names)] for p in curves])


# --- classification -----------------------------------------------------------------------------------------------------


def show_classify(found):
    names = [n for n in found[0] if n not in ("set", "k")]
    return table(["test accuracy", *(f"{row['set']}, {row['k']} components" for row in found)],
                 [[n, *(f"{100 * row[n]:.2f} %" for row in found)] for n in names])


# --- background subtraction ---------------------------------------------------------------------------------------------


def show_background(found):
    figure, grid = plt.subplots(3, len(found["shown"]), figsize=(1.6 * len(found["shown"]), 4.6), layout="constrained")
    for column, images in zip(grid.T, found["shown"]):
        for axis, image in zip(column, images):
            axis.imshow(numpy.reshape(image, (32, 32)), cmap="gray", vmin=0, vmax=1, interpolation="none")
            axis.set_xticks([])
            axis.set_yticks([])
    for axis, name in zip(grid[:, 0], ("frame", "background", "what is left")):
        axis.set_ylabel(name)
    save(figure, "linalg-background")
    return table(["", "F1 of the foreground's pixels"],
                 [["components of the array", f"{found['array']:.3f}"], ["exact components", f"{found['exact']:.3f}"]]) + (
        f"\n\n{found['pulses']:.0f} pulses a device over 1,200 frames, {found['rewrites']} rewrites, entries up to "
        f"{100 * found['fill']:.0f} % of the full scale, converters {quantity(found['energy'][0])} to "
        f"{quantity(found['energy'][1])}.")


# --- streaming regression -----------------------------------------------------------------------------------------------


def show_stream(found):
    figure, (axis,) = panels(1, width=5)
    curve = found["curve"]
    rows = []
    for colour, name in zip([GREY, *COLOURS], [n for n in curve if n != "rows"]):
        axis.plot(curve["rows"], curve[name], color=colour, lw=1, label=name)
        tail = numpy.array(curve[name][30:])
        line = found["streams"].get(name)
        rows.append([name, f"{tail.mean():.3f} ± {tail.std():.3f}"] + (
            ["", ""] if line is None else [f"{line['events'] / line['devices']:.0f}", line["rewrites"]]))
    axis.set(xlabel="rows", ylabel="||x - x(t)|| / ||x(t)||", ylim=(0, 0.8))
    axis.legend(fontsize=6)
    save(figure, "linalg-stream")
    return table(["", "error after 30,000 rows", "pulses a device", "rewrites"], rows)


# --- flexible GMRES -----------------------------------------------------------------------------------------------------


def show_poisson(found):
    rows = [["none", "", "", found["none"], ""]]
    for row in found["rows"]:
        ends = sorted(set(row["richardson"]))
        rows.append([row["M"], f"{100 * row['noise']:g} %", row["reads"], f"{min(row['counts'])} to {max(row['counts'])}",
                     ", ".join(f"{end} {row['richardson'].count(end)}" for end in ends)])
    return table(["preconditioner", "noise", "reads", "FGMRES iterations to 1e-6", "Richardson (of 5 draws)"], rows)


# --- energy -------------------------------------------------------------------------------------------------------------

DIGITAL_J = 1e-12  # of one multiply-add in the chip's digital units (configs/chips/hermes64.toml)


def total(point, end):
    return point["energy"][end] + DIGITAL_J * point["digital"]


def over(point, key):
    if key not in point:
        return ""
    joules = DIGITAL_J * point[key]
    return f"{joules / total(point, 1):.2g} to {joules / total(point, 0):.2g}"


def show_energy(found):
    methods = list(dict.fromkeys(p["method"] for p in found))
    figure, axes = panels(len(methods))
    for axis, method in zip(axes, methods):
        part = [p for p in found if p["method"] == method]
        sizes = [p["d"] for p in part]
        axis.fill_between(sizes, [total(p, 0) for p in part], [total(p, 1) for p in part], color=COLOURS[0], alpha=0.4,
                          label="converters + digital rest")
        for colour, key, name in zip(COLOURS[1:], ("exact", "same way", "best way"),
                                     ("exact", "same algorithm, digital", "CountSketch, digital")):
            if key in part[0]:
                axis.plot(sizes, [DIGITAL_J * p[key] for p in part], color=colour, lw=1, label=name)
        axis.set(xscale="log", yscale="log", xlabel="columns d, 16 d rows", ylabel="J", title=method)
        axis.set_xticks(sizes, map(str, sizes))
        axis.minorticks_off()
    axes[0].legend(fontsize=6)
    save(figure, "linalg-energy")
    rows = []
    for p in sorted(found, key=lambda p: methods.index(p["method"])):
        rows.append([f"{p['m']:,} x {p['d']}", p["method"], f"{p['quality']:.5f}" + ("" if p["converged"] else " (not converged)"),
                     f"{p['products']:,}", f"{quantity(p['energy'][0])} to {quantity(p['energy'][1])}",
                     quantity(DIGITAL_J * p["digital"]), over(p, "exact"), over(p, "same way"), over(p, "best way")])
    return table(["size", "method", "quality", "array products", "converters", "digital rest", "exact over ours",
                  "same algorithm in digital over ours", "CountSketch in digital over ours"], rows)


# --- speed --------------------------------------------------------------------------------------------------------------


def show_speed(found):
    return table(["n x n", "batch", "NumPy, exact", "mho", "aihwkit", "mho over aihwkit", "exact over mho"],
                 [[p["n"], p["batch"], f"{p['numpy']:,.0f}", f"{p['mho']:,.0f}",
                   f"{p['aihwkit']:,.0f}" if "aihwkit" in p else "not run",
                   f"{p['mho'] / p['aihwkit']:.1f}" if "aihwkit" in p else "", f"{p['numpy'] / p['mho']:.1f}"]
                  for p in found])


ITEMS = {"lstsq": (measure_lstsq, show_lstsq), "pca": (measure_pca, show_pca),
         "classify": (measure_classify, show_classify), "background": (measure_background, show_background),
         "stream": (measure_stream, show_stream), "poisson": (measure_poisson, show_poisson),
         "energy": (measure_energy, show_energy), "speed": (measure_speed, show_speed)}


IMAGES = {"lstsq": ["![Residual ratio over sketch rows](linalg-lstsq.svg)"],
          "pca": ["![Captured variance](linalg-pca.svg)", "![Eigen-images](linalg-eigenimages.svg)"],
          "background": ["![Frames, background, what is left](linalg-background.svg)"],
          "stream": ["![Error over the stream](linalg-stream.svg)"], "energy": ["![Energy over size](linalg-energy.svg)"]}


def put(page, name, text):
    begin = f"<!-- {name} -->\n"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition("<!-- end -->")
    return f"{head}{begin}{text}\n<!-- end -->{tail}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--only", default=",".join(ITEMS), help="items to measure; none: only write the page")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("linalg-work"))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name in (name for name in ITEMS if name in arguments.only.split(",")):
        begun = time.perf_counter()
        found = ITEMS[name][0]()
        if found is not None:
            (arguments.work / f"{name}.json").write_text(json.dumps(found))
        print(f"{name}: {time.perf_counter() - begun:.0f} s", flush=True)
    page = (DOCS / "linalg.md").read_text()
    for name, (_, show) in ITEMS.items():
        file = arguments.work / f"{name}.json"
        if file.exists():
            page = put(page, name, "\n\n".join([show(json.loads(file.read_text())), *IMAGES.get(name, [])]))
    (DOCS / "linalg.md").write_text(page)


if __name__ == "__main__":
    main()
