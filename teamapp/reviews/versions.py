"""What versions of visits say, and in what they differ."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ..languages import called
from ..models import Household, User, Visit
from ..models.visit_content import FACTS, VisitContent, add_parts
from ..statements import Among


@dataclass(slots=True)
class Version(VisitContent):
    """One version of a visit as its reader may see it; `head` is None for a house out of sight."""

    id: UUID
    household_id: UUID | None
    village_id: int
    day: date
    received_at: datetime
    flag: str
    is_live: bool
    reviewed_at: datetime | None
    member: str
    head: str | None = None

    @property
    def flags(self) -> list[str]:
        return self.flag.split()

    @property
    def facts(self) -> set[Hashable]:
        """All it says, to be compared: each fact with its name."""
        return {("house", self.household_id), ("outcome", (self.outcome, self.reason)),
                ("visited_at", self.visited_at), ("return", (self.return_on, self.return_part)),
                ("note", self.note), ("companions", ", ".join(self.companion_names)),
                *(("person", person) for person in self.people),
                *(("dossier", dossier[:3]) for dossier in self.dossiers)}


COLUMNS = (*FACTS, Visit.id, Visit.household, Visit.village, Visit.day, Visit.received_at,
           Visit.flag, Visit.is_live, Visit.reviewed_at, User.name)  # the fields of Version


def read_versions(condition: Any, reader: User) -> dict[UUID, Version]:
    """Return {id: version} of the visible visits, the first received first, in five queries."""
    rows = (Visit.visible_to(reader).select(*COLUMNS).join(User).where(condition)
            .order_by(Visit.receipt).tuples())
    found = {version.id: version for version in (Version(*row) for row in rows)}
    if found:
        add_heads(found.values(), reader)
        add_parts(found, called)
    return found


def add_heads(found: Collection[Version], reader: User) -> None:
    """Set the heads of the households the reader may see: one may have moved since."""
    ids = {version.household_id for version in found} - {None}
    heads = dict(Household.visible_to(reader).select(Household.id, Household.head)
                 .where(Household.id.in_(Among(ids))).tuples())
    for version in found:
        version.head = heads.get(version.household_id)


def common_facts(versions: Iterable[Version]) -> set[Hashable]:
    """Return the facts that all these versions have."""
    return set.intersection(*(version.facts for version in versions))
