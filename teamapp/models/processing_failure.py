"""Entries that met an error of the server."""

from peewee import EXCLUDED, BinaryUUIDField, IntegerField

from ..db import MomentField, Record


class ProcessingFailure(Record):
    """How often an entry met an error of ours; the fifth time it goes to the inbox."""

    entry = BinaryUUIDField(primary_key=True)
    times = IntegerField()
    last_at = MomentField()

    @classmethod
    def count(cls, entry, at):
        """Count one more, and return how many that makes."""
        cls.insert(entry=entry, times=1, last_at=at).on_conflict(
            conflict_target=[cls.entry],
            update={cls.times: cls.times + 1, cls.last_at: EXCLUDED.last_at}).execute()
        return cls.select(cls.times).where(cls.entry == entry).scalar()
