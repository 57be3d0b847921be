"""What versions of visits say, and in what they differ."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from peewee import JOIN

from ..languages import called
from ..models import (
    AccountKind,
    Companion,
    Filing,
    Household,
    Obstacle,
    Procedure,
    Resident,
    Step,
    User,
    Visit,
)
from ..statements import Among


class Done(NamedTuple):
    """A step of a person, in words."""

    kind: str
    state: str
    obstacle: str | None
    mode: str


class Filed(NamedTuple):
    """A dossier filed at a visit."""

    procedure: str
    code: str
    who: str | None


@dataclass(slots=True)
class Version:
    """One version of a visit as its reader may see it; `head` is None for a house out of sight."""

    id: UUID
    household_id: UUID | None
    village_id: int
    day: date
    outcome: str
    reason: str
    visited_at: datetime
    received_at: datetime
    receipt: int
    return_on: date | None
    return_part: str
    note: str
    flag: str
    is_live: bool
    member: str
    head: str | None = None
    steps: dict[str | None, list[Done]] = field(default_factory=dict)  # by person; None: nameless
    dossiers: list[Filed] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)

    @property
    def flags(self) -> list[str]:
        return self.flag.split()

    @property
    def people(self) -> list[tuple[str | None, tuple[Done, ...]]]:
        """The people with their steps; those without a name last."""
        return [(who, tuple(self.steps[who]))
                for who in sorted(self.steps, key=lambda who: who is None)]

    @property
    def facts(self) -> set[Hashable]:
        """All it says, to be compared: each fact with its name."""
        return {("house", self.household_id), ("outcome", (self.outcome, self.reason)),
                ("visited_at", self.visited_at), ("return", (self.return_on, self.return_part)),
                ("note", self.note), ("companions", ", ".join(self.companions)),
                *(("person", person) for person in self.people),
                *(("dossier", dossier) for dossier in self.dossiers)}


FACTS = (Visit.id, Visit.household, Visit.village, Visit.day, Visit.outcome, Visit.reason,
         Visit.visited_at, Visit.received_at, Visit.receipt, Visit.return_on, Visit.return_part,
         Visit.note, Visit.flag, Visit.is_live, User.name)


def read_versions(condition: Any, reader: User) -> dict[UUID, Version]:
    """Return {id: version} of the visible visits, the first received first, in five queries."""
    rows = (Visit.visible_to(reader).select(*FACTS).join(User).where(condition)
            .order_by(Visit.receipt).tuples())
    found = {row[0]: Version(*row) for row in rows}
    if found:
        add_heads(found.values(), reader)
        add_parts(found)
    return found


def add_heads(found: Collection[Version], reader: User) -> None:
    """Set the heads of the households the reader may see: one may have moved since."""
    ids = {version.household_id for version in found} - {None}
    heads = dict(Household.visible_to(reader).select(Household.id, Household.head)
                 .where(Household.id.in_(Among(ids))).tuples())
    for version in found:
        version.head = heads.get(version.household_id)


def add_parts(found: dict[UUID, Version]) -> None:
    """Set the steps, dossiers and companions of versions."""
    among = Among(found)
    steps = (Step.select(Step.visit, Resident.name, called(AccountKind, "short_name"), Step.state,
                         called(Obstacle, "short_name"), Step.mode)
             .join(AccountKind).switch(Step).join(Obstacle, JOIN.LEFT_OUTER).switch(Step)
             .join(Resident, JOIN.LEFT_OUTER).where(Step.visit.in_(among)).order_by(Step.id))
    for id, who, *done in steps.tuples():
        found[id].steps.setdefault(who, []).append(Done(*done))
    dossiers = (Filing.select(Filing.visit, called(Procedure), Filing.code, Resident.name)
                .join(Procedure).switch(Filing).join(Resident, JOIN.LEFT_OUTER)
                .where(Filing.visit.in_(among)).order_by(Filing.dossier))
    for id, *filed in dossiers.tuples():
        found[id].dossiers.append(Filed(*filed))
    companions = (Companion.select(Companion.visit, User.name).join(User)
                  .where(Companion.visit.in_(among)).order_by(User.name))
    for id, name in companions.tuples():
        found[id].companions.append(name)


def common_facts(versions: Iterable[Version]) -> set[Hashable]:
    """Return the facts that all these versions have."""
    return set.intersection(*(version.facts for version in versions))
