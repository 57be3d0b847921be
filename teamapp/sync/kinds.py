"""What may stand in an outbox: kind → (form class, recorder).

The one place where /sync reaches into the slices. A released `(kind, form)` is taken for 400 days:
when a form changes, raise `form` and give `upgrades` a pure function from the older body.
"""

from collections import namedtuple

from ..recording import visits
from ..visits.forms import VisitForm

Kind = namedtuple("Kind", "form form_class recorder upgrades")

KINDS = {
    "visits.create": Kind(1, VisitForm, visits, {}),
}


def form_version(kind: str) -> int:
    """Return the current version of a kind's form, as templates write it in `data-form`."""
    return int(KINDS[kind].form)
