"""Phones, as their requests describe them."""

from datetime import timedelta
from uuid import UUID

from peewee import BinaryUUIDField, Case, CompositeKey, ForeignKeyField, IntegerField

from ..db import MomentField, Record
from .commune import Commune
from .user import User
from .village import Village


class Device(Record):
    """A phone as its last sync reported it: the entries it still holds and the last contact."""

    id = BinaryUUIDField()  # made by the phone; two users may share a phone
    user = ForeignKeyField(User, on_delete="CASCADE")
    commune = ForeignKeyField(Commune, index=False, on_delete="CASCADE")
    village = ForeignKeyField(Village, null=True, on_delete="CASCADE")
    left_count = IntegerField(default=0)
    left_oldest_at = MomentField(null=True)
    seen_at = MomentField()

    class Meta:
        primary_key = CompositeKey("id", "user")
        indexes = ((("commune", "village"), False),)

    SILENT = timedelta(days=3)  # without contact for this long, a phone shows on the board

    @classmethod
    def subtract_submitted(cls, id: UUID, user: User, count: int) -> None:
        """Subtract entries of the user on this phone that another user submitted."""
        left = Case(None, [(cls.left_count > count, cls.left_count - count)], 0)
        cls.update(left_count=left).where(cls.id == id, cls.user == user).execute()
