# SPDX-License-Identifier: Apache-2.0
"""Workers that share a study in a journal file, and what is refused of any storage."""

import re

import pytest
from shared_workers import (
    alone,
    attempts,
    check_study,
    optuna,
    QUICK,
    SHARED,
    wait_until,
    work_with_a_kill_and_a_late_start,
)


def test_workers_share_a_journal_though_one_is_killed(python_mho, alone):
    from mho._storage import open_storage

    url = f"journal:{python_mho.folder}/study.log"
    storage = open_storage(optuna, url)
    folders, killed = work_with_a_kill_and_a_late_start(python_mho, url, storage, workers=3)
    for folder in folders:
        assert python_mho.trials(folder) == alone  # as if one worker had done it all
        assert (python_mho.folder / folder / "winners/0/chip/targets.npz").exists()
    check_study(attempts(storage), killed)


def test_the_study_is_told_what_a_dashboard_shows(python_mho):
    config = python_mho.config(QUICK)
    python_mho("search", config, "--storage", "journal:study.log")
    storage = optuna.storages.JournalStorage(
        optuna.storages.journal.JournalFileBackend(str(python_mho.folder / "study.log")))
    study = optuna.load_study(study_name=None, storage=storage)
    assert study.study_name.startswith("tiny-")
    assert study.metric_names == ["accuracy_1d_over_sigma"]
    assert study.directions == [optuna.study.StudyDirection.MAXIMIZE]
    records = python_mho.trials("runs/tiny")
    for record, trial in zip(records, study.trials, strict=True):
        assert trial.user_attrs["genome"] == record["name"]
        assert trial.user_attrs["accuracy_1d"] == record["score"]["drift"][2]["mean"]
        assert trial.user_attrs["avm_points"] == record["score"]["avm"]
        assert trial.user_attrs["energy_j"] == record["cost"]["energy_j"]
        assert trial.system_attrs["constraints"] == [record["score"]["avm"] - 100]
        assert trial.params["stem_channels"] == record["genome"]["stem_channels"]
        assert trial.params["block1_type"] == record["genome"]["block1_type"]
    # A worker that comes when all is done only writes its run folder.
    before = (python_mho.folder / "study.log").read_text().count('"op_code":4')
    python_mho("search", config, "--storage", "journal:study.log", "--out", "again/tiny")
    assert python_mho.trials("again/tiny") == records
    assert (python_mho.folder / "study.log").read_text().count('"op_code":4') == before


def test_a_stopped_worker_gives_its_trials_back_at_once(python_mho):
    long = SHARED.replace("epochs = 12", "epochs = 20000").replace("grace_s = 2", "grace_s = 600")
    python_mho.config(long)
    worker = python_mho.start("search", "tiny.toml", "--storage", "journal:study.log")
    file = python_mho.folder / "study.log"
    wait_until(lambda: file.exists() and '"param_name":"block1_widening"' in file.read_text().replace(' ', ''))
    worker.terminate()
    _, errors = worker.communicate(timeout=60)
    assert worker.returncode == 1
    assert "continue with: python -m mho search --resume runs/tiny --storage journal:study.log" in errors
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(file)))
    states = {trial.state for trial in optuna.load_study(study_name=None, storage=storage).trials}
    assert states == {optuna.trial.TrialState.WAITING}


@pytest.mark.parametrize(("url", "message"), [
    ("sqlite:///x.db", "expected journal:PATH or postgresql://USER@HOST/DATABASE, got sqlite:///x.db (SQLite locks"),
    ("redis://here", "expected journal:PATH or postgresql://"),
    ("journal:/nowhere/x.log", "cannot be opened"),
    ("journal:/dev/full", "--storage journal:/dev/full: expected a regular file, got a device"),
    ("journal:.", "expected a regular file, got a folder"),
    ("postgresql://me:se@cret@127.0.0.1:1/mho", "--storage postgresql://me:***@127.0.0.1:1/mho: expected one '@'"),
])
def test_a_storage_that_cannot_be_is_refused_before_training(python_mho, url, message):
    result = python_mho("search", python_mho.config(), "--storage", url, code=2)
    assert message in result.stderr
    assert "cret" not in result.stderr
    assert not (python_mho.folder / "runs").exists()


def test_an_unreachable_server_is_refused_without_its_password(python_mho):
    pytest.importorskip("psycopg2", reason="needs the package psycopg2-binary (requirements-search.txt)")
    url = "postgresql://me:secret@127.0.0.1:1/mho"
    result = python_mho("search", python_mho.config(), "--storage", url, code=2)
    assert "--storage postgresql://me:***@127.0.0.1:1/mho: cannot be opened" in result.stderr
    assert "refused" in result.stderr
    assert "secret" not in result.stderr


