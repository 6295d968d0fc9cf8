# SPDX-License-Identifier: Apache-2.0
"""Plots and numbers of the regrets: docs/search-regret-*.svg and bench/search/regret.csv."""

import csv

from regrets import Regrets


def plot(regrets, arguments, folder):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "mho"  # the same file from the same numbers
    trials = range(1, arguments.trials + 1)
    longest = min(max(seconds[-1] for seconds in regret.seconds) for regret in regrets.values())
    seconds = [longest * step / 200 for step in range(1, 201)]
    axes_of = {"trials": (trials, Regrets.at_trial, "trials"),
               "seconds": (seconds, Regrets.at_second, "seconds of training, one after the other")}  # fmt: skip
    for name, (positions, at, label) in axes_of.items():
        figure, axes = plt.subplots(figsize=(8, 5))
        for color, (proposer, regret) in enumerate(regrets.items()):
            low, median, high = zip(*(at(regret, position) for position in positions))
            axes.plot(positions, median, label=proposer, color=f"C{color}")
            axes.fill_between(positions, low, high, color=f"C{color}", alpha=0.12, linewidth=0)
        axes.set(xlabel=label, ylabel="regret, points of 1-day accuracy", ylim=(0, 8))
        axes.legend()
        figure.tight_layout()
        figure.savefig(folder / f"search-regret-{name}.svg", metadata={"Date": None})
        plt.close(figure)


def write_csv(regrets, arguments, file):
    with open(file, "w", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["proposer", "trial", "regret_points_q1", "regret_points_median", "regret_points_q3"])
        for name, regret in regrets.items():
            for trial in range(1, arguments.trials + 1):
                writer.writerow([name, trial, *(f"{value:.4f}" for value in regret.at_trial(trial))])
