"""Answers to the request for consent: who is recorded by name, and the withdrawal of names.

For a visit the newest answer asked until its time holds, in any order of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from .. import clock
from ..counting import withdrawal
from ..models import AccountStatus, Consent, Dossier, Step, Visit, WriteTransaction
from ..models.consent import minute
from ..statements import Among
from .lookup import VisitLookup
from .recorder import Entry, Rejected


@dataclass
class Refusal:
    """A resident's “no”; `villages` (ids) are those whose visits may have named them."""

    resident: UUID
    asked_at: datetime
    villages: set[int]


class Answered:
    """The people of a visit, with their answers in it and before.

    Raises Rejected for one who does not belong to the visit's village: nobody there knows them.
    """

    def __init__(self, entry: Entry, village: int, lookup: VisitLookup) -> None:
        self.lookup, self.moment = lookup, minute(min(entry.data["visited_at"], lookup.now))
        self.rows: list[dict[str, Any]] = []
        self.given: dict[UUID, bool] = {}
        for place, person in enumerate(entry.data["people"]):
            self._check(person["id"], village, f"people-{place}-id")
            if person["id"] and person["consent"]:
                self._add(person["id"], person["consent"] == "yes")
        for place, dossier in enumerate(entry.data["dossiers"]):
            self._check(dossier["resident"], village, f"dossiers-{place}-resident")

    def _check(self, resident: UUID | None, village: int, field_name: str) -> None:
        if resident and not self.lookup.is_resident_of(resident, village):
            raise Rejected("unknown_resident", field_name)

    def _add(self, resident: UUID, given: bool) -> None:
        self.given[resident] = given
        self.rows.append({"resident": resident, "purpose": "record", "given": given,
                          "asked_at": self.moment, "asked_by": self.lookup.by.id})

    def named(self, resident: UUID | None, field_name: str) -> UUID | None:
        """Return the resident if they consented; raise Rejected if nobody ever asked them."""
        if resident is None or resident in self.given:
            return resident if resident and self.given[resident] else None
        if resident not in self.lookup.answers:
            raise Rejected("consent_missing", field_name)
        return resident if self.lookup.answers[resident].at(self.moment) else None

    @property
    def refusals(self) -> list[Refusal]:
        return [Refusal(resident, self.moment, self.lookup.villages_of(resident))
                for resident, given in self.given.items() if not given]

    def enter(self) -> None:
        """Add the answers to the lookup, for the entries that follow."""
        for row in self.rows:
            self.lookup.add_answer(row["resident"], self.moment, row["given"])


def withdraw_names(tx: WriteTransaction, refusals: Iterable[Refusal]) -> set[UUID]:
    """Make the steps and dossiers nameless that a stored refusal holds for.

    Each step keeps whether it counted. Return the households whose pages change.
    """
    households: set[UUID] = set()
    for refusal in refusals:
        steps, dossiers = held_steps(refusal), held(Dossier, refusal)
        if steps or dossiers:
            Step.update(resident=None).where(Step.id.in_(Among(steps))).execute()
            Dossier.update(resident=None).where(Dossier.id.in_(Among(dossiers))).execute()
            facts = [*steps.values(), *dossiers.values()]
            withdrawal.recompute(tx, refusal.resident, refusal.villages, {day for day, _ in facts})
            households |= {household for _, household in facts}
    return households


def held_steps(refusal: Refusal) -> dict[Any, tuple[date, UUID]]:
    """Return the steps of held(); only kinds with a status, by which an index finds them."""
    kinds = {kind for _, kind in AccountStatus.of([refusal.resident])}
    return held(Step, refusal, Step.kind.in_(Among(kinds))) if kinds else {}


def held(table: type[Step | Dossier], refusal: Refusal, *conditions: Any,
         ) -> dict[Any, tuple[date, UUID]]:
    """Return {id: (day, household)} of the resident's facts between the “no” and the next “yes”."""
    until = Consent.answers([refusal.resident])[refusal.resident].next_yes(refusal.asked_at)
    rows = (table.select(table.id, table.day, Visit.household, Visit.visited_at, Visit.received_at)
            .join(Visit, on=(Visit.id == table.visit))
            .where(table.village.in_(Among(refusal.villages)), table.resident == refusal.resident,
                   table.day >= clock.day_of(refusal.asked_at), *conditions).tuples())
    return {id: (day, household) for id, day, household, visited_at, received_at in rows
            if refusal.asked_at <= minute(min(visited_at, received_at))
            and (until is None or minute(min(visited_at, received_at)) < until)}
