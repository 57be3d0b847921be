"""Corrections of recorded visits (kind visits.correct)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Consent, Filing, Step, User, Visit, WriteTransaction
from . import changes, visits
from .consents import Answered
from .lookup import VisitLookup
from .recorder import Entry, Rejected
from .visit_description import describe
from .visit_parts import Row

__all__ = ["ALONE", "CARRIES_STATE", "describe", "look_up", "touches", "validate", "write"]

CARRIES_STATE, ALONE = False, True


def touches(data: dict[str, Any]) -> list[UUID]:
    """Return the ids of the records a correction reads or writes."""
    return [*visits.touches(data), *filter(None, [data.get("visit")])]


class CorrectionLookup(VisitLookup):
    """The lookup of one correction: also the version it changes, with its answers and people."""

    def __init__(self, entries: list[Entry], by: User, now: datetime) -> None:
        super().__init__(entries, by, now)
        [entry] = entries
        self.version = changes.find_version(entry, by)
        self.steps: list[Step] = []
        self.filings: list[Filing] = []
        self.consents: list[Consent] = []
        if self.version:
            self.steps, self.filings, self.consents = (
                list(table.select().where(table.visit == self.version.id).order_by(table.id))
                for table in (Step, Filing, Consent))
            if self.people:
                self.answers = Consent.answers(self.people, without=self.version.id)
        self.said = {one.resident_id: one.given for one in self.consents}
        self.named = {one.resident_id for one in (*self.steps, *self.filings)} | {*self.said}

    def is_resident_of(self, resident: UUID, village: int) -> bool:
        """Return whether a person belongs to a village, or was named in the version."""
        return resident in self.people and resident in self.named \
            or super().is_resident_of(resident, village)


look_up = CorrectionLookup


@dataclass
class PendingCorrection(visits.PendingVisit):
    """A validated correction of a version."""

    version: Visit = field(kw_only=True)
    before: CorrectionLookup = field(kw_only=True)  # the parts of the version
    by: User = field(kw_only=True)
    flag: str = ""
    known: set[UUID] = field(default_factory=set)  # dossiers of earlier versions


def validate(entry: Entry, lookup: CorrectionLookup) -> PendingCorrection:
    """Return the pending correction of an entry, or raise Rejected."""
    version = changes.check(lookup.version, lookup.by)
    data = entry.data = filled(entry, lookup)
    known = dossiers_of(version) if data["dossiers"] else set()
    visits.refuse_taken_ids(data, lookup.taken - known)
    check_household(data["household"], version, lookup)
    answered = Answered(entry, version.village_id, lookup, version.received_at)
    parts = visits.parts(entry, lookup, answered)
    pending = PendingCorrection(**vars(parts), version=version, by=lookup.by, known=known,
                                before=lookup, flag=changes.flag_of(entry, version, lookup.by))
    pending.flags = [pending.flag] if pending.flag else []
    pending.visit = visits.visit_row(entry, version.village_id, version.member_id,
                                     version.received_at)
    pending.visit |= {"first": version.root_id, "corrects": version.id,
                      "first_receipt": version.first_receipt or version.receipt,
                      "met_receipt": met_rank(pending.visit, version),
                      "flag": flags(pending.visit, version)}
    return pending


def filled(entry: Entry, lookup: CorrectionLookup) -> dict[str, Any]:
    """Return the values of the form; where no answer is given, with the version's answer.

    A resubmission that turned into a correction has the id of the version it changes: its own is
    that of its entry.
    """
    people = [person | {"consent": person["consent"] or word(lookup.said.get(person["id"]))}
              for person in entry.data["people"]]
    return entry.data | {"people": people} | (
        {} if entry.changes is None else {"id": entry.id})


def word(given: bool | None) -> str:
    """Return an answer as the form has it."""
    return "" if given is None else "yes" if given else "no"


def dossiers_of(version: Visit) -> set[UUID]:
    """Return the dossiers (ids) of all versions of a visit: a correction may name them again."""
    return {id for id, in Filing.select(Filing.dossier).join(Visit).where(
        (Visit.id == version.root_id) | (Visit.first == version.root_id)).tuples()}


def check_household(household: UUID, version: Visit, lookup: VisitLookup) -> None:
    """Raise Rejected for a household that never belonged to the village of the visit."""
    if household == version.household_id:
        return
    if household not in lookup.village_of:
        raise Rejected("unknown_household", "household")
    if version.village_id not in lookup.stays[household] | {lookup.village_of[household]}:
        raise Rejected("other_village", "household")


def met_rank(visit: Row, version: Visit) -> int | None:
    """Return the receipt by which meeting the household ranks, if the version met it already."""
    is_known = visit["outcome"] == version.outcome == "met" \
        and visit["household"] == version.household_id
    return (version.met_receipt or version.receipt) if is_known else None


def flags(visit: Row, version: Visit) -> str:
    """Return what is unusual about the corrected visit."""
    dated = Visit.day_of(visit["visited_at"], version.received_at)[1]
    others = Visit.live().where(
        Visit.household == visit["household"], Visit.day == visit["day"],
        Visit.member != version.member_id)
    found = [dated] if dated else []
    found += ["possible_duplicate"] if others.exists() else []
    found += ["not_assigned"] if "not_assigned" in version.flag.split() \
        and visit["household"] == version.household_id else []
    return " ".join(found)


def write(tx: WriteTransaction, pendings: list[PendingCorrection]) -> None:
    """Write a correction as a version of its own, and let the counts follow."""
    for pending in pendings:
        visits.number(tx, pending)
        keep_ranks(pending)
        visits.insert([pending], pending.known, is_live=False)
        changes.write(tx, pending.entry, pending.version, pending.by, pending.receipt,
                      pending.visit["id"], pending.flag)


def keep_ranks(pending: PendingCorrection) -> None:
    """Let what the version already had keep the receipt by which it ranks."""
    before = pending.before
    helped: defaultdict[tuple[UUID | None, str], list[Step]] = defaultdict(list)
    for step in before.steps:
        if step.state == "helped":
            helped[step.resident_id, step.kind_id].append(step)
    for row in pending.steps:
        row["counted"] = row["state"] == "helped" and not row["resident"]
        same = helped[row["resident"], row["kind"]]
        if row["state"] == "helped" and same:
            step = same.pop(0)
            row["receipt"], row["counted"] = step.receipt, step.counted and not row["resident"]
    filed = {(one.dossier_id, one.resident_id): one.receipt for one in before.filings}
    said = {(one.resident_id, one.given): one.receipt for one in before.consents}
    for row in pending.filings:
        row["receipt"] = filed.get((row["dossier"], row["resident"]), row["receipt"])
    for row in pending.consents:
        row["receipt"] = said.get((row["resident"], row["given"]), row["receipt"])
