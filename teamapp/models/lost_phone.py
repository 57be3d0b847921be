"""Phones reported lost: what was on them, and the clock of the notice of a breach."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from peewee import (
    JOIN,
    BinaryUUIDField,
    CharField,
    ForeignKeyField,
    IntegerField,
    ModelSelect,
    PeeweeException,
)

from .. import clock
from ..db import MomentField, Record, transaction
from .commune import Commune
from .deed import Deed
from .device import Device
from .household import Household
from .session import SEEN_TIMEOUT_S, Session
from .sign_in_card import SignInCard
from .user import User
from .village import Village

log = logging.getLogger(__name__)


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
    left_count = IntegerField(null=True)  # unsent entries on it; None: unknown
    left_oldest_at = MomentField(null=True)
    wiped_at = MomentField(null=True)  # when it was first answered with the order to drop its pages
    decision = CharField(12, default="")  # of DECISIONS
    decided_by = ForeignKeyField(User, null=True, index=False, on_delete="RESTRICT")
    decided_at = MomentField(null=True)
    note = CharField(200, default="")  # notified: the day, as ISO 8601; no_notice: the reason

    NOTICE = timedelta(hours=72)  # after which the notice of a breach is late
    DECISIONS = NOTIFIED, NO_NOTICE, FOUND = ("notified", "no_notice", "found")

    @classmethod
    def visible_to(cls, user: User) -> ModelSelect:
        """Return the lost phones of people this user may see, newest first."""
        return cls.select().where(cls.user.in_(User.visible_to(user).select(User.id))).order_by(
            cls.reported_at.desc())

    @classmethod
    def open(cls, query: ModelSelect) -> ModelSelect:
        """Narrow a query to lost phones without a decision."""
        return query.where(cls.decision == "")

    @classmethod
    def report(cls, person: User, sign_ins: Sequence[Session], by: User) -> None:
        """Mark a person's sign-ins on one phone lost, the last first; a repeat changes nothing.

        A member's phone holds the pages of the whole village; what it dropped by itself is unknown.
        """
        with transaction():
            marked = [sign_in for sign_in in sign_ins if sign_in.mark_lost()]
            if not marked:
                return
            SignInCard.revoke([person.id])  # its message may lie on the phone
            last = marked[0]
            device = Device.get_or_none(Device.id == last.device, Device.user == person)
            cls.create(
                commune=person.commune_id, user=person, village=person.village_id, session=last,
                device=last.device, reported_by=by, reported_at=clock.now(),
                seen_at=max(device.seen_at, last.seen_at) if device else last.seen_at,
                households=Household.visible_to(person).count() if person.is_field else 0,
                left_count=device and device.left_count,
                left_oldest_at=device and device.left_oldest_at)
            Deed.record("phone_lost", by, person.commune, user=person, village=person.village)

    @classmethod
    def note_wiped(cls, token: str) -> None:
        """Store the first answer that ordered the token's phone to drop its pages.

        The order goes out in any case: after a database error the next answer is stored.
        """
        lost = (cls.select(cls.id).join(Session, JOIN.INNER, on=(
            (cls.session == Session.id)
            | (cls.user == Session.user) & (cls.device == Session.device)))
            .where(Session.id == Session.digest(token), cls.wiped_at.is_null()))
        try:
            if found := [row.id for row in lost]:
                with transaction(timeout=SEEN_TIMEOUT_S):
                    cls.update(wiped_at=clock.now()).where(cls.id.in_(found)).execute()
        except PeeweeException as error:
            log.warning("the order to a lost phone is not stored", exc_info=error)

    @property
    def due_at(self) -> datetime:
        """When the notice of a breach becomes late."""
        reported_at: datetime = self.reported_at
        return reported_at + self.NOTICE

    @property
    def hours_left(self) -> int:
        """The whole hours until the notice becomes late, or since then."""
        return int(abs(self.due_at - clock.now()) / timedelta(hours=1))

    @property
    def notified_on(self) -> date | None:
        """The day on which the notice was given."""
        return date.fromisoformat(self.note) if self.decision == self.NOTIFIED else None

    @property
    def is_late(self) -> bool:
        """Whether the notice was given, or is still missing, after its time."""
        if self.notified_on:
            return self.notified_on > clock.day_of(self.due_at)
        return not self.decision and clock.now() > self.due_at

    def decide(self, decision: str, note: str, by: User) -> None:
        """Store the decision about a notice; the first one stays."""
        with transaction():
            is_first = LostPhone.update(
                decision=decision, note=note, decided_by=by, decided_at=clock.now()).where(
                LostPhone.id == self.id, LostPhone.decision == "").execute()
            if is_first:
                Deed.record("loss_decided", by, self.commune, user=self.user, village=self.village,
                            note=decision)
