# SPDX-License-Identifier: Apache-2.0
"""mho's event-driven spiking network beside the same computation in NumPy, one thread each.

    python bench/compare_spiking.py [--mho build/release/mho] [--epochs 100] [--markdown table.md]

The pattern task of `mho spiking`: 1,000 steps, e-prop, one weight update an epoch, float weights. NumPy gets the form that
suits it best: float32, a matrix-vector product a step, and for the gradients the same filters that run backwards over the
columns, then one product of matrices a matrix; no trace of rows x columns x steps. It draws the same kind of inputs, target
and weights, not the same numbers, so rates are printed beside speeds. The two take turns, five times; the best of each counts.
"""
import argparse
import json
import os
import pathlib
import subprocess
import time

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
import numpy  # noqa: E402  (threads are set before)

ROOT = pathlib.Path(__file__).resolve().parents[1]
STEPS, STEP_S, INPUT_HZ, TAU_S, THRESHOLD, HEIGHT = 1000, 1e-3, 50, 0.03, 0.1, 0.3
TARGET_HZ, REGULARISATION, RATE, OUT_RATE, BOUND, GAIN = 12, 3e-4, 5e-5, 1e-5, 0.25, 0.05
REPEATS = 5
f32 = numpy.float32


class Network:
    def __init__(self, neurons, inputs, seed):
        draws = numpy.random.default_rng(seed)
        normal = lambda rows, columns: (GAIN * (2 / rows) ** 0.5 * draws.standard_normal((rows, columns))).astype(f32)
        self.w_in, self.w_rec, self.w_out = normal(inputs, neurons), normal(neurons, neurons), normal(neurons, 1)
        numpy.fill_diagonal(self.w_rec, 0)
        self.feedback = normal(neurons, 1)[:, 0]
        self.x = (draws.random((STEPS, inputs)) < INPUT_HZ * STEP_S).astype(f32)
        t = numpy.arange(STEPS) * STEP_S
        wave = sum(draws.uniform(0.5, 2) * numpy.sin(2 * numpy.pi * f * t + draws.uniform(0, 2 * numpy.pi))
                   for f in (1, 2, 3, 5))
        self.target = (wave / abs(wave).max()).astype(f32)
        self.alpha = self.kappa = f32(numpy.exp(-STEP_S / TAU_S))

    def run(self):
        neurons = self.w_rec.shape[0]
        drive = self.x @ self.w_in  # of all steps at once: inputs do not depend on the network
        v, z = numpy.zeros((STEPS, neurons), f32), numpy.zeros((STEPS, neurons), f32)
        before, spikes = numpy.zeros(neurons, f32), numpy.zeros(neurons, f32)
        for t in range(STEPS):
            before = self.alpha * before + drive[t] + spikes @ self.w_rec - f32(THRESHOLD) * spikes
            spikes = (before > THRESHOLD).astype(f32)
            v[t], z[t] = before, spikes
        y, out = numpy.empty(STEPS, f32), f32(0)
        for t, add in enumerate((z @ self.w_out)[:, 0]):
            out = self.kappa * out + add
            y[t] = out
        return v, z, y

    def learn(self, v, z, y):
        error = y - self.target
        psi = f32(HEIGHT) * numpy.maximum(0, 1 - abs(v - f32(THRESHOLD)) * f32(1 / THRESHOLD))
        reg = f32(REGULARISATION) * (z.sum(0) / (STEPS * STEP_S) - TARGET_HZ)
        filtered, p = numpy.empty(STEPS, f32), numpy.zeros((STEPS + 1, v.shape[1]), f32)
        late, all_steps = f32(0), f32(0)
        for t in range(STEPS - 1, -1, -1):
            late, all_steps = error[t] + self.kappa * late, 1 + self.kappa * all_steps
            filtered[t] = late
            p[t] = psi[t] * (self.feedback * late + reg * all_steps) + self.alpha * p[t + 1]
        for weights, rate, gradient in ((self.w_in, RATE, self.x.T @ p[:-1]), (self.w_rec, RATE, z.T @ p[1:]),
                                        (self.w_out, OUT_RATE, z.T @ filtered[:, None])):
            weights -= f32(rate) * gradient.clip(-100, 100)
            numpy.clip(weights, -BOUND, BOUND, out=weights)
        numpy.fill_diagonal(self.w_rec, 0)
        return float((error**2).mean())


def time_numpy(neurons, inputs, epochs):
    """Steps of neurons a second, mean squared errors, rate."""
    network = Network(neurons, inputs, 0)
    start = time.perf_counter()
    errors = []
    for _ in range(epochs):
        v, z, y = network.run()
        errors.append(network.learn(v, z, y))
    seconds = time.perf_counter() - start
    return epochs * STEPS * neurons / seconds, errors, z.sum() / (neurons * STEPS * STEP_S)


def time_mho(mho, neurons, inputs, epochs):
    settings = {"neurons": neurons, "inputs": inputs, "epochs": epochs, "input_learning_rate": RATE,
                "recurrent_learning_rate": RATE, "output_learning_rate": OUT_RATE, "weight_bound": BOUND,
                "rate_regularisation": REGULARISATION, "initial_gain": GAIN}
    words = [mho, "spiking", "--json", "--threads", "1", "-q"]
    for key, value in settings.items():
        words += ["--set", f"spiking.{key}={value}"]
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    return found["state_steps_per_s"], [found["errors"][0]["error"], found["error"]], found["rate_hz"]


def compare(mho, neurons, inputs, epochs):
    ours, theirs = [], []
    for _ in range(REPEATS):
        theirs.append(time_numpy(neurons, inputs, epochs))
        ours.append(time_mho(mho, neurons, inputs, epochs))
    own, other = max(ours, key=lambda found: found[0]), max(theirs, key=lambda found: found[0])
    return (f"| {neurons} | {inputs} | {own[0] / 1e6:.1f} | {other[0] / 1e6:.2f} | {own[0] / other[0]:.1f} | "
            f"{own[2]:.0f}, {other[2]:.0f} | {own[1][0]:.3f} to {own[1][-1]:.3f} | {other[1][0]:.3f} to {other[1][-1]:.3f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default=str(ROOT / "build/release/mho"))
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--markdown", type=pathlib.Path)
    arguments = parser.parse_args()
    lines = ["| neurons | inputs | mho, million neuron steps/s | NumPy | ratio | Hz a neuron: mho, NumPy | error: mho | NumPy |",
             "|---:|---:|---:|---:|---:|---|---|---|"]
    for neurons, inputs in ((100, 100), (400, 100)):
        lines.append(compare(arguments.mho, neurons, inputs, arguments.epochs))
        print(lines[-1], flush=True)
    if arguments.markdown:
        arguments.markdown.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
