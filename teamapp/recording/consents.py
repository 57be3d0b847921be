"""Answers to the request for consent: who is recorded by name, and the withdrawal of names.

For a visit the newest answer asked until its time holds, in any order of arrival.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ..counting import recompute
from ..models import Consent, Filing, Resident, Step, Visit, WriteTransaction
from ..models.consent import Answers, minute
from ..statements import Among
from .lookup import VisitLookup
from .recorder import Entry, Rejected


class Answered:
    """The people of a visit, with their answers in it and before.

    Raises Rejected for one who does not belong to the visit's village: nobody there knows them.
    """

    def __init__(self, entry: Entry, village: int, lookup: VisitLookup,
                 received_at: datetime | None = None) -> None:
        self.lookup = lookup
        self.moment = minute(min(entry.data["visited_at"], received_at or lookup.now))
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


def withdraw_names(tx: WriteTransaction, residents: Collection[UUID]) -> set[UUID]:
    """Make the steps and filings of these residents nameless that no answer allows any more.

    Each live step keeps whether it counted. A struck or waiting version keeps the names that its
    own answers allow, unless a live “no” follows them. Return the households whose pages change.
    """
    answers = Consent.answers(residents) if residents else {}
    households: set[UUID] = set()
    for resident in sorted(residents):
        said = answers.get(resident, Answers())
        steps, filings = (unnamed(table, resident, said) for table in (Step, Filing))
        if steps or filings:
            Step.update(resident=None).where(Step.id.in_(Among(steps))).execute()
            Filing.update(resident=None).where(Filing.id.in_(Among(filings))).execute()
            Resident.update(lost_name=True).where(Resident.id == resident).execute()
            facts = [*steps.values(), *filings.values()]
            recompute.recompute(tx, [resident], [], {day for day, _ in facts})
            households |= {household for _, household in facts}
    return households - {None}


def unnamed(table: type[Step | Filing], resident: UUID, answers: Answers,
            ) -> dict[Any, tuple[date, UUID]]:
    """Return {id: (day, household)} of a resident's facts that the answers keep nameless."""
    rows = (table.select(table.id, table.day, Visit.household, Visit.happened_at, Visit.id,
                         Visit.is_live)
            .join(Visit, on=(Visit.id == table.visit)).where(table.resident == resident).tuples())
    return {id: (day, household) for id, day, household, happened_at, visit, is_live in rows
            if not (answers.at(happened_at) or not is_live and Consent.answers(
                [resident], within=visit).get(resident, answers).at(happened_at))}
