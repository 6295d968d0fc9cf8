# SPDX-License-Identifier: Apache-2.0
"""Optuna's samplers on a table, called as its users call them: suggest_*, optimize, and nothing of mho in between."""

import csv
import random

# On table.csv its GP does not come to an end: most draws break the bound on parameters and are pruned, it learns nothing of pruned
# trials, and so asks for the same genomes again.
DIRECT = {"table": ("TPE", "TPE multivariate", "NSGA-II"), "cells": ("TPE", "TPE multivariate", "NSGA-II", "GP")}
_FACTS = "parameters"  # the first column that is no gene


def _sampler(optuna, name, seed):
    samplers = optuna.samplers
    made = {"TPE": lambda: samplers.TPESampler(seed=seed),
            "TPE multivariate": lambda: samplers.TPESampler(seed=seed, multivariate=True, group=True),
            "GP": lambda: samplers.GPSampler(seed=seed),
            "NSGA-II": lambda: samplers.NSGAIISampler(seed=seed)}
    return made[name]()


def _values(rows, gene):
    """Without that of rows which have no such gene."""
    values = sorted({row[gene] for row in rows if row[gene] != ""})
    return sorted(map(int, values)) if all(value.isdigit() for value in values) else values


def _shuffled(values, seed):
    """Categories only: numbers have their order."""
    return values if isinstance(values[0], int) else random.Random(seed).sample(values, len(values))


def _suggest(trial, gene, values):
    """Numbers in equal steps are a range, all else is a category."""
    if isinstance(values[0], int) and len({b - a for a, b in zip(values, values[1:])}) <= 1:
        return trial.suggest_int(gene, values[0], values[-1], step=(values[1] - values[0]) if len(values) > 1 else 1)
    return trial.suggest_categorical(gene, values)


def _genome(trial, genes, listed, rows):
    """Gene by gene; one that no row has any more, as that of a block that is not there, is not asked for."""
    found = {}
    for gene in genes:
        if rows and all(row[gene] == "" for row in rows):
            found[gene] = ""
            continue
        found[gene] = str(_suggest(trial, gene, listed[gene]))
        rows = [row for row in rows if row[gene] == found[gene]]
    return tuple(found.values())


def run_direct(table, name, seeds, trials, shuffle=False):
    """Runs as Regrets takes them. What the table does not hold, a genome beyond T_p, is pruned and drawn again. shuffle: each
    seed lists the categories in an order of its own."""
    import optuna

    if name == "GP":
        import torch  # noqa: F401 - the sampler's own need

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with open(table, newline="") as lines:
        rows = list(csv.DictReader(lines))
    genes = list(rows[0])[1:list(rows[0]).index(_FACTS)]
    values = {gene: _values(rows, gene) for gene in genes}
    known = {tuple(row[gene] for gene in genes): row for row in rows}
    runs = []
    for seed in range(1, seeds + 1):
        run = {"accuracy_1d": [], "train_s": []}
        listed = {gene: _shuffled(of, seed) if shuffle else of for gene, of in values.items()}

        def objective(trial):
            row = known.get(_genome(trial, genes, listed, rows))
            if row is None:
                raise optuna.TrialPruned
            accuracy = float(row["accuracy_1d"]) if row["accuracy_1d"] else None
            run["accuracy_1d"].append(accuracy)
            run["train_s"].append(float(row["train_s"]))
            if accuracy is None:
                raise optuna.TrialPruned
            return accuracy

        study = optuna.create_study(direction="maximize", sampler=_sampler(optuna, name, seed))
        while len(run["accuracy_1d"]) < trials:
            study.optimize(objective, n_trials=trials - len(run["accuracy_1d"]))
        runs.append(run)
    return runs
