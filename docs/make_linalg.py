#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what docs/linalg.md shows: its tables (between <!-- NAME --> and <!-- end -->) and its plots.

    PYTHONPATH=build/release/python MHO_DATA_DIR=... docs/make_linalg.py [--only lstsq,pca,...] [--work FOLDER]

Items: lstsq, pca, classify, background, stream, poisson, energy, speed. What was measured stays in FOLDER (NAME.json), so
that items may be measured one by one and the page written again from all. Needs docs/requirements.txt; `speed` compares
with aihwkit where it can be imported; `classify` and `background` want the data folder and are skipped without it.
"""
import argparse
import gzip
import json
import lzma
import os
import pathlib
import time

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy  # noqa: E402
from mho import linalg  # noqa: E402

DOCS = pathlib.Path(__file__).resolve().parent
COLOURS = ["#1f8fd6", "#e0792b", "#2fa36b", "#c94f7c", "#9a7de0", "#a08428"]  # readable on white and on black
GREY = "#808080"
DAY = 86400
EXACT = {"device": "ideal", "dac_bits": 0, "adc_bits": 0, "output_noise": 0, "drift_compensation": "none"}

plt.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "mho", "font.size": 8, "axes.linewidth": 0.6, "axes.titlesize": 8,
    "text.color": GREY, "axes.edgecolor": GREY, "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY,
    "axes.titlecolor": GREY, "legend.frameon": False, "savefig.transparent": True, "legend.labelcolor": GREY})


def written(noise, **more):
    """Errors of writing of that part of a tile's largest weight, 7-bit inputs, 9-bit outputs, nothing else."""
    return {"device": "state_independent", "mapping": "single", "weight_scaling": "tile", "dac_bits": 8, "adc_bits": 9,
            "output_noise": 0, "drift_compensation": "none", "device.state_independent.programming_us": 12.5 * noise,
            "device.drift_scale": 0, "device.read_noise_scale": 0, **more}


PCM = {"device": "pcm"}
# By column: b's numbers are ||x|| times as large as A's, and are on the same array.
CONDITIONS = [("exact", EXACT, 0), ("2 % written", written(0.02, weight_scaling="column"), 0),
              ("5 % written", written(0.05, weight_scaling="column"), 0),
              ("PCM 1 s", PCM, 1), ("PCM 1 d", PCM, DAY), ("PCM 30 d", PCM, 30 * DAY)]


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


def data(name):
    folder = os.environ.get("MHO_DATA_DIR")
    if not folder or not (pathlib.Path(folder) / name).is_dir():
        print(f"make_linalg: skipped, MHO_DATA_DIR has no {name}")
        return None
    return pathlib.Path(folder) / name


def mnist(part, count):
    folder = data("mnist")
    if folder is None:
        return None
    with gzip.open(folder / f"{part}-images-idx3-ubyte.gz") as file:
        images = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 784)[:count] / 255.0
    with gzip.open(folder / f"{part}-labels-idx1-ubyte.gz") as file:
        labels = numpy.frombuffer(file.read(), numpy.uint8, offset=8)[:count]
    return images, labels


def cifar(part, count):
    folder = data("cifar10")
    if folder is None:
        return None
    raw = b""
    for file in sorted(folder.iterdir()):
        if part in file.name and ".bin" in file.name:
            opener = lzma.open if file.suffix == ".xz" else gzip.open if file.suffix == ".gz" else open
            with opener(file, "rb") as stream:
                raw += stream.read()
    records = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 3073)[:count]
    return records[:, 1:] / 255.0, records[:, 0]


# --- least squares ------------------------------------------------------------------------------------------------------

