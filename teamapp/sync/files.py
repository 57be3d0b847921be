"""Outbox files a phone saved: their author or a superior of the author submits them."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from peewee import chunked

from ..models import User
from ..web import page
from .answers import Answer
from .batch import MOST_ENTRIES
from .forms import OutboxFileForm
from .processor import BatchProcessor
from .reading import read_ahead
from .sent_entry import SentEntry

files = Blueprint("files", __name__)


@files.get("/outbox-files")
def new() -> ResponseReturnValue:
    """Show the upload form."""
    return page("sync/file.html", form=OutboxFileForm())


@files.post("/outbox-files")
def create() -> ResponseReturnValue:
    """Process the entries of a file in its author's name and list the answer to each."""
    form = OutboxFileForm()
    author = author_of(form) if form.validate_on_submit() else None
    if author is None:
        return page("sync/file.html", form=form, status=422)
    results = hand_in(author, form.entries, current_user._get_current_object())
    return page("sync/handed_in.html", author=author,
                lines=list(zip(form.labels, form.entries, results)))


def author_of(form: OutboxFileForm) -> User | None:
    """Return the author if the current user may submit for them; else None and a form error."""
    query = User.visible_to(current_user).where(User.id == form.author_id)
    author = query.first() if 0 < form.author_id < 2**31 else None
    if author is None or not current_user.may_submit_for(author):
        author = None
        form.file.errors = [_("Người ghi tệp này không thuộc nơi anh chị phụ trách.")]
    return author


def hand_in(author: User, entries: list[SentEntry], submitted_by: User) -> list[Answer]:
    """Return an answer to each entry; one write transaction processes up to MOST_ENTRIES."""
    results: list[Answer] = []
    for chunk in chunked(entries, MOST_ENTRIES):
        forms = read_ahead(chunk)
        with author.commune.write() as tx:
            processor = BatchProcessor(tx, author, None, forms, absent=author != submitted_by,
                                       submitted_by=submitted_by)
            results += processor.take(chunk) if author.may_hand_in \
                else processor.set_aside(chunk, "closed_account")
    return results
