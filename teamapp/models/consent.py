"""Residents' answers to the request for consent."""

from collections.abc import Iterable
from uuid import UUID

from peewee import BooleanField, CharField, ForeignKeyField

from ..db import MomentField, Record
from ..statements import Among
from .resident import Resident
from .user import User


class Consent(Record):
    """A resident's answer: whether their name and the help may be recorded."""

    resident = ForeignKeyField(Resident, index=False, on_delete="CASCADE")
    purpose = CharField(10)  # record, phone
    given = BooleanField()
    asked_at = MomentField()
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
