"""Reading the forms of entries: before their write transaction, or of rejected entries."""

from contextlib import suppress
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from ..models import Receipt, RejectedEntry
from .answers import Answer, deferred, rejected
from .kinds import KINDS
from .sent_entry import SentEntry, ids_named

Errors: TypeAlias = dict[str, list[str]]
# The values, or None and the errors; without errors, if the body is none of a form.
Reading: TypeAlias = tuple[dict[str, Any] | None, Errors]

MOST_FIELDS = 2000  # in one body; every form has fewer


class TooManyFields(Exception):
    """A body has more fields than any form."""


def read_ahead(entries: list[SentEntry]) -> dict[SentEntry, Reading]:
    """Return {entry: result of read_form} of entries that seem new, before the transaction.

    Reading is half of the work, and other requests can write meanwhile. A form that raises an
    error is left out: it raises it again in the transaction, which answers the entry.
    """
    known = Receipt.known(ids_named(entries))
    read: dict[SentEntry, Reading] = {}
    bound: dict[str, Any] = {}
    for entry in entries:
        receipt = known.get(entry.id)
        is_open = receipt is None or receipt.status == "rejected"
        if is_open and not unreadable(entry):
            with suppress(Exception):
                read[entry] = read_form(entry, bound)
    return read


def unreadable(entry: SentEntry) -> Answer | None:
    """Return the answer to an entry that this server has no form for, else None."""
    if entry.flaw:
        return rejected("malformed")
    if entry.kind not in KINDS:
        return rejected("unknown_kind")
    return deferred("server_older", 3600) if entry.form > KINDS[entry.kind].form else None


def read_form(entry: SentEntry, bound: dict[str, Any]) -> Reading:
    """Return the values of the entry's form, validated by its class, or its errors by field."""
    try:
        form = fill(entry, bound.pop(entry.kind, None))
    except TooManyFields:
        return None, {}
    is_valid = form.validate()
    bound[entry.kind] = form
    return (form.data, {}) if is_valid else (None, flat(form))


def read_values(entry: RejectedEntry, bound: dict[str, Any]) -> dict[str, Any] | None:
    """Return the values of a rejected entry's form, without validation.

    Return None if the kind is unknown or the form cannot read the body.
    """
    if entry.kind not in KINDS:
        return None
    with suppress(Exception):  # a bug in the form may be the cause of the rejection
        form = fill(entry, bound.pop(entry.kind, None))
        values = form.data
        bound[entry.kind] = form
        return values
    return None


def fill(entry: SentEntry | RejectedEntry, form: Any) -> Any:
    """Return the form of the entry's kind, filled in with its body; raise TooManyFields.

    Binding a form's fields costs as much as reading them: a form bound for an earlier entry of
    the kind is filled in again. A body of unknown version (0) is read as the oldest version.
    """
    kind = KINDS[entry.kind]
    body: str = entry.body
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
    """Return {full field name: [errors]} of a form and its nested forms."""
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
