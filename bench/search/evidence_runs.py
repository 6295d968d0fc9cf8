# SPDX-License-Identifier: Apache-2.0
"""The searches that the evidence compares: every proposer on the table, prefilters, and the quickstart task."""

import concurrent.futures
import json
import os
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile

from optuna_direct import DIRECT, run_direct
from regrets import Regrets

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
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
    """The digits come with scikit-learn: tell where this interpreter has its packages. One thread for each process of
    XGBoost and of NumPy: seeds run side by side."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return {"MHO_PYTHON_PATH": paths, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **os.environ}


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


def bench_search(arguments, settings, seeds, trials, space="table", relabel=None):
    """Runs of `mho bench-search` on a space's table, one a seed, several seeds side by side. relabel: a seed's settings."""
    table = arguments.table if space == "table" else HERE / f"{space}.csv"

    def one(seed):
        words = ["bench-search", HERE / f"{space}.toml", "--table", table, "--seeds", 1, "--seed", seed, "--json"]
        own = [*settings, f"search.trials={trials}", *(relabel(seed) if relabel else [])]
        return run_mho(arguments.mho, words, own)["runs"][0]

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        return list(pool.map(one, range(1, seeds + 1)))


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


LABELS = {"table": ("block_types", ["A", "B", "C", "D"]), "cells": ("operations", ["skip", "conv3x3", "average_pool"])}
UNORDERED_TRIALS = 150


def shuffled(space):
    """Settings that list a space's unordered values in an order of the seed's own."""
    key, values = LABELS[space]

    def settings(seed):
        order = random.Random(seed).sample(values, len(values))
        return [f"space.{key}={json.dumps(order)}"]

    return settings


def run_unordered(arguments, best, space):
    """Regrets by way of searching on a space's table, with its labels as listed and shuffled; of Optuna's samplers called
    directly too, which see categories and no order of them."""
    found, missing = {}, {}
    for labels, relabel in (("natural", None), ("shuffled", shuffled(space))):
        for name in ("random", "evolution", "evolution + gp", "bayesian", "nsga2", "optuna:tpe"):
            print(f"{space}, {labels} labels: {name}", flush=True)
            try:
                runs = bench_search(arguments, PROPOSERS[name], arguments.seeds, UNORDERED_TRIALS, space, relabel)
                found[name, labels] = Regrets(runs, best)
            except Missing as reason:
                missing[name] = str(reason)
        for name in DIRECT[space]:
            print(f"{space}, {labels} labels: Optuna's {name} called directly", flush=True)
            try:
                runs = run_direct(HERE / f"{space}.csv", name, arguments.seeds, UNORDERED_TRIALS, relabel is not None)
                found[f"Optuna {name}, direct", labels] = Regrets(runs, best)
            except ImportError as reason:
                missing[f"Optuna {name}, direct"] = str(reason)
    return found, missing


def run_prefilters(arguments, best, rows):
    """Kendall's tau of each measure over the table's `rows` genomes, and evolution's regret behind each."""
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
                words = ["search", "configs/quickstart.toml", "--seed", seed, "--threads", 1, "--json", "--out", folder]
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
        "test": day(winner),
        "train_s": sum(trial["wall_s"] for trial in trials),
    }
