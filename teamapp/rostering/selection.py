"""Selection of a round's households: the choices an officer has, as queries over the facts."""

from collections.abc import Iterable
from typing import Any

from peewee import fn

from ..models import AccountKind, AccountStatus, Household, Resident, Visit
from ..models.household_summary import ranking

CHOICES = ("either", "unvisited", "unactivated", "all")


def candidates(villages: Iterable[int], choice: str, year: int) -> Any:
    """Return the query of the households of these villages (ids) that one of CHOICES selects."""
    query = Household.select().where(Household.village.in_(list(villages)))
    if choice == "all":
        return query
    wanted = {"unvisited": never_visited(), "unactivated": has_work(year),
              "either": never_visited() | has_work(year)}[choice]
    return query.where(wanted)


def never_visited() -> Any:
    """Return the condition “no visit to this household is recorded”."""
    return ~fn.EXISTS(Visit.live(Visit.id).where(Visit.household == Household.id))


def has_work(year: int) -> Any:
    """Return the condition “lives here, and a person of 14 or older is not activated”."""
    return ~moved_away() & fn.EXISTS(
        Resident.select(Resident.id).where(
            Resident.household == Household.id, Resident.is_adult_in(year),
            ~fn.EXISTS(AccountStatus.select(AccountStatus.resident).where(
                AccountStatus.resident == Resident.id, AccountStatus.kind == AccountKind.HEADLINE,
                AccountStatus.state == "done"))))


def moved_away() -> Any:
    """Return the condition “the last visit found the household moved away”."""
    last = (Visit.live(Visit.outcome).where(Visit.household == Household.id)
            .order_by(*ranking(Visit)).limit(1))
    return fn.COALESCE(last, "") == "moved"
