"""Rejected entries: their author, the leader and the commune list and settle them."""


from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..access import own_path
from ..db import transaction
from ..models import RejectedEntry
from ..web import ID, get_or_404, page, page_number, settled_page
from . import queries
from .forms import SeenForm
from .settled import settled_lines

rejected_entries = Blueprint("rejected_entries", __name__)


@rejected_entries.get("/rejected-entries")
def index() -> ResponseReturnValue:
    """List the open rejected entries this person may see."""
    author_id, number = author_asked(), page_number()
    found = queries.rejected_page(current_user, author_id, number)
    if number > 1 and not found.lines:
        return redirect(url_for("sync.rejected_entries.index", author=author_id))
    settled = settled_page(RejectedEntry.settled(RejectedEntry.visible_to(current_user)),
                           queries.PAGE, lambda rows: settled_lines(rows, current_user))
    return page("sync/rejected_entries.html", rejected=found, author_id=author_id, number=number,
                settled=settled)


@rejected_entries.post(f"/rejected-entries/<{ID}:item_id>/settlement")
def create_settlement(item_id: int) -> ResponseReturnValue:
    """Settle a rejected entry: lists show it no longer, the database keeps it.

    The request is idempotent: author and leader may both send it.
    """
    item = get_or_404(RejectedEntry.visible_to(current_user).where(RejectedEntry.id == item_id))
    form = SeenForm()
    if not form.validate():
        abort(400)
    with transaction():
        item.settle()
    target = form.next.data
    return redirect(own_path(target) if target else url_for("sync.rejected_entries.index"), 303)


def author_asked() -> int | None:
    """Return the requested author's id, None for all authors, 0 for an invalid id."""
    author_id = request.args.get("author", type=int)
    return author_id if author_id is None or 0 < author_id < 2**31 else 0
