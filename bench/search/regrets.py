# SPDX-License-Identifier: Apache-2.0
"""How far a search's best is from the table's best, by trial and by training seconds; the statistics of it."""

import itertools


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


def running_best(values):
    return list(itertools.accumulate((value if value is not None else float("-inf") for value in values), max))


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
