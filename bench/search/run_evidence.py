#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares proposers at equal budgets and writes the evidence section of docs/search.md with its plots.

    python bench/search/run_evidence.py                       # table: 20 seeds x 200 trials; quickstart: 3 seeds
    python bench/search/run_evidence.py --mho "python -m mho" # with Optuna's samplers and XGBoost
    python bench/search/run_evidence.py --parts table         # the table alone

Needs matplotlib. A proposer that this build does not have is named as missing, not left out silently. Writes
docs/search.md between its evidence marks, docs/search-regret*.svg and, with the numbers behind them,
bench/search/regret.csv. Same table, seeds and build: same numbers, but for the seconds of the quickstart.
"""

import argparse
import csv
import itertools
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BEGIN, END = "<!-- evidence: written by bench/search/run_evidence.py -->", "<!-- evidence: end -->"
SURROGATE = "search.surrogate"
PROPOSERS = {  # name: settings
    "random": ["search.proposer=random"],
    "latin_hypercube": ["search.proposer=latin_hypercube"],
    "evolution": ["search.proposer=evolution"],
    "evolution + gp": ["search.proposer=evolution", f"{SURROGATE}=gp"],
    "evolution + xgboost": ["search.proposer=evolution", f"{SURROGATE}=xgboost"],
    "bayesian": ["search.proposer=bayesian"],
    "nsga2": ["search.proposer=nsga2"],
    "optuna:tpe": ["search.proposer=optuna:tpe"],
    "optuna:nsga2": ["search.proposer=optuna:nsga2"],
}
EVERY_BUILD = ("search.proposer=random", "search.proposer=latin_hypercube")
OURS = ("evolution + gp", "evolution + xgboost", "bayesian")
PREFILTERS = ("naswot", "gradient_norm", "noise_sensitivity")
QUICKSTART = {
    **PROPOSERS,
    "evolution, successive halving": ["search.proposer=evolution", "search.fidelity=successive_halving"],
    "evolution, naswot": ["search.proposer=evolution", "search.prefilter=naswot"],
}
QUICKSTART_TRIALS = 24
PREFILTER_SEEDS = 5


class Missing(Exception):
    """What this build cannot run."""


def environment():
    """The digits come with scikit-learn: tell where this interpreter has its packages."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return {"MHO_PYTHON_PATH": paths, **os.environ}


def run_mho(mho, words, settings):
    command = shlex.split(mho) + [str(word) for word in words]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment())
    if done.returncode == 2 and settings[0] not in EVERY_BUILD:  # a proposer or a key that this build has not
        raise Missing(done.stderr.strip().splitlines()[-1].split("; known")[0].removeprefix("mho: error: "))
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}\nfailed:\n{done.stderr}")
    return json.loads(done.stdout)


def bench_search(arguments, settings, seeds, trials):
    """Runs of `mho bench-search` on the table, one a seed."""
    with tempfile.TemporaryDirectory() as scratch:
        words = ["bench-search", HERE / "table.toml", "--table", arguments.table, "--seeds", seeds, "--seed", 1,
                 "--json", "--out", pathlib.Path(scratch) / "run"]  # fmt: skip
        return run_mho(arguments.mho, words, [*settings, f"search.trials={trials}"])["runs"]


def running_best(values):
    best = list(itertools.accumulate((value if value is not None else float("-inf") for value in values), max))
    return best


def quartiles(values):
    """First quartile, median and third quartile, by linear interpolation."""
    ordered = sorted(values)

    def at(part):
        position = part * (len(ordered) - 1)
        low = int(position)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (position - low) * (ordered[high] - ordered[low])

    return at(0.25), at(0.5), at(0.75)


def kendall_tau(pairs):
    """Tau-a over pairs of values."""
    agreement = total = 0
    for (a, b), (c, d) in itertools.combinations(pairs, 2):
        agreement += ((a > c) - (a < c)) * ((b > d) - (b < d))
        total += 1
    return agreement / total


class Regrets:
    """Regret in points of 1-day accuracy of every seed's best so far, by trial and by training seconds."""

    def __init__(self, runs, best):
        self.by_trial = [[100 * (best - value) for value in running_best(run["accuracy_1d"])] for run in runs]
        self.seconds = [list(itertools.accumulate(run["train_s"])) for run in runs]

    def at_trial(self, trial):
        return quartiles([regret[min(trial, len(regret)) - 1] for regret in self.by_trial])

    def at_second(self, second):
        """Before a seed's first trial ends, its regret is that of the first trial."""
        found = []
        for regret, seconds in zip(self.by_trial, self.seconds):
            done = sum(1 for end in seconds if end <= second)
            found.append(regret[max(done, 1) - 1])
        return quartiles(found)

    def trials_to(self, regret, trials):
        """First trial at which the median regret is at most this; None if never."""
        return next((trial for trial in range(1, trials + 1) if self.at_trial(trial)[1] <= regret), None)


