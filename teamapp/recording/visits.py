"""Visits to a household, and the help given there (kind visits.create)."""

from collections import ChainMap
from collections import Counter as Counts
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from ..counting import coverage, distinct, effects
from ..models import (
    Companion,
    Consent,
    Coverage,
    Dossier,
    Household,
    Resident,
    Step,
    User,
    Visit,
    WriteTransaction,
)
from ..statements import Among, insert_rows
from .lookup import VisitLookup
from .recorder import Description, Entry, Pending, Rejected

Row: TypeAlias = dict[str, Any]

STEP_FIELDS = ("visit", "commune", "village", "resident", "kind", "state", "obstacle", "mode",
               "day", "receipt", "counted")

look_up = VisitLookup
CARRIES_STATE = True  # validate() adds the consents and ids of its run to the lookup


def touches(data: dict[str, Any]) -> list[UUID]:
    """Return the ids of the records a visit reads or writes."""
    people = [person["id"] for person in data["people"] if person["id"]]
    return [data["id"], data["household"], *people,
            *(dossier["id"] for dossier in data["dossiers"])]


@dataclass
class PendingVisit(Pending):
    """A validated visit and its rows in other tables."""

    visit: Row = field(default_factory=dict)
    companions: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)  # with `birth_year`, `home`
    dossiers: list[Row] = field(default_factory=list)
    households: set[UUID] = field(default_factory=set)  # their pages change


def validate(entry: Entry, lookup: VisitLookup) -> PendingVisit:
    """Return the pending visit of an entry, or raise Rejected."""
    data = entry.data
    refuse_taken_ids(data, lookup)
    village = lookup.village_to_record_in(data["household"], data["visited_at"])
    day, flag = Visit.day_of(data["visited_at"], lookup.now)
    pending = PendingVisit(entry, [flag] if flag else [])
    if (data["household"], day) in lookup.calls:
        pending.flags.append("possible_duplicate")
    if lookup.was_sent_elsewhere(data["household"], day):
        pending.flags.append("not_assigned")
    pending.visit = {
        "id": data["id"], "commune": lookup.by.commune_id, "village": village,
        "household": data["household"], "member": lookup.by.id, "outcome": data["outcome"],
        "reason": data["reason"], "visited_at": data["visited_at"], "day": day,
        "recorded_at": entry.recorded_at, "received_at": lookup.now,
        "return_on": data["return_on"], "return_part": data["return_part"],
        "note": data["note"], "flag": " ".join(pending.flags)}
    pending.households.add(data["household"])
    pending.companions = companions(entry, lookup)
    answers = ChainMap({}, lookup.consents)
    for place, person in enumerate(data["people"]):
        validate_person(pending, entry, lookup, answers, place, person)
    for place, dossier in enumerate(data["dossiers"]):
        validate_dossier(pending, entry, lookup, answers, place, dossier)
    lookup.consents.update(answers.maps[0])  # not reached by a rejected entry
    lookup.taken.update([data["id"], *(dossier["id"] for dossier in data["dossiers"])])
    return pending


def refuse_taken_ids(data: dict[str, Any], lookup: VisitLookup) -> None:
    """Raise Rejected for an id that another record has, or that occurs twice."""
    if data["id"] in lookup.taken:
        raise Rejected("id_taken", "id")
    seen = {data["id"]}
    for place, dossier in enumerate(data["dossiers"]):
        if dossier["id"] in lookup.taken | seen:
            raise Rejected("id_taken", f"dossiers-{place}-id")
        seen.add(dossier["id"])


def companions(entry: Entry, lookup: VisitLookup) -> list[Row]:
    """Return the rows of the companions; raise Rejected for one of another commune."""
    ids = set(entry.data["companions"]) - {lookup.by.id}
    if ids - lookup.team:
        raise Rejected("unknown_companion", "companions")
    return [{"visit": entry.data["id"], "user": id} for id in sorted(ids)]


def validate_person(pending: PendingVisit, entry: Entry, lookup: VisitLookup,
                    answers: MutableMapping[UUID, bool], place: int,
                    person: dict[str, Any]) -> None:
    """Add one person's steps to the pending visit: by name if they consent, else nameless."""
    resident = person["id"]
    if resident and resident not in lookup.people:
        raise Rejected("unknown_resident", f"people-{place}-id")
    if resident and person["consent"]:
        add_consent(pending, lookup, answers, resident, person["consent"] == "yes")
    if resident and resident not in answers and person["steps"]:
        raise Rejected("consent_missing", f"people-{place}-consent")
    named = resident and answers.get(resident)
    household, home, birth_year = lookup.people.get(resident, (entry.data["household"], None, None))
    pending.households.add(household)  # the resident may have moved since
    for number, step in enumerate(person["steps"]):
        at = f"people-{place}-steps-{number}"
        if step["kind"] not in lookup.kinds:
            raise Rejected("unknown_account_kind", f"{at}-kind")
        if step["obstacle"] and step["obstacle"] not in lookup.obstacles:
            raise Rejected("unknown_obstacle", f"{at}-obstacle")
        pending.steps.append({
            "resident": resident if named else None, "kind": step["kind"], "state": step["state"],
            "obstacle": step["obstacle"] or None,
            "mode": (step["mode"] or entry.data["mode"]) if step["state"] == "helped" else "",
            "home": home, "birth_year": birth_year})


