"""Phones reported lost: what was on them, and the clock of the notice of a breach."""

from datetime import timedelta

from peewee import BinaryUUIDField, CharField, ForeignKeyField, IntegerField, ModelSelect

from ..db import MomentField, Record
from .commune import Commune
from .session import Session
from .user import User
from .village import Village


class LostPhone(Record):
    """A phone reported lost: one row a sign-in, from the report to the decision about a notice."""

    commune = ForeignKeyField(Commune, on_delete="RESTRICT")
    user = ForeignKeyField(User, on_delete="RESTRICT")  # whose sign-in was on it
    village = ForeignKeyField(Village, null=True, index=False, on_delete="RESTRICT")
    session = ForeignKeyField(Session, null=True, unique=True, on_delete="SET NULL")
    device = BinaryUUIDField(null=True)
    reported_by = ForeignKeyField(User, index=False, on_delete="RESTRICT")
    reported_at = MomentField()
    seen_at = MomentField(null=True)  # its last contact before the report
    households = IntegerField(default=0)  # whose pages lay on it
    left_count = IntegerField(null=True)  # unsent entries on it; None: never told
    left_oldest_at = MomentField(null=True)
    wiped_at = MomentField(null=True)  # when it dropped its pages
    decision = CharField(12, default="")  # of DECISIONS
    decided_by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
    decided_at = MomentField(null=True)
    note = CharField(200, default="")

    NOTICE = timedelta(hours=72)  # after which the notice of a breach is late
    DECISIONS = ("notified", "no_notice", "found")

    @classmethod
    def visible_to(cls, user: User) -> ModelSelect:
        """Return the lost phones of people this user may see, newest first."""
        return cls.select().where(cls.user.in_(User.visible_to(user).select(User.id))).order_by(
            cls.reported_at.desc())
