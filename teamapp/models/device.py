"""Phones, as their requests describe them."""

from datetime import datetime, timedelta
from uuid import UUID

from peewee import (
    BinaryUUIDField,
    BooleanField,
    Case,
    CharField,
    CompositeKey,
    Expression,
    ForeignKeyField,
    IntegerField,
    fn,
)

from .. import clock
from ..db import MomentField, Record
from .commune import Commune
from .session import Session
from .user import User
from .village import Village


class Device(Record):
    """A phone as its last sync reported it: the entries it still holds and the last contact."""

    id = BinaryUUIDField()  # made by the phone; two users may share a phone
    user = ForeignKeyField(User, on_delete="CASCADE")
    commune = ForeignKeyField(Commune, index=False, on_delete="CASCADE")
    village = ForeignKeyField(Village, null=True, on_delete="CASCADE")
    left_count = IntegerField(default=0)
    left_oldest_at = MomentField(null=True)
    seen_at = MomentField()
    label = CharField(40, default="")  # as its browser names it: "Android 11, Chrome 120"
    app_version = CharField(16, default="")  # of the scripts it runs
    is_persistent = BooleanField(null=True)  # whether its browser promised not to delete the outbox

    class Meta:
        primary_key = CompositeKey("id", "user")
        indexes = ((("commune", "village"), False),)

    SILENT = timedelta(days=3)  # without contact for this long, a phone with entries is silent
    GIVEN_UP = Session.ABSOLUTE  # after this its sign-in has expired, and it no longer counts
    MOST_LEFT = 5000  # entries a phone is believed to hold
    MOST = 10  # phones of one person

    @classmethod
    def hear_from(cls, id: UUID, user: User, left_count: int, left_oldest_at: datetime | None,
                  at: datetime) -> None:
        """Store a phone's contact; beyond MOST phones, forget the longest without contact."""
        heard = {"commune": user.commune_id, "village": user.village_id, "seen_at": at,
                 "left_count": max(0, min(left_count, cls.MOST_LEFT)),
                 "left_oldest_at": left_oldest_at}
        if not cls.update(heard).where(cls.id == id, cls.user == user).execute():
            cls.create(id=id, user=user, **heard)
            others = (cls.user == user) & (cls.id != id)
            newest = cls.select(cls.id).where(others).order_by(cls.seen_at.desc())
            cls.delete().where(others, cls.id.not_in(newest.limit(cls.MOST - 1))).execute()

    @classmethod
    def is_waiting(cls) -> Expression:
        """Return the condition “holds entries”, for phones neither given up nor reported lost."""
        lost = Session.select(Session.id).where(
            Session.user == cls.user, Session.device == cls.id, Session.lost_at >= cls.seen_at)
        return ((cls.left_count > 0) & (cls.seen_at > clock.now() - cls.GIVEN_UP)
                & ~fn.EXISTS(lost))

    @classmethod
    def is_silent(cls) -> Expression:
        """Return the condition “holds entries and has had no contact for SILENT”."""
        return cls.is_waiting() & (cls.seen_at <= clock.now() - cls.SILENT)

    @classmethod
    def subtract_submitted(cls, id: UUID, user: User, count: int) -> None:
        """Subtract entries of the user on this phone that another user submitted."""
        left = Case(None, [(cls.left_count > count, cls.left_count - count)], 0)
        cls.update(left_count=left).where(cls.id == id, cls.user == user).execute()
