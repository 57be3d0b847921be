"""Rounds: which houses the commune wants visited, when, and by whom."""

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
)

from ..db import MomentField, Record
from .household import Household
from .place import Commune, Village
from .user import User


class Round(Record):
    """A named wave of visits (đợt ra quân), a draft until it is published."""

    commune = ForeignKeyField(Commune, on_delete="RESTRICT")
    name = CharField(80)
    starts_on = DateField()
    ends_on = DateField()
    created_by = ForeignKeyField(User, on_delete="RESTRICT")
    published_at = MomentField(null=True)
    published_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    cursor = BigIntegerField()  # of the writer who last changed what a day page shows

    class Meta:
        indexes = ((("commune", "cursor"), False),)

    @classmethod
    def visible_to(cls, user):
        """Return the rounds this person may see: a draft is the commune's own."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.published_at.is_null(False)) if user.is_field else query


class RoundVillage(Record):
    """A village that takes part in a round."""

    round = ForeignKeyField(Round, backref="villages", on_delete="CASCADE")
    village = ForeignKeyField(Village, on_delete="RESTRICT")

    class Meta:
        primary_key = CompositeKey("round", "village")


class Assignment(Record):
    """A house of a round and the member who is to go there, if one is named yet."""

    round = ForeignKeyField(Round, backref="assignments", on_delete="CASCADE")
    household = ForeignKeyField(Household, on_delete="RESTRICT")
    village = ForeignKeyField(Village, on_delete="RESTRICT")
    member = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    position = IntegerField(default=0)  # walking order

    class Meta:
        indexes = ((("round", "household"), True), (("member", "round"), False))
