"""People of the teams: their sign-ins, lost devices and deactivated accounts."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from ..access import lead_only
from ..models import RejectedEntry, User, personnel
from ..web import get_or_404, page
from . import queries
from .card_forms import CardsForm
from .card_queries import last_card
from .cards import cards, list_page
from .devices import devices, phones_of
from .editing import PERSON, back_to, changing, editing
from .forms import day_name, role_name
from .lists import lists
from .losses import losses

bp = Blueprint("members", __name__)
for part in (cards, devices, editing, lists, losses):
    bp.register_blueprint(part)
bp.add_app_template_global(day_name)
bp.add_app_template_global(role_name)


@bp.get("/people")
@lead_only
def index() -> ResponseReturnValue:
    """List the people this person leads, village by village."""
    return list_page(CardsForm(formdata=None), only_never_in=request.args.get("of") == "never-in",
                     village_id=request.args.get("village", type=int))


@bp.get(PERSON)
@lead_only
def show(person_id: int) -> ResponseReturnValue:
    """Show a person and their devices."""
    return person_page(find(person_id))


@bp.post(f"{PERSON}/deactivation")
@lead_only
def create_deactivation(person_id: int) -> ResponseReturnValue:
    """Deactivate an account; 409 for the last chair of the commune."""
    with changing(person_id, is_placing=True) as (by, person):
        is_deactivated = personnel.deactivate(by, person)
    if not is_deactivated:
        return person_page(person, failure="last_chair", status=409)
    return back_to(person)


@bp.post(f"{PERSON}/reactivation")
@lead_only
def create_reactivation(person_id: int) -> ResponseReturnValue:
    """Reactivate an account; 409 for a member of a closed village."""
    with changing(person_id, is_placing=True) as (by, person):
        is_reactivated = personnel.reactivate(by, person)
    if not is_reactivated:
        return person_page(person, failure="closed_village", status=409)
    return back_to(person)


def find(person_id: int) -> User:
    """Return a person visible to the current user, or 404."""
    return get_or_404(User.visible_to(current_user).where(User.id == person_id))


def person_page(person: User, failure: str | None = None, status: int = 200) -> Response:
    return page("members/show.html", status=status, person=person, failure=failure,
                may_close=current_user.may_deactivate(person),
                may_edit=current_user.may_edit(person), languages=queries.languages(person),
                handovers=queries.handovers(person), unsent=queries.unsent(person),
                card=last_card(person),
                rejected=RejectedEntry.open(RejectedEntry.visible_to(current_user)).where(
                    RejectedEntry.user == person.id).count(),
                lines=phones_of(person))
