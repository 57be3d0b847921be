"""Rounds: which houses the commune wants visited, when, and by whom."""

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    Value,
)

from ..db import MomentField, Record
from .commune import Commune
from .household import Household
from .user import User
from .village import Village


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

    LONGEST = 366  # days

    @classmethod
    def visible_to(cls, user):
        """Return the rounds this person may see: a draft is the commune's own."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.published_at.is_null(False)) if user.is_field else query

    @property
    def status(self):
        """Return `draft` while no phone has this round, else `published`."""
        return "draft" if self.published_at is None else "published"

    @property
    def is_draft(self):
        """Tell whether no phone has this round yet."""
        return self.status == "draft"

    @classmethod
    def create_draft(cls, tx, by, villages, households, **fields):
        """Create a draft for the households of a query in these villages, assigned to nobody."""
        made = cls.create(commune=tx.commune.id, created_by=by.id, cursor=tx.cursor, **fields)
        made.choose(villages, households)
        return made

    def revise(self, tx, **fields):
        """Change the round's name or days."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.touch(tx, *fields)

    def touch(self, tx, *changed):
        """Keep what changed, and let the members' day pages follow at their next contact."""
        self.cursor = tx.cursor
        self.save(only=[*changed, "cursor"])

    def choose(self, villages, households):
        """Take these villages and the households of a query (None: those it has there).

        A household that stays keeps its member.
        """
        RoundVillage.delete().where(RoundVillage.round == self.id).execute()
        RoundVillage.insert_many([(self.id, village) for village in villages],
                                 fields=[RoundVillage.round, RoundVillage.village]).execute()
        if households is None:
            Assignment.delete().where(Assignment.round == self.id,
                                      Assignment.village.not_in(list(villages))).execute()
            return
        Assignment.delete().where(Assignment.round == self.id, Assignment.household.not_in(
            households.select(Household.id))).execute()
        self.take_in(households)

    def take_in(self, houses):
        """Add the houses of a query, in walking order, to those that are there."""
        order = Household.cluster_position * 100_000 + Household.number
        Assignment.insert_from(
            houses.select(Value(self.id), Household.id, Household.village, order),
            [Assignment.round, Assignment.household, Assignment.village, Assignment.position],
        ).on_conflict_ignore().execute()

    def can_be_published(self):
        """Tell whether somebody of a team has a house to go to."""
        return (Assignment.select().join(User)
                .where(Assignment.round == self.id, Assignment.has_active_assignee()).exists())

    def publish(self, tx, by):
        """Give the round out, once: from now on the members' phones fetch it."""
        Round.update(published_at=tx.now, published_by=by.id, cursor=tx.cursor).where(
            Round.id == self.id, Round.published_at.is_null()).execute()

    def discard(self):
        """Forget a draft; a round that was given out stays."""
        Round.delete().where(Round.id == self.id, Round.published_at.is_null()).execute()

    def assignments_in(self, village):
        """Return the assignments of a village in walking order."""
        return (Assignment.select().where(Assignment.round == self.id,
                                          Assignment.village == village)
                .order_by(Assignment.position, Assignment.id))

    def add(self, tx, village, ids):
        """Take more houses of a village into the round."""
        self.take_in(Household.select().where(Household.village == village,
                                              Household.id.in_(list(ids))))
        self.touch(tx)

    def drop(self, tx, village, ids):
        """Take houses out of the round; what was recorded there stays."""
        Assignment.delete().where(*self._these(village, ids)).execute()
        self.touch(tx)

    def assign(self, tx, village, ids, member):
        """Give houses of a village to a member (a user id), or to nobody yet."""
        Assignment.update(member=member).where(*self._these(village, ids)).execute()
        self.touch(tx)

    def _these(self, village, ids):
        return (Assignment.round == self.id, Assignment.village == village,
                Assignment.household.in_(list(ids)))

    def holdings(self, village, members):
        """Return (households of a village nobody has, {member: how many of them it has})."""
        held = dict.fromkeys(members, 0)
        free = []
        for household, member in self.assignments_in(village).select(
                Assignment.household, Assignment.member).tuples():
            if member is None:
                free.append(household)
            elif member in held:
                held[member] += 1
        return free, held

    def apply(self, tx, village, allocation):
        """Assign a village's households as an allocation [(member, households)] says."""
        for member, households in allocation:
            self.assign(tx, village, households, member)


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

    @classmethod
    def has_active_assignee(cls):
        """Return the condition “its member, joined, is of the village's team, still”."""
        return User.active & (User.village == cls.village)
