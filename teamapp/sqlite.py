"""One SQLite file for several processes: a queue for its writers, and a lock while it is open."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any

from peewee import OperationalError
from playhouse.pool import PooledSqliteDatabase

WRITE_TIMEOUT_S = 10  # the longest wait for other writers
POLL_S = 0.001  # between two tries at a lock: Python cannot wait for one with a deadline


class Sqlite(PooledSqliteDatabase):
    """A database file with a queue for its writers.

    The process holds a shared lock on the file from its first connection to close_all().
    """

    def __init__(self, path: str, **more: Any) -> None:
        super().__init__(path, **more)
        self.queue = None if path == ":memory:" else Queue(path)
        self.usage_lock: int | None = None

    def _connect(self) -> Any:
        if self.queue and self.usage_lock is None:
            self.usage_lock = open_usage_lock(self.database, fcntl.LOCK_SH)
        return super()._connect()

    def close_all(self) -> None:
        """Close every connection and release the lock that marks the database as open."""
        super().close_all()
        if self.usage_lock is not None:
            os.close(self.usage_lock)
            self.usage_lock = None


@contextmanager
def exclusive(path: str | os.PathLike[str]) -> Iterator[None]:
    """Prevent every process from opening a database; OperationalError if one has it open."""
    lock = open_usage_lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(lock)


def open_usage_lock(path: str | os.PathLike[str], how: int) -> int:
    """Lock the file beside a database: shared by all processes that have it open, or exclusive."""
    try:
        lock = os.open(f"{path}.open", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise OperationalError(f"unable to open database file: {error}") from None
    if not try_lock(lock, how):
        os.close(lock)
        raise OperationalError("database is locked: it is in use, or being put in its place")
    return lock


class Queue:
    """The writers' queue: two lock files beside the database; see docs/decisions/0033.

    A writer locks the door, then the queue, and releases the door. To write again it needs the
    door, which the next writer holds by then: nobody writes twice in a row while others wait.
    Only one thread of a process tries the locks; the other threads wait for that one.
    """

    timeout: float = WRITE_TIMEOUT_S

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path, self.inside = path, Lock()

    @contextmanager
    def acquire(self, timeout: float | None = None) -> Iterator[None]:
        """Wait for the turn and hold it; OperationalError after `timeout` seconds."""
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        with ExitStack() as held:
            with self._first_inside(until), self._locked("door", until):
                held.enter_context(self._locked("queue", until))
            yield

    @contextmanager
    def _first_inside(self, until: float) -> Iterator[None]:
        """Be the one thread of this process that tries the locks."""
        if not self.inside.acquire(timeout=max(0, until - time.monotonic())):
            raise OperationalError("database is locked: other threads wait to write")
        try:
            yield
        finally:
            self.inside.release()

    @contextmanager
    def _locked(self, name: str, until: float) -> Iterator[None]:
        """Hold the lock of a file; the kernel releases it when a process dies."""
        file = os.open(f"{self.path}.{name}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not try_lock(file):
                if time.monotonic() > until:
                    raise OperationalError("database is locked: the queue does not move")
                time.sleep(POLL_S)
            yield
        finally:
            os.close(file)


def try_lock(file: int, how: int = fcntl.LOCK_EX) -> bool:
    """Try to lock a file descriptor without waiting; return whether it is locked now."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
