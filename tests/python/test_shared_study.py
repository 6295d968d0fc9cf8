# SPDX-License-Identifier: Apache-2.0
"""Workers that share a study: in a journal file, and in a PostgreSQL server that the test starts."""

import collections
import concurrent.futures
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
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


# ---- PostgreSQL ----------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A PostgreSQL server of a test's own, run by an unprivileged user in a temporary folder."""

    def __init__(self, programs, folder, user):
        self._programs, self._folder, self._user, self._port = programs, folder, user, free_port()
        self.url = f"postgresql://mho@127.0.0.1:{self._port}/study"

    def _run(self, program, *words):
        user = self._user
        subprocess.run([f"{self._programs}/{program}", *words], check=True, timeout=120, cwd=self._folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user and user.pw_uid,
                       group=user and user.pw_gid, extra_groups=[] if user else None)

    def create(self):
        self._run("initdb", "-D", f"{self._folder}/data", "-U", "mho", "--auth=trust", "--no-sync")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "mho", "study")

    def start(self):
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", "-l", f"{self._folder}/log", "-o",
                  f"-p {self._port} -h 127.0.0.1 -k {self._folder} -c fsync=off", "start")

    def stop(self, mode="fast"):
        if os.path.exists(f"{self._folder}/data/postmaster.pid"):
            self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", mode, "-w", "stop")


@pytest.fixture
def postgresql(tmp_path_factory):
    pytest.importorskip("psycopg2", reason="needs the package psycopg2-binary (requirements-search.txt)")
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda name: int(name.split("/")[4]))
    if not folders:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None  # initdb refuses root
    data = tmp_path_factory.mktemp("postgresql")
    folder = os.path.join("/tmp", f"mho-{os.getpid()}") if user else str(data)  # pytest's folders are root's alone
    os.makedirs(folder, exist_ok=True)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    server = Server(folders[-1], folder, user)
    try:
        server.create()
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def test_workers_share_a_postgresql_server_though_one_is_killed(python_mho, postgresql, alone):
    from mho._storage import open_storage

    with concurrent.futures.ThreadPoolExecutor(4) as together:  # all of them find no tables
        storage = list(together.map(lambda _: open_storage(optuna, postgresql.url), range(4)))[0]
    folders, killed = work_with_a_kill_and_a_late_start(python_mho, postgresql.url, storage, workers=4)
    for folder in folders:
        assert python_mho.trials(folder) == alone
    check_study(attempts(storage), killed)
    storage.remove_session()


def start_a_worker(mho, server, grace_s):
    """A worker that has recorded a trial in the server's study, and is not done."""
    from mho._storage import open_storage

    config = mho.config(SHARED.replace("grace_s = 2", f"grace_s = {grace_s}"))
    worker = mho.start("search", config, "--storage", server.url, "--threads", 1)
    storage = open_storage(optuna, server.url)
    wait_until(lambda: any(map(ended, attempts(storage))) or worker.poll() is not None)
    storage.remove_session()
    storage._backend.engine.dispose()
    assert worker.poll() is None, worker.communicate()
    return worker


def test_a_worker_outlasts_a_restart_of_the_server(python_mho, postgresql, alone):
    worker = start_a_worker(python_mho, postgresql, 60)
    postgresql.stop()
    time.sleep(0.5)
    postgresql.start()
    _, errors = worker.communicate(timeout=300)
    assert worker.returncode == 0, errors
    assert python_mho.trials("runs/tiny") == alone


def test_a_worker_whose_server_stays_away_says_so_and_how_to_go_on(python_mho, postgresql, alone):
    worker = start_a_worker(python_mho, postgresql, 2)
    postgresql.stop()
    _, errors = worker.communicate(timeout=300)
    assert worker.returncode == 1
    assert "the connection is lost" in errors and "was not back within search.grace_s = 2 s" in errors
    command = re.search(r"continue with: python -m mho (search --resume runs/tiny --threads 1 --storage .*)", errors)
    assert command, errors
    postgresql.start()
    python_mho(*command.group(1).split())
    assert python_mho.trials("runs/tiny") == alone
