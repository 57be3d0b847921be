"""The database's own identity."""

from uuid import uuid4

from peewee import CharField

from ..db import Record


class Installation(Record):
    """This database's own mark: its epoch changes when a backup is restored."""

    epoch = CharField(36)

    @classmethod
    def current_epoch(cls):
        """Return the epoch phones compare theirs with."""
        return cls.select(cls.epoch).where(cls.id == 1).scalar()

    @classmethod
    def renew_epoch(cls):
        """Change the epoch, so that phones send again what they sent; return it."""
        epoch = str(uuid4())
        cls.update(epoch=epoch).where(cls.id == 1).execute()
        return epoch
