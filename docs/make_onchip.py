#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the tables of docs/onchip.md. From the repository root:

    docs/make_onchip.py [--mho build/release/mho] [--table 1 --table 3 ...] [--quick] [--images N] [--epochs N]
        [--seeds N] [--threads N] [--out runs/onchip]

Every run of mho is kept below --out by its command and configuration; what is there already is not run again, so that
the script goes on where it was stopped. --quick: 6000 training images and a fifth of the epochs; --images and --epochs
choose them; the tables' headings say which. Errors are those at the first time that is scored, 1 s. Needs prepared mnist
(and, for table 4, cifar10); a table whose data is not there ends with one line.
"""
import argparse
import hashlib
import json
import pathlib
import statistics
import subprocess
import sys
import time

IDEAL_IO = {"hardware.dac_bits": 0, "hardware.adc_bits": 0, "hardware.output_noise": 0,
            "hardware.noise_management": "none", "hardware.bound_management": "none",
            "hardware.backward_dac_bits": 0, "hardware.backward_adc_bits": 0, "hardware.backward_output_noise": 0}
# Weights of 255 even steps and nothing beside them: what a mini-batch asks for is rounded to whole steps, and the rest is gone.
LINEAR = {"training.regime": "mixed_precision", "training.accumulator_bits": 1, "training.weight_bound": 0,
          "training.weight_headroom": 2, **{f"device.constant_step.{key}": 0 for key in (
              "step_spread", "imbalance_spread", "bound_spread", "step_noise")}, "device.constant_step.states": 255, **IDEAL_IO}
DIGITAL = {"training.regime": "digital", "scoring.from": "programmed", "scoring.programmings": 1}


class Runs:
    """Runs of mho, each kept in a file named after its command."""

    def __init__(self, arguments):
        self.mho = arguments.mho
        self.folder = pathlib.Path(arguments.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.images = arguments.images or (6000 if arguments.quick else None)
        self.epochs = arguments.epochs
        self.quick = arguments.quick
        self.threads = arguments.threads
        self.seeds = range(arguments.seeds)
        self.seconds = 0.0

    def scale(self, epochs):
        """Images, epochs and scored times of a run."""
        scale = {"training.epochs": self.epochs or (max(1, epochs // 5) if self.quick else epochs),
                 "scoring.times_s": "[1, 86400, 2592000]"}
        return scale if self.images is None else {**scale, **self.part()}

    def part(self):
        """Of the data, where not all is used."""
        return {} if self.images is None else {"task.max_train": self.images, "task.max_test": 2000}

    def tag(self):
        return f"{self.images or 'all'}-{self.epochs or ('quick' if self.quick else 'full')}"

    def score(self, network, config, seed, settings, keep=None):
        """score.json of one evaluation; `keep`: a folder for the trained network."""
        words = ["evaluate", network, config, "--seed", str(seed)]
        for key, value in settings.items():
            words += ["--set", f"{key}={str(value).lower() if isinstance(value, bool) else value}"]
        own = json.dumps(words) + pathlib.Path(config).read_text()
        name = hashlib.sha256(own.encode()).hexdigest()[:16]
        kept = self.folder / f"{name}.json"
        if keep is not None:
            words += ["--out", str(keep), "--force"]
        if not kept.exists() or (keep is not None and not (keep / "score.json").exists()):
            start = time.monotonic()
            done = subprocess.run([self.mho, *words, "--threads", str(self.threads), "--json"], stdout=subprocess.PIPE, text=True,
                                  check=True)
            found = json.loads(done.stdout)
            found["command"] = " ".join(["mho", *words])
            found["script_wall_s"] = time.monotonic() - start
            kept.write_text(json.dumps(found))
        found = json.loads(kept.read_text())
        self.seconds += found["script_wall_s"]
        return found

    def errors(self, network, config, settings, at=0):
        """Errors (%) over the seeds at the first time that is scored."""
        return [100 * (1 - self.score(network, config, seed, settings)["drift"][at]["mean"]) for seed in self.seeds]

    def digital_errors(self, network, config, settings):
        return [100 * (1 - self.score(network, config, seed, {**settings, **DIGITAL})["digital"]["accuracy"])
                for seed in self.seeds]

    def events(self, network, config, settings):
        return statistics.mean(self.score(network, config, seed, settings)["writes"]["events_per_weight_sample"]
                               for seed in self.seeds)


def spread(values):
    return f"{statistics.mean(values):.2f}" + (f" +- {statistics.stdev(values):.2f}" if len(values) > 1 else "")


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(*names):
    row(*names)
    print("|---" * len(names) + "|", flush=True)


MNIST = "configs/onchip-mnist.toml"


def table_1(runs):
    """RPU baseline: 784-256-128-10, sigmoid, batch 1, error %."""
    head("training", "error %")
    base = runs.scale(10)
    row("float", spread(runs.digital_errors("mlp_sigmoid", MNIST, base)))
    row("baseline device, ideal periphery", spread(runs.errors("mlp_sigmoid", MNIST, {**base, **IDEAL_IO})))
    row("baseline device and periphery", spread(runs.errors("mlp_sigmoid", MNIST, base)))


def table_2(runs):
    """Imbalance of soft bounds: error % without and with zero-shifting; pulses of the calibration at 0.5."""
    base = {**runs.scale(5), "training.weight_bound": 1.8, "hardware.device": "soft_bounds",
            "device.soft_bounds.imbalance_spread": 0}
    head("imbalance", "pulsed", "zero_shift, 8000 pulses")
    for imbalance in [0, 0.1, 0.2, 0.35, 0.5]:
        own = {**base, "device.soft_bounds.imbalance": imbalance}
        row(imbalance, spread(runs.errors("mlp_sigmoid", MNIST, own)),
            spread(runs.errors("mlp_sigmoid", MNIST, {**own, "training.regime": "zero_shift",
                                                      "training.symmetry_pulses": 8000})))
    print(flush=True)
    head("pulses at imbalance 0.5", "error %")
    for pulses in [100, 500, 2000, 8000]:
        row(pulses, spread(runs.errors("mlp_sigmoid", MNIST, {
            **base, "device.soft_bounds.imbalance": 0.5, "training.regime": "zero_shift",
            "training.symmetry_pulses": pulses})))


def lenet(runs, states):
    return {**runs.scale(10), "training.batch_size": 8, "training.learning_rate": 0.02, "training.weight_headroom": 1,
            "training.weight_bound": 0, "hardware.device": "soft_bounds", "device.soft_bounds.states": states}


def table_3(runs):
    """LeNet-5: error % and programming events a weight and sample, direct and mixed precision."""
    row_digital = runs.digital_errors("lenet5", MNIST, lenet(runs, 120))
    head("states", "pulsed", "mixed precision", "events pulsed", "events mixed", "times fewer")
    row("digital", spread(row_digital), "", "", "", "")
    for states in [4, 10, 16, 20, 120]:
        direct = lenet(runs, states)
        mixed = {**direct, "training.regime": "mixed_precision", "training.momentum": 0.9}
        many, few = (runs.events("lenet5", MNIST, settings) for settings in (direct, mixed))
        row(states, spread(runs.errors("lenet5", MNIST, direct)), spread(runs.errors("lenet5", MNIST, mixed)),
            f"{many:.3g}", f"{few:.3g}", f"{many / few:.1f}")


def table_4(runs):
    """ResNet-8 on a part of CIFAR-10: error %, equal epochs."""
    base = {**runs.scale(20), "task.max_train": 6000, "task.max_test": 2000, "training.learning_rate": 0.1,
            "training.arithmetic": "float32", "scoring.arithmetic": "float32", "training.batch_size": 32,
            "training.weight_headroom": 1, "hardware.device": "soft_bounds", "hardware.g_max_us": 30,
            "hardware.mapping": "single", "scoring.programmings": 3}
    head("training", "error %")
    row("digital", spread(runs.digital_errors("resnet8", "configs/cifar10.toml", base)))
    row("mixed precision", spread(runs.errors("resnet8", "configs/cifar10.toml", {
        **base, "training.regime": "mixed_precision", "scoring.from": "trained"})))


def table_5(runs):
    """Moved to an inference chip (pcm, no training there): accuracy lost (points) from its own digital accuracy."""
    noise = [0, 1, 2, 4]
    head("trained", *[f"noise x{factor}, 1 s" for factor in noise], "x1, 30 d")
    kinds = {"digital": {**DIGITAL}, "hardware-aware": {"training.regime": "hardware_aware", "scoring.from": "programmed"},
             "on the chip": {"training.regime": "mixed_precision"}}
    for name, kind in kinds.items():
        lost = {factor: [] for factor in noise}
        month = []
        for seed in runs.seeds:
            folder = runs.folder / f"moved-{name.replace(' ', '-')}-{seed}-{runs.tag()}"
            runs.score("lenet5", MNIST, seed, {**lenet(runs, 120), "training.momentum": 0.9, **kind}, keep=folder)
            for factor in noise:
                moved = runs.score(str(folder), "configs/mnist.toml", seed, {
                    "device.programming_noise_scale": factor, "scoring.programmings": 20,
                    "scoring.times_s": "[1, 86400, 2592000]", **runs.part()})
                own = moved["digital"]["accuracy"]
                lost[factor].append(100 * (own - moved["drift"][0]["mean"]))
                if factor == 1:
                    month.append(100 * (own - moved["drift"][-1]["mean"]))
        row(name, *[spread(values) for values in lost.values()], spread(month))


def table_6(runs):
    """Hybrid memory over its accumulator's bits; LNS-Madam; a gate by the tangent kernel."""
    base = {**lenet(runs, 16), "hardware.device": "constant_step", "device.constant_step.states": 16,
            "hardware.mapping": "pairs", "training.regime": "hybrid", "training.momentum": 0.9}
    head("accumulator bits", "error %", "pulses a device")
    for bits in [4, 5, 6, 7, 8, 32]:
        own = {**base, "training.accumulator_bits": bits}
        pulses = statistics.mean(runs.score("lenet5", MNIST, seed, own)["writes"]["pulses_per_device"]["mean"]
                                 for seed in runs.seeds)
        row(bits, spread(runs.errors("lenet5", MNIST, own)), f"{pulses:.1f}")
    print(flush=True)
    head("optimiser (MLP, batch 32, 20000 images, 10 epochs)", "error %")
    mlp = {**runs.scale(10), "task.max_train": 20000, "task.max_test": 2000, "training.epochs": 10, "training.batch_size": 32}
    for name, settings in {"sgd, float": {"training.learning_rate": 0.02, "training.momentum": 0.9},
                           "lns_madam, 8 bits": {"training.optimizer": "lns_madam",
                                                 "training.learning_rate": 1 / 16}}.items():
        row(name, spread(runs.digital_errors("mlp", MNIST, {**mlp, **settings})))
    row("sgd, linear weights of 8 bits without a copy", spread(runs.errors("mlp", MNIST, {
        **mlp, **LINEAR, "training.learning_rate": 0.02, "training.momentum": 0.9})))
    print(flush=True)
    head("mixed precision, 120 states", "error %", "events a weight and sample")
    mixed = {**lenet(runs, 120), "training.regime": "mixed_precision", "training.momentum": 0.9}
    for name, settings in {"every layer": {}, "gated by the tangent kernel": {"training.update_gate": "mntk"}}.items():
        own = {**mixed, **settings}
        row(name, spread(runs.errors("lenet5", MNIST, own)), f"{runs.events('lenet5', MNIST, own):.3g}")


