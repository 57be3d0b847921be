"""Villages: where teams work."""

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField

from ..db import Record
from .catalog import UnitType
from .commune import Commune


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
