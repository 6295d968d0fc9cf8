# SPDX-License-Identifier: Apache-2.0
"""What tests of workers that share a study have in common."""

import collections
import signal
import time

import pytest
from conftest import TINY, PythonMho

optuna = pytest.importorskip("optuna", reason="needs the package optuna (requirements-search.txt)")
optuna.logging.set_verbosity(optuna.logging.WARNING)

# Trials of some tenths of a second, so that a worker is killed inside one.
SHARED = TINY.replace("trials = 4", "trials = 12\ngrace_s = 2").replace("population = 2", "population = 4")
SHARED = SHARED.replace("epochs = 2", "epochs = 12")
QUICK = TINY.replace("trials = 4", "trials = 4\ngrace_s = 1").replace("epochs = 2", "epochs = 8")
TRIALS = 12
RECORD, LOST = "mho:record", "mho:lost"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The trials of one worker without a storage."""
    mho = PythonMho(tmp_path_factory.mktemp("alone"))
    mho("search", mho.config(SHARED))
    return mho.trials("runs/tiny")


def wait_until(condition, seconds=240):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def attempts(storage):
    """Those of the storage's one study; none while it is not there yet."""
    return [trial for study in storage.get_all_studies() for trial in storage.get_all_trials(study._study_id)]


def freeze_in_a_trial(process, storage):
    """Stops the process while it trains. A trial is under way from its last parameter to its record."""
    def trains():
        return any(f"-{process.pid}-" in trial.user_attrs.get("worker", "") and "block1_widening" in trial.params
                   and trial.state == optuna.trial.TrialState.RUNNING for trial in attempts(storage))

    def frozen():
        assert process.poll() is None, process.communicate()
        if trains():
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.05)  # what it had sent to a server arrives
            if trains():
                return True
            process.send_signal(signal.SIGCONT)
        return False

    wait_until(frozen)


def ended(trial):
    return trial.state.is_finished() and LOST not in trial.system_attrs


def work_with_a_kill_and_a_late_start(mho, url, storage, workers):
    """The first worker is killed in the middle of a trial, the last starts late: the run folders of all others,
    and the killed one's process."""
    config = mho.config(SHARED)

    def start(i):
        return mho.start("search", config, "--storage", url, "--threads", 1, "--out", f"worker{i}/tiny")

    killed = start(0)
    freeze_in_a_trial(killed, storage)
    processes = [start(i) for i in range(1, workers - 1)]
    killed.kill()
    killed.communicate()
    wait_until(lambda: sum(map(ended, attempts(storage))) >= 4)
    processes.append(start(workers - 1))
    for process in processes:
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, output + errors
    return [f"worker{i}/tiny" for i in range(1, workers)], f"-{killed.pid}-"


def check_study(trials, killed):
    """Every budgeted trial is recorded once, and what the killed worker left was done again."""
    recorded = [trial for trial in trials if ended(trial)]
    assert sorted(trial.user_attrs["trial"] for trial in recorded) == list(range(TRIALS))
    assert all(RECORD in trial.system_attrs for trial in recorded)
    lost = [trial for trial in trials if LOST in trial.system_attrs and killed in trial.user_attrs.get("worker", "")]
    assert [trial.user_attrs["note"] for trial in lost] == ["its worker was silent for 2 s"]
    assert all(trial.state.is_finished() for trial in trials)
    genomes = collections.Counter(trial.user_attrs["genome"] for trial in recorded)
    assert set(genomes.values()) == {1}
