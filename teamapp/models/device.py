"""Phones, as their requests describe them."""

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
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
    PeeweeException,
    fn,
)

from .. import clock
from ..db import MomentField, Record, transaction
from .browser import Browser
from .commune import Commune
from .deed import Deed
from .session import SEEN_TIMEOUT_S, Session
from .user import User
from .village import Village

log = logging.getLogger(__name__)


class Device(Record):
    """A phone as its last requests reported it: unsent entries, browser, last contact."""

    id = BinaryUUIDField()  # made by the phone; two users may share a phone
    user = ForeignKeyField(User, on_delete="CASCADE")
    commune = ForeignKeyField(Commune, index=False, on_delete="CASCADE")
    village = ForeignKeyField(Village, null=True, on_delete="CASCADE")
    left_count = IntegerField(default=0)
    left_oldest_at = MomentField(null=True)
    seen_at = MomentField()
    label = CharField(40, default="")  # of Browser
    app_version = CharField(16, default="")
    is_persistent = BooleanField(null=True)

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
            cls.forget_old(id, user)

    @classmethod
    def forget_old(cls, id: UUID, user: User) -> None:
        """Beside this phone, remember the MOST - 1 of a person's phones heard last."""
        others = (cls.user == user) & (cls.id != id)
        newest = cls.select(cls.id).where(others).order_by(cls.seen_at.desc())
        cls.delete().where(others, cls.id.not_in(newest.limit(cls.MOST - 1))).execute()

    @classmethod
    def note_browser(cls, id: UUID, user: User, browser: Browser) -> None:
        """Store what a phone reports with a pack if it is news, or an hour old.

        Most packs write nothing; after a database error the next one tries again.
        """
        now, sign_in = clock.now(), user.sign_in
        known = cls.get_or_none(cls.id == id, cls.user == user)
        is_known = known and browser == Browser(known.label, known.app_version, known.is_persistent)
        if is_known and known.seen_at > now - Session.STEP and sign_in.device == id:
            return
        reported: dict[str, Any] = asdict(browser) | {"seen_at": now}
        try:
            with transaction(timeout=SEEN_TIMEOUT_S):
                sign_in.note_device(id)
                if not cls.update(reported).where(cls.id == id, cls.user == user).execute():
                    cls.insert(id=id, user=user, commune=user.commune_id, village=user.village_id,
                               **reported).on_conflict_ignore().execute()
                    cls.forget_old(id, user)
        except PeeweeException as error:
            log.warning("the browser of a phone is not stored", exc_info=error)

    @classmethod
    def is_waiting(cls) -> Expression:
        """Return the condition “holds entries”, for phones neither given up nor reported lost."""
        lost = Session.select(Session.id).where(
            Session.user == cls.user, Session.device == cls.id, Session.lost_at >= cls.seen_at)
        return ((cls.left_count > 0) & (cls.seen_at > clock.now() - cls.GIVEN_UP)
                & ~fn.EXISTS(lost))

    @classmethod
    def waiting_count(cls) -> Case:
        """Return the entries it holds as an expression: 0 unless it is waiting."""
        return Case(None, [(cls.is_waiting(), cls.left_count)], 0)

    @classmethod
    def is_silent(cls) -> Expression:
        """Return the condition “holds entries and has had no contact for SILENT”."""
        return cls.is_waiting() & (cls.seen_at <= clock.now() - cls.SILENT)

    def clear(self, by: User) -> None:
        """Expect no entry from this phone any more; what it still sends is accepted as ever."""
        with transaction():
            Device.update(left_count=0, left_oldest_at=None).where(
                Device.id == self.id, Device.user == self.user_id).execute()
            Deed.record("device_cleared", by, self.commune, user=self.user, village=self.village,
                        note=str(self.left_count))

    @classmethod
    def subtract_submitted(cls, id: UUID, user: User, count: int) -> None:
        """Subtract entries of the user on this phone that another user submitted."""
        left = Case(None, [(cls.left_count > count, cls.left_count - count)], 0)
        cls.update(left_count=left).where(cls.id == id, cls.user == user).execute()
