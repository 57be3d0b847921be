"""An upgrade with migrations while sixty phones send: every visit arrives once.

As docs/operations.md says under Upgrade: the release line while the old program serves, then the
new program beside it, then the old one's end.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
from peewee import SQL

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
GRACE_S = 40  # it ends within 30
FLAG = '    flag = CharField(80, default="")'
WEATHER = '    weather = CharField(10, null=True, default="nắng")\n'


@pytest.fixture
def next_version(tmp_path):
    """Return the folder of a program with more migrations that writes a new column."""
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


class Upgrade:
    """Replaces the old program by a new one while phones write; each is killed once."""

    def __init__(self, register, program):
        self.database, self.new = register.database, register.server(root=program)
        self.pace = register.folder / "pace"
        self.pace.write_text("0")
        self.killed, self.over, self.before = 0, threading.Event(), set()

    @contextmanager
    def beside(self, old, line):
        """Upgrade meanwhile; the new program is killed at the end."""
        with ThreadPoolExecutor(1) as another:
            steps = another.submit(self._go_on, old, line)
            try:
                yield self
            finally:
                self.over.set()
                wait([steps])
                self.new.kill()
        steps.result()

    def _go_on(self, old, line):
        """Run the steps of the upgrade, each while visits arrive."""
        try:
            self._let_write(.4)
            self.new.release()
            self.before = self._visits()
            self._let_write(.55)
            self._kill(old)  # its supervisor starts it again, on tables newer than itself
            self._let_write(.7)
            line.upstream = self.new.start().port
            old.process.terminate()
            assert old.process.wait(GRACE_S) == 0, "the old program did not end well"
            self._let_write(.85)
            self._kill(self.new)
        finally:
            self.pace.write_text("1")

    def _let_write(self, share):
        """Let phones write this share of their entries, and wait for the first of them."""
        known = len(self._visits())
        self.pace.write_text(str(share))
        while len(self._visits()) < known + .05 * VISITS:
            assert not self.over.wait(.1), "the phones gave up"

    def _visits(self):
        with self.database.connection_context():
            return {id for id, in Visit.select(Visit.id).tuples()}

    def _kill(self, server):
        server.kill()
        server.start()
        self.killed += 1

    def written_by(self):
        """Count the visits by program and tables."""
        newer = {id for id, in Visit.select(Visit.id).where(SQL("weather IS NOT NULL")).tuples()}
        older = self._visits() - newer
        return {"old tables": len(older & self.before), "new program": len(newer),
                "old program, new tables": len(older - self.before)}


def test_upgrade_with_migrations_loses_nothing(
        register, next_version, databases, record_property):
    upgrade = Upgrade(register, next_version)
    outcome = run(register, 1, VISITS, seconds=150 + VISITS / 20, shares=FAIR,
                  meanwhile=upgrade.beside, pace=str(upgrade.pace), bursts=20)
    written = upgrade.written_by()
    outcome.fired.update(written)
    record_property("swarm", (f"{databases.name} upgrade", outcome.figures))
    assert not outcome.found, outcome.story()
    assert not outcome.fired["heard 500"], outcome.story()
    assert all(written.values()), outcome.story()
