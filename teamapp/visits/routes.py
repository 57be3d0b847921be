"""Visits: the blank forms a household's page borrows, and the outbox."""

from flask import Blueprint
from flask_login import current_user

from ..access import field_only
from ..models import AccountKind, RejectedEntry
from ..web import page
from . import queries
from .forms import (
    OUTCOMES,
    PARTS_AFTER_A_DAY,
    DossierForm,
    PersonForm,
    StepForm,
    VisitForm,
)

bp = Blueprint("visits", __name__)
OUTCOME_WORDS = dict(OUTCOMES)


@bp.app_template_filter()
def outcome_word(outcome: str) -> str:
    """Return what an outcome is called, on every page as in the form."""
    return str(OUTCOME_WORDS.get(outcome, ""))


@bp.app_template_filter()
def part_after_day(part: str) -> str:
    """Return the part of a day as it stands behind the day, or nothing."""
    return str(PARTS_AFTER_A_DAY.get(part, ""))


@bp.get("/visits/parts")
@field_only
def parts():
    """Give the pieces of the visit form that are the same for every house."""
    return page("visits/parts.html", **pieces(current_user))


@bp.get("/outbox")
@field_only
def outbox():
    """Show what waits on this phone; the phone itself fills it in."""
    return page("visits/outbox.html", rejected=RejectedEntry.open_count(current_user))


def pieces(user):
    """Return what the blank forms are drawn from."""
    return {
        "form": VisitForm(), "step": StepForm(prefix="__prefix__"),
        "person": PersonForm(prefix="__prefix__"),
        "dossier": DossierForm(prefix="dossiers-__n__-"),
        "headline": AccountKind.HEADLINE, "kinds": queries.kinds(),
        "procedures": queries.procedures(), "team": queries.team(user)}
