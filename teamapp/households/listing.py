"""The list of households as the server shows it: searched, filtered and in pages."""

import re
from typing import Any

from peewee import Expression, ModelSelect, fn

from .. import clock
from ..models import Household, Resident, User, Visit
from ..rostering.selection import has_work, never_visited
from ..text import fold

PAGE = 100  # rows


def search(user: User, village_id: int | None = None, words: str = "",
           kind: str = "") -> ModelSelect:
    """Return the query of the visible households that match, in walking order."""
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
    return query.order_by(*order)


def key_has(word: str) -> Expression:
    """Return the condition “a word of the household's or a resident's name begins with this”."""
    def begins(key: Any) -> Expression:
        return (key ** f"{word}%") | (key ** f"% {word}%")

    people = Resident.select(Resident.id).where(
        Resident.household == Household.id, begins(Resident.search_key))
    return begins(Household.search_key) | fn.EXISTS(people)


def has_appointment() -> Expression:
    """Return the condition “the last visit ended with an appointment”."""
    other = Visit.alias()
    last = (other.select(other.return_on).where(other.household == Household.id)
            .order_by(other.visited_at.desc(), other.receipt.desc()).limit(1))
    return fn.COALESCE(last, None).is_null(False)  # a query has no is_null()


CONDITIONS = {"todo": never_visited, "not": lambda: has_work(clock.today().year),
              "later": has_appointment}
