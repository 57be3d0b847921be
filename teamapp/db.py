"""The database of DATABASE_URL, its base model and field, and the writer's transaction."""

import logging
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from peewee import BigIntegerField, DatabaseProxy, Model
from playhouse.db_url import parse
from playhouse.migrations import Runner
from playhouse.pool import PooledPostgresqlDatabase

from .config import ROOT, Refusal
from .sqlite import PATIENCE_S, Sqlite
from .statements import Rows, Statement

WAL_SAFE = (3, 51, 3)  # 3.7.0 to 3.51.2 may corrupt a WAL file under two connections
log = logging.getLogger(__name__)
proxy = DatabaseProxy()


class MomentField(BigIntegerField):
    """A moment as whole seconds since 1970; in Python always an aware UTC datetime."""

    def db_value(self, value):
        """Store a datetime as seconds; a number is taken as seconds already."""
        return int(value.timestamp()) if isinstance(value, datetime) else value

    def python_value(self, value):
        """Return the stored seconds as an aware datetime in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Record(Model):
    """What every table of the house is made from."""

    class Meta:
        database = proxy
        legacy_table_names = False

    @classmethod
    def insert_many(cls, rows, fields=None):
        """Return the INSERT of many rows: dicts, or tuples in the order of the fields."""
        return Rows(cls, insert=rows, columns=fields)


def open_database(config):
    """Return the database the settings name, bound to every model; refuse an unknown one."""
    scheme = config.database_url.partition(":")[0]
    if config.database_url.startswith("sqlite:///"):
        database = open_sqlite(config)
    elif scheme in ("postgres", "postgresql"):
        settings = {"options": f"-c lock_timeout={PATIENCE_S}s", **parts(config.database_url)}
        database = PooledPostgresqlDatabase(
            settings.pop("database"), prefer_psycopg3=True, max_connections=32,
            stale_timeout=300, **settings)
    else:
        raise Refusal(f"DATABASE_URL starts with “{scheme}:”: only sqlite:///… and "
                      "postgresql://… are known.")
    database.context_class = Statement
    proxy.initialize(database)
    return database


def parts(url):
    """Return what a URL of PostgreSQL says, as libpq reads it: %40 in a password is @."""
    try:
        said = parse(url, unquote_password=True, unquote_user=True)
    except ValueError as error:
        raise Refusal(f"DATABASE_URL is not understood: {error}.") from None
    if not said["database"]:
        raise Refusal("DATABASE_URL names no database: postgresql://user:password@host/name.")
    return said


def open_sqlite(config):
    """Return the SQLite database, durable, with the journal that is safe for this library."""
    path = parse(config.database_url)["database"]
    if path != ":memory:":
        make_folder(Path(path).parent)
    return Sqlite(
        path, lock_type="IMMEDIATE", check_same_thread=False, max_connections=32,
        timeout=0, stale_timeout=300,
        pragmas={"busy_timeout": PATIENCE_S * 1000, "journal_mode": journal_mode(config.journal),
                 "synchronous": "full", "foreign_keys": 1, "cache_size": -16_000})


def make_folder(folder):
    """Make the folder a database is to lie in, or refuse it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"The folder of DATABASE_URL cannot be made: {error}.") from None


def journal_mode(wanted):
    """Return `wal` where this SQLite is free of the WAL bug, else `truncate`, saying so."""
    from peewee import sqlite3

    if sqlite3.sqlite_version_info >= WAL_SAFE:
        return "truncate" if wanted == "truncate" else "wal"
    if wanted == "wal":
        raise Refusal(f"SQLITE_JOURNAL=wal is not safe with SQLite {sqlite3.sqlite_version}: "
                      "install pysqlite3 or leave the setting out.")
    log.warning("SQLite %s has the WAL bug: writing with journal_mode=truncate, somewhat slower.",
                sqlite3.sqlite_version)
    return "truncate"


@contextmanager
def transaction(patience=None):
    """Write in one durable transaction; SQLite's writers queue for it, at most ten seconds.

    Inside another it is part of that one. `patience`: seconds, for what need not be written now.
    """
    database = proxy.obj
    queue = getattr(database, "queue", None)
    must_queue = queue and not database.in_transaction()
    with queue.acquire(patience) if must_queue else nullcontext(), database.atomic():
        yield


@contextmanager
def snapshot():
    """Read several queries from one state of the database, without stopping writers."""
    database = proxy.obj
    kind = ("DEFERRED",) if isinstance(database, Sqlite) else ()
    with database.transaction(*kind):
        if not kind:
            database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def runner(database):
    """Return the migration runner over the project's own migrations."""
    return Runner(database, str(ROOT / "migrations"))


def pending_migrations(database):
    """Return the names of the migrations the database has not had yet."""
    with database.connection_context() if database.is_closed() else database.atomic():
        return [row.name for row in runner(database).status() if row.path and not row.applied]


def foreign_migrations(database):
    """Return the applied migrations that are neither ours nor a newer program's.

    A program that went back from an upgrade serves the newer tables: migrations only add.
    """
    with database.connection_context() if database.is_closed() else database.atomic():
        history = runner(database).status()
    newest = max(row.idx for row in history if row.path)
    return [row.name for row in history if not row.path and row.idx <= newest]


def refuse_other_schema(database):
    """Refuse to serve a schema older than the code's, or one of another history."""
    foreign = foreign_migrations(database)
    if foreign:
        raise Refusal(f"The database was made by another program ({', '.join(foreign)} is not "
                      "among its migrations): name another one in DATABASE_URL.")
    pending = pending_migrations(database)
    if pending:
        raise Refusal(f"The database is older than the program ({', '.join(pending)} not applied): "
                      "run `pwmigrate up`, then start again.")
