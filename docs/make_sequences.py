#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures recurrent networks and writes docs/sequences.md. From the repository root:

    docs/make_sequences.py [--mho build/release/mho] [--raw DIR] [--characters N] [--epochs N] [--seeds 0,1,2] [--write-only]

--raw holds the files as they came (default: $MHO_DATA_DIR, else ../shared/data): text/anna_karenina.txt.gz and gestures/.
Every run of mho is kept below runs/sequences by its command; what is there is not run again, so that the script goes on where
it was stopped. A finding that has not been run says so.
"""
import argparse
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import time

RUNS = pathlib.Path("runs/sequences")
RPU = "configs/onchip-mnist.toml"
RATE, STEPS = 1, 25  #: learning rate, of the mean over so many steps of a window
DROPPED, DROPOUT = 0.2, RUNS / "char_lstm_dropout.json"

HEAD = """# Sequences

Time is an activation's height: a sequence is steps x 1 x channels, as signals come in. Layers `lstm`, `gru` and `rnn` give the
state of every step, `last` the last one; poolings, `dense` and 1-D convolutions go with them ([architecture](architecture.md)). Built
in are `signal_lstm`, `kws_lstm` and `char_lstm`; `[space] kind = "sequence"` searches the first sort (`configs/gestures.toml`).

