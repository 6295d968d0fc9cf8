#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seconds a proposal takes, by the number of trials that there are, on an objective that takes none.

    PYTHONPATH=build/release/python python bench/search/proposal_cost.py --proposers bayesian optuna:tpe

A space of twelve genes, half of them unordered; generations of 8. The seconds between the end of one generation and the
beginning of the next, divided by its proposals; with optuna:... what Optuna itself takes to ask in a study of its own
with as many trials is beside it.
"""

import argparse
import statistics
import time

import mho

SPACE = {**{f"op{i}": ["skip", "pool", "conv", "sep"] for i in range(6)},
         **{f"width{i}": mho.Int(8, 128, log=True) for i in range(3)},
         **{f"lr{i}": mho.Real(1e-4, 1, log=True) for i in range(3)}}
POPULATION = 8


def worth(genome):
    return sum((genome[f"op{i}"] == "conv") - 0.5 * (genome[f"op{i}"] == genome[f"op{(i + 1) % 6}"]) for i in range(6)) \
        - sum(abs(genome[f"width{i}"] - 32) / 64 + abs(genome[f"lr{i}"] - 0.1) for i in range(3))


def measure(proposer, trials):
    """(trials before, processor seconds a proposal) of every generation."""
    times = []

    def evaluate(genome):
        begin = time.process_time()
        value = worth(genome)
        times.append((begin, time.process_time()))
        return value

    mho.search(SPACE, evaluate, proposer=proposer, trials=trials, population=POPULATION, seed=1)
    return [(first, (times[first][0] - times[first - 1][1]) / POPULATION)
            for first in range(POPULATION, len(times), POPULATION)]


def optuna_alone(name, count):
    """Seconds that Optuna's own ask takes with `count` trials, as the median of 16."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = {"tpe": optuna.samplers.TPESampler, "nsga2": optuna.samplers.NSGAIISampler,
                "random": optuna.samplers.RandomSampler}
    study = optuna.create_study(direction="maximize", sampler=samplers[name](seed=1))

    def asked():
        trial = study.ask()
        genome = {gene: trial.suggest_categorical(gene, values) if isinstance(values, list) else
                  trial.suggest_int(gene, values.low, values.high, log=True) if isinstance(values, mho.Int) else
                  trial.suggest_float(gene, values.low, values.high, log=True) for gene, values in SPACE.items()}
        return trial, genome

    seconds = []
    for number in range(count + 16):
        begin = time.process_time()
        trial, genome = asked()
        if number >= count:
            seconds.append(time.process_time() - begin)
        study.tell(trial, worth(genome))
    return statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proposers", nargs="+", default=["bayesian", "nsga2", "evolution", "optuna:tpe"])
    parser.add_argument("--trials", type=int, default=1008)
    arguments = parser.parse_args()
    for proposer in arguments.proposers:
        generations = measure(proposer, arguments.trials)
        for count in (104, 304, 504, arguments.trials - POPULATION):
            near = [seconds for first, seconds in generations if abs(first - count) <= 2 * POPULATION]
            if near:
                print(f"{proposer}: {statistics.median(near):.4f} s a proposal at {count} trials", flush=True)
        if proposer in ("optuna:tpe", "optuna:nsga2"):
            own = optuna_alone(proposer.removeprefix("optuna:"), arguments.trials - POPULATION)
            print(f"{proposer}: Optuna alone {own:.4f} s", flush=True)


if __name__ == "__main__":
    main()
