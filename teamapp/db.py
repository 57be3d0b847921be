"""The database of DATABASE_URL, its base model and field, and the writer's transaction."""

import fcntl
import logging
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import request
from peewee import (
    SCOPE_VALUES,
    BigIntegerField,
    Column,
    Context,
    DatabaseProxy,
    EnclosedNodeList,
    Field,
    Model,
    ModelInsert,
    Node,
    Table,
)
from playhouse.db_url import parse
from playhouse.migrations import Runner
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase

from .config import ROOT, Refusal

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


class Statement(Context):
    """Writes a column at once; peewee makes four objects of each, half the cost of a query."""

    def sql(self, obj):
        """Write a node of a query."""
        is_plain = getattr(type(obj), "__sql__", None) is Field.__sql__  # and not of an alias
        column = obj.column if is_plain else obj
        if type(column) is not Column or type(column.source) is not Table \
                or self.scope == SCOPE_VALUES:
            return super().sql(obj)
        alias = column.source._alias or self.alias_manager[column.source]
        return self.literal(f'"{alias}"."{column.name}"')


class Rows(ModelInsert):
    """An INSERT of rows in the order of its fields, without an object for every value.

    peewee's own builds one for each and takes six times as long, in every writer's turn.
    """

    def _generate_insert(self, insert, ctx):
        rows = list(insert)
        if not self._columns or not rows or isinstance(rows[0], dict):
            return super()._generate_insert(rows, ctx)
        columns = [getattr(self.model, name) if isinstance(name, str) else name
                   for name in self._columns]
        given = {field.name for field in columns}
        defaults = {field: value for field, value in self.get_default_data().items()
                    if field.name not in given}
        stored = [field.db_value for field in (*columns, *defaults)]
        for row in rows:
            whole = (*row, *(value() if callable(value) else value
                             for value in defaults.values()))
            ctx._values.extend(store(value) for store, value in zip(stored, whole, strict=True))
        marks = f"({', '.join([ctx.state.param or '?'] * len(stored))})"
        ctx.sql(EnclosedNodeList([*columns, *defaults]))
        return ctx.literal(f" VALUES {', '.join([marks] * len(rows))}")


class Among(Node):
    """The values of an IN, without an object for each: `Noun.id.in_(Among(ids))`."""

    def __init__(self, values):
        self.values = list(values)

    def __sql__(self, ctx):
        store = ctx.state.converter
        if not self.values:
            return ctx.literal("(NULL)")  # no value is in it, and PostgreSQL knows no ()
        ctx._values.extend(map(store, self.values) if store else self.values)
        return ctx.literal(f"({', '.join([ctx.state.param or '?'] * len(self.values))})")


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
    if scheme == "sqlite":
        database = open_sqlite(config)
    elif scheme in ("postgres", "postgresql"):
        settings = parse(config.database_url)
        database = PooledPostgresqlDatabase(
            settings.pop("database"), prefer_psycopg3=True, max_connections=32,
            stale_timeout=300, **settings)
    else:
        raise Refusal(f"DATABASE_URL starts with “{scheme}:”: only sqlite:///… and "
                      "postgresql://… are known.")
    database.context_class = Statement
    proxy.initialize(database)
    return database


def open_sqlite(config):
    """Return the SQLite database, durable, with the journal that is safe for this library."""
    path = parse(config.database_url)["database"]
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return PooledSqliteDatabase(
        path, lock_type="IMMEDIATE", check_same_thread=False, max_connections=32,
        timeout=0, stale_timeout=300,
        pragmas={"busy_timeout": 10_000, "journal_mode": journal_mode(config.journal),
                 "synchronous": "full", "foreign_keys": 1, "cache_size": -16_000})


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
def transaction():
    """Write in one durable transaction; SQLite's writers queue at a file lock, fairly.

    Inside another it is part of that one.
    """
    database = proxy.obj
    has_queue = isinstance(database, PooledSqliteDatabase) and database.database != ":memory:"
    if not has_queue or database.in_transaction():
        with database.atomic():
            yield
        return
    queue = os.open(f"{database.database}.queue", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        with database.atomic():
            yield
    finally:
        os.close(queue)


@contextmanager
def snapshot():
    """Read several queries from one state of the database, without stopping writers."""
    database = proxy.obj
    kind = ("DEFERRED",) if isinstance(database, PooledSqliteDatabase) else ()
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


def refuse_old_schema(database):
    """Refuse to serve a schema older than the code's."""
    pending = pending_migrations(database)
    if pending:
        raise Refusal(f"The database is older than the program ({', '.join(pending)} not applied): "
                      "run `pwmigrate up`, then start again.")


def init_app(app, config):
    """Open the database for this app: a connection for each request, given back at its end."""
    database = app.extensions["database"] = open_database(config)

    @app.before_request
    def connect():
        if request.blueprint != "health":  # it is asked about the database, it does not need it
            database.connect(reuse_if_open=True)

    @app.teardown_request
    def release(error):
        if not database.is_closed():
            database.close()
