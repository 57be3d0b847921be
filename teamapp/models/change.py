"""Changes of recorded visits: corrections and voids."""

from datetime import datetime, timedelta

from peewee import (
    SQL,
    BigIntegerField,
    BinaryUUIDField,
    CharField,
    ForeignKeyField,
    ModelSelect,
    NodeList,
    TextField,
    fn,
)

from ..db import MomentField, Record
from .commune import Commune
from .household import Household
from .user import User
from .village import Village
from .visit import Visit

WAITING = SQL("= 'waiting'")  # a literal, as in the index of such changes


class Change(Record):
    """A correction or void of one version of a visit.

    It is `effective` if it came in time and its version has no other effective change; else it is
    `waiting` until a person makes one effective and the others `dismissed`.
    """

    id = BinaryUUIDField(primary_key=True)  # the entry's
    commune = ForeignKeyField(Commune, index=False, on_delete="RESTRICT")
    village = ForeignKeyField(Village, index=False, on_delete="RESTRICT")  # the visit's
    household = ForeignKeyField(Household, null=True, on_delete="RESTRICT")  # the version's
    visit = ForeignKeyField(Visit, backref="changes", on_delete="RESTRICT")  # the version changed
    correction = ForeignKeyField(  # the new version; none: a void
        Visit, backref="made_by", null=True, unique=True, on_delete="RESTRICT")
    by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    reason = CharField(16)  # of REASONS
    asked_by = CharField(10, default="")  # of ASKED_BY
    note = TextField(default="")
    recorded_at = MomentField()
    received_at = MomentField()
    receipt = BigIntegerField()
    state = CharField(10)  # effective, waiting, dismissed
    flag = CharField(20, default="")  # changed_twice, changed_late
    settled_by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
    settled_at = MomentField(null=True)
    settled_receipt = BigIntegerField(null=True)

    REASONS = ("mistake", "wrong_household", "wrong_person", "not_real", "other")
    ASKED_BY = ("self", "resident", "leader")
    AUTHOR_LIMIT, LEADER_LIMIT = timedelta(days=7), timedelta(days=30)  # after the first receipt

    @classmethod
    def visible_to(cls, user: User) -> ModelSelect:
        """Return the changes of visits the user may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        return query.where(cls.village == user.village_id) if user.is_field else query

    @classmethod
    def waiting(cls, query: ModelSelect) -> ModelSelect:
        """Return the changes of a query that a person has to settle, the oldest first."""
        return query.where(NodeList((cls.state, WAITING))).order_by(cls.received_at, cls.receipt)

    @classmethod
    def settled(cls, query: ModelSelect) -> ModelSelect:
        """Return the changes of a query that a person settled, and whose version has none left."""
        other = cls.alias()
        return query.where(cls.settled_at.is_null(False), ~fn.EXISTS(other.select(SQL("1")).where(
            other.visit == cls.visit, NodeList((other.state, WAITING)))))

    @classmethod
    def rivals(cls, change: "Change") -> ModelSelect:
        """Return the changes of the same version that are not dismissed, the first one first."""
        return cls.select().where(cls.visit == change.visit_id, cls.state != "dismissed") \
            .order_by(cls.receipt)

    @staticmethod
    def is_in_time(visit: Visit, by: User, recorded_at: datetime) -> bool:
        """Check whether a user may still change a visit without another person's consent."""
        if by.is_commune:
            return True
        limit = Change.LEADER_LIMIT if by.role == "leader" else Change.AUTHOR_LIMIT
        received_at: datetime = visit.received_at
        return recorded_at <= received_at + limit

    def may_be_settled_by(self, user: User) -> bool:
        """Check whether one who sees it may settle it; a leader's late one, the commune alone."""
        if self.flag == "changed_late" and self.by.role == "leader":
            return user.is_commune
        return user.leads


Change.add_index(Change.index(Change.commune, Change.village, name="change_waiting")
                 .where(SQL("state = 'waiting'")))
