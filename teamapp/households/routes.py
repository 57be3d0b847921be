"""Households: the list of a village and the page of a household."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from ..models import Household, Village
from ..web import get_or_404, page, paginate
from . import listing, queries
from .search import Search

bp = Blueprint("households", __name__)


@bp.get("/households")
def index() -> ResponseReturnValue:
    """List the households, 100 a page; a member's device caches the whole list instead."""
    asked = request.args
    villages = [] if current_user.is_field else list(Village.open_to(current_user))
    village_id, words = chosen_village(villages, asked), words_in(asked)
    kind = asked.get("is", "") if asked.get("is") in listing.CONDITIONS else ""
    search = Search(words)
    houses, number, more = paginate(
        listing.listed(current_user, village_id, search, kind), listing.PAGE,
        lambda query: listing.rows(query, search))
    if number > 1 and not houses:
        same: dict[str, Any] = {"q": words or None, "village": asked.get("village"),
                                "is": kind or None}
        return redirect(url_for("households.index", **same))
    return page("households/index.html", houses=houses, villages=villages, words=words, kind=kind,
                village_id=village_id, number=number, more=more, is_kept=False,
                places={} if village_id else Village.labels(villages))


def chosen_village(villages: list[Village], asked: MultiDict[str, str]) -> int | None:
    """Return the id of the village to list (own, requested or first), or None for all."""
    if current_user.is_field:
        return current_user.village_id
    ids = [village.id for village in villages]
    given = asked.get("village", type=int)
    if given in ids:
        return given
    everywhere = asked.get("village") == "" or words_in(asked)
    return None if everywhere or not ids else ids[0]


def words_in(asked: MultiDict[str, str]) -> str:
    """Return the words to search for, cut to 80 characters."""
    return asked.get("q", "")[:80].strip()


@bp.get("/households/<uuid:household_id>")
def show(household_id: UUID) -> ResponseReturnValue:
    """Show a household: its people, open matters, last visits and the forms of a visit."""
    found = Household.visible_to(current_user).where(Household.id == household_id)
    place = get_or_404(found).village_id
    villages = [] if current_user.is_field else Village.labelled(current_user)
    [household] = queries.households_with_people(found)
    return page("households/show.html", house=household, is_kept=False,
                village=next((village for village in villages if village.id == place), None))
