"""Users: the members of the teams and the staff of the commune."""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Self

from peewee import (
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
)

from .. import clock, text
from ..db import Record, transaction
from .commune import Commune
from .secret import check_password, check_pin, hash_secret, is_secret_of, queued
from .village import Village


class User(Record):
    """A person who signs in: member, leader, officer or chair of one commune."""

    commune = ForeignKeyField(Commune, null=True, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, on_delete="RESTRICT")
    role = CharField(10)  # of FIELD, of COMMUNE, or province
    username = CharField(60, unique=True)
    secret_hash = CharField(120)  # "" until a sign-in card is used
    name = CharField(80)
    phone = CharField(15, default="")
    active = BooleanField(default=True)
    closed_on = DateField(null=True)  # the day the account was deactivated
    language = CharField(2, default="vi")  # of the screens
    days = CharField(7, default="")  # they can give: of 1 (Monday) to 7; "" is unknown
    minutes = IntegerField(null=True)  # they can give on such a day

    class Meta:
        indexes = ((("commune", "village"), False),)

    FIELD = ("member", "leader")
    COMMUNE = ("officer", "chair")
    ROLES = (*FIELD, *COMMUNE)  # each may do more than the one before
    USERNAME = "[a-z0-9][a-z0-9._-]{2,59}"
    MINUTES = (5, 720)  # the fewest and the most of a day

    HAND_IN = timedelta(days=90)  # after deactivation, the time to hand in entries

    is_anonymous = False  # for Flask-Login

    @property
    def is_active(self) -> bool:
        """Whether the account is active, for Flask-Login."""
        return self.active

    is_authenticated = is_active  # a deactivated user sees no page

    def get_id(self) -> str:
        """Return the id in the cookie, for Flask-Login."""
        return str(self.id)

    @property
    def is_field(self) -> bool:
        """Whether the user works in one village."""
        return self.role in self.FIELD

    @property
    def is_commune(self) -> bool:
        """Whether the user works for the whole commune."""
        return self.role in self.COMMUNE

    @property
    def leads(self) -> bool:
        """Whether the user is a leader, officer or chair."""
        return self.role == "leader" or self.is_commune

    def may_deactivate(self, other: "User") -> bool:
        """Check whether the user may deactivate and reactivate a visible user's account."""
        if self.is_commune:
            return other.id != self.id and (other.role != "chair" or self.role == "chair")
        return self.role == "leader" and other.role == "member"

    def may_issue_card(self, other: "User") -> bool:
        """Check whether the user may give a visible user a sign-in card.

        Nobody gives one to themselves: it would set a new secret without the old one, and turn
        an unlocked phone into the account.
        """
        return self.may_deactivate(other)

    def may_edit(self, other: "User") -> bool:
        """Check whether the user may change a visible user's name, phone, languages and time."""
        return self.is_commune and (other.id == self.id or self.may_deactivate(other))

    @property
    def roles_to_give(self) -> tuple[str, ...]:
        """The roles the user may give to others: none above the own one."""
        return self.ROLES[:self.ROLES.index(self.role) + 1] if self.is_commune else ()

    def may_submit_for(self, author: "User") -> bool:
        """Check whether the user may submit a visible user's file: a chair's, only a chair."""
        return author.id == self.id or self.leads and (
            author.role != "chair" or self.role == "chair")

    @property
    def village_label(self) -> str:
        """The label of the user's whole village: “Cả ấp”."""
        if not self.village_id:
            return ""
        unit = self.village.unit_type
        return (unit.whole_en if self.language == "en" else "") or unit.whole

    @classmethod
    def visible_to(cls, user: "User") -> ModelSelect:
        """Return the users this user may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.is_field:
            query = query.where(cls.village == user.village_id)
        return query

    @staticmethod
    def labels(people: "Sequence[User]") -> dict[int, str]:
        """Return {id: name} in the order of the list.

        The username follows a name that several users have.
        """
        named = Counter(person.name for person in people)
        return {person.id: person.name if named[person.name] == 1
                else f"{person.name} ({person.username})" for person in people}

    @classmethod
    def authenticate(cls, username: str, secret: str) -> Self | None:
        """Return the user with this username and secret, or None.

        An unknown username, or one without a secret yet, takes the same time as a wrong secret.
        """
        user = cls.get_or_none(cls.username == text.fold(username))
        knows = (user if user and user.secret_hash else dummy_user()).knows(secret)
        return user if user and knows and user.may_sign_in else None

    @property
    def may_sign_in(self) -> bool:
        """Whether the account is active and its role has pages."""
        return self.active and (self.is_field or self.is_commune)

    @property
    def may_hand_in(self) -> bool:
        """Whether the server takes the user's entries: until 90 days after deactivation."""
        return self.active or bool(self.closed_on) and (
            clock.today() - self.closed_on <= self.HAND_IN)

    def deactivate(self) -> bool:
        """Deactivate the account; return False for the last chair."""
        others = User.select().where(User.commune == self.commune_id, User.role == "chair",
                                     User.active, User.id != self.id)
        if self.role == "chair" and not others.exists():
            return False
        self.active, self.closed_on = False, clock.today()
        self.save(only=[User.active, User.closed_on])
        return True

    def reactivate(self) -> None:
        """Reactivate the account."""
        self.active, self.closed_on = True, None
        self.save(only=[User.active, User.closed_on])

    def new_secret_hash(self, secret: str) -> str:
        """Return the hash of a new PIN (field roles) or password.

        Raises UnfitSecret for one that is not taken, TooManyAtOnce rather than wait long.
        """
        self.check_secret(secret)
        with queued():
            return hash_secret(secret)

    def check_secret(self, secret: str) -> None:
        """Raise UnfitSecret unless the user may have this PIN (field roles) or password."""
        if self.is_field:
            check_pin(secret)
        else:
            check_password(secret, known=(self.name, self.username))

    def drop_secret(self) -> None:
        """Remove the PIN or password and end every session; a sign-in card sets a new one."""
        self.secret_hash = ""
        self.save(only=[User.secret_hash])
        self.end_sign_ins()

    def end_sign_ins(self, but: str = "") -> None:
        """End the sessions of the user, all but the one of this id."""
        sign_in = self.sign_ins.model
        sign_in.update(ended_at=clock.now()).where(
            sign_in.user == self.id, sign_in.id != but, sign_in.ended_at.is_null()).execute()

    def replace_secret(self, secret_hash: str, but: str) -> bool:
        """Store the hash of the own new secret; all sign-ins but the one of this id end.

        Return False, and change nothing, if the secret is not the one that was loaded: a card may
        have set another meanwhile.
        """
        with transaction():
            is_same = User.update(secret_hash=secret_hash).where(
                User.id == self.id, User.secret_hash == self.secret_hash).execute()
            if is_same:
                self.end_sign_ins(but)
        return bool(is_same)

    def knows(self, secret: str) -> bool:
        """Verify the user's PIN or password."""
        return is_secret_of(self.secret_hash, secret)

    def set_language(self, language: str) -> None:
        """Set the language of the user's screens."""
        self.language = language
        with transaction():
            self.save(only=[User.language])

    def villages_at(self, day: date) -> set[int | None]:
        """Return the ids of the villages of the user's teams on that day."""
        rows = Membership.select(Membership.village).where(
            Membership.user == self.id, Membership.since_on <= day,
            Membership.until_on.is_null() | (Membership.until_on >= day))
        return {row.village_id for row in rows} | {self.village_id}

    def move_to(self, village: Village | None, on: date) -> None:
        """Transfer the user from that day to another village, or to the commune (None).

        Earlier memberships stay: entries of those villages are accepted for 90 days.
        """
        self.village = village
        with transaction():
            Membership.update(until_on=on).where(
                Membership.user == self.id, Membership.until_on.is_null()).execute()
            if village:
                Membership.create(user=self.id, village=village, since_on=on)
            self.save(only=[User.village])


@cache
def dummy_user() -> User:
    """Return a user with a random secret, verified when the username is unknown."""
    return User(secret_hash=hash_secret(secrets.token_urlsafe()))


class Membership(Record):
    """A user's time in a village's team."""

    user = ForeignKeyField(User, on_delete="RESTRICT")
    village = ForeignKeyField(Village, on_delete="RESTRICT")
    since_on = DateField()
    until_on = DateField(null=True)
