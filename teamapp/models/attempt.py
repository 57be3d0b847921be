"""Attempts to sign in, each counted before its secret is verified; cards that do not exist."""

import hmac
from collections.abc import Iterable
from functools import cached_property

from .. import clock
from ..db import transaction
from .secret import TooManyAtOnce
from .throttle import YEAR, Doubling, Evenly, Throttle
from .user import User

ON_DEVICE = Doubling(5, 24 * 3600)  # one person
DEVICE = Doubling(20, 900)  # all persons
STRANGERS = Doubling(8, 24 * 3600)  # one person on devices where they have not signed in: 20 a day
NETWORK, ALL = Evenly(100), Evenly(1000)  # all persons on such devices
UNKNOWN_CARDS = Evenly(1000)  # of a network; no card can be guessed, so it only bounds the work


class MustWait(Exception):
    """The attempt is rejected unchecked; the next is possible in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Counted:
    """Something whose repetitions are counted under the keys of `limits`."""

    pepper: str

    def key(self, *parts: str) -> str:
        """Return the hash of the parts, the key of a row."""
        return hmac.new(self.pepper.encode(), "\0".join(parts).encode(), "sha256").hexdigest()

    @cached_property
    def limits(self) -> dict[str, Doubling | Evenly]:
        """The limits that hold for it, by key."""
        raise NotImplementedError

    def begin(self) -> None:
        """Count it, or raise MustWait and count nothing."""
        with transaction():
            rows = Throttle.lock(self.limits)
            seconds = self.longest_wait(rows)
            if seconds:
                raise MustWait(seconds)
            for row in rows:
                self.limits[row.key].count(row)

    def wait(self) -> int:
        """Return the seconds until the next attempt."""
        return self.longest_wait(Throttle.select().where(Throttle.key.in_(list(self.limits))))

    def longest_wait(self, rows: Iterable[Throttle]) -> int:
        """Return the longest wait of the rows."""
        return max((self.limits[row.key].wait(row) for row in rows), default=0)


class UnknownCard(Counted):
    """A token that belongs to no sign-in card: counted by network, never for a person."""

    def __init__(self, pepper: str, network: str) -> None:
        self.pepper, self.network = pepper, network

    @cached_property
    def limits(self) -> dict[str, Doubling | Evenly]:
        return {self.key("cards", self.network): UNKNOWN_CARDS}


class Attempt(Counted):
    """One attempt, counted for the person on this device and for the device.

    On a device where the person has not signed in before it also counts for the person on all such
    devices, for the network, and for everybody: no stranger can lock a known device out. A new
    secret begins new counts of the person.
    """

    def __init__(self, pepper: str, username: str, device: str, network: str) -> None:
        self.pepper, self.username = pepper, username
        self.device, self.network = device, network

    @property
    def known_device_key(self) -> str:
        """The key of the row that marks a device the user has signed in on."""
        return self.key("known", self.username, self.device)

    @property
    def is_on_known_device(self) -> bool:
        """Whether the user has signed in on this device."""
        return bool(Throttle.select().where(
            Throttle.key == self.known_device_key,
            Throttle.last_at > clock.now() - YEAR).exists())

    @cached_property
    def limits(self) -> dict[str, Doubling | Evenly]:
        user = User.select(User.secret_hash).where(User.username == self.username).first()
        person = (self.username, user.secret_hash if user else "")
        limits: dict[str, Doubling | Evenly] = {
            self.key("pair", *person, self.device): ON_DEVICE,
            self.key("device", self.device): DEVICE}
        if not self.is_on_known_device:
            limits |= {self.key("user", *person): STRANGERS,
                       self.key("network", self.network): NETWORK, self.key("all"): ALL}
        return limits

    def verify(self, secret: str) -> User | None:
        """Count the attempt, and return the user of this username and secret, or None.

        Raises MustWait or TooManyAtOnce: the secret was not verified, and nothing is counted.
        """
        self.begin()
        try:
            user = User.authenticate(self.username, secret)
        except TooManyAtOnce:
            self.take_back()
            raise
        if user:
            self.succeed()
        return user

    def take_back(self) -> None:
        """Count the attempt no longer: its secret was not verified."""
        with transaction():
            for row in Throttle.lock(self.limits):
                self.limits[row.key].take_back(row)

    def succeed(self) -> None:
        """Reset the failures of person and device, and mark the device as known for the user."""
        with transaction():
            for row in Throttle.lock(self.limits):
                if isinstance(self.limits[row.key], Evenly):
                    self.limits[row.key].take_back(row)
            self.recognise_device()

    def recognise_device(self) -> None:
        """Mark the device as known for the user without an attempt, as after a sign-in card."""
        own = [key for key, limit in self.limits.items() if isinstance(limit, Doubling)]
        with transaction():
            for row in Throttle.lock(own):
                row.delete_instance()
            [known] = Throttle.lock([self.known_device_key])
            known.store(0, clock.now())
            Throttle.sweep()
