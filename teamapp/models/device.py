"""Phones, as their requests describe them."""

from datetime import timedelta

from peewee import BinaryUUIDField, Case, CompositeKey, ForeignKeyField, IntegerField

from ..db import MomentField, Record
from .commune import Commune
from .user import User
from .village import Village


class Device(Record):
    """A phone as its sync told of itself: what it still holds and when it was last heard."""

    id = BinaryUUIDField()  # the phone's own; two people may share a phone
    user = ForeignKeyField(User, on_delete="CASCADE")
    commune = ForeignKeyField(Commune, index=False, on_delete="CASCADE")
    village = ForeignKeyField(Village, null=True, on_delete="CASCADE")
    left_count = IntegerField(default=0)
    left_oldest_at = MomentField(null=True)
    seen_at = MomentField()

    class Meta:
        primary_key = CompositeKey("id", "user")
        indexes = ((("commune", "village"), False),)

    SILENT = timedelta(days=3)  # not heard of for so long, a phone is asked after

    @classmethod
    def brought(cls, id, user, count):
        """Note that so much of what a person left on a phone came in by another's hand."""
        left = Case(None, [(cls.left_count > count, cls.left_count - count)], 0)
        cls.update(left_count=left).where(cls.id == id, cls.user == user).execute()
