#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What waiting for a generation's slowest training costs, and what larger generations cost in knowledge. From the repository
root, a few minutes of CPU:

    python bench/search/batching.py [--mho FILE] [--seeds 20] [--trials 128]

Prints the two tables of docs/search.md. The first lays 5,120 trainings out on simulated workers, as long as those of networks drawn
from a search: each worker takes the next trial of the generation when it is free, and a generation begins when the last
training of the one before has ended. Workers without generations, each of which proposes anew whenever it is free, are never
idle: what they would save bounds what any asynchronous way can. The second searches the tables (`mho bench-search`) with
generations of those sizes.
"""
import argparse
import csv
import heapq
import json
import random
import statistics
import subprocess

from regrets import Regrets

TABLES = {"table": "ordered genes", "cells": "unordered genes"}
WORKERS = (2, 8, 64)
GENERATIONS = (1, 2, 4)  # trials of a generation, times the workers
TRAININGS = 5120
SIZES = (2, 8, 16, 32, 64)


def rows_of(table):
    with open(f"bench/search/{table}.csv", newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def durations():
    """Trainings' lengths by what was searched: measured on a quiet machine, or by their multiply-accumulates."""
    with open("bench/analognas/trials.csv", newline="", encoding="utf-8") as lines:
        trials = list(csv.DictReader(lines))
    return {"table.csv (seconds)": [float(row["train_s"]) for row in rows_of("table")],
            "keywords, digits, heart beats, CIFAR-10 (products)": [
                float(trial["macs"]) / statistics.mean(float(other["macs"]) for other in trials if other["task"] == trial["task"])
                for trial in trials]}


def end(seconds, workers, population):
    """When the last training ends."""
    begin = 0.0
    for first in range(0, len(seconds), population):
        free = [begin] * workers
        for duration in seconds[first:first + population]:
            heapq.heappush(free, heapq.heappop(free) + duration)
        begin = max(free)
    return begin


def busy(lengths, workers, times):
    """Percent of the workers' time that is training, with generations of `times` trials a worker."""
    seconds = random.Random(1).choices(lengths, k=TRAININGS)
    return 100 * sum(seconds) / (workers * end(seconds, workers, workers * times))


def regrets(arguments, table, settings):
    """Of `bayesian` with these settings of [search] on the table."""
    command = [arguments.mho, "bench-search", f"bench/search/{table}.toml", "--table", f"bench/search/{table}.csv", "--seeds",
               arguments.seeds, "--json", "--set", "search.proposer=bayesian", f"search.trials={arguments.trials}", *settings]
    text = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True).stdout
    best = max(float(row["accuracy_1d"]) for row in rows_of(table) if row["failed"] == "0")
    return Regrets(json.loads(text)["runs"], best)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=128)
    arguments = parser.parse_args()
    print("| trainings of | workers | longest over mean | " + " | ".join(f"busy, {times} a worker" for times in GENERATIONS) +
          " |\n|---|---:|---:|" + "---:|" * len(GENERATIONS))
    for title, lengths in durations().items():
        for workers in WORKERS:
            cells = [f"{busy(lengths, workers, times):.0f} %" for times in GENERATIONS]
            print(f"| {title} | {workers} | {max(lengths) / statistics.mean(lengths):.1f} | {' | '.join(cells)} |")
    counts = [arguments.trials // 4, arguments.trials // 2, arguments.trials]
    print("\n| genes | generation | " + " | ".join(f"after {count}" for count in counts) + " |\n|---|---:|" + "---:|" * len(counts))
    for table, title in TABLES.items():
        for population in SIZES:
            found = regrets(arguments, table, [f"search.population={population}"])
            cells = ["{1:.2f} ({0:.2f} to {2:.2f})".format(*found.at_trial(count)) for count in counts]
            print(f"| {title} | {population} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
