"""The migrations make exactly the tables of the models, and take them away again."""

import pytest
from peewee import SqliteDatabase
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from teamapp.db import runner
from teamapp.models import TABLES

from .tree import ROOT


@pytest.fixture
def empty(tmp_path):
    """Return a function that opens an empty database, closed at the end."""
    opened = []

    def make(name):
        database = SqliteDatabase(tmp_path / name, pragmas={"foreign_keys": 1})
        opened.append(database)
        database.connect()
        return database

    yield make
    for database in opened:
        database.close()


def schema(database):
    """Return what a database says of its tables: columns, keys, foreign keys and indexes."""
    return {table: described(database, table) for table in database.get_tables()
            if table != "schema_migration"}  # the runner's own


def described(database, table):
    """Return one table as plain values that can be compared."""
    columns = {row[1]: row[2:] for row in database.execute_sql(f'PRAGMA table_info("{table}")')}
    keys = {row[2:7] for row in database.execute_sql(f'PRAGMA foreign_key_list("{table}")')}
    key = database.get_primary_keys(table)  # WITHOUT ROWID, a key needs no index of its own
    indexes = {(tuple(index.columns), index.unique, condition(index.sql))
               for index in database.get_indexes(table) if index.columns != key}
    return {"columns": columns, "foreign keys": keys, "indexes": indexes}


def condition(sql):
    """Return the condition of a partial index, without its marks, or nothing."""
    return (sql or "").replace('"', "").replace("(", "").replace(")", "").partition(" WHERE ")[2]


def test_the_migrations_make_the_models_tables(app):
    diff = diff_models(app.extensions["database"], TABLES)
    assert not any(diff), diff


def test_the_migrations_make_what_the_models_would_make_alone(app, empty):
    made = empty("models.db")
    with made.bind_ctx(TABLES):
        made.create_tables(TABLES)
    wanted, found = schema(made), schema(app.extensions["database"])
    assert set(found) == set(wanted)
    for table, shape in wanted.items():
        assert found[table] == shape, table


def test_the_migrations_go_down_again(empty):
    database = empty("down.db")
    migrations = Runner(database, str(ROOT / "migrations"))
    migrations.up()
    assert set(schema(database)) >= {model._meta.table_name for model in TABLES}
    migrations.down(migrations.migrations()[0].name)
    assert not set(schema(database)) & {model._meta.table_name for model in TABLES}


def test_every_migration_is_numbered_without_a_gap(app):
    numbers = [row.idx for row in runner(app.extensions["database"]).migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
