# SPDX-License-Identifier: Apache-2.0
"""What docs/make_linalg.py measures, an item a function: each gives numbers that JSON can hold, or None where its data are not here."""
import gzip
import lzma
import os
import pathlib
import time

import numpy
from mho import linalg

DAY = 86400
EXACT = {"device": "ideal", "dac_bits": 0, "adc_bits": 0, "output_noise": 0, "drift_compensation": "none"}


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
