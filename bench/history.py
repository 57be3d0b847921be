"""A history of visits made fast: facts in bulk, and every count of them.

`python -m bench.history 10000` makes one of that many steps and compares its counts with a plain
recount. It writes the rows of `teamapp.recording.visits` in a fiftieth of the time, by the
driver's own bulk insert; tests/bench/test_history.py compares them with the reconciliation.
"""

import random
import sys
import time
from collections import Counter as Counts
from datetime import timedelta
from functools import cache

from peewee import AutoField, BinaryUUIDField, DateField

from teamapp import clock
from teamapp.counting.indicators import HELPED, HOUSEHOLDS, MODES, OBSTACLES, PEOPLE, VISITS
from teamapp.counting.periods import periods
from teamapp.db import MomentField, proxy, transaction
from teamapp.models import (
    AccountStatus,
    Consent,
    Counter,
    Coverage,
    DistinctMark,
    Household,
    Receipt,
    Resident,
    Step,
    Tally,
    User,
    Visit,
)

from .dataset import new_id, plain_dataset

DAYS = 730  # how far back a history reaches
KINDS = ("VNEID_2_KH", "DVCQG", "SIM", "VNEID_2_DK", "SKDT")
REASONS = ("O01", "O02", "O03", "O04")
OUTCOMES = ("met", "met", "met", "met", "absent", "later")
ASSIST_MODES = ("self", "together", "for")
STATES = ("helped", "helped", "had", "not_yet")
periods_of = cache(periods)


