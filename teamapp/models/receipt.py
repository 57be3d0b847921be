"""What the commune told a phone of each entry, and what it could not take."""

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

from ..db import Among, MomentField, Record
from .place import Commune, Village
from .user import User


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
    def write(cls, receipts):
        """Write receipts; one that was refused before becomes what it is now."""
        names = cls._meta.sorted_field_names
        rows = [[receipt.__data__.get(name) for name in names] for receipt in receipts]
        if rows:
            cls.insert_many(rows, fields=names).on_conflict(
                conflict_target=[cls.id],
                update={field: getattr(EXCLUDED, field.column_name) for field in
                        (cls.status, cls.number, cls.flag, cls.cursor, cls.handed_in_by)}).execute()


class InboxItem(Record):
    """What was refused, kept for its author and the village's leader to mend."""

    entry = BinaryUUIDField(index=True)
    user = ForeignKeyField(User, on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, on_delete="RESTRICT")
    kind = CharField(30)
    hash = BlobField()
    body = TextField()  # digits that look like an ID are masked
    code = CharField(20)
    reason = TextField()
    received_at = MomentField()
    settled_at = MomentField(null=True)

    class Meta:
        indexes = ((("entry", "hash"), True),)

    @classmethod
    def visible_to(cls, user):
        """Return what its author, the village's leader or the commune may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.role == "leader":
            return query.where((cls.user == user.id) | (cls.village == user.village_id))
        return query.where(cls.user == user.id) if user.is_field else query


class Mishap(Record):
    """How often an entry met an error of ours; the fifth time it goes to the inbox."""

    entry = BinaryUUIDField(primary_key=True)
    times = IntegerField()
    last_at = MomentField()


class StrayEnvelope(Record):
    """An envelope that could not be opened, or not be told whose it is; kept for the operator."""

    hash = BlobField(unique=True)
    kid = CharField(16)
    sealed = TextField()
    why = CharField(12)  # unreadable, unproven
    brought_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    device = BinaryUUIDField()
    received_at = MomentField()
