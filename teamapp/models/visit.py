"""Visits of members to households."""

from datetime import date, datetime, timedelta

from peewee import (
    BigIntegerField,
    BinaryUUIDField,
    CharField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    ModelSelect,
    TextField,
)

from .. import clock
from ..db import MomentField, Record
from .commune import Commune
from .household import Household
from .user import User
from .village import Village


class Visit(Record):
    """One visit to a household, whatever its outcome; the phone creates the id."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(  # where it happened; a move of the household does not change it
        Village, index=False, on_delete="RESTRICT")
    household = ForeignKeyField(Household, backref="visits", index=False, on_delete="RESTRICT")
    member = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    outcome = CharField(10)  # met, absent, later, declined, moved, unreached
    reason = CharField(120, default="")  # of `unreached`
    visited_at = MomentField()  # as the member entered it; never changed
    day = DateField()  # the day it counts on
    recorded_at = MomentField()
    received_at = MomentField()
    receipt = BigIntegerField()
    return_on = DateField(null=True)
    return_part = CharField(10, default="")
    note = TextField(default="")
    flag = CharField(80, default="")
    # of dated_ahead, dated_back, possible_duplicate, not_assigned, with spaces between

    class Meta:
        indexes = ((("household", "visited_at"), False),
                   (("village", "day"), False),
                   (("commune", "receipt"), True))

    FINISHED = ("met", "declined", "moved")  # final outcomes: no further visit in this round
    MOST_PEOPLE, MOST_DOSSIERS = 20, 10  # at one visit
    OLD = timedelta(days=60)
    HAND_IN = timedelta(days=90)  # after a transfer, the time to record visits in the old village

    @classmethod
    def visible_to(cls, user: User) -> ModelSelect:
        """Return the visits the user may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.village == user.village_id) if user.is_field else query

    @staticmethod
    def day_of(visited_at: datetime, received_at: datetime) -> tuple[date, str]:
        """Return the day a visit counts on and its flag; a future visit counts on its arrival.

        A phone's clock may be up to five minutes ahead without a flag.
        """
        flag = "dated_ahead" if visited_at > received_at + timedelta(minutes=5) else (
            "dated_back" if visited_at < received_at - Visit.OLD else "")
        return clock.day_of(min(visited_at, received_at)), flag


class Companion(Record):
    """A second member of the team on a visit."""

    visit = ForeignKeyField(Visit, backref="companions", index=False, on_delete="CASCADE")
    user = ForeignKeyField(User, index=False, on_delete="RESTRICT")

    class Meta:
        primary_key = CompositeKey("visit", "user")
