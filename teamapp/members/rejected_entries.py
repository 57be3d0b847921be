"""What the commune could not take: its author, the leader and the commune see and settle it."""

from flask import Blueprint, abort, redirect, url_for
from flask_login import current_user

from ..access import own_path
from ..db import transaction
from ..models import RejectedEntry
from ..web import ID, get_or_404, page
from .forms import SeenForm
from .rejected_work import rejected_work

rejected_entries = Blueprint("rejected_entries", __name__)


@rejected_entries.get("/rejected-entries")
def index():
    """List what was not taken, and nobody has settled, as far as this person may see it."""
    return page("members/rejected_entries.html", rejected=rejected_work(current_user))


@rejected_entries.post(f"/rejected-entries/<{ID}:item_id>/settlement")
def settle(item_id):
    """Note that somebody has seen it; it is told no more, and never thrown away.

    Author and leader may both press: the second finds it seen, which is what was asked for.
    """
    item = get_or_404(RejectedEntry.visible_to(current_user).where(RejectedEntry.id == item_id))
    form = SeenForm()
    if not form.validate():
        abort(400)
    with transaction():
        item.settle()
    asked = form.next.data
    return redirect(own_path(asked) if asked else url_for("members.rejected_entries.index"), 303)
