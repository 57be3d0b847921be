"""Phones of people: one line for each, and the problems it has."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from peewee import Expression, ModelSelect, fn

from .. import clock
from ..models import Device, LostPhone, Session, User, Village
from ..text import sort_key

PROBLEMS = ("lost", "silent", "never", "old", "fragile")  # the most urgent first
MOST = 50  # sign-ins of one person on a page
SHOWN_FOR = Session.ABSOLUTE  # an ended sign-in stays listed: its device may still show pages


@dataclass
class Line:
    """A phone of a person, or a person who never had one: neither sign-in nor device."""

    person: User
    name: str
    version: str  # of the scripts that the server serves now
    device: Device | None = None
    sign_ins: list[Session] = field(default_factory=list)  # active ones first, the last first
    loss: LostPhone | None = None  # of the last sign-in

    @property
    def sign_in(self) -> Session | None:
        """The sign-in that stands for the phone."""
        return self.sign_ins[0] if self.sign_ins else None

    @property
    def is_signed_in(self) -> bool:
        return self.sign_in is not None and not self.sign_in.is_over

    @property
    def seen_at(self) -> datetime | None:
        """The last contact."""
        moments = [one.seen_at for one in (*self.sign_ins, self.device) if one]
        return max(moments, default=None)

    @property
    def left(self) -> int:
        """The entries it still holds, as it last reported; none of a lost or given-up phone."""
        return self.device.waiting if self.device else 0

    @property
    def is_lost(self) -> bool:
        return self.sign_in is not None and self.sign_in.lost_at is not None

    @property
    def is_old(self) -> bool:
        """Whether it runs scripts of an older version, or too old ones to report their version."""
        return self.is_signed_in and self.device is not None \
            and self.device.app_version != self.version

    @cached_property
    def problems(self) -> list[str]:
        """Its problems, of PROBLEMS."""
        silent_since = clock.now() - Device.SILENT
        found = {
            "lost": self.loss is not None and not self.loss.decision,
            "silent": self.left > 0 and self.seen_at is not None and self.seen_at <= silent_since,
            "never": not self.sign_ins and not self.device,
            "old": self.is_old,
            "fragile": self.is_signed_in and self.device is not None
            and self.device.is_persistent is False}
        return [problem for problem in PROBLEMS if found[problem]]

    @property
    def rank(self) -> int:
        """Its place in a list by urgency."""
        return PROBLEMS.index(self.problems[0]) if self.problems else len(PROBLEMS)


def lines_of(users: Sequence[User], version: str, shown: Expression,
             most: int | None = None) -> list[Line]:
    """Return the lines of people, of the sign-ins that a condition shows, in four statements."""
    names, people = User.labels(users), {user.id: user for user in users}
    found: dict[tuple[int, UUID | str], Line] = {}

    def line(user_id: int, phone: UUID | str) -> Line:
        return found.setdefault((user_id, phone), Line(people[user_id], names[user_id], version))

    for sign_in in (Session.select().where(Session.user.in_(list(people)), shown)
                    .order_by(Session.ended_at.is_null(False), Session.seen_at.desc()).limit(most)):
        line(sign_in.user_id, sign_in.device or sign_in.id).sign_ins.append(sign_in)
    waiting = Device.waiting_count().alias("waiting")
    for device in Device.select(Device, waiting).where(Device.user.in_(list(people))):
        if device.waiting or (device.user_id, device.id) in found:
            line(device.user_id, device.id).device = device
    losses = {loss.session_id: loss for loss in LostPhone.select().where(
        LostPhone.user.in_(list(people)))}
    for one in found.values():
        if one.is_lost:
            one.loss = next((losses[its.id] for its in one.sign_ins if its.id in losses), None)
    return list(found.values())


def of_person(person: User, version: str) -> list[Line]:
    """Return a person's phones, the last contact first; those signed out last.

    A phone that is signed out may turn out to be lost.
    """
    shown = (Session.seen_at > clock.now() - SHOWN_FOR) | Session.lost_at.is_null(False)
    return lines_of([person], version, shown, MOST)


def visible_to(viewer: User, version: str) -> list[Line]:
    """Return the phones of the people a leader, officer or chair sees, those to call about first.

    Signed-out phones are left out, unless they hold entries or were just reported lost. A person
    whose account is active and who has no phone at all has a line, too.
    """
    users = list(User.visible_to(viewer))
    shown = Session.is_active() | Session.id.in_(
        LostPhone.open(LostPhone.select(LostPhone.session)))
    found = lines_of(users, version, shown)
    names = User.labels(users)
    found += [Line(user, names[user.id], version) for user in never_in(viewer)]
    places = {village.id: place for place, village in enumerate(Village.labelled(viewer))}
    return sorted(found, key=lambda line: (
        line.rank, places.get(line.person.village_id, -1), sort_key(line.person.name), line.name))


def never_in(viewer: User) -> ModelSelect:
    """Return the visible active people without any sign-in or device."""
    signed_in = fn.EXISTS(Session.select(Session.id).where(Session.user == User.id))
    heard = fn.EXISTS(Device.select(Device.id).where(Device.user == User.id))
    return User.visible_to(viewer).where(User.active, ~signed_in, ~heard)


def numbers(lines: Iterable[Line]) -> dict[str, int]:
    """Return {problem: number of lines that have it}."""
    found = Counter(problem for line in lines for problem in line.problems)
    return {problem: found[problem] for problem in PROBLEMS}
