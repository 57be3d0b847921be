"""The list of households as the server shows it: searched, filtered and in pages."""

from peewee import Expression, ModelSelect, fn

from .. import clock
from ..models import Household, Resident, User, Visit
from ..models.household_summary import unactivated_residents
from ..rostering.selection import moved_away, never_visited
from .people import label
from .queries import HouseholdView, households
from .search import Search

PAGE = 100  # rows


def listed(user: User, village_id: int | None, search: Search, kind: str) -> ModelSelect:
    """Return the query of the visible households that match, the best first in walking order."""
    query = Household.visible_to(user)
    if village_id:
        query = query.where(Household.village == village_id)
    condition = CONDITIONS.get(kind)
    if condition:
        query = query.where(condition())
    order = Household.in_walking_order() if village_id else (
        Household.village, *Household.in_walking_order())
    if search:
        return query.where(search.matches).order_by(search.rank.desc(), *order)
    return query.order_by(*order)


def rows(query: ModelSelect, search: Search) -> list[HouseholdView]:
    """Return the households of a query, each with the person that the search found in it."""
    houses = households(query)
    if search and houses:
        people = search.people_in([house.id for house in houses])
        for house in houses:
            if house.id in people:
                house.found = label(*people[house.id])
    return houses


def has_appointment() -> Expression:
    """Return the condition “the last visit ended with an appointment”."""
    other = Visit.alias()
    last = (other.select(other.return_on).where(other.household == Household.id)
            .order_by(other.visited_at.desc(), other.receipt.desc()).limit(1))
    return fn.COALESCE(last, None).is_null(False)  # a query has no is_null()


def has_unactivated(is_asked: bool) -> Expression:
    """Return the condition “lives here, and somebody is known not to be activated”.

    With False for `is_asked`: somebody was not asked yet.
    """
    residents, known = unactivated_residents(clock.today().year)
    return ~moved_away() & fn.EXISTS(residents.select(Resident.id).where(
        Resident.household == Household.id, known.is_null(not is_asked)))


CONDITIONS = {"todo": never_visited, "not": lambda: has_unactivated(True),
              "unasked": lambda: has_unactivated(False), "later": has_appointment}
