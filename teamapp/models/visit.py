"""Visits of members to households, and when each version of one was live."""

from datetime import date, datetime, timedelta
from typing import Any

from peewee import (
    SQL,
    BigIntegerField,
    BinaryUUIDField,
    BooleanField,
    CharField,
    Check,
    CompositeKey,
    DateField,
    ForeignKeyField,
    ModelSelect,
    NodeList,
    TextField,
    fn,
)

from .. import clock
from ..db import MomentField, Record
from .commune import Commune
from .gathering import Gathering
from .household import Household
from .user import User
from .village import Village

REVIEWED_FLAGS = SQL("NOT IN ('', 'not_assigned')")  # literals, as in the index of such visits


class Visit(Record):
    """One version of a visit, whatever its outcome; the phone creates the id.

    A visit is help at a household's door or at a gathering. A correction is a version of its own;
    the newest one that stands is live.
    """

    id = BinaryUUIDField(primary_key=True)
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(  # where it happened; a move of the household does not change it
        Village, index=False, on_delete="RESTRICT")
    household = ForeignKeyField(
        Household, backref="visits", null=True, index=False, on_delete="RESTRICT")
    gathering = ForeignKeyField(Gathering, null=True, index=False, on_delete="RESTRICT")
    member = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    outcome = CharField(10)  # met, absent, later, declined, moved, unreached
    reason = CharField(120, default="")  # of `unreached`
    visited_at = MomentField()  # as the member entered it; never changed
    happened_at = MomentField()  # the earlier of visited_at and received_at
    day = DateField()  # the day of happened_at: the day it counts on
    recorded_at = MomentField()
    received_at = MomentField()  # of the first version
    receipt = BigIntegerField()
    return_on = DateField(null=True)
    return_part = CharField(10, default="")
    note = TextField(default="")
    flag = CharField(80, default="")
    # of dated_ahead, dated_back, possible_duplicate, not_assigned, with spaces between
    is_live = BooleanField(default=True)
    first = ForeignKeyField("self", null=True, index=False, on_delete="RESTRICT")
    corrects = ForeignKeyField("self", null=True, index=False, on_delete="RESTRICT")
    reviewed_at = MomentField(null=True)  # when somebody looked at its flags
    first_receipt = BigIntegerField(null=True)  # of a correction: the first version's
    met_receipt = BigIntegerField(null=True)  # … the one by which meeting this household ranks

    class Meta:
        constraints = (Check("(household_id IS NULL) <> (gathering_id IS NULL)"),)
        indexes = ((("household", "happened_at"), False),
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

    @classmethod
    def live(cls, *columns: Any) -> ModelSelect:
        """Return the versions that count: one of each visit that is not void."""
        return cls.select(*columns).where(cls.is_live)

    @classmethod
    def live_at(cls, receipt: int, *columns: Any) -> ModelSelect:
        """Return the versions that counted when this was the newest receipt of a commune."""
        then = LivePeriod.select(LivePeriod.visit).where(
            LivePeriod.since <= receipt, LivePeriod.until.is_null() | (LivePeriod.until > receipt))
        is_unchanged = cls.first.is_null() & cls.id.not_in(LivePeriod.select(LivePeriod.visit))
        return cls.select(*columns).where(
            cls.id.in_(then) | (cls.receipt <= receipt) & is_unchanged)

    @classmethod
    def to_review(cls, query: ModelSelect, flag: str) -> ModelSelect:
        """Return the live visits of a query with a flag (or its start) nobody has looked at yet."""
        return query.where(cls.is_live, cls.reviewed_at.is_null(),
                           NodeList((cls.flag, REVIEWED_FLAGS)), cls.flag.contains(flag))

    @classmethod
    def reviewed(cls, query: ModelSelect, flag: str) -> ModelSelect:
        """Return the live visits of a query with a flag (or its start) somebody has looked at."""
        return query.where(cls.is_live, cls.reviewed_at.is_null(False),
                           NodeList((cls.flag, REVIEWED_FLAGS)), cls.flag.contains(flag))

    @classmethod
    def duplicates(cls, query: ModelSelect) -> ModelSelect:
        """Return the unreviewed possible duplicates that another member's live visit still meets.

        They are of the same household and day.
        """
        return cls.to_review(query, "possible_duplicate").where(cls.meets_another())

    @classmethod
    def meets_another(cls) -> Any:
        """Return the condition of a live visit of the same house and day by another member."""
        other = cls.alias()
        return fn.EXISTS(other.select(SQL("1")).where(
            other.household == cls.household, other.day == cls.day,
            other.member != cls.member, other.is_live))

    @classmethod
    def oddly_dated(cls, query: ModelSelect) -> ModelSelect:
        """Return the unreviewed visits of a query that are dated ahead or long back.

        Possible duplicates are left to their own list, which shows the dates too.
        """
        return cls.to_review(query, "dated_").where(
            ~cls.flag.contains("possible_duplicate") | ~cls.meets_another())

    def review(self, at: datetime, seen: int) -> None:
        """Note that somebody looked at the flags, and at those of its possible duplicates.

        They are those up to the receipt `seen`: a newer one has not been looked at.
        """
        same = (Visit.household == self.household_id) & (Visit.day == self.day) \
            & Visit.flag.contains("possible_duplicate")
        is_duplicate = "possible_duplicate" in self.flag.split()
        Visit.update(reviewed_at=at).where(
            (Visit.id == self.id) | same if is_duplicate else Visit.id == self.id,
            Visit.is_live, Visit.receipt <= seen, Visit.reviewed_at.is_null()).execute()

    @property
    def root_id(self) -> Any:
        """The id of the first version, which is the visit's address."""
        return self.first_id or self.id

    @staticmethod
    def day_of(visited_at: datetime, received_at: datetime) -> tuple[date, str]:
        """Return the day a visit counts on and its flag; a future visit counts on its arrival.

        A phone's clock may be up to five minutes ahead without a flag.
        """
        flag = "dated_ahead" if visited_at > received_at + timedelta(minutes=5) else (
            "dated_back" if visited_at < received_at - Visit.OLD else "")
        return clock.day_of(min(visited_at, received_at)), flag


Visit.add_index(Visit.index(Visit.first, name="visit_versions").where(SQL("first_id IS NOT NULL")))
Visit.add_index(Visit.index(Visit.commune, Visit.village, name="visit_to_review").where(
    SQL("is_live AND reviewed_at IS NULL AND flag NOT IN ('', 'not_assigned')")))


class LivePeriod(Record):
    """A time in which a version of a changed visit was live, in the commune's receipt numbers.

    A visit that nobody changed has none: it is live since its own receipt.
    """

    visit = ForeignKeyField(Visit, backref="live_periods", on_delete="RESTRICT")
    since = BigIntegerField()
    until = BigIntegerField(null=True)  # excluded


class Companion(Record):
    """A second member of the team on a visit."""

    visit = ForeignKeyField(Visit, backref="companions", index=False, on_delete="CASCADE")
    user = ForeignKeyField(User, index=False, on_delete="RESTRICT")

    class Meta:
        primary_key = CompositeKey("visit", "user")
