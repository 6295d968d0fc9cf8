#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures recurrent networks and writes docs/sequences.md. From the repository root:

    docs/make_sequences.py [--mho build/release/mho] [--raw DIR] [--windows N] [--epochs N] [--seeds 0,1] [--write-only]

--raw holds the files as they came (default: $MHO_DATA_DIR, else ../shared/data): text/anna_karenina.txt.gz and gestures/.
Every run of mho is kept below runs/sequences by its command; what is there is not run again, so that the script goes on where
it was stopped. A finding that has not been run says so.
"""
import argparse
import gzip
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import time

import numpy

RUNS = pathlib.Path("runs/sequences")
RPU = "configs/onchip-mnist.toml"
SYMBOLS = " abcdefghijklmnopqrstuvwxyz."  #: all that is no letter and no blank is a dot
STEPS, UNITS = 16, 32
NETWORK = RUNS / "next_letter.json"

HEAD = """# Sequences

Time is an activation's height: a sequence is steps x 1 x channels, as signals come in. Layers `lstm`, `gru` and `rnn` give the
state of every step, `last` the last one; poolings, `dense` and 1-D convolutions go with them ([architecture](architecture.md)). Built
in are `signal_lstm` and `kws_lstm`; `[space] kind = "sequence"` searches such networks (`configs/gestures-recurrent.toml`).

**On crossbars** a recurrent layer is one matrix of inputs + units rows, and a column for every gate of a unit, as Gokmen, Rasch
and Haensch map it ([1806.00166](https://arxiv.org/abs/1806.00166)): input converters before it, output converters behind it, gates
and biases in the digital unit. It is read once a step. Every read draws its own noise, whose sums the backward pass meets again.
[Decision 0014](decisions/0014-time-axis.md) says why so.

**Training** goes back through all steps, from states of zero. `training.clip_gradient` limits the norm of all gradients together.
All regimes train `lstm` and `rnn`; those that pulse by vectors (`pulsed`, `zero_shift`, `tiki_taka`) refuse `gru`, whose matrix has
cells that must stay zero. Input ranges are calibrated over inputs and states of all steps.

**On the chip** steps wait for each other: a layer is not copied, a step takes the products of its busiest core and the ticks that
its partial sums travel, and states go to the other cores that read them over links of their own (`state` in `links.json`).
`mho simulate` steps through time core by core and gives the engine's scores. ONNX files have LSTM, GRU and RNN both ways.

**Refused**, each with one line: a recurrent layer on what is no sequence, more than 16,384 steps, kernels longer than the padded
sequence, gradients clipped in regimes that sum none. A loss that is no number, as states that are none give, ends the training.

**Not there**: a loss at each step (language models in the usual sense), state carried on between mini-batches, projections,
peepholes, both directions. Networks of spikes have a page of their own: [spiking networks](spiking.md).

"""


FINDINGS = """## What was measured

By `docs/make_sequences.py`: which letter follows 16 letters of Anna Karenina, in lower case, with a blank, and a dot for all else;
an LSTM of 32 units over one-hot letters, its last state classified. The scale is small: {0}. Training on the chip has batches
of 1 and the resistive baseline of `configs/onchip-mnist.toml`. Values are accuracies on letters of the book's last tenth, mean and
standard deviation over the seeds, which say what a difference is worth.

### Float, pulses in the array, mixed precision

{1}### Input bits, rounded to nearest and stochastically

{2}### Asymmetry of the devices' steps

{3}### A month on phase-change memory

Hardware-aware training, three times the epochs in batches of 32 with Adam, then ten chips a seed, without and with global drift
compensation.

{4}### Gestures: searched, exported, simulated

`mho search configs/gestures-recurrent.toml` with 8 trials of 40 epochs, then `mho export` and `mho simulate`.

{5}### What it says

At this scale and with two seeds: pulses in the array lose two to three points to float, mixed precision on the same devices less;
3 input bits are worse than 5 and 7, which cannot be told apart here, and stochastic rounding does not mend 3 bits; asymmetry shows
at 10 % alone. That 5 bits rounded to nearest are too few, and that a few per cent of asymmetry hurt, are findings of longer
trainings of larger networks with a loss at each step; these runs neither show nor refute them. Global drift compensation keeps a
month's loss at two points instead of five and a half. A chip folder that steps through time scores as the engine does.

All runs together took {6:.0f} s, one thread each, on a machine that did other work too.
"""


class Runs:
    def __init__(self, arguments):
        self.mho, self.write_only, self.epochs = arguments.mho, arguments.write_only, arguments.epochs
        self.seeds = [int(seed) for seed in arguments.seeds.split(",")]
        self.data = f"letters_{arguments.windows}"
        self.seconds = 0.0

    def score(self, network, config, seed, settings, *more):
        """score.json of one evaluation; None where it has not been run."""
        words = ["evaluate", str(network), config, "--seed", str(seed), *more]
        for key, value in settings.items():
            words += ["--set", f"{key}={value}"]
        kept = RUNS / f"{hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]}.json"
        if not kept.exists():
            if self.write_only:
                return None
            start = time.monotonic()
            done = subprocess.run([self.mho, *words, "--threads", "1", "--json"], stdout=subprocess.PIPE, text=True, check=True)
            found = json.loads(done.stdout)
            kept.write_text(json.dumps({"score": found, "seconds": time.monotonic() - start, "words": words}))
        found = json.loads(kept.read_text())
        self.seconds += found["seconds"]
        return found["score"]

    def accuracies(self, settings, value):
        """`value` of each seed's score, in %."""
        found = [self.score(NETWORK, RPU, seed, {**self.base(), **settings}) for seed in self.seeds]
        return "not run" if None in found else spread([100 * value(score) for score in found])

    def base(self):
        return {"task.folder": RUNS / "data", "task.data": self.data, "training.epochs": self.epochs,
                "training.learning_rate": 0.05, "training.weight_bound": 0, "training.weight_headroom": 2,
                "scoring.programmings": 1, "scoring.times_s": [1, 86400, 2592000]}


def spread(values):
    return f"{statistics.mean(values):.1f} ± {statistics.stdev(values):.1f}" if len(values) > 1 else f"{values[0]:.1f}"


def trained(score):
    return score["drift"][0]["mean"]


def digital(score):
    return score["digital"]["accuracy"]


def table(*rows):
    head, *body = [[str(cell) for cell in row] for row in rows]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)]) + "\n\n"


