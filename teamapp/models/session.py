"""Sign-ins."""

import hashlib
import logging
import secrets
from datetime import timedelta

from peewee import JOIN, BinaryUUIDField, FixedCharField, ForeignKeyField, PeeweeException

from .. import clock
from ..db import MomentField, Record, transaction
from .catalog import UnitType
from .commune import Commune
from .user import User
from .village import Village

log = logging.getLogger(__name__)
NOTE_S = 1  # seconds a page waits to note when somebody was here


class Session(Record):
    """A sign-in that lasts until it is ended here, 30 days idle or 90 days old."""

    id = FixedCharField(64, primary_key=True)  # sha256 of the token in the cookie
    user = ForeignKeyField(User, backref="sign_ins", on_delete="CASCADE")
    created_at = MomentField()
    seen_at = MomentField()
    ended_at = MomentField(null=True)
    lost_at = MomentField(null=True)  # since when its phone is known to be lost
    device = BinaryUUIDField(null=True)  # its phone, once that has told its name

    IDLE, ABSOLUTE, STEP = timedelta(days=30), timedelta(days=90), timedelta(hours=1)
    OF_A_PERSON = (User.id, User.commune, User.village, User.role, User.username, User.name,
                   User.active, User.closed_on, User.language, Commune.id, Commune.name,
                   Village.id, Village.name, UnitType.code, UnitType.whole, UnitType.whole_en)

    @staticmethod
    def digest(token):
        """Return what the table knows of a token."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def begin(cls, user):
        """Start a session and return the token only the cookie will hold."""
        token, now = secrets.token_urlsafe(32), clock.now()
        with transaction():
            cls.create(id=cls.digest(token), user=user, created_at=now, seen_at=now)
        return token

    @classmethod
    def is_living(cls):
        """Return the condition “neither ended nor expired”."""
        now = clock.now()
        return (cls.ended_at.is_null() & (cls.seen_at > now - cls.IDLE)
                & (cls.created_at > now - cls.ABSOLUTE))

    @property
    def is_over(self):
        """Tell whether it was ended or has expired."""
        now = clock.now()
        return bool(self.ended_at) or (self.seen_at <= now - self.IDLE
                                       or self.created_at <= now - self.ABSOLUTE)

    @classmethod
    def resume(cls, token):
        """Return the person whose living session this token is, with `sign_in`, or None.

        Somebody whose account was closed of late is found too, but sees no page. Every request
        asks this, so it brings what a page's frame shows and leaves the secret where it is.
        """
        session = (cls.select(cls.id, cls.seen_at, cls.device, *cls.OF_A_PERSON).join(User)
                   .join(Commune, JOIN.LEFT_OUTER).switch(User)
                   .join(Village, JOIN.LEFT_OUTER).join(UnitType, JOIN.LEFT_OUTER)
                   .where(cls.id == cls.digest(token), cls.is_living(),
                          User.active | User.closed_on.is_null(False)).first())
        if session is None or not session.user.may_hand_in:
            return None
        now = clock.now()
        if session.seen_at < now - cls.STEP:
            session.note_seen(now)
        session.user.sign_in = session
        return session.user

    def note_seen(self, now):
        """Note when somebody was last here; where that cannot be, the next request does it."""
        try:
            with transaction(patience=NOTE_S):
                Session.update(seen_at=now).where(Session.id == self.id).execute()
        except PeeweeException as error:
            log.warning("when somebody was seen is not noted", exc_info=error)

    @classmethod
    def must_wipe(cls, token):
        """Tell whether the phone with this token is lost, or its holder's account is closed."""
        return cls.select().join(User).where(
            cls.id == cls.digest(token), cls.lost_at.is_null(False) | ~User.active).exists()

    @classmethod
    def end(cls, token):
        """End the session of this token here, whatever copies of the cookie are about."""
        cls(id=cls.digest(token)).finish()

    def finish(self):
        """End this sign-in."""
        with transaction():
            Session.update(ended_at=clock.now()).where(
                Session.id == self.id, Session.ended_at.is_null()).execute()

    def lose(self):
        """End this sign-in; what its phone still brings is no longer taken unseen."""
        with transaction():
            self.finish()
            Session.update(lost_at=clock.now()).where(
                Session.id == self.id, Session.lost_at.is_null()).execute()

    def note_device(self, device):
        """Note which phone this sign-in is on."""
        if self.device != device:
            Session.update(device=device).where(Session.id == self.id).execute()
