#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the shipped task files at a small scale and writes docs/tasks.md from what they gave. From the repository root:

    docs/make_tasks.py [--mho PATH] [--raw DIR] [--write-only] [ROW ...]

Rows are names of run files below; none: all of them. --raw holds the files as they came (default: $MHO_DATA_DIR, else
../shared/data). For a row it prepares the data, searches (fewer trials than the run file says), exports the winner, trains the
reference network of the task with the same settings, and runs the exported folder alone on a few samples; all of it goes to
runs/tasks. What is there already is not run again: remove a folder for that, or stop and start the script as you like. A row
that has not been run says so in the table.
"""
import argparse
import json
import os
import pathlib
import random
import resource
import statistics
import struct
import subprocess
import sys
import time
import zlib
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[1]
RUNS = pathlib.Path("runs/tasks")
DAY = 86400
SEEDS = (1, 2, 3)
QUANTILES = {2: 12.706, 3: 4.303}  # 97.5 % of Student's t of so many trainings


class Row(NamedTuple):
    task: str
    reference: str
    data: str  # name of its set
    kind: str
    raw: str  # of --raw
    recipe: tuple = ()
    settings: tuple = ()  # what is smaller here than in the run file
    trials: int = 8


HEART = ("mitbih", "csv", "mitbih", ('series.channels=["x0..x255"]', "labels.label_column=class", "labels.group_column=record",
                                      'labels.classes=["N","S","V","F","Q"]', 'split.validation_groups=["118","119","223"]'))
ROWS = {
    "kws": Row("three keywords, 49 x 10 MFCCs", "ds_cnn", "kws", "audio", "speech-commands-3/wav.tar.xz",
               ("features.preset=mlperf_kws", "split.by=hash"), ("training.epochs=60",), 8),
    "digits-spoken": Row("ten spoken digits, 49 x 10 MFCCs", "ds_cnn", "fsdd", "audio", "fsdd/fsdd_wav.tar.xz",
                         ("labels.list=labels.csv", "labels.label_column=digit", "features.preset=mlperf_kws",
                          "features.sample_rate_hz=8000", "features.fft_size=256"), (), 12),
    "gestures": Row("five gestures, 119 steps of 6 axes", "signal_cnn", "gestures", "csv", "gestures",
                    ('series.sample_columns=["gesture","sample"]', "series.step_column=step", 'series.channels=["aX..gZ"]',
                     "labels.label_column=gesture"), (), 48),
    "ecg": Row("heart beats of five classes, 256 samples", "signal_cnn", *HEART, ("task.max_test=4000",), 8),
    "ecg-anomaly": Row("heart beats that are not normal, 256 samples", "autoencoder", *HEART, ("task.max_test=4000",), 32),
    "vww": Row("generated figures in pictures, 96 x 96 x 3", "mobilenet_v1_025", "vww", "images", "",
               ("images.height=96", "images.width=96"), ("training.epochs=6",), 4),
    "cifar10": Row("pictures of ten classes, 32 x 32 x 3", "resnet8", "cifar10", "cifar10", "cifar10", (),
                   ("training.epochs=6", "task.max_train=8000", "task.max_test=1000", "search.confirm=0",
                    "space.stem_channels=[32,48,64]", "space.stem_stride=[2,2]",
                    "space.main_blocks=[1,2]", "search.start_with=[]"), 4),
    "mnist": Row("handwritten digits, 28 x 28", "lenet5", "mnist", "mnist", "mnist", (),
                 ("training.epochs=4", "task.max_train=20000", "task.max_test=2000"), 6),
}

HEAD = """# Tasks

