# SPDX-License-Identifier: Apache-2.0
"""The evidence section of docs/search.md, as lines of Markdown."""

import statistics

from evidence_runs import OURS, PREFILTER_SEEDS, QUICKSTART_TRIALS
from regrets import kendall_tau, quartiles


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
        f"\"Reaches random\": first trial whose median regret is at most random's at {arguments.trials}, {final:.2f}; \"finds the best\": is zero.",
        "",
        *table_of(
            ["proposer", *(f"{trial} trials" for trial in checks), f"as long as random's {arguments.trials // 2}",
             "reaches random", "finds the best"],
            [[f"`{name}`", *(shown(regret.at_trial(trial)) for trial in checks), shown(regret.at_second(half_s)),
              *(str(regret.trials_to(goal, arguments.trials) or "never") for goal in (final, 0))] for name, regret in regrets.items()],
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


def unordered_section(regrets, missing, arguments, rows, title):
    best = max(rows, key=lambda row: float(row["accuracy_1d"] or 0))
    checks = (25, 50, 100, 150)
    return [
        f"### {title}",
        "",
        f"{len(rows)} genomes, the best {best['genome']} with {100 * float(best['accuracy_1d']):.2f} % after one day. "
        f"{arguments.seeds} seeds, {checks[-1]} trials. Regret in points: median (quartiles). Shuffled: each seed lists the "
        "values of unordered genes in an order of its own.",
        "",
        *table_of(["way", "labels", *(f"{trial} trials" for trial in checks)],
                  [[f"`{name}`", labels, *(shown(regret.at_trial(trial)) for trial in checks)]
                   for (name, labels), regret in regrets.items()]),
        "",
        *missing_lines(missing),
    ]


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
