"""Answers to the request for consent: who is recorded by name, and the withdrawal of names.

For a visit the newest answer asked until its time holds, in any order of arrival.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from peewee import chunked

from ..counting import recompute
from ..models import Consent, Filing, Resident, Step, Visit, WriteTransaction
from ..models.consent import minute
from ..statements import Among
from .lookup import VisitLookup
from .recorder import Entry, Rejected

BATCH = 500  # rows changed in one statement


class Answered:
    """The people of a visit, with their answers in it and before.

    Raises Rejected for one who does not belong to the visit's village: nobody there knows them.
    """

    def __init__(self, entry: Entry, village: int, lookup: VisitLookup) -> None:
        self.lookup = lookup
        self.moment = minute(min(entry.data["visited_at"], lookup.received_at(entry)))
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
    def refusing(self) -> set[UUID]:
        """The residents who said “no”."""
        return {resident for resident, given in self.given.items() if not given}

    def enter(self) -> None:
        """Add the answers to the lookup, for the entries that follow."""
        for row in self.rows:
            self.lookup.add_answer(row["resident"], self.moment, row["given"])


class Fact(NamedTuple):
    """A step or filing by name."""

    table: type[Step | Filing]
    id: int
    resident: UUID
    day: date
    household: UUID | None
    happened_at: datetime
    visit: UUID
    is_live: bool


def withdraw_names(tx: WriteTransaction, residents: Collection[UUID]) -> set[UUID]:
    """Make the steps and filings of these residents nameless that no answer allows any more.

    Each live step keeps whether it counted. A struck or waiting version keeps the names that its
    own answers allow, unless a live “no” follows them. Return the households whose pages change.
    """
    lost = unnamed(residents) if residents else []
    if not lost:
        return set()
    for table in (Step, Filing):
        for ids in chunked((fact.id for fact in lost if fact.table is table), BATCH):
            table.update(resident=None).where(table.id.in_(Among(ids))).execute()
    people = {fact.resident for fact in lost}
    Resident.update(lost_name=True).where(Resident.id.in_(Among(people))).execute()
    recompute.recompute(tx, people, [], {fact.day for fact in lost})
    return {fact.household for fact in lost if fact.household}


def unnamed(residents: Collection[UUID]) -> list[Fact]:
    """Return the facts by the names of these residents that their answers keep nameless."""
    facts = [Fact(table, *row) for table in (Step, Filing) for row in table.select(
        table.id, table.resident, table.day, Visit.household, Visit.happened_at, Visit.id,
        Visit.is_live).join(Visit, on=(Visit.id == table.visit))
        .where(table.resident.in_(Among(residents))).tuples()]
    answers = Consent.answers(residents)
    found = [fact for fact in facts if fact.resident not in answers
             or not answers[fact.resident].at(fact.happened_at)]
    struck = {(fact.resident, fact.visit) for fact in found if not fact.is_live}
    own = Consent.answers_within(struck) if struck else {}
    return [fact for fact in found if fact.is_live
            or not own[fact.resident, fact.visit].at(fact.happened_at)]