def add_consent(pending: PendingVisit, lookup: VisitLookup, answers: MutableMapping[UUID, bool],
                resident: UUID, given: bool) -> None:
    """Add a person's answer, unless it equals the latest one in the database."""
    if answers.get(resident) is not given:
        pending.consents.append({"resident": resident, "purpose": "record", "given": given,
                               "asked_at": min(pending.visit["visited_at"], lookup.now),
                               "asked_by": lookup.by.id})
        answers[resident] = given


def validate_dossier(pending: PendingVisit, entry: Entry, lookup: VisitLookup,
                     answers: MutableMapping[UUID, bool], place: int,
                     dossier: dict[str, Any]) -> None:
    """Add a dossier to the pending visit: with its resident only if that person consents."""
    resident = dossier["resident"]
    if resident and resident not in lookup.people:
        raise Rejected("unknown_resident", f"dossiers-{place}-resident")
    if resident and resident not in answers:
        raise Rejected("consent_missing", f"dossiers-{place}-resident")
    if dossier["procedure"] not in lookup.procedures:
        raise Rejected("unknown_procedure", f"dossiers-{place}-procedure")
    named = resident and answers[resident]
    pending.dossiers.append({
        "id": dossier["id"], "resident": resident if named else None,
        "household": entry.data["household"], "procedure": dossier["procedure"],
        "code": dossier["code"], "channel": dossier["channel"], "due_on": dossier["due_on"]})


def write(tx: WriteTransaction, pendings: list[PendingVisit]) -> None:
    """Write pending visits in the order of their receipts, and all tallies they change.

    Raise IntegrityError if an id of theirs is already taken.
    """
    for pending in pendings:
        number(pending)
    insert_rows(Visit, [pending.visit for pending in pendings])
    insert_rows(Companion, [row for pending in pendings for row in pending.companions])
    insert_rows(Consent, [row for pending in pendings for row in pending.consents])
    steps = [step for pending in pendings for step in pending.steps]
    distinct.choose_counted(steps)
    insert_rows(Step, [{name: step[name] for name in STEP_FIELDS} for step in steps])
    insert_rows(Dossier, [dossier for pending in pendings for dossier in pending.dossiers])
    Coverage.add(tx.commune.id, coverage.update_account_statuses(steps))
    count(tx, pendings)
    households = {id for pending in pendings for id in pending.households}
    Household.update(cursor=tx.cursor).where(Household.id.in_(Among(households))).execute()


def number(pending: PendingVisit) -> None:
    """Set the receipt number of the visit and complete its steps and dossiers."""
    visit = pending.visit
    visit["receipt"] = pending.receipt
    shared = {"visit": visit["id"], "commune": visit["commune"], "village": visit["village"],
              "day": visit["day"], "receipt": pending.receipt}
    for row in pending.steps + pending.dossiers:
        row.update(shared)


def count(tx: WriteTransaction, pendings: list[PendingVisit]) -> None:
    """Add these visits to the tallies."""
    daily: Counts[tuple[str, int, date]] = Counts()
    counted: list[tuple[int, date, list[tuple[str, UUID]]]] = []
    for pending in pendings:
        facts = pending.visit, pending.steps, pending.dossiers
        daily.update(effects.effects(*facts))
        counted.append((pending.visit["village"], pending.visit["day"],
                        distinct.entities(*facts)))
    effects.apply(tx, daily, distinct.mark(tx, counted))


def describe(datas: list[dict[str, Any]], reader: User) -> list[Description]:
    """Return a description of each of these rejected visits; their values are not validated.

    It has the household if the reader may see it, and a resident if they also consent, in this
    entry or before.
    """
    households = visible(Household, reader, {data["household"] for data in datas})
    residents = visible(Resident, reader, {
        person["id"] for data in datas for person in data["people"]})
    agreed = Consent.latest(residents) if residents else {}

    def named(person: dict[str, Any]) -> Resident | None:
        id, answer = person["id"], person["consent"]
        return residents.get(id) if answer == "yes" or not answer and agreed.get(id) else None

    return [Description(
        households.get(data["household"]), data["outcome"], data["visited_at"],
        data["return_on"], data["return_part"], data["reason"], data["note"],
        people=[(named(person), [(step["kind"], step["state"], step["obstacle"])
                                 for step in person["steps"]]) for person in data["people"]],
        dossiers=[(dossier["procedure"], dossier["code"]) for dossier in data["dossiers"]])
        for data in datas]


def visible(noun: Any, reader: User, ids: set[UUID | None]) -> dict[UUID, Any]:
    """Return {id: record} of the records the reader may see."""
    known = ids - {None}
    query = noun.visible_to(reader).where(noun.id.in_(Among(known))) if known else ()
    return {one.id: one for one in query}
