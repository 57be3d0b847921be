"""Villages, where teams work."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from peewee import (
    BooleanField,
    Case,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    fn,
)

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
    declared_source = CharField(80, default="")  # its source
    list_complete = BooleanField(default=False)
    closed_on = DateField(null=True)  # the day it stopped being a place of work

    class Meta:
        indexes = ((("commune", "code"), True),)

    SIGNALS = ("good", "fair", "weak")
    FACTS = ("unit_type", "name", "code", "signal", "declared_14plus", "declared_on",
             "declared_source", "list_complete")  # what people enter

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

    @property
    def facts(self) -> dict[str, Any]:
        """What people enter, by name."""
        return {name: self.__data__[name] for name in self.FACTS}

    @property
    def revision(self) -> str:
        """A short text that differs once any of the facts does."""
        return hashlib.sha256(repr(self.facts).encode()).hexdigest()[:16]

    @classmethod
    def append(cls, commune: Commune, **facts: Any) -> Self:
        """Create a village at the end of its commune's official order."""
        last = cls.select(fn.MAX(cls.position)).where(cls.commune == commune).scalar() or 0
        return cls.create(commune=commune, position=last + 1, **facts)

    def revise(self, **facts: Any) -> dict[str, tuple[Any, Any]]:
        """Store new facts; return {name: (old, new)} of those that changed."""
        old = self.facts
        for name, value in facts.items():
            setattr(self, name, value)
        changed = {name: (old[name], value) for name, value in self.facts.items()
                   if value != old[name]}
        if changed:
            self.save(only=[type(self)._meta.fields[name] for name in changed])
        return changed

    @classmethod
    def arrange(cls, commune: Commune, ids: Sequence[int]) -> None:
        """Store the official order of a commune's villages, in one statement."""
        places = [(id, place) for place, id in enumerate(ids, 1)]
        cls.update(position=Case(cls.id, places)).where(
            cls.commune == commune, cls.id.in_(list(ids))).execute()

    def close(self, on: date) -> None:
        """End the village as a place of work; its history stays."""
        self.closed_on = on
        self.save(only=[Village.closed_on])

    def reopen(self) -> None:
        """Make it a place of work again."""
        self.closed_on = None
        self.save(only=[Village.closed_on])