def letters(raw):
    """The book as numbers of SYMBOLS, blanks in a row as one."""
    text = gzip.open(pathlib.Path(raw) / "text/anna_karenina.txt.gz", "rt", encoding="latin-1").read()
    text = " ".join(text.lower().split())
    return numpy.array([SYMBOLS.find(letter) if letter in SYMBOLS else len(SYMBOLS) - 1 for letter in text])


def prepare_text(runs, raw, windows):
    """Windows of 16 letters with the letter that follows: the last tenth of the book to test on."""
    if runs.write_only or (RUNS / "data" / runs.data / "dataset.json").exists():
        return
    book, draw, source = letters(raw), numpy.random.default_rng(0), RUNS / "windows"
    source.mkdir(parents=True, exist_ok=True)
    cut = len(book) * 9 // 10
    for split, low, high, count in (("train", 0, cut, windows), ("test", cut, len(book), 2000)):
        first = draw.integers(low, high - STEPS - 1, count)
        seen = book[first[:, None] + numpy.arange(STEPS)]
        numpy.save(source / f"{split}_images.npy", numpy.eye(len(SYMBOLS), dtype=numpy.float32)[seen])
        numpy.save(source / f"{split}_labels.npy", book[first + STEPS].astype(numpy.int64))
    subprocess.run([runs.mho, "data", "prepare", "npy", "--from", source, "--name", runs.data, "--out", RUNS / "data", "--set",
                    "arrays.layout=series"], check=True)
    layers = [{"name": "lstm", "kind": "lstm", "inputs": ["input"], "units": UNITS, "bias": True},
              {"name": "last", "kind": "last", "inputs": ["lstm"]},
              {"name": "logits", "kind": "dense", "inputs": ["last"], "out_features": len(SYMBOLS), "bias": True},
              {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["logits"]}]
    NETWORK.write_text(json.dumps({"format": "mho-architecture-1", "name": "next_letter",
                                   "input": [STEPS, 1, len(SYMBOLS)], "layers": layers}))


FLOAT = {"training.regime": "digital", "scoring.from": "programmed"}


def on_chip(runs):
    return table(("training", "accuracy, %"),
                 ("float", runs.accuracies(FLOAT, digital)),
                 ("pulsed, baseline device and periphery", runs.accuracies({}, trained)),
                 ("mixed precision, the same", runs.accuracies({"training.regime": "mixed_precision"}, trained)))


def input_bits(runs):
    rows = [("input bits", "nearest", "stochastic")]
    for bits in (3, 5, 7):
        own = {"hardware.dac_bits": bits, "hardware.backward_dac_bits": bits}
        rows.append((bits, *(runs.accuracies({**own, "hardware.input_rounding": rounding}, trained)
                             for rounding in ("nearest", "stochastic"))))
    return table(*rows)


def asymmetry(runs):
    rows = [("spread of up over down steps, %", "accuracy, %")]
    for imbalance in (0, 0.02, 0.05, 0.1):
        rows.append((f"{100 * imbalance:g}", runs.accuracies({"device.constant_step.imbalance_spread": imbalance}, trained)))
    return table(*rows)


