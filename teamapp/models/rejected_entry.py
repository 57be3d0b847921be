"""Rejected entries, kept with what was written."""

from hashlib import sha256

from peewee import (
    EXCLUDED,
    BinaryUUIDField,
    BlobField,
    CharField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from .. import clock
from ..db import MomentField, Record
from .commune import Commune
from .user import User
from .village import Village


class RejectedEntry(Record):
    """What was rejected, kept for its author and the village's leader to mend."""

    entry = BinaryUUIDField(index=True)
    user = ForeignKeyField(User, on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, on_delete="RESTRICT")
    kind = CharField(30)
    form = IntegerField()  # version of the form the body was written with
    hash = BlobField()  # content_key of its author and what was written
    body = TextField()  # digits that look like an ID are masked
    code = CharField(20)
    reason = TextField()
    received_at = MomentField()
    settled_at = MomentField(null=True)
    language = CharField(2, default="")  # of the reason

    class Meta:
        indexes = ((("entry", "hash"), True),)

    @staticmethod
    def content_key(user, hash):
        """Return what tells somebody's rejected entry from another's with the same id and words."""
        return sha256(f"{user.id}\n".encode() + hash).digest()

    @classmethod
    def visible_to(cls, user):
        """Return what its author, the village's leader or the commune may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.role == "leader":
            return query.where((cls.user == user.id) | (cls.village == user.village_id))
        return query.where(cls.user == user.id) if user.is_field else query

    @classmethod
    def open(cls, query):
        """Return those of a query that nobody has mended or seen, the newest first."""
        return query.where(cls.settled_at.is_null()).order_by(cls.received_at.desc(), cls.id.desc())

    @classmethod
    def open_count(cls, author):
        """Return how many of what a person wrote nobody has mended or seen."""
        return cls.select().where(cls.user == author.id, cls.settled_at.is_null()).count()

    @classmethod
    def keep(cls, **facts):
        """Keep what was rejected; what lies here already is told with the newer reason."""
        newer = (cls.code, cls.reason, cls.language)
        cls.insert(**facts).on_conflict(
            conflict_target=[cls.entry, cls.hash],
            update={field: getattr(EXCLUDED, field.column_name) for field in newer}).execute()

    @classmethod
    def settle_resubmitted(cls, entries, author_id, at):
        """Note that a person's entries, as far as they lie here, are mended; they stay."""
        if entries:
            cls.update(settled_at=at).where(cls.entry.in_(entries), cls.settled_at.is_null(),
                                            cls.user == author_id).execute()

    def settle(self):
        """Note that somebody has seen it and did what was to be done; it stays."""
        RejectedEntry.update(settled_at=clock.now()).where(
            RejectedEntry.id == self.id, RejectedEntry.settled_at.is_null()).execute()
