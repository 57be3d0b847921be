"""One invented call at a house, and its rows in the database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ..models import User, Village, Visit
from ..recording.recorder import Entry
from ..recording.visits import PendingVisit
from .families import House, Person


@dataclass(eq=False)
class Call:
    """One invented call at a house."""

    id: UUID
    house: House
    member: User
    outcome: str
    is_done: bool
    visited_at: datetime
    recorded_at: datetime
    received_at: datetime
    companions: list[User] = field(default_factory=list)
    return_on: date | None = None
    return_part: str = ""
    note: str = ""
    # person, kind, state, obstacle, mode
    steps: list[tuple[Person, str, str, str | None, str]] = field(default_factory=list)
    consents: list[tuple[Person, str, bool]] = field(default_factory=list)  # person, purpose, given
    filings: list[dict[str, Any]] = field(default_factory=list)  # rows, without their visit
    flag: str = ""
    village: Village | None = None  # where it happened, if the house has moved since

    def pending(self, receipt: int) -> PendingVisit:
        """Return the call as a validated visit under its receipt number."""
        village = self.village or self.house.village
        day, flag = Visit.day_of(self.visited_at, self.received_at)
        visit = {"id": self.id, "commune": village.commune_id, "village": village.id,
                 "household": self.house.id, "member": self.member.id, "outcome": self.outcome,
                 "reason": "", "visited_at": self.visited_at, "day": day,
                 "happened_at": min(self.visited_at, self.received_at),
                 "recorded_at": self.recorded_at, "received_at": self.received_at,
                 "return_on": self.return_on, "return_part": self.return_part,
                 "note": self.note, "flag": self.flag or flag}
        return PendingVisit(
            Entry(self.id, self.recorded_at, {}), receipt=receipt, visit=visit,
            companions=[{"visit": self.id, "user": user.id} for user in self.companions],
            consents=[self._consent(*consent) for consent in self.consents],
            steps=[self._step(*step) for step in self.steps], filings=[
                {name: value for name, value in filing.items() if name != "status"}
                for filing in self.filings])

    def _consent(self, person: Person, purpose: str, given: bool) -> dict[str, Any]:
        return {"resident": person.id, "purpose": purpose, "given": given,
                "asked_at": self.visited_at, "asked_by": self.member.id}

    def _step(self, person: Person, kind: str, state: str, obstacle: str | None,
              mode: str) -> dict[str, Any]:
        named = not person.refuses
        return {"resident": person.id if named else None, "kind": kind, "state": state,
                "obstacle": obstacle, "mode": mode,
                "home": self.house.village.id if named else None,
                "birth_year": person.birth_year if named else None}
