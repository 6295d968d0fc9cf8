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
import os
import pathlib

from evidence_plots import plot, write_csv
from evidence_runs import HERE, ROOT, run_prefilters, run_quickstart, run_table, run_unordered
from evidence_tables import fidelity_section, prefilter_section, quickstart_section, table_section, unordered_section

BEGIN, END = "<!-- evidence: written by bench/search/run_evidence.py -->", "<!-- evidence: end -->"


def read_table(file):
    with open(file, newline="") as lines:
        return list(csv.DictReader(lines))


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
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="seeds on the table side by side")
    parser.add_argument("--quickstart-seeds", type=int, default=3)
    parser.add_argument("--parts", nargs="+", choices=["table", "labels", "cells", "prefilters", "quickstart"],
                        default=["table", "labels", "cells", "prefilters", "quickstart"])  # fmt: skip
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
    if "labels" in arguments.parts:
        lines += unordered_section(*run_unordered(arguments, best, "table"), arguments, rows, "Block types as labels")
    if "cells" in arguments.parts:
        cells = read_table(HERE / "cells.csv")
        best_cell = max(float(row["accuracy_1d"] or 0) for row in cells)
        lines += unordered_section(*run_unordered(arguments, best_cell, "cells"), arguments, cells, "Unordered genes")
    lines += fidelity_section(rows)
    if "prefilters" in arguments.parts:
        lines += prefilter_section(*run_prefilters(arguments, best, len(rows)))
    if "quickstart" in arguments.parts:
        lines += quickstart_section(*run_quickstart(arguments), arguments)
    write_section(arguments.docs / "search.md", lines)


if __name__ == "__main__":
    main()
