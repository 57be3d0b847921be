"""Filling of an empty database with the demo communes, in one transaction."""

from datetime import datetime, time, timedelta
from typing import Any

from .. import clock
from ..counting.targets import ACTIVATIONS, COVERAGE
from ..db import transaction
from ..models import Dossier, Procedure, Target, User, Village
from ..models.commune import WriteTransaction
from ..recording import visits
from . import changes, edges, phones, rounds
from .calls import Call
from .days import LENGTH, Diary
from .facts import FACTS, Draw
from .families import House, enlist, families
from .teams import found_commune, found_teams
from .work import Work, ask

BATCH = 1500  # visits recorded at a time
DISPUTED = {"V02"}  # villages with visits that were corrected and taken back


def fill() -> None:
    """Write the demo communes, all or nothing."""
    now = clock.now()
    with transaction():
        for facts in FACTS["communes"]:
            Filling(facts, now).write()


class Filling:
    """One commune being filled, step by step."""

    def __init__(self, facts: dict[str, Any], now: datetime) -> None:
        self.facts, self.now, self.today = facts, now, clock.day_of(now)
        self.draw = Draw(facts["code"], "commune")
        self.of_village = {village["code"]: village for village in facts["villages"]}

    def write(self) -> None:
        """Write the commune, its people, its sixty days and its round."""
        self.commune, self.villages = found_commune(self.facts)
        self.teams = found_teams(self.commune, self.facts, self.villages, self.today)
        self.houses = {code: families(village, self.of_village[code], self.today.year)
                       for code, village in self.villages.items()}
        edges.name_some(self.houses, self.today.year)
        with self.commune.write() as tx:
            for code, village in self.villages.items():
                enlist(tx, self.houses[code])
                self._declare(village, self.houses[code])
        calls, given = self._lived()
        with self.commune.write() as tx:
            edges.move_a_house(tx, self, calls)
            edges.call_twice(self, calls)
            self._record(tx, calls)
        with self.commune.write() as tx:
            for code in self.villages.keys() & DISPUTED:
                changes.change(tx, calls, self.villages[code].id, self.teams[code][0],
                               Draw(self.facts["code"], code, "changes"))
        with self.commune.write() as tx:
            rounds.publish(tx, self.chair, self.villages.values(), given, self.today)
        self._set_targets()
        self._hear_from_phones(calls)

    @property
    def chair(self) -> User:
        return self.teams["chair"][0]

    def _declare(self, village: Village, houses: list[House]) -> None:
        """Set the police's number of people of 14 or older, a few more than the list has."""
        adults = sum(len(house.adults) for house in houses)
        is_complete = village.code == "V01"
        declared = adults if is_complete else round(adults * self.draw.uniform(1.01, 1.05))
        Village.update(
            declared_14plus=declared, list_complete=is_complete, declared_source="Công an xã",
            declared_on=self.today.replace(day=1)).where(Village.id == village.id).execute()

    def _lived(self) -> tuple[list[Call], dict[User, list[House]]]:
        """Return all calls at the houses, and the round's houses by member."""
        survey: list[Call] = []
        recent: list[Call] = []
        given: dict[User, list[House]] = {}
        for code, village in self.villages.items():
            diary = Diary(village, self.of_village[code], self.houses[code], self.teams[code],
                          self.today)
            first, later, chosen = self._village_lived(diary)
            survey += first
            recent += later
            given |= chosen
        rate = self.facts["dossiers_per_month"]
        number = round(sum(self.draw.around(rate, rate * 80 / 45) for _ in range(LENGTH // 30)))
        Work(self.draw).file(recent, number, procedures_by_sector())
        return survey + recent, given

    def _village_lived(
            self, diary: Diary) -> tuple[list[Call], list[Call], dict[User, list[House]]]:
        work = Work(Draw(self.facts["code"], diary.village.code, "work"))
        survey = diary.survey()
        work.survey(survey, sum(len(house.adults) for house in diary.houses),
                    diary.facts["activated_percent"])
        before = diary.before_the_round()
        early, late = helped_by_phase(diary)
        left = work.help(before, early)
        chosen = diary.choose()
        during = diary.in_the_round(chosen)
        work.help(during, {kind: number + left[kind] for kind, number in late.items()})
        work.look_about(before + during)
        return survey, before + during, chosen

    def _record(self, tx: WriteTransaction, calls: list[Call]) -> None:
        """Record the calls the commune has received by now, in the order of arrival."""
        came = sorted((call for call in calls if call.received_at <= self.now),
                      key=lambda call: (call.received_at, call.id))
        ask(came, Draw(self.facts["code"], "consents"))
        for start in range(0, len(came), BATCH):
            visits.write(tx, [call.pending(tx.next_receipt())
                              for call in came[start:start + BATCH]])
        for filing in (filing for call in came for filing in call.filings if "status" in filing):
            Dossier.update(status=filing["status"]).where(
                Dossier.id == filing["dossier"]).execute()

    def _set_targets(self) -> None:
        """Set the targets of each village; one was raised in mid-month."""
        first = self.today.replace(day=1)
        rows = []
        for code, village in self.villages.items():
            facts = self.of_village[code]
            monthly = -(-facts["households"] * 11 // 100)
            rows.append((village, COVERAGE, first.replace(month=1),
                         facts["coverage_target_percent"]))
            rows.append((village, ACTIVATIONS, (first - timedelta(days=70)).replace(day=1),
                         monthly))
            if code == "V06":
                rows.append((village, ACTIVATIONS, max(first, self.today - timedelta(days=8)),
                             monthly + 10))
        Target.insert_many([
            {"commune": self.commune, "village": village, "indicator": indicator,
             "since_on": since, "amount": amount, "set_by": self.chair,
             "set_at": clock.moment_of(since, time(8))}
            for village, indicator, since, amount in rows]).execute()

    def _hear_from_phones(self, calls: list[Call]) -> None:
        """Write the phones as the calls were received from them, and lose one."""
        heard: dict[User, datetime] = {}
        held: dict[User, list[datetime]] = {}
        for call in calls:
            if call.received_at <= self.now:
                heard[call.member] = max(heard.get(call.member, call.received_at),
                                         call.received_at)
            elif call.recorded_at <= self.now:
                held.setdefault(call.member, []).append(call.recorded_at)
        phones.hear(self.draw, heard, held)
        leaders = {village.id: self.teams[code][0] for code, village in self.villages.items()}
        phones.lose_one(heard, held, leaders, self.now)


def helped_by_phase(diary: Diary) -> tuple[dict[str, int], dict[str, int]]:
    """Return {kind: n} of helped steps before the round and during it."""
    monthly = FACTS["helped_per_100_households_per_month"]
    totals = {kind: round(LENGTH / 30 * diary.facts["households"] * rate / 100)
              for kind, rate in monthly.items()}
    ahead = sum(map(len, diary.before.values()))
    share = ahead / max(ahead + sum(map(len, diary.during.values())), 1)
    early = {kind: round(number * share) for kind, number in totals.items()}
    return early, {kind: number - early[kind] for kind, number in totals.items()}


def procedures_by_sector() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of procedures by the sectors dossiers are drawn from; “Khác” is the rest."""
    named = FACTS["dossier_sector_percent"]
    found: dict[str, list[dict[str, Any]]] = {sector: [] for sector in named}
    for row in Procedure.select().order_by(Procedure.code).dicts():
        found[row["sector"] if row["sector"] in named else "Khác"].append(row)
    return found
