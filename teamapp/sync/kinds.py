"""What may stand in an outbox: kind → (form class, how to judge, how to record).

The one place where /sync reaches into the slices. A released `(kind, form)` is taken for 400 days:
when a form changes, raise `form` and give `upgrades` a pure function from the older body.
"""

from collections import namedtuple

from ..models import judging, recording
from ..models.facts import Facts
from ..visits.forms import VisitForm

Kind = namedtuple("Kind", "form form_class facts judge record upgrades")

KINDS = {
    "visits.create": Kind(1, VisitForm, Facts, judging.judge, recording.record, {}),
}
