#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains spiking networks under every scheme and writes docs/spiking.md. From the repository root:

    docs/make_spiking.py [--mho build/release/mho] [--raw DIR] [--trials 12] [--seeds 1,2,3,4,5] [--write-only]

--raw holds the files as they came (default: $MHO_DATA_DIR, else ../shared/data): fsdd/fsdd_wav.tar.xz. Every run of mho is kept
below runs/spiking by its command; what is there is not run again, so that the script goes on where it was stopped. What has not
been run says so.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

RUNS = pathlib.Path("runs/spiking")
TUNING_SEED, LONGEST_S = 100, 45
SCHEMES = ("float", "digital_accumulator", "mixed_precision", "multi_memory", "stochastic", "sign")
#: decades of learning rates that are tried: inputs and recurrent, read-out. A pulse of multi_memory has to be worth more than a
#: step, or nothing is ever written.
DECADES = {"float": (-5, -3.3, -5, -3.7), "digital_accumulator": (-5, -3.3, -5, -3.7), "mixed_precision": (-5.3, -4, -6, -4),
           "stochastic": (-5.3, -4, -6, -4), "multi_memory": (-4.3, -2.7, -5.3, -3), "sign": (-4, -4, -4, -4)}
CLASSES = {"spiking.task": "classes", "task.data": "fsdd", "task.folder": str(RUNS / "data"), "spiking.coding": "delta",
           "spiking.delta": 0.7, "spiking.batch": 8, "spiking.neurons": 200, "spiking.epochs": 10, "spiking.programmings": 10,
           "spiking.threshold": 1, "spiking.initial_gain": 0.4, "spiking.rate_regularisation": 1e-6,
           "spiking.input_learning_rate": 0.2, "spiking.recurrent_learning_rate": 0.2, "spiking.output_learning_rate": 0.34}
CLASS_RUNS = {
    "numbers, then programmed on `pcm`": {"spiking.scheme": "float", "spiking.device": "pcm", "spiking.weight_bound": 1},
    "mixed precision on `pcm_accumulative`, the trained devices": {
        "spiking.scheme": "mixed_precision", "spiking.weight_bound": 0.6, "spiking.fresh_reads": "false"},
}


class Runs:
    def __init__(self, arguments):
        self.mho, self.write_only, self.trials = arguments.mho, arguments.write_only, arguments.trials
        self.seeds = [int(seed) for seed in arguments.seeds.split(",")]
        self.seconds = 0.0

    def result(self, settings, longest_s=None):
        """What `mho spiking --json` printed; None where it has not been run, {} where it failed or took too long."""
        words = [f"{key}={value}" for key, value in settings.items()]
        kept = RUNS / f"{hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]}.json"
        if not kept.exists():
            if self.write_only:
                return None
            start = time.monotonic()
            found = self.run(words, longest_s)
            kept.write_text(json.dumps({"result": found, "seconds": time.monotonic() - start, "words": words}))
        found = json.loads(kept.read_text())
        self.seconds += found["seconds"]
        return found["result"]

    def run(self, words, longest_s):
        try:
            done = subprocess.run([self.mho, "spiking", "-q", "--json", "--threads", "1", "--set", *words], text=True,
                                  stdout=subprocess.PIPE, timeout=longest_s, check=longest_s is None)
        except subprocess.TimeoutExpired:
            return {}
        return json.loads(done.stdout) if done.returncode == 0 else {}


def spread(values, digits=3):
    return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}"


def table(*rows):
    head, *body = [[str(cell) for cell in row] for row in rows]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)]) + "\n\n"


def draw(scheme, trial):
    """One of the settings that are tried for a scheme: the same number of each, drawn in the same way."""
    draws = random.Random(f"b {scheme} {trial}")
    low, high, low_out, high_out = DECADES[scheme]
    rate, out = 10 ** draws.uniform(low, high), 10 ** draws.uniform(low_out, high_out)
    found = {"spiking.scheme": scheme, "spiking.input_learning_rate": rate, "spiking.recurrent_learning_rate": rate,
             "spiking.output_learning_rate": out, "spiking.weight_bound": draws.choice([0.25, 0.5, 1]),
             "spiking.rate_regularisation": 10 ** draws.uniform(-4, -2.3), "spiking.initial_gain": draws.choice([0.03, 0.1]),
             "spiking.threshold": draws.choice([0.1, 0.2])}
    if scheme == "sign":
        found["spiking.sign_threshold"] = 10 ** draws.uniform(0.3, 1.8)
    return {key: f"{value:.3g}" if isinstance(value, float) else value for key, value in found.items()}


