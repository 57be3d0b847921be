"""Provinces, communes and villages, and the turn every writer takes in a commune."""

from contextlib import contextmanager
from uuid import uuid4

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField

from .. import clock
from ..db import Record, transaction
from .catalog import UnitType


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
    def turn(self):
        """Write in this commune: one transaction, its counter row locked first, one cursor."""
        with transaction():
            counter = Counter.advance(self.id)
            turn = Turn(self, counter.cursor, counter.receipt)
            yield turn
            if turn.receipt != counter.receipt:
                Counter.update(receipt=turn.receipt).where(Counter.commune == self.id).execute()


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


class Turn:
    """One writer's turn: its commune, its cursor, its moment and the receipts it hands out."""

    def __init__(self, commune, cursor, receipt):
        self.commune, self.cursor, self.receipt, self.at = commune, cursor, receipt, clock.now()

    def next_receipt(self):
        """Return the next receipt number of the commune."""
        self.receipt += 1
        return self.receipt


class Village(Record):
    """A thôn, ấp, bản, buôn …: where a team works."""

    commune = ForeignKeyField(Commune, backref="villages", on_delete="RESTRICT")
    code = CharField(12)
    unit_type = ForeignKeyField(UnitType, column_name="unit_type", on_delete="RESTRICT")
    name = CharField(80)
    position = IntegerField()  # the commune's official order
    signal = CharField(8, default="fair")  # good, fair, weak
    declared_14plus = IntegerField(null=True)
    list_complete = BooleanField(default=False)

    class Meta:
        indexes = ((("commune", "code"), True),)

    @classmethod
    def visible_to(cls, user):
        """Return the villages this person may look into."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.is_field:
            query = query.where(cls.id == user.village_id)
        return query.order_by(cls.position)

    @classmethod
    def labelled(cls, user):
        """Return a list of them, in the commune's official order, each with its label."""
        return list(cls.visible_to(user).select(cls, UnitType.code, UnitType.prefix)
                    .join(UnitType))

    @staticmethod
    def labels(villages):
        """Return {id: label} of several villages, to tell their houses apart; of one {}."""
        return {village.id: village.label for village in villages} if len(villages) > 1 else {}

    @property
    def label(self):
        """Return the name as its people say it: “Ấp Cầu Ván”."""
        return f"{self.unit_type.prefix} {self.name}".strip()


class Installation(Record):
    """This database's own mark: its epoch changes when a backup is restored."""

    epoch = CharField(36)

    @classmethod
    def current_epoch(cls):
        """Return the epoch phones compare theirs with."""
        return cls.select(cls.epoch).where(cls.id == 1).scalar()

    @classmethod
    def renew_epoch(cls):
        """Change the epoch, so that phones send again what they sent; return it."""
        epoch = str(uuid4())
        cls.update(epoch=epoch).where(cls.id == 1).execute()
        return epoch
