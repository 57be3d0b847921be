"""Residents' answers to the request for consent."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from peewee import BooleanField, CharField, ForeignKeyField

from ..db import MomentField, Record
from ..statements import Among
from .resident import Resident
from .user import User


def minute(moment: datetime) -> datetime:
    """Return the minute of a moment: forms name the time of a visit in minutes."""
    return moment.replace(second=0, microsecond=0)


class Answers:
    """One resident's answers: at any moment the newest one holds."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []  # minutes, the oldest first
        self.given: list[bool] = []

    def add(self, asked_at: datetime, given: bool) -> None:
        """Add an answer; in its minute it holds over those added before."""
        place = bisect_right(self.asked, minute(asked_at))
        self.asked.insert(place, minute(asked_at))
        self.given.insert(place, given)

    def at(self, moment: datetime) -> bool:
        """Return the answer that holds at a moment, False before the first one."""
        place = bisect_right(self.asked, minute(moment))
        return place > 0 and self.given[place - 1]

    def next_yes(self, moment: datetime) -> datetime | None:
        """Return the minute of the first yes after that of a moment, or None."""
        place = bisect_right(self.asked, minute(moment))
        return next((asked for asked, given in zip(self.asked[place:], self.given[place:],
                                                   strict=True) if given), None)


class Consent(Record):
    """A resident's answer: whether their name and the help may be recorded. Each one is stored."""

    resident = ForeignKeyField(Resident, index=False, on_delete="CASCADE")
    purpose = CharField(10)  # record, phone
    given = BooleanField()
    asked_at = MomentField()  # the minute of the visit, or of its arrival where that was earlier
    asked_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("resident", "purpose"), False),)

    @classmethod
    def latest(cls, resident_ids: Iterable[UUID], purpose: str = "record") -> dict[UUID, bool]:
        """Return {resident id: given} of the latest answers for a purpose."""
        rows = (cls.select(cls.resident, cls.given)
                .where(cls.resident.in_(Among(resident_ids)), cls.purpose == purpose)
                .order_by(cls.asked_at, cls.id).tuples())
        return dict(rows)

    @classmethod
    def answers(cls, resident_ids: Iterable[UUID]) -> dict[UUID, Answers]:
        """Return {resident id: answers} of the residents asked for a record by name."""
        found: defaultdict[UUID, Answers] = defaultdict(Answers)
        for resident, asked_at, given in (
                cls.select(cls.resident, cls.asked_at, cls.given)
                .where(cls.resident.in_(Among(resident_ids)), cls.purpose == "record")
                .order_by(cls.asked_at, cls.id).tuples()):
            found[resident].add(asked_at, given)
        return dict(found)
