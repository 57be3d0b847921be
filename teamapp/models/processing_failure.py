"""Entries that met a server error."""

from datetime import datetime
from uuid import UUID

from peewee import EXCLUDED, BinaryUUIDField, IntegerField

from ..db import MomentField, Record


class ProcessingFailure(Record):
    """How often an entry met a server error; the fifth failure rejects it."""

    entry = BinaryUUIDField(primary_key=True)
    times = IntegerField()
    last_at = MomentField()

    @classmethod
    def count(cls, entry: UUID, at: datetime) -> int:
        """Add one failure of an entry and return the total."""
        cls.insert(entry=entry, times=1, last_at=at).on_conflict(
            conflict_target=[cls.entry],
            update={cls.times: cls.times + 1, cls.last_at: EXCLUDED.last_at}).execute()
        return cls.select(cls.times).where(cls.entry == entry).scalar()
