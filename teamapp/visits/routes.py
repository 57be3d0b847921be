"""Visits: the blank forms for households' pages, and the outbox."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..access import field_only
from ..models import AccountKind, RejectedEntry, User
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
def parts() -> ResponseReturnValue:
    """Return the parts of the visit form that all households share."""
    return page("visits/parts.html", **pieces(current_user))


@bp.get("/outbox")
@field_only
def outbox() -> ResponseReturnValue:
    """Show the frame of the outbox; the device fills in its entries."""
    return page("visits/outbox.html", rejected=RejectedEntry.open_count(current_user))


def pieces(user: User) -> dict[str, Any]:
    """Return the context of the blank forms."""
    return {
        "form": VisitForm(), "step": StepForm(prefix="__prefix__"),
        "person": PersonForm(prefix="__prefix__"),
        "dossier": DossierForm(prefix="dossiers-__n__-"),
        "headline": AccountKind.HEADLINE, "kinds": queries.kinds(),
        "procedures": queries.procedures(), "team": queries.team(user)}