def late_error(result):
    """Over the target's variance, the mean of the last six epochs that are shown: one epoch's is noisy on devices."""
    if not result:
        return float("inf")
    late = [shown["error"] for shown in result["errors"][-6:]]
    return statistics.mean(late) * result["normalised_error"] / result["error"]


def tuned(runs, scheme):
    """The settings with the smallest late error on the tuning seed; None where a trial has not been run."""
    found = []
    for trial in range(runs.trials):
        settings = draw(scheme, trial)
        result = runs.result({**settings, "spiking.seed": TUNING_SEED}, LONGEST_S)
        if result is None:
            return None
        found.append((late_error(result), trial, settings))
    return min(found)[2]


def pattern(runs):
    rows = [("scheme", "error over variance", "mean squared error", "Hz a neuron", "pulses", "most on one device")]
    chosen = []
    for scheme in SCHEMES:
        settings = tuned(runs, scheme)
        results = [runs.result({**settings, "spiking.seed": seed}) if settings else None for seed in runs.seeds]
        if None in results:
            rows.append((f"`{scheme}`", *["not run"] * 5))
            continue
        writes = [result["writes"] for result in results if "writes" in result]
        rows.append((f"`{scheme}`", spread([late_error(result) for result in results]),
                     spread([result["error"] for result in results]), spread([result["rate_hz"] for result in results], 1),
                     f"{statistics.mean(w['pulses'] for w in writes):,.0f}" if writes else "",
                     max(w["most_pulses"] for w in writes) if writes else ""))
        words = ", ".join(f"{key.removeprefix('spiking.')} {value}" for key, value in settings.items()
                          if key not in ("spiking.scheme", "spiking.recurrent_learning_rate")
                          and not (scheme == "sign" and "learning_rate" in key))
        chosen.append(f"- `{scheme}`: {words}.")
        draw_picture(runs, scheme, settings)
    return table(*rows), "\n".join(chosen) + "\n"


def draw_picture(runs, scheme, settings):
    if scheme in ("float", "mixed_precision") and not runs.write_only:
        words = [f"{key}={value}" for key, value in settings.items()]
        subprocess.run([runs.mho, "spiking", "-q", "--threads", "1", "--set", *words, f"spiking.seed={runs.seeds[0]}", "--out",
                        f"docs/spiking-{scheme.replace('_', '-')}.svg", "--force"], check=True, stdout=subprocess.DEVNULL)


def prepare_digits(runs, raw):
    if runs.write_only or (RUNS / "data/fsdd/dataset.json").exists():
        return
    source = pathlib.Path(raw) / "fsdd/fsdd_wav.tar.xz"
    subprocess.run([runs.mho, "data", "prepare", "audio", "--from", source, "--name", "fsdd", "--out", RUNS / "data", "--set",
                    "labels.list=labels.csv", "labels.label_column=digit", "features.preset=mlperf_kws",
                    "features.sample_rate_hz=8000", "features.fft_size=256"], check=True)


def classes(runs):
    rows = [("trained as", "numbers", "1 s", "1 d", "Hz a neuron", "pulses a device")]
    for name, own in CLASS_RUNS.items():
        results = [runs.result({**CLASSES, **own, "spiking.seed": seed}) for seed in runs.seeds[:3]]
        if None in results:
            rows.append((name, *["not run"] * 5))
            continue
        percent = lambda values: spread([100 * value for value in values], 1)
        pulses = [r["writes"]["pulses"] / r["writes"]["devices"] for r in results if "writes" in r]
        # what trained devices were last written to is not what they were ever read at
        numbers = "" if pulses else percent(r["digital"] for r in results)
        rows.append((name, numbers, *(percent(r["drift"][at]["mean"] for r in results)
                                                                     for at in (0, 1)),
                     spread([r["rate_hz"] for r in results], 1), f"{statistics.mean(pulses):.1f}" if pulses else ""))
    return table(*rows)


