"""Visits: the blank forms for households' pages, and the outbox."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..access import field_only
from ..models import RejectedEntry
from ..web import page
from .change_forms import ASKED_BY, REASONS
from .forms import MODES, OUTCOMES, PARTS_AFTER_A_DAY
from .parts import parts_for

bp = Blueprint("visits", __name__)
OUTCOME_WORDS, MODE_WORDS, REASON_WORDS = dict(OUTCOMES), dict(MODES), dict(REASONS)
ASKER_WORDS = dict(ASKED_BY)


@bp.app_template_filter()
def outcome_word(outcome: str) -> str:
    """Return what an outcome is called, on every page as in the form."""
    return str(OUTCOME_WORDS.get(outcome, ""))


@bp.app_template_filter()
def mode_word(mode: str) -> str:
    """Return what a way of helping is called, or nothing."""
    return str(MODE_WORDS.get(mode, ""))


@bp.app_template_filter()
def part_after_day(part: str) -> str:
    """Return the part of a day as it stands behind the day, or nothing."""
    return str(PARTS_AFTER_A_DAY.get(part, ""))


@bp.app_template_filter()
def change_reason(reason: str) -> str:
    """Return why a visit was changed, in words."""
    return str(REASON_WORDS.get(reason, ""))


@bp.app_template_filter()
def asker_word(asked_by: str) -> str:
    """Return who asked for a change, in words, or nothing."""
    return str(ASKER_WORDS.get(asked_by, ""))


@bp.get("/visits/parts")
@field_only
def parts() -> ResponseReturnValue:
    """Return the parts of the visit form that all households share."""
    return page("visits/parts.html", **parts_for(current_user))


@bp.get("/outbox")
@field_only
def outbox() -> ResponseReturnValue:
    """Show the frame of the outbox; the device fills in its entries."""
    return page("visits/outbox.html", rejected=RejectedEntry.open_count(current_user))
