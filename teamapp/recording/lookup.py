"""The lookup of a run of visits: all records they refer to, in a few queries."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from .. import clock
from ..db import Record
from ..models import (
    AccountKind,
    Assignment,
    Consent,
    Dossier,
    Household,
    Obstacle,
    Procedure,
    Resident,
    Round,
    User,
    VillageStay,
    Visit,
)
from ..models.consent import Answers
from ..statements import Among
from .recorder import Entry, Rejected


class VisitLookup:
    """The households, people, consents, codes and team members that entries refer to."""

    changed: Collection[UUID] = ()  # the versions of visits whose answers hold no longer

    def __init__(self, entries: list[Entry], by: User, now: datetime) -> None:
        self.by, self.now = by, now
        datas = [entry.data for entry in entries]
        households = {data["household"] for data in datas}
        people = [p for data in datas for p in data["people"]]
        dossiers = [d for data in datas for d in data["dossiers"]]
        self._find_taken_ids({data["id"] for data in datas}, {d["id"] for d in dossiers})
        self._find_households(households)
        self._find_people({p["id"] for p in people if p["id"]}
                          | {d["resident"] for d in dossiers if d["resident"]})
        self._find_stays(self.village_of.keys() | {house for house, *_ in self.people.values()})
        self._find_codes(people, {d["procedure"] for d in dossiers})
        self._find_team({id for data in datas for id in data["companions"]})
        self._find_calls(households, entries)
        self._memberships: dict[date, set[int | None]] = {}

    def _find_taken_ids(self, visits: set[UUID], dossiers: set[UUID]) -> None:
        """Find the ids of new records that records of any commune already have."""
        found = [Visit.select(Visit.id).where(Visit.id.in_(Among(visits)))]
        if dossiers:
            found.append(Dossier.select(Dossier.id).where(Dossier.id.in_(Among(dossiers))))
        self.taken = {id for query in found for id, in query.tuples()}

    def _find_households(self, ids: set[UUID]) -> None:
        rows = (Household.select(Household.id, Household.village)
                .where(Household.id.in_(Among(ids)), Household.commune == self.by.commune_id))
        self.village_of = dict(rows.tuples())

    def _find_stays(self, households: set[UUID]) -> None:
        """Find the villages of households, all and those that they left in the last 90 days."""
        self.stays: defaultdict[UUID, set[int]] = defaultdict(set)
        self.recent: defaultdict[UUID, set[int]] = defaultdict(set)
        long_ago = clock.day_of(self.now - Visit.HAND_IN)
        for household, village, until_on in (
                VillageStay.select(VillageStay.household, VillageStay.village, VillageStay.until_on)
                .where(VillageStay.household.in_(Among(households))).tuples()):
            self.stays[household].add(village)
            if until_on is None or until_on >= long_ago:
                self.recent[household].add(village)

    def _find_people(self, ids: set[UUID]) -> None:
        self.people: dict[UUID, list[Any]] = {}  # household, its village, year of birth
        self.answers: dict[UUID, Answers] = {}
        if not ids:
            return
        rows = (Resident.select(Resident.id, Resident.household, Household.village,
                                Resident.birth_year)
                .join(Household).where(Resident.id.in_(Among(ids)),
                                       Resident.commune == self.by.commune_id))
        self.people = {id: facts for id, *facts in rows.tuples()}
        self.answers = Consent.answers(ids, without=self.changed)

    def _find_codes(self, people: list[dict[str, Any]], procedures: set[str]) -> None:
        self.kinds = codes(AccountKind, {s["kind"] for p in people for s in p["steps"]})
        self.obstacles = codes(Obstacle, {s["obstacle"] for p in people for s in p["steps"]})
        self.procedures = codes(Procedure, procedures)

    def _find_team(self, ids: set[int]) -> None:
        self.team = {id for id, in User.select(User.id).where(
            User.id.in_(Among(ids)), User.commune == self.by.commune_id).tuples()} if ids else set()

    def _find_calls(self, households: set[UUID], entries: list[Entry]) -> None:
        """Find the visits to these households and days, and the assignments of the households."""
        days = set()
        for entry in entries:
            received_at = self.received_at(entry)
            day, _ = Visit.day_of(entry.data["visited_at"], received_at)
            if day >= clock.day_of(received_at - 2 * Visit.OLD):  # no typo, such as the year 1
                days.add(day)
        since = clock.moment_of(min(days, default=clock.day_of(self.now)))
        self.calls: defaultdict[tuple[UUID, date], set[int]] = defaultdict(set)
        for household, day, member in Visit.live(Visit.household, Visit.day, Visit.member).where(
                Visit.household.in_(Among(households)), Visit.happened_at >= since,
                Visit.day.in_(Among(days))).tuples():
            self.calls[household, day].add(member)
        self.sent = (Assignment.select(Assignment.household, Assignment.member, Round.starts_on,
                                       Round.ends_on).join(Round)
                     .where(Assignment.household.in_(Among(households)),
                            Round.published_at.is_null(False),
                            Assignment.member.is_null(False)).tuples())

    def received_at(self, entry: Entry) -> datetime:
        """Return when the first version of an entry's visit arrived."""
        return self.now

    def villages_at(self, moment: datetime) -> set[int | None]:
        """Return the villages the author belongs to on the day of a moment."""
        day = clock.day_of(moment)
        if day not in self._memberships:
            self._memberships[day] = self.by.villages_at(day)
        return self._memberships[day]

    def village_to_record_in(self, household: UUID, visited_at: datetime) -> int:
        """Return the village of a visit; raise Rejected if the author may not record there."""
        if household not in self.village_of:
            raise Rejected("unknown_household", "household")
        now = self.village_of[household]
        if self.by.is_commune or now == self.by.village_id:
            return now
        places = self.stays[household] | {now}
        if self.by.village_id in places:
            return self.by.village_id
        then = places & self.villages_at(visited_at)
        if then and visited_at > self.now - Visit.HAND_IN:
            return now if now in then else min(then)
        raise Rejected("not_yours", "household")

    def is_resident_of(self, resident: UUID, village: int) -> bool:
        """Return whether a person belongs to a village, or did in the last 90 days."""
        household, now, _ = self.people.get(resident, (None, None, None))
        return household is not None and (now == village or village in self.recent[household])

    def add_answer(self, resident: UUID, asked_at: datetime, given: bool) -> None:
        """Add an answer of the run."""
        self.answers.setdefault(resident, Answers()).add(asked_at, given)

    def was_called_by_another(self, household: UUID, day: date, member: int) -> bool:
        """Return whether another member's live visit is of this household and day."""
        return bool(self.calls[household, day] - {member})

    def was_sent_elsewhere(self, household: UUID, day: date) -> bool:
        """Return whether rounds of that day assign this household only to other members."""
        members = {member for assigned, member, first, last in self.sent
                   if assigned == household and first <= day <= last}
        return bool(members) and self.by.id not in members


def codes(table: type[Record], wanted: set[str]) -> set[str]:
    """Return the subset of these codes that the catalogue has."""
    wanted = {code for code in wanted if code}
    return {code for code, in table.select(table.code).where(
        table.code.in_(Among(wanted))).tuples()} if wanted else set()
