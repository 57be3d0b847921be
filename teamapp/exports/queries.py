"""What the page of an export says of it."""

from dataclasses import dataclass
from typing import Any

from peewee import fn

from ..models import Deed, Device, Household, RejectedEntry, Resident, User, Visit


@dataclass
class Contents:
    """How much an export holds, and what it lacks."""

    households: int
    residents: int
    visits: int
    on_phones: int  # entries that phones reported and did not send yet
    rejected: int


def contents(user: User) -> Contents:
    """Return the numbers of a chair's commune."""
    waiting = Device.select(fn.COALESCE(fn.SUM(Device.waiting_count()), 0)).where(
        Device.commune == user.commune_id)
    return Contents(
        Household.visible_to(user).count(), Resident.visible_to(user).count(),
        Visit.live().where(Visit.commune == user.commune_id).count(), int(waiting.scalar()),
        RejectedEntry.open(RejectedEntry.visible_to(user)).count())


def earlier(user: User) -> list[Any]:
    """Return the last exports of the commune, newest first."""
    return list(Deed.visible_to(user).where(Deed.kind == "data_exported").limit(5))
