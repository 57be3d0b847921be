"""Rejected entries corrected online, in their author's name."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..access import lead_only, own_path
from ..models import Receipt, RejectedEntry, User
from ..web import ID, get_or_404
from . import queries
from .kinds import KINDS
from .online import OnlineForm
from .rejections import REJECTIONS

resubmissions = Blueprint("resubmissions", __name__)
RESUBMISSION = f"/rejected-entries/<{ID}:item_id>/resubmission"


@resubmissions.get(RESUBMISSION)
@lead_only
def new(item_id: int) -> ResponseReturnValue:
    """Show a rejected entry in its form, with what the commune would say to it today."""
    online, item = find(item_id)
    if item.settled_at is not None:
        return redirect(online.leave)
    entry = online.entry(item.body, item.form)
    answer = online.process(entry, is_trial=True)
    known = REJECTIONS.get(item.code)
    return online.draw(entry, answer, why=(known.why if known else item.reason)
                       if answer["status"] == "accepted" else "")


@resubmissions.post(RESUBMISSION)
@lead_only
def create(item_id: int) -> ResponseReturnValue:
    """Process the corrected entry in its author's name; the receipt has who submitted it."""
    online, _ = find(item_id)
    return online.receive()


def find(item_id: int) -> tuple[OnlineForm, RejectedEntry]:
    """Return the form of a rejected entry that the user may correct, and the entry; else 404.

    The text of an accepted one is deleted: its form, posted again, is answered from its receipt.
    One that was settled without a resubmission cannot be corrected.
    """
    item = get_or_404(RejectedEntry.visible_to(current_user).where(RejectedEntry.id == item_id))
    user = current_user._get_current_object()
    author = get_or_404(User.visible_to(user).where(User.id == item.user_id))
    [description] = queries.descriptions([item], user)
    is_allowed = item.kind in KINDS and user.may_submit_for(author) and (
        queries.may_resubmit(item, author, description, user) if item.settled_at is None
        else Receipt.is_settled(item.entry))
    if not is_allowed:
        abort(404)
    leave = request.args.get("next", "")
    return OnlineForm(item.kind, author, own_path(leave) if leave else url_for(
        "sync.rejected_entries.index"), replaces=item), item
