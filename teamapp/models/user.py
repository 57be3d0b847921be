"""The people of the teams and the commune."""

import secrets
from collections import Counter
from datetime import timedelta
from functools import cache

from peewee import BooleanField, CharField, CompositeKey, DateField, ForeignKeyField

from .. import clock, text
from ..db import Record, transaction
from .catalog import Language
from .commune import Commune
from .secret import check_password, check_pin, hash_secret, is_secret_of
from .village import Village


class User(Record):
    """Somebody who signs in: member, leader, officer or chair of one commune."""

    commune = ForeignKeyField(Commune, null=True, on_delete="RESTRICT")
    village = ForeignKeyField(Village, null=True, on_delete="RESTRICT")
    role = CharField(10)  # of FIELD, of COMMUNE, or province
    username = CharField(60, unique=True)
    secret_hash = CharField(120)
    name = CharField(80)
    phone = CharField(15, default="")
    active = BooleanField(default=True)
    closed_on = DateField(null=True)  # the day the account was closed
    language = CharField(2, default="vi")  # of the screens

    class Meta:
        indexes = ((("commune", "village"), False),)

    FIELD = ("member", "leader")
    COMMUNE = ("officer", "chair")

    HAND_IN = timedelta(days=90)  # how long after closing what a phone still holds is taken

    is_anonymous = False  # what Flask-Login asks of a person

    @property
    def is_active(self):
        """Tell whether the account is open."""
        return self.active

    is_authenticated = is_active  # who has left sees no page

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
    def leads(self):
        """Tell whether this person looks after others: a leader, officer or chair."""
        return self.role == "leader" or self.is_commune

    def may_close(self, other):
        """Tell whether this person may close or reopen the account of one they may see."""
        if self.is_commune:
            return other.id != self.id and (other.role != "chair" or self.role == "chair")
        return self.role == "leader" and other.role == "member"

    @property
    def village_label(self):
        """Return what this person calls the whole village: “Cả ấp”."""
        if not self.village_id:
            return ""
        unit = self.village.unit_type
        return (unit.whole_en if self.language == "en" else "") or unit.whole

    @classmethod
    def visible_to(cls, user):
        """Return the people of the teams this person may see."""
        query = cls.select().where(cls.commune == user.commune_id)
        if user.is_field:
            query = query.where(cls.village == user.village_id)
        return query

    @staticmethod
    def labels(people):
        """Return {id: name} of a list of people, in its order.

        A name that several have is followed by the username.
        """
        named = Counter(person.name for person in people)
        return {person.id: person.name if named[person.name] == 1
                else f"{person.name} ({person.username})" for person in people}

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

    @property
    def may_hand_in(self):
        """Tell whether what this person wrote is taken: always, and 90 days after they left."""
        return self.active or bool(self.closed_on) and (
            clock.today() - self.closed_on <= self.HAND_IN)

    def close(self):
        """Let this person in no more; False if nobody would be left to lead the commune."""
        others = User.select().where(User.commune == self.commune_id, User.role == "chair",
                                     User.active, User.id != self.id)
        if self.role == "chair" and not others.exists():
            return False
        self.active, self.closed_on = False, clock.today()
        self.save(only=[User.active, User.closed_on])
        return True

    def reopen(self):
        """Let this person in again."""
        self.active, self.closed_on = True, None
        self.save(only=[User.active, User.closed_on])

    def set_secret(self, secret):
        """Take a new PIN (field roles) or password, and end every sign-in that knew the old one.

        ValueError says what is wrong with the new one.
        """
        (check_pin if self.is_field else check_password)(secret)
        self.secret_hash = hash_secret(secret)
        for sign_in in self.sign_ins:
            sign_in.finish()

    def knows(self, secret):
        """Tell whether this is the person's PIN or password."""
        return is_secret_of(self.secret_hash, secret)

    def read_in(self, language):
        """Show this person's screens in another language from now on."""
        self.language = language
        with transaction():
            self.save(only=[User.language])

    def villages_at(self, day):
        """Return the ids of the villages this person belonged to on that day."""
        rows = Membership.select(Membership.village).where(
            Membership.user == self.id, Membership.since_on <= day,
            Membership.until_on.is_null() | (Membership.until_on >= day))
        return {row.village_id for row in rows} | {self.village_id}

    def move_to(self, village, on):
        """Let this person work in another village from that day, keeping where they were."""
        self.village = village
        with transaction():
            Membership.update(until_on=on).where(
                Membership.user == self.id, Membership.until_on.is_null()).execute()
            Membership.create(user=self.id, village=village, since_on=on)
            self.save(only=[User.village])


@cache
def nobody():
    """Return somebody whose secret nobody knows, to be checked where no person was found."""
    return User(secret_hash=hash_secret(secrets.token_urlsafe()))


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
