"""The list of houses as it is read with signal: searched, filtered, a page at a time."""

import re

from peewee import fn

from .. import clock
from ..models import Household, Resident, Visit
from ..rostering.selection import has_work, never_visited
from ..text import fold
from .queries import houses

PAGE = 100  # rows


def listed(user, village_id=None, words="", kind="", page=1):
    """Return one page of the houses this person may see, and whether another follows."""
    query = Household.visible_to(user)
    if village_id:
        query = query.where(Household.village == village_id)
    for word in re.findall(r"[^\W_]+", fold(words)):
        query = query.where(key_has(word))
    condition = CONDITIONS.get(kind)
    if condition:
        query = query.where(condition())
    order = Household.in_walking_order() if village_id else (
        Household.village, *Household.in_walking_order())
    found = houses(query.order_by(*order).limit(PAGE + 1).offset((page - 1) * PAGE))
    return found[:PAGE], len(found) > PAGE


def key_has(word):
    """Return the condition “some word of the house's or its people's names begins so”."""
    def begins(key):
        return (key ** f"{word}%") | (key ** f"% {word}%")

    people = Resident.select(Resident.id).where(
        Resident.household == Household.id, begins(Resident.search_key))
    return begins(Household.search_key) | fn.EXISTS(people)


def promised():
    """Return the condition “the last call promised to come back”."""
    other = Visit.alias()
    last = (other.select(other.return_on).where(other.household == Household.id)
            .order_by(other.visited_at.desc(), other.receipt.desc()).limit(1))
    return fn.COALESCE(last, None).is_null(False)  # a query itself cannot be asked


CONDITIONS = {"todo": never_visited, "not": lambda: has_work(clock.today().year),
              "later": promised}
