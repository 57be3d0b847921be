"""Receipts: the permanent acknowledgement of each entry (an idempotency record)."""

from collections.abc import Collection, Sequence
from typing import Self
from uuid import UUID

from peewee import (
    EXCLUDED,
    SQL,
    BigIntegerField,
    BinaryUUIDField,
    BlobField,
    CharField,
    ForeignKeyField,
)

from ..db import MomentField, Record
from ..statements import Among
from .commune import Commune
from .user import User


class Receipt(Record):
    """The result of one entry of an outbox; written with its effect, never pruned."""

    id = BinaryUUIDField(primary_key=True)
    user = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    device = BinaryUUIDField(null=True)
    kind = CharField(30)
    hash = BlobField()
    status = CharField(8)  # accepted, rejected, settled (rejected, its resubmission accepted)
    number = BigIntegerField(null=True)
    replaces = BinaryUUIDField(null=True, index=True)
    flag = CharField(80, null=True)
    received_at = MomentField()
    cursor = BigIntegerField()
    submitted_by = ForeignKeyField(  # who handed in its file
        User, null=True, index=False, on_delete="RESTRICT")

    class Meta:
        indexes = ((("user", "cursor"), False),)

    @classmethod
    def is_settled(cls, id: UUID) -> bool:
        """Return whether a rejected entry is settled by a resubmission that was accepted."""
        return cls.select().where(cls.id == id, cls.status == "settled").exists()

    @classmethod
    def known(cls, ids: Collection[UUID]) -> dict[UUID, Self]:
        """Return {entry id: receipt} of the entries that have one."""
        found = cls.select().where(cls.id.in_(Among(ids))) if ids else ()
        return {receipt.id: receipt for receipt in found}

    @classmethod
    def successors(cls, ids: Collection[UUID], user_id: int) -> dict[UUID, Self]:
        """Return {entry id: receipt of the accepted entry that replaces it} of a user's entries.

        The user is compared in Python: SQLite would choose the index of the user and scan all
        receipts of that user.
        """
        found = cls.select().where(cls.replaces.in_(Among(ids))) if ids else ()
        return {receipt.replaces: receipt for receipt in found
                if receipt.user_id == user_id and receipt.status != "rejected"}

    @classmethod
    def write(cls, receipts: Sequence[Self]) -> None:
        """Insert receipts; an earlier one of the same entry takes the new status.

        A receipt of another user with this id stays: it may come from another commune's write.
        """
        names = cls._meta.sorted_field_names
        rows = [[receipt.__data__.get(name) for name in names] for receipt in receipts]
        if rows:
            cls.insert_many(rows, fields=names).on_conflict(
                conflict_target=[cls.id],
                update={field: getattr(EXCLUDED, field.column_name) for field in
                        (cls.status, cls.number, cls.flag, cls.cursor, cls.submitted_by)},
                where=(cls.user == EXCLUDED.user_id)).execute()

    def settle(self, older: Sequence[UUID]) -> None:
        """Mark the rejected receipts this one replaces as settled, with its number."""
        if older:
            Receipt.update(status="settled", number=self.number, cursor=self.cursor).where(
                Receipt.id.in_(older), Receipt.status == "rejected").execute()


Receipt.add_index(Receipt.index(Receipt.commune, Receipt.number, name="receipt_submitted")
                  .where(SQL("submitted_by_id IS NOT NULL")))
