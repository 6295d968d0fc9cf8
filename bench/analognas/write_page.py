#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of docs/analognas.md between their marks, and its figures, from networks.csv, trials.csv and trainings.csv.
From the repository root (needs matplotlib):

    bench/analognas/write_page.py
"""
import csv
import math
import pathlib

import ablation
import figures
from plan import ROOT, TASKS
from ranks import difference, mean_and_half, spearman_with_interval

HERE = pathlib.Path(__file__).resolve().parent
PAGE = ROOT / "docs/analognas.md"
TIMES = ("1 s", "1 h", "1 d", "10 d", "30 d")
GENES = {"stem channels": "stem_channels", "stem kernel": "stem_kernel", "main blocks": "main_blocks",
         "residual blocks": "residual_blocks", "branches": "branches", "widening": "widening"}


def read(name):
    file = HERE / name
    if not file.exists():
        return []
    with open(file, newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def cell(values, digits=1):
    mean, half = mean_and_half(values)
    return f"{mean:.{digits}f}" if math.isnan(half) else f"{mean:.{digits}f} ± {half:.{digits}f}"


def grouped(lines):
    """(task, network) -> its lines, in the plan's order."""
    groups = {}
    for line in lines:
        groups.setdefault((line["task"], line["network"]), []).append(line)
    return groups


def percent(lines, column):
    return [100 * float(line[column]) for line in lines]


def networks_table(groups, task):
    yield (f"{TASKS[task].title}, {groups_metric(groups, task)} in %, the mean over trainings with half its 95 % interval; "
           "`lost` is AVM, the points lost from 1 s to 30 d.\n")
    yield "| network | parameters | million products | trainings | digital | " + " | ".join(TIMES) + " | lost |"
    yield "|---|---:|---:|---:|" + "---:|" * (len(TIMES) + 2)
    for (of, network), lines in groups.items():
        if of == task:
            yield (f"| {network} | {int(lines[0]['parameters']):,} | {int(lines[0]['macs']) / 1e6:.1f} | {len(lines)} | " +
                   " | ".join(cell(percent(lines, time)) for time in ("digital", *TIMES)) +
                   f" | {cell([float(line['avm']) for line in lines])} |")
    yield ""
    yield ("| network | tiles of 512, one a block | packed | tiles of 256, one a block | packed | interval | latency | energy | "
           "`mho simulate`, 1 d | 30 d |")
    yield "|---|" + "---:|" * 9
    for (of, network), lines in groups.items():
        if of == task and "digitally" not in network:
            first = lines[0]
            tiles = " | ".join(first[column] for column in ("naive 512", "packed 512", "naive 256", "packed 256"))
            yield (f"| {network} | {tiles} | {int(first['interval 256']):,} | {1e6 * float(first['latency_s']):.0f} µs | "
                   f"{1e6 * float(first['energy_j']):.1f} µJ | " +
                   " | ".join(f"{100 * float(first[f'simulated {time}']):.1f}" for time in ("1 d", "30 d")) + " |")
    yield f"\n![{TASKS[task].title}: {groups_metric(groups, task)} over time after programming](analognas-{task}.svg)"


def groups_metric(groups, task):
    return next(lines[0]["metric"] for (of, _), lines in groups.items() if of == task).replace("_", " ")


def against(groups, task, ours, theirs):
    """A line that compares two networks after a day and a month, in tiles and in drops."""
    a, b = groups[task, ours], groups[task, theirs]
    cells = []
    for column in ("1 d", "30 d"):
        mean, half = difference(percent(a, column), percent(b, column))
        cells.append(f"{mean:+.1f}" + ("" if math.isnan(half) else f" ± {half:.1f}"))
    drops = [cell([float(line["avm"]) for line in lines]) for lines in (a, b)]
    return (f"| {TASKS[task].title}: {ours} over {theirs} | {cells[0]} | {cells[1]} | {drops[0]} against {drops[1]} | "
            f"{a[0]['naive 512']} against {b[0]['naive 512']} | "
            f"{int(a[0]['parameters']) / int(b[0]['parameters']):.2f} |")


PAIRS = (("cifar10", "found, at most 500 k", "ResNet-32"), ("cifar10", "the paper's T500 recipe", "ResNet-32"),
         ("cifar10", "found, at most 100 k", "ResNet-8"), ("kws", "found", "DS-CNN"),
         ("digits-spoken", "found", "DS-CNN"), ("ecg", "found", "shipped reference"))


def claims_table(groups):
    yield "| | points after a day | after 30 days | lost in a month | tiles of 512, one a block | parameters, times |"
    yield "|---|---:|---:|---:|---:|---:|"
    for task, ours, theirs in PAIRS:
        if {(task, ours), (task, theirs)} <= set(groups):
            yield against(groups, task, ours, theirs)
        else:
            yield f"| {TASKS[task].title}: {ours} over {theirs} | not run yet | | | | |"


