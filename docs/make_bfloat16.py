#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the table of docs/decisions/0013-bfloat16-training.md: networks trained in float32 and in bfloat16, scored after
drift. From the repository root:

    docs/make_bfloat16.py [--mho FILE] [--only lenet5] [--seeds N]     needs mnist, cifar10, kws and fsdd (mho data prepare)

Every training is a file runs/bfloat16/NETWORK-ARITHMETIC-SEED.json; one that is there already is not trained again.
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess

ARITHMETICS = ["float32", "bfloat16"]
COMMON = ["--json", "--threads", "1", "--set", "scoring.arithmetic=float32", "--set", "scoring.programmings=10",
          "--set", "scoring.times_s=[1,86400,2592000]"]
RATE = ["--set", "training.learning_rate=0.1"]
NETWORKS = {
    "lenet5": ["configs/mnist.toml", *RATE, "--set", "task.max_train=12000", "--set", "training.epochs=5"],
    "resnet8": ["configs/cifar10.toml", *RATE, "--set", "task.max_train=12000", "--set", "task.max_test=2000", "--set",
                "training.epochs=10"],
    "ds_cnn": ["configs/kws.toml", "--set", "training.epochs=60"],
    "found_digits": ["configs/digits-spoken.toml"],  # of AnalogNAS' space
}
# Of Student's t with so many degrees of freedom, 97.5 %.
QUANTILES = [math.nan, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
             2.131, 2.120, 2.110, 2.101, 2.093]


def score(mho, network, arithmetic, seed):
    """[digital, 1 s, 1 day, 30 days], percent right."""
    file = pathlib.Path(f"runs/bfloat16/{network}-{arithmetic}-{seed}.json")
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        words = [mho, "evaluate", network, *NETWORKS[network], *COMMON, "--seed", str(seed), "--set",
                 f"training.arithmetic={arithmetic}"]
        text = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
        partial = file.with_suffix(".part")
        partial.write_text(text)
        partial.rename(file)
    found = json.loads(file.read_text())
    return [100 * found["digital"]["accuracy"], *(100 * point["mean"] for point in found["drift"])]


def cell(values, sign=""):
    """Mean and half of its 95 % interval over the seeds."""
    half = QUANTILES[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))
    return f"{statistics.mean(values):{sign}.2f} ± {half:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--only", choices=list(NETWORKS), action="append")
    parser.add_argument("--seeds", type=int, default=5, choices=range(2, len(QUANTILES) + 1), metavar="N")
    arguments = parser.parse_args()
    print("| network | arithmetic | digital | 1 s | 1 day | 30 days |\n|---|---|---:|---:|---:|---:|", flush=True)
    for network in arguments.only or NETWORKS:
        scores = {arithmetic: [] for arithmetic in ARITHMETICS}
        for seed in range(arguments.seeds):  # in turn, so that a run that is cut short has pairs
            for arithmetic in ARITHMETICS:
                scores[arithmetic].append(score(arguments.mho, network, arithmetic, seed))
        for arithmetic in ARITHMETICS:
            print(f"| {network} | {arithmetic} | " + " | ".join(cell(at) for at in zip(*scores[arithmetic])) + " |")
        pairs = [[b - a for a, b in zip(*pair)] for pair in zip(*scores.values())]
        print(f"| {network} | difference | " + " | ".join(cell(at, "+") for at in zip(*pairs)) + " |", flush=True)


if __name__ == "__main__":
    main()
