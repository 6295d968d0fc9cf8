#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains and scores every genome of bench/search/table.toml under its T_p and writes table.csv.

    python bench/search/make_table.py
    python bench/search/make_table.py --seeds 1 2 --out two_seeds.csv
    python bench/search/make_table.py --space cells    # of cells.toml: cells.csv

Runs of `mho search` with the random proposer, one generation as large as the space: one for each training seed, and
the first seed again at a third of the epochs. A genome's accuracy_1d is the mean over the seeds; each seed's is in a
column of its own. About 10 minutes of CPU a seed; --resume continues what was interrupted.
"""

import argparse
import csv
import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ONE_DAY_S = 86400.0
LOW_EPOCHS = 3
# All of each space under its T_p: asked for one more, the search says that the space ran out.
GENOMES = {"table": 1227, "cells": 1458}
COLUMNS = [
    "parameters", "macs", "failed", "accuracy_1d", "deviation_1d", "avm_points",
    "digital_accuracy", "energy_j", "latency_s", "cores", "train_s", "accuracy_1d_low", "train_s_low",
]  # fmt: skip


def run_search(arguments, seed, settings, folder):
    """Runs one exhaustive search, or finishes it, and returns its trials by genome."""
    trials, resume, genomes = folder / "trials.jsonl", arguments.resume, GENOMES[arguments.space]
    if resume and trials.exists() and len(trials.read_text().splitlines()) == genomes:
        return read_trials(trials)
    exhaustive = ["search.proposer=random", f"search.trials={genomes}", f"search.population={genomes}",
                  "search.max_draws=200000"]  # fmt: skip
    command = [arguments.mho, "search", HERE / f"{arguments.space}.toml", "--out", folder, "--seed", str(seed)]
    for setting in exhaustive + settings:
        command += ["--set", setting]
    if resume and (folder / "config.toml").exists():
        command.append("--resume")
    subprocess.run([str(word) for word in command], check=True)
    return read_trials(trials)


def read_trials(file):
    return {trial["name"]: trial for trial in map(json.loads, file.read_text().splitlines())}


def day(trial):
    """The drift point after one day; None for a failed trial."""
    if trial["failed"]:
        return None
    return next(point for point in trial["score"]["drift"] if point["time_s"] == ONE_DAY_S)


def mean(values):
    return sum(values) / len(values)


def row(name, runs, low_run):
    """One line of the table: means over the seeds whose training did not fail."""
    full = [run[name] for run in runs.values()]
    first, low = full[0], low_run[name]
    good = [trial for trial in full if not trial["failed"]]
    line = first["genome"] | {
        "genome": name,
        "parameters": first["parameters"],
        "macs": first["macs"],
        "failed": int(not good),
        "energy_j": first["cost"] and f"{first['cost']['energy_j']:.6g}",
        "latency_s": first["cost"] and f"{first['cost']['latency_s']:.6g}",
        "cores": first["cost"] and first["cost"]["cores"],
        "train_s": f"{mean([trial['wall_s'] for trial in full]):.3f}",
        "train_s_low": f"{low['wall_s']:.3f}",
    }
    for seed, trial in zip(runs, full):
        line[seed_column(seed)] = "" if trial["failed"] else f"{day(trial)['mean']:.6f}"
    if good:
        line |= {
            "accuracy_1d": f"{mean([day(trial)['mean'] for trial in good]):.6f}",
            "deviation_1d": f"{mean([day(trial)['standard_deviation'] for trial in good]):.6f}",
            "avm_points": f"{mean([trial['score']['avm'] for trial in good]):.4f}",
            "digital_accuracy": f"{mean([trial['score']['digital_accuracy'] for trial in good]):.6f}",
        }
    if not low["failed"]:
        line["accuracy_1d_low"] = f"{day(low)['mean']:.6f}"
    return line


def seed_column(seed):
    return f"accuracy_1d_seed{seed}"


def natural(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho", help="the executable")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of the trainings")
    parser.add_argument("--space", choices=GENOMES, default="table")
    parser.add_argument("--work", type=pathlib.Path, help="folder of the runs (default: runs/ and the space)")
    parser.add_argument("--out", type=pathlib.Path, help="default: the space's file beside this script")
    parser.add_argument("--resume", action="store_true", help="continue what --work holds")
    arguments = parser.parse_args()
    arguments.work = arguments.work or pathlib.Path("runs") / arguments.space
    arguments.out = arguments.out or HERE / f"{arguments.space}.csv"
    low_settings = [f"training.epochs={LOW_EPOCHS}"]
    runs = {
        seed: run_search(arguments, seed, [], arguments.work / f"full-{seed}")
        for seed in arguments.seeds
    }
    first = arguments.seeds[0]
    low = run_search(arguments, first, low_settings, arguments.work / f"low-{first}")
    names = sorted(low, key=natural)
    if any(set(trials) != set(names) for trials in runs.values()):
        raise SystemExit("the runs hold different genomes: expected each to hold the whole space")
    with arguments.out.open("w", newline="") as file:
        genes = list(dict.fromkeys(gene for trial in low.values() for gene in trial["genome"]))
        columns = ["genome", *genes, *COLUMNS, *(seed_column(seed) for seed in arguments.seeds)]
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(row(name, runs, low) for name in names)
    print(f"{len(names)} genomes in {arguments.out}")


if __name__ == "__main__":
    main()