def table_7(runs):
    """Tiki-Taka beside gradient descent on asymmetric soft bounds: error %."""
    base = {**runs.scale(5), "training.weight_bound": 0.6, "hardware.device": "soft_bounds",
            "device.soft_bounds.imbalance_spread": 0}
    head("imbalance", "pulsed", "tiki_taka")
    for rate in [0.01, 0.03, 0.1]:  # what float needs at this scale; pulses keep the file's 0.01
        row(f"float, learning rate {rate}",
            spread(runs.digital_errors("mlp_sigmoid", MNIST, {**base, "training.learning_rate": rate})), "")
    for imbalance in [0, 0.05, 0.2]:
        own = {**base, "device.soft_bounds.imbalance": imbalance}
        row(imbalance, spread(runs.errors("mlp_sigmoid", MNIST, own)),
            spread(runs.errors("mlp_sigmoid", MNIST, {**own, "training.regime": "tiki_taka"})))


def table_8(runs):
    """LeNet-5 on pairs of phase-change devices that only grow: error % after training, and as they drift for a year."""
    times = {1: "1 s", 86400: "1 d", 2592000: "30 d", 31536000: "1 year"}
    base = {**lenet(runs, 120), "training.learning_rate": 0.005, "training.momentum": 0.9, "scoring.times_s": list(times),
            "hardware.device": "pcm_accumulative", "hardware.g_max_us": 0, "hardware.mapping": "pairs",
            "hardware.drift_compensation": "global"}
    head("training", *times.values(), "events a weight and sample")
    row("digital", spread(runs.digital_errors("lenet5", MNIST, base)), *[""] * len(times))
    ways = {"pulsed": {"training.momentum": 0, "training.learning_rate": 0.02},
            "mixed precision": {"training.regime": "mixed_precision"},
            "hybrid, 8 bits": {"training.regime": "hybrid", "training.accumulator_bits": 8}}
    for name, settings in ways.items():
        own = {**base, **settings}
        row(name, *[spread(runs.errors("lenet5", MNIST, own, at)) for at in range(len(times))],
            f"{runs.events('lenet5', MNIST, own):.3g}")


TABLES = {1: table_1, 2: table_2, 3: table_3, 4: table_4, 5: table_5, 6: table_6, 7: table_7, 8: table_8}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--table", type=int, action="append", choices=sorted(TABLES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--images", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", default="runs/onchip")
    arguments = parser.parse_args()
    for number in arguments.table or sorted(TABLES):
        runs = Runs(arguments)
        words = " ".join(["docs/make_onchip.py --table", str(number), *(["--quick"] if arguments.quick else []),
                          *([f"--images {arguments.images}"] if arguments.images else []),
                          *([f"--epochs {arguments.epochs}"] if arguments.epochs else []),
                          *([f"--seeds {arguments.seeds}"] if arguments.seeds != 3 else [])])
        print(f"### Table {number}. {TABLES[number].__doc__}\n\n`{words}`, {arguments.seeds} seeds\n", flush=True)
        try:
            TABLES[number](runs)
            print(f"\n{runs.seconds:.0f} s of runs.\n", flush=True)
        except subprocess.CalledProcessError as error:
            print(f"\ntable {number} ends here: {' '.join(error.cmd[:4])} ... gave {error.returncode}\n", file=sys.stderr)


if __name__ == "__main__":
    main()
