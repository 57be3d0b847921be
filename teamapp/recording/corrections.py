"""Corrections of recorded visits (kind visits.correct)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ..models import Consent, Filing, Step, User, Visit, WriteTransaction
from ..statements import Among
from . import changes, visits
from .changes import ChangeLookup, PendingChange
from .consents import Answered
from .lookup import VisitLookup
from .recorder import Entry, Rejected
from .visit_description import describe
from .visit_parts import Row

__all__ = ["CARRIES_STATE", "describe", "look_up", "touches", "validate", "write"]

CARRIES_STATE = False


def touches(datas: list[dict[str, Any]]) -> list[set[UUID]]:
    """Return the ids of the records each correction reads or writes."""
    return [old | new for old, new in zip(changes.touches(datas), visits.touches(datas))]


class CorrectionLookup(VisitLookup):
    """The lookup of a run of corrections: also the versions they change, with their parts.

    People and dossiers stand under their own ids: no other correction of the run touches them.
    """

    def __init__(self, entries: list[Entry], by: User, now: datetime) -> None:
        self.changes = ChangeLookup(entries, by, now)
        versions = self.changes.versions.values()
        self.changed = {version.id for version in versions}
        super().__init__(entries, by, now)
        self._find_parts()
        is_filing = any(entry.data["dossiers"] for entry in entries)
        self.known = dossiers_of({one.root_id for one in versions}) if is_filing else set()
        self.taken -= self.known  # a correction may name them again

    def _find_parts(self) -> None:
        """Find who was named in the versions, and by which receipts their parts rank."""
        steps, filings, consents = (
            list(table.select().where(table.visit.in_(Among(self.changed)))
                 .order_by(table.id).dicts()) for table in (Step, Filing, Consent))
        self.helped: defaultdict[tuple[UUID, UUID | None, str], list[Row]] = defaultdict(list)
        for step in steps:
            if step["state"] == "helped":
                self.helped[step["visit"], step["resident"], step["kind"]].append(step)
        self.filed = {(row["dossier"], row["resident"]): row["receipt"] for row in filings}
        self.answered = {(row["resident"], row["given"]): row["receipt"] for row in consents}
        self.said = {row["resident"]: row["given"] for row in consents}
        self.named = {row["resident"] for row in (*steps, *filings, *consents)}

    def received_at(self, entry: Entry) -> datetime:
        """Return when the first version of an entry's visit arrived."""
        version = self.changes.versions.get(entry.id)
        return version.received_at if version else self.now

    def is_resident_of(self, resident: UUID, village: int) -> bool:
        """Return whether a person belongs to a village, or was named in the version."""
        return resident in self.people and resident in self.named \
            or super().is_resident_of(resident, village)


look_up = CorrectionLookup


def dossiers_of(roots: set[UUID]) -> set[UUID]:
    """Return the dossiers (ids) of all versions of visits, given their first versions (ids)."""
    among = Among(roots)
    return {id for id, in Filing.select(Filing.dossier).join(Visit).where(
        Visit.id.in_(among) | Visit.first.in_(among)).tuples()}


@dataclass
class PendingCorrection(visits.PendingVisit, PendingChange):
    """A validated correction of a version."""

    before: CorrectionLookup = field(kw_only=True)  # the parts of the version


def validate(entry: Entry, lookup: CorrectionLookup) -> PendingCorrection:
    """Return the pending correction of an entry, or raise Rejected."""
    version = lookup.changes.version_of(entry)
    data = entry.data = filled(entry, lookup)
    visits.refuse_taken_ids(data, lookup.taken)
    check_household(data["household"], version, lookup)
    parts = visits.parts(entry, lookup, Answered(entry, version.village_id, lookup))
    pending = PendingCorrection(**vars(parts), version=version, by=lookup.by,
                                correction=data["id"], before=lookup)
    pending.flags = lookup.changes.flags(entry, version)
    pending.visit = visits.visit_row(entry, version.village_id, version.member_id,
                                     version.received_at)
    pending.visit |= {"first": version.root_id, "corrects": version.id,
                      "first_receipt": version.first_receipt or version.receipt,
                      "met_receipt": met_rank(pending.visit, version),
                      "flag": " ".join(flags(pending.visit, version, lookup))}
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


def flags(visit: Row, version: Visit, lookup: CorrectionLookup) -> list[str]:
    """Return what is unusual about the corrected visit."""
    dated = Visit.day_of(visit["visited_at"], version.received_at)[1]
    found = [dated] if dated else []
    if lookup.was_called_by_another(visit["household"], visit["day"], version.member_id):
        found.append("possible_duplicate")
    if "not_assigned" in version.flag.split() and visit["household"] == version.household_id:
        found.append("not_assigned")
    return found


def write(tx: WriteTransaction, pendings: list[PendingCorrection]) -> None:
    """Write corrections as versions of their own, and let the counts follow."""
    for pending in pendings:
        visits.number(tx, pending)
        keep_ranks(pending)
    visits.insert(pendings, pendings[0].before.known, is_live=False)
    changes.write(tx, pendings)


def keep_ranks(pending: PendingCorrection) -> None:
    """Let what the version already had keep the receipt by which it ranks."""
    before = pending.before
    for row in pending.steps:
        is_helped = row["state"] == "helped"
        row["counted"] = is_helped and not row["resident"]
        same = before.helped[pending.version.id, row["resident"], row["kind"]]
        if is_helped and same:
            step = same.pop(0)
            row["receipt"], row["counted"] = step["receipt"], step["counted"] and row["counted"]
    for row in pending.filings:
        row["receipt"] = before.filed.get((row["dossier"], row["resident"]), row["receipt"])
    for row in pending.consents:
        row["receipt"] = before.answered.get((row["resident"], row["given"]), row["receipt"])
