#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the table of docs/physics.md, section "Coarse ADCs". From the repository root:

    docs/make_pim_qat.py [path of mho]        needs prepared cifar10 (mho data prepare)

Hardware-aware networks are trained into runs/pim-qat-SEED; a folder that is there already is scored, not trained again.
"""
import json
import math
import pathlib
import statistics
import subprocess
import sys

SEEDS = [0, 1, 2]
ADCS = [(3, 2), (4, 3), (5, 4), (5, 10)]  # bits, hardware.adc_range (10 is the default)
COMMON = ["configs/cifar10.toml", "--json", "--set", "training.learning_rate=0.1", "--set", "training.arithmetic=float32",
          "--set", "scoring.arithmetic=float32", "--set", "task.max_train=6000", "--set", "task.max_test=1000",
          "--set", "training.epochs=8", "--set", "scoring.programmings=8",
          "--set", "scoring.times_s=[1,3600,86400,2592000]"]
CALIBRATED = ["--set", "post_training.batch_norm_samples=256", "--set", "post_training.batch_norm_at=every_time"]


def evaluate(mho, network, seed, words):
    command = [mho, "evaluate", network, *COMMON, "--seed", str(seed), *words]
    score = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return [100 * point["mean"] for point in score["drift"]]


def mean_and_error(values):
    return f"{statistics.mean(values):.1f} +- {statistics.stdev(values) / math.sqrt(len(values)):.1f}"


def differences(scores, others):
    """Seed by seed."""
    return [[a - b for a, b in zip(x, y)] for x, y in zip(scores, others)]


def row(name, scores):
    cells = [mean_and_error(at_time) for at_time in zip(*scores)]
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main():
    mho = sys.argv[1] if len(sys.argv) > 1 else "build/release/mho"
    print("| ADC | training | 1 s | 1 h | 1 day | 30 days |\n|---|---|---:|---:|---:|---:|", flush=True)
    for seed in SEEDS:
        folder = pathlib.Path(f"runs/pim-qat-{seed}")
        if not (folder / "score.json").exists():
            evaluate(mho, "resnet8", seed, ["--out", str(folder)])
    for bits, limit in ADCS:
        adc = ["--set", f"hardware.adc_bits={bits}", "--set", f"hardware.adc_range={limit}"]
        name = f"{bits} bits, +-{limit}"
        plain = [evaluate(mho, f"runs/pim-qat-{seed}", seed, adc) for seed in SEEDS]
        deployed = [evaluate(mho, f"runs/pim-qat-{seed}", seed, adc + CALIBRATED) for seed in SEEDS]
        pim_qat = [evaluate(mho, "resnet8", seed, adc + CALIBRATED + ["--set", "training.regime=pim_qat"])
                   for seed in SEEDS]
        row(f"{name} | 8 bits, not calibrated", plain)
        row(f"{name} | 8 bits", deployed)
        row(f"{name} | `pim_qat`", pim_qat)
        row(f"{name} | difference", differences(pim_qat, deployed))
        row(f"{name} | difference, not calibrated", differences(pim_qat, plain))
        row(f"{name} | what calibration alone gives", differences(deployed, plain))


if __name__ == "__main__":
    main()