def measure_lstsq():
    found = []
    for m, d, sizes, draws in ((2000, 20, (80, 160, 320, 640), 5), (20000, 100, (400, 1600), 2)):
        random = numpy.random.default_rng(0)
        A = random.standard_normal((m, d))
        b = A @ random.standard_normal(d) + random.standard_normal(m)
        best = numpy.linalg.norm(A @ numpy.linalg.lstsq(A, b, rcond=None)[0] - b)
        for held in ("matrix", "sketch"):
            for name, hardware, age in CONDITIONS:
                for s in sizes if held == "matrix" or m < 10000 else ():
                    ratios = [linalg.lstsq(A, b, rows=s, hardware=hardware, age_s=age, held=held,
                                           seed=seed).residual_norm / best for seed in range(draws)]
                    found.append({"m": m, "d": d, "held": held, "condition": name, "rows": s,
                                  "mean": float(numpy.mean(ratios)), "spread": float(numpy.std(ratios, ddof=1))})
                    print(found[-1], flush=True)
    return found


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

def digits():
    from sklearn.datasets import load_digits
    return load_digits().data / 16.0


def measure_pca():
    sets = {"digits": digits()}
    images = mnist("train", 4000)
    if images:
        sets["MNIST, 4,000 of it"] = images[0]
    found = {"curves": [], "images": {}}
    conditions = [("exact array", EXACT, 0, 1), ("2 % written", written(0.02), 0, 1), ("5 % written", written(0.05), 0, 1),
                  ("PCM 1 d", PCM, DAY, 1), ("2 % written, 2 steps", written(0.02), 0, 2)]
    for name, X in sets.items():
        values = numpy.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
        for k in (2, 10, 30):
            point = {"set": name, "k": k, "exact": float(values[:k].sum() / values.sum())}
            for condition, hardware, age, steps in conditions:
                draws = [linalg.pca(X, k, hardware=hardware, age_s=age, power_steps=steps, seed=seed) for seed in range(2)]
                point[condition] = float(numpy.mean([p.captured for p in draws]))
                if k == 10:
                    side = int(X.shape[1] ** 0.5)
                    found["images"].setdefault(name, {})[condition] = draws[0].components[:8].round(4).reshape(
                        -1, side, side).tolist()
            if k == 10:
                exact = numpy.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][:8]
                exact *= numpy.sign(exact[numpy.arange(8), numpy.abs(exact).argmax(axis=1)])[:, None]
                found["images"][name]["exact"] = exact.round(4).reshape(-1, side, side).tolist()
            found["curves"].append(point)
            print(point, flush=True)
    return found


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

def accuracy(features, labels, test_features, test_labels, solve):
    ones = numpy.ones((len(features), 1))
    A, T = numpy.hstack([features, ones]), numpy.hstack([test_features, numpy.ones((len(test_features), 1))])
    scores = numpy.column_stack([T @ solve(A, numpy.where(labels == c, 1.0, -1.0)) for c in range(10)])
    return float((scores.argmax(axis=1) == test_labels).mean())


def measure_classify():
    found = []
    for name, load, k, parts in (("MNIST", mnist, 50, (("train", 10000), ("t10k", 10000))),
                                 ("CIFAR-10", cifar, 100, (("data_batch_1", 5000), ("test_batch", 10000)))):
        train, test = (load(part, count) for part, count in parts)
        if train is None:
            return None
        mean = train[0].mean(axis=0)
        exact = numpy.linalg.eigh(numpy.cov(train[0].T))[1][:, :-k - 1:-1].T
        project = lambda V, X: (X - mean) @ V.T  # noqa: E731
        digital = lambda A, b: numpy.linalg.lstsq(A, b, rcond=None)[0]  # noqa: E731
        row = {"set": name, "k": k, "digital": accuracy(project(exact, train[0]), train[1], project(exact, test[0]),
                                                        test[1], digital)}
        for condition, hardware, age in (("2 % written", written(0.02), 0), ("PCM 1 d", PCM, DAY)):
            V = linalg.pca(train[0], k, hardware=hardware, age_s=age, power_steps=3).components

            def analog(A, b, method, rows=None):
                result = linalg.lstsq(A, b, method=method, rows=rows, held="matrix", hardware=hardware, age_s=age,
                                      tolerance=1e-4, iterations=20)
                return result.x
            sides = project(V, train[0]), train[1], project(V, test[0]), test[1]
            row[f"{condition}: analog PCA, digital least squares"] = accuracy(*sides, digital)
            row[f"{condition}: analog both, sketch-and-solve"] = accuracy(
                *sides, lambda A, b: analog(A, b, "solve", 20 * (k + 1)))
            row[f"{condition}: analog both, refined"] = accuracy(*sides, lambda A, b: analog(A, b, "refine"))
        print(row, flush=True)
        found.append(row)
    return found


