"""One SQLite file for several processes: its writers queue, and a lock tells that it is open."""

import fcntl
import os
import time
from contextlib import ExitStack, contextmanager
from threading import Lock

from peewee import OperationalError
from playhouse.pool import PooledSqliteDatabase

PATIENCE_S = 10  # how long anybody waits for another who writes
POLL_S = 0.001  # between two tries at a lock: Python cannot wait for one with a deadline


class Sqlite(PooledSqliteDatabase):
    """The book in a file, with the queue of its writers.

    From its first connection to close_all() the process tells all others that it has it open.
    """

    def __init__(self, path, **more):
        super().__init__(path, **more)
        self.queue, self.sign = None if path == ":memory:" else Queue(path), None

    def _connect(self):
        if self.queue and self.sign is None:
            self.sign = sign_of_use(self.database, fcntl.LOCK_SH)
        return super()._connect()

    def close_all(self):
        """Close every connection: from now on it is not in use by this process."""
        super().close_all()
        if self.sign is not None:
            os.close(self.sign)
            self.sign = None


@contextmanager
def alone(path):
    """Keep everybody else from opening a database; OperationalError if somebody has it open."""
    sign = sign_of_use(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(sign)


def sign_of_use(path, how):
    """Return the lock file beside a database: shared by all who have it open, or exclusive."""
    try:
        sign = os.open(f"{path}.open", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise OperationalError(f"unable to open database file: {error}") from None
    if not has_locked(sign, how):
        os.close(sign)
        raise OperationalError("database is locked: it is in use, or being put in its place")
    return sign


class Queue:
    """The writers' queue: two lock files beside the database; see docs/decisions/0033.

    A writer locks the door, then the queue, and lets go of the door. To write again it must come
    through the door, which the next one holds by then: nobody writes twice in a row while others
    wait. Only one thread of a process tries the locks, its others wait for that thread.
    """

    patience = PATIENCE_S

    def __init__(self, path):
        self.path, self.inside = path, Lock()

    @contextmanager
    def acquire(self, patience=None):
        """Wait for the turn and have it; OperationalError if it does not come in time."""
        until = time.monotonic() + (self.patience if patience is None else patience)
        with ExitStack() as held:
            with self._first_inside(until), self._locked("door", until):
                held.enter_context(self._locked("queue", until))
            yield

    @contextmanager
    def _first_inside(self, until):
        """Be the one thread of this process that stands in the queue."""
        if not self.inside.acquire(timeout=max(0, until - time.monotonic())):
            raise OperationalError("database is locked: other threads wait to write")
        try:
            yield
        finally:
            self.inside.release()

    @contextmanager
    def _locked(self, name, until):
        """Hold the lock of a file; the system lets go of it when a process dies."""
        file = os.open(f"{self.path}.{name}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not has_locked(file):
                if time.monotonic() > until:
                    raise OperationalError("database is locked: the queue does not move")
                time.sleep(POLL_S)
            yield
        finally:
            os.close(file)


def has_locked(file, how=fcntl.LOCK_EX):
    """Try to lock a file without waiting; tell whether it is locked now."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
