# SPDX-License-Identifier: Apache-2.0
"""Workers that share a study in a PostgreSQL server, which the test starts."""

import concurrent.futures
import glob
import os
import pwd
import re
import shutil
import socket
import subprocess
import time

import pytest
from shared_workers import (
    alone,
    attempts,
    check_study,
    ended,
    optuna,
    SHARED,
    wait_until,
    work_with_a_kill_and_a_late_start,
)


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
