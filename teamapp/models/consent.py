"""Residents' answers to the request for consent."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, ModelSelect

from ..db import MomentField, Record
from ..statements import Among
from .resident import Resident
from .user import User
from .visit import Visit


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


class Consent(Record):
    """A resident's answer: whether their name and the help may be recorded. Each one is stored."""

    resident = ForeignKeyField(Resident, index=False, on_delete="CASCADE")
    purpose = CharField(10)  # record, phone
    given = BooleanField()
    asked_at = MomentField()  # the minute of the visit, or of its arrival where that was earlier
    asked_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    visit = ForeignKeyField(Visit, backref="consents", null=True, on_delete="RESTRICT")
    receipt = BigIntegerField(default=0)  # by which it ranks: that of the first version with it
    is_live = BooleanField(default=True)

    class Meta:
        indexes = ((("resident", "purpose"), False),)

    @classmethod
    def live(cls, *columns: Any) -> ModelSelect:
        """Return the answers that hold, in the order in which each follows the one before."""
        return cls.in_order(cls.select(*columns).where(cls.is_live))

    @classmethod
    def in_order(cls, query: ModelSelect) -> ModelSelect:
        """Return answers in the order in which each follows the one before."""
        return query.order_by(cls.asked_at, cls.receipt, cls.id)

    @classmethod
    def latest(cls, resident_ids: Iterable[UUID], purpose: str = "record") -> dict[UUID, bool]:
        """Return {resident id: given} of the latest answers for a purpose."""
        rows = (cls.live(cls.resident, cls.given)
                .where(cls.resident.in_(Among(resident_ids)), cls.purpose == purpose).tuples())
        return dict(rows)

    @classmethod
    def answers(cls, resident_ids: Iterable[UUID],
                without: Collection[UUID] = ()) -> dict[UUID, Answers]:
        """Return {resident id: answers} of the residents asked for a record by name.

        The answers given in the versions `without` (ids) of visits are left out.
        """
        found: defaultdict[UUID, Answers] = defaultdict(Answers)
        said = cls.live(cls.resident, cls.asked_at, cls.given, cls.visit).where(
            cls.resident.in_(Among(resident_ids)), cls.purpose == "record")
        for resident, asked_at, given, visit in said.tuples():
            if visit not in without:
                found[resident].add(asked_at, given)
        return dict(found)

    @classmethod
    def answers_within(cls, asked: Iterable[tuple[UUID, UUID]],
                       ) -> dict[tuple[UUID, UUID], Answers]:
        """Return {(resident id, version id): answers}: the live ones and those of the version."""
        found = {one: Answers() for one in asked}
        within: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for resident, version in found:
            within[resident].append(version)
        said = cls.in_order(cls.select(
            cls.resident, cls.asked_at, cls.given, cls.visit, cls.is_live).where(
            cls.resident.in_(Among(within)), cls.purpose == "record"))
        for resident, asked_at, given, visit, is_live in said.tuples():
            for version in within[resident]:
                if is_live or visit == version:
                    found[resident, version].add(asked_at, given)
        return found
