#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many workers on one PostgreSQL: whether every trial is there once, and what the storage costs. From the repository root,
with build/release/python on PYTHONPATH and an empty database:

    python bench/search/many_workers.py --storage postgresql://USER@HOST/DATABASE [--workers 64] [--trials 5000] [--kill 2]

Each worker is a process whose objective sleeps for as long as a training of bench/search/table.csv took, times --slower. --kill
ends so many workers with SIGKILL half-way, in whose place others start. Prints one table, and ends with 1 where a trial is
missing, was trained twice by workers that lived, or differs between workers.
"""
import argparse
import contextlib
import csv
import hashlib
import json
import multiprocessing
import os
import pathlib
import random
import resource
import signal
import statistics
import tempfile
import time

import mho
import optuna  # noqa: F401 - so that the workers, which are forked, need not load it
import psycopg2
import sqlalchemy  # noqa: F401

GENES, LEVELS = 8, 6


def lengths():
    with open("bench/search/table.csv", newline="", encoding="utf-8") as lines:
        return [float(row["train_s"]) for row in csv.DictReader(lines)]


def work(number, arguments, folder):
    """One worker: its trials end in its run folder, and what it trained in a file beside it."""
    trained, seconds = open(folder / f"{number}.trained", "w", buffering=1), lengths()

    def evaluate(genome):
        digest = hashlib.blake2b(json.dumps(genome, sort_keys=True).encode(), digest_size=8).digest()
        draw = random.Random(int.from_bytes(digest, "big"))
        length = draw.choice(seconds) * arguments.slower
        trained.write(f"{json.dumps(sorted(genome.items()))}\t{length}\t")
        time.sleep(length)
        trained.write("done\n")
        return -sum((level - 2) ** 2 for level in genome.values()) + draw.gauss(0, 0.5)

    space = {f"g{i}": mho.Ordered(list(range(LEVELS))) for i in range(GENES)}
    mho.search(space, evaluate, proposer=arguments.proposer, trials=arguments.trials, population=arguments.population, seed=1,
               folder=folder / f"{number}" / "many", storage=arguments.storage, threads=1, grace_s=arguments.grace)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    (folder / f"{number}.cpu").write_text(str(usage.ru_utime + usage.ru_stime))


def server_load(storage):
    """Commits, rows fetched and rows written by the database so far, and its bytes."""
    with contextlib.closing(psycopg2.connect(storage)) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute("select xact_commit, tup_fetched, tup_inserted + tup_updated, pg_database_size(datname)"
                       " from pg_stat_database where datname = current_database()")
        return cursor.fetchone()


def processor_seconds(name):
    """Of all processes of that name on this machine, those of their ended children included."""
    ticks = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            command, rest = stat.read_text().split("(", 1)[1].rsplit(")", 1)
            ticks += sum(map(int, rest.split()[11:15])) if command == name else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def run(arguments, folder):
    """Starts the workers, kills some when half of the trials are done, and waits for the others. Wall seconds; who was killed."""
    context = multiprocessing.get_context("fork")
    workers = {}

    def start(number):
        workers[number] = context.Process(target=work, args=(number, arguments, folder))
        workers[number].start()

    begin = time.monotonic()
    for number in range(arguments.workers):
        start(number)
    killed = []
    while any(worker.is_alive() for worker in workers.values()):
        time.sleep(1)
        if len(killed) < arguments.kill and len(trained_lines(folder)) > arguments.trials / 2:
            killed = list(range(arguments.kill))
            for number in killed:
                os.kill(workers[number].pid, signal.SIGKILL)
                start(arguments.workers + number)
    failed = [number for number, worker in workers.items() if worker.exitcode and number not in killed]
    if failed:
        raise SystemExit(f"workers {failed} failed")
    return time.monotonic() - begin, killed


def trained_lines(folder):
    return [line for file in folder.glob("*.trained") for line in file.read_text().splitlines() if line.endswith("done")]


def check(arguments, folder, killed):
    """The trained genomes and what is wrong with them."""
    lines = [line.split("\t") for line in trained_lines(folder)]
    genomes = [genome for genome, _, _ in lines]
    histories = {file.read_text() for file in folder.glob("*/many/trials.jsonl")
                 if int(file.parts[-3]) not in killed}
    wrong = []
    if len(histories) != 1:
        wrong.append(f"workers hold {len(histories)} different histories")
    trials = [json.loads(line) for line in max(histories, key=len).splitlines()]
    names = {json.dumps(sorted(trial["genome"].items())) for trial in trials}
    if len(trials) != arguments.trials or len(names) != arguments.trials:
        wrong.append(f"expected {arguments.trials} trials, got {len(trials)} of {len(names)} genomes")
    again = len(genomes) - len(set(genomes))
    if again > len(killed):  # a worker that was killed may have trained what it had not yet recorded
        wrong.append(f"{again} genomes were trained twice")
    return lines, again, wrong


def rows(arguments, wall, lines, again, killed, own, cpu, load):
    """What the table says, by name."""
    busy, trials = sum(float(length) for _, length, _ in lines), arguments.trials
    commits, fetched, written, size = load
    return {
        "workers, of which killed": f"{arguments.workers}, {len(killed)}",
        "trials, trained more than once": f"{trials}, {again}",
        "mean length of a training": f"{busy / len(lines):.2f} s",
        "wall time": f"{wall:.0f} s",
        "trials a second": f"{trials / wall:.1f}",
        "part of the workers' time that is training": f"{100 * busy / wall / arguments.workers:.0f} %",
        "a worker's own processor time": f"{own:.1f} s ({own / trials * 1000:.1f} ms a trial of the study)",
        "the server's processor time": f"{cpu:.0f} s ({cpu / trials * 1000:.0f} ms a trial)",
        "commits": f"{commits / wall:.0f} a second",
        "rows read": f"{fetched / trials / arguments.workers:.0f} a trial and worker",
        "rows written": f"{written / trials:.1f} a trial",
        "size of the database": f"{size / 1e6:.0f} MB"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--storage", required=True)
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--trials", type=int, default=5000)
    parser.add_argument("--population", type=int, default=128)
    parser.add_argument("--proposer", default="evolution")
    parser.add_argument("--slower", type=float, default=10, help="trainings' lengths, times those of the table")
    parser.add_argument("--grace", type=float, default=60)
    parser.add_argument("--kill", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        before, cpu = server_load(arguments.storage), processor_seconds("postgres")
        wall, killed = run(arguments, folder)
        cpu = processor_seconds("postgres") - cpu
        load = [now - then for now, then in zip(server_load(arguments.storage), before)]
        lines, again, wrong = check(arguments, folder, killed)
        own = statistics.mean(float(file.read_text()) for file in folder.glob("*.cpu"))
    print("| | |\n|---|---:|")
    for what, value in rows(arguments, wall, lines, again, killed, own, cpu, load).items():
        print(f"| {what} | {value} |")
    if wrong:
        raise SystemExit("; ".join(wrong))


if __name__ == "__main__":
    main()
