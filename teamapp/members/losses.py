"""“Máy đã báo mất”: what was on each, the time left for a notice, and the decision."""

from flask import Blueprint, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from ..access import commune_only, lead_only
from ..models import Device, LostPhone, User, Village
from ..web import ID, get_or_404, page, paginate
from .loss_forms import LossDecisionForm

losses = Blueprint("losses", __name__)

PAGE = 20  # cards


@losses.app_template_global()
def open_losses() -> int:
    """Return how many lost phones wait for a decision, read once per response."""
    if "open_losses" not in g:
        g.open_losses = LostPhone.open(LostPhone.visible_to(current_user)).count()
    found: int = g.open_losses
    return found


@losses.get("/lost-phones")
@lead_only
def index() -> ResponseReturnValue:
    """List the phones reported lost, those without a decision first."""
    return losses_page()


@losses.post(f"/lost-phones/<{ID}:loss_id>/decision")
@commune_only
def create_decision(loss_id: int) -> ResponseReturnValue:
    """Decide about the notice of a breach; the first decision stays."""
    loss: LostPhone = get_or_404(LostPhone.visible_to(current_user).where(LostPhone.id == loss_id))
    form = LossDecisionForm(loss)
    if not form.validate():
        return losses_page(loss, form, 422)
    loss.decide(form.decision.data, form.note, current_user._get_current_object())
    return redirect(url_for("members.losses.index"), 303)


def losses_page(asked: LostPhone | None = None, form: LossDecisionForm | None = None,
                status: int = 200) -> Response:
    """Return the list; `form` is that of the phone whose decision is to be corrected."""
    query = LostPhone.visible_to(current_user).order_by(
        LostPhone.decision != "", LostPhone.reported_at.desc(), LostPhone.id.desc())
    found, number, more = paginate(query, PAGE)
    if asked and asked not in found:
        found = [asked, *found]
    forms = {loss.id: form if form and loss == asked else LossDecisionForm(loss, formdata=None)
             for loss in found if not loss.decision and current_user.is_commune}
    return page("members/lost_phones.html", status=status, losses=found, number=number, more=more,
                forms=forms, people=people_of(found), devices=devices_of(found),
                places={one.id: one.label for one in Village.labelled(current_user)})


def people_of(found: list[LostPhone]) -> dict[int, User]:
    """Return {id: user} of everybody that lost phones name."""
    ids = {id for loss in found for id in (loss.user_id, loss.reported_by_id, loss.decided_by_id)}
    return {user.id: user for user in User.select().where(User.id.in_(list(ids - {None})))}


def devices_of(found: list[LostPhone]) -> dict[int, Device]:
    """Return {lost phone's id: its device} where it is still known."""
    rows = Device.select().where(Device.user.in_([loss.user_id for loss in found]))
    known = {(device.user_id, device.id): device for device in rows}
    return {loss.id: known[loss.user_id, loss.device] for loss in found
            if (loss.user_id, loss.device) in known}
