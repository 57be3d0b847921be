"""The kinds of entry an outbox may hold: kind → (form class, recorder).

Only this module of /sync imports from the slices. The server accepts a released `(kind, form)` for
400 days: when a form changes, raise `form` and add to `upgrades` a pure function from the older
body.
"""

from collections.abc import Callable
from typing import NamedTuple

from wtforms import Form

from ..recording import visits
from ..recording.recorder import Recorder
from ..visits.forms import VisitForm


class Kind(NamedTuple):
    """A kind's form version and class, its recorder, and {older version: body → newer body}."""

    form: int
    form_class: type[Form]
    recorder: Recorder
    upgrades: dict[int, Callable[[str], str]]


KINDS = {
    "visits.create": Kind(1, VisitForm, visits, {}),
}


def form_version(kind: str) -> int:
    """Return the current version of a kind's form, as templates write it in `data-form`."""
    return KINDS[kind].form
