"""Envelopes that nobody can open or owns."""

from peewee import BinaryUUIDField, BlobField, CharField, ForeignKeyField, TextField

from ..db import MomentField, Record
from .user import User


class UndeliverableEnvelope(Record):
    """An envelope that could not be opened, or not be told whose it is; kept for the operator."""

    hash = BlobField(unique=True)
    kid = CharField(16)
    sealed = TextField()
    why = CharField(12)  # unreadable, unproven
    brought_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    device = BinaryUUIDField()
    received_at = MomentField()
