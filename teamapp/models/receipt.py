"""What the commune told a phone of each entry, and what it could not take."""

from hashlib import sha256
from urllib.parse import parse_qsl

from peewee import (
    EXCLUDED,
    BigIntegerField,
    BinaryUUIDField,
    BlobField,
    CharField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from .. import clock
from ..db import MomentField, Record
from ..statements import Among
from .catalog import EMPTY
from .place import Commune, Village
from .user import User

MOST_FIELDS = 2000  # of a body, more than any form has


class Receipt(Record):
    """One entry of an outbox and what became of it; written with its effect, never pruned."""

    id = BinaryUUIDField(primary_key=True)
    user = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    device = BinaryUUIDField(null=True)
    kind = CharField(30)
    hash = BlobField()
    status = CharField(8)  # kept, refused, settled (refused, and what replaced it was kept)
    number = BigIntegerField(null=True)
    replaces = BinaryUUIDField(null=True, index=True)
    flag = CharField(80, null=True)
    received_at = MomentField()
    cursor = BigIntegerField()
    handed_in_by = ForeignKeyField(  # who brought it in a file
        User, null=True, index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("user", "cursor"), False),)

    @classmethod
    def known(cls, ids):
        """Return {id: receipt} of those of these entries that have one."""
        found = cls.select().where(cls.id.in_(Among(ids))) if ids else ()
        return {receipt.id: receipt for receipt in found}

    @classmethod
    def heirs(cls, ids, user_id):
        """Return {id: receipt} of what a person's entries were replaced by and that was kept.

        Asked for the person too, SQLite would go through everything that person ever sent.
        """
        found = cls.select().where(cls.replaces.in_(Among(ids))) if ids else ()
        return {receipt.replaces: receipt for receipt in found
                if receipt.user_id == user_id and receipt.status != "refused"}

    @classmethod
    def write(cls, receipts):
        """Write receipts; one that was refused before becomes what it is now.

        Another commune writes in a turn of its own: a receipt that it has for this id stays.
        """
        names = cls._meta.sorted_field_names
        rows = [[receipt.__data__.get(name) for name in names] for receipt in receipts]
        if rows:
            cls.insert_many(rows, fields=names).on_conflict(
                conflict_target=[cls.id],
                update={field: getattr(EXCLUDED, field.column_name) for field in
                        (cls.status, cls.number, cls.flag, cls.cursor, cls.handed_in_by)},
                where=(cls.user == EXCLUDED.user_id)).execute()

    def settle(self, older):
        """Let older receipts that were refused stand for what replaced them, under its number."""
        if older:
            Receipt.update(status="settled", number=self.number, cursor=self.cursor).where(
                Receipt.id.in_(older), Receipt.status == "refused").execute()


class InboxItem(Record):
    """What was refused, kept for its author and the village's leader to mend."""

    entry = BinaryUUIDField(index=True)
    user = ForeignKeyField(User, on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, on_delete="RESTRICT")
    kind = CharField(30)
    hash = BlobField()  # mark_of its author and what was written
    body = TextField()  # digits that look like an ID are masked
    code = CharField(20)
    reason = TextField()
    received_at = MomentField()
    settled_at = MomentField(null=True)
    language = CharField(2, default="", constraints=[EMPTY])  # of the reason

    class Meta:
        indexes = ((("entry", "hash"), True),)

    @staticmethod
    def mark_of(user, hash):
        """Return what tells somebody's refused entry from another's with the same id and words."""
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
        """Keep what was refused; what lies here already is told with the newer reason."""
        newer = (cls.code, cls.reason, cls.language)
        cls.insert(**facts).on_conflict(
            conflict_target=[cls.entry, cls.hash],
            update={field: getattr(EXCLUDED, field.column_name) for field in newer}).execute()

    @classmethod
    def settle_mended(cls, entries, author_id, at):
        """Note that a person's entries, as far as they lie here, are mended; they stay."""
        if entries:
            cls.update(settled_at=at).where(cls.entry.in_(entries), cls.settled_at.is_null(),
                                            cls.user == author_id).execute()

    @property
    def said(self):
        """What was written, field by field, unchecked; nothing where that cannot be read."""
        try:
            return dict(parse_qsl(self.body, max_num_fields=MOST_FIELDS))
        except ValueError:
            return {}

    def settle(self):
        """Note that somebody has seen it and did what was to be done; it stays."""
        InboxItem.update(settled_at=clock.now()).where(
            InboxItem.id == self.id, InboxItem.settled_at.is_null()).execute()


class Mishap(Record):
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


class StrayEnvelope(Record):
    """An envelope that could not be opened, or not be told whose it is; kept for the operator."""

    hash = BlobField(unique=True)
    kid = CharField(16)
    sealed = TextField()
    why = CharField(12)  # unreadable, unproven
    brought_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    device = BinaryUUIDField()
    received_at = MomentField()
