#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains and scores every network of docs/analognas.md. From the repository root:

    bench/analognas/run_table.py [--mho FILE] [--task cifar10] [--network LABEL] [--threads N] [--raw DIR]

What it runs is in plan.py. All goes to runs/analognas (and runs/tasks for what docs/make_tasks.py shares with it); what is
there already is not run again, and a search that was cut short goes on. At the end it writes bench/analognas/networks.csv, a
line a training, and trials.csv, a line a trial of the searches; of what was not run here their lines stay as they are.
bench/analognas/write_page.py makes the page of them.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from plan import DATA, ROOT, RUNS, TASKS  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TIMES = {1: "1 s", 3600: "1 h", 86400: "1 d", 864000: "10 d", 2592000: "30 d"}


def words(settings):
    return [word for setting in settings for word in ("--set", setting)]


def finished(command, file):
    """The JSON document that `command` prints, kept in `file`: a file that is there is not made again."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        text = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True).stdout
        partial = file.with_suffix(".part")
        partial.write_text(text, encoding="utf-8")
        partial.rename(file)
    return json.loads(file.read_text(encoding="utf-8"))


class Table:
    """Runs what is missing, and reads what is there."""

    def __init__(self, arguments):
        self.mho, self.raw = arguments.mho, arguments.raw
        self.threads = ["--threads", str(arguments.threads)]

    def settings(self, task, more=()):
        return words((f"task.folder={DATA}", *TASKS[task].settings, *more))

    def prepare(self):
        if not (DATA / "cifar10/dataset.json").exists():
            source = pathlib.Path(self.raw) / "cifar10"
            subprocess.run([self.mho, "data", "prepare", "cifar10", "--from", source, "--out", DATA], check=True)

    def search(self, task, name):
        """Runs the search to its end; its winner's architecture."""
        folder = search_folder(task, name)
        resume = ["--resume"] if (folder / "config.toml").exists() else []
        finished([self.mho, "search", ROOT / TASKS[task].config, "--out", folder, "--json", *resume, *self.threads,
                  *self.settings(task, TASKS[task].searches[name])], pathlib.Path(f"{folder}.json"))
        return folder / "winners/0/architecture.json"

    def score(self, task, network, seed, rate=None):
        """Trains and scores the network unless that is done; weights are drawn by the seed."""
        folder = training_folder(task, network, seed, rate)
        if not (folder / "score.json").exists() and network.tasks:
            command = [sys.executable, ROOT / "docs/make_tasks.py", "--mho", self.mho, "--raw", self.raw, task]
            subprocess.run(command, check=True)
        elif not network.tasks:
            name = self.search(task, network.search) if network.search else network.name
            settings = (*network.settings, *([f"training.learning_rate={rate}"] if rate else []))
            finished([self.mho, "evaluate", name, ROOT / TASKS[task].config, "--json", "--out", folder, "--seed", seed,
                      *self.threads, *self.settings(task, settings)], pathlib.Path(f"{folder}.json"))
        return json.loads((folder / "score.json").read_text(encoding="utf-8"))

    def best_rate(self, task, network):
        """The learning rate with the best value after a day at seed 0, on the test split: in the baseline's favour."""
        return max(network.rates, default=None, key=lambda rate: at(self.score(task, network, 0, rate), 86400)["mean"])

    def tiles(self, task, network, size):
        """Cores of `size` x `size` with one block each, packed, and the interval of the pipeline over all cores of the chip."""
        chip = ["--chip", ROOT / "configs/chips/hermes64_512.toml"] if size == 512 else []
        network_file = training_folder(task, network, network.seeds[0]) / "architecture.json"
        found = finished([self.mho, "map", network_file, "--json", *chip],
                         RUNS / task / slug(network.label) / f"map-{size}.json")["networks"][0]
        return found["naive_cores"], found["packed"]["cores"], found["balanced"]["interval"]

    def simulated(self, task, network):
        """What the first training's exported folder has after a day and a month, run core by core on five other chips."""
        folder = training_folder(task, network, network.seeds[0])
        of_data = [setting for setting in TASKS[task].settings if setting.startswith("task.")]
        few = words((f"task.folder={DATA}", *of_data, "scoring.programmings=5", "scoring.times_s=[1,86400,2592000]"))
        found = finished([self.mho, "simulate", folder, ROOT / TASKS[task].config, "--json", *self.threads, *few],
                         RUNS / task / slug(network.label) / "simulated.json")
        return [at(found, seconds)["mean"] for seconds in (86400, 2592000)]

    def lines(self, task, network):
        """A dictionary for each training seed."""
        rate = self.best_rate(task, network)
        for seed in network.seeds:
            score = self.score(task, network, seed, rate)
            cost, metric = score["chip"], next(iter(score["digital"]))
            line = {"task": task, "network": network.label, "seed": seed, "learning_rate": rate or "", "metric": metric,
                    "parameters": score["parameters"], "macs": score["macs"], "digital": score["digital"][metric]}
            for seconds, label in TIMES.items():
                line |= {label: at(score, seconds)["mean"], f"{label} sd": at(score, seconds)["std"]}
            line |= {"avm": score["avm"], "wall_s": score["wall_s"],
                     **{name: cost[name] for name in ("energy_j", "latency_s")}}
            for size in (256, 512):
                line |= dict(zip((f"naive {size}", f"packed {size}", f"interval {size}"), self.tiles(task, network, size)))
            there = seed == network.seeds[0]
            line |= dict(zip(("simulated 1 d", "simulated 30 d"), self.simulated(task, network) if there else ("", "")))
            yield line


