"""Files of what a phone could not send: handed in by the author, or by who leads them."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from peewee import chunked

from ..models import User
from ..web import page
from .answers import Answer
from .batch import MOST_ENTRIES, SentEntry
from .forms import OutboxFileForm
from .processor import BatchProcessor
from .reading import read_ahead

files = Blueprint("files", __name__)


@files.get("/outbox-files")
def new() -> ResponseReturnValue:
    """Ask for a file."""
    return page("sync/file.html", form=OutboxFileForm())


@files.post("/outbox-files")
def create() -> ResponseReturnValue:
    """Take what is in a file in its author's name, and tell of each entry what became of it."""
    form = OutboxFileForm()
    author = author_of(form) if form.validate_on_submit() else None
    if author is None:
        return page("sync/file.html", form=form, status=422)
    results = hand_in(author, form.entries, current_user._get_current_object())
    return page("sync/handed_in.html", author=author,
                lines=list(zip(form.labels, form.entries, results)))


def author_of(form: OutboxFileForm) -> User | None:
    """Return who wrote the file: oneself, or somebody one leads; else None, saying so."""
    query = User.visible_to(current_user).where(User.id == form.author_id)
    mine = form.author_id == current_user.id
    author = query.first() if (mine or current_user.leads) and 0 < form.author_id < 2**31 else None
    if author is None:
        form.file.errors = [_("Người ghi tệp này không thuộc nơi anh chị phụ trách.")]
    return author


def hand_in(author: User, entries: list[SentEntry], submitted_by: User) -> list[Answer]:
    """Return a result for each entry, judged in its author's name, a turn for each hundred."""
    results: list[Answer] = []
    for some in chunked(entries, MOST_ENTRIES):
        forms = read_ahead(some)
        with author.commune.write() as tx:
            processor = BatchProcessor(tx, author, None, forms, absent=author != submitted_by,
                                       submitted_by=submitted_by)
            results += processor.take(some) if author.may_hand_in \
                else processor.set_aside(some, "closed_account")
    return results
