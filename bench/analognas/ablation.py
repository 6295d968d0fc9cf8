# SPDX-License-Identifier: Apache-2.0
"""What each part of the search is worth, on the networks of bench/search/table.csv: all of a small space of AnalogNAS'
kind. A search is a draw of so many of them, of which one is chosen by a training of its own (trainings.csv, by exhaust.py);
what is told is the accuracy after a day in the table, the mean of two other trainings, which owe nothing to the choice."""
import csv
import random
import statistics

NETWORKS, DRAWS = 50, 4000


def read(file):
    """Networks whose trainings all learned something; numbers as numbers."""
    with open(file, newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if all(row.values())]
    return [{key: value if key == "genome" else float(value) for key, value in row.items()} for row in rows]


def bounded(way, lost):
    return lambda row: way(row) if row["noisy_avm"] <= lost else None


def by(column):
    return lambda row: row[column]


def over_sigma(row):
    return row["noisy_1d"] / row["noisy_1d_sd"]


# What is made as large as it goes (None: a network that may not win), and what is put on the chip.
WAYS = {
    "searched digitally, its digital weights on the chip": (by("digital_digital"), "digital_1d"),
    "searched digitally, the winner trained under noise": (by("digital_digital"), "table_1d"),
    "trained under noise, any network": (lambda row: 0, "table_1d"),
    "trained under noise, most parameters": (by("parameters"), "table_1d"),
    "trained under noise, by accuracy before programming": (by("noisy_digital"), "table_1d"),
    "by accuracy after a day": (by("noisy_1d"), "table_1d"),
    "by accuracy after a day over its deviation (the paper's)": (over_sigma, "table_1d"),
    "by accuracy after a day, at most 10 points lost in a month": (bounded(by("noisy_1d"), 10), "table_1d"),
    "by accuracy over deviation, at most 10 points lost": (bounded(over_sigma, 10), "table_1d"),
}


def choose(rows, way):
    scored = [(value, row) for row in rows if (value := way(row)) is not None]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def measure(rows):
    """Of each way, in points: mean accuracy after a day with half its 95 % interval over draws, deviation over programmings
    and points lost in a month, and the part of draws in which no network kept the bound."""
    draw = random.Random(1)
    samples = [draw.sample(rows, NETWORKS) for _ in range(DRAWS)]
    for name, (way, told) in WAYS.items():
        kept = [row for row in (choose(sample, way) for sample in samples) if row]
        regime = told.split("_")[0].replace("table", "noisy")
        accuracy = [100 * row[told] for row in kept]
        yield {"way": name, "none": 1 - len(kept) / DRAWS, "accuracy": statistics.mean(accuracy),
               "half": 1.96 * statistics.stdev(accuracy) / len(kept) ** 0.5,
               "deviation": statistics.mean(100 * row[f"{regime}_1d_sd"] for row in kept),
               "avm": statistics.mean(row[f"{regime}_avm"] for row in kept),
               "parameters": statistics.mean(row["parameters"] for row in kept)}
