"""The database of DATABASE_URL: base model, moment field, write transaction, migrations."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from peewee import BigIntegerField, Database, DatabaseProxy, Model, OperationalError
from playhouse.db_url import parse
from playhouse.migrations import Runner
from playhouse.pool import PooledPostgresqlDatabase

from . import clock
from .config import ROOT, Config, ConfigurationError
from .sqlite import WRITE_TIMEOUT_S, Queue, Sqlite
from .statements import Rows, Statement

WAL_SAFE = (3, 51, 3)  # 3.7.0 to 3.51.2 may corrupt a WAL file under two connections
log = logging.getLogger(__name__)
proxy = DatabaseProxy()
EARLIEST, LATEST = (int(moment.timestamp()) for moment in (clock.FIRST, clock.LAST))


class MomentField(BigIntegerField):
    """A moment, stored as whole seconds since 1970; in Python an aware UTC datetime."""

    def db_value(self, value: datetime | int | None) -> int | None:
        """Convert a datetime to seconds; a number already is seconds."""
        return int(value.timestamp()) if isinstance(value, datetime) else value

    def python_value(self, value: int | None) -> datetime | None:
        """Convert seconds to a datetime: of a year that can be drawn, for any stored number."""
        return None if value is None else datetime.fromtimestamp(
            min(max(value, EARLIEST), LATEST), UTC)


class Record(Model):
    """The base class of every table."""

    class Meta:
        database = proxy
        legacy_table_names = False

    @classmethod
    def insert_many(cls, rows: Iterable[Any], fields: Sequence[Any] | None = None) -> Rows:
        """Return the INSERT of many rows: dicts, or tuples in the order of the fields."""
        return Rows(cls, insert=rows, columns=fields)


def open_database(config: Config) -> Database:
    """Return the database of DATABASE_URL, bound to every model."""
    scheme = config.database_url.partition(":")[0]
    if config.database_url.startswith("sqlite:///"):
        database = open_sqlite(config)
    elif scheme in ("postgres", "postgresql"):
        settings = {"options": f"-c lock_timeout={WRITE_TIMEOUT_S}s",
                    **connection_settings(config.database_url)}
        database = PooledPostgresqlDatabase(
            settings.pop("database"), prefer_psycopg3=True, max_connections=32,
            stale_timeout=300, **settings)
    else:
        raise ConfigurationError(f"DATABASE_URL starts with “{scheme}:”: only sqlite:///… and "
                                 "postgresql://… are known.")
    database.context_class = Statement
    proxy.initialize(database)
    return database


def connection_settings(url: str) -> dict[str, Any]:
    """Parse a PostgreSQL URL as libpq does: %40 in a password is @."""
    try:
        settings = parse(url, unquote_password=True, unquote_user=True)
    except ValueError as error:
        raise ConfigurationError(f"DATABASE_URL is not understood: {error}.") from None
    if not settings["database"]:
        raise ConfigurationError(
            "DATABASE_URL names no database: postgresql://user:password@host/name.")
    return settings


def open_sqlite(config: Config) -> Sqlite:
    """Return the SQLite database, durable, in a journal mode safe for the linked library."""
    path = parse(config.database_url)["database"]
    if path != ":memory:":
        make_folder(Path(path).parent)
    return Sqlite(
        path, lock_type="IMMEDIATE", check_same_thread=False, max_connections=32,
        timeout=0, stale_timeout=300,
        pragmas={"busy_timeout": WRITE_TIMEOUT_S * 1000,
                 "journal_mode": journal_mode(config.journal),
                 "synchronous": "full", "foreign_keys": 1, "cache_size": -16_000})


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"The folder of DATABASE_URL cannot be made: {error}.") from None


def journal_mode(wanted: str) -> str:
    """Return `wal` if this SQLite has no WAL bug, else `truncate` with a logged warning."""
    from peewee import sqlite3

    if sqlite3.sqlite_version_info >= WAL_SAFE:
        return "truncate" if wanted == "truncate" else "wal"
    if wanted == "wal":
        raise ConfigurationError(
            f"SQLITE_JOURNAL=wal is not safe with SQLite {sqlite3.sqlite_version}: "
            "install pysqlite3 or leave the setting out.")
    log.warning("SQLite %s has the WAL bug: writing with journal_mode=truncate, somewhat slower.",
                sqlite3.sqlite_version)
    return "truncate"


@contextmanager
def transaction(timeout: float | None = None) -> Iterator[None]:
    """Write in one durable transaction; SQLite's writers queue, WRITE_TIMEOUT_S at most.

    A nested transaction joins the outer one. `timeout`: seconds in the queue, for writes that can
    be skipped. Raises OperationalError when the time is over.
    """
    database = proxy.obj
    queue: Queue | None = getattr(database, "queue", None)
    is_outer = not database.in_transaction()
    with queue.acquire(timeout) if queue and is_outer else nullcontext(), database.atomic():
        yield


@contextmanager
def snapshot() -> Iterator[None]:
    """Read several queries from one state of the database, without blocking writers."""
    database = proxy.obj
    kind = ("DEFERRED",) if isinstance(database, Sqlite) else ()
    with database.transaction(*kind):
        if not kind:
            database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def runner(database: Database) -> Runner:
    return Runner(database, str(ROOT / "migrations"))


def pending_migrations(database: Database) -> list[str]:
    """Return the names of the migrations that are not applied."""
    with database.connection_context() if database.is_closed() else database.atomic():
        return [row.name for row in runner(database).status() if row.path and not row.applied]


def unknown_migrations(database: Database) -> list[str]:
    """Return the applied migrations of another history.

    Migrations newer than the code's do not count: after a rollback the older program serves the
    newer tables, because migrations only add.
    """
    with database.connection_context() if database.is_closed() else database.atomic():
        history = runner(database).status()
    newest = max(row.idx for row in history if row.path)
    return [row.name for row in history if not row.path and row.idx <= newest]


def check_schema(database: Database) -> None:
    """Raise ConfigurationError for a schema older than the code's or of another history.

    So for a database that cannot be reached: nothing could be served.
    """
    try:
        unknown, pending = unknown_migrations(database), pending_migrations(database)
    except OperationalError as error:
        why = str(error).partition("\n")[0]
        raise ConfigurationError(
            f"The database of DATABASE_URL cannot be reached ({why}): start it, then start again."
        ) from None
    if unknown:
        raise ConfigurationError(
            f"The database was made by another program ({', '.join(unknown)} is not "
            "among its migrations): name another one in DATABASE_URL.")
    if pending:
        raise ConfigurationError(
            f"The database is older than the program ({', '.join(pending)} not applied): "
            "run `pwmigrate up`, then start again.")
