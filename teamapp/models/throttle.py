"""Rate limits of sign-in: failures counted under hashes, never under names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from peewee import EXCLUDED, FixedCharField, IntegerField

from .. import clock
from ..db import MomentField, Record

DAY, YEAR = timedelta(days=1), timedelta(days=400)


class Throttle(Record):
    """The failed sign-ins of a key; a row with no failures marks a device that has signed in."""

    key = FixedCharField(64, primary_key=True)
    failures = IntegerField(default=0)
    last_at = MomentField()  # of the last failure; of an `Evenly`, when all of them are forgotten

    @property
    def recent_failures(self) -> int:
        """The failures that count; a day without one resets them."""
        return self.failures if self.last_at > clock.now() - DAY else 0

    @classmethod
    def lock(cls, keys: Iterable[str]) -> list[Self]:
        """Lock the keys' rows until the transaction ends, create missing ones, return them."""
        rows = [{"key": key, "failures": 0, "last_at": clock.now()} for key in sorted(keys)]
        return list(cls.insert_many(rows).on_conflict(
            conflict_target=[cls.key], update={cls.key: EXCLUDED.key}).returning(cls).execute())

    def store(self, failures: int, last_at: datetime) -> None:
        """Store the row's new state."""
        Throttle.update(failures=failures, last_at=last_at).where(
            Throttle.key == self.key).execute()

    @classmethod
    def sweep(cls) -> None:
        """Delete the rows that no longer count."""
        now = clock.now()
        cls.delete().where(((cls.failures > 0) & (cls.last_at < now - DAY))
                           | (cls.last_at < now - YEAR)).execute()


@dataclass(frozen=True)
class Doubling:
    """After `free` failures each further one doubles the wait, from FIRST to `longest` seconds."""

    free: int
    longest: int

    FIRST = 30

    def wait(self, row: Throttle) -> int:
        """Return the seconds until the next attempt."""
        over = row.recent_failures - self.free
        if over < 0:
            return 0
        delay = timedelta(seconds=min(self.FIRST * 2 ** min(over, 20), self.longest))
        return max(0, int((delay - (clock.now() - row.last_at)).total_seconds()))

    def count(self, row: Throttle) -> None:
        """Count an attempt."""
        row.store(row.recent_failures + 1, clock.now())

    def take_back(self, row: Throttle) -> None:
        """Count an attempt no longer: its secret was not verified."""
        row.store(max(row.failures - 1, 0), row.last_at)


@dataclass(frozen=True)
class Evenly:
    """`a_day` failures may come at once; each is forgotten after its part of a day.

    Unlike Doubling it never stops those who share the key for long: the wait is that part.
    """

    a_day: int

    @property
    def part(self) -> timedelta:
        """The time in which one failure is forgotten."""
        return DAY / self.a_day

    def wait(self, row: Throttle) -> int:
        """Return the seconds until the next attempt."""
        ahead = row.last_at - clock.now() - (DAY - self.part)
        return max(0, int(ahead.total_seconds()))

    def count(self, row: Throttle) -> None:
        """Count an attempt."""
        at: datetime = row.last_at
        row.store(1, max(at, clock.now()) + self.part)

    def take_back(self, row: Throttle) -> None:
        """Count an attempt no longer: it succeeded, or its secret was not verified."""
        at: datetime = row.last_at
        row.store(1, at - self.part)
