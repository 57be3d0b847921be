"""Sign-in cards: one-time links that bring a person into the program on a phone."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from peewee import JOIN, FixedCharField, ForeignKeyField

from .. import clock
from ..db import MomentField, Record, transaction
from .catalog import UnitType
from .commune import Commune
from .deed import Deed
from .session import Session
from .user import User
from .village import Village


class SignInCard(Record):
    """A one-time link of one person, valid for 14 days; only the hash of its token is stored."""

    id = FixedCharField(64, primary_key=True)  # sha256 of the token in the link
    user = ForeignKeyField(User, backref="cards", on_delete="CASCADE")
    created_by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
    created_at = MomentField()
    used_at = MomentField(null=True)
    revoked_at = MomentField(null=True)  # when it ended unused: replaced, or its reason gone

    VALID = timedelta(days=14)

    @classmethod
    def issue(cls, users: Iterable[User], by: User | None) -> dict[int, str]:
        """Create a card for each user and return {user id: token}; their open cards end.

        `by` is None for a card from the command line.
        """
        now = clock.now()
        tokens = {user.id: secrets.token_urlsafe(32) for user in users}
        rows = [{"id": Session.digest(token), "user": user, "created_by": by, "created_at": now}
                for user, token in tokens.items()]
        with transaction():
            cls.revoke(tokens)
            if rows:
                cls.insert_many(rows).execute()
        return tokens

    @classmethod
    def revoke(cls, user_ids: Iterable[int]) -> None:
        """End the open cards of the users."""
        cls.update(revoked_at=clock.now()).where(
            cls.user.in_(list(user_ids)), cls.used_at.is_null(), cls.revoked_at.is_null()).execute()

    @classmethod
    def revoke_around(cls, user: User) -> None:
        """End the open cards of a user, and those the user issued and may have kept."""
        cls.update(revoked_at=clock.now()).where(
            (cls.user == user.id) | (cls.created_by == user.id), cls.used_at.is_null(),
            cls.revoked_at.is_null()).execute()

    @classmethod
    def find(cls, token: str) -> Self | None:
        """Return the card of a token with its user, commune and village, or None."""
        return (cls.select(cls, User, Commune, Village, UnitType)
                .join(User, on=cls.user).join(Commune).switch(User)
                .join(Village, JOIN.LEFT_OUTER).join(UnitType, JOIN.LEFT_OUTER)
                .where(cls.id == Session.digest(token)).first())

    @property
    def expires_at(self) -> datetime:
        """When the card expires without being used."""
        created_at: datetime = self.created_at
        return created_at + self.VALID

    @property
    def days_left(self) -> int:
        """How many days are left, begun ones counted."""
        return -((clock.now() - self.expires_at) // timedelta(days=1))

    @property
    def state(self) -> str:
        """The card's state: open, used, revoked, expired, or closed with its person's account."""
        if self.used_at:
            return "used"
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= clock.now():
            return "expired"
        return "open" if self.user.may_sign_in else "closed"

    def use(self, secret: str) -> bool:
        """Set the person's secret and end their sign-ins; return False if the card is not open.

        Raises UnfitSecret or TooManyAtOnce; the card then stays open.
        """
        secret_hash = self.user.new_secret_hash(secret)
        now = clock.now()
        with transaction():
            is_first = SignInCard.update(used_at=now).where(
                SignInCard.id == self.id, SignInCard.used_at.is_null(),
                SignInCard.revoked_at.is_null(), SignInCard.created_at > now - self.VALID).execute()
            if is_first:
                User.update(secret_hash=secret_hash).where(User.id == self.user_id).execute()
                self.user.end_sign_ins()
                Deed.record("card_used", self.user, self.user.commune, user=self.user)
        return bool(is_first)