What the run files in `configs/` gave at the small scale that is named in each row, made by `docs/make_tasks.py`: the best
network of a short search against the task's reference network, both then trained anew three times with the same settings
(seeds 1 to 3; the search's is 0) and scored on the test split over 25 programmings each, unless the list below says otherwise.
Values are those after one day, in %, the mean over trainings with half its 95 % interval (Student's t); `lost` is AVM, the
points lost from 1 s to 30 d. Times are seconds of processor time of the search, all cores together, on a busy machine.

| run file | task | metric | chance | found | lost | parameters | cores | energy | reference | its value | lost | its parameters | search | trials |
|---|---|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|
"""
OVER_TIME = """
The found network of seed 1 from its programming on, with the 95 % interval of the mean over its 25 programmings:

| run file | metric | digital | 1 s | 1 h | 1 d | 10 d | 30 d |
|---|---|---:|---|---|---|---|---|
"""


def words_of(settings):
    return [word for setting in (f"task.folder={RUNS / 'data'}", *settings) for word in ("--set", setting)]


def write_png(file, pixels):
    """`pixels`: 96 rows of 96 x 3 bytes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(row) for row in pixels)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 96, 96, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def generate_pictures(folder):
    """A head above an upright body, or the same two shapes side by side; colours, places and sizes vary."""
    draw = random.Random(1)
    for split, count in (("train", 1000), ("test", 250)):
        for label in ("person", "non_person"):
            (folder / split / label).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                back, front = ([draw.randrange(256) for _ in range(3)] for _ in range(2))
                x, y, r = draw.randrange(24, 60), draw.randrange(16, 40), draw.randrange(6, 12)
                ox, oy = (0, 2.5 * r) if label == "person" else (2.5 * r, 0)
                def inside(h, w, x=x, y=y, r=r, ox=ox, oy=oy):
                    return (w - x)**2 + (h - y)**2 < r * r or ((w - x - ox) / r)**2 + ((h - y - oy) / (1.5 * r))**2 < 1
                pixels = [[max(0, min(255, value + draw.randrange(-20, 21))) for w in range(96)
                           for value in (front if inside(h, w) else back)] for h in range(96)]
                write_png(folder / split / label / f"{number}.png", pixels)


def prepare(row, mho, raw):
    if (RUNS / "data" / row.data / "dataset.json").exists():
        return
    source = pathlib.Path(raw) / row.raw
    if row.kind == "images":
        source = RUNS / "pictures"
        if not source.exists():
            generate_pictures(source)
    recipe = ["--set", *row.recipe] if row.recipe else []
    subprocess.run([mho, "data", "prepare", row.kind, "--from", source, "--name", row.data, "--out", RUNS / "data", *recipe],
                   check=True)


def run(command, log, seconds):
    """Adds its processor seconds to the file `seconds`, also when it is stopped: it will be resumed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        with open(log, "w", encoding="utf-8") as out:
            subprocess.run(command, stdout=out, check=True)
    finally:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        earlier = float(seconds.read_text(encoding="utf-8")) if seconds.exists() else 0
        spent = earlier + after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        seconds.write_text(f"{spent:.1f}\n", encoding="utf-8")


def run_row(name, mho, raw):
    row, folder = ROWS[name], RUNS / name
    folder.mkdir(parents=True, exist_ok=True)
    prepare(row, mho, raw)
    config, words = ROOT / "configs" / f"{name}.toml", words_of(row.settings)
    search, simulated = folder / "search", folder / "simulate.json"
    if not (folder / "search.json").exists():
        resume = ["--resume"] if (search / "config.toml").exists() else []
        run([mho, "search", config, "--out", search, "--trials", str(row.trials), "--set",
             f"search.population={min(4, row.trials)}", "--set", "search.winners=1", "--json", *resume,
             *words], folder / "search.part", folder / "seconds")
        (folder / "search.part").rename(folder / "search.json")
    for label, network in (("reference", row.reference), ("found", search / "winners/0/architecture.json")):
        for seed in SEEDS:
            trained = folder / label / f"seed-{seed}"
            if not (trained / "score.json").exists():
                run([mho, "evaluate", network, config, "--out", trained, "--seed", str(seed), *words], folder / f"{label}.txt",
                    folder / f"{label}_seconds")
    if not simulated.exists():  # the exported folder alone, on few samples
        few = words_of(("task.max_test=20", "scoring.programmings=1"))
        run([mho, "simulate", search / "winners/0/chip", config, "--json", *few], folder / "simulate.part",
            folder / "simulate_seconds")
        (folder / "simulate.part").rename(simulated)


def finished(name):
    """Whether the row can be written: a training of both networks is there."""
    return scores_of(name, "reference") and scores_of(name, "found")


def seconds_of(folder):
    file = folder / "seconds"
    return f"{float(file.read_text(encoding='utf-8')):.0f} s" if file.exists() else "not measured"


def scores_of(name, label):
    """Of the trainings that are there."""
    files = [RUNS / name / label / f"seed-{seed}/score.json" for seed in SEEDS]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]


def value_of(scores):
    days = [100 * next(point["mean"] for point in score["drift"] if point["time_s"] == DAY) for score in scores]
    if len(days) == 1:
        return f"{days[0]:.1f} (one training)"
    half = QUANTILES[len(days)] * statistics.stdev(days) / len(days) ** 0.5
    return f"{statistics.mean(days):.1f} ± {half:.1f}" + ("" if len(days) == len(SEEDS) else f" ({len(days)} trainings)")


def lost_of(scores):
    return f"{statistics.mean(score['avm'] for score in scores):.1f}"


def line_of(name):
    row, folder = ROWS[name], RUNS / name
    if not finished(name):
        return f"| `{name}.toml` | {row.task} | not run yet |" + " |" * 12 + "\n"
    founds, others = scores_of(name, "found"), scores_of(name, "reference")
    found, metric = founds[0], next(iter(founds[0]["digital"]))
    cells = [f"`{name}.toml`", row.task, metric.replace("_", " "), f"{100 * found['chance']:.1f}", value_of(founds),
             lost_of(founds), f"{found['parameters']:,}", found["chip"]["cores"],
             f"{1e6 * found['chip']['energy_j']:.2f} µJ", f"`{row.reference}`", value_of(others), lost_of(others),
             f"{others[0]['parameters']:,}", seconds_of(folder), row.trials]
    return "| " + " | ".join(map(str, cells)) + " |\n"


def over_time(name):
    """The first training of the found network at each time, with the interval over its programmings."""
    score = scores_of(name, "found")[0]
    cells = [f"`{name}.toml`", next(iter(score["digital"])).replace("_", " "), f"{100 * next(iter(score['digital'].values())):.1f}"]
    for point in score["drift"]:
        low, high = (100 * end for end in point["ci95"])
        cells.append(f"{100 * point['mean']:.1f} ({low:.1f} to {high:.1f})")
    return "| " + " | ".join(cells) + " |\n"


def scale_of(name):
    settings = ", ".join(ROWS[name].settings)
    return f"- `{name}.toml`: {ROWS[name].trials} trials" + (f", {settings}" if settings else "") + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mho", default="build/release/mho")
    parser.add_argument("--raw", default=os.environ.get("MHO_DATA_DIR", "../shared/data"))
    parser.add_argument("--write-only", action="store_true", help="only write the page from what is there")
    parser.add_argument("rows", nargs="*", choices=[[], *ROWS])
    arguments = parser.parse_args()
    for name in [] if arguments.write_only else arguments.rows or ROWS:
        start = time.monotonic()
        print(f"{name} ...", flush=True)
        try:
            run_row(name, arguments.mho, arguments.raw)
        except subprocess.CalledProcessError as error:
            print(f"{name}: exit code {error.returncode}, left for the next time", file=sys.stderr)
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    done = [name for name in ROWS if finished(name)]
    text = HEAD + "".join(line_of(name) for name in ROWS)
    text += OVER_TIME + "".join(over_time(name) for name in done)
    text += "\nWhat was smaller here than in the run files:\n\n" + "".join(scale_of(name) for name in done)
    (ROOT / "docs/tasks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
