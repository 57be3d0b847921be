"""Corrections of recorded visits (kind visits.correct)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Consent, Filing, Step, User, Visit, WriteTransaction
from . import changes, versions, visits
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
        self.said: dict[UUID, bool] = {}
        if self.version:
            self.said = dict(Consent.select(Consent.resident, Consent.given).where(
                Consent.visit == self.version.id).tuples())
            self.answers = Consent.answers(self.people, without=self.version.id)
            self.named = {id for table in (Step, Filing) for id, in table.select(
                table.resident).where(table.visit == self.version.id).tuples()} | {*self.said}

    def is_resident_of(self, resident: UUID, village: int) -> bool:
        """Return whether a person belongs to a village, or was named in the version."""
        return resident in self.people and resident in self.named \
            or super().is_resident_of(resident, village)


look_up = CorrectionLookup


@dataclass
class PendingCorrection(visits.PendingVisit):
    """A validated correction of a version."""

    version: Visit = field(default_factory=Visit)
    by: User = field(default_factory=User)
    flag: str = ""
    known: set[UUID] = field(default_factory=set)  # dossiers of earlier versions


def validate(entry: Entry, lookup: CorrectionLookup) -> PendingCorrection:
    """Return the pending correction of an entry, or raise Rejected."""
    version = changes.check(lookup.version, lookup.by)
    data = entry.data = filled(entry, lookup)
    known = dossiers_of(version)
    visits.refuse_taken_ids(data, lookup.taken - known)
    check_household(data["household"], version, lookup)
    answered = Answered(entry, version.village_id, lookup, version.received_at)
    parts = visits.parts(entry, lookup, answered)
    pending = PendingCorrection(**vars(parts), version=version, by=lookup.by, known=known,
                                flag=changes.flag_of(entry, version, lookup.by))
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
        visits.insert([pending], pending.known)
        versions.set_live({pending.visit["id"]}, False)
        changes.write(tx, pending.entry, pending.version, pending.by, pending.receipt,
                      pending.visit["id"], pending.flag)


def keep_ranks(pending: PendingCorrection) -> None:
    """Let what the version already had keep the receipt by which it ranks."""
    version = pending.version
    helped: defaultdict[tuple[UUID | None, str], list[tuple[int, bool]]] = defaultdict(list)
    for resident, kind, *rank in Step.select(
            Step.resident, Step.kind, Step.receipt, Step.counted).where(
            Step.visit == version.id, Step.state == "helped").order_by(Step.id).tuples():
        helped[resident, kind].append((rank[0], rank[1]))
    for step in pending.steps:
        step["counted"] = step["state"] == "helped" and not step["resident"]
        ranks = helped[step["resident"], step["kind"]]
        if step["state"] == "helped" and ranks:
            step["receipt"], was_counted = ranks.pop(0)
            step["counted"] = was_counted and not step["resident"]
    keep(pending.filings, Filing, version, ("dossier", "resident"))
    keep(pending.consents, Consent, version, ("resident", "given"))


def keep(rows: list[Row], table: type[Filing | Consent], version: Visit,
         same: tuple[str, str]) -> None:
    """Let the rows keep the rank of the version's row with the same values."""
    columns = [getattr(table, name) for name in same]
    ranks = {tuple(values): receipt for *values, receipt in table.select(
        *columns, table.receipt).where(table.visit == version.id).tuples()}
    for row in rows:
        row["receipt"] = ranks.get(tuple(row[name] for name in same), row["receipt"])