**Language models** (`task.target = "next_step"`, `configs/text.toml`) answer at every step: a text is numbers of a vocabulary
([data](data.md#text)), a `one_hot` layer makes vectors of them before the chip, so that the first layer's matrix has vocabulary +
units rows, and a 1x1 convolution is a dense layer over each step. The loss is the mean cross-entropy over all steps, judged in
`bits_per_character` or `perplexity`, which training, scores through drift, `mho explain`, `predict` (logits windows x steps x
characters), `export` and `simulate` speak of by name; the AVM is in bits. [Decision 0017](decisions/0017-next-step.md) says why so.

**On crossbars** a recurrent layer is one matrix of inputs + units rows, and a column for every gate of a unit, as Gokmen, Rasch
and Haensch map it ([1806.00166](https://arxiv.org/abs/1806.00166)): input converters before it, output converters behind it, gates
and biases in the digital unit. It is read once a step. Every read draws its own noise, whose sums the backward pass meets again.
[Decision 0014](decisions/0014-time-axis.md) says why so.

**Training** goes back through all steps of a window, from states of zero, or, of a text with `training.carry_state = true`, from the
states that the window before ended with (truncated back-propagation through time). Scoring begins every window with zero.
`training.clip_gradient` limits the norm of all gradients together. All regimes train `lstm` and `rnn`; those that pulse by vectors
(`pulsed`, `zero_shift`, `tiki_taka`) refuse `gru`, whose matrix has cells that must stay zero. Input ranges are calibrated over
inputs and states of all steps.

**On the chip** steps wait for each other: a layer is not copied, a step takes the products of its busiest core and the ticks that
its partial sums travel, and states go to the other cores that read them over links of their own (`state` in `links.json`).
`mho simulate` steps through time core by core and gives the engine's scores. ONNX files have LSTM, GRU and RNN both ways.

**Refused**, each with one line: a recurrent layer on what is no sequence, more than 16,384 steps, kernels longer than the padded
sequence, gradients clipped in regimes that sum none, characters outside the network's vocabulary, searches for language models. A
loss that is no number, as states that are none give, ends the training.

**Not there**: states carried on in scoring, projections, peepholes, both directions. Spiking networks have [a page](spiking.md) of
their own.

**Speed.** Training under noise is as fast as PyTorch's digital LSTM or faster, pulsed training about 20 times as fast as aihwkit's
([performance](performance.md#recurrent-networks)).

"""


FINDINGS = """## What was measured

By `docs/make_sequences.py`: which character follows, at every step of Anna Karenina, in lower case and with one blank for several.
The scale is small: {0}. `char_lstm`: two LSTM layers of 64 units
over one-hot characters, and a dense layer over each step; windows of {12} steps, states from zero in each. Training on the chip has
batches of 1 window and the resistive baseline of `configs/onchip-mnist.toml` (its devices, converters and noise; weights up to twice
the largest initial one of a layer). Values are **bits a character** on the last tenth of
the characters, mean and standard deviation over the seeds, which say what a difference is worth. Answering by how often each
character occurs gives {1} bits.

### 1 and 5. Float, pulses in the array, mixed precision

Stochastic gradient descent without momentum, batches of 1, the same learning rate ({2}).

{3}### 2. Input bits, rounded to nearest and stochastically

Pulsed; of the input converters, forward and backward, and how these round.

{4}### 3. Asymmetry of the devices' steps

Pulsed; the spread from device to device of up over down steps.

{5}### 4. Dropout, with and without device noise

A `dropout` layer behind each LSTM; float, and pulsed on the baseline.

{6}### 6. A month on phase-change memory

Hardware-aware training ({7}), then ten chips a seed, without and with global drift compensation.

{8}### Gestures: searched, exported, simulated

`mho search configs/gestures.toml` with 8 trials of 40 epochs, then `mho export` and `mho simulate`.

{9}### What it says

{10}

All runs together took {11:.0f} s, one thread each, on a machine that did other work too, by the program before its recurrent cells became
kernels (the same seed gives other last bits since).
"""

SAYS = """At this scale, with three seeds:

1. Pulses in the array lose 0.05 bits, 1.7 %, to float.
2. Five input bits rounded to nearest are worse than seven by 0.07 bits, several times the seeds' spread; rounded stochastically they
   are worse by 0.02, about that spread: as the paper finds. Three bits are too few either way. The errors that go back have to be
   rounded so too: with forward inputs alone, five bits gave 3.245 ± 0.016 and three 3.565 ± 0.055, no better than to nearest.
3. Asymmetries of 0, 1 and 2 % cannot be told apart; 5 % costs 0.05 bits, 20 % 0.28. Whether that is relatively more than for the
   dense network of [onchip.md](onchip.md), which was not measured with spreads of the imbalance, is open.
4. Dropout costs 0.08 bits in float and on devices alike: two epochs do not overfit, so whether noise replaces it is not decided here.
5. Mixed precision on the same devices loses 0.05 bits, 1.6 %: not within 1 % of float.
6. Without compensation a month costs 0.8 bits, with global drift compensation 0.04.

Text, epochs and windows are far smaller than the paper's. A chip folder that steps through time scores as the engine does, for a
language model too (`tests/python/test_sequences.py`)."""


class Runs:
    def __init__(self, arguments):
        self.mho, self.write_only, self.epochs = arguments.mho, arguments.write_only, arguments.epochs
        self.seeds = [int(seed) for seed in arguments.seeds.split(",")]
        self.data = f"anna_{arguments.characters}"
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

    def bits(self, settings, value, network="char_lstm"):
        """`value` of each seed's score that there is."""
        found = [self.score(network, RPU, seed, {**self.base(), **settings}) for seed in self.seeds]
        return spread([value(score) for score in found if score is not None])

    def task(self):
        return {"task.folder": RUNS / "data", "task.data": self.data, "task.target": "next_step",
                "task.metric": "bits_per_character"}

    def base(self):
        return {**self.task(), "training.epochs": self.epochs, "training.learning_rate": RATE, "training.weight_decay": 0, "training.weight_bound": 0,
                "training.weight_headroom": 2, "scoring.programmings": 1, "scoring.times_s": [1, 86400, 2592000]}


def spread(values):
    if not values:
        return "not run"
    if len(values) == 1:
        return f"{values[0]:.3f} (1 seed)"
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values):.3f}"


def trained(score):
    return score["drift"][0]["mean"]


def digital(score):
    return score["digital"]["bits_per_character"]


def table(*rows):
    head, *body = [[str(cell) for cell in row] for row in rows]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)]) + "\n\n"


def prepare_text(runs, raw, characters):
    """The beginning of the book: its last tenth to test on, all before it to train on."""
    if runs.write_only or (RUNS / "data" / runs.data / "dataset.json").exists():
        return
    subprocess.run([runs.mho, "data", "prepare", "text", "--from", pathlib.Path(raw) / "text/anna_karenina.txt.gz", "--name",
                    runs.data, "--out", RUNS / "data", "--set", "text.lower_case=true", "text.join_blanks=true", "text.validation_percent=0",
                    f"text.steps={STEPS}", f"text.max_characters={characters}"], check=True)


def write_dropout(runs):
    """char_lstm with a dropout layer behind each LSTM."""
    symbols = len(json.loads((RUNS / "data" / runs.data / "dataset.json").read_text())["class_names"])
    layers = [{"name": "characters", "kind": "one_hot", "inputs": ["input"], "symbols": symbols}]
    for number in (1, 2):
        layers += [{"name": f"lstm{number}", "kind": "lstm", "inputs": [layers[-1]["name"]], "units": 64},
                   {"name": f"drop{number}", "kind": "dropout", "inputs": [f"lstm{number}"], "rate": DROPPED}]
    layers += [{"name": "logits", "kind": "conv2d", "inputs": ["drop2"], "out_channels": symbols, "kernel": [1, 1],
                "stride": [1, 1], "padding": "same", "bias": True},
               {"name": "loss", "kind": "softmax_cross_entropy", "inputs": ["logits"]}]
    DROPOUT.write_text(json.dumps({"format": "mho-architecture-1", "name": "char_lstm_dropout", "input": [STEPS, 1, 1],
                                   "layers": layers}))


FLOAT = {"training.regime": "digital", "scoring.from": "programmed"}


def on_chip(runs):
    return table(("training", "bits a character"),
                 ("float", runs.bits(FLOAT, digital)),
                 ("pulsed, baseline device and periphery", runs.bits({}, trained)),
                 ("mixed precision, the same", runs.bits({"training.regime": "mixed_precision"}, trained)))


def input_bits(runs):
    rows = [("input bits", "nearest", "stochastic")]
    for bits in (3, 5, 7):
        own = {"hardware.dac_bits": bits, "hardware.backward_dac_bits": bits} if bits != 7 else {}
        rows.append((bits, runs.bits(own, trained), runs.bits({**own, "hardware.input_rounding": "stochastic"}, trained)))
    rows.append(("float", runs.bits({"hardware.dac_bits": 0, "hardware.backward_dac_bits": 0}, trained), ""))
    return table(*rows)


def asymmetry(runs):
    rows = [("spread of up over down steps, %", "bits a character")]
    for imbalance in (0, 0.01, 0.02, 0.05, 0.2):
        own = {"device.constant_step.imbalance_spread": imbalance} if imbalance != 0.01 else {}
        rows.append((f"{100 * imbalance:g}" + " (baseline)" * (imbalance == 0.01), runs.bits(own, trained)))
    return table(*rows)


def dropout(runs):
    rows = [("training", "without", f"with {100 * DROPPED:g} % dropped")]
    for name, own, value in (("float", FLOAT, digital), ("pulsed, baseline", {}, trained)):
        rows.append((name, runs.bits(own, value), runs.bits(own, value, DROPOUT)))
    return table(*rows)


AWARE = {"training.epochs": 5, "training.batch_size": 4}


def month(runs):
    times = (1, 86400, 2592000)
    rows = [("compensation", "digital", "1 s", "1 d", "30 d")]
    for compensation in ("none", "global"):
        found = [runs.score("char_lstm", "configs/text.toml", seed, {
            **runs.task(), **AWARE, "hardware.drift_compensation": compensation, "scoring.programmings": 10,
            "scoring.times_s": list(times)}) for seed in runs.seeds]
        found = [score for score in found if score is not None]
        rows.append((compensation, spread([digital(score) for score in found]),
                     *(spread([score["drift"][at]["mean"] for score in found]) for at in range(3))))
    return table(*rows)


def findings(runs):
    return [on_chip(runs), input_bits(runs), asymmetry(runs), dropout(runs), month(runs)]


def chance(runs):
    for kept in RUNS.glob("*.json"):
        found = json.loads(kept.read_text())
        if "words" in found and f"task.data={runs.data}" in found["words"]:
            return f"{found['score']['chance']:.2f}"
    return "not measured"


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
        subprocess.run([runs.mho, "search", *(resume or ["configs/gestures.toml", "--out"]), folder, "--trials", "8",
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
    parser.add_argument("--characters", type=int, default=60000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--write-only", action="store_true")
    arguments = parser.parse_args()
    RUNS.mkdir(parents=True, exist_ok=True)
    runs = Runs(arguments)
    prepare_text(runs, arguments.raw, arguments.characters)
    write_dropout(runs)
    seeds = runs.seeds
    for seed in seeds:  # a seed after the other, so that a stop leaves all findings alike
        runs.seeds = [seed]
        findings(runs)
    runs.seeds, runs.seconds = seeds, 0.0
    scale = (f"the book's first {arguments.characters:,} characters, {arguments.epochs} epochs, seeds {arguments.seeds}")
    aware = f"{AWARE['training.epochs']} epochs of Adam in batches of {AWARE['training.batch_size']}"
    *parts, drift = findings(runs)
    parts += [aware, drift, gestures(runs, arguments.raw), SAYS]
    text = HEAD + FINDINGS.format(scale, chance(runs), RATE, *parts, runs.seconds, STEPS)
    pathlib.Path("docs/sequences.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
