"""The next version and its migration come while sixty phones go on: every visit arrives once.

As docs/operations.md says under Upgrade: the release line while the old program serves, then the
new program beside it, then the old one's end.
"""

import os
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest

from teamapp.models import Visit

from ..browser.server import copy_of_the_program
from .swarm import run

VISITS = int(os.environ.get("FAULTS_VISITS", "600"))
MIGRATIONS = {"weather": '''"""The weather of a visit."""

from peewee import *


def up(migrator, db):
    """Add what the older program does not miss."""
    migrator.migrate(
        migrator.add_column("visit", "weather", CharField(null=True, max_length=10)))
''', "remark": '''"""What people remarked."""

from peewee import *


def up(migrator, db):
    """Add what the older program does not know."""

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Visit(Model):
        id = BinaryUUIDField(primary_key=True)

        class Meta:
            database = db
            table_name = "visit"

    class Remark(Model):
        visit = ForeignKeyField(Visit, on_delete="RESTRICT")
        member = ForeignKeyField(User, on_delete="RESTRICT")
        words = TextField()

        class Meta:
            database = db
            table_name = "remark"
    db.create_tables([Remark])
'''}
FAIR = {"dropped": .05, "answer lost": .1, "answer cut": .02, "repeated": .02, "reordered": .03}
FLAG = '    flag = CharField(80, default="")'
WEATHER = '    weather = CharField(10, null=True, default="nắng")\n'


@pytest.fixture
def next_version(tmp_path):
    """Return the folder of a program that has migrations more, and writes a new column."""
    program = copy_of_the_program(tmp_path / "next version")
    number = len(list(program.glob("migrations/[0-9]*.py")))
    for name, text in MIGRATIONS.items():
        number += 1
        (program / f"migrations/{number:04}_{name}.py").write_text(text)
    model = program / "teamapp/models/visit.py"
    before, flag, after = model.read_text().partition(FLAG)
    assert flag
    model.write_text(before + WEATHER + flag + after)
    return program


class Upgrade(threading.Thread):
    """Puts a new program in the place of the old one while phones write; each is killed once."""

    def __init__(self, book, old, new, line):
        super().__init__(daemon=True)
        self.database, self.old, self.new, self.line = book.database, old, new, line
        self.killed, self.error, self.over = 0, None, threading.Event()
        self.migrating_s, self.before = 0, set()

    def run(self):
        """Go from step to step, each when some more visits have come."""
        try:
            self._let_come(.1)
            self._release()
            self._let_come(.05)
            self._kill(self.old)  # its supervisor starts it again, on tables newer than itself
            self._let_come(.05)
            self.line.upstream = self.new.start().port
            self._end_old()
            self._let_come(.05)
            self._kill(self.new)
        except Exception as error:
            self.error = error

    def _let_come(self, share):
        wanted = len(self._visits()) + share * VISITS
        while len(self._visits()) < wanted:
            assert not self.over.wait(.05), "the phones were done too early"

    def _visits(self):
        with self.database.connection_context():
            return {id for id, in Visit.select(Visit.id).tuples()}

    def _release(self):
        began = time.monotonic()
        self.new.release()
        self.migrating_s = time.monotonic() - began
        self.before = self._visits()

    def _end_old(self):
        process = self.old.process
        self.old.stop()
        assert process.returncode == 0, "it did not end by itself"

    def _kill(self, server):
        server.kill()
        server.start()
        self.killed += 1

    def stop(self):
        """Wait for the last step, and end the new program."""
        self.over.set()
        self.join()
        self.new.kill()
        if self.error:
            raise self.error

    def written_by(self):
        """Return how many visits came with which program on which tables."""
        rows = self.database.execute_sql("SELECT id, weather FROM visit").fetchall()
        return Counter(
            "new program" if weather else "old tables" if id_of(id) in self.before
            else "old program, new tables" for id, weather in rows)


def id_of(stored):
    """Return the UUID that a database keeps as bytes."""
    return Visit.id.python_value(stored)


@pytest.fixture
def upgrades(book, next_version):
    """Return a list of the upgrades, and what makes one while a swarm writes."""
    begun = []

    @contextmanager
    def upgrade(old, line):
        begun.append(Upgrade(book, old, book.server(root=next_version), line))
        begun[0].start()
        try:
            yield begun[0]
        finally:
            begun[0].stop()

    return begun, upgrade


def test_nothing_is_lost_while_the_next_version_and_its_migration_come(
        book, databases, upgrades, record_property):
    begun, upgrade = upgrades
    outcome = run(book, 1, VISITS, seconds=60 + VISITS / 20, shares=FAIR, meanwhile=upgrade,
                  speed=5, bursts=20)
    outcome.fired |= begun[0].written_by()
    record_property("swarm", (f"{databases.name} upgrade", outcome.figures))
    assert not outcome.found, outcome.story()
    assert not outcome.fired["heard 500"], outcome.story()
    for name in ("old tables", "old program, new tables", "new program"):
        assert outcome.fired[name], outcome.story()