def month(runs):
    times = (1, 86400, 2592000)
    rows = [("compensation", "digital", "1 s", "1 d", "30 d")]
    for compensation in ("none", "global"):
        found = [runs.score(NETWORK, "configs/mnist.toml", seed, {
            "task.folder": RUNS / "data", "task.data": runs.data, "training.epochs": 3 * runs.epochs,
            "training.optimizer": "adam", "training.learning_rate": 0.01, "training.weight_decay": 0,
            "training.clip_gradient": 1, "hardware.drift_compensation": compensation, "scoring.programmings": 10,
            "scoring.times_s": list(times)}) for seed in runs.seeds]
        if None in found:
            rows.append((compensation, *["not run"] * 4))
            continue
        rows.append((compensation, spread([100 * digital(score) for score in found]),
                     *(spread([100 * score["drift"][at]["mean"] for score in found]) for at in range(3))))
    return table(*rows)


def gestures(runs, raw):
    """A short search, its winner exported and simulated."""
    folder, simulated = RUNS / "gestures", RUNS / "gestures-simulated.json"
    sets = ["--set", f"task.folder={RUNS / 'data'}"]
    if not runs.write_only and not simulated.exists():
        if not (RUNS / "data/gestures/dataset.json").exists():
            subprocess.run([runs.mho, "data", "prepare", "csv", "--from", pathlib.Path(raw) / "gestures", "--name", "gestures", "--out",
                            RUNS / "data", "--set", 'series.sample_columns=["gesture","sample"]', "series.step_column=step",
                            'series.channels=["aX..gZ"]', "labels.label_column=gesture"], check=True)
        resume = ["--resume"] if (folder / "config.toml").exists() else []
        start = time.monotonic()
        subprocess.run([runs.mho, "search", *(resume or ["configs/gestures-recurrent.toml", "--out"]), folder, "--trials", "8",
                        *([] if resume else [*sets, "--set", "search.population=4", "--set", "training.epochs=40"])],
                       check=True)
        chip = RUNS / "gestures-chip"
        subprocess.run([runs.mho, "export", folder / "winners/0", "--out", chip, "--force"], check=True)
        done = subprocess.run([runs.mho, "simulate", chip, folder / "config.toml", "--json"], stdout=subprocess.PIPE, text=True,
                              check=True)
        simulated.write_text(json.dumps({"simulated": json.loads(done.stdout), "seconds": time.monotonic() - start}))
    if not simulated.exists():
        return "Not run.\n\n"
    score = json.loads((folder / "winners/0/score.json").read_text())
    found = json.loads(simulated.read_text())
    runs.seconds += found["seconds"]
    return report(score, found["simulated"])


def report(score, simulated):
    """The winner's score beside what its chip folder gives alone."""
    rows = [("", *(WORDS.get(point["time_s"], f"{point['time_s']:g} s") for point in score["drift"]))]
    for name, points in (("engine, scored", score["drift"]), ("chip folder, simulated", simulated["drift"])):
        rows.append((name, *(f"{100 * point['mean']:.1f} ({100 * point['ci95'][0]:.1f} to {100 * point['ci95'][1]:.1f})"
                             for point in points)))
    chip = score["chip"]
    return (f"The winner of 8 trials, `{score['architecture']['name']}`: {score['parameters']:,} parameters, "
            f"{100 * score['digital']['accuracy']:.0f} % before it is programmed, {chip['cores']} core"
            f"{'s' * (chip['cores'] != 1)}, {1e6 * chip['latency_s']:.1f} µs and {1e6 * chip['energy_j']:.2f} µJ a gesture. Accuracy "
            "on the 25 test gestures over programmings of 25 chips, with the 95 % interval, in %:\n\n" + table(*rows))


WORDS = {1: "1 s", 3600: "1 h", 86400: "1 d", 864000: "10 d", 2592000: "30 d"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--raw", default=os.environ.get("MHO_DATA_DIR", "../shared/data"))
    parser.add_argument("--windows", type=int, default=3000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--write-only", action="store_true")
    arguments = parser.parse_args()
    RUNS.mkdir(parents=True, exist_ok=True)
    runs = Runs(arguments)
    prepare_text(runs, arguments.raw, arguments.windows)
    parts = [on_chip(runs), input_bits(runs), asymmetry(runs), month(runs), gestures(runs, arguments.raw)]
    scale = (f"{arguments.windows:,} windows of {STEPS} letters to train on, 2,000 to test on, {arguments.epochs} epochs, seeds "
             f"{arguments.seeds}")
    text = HEAD + FINDINGS.format(scale, *parts, runs.seconds)
    pathlib.Path("docs/sequences.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
