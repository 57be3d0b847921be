"""Envelopes that cannot be opened or have no known owner."""

from peewee import BinaryUUIDField, BlobField, CharField, ForeignKeyField, TextField

from ..db import MomentField, Record
from .user import User


class UndeliverableEnvelope(Record):
    """An envelope that cannot be decrypted or attributed; stored for the operator."""

    hash = BlobField(unique=True)
    kid = CharField(16)
    sealed = TextField()
    why = CharField(12)  # unreadable, unproven
    brought_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    device = BinaryUUIDField()
    received_at = MomentField()