def read_table(file):
    with open(file, newline="") as lines:
        return [row for row in csv.DictReader(lines)]


def run_table(arguments, best):
    """Regrets by proposer, and why the missing ones are missing."""
    regrets, missing = {}, {}
    for name, settings in PROPOSERS.items():
        print(f"table: {name}", flush=True)
        try:
            regrets[name] = Regrets(bench_search(arguments, settings, arguments.seeds, arguments.trials), best)
        except Missing as reason:
            missing[name] = str(reason)
    return regrets, missing


def run_prefilters(arguments, best):
    """Kendall's tau of each measure over the whole table, and evolution's regret behind each."""
    rows = len(read_table(arguments.table))
    everything = ["search.proposer=random", f"search.population={rows}", "search.max_draws=200000",
                  "search.prefilter=naswot", "search.prefilter_keep=1"]  # fmt: skip
    print("prefilters: the whole table", flush=True)
    taus = bench_search(arguments, everything, 1, rows)[0]["prefilter_kendall_tau"]
    regrets = {}
    for name in ("none", *PREFILTERS):
        print(f"prefilters: evolution behind {name}", flush=True)
        settings = [*PROPOSERS["evolution"], f"search.prefilter={name}"]
        regrets[name] = Regrets(bench_search(arguments, settings, PREFILTER_SEEDS, 100), best)
    return taus, regrets


def run_quickstart(arguments):
    """By way of searching: of each seed, the winner's accuracy on validation and, with fresh devices, test data."""
    found, missing = {}, {}
    for name, settings in QUICKSTART.items():
        for seed in range(1, arguments.quickstart_seeds + 1):
            print(f"quickstart: {name}, seed {seed}", flush=True)
            with tempfile.TemporaryDirectory() as scratch:
                folder = pathlib.Path(scratch) / "run"
                words = ["search", "configs/quickstart.toml", "--seed", seed, "--json", "--out", folder]
                try:
                    run_mho(arguments.mho, words, [*settings, f"search.trials={QUICKSTART_TRIALS}"])
                except Missing as reason:
                    missing[name] = str(reason)
                    break
                found.setdefault(name, []).append(read_quickstart(folder))
    return found, missing


def day(score):
    return 100 * next(point["mean"] for point in score["drift"] if point["time_s"] == 86400)


def read_quickstart(folder):
    """The winner's two scores, in points, and the seconds that all trials took."""
    trials = [json.loads(line) for line in (folder / "trials.jsonl").read_text().splitlines()]
    winner = json.loads((folder / "winners" / "0" / "score.json").read_text())
    return {
        "validation": max(day(trial["score"]) for trial in trials if trial["score"]),
        "test": next(100 * point["mean"] for point in winner["drift"] if point["time_s"] == 86400),
        "train_s": sum(trial["wall_s"] for trial in trials),
    }


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


