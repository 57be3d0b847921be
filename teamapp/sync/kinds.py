"""The kinds of entry an outbox may hold: kind → (form class, recorder).

Only this module of /sync imports from the slices. The server accepts a released `(kind, form)` for
400 days: when a form changes, raise `form` and add to `upgrades` a pure function from the older
body.
"""

from collections.abc import Callable
from typing import NamedTuple

from wtforms import Form

from ..form_pages import FormPage
from ..recording import corrections, visits, voids
from ..recording.recorder import Recorder
from ..visits import form_pages
from ..visits.change_forms import CorrectionForm, VoidForm
from ..visits.forms import VisitForm, named_why_unreached


class Kind(NamedTuple):
    """A kind's form version and class, its recorder, and {older version: body → newer body}.

    `change_recorder` records an entry that was written to replace one that is accepted by now;
    without it such an entry is rejected. `page` draws the form online; without it, phones alone
    have it.
    """

    form: int
    form_class: type[Form]
    recorder: Recorder
    upgrades: dict[int, Callable[[str], str]]
    change_recorder: Recorder | None = None
    page: FormPage | None = None


KINDS = {
    "visits.create": Kind(
        2, VisitForm, visits, {1: named_why_unreached}, corrections, form_pages.VISIT),
    "visits.correct": Kind(1, CorrectionForm, corrections, {}, corrections, form_pages.CORRECTION),
    "visits.void": Kind(1, VoidForm, voids, {}, voids, form_pages.VOID),
}


def form_version(kind: str) -> int:
    """Return the current version of a kind's form, as templates write it in `data-form`."""
    return KINDS[kind].form
