"""Forms of entries filled in online: a posted one is a single entry, processed as by POST /sync."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from .. import clock, text
from ..form_pages import FormPage
from ..languages import language
from ..models import RejectedEntry, User
from ..web import page
from .answers import Answer
from .kinds import KINDS
from .processor import BatchProcessor
from .reading import MOST_FIELDS, Errors, fill, read_ahead
from .rejections import REJECTIONS
from .sent_entry import SentEntry, uuid

LONGEST_ITEM = 200  # characters of the fields that a button adds
CONTROLS = ("csrf_token", "entry", "form", "add", "remove")  # posted beside the body


class Undone(Exception):
    """Rolls back the transaction of an entry that is a trial or was not accepted."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer["status"])
        self.answer = answer


@dataclass
class OnlineForm:
    """The form of one kind, filled in for its author by the person signed in.

    `leave` is the page to return to. `replaces`: it resubmits this rejected entry of the author,
    which was recorded before the commune received it.
    """

    kind: str
    author: User
    leave: str
    replaces: RejectedEntry | None = None

    @property
    def form_page(self) -> FormPage:
        return page_of(self.kind)

    def entry(self, body: str, version: int, id: UUID | None = None) -> SentEntry:
        """Return the entry with this body; each drawing of the form has a new one."""
        recorded_at: datetime = self.replaces.received_at if self.replaces else clock.now()
        return SentEntry(id or uuid4(), self.kind, version, recorded_at, (),
                         self.replaces.entry if self.replaces else None, body, None)

    def posted(self) -> SentEntry:
        """Return the entry of the posted form."""
        pairs = [(name, value) for name, value in request.form.items(multi=True)
                 if name not in CONTROLS]
        if len(pairs) > MOST_FIELDS:
            raise RequestEntityTooLarge
        return self.entry(urlencode(pairs), request.form.get("form", 0, int),
                          uuid(request.form.get("entry")))

    def receive(self) -> ResponseReturnValue:
        """Process the posted form; redirect with what happened, or draw it again as typed."""
        entry = self.posted()
        if (body := regrown(entry.body)) is not None:
            return self.draw(self.entry(body, entry.form, entry.id))
        answer = self.process(entry)
        if answer["status"] != "accepted":
            return self.draw(entry, answer, 422 if answer["status"] == "rejected" else 503)
        flash(self.form_page.said(text.number(answer["receipt"], language()), answer["flag"]))
        return redirect(self.leave, 303)

    def process(self, entry: SentEntry, is_trial: bool = False) -> Answer:
        """Return the answer to an entry; nothing is written unless it is accepted, and no trial.

        So what was typed is corrected on its page, and no list shows it.
        """
        by, forms = current_user._get_current_object(), read_ahead([entry])
        helper = by if by.id != self.author.id else None
        try:
            with self.author.commune.write() as tx:
                [answer] = BatchProcessor(tx, self.author, None, forms, absent=bool(helper),
                                          submitted_by=helper).take([entry])
                if is_trial or answer["status"] != "accepted":
                    raise Undone(answer)
        except Undone as undone:
            answer = undone.answer
        return answer

    def draw(self, entry: SentEntry, answer: Answer | None = None, status: int = 200,
             why: Any = "") -> ResponseReturnValue:
        """Draw the form with the values of an entry, and an answer's errors beside its fields."""
        form = fill(entry, None)
        errors = answer.get("fields") if answer else None
        set_errors(form, errors or {})
        return page(self.form_page.template, status=status, online=self, form=form, entry=entry,
                    address=request.full_path.rstrip("?"),
                    why=why or (sentence(answer) if answer else ""),
                    **self.form_page.choices(form, current_user))


def page_of(kind: str) -> FormPage:
    """Return the page of a kind's form, or 404: phones alone have it."""
    found = KINDS[kind].page if kind in KINDS else None
    return found or abort(404)


def regrown(body: str) -> str | None:
    """Return the body with an item more or less, as a button without JavaScript asks; else None."""
    added = request.form.get("add", "")
    if added and len(added) <= LONGEST_ITEM:
        return f"{body}&{added}"
    if removed := request.form.get("remove"):
        return urlencode([(name, value) for name, value in parse_qsl(body, keep_blank_values=True)
                          if not name.startswith(f"{removed}-")])
    return None


def set_errors(form: Any, errors: Errors) -> None:
    """Set the errors of a form and its nested forms by the full names of their fields."""
    for field in form:
        for item in getattr(field, "entries", ()):
            set_errors(item.form, errors)
        if field.name in errors:
            field.errors = errors[field.name]


def sentence(answer: Answer) -> str:
    """Return why an entry was not accepted, for the person who has its form open."""
    if answer["status"] == "deferred":
        return _("Máy chủ chưa ghi được lúc này. Chữ đã gõ còn nguyên. Bấm Lưu lần nữa.")
    if answer["code"] == "id_reused":
        return _("Trang này đã lưu một lần rồi. Muốn sửa tiếp thì quay lại và mở lại.")
    return str(answer["reason"] if answer["fields"] else REJECTIONS[answer["code"]].why)
