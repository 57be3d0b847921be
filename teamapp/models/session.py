"""Sign-ins."""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from peewee import (
    JOIN,
    BinaryUUIDField,
    Expression,
    FixedCharField,
    ForeignKeyField,
    PeeweeException,
)

from .. import clock
from ..db import MomentField, Record, transaction
from .catalog import UnitType
from .commune import Commune
from .user import User
from .village import Village

log = logging.getLogger(__name__)
SEEN_TIMEOUT_S = 1  # the longest wait of a page to store the time of the last request


class Session(Record):
    """A sign-in, until it is ended, 30 days idle or 90 days old."""

    id = FixedCharField(64, primary_key=True)  # sha256 of the token in the cookie
    user = ForeignKeyField(User, backref="sign_ins", on_delete="CASCADE")
    created_at = MomentField()
    seen_at = MomentField()
    ended_at = MomentField(null=True)
    lost_at = MomentField(null=True)  # when its phone was reported lost
    device = BinaryUUIDField(null=True)  # its phone, once known

    IDLE, ABSOLUTE, STEP = timedelta(days=30), timedelta(days=90), timedelta(hours=1)
    USER_COLUMNS = (User.id, User.commune, User.village, User.role, User.username, User.name,
                    User.active, User.closed_on, User.language, Commune.id, Commune.name,
                    Village.id, Village.name, UnitType.code, UnitType.whole, UnitType.whole_en)

    @staticmethod
    def digest(token: str) -> str:
        """Return the primary key of a token's session."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def begin(cls, user: User) -> str:
        """Start a session and return its token, which only the cookie stores."""
        token, now = secrets.token_urlsafe(32), clock.now()
        with transaction():
            cls.create(id=cls.digest(token), user=user, created_at=now, seen_at=now)
        return token

    @classmethod
    def is_active(cls) -> Expression:
        """Return the condition “neither ended nor expired”."""
        now = clock.now()
        return (cls.ended_at.is_null() & (cls.seen_at > now - cls.IDLE)
                & (cls.created_at > now - cls.ABSOLUTE))

    @property
    def ends_at(self) -> datetime:
        """When it ended, or expires without another request."""
        seen_at, created_at, ended_at = map(
            self.__data__.get, ("seen_at", "created_at", "ended_at"))
        expires_at: datetime = min(seen_at + self.IDLE, created_at + self.ABSOLUTE)
        return min(ended_at or expires_at, expires_at)

    @property
    def is_over(self) -> bool:
        """Whether the session is ended or expired."""
        return self.ends_at <= clock.now()

    @classmethod
    def resume(cls, token: str) -> User | None:
        """Return the user of the token's active session, with the session as `sign_in`, or None.

        A user deactivated in the last 90 days is returned too and may hand in. Runs in every
        request: one query that loads the fields of a page's frame and not the secret.
        """
        session = (cls.select(cls.id, cls.created_at, cls.seen_at, cls.device, *cls.USER_COLUMNS)
                   .join(User).join(Commune, JOIN.LEFT_OUTER).switch(User)
                   .join(Village, JOIN.LEFT_OUTER).join(UnitType, JOIN.LEFT_OUTER)
                   .where(cls.id == cls.digest(token), cls.is_active(),
                          User.active | User.closed_on.is_null(False)).first())
        if session is None or not session.user.may_hand_in:
            return None
        now = clock.now()
        if session.seen_at < now - cls.STEP:
            session.note_seen(now)
        session.user.sign_in = session
        return session.user

    def note_seen(self, now: datetime) -> None:
        """Store the time of the request; after a database error the next request retries."""
        try:
            with transaction(timeout=SEEN_TIMEOUT_S):
                Session.update(seen_at=now).where(Session.id == self.id).execute()
        except PeeweeException as error:
            log.warning("the time of a session's last request is not stored", exc_info=error)

    @classmethod
    def must_wipe(cls, token: str) -> bool:
        """Check whether the token's phone is marked lost or its user is deactivated."""
        return cls.select().join(User).where(
            cls.id == cls.digest(token), cls.lost_at.is_null(False) | ~User.active).exists()

    @classmethod
    def end_by_token(cls, token: str) -> None:
        """End the session of a token; copies of the cookie become invalid."""
        cls(id=cls.digest(token)).end()

    def end(self) -> None:
        """End the session."""
        with transaction():
            Session.update(ended_at=clock.now()).where(
                Session.id == self.id, Session.ended_at.is_null()).execute()

    def mark_lost(self) -> bool:
        """End the session of a lost phone; a leader reviews the entries it still sends.

        Return False if it was marked before.
        """
        with transaction():
            self.end()
            return bool(Session.update(lost_at=clock.now()).where(
                Session.id == self.id, Session.lost_at.is_null()).execute())

    def note_device(self, device: UUID) -> None:
        """Store the phone of the session."""
        if self.device != device:
            Session.update(device=device).where(Session.id == self.id).execute()
