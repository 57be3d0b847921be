"""Non-blocking locks that all processes share; the end of a process releases its locks."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from peewee import Database

from ..sqlite import Sqlite, try_lock


class SharedLocks:
    """Locks by name: advisory locks of PostgreSQL, lock files in a folder with SQLite."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    @contextmanager
    def tried(self, name: str) -> Iterator[bool]:
        """Try to acquire the lock of a name; yield whether this process holds it.

        PostgreSQL holds it until the transaction ends, so call this within a transaction. If the
        lock file cannot be created (a full disk), yield True.
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
    """Return the descriptor of a lock file, opened and locked; None if another process holds it.

    The holder deletes the file, so the path may name another file by the time of the lock.
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
