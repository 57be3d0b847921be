"""The members' calls day by day: the house, the time and the outcome."""

from collections import deque
from datetime import date, time, timedelta
from typing import Any

from .. import clock
from ..models import User, Village
from .calls import Call
from .facts import FACTS, Draw
from .families import House
from .work import HEADLINE

LENGTH = 60  # days of visits
SURVEY = (95, 64)  # the first round through all houses: from so many days ago to so many
ROUND = (5, 10)  # the running round: begun so many days ago, so many to go
ROUND_HOUSES = 20  # houses of the round for each member

Outing = tuple[date, float]  # day, hour
Plans = dict[User, list[Outing]]
Queues = dict[User, deque[House]]


class Diary:
    """A village's calls, house by house in each member's own part of it."""

    def __init__(self, village: Village, facts: dict[str, Any], houses: list[House],
                 team: list[User], today: date) -> None:
        self.village, self.facts, self.houses, self.team = village, facts, houses, team
        self.today, self.draw = today, Draw(village.commune.code, village.code, "diary")
        size = -(-len(houses) // len(team))
        self.parts = {member: houses[place * size:(place + 1) * size]
                      for place, member in enumerate(team)}
        begun = today - timedelta(days=ROUND[0])
        plans = {member: self._outings() for member in team}
        self.outcomes = self.draw.shares(sum(map(len, plans.values())), FACTS["outcome_percent"])
        self.before = {m: [at for at in plan if at[0] < begun] for m, plan in plans.items()}
        self.during = {m: [at for at in plan if at[0] >= begun] for m, plan in plans.items()}

    def survey(self) -> list[Call]:
        """Return the calls of the first round, enough to reach the known percentage."""
        known = self.facts["activated_percent"]
        asked_percent = known + (100 - known) * 0.6
        wanted = sum(len(house.adults) for house in self.houses) * asked_percent / 100
        of_house = {house: member for member, part in self.parts.items() for house in part}
        calls = []
        for house in self.draw.sample(self.houses, len(self.houses)):
            if wanted <= 0:
                break
            day = self.today - timedelta(days=self.draw.randint(SURVEY[1], SURVEY[0]))
            calls.append(self._call(house, of_house[house], day, self._hour(), "done"))
            wanted -= len(house.adults)
        return calls

    def before_the_round(self) -> list[Call]:
        """Return the calls of the sixty days up to the day the round began."""
        queues = {member: self._queue(part) for member, part in self.parts.items()}
        return self._walk(self.before, queues)

    def choose(self) -> dict[User, list[House]]:
        """Return the round's houses, by member, in walking order."""
        return {member: self._choose(part) for member, part in self.parts.items()}

    def in_the_round(self, chosen: dict[User, list[House]]) -> list[Call]:
        """Return the calls since the round began, at its houses."""
        return self._walk(self.during, {member: deque(part) for member, part in chosen.items()})

    def _walk(self, plans: Plans, queues: Queues) -> list[Call]:
        """Return the calls of these plans; a house where nobody was helped is called at again."""
        calls = []
        for member, outings in plans.items():
            queue = queues[member]
            for day, hour in outings:
                house = queue.popleft() if queue else self.draw.choice(self.parts[member])
                outcome = self.outcomes.pop()
                calls.append(self._call(house, member, day, hour, outcome))
                if outcome in ("absent", "later", "undone"):
                    queue.insert(self.draw.randint(6, 14), house)
        return calls

    def _outings(self) -> list[Outing]:
        """Return the (day, hour) of each of a member's calls, in their order."""
        rate = FACTS["visits_per_member_per_month"]
        left = round(2 * min(max(self.draw.around(rate["median"], rate["p90"]), 2), 40))
        days = [self.today - timedelta(days=back) for back in range(LENGTH)]
        weights = [(1.6 if day.weekday() >= 5 else 1) * (3.5 if back <= ROUND[0] else 1)
                   for back, day in enumerate(days)]
        outings = []
        while left > 0:
            day, hour = self.draw.choices(days, weights)[0], self._hour()
            for _ in range(min(left, self.draw.choice((1, 2, 2, 3, 4)))):
                outings.append((day, hour))
                hour += self.draw.uniform(0.4, 0.9)
                left -= 1
        return sorted(outings)

    def _hour(self) -> float:
        return self.draw.one({7.3: 12, 8.6: 18, 14: 15, 17.4: 30, 18.5: 25}) + self.draw.random()

    def _queue(self, part: list[House]) -> deque[House]:
        """Return houses to call at: first those with somebody not known to be activated."""
        shuffled = self.draw.sample(part, len(part))
        return deque(sorted(shuffled, key=lambda house: not needs_a_visit(house)))

    def _choose(self, part: list[House]) -> list[House]:
        """Return the houses of the round for a member, in walking order."""
        wanted = [house for house in part if needs_a_visit(house)]
        return sorted(self.draw.sample(wanted, min(ROUND_HOUSES, len(wanted))),
                      key=lambda house: house.number)

    def _call(self, house: House, member: User, day: date, hour: float, outcome: str) -> Call:
        minutes = FACTS["visit_minutes"]
        delay = FACTS["delay_hours"][self.facts["signal"]]
        is_met = outcome in ("done", "undone")
        visited = clock.moment_of(day, time(int(hour) % 24, int(hour % 1 * 60)))
        stayed = min(round(self.draw.around(minutes["median"], minutes["p90"])), 120)
        recorded = visited + timedelta(minutes=stayed if is_met else 2)
        waited = timedelta(hours=min(self.draw.around(delay["median"], delay["p95"], 1.645), 240))
        call = Call(self.draw.uuid(), house, member, "met" if is_met else outcome,
                    outcome == "done", visited, recorded,
                    (recorded + waited).replace(microsecond=0))
        self._embellish(call, day)
        house.is_empty = house.is_empty or outcome == "moved"
        return call

    def _embellish(self, call: Call, day: date) -> None:
        """Add companions, a return date and sometimes a note."""
        others = [user for user in self.team if user is not call.member]
        if others and self.draw.chance(18):
            call.companions = [self.draw.choice(others)]
        if call.outcome == "later" or (call.outcome == "absent" and self.draw.chance(20)):
            call.return_on = day + timedelta(days=self.draw.randint(1, 12))
            call.return_part = self.draw.choice(("morning", "afternoon", "evening"))
        if self.draw.chance(7):
            call.note = self.draw.choice(FACTS["notes"])


def needs_a_visit(house: House) -> bool:
    """Return True if an adult who lives in the house is not known to be activated."""
    return not house.is_empty and any(
        person.known.get(HEADLINE) != "done" for person in house.adults)
