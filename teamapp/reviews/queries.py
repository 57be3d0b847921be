"""Queries of what waits for a leader, officer or chair."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from peewee import JOIN, SQL, ModelSelect, fn

from ..models import Change, User, Village, Visit
from ..models.open_reviews import duplicate_pairs
from ..statements import Among
from .versions import Version, common_facts, read_versions

PAGE = 50  # cards


@dataclass
class Side:
    """A version to choose: the change that leads to it, None for what was recorded first.

    `version` is the newest one this choice leads to, None where the visit is void.
    """

    change: Change | None
    version: Version | None

    @property
    def is_counted(self) -> bool:
        return self.version.is_live if self.version \
            else self.change is not None and self.change.state == "effective"


@dataclass
class WaitingChanges:
    """The changes of one version that wait, beside what counts now."""

    village_id: int
    sides: list[Side]
    common: set[Hashable]  # facts that do not differ
    may_settle: bool

    @property
    def decision(self) -> Change | None:
        """The change that was settled last; of a choice, the one chosen."""
        settled = [side.change for side in self.sides if side.change and side.change.settled_at]
        return max(settled, default=None, key=lambda change: (
            change.settled_receipt, change.state == "effective"))

    @property
    def is_choice(self) -> bool:
        """Whether one of several changes is chosen; else each late one is accepted or not."""
        return all(side.change for side in self.sides)

    @property
    def version(self) -> Version | None:
        """A version that names the visit."""
        return next((side.version for side in self.sides if side.version), None)

    @property
    def seen(self) -> int:
        """The receipt of the newest change shown."""
        return max(side.change.receipt for side in self.sides if side.change)


@dataclass
class Visits:
    """Visits to look at together: one, or possible duplicates."""

    village_id: int
    versions: list[Version]

    @property
    def flagged(self) -> Version:
        """The version by which all of them are reviewed."""
        return next((version for version in self.versions
                     if "possible_duplicate" in version.flags), self.versions[0])

    @property
    def reviewed_at(self) -> datetime | None:
        """When somebody looked at them last."""
        return max((version.reviewed_at for version in self.versions if version.reviewed_at),
                   default=None)

    @property
    def seen(self) -> int:
        """The newest receipt shown."""
        return max(version.receipt for version in self.versions)


# --- changes that wait ---

def waiting_versions(reader: User) -> ModelSelect:
    """Return (version, first version or None) of the visits with waiting changes.

    They come village by village, those that wait longest first.
    """
    return (Change.waiting(Change.visible_to(reader)).select(Change.visit, Visit.first)
            .join(Visit, on=(Change.visit == Visit.id)).switch(Change).join(Village)
            .group_by(Change.visit, Visit.first, Village.position, Village.id)
            .order_by(Village.position, Village.id, fn.MIN(Change.receipt)).tuples())


def settled_versions(reader: User) -> ModelSelect:
    """Return the same of the visits whose changes are settled, the last settled first."""
    return (Change.settled(Change.visible_to(reader)).select(Change.visit, Visit.first)
            .join(Visit, on=(Change.visit == Visit.id)).group_by(Change.visit, Visit.first)
            .order_by(fn.MAX(Change.settled_receipt).desc()).tuples())


def settled_changes(query: ModelSelect, reader: User) -> list[WaitingChanges]:
    """Return the cards of a page of `settled_versions`, with the dismissed changes."""
    return waiting_changes(query, reader, is_settled=True)


def waiting_changes(query: ModelSelect, reader: User,
                    is_settled: bool = False) -> list[WaitingChanges]:
    """Return the cards of a page of `waiting_versions`."""
    rows = list(query)
    standing = changes_of({first or id for id, first in rows}, is_settled)
    shown = {id: sides_of(id, standing) for id, _ in rows}
    ids = {version for sides in shown.values() for _, version in sides if version}
    versions = read_versions(Visit.id.in_(Among(ids)), reader)
    return [card(standing[id], [Side(change, versions[version] if version else None)
                                for change, version in shown[id]], reader) for id, _ in rows]


def changes_of(roots: Collection[UUID], is_settled: bool) -> dict[UUID, list[Change]]:
    """Return {version: its changes} of visits, by their first versions.

    The dismissed ones are left out unless `is_settled`.
    """
    found: dict[UUID, list[Change]] = {}
    among, settler = Among(roots), User.alias()
    query = (Change.select(Change, User, settler).join(User, on=(Change.by == User.id))
             .switch(Change).join(settler, JOIN.LEFT_OUTER, on=(Change.settled_by == settler.id))
             .switch(Change).join(Visit, on=(Change.visit == Visit.id))
             .where(Visit.id.in_(among) | Visit.first.in_(among)).order_by(Change.receipt))
    for change in query if is_settled else query.where(Change.state != "dismissed"):
        found.setdefault(change.visit_id, []).append(change)
    return found


def sides_of(id: UUID, standing: dict[UUID, list[Change]],
             ) -> list[tuple[Change | None, UUID | None]]:
    """Return (change, version it leads to) of a version's choices, the one in force first."""
    changes = sorted(standing[id], key=lambda change: change.state != "effective")
    sides: list[tuple[Change | None, UUID | None]] = [
        (change, newest(change.correction_id, standing)) for change in changes]
    return sides if changes[0].state == "effective" else [(None, id), *sides]


