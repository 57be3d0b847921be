"""Reading the forms of entries: ahead of the turn in which they are judged, or of rejected ones."""

from contextlib import suppress
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from ..models import Receipt, RejectedEntry
from .batch import SentEntry, ids_named
from .kinds import KINDS
from .rejections import REASONS

Errors: TypeAlias = dict[str, list[str]]
Reading: TypeAlias = tuple[dict[str, Any] | None, Errors]  # the values, or why they are none

MOST_FIELDS = 2000  # of a body, more than any form has


class TooManyFields(Exception):
    """A body has more fields than any form."""


def read_ahead(entries: list[SentEntry]) -> dict[SentEntry, Reading]:
    """Return {entry: what read_form gives} of what seems new, before the turn begins.

    Reading is half of the work, and while it goes on here others can write. A form that fails
    unexpectedly is left out: it will fail in the turn, where that is answered.
    """
    known = Receipt.known(ids_named(entries))
    read: dict[SentEntry, Reading] = {}
    bound: dict[str, Any] = {}
    for entry in entries:
        receipt = known.get(entry.id)
        is_open = receipt is None or receipt.status == "rejected"
        if is_open and not entry.flaw and entry.kind in KINDS \
                and entry.form <= KINDS[entry.kind].form:
            with suppress(Exception):
                read[entry] = read_form(entry, bound)
    return read


def read_form(entry: SentEntry, bound: dict[str, Any]) -> Reading:
    """Return the values of the entry's form, checked by its own class, or its errors by field."""
    try:
        form = fill(entry, bound.pop(entry.kind, None))
    except TooManyFields:
        return None, {"": [str(REASONS["malformed"])]}
    well = form.validate()
    bound[entry.kind] = form
    return (form.data, {}) if well else (None, flat(form))


def read_values(entry: RejectedEntry, bound: dict[str, Any]) -> dict[str, Any] | None:
    """Return the values of a rejected entry's form as far as it can be read, right or wrong.

    None where nothing can be: the kind is unknown, or the body is none of its form.
    """
    if entry.kind not in KINDS:
        return None
    with suppress(Exception):  # what rejected it may be an error of ours in reading it
        form = fill(entry, bound.pop(entry.kind, None))
        values = form.data
        bound[entry.kind] = form
        return values
    return None


def fill(entry: SentEntry | RejectedEntry, form: Any) -> Any:
    """Return the form of the entry's kind, filled in with its body; raise TooManyFields.

    Binding a form's fields costs as much as reading them: a form that was bound for an earlier
    entry of the kind is only filled in anew. A body of unknown form (0) is read as the oldest.
    """
    kind = KINDS[entry.kind]
    body = entry.body
    for version in range(max(entry.form, 1), kind.form):
        body = kind.upgrades[version](body)
    try:
        pairs = MultiDict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise TooManyFields from None
    if form is None:
        return kind.form_class(pairs, meta={"csrf": False})
    form.process(pairs)
    return form


def flat(form: Any) -> Errors:
    """Return {full field name: [sentences]} of a form and the forms within it."""
    errors: Errors = {}
    for field in form:
        if hasattr(field, "entries"):
            for entry in field.entries:
                errors |= flat(entry.form) if hasattr(entry, "form") else named(entry)
            own = [error for error in field.errors if isinstance(error, str)]
            errors |= {field.name: own} if own else {}
        else:
            errors |= named(field)
    return errors


def named(field: Any) -> Errors:
    """Return a field's errors under its full name."""
    return {field.name: [str(error) for error in field.errors]} if field.errors else {}
