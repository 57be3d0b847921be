"""The people of the teams, for their list."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from peewee import Case, fn

from .. import clock
from ..languages import called
from ..models import (
    Assignment,
    Device,
    Language,
    Round,
    Session,
    SignInCard,
    Speaks,
    UnitType,
    User,
    Village,
)
from ..rostering.progress import is_done
from ..text import sort_key

RANK = {"chair": 0, "officer": 1, "leader": 2, "member": 3}


@dataclass
class Person:
    """One line of the list."""

    user: User
    name: str
    phones: int = 0  # devices signed in
    heard_at: datetime | None = None
    left: int = 0  # unsent entries, as the devices last reported
    card: SignInCard | None = None  # the newest
    was_in: bool = False  # with any sign-in, however long ago

    @property
    def is_awaited(self) -> bool:
        """Whether the person has an account and was never in."""
        return self.user.active and not self.was_in

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
    devices = Device.select(Device.user, Device.seen_at, Device.waiting_count()).where(
        Device.user.in_(list(found))).tuples()
    for user, moment, waiting in devices:
        found[user].left += waiting
        found[user].note_contact(moment)
    return grouped(found.values(), viewer)


def grouped(found: Iterable[Person], viewer: User) -> list[tuple[Village | None, list[Person]]]:
    """Return people by village, leaders first, then by name."""
    by_village = defaultdict(list)
    places = {village.id: village for village in Village.labelled(viewer)}
    for person in sorted(found, key=lambda one: (not one.user.active, RANK.get(one.user.role, 9),
                                                 sort_key(one.user.name))):
        person.user.village = places.get(person.user.village_id)  # for labels, without a query each
        by_village[person.user.village_id].append(person)
    return [(village, by_village[village and village.id])
            for village in (None, *places.values()) if by_village[village and village.id]]


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
    return Device.select(fn.SUM(Device.waiting_count())).where(
        Device.user == person.id).scalar() or 0
