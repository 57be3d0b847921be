"""Locks that all processes share, tried without waiting; a process that dies holds none."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from peewee import Database

from ..sqlite import Sqlite, has_locked

FILES = 256  # two names that share a file only make each other wait


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
        file = self._opened(name)
        try:
            yield file is None or has_locked(file)
        finally:
            if file is not None:
                os.close(file)

    def _tried_in_database(self, name: str) -> bool:
        query = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        return self.database.execute_sql(query, (name,)).fetchone()[0]

    def _opened(self, name: str) -> int | None:
        path = self.folder / f"{zlib.crc32(name.encode()) % FILES}.lock"
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return None
