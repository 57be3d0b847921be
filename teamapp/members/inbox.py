"""What the commune could not take: its author, the leader and the commune see and settle it."""

from flask import Blueprint, abort, redirect, url_for
from flask_login import current_user

from ..access import own_path
from ..db import transaction
from ..models import InboxItem
from ..web import ID, get_or_404, page
from .forms import SeenForm
from .refused import refused

inbox = Blueprint("inbox", __name__)


@inbox.get("/inbox")
def index():
    """List what was not taken, and nobody has settled, as far as this person may see it."""
    return page("members/inbox.html", refused=refused(current_user))


@inbox.post(f"/inbox/<{ID}:item_id>/settlement")
def settle(item_id):
    """Note that somebody has seen it; it is told no more, and never thrown away.

    Author and leader may both press: the second finds it seen, which is what was asked for.
    """
    item = get_or_404(InboxItem.visible_to(current_user).where(InboxItem.id == item_id))
    form = SeenForm()
    if not form.validate():
        abort(400)
    with transaction():
        item.settle()
    target = own_path(form.next.data) if form.next.data else url_for("members.inbox.index")
    return redirect(target, 303)
