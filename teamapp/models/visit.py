"""Visits: what a member met at a door and did there."""

from datetime import timedelta

from peewee import (
    BigIntegerField,
    BinaryUUIDField,
    CharField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    TextField,
)

from .. import clock
from ..db import MomentField, Record
from .commune import Commune
from .household import Household
from .user import User
from .village import Village


class Visit(Record):
    """One call at a house, whatever its outcome; its id is the phone's own."""

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(  # where it happened, for good
        Village, index=False, on_delete="RESTRICT")
    household = ForeignKeyField(Household, backref="visits", index=False, on_delete="RESTRICT")
    member = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    outcome = CharField(10)  # met, absent, later, declined, moved, unreached
    reason = CharField(120, default="")  # why a house was not reached
    visited_at = MomentField()  # as the member said; never altered
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

    FINISHED = ("met", "declined", "moved")  # nobody need go there again in this round
    MOST_PEOPLE, MOST_DOSSIERS = 20, 10  # at one visit
    OLD = timedelta(days=60)
    HAND_IN = timedelta(days=90)  # how long after a move one may still record where one was

    @classmethod
    def visible_to(cls, user):
        """Return the visits this person may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.village == user.village_id) if user.is_field else query

    @staticmethod
    def day_of(visited_at, received_at):
        """Return the day a visit counts on and its flag: a future one on the day it came.

        Five minutes are a clock that is somewhat off, and no reason for a flag.
        """
        flag = "dated_ahead" if visited_at > received_at + timedelta(minutes=5) else (
            "dated_back" if visited_at < received_at - Visit.OLD else "")
        return clock.day_of(min(visited_at, received_at)), flag


class Companion(Record):
    """Another member of the team who came along on a visit."""

    visit = ForeignKeyField(Visit, backref="companions", index=False, on_delete="CASCADE")
    user = ForeignKeyField(User, index=False, on_delete="RESTRICT")

    class Meta:
        primary_key = CompositeKey("visit", "user")
