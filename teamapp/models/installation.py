"""The database's own identity."""

from uuid import uuid4

from peewee import CharField

from ..db import Record


class Installation(Record):
    """The identity of this database: its epoch changes when a backup is restored."""

    epoch = CharField(36)

    @classmethod
    def current_epoch(cls) -> str:
        """Return the epoch that phones compare with the stored one."""
        return cls.select(cls.epoch).where(cls.id == 1).scalar()

    @classmethod
    def renew_epoch(cls) -> str:
        """Change the epoch, so that phones resend the entries they keep; return the new one."""
        epoch = str(uuid4())
        cls.update(epoch=epoch).where(cls.id == 1).execute()
        return epoch