def shown(quartile):
    low, median, high = quartile
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def table_of(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def missing_lines(missing):
    return [f"- Not run, this build has it not: `{name}` ({reason})." for name, reason in missing.items()] + [""]


def table_section(regrets, missing, arguments, rows):
    best = max(rows, key=lambda row: float(row["accuracy_1d"]))
    final = regrets["random"].at_trial(arguments.trials)[1]
    checks = [trial for trial in (25, 50, 100, 200) if trial <= arguments.trials]
    half_s = statistics.median(seconds[arguments.trials // 2 - 1] for seconds in regrets["random"].seconds)
    lines = [
        "### On the table",
        "",
        f"{len(rows)} genomes, the best {best['genome']} with {100 * float(best['accuracy_1d']):.2f} % after one day. "
        f"{arguments.seeds} seeds, {arguments.trials} trials, generations of 8. Regret in points: median (quartiles). "
        f"\"As long as random's {arguments.trials // 2}\": at {half_s:.0f} s of training, one candidate after the other. "
        f"\"Reaches random\": first trial whose median regret is at most random's at {arguments.trials}, {final:.2f}.",
        "",
        *table_of(
            ["proposer", *(f"{trial} trials" for trial in checks), f"as long as random's {arguments.trials // 2}",
             "reaches random"],
            [[f"`{name}`", *(shown(regret.at_trial(trial)) for trial in checks), shown(regret.at_second(half_s)),
              str(regret.trials_to(final, arguments.trials) or "never")] for name, regret in regrets.items()],
        ),
        "",
        "![Regret over trials](search-regret-trials.svg)",
        "",
        "![Regret over training seconds](search-regret-seconds.svg)",
        "",
        *missing_lines(missing),
        *target_lines(regrets, arguments, final),
    ]  # fmt: skip
    return lines


def target_lines(regrets, arguments, final):
    """Whether the targets are met, and by how much not."""
    fifth = arguments.trials // 5
    reached = {name: regrets[name].trials_to(final, arguments.trials) for name in OURS if name in regrets}
    lines = [f"Target 1, random's {arguments.trials}-trial best with {fifth} trials by one of {', '.join(OURS)}: "]
    if not reached:
        lines[0] += "not measured yet, none of them ran."
    else:
        name, trial = min(reached.items(), key=lambda item: item[1] or arguments.trials + 1)
        verdict = "met" if trial and trial <= fifth else "missed"
        lines[0] += f"{verdict}; the first is {name} after {trial or f'more than {arguments.trials}'} trials."
    lines += ["", "Target 2, none of ours behind `optuna:tpe` at 100 trials: "]
    if "optuna:tpe" not in regrets or not reached or arguments.trials < 100:
        lines[-1] += "not measured yet."
    else:
        behind = {name: regrets[name].at_trial(100)[1] - regrets["optuna:tpe"].at_trial(100)[1] for name in reached}
        lines[-1] += "; ".join(f"{name} is {abs(gap):.2f} points {'behind' if gap > 0 else 'ahead or level'}"
                               for name, gap in behind.items()) + "."  # fmt: skip
    return [*lines, ""]


def fidelity_section(rows):
    def tau(first, second):
        return kendall_tau([(float(row[first]), float(row[second])) for row in rows if row[first] and row[second]])

    def seconds(column):
        return statistics.mean(float(row[column]) for row in rows)

    seeds = [column for column in rows[0] if column.startswith("accuracy_1d_seed")]
    lines = [
        "### What a short training tells",
        "",
        f"Kendall's tau over the table's genomes: {tau('accuracy_1d_low', seeds[0]):.2f} between 3 epochs "
        f"({seconds('train_s_low'):.2f} s a candidate, scoring included) and all 10 ({seconds('train_s'):.2f} s).",
    ]
    if len(seeds) > 1:
        lines[-1] += (
            f" Two whole trainings that differ in their seed only agree with {tau(seeds[0], seeds[1]):.2f}: a search "
            "that trains each candidate once cannot tell more."
        )
    return [*lines, ""]


def prefilter_section(taus, regrets):
    return [
        "### What zero-cost measures tell",
        "",
        f"Over all genomes of the table, and as a filter before `evolution` (a quarter of the proposals trained, 100 "
        f"trials, {PREFILTER_SEEDS} seeds):",
        "",
        *table_of(
            ["prefilter", "Kendall tau with 1-day accuracy", "regret at 50 trials", "regret at 100 trials"],
            [[f"`{name}`", f"{taus[name]:+.2f}" if name in taus else "", shown(regret.at_trial(50)),
              shown(regret.at_trial(100))] for name, regret in regrets.items()],
        ),
        "",
    ]  # fmt: skip


def quickstart_section(found, missing, arguments):
    def of(runs, key):
        return shown(quartiles([run[key] for run in runs]))

    return [
        "### On the quickstart task",
        "",
        f"`configs/quickstart.toml`, {QUICKSTART_TRIALS} trials, {arguments.quickstart_seeds} seeds: too few to tell "
        "proposers apart that are within a point of each other. Median (quartiles), in percent and seconds.",
        "",
        *table_of(
            ["way", "best, validation", "winner, fresh devices and test data", "seconds of all trials"],
            [[f"`{name}`", of(runs, "validation"), of(runs, "test"), of(runs, "train_s")]
             for name, runs in found.items()],
        ),
        "",
        *missing_lines(missing),
    ]  # fmt: skip


def write_section(file, lines):
    text = file.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    file.write_text(before + BEGIN + "\n\n" + "\n".join(lines).rstrip() + "\n\n" + END + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho", help="command, from the repository's root")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "table.csv")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--quickstart-seeds", type=int, default=3)
    parser.add_argument("--parts", nargs="+", choices=["table", "prefilters", "quickstart"],
                        default=["table", "prefilters", "quickstart"])  # fmt: skip
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs", help="folder of search.md and plots")
    arguments = parser.parse_args()
    rows = read_table(arguments.table)
    best = max(float(row["accuracy_1d"]) for row in rows)
    lines = []
    if "table" in arguments.parts:
        regrets, missing = run_table(arguments, best)
        plot(regrets, arguments, arguments.docs)
        write_csv(regrets, arguments, HERE / "regret.csv")
        lines += table_section(regrets, missing, arguments, rows)
    lines += fidelity_section(rows)
    if "prefilters" in arguments.parts:
        lines += prefilter_section(*run_prefilters(arguments, best))
    if "quickstart" in arguments.parts:
        lines += quickstart_section(*run_quickstart(arguments), arguments)
    write_section(arguments.docs / "search.md", lines)


if __name__ == "__main__":
    main()
