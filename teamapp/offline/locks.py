"""Locks that all processes share, tried without waiting; a process that dies holds none."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from peewee import Database

from ..sqlite import Sqlite, try_lock


class SharedLocks:
    """Locks by name: advisory locks of PostgreSQL, else locked files in a folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    @contextmanager
    def tried(self, name: str) -> Iterator[bool]:
        """Hold the lock of a name if nobody else does; yield whether it is held.

        PostgreSQL holds it until the transaction ends, so it must be tried within one. Where no
        lock file can be made (a full disk) nobody is kept out.
        """
        if not isinstance(self.database, Sqlite):
            yield self._tried_in_database(name)
            return
        path = self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = locked_file(path)
        except OSError:
            yield True
            return
        try:
            yield file is not None
        finally:
            if file is not None:
                path.unlink(missing_ok=True)
                os.close(file)

    def _tried_in_database(self, name: str) -> bool:
        query = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        return self.database.execute_sql(query, (name,)).fetchone()[0]


def locked_file(path: Path) -> int | None:
    """Return a lock file opened and locked; None if somebody else holds it.

    Its holder deletes it, so one that was opened before may be another by the time it is locked.
    """
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not try_lock(file):
            os.close(file)
            return None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        os.close(file)
