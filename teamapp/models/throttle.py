"""Rate limits of sign-in: failures counted under hashes, never under names."""

import hmac
from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import Self

from peewee import EXCLUDED, FixedCharField, IntegerField

from .. import clock
from ..db import MomentField, Record, transaction

DAY, YEAR = timedelta(days=1), timedelta(days=400)


class MustWait(Exception):
    """The attempt is rejected unchecked; the next is possible in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Throttle(Record):
    """The failed sign-ins of a key; a row with no failures marks a device that has signed in."""

    key = FixedCharField(64, primary_key=True)
    failures = IntegerField(default=0)
    last_at = MomentField()

    FIRST = 30  # seconds, doubled with every further failure

    @property
    def recent_failures(self) -> int:
        """The failures that count; a day without one resets them."""
        return self.failures if self.last_at > clock.now() - DAY else 0

    def wait(self, free: int, longest: int) -> int:
        """Return the seconds until the next attempt, `longest` at most, 0 for the `free` ones."""
        over = self.recent_failures - free
        if over < 0:
            return 0
        delay = timedelta(seconds=min(self.FIRST * 2 ** min(over, 20), longest))
        since = clock.now() - self.last_at
        return max(0, int((delay - since).total_seconds()))

    @classmethod
    def lock(cls, keys: Iterable[str]) -> list[Self]:
        """Lock the keys' rows until the transaction ends, create missing ones, return them."""
        rows = [{"key": key, "failures": 0, "last_at": clock.now()} for key in sorted(keys)]
        return list(cls.insert_many(rows).on_conflict(
            conflict_target=[cls.key], update={cls.key: EXCLUDED.key}).returning(cls).execute())

    @classmethod
    def sweep(cls) -> None:
        """Delete the rows that no longer count."""
        now = clock.now()
        cls.delete().where(((cls.failures > 0) & (cls.last_at < now - DAY))
                           | (cls.last_at < now - YEAR)).execute()


class Attempt:
    """One sign-in attempt, counted before the secret is verified.

    It counts for the user on this device, for the device, and for the user on all devices; the
    last not on a device where the user has signed in before, so that nobody can lock them out.
    """

    def __init__(self, pepper: str, username: str, device: str) -> None:
        self.pepper, self.username, self.device = pepper, username, device

    def key(self, *parts: str) -> str:
        """Return the hash of the parts, the key of a row."""
        return hmac.new(self.pepper.encode(), "\0".join(parts).encode(), "sha256").hexdigest()

    @property
    def known_device_key(self) -> str:
        """The key of the row that marks a device the user has signed in on."""
        return self.key("known", self.username, self.device)

    @cached_property
    def limits(self) -> dict[str, tuple[int, int]]:
        """The number of free attempts and the longest wait in seconds, by key."""
        limits = {self.key("pair", self.username, self.device): (5, 900),
                  self.key("device", self.device): (20, 900)}
        known = Throttle.select().where(
            Throttle.key == self.known_device_key, Throttle.last_at > clock.now() - YEAR)
        if not known.exists():
            limits[self.key("user", self.username)] = (10, 3600)
        return limits

    def begin(self) -> None:
        """Count the attempt, or raise MustWait and count nothing."""
        with transaction():
            rows = Throttle.lock(self.limits)
            seconds = self.longest_wait(rows)
            if seconds:
                raise MustWait(seconds)
            for row in rows:
                Throttle.update(failures=row.recent_failures + 1, last_at=clock.now()).where(
                    Throttle.key == row.key).execute()

    def wait(self) -> int:
        """Return the seconds until the next attempt."""
        return self.longest_wait(Throttle.select().where(Throttle.key.in_(list(self.limits))))

    def longest_wait(self, rows: Iterable[Throttle]) -> int:
        """Return the longest wait of the rows."""
        return max((row.wait(*self.limits[row.key]) for row in rows), default=0)

    def succeed(self) -> None:
        """Reset the failures and mark the device as known for the user."""
        with transaction():
            Throttle.lock(self.limits)
            Throttle.delete().where(Throttle.key.in_(list(self.limits))).execute()
            Throttle.lock([self.known_device_key])
            Throttle.update(last_at=clock.now()).where(
                Throttle.key == self.known_device_key).execute()
            Throttle.sweep()
