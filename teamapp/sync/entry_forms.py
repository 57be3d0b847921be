"""New entries of a leader, officer or chair, filled in online."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..access import lead_only, own_path
from .kinds import form_version
from .online import OnlineForm, page_of

entry_forms = Blueprint("entry_forms", __name__)
FORM = "/records/<uuid:record_id>/entries/<kind>"


@entry_forms.get(FORM)
@lead_only
def new(record_id: UUID, kind: str) -> ResponseReturnValue:
    """Show the form of a kind, filled with what is recorded."""
    body = page_of(kind).body(find(kind, record_id))
    if body is None:
        abort(404)
    online = form_of(kind)
    return online.draw(online.entry(body, form_version(kind)))


@entry_forms.post(FORM)
@lead_only
def create(record_id: UUID, kind: str) -> ResponseReturnValue:
    """Process the posted form as an entry; one sent twice is kept once."""
    find(kind, record_id)
    return form_of(kind).receive()


def find(kind: str, record_id: UUID) -> Any:
    """Return the record that a new entry of this kind is about, or 404."""
    return page_of(kind).find(record_id, current_user) or abort(404)


def form_of(kind: str) -> OnlineForm:
    """Return the form of the person signed in."""
    return OnlineForm(kind, current_user._get_current_object(),
                      own_path(request.args.get("next", "")))
