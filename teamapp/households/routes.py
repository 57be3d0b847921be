"""Households: the list of a village and the page of a house."""

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user

from ..models import Household, Village
from ..web import get_or_404, page, page_number
from . import listing, queries

bp = Blueprint("households", __name__)


@bp.get("/households")
def index():
    """List the houses, 100 a page; a member's phone keeps them all instead."""
    asked = request.args
    villages = [] if current_user.is_field else Village.labelled(current_user)
    village_id, words = chosen_village(villages, asked), words_in(asked)
    kind = asked.get("is", "") if asked.get("is") in listing.CONDITIONS else ""
    number = page_number()
    houses, more = listing.listed(current_user, village_id, words, kind, number)
    if number > 1 and not houses:
        return redirect(url_for("households.index", q=words or None,
                                village=asked.get("village"), **{"is": kind or None}))
    return page("households/index.html", houses=houses, villages=villages, words=words, kind=kind,
                village_id=village_id, number=number, more=more, is_kept=False,
                places={} if village_id else Village.labels(villages))


def chosen_village(villages, asked):
    """Return the id of the village to list: one's own, the one asked for, the first; or all."""
    if current_user.is_field:
        return current_user.village_id
    ids = [village.id for village in villages]
    given = asked.get("village", type=int)
    if given in ids:
        return given
    everywhere = asked.get("village") == "" or words_in(asked)
    return None if everywhere or not ids else ids[0]


def words_in(asked):
    """Return the words to look for."""
    return asked.get("q", "")[:80].strip()


@bp.get("/households/<uuid:household_id>")
def show(household_id):
    """Show a house: its people, what is open, the last calls, and the form for a visit."""
    found = Household.visible_to(current_user).where(Household.id == household_id)
    place = get_or_404(found).village_id
    villages = [] if current_user.is_field else Village.labelled(current_user)
    return page("households/show.html", house=queries.peopled(found)[0], is_kept=False,
                village=next((village for village in villages if village.id == place), None))
