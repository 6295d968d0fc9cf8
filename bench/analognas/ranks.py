# SPDX-License-Identifier: Apache-2.0
"""Means with intervals over training seeds, and rank correlations with intervals over networks."""
import math
import random
import statistics

# 97.5 % of Student's t with so many degrees of freedom, from 1 on.
QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306]


def mean_and_half(values):
    """The mean and half its 95 % interval; no interval from one value."""
    if len(values) < 2:
        return values[0], math.nan
    return statistics.mean(values), QUANTILES[len(values) - 2] * statistics.stdev(values) / math.sqrt(len(values))


def difference(ours, theirs):
    """Of two means over seeds, with half its 95 % interval (equal variances)."""
    freedom = len(ours) + len(theirs) - 2
    if min(len(ours), len(theirs)) < 2:
        return statistics.mean(ours) - statistics.mean(theirs), math.nan
    squares = statistics.variance(ours) * (len(ours) - 1) + statistics.variance(theirs) * (len(theirs) - 1)
    error = math.sqrt(squares / freedom * (1 / len(ours) + 1 / len(theirs)))
    return statistics.mean(ours) - statistics.mean(theirs), QUANTILES[freedom - 1] * error


def ranks(values):
    """From 0 on; equal values share the mean of their places."""
    order = sorted(range(len(values)), key=values.__getitem__)
    places, begin = [0.0] * len(values), 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for i in order[begin:end]:
            places[i] = (begin + end - 1) / 2
        begin = end
    return places


def spearman(first, second):
    a, b = ranks(first), ranks(second)
    if len(set(a)) < 2 or len(set(b)) < 2:
        return math.nan
    return statistics.correlation(a, b)


def spearman_with_interval(first, second, draws=400):
    """Spearman's rho and its 95 % bootstrap interval over the networks (fixed seed)."""
    draw, found = random.Random(1), []
    for _ in range(draws):
        chosen = [draw.randrange(len(first)) for _ in first]
        rho = spearman([first[i] for i in chosen], [second[i] for i in chosen])
        if not math.isnan(rho):
            found.append(rho)
    found.sort()
    return spearman(first, second), found[int(0.025 * len(found))], found[int(0.975 * len(found))]
