"""Visits to a household, and the help given there (kind visits.create)."""

from collections import Counter as Counts
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ..counting import coverage, distinct, effects
from ..models import (
    Companion,
    Consent,
    Coverage,
    Dossier,
    Filing,
    Household,
    Step,
    Visit,
    WriteTransaction,
)
from ..statements import Among, insert_rows
from . import visit_parts
from .consents import Answered, withdraw_names
from .lookup import VisitLookup
from .recorder import Entry, Pending, Rejected
from .visit_description import describe
from .visit_parts import Row

__all__ = ["CARRIES_STATE", "describe", "look_up", "touches", "validate", "write"]

STEP_FIELDS = ("visit", "commune", "village", "resident", "kind", "state", "obstacle", "mode",
               "day", "receipt", "counted")

look_up = VisitLookup
CARRIES_STATE = True  # validate() adds the answers and ids of its run to the lookup


def touches(datas: list[dict[str, Any]]) -> list[set[UUID]]:
    """Return the ids of the records each visit reads or writes."""
    return [{data["id"], data["household"],
             *(person["id"] for person in data["people"] if person["id"]),
             *(dossier["id"] for dossier in data["dossiers"])} for data in datas]


@dataclass
class PendingVisit(Pending):
    """A validated visit and its rows in other tables."""

    visit: Row = field(default_factory=dict)
    companions: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)  # with `birth_year`, `home`
    filings: list[Row] = field(default_factory=list)
    refusing: set[UUID] = field(default_factory=set)  # residents
    households: set[UUID] = field(default_factory=set)  # their pages change


def validate(entry: Entry, lookup: VisitLookup) -> PendingVisit:
    """Return the pending visit of an entry, or raise Rejected."""
    data = entry.data
    refuse_taken_ids(data, lookup.taken)
    village = lookup.village_to_record_in(data["household"], data["visited_at"])
    answered = Answered(entry, village, lookup)
    pending = parts(entry, lookup, answered)
    pending.visit = visit_row(entry, village, lookup.by.id, lookup.received_at(entry))
    pending.flags = flags(data, lookup)
    pending.visit["flag"] = " ".join(pending.flags)
    answered.enter()  # not reached by a rejected entry
    lookup.taken.update([data["id"], *(dossier["id"] for dossier in data["dossiers"])])
    return pending


def parts(entry: Entry, lookup: VisitLookup, answered: Answered) -> PendingVisit:
    """Return a pending visit with its rows in other tables, or raise Rejected."""
    return PendingVisit(
        entry, companions=companions(entry, lookup), consents=answered.rows,
        steps=list(visit_parts.steps(entry, lookup, answered)),
        filings=list(visit_parts.filings(entry, lookup, answered)), refusing=answered.refusing,
        households={entry.data["household"]} | {  # residents may have moved since
            lookup.people[person["id"]][0] for person in entry.data["people"] if person["id"]})


def visit_row(entry: Entry, village: int, member: int, received_at: datetime) -> Row:
    """Return the row of a visit; `received_at` is that of its first version."""
    data = entry.data
    return {
        "id": data["id"], "commune": None, "village": village, "household": data["household"],
        "member": member, "outcome": data["outcome"], "reason": data["why_unreached"],
        "visited_at": data["visited_at"], "happened_at": min(data["visited_at"], received_at),
        "day": Visit.day_of(data["visited_at"], received_at)[0],
        "recorded_at": entry.recorded_at, "received_at": received_at,
        "return_on": data["return_on"], "return_part": data["return_part"], "note": data["note"]}


def flags(data: dict[str, Any], lookup: VisitLookup) -> list[str]:
    """Return what is unusual about a visit."""
    day, flag = Visit.day_of(data["visited_at"], lookup.now)
    found = [flag] if flag else []
    if lookup.was_called_by_another(data["household"], day, lookup.by.id):
        found.append("possible_duplicate")
    if lookup.was_sent_elsewhere(data["household"], day):
        found.append("not_assigned")
    return found


