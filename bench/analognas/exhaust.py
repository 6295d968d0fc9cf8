#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains every network of bench/search/table.toml anew, once under the chip's noise and once digitally, and writes
bench/analognas/trainings.csv, on which ablation.py plays searches. From the repository root, less than an hour of one core:

    bench/analognas/exhaust.py [--mho FILE] [--threads N]

Runs lie in runs/analognas/exhaust and go on where they were cut short.
"""
import argparse
import csv
import json
import pathlib
import subprocess

from run_table import at, write_csv

HERE = pathlib.Path(__file__).resolve().parent
TABLE, RUNS, SEED = HERE.parent / "search/table", pathlib.Path("runs/analognas/exhaust"), 3
REGIMES = {"noisy": "hardware_aware", "digital": "digital"}


def trials(arguments, genomes, regime):
    """Of an exhaustive search, by genome."""
    folder = RUNS / regime
    wanted = {"search.proposer": "random", "search.trials": genomes, "search.population": genomes, "search.max_draws": 200000,
              "training.regime": REGIMES[regime]}
    file = folder / "trials.jsonl"
    if not file.exists() or len(file.read_text(encoding="utf-8").splitlines()) < genomes:
        command = [arguments.mho, "search", TABLE.with_suffix(".toml"), "--out", folder, "--seed", SEED, "--threads",
                   arguments.threads]
        command += [word for key, value in wanted.items() for word in ("--set", f"{key}={value}")]
        command += ["--resume"] if (folder / "config.toml").exists() else []
        subprocess.run([str(word) for word in command], check=True)
    return {trial["name"]: trial for trial in map(json.loads, file.read_text(encoding="utf-8").splitlines())}


def columns_of(regime, trial):
    names = [f"{regime}_{name}" for name in ("digital", "1d", "1d_sd", "30d", "avm")]
    if trial["failed"]:  # no better than chance, or the loss grew without end
        return dict.fromkeys(names, "")
    score, day = trial["score"], at(trial["score"], 86400)
    values = (score["digital_accuracy"], day["mean"], day["standard_deviation"], at(score, 2592000)["mean"], score["avm"])
    return {name: f"{value:.5f}" for name, value in zip(names, values)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    with open(TABLE.with_suffix(".csv"), newline="", encoding="utf-8") as lines:
        rows = {row["genome"]: row for row in csv.DictReader(lines)}
    found = {regime: trials(arguments, len(rows), regime) for regime in REGIMES}
    lines = []
    for genome, row in rows.items():
        line = {"genome": genome, "parameters": row["parameters"], "table_1d": row["accuracy_1d"]}
        for regime in REGIMES:
            line |= columns_of(regime, found[regime][genome])
        lines.append(line)
    write_csv(HERE / "trainings.csv", lines)


if __name__ == "__main__":
    main()
