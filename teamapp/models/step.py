"""The steps of residents towards their accounts."""

from typing import Any

from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    ModelSelect,
)

from ..db import Record
from .catalog import AccountKind, Obstacle
from .commune import Commune
from .resident import Resident
from .village import Village
from .visit import Visit


class Step(Record):
    """A visit's finding or help with one account kind of one resident, named or not."""

    visit = ForeignKeyField(Visit, backref="steps", on_delete="RESTRICT")
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(Village, index=False, on_delete="RESTRICT")
    resident = ForeignKeyField(Resident, null=True, on_delete="RESTRICT")
    kind = ForeignKeyField(AccountKind, column_name="kind", index=False, on_delete="RESTRICT")
    state = CharField(8)  # not_yet, had, helped
    obstacle = ForeignKeyField(
        Obstacle, column_name="obstacle", null=True, index=False, on_delete="RESTRICT")
    mode = CharField(8, default="")  # of a helped one: self, together, for
    day = DateField()  # the visit's
    receipt = BigIntegerField()  # by which it ranks: that of the first version with it
    counted = BooleanField(default=False)  # a helped one: nameless, or the first of its resident
    is_live = BooleanField(default=True)

    class Meta:
        indexes = ((("village", "kind", "day"), False),)

    @classmethod
    def live(cls, *columns: Any) -> ModelSelect:
        """Return the steps that count."""
        return cls.select(*columns).where(cls.is_live)

    @classmethod
    def live_at(cls, receipt: int, *columns: Any) -> ModelSelect:
        """Return the steps that counted when this was the newest receipt of a commune."""
        return cls.select(*columns).where(cls.visit.in_(Visit.live_at(receipt, Visit.id)))


Step.add_index(Step.index(Step.resident, Step.kind, unique=True, name="step_counted_once")
               .where(SQL("counted")))
