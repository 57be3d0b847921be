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

from .. import clock
from ..db import MomentField, Record
from .choosing import candidates
from .household import Household
from .place import Commune, Village
from .sharing import shares
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

    LONGEST = 366  # days

    @classmethod
    def visible_to(cls, user):
        """Return the rounds this person may see: a draft is the commune's own."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.published_at.is_null(False)) if user.is_field else query

    @property
    def is_draft(self):
        """Tell whether no phone has heard of this round yet."""
        return self.published_at is None

    @classmethod
    def draft(cls, turn, by, villages, choice, **fields):
        """Write a new round for the houses of the choice in these villages, given to nobody yet."""
        made = cls.create(commune=turn.commune.id, created_by=by.id, cursor=turn.cursor, **fields)
        made.choose(villages, choice)
        return made

    def revise(self, turn, **fields):
        """Change the round's name or days."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.touch(turn, *fields)

    def touch(self, turn, *changed):
        """Keep what changed, and let the members' day pages follow at their next contact."""
        self.cursor = turn.cursor
        self.save(only=[*changed, "cursor"])

    def choose(self, villages, choice):
        """Take these villages and the houses of the choice (None: of those it has).

        A house that stays keeps its member.
        """
        RoundVillage.delete().where(RoundVillage.round == self.id).execute()
        RoundVillage.insert_many([(self.id, village) for village in villages],
                                 fields=[RoundVillage.round, RoundVillage.village]).execute()
        if choice is None:
            Assignment.delete().where(Assignment.round == self.id,
                                      Assignment.village.not_in(list(villages))).execute()
            return
        chosen = candidates(villages, choice, clock.today().year)
        Assignment.delete().where(Assignment.round == self.id, Assignment.household.not_in(
            chosen.select(Household.id))).execute()
        self.take_in(chosen)

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
                .where(Assignment.round == self.id, Assignment.has_goer()).exists())

    def publish(self, turn, by):
        """Give the round out, once: from now on the members' phones fetch it."""
        Round.update(published_at=turn.at, published_by=by.id, cursor=turn.cursor).where(
            Round.id == self.id, Round.published_at.is_null()).execute()

    def discard(self):
        """Forget a draft; a round that was given out stays."""
        Round.delete().where(Round.id == self.id, Round.published_at.is_null()).execute()

    def assignments_in(self, village):
        """Return the assignments of a village in walking order."""
        return (Assignment.select().where(Assignment.round == self.id,
                                          Assignment.village == village)
                .order_by(Assignment.position, Assignment.id))

    def add(self, turn, village, ids):
        """Take more houses of a village into the round."""
        self.take_in(Household.select().where(Household.village == village,
                                              Household.id.in_(list(ids))))
        self.touch(turn)

    def drop(self, turn, village, ids):
        """Take houses out of the round; what was recorded there stays."""
        Assignment.delete().where(*self._these(village, ids)).execute()
        self.touch(turn)

    def assign(self, turn, village, ids, member):
        """Give houses of a village to a member (a user id), or to nobody yet."""
        Assignment.update(member=member).where(*self._these(village, ids)).execute()
        self.touch(turn)

    def _these(self, village, ids):
        return (Assignment.round == self.id, Assignment.village == village,
                Assignment.household.in_(list(ids)))

    def share_out(self, turn, village, members):
        """Share the houses nobody has evenly among members, neighbours to the same one."""
        held = dict.fromkeys(members, 0)
        free = []
        for house, member in self.assignments_in(village).select(
                Assignment.household, Assignment.member).tuples():
            if member is None:
                free.append(house)
            elif member in held:
                held[member] += 1
        for member, part in shares(free, held):
            self.assign(turn, village, part, member)


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
    def has_goer(cls):
        """Return the condition “its member, joined, is of the village's team, still”."""
        return User.active & (User.village == cls.village)
