"""The people of the teams and the commune, their sessions and their phones."""

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from peewee import (
    JOIN,
    BinaryUUIDField,
    BooleanField,
    CharField,
    CompositeKey,
    DateField,
    FixedCharField,
    ForeignKeyField,
    IntegerField,
)

from .. import clock, text
from ..db import MomentField, Record
from .catalog import Language, UnitType
from .place import Commune, Village

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class User(Record):
    """Somebody who signs in: member, leader, officer or chair of one commune."""

    commune = ForeignKeyField(Commune, null=True, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, on_delete="RESTRICT")
    role = CharField(10)
    username = CharField(60, unique=True)
    secret_hash = CharField(120)
    name = CharField(80)
    phone = CharField(15, default="")
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("commune", "village"), False),)

    ROLES = ("member", "leader", "officer", "chair", "province")
    FIELD = ("member", "leader")
    COMMUNE = ("officer", "chair")

    is_authenticated = True  # what Flask-Login asks of a person
    is_anonymous = False

    @property
    def is_active(self):
        """Tell whether the account is open."""
        return self.active

    def get_id(self):
        """Return what the cookie calls this person."""
        return str(self.id)

    @property
    def is_field(self):
        """Tell whether this person works in one village."""
        return self.role in self.FIELD

    @property
    def is_commune(self):
        """Tell whether this person works for the whole commune."""
        return self.role in self.COMMUNE

    @property
    def village_label(self):
        """Return what this person calls the whole village: “Cả ấp”."""
        return self.village.unit_type.whole if self.village_id else ""

    @classmethod
    def visible_to(cls, user):
        """Return the people of the teams this person may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.is_field:
            query = query.where(cls.village == user.village_id)
        return query

    @classmethod
    def entering(cls, username, secret):
        """Return who may sign in with these, or None; the same work whoever is named."""
        user = cls.get_or_none(cls.username == text.fold(username))
        knows = (user or nobody()).knows(secret)
        return user if user and knows and user.may_sign_in else None

    @property
    def may_sign_in(self):
        """Tell whether this person's account is open and there are pages for their role."""
        return self.active and (self.is_field or self.is_commune)

    def set_secret(self, secret):
        """Take a new PIN (field roles) or password; ValueError says what is wrong with it."""
        (check_pin if self.is_field else check_password)(secret)
        self.secret_hash = self.hash_secret(secret)

    @staticmethod
    def hash_secret(secret):
        """Return the argon2id hash of a PIN or password, the same however its accents are typed."""
        return hasher.hash(unicodedata.normalize("NFC", secret))

    def knows(self, secret):
        """Tell whether this is the person's PIN or password."""
        try:
            return hasher.verify(self.secret_hash, unicodedata.normalize("NFC", secret))
        except (VerificationError, InvalidHashError):
            return False

    def villages_at(self, day):
        """Return the ids of the villages this person belonged to on that day."""
        rows = Membership.select(Membership.village).where(
            Membership.user == self.id, Membership.since_on <= day,
            Membership.until_on.is_null() | (Membership.until_on >= day))
        return {row.village_id for row in rows} | {self.village_id}

    def move_to(self, village, on):
        """Let this person work in another village from that day, keeping where they were."""
        Membership.update(until_on=on).where(
            Membership.user == self.id, Membership.until_on.is_null()).execute()
        Membership.create(user=self.id, village=village, since_on=on)
        self.village = village
        self.save(only=[User.village])


@cache
def nobody():
    """Return somebody whose secret nobody knows, to be checked where no person was found."""
    return User(secret_hash=User.hash_secret(secrets.token_urlsafe()))


def check_pin(pin):
    """Refuse what is no PIN, or one of the first a stranger would try."""
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise ValueError("Mã PIN gồm đúng 6 chữ số.")
    if len(set(pin)) < 3 or pin in "01234567890" or pin in "09876543210":
        raise ValueError("Mã PIN này dễ đoán quá, chọn số khác.")


def check_password(password):
    """Refuse a password that is short, without end, or not text."""
    if not 10 <= len(password) <= 200:
        raise ValueError("Mật khẩu dài từ 10 đến 200 ký tự.")
    if not text.is_clean(password):
        raise ValueError("Mật khẩu có ký tự không gõ được.")


class Membership(Record):
    """Where a person of a team worked, from which day to which."""

    user = ForeignKeyField(User, on_delete="RESTRICT")
    village = ForeignKeyField(Village, on_delete="RESTRICT")
    since_on = DateField()
    until_on = DateField(null=True)


class Speaks(Record):
    """A language a person speaks with people at the door."""

    user = ForeignKeyField(User, backref="languages", on_delete="CASCADE")
    language = ForeignKeyField(Language, column_name="language", on_delete="RESTRICT")

    class Meta:
        primary_key = CompositeKey("user", "language")


class Session(Record):
    """A sign-in that lasts until it is ended here, 30 days idle or 90 days old."""

    id = FixedCharField(64, primary_key=True)  # sha256 of the token in the cookie
    user = ForeignKeyField(User, on_delete="CASCADE")
    created_at = MomentField()
    seen_at = MomentField()
    ended_at = MomentField(null=True)

    IDLE, ABSOLUTE, STEP = timedelta(days=30), timedelta(days=90), timedelta(hours=1)

    @staticmethod
    def digest(token):
        """Return what the table knows of a token."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def begin(cls, user):
        """Start a session and return the token only the cookie will hold."""
        token, now = secrets.token_urlsafe(32), clock.now()
        cls.create(id=cls.digest(token), user=user, created_at=now, seen_at=now)
        return token

    @classmethod
    def resume(cls, token):
        """Return the person whose living session this token is, or None."""
        now = clock.now()
        session = (cls.select(cls, User, Village, UnitType).join(User)
                   .join(Village, JOIN.LEFT_OUTER).join(UnitType, JOIN.LEFT_OUTER)
                   .where(cls.id == cls.digest(token), cls.ended_at.is_null(), User.active,
                          cls.seen_at > now - cls.IDLE, cls.created_at > now - cls.ABSOLUTE)
                   .first())
        if session is None:
            return None
        if session.seen_at < now - cls.STEP:
            cls.update(seen_at=now).where(cls.id == session.id).execute()
        return session.user

    @classmethod
    def end(cls, token):
        """End the session of this token here, whatever copies of the cookie are about."""
        cls.update(ended_at=clock.now()).where(
            cls.id == cls.digest(token), cls.ended_at.is_null()).execute()


class Device(Record):
    """A phone as its sync told of itself: what it still holds and when it was last heard."""

    id = BinaryUUIDField()  # the phone's own; two people may share a phone
    user = ForeignKeyField(User, on_delete="CASCADE")
    commune = ForeignKeyField(Commune, index=False, on_delete="CASCADE")
    village = ForeignKeyField(Village, null=True, on_delete="CASCADE")
    left_count = IntegerField(default=0)
    left_oldest_at = MomentField(null=True)
    seen_at = MomentField()

    class Meta:
        primary_key = CompositeKey("id", "user")
        indexes = ((("commune", "village"), False),)
