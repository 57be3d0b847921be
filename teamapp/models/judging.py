"""Judging what a phone sent about a visit: is it of this commune, this member, this catalogue?"""

from collections import ChainMap
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from .visit import Visit


class Refused(Exception):
    """A reason, by code, why an entry cannot be taken as it is, and the field it concerns."""

    def __init__(self, code, at=None):
        super().__init__(code)
        self.code, self.at = code, at


@dataclass
class Entry:
    """One filled-in form of an outbox, its values already checked by the form class."""

    id: UUID
    recorded_at: datetime
    data: dict


@dataclass
class Draft:
    """A visit that may be recorded, and the rows it brings, without their receipt yet."""

    visit: dict
    companions: list = field(default_factory=list)
    consents: list = field(default_factory=list)
    steps: list = field(default_factory=list)  # dicts; `birth_year` and `home` of the person too
    dossiers: list = field(default_factory=list)
    houses: set = field(default_factory=set)  # whose pages it changes


def judge(entry, facts):
    """Return the draft of an entry, or raise Refused."""
    data = entry.data
    village = facts.village_to_record_in(data["household"], data["visited_at"])
    day, flag = Visit.day_of(data["visited_at"], facts.at)
    flags = [flag] if flag else []
    if (data["household"], day) in facts.calls:
        flags.append("possible_duplicate")
    if facts.was_sent_elsewhere(data["household"], day):
        flags.append("not_assigned")
    draft = Draft({
        "id": entry.id, "commune": facts.by.commune_id, "village": village,
        "household": data["household"], "member": facts.by.id, "outcome": data["outcome"],
        "reason": data["reason"], "visited_at": data["visited_at"], "day": day,
        "recorded_at": entry.recorded_at, "received_at": facts.at, "return_on": data["return_on"],
        "return_part": data["return_part"], "note": data["note"], "flag": " ".join(flags)})
    draft.houses.add(data["household"])
    draft.companions = companions(entry, facts)
    answers = ChainMap({}, facts.consents)
    for place, person in enumerate(data["people"]):
        judge_person(draft, entry, facts, answers, place, person)
    for place, dossier in enumerate(data["dossiers"]):
        judge_dossier(draft, entry, facts, answers, place, dossier)
    facts.consents.update(answers.maps[0])  # of an entry that is refused nothing is known
    return draft


def companions(entry, facts):
    """Return the rows of who came along."""
    ids = set(entry.data["companions"]) - {facts.by.id}
    if ids - facts.team:
        raise Refused("unknown_companion", "companions")
    return [{"visit": entry.id, "user": id} for id in sorted(ids)]


def judge_person(draft, entry, facts, answers, place, person):
    """Add one person's steps to the draft: by name if they agreed, else nameless."""
    resident = person["id"]
    if resident and resident not in facts.people:
        raise Refused("unknown_resident", f"people-{place}-id")
    if resident and person["consent"]:
        note_consent(draft, facts, answers, resident, person["consent"] == "yes")
    if resident and resident not in answers and person["steps"]:
        raise Refused("consent_missing", f"people-{place}-consent")
    named = resident and answers.get(resident)
    house, home, birth_year = facts.people.get(resident, (entry.data["household"], None, None))
    draft.houses.add(house)  # somebody may live elsewhere by now
    for number, step in enumerate(person["steps"]):
        at = f"people-{place}-steps-{number}"
        if step["kind"] not in facts.kinds:
            raise Refused("unknown_account_kind", f"{at}-kind")
        if step["obstacle"] and step["obstacle"] not in facts.obstacles:
            raise Refused("unknown_obstacle", f"{at}-obstacle")
        draft.steps.append({
            "resident": resident if named else None, "kind": step["kind"], "state": step["state"],
            "obstacle": step["obstacle"] or None,
            "mode": (step["mode"] or entry.data["mode"]) if step["state"] == "helped" else "",
            "home": home, "birth_year": birth_year})


def note_consent(draft, facts, answers, resident, given):
    """Keep what a person answered, unless it is what the book already says."""
    if answers.get(resident) is not given:
        draft.consents.append({"resident": resident, "purpose": "record", "given": given,
                               "asked_at": min(draft.visit["visited_at"], facts.at),
                               "asked_by": facts.by.id})
        answers[resident] = given


def judge_dossier(draft, entry, facts, answers, place, dossier):
    """Add a dossier to the draft: with its person's name only if that person agreed."""
    resident = dossier["resident"]
    if resident and resident not in facts.people:
        raise Refused("unknown_resident", f"dossiers-{place}-resident")
    if resident and resident not in answers:
        raise Refused("consent_missing", f"dossiers-{place}-resident")
    if dossier["procedure"] not in facts.procedures:
        raise Refused("unknown_procedure", f"dossiers-{place}-procedure")
    named = resident and answers[resident]
    draft.dossiers.append({
        "id": dossier["id"], "resident": resident if named else None,
        "household": entry.data["household"], "procedure": dossier["procedure"],
        "code": dossier["code"], "channel": dossier["channel"], "due_on": dossier["due_on"]})
