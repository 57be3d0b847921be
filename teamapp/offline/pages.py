"""Which pages a phone keeps, and what each is drawn from.

The one place besides /sync that reaches into other slices: it draws their pages as they do.
"""

from flask import url_for
from flask_login import AnonymousUserMixin

from ..households import queries as households
from ..models import RejectedEntry
from ..rounds import day
from ..visits.queries import team
from ..visits.routes import pieces

__all__ = ["EVERY", "ROWS", "blank_pages", "day_page", "house_pages", "list_page", "nobodys_page",
           "nobody", "parts_page", "team"]
EVERY = 50  # rows of the village list that are drawn as one group
ROWS = "households/rows.html"  # whose `row` draws one


def blank_pages(user):
    """Return {url: (template, context)} of the pages that hold no resident."""
    return {url_for("visits.outbox"): ("visits/outbox.html", {
        "current_user": user, "rejected": RejectedEntry.open_count(user)})}


def nobodys_page():
    """Return the page that is shown to whoever holds the phone."""
    return {url_for("offline.no_network"): ("offline/no_network.html", nobody())}


def nobody():
    """Return the context of a page that names nobody."""
    return {"current_user": AnonymousUserMixin()}


def parts_page(user):
    """Return the blank forms, which name the person's own team."""
    return {url_for("visits.parts"): ("visits/parts.html", pieces(user))}


def day_page(user):
    """Return the page of the person's day."""
    return {url_for("rounds.today"): ("rounds/today.html", {"is_kept": True, **day.of(user)})}


def list_page():
    """Return the village list, into which the phone puts the rows."""
    return {url_for("households.index"): ("households/index.html", {"is_kept": True})}


def house_pages(query):
    """Return {url: (template, context)} of the houses of a query."""
    return {f"/households/{house.id}": ("households/show.html", {"is_kept": True, "house": house})
            for house in households.households_with_people(query)}
