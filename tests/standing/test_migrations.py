"""The migrations make exactly the tables of the models, and take them away again."""

import pytest
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from teamapp.db import runner
from teamapp.models import TABLES

from ..conftest import make_app
from .tree import ROOT

DETAILS = {  # what a database says of a table's columns and foreign keys
    "sqlite": ("SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info('{}')",
               'SELECT "table", "from", "to", on_update, on_delete'
               " FROM pragma_foreign_key_list('{}')"),
    "postgresql": ("SELECT column_name, data_type, character_maximum_length, is_nullable,"
                   " column_default FROM information_schema.columns WHERE table_name = '{}'",
                   "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                   " WHERE conrelid = '{}'::regclass"),
}


@pytest.fixture
def empty(databases, var):
    """Return a function that opens an empty database, dropped at the end."""
    opened = []

    def make():
        url = databases.new()
        opened.append((url, make_app(url, var).extensions["database"]))
        opened[-1][1].connect()
        return opened[-1][1]

    yield make
    for url, database in opened:
        database.close_all()
        databases.drop(url)


@pytest.fixture
def schema(databases):
    """Return a function that tells what a database says of all its tables."""

    def described(database, table):
        details = [set(database.execute_sql(sql.format(table)).fetchall())
                   for sql in DETAILS[databases.name]]
        key = database.get_primary_keys(table)  # WITHOUT ROWID, a key needs no index of its own
        indexes = {(tuple(index.columns), index.unique, condition(index.sql))
                   for index in database.get_indexes(table) if index.columns != key}
        return [*details, indexes]

    return lambda database: {table: described(database, table) for table in database.get_tables()
                             if table != "schema_migration"}  # the runner's own


def condition(sql):
    """Return the condition of a partial index, without its marks, or nothing."""
    return (sql or "").replace('"', "").replace("(", "").replace(")", "").partition(" WHERE ")[2]


def test_the_migrations_make_the_models_tables(app):
    diff = diff_models(app.extensions["database"], TABLES)
    assert not any(diff), diff


def test_the_migrations_make_what_the_models_would_make_alone(empty, schema):
    made, migrated = empty(), empty()
    runner(migrated).up()
    with made.bind_ctx(TABLES):
        made.create_tables(TABLES)
    wanted, found = schema(made), schema(migrated)
    assert set(found) == set(wanted)
    for table, shape in wanted.items():
        assert found[table] == shape, table


def test_the_migrations_go_down_again(empty, schema):
    database = empty()
    migrations = Runner(database, str(ROOT / "migrations"))
    migrations.up()
    assert set(schema(database)) >= {model._meta.table_name for model in TABLES}
    migrations.down(migrations.migrations()[0].name)
    assert not set(schema(database)) & {model._meta.table_name for model in TABLES}


def test_every_migration_is_numbered_without_a_gap(app):
    numbers = [row.idx for row in runner(app.extensions["database"]).migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