def show_classify(found):
    names = [n for n in found[0] if n not in ("set", "k")]
    return table(["test accuracy", *(f"{row['set']}, {row['k']} components" for row in found)],
                 [[n, *(f"{100 * row[n]:.2f} %" for row in found)] for n in names])


# --- background subtraction ---------------------------------------------------------------------------------------------

def measure_background():
    pictures, figures = cifar("test_batch", 40), mnist("t10k", 10)
    if pictures is None or figures is None:
        return None
    background = pictures[0][7].reshape(3, 32, 32).mean(axis=0)
    other = pictures[0][21].reshape(3, 32, 32).mean(axis=0)
    figure = figures[0][0].reshape(28, 28)[4:24, 4:24]
    frames, masks = [], []
    random = numpy.random.default_rng(0)
    for t in range(1200):
        light = 0.75 + 0.2 * numpy.sin(t / 60)
        frame = light * background + 0.12 * numpy.sin(t / 37) * other + 0.01 * random.standard_normal((32, 32))
        x, y = int(6 + 6 * numpy.sin(t / 11)), int(6 + 6 * numpy.cos(t / 17))
        mask = numpy.zeros((32, 32))
        mask[y:y + 20, x:x + 20] = figure
        frames.append(numpy.where(mask > 0.4, 0.95, frame))
        masks.append(mask > 0.4)
    X, masks = numpy.array(frames).reshape(-1, 1024), numpy.array(masks).reshape(-1, 1024)
    norm = float(numpy.sqrt((X ** 2).sum(axis=1).mean()))
    stream = linalg.StreamingPca(1024, 2, row_norm=norm, forget=0.997, oversample=14)
    covariance = numpy.zeros((1024, 1024))
    shown, scores = [], {"array": [], "exact": []}
    for first in range(0, 1200, 100):
        block = X[first:first + 100]
        stream.partial_fit(block)
        for row in block:
            covariance = 0.997 * covariance + numpy.outer(row, row)
        exact = numpy.linalg.eigh(covariance)[1][:, :-3:-1].T
        if first < 300:
            continue
        for name, V in (("array", stream.components()[0]), ("exact", exact)):
            left = numpy.abs(block - block @ V.T @ V)
            found = left > 0.25
            hits = (found & masks[first:first + 100]).sum()
            scores[name].append(2 * hits / (found.sum() + masks[first:first + 100].sum()))
            if first in (300, 600, 900, 1100) and name == "array":
                shown.append([block[50].round(3).tolist(), (block[50] @ V.T @ V).round(3).tolist(),
                              left[50].round(3).tolist()])
    result = {"array": float(numpy.mean(scores["array"])), "exact": float(numpy.mean(scores["exact"])), "shown": shown,
              "pulses": stream.counters["pulses"] / (1024 * 16), "rewrites": stream.rewrites, "fill": stream.fill,
              "energy": stream.energy_j}
    print({key: value for key, value in result.items() if key != "shown"}, flush=True)
    return result


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

