"""What the commune could not take: its author, the leader and the commune see and settle it."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..access import own_path
from ..db import transaction
from ..models import RejectedEntry
from ..web import ID, get_or_404, page, page_number
from . import queries
from .forms import SeenForm

rejected_entries = Blueprint("rejected_entries", __name__)


@rejected_entries.get("/rejected-entries")
def index() -> ResponseReturnValue:
    """List what was not taken, and nobody has settled, as far as this person may see it."""
    author_id, number = author_asked(), page_number()
    found = queries.rejected_page(current_user, author_id, number)
    if number > 1 and not found.lines:
        return redirect(url_for("sync.rejected_entries.index", author=author_id))
    return page("sync/rejected_entries.html", rejected=found, author_id=author_id, number=number)


@rejected_entries.post(f"/rejected-entries/<{ID}:item_id>/settlement")
def create_settlement(item_id: int) -> ResponseReturnValue:
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
    return redirect(own_path(asked) if asked else url_for("sync.rejected_entries.index"), 303)


def author_asked() -> int | None:
    """Return whose entries are asked for, or None for everybody's; 0 is nobody."""
    author_id = request.args.get("author", type=int)
    return author_id if author_id is None or 0 < author_id < 2**31 else 0
