"""Queries for the screens of people and their devices."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import Case, fn

from .. import clock
from ..languages import called
from ..models import (
    Assignment,
    Device,
    Language,
    Round,
    Session,
    Speaks,
    UnitType,
    User,
    Village,
)
from ..rostering.progress import is_done
from ..text import sort_key

RANK = {"chair": 0, "officer": 1, "leader": 2, "member": 3}
MOST = 50  # sign-ins of one person on a page
SHOWN_FOR = Session.ABSOLUTE  # an ended sign-in stays listed: its device may still show pages


@dataclass
class Person:
    """One line of the list."""

    user: User
    name: str
    phones: int = 0  # devices signed in
    heard_at: datetime | None = None
    left: int = 0  # unsent entries, as the devices last reported

    def note_contact(self, moment: datetime | None) -> None:
        """Keep the latest contact."""
        self.heard_at = max(filter(None, (self.heard_at, moment)))


def people(viewer: User) -> list[tuple[Village | None, list[Person]]]:
    """Return [(village or None for the commune's own, its people)] in the official order."""
    users = list(User.visible_to(viewer))
    names = User.labels(users)
    found = {user.id: Person(user, names[user.id]) for user in users}
    seen = Session.select(Session.user, Session.seen_at).where(
        Session.user.in_(list(found)), Session.is_active()).tuples()
    for user, moment in seen:
        found[user].phones += 1
        found[user].note_contact(moment)
    left = Case(None, [(Device.is_waiting(), Device.left_count)], 0)
    devices = Device.select(Device.user, Device.seen_at, left).where(
        Device.user.in_(list(found))).tuples()
    for user, moment, waiting in devices:
        found[user].left += waiting
        found[user].note_contact(moment)
    return grouped(found.values(), viewer)


def grouped(found: Iterable[Person], viewer: User) -> list[tuple[Village | None, list[Person]]]:
    """Return people by village, leaders first, then by name."""
    by_village = defaultdict(list)
    for person in sorted(found, key=lambda one: (not one.user.active, RANK.get(one.user.role, 9),
                                                 sort_key(one.user.name))):
        by_village[person.user.village_id].append(person)
    return [(village, by_village[village and village.id])
            for village in (None, *Village.labelled(viewer)) if by_village[village and village.id]]


def phones(person: User) -> dict[str, Any]:
    """Return a person's sign-ins, latest contact first, and other devices with unsent entries.

    Ended sign-ins come last: their device may turn out to be lost.
    """
    devices = {device.id: device for device in Device.select().where(Device.user == person.id)}
    query = Session.select().where(
        Session.user == person.id,
        (Session.seen_at > clock.now() - SHOWN_FOR) | Session.lost_at.is_null(False))
    sign_ins = last_on_each_phone(query.order_by(
        Session.ended_at.is_null(False), Session.seen_at.desc()).limit(MOST))
    for sign_in in sign_ins:
        sign_in.phone = devices.pop(sign_in.device, None)
        if sign_in.phone:
            sign_in.seen_at = max(sign_in.seen_at, sign_in.phone.seen_at)
    return {"sign_ins": sign_ins,
            "others": [device for device in devices.values() if device.left_count]}


def last_on_each_phone(sign_ins: Iterable[Session]) -> list[Session]:
    """Drop ended sign-ins that a later one on the same device follows; keep lost devices."""
    found: list[Session] = []
    phones = set()
    for sign_in in sign_ins:
        if not (sign_in.is_over and sign_in.device in phones) or sign_in.lost_at:
            found.append(sign_in)
        if sign_in.device:
            phones.add(sign_in.device)
    return found


def languages(person: User) -> list[str]:
    """Return the names of the languages a person speaks, in the catalogue's order."""
    rows = Language.select().join(Speaks).where(Speaks.user == person.id)
    return [called(row) for row in rows.order_by(Language.position)]


@dataclass
class Handover:
    """Households of one village that a person still has to visit in a round."""

    round_id: int
    round_name: str
    village: Village
    houses: int


def handovers(person: User) -> list[Handover]:
    """Return the households assigned to a person in open rounds that are not done, by village."""
    left = fn.SUM(Case(None, [(is_done(Round.starts_on, Round.ends_on), 0)], 1)).alias("left")
    rows = (Assignment.select(Assignment.round, Round.name, Assignment.village, left)
            .join(Round).where(Assignment.member == person.id, Round.ends_on >= clock.today())
            .group_by(Assignment.round, Round.name, Assignment.village)
            .order_by(Assignment.round.desc(), Assignment.village).tuples())
    open_rows = [row for row in rows if row[-1]]
    villages = {village.id: village for village in Village.select(Village, UnitType).join(UnitType)
                .where(Village.id.in_([village for _, _, village, _ in open_rows]))}
    return [Handover(round_id, name, villages[village], houses)
            for round_id, name, village, houses in open_rows]


def unsent(person: User) -> int:
    """Return the entries that the person's phones still hold, as they last reported."""
    return Device.select(fn.SUM(Device.left_count)).where(
        Device.user == person.id, Device.is_waiting()).scalar() or 0