def test_another_space_and_another_configuration_are_refused(python_mho):
    python_mho("search", python_mho.config(QUICK), "--storage", "journal:study.log")
    join = ["search", "tiny.toml", "--storage", "journal:study.log", "--out", "other/tiny"]
    refused = python_mho(*join, "--set", "space.widening=[1,3]", code=2).stderr
    assert "another [space]" in refused and "gene block1_widening: " in refused
    result = python_mho(*join, "--set", "training.epochs=3", code=2)
    assert "training.epochs: the study was started with 8, got 3" in result.stderr
    assert not (python_mho.folder / "other").exists()


def test_workers_of_a_study_multiply_in_the_same_arithmetic(python_mho, monkeypatch):
    config = python_mho.config(QUICK.replace("trials = 4", "trials = 2"))
    words = ["search", config, "--storage", "journal:study.log"]
    python_mho(*words, "--set", "training.arithmetic=bfloat16")
    join = [*words, "--out", "other/tiny"]
    refused = python_mho(*join, code=2).stderr
    assert "training.arithmetic: the study was started with 'bfloat16', got 'float32'" in refused
    monkeypatch.setenv("MHO_KERNELS", "portable")  # as on a machine without products in bfloat16
    refused = python_mho(*join, "--set", "training.arithmetic=auto", code=2).stderr
    assert "training.arithmetic: the study was started with 'bfloat16', got 'float32' ('auto' is decided" in refused
    assert not (python_mho.folder / "other").exists()
    python_mho(*join, "--set", "training.arithmetic=bfloat16")
    assert python_mho.trials("other/tiny") == python_mho.trials("runs/tiny")


def test_a_study_scored_in_bfloat16_takes_no_worker_that_would_score_in_float32(python_mho, monkeypatch):
    config = python_mho.config(QUICK.replace("trials = 4", "trials = 2"))
    words = ["search", config, "--storage", "journal:study.log", "--set", "scoring.arithmetic=bfloat16"]
    python_mho(*words)
    recorded = (python_mho.folder / "runs/tiny/config.toml").read_text().partition("[scoring]")[2]
    if "arithmetic = 'float32'" in recorded:
        pytest.skip("this processor scores in float32 itself")
    monkeypatch.setenv("MHO_KERNELS", "portable")
    refused = python_mho(*words, "--out", "other/tiny", code=2).stderr
    assert "scoring.arithmetic: the study was started with 'bfloat16', got 'float32' ('bfloat16' is" in refused


def test_workers_with_run_folders_of_their_own_share_a_named_study(python_mho):
    config = python_mho.config(QUICK)
    shared = ["search", config, "--storage", "journal:study.log"]
    python_mho(*shared, "--out", "a")
    apart = python_mho(*shared, "--out", "b")
    assert re.search(r"study b-\w+ is new, and the storage holds a of the same \[space\].*--study a", apart.stderr)
    before = (python_mho.folder / "study.log").read_text().count('"op_code":4')
    for name in ["a", optuna_names(python_mho)[0]]:  # as the dashboard shows it, too
        together = python_mho(*shared, "--out", f"of {name}", "--study", name)
        assert "is new" not in together.stderr
        assert python_mho.trials(f"of {name}") == python_mho.trials("a")
    assert (python_mho.folder / "study.log").read_text().count('"op_code":4') == before
    assert len(optuna_names(python_mho)) == 2


def optuna_names(mho):
    from mho._storage import open_storage

    return [study.study_name for study in open_storage(optuna, f"journal:{mho.folder}/study.log").get_all_studies()]


def test_the_plain_executable_names_the_one_that_can(mho):
    result = mho("search", mho.config(), "--storage", "journal:study.log", code=2)
    assert "--storage: needs the Python package mho" in result.stderr
    result = mho("search", "tiny.toml", "--set", "search.proposer=optuna:tpe", code=2)
    assert "search.proposer = optuna:tpe: needs the Python package mho" in result.stderr
    assert "python -m mho search" in result.stderr
    assert not (mho.folder / "runs").exists()


def test_optuna_proposes_for_workers_as_for_one(python_mho):
    config = python_mho.config(QUICK)
    words = ["search", config, "--set", "search.proposer=optuna:tpe", "--set", "search.trials=6"]
    python_mho(*words, "--out", "one/tiny")
    workers = [python_mho.start(*words, "--storage", "journal:study.log", "--out", f"{i}/tiny") for i in range(2)]
    for worker in workers:
        _, errors = worker.communicate(timeout=120)
        assert worker.returncode == 0, errors
    assert python_mho.trials("0/tiny") == python_mho.trials("1/tiny") == python_mho.trials("one/tiny")
