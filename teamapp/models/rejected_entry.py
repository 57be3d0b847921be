"""Rejected entries, stored with their text."""

import base64
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from peewee import (
    EXCLUDED,
    BinaryUUIDField,
    BlobField,
    CharField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    TextField,
)

from .. import clock
from ..db import MomentField, Record
from .commune import Commune
from .user import User
from .village import Village


class PackedTextField(TextField):
    """A text that is compressed where it is long."""

    LONG, MARK = 1000, "\x1fzlib "

    def db_value(self, value: str) -> str:
        """Return a long text as a mark and the Base64 of its compressed bytes."""
        if len(value) < self.LONG and not value.startswith(self.MARK):
            return value
        return self.MARK + base64.b64encode(zlib.compress(value.encode())).decode()

    def python_value(self, value: str) -> str:
        """Return the text that was stored."""
        if not value.startswith(self.MARK):
            return value
        return zlib.decompress(base64.b64decode(value.removeprefix(self.MARK))).decode()


class RejectedEntry(Record):
    """A rejected entry, stored for its author and the village's leader to correct."""

    entry = BinaryUUIDField(index=True)
    user = ForeignKeyField(User, on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, on_delete="RESTRICT")
    kind = CharField(30)
    form = IntegerField()  # version of the form the body was written with
    hash = BlobField()  # content_key of the author and the body
    body = PackedTextField()  # ID numbers are masked; empty once it is settled
    code = CharField(20)
    reason = TextField()
    received_at = MomentField()
    settled_at = MomentField(null=True)
    language = CharField(2, default="")  # of the reason

    class Meta:
        indexes = ((("entry", "hash"), True),)

    KEPT = timedelta(days=90)  # after its settlement

    @staticmethod
    def content_key(user: User, hash: bytes) -> bytes:
        """Return a hash that differs by author, also for the same entry id and body."""
        return sha256(f"{user.id}\n".encode() + hash).digest()

    @classmethod
    def visible_to(cls, user: User) -> ModelSelect:
        """Return the user's own entries, a leader's village's, or all for a commune role."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.role == "leader":
            return query.where((cls.user == user.id) | (cls.village == user.village_id))
        return query.where(cls.user == user.id) if user.is_field else query

    @classmethod
    def open(cls, query: ModelSelect) -> ModelSelect:
        """Return the unsettled entries of a query, newest first."""
        return query.where(cls.settled_at.is_null()).order_by(cls.received_at.desc(), cls.id.desc())

    @classmethod
    def settled(cls, query: ModelSelect) -> ModelSelect:
        """Return the settled entries of a query, the last settled first."""
        return query.where(cls.settled_at.is_null(False)).order_by(
            cls.settled_at.desc(), cls.id.desc())

    @classmethod
    def open_count(cls, author: User) -> int:
        """Return the number of a user's unsettled entries."""
        return cls.select().where(cls.user == author.id, cls.settled_at.is_null()).count()

    @classmethod
    def is_open(cls, entry: UUID, hash: bytes) -> bool:
        """Check whether this content of an entry is stored and unsettled."""
        return cls.select().where(
            cls.entry == entry, cls.hash == hash, cls.settled_at.is_null()).exists()

    @classmethod
    def keep(cls, **facts: Any) -> None:
        """Insert a rejected entry; a stored one takes the new reason and is open again."""
        newer = [cls.code, cls.reason, cls.language, cls.received_at, cls.settled_at]
        newer += [cls.body] if facts["body"] else []  # words that are stored stay
        cls.insert(settled_at=None, **facts).on_conflict(
            conflict_target=[cls.entry, cls.hash],
            update={field: getattr(EXCLUDED, field.column_name) for field in newer}).execute()

    @classmethod
    def settle_resubmitted(cls, entries: Collection[UUID], author_id: int, at: datetime) -> None:
        """Mark a user's resubmitted entries as settled, and delete their bodies."""
        if entries:
            cls.update(settled_at=at, body="").where(
                cls.entry.in_(entries), cls.settled_at.is_null(),
                cls.user == author_id).execute()

    def settle(self) -> None:
        """Mark the entry as settled and delete its body, which may hold a refusal by name."""
        RejectedEntry.update(settled_at=clock.now(), body="").where(
            RejectedEntry.id == self.id, RejectedEntry.settled_at.is_null()).execute()

    @classmethod
    def delete_settled(cls) -> int:
        """Delete the entries settled more than 90 days ago and return their number."""
        return cls.delete().where(cls.settled_at < clock.now() - cls.KEPT).execute()
