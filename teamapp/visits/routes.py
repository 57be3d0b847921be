"""Visits: the blank forms a household's page borrows, and the outbox."""

from flask import Blueprint
from flask_login import current_user

from ..access import field_only
from ..models import RejectedEntry
from ..web import page
from .parts import parts_for

bp = Blueprint("visits", __name__)


@bp.get("/visits/parts")
@field_only
def parts():
    """Give the pieces of the visit form that are the same for every house."""
    return page("visits/parts.html", **parts_for(current_user))


@bp.get("/outbox")
@field_only
def outbox():
    """Show what waits on this phone; the phone itself fills it in."""
    return page("visits/outbox.html", rejected=RejectedEntry.open_count(current_user))
