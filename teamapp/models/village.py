"""Villages, where teams work."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from peewee import BooleanField, CharField, DateField, ForeignKeyField, IntegerField, ModelSelect

from ..db import Record
from .catalog import UnitType
from .commune import Commune

if TYPE_CHECKING:
    from .user import User


class Village(Record):
    """A thôn, ấp, bản, buôn …: where a team works."""

    commune = ForeignKeyField(Commune, backref="villages", on_delete="RESTRICT")
    code = CharField(12)
    unit_type = ForeignKeyField(UnitType, column_name="unit_type", on_delete="RESTRICT")
    name = CharField(80)
    position = IntegerField()  # the commune's official order
    signal = CharField(8, default="fair")  # good, fair, weak
    declared_14plus = IntegerField(null=True)  # people of 14 or older
    declared_on = DateField(null=True)  # the day of that number
    declared_source = CharField(80, default="")  # who told it
    list_complete = BooleanField(default=False)
    closed_on = DateField(null=True)  # the day it stopped being a place of work

    class Meta:
        indexes = ((("commune", "code"), True),)

    @classmethod
    def visible_to(cls, user: "User") -> ModelSelect:
        """Return the villages the user may see, in the commune's official order."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.is_field:
            query = query.where(cls.id == user.village_id)
        return query.order_by(cls.position)

    @classmethod
    def labelled(cls, user: "User") -> list[Self]:
        """Return the visible villages with the unit type that `label` needs."""
        return list(cls._with_units(user))

    @classmethod
    def open_to(cls, user: "User") -> ModelSelect:
        """Return the villages to choose from: those visible and not closed, with unit type."""
        return cls._with_units(user).where(cls.closed_on.is_null())

    @classmethod
    def _with_units(cls, user: "User") -> ModelSelect:
        return cls.visible_to(user).select(cls, UnitType.code, UnitType.prefix).join(UnitType)

    @staticmethod
    def labels(villages: "Sequence[Village]") -> dict[int, str]:
        """Return {id: label} of several villages, to distinguish their households; {} of one."""
        return {village.id: village.label for village in villages} if len(villages) > 1 else {}

    @property
    def label(self) -> str:
        """The name with its unit type: “Ấp Cầu Ván”."""
        return f"{self.unit_type.prefix} {self.name}".strip()