def search_folder(task, name):
    return RUNS / task / "searches" / slug(name)


def training_folder(task, network, seed, rate=None):
    if network.tasks:
        return pathlib.Path("runs/tasks") / task / network.tasks / f"seed-{seed}"
    return RUNS / task / slug(network.label) / (f"seed-{seed}" + (f"-rate-{rate}" if seed == 0 else ""))


def slug(label):
    return "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in label.lower())


def at(score, seconds):
    return next(point for point in score["drift"] if point["time_s"] == seconds)


def read_csv(file):
    with open(file, newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


def beside(file, mine, key):
    """Lines of the file whose `key`s none of mine has, and mine, in the order of plan.py."""
    had = {key(line) for line in mine}
    kept = [line for line in (read_csv(file) if file.exists() else []) if key(line) not in had]
    order = {task: at for at, task in enumerate(TASKS)}
    labels = {(task, network.label): at for task in TASKS for at, network in enumerate(TASKS[task].networks)}
    return sorted([*kept, *mine], key=lambda line: (order[line["task"]], labels.get(key(line), 0)))


def write_csv(file, lines):
    partial = file.with_suffix(".part")
    with open(partial, "w", newline="", encoding="utf-8") as out:
        table = csv.DictWriter(out, list(lines[0]))
        table.writeheader()
        table.writerows(lines)
    partial.rename(file)


def search_folders():
    """Task, search and folder: those of plan.py and those that docs/make_tasks.py runs."""
    for task in TASKS:
        for search in TASKS[task].searches:
            yield task, search, search_folder(task, search)
        if any(network.tasks for network in TASKS[task].networks):
            yield task, task, pathlib.Path("runs/tasks") / task / "search"


def trial_lines():
    """A dictionary a trial of every search: its size, how long it took, and what it gave where it was trained to the end.
    What has one trial searched nothing: it builds a genome."""
    for task, search, folder in search_folders():
        file = folder / "trials.jsonl"
        trials = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        for trial in map(json.loads, trials if len(trials) > 1 else []):
            line = {"task": task, "search": search, "trial": trial["trial"], "name": trial["name"],
                    "parameters": trial["parameters"], "macs": trial["macs"], "wall_s": trial["wall_s"]}
            score = trial.get("score") or {"drift": []}
            for seconds, label in TIMES.items():
                line[label] = next((point["mean"] for point in score["drift"] if point["time_s"] == seconds), "")
            yield line | {"avm": score.get("avm", ""), "energy_j": (trial.get("cost") or {}).get("energy_j", "")}


def ship(task, network):
    """The architecture, without what belongs to its data, as configs/networks/NAME.json."""
    text = (training_folder(task, network, network.seeds[0]) / "architecture.json").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith('  "preprocessing"')]
    file = ROOT / "configs/networks" / f"{network.ships_as}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--raw", default=os.environ.get("MHO_DATA_DIR", "../shared/data"))
    parser.add_argument("--task", choices=list(TASKS), action="append")
    parser.add_argument("--network", help="only lines with this label")
    parser.add_argument("--threads", type=int, default=0, help="of each training; results do not depend on it")
    parser.add_argument("--collect", action="store_true", help="only write the tables of what is there")
    arguments = parser.parse_args()
    table = Table(arguments)
    table.prepare()
    wanted = [(task, network) for task in arguments.task or TASKS for network in TASKS[task].networks
              if arguments.network in (None, network.label)]
    for task, network in wanted:
        if not arguments.collect:
            print(f"{task}: {network.label} ...", flush=True)
            list(table.lines(task, network))
    lines = [line for task in TASKS for network in TASKS[task].networks if complete(task, network)
             for line in table.lines(task, network)]
    if lines:
        table_file = HERE / "networks.csv"
        write_csv(table_file, beside(table_file, lines, lambda line: (line["task"], line["network"])))
    for task in TASKS:
        for network in TASKS[task].networks:
            if network.ships_as and complete(task, network):
                ship(task, network)
    trials = list(trial_lines())
    if trials:
        trials_file = HERE / "trials.csv"
        write_csv(trials_file, beside(trials_file, trials, lambda line: (line["task"], line["search"])))


def complete(task, network):
    """Whether its trainings are there, those that choose a learning rate included."""
    rates = [training_folder(task, network, 0, rate) for rate in network.rates]
    return all((folder / "score.json").exists()
               for folder in [*rates, *(training_folder(task, network, seed) for seed in network.seeds)])


if __name__ == "__main__":
    main()
