"""Receipts: the permanent acknowledgement of each entry (an idempotency record)."""

from peewee import EXCLUDED, BigIntegerField, BinaryUUIDField, BlobField, CharField, ForeignKeyField

from ..db import MomentField, Record
from ..statements import Among
from .commune import Commune
from .user import User


class Receipt(Record):
    """One entry of an outbox and what became of it; written with its effect, never pruned."""

    id = BinaryUUIDField(primary_key=True)
    user = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    device = BinaryUUIDField(null=True)
    kind = CharField(30)
    hash = BlobField()
    status = CharField(8)  # kept, rejected, settled (rejected, and what replaced it was kept)
    number = BigIntegerField(null=True)
    replaces = BinaryUUIDField(null=True, index=True)
    flag = CharField(80, null=True)
    received_at = MomentField()
    cursor = BigIntegerField()
    submitted_by = ForeignKeyField(  # who brought it in a file
        User, null=True, index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("user", "cursor"), False),)

    @classmethod
    def known(cls, ids):
        """Return {id: receipt} of those of these entries that have one."""
        found = cls.select().where(cls.id.in_(Among(ids))) if ids else ()
        return {receipt.id: receipt for receipt in found}

    @classmethod
    def successors(cls, ids, user_id):
        """Return {id: receipt} of what a person's entries were replaced by and that was kept.

        Asked for the person too, SQLite would go through everything that person ever sent.
        """
        found = cls.select().where(cls.replaces.in_(Among(ids))) if ids else ()
        return {receipt.replaces: receipt for receipt in found
                if receipt.user_id == user_id and receipt.status != "rejected"}

    @classmethod
    def write(cls, receipts):
        """Write receipts; one that was rejected before becomes what it is now.

        Another commune writes in a turn of its own: a receipt that it has for this id stays.
        """
        names = cls._meta.sorted_field_names
        rows = [[receipt.__data__.get(name) for name in names] for receipt in receipts]
        if rows:
            cls.insert_many(rows, fields=names).on_conflict(
                conflict_target=[cls.id],
                update={field: getattr(EXCLUDED, field.column_name) for field in
                        (cls.status, cls.number, cls.flag, cls.cursor, cls.submitted_by)},
                where=(cls.user == EXCLUDED.user_id)).execute()

    def settle(self, older):
        """Let older receipts that were rejected stand for what replaced them, under its number."""
        if older:
            Receipt.update(status="settled", number=self.number, cursor=self.cursor).where(
                Receipt.id.in_(older), Receipt.status == "rejected").execute()
