#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a search loses when its Gaussian process learns from a part of the trials (`search.surrogate_observations`). From the
repository root, a quarter of an hour of CPU:

    python bench/search/observations.py [--mho FILE] [--seeds 20] [--trials 160]

Searches both tables (`mho bench-search`) with `bayesian`, which learns from an eighth, a quarter, a half or all of the trials at the end,
and prints the regrets for docs/search.md.
"""
import argparse
import statistics

from batching import TABLES, regrets

PARTS = (8, 4, 2, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=160)
    arguments = parser.parse_args()
    counts = [arguments.trials // part for part in (4, 2, 1)]
    print("| genes | learns from at most | " + " | ".join(f"after {count}, mean and median (quartiles)" for count in counts) +
          " | seeds that found the best |\n|---|---:|" + "---:|" * (len(counts) + 1))
    for table, title in TABLES.items():
        for part in PARTS:
            found = regrets(arguments, table, [f"search.surrogate_observations={arguments.trials // part}"])
            cells = ["{mean:.2f}, {1:.2f} ({0:.2f} to {2:.2f})".format(
                *found.at_trial(count), mean=statistics.mean(run[min(count, len(run)) - 1] for run in found.by_trial)) for count in counts]
            best = sum(run[-1] <= 0 for run in found.by_trial)
            print(f"| {title} | {arguments.trials // part} | {' | '.join(cells)} | {best} of {len(found.by_trial)} |", flush=True)


if __name__ == "__main__":
    main()
