"""The people of the teams, for their list."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from peewee import Case

from ..models import Device, Session, User, Village
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
