# SPDX-License-Identifier: Apache-2.0
"""Workers that share a study of a user's own objective."""
import json
import subprocess
import sys

import pytest
from conftest import environment

pytest.importorskip("optuna", reason="needs the packages of requirements-search.txt")

SLOW = """
import sys, time
import mho

def evaluate(genome):
    with open(sys.argv[1] + ".trained", "a") as trained:
        trained.write(f"{genome['width']}\\n")
    time.sleep(float(sys.argv[3]))
    return -abs(genome["width"] - 5)

mho.search({"width": mho.Int(1, 8)}, evaluate, proposer="random", trials=4, population=4, seed=1, grace_s=1.0,
           folder=sys.argv[1] + "/own", storage="journal:" + sys.argv[2])
"""


def test_an_objective_may_take_longer_than_the_grace_of_a_silent_worker(tmp_path):
    workers = [subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path / name), str(tmp_path / "study.log"), seconds],
                                env=environment(), stderr=subprocess.PIPE, text=True)
               for name, seconds in (("a", "5"), ("b", "0.2"))]
    for worker in workers:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
    trained = sorted(int(line) for name in "ab" for line in (tmp_path / f"{name}.trained").read_text().splitlines())
    histories = {(tmp_path / name / "own" / "trials.jsonl").read_text() for name in "ab"}
    assert len(histories) == 1
    assert trained == sorted(json.loads(line)["genome"]["width"] for line in histories.pop().splitlines())
