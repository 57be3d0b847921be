"""Judging what a phone sent about a visit: is it of this commune, this member, this catalogue?"""

from collections import ChainMap, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from .. import clock
from ..statements import Among
from .catalog import AccountKind, Obstacle, Procedure
from .household import Consent, Household, Resident, Stay
from .round import Assignment, Round
from .user import User
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
    by: User
    recorded_at: object
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


class Facts:
    """What the database knows of everything a batch of entries names, in a few queries."""

    def __init__(self, entries, by, at):
        self.by, self.at, self.today = by, at, clock.day_of(at)
        datas = [entry.data for entry in entries]
        houses = {data["household"] for data in datas}
        people = [p for data in datas for p in data["people"]]
        dossiers = [d for data in datas for d in data["dossiers"]]
        self._find_houses(houses)
        self._find_people({p["id"] for p in people if p["id"]}
                          | {d["resident"] for d in dossiers if d["resident"]})
        self._find_codes(people, {d["procedure"] for d in dossiers})
        self._find_team({id for data in datas for id in data["companions"]})
        self._find_calls(houses)
        self._memberships = {}

    def _find_houses(self, ids):
        rows = (Household.select(Household.id, Household.village)
                .where(Household.id.in_(Among(ids)), Household.commune == self.by.commune_id))
        self.village_of = dict(rows.tuples())
        self.stays = defaultdict(set)
        for household, village in (Stay.select(Stay.household, Stay.village)
                                   .where(Stay.household.in_(Among(self.village_of))).tuples()):
            self.stays[household].add(village)

    def _find_people(self, ids):
        self.people, self.consents = {}, {}
        if not ids:
            return
        rows = (Resident.select(Resident.id, Resident.household, Household.village,
                                Resident.birth_year)
                .join(Household).where(Resident.id.in_(Among(ids)),
                                       Resident.commune == self.by.commune_id))
        self.people = {id: facts for id, *facts in rows.tuples()}
        self.consents = Consent.latest(ids)

    def _find_codes(self, people, procedures):
        self.kinds = codes(AccountKind, {s["kind"] for p in people for s in p["steps"]})
        self.obstacles = codes(Obstacle, {s["obstacle"] for p in people for s in p["steps"]})
        self.procedures = codes(Procedure, procedures)

    def _find_team(self, ids):
        self.team = {id for id, in User.select(User.id).where(
            User.id.in_(Among(ids)), User.commune == self.by.commune_id).tuples()} if ids else set()

    def _find_calls(self, houses):
        """Find who else called at these houses of late, and whom a round sent there."""
        self.calls = {(house, day) for house, day in Visit.select(Visit.household, Visit.day).where(
            Visit.household.in_(Among(houses)), Visit.member != self.by.id,
            Visit.visited_at > self.at - 2 * Visit.OLD).tuples()}
        self.sent = (Assignment.select(Assignment.household, Assignment.member, Round.starts_on,
                                       Round.ends_on).join(Round)
                     .where(Assignment.household.in_(Among(houses)),
                            Round.published_at.is_null(False),
                            Assignment.member.is_null(False)).tuples())

    def villages_at(self, moment):
        """Return the villages the author belonged to then."""
        day = clock.day_of(moment)
        if day not in self._memberships:
            self._memberships[day] = self.by.villages_at(day)
        return self._memberships[day]

    def village_to_record_in(self, household, visited_at):
        """Return the village a visit happened in, or refuse one who does not belong there."""
        if household not in self.village_of:
            raise Refused("unknown_household", "household")
        now = self.village_of[household]
        if self.by.is_commune or now == self.by.village_id:
            return now
        places = self.stays[household] | {now}
        if self.by.village_id in places:
            return self.by.village_id
        then = places & self.villages_at(visited_at)
        if then and visited_at > self.at - Visit.HAND_IN:
            return now if now in then else min(then)
        raise Refused("not_yours", "household")

    def was_sent_elsewhere(self, household, day):
        """Tell whether a round of that day gave this house to somebody else."""
        members = {member for house, member, first, last in self.sent
                   if house == household and first <= day <= last}
        return bool(members) and self.by.id not in members


def codes(table, wanted):
    """Return those of the wanted codes the catalogue has."""
    wanted = {code for code in wanted if code}
    return {code for code, in table.select(table.code).where(
        table.code.in_(Among(wanted))).tuples()} if wanted else set()


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
