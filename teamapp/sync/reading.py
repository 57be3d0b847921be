"""Reading the forms that came in entries, ahead of the turn in which they are judged."""

from contextlib import suppress
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from ..models import Receipt
from ..models.rejected_entry import MOST_FIELDS
from .batch import ids_named
from .kinds import KINDS
from .reasons import REASONS


def read_ahead(entries):
    """Return {entry: what read_form gives} of what seems new, before the turn begins.

    Reading is half of the work, and while it goes on here others can write. A form that fails
    unexpectedly is left out: it will fail in the turn, where that is answered.
    """
    known, read, bound = Receipt.known(ids_named(entries)), {}, {}
    for entry in entries:
        receipt = known.get(entry.id)
        is_open = receipt is None or receipt.status == "rejected"
        if is_open and not entry.flaw and entry.kind in KINDS \
                and entry.form <= KINDS[entry.kind].form:
            with suppress(Exception):
                read[entry] = read_form(entry, bound)
    return read


def read_form(entry, bound):
    """Return the values of the entry's form, checked by its own class, or its errors by field.

    Binding a form's fields costs as much as reading them: it stays in `bound` for the next entry
    of the kind.
    """
    kind = KINDS[entry.kind]
    body = entry.body
    for version in range(entry.form, kind.form):
        body = kind.upgrades[version](body)
    try:
        pairs = MultiDict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None, {"": [str(REASONS["malformed"])]}
    form = bound.pop(entry.kind, None)
    if form is None:
        form = kind.form_class(pairs, meta={"csrf": False})
    else:
        form.process(pairs)
    well = form.validate()
    bound[entry.kind] = form
    return (form.data, {}) if well else (None, flat(form))


def flat(form, prefix=""):
    """Return {full field name: [sentences]} of a form and the forms within it."""
    errors = {}
    for field in form:
        if hasattr(field, "entries"):
            for entry in field.entries:
                errors |= flat(entry.form) if hasattr(entry, "form") else named(entry)
            own = [error for error in field.errors if isinstance(error, str)]
            errors |= {field.name: own} if own else {}
        else:
            errors |= named(field)
    return errors


def named(field):
    """Return a field's errors under its full name."""
    return {field.name: [str(error) for error in field.errors]} if field.errors else {}
