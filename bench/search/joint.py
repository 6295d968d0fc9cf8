#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hardware searched along with the network, against the network alone on the chip as it is: the same budget, the same seeds.
From the repository root, with the keywords of configs/kws.toml prepared; half an hour of CPU:

    python bench/search/joint.py [--mho FILE] [--data runs/tasks/data] [--trials 24] [--seeds 2] [--out runs/joint]

Prints the table of docs/search.md: of each way the least energy of a trial that has an accuracy after a day on the validation split, and the
hypervolume of accuracy and energy, in the box from the commonest answer to 100 % and from 0 to the most energy of any trial.
Runs that are there already are not run again.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess

CONFIG = pathlib.Path("configs/kws-joint.toml")
LEAST = (0.85, 0.90, 0.93)  # accuracies that a trial must have
SMALL = ("training.epochs=60", "search.max_avm=10.0")  # 600 clips: as docs/tasks.md trains them, and kws.toml bounds them


def config_of(joint, folder):
    """The run file, or what is left without genes of training and hardware."""
    if joint:
        return CONFIG
    alone = re.sub(r"\[space\.(training|hardware)\]\n(?:[^\[\n][^\n]*\n|\n)*", "", CONFIG.read_text(encoding="utf-8"))
    file = folder / "network-only.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(alone.replace('"chips/', f'"{CONFIG.parent.resolve()}/chips/'), encoding="utf-8")
    return file


def trials_of(arguments, joint, seed):
    """(accuracy after a day, energy) of each trial that was trained and mapped."""
    folder = pathlib.Path(arguments.out) / f"{'joint' if joint else 'network'}-{seed}"
    if not (folder / "summary.json").exists():
        words = [arguments.mho, "search", config_of(joint, pathlib.Path(arguments.out)), "--out", folder]
        words += ["--resume"] if folder.exists() else []
        for setting in (f"task.folder={arguments.data}", f"search.trials={arguments.trials}", f"search.seed={seed}",
                        "search.confirm=0", "search.winners=1", *SMALL):
            words += ["--set", setting]
        subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)
    found = []
    for line in (folder / "trials.jsonl").read_text(encoding="utf-8").splitlines():
        trial = json.loads(line)
        if not trial["failed"] and trial["score"] and trial["cost"]:
            day = next(point for point in trial["score"]["drift"] if point["time_s"] == 86400)
            found.append((day["mean"], trial["cost"]["energy_j"]))
    return found


def hypervolume(trials, most_energy, least_accuracy):
    """Part of the box that some trial dominates."""
    volume, best = 0.0, least_accuracy
    for accuracy, energy in sorted(trials, key=lambda trial: trial[1]):  # less energy first
        if accuracy > best:
            volume += (accuracy - best) * (most_energy - energy)
            best = accuracy
    return volume / ((1 - least_accuracy) * most_energy)


def cell(values, digits):
    known = [value for value in values if value is not None]
    if not known:
        return "none"
    text = f"{statistics.mean(known):.{digits}f}" + (f" ± {statistics.stdev(known):.{digits}f}" if len(known) > 1 else "")
    return text if len(known) == len(values) else f"{text} ({len(known)} of {len(values)} seeds)"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--data", default="runs/tasks/data")
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--out", default="runs/joint")
    arguments = parser.parse_args()
    arguments.data = pathlib.Path(arguments.data).resolve()
    runs = {way: [trials_of(arguments, joint, seed) for seed in range(1, arguments.seeds + 1)]
            for way, joint in (("network alone, 8 bits, 256 x 256", False), ("network, training and hardware", True))}
    most = max(energy for way in runs.values() for trials in way for _, energy in trials)
    print("| searched | best accuracy after a day | " + " | ".join(f"least µJ at {100 * least:.0f} %" for least in LEAST) +
          " | hypervolume |\n|---|---:|" + "---:|" * (len(LEAST) + 1))
    for way, seeds in runs.items():
        cells = [cell([100 * max(accuracy for accuracy, _ in trials) for trials in seeds], 1)]
        cells += [cell([min((1e6 * energy for accuracy, energy in trials if accuracy >= least), default=None)
                        for trials in seeds], 2) for least in LEAST]
        cells.append(cell([hypervolume(trials, most, 1 / 3) for trials in seeds], 3))
        print(f"| {way} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
