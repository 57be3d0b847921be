"""The migrations create exactly the tables of the models, and are reversible.

The previous release serves while one is applied: it only adds, and locks one table at a time.
"""

from uuid import uuid4

import pytest
from peewee import CharField, SqliteDatabase, TextField
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from teamapp.config import ConfigurationError
from teamapp.db import check_schema, runner
from teamapp.models import TABLES, Filing, Household, Step, Visit
from tests.recording.test_visits import form, keep, person, step

from ..conftest import make_app
from .tree import ROOT

DETAILS = {  # queries for the columns and foreign keys of a table
    "sqlite": ("SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info('{}')",
               'SELECT "table", "from", "to", on_update, on_delete'
               " FROM pragma_foreign_key_list('{}')"),
    "postgresql": ("SELECT column_name, data_type, character_maximum_length, is_nullable,"
                   " column_default FROM information_schema.columns WHERE table_name = '{}'",
                   "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                   " WHERE conrelid = '{}'::regclass"),
}
BEFORE_SERVICE = 6  # the last migration before the first deployment
HELD = """SELECT relname, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
          WHERE pid = pg_backend_pid() AND relkind = 'r' AND granted
          AND mode IN ('AccessExclusiveLock', 'ShareRowExclusiveLock')"""
WORDS = TextField(null=True)
MISSED = (  # changes that break the previous release
    lambda make: make.drop_column("visit", "note"),
    lambda make: make.rename_column("visit", "note", "words"),
    lambda make: make.rename_table("companion", "fellow"),
    lambda make: make.add_column("visit", "words", CharField(default="")))


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
    """Return a function that describes all tables of a database."""

    def described(database, table):
        details = [set(database.execute_sql(sql.format(table)).fetchall())
                   for sql in DETAILS[databases.name]]
        key = database.get_primary_keys(table)  # WITHOUT ROWID: the key has no separate index
        indexes = {(tuple(index.columns), index.unique, condition(index.sql))
                   for index in database.get_indexes(table) if index.columns != key}
        return [*details, indexes]

    return lambda database: {table: described(database, table) for table in database.get_tables()
                             if table != "schema_migration"}  # the table of the migration runner


def condition(sql):
    """Return the condition of a partial index without quotes and parentheses, or ''."""
    return (sql or "").replace('"', "").replace("(", "").replace(")", "").partition(" WHERE ")[2]


def test_migrated_schema_matches_the_models(app):
    diff = diff_models(app.extensions["database"], TABLES)
    assert not any(diff), diff


def test_migrated_schema_equals_tables_created_from_models(empty, schema):
    made, migrated = empty(), empty()
    runner(migrated).up()
    with made.bind_ctx(TABLES):
        made.create_tables(TABLES)
    wanted, found = schema(made), schema(migrated)
    assert set(found) == set(wanted)
    for table, shape in wanted.items():
        assert found[table] == shape, table


def test_migrations_are_reversible(empty, schema):
    database = empty()
    migrations = Runner(database, str(ROOT / "migrations"))
    migrations.up()
    assert set(schema(database)) >= {model._meta.table_name for model in TABLES}
    migrations.down(migrations.migrations()[0].name)
    assert not set(schema(database)) & {model._meta.table_name for model in TABLES}


def test_migration_numbers_have_no_gap(app):
    numbers = [row.idx for row in runner(app.extensions["database"]).migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_migration_is_compatible_with_the_previous_release(empty, schema):
    database = empty()
    migrations, older = runner(database), {}
    for migration in migrations.migrations():
        migrations.up(migration.name)
        newer = schema(database)
        assert migration.idx <= BEFORE_SERVICE or missed(older, newer) == [], \
            f"{migration.name}: remove it in a later release"
        older = newer


def test_incompatible_migration_is_detected(app, schema):
    database = app.extensions["database"]
    make, older = runner(database).migrator, schema(database)
    for change in MISSED:
        with database.atomic() as attempt:
            make.migrate(change(make))
            assert missed(older, schema(database))
            attempt.rollback()
    make.migrate(make.add_column("visit", "words", WORDS))
    assert missed(older, schema(database)) == []


def missed(older, newer):
    """Return the columns that a release made for the older tables misses or leaves empty."""
    found = []
    for table, (columns, *_) in older.items():
        now = newer.get(table, [set()])[0]
        found += columns - now
        found += [column for column in now - columns
                  if column[-2] in (1, "NO") and column[-1] is None]
    return found


def test_migration_locks_at_most_one_table_in_service(empty):
    migrations = runner(empty())
    for migration in migrations.migrations():
        if migration.idx > BEFORE_SERVICE:
            assert stopped(migrations, migration.load().up) == set()
        migrations.up(migration.name)


def test_search_keys_of_an_older_program_are_written_again(app, cast):
    with cast.an_phu.write() as tx:
        cast.house(tx, "sru", cast.cau_van, 90, "Cụm 12", "H'Ðrưl Êban\u200b", [],
                   landmark="dốc Ông Đồ")
    Household.update(search_key="words of an older program").execute()
    migrations = runner(app.extensions["database"])
    fourth = migrations.migrations()[3].load()
    with app.extensions["database"].atomic():
        fourth.up(migrations.migrator, app.extensions["database"])
    for house in Household.select():
        assert house.search_key == Household.key_of(
            house.head, house.number, house.cluster, house.landmark), house.head


def test_visits_of_an_older_program_become_their_own_first_versions(app, cast):
    filed = {"id": uuid4(), "resident": None, "procedure": "1.001193", "code": "",
             "channel": "online", "due_on": None}
    keep(cast.lan, form(cast.bre, person("Thị Rin", step()), dossiers=[filed]),
         form(cast.van, outcome="absent"))

    def facts():
        return [list(table.select().order_by(table.id).dicts()) for table in (Visit, Step, Filing)]

    before, migrations = facts(), runner(app.extensions["database"])
    fifth = migrations.migrations()[4].name
    migrations.down(fifth)
    assert not {"change", "filing"} & set(migrations.database.get_tables())
    migrations.up(fifth)
    assert facts() == before
    if isinstance(migrations.database, SqliteDatabase):  # its tables were rewritten in their text
        asked = migrations.database.execute_sql
        assert asked("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert asked("PRAGMA foreign_key_check").fetchall() == []


def test_migration_that_locks_two_tables_is_detected(app, databases):
    migrations = runner(app.extensions["database"])

    def adds(*tables):
        return lambda make, _: make.migrate(
            *[make.add_column(table, "words", WORDS) for table in tables])

    assert stopped(migrations, adds("visit")) == set()
    if databases.name == "postgresql":
        assert stopped(migrations, adds("visit", "receipt")) == {"visit", "receipt"}


def stopped(migrations, up):
    """Return the tables a migration locks, if more than one and one of them exclusively.

    A migration that holds one lock and waits for the next can deadlock with a request.
    SQLite has one lock for the whole database.
    """
    database = migrations.database
    if isinstance(database, SqliteDatabase):
        return set()
    known = set(database.get_tables())
    with database.atomic() as attempt:
        up(migrations.migrator, database)
        held = {row for row in database.execute_sql(HELD).fetchall() if row[0] in known}
        attempt.rollback()
    names = {name for name, _ in held}
    is_whole = "AccessExclusiveLock" in {mode for _, mode in held}
    return names if is_whole and len(names) > 1 else set()


def test_schema_check_rejects_another_history_and_accepts_a_newer_schema(empty):
    database = empty()
    runner(database).up()
    history = runner(database)
    check_schema(database)
    with database.atomic():
        database.execute_sql("INSERT INTO schema_migration (name, applied)"
                             " SELECT '0099_of_a_newer_program', MAX(applied)"
                             " FROM schema_migration")
    check_schema(database)
    database.execute_sql("UPDATE schema_migration SET name = '0001_initial'"
                         f" WHERE name = '{history.migrations()[0].name}'")
    with pytest.raises(ConfigurationError, match="another program.*0001_initial"):
        check_schema(database)