def refuse_taken_ids(data: dict[str, Any], taken: Collection[UUID]) -> None:
    """Raise Rejected for an id that another record has, or that occurs twice."""
    if data["id"] in taken:
        raise Rejected("id_taken", "id")
    seen = {data["id"]}
    for place, dossier in enumerate(data["dossiers"]):
        if dossier["id"] in taken or dossier["id"] in seen:
            raise Rejected("id_taken", f"dossiers-{place}-id")
        seen.add(dossier["id"])


def companions(entry: Entry, lookup: VisitLookup) -> list[Row]:
    """Return the rows of the companions; raise Rejected for one of another commune."""
    ids = set(entry.data["companions"]) - {lookup.by.id}
    if ids - lookup.team:
        raise Rejected("unknown_companion", "companions")
    return [{"visit": entry.data["id"], "user": id} for id in sorted(ids)]


def write(tx: WriteTransaction, pendings: list[PendingVisit]) -> None:
    """Write pending visits in the order of their receipts, and all tallies they change.

    A “no” may take the name from steps written before it: those are written first. Raise
    IntegrityError if an id of theirs is already taken.
    """
    households: set[UUID] = set()
    while pendings:
        end = next((place for place, one in enumerate(pendings, 1) if one.refusing), len(pendings))
        households |= write_alike(tx, pendings[:end])
        households |= withdraw_names(tx, pendings[end - 1].refusing)
        pendings = pendings[end:]
    Household.update(cursor=tx.cursor).where(Household.id.in_(Among(households))).execute()


def write_alike(tx: WriteTransaction, pendings: list[PendingVisit]) -> set[UUID]:
    """Write visits of which at most the last one refuses names; return their households."""
    for pending in pendings:
        number(tx, pending)
    steps = [step for pending in pendings for step in pending.steps]
    distinct.choose_counted(steps)
    insert(pendings)
    Coverage.add(tx.commune.id, coverage.update_account_statuses(steps))
    count(tx, pendings)
    return {id for pending in pendings for id in pending.households}


def number(tx: WriteTransaction, pending: PendingVisit) -> None:
    """Set the receipt number of the visit and complete the rows of its parts."""
    visit = pending.visit
    visit |= {"commune": tx.commune.id, "receipt": pending.receipt}
    shared = {"visit": visit["id"], "commune": visit["commune"], "village": visit["village"],
              "day": visit["day"], "receipt": pending.receipt}
    for row in pending.steps + pending.filings:
        row.update(shared)
    for row in pending.consents:
        row |= {"visit": visit["id"], "receipt": pending.receipt}


def insert(pendings: Sequence[PendingVisit], known: Collection[UUID] = (),
           is_live: bool = True) -> None:
    """Insert the rows of numbered visits; the dossiers `known` (ids) exist already."""
    step_fields = STEP_FIELDS if is_live else (*STEP_FIELDS, "is_live")
    for pending in () if is_live else pendings:
        for row in (pending.visit, *pending.steps, *pending.filings, *pending.consents):
            row["is_live"] = False
    insert_rows(Visit, [pending.visit for pending in pendings])
    insert_rows(Companion, [row for pending in pendings for row in pending.companions])
    insert_rows(Consent, [row for pending in pendings for row in pending.consents])
    insert_rows(Step, [{name: step[name] for name in step_fields}
                       for pending in pendings for step in pending.steps])
    filings = [row for pending in pendings for row in pending.filings]
    Dossier.enter({row["dossier"]: row["commune"] for row in filings
                   if row["dossier"] not in known})
    insert_rows(Filing, filings)


def count(tx: WriteTransaction, pendings: list[PendingVisit]) -> None:
    """Add these visits to the tallies."""
    daily: Counts[tuple[str, int, date]] = Counts()
    counted: list[tuple[int, date, list[tuple[str, UUID]]]] = []
    for pending in pendings:
        facts = pending.visit, pending.steps, pending.filings
        daily.update(effects.effects(*facts))
        counted.append((pending.visit["village"], pending.visit["day"],
                        distinct.entities(*facts)))
    effects.apply(tx, daily, distinct.mark(tx, counted))