def speed(runs):
    kept = RUNS / "speed.md"
    if not kept.exists() and not runs.write_only:
        start = time.monotonic()
        subprocess.run([sys.executable, "bench/compare_spiking.py", "--mho", runs.mho, "--epochs", "40", "--markdown", str(kept)],
                       check=True)
        (RUNS / "speed_s").write_text(f"{time.monotonic() - start}")
    if not kept.exists():
        return "Not run.\n"
    runs.seconds += float((RUNS / "speed_s").read_text())
    return kept.read_text()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--raw", default=os.environ.get("MHO_DATA_DIR", "../shared/data"))
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--write-only", action="store_true")
    arguments = parser.parse_args()
    RUNS.mkdir(parents=True, exist_ok=True)
    runs = Runs(arguments)
    prepare_digits(runs, arguments.raw)
    found, chosen = pattern(runs)
    parts = {"pattern": found, "chosen": chosen, "classes": classes(runs), "speed": speed(runs)}
    text = TEXT.format(seeds=arguments.seeds, trials=runs.trials, seconds=runs.seconds, tuning=TUNING_SEED, longest=LONGEST_S,
                       class_seeds=",".join(map(str, runs.seeds[:3])), conclusions=CONCLUSIONS, **parts)
    pathlib.Path("docs/spiking.md").write_text(text, encoding="utf-8")