class History:
    """Visits of a commune's members over two years, drawn from one seed."""

    def __init__(self, commune, seed=11):
        self.commune, self.draw = commune, random.Random(seed)
        self.today, self.at = clock.today(), clock.now()
        self.rows = {table: [] for table in (Visit, Step, Consent, Receipt)}
        self.additive, self.marks, self.coverage = Counts(), {}, Counts()
        self.statuses, self.counted, self.consented = {}, set(), set()
        self.receipt = 0
        self._find_people()

    def _find_people(self):
        self.homes = {}
        rows = Household.select(Household.id, Household.village).where(
            Household.commune == self.commune.id).tuples()
        villages = dict(rows)
        for id, household, year in Resident.select(
                Resident.id, Resident.household, Resident.birth_year).where(
                Resident.commune == self.commune.id).tuples():
            home = self.homes.setdefault(household, (household, villages[household], []))
            home[2].append((id, Coverage.cohort_of(year)))
        self.homes = list(self.homes.values())
        self.members = {}
        for id, village in User.select(User.id, User.village).where(
                User.commune == self.commune.id, User.village.is_null(False)).tuples():
            self.members.setdefault(village, []).append(id)

    def record(self, steps):
        """Write visits that hold so many steps, oldest first, and their counts."""
        days = sorted(self.draw.randrange(DAYS) for _ in range(steps // 2))
        left = steps
        with transaction():
            for place, back in enumerate(reversed(days)):
                left -= self._visit(self.today - timedelta(days=back),
                                    left if place == len(days) - 1 else min(left, 5))
                if len(self.rows[Visit]) >= 5000:
                    self._write()
            self._write()
            self._write_counts()
            Counter.update(receipt=self.receipt, cursor=Counter.cursor + 1).where(
                Counter.commune == self.commune.id).execute()

    def _visit(self, day, most):
        """Add one visit and its steps; return how many."""
        draw, id = self.draw, new_id(self.draw)
        household, village, people = draw.choice(self.homes)
        member, outcome = draw.choice(self.members[village]), draw.choice(OUTCOMES)
        visited_at = clock.moment_of(day) + timedelta(minutes=draw.randint(420, 1140))
        self.receipt += 1
        promise = day + timedelta(days=7) if outcome == "later" else None
        self.rows[Visit].append((
            id, self.commune.id, village, household, None, member, outcome, "", visited_at,
            visited_at, day, visited_at, visited_at, self.receipt, promise, "", "", "", True,
            None, None, None, None, None))
        self.rows[Receipt].append((
            id, member, self.commune.id, None, "visits.create", id.bytes * 2, "accepted",
            self.receipt, None, None, visited_at, 1, None))
        self.additive[village, day, VISITS.key()] += 1
        if outcome != "met":
            return 0
        self._mark(day, HOUSEHOLDS.key(), household, village)
        wanted = min(most, draw.choice((2, 3, 4)))
        for place in range(wanted):
            self._step(id, village, member, visited_at, day, people[place % len(people)])
        return wanted

    def _step(self, visit, village, member, visited_at, day, person):
        """Add one step of a person of this household."""
        resident, cohort = person
        kind, state = self.draw.choice(KINDS), self.draw.choice(STATES)
        obstacle = self.draw.choice(REASONS) if state == "not_yet" else None
        mode = self.draw.choice(ASSIST_MODES) if state == "helped" else ""
        is_counted = state == "helped" and (resident, kind) not in self.counted
        self.rows[Step].append((visit, self.commune.id, village, resident, kind, state, obstacle,
                                mode, day, self.receipt, is_counted, True))
        if resident not in self.consented:
            self.consented.add(resident)
            self.rows[Consent].append((
                resident, "record", True, visited_at, member, visit, self.receipt, True))
        if is_counted:
            self.counted.add((resident, kind))
            self.additive[village, day, HELPED.key(kind)] += 1
            self.additive[village, day, MODES.key(mode)] += 1
        if state == "helped":
            self._mark(day, PEOPLE.key(), resident, village)
        if obstacle:
            self.additive[village, day, OBSTACLES.key(obstacle)] += 1
        if state != "not_yet" or (resident, kind) not in self.statuses:
            self.statuses[resident, kind] = (
                "not_yet" if state == "not_yet" else "done", village, cohort)

    def _mark(self, day, indicator, entity, village):
        for period in periods_of(day)[1:]:
            self.marks.setdefault((period, indicator, entity.bytes), village)

    def _write(self):
        for table, rows in self.rows.items():
            bulk(table, rows)
            rows.clear()

    def _write_counts(self):
        tallies = Counts()
        for (village, day, indicator), n in self.additive.items():
            for period in periods_of(day):
                tallies[village, period, indicator] += n
                tallies[0, period, indicator] += n
        for (period, indicator, _), village in self.marks.items():
            tallies[village, period, indicator] += 1
            tallies[0, period, indicator] += 1
        for (_, kind), (state, village, cohort) in self.statuses.items():
            self.coverage[village, kind, state, cohort] += 1
        one = self.commune.id
        bulk(Tally, [(one, *key, n) for key, n in tallies.items()])
        bulk(DistinctMark, [(one, *key, village) for key, village in self.marks.items()])
        bulk(AccountStatus, [(*key, state) for key, (state, _, _) in self.statuses.items()])
        bulk(Coverage, [(one, *key, n) for key, n in self.coverage.items()])


def bulk(table, rows):
    """Insert tuples in the order of the table's fields, its own numbers left out."""
    fields = [field for field in table._meta.sorted_fields if not isinstance(field, AutoField)]
    marks = ", ".join(proxy.obj.param for _ in fields)
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    sql = f'INSERT INTO "{table._meta.table_name}" ({names}) VALUES ({marks})'
    columns = [map(field.db_value, column) if is_stored_otherwise(field) else column
               for field, column in zip(fields, zip(*rows))]
    proxy.obj.cursor().executemany(sql, list(zip(*columns)))


def is_stored_otherwise(field):
    """Return True for a field whose values are converted before they are stored."""
    return isinstance(getattr(field, "rel_field", field),
                      (BinaryUUIDField, DateField, MomentField))


def dataset_with(steps, name="history", kind="sqlite"):
    """Return a dataset whose commune has a history of so many steps."""
    dataset = plain_dataset(name, kind)
    with dataset.open() as app:
        if kind == "sqlite":  # random ids touch every page of an index
            app.extensions["database"].execute_sql("PRAGMA cache_size = -400000")
        commune = User.get(User.username == "chair").commune
        History(commune).record(steps)
    return dataset


def main(steps):
    """Make a history, time it, and compare its counts with a recount."""
    from teamapp.counting.reconciliation import differences

    from .dataset import clear
    started = time.monotonic()
    try:
        dataset = dataset_with(steps)
        print(f"{steps:,} steps in {time.monotonic() - started:.1f} s, "
              f"{dataset.size() / 1e6:.0f} MB")
        with dataset.open():
            said = differences(User.get(User.username == "chair").commune)
        print("\n".join(said[:20]) or "every count equals the recount")
    finally:
        clear()
    return len(said)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000) > 0)