def measure_stream():
    d, rows, forget, noise = 20, 100000, 0.9999, 0.5
    random = numpy.random.default_rng(0)
    streams = {}
    for name, s, more in (("array, s = 200", 200, {}), ("array, s = 400", 400, {}),
                          ("array, s = 400, soft bounds", 400, {"hardware": {"device": "soft_bounds"}}),
                          ("array, s = 400, 1,200 -> 12,000 states", 400,
                           {"hardware": {"device.constant_step.states": 12000}})):
        streams[name] = linalg.StreamingLstsq(d, row_norm=d ** 0.5, target_norm=4.6, rows=s, forget=forget, reads=4, **more)
    P, z = numpy.zeros((d, d)), numpy.zeros(d)
    x, turn = random.standard_normal(d), random.standard_normal(d)
    curve = {"rows": [], "exact": [], **{name: [] for name in streams}}
    seconds = 0.0
    for first in range(0, rows, 1000):
        A, b = random.standard_normal((1000, d)), numpy.empty(1000)
        for i in range(1000):
            phase = (first + i) / rows * numpy.pi
            now = numpy.cos(phase) * x + numpy.sin(phase) * turn
            b[i] = A[i] @ now + noise * random.standard_normal()
        weights = forget ** (2 * numpy.arange(999, -1, -1))
        P = forget ** 2000 * P + (A * weights[:, None]).T @ A
        z = forget ** 2000 * z + (A * weights[:, None]).T @ b
        begun = time.perf_counter()
        for stream in streams.values():
            stream.partial_fit(A, b)
        seconds += time.perf_counter() - begun
        curve["rows"].append(first + 1000)
        curve["exact"].append(float(numpy.linalg.norm(numpy.linalg.solve(P, z) - now) / numpy.linalg.norm(now)))
        for name, stream in streams.items():
            curve[name].append(float(numpy.linalg.norm(stream.solve() - now) / numpy.linalg.norm(now)))
    result = {"curve": curve, "seconds": seconds / len(streams), "streams": {
        name: {"events": s.counters["pulses"] and s.counters["pulses"], "devices": (int(name.split("s = ")[1][:3])) * (d + 1),
               "programmed": s.counters["devices_programmed"], "rewrites": s.rewrites, "fill": s.fill}
        for name, s in streams.items()}}
    print(result["streams"], flush=True)
    return result


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

def measure_poisson():
    side = 14
    line = 2 * numpy.eye(side) - numpy.eye(side, k=1) - numpy.eye(side, k=-1)
    A = numpy.kron(line, numpy.eye(side)) + numpy.kron(numpy.eye(side), line)
    found = []
    for noise in (0, 0.01, 0.03):
        for name, shift in (("inv(A)", 0), ("inv(A + 0.5)", 0.5)):
            for reads in (1, 8):
                counts, steps = [], []
                for seed in range(5):
                    b = numpy.random.default_rng(seed).standard_normal(side * side)
                    hardware = EXACT if noise == 0 else written(noise, read_weight_noise=noise)
                    M = linalg.CrossbarOperator(numpy.linalg.inv(A + shift * numpy.eye(side * side)), hardware=hardware,
                                                reads=reads, seed=seed)
                    counts.append(len(linalg.fgmres(A, b, M=M, iterations=190)[1]) - 1)
                    steps.append(linalg.richardson(A, b, M=M, iterations=300)[3])
                found.append({"noise": noise, "M": name, "reads": reads, "counts": counts, "richardson": steps})
                print(found[-1], flush=True)
    b = numpy.random.default_rng(0).standard_normal(side * side)
    return {"none": len(linalg.fgmres(A, b)[1]) - 1, "rows": found}


def show_poisson(found):
    rows = [["none", "", "", found["none"], ""]]
    for row in found["rows"]:
        ends = sorted(set(row["richardson"]))
        rows.append([row["M"], f"{100 * row['noise']:g} %", row["reads"], f"{min(row['counts'])} to {max(row['counts'])}",
                     ", ".join(f"{end} {row['richardson'].count(end)}" for end in ends)])
    return table(["preconditioner", "noise", "reads", "FGMRES iterations to 1e-6", "Richardson (of 5 draws)"], rows)


# --- energy -------------------------------------------------------------------------------------------------------------

DIGITAL_J = 1e-12  # of one multiply-add in the chip's digital units (configs/chips/hermes64.toml)