TEXT = """# Spiking networks

Recurrent networks of leaky integrate-and-fire neurons that learn by e-prop (Bellec et al., *Nature Communications* 11, 3625, 2020), on
numbers or on phase-change memory as Demirag et al. have it ([2108.01804](https://arxiv.org/abs/2108.01804)). Their published code
([srnn-pcm](https://github.com/YigitDemirag/srnn-pcm)) is where the constants come from.

<!-- run -->

    mho spiking                                                    # a curve, weights as numbers, 250 epochs
    mho spiking --set spiking.scheme=sign spiking.epochs=3 --out curve.svg

A file for `mho spiking CONFIG` has the tables `[spiking]`, `[task]` and `[device]` ([every key](config.md#spiking-networks)); in Python the
same is `mho.spiking({{"spiking.scheme": "sign"}})`. `--out` writes output and target as CSV or SVG.

**Neurons.** With x and z the spikes of inputs and neurons, v<sub>t</sub> = α v<sub>t-1</sub> + W<sub>rec</sub> z<sub>t-1</sub> +
W<sub>in</sub> x<sub>t</sub> - θ z<sub>t-1</sub>, a spike where v > θ, and a read-out y<sub>t</sub> = κ y<sub>t-1</sub> + W<sub>out</sub>
z<sub>t</sub>: time constants of 30 ms, steps of 1 ms, θ = 0.1, no neuron connected to itself. A spike adds one row of weights; rows
without spikes cost nothing.

**Learning.** The gradient of a weight from i to j is the sum over time of j's learning signal (the error through fixed random feedback,
and how much j fires beyond `target_rate_hz`) times an eligibility trace: i's spikes low-passed by α, times 0.3 max(0, 1 - |v - θ| / θ),
low-passed by κ. mho keeps no traces: both filters are turned round and run backwards over the neurons alone, which is exact and takes
one addition of a row for every spike ([decision 0018](decisions/0018-spiking-synapses.md)). That of the read-out is the true gradient.

**Schemes** are what becomes of a gradient g and a learning rate r. On devices a weight is a pair of `pcm_accumulative` devices
([physics](physics.md)): pulses go up only, each a random step that depends on the device's history; devices drift, and every spike reads
its row with noise of its own.

| `spiking.scheme` | what it does |
|---|---|
| `float` | w - r g, clipped at `weight_bound` |
| `digital_accumulator` | numbers on the grid of a device's mean pulse; r g adds up, and whole steps leave the sum |
| `sign` | one pulse where g lies beyond `sign_threshold` |
| `stochastic` | one pulse, as likely as r g is large beside one |
| `multi_memory` | whole pulses of r g at once, on 4 pairs a weight that take turns, each worth a quarter |
| `mixed_precision` | r g adds up in digital, and whole pulses leave the sum |

Every `refresh_every` updates, pairs with little room left are written anew. Another device that takes pulses can be named
(`spiking.device`), with its own coefficients in `[device.NAME]`.

**Classes** (`spiking.task = "classes"`): the samples of a prepared set become spikes, `rate` (two inputs a number, which fire at random
as often as it lies above or below its mean) or `delta` (two inputs a number, which fire whenever it has risen or fallen by `delta`). A
read-out's mean over the steps is its class's logit, the learning signal that of their softmax; learning rates fall to 0, because the last
batches would leave their mark otherwise. Weights that are numbers are then
programmed onto `programmings` chips; trained devices are read as often; both after each of `times_s`.

**Refused**, each with one line: schemes that write devices on a model without pulses, scoring times that a device does not know, targets
other than classes, augmentation. Potentials that are no numbers end a run. A stop by Ctrl-C shows what is finished.

**Not there**: converters and crossbar sizes (spikes are whole, a column ends in its neuron), adaptive thresholds, refractory times,
search, export and mapping of spiking networks.

## What was measured

By `docs/make_spiking.py`, one thread each. Everything together took {seconds:.0f} s, on a machine that did other work too.

### The pattern task

One second of four sinusoids (1, 2, 3, 5 Hz, random amplitudes and phases) from 100 inputs of 50 Hz whose spikes are the same every epoch;
100 neurons, 250 epochs, one weight update each. {trials} settings were drawn for every scheme on a seed of its own ({tuning}), and the one with
the smallest error is used here on seeds {seeds}; mean and standard deviation over these. The error over the target's variance is the mean
of the last six epochs shown (1 is what a constant would give), the mean squared error that after the last update.

{pattern}![The curve and what numbers drew](spiking-float.svg)

![The curve and what devices drew, mixed precision](spiking-mixed-precision.svg)

Drawn for every scheme: learning rates of inputs (the recurrent ones' too) and read-out, `weight_bound` (0.25, 0.5, 1), `rate_regularisation`,
`initial_gain` (0.03, 0.1) and `threshold` (0.1, 0.2), and `sign_threshold` in place of rates; a trial that took more than {longest} s, because
its neurons fired without end, counts as failed. Chosen:

{chosen}
### Spoken digits

The Free Spoken Digit Dataset, 49 frames of 10 MFCCs, 10 steps each, `delta` coding; 200 neurons, batches of 8; seeds {class_seeds}. Accuracy on
the test split's 300 recordings in %, over 10 chips (numbers) or 10 reads (trained devices) a seed, with global drift compensation. The
trained devices are read once a batch while they learn (`fresh_reads = false`). Settings (in `docs/make_spiking.py`) were looked for by
hand and by a few dozen draws on the validation split.

{classes}### Speed

Steps of neurons a second while the pattern task is trained, forward and gradients, beside the same computation in NumPy
(`bench/compare_spiking.py --epochs 40`), one thread each, taking turns, the best of five, on a machine whose cores were shared by other work
all the while. (On a quieter core `mho spiking` printed 175 million, with neurons at 5 Hz.)

{speed}
On devices every spike draws a read of its row: about 7 ns a device.

### What it says

{conclusions}
"""

CONCLUSIONS = """Numbers first, then mixed precision, then the schemes that write a device from one gradient, and the sign scheme last: the order that the
paper reports, on its task and its device. Numbers on the grid of a pulse learn as well as plain ones, so that the width of a step is not
what costs; what is left are the device's own: random pulses, noise of every read, drift. Between mixed precision and stochastic pulses
the gap is about one standard deviation of five seeds, and their errors after the last update cannot be told apart, so the wide gap of
the paper is not shown here; mixed precision gets there with a third of the pulses. Several memories need larger learning rates to write
at all, and write more than mixed precision. None of the settings that were drawn for the sign scheme brought it below a constant. These are 12 draws a
scheme, one pattern a seed and one weight update an epoch: other settings would move every line of the table but the first two.

Spoken digits are told apart by numbers programmed onto chips as by devices that were trained in place, within a few points, and a day
of drift costs about a point where it is compensated. What trained devices were last *written* to is worth much less than what they are
*read* at: they learnt with their drift and the limits of their reads."""


if __name__ == "__main__":
    main()
