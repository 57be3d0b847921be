"""Provinces and communes, and the serialised write transaction of a commune."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from peewee import BigIntegerField, CharField, ForeignKeyField

from .. import clock
from ..db import Record, transaction


class Province(Record):
    """One of the 34 provinces."""

    code = CharField(2, primary_key=True)
    name = CharField(80)


class Commune(Record):
    """A xã, phường or đặc khu; no resident's record is visible outside its commune."""

    province = ForeignKeyField(Province, on_delete="RESTRICT")
    code = CharField(5, unique=True)
    name = CharField(80)

    @contextmanager
    def write(self) -> Iterator["WriteTransaction"]:
        """Open the commune's serialised write transaction: it locks the counter row first."""
        with transaction():
            counter = Counter.advance(self.id)
            tx = WriteTransaction(self, counter.cursor, counter.receipt)
            yield tx
            if tx.receipt != counter.receipt:
                Counter.update(receipt=tx.receipt).where(Counter.commune == self.id).execute()


class Counter(Record):
    """A commune's last cursor and receipt number; every writer advances the cursor first."""

    commune = ForeignKeyField(Commune, primary_key=True, on_delete="RESTRICT")
    cursor = BigIntegerField(default=0)
    receipt = BigIntegerField(default=0)

    @classmethod
    def advance(cls, commune_id: int) -> Self:
        """Lock the commune's row, made by its first writer, and return it with the next cursor."""
        [row] = cls.insert(commune=commune_id, cursor=1, receipt=0).on_conflict(
            conflict_target=[cls.commune], update={cls.cursor: cls.cursor + 1},
        ).returning(cls).execute()
        return row

    @classmethod
    def cursor_of(cls, commune_id: int) -> int:
        """Return the cursor of the commune's last committed writer, 0 without one."""
        return cls.select(cls.cursor).where(cls.commune == commune_id).scalar() or 0


class WriteTransaction:
    """One serialised write: its commune, cursor, time and receipt numbers."""

    def __init__(self, commune: Commune, cursor: int, receipt: int) -> None:
        self.commune, self.cursor, self.receipt, self.now = commune, cursor, receipt, clock.now()

    def next_receipt(self) -> int:
        """Return the next receipt number of the commune."""
        self.receipt += 1
        return self.receipt