def front_table(groups):
    """Per task, networks by energy; on the front are those that none has more than, for at most their energy, after 30 days."""
    yield "| task | network | energy | after 30 days | on the front |"
    yield "|---|---|---:|---:|---|"
    for task in TASKS:
        found = [(float(lines[0]["energy_j"]), mean_and_half(percent(lines, "30 d"))[0], network)
                 for (of, network), lines in groups.items() if of == task and "digitally" not in network]
        for energy, value, network in sorted(found):
            better = [other for cost, there, other in found if cost <= energy and there > value]
            yield (f"| {TASKS[task].title} | {network} | {1e6 * energy:.1f} µJ | {value:.1f} | " +
                   (f"no: {', '.join(better)}" if better else "yes") + " |")


def genes_of(name):
    """Means over the main blocks of a genome's name, OC64-KS5|R3B3AW2."""
    stem, *blocks = name.split("|")
    channels, kernel = (int("".join(filter(str.isdigit, part))) for part in stem.split("-"))
    numbers = [[int("".join(filter(str.isdigit, part))) for part in split_block(block)] for block in blocks]
    mean = [sum(column) / len(blocks) for column in zip(*numbers)]
    return {"stem_channels": channels, "stem_kernel": kernel, "main_blocks": len(blocks), "residual_blocks": mean[0],
            "branches": mean[1], "widening": mean[2]}


def split_block(block):
    """R3B2AW1 -> R3, B2, W1."""
    residual, rest = block.split("B", 1)
    branches, widening = rest.split("W")
    return residual, branches[:-1], widening


def robustness_table(trainings):
    """Rank correlations over all networks of the exhaustive table."""
    genes = [genes_of(row["genome"]) for row in trainings]
    columns = {label: [gene[key] for gene in genes] for label, key in GENES.items()}
    columns["parameters"] = [row["parameters"] for row in trainings]
    columns["accuracy before programming"] = [row["noisy_digital"] for row in trainings]
    told = {"accuracy after a day": "table_1d", "deviation over programmings": "noisy_1d_sd",
            "points lost in a month": "noisy_avm"}
    yield f"{len(trainings):,} networks. | " + " | ".join(told) + " |"
    yield "|---|" + "---:|" * len(told)
    for label, values in columns.items():
        if len(set(values)) > 1:
            cells = ["{:+.2f} ({:+.2f} to {:+.2f})".format(*spearman_with_interval(values, [row[key] for row in trainings]))
                     for key in told.values()]
            yield f"| {label} | " + " | ".join(cells) + " |"
    yield "\n![Points lost in a month over parameters](analognas-lost.svg)"


def ablation_table(trainings):
    yield "| one of 50 networks, chosen how | accuracy after a day | deviation | points lost in a month | parameters |"
    yield "|---|---:|---:|---:|---:|"
    for line in ablation.measure(trainings):
        note = f" (no network in {100 * line['none']:.1f} % of draws)" if line["none"] else ""
        yield (f"| {line['way']}{note} | {line['accuracy']:.2f} ± {line['half']:.2f} | {line['deviation']:.2f} | "
               f"{line['avm']:.1f} | {line['parameters']:,.0f} |")


def cost_table(trials):
    yield "| search | trials | seconds of trainings, one thread each | on 2 cores | on 64 cores, generations of 64 |"
    yield "|---|---:|---:|---:|---:|"
    searches = {}
    for trial in trials:
        searches.setdefault((trial["task"], trial["search"]), []).append(float(trial["wall_s"]))
    for (task, search), seconds in searches.items():
        name = TASKS[task].title if search == task else f"{TASKS[task].title}, {search}"
        yield f"| {name} | {len(seconds)} | {sum(seconds):,.0f} | {sum(seconds) / 2:,.0f} | {max(seconds):,.0f} |"


def replace(text, name, lines):
    begin, end = f"<!-- {name}: written by bench/analognas/write_page.py -->", f"<!-- {name}: end -->"
    before, rest = text.split(begin)
    return before + begin + "\n\n" + "\n".join(lines).rstrip() + "\n\n" + end + rest.split(end)[1]


def not_run(command):
    return [f"Not run yet: `bench/analognas/{command}`."]


def main():
    groups, trials = grouped(read("networks.csv")), read("trials.csv")
    trainings = ablation.read(HERE / "trainings.csv") if (HERE / "trainings.csv").exists() else []
    text = PAGE.read_text(encoding="utf-8")
    for task in TASKS:
        there = any(of == task for of, _ in groups)
        text = replace(text, task, networks_table(groups, task) if there else not_run(f"run_table.py --task {task}"))
    text = replace(text, "claims", claims_table(groups))
    text = replace(text, "front", front_table(groups))
    text = replace(text, "cost", cost_table(trials))
    text = replace(text, "robustness", robustness_table(trainings) if trainings else not_run("exhaust.py"))
    text = replace(text, "ablation", ablation_table(trainings) if trainings else not_run("exhaust.py"))
    PAGE.write_text(text, encoding="utf-8")
    figures.draw(groups, trainings, PAGE.parent)


if __name__ == "__main__":
    main()
