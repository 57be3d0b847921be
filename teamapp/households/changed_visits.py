"""The changes of past visits, as a household's page shows them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from ..models import Change, User, Visit
from ..statements import Among


class ChangedVisit(NamedTuple):
    """A change of a visit to a household, and the version it names."""

    household_id: UUID
    outcome: str
    day: date
    who: str
    is_void: bool
    reason: str
    note: str
    flag: str
    is_waiting: bool
    received_at: datetime


def changed_visits(ids: Among) -> dict[UUID, list[ChangedVisit]]:
    """Return {household id: [ChangedVisit]} of visits to these households, the newest first."""
    rows = (Change.select(Change.household, Visit.outcome, Visit.day, User.name,
                          Change.correction.is_null(), Change.reason, Change.note, Change.flag,
                          Change.state == "waiting", Change.received_at)
            .join(Visit, on=(Visit.id == Change.visit)).switch(Change)
            .join(User, on=(User.id == Change.by))
            .where(Change.household.in_(ids), Change.state != "dismissed")
            .order_by(Change.received_at.desc(), Change.receipt.desc()).tuples())
    return grouped(ChangedVisit(*row) for row in rows)


def grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    """Return {first value: [row]}."""
    found = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found