def measure_energy():
    found = []
    for m, d in ((1024, 64), (2048, 128), (4096, 256), (8192, 512), (16384, 1024)):
        random = numpy.random.default_rng(0)
        A = random.standard_normal((m, d))
        b = A @ random.standard_normal(d) + random.standard_normal(m)
        best = numpy.linalg.norm(A @ numpy.linalg.lstsq(A, b, rcond=None)[0] - b)
        s = 4 * d
        for method, more in (("solve", {"held": "matrix", "rows": s}), ("refine", {"rows": 2 * d, "tolerance": 1e-6})):
            begun = time.perf_counter()
            result = linalg.lstsq(A, b, method=method, device="pcm", age_s=1, **more)
            point = {"m": m, "d": d, "method": method, "quality": result.residual_norm / best,
                     "products": result.counters["products"], "energy": result.energy_j, "converged": result.converged,
                     "digital": result.digital_multiply_adds, "exact": result.exact_multiply_adds,
                     "iterations": len(result.history) - 1, "seconds": time.perf_counter() - begun}
            if method == "solve":
                x = numpy.linalg.lstsq(*(lambda S: (S @ A, (S @ b[:, None])[:, 0]))(linalg.Sketch("countsketch", s, m)),
                                       rcond=None)[0]
                point["same way"] = s * m * (d + 1) + s * d * d + 2 * m * d
                point["best way"] = m * d + s * d * d + 2 * m * d
                point["best quality"] = float(numpy.linalg.norm(A @ x - b) / best)
            found.append(point)
            print(point, flush=True)
        U = numpy.linalg.qr(random.standard_normal((m, 60)))[0] * 0.9 ** numpy.arange(60) * m ** 0.5
        X = U @ numpy.linalg.qr(random.standard_normal((d, 60)))[0].T + 0.02 * random.standard_normal((m, d))
        begun = time.perf_counter()
        result = linalg.svd(X, 10, device="pcm", age_s=1, exact=True)
        found.append({"m": m, "d": d, "method": "svd, k = 10", "quality": result.captured / result.exact_captured,
                      "products": result.counters["products"], "energy": result.energy_j, "converged": True,
                      "digital": result.digital_multiply_adds, "exact": result.exact_multiply_adds,
                      "same way": result.digital_multiply_adds + m * d * result.counters["products"],
                      "seconds": time.perf_counter() - begun})
        print(found[-1], flush=True)
    return found


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

def rate(call, vectors, least_s=1.0):
    call()
    best, begun = float("inf"), time.perf_counter()
    while time.perf_counter() - begun < least_s:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return vectors / best


def aihwkit_tile(n):
    try:
        import torch
        from aihwkit.nn import AnalogLinear
        from aihwkit.simulator.configs import InferenceRPUConfig
    except ImportError as error:
        print(f"make_linalg: aihwkit skipped, it cannot be imported ({error})")
        return None
    config = InferenceRPUConfig()
    config.mapping.max_input_size = config.mapping.max_output_size = 256
    try:
        layer = AnalogLinear(n, n, bias=False, rpu_config=config).eval()
    except RuntimeError as error:  # a wheel for another PyTorch (bench/README.md)
        print(f"make_linalg: aihwkit skipped, it does not run: {str(error).splitlines()[0]}")
        return None

    def product(x):
        with torch.no_grad():
            return layer(x)
    return product, torch


def measure_speed():
    found = []
    for n in (256, 1024, 4096):
        random = numpy.random.default_rng(0)
        W = random.standard_normal((n, n)).astype(numpy.float32)
        ours = linalg.CrossbarOperator(W, device="pcm")
        theirs = aihwkit_tile(n)
        for batch in (1, 64):
            x = random.standard_normal((batch, n)).astype(numpy.float32)
            point = {"n": n, "batch": batch, "numpy": rate(lambda: x @ W, batch),  # noqa: B023
                     "mho": rate(lambda: ours._array.multiply_transposed(x), batch)}  # noqa: B023
            if theirs:
                product, torch = theirs
                tensor = torch.from_numpy(x)
                point["aihwkit"] = rate(lambda: product(tensor), batch)  # noqa: B023
            found.append(point)
            print(point, flush=True)
    return found


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
