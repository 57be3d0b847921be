"""Provinces and communes, and the serialised write transaction of a commune."""

from contextlib import contextmanager

from peewee import BigIntegerField, CharField, ForeignKeyField

from .. import clock
from ..db import Record, transaction


class Province(Record):
    """One of the 34 provinces."""

    code = CharField(2, primary_key=True)
    name = CharField(80)


class Commune(Record):
    """A xã, phường or đặc khu: the border that no resident's record crosses."""

    province = ForeignKeyField(Province, on_delete="RESTRICT")
    code = CharField(5, unique=True)
    name = CharField(80)

    @contextmanager
    def write(self):
        """Write in this commune: one transaction, its counter row locked first, one cursor."""
        with transaction():
            counter = Counter.advance(self.id)
            tx = WriteTransaction(self, counter.cursor, counter.receipt)
            yield tx
            if tx.receipt != counter.receipt:
                Counter.update(receipt=tx.receipt).where(Counter.commune == self.id).execute()


class Counter(Record):
    """How far a commune's writing has come: raised by every writer, first thing."""

    commune = ForeignKeyField(Commune, primary_key=True, on_delete="RESTRICT")
    cursor = BigIntegerField(default=0)
    receipt = BigIntegerField(default=0)

    @classmethod
    def advance(cls, commune_id):
        """Lock the commune's row, raise its cursor by one and return it."""
        rows = list(cls.update(cursor=cls.cursor + 1).where(cls.commune == commune_id)
                    .returning(cls).execute())
        return rows[0] if rows else cls.create(commune=commune_id, cursor=1)

    @classmethod
    def cursor_of(cls, commune_id):
        """Return the cursor of the last finished writer of the commune, 0 if there was none."""
        return cls.select(cls.cursor).where(cls.commune == commune_id).scalar() or 0


class WriteTransaction:
    """One writer's turn: its commune, its cursor, its moment and the receipts it hands out."""

    def __init__(self, commune, cursor, receipt):
        self.commune, self.cursor, self.receipt, self.now = commune, cursor, receipt, clock.now()

    def next_receipt(self):
        """Return the next receipt number of the commune."""
        self.receipt += 1
        return self.receipt
