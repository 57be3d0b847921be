"""What slows down whoever guesses PINs: failures counted under hashes, never under names."""

import hmac
from datetime import timedelta
from functools import cached_property

from peewee import EXCLUDED, FixedCharField, IntegerField

from .. import clock
from ..db import MomentField, Record, transaction

DAY, YEAR = timedelta(days=1), timedelta(days=400)


class MustWait(Exception):
    """Nobody looks at this try: it came `seconds` too early."""

    def __init__(self, seconds):
        super().__init__(seconds)
        self.seconds = seconds


class Throttle(Record):
    """How often signing in failed lately under a key; a row without failures is a known phone."""

    key = FixedCharField(64, primary_key=True)
    failures = IntegerField(default=0)
    last_at = MomentField()

    FIRST = 30  # seconds, doubled with every further failure

    @property
    def lately(self):
        """Return the failures that still count: a day without one forgets them."""
        return self.failures if self.last_at > clock.now() - DAY else 0

    def wait(self, free, longest):
        """Return the seconds until the next try, after so many free ones."""
        over = self.lately - free
        if over < 0:
            return 0
        until = self.last_at + timedelta(seconds=min(self.FIRST * 2 ** min(over, 20), longest))
        return max(0, int((until - clock.now()).total_seconds()))

    @classmethod
    def lock(cls, keys):
        """Return the keys' rows, made where missing, held until the transaction ends."""
        rows = [{"key": key, "failures": 0, "last_at": clock.now()} for key in sorted(keys)]
        return list(cls.insert_many(rows).on_conflict(
            conflict_target=[cls.key], update={cls.key: EXCLUDED.key}).returning(cls).execute())

    @classmethod
    def sweep(cls):
        """Delete what no longer counts."""
        now = clock.now()
        cls.delete().where(((cls.failures > 0) & (cls.last_at < now - DAY))
                           | (cls.last_at < now - YEAR)).execute()


class Attempt:
    """One try at signing in, counted before the secret is looked at, so that none slips by.

    It counts for the person on this phone, for the phone, and for the person on all phones
    together; the last not on a phone where they have signed in before, lest a stranger lock
    them out of it.
    """

    def __init__(self, pepper, username, device):
        self.pepper, self.username, self.device = pepper, username, device

    def key(self, *parts):
        """Return the hash that stands in the table."""
        return hmac.new(self.pepper.encode(), "\0".join(parts).encode(), "sha256").hexdigest()

    @property
    def acquaintance(self):
        """Return the key that says: this person has signed in on this phone."""
        return self.key("known", self.username, self.device)

    @cached_property
    def limits(self):
        """Return for each key the free tries and the longest wait in seconds."""
        limits = {self.key("pair", self.username, self.device): (5, 900),
                  self.key("device", self.device): (20, 900)}
        known = Throttle.select().where(
            Throttle.key == self.acquaintance, Throttle.last_at > clock.now() - YEAR)
        if not known.exists():
            limits[self.key("user", self.username)] = (10, 3600)
        return limits

    def begin(self):
        """Count this try, or raise MustWait and leave everything as it was."""
        with transaction():
            rows = Throttle.lock(self.limits)
            seconds = self.longest_of(rows)
            if seconds:
                raise MustWait(seconds)
            for row in rows:
                Throttle.update(failures=row.lately + 1, last_at=clock.now()).where(
                    Throttle.key == row.key).execute()

    def wait(self):
        """Return the seconds until the next try will be looked at."""
        return self.longest_of(Throttle.select().where(Throttle.key.in_(list(self.limits))))

    def longest_of(self, rows):
        """Return the longest wait any of the rows asks for."""
        return max((row.wait(*self.limits[row.key]) for row in rows), default=0)

    def succeed(self):
        """Forget what failed before, and know the person on this phone from now on."""
        with transaction():
            Throttle.lock(self.limits)
            Throttle.delete().where(Throttle.key.in_(list(self.limits))).execute()
            Throttle.lock([self.acquaintance])
            Throttle.update(last_at=clock.now()).where(
                Throttle.key == self.acquaintance).execute()
            Throttle.sweep()
