"""Rounds: the households to be visited in a period, and their assignees."""

from collections.abc import Collection, Iterable
from typing import Any, Self
from uuid import UUID

from peewee import (
    BigIntegerField,
    CharField,
    CompositeKey,
    DateField,
    Expression,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    Value,
)

from ..db import MomentField, Record
from .commune import Commune, WriteTransaction
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
    cursor = BigIntegerField()  # of the last write to anything a day page shows

    class Meta:
        indexes = ((("commune", "cursor"), False),)

    LONGEST = 366  # days

    @classmethod
    def visible_to(cls, user: User) -> ModelSelect:
        """Return the rounds the user may see: drafts only for a commune role."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.published_at.is_null(False)) if user.is_field else query

    @property
    def status(self) -> str:
        """`draft` or `published`."""
        return "draft" if self.published_at is None else "published"

    @property
    def is_draft(self) -> bool:
        """Whether the round is not published."""
        return self.status == "draft"

    @classmethod
    def create_draft(cls, tx: WriteTransaction, by: User, villages: Collection[int],
                     households: ModelSelect, **fields: Any) -> Self:
        """Create a draft of the households of a query in these villages, without assignees."""
        made = cls.create(commune=tx.commune.id, created_by=by.id, cursor=tx.cursor, **fields)
        made.choose(villages, households)
        return made

    def revise(self, tx: WriteTransaction, **fields: Any) -> None:
        """Change the round's name or dates."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.touch(tx, *fields)

    def touch(self, tx: WriteTransaction, *changed: str) -> None:
        """Save the changed fields and the cursor, by which phones renew their day pages."""
        self.cursor = tx.cursor
        self.save(only=[*changed, "cursor"])

    def choose(self, villages: Collection[int], households: ModelSelect | None) -> None:
        """Replace the villages and households; `households` None keeps those in the villages.

        A household that stays keeps its assignee.
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
        self._add_households(households)

    def _add_households(self, households: ModelSelect) -> None:
        """Add the households of a query, in walking order."""
        order = Household.cluster_position * 100_000 + Household.number
        Assignment.insert_from(
            households.select(Value(self.id), Household.id, Household.village, order),
            [Assignment.round, Assignment.household, Assignment.village, Assignment.position],
        ).on_conflict_ignore().execute()

    def can_be_published(self) -> bool:
        """Check that at least one household has an active assignee."""
        return (Assignment.select().join(User)
                .where(Assignment.round == self.id, Assignment.has_active_assignee()).exists())

    def publish(self, tx: WriteTransaction, by: User) -> None:
        """Publish the round, once; the members' phones fetch it at their next contact."""
        Round.update(published_at=tx.now, published_by=by.id, cursor=tx.cursor).where(
            Round.id == self.id, Round.published_at.is_null()).execute()

    def discard(self) -> None:
        """Delete a draft; a published round stays."""
        Round.delete().where(Round.id == self.id, Round.published_at.is_null()).execute()

    def assignments_in(self, village: int) -> ModelSelect:
        """Return the assignments of a village in walking order."""
        return (Assignment.select().where(Assignment.round == self.id,
                                          Assignment.village == village)
                .order_by(Assignment.position, Assignment.id))

    def add(self, tx: WriteTransaction, village: int, ids: Iterable[UUID]) -> None:
        """Add households of a village to the round."""
        self._add_households(Household.select().where(Household.village == village,
                                              Household.id.in_(list(ids))))
        self.touch(tx)

    def drop(self, tx: WriteTransaction, village: int, ids: Iterable[UUID]) -> None:
        """Remove households from the round; their visits stay."""
        Assignment.delete().where(*self._these(village, ids)).execute()
        self.touch(tx)

    def assign(self, tx: WriteTransaction, village: int, ids: Iterable[UUID],
               member: int | None) -> None:
        """Assign households of a village to a member (user id), or to nobody (None)."""
        Assignment.update(member=member).where(*self._these(village, ids)).execute()
        self.touch(tx)

    def _these(self, village: int, ids: Iterable[UUID]) -> tuple[Expression, ...]:
        return (Assignment.round == self.id, Assignment.village == village,
                Assignment.household.in_(list(ids)))

    def holdings(self, village: int,
                 members: Iterable[int]) -> tuple[list[UUID], dict[int, int]]:
        """Return a village's unassigned households and the number of households of each member."""
        held = dict.fromkeys(members, 0)
        free = []
        for household, member in self.assignments_in(village).select(
                Assignment.household, Assignment.member).tuples():
            if member is None:
                free.append(household)
            elif member in held:
                held[member] += 1
        return free, held

    def apply(self, tx: WriteTransaction, village: int,
              allocation: Iterable[tuple[int, Iterable[UUID]]]) -> None:
        """Assign a village's households by an allocation [(member, households)]."""
        for member, households in allocation:
            self.assign(tx, village, households, member)


class RoundVillage(Record):
    """A village that takes part in a round."""

    round = ForeignKeyField(Round, backref="villages", on_delete="CASCADE")
    village = ForeignKeyField(Village, on_delete="RESTRICT")

    class Meta:
        primary_key = CompositeKey("round", "village")


class Assignment(Record):
    """A household of a round and its assignee, if there is one."""

    round = ForeignKeyField(Round, backref="assignments", on_delete="CASCADE")
    household = ForeignKeyField(Household, on_delete="RESTRICT")
    village = ForeignKeyField(Village, on_delete="RESTRICT")
    member = ForeignKeyField(User, null=True, on_delete="RESTRICT")
    position = IntegerField(default=0)  # walking order

    class Meta:
        indexes = ((("round", "household"), True), (("member", "round"), False))

    @classmethod
    def has_active_assignee(cls) -> Expression:
        """Return the condition “the joined member is active and of the village's team”."""
        return User.active & (User.village == cls.village)
