"""Gatherings, where a team helps people away from their homes."""

from typing import TYPE_CHECKING

from peewee import BinaryUUIDField, CharField, DateField, ForeignKeyField, ModelSelect

from ..db import Record
from .commune import Commune
from .village import Village

if TYPE_CHECKING:
    from .user import User


class Gathering(Record):
    """Help at a hall, a one-stop desk, a market or a school: of one village or the commune."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, index=False, on_delete="RESTRICT")
    kind = CharField(12)
    held_on = DateField()

    class Meta:
        indexes = ((("commune", "held_on"), False),)

    @classmethod
    def visible_to(cls, user: "User") -> ModelSelect:
        """Return the gatherings the user may see: of their village and of the whole commune."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where((cls.village == user.village_id) | cls.village.is_null()) \
            if user.is_field else query
