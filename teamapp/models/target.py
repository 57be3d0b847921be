"""Targets of villages over time."""

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from ..db import MomentField, Record
from .commune import Commune
from .user import User
from .village import Village


class Target(Record):
    """A village's target for an indicator, valid from a day until the next target."""

    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(Village, on_delete="CASCADE")
    indicator = CharField(12)  # activations (a month), coverage (percent)
    since_on = DateField()
    amount = IntegerField()
    set_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    set_at = MomentField()

    class Meta:
        indexes = ((("village", "indicator", "since_on"), False),)
