# SPDX-License-Identifier: Apache-2.0
"""Optuna storages: opened from a URL, and patient with a server that is away for a while."""

import os
import stat
import time

from mho._core import without_password
from mho._errors import InputError, RunError, needed


def open_storage(optuna, url):
    """The storage of a journal:PATH or postgresql:// URL. Raises InputError when it cannot be reached."""
    shown = without_password(url)
    kind = url.split(":", 1)[0].split("+")[0]
    if kind not in ("journal", "postgresql"):
        hint = " (SQLite locks up under parallel writers)" if kind == "sqlite" else ""
        raise InputError(f"--storage: expected journal:PATH or postgresql://USER@HOST/DATABASE, got {shown}{hint}")
    try:
        return (_journal if kind == "journal" else _database)(optuna, url, shown)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"--storage {shown}: cannot be opened: {_reason(error)}") from error


def _reason(error):
    """The first line of what the driver or the system says."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _journal(optuna, url, shown):
    """Devices and pipes may have no end: reading them would never return."""
    path = url.removeprefix("journal:")
    if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
        raise InputError(f"--storage {shown}: expected a regular file, got {_kind_of(os.stat(path).st_mode)}")
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(path))


def _kind_of(mode):
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _database(optuna, url, shown):
    """Workers that come first at the same time make the tables at the same time: all but one fail, once."""
    if url.split("?", 1)[0].count("@") > 1:  # the driver would take the rest of the password for the host, and say so
        raise InputError(f"--storage {shown}: expected one '@', before the host; write an '@' of a password as %40")
    if url.startswith("postgresql:"):  # SQLAlchemy's own choice of driver differs between its versions
        needed("psycopg2", "--storage postgresql://...", "psycopg2-binary")
        url = url.replace("postgresql:", "postgresql+psycopg2:", 1)
    from sqlalchemy.exc import IntegrityError, ProgrammingError

    options = {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}
    for wait_s in (0.5, 1, 2, None):
        try:
            return optuna.storages.get_storage(optuna.storages.RDBStorage(url, engine_kwargs=options))
        except (IntegrityError, ProgrammingError):
            if wait_s is None:
                raise
            time.sleep(wait_s)


class PatientStorage:
    """A storage whose calls are made again while its server is away, for grace_s at most.

    A call may have had its effect before the connection broke. Made twice, an attribute has the same value, an attempt
    more is one too many that the study ends, and a change of state is refused, as if another worker had made it.
    Raises RunError, with the cause, when the server stays away, when `stopped()` meanwhile, or for any other failure.
    """

    def __init__(self, storage, shown, grace_s, stopped):
        self._storage, self._shown, self._grace_s, self._stopped = storage, shown, grace_s, stopped
        self._away_since = None
        self.outages = 0  #: how often the server was away and came back

    def __getattr__(self, name):
        method = getattr(self._storage, name)

        def patient(*arguments, **options):
            while True:
                try:
                    result = method(*arguments, **options)
                except Exception as error:
                    self._wait_or_raise(error)
                    continue
                self.outages += self._away_since is not None
                self._away_since = None
                return result

        return patient

    def _wait_or_raise(self, error):
        import optuna

        lost = _lost_connection(error)
        if lost is None and isinstance(error, (OSError, optuna.exceptions.StorageInternalError)):
            raise RunError(f"--storage {self._shown}: failed: {_reason(error.__cause__ or error)}") from error
        if lost is None:
            raise error
        now = time.monotonic()
        self._away_since = self._away_since or now
        if self._stopped() or now - self._away_since > self._grace_s:
            raise RunError(f"--storage {self._shown}: the connection is lost ({_reason(lost)}) and was not back within "
                           f"search.grace_s = {self._grace_s:g} s; the trials in the storage are safe") from error
        time.sleep(0.25)


def _lost_connection(error):
    """The error among the causes that says so, or None."""
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError

    while error is not None:
        if isinstance(error, (OperationalError, InterfaceError, PendingRollbackError)):  # the last: Optuna had gone on
            return error
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return error
        error = error.__cause__
    return None