def newest(id: UUID | None, standing: dict[UUID, list[Change]]) -> UUID | None:
    """Return the version to which the effective changes of a version lead, None: it is void."""
    while id and (effective := next((change for change in standing.get(id, ())
                                     if change.state == "effective"), None)):
        id = effective.correction_id
    return id


def card(changes: list[Change], sides: list[Side], reader: User) -> WaitingChanges:
    """Return the card of a version's changes."""
    said = [side.version for side in sides if side.version]
    return WaitingChanges(
        changes[0].village_id, sides, common_facts(said) if said else set(),
        all(change.may_be_settled_by(reader) for change in changes if change.state == "waiting"))


# --- visits that look unusual ---

def possible_duplicates(reader: User) -> ModelSelect:
    """Return (household, day) of possible duplicates, village by village, the oldest first."""
    return (duplicate_pairs(reader).select(Visit.household, Visit.day).join(Village)
            .group_by(Visit.household, Visit.day, Village.position)
            .order_by(Village.position, fn.MIN(Visit.receipt)).tuples())


def duplicates(query: ModelSelect, reader: User) -> list[Visits]:
    """Return the cards of a page of `possible_duplicates`: all visits of that house and day."""
    pairs = list(query)
    versions = read_versions(
        Visit.is_live & Visit.household.in_(Among({house for house, _ in pairs}))
        & Visit.day.in_(Among({day for _, day in pairs})), reader) if pairs else {}
    return [together(version for version in versions.values()
                     if (version.household_id, version.day) == pair) for pair in pairs]


def oddly_dated(reader: User) -> ModelSelect:
    """Return the ids of visits dated ahead or long back, village by village, the oldest first."""
    return (Visit.oddly_dated(Visit.visible_to(reader)).select(Visit.id).join(Village)
            .order_by(Village.position, Visit.receipt).tuples())


def dated(query: ModelSelect, reader: User) -> list[Visits]:
    """Return the cards of a page of `oddly_dated`."""
    ids = [id for id, in query]
    versions = read_versions(Visit.id.in_(Among(ids)), reader)
    return [together([versions[id]]) for id in ids]


def reviewed_duplicates(reader: User) -> ModelSelect:
    """Return (household, day) of possible duplicates all looked at, the last reviewed first."""
    other = Visit.alias()
    is_open = fn.EXISTS(other.select(SQL("1")).where(
        other.household == Visit.household, other.day == Visit.day, other.is_live,
        other.reviewed_at.is_null(), other.flag.contains("possible_duplicate")))
    return (Visit.reviewed(Visit.visible_to(reader), "possible_duplicate")
            .select(Visit.household, Visit.day).where(~is_open).group_by(Visit.household, Visit.day)
            .order_by(fn.MAX(Visit.reviewed_at).desc(), fn.MAX(Visit.receipt).desc()).tuples())


def reviewed_days(reader: User) -> ModelSelect:
    """Return the ids of visits dated ahead or long back that were looked at, the last first."""
    return (Visit.reviewed(Visit.visible_to(reader), "dated_").select(Visit.id)
            .where(~Visit.flag.contains("possible_duplicate"))
            .order_by(Visit.reviewed_at.desc(), Visit.receipt.desc()).tuples())


def together(versions: Iterable[Version]) -> Visits:
    """Return the card of these visits."""
    found = list(versions)
    return Visits(found[0].village_id, found)


LISTS: dict[str, tuple[Any, Any]] = {  # kind: (query of a page, its cards)
    "changes": (waiting_versions, waiting_changes),
    "duplicates": (possible_duplicates, duplicates),
    "days": (oddly_dated, dated)}
SETTLED: dict[str, tuple[Any, Any]] = {  # the same of what is settled
    "changes": (settled_versions, settled_changes),
    "duplicates": (reviewed_duplicates, duplicates),
    "days": (reviewed_days, dated)}
